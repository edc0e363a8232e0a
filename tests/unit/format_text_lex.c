/*
 * format_text_lex.c - tests of the lexers of script languages.
 */
#include "format/text/lex.h"

#include "unit.h"

#include <stdio.h>
#include <string.h>

static struct pl_lex lexer;

/* All tokens but comments, with a mark for the kind: w n s c r t p. */
static const char *tokens(const char *language, const char *text)
{
    static char out[4096];
    struct pl_lex_token t;
    size_t n = 0;
    pl_lex_init(&lexer, pl_bytes_of_str(text), pl_lex_language_named(language));
    out[0] = '\0';
    while (pl_lex_next(&lexer, &t))
        if (t.kind != PL_LEX_COMMENT)
            n += (size_t)snprintf(
                out + n, sizeof out - n, "%s%c:%.*s", n > 0 ? " " : "", "wnscrtp"[t.kind],
                PL_ARG(t.kind == PL_LEX_PUNCT ? pl_bytes_sub(lexer.text, t.offset, t.length) : t.body));
    return out;
}

static void a_slash_divides_behind_an_operand(void **state)
{
    assert_string_equal(tokens("javascript", "a / 2 / b"), "w:a p:/ n:2 p:/ w:b");
    assert_string_equal(tokens("javascript", "f(x) / 2 / 1"), "w:f p:( w:x p:) p:/ n:2 p:/ n:1");
    assert_string_equal(tokens("javascript", "a[0] / 2 /1"), "w:a p:[ n:0 p:] p:/ n:2 p:/ n:1");
    assert_string_equal(tokens("javascript", "x++ / 2 / y"), "w:x p:++ p:/ n:2 p:/ w:y");
}

static void a_slash_begins_a_regular_expression_where_an_operand_can_stand(void **state)
{
    assert_string_equal(tokens("javascript", "x = /a[/]b/g.test"), "w:x p:= r:a[/]b p:. w:test");
    assert_string_equal(tokens("javascript", "return /\\//"), "w:return r:\\/");
    assert_string_equal(tokens("javascript", "if (a) /b/.c"), "w:if p:( w:a p:) r:b p:. w:c");
    assert_string_equal(tokens("javascript", "o.return / a / b"), "w:o p:. w:return p:/ w:a p:/ w:b");
}

static void templates_nest(void **state)
{
    assert_string_equal(tokens("javascript", "`a${`b${c}`}d` + {}"), "c:a c:b w:c c: c:d p:+ p:{ p:}");
    assert_string_equal(tokens("javascript", "`${{a: {}}}`"), "c: p:{ w:a p:: p:{ p:} p:} c:");
}

static void a_thousand_nested_templates_close(void **state)
{
    static char text[8001];
    struct pl_lex_token t;
    size_t chunks = 0;
    for (size_t i = 0; i < 1000; i++)
        memcpy(text + 3 * i, "`${", 3);
    for (size_t i = 0; i < 1000; i++)
        memcpy(text + 3000 + 2 * i, "}`", 2);
    pl_lex_init(&lexer, pl_bytes_of_str(text), pl_lex_language_named("javascript"));
    while (pl_lex_next(&lexer, &t))
        chunks += t.kind == PL_LEX_CHUNK;
    assert_int_equal(chunks, 2000);
    assert_int_equal(lexer.depth, 0);
}

static void tags_are_read_where_an_operand_can_stand(void **state)
{
    assert_string_equal(tokens("jsx", "x = <a b=\"c\" {...d}>e {f} g</a>;"),
                        "w:x p:= p:< w:a w:b p:= s:c p:{ p:... w:d p:} p:> t:e  p:{ w:f p:} t: g p:</a> p:;");
    assert_string_equal(tokens("jsx", "a < b > c"), "w:a p:< w:b p:> w:c");
    assert_string_equal(tokens("javascript", "a <<= 1<<o;b>=0"),
                        "w:a p:< p:< p:= n:1 p:< p:< w:o p:; w:b p:> p:= n:0");
    assert_string_equal(tokens("typescript", "x = <a>b"), "w:x p:= p:< w:a p:> w:b");
}

static void what_never_closes_is_single_bytes(void **state)
{
    assert_string_equal(tokens("javascript", "a = \"b\nc"), "w:a p:= p:\" w:b w:c");
    assert_string_equal(tokens("javascript", "a = /b\nc"), "w:a p:= p:/ w:b w:c");
    assert_string_equal(tokens("javascript", "`a"), "p:` w:a");
    assert_string_equal(tokens("shell", "echo 'a"), "w:echo p:' w:a");
}

static void a_here_document_is_one_string(void **state)
{
    assert_string_equal(tokens("shell", "cat <<'E' | b\nx # y\nE\nc"),
                        "w:cat p:<< s:E p:| w:b s:x # y\n w:c");
    assert_string_equal(tokens("shell", "a=$#b#c # d"), "w:a p:= w:$ p:# w:b p:# w:c");
}

static void each_language_has_its_strings_and_comments(void **state)
{
    assert_string_equal(tokens("python", "x = r'\\d' '''a\nb''' # c"), "w:x p:= s:\\d s:a\nb");
    assert_string_equal(tokens("lua", "s = [==[a]]b]==] -- c\n--[[d\n]] e"), "w:s p:= s:a]]b w:e");
    assert_string_equal(tokens("css", ".a-b{c:\"d\"}/* e */"), "p:. w:a-b p:{ w:c p:: s:d p:}");
    assert_string_equal(tokens("perl", "q{a {b}} . s/x/y/g; $s = 1"), "s:a {b} p:. r:x/y p:; w:$s p:= n:1");
    assert_string_equal(tokens("m4", "AC_X([a]) dnl b"), "w:AC_X p:( p:[ w:a p:] p:)");
    assert_string_equal(tokens("html", "<a b='c'>d e</a><script>f(\"</a>\")</script>"),
                        "p:< w:a w:b p:= s:c p:> t:d e p:< p:/ w:a p:> p:< w:script p:> w:f p:( s:</a> p:) "
                        "p:< p:/ w:script p:>");
}

static void languages_are_told_by_name_or_interpreter(void **state)
{
    assert_string_equal(pl_lex_language_of(PL_LIT("a/b.d.ts"), PL_LIT(""))->name, "declarations");
    assert_string_equal(pl_lex_language_of(PL_LIT("b.tsx"), PL_LIT(""))->name, "jsx");
    assert_string_equal(pl_lex_language_of(PL_LIT("bin/x"), PL_LIT("#!/usr/bin/env -S node --y\n"))->name,
                        "javascript");
    assert_string_equal(pl_lex_language_of(PL_LIT("bin/x"), PL_LIT("#! /usr/bin/python3.11\n"))->name,
                        "python");
    assert_null(pl_lex_language_of(PL_LIT("README"), PL_LIT("text")));
}

static void escapes_decode(void **state)
{
    struct pl_lex_token t;
    struct pl_buf out;
    const struct pl_lex_language *js = pl_lex_language_named("javascript");
    pl_buf_init(&out, 256);
    pl_lex_init(&lexer, PL_LIT("'a\\x41\\u0042\\u{43}\\n\\\n\\'\\ud83d\\ude00'"), js);
    assert_true(pl_lex_next(&lexer, &t));
    pl_lex_decode(&t, js, &out);
    assert_true(pl_bytes_eq(pl_buf_bytes(&out), PL_LIT("aABC\n'\xf0\x9f\x98\x80")));
    pl_buf_reset(&out);
}

static void escapes_of_bytes_decode_to_bytes(void **state)
{
    struct pl_lex_token t;
    struct pl_buf out;
    const struct pl_lex_language *python = pl_lex_language_named("python");
    pl_buf_init(&out, 256);
    pl_lex_init(&lexer, PL_LIT("b'\\xfd\\3757z\\u0041' '\\xfd'"), python);
    assert_true(pl_lex_next(&lexer, &t));
    pl_lex_decode(&t, python, &out);
    assert_true(pl_bytes_eq(pl_buf_bytes(&out), PL_LIT("\xfd\xfd"
                                                       "7zu0041")));
    pl_buf_clear(&out);
    assert_true(pl_lex_next(&lexer, &t));
    pl_lex_decode(&t, python, &out);
    assert_true(pl_bytes_eq(pl_buf_bytes(&out), PL_LIT("\xc3\xbd")));
    pl_buf_reset(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_slash_divides_behind_an_operand),
        cmocka_unit_test(a_slash_begins_a_regular_expression_where_an_operand_can_stand),
        cmocka_unit_test(templates_nest),
        cmocka_unit_test(a_thousand_nested_templates_close),
        cmocka_unit_test(tags_are_read_where_an_operand_can_stand),
        cmocka_unit_test(what_never_closes_is_single_bytes),
        cmocka_unit_test(a_here_document_is_one_string),
        cmocka_unit_test(each_language_has_its_strings_and_comments),
        cmocka_unit_test(languages_are_told_by_name_or_interpreter),
        cmocka_unit_test(escapes_decode),
        cmocka_unit_test(escapes_of_bytes_decode_to_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
