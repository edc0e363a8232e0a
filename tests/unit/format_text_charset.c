/*
 * format_text_charset.c - old character sets: every byte, and every pair of bytes, as the C library has it.
 */
#include "unit.h"

#include "format/text/charset.h"

#include <iconv.h>
#include <string.h>

/* What the C library makes of it; false when it refuses, or does not have the set. */
static bool convert(iconv_t to, const uint8_t *text, size_t n, char *out, size_t room, size_t *written)
{
    char in[4];
    char *from = in;
    char *at = out;
    memcpy(in, text, n);
    (void)iconv(to, NULL, NULL, NULL, NULL);
    bool is_good = iconv(to, &from, &n, &at, &room) != (size_t)-1 && n == 0;
    *written = (size_t)(at - out);
    return is_good;
}

static void compare(iconv_t to, const char *name, const uint8_t *text, size_t n, size_t *compared)
{
    char want[16];
    size_t n_want;
    pl_bytes got;
    struct pl_arena a;
    pl_arena_init(&a, 4096);
    pl_status st = pl_charset_to_utf8(&a, pl_bytes_of_str(name), pl_bytes_of(text, n), &got, NULL);
    if (st == PL_OK) { /* what the C library has beyond the standard is not missed */
        if (!convert(to, text, n, want, sizeof want, &n_want) ||
            !pl_bytes_eq(got, pl_bytes_of((uint8_t *)want, n_want)))
            fail_msg("%s: %02x %02x", name, text[0], text[1]);
        *compared += 1;
    } else {
        assert_int_equal(st, PL_E_INPUT);
    }
    pl_arena_reset(&a);
}

static void every_character_is_the_one_of_the_c_library(void **state)
{
    size_t compared = 0;
    (void)state;
    for (size_t i = 0; i < pl_charset_n_singles; i++) {
        iconv_t to = iconv_open("UTF-8", pl_charset_singles[i].name);
        for (unsigned c = 1; c < 256 && to != (iconv_t)-1; c++) {
            uint8_t text[2] = {(uint8_t)c, 0};
            compare(to, pl_charset_singles[i].name, text, 1, &compared);
        }
        if (to != (iconv_t)-1)
            iconv_close(to);
    }
    for (size_t i = 0; i < pl_charset_n_doubles; i++) {
        iconv_t to = iconv_open("UTF-8", pl_charset_doubles[i].name);
        for (unsigned k = 0; k < 65536 && to != (iconv_t)-1; k++) {
            uint8_t text[2] = {(uint8_t)(0x80 | (k >> 8)), (uint8_t)k};
            if (k >> 8 < 128)
                compare(to, pl_charset_doubles[i].name, text, 2, &compared);
        }
        if (to != (iconv_t)-1)
            iconv_close(to);
    }
    if (compared == 0)
        skip(); /* a C library without any of them */
    assert_true(compared > 2500);
}

static void expect(const char *name, const char *text, const char *want)
{
    struct pl_arena a;
    pl_bytes got;
    pl_arena_init(&a, 4096);
    assert_int_equal(pl_charset_to_utf8(&a, pl_bytes_of_str(name), pl_bytes_of_str(text), &got, NULL), PL_OK);
    assert_true(pl_bytes_eq_str(got, want));
    pl_arena_reset(&a);
}

static void a_text_is_what_the_header_says(void **state)
{
    (void)state;
    expect("EUC-JP", "cpu \xa4\xce\xc0\xdf\xc4\xea\xa4\xf2", "cpu の設定を");
    expect("euc-jp", "\x8e\xb1", "ｱ");
    expect("iso-8859-15", "\xa4", "€");
    expect("KOI8-R", "\xf0\xd2\xc9", "При");
    expect("UTF-8", "\xc3\xa9", "é");
    expect("ISO-8859-1", "\xc3\xa9", "Ã©");
    expect("CHARSET", "\xe9", "\xe9"); /* msgconv has no such set, nor have we */
}

static void bytes_of_no_character_are_refused(void **state)
{
    static const char *const bad[][2] = {
        {"EUC-JP", "\xa4"}, {"EUC-JP", "\xa4 "}, {"EUC-JP", "\xff\xff"}, {"ISO-8859-7", "\xff"}};
    struct pl_arena a;
    pl_bytes got;
    (void)state;
    pl_arena_init(&a, 4096);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_int_equal(
            pl_charset_to_utf8(&a, pl_bytes_of_str(bad[i][0]), pl_bytes_of_str(bad[i][1]), &got, NULL),
            PL_E_INPUT);
    pl_arena_reset(&a);
}

static void a_header_names_its_set(void **state)
{
    (void)state;
    assert_true(pl_bytes_eq_str(
        pl_charset_of_header(PL_LIT("A: b\nContent-Type: text/plain; charset=EUC-JP\nC: d\n")), "EUC-JP"));
    assert_int_equal(pl_charset_of_header(PL_LIT("A: b\n")).n, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_character_is_the_one_of_the_c_library),
        cmocka_unit_test(a_text_is_what_the_header_says),
        cmocka_unit_test(bytes_of_no_character_are_refused),
        cmocka_unit_test(a_header_names_its_set),
    };
    return cmocka_run_group_tests_name("format_text_charset", tests, NULL, NULL);
}
