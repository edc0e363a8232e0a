/*
 * feature_source_more.c - what source files of Rust and Go define.
 */
#include "source_text.h"

static void rust(const char *source, const char *want)
{
    source_text_expect(PL_SOURCE_RUST, source, want);
}

static void go(const char *source, const char *want)
{
    source_text_expect(PL_SOURCE_GO, source, want);
}

static void functions_of_rust_have_the_type_of_their_impl(void **state)
{
    rust("pub fn f(a: u8, b: &str) -> Result<(), E> where E: X { g(a); }", "F f/2 g()");
    rust("impl<'a, T: X> Tr<T> for C<'a, T> { #[inline] fn f<P>(&self, p: P) { self.g(p); } }",
         "F C::f/2:it g()");
    rust("mod m { trait T { fn a(&self); fn b(&self) { x::c() } } } extern \"C\" { fn d(); }",
         "F m::T::b/1 c()");
    rust("fn f() { fn h() { g(); } h(); }", "F f/0 g() h() | F h/0 g()");
    rust("macro_rules! m { ($x:expr) => { fn $x() { g(77777) } } }", "M m/0:( $x() g() 0x12fd1");
    rust("const A: u32 = 77777; static B: &[&str] = &[\"a\", \"b\"]; const fn c() { }",
         "M A/0 0x12fd1 | O B/0 \"a\" \"b\" | F c/0");
}

static void format_strings_are_cut_at_their_braces(void **state)
{
    rust("fn f() { println!(\"a {} b {{ {x:?}\", y); }", "F f/0 println() ~\"a \" ~\" b { \" ~\"\n\"");
    rust("fn f() { panic!(\"no\"); g(\"{}\"); println!(\"x\") }",
         "F f/0 panic() \"no\" g() \"{}\" println() \"x\n\"");
}

static void literals_of_rust_are_decoded(void **state)
{
    rust("fn f<'a>(x: &'a str) { g(r#\"a\"b\\n\"#, b\"c\\x41\", '\"', \"d \\\n   e\", 1_000_001u64, 1.5f64); "
         "}",
         "F f/1 g() \"a\"b\\n\" \"cA\" \"d e\" 0xf4241 1.5");
    rust("/* a /* b */ fn no() {} */ fn f() { for i in 0..77777 { } }", "F f/0 0x12fd1");
}

static void functions_of_go_have_the_type_of_their_receiver(void **state)
{
    go("package p\nfunc (r *T[K]) F(a, b int) (c error) {\n\tfmt.Println(\"x\" + `y\\`)\n}\n",
       "F T::F/2 Println() \"xy\\\"");
    go("func f[T any](a map[string]interface{}) struct{ x int } {\n\tg := func() { h() }\n}\nfunc asm(a "
       "int)\nfunc init() { k() }",
       "F f/1:t h() | F init/0:! k()");
}

static void constants_of_go_are_macros(void **state)
{
    go("const A = 77777\nconst (\n\tB = iota\n\tC\n\tD = 1 << 20 |\n\t\t5\n)\nvar e = "
       "[]string{\n\t\"a\",\n\t\"b\"}\nvar f int\n",
       "M A/0 0x12fd1 | M B/0 | M C/0 | M D/0 0x100005 | O e/0 \"a\" \"b\"");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(functions_of_rust_have_the_type_of_their_impl),
        cmocka_unit_test(format_strings_are_cut_at_their_braces),
        cmocka_unit_test(literals_of_rust_are_decoded),
        cmocka_unit_test(functions_of_go_have_the_type_of_their_receiver),
        cmocka_unit_test(constants_of_go_are_macros),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
