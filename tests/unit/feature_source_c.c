/*
 * feature_source_c.c - functions, macros and objects of C, with their atoms.
 */
#include "source_text.h"

static void c(const char *source, const char *want)
{
    source_text_expect(PL_SOURCE_C, source, want);
}

static void definitions_have_their_name_and_parameters(void **state)
{
    c("int f(void) { return 0; }", "F f/0");
    c("static inline unsigned long f(int a, char *b[3]) { g(a, b); }", "F f/2:si g()");
    c("void f(int (*cb)(int, long), void *p) { cb(p); }", "F f/2");
    c("struct s *f(struct s *a) { return a->next; }", "F f/1");
    c("struct { int a; } f(void) { g(); }", "F f/0 g()");
    c("main() { g(); }", "F main/0 g()");
    c("void (*signal(int n, void (*fn)(int)))(int) { g(n, fn); }", "F signal/2 g()");
    c("int f(int); int g(int a) { return f(a); }", "F g/1 f()");
}

static void old_style_definitions_are_read(void **state)
{
    c("int deflate(strm, flush)\n    z_streamp strm;\n    int flush;\n{ g(strm, flush); }",
      "F deflate/2 g()");
    c("int f(a) char *a[]; { g(a); }", "F f/1 g()");
    c("int f(a, b) int (*a)(), b; { a(b); }", "F f/2");
    c("extern int f(size_t) NOTHROW; struct s { int a; }; int g(void) { }", "F g/0");
    c("int f(a, b) int a, b; { } int g(c) int c; { }", "F f/2 | F g/1");
}

static void attributes_and_macros_do_not_hide_the_name(void **state)
{
    c("int f(int a) __attribute__((noinline)) { g(); }", "F f/1 g()");
    c("__attribute__((noinline, section(\"x\"))) int f(int a) { g(); }", "F f/1 g()");
    c("int f(int a) NOTHROW ATTR(x, 1) { g(); }", "F f/1 g()");
    c("static FORMAT(printf, 1, 2) void say(const char *s, ...) { g(s); }", "F say/2:s g()");
    c("EXPORT(int) f(int a) { g(); }", "F f/1 g()");
    c("__declspec(dllexport) int f(int a) { g(); }", "F f/1 g()");
    c("static int PTRCALL big2_toUtf8(const ENCODING *enc, char **p) { g(enc, p); }",
      "F big2_toUtf8/2:s g()");
    c("STACK_OF(X509) *X509_chain_up_ref(STACK_OF(X509) *chain) { g(); }", "F X509_chain_up_ref/1 g()");
    c("weak_alias (a, b)\nint f(void) { }", "O a/0 <weak_alias> weak_alias() a b | F f/0");
}

static void names_that_macros_make_are_found(void **state)
{
    c("int BZ_API(BZ2_bzCompress) ( bz_stream *s ) { g(s); }", "F BZ2_bzCompress/1 <BZ_API> g()");
    c("static int PTRCALL\nPREFIX(contentTok)(const ENCODING *e, int n) { g(e, n); }",
      "F contentTok/2:s <PREFIX> g()");
    c("LUA_API int (lua_gettop) (lua_State *L) { g(L); }", "F lua_gettop/1 g()");
    c("LUA_API lua_State *(lua_newthread) (lua_State *L) { g(L); }", "F lua_newthread/1 g()");
    c("DEFINE_HASH(foo) { g(); }", "F foo/1 <DEFINE_HASH> g()");
    c("SYSCALL_DEFINE3(open, const char *, name, int, flags) { g(name, flags); }",
      "F open/5 <SYSCALL_DEFINE3> g()");
    c("DEFUN (\"car\", Fcar, 1) (Lisp_Object list) { g(list); }", "F Fcar/1 <DEFUN> g()");
}

static void macros_that_stand_alone_are_objects_with_what_they_are_given(void **state)
{
    c("G_DEFINE_TYPE(Foo, foo)\nstatic void foo_init(Foo *self) { }",
      "O Foo/0 <G_DEFINE_TYPE> G_DEFINE_TYPE() Foo foo | F foo_init/1:s");
    c("PyDoc_STRVAR(doc, \"text\");", "O doc/0 <PyDoc_STRVAR> PyDoc_STRVAR() doc \"text\"");
    c("G_BEGIN_DECLS\nint f(void) { }\nG_END_DECLS", "F f/0");
    c("IMPLEMENT_x(a, b)\nIMPLEMENT_x(c,\n  d)\nint f(void) { }",
      "O a/0 <IMPLEMENT_x> IMPLEMENT_x() a b | O c/0 <IMPLEMENT_x> IMPLEMENT_x() c d | F f/0");
    c("old_style (a, b)\nint a, b;\n{ g(); }", "F old_style/2 g()");
}

static void both_arms_of_an_if_are_read(void **state)
{
    c("#if A\nint f(int a) {\n#else\nint f(long a) {\n#endif\n g(a); }\nint h(void) { }",
      "F f/1 g() | F f/1 g() | F h/0");
    c("#if A\nint f(int a) {\n#elif B\nint f(char a) {\n#else\nint f(long a) {\n#endif\n g(a); }\nint "
      "h(void) { }",
      "F f/1 g() | F f/1 g() | F f/1 g() | F h/0");
    c("int f(int a) {\n#ifdef X\n if (a) {\n#else\n if (!a) {\n#endif\n g(); }\n}\nint h(void) { }",
      "F f/1 g() | F h/0");
    c("int f(void) {\n#ifdef X\n g(); }\n#else\n k(); }\n#endif\nint h(void) { }", "F f/0 g() k() | F h/0");
    c("#ifdef __cplusplus\nextern \"C\" {\n#endif\nint f(void) { }\n#ifdef __cplusplus\n}\n#endif\nint "
      "h(void) { }",
      "F f/0 | F h/0");
    c("int f(void) {\n#if 0\n if {{{ (\n#endif\n g(); }\nint h(void) { }", "F f/0 g() | F h/0");
    c("int f(int a\n#ifdef X\n, int b) {\n#else\n) {\n#endif\n g(a, b); }\nint h(void) { }",
      "F f/2 g() | F h/0");
}

static void an_unclosed_brace_costs_one_function(void **state)
{
    c("int f(void)\n{\n if (a) {\n g();\n}\nint h(void)\n{\n}\n", "F f/0 a g() | F h/0");
}

static void strings_are_joined_and_decoded(void **state)
{
    c("void f(void) { g(\"a\" \"\\x62\\n\", L\"w\", 'x'); }", "F f/0 g() \"ab\n\" \"w\"");
    c("void f(void) { g(\"xz (\" PACKAGE \") \" PRIu64 \"!\"); }",
      "F f/0 g() ~\"xz (\" PACKAGE ~\") \" PRIu64 ~\"!\"");
    c("void f(void) { g(PACKAGE \": x\"); g(\"a\" STR(b) \"c\"); }",
      "F f/0 g() PACKAGE ~\": x\" g() ~\"a\" STR() b ~\"c\"");
    c("void f(void) { g(_(\"text\")); return \"b\"; }", "F f/0 g() _() \"text\" \"b\"");
    c("void f(void) { g(\"\"); }", "F f/0 g()");
}

static void numbers_are_folded_as_a_compiler_would(void **state)
{
    c("int a = 1234567;", "O a/0 0x12d687");
    c("int a = -1234567;", "O a/0 0xffffffffffed2979");
    c("int a = (1 << 20) | 0x12;", "O a/0 0x100012");
    c("int a = 1 << 20 | 7;", "O a/0 0x100007");
    c("int a = 7 * 1024 + 1;", "O a/0 0x1c01");
    c("int a = x * 1111 + 2222;", "O a/0 x 0x457 0x8ae");
    c("int a = 1111 + 2222 * x;", "O a/0 0x457 0x8ae x");
    c("int a = x + 1111 + 2222;", "O a/0 x 0xd05");
    c("int a = x - 1111;", "O a/0 x 0x457");
    c("int a = 0x12'34'56ull + 0b110011001100 + 01234567;", "O a/0 0x177a99");
    c("int a = ~0x12345;", "O a/0 0xfffffffffffedcba");
    c("int a = 'RIFF', b = 'a';", "O a/0 0x52494646 | O b/0");
    c("double d = 1.5e3, e = .25f;", "O d/0 1500 | O e/0 0.25");
    c("int a = 5 + 3, b = 0x400;", "O a/0 | O b/0");
}

static void locals_types_and_members_are_no_names(void **state)
{
    c("void f(void) { foo_t *a, b = C; struct s x; size_t n[3]; a->m = b.q + n[0] + x; }", "F f/0 C");
    c("void f(void) { for (size_t i = 0; i < N; i++) g(i); }", "F f/0 N g()");
    c("void f(void *p) { foo_t *q = (foo_t *)p; g((foo_t)q, (unsigned char)p); }", "F f/1 g()");
    c("void f(void) { g(sizeof(foo), sizeof(struct bar), sizeof *baz, offsetof(struct s, m)); }",
      "F f/0 g()");
    c("void f(struct s *p) { p->read(p); p->ops.write(p); q.r = READ; }", "F f/1 q READ");
    c("void f(void) { goto out; x: g(); out: return; }", "F f/0 g()");
    c("void f(void) { int (*cb)(int) = callback; cb(3); }", "F f/0 callback");
    c("struct s o = { .a = A, .b = { B }, c: C, [D] = 1 };", "O o/0 A B C D");
    c("void f(void) { __asm__ volatile(\"mov %0\" : \"=r\"(x)); _Static_assert(sizeof(int) == 4, \"no\"); }",
      "F f/0 x");
}

static void a_switch_counts_its_own_cases(void **state)
{
    c("void f(int a) { switch (a) { case 1: case 2: switch (b) { case X: g(); } case 4: default: ; } }",
      "F f/1 switch(3) switch(1) b X g()");
}

static void functions_may_define_functions_and_objects(void **state)
{
    c("void f(void) { static const char *const t[] = { \"a\", \"b\" }; g(t); }",
      "F f/0 \"a\" \"b\" g() | O t/0:s \"a\" \"b\"");
    c("void f(void) { int h(int a) { return k(a); } g(h); }", "F f/0 k() g() | F h/1:s k()");
    c("void f(void) { int x = ({ int y = g(); y; }); }", "F f/0 g()");
    c("void f(void) { enum { A = 77777, B }; g(A); }",
      "F f/0 0x12fd1 0x12fd2 g() A | M A/0 0x12fd1 | M B/0 0x12fd2");
}

static void what_is_extern_in_a_body_is_not_local(void **state)
{
    c("int f(void) { extern char *name; int own; name = g(own); return h(name); }",
      "F f/0 name g() h() name");
    c("int f(void) { static int own; own = g(own); }", "F f/0 g()");
}

static void objects_are_what_has_an_initialiser(void **state)
{
    c("static const int t[3] = { 77777, -88888 }; int u; extern int v;",
      "O t/0:s 0x12fd1 0xfffffffffffea4c8");
    c("int (*fp)(int) = f; static int (*t[])(void) = { a, b };", "O fp/0 f | O t/0:s a b");
    c("DECLARE_ALIGNED(16, const uint8_t, name)[4] = { 1 };", "O name/0 <DECLARE_ALIGNED>");
    c("struct s { int a; } o = { A };", "O o/0 A");
    c("int a = 1, *b = &c, d;", "O a/0 | O b/0 c");
}

static void enumerators_are_macros_with_their_value(void **state)
{
    c("enum e { A, B = 77777, C, D = X, E, F = 1 << 20 | 3 };",
      "M A/0 | M B/0 0x12fd1 | M C/0 0x12fd2 | M D/0 X | M E/0 | M F/0 0x100003");
    c("typedef enum { A = -77777 } t; struct { enum { B = 77777 } x; } y;",
      "M A/0 0xfffffffffffed02f | M B/0 0x12fd1");
}

static void macros_have_atoms_and_pasted_names(void **state)
{
    c("#define N 77777\n#define S \"a\" \\\n \"b\"\n#undef N\n", "M N/0 0x12fd1 | M S/0 \"ab\"");
    c("#define F(x, y) g(x, K, #y)\n", "M F/2:( g() K");
    c("#define F (x)\n", "M F/0 x");
    c("#define F(x) int x##_init(void) { a_##x(1); b##c; p_##x##_q; }\n",
      "M F/1:( ##_init() a_##() bc p_## ##_q");
    c("int f(void) {\n#define X 77777\n g(X); }", "F f/0 g() X | M X/0 0x12fd1");
}

static void actions_of_grammars_are_one_function(void **state)
{
    c("%{\n#include \"a.h\"\nstatic int f(void) { g(); }\n%}\n%token A \"a\"\n%union { int i; }\n%%\n"
      "x: A { $$ = h($1, \"s\"); } | 'b' { k(); } ;\n%%\nint m(void) { n(); }\n",
      "F f/0:s g() | F yyparse/0 h() \"s\" k() | F m/0 n()");
    c("%{\nint a = 77777;\n%}\n%option prefix=\"foo\"\nD [0-9]\n%%\n\"a\\\"\"{D}  { return g(\"x\"); }\n[ "
      "\"]+ ;\n"
      "<S>{\n\"b\"  h();\n}\nc  |\nd  {\n k();\n }\n%%\nint m(void) { n(); }\n",
      "O a/0 0x12fd1 | F foolex/0 g() \"x\" h() k() | F m/0 n()");
}

static void lemon_and_gperf_are_told_from_c(void **state)
{
    c("%name fooParser\n%include {\nstatic int f(void) { g(); }\n}\nx(A) ::= B(C) D. { A = h(C); }\n",
      "F fooParser/0 A h() C | F f/0:s g()");
    c("%language=ANSI-C\n%struct-type\nstruct s { char *name; int a; };\n%%\n# no\nalpha, 1\n\"be ta\", "
      "2\n%%\nint m(void) { }\n",
      "O wordlist/0 \"alpha\" \"be ta\" | F m/0");
}

static void prose_between_the_code_of_builtins_closes_nothing(void **state)
{
    c("This isn't C (\n$PRODUCES a.c\n#include <x.h>\n$BUILTIN [\n$SHORT_DOC [ \"arg...\n$FUNCTION f\nDon't "
      "{\n"
      "$END\nint f(void) { g(\"x\"); }\n$BUILTIN b\n'\n$END\nint h(void) { k(); }\n",
      "F f/0 g() \"x\" | F h/0 k()");
    c("int f(void) { g(); }\n$END\nint h(void) { k(); }\n", "F f/0 g() | F h/0 k()"); /* not of that form */
}

static void attributes_set_flags(void **state)
{
    c("__attribute__((constructor)) static void f(void) { }", "F f/0:s!");
    c("static void *r(void) { return a; } void *m(void) __attribute__((ifunc(\"r\")));", "F r/0:s? a");
}

static void includes_are_listed(void **state)
{
    struct pl_arena arena;
    struct pl_source_code code;
    struct pl_err err = {0};
    pl_arena_init(&arena, 1u << 20);
    pl_bytes text = PL_LIT("#include <stdio.h>\n # include \"../a b.h\" /* x */\n#include MACRO\n");
    assert_int_equal(pl_source_code_of(text, PL_SOURCE_C, test_limits(), &arena, &code, &err), PL_OK);
    assert_int_equal(code.n_includes, 2);
    assert_true(pl_bytes_eq_str(code.includes[0], "stdio.h"));
    assert_true(pl_bytes_eq_str(code.includes[1], "../a b.h"));
    pl_arena_reset(&arena);
}

static void lines_and_offsets_are_those_of_the_declaration(void **state)
{
    struct pl_arena arena;
    struct pl_source_code code;
    struct pl_err err = {0};
    pl_arena_init(&arena, 1u << 20);
    pl_bytes text = PL_LIT("\n/* c */ static int\nf(void)\n{\n}\n\nint g(void)\n{ }");
    assert_int_equal(pl_source_code_of(text, PL_SOURCE_C, test_limits(), &arena, &code, &err), PL_OK);
    assert_int_equal(code.n_definitions, 2);
    assert_int_equal(code.definitions[0].offset, 9);
    assert_int_equal(code.definitions[0].first_line, 2);
    assert_int_equal(code.definitions[0].last_line, 5);
    assert_int_equal(code.definitions[1].first_line, 7);
    assert_int_equal(code.definitions[1].offset + code.definitions[1].length, text.n);
    pl_arena_reset(&arena);
}

static void any_truncation_is_safe(void **state)
{
    static const char text[] =
        "#if A\n#define F(x) x##_y \"a\\x41\" 77777 /* */ \\\n z\nstatic int f(a, b) int a; {\n"
        "#else\nint (g)(int a) {\n#endif\n switch (a) { case 1: ({ enum { X = 3 << 20 }; }); "
        "static int t[] = { 'ab' }; } return R\"x(a)x\" \"b\" PRI; }\n";
    struct pl_arena arena;
    struct pl_source_code code;
    struct pl_err err = {0};
    for (size_t n = 0; n < sizeof text; n++) {
        pl_arena_init(&arena, 1u << 20);
        char *copy = malloc(n + 1); /* so that reading behind the end is seen by a sanitizer */
        memcpy(copy, text, n);
        pl_bytes cut = pl_bytes_of(copy, n);
        assert_int_equal(pl_source_code_of(cut, PL_SOURCE_C, test_limits(), &arena, &code, &err), PL_OK);
        source_text_check(cut, &code);
        pl_arena_reset(&arena);
        free(copy);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(definitions_have_their_name_and_parameters),
        cmocka_unit_test(old_style_definitions_are_read),
        cmocka_unit_test(attributes_and_macros_do_not_hide_the_name),
        cmocka_unit_test(names_that_macros_make_are_found),
        cmocka_unit_test(macros_that_stand_alone_are_objects_with_what_they_are_given),
        cmocka_unit_test(both_arms_of_an_if_are_read),
        cmocka_unit_test(an_unclosed_brace_costs_one_function),
        cmocka_unit_test(strings_are_joined_and_decoded),
        cmocka_unit_test(numbers_are_folded_as_a_compiler_would),
        cmocka_unit_test(locals_types_and_members_are_no_names),
        cmocka_unit_test(a_switch_counts_its_own_cases),
        cmocka_unit_test(functions_may_define_functions_and_objects),
        cmocka_unit_test(what_is_extern_in_a_body_is_not_local),
        cmocka_unit_test(objects_are_what_has_an_initialiser),
        cmocka_unit_test(enumerators_are_macros_with_their_value),
        cmocka_unit_test(macros_have_atoms_and_pasted_names),
        cmocka_unit_test(actions_of_grammars_are_one_function),
        cmocka_unit_test(lemon_and_gperf_are_told_from_c),
        cmocka_unit_test(prose_between_the_code_of_builtins_closes_nothing),
        cmocka_unit_test(attributes_set_flags),
        cmocka_unit_test(includes_are_listed),
        cmocka_unit_test(lines_and_offsets_are_those_of_the_declaration),
        cmocka_unit_test(any_truncation_is_safe),
    };
    return cmocka_run_group_tests_name("feature_source_c", tests, NULL, NULL);
}
