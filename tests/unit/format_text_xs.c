/*
 * format_text_xs.c - what xsubpp makes out of declarations.
 */
#include "unit.h"

#include "format/text/xs.h"

#include <stdio.h>
#include <string.h>

static struct pl_buf out;

/* Behind the line with what any extension calls. */
static const char *made(const char *path, const char *text)
{
    pl_buf_init(&out, 1u << 20);
    pl_xs_translate(pl_bytes_of_str(path), pl_bytes_of_str(text), &out);
    pl_buf_add_byte(&out, 0);
    assert_int_equal(out.why, PL_OK);
    return (const char *)out.p;
}

static void expect(const char *text, const char *line)
{
    char all[1024];
    (void)snprintf(all, sizeof all, "\n%s\n", line);
    if (strstr(made("Tool.xs", text), all) == NULL)
        fail_msg("%s\nis not in:\n%s", line, (const char *)out.p);
    pl_buf_reset(&out);
}

static void refuse(const char *text, const char *part)
{
    if (strstr(made("Tool.xs", text), part) != NULL)
        fail_msg("%s\nis in:\n%s", part, (const char *)out.p);
    pl_buf_reset(&out);
}

#define HEAD "#include <perl.h>\nMODULE = A::B  PACKAGE = A::B  PREFIX = ab_\n\n"

static void a_declaration_makes_the_name_and_the_usage(void **state)
{
    expect(HEAD "void\nab_size(self, n = 0)\n  SV *self\n", "\"A::B::size\"; \"self, n = 0\"; ");
    expect(HEAD "int ab_size (JSON *self, SV *one = 0, ...)\n CODE:\n",
           "\"A::B::size\"; \"self, one= 0, ...\"; ");
    expect(HEAD "int\nCLONE(...)\n", "\"A::B::CLONE\"; \"...\"; ");
    expect(HEAD "int\nnothing()\n", "\"A::B::nothing\"; ");
    expect(HEAD "int\nlong_one(a,\n  b)\n", "\"A::B::long_one\"; \"a, b\"; ");
}

static void a_method_of_cpp_gets_its_object(void **state)
{
    expect(HEAD "int\nTool::grow(by)\n int by\n", "\"A::B::grow\"; \"THIS, by\"; ");
    expect(HEAD "Tool *\nTool::new()\n", "\"A::B::new\"; \"CLASS\"; ");
}

static void what_perl_does_not_hand_over_is_left_out(void **state)
{
    expect(HEAD "void\ncut(char *s, int length(s), OUTLIST int end)\n", "\"A::B::cut\"; \"s\"; ");
}

static void aliases_are_names_too(void **state)
{
    expect(HEAD "void\nmain_one(x)\n int x\n ALIAS:\n  second = 1\n  C::third = 2\nCODE:\n  y = 1;\n",
           "\"A::B::second\"; ");
    expect(HEAD "void\nmain_one(x)\n int x\n ALIAS:\n  second = 1\n  C::third = 2\nCODE:\n  y = 1;\n",
           "\"C::third\"; ");
    refuse(HEAD "void\nmain_one(x)\n int x\n ALIAS:\n  second = 1\nCODE:\n  y = 1;\n", "A::B::y");
}

/* A line of C at the left edge of a body, and C before the first MODULE, declare nothing. */
static void only_what_stands_behind_an_empty_line_declares(void **state)
{
    refuse(HEAD "void\none(x)\n int x\nCODE:\ncall(x);\n", "A::B::call");
    refuse("int\nab_size(self)\n{\n}\n", "size\"");
}

static void a_line_stays_a_line(void **state)
{
    const char *text = HEAD "void\none(x,\n y)\nCODE:\n\n#if 1\n";
    size_t lines = 0;
    size_t want = 0;
    for (const char *p = text; *p != 0; p++)
        want += *p == '\n';
    for (const char *p = made("Tool.xs", text); *p != 0; p++)
        lines += *p == '\n';
    assert_int_equal(lines, want);
    pl_buf_reset(&out);
}

static void the_c_file_is_named_like_the_xs_file(void **state)
{
    assert_int_equal(strncmp(made("lib/Tool.xs", "x"), "\"Tool.c\"; ", 10), 0);
    pl_buf_reset(&out);
}

static void quotes_of_a_typemap_are_escaped_once(void **state)
{
    assert_true(pl_xs_is(PL_LIT("a/typemap")) && pl_xs_is(PL_LIT("x.xs")) && !pl_xs_is(PL_LIT("x.c")));
    assert_string_equal(made("typemap", "T_X\n croak(\\\"no $var\\n\\\");\n"),
                        "T_X\n croak(\"no $var\\n\");\n");
    pl_buf_reset(&out);
}

/* Every start of a file is read to its end. */
static void a_file_may_end_anywhere(void **state)
{
    static const char text[] = HEAD "int Tool::ab_size (JSON *self, SV *one = \"(\")\n ALIAS: a = 1\n b=\n";
    for (size_t n = 0; n <= sizeof text - 1; n++) {
        pl_buf_init(&out, 1u << 20);
        pl_xs_translate(PL_LIT("Tool.xs"), pl_bytes_of(text, n), &out);
        assert_int_equal(out.why, PL_OK);
        pl_buf_reset(&out);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_declaration_makes_the_name_and_the_usage),
        cmocka_unit_test(a_method_of_cpp_gets_its_object),
        cmocka_unit_test(what_perl_does_not_hand_over_is_left_out),
        cmocka_unit_test(aliases_are_names_too),
        cmocka_unit_test(only_what_stands_behind_an_empty_line_declares),
        cmocka_unit_test(a_line_stays_a_line),
        cmocka_unit_test(the_c_file_is_named_like_the_xs_file),
        cmocka_unit_test(quotes_of_a_typemap_are_escaped_once),
        cmocka_unit_test(a_file_may_end_anywhere),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
