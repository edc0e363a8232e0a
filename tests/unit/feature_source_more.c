/*
 * feature_source_more.c - what source files of Objective-C, Rust, Go and assembly define; and what holds of the readers of all languages.
 */
#include "source_text.h"

#include "failing_malloc.h" /* after the prototypes of what it replaces */

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
    rust("fn f() { println!(\"a {} b {{ {x:?}\", y); }", "F f/0 println() \"a \" \" b { \" \"\n\"");
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

static void methods_of_objective_c_are_named_by_their_selector(void **state)
{
    source_text_expect(
        PL_SOURCE_OBJC,
        "#import <A/B.h>\n@interface C : NSObject\n- (void)foo;\n@end\nstatic int f(void) { g(); }\n"
        "@implementation C (D)\n- (void)foo:(int)x bar:(NSString *)y {\n [self baz:x with:[y length]];\n"
        " h(@\"text\");\n}\n+ (id)make { return [[C alloc] init]; }\nint k(void) { }\n@end\n",
        "F f/0:s g() | F C::foo:bar:/2 \"baz:with:\" \"length\" h() \"text\" | "
        "F C::make/0 \"init\" \"alloc\" C | F k/0");
}

static void assembly(const char *source, const char *want)
{
    source_text_expect(PL_SOURCE_ASM, source, want);
}

static void global_labels_are_functions(void **state)
{
    assembly("#include \"a.h\"\n.globl f\n.type f, @function\nf:\n mov $77777, %eax # not 88888\n call "
             "g@PLT\n.Lx:\n lea t(%rip), %rdi\n ret\n.size f, .-f\n"
             ".data\nt:\n .long 99999, 1\n .asciz \"s\\n\"\n",
             "F f/0 0x12fd1 g() t | O t/0 0x1869f \"s\n\"");
    assembly("SECTION .text\n GLOBAL_FUNCTION(f)\nEXTN(f):\n mov eax, 77777\n call EXTN(g)\n ret\n",
             "F f/0 0x12fd1 g()");
    assembly("global f\nf: ; it's\n mov eax, 77777\n call g\n ret\nh:\n ret\n", "F f/0 0x12fd1 g()");
}

static void macros_that_begin_functions_are_known(void **state)
{
    assembly("%macro M 2\n call g\n%endmacro\nSECTION .text\ncglobal add_bytes, 3, 4\n mov r0, 77777\n "
             "RET\ncglobal h\n RET\n",
             "M M/0:( g() | F add_bytes/0 <cglobal> 0x12fd1 | F h/0 <cglobal>");
    assembly("function ff_f, export=1\n ldr w0, =77777\n bl g\nendfunc\n.macro m a\n bl h\n.endm\n",
             "F ff_f/0 <function> 0x12fd1 g() | M m/0:( h()");
}

static const struct {
    enum pl_source_language language;
    const char *text;
} samples[] = {
    {PL_SOURCE_C,
     "#include \"a.h\"\n#define F(x) x##_y \"a\\n\"\n#if A\nint f(int a) {\n#else\nint f(long a) {\n#endif\n"
     "static int t[] = { 77777 }; g(\"x\\n\" \"y\"); enum { A = 3 }; }\n"
     "void r(void) __attribute__((ifunc(\"f\")));"},
    {PL_SOURCE_CPP, "namespace a { template <class T> class C : B<T> { C(int x) : y{x} { h(R\"(a)\"); } }; } "
                    "void f() { struct L { int m() { return [](int k) { return k; }(1); } }; }"},
    {PL_SOURCE_OBJC, "@implementation C\n- (void)a:(int)b c:(id)d { [self e:b f:@\"g\"]; }\n@end\n"},
    {PL_SOURCE_RUST,
     "mod m { impl<'a> T for C { fn f(&self) { println!(\"a {}\", r#\"b\"#); } } } lazy! { A }"},
    {PL_SOURCE_GO, "func (r *T) f(a int) {\n g(\"x\" + `y`)\n}\nconst A = 77777\n"},
    {PL_SOURCE_ASM, ".globl f\nf:\n call g\n mov $77777, %eax\n.macro m\n.endm\nt: .asciz \"s\"\n"},
    {PL_SOURCE_C, "%{\nint f(void) { }\n%}\n%token A\n%%\nx: A { h(\"s\"); } ;\n%%\nint m(void) { }\n"},
    {PL_SOURCE_C, "%{\nint f(void) { }\n%}\n%%\n[a\"]+ { h(\"s\"); }\n%%\nint m(void) { }\n"},
    {PL_SOURCE_C, "%name P\n%include {\nint f(void) { }\n}\nx ::= B(C). { h(C); }\n"},
    {PL_SOURCE_C, "%struct-type\n%%\na, 1\n\"b\", 2\n%%\n"},
};
#define SAMPLES (sizeof samples / sizeof samples[0])

static void any_truncation_of_any_language_is_safe(void **state)
{
    for (size_t i = 0; i < SAMPLES; i++)
        for (size_t n = 0; n <= strlen(samples[i].text); n++) {
            struct pl_arena arena;
            struct pl_source_code code;
            struct pl_err err = {0};
            char *copy = malloc(n + 1); /* so that a sanitizer sees what is read behind the end */
            memcpy(copy, samples[i].text, n);
            pl_arena_init(&arena, 1u << 20);
            assert_int_equal(pl_source_code_of(pl_bytes_of(copy, n), samples[i].language, test_limits(),
                                               &arena, &code, &err),
                             PL_OK);
            source_text_check(pl_bytes_of(copy, n), &code);
            pl_arena_reset(&arena);
            free(copy);
        }
}

static void each_allocation_may_fail(void **state)
{
    for (size_t i = 0; i < SAMPLES; i++)
        for (long nth = 1;; nth++) {
            struct pl_arena arena;
            struct pl_source_code code;
            struct pl_err err = {0};
            pl_arena_init(&arena, 1u << 20);
            failing_malloc_begin(nth);
            pl_status st = pl_source_code_of(pl_bytes_of_str(samples[i].text), samples[i].language,
                                             test_limits(), &arena, &code, &err);
            bool has_failed = failing_malloc_end();
            pl_arena_reset(&arena);
            assert_int_equal(st, has_failed ? PL_E_NOMEM : PL_OK);
            if (!has_failed)
                break;
        }
}

static void an_arena_that_is_too_small_is_said(void **state)
{
    struct pl_arena arena;
    struct pl_source_code code;
    struct pl_err err = {0};
    pl_arena_init(&arena, 64);
    assert_int_equal(pl_source_code_of(PL_LIT("int f(void) { g(\"a\\n\"); }"), PL_SOURCE_C, test_limits(),
                                       &arena, &code, &err),
                     PL_E_LIMIT);
    pl_arena_reset(&arena);
}

static void more_tokens_than_allowed_are_a_limit(void **state)
{
    static const char text[] =
        "#define M a b\nint f(void) { return g(1); }\n"; /* 13 tokens, 2 of the macro, 2 dummies and its words */
    bool was_read = false;
    for (uint64_t allowed = 0; allowed < 40; allowed++) {
        struct pl_limits limits = pl_limits_default();
        struct pl_arena arena;
        struct pl_source_code code;
        struct pl_err err = {0};
        limits.tokens = allowed;
        pl_arena_init(&arena, 1u << 20);
        pl_status st = pl_source_code_of(pl_bytes_of_str(text), PL_SOURCE_C, &limits, &arena, &code, &err);
        assert_true(st == PL_OK || (st == PL_E_LIMIT && strstr(err.text, "tokens") != NULL));
        assert_true(st == PL_OK || !was_read); /* what is enough once is enough with more */
        assert_true(st == PL_E_LIMIT || allowed > 13);
        was_read = st == PL_OK;
        pl_arena_reset(&arena);
    }
    assert_true(was_read);
}

/* Each text is read in well under a second; what took the square of its length would take hours. */
static void what_repeats_takes_linear_time(void **state)
{
    static const char *const units[] = {"(",
                                        "{",
                                        "#if A\n({\n#else\n}\n#endif\n",
                                        "A(1) ",
                                        "foo(a) ",
                                        "struct a {} ",
                                        "int f(a) int a; ",
                                        "int a=1,",
                                        "switch(a){",
                                        "enum { A = ({ ",
                                        "x = (a)(b)",
                                        "a = (1+",
                                        "a<b(",
                                        "template <class T> ",
                                        "namespace a {",
                                        "class a { void f(){",
                                        "A::A() : a(1), ",
                                        "operator ",
                                        "[](){",
                                        "\"x\" A ",
                                        "%%\n",
                                        "a: b ::= {",
                                        "fn a() {",
                                        "impl A {",
                                        "/*",
                                        "r#\"",
                                        "func f(a interface{",
                                        "@implementation A ",
                                        "- (a)b:(c)d ",
                                        "[a b:c];",
                                        ".macro a\n",
                                        "a: "};
    struct pl_buf text;
    pl_buf_init(&text, 1u << 24);
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++)
        for (int language = PL_SOURCE_C; language <= PL_SOURCE_PERLASM; language++) {
            struct pl_arena arena;
            struct pl_source_code code;
            struct pl_err err = {0};
            pl_buf_clear(&text);
            for (unsigned n = 0; n < 20000; n++)
                pl_buf_add_str(&text, units[i]);
            pl_arena_init(&arena, (size_t)256 << 20);
            assert_int_equal(pl_source_code_of(pl_buf_bytes(&text), (enum pl_source_language)language,
                                               test_limits(), &arena, &code, &err),
                             PL_OK);
            pl_arena_reset(&arena);
        }
    pl_buf_reset(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(functions_of_rust_have_the_type_of_their_impl),
        cmocka_unit_test(format_strings_are_cut_at_their_braces),
        cmocka_unit_test(literals_of_rust_are_decoded),
        cmocka_unit_test(functions_of_go_have_the_type_of_their_receiver),
        cmocka_unit_test(constants_of_go_are_macros),
        cmocka_unit_test(methods_of_objective_c_are_named_by_their_selector),
        cmocka_unit_test(global_labels_are_functions),
        cmocka_unit_test(macros_that_begin_functions_are_known),
        cmocka_unit_test(any_truncation_of_any_language_is_safe),
        cmocka_unit_test(each_allocation_may_fail),
        cmocka_unit_test(an_arena_that_is_too_small_is_said),
        cmocka_unit_test(more_tokens_than_allowed_are_a_limit),
        cmocka_unit_test(what_repeats_takes_linear_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
