/*
 * feature_source_cpp.c - functions and objects of C++, with their scope and atoms.
 */
#include "source_text.h"

static void cpp(const char *source, const char *want)
{
    source_text_expect(PL_SOURCE_CPP, source, want);
}

static void methods_have_their_scope(void **state)
{
    cpp("int ns::Class::method(int a) const noexcept { g(a); }", "F ns::Class::method/1 g()");
    cpp("auto f(int a) -> std::vector<int> { g(a); }", "F f/1 g()");
    cpp("std::map<int, foo(int)> C::f() { g(); }", "F C::f/0 g()");
    cpp("class C : public B<int> { public: int f() { g(); } private: int a; void h(); };", "F C::f/0:i g()");
    cpp("struct C { struct D { int f() const override { g(); } }; };", "F C::D::f/0:i g()");
    cpp("namespace a::b { namespace { int f() { g(); } } int h() { } }", "F a::b::f/0:s g() | F a::b::h/0");
    cpp("extern \"C\" { int f(void) { g(); } }", "F f/0 g()");
}

static void constructors_destructors_and_operators_are_functions(void **state)
{
    cpp("C::C(int a) : Base(a), b_{A}, c(g()) { h(); }", "F C::C/1 Base() b_ A c() g() h()");
    cpp("class URL { URL(int a) : a_(a) { } explicit URL(const char *b) noexcept(true) { } };",
        "F URL::URL/1:i a_() | F URL::URL/1:i");
    cpp("C::~C() { g(); } class D { virtual ~D() { h(); } };", "F C::~C/0 g() | F D::~D/0:i h()");
    cpp("bool operator==(const A &a, const A &b) { g(); }", "F operator==/2 g()");
    cpp("C &C::operator=(const C &c) { g(); } int C::operator()(int a) { h(); } C::operator bool() const { "
        "k(); }",
        "F C::operator=/1 g() | F C::operator()/1 h() | F C::operator bool/0 k()");
    cpp("class C { C() = default; C(const C &) = delete; virtual void f() = 0; void h(); };", "");
}

static void templates_are_marked(void **state)
{
    cpp("template <class T, int N = 3> T f(T a) { g(a); }", "F f/1:t g()");
    cpp("template <typename T> void C<T>::f() { g(); } int h() { }", "F C<T>::f/0:t g() | F h/0");
    cpp("template <class T> struct C { void f() { g(); } };", "F C::f/0:it g()");
    cpp("template <> int f<int>() { g(); }", "F f/0:t g()");
}

static void bodies_know_cpp(void **state)
{
    cpp("void f(P *p) { p->run(1); q.m = 2; std::sort(a, b); ns::C::g<int>(3); }",
        "F f/1 run() q sort() a b g()");
    cpp("void f() { std::vector<int> v; const Foo &x = y; Bar b(\"s\", v); auto [k, w] = h(); v.z(k, w, b, "
        "x); }",
        "F f/0 y Bar() \"s\" h() z()");
    cpp("void f() { auto l = [&](int a) { g(a); }; for (auto &e : list) l(e); }", "F f/0 g() list");
    cpp("void f() { try { g(); } catch (const std::exception &e) { h(e.what()); } }", "F f/0 g() h() what()");
    cpp("void f() { return static_cast<Foo>(R\"x(a\\n)x\"); }", "F f/0 \"a\\n\"");
    cpp("void f() { struct L : B { int m() { return g(); } }; h(); }", "F f/0 g() h() | F L::m/0:i g()");
    cpp("[[nodiscard]] int f() { [[maybe_unused]] int a = B; return new Foo(a); }", "F f/0 B Foo()");
    cpp("void f() { if (a < b && c > d) g(); }", "F f/0 a b c d g()");
}

static void objects_that_need_code_are_constructors(void **state)
{
    cpp("static const std::string s = make(\"x\"); int a = 77777;", "O s/0:s! make() \"x\" | O a/0 0x12fd1");
    cpp("static Foo foo(\"x\"); Bar bar{77777};", "O foo/0:s \"x\" | O bar/0 0x12fd1");
    cpp("int ns::C::member = 77777;", "O ns::C::member/0 0x12fd1");
    cpp("using a = b; namespace c = d::e;", "");
}

static void a_header_of_c_that_holds_cpp_is_read_as_such(void **state)
{
    source_text_expect(PL_SOURCE_C, "namespace n { class C { int f() { g(); } }; }", "F n::C::f/0:i g()");
    source_text_expect(PL_SOURCE_C, "struct S { bool operator==(const S &o) { g(); } };",
                       "F S::operator==/1:i g()");
    source_text_expect(PL_SOURCE_C, "int class; int f(int new) { g(new); }", "F f/1 g()");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(methods_have_their_scope),
        cmocka_unit_test(constructors_destructors_and_operators_are_functions),
        cmocka_unit_test(templates_are_marked),
        cmocka_unit_test(bodies_know_cpp),
        cmocka_unit_test(objects_that_need_code_are_constructors),
        cmocka_unit_test(a_header_of_c_that_holds_cpp_is_read_as_such),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
