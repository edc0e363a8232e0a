/*
 * format_text_clit.c - the literal lexer: what a string is, where it ends, what its value is.
 */
#include "unit.h"

#include "format/text/clit.h"

/* All values of strings, each followed by '|'. */
static void expect(enum pl_clit_family family, const char *text, pl_bytes want)
{
    struct pl_clit lexer;
    struct pl_clit_token token;
    struct pl_buf got;
    pl_buf_init(&got, 65536);
    pl_clit_init(&lexer, pl_bytes_of_str(text), family);
    while (pl_clit_next(&lexer, &token)) {
        if (token.kind != PL_CLIT_STRING)
            continue;
        pl_clit_decode(&token, family, &got);
        pl_buf_add_byte(&got, '|');
    }
    if (!pl_bytes_eq(pl_buf_bytes(&got), want))
        print_error("got [%.*s] for %s\n", PL_ARG(pl_buf_bytes(&got)), text);
    assert_true(pl_bytes_eq(pl_buf_bytes(&got), want));
    pl_buf_reset(&got);
}

static void escapes_have_the_values_that_c_gives_them(void **state)
{
    expect(PL_CLIT_C, "\"a\\n\\t\\\\\\\"\\a\\b\\f\\r\\v\\e\"", PL_LIT("a\n\t\\\"\a\b\f\r\v\033|"));
    expect(PL_CLIT_C, "\"\\0\\12\\1234\\x41\\x4a\\u00e9\\U0001F600\"",
           PL_LIT("\0\nS4AJ\xc3\xa9\xf0\x9f\x98\x80|"));
    expect(PL_CLIT_C, "\"one \\\n line\"", PL_LIT("one  line|"));
    expect(PL_CLIT_JS, "'\\u{e9}' `a\nb`", PL_LIT("\xc3\xa9|a\nb|"));
}

static void prefixes_and_raw_strings_are_strings(void **state)
{
    expect(PL_CLIT_C, "L\"w\" u8\"a\" u\"b\" U\"c\" R\"(a\\n\")\" LR\"x(a)\")x\"",
           PL_LIT("w|a|b|c|a\\n\"|a)\"|"));
    expect(PL_CLIT_PYTHON, "r'\\n' b\"x\" '''a\n'b''' rb'q'", PL_LIT("\\n|x|a\n'b|q|"));
    expect(PL_CLIT_RUST, "r\"\\n\" r#\"a\"b\"# b\"c\" fn f<'a>(x: &'a str) 'x'", PL_LIT("\\n|a\"b|c|"));
    expect(PL_CLIT_GO, "`a\\n\nb` \"c\" 'd'", PL_LIT("a\\n\nb|c|"));
    expect(PL_CLIT_SHELL, "a='x\\n' b=\"y\\n\" # it's", PL_LIT("x\\n|y\n|"));
}

static void comments_and_characters_hold_no_strings(void **state)
{
    expect(PL_CLIT_C, "/* \"a\" */ // \"b\"\n'\"' \"c\" '\\''\"d\"", PL_LIT("c|d|"));
    expect(PL_CLIT_PYTHON, "# \"a\"\n\"b\"", PL_LIT("b|"));
}

static void a_quote_that_does_not_close_costs_one_byte(void **state)
{
    expect(PL_CLIT_C, "#error don't\n\"a\"", PL_LIT("a|"));
    expect(PL_CLIT_C, "\"open\n\"a\"", PL_LIT("a|"));
    expect(PL_CLIT_C, "\"a\\", PL_LIT(""));
}

static void families_go_by_suffix_and_look_through_in(void **state)
{
    assert_int_equal(pl_clit_family_of(PL_LIT("src/a.c")), PL_CLIT_C);
    assert_int_equal(pl_clit_family_of(PL_LIT("lib/config.h.in")), PL_CLIT_C);
    assert_int_equal(pl_clit_family_of(PL_LIT("gtools-h.in")), PL_CLIT_C);
    assert_int_equal(pl_clit_family_of(PL_LIT("gtools-x.in")), PL_CLIT_NONE);
    assert_int_equal(pl_clit_family_of(PL_LIT("x.y/README")), PL_CLIT_NONE);
    assert_int_equal(pl_clit_family_of(PL_LIT("a.tar.gz!/b.py")), PL_CLIT_PYTHON);
    assert_int_equal(pl_clit_family_of(PL_LIT("")), PL_CLIT_NONE);
}

static void every_truncation_gives_tokens_inside_the_text(void **state)
{
    static const char text[] =
        "#define A \"x\" B /* c */ L\"\\x41\\\n\" R\"d(e)d\" 'f' `g` r#\"h\"# '''i''' \"\"\"j\"\"\"";
    for (size_t n = 0; n <= sizeof text - 1; n++) {
        uint8_t *copy = malloc(n + 1);
        assert_non_null(copy);
        memcpy(copy, text, n);
        for (int family = PL_CLIT_C; family <= PL_CLIT_SHELL; family++) {
            struct pl_clit lexer;
            struct pl_clit_token token;
            size_t end = 0;
            pl_clit_init(&lexer, pl_bytes_of(copy, n), (enum pl_clit_family)family);
            while (pl_clit_next(&lexer, &token)) {
                assert_true(token.offset >= end && token.length > 0 && token.offset + token.length <= n);
                end = token.offset + token.length;
            }
        }
        free(copy);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(escapes_have_the_values_that_c_gives_them),
        cmocka_unit_test(prefixes_and_raw_strings_are_strings),
        cmocka_unit_test(comments_and_characters_hold_no_strings),
        cmocka_unit_test(a_quote_that_does_not_close_costs_one_byte),
        cmocka_unit_test(families_go_by_suffix_and_look_through_in),
        cmocka_unit_test(every_truncation_gives_tokens_inside_the_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
