/*
 * base_quote.c - tests of base/quote.h.
 */
#include "base/quote.h"
#include "unit.h"

#include <stdio.h>

static void assert_quoted(pl_bytes text, const char *expected)
{
    struct pl_buf out;
    pl_buf_init(&out, 1000);
    pl_quote(&out, text);
    pl_buf_add_byte(&out, 0);
    assert_int_equal(pl_buf_done(&out, NULL), PL_OK);
    assert_string_equal((const char *)out.p, expected);
    pl_buf_reset(&out);
}

static void plain_text_stays_as_it_is(void **state)
{
    assert_quoted(PL_LIT("usr/bin/[ $x' \"y\""), "usr/bin/[ $x' \"y\"");
    assert_quoted(PL_LIT("Größe 漢字 🙂"), "Größe 漢字 🙂");
    assert_quoted((pl_bytes){NULL, 0}, "");
}

static void control_characters_and_escapes_are_spelled_out(void **state)
{
    assert_quoted(PL_LIT("a\nb\tc\rd\\e"), "a\\nb\\tc\\rd\\\\e");
    assert_quoted(PL_LIT("\x1b[31m\0\x7f"), "\\x1b[31m\\x00\\x7f");
    assert_quoted(PL_LIT("\xc2\x9b"), "\\u{9b}"); /* the C1 form of escape-bracket */
}

static void what_hides_or_turns_text_is_spelled_out(void **state)
{
    assert_quoted(PL_LIT("\xe2\x80\xae"
                         "fdp.exe"),
                  "\\u{202e}fdp.exe");
    assert_quoted(PL_LIT("a\xe2\x81\xa6"
                         "b\xe2\x81\xa9"),
                  "a\\u{2066}b\\u{2069}");
    assert_quoted(PL_LIT("a\xe2\x80\x8b"
                         "b\xef\xbb\xbf"),
                  "a\\u{200b}b\\u{feff}");
    assert_quoted(PL_LIT("\xe2\x80\xa8\xe2\x80\xa9"), "\\u{2028}\\u{2029}");
    assert_quoted(PL_LIT("\xf3\xa0\x81\x81\xcd\x8f"), "\\u{e0041}\\u{34f}");
}

static void invalid_utf8_shows_its_bytes(void **state)
{
    assert_quoted(PL_LIT("\xff\xc3"), "\\xff\\xc3");
    assert_quoted(PL_LIT("\xc0\xaf"), "\\xc0\\xaf");          /* overlong slash */
    assert_quoted(PL_LIT("\xe0\x80\xaf"), "\\xe0\\x80\\xaf"); /* overlong slash */
    assert_quoted(PL_LIT("\xf0\x80\x80\xaf"), "\\xf0\\x80\\x80\\xaf");
    assert_quoted(PL_LIT("\xed\xa0\x80"), "\\xed\\xa0\\x80");          /* surrogate */
    assert_quoted(PL_LIT("\xf4\x90\x80\x80"), "\\xf4\\x90\\x80\\x80"); /* over U+10FFFF */
    assert_quoted(PL_LIT("\xe2\x82(\xe2\x82"), "\\xe2\\x82(\\xe2\\x82");
}

static void what_was_quoted_comes_back_and_no_other_spelling_does(void **state)
{
    static const char *const other[] = {"\\",           "a\\",       "\\q",         "\\x4",    "\\x41",
                                        "\\x5c",        "\\xFF",     "\\u{}",       "\\u{41}", "\\u{202e",
                                        "\\u{0202e}",   "\\u{d800}", "\\u{110000}", "a\nb",    "\xff",
                                        "\xe2\x80\xae", "\\xc3\\xa9"};
    struct pl_buf quoted;
    struct pl_buf back;
    uint64_t seed = 5;
    pl_buf_init(&quoted, 10000);
    pl_buf_init(&back, 10000);
    for (int turn = 0; turn < 20000; turn++) {
        uint8_t text[12];
        size_t n = (size_t)unit_below(&seed, sizeof text + 1);
        for (size_t i = 0; i < n; i++)
            text[i] =
                turn % 2 == 0 ? (uint8_t)unit_random(&seed) : "\\xu{2e}\xe2\x80\xaen"[unit_below(&seed, 12)];
        pl_buf_clear(&quoted);
        pl_buf_clear(&back);
        pl_quote(&quoted, pl_bytes_of(text, n));
        assert_true(pl_unquote(&back, pl_buf_bytes(&quoted)));
        assert_true(pl_bytes_eq(pl_buf_bytes(&back), pl_bytes_of(text, n)));
    }
    for (size_t i = 0; i < sizeof other / sizeof other[0]; i++)
        assert_false(pl_unquote(&back, pl_bytes_of_str(other[i])));
    pl_buf_reset(&quoted);
    pl_buf_reset(&back);
}

static size_t encode(uint32_t c, uint8_t *out)
{
    if (c < 0x80) {
        out[0] = (uint8_t)c;
        return 1;
    }
    size_t n = c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
    for (size_t i = n - 1; i > 0; i--, c >>= 6)
        out[i] = (uint8_t)(0x80 | (c & 0x3f));
    out[0] = (uint8_t)((0xf00 >> n) | c);
    return n;
}

static void every_code_point_decodes_and_no_surrogate_does(void **state)
{
    for (uint32_t c = 0; c <= 0x10ffff; c++) {
        uint8_t bytes[4];
        uint32_t back = 0;
        size_t n = encode(c, bytes);
        bool is_surrogate = c >= 0xd800 && c <= 0xdfff;
        assert_int_equal(pl_utf8_next(pl_bytes_of(bytes, n), &back), is_surrogate ? 0 : n);
        assert_true(is_surrogate || back == c);
        if (n > 1)
            assert_int_equal(pl_utf8_next(pl_bytes_of(bytes, n - 1), &back), 0);
    }
}

/* The inverse of pl_quote(); false when the text is not of its making. */
static bool unquote(pl_bytes quoted, struct pl_buf *out)
{
    while (quoted.n > 0) {
        unsigned value = 0;
        int used = 0;
        uint8_t bytes[4];
        char text[16] = "";
        memcpy(text, quoted.p, quoted.n < 15 ? quoted.n : 15);
        if (text[0] != '\\') {
            pl_buf_add_byte(out, quoted.p[0]);
            used = 1;
        } else if (strchr("nrt\\", text[1]) != NULL) {
            pl_buf_add_byte(out, (uint8_t) "\n\r\t\\"[strchr("nrt\\", text[1]) - "nrt\\"]);
            used = 2;
        } else if (sscanf(text, "\\x%2x%n", &value, &used) == 1 && used == 4) {
            pl_buf_add_byte(out, (uint8_t)value);
        } else if (sscanf(text, "\\u{%x}%n", &value, &used) == 1 && used > 4) {
            pl_buf_add(out, pl_bytes_of(bytes, encode(value, bytes)));
        } else {
            return false;
        }
        quoted = pl_bytes_from(quoted, (size_t)used);
    }
    return true;
}

static void what_was_there_can_be_told_from_what_is_printed(void **state)
{
    static const uint8_t nasty[] = {'\\', 'n',  'x',  'u',  '{',  '}',  '2', '0',
                                    0xe2, 0x80, 0xae, 0xc2, 0x85, 0xff, 27,  0};
    uint64_t random = 5;
    struct pl_buf quoted;
    struct pl_buf back;
    pl_buf_init(&quoted, 1000);
    pl_buf_init(&back, 1000);
    for (int round = 0; round < 20000; round++) {
        uint8_t text[12];
        pl_bytes input = pl_bytes_of(text, unit_below(&random, sizeof text + 1));
        for (size_t i = 0; i < sizeof text; i++)
            text[i] =
                round % 2 == 0 ? nasty[unit_below(&random, sizeof nasty)] : (uint8_t)unit_random(&random);
        pl_buf_clear(&quoted);
        pl_buf_clear(&back);
        pl_quote(&quoted, input);
        assert_true(unquote(pl_buf_bytes(&quoted), &back));
        assert_true(pl_bytes_eq(pl_buf_bytes(&back), input));
        for (pl_bytes rest = pl_buf_bytes(&quoted); rest.n > 0;) {
            uint32_t c = 0;
            size_t n = pl_utf8_next(rest, &c);
            assert_true(n > 0 && !pl_is_unsafe_code_point(c));
            rest = pl_bytes_from(rest, n);
        }
    }
    pl_buf_reset(&quoted);
    pl_buf_reset(&back);
}

static void a_cut_never_splits_a_character_and_says_so(void **state)
{
    pl_bytes text = PL_LIT("a🙂ß");
    static const char *const expected[] = {"…",        "a…",       "a…",      "a…",     "a…",
                                           "a🙂…", "a🙂…", "a🙂ß", "a🙂ß"};
    for (size_t max = 0; max < sizeof expected / sizeof expected[0]; max++) {
        struct pl_buf out;
        pl_buf_init(&out, 100);
        pl_quote_some(&out, text, max);
        assert_true(pl_bytes_eq_str(pl_buf_bytes(&out), expected[max]));
        pl_buf_reset(&out);
    }
}

static void thousands_are_set_apart(void **state)
{
    static const struct {
        uint64_t value;
        const char *text;
    } cases[] = {{0, "0"},
                 {999, "999"},
                 {1000, "1,000"},
                 {276256, "276,256"},
                 {UINT64_MAX, "18,446,744,073,709,551,615"}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct pl_buf out;
        pl_buf_init(&out, 100);
        pl_add_thousands(&out, cases[i].value);
        assert_true(pl_bytes_eq_str(pl_buf_bytes(&out), cases[i].text));
        pl_buf_reset(&out);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plain_text_stays_as_it_is),
        cmocka_unit_test(control_characters_and_escapes_are_spelled_out),
        cmocka_unit_test(what_hides_or_turns_text_is_spelled_out),
        cmocka_unit_test(invalid_utf8_shows_its_bytes),
        cmocka_unit_test(what_was_quoted_comes_back_and_no_other_spelling_does),
        cmocka_unit_test(every_code_point_decodes_and_no_surrogate_does),
        cmocka_unit_test(what_was_there_can_be_told_from_what_is_printed),
        cmocka_unit_test(a_cut_never_splits_a_character_and_says_so),
        cmocka_unit_test(thousands_are_set_apart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
