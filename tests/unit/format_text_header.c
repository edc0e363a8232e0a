/*
 * format_text_header.c - which definitions of a header become lines, and what is left of their bodies.
 */
#include "unit.h"

#include "format/text/header.h"

static void assert_thin(const char *header, const char *lines)
{
    struct pl_buf out;
    pl_buf_init(&out, 1 << 20);
    pl_header_thin(pl_bytes_of_str(header), &out);
    pl_buf_add_byte(&out, 0);
    assert_int_equal(out.why, PL_OK);
    assert_string_equal((char *)out.p, lines);
    pl_buf_reset(&out);
}

static void macros_become_lines_with_their_parameters(void **state)
{
    assert_thin("#define errno (*__errno_location ()) /* c */\n", "errno (*__errno_location ())\n");
    assert_thin("# define F(a, ...) g (a, \\\n   \"x\" #a)\nint x;\n", "F(a,...) g (a, \"x\" #a)\n");
    assert_thin("#if A\n#define P q\n#else\n#define P r\n#endif\n", "P q\nP r\n");
}

static void numbers_alone_say_nothing_unless_they_are_of_a_version(void **state)
{
    assert_thin("#define O_RDONLY 00\n#define EMPTY\n#define FOO_VERSION_MINOR 4\n", "FOO_VERSION_MINOR 4\n");
}

static void inline_functions_become_lines_and_declarations_do_not(void **state)
{
    assert_thin("static inline int f(int a) { if (a) { return g(a); } return 0; }\nint h(int);\n",
                "f{ if (a) { return g(a); } return 0;\n");
    assert_thin(
        "extern \"C\" {\nnamespace std VISIBLE(x) {\nstruct s { int m() const { return call(); } };\n}\n}\n",
        "m{ return call();\n");
    assert_thin("char *__NTH (stpcpy (char *d, const char *s)) { return __chk (d); }\n",
                "__NTH{ return __chk (d);\nstpcpy{ return __chk (d);\n");
}

static void tables_become_lines(void **state)
{
    assert_thin("CODE names[] = { { \"alert\", LOG_ALERT }, { NULL, -1 } };\nint n = 3;\n",
                "names{ { \"alert\", LOG_ALERT }, { NULL, -1 }\n");
}

static void a_renamed_declaration_leads_to_its_symbol(void **state)
{
    assert_thin("extern int __REDIRECT (sscanf, (const char *s), __isoc99_sscanf);\n",
                "sscanf{ extern int __REDIRECT (sscanf, (const char *s), __isoc99_sscanf)\n");
    assert_thin("int foo (void) __asm__ (\"bar\");\n", "foo{ int foo (void) __asm__ (\"bar\")\n");
}

static void an_open_block_ends_with_the_text(void **state)
{
    assert_thin("int f() { g(", "f{ g(\n");
    assert_thin("#define", "");
    assert_thin("#define F(a", "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(macros_become_lines_with_their_parameters),
        cmocka_unit_test(numbers_alone_say_nothing_unless_they_are_of_a_version),
        cmocka_unit_test(inline_functions_become_lines_and_declarations_do_not),
        cmocka_unit_test(tables_become_lines),
        cmocka_unit_test(a_renamed_declaration_leads_to_its_symbol),
        cmocka_unit_test(an_open_block_ends_with_the_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
