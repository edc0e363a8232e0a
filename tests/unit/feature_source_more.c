/*
 * feature_source_more.c - what source files of Objective-C, Rust, Go and assembly define.
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
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
