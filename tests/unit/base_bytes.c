/*
 * base_bytes.c - tests of base/bytes.h and base/size.h.
 */
#include "base/bytes.h"
#include "base/size.h"

#include "unit.h"
#include <stdlib.h>

#include <stdio.h>

static const pl_bytes nothing = {NULL, 0};

/* Texts of few different bytes, so that parts of the needle stand everywhere; where it is, a loop says. */
static void a_needle_in_a_long_text_is_found_where_it_is_first(void **state)
{
    (void)state;
    static uint8_t text[20000];
    uint32_t seed = 7;
    for (unsigned few = 1; few <= 256; few *= 2)
        for (size_t n = 1; n < 40; n++) {
            for (size_t i = 0; i < sizeof text; i++) {
                seed = seed * 1664525u + 1013904223u;
                text[i] = (uint8_t)((seed >> 16) % few + (few < 64 ? 'a' : 0));
            }
            uint8_t needle[40];
            for (size_t i = 0; i < n; i++) {
                seed = seed * 1664525u + 1013904223u;
                needle[i] = (uint8_t)((seed >> 16) % few + (few < 64 ? 'a' : 0));
            }
            size_t at = 15000 + n;
            if (few >= 4)
                memcpy(text + at, needle, n);
            size_t want = SIZE_MAX;
            for (size_t i = 3; i + n <= sizeof text && want == SIZE_MAX; i++)
                if (memcmp(text + i, needle, n) == 0)
                    want = i;
            pl_bytes hay = pl_bytes_of(text, sizeof text);
            assert_true(pl_bytes_find(hay, pl_bytes_of(needle, n), 3) == want);
            assert_true(pl_bytes_find(pl_bytes_sub(hay, 0, at), pl_bytes_of(text + at - n, n), 0) <= at - n);
        }
}

static void no_bytes_are_a_value_like_any_other(void **state)
{
    pl_bytes rest = nothing;
    pl_bytes line;
    uint64_t number;
    assert_true(pl_bytes_eq(nothing, PL_LIT("")));
    assert_int_equal(pl_bytes_cmp(nothing, PL_LIT("")), 0);
    assert_true(pl_bytes_starts(nothing, nothing));
    assert_true(pl_bytes_ends(PL_LIT("a"), nothing));
    assert_int_equal(pl_bytes_find(nothing, nothing, 0), 0);
    assert_true(pl_bytes_find(nothing, PL_LIT("a"), 0) == SIZE_MAX);
    assert_true(pl_bytes_find_byte(nothing, 0, 0) == SIZE_MAX);
    assert_true(pl_bytes_rfind_byte(nothing, 0) == SIZE_MAX);
    assert_int_equal(pl_bytes_sub(nothing, 5, 5).n, 0);
    assert_int_equal(pl_bytes_trim(nothing).n, 0);
    assert_false(pl_bytes_line(&rest, &line));
    assert_false(pl_bytes_to_u64(nothing, &number));
    assert_int_equal(pl_bytes_basename(nothing).n, 0);
    assert_true(pl_bytes_all(nothing, 7));
    assert_int_equal(pl_bytes_of_str(NULL).n, 0);
    assert_true(pl_bytes_hash(nothing, 1) == pl_bytes_hash(PL_LIT(""), 1));
}

static void a_prefix_sorts_first_and_bytes_are_unsigned(void **state)
{
    assert_true(pl_bytes_cmp(PL_LIT("ab"), PL_LIT("abc")) < 0);
    assert_true(pl_bytes_cmp(PL_LIT("b"), PL_LIT("abc")) > 0);
    assert_true(pl_bytes_cmp(PL_LIT("\xff"), PL_LIT("a")) > 0);
    assert_true(pl_bytes_cmp(PL_LIT("a\0b"), PL_LIT("a\0a")) > 0);
}

/* Against the obvious way of doing it, on every pair of short texts over two letters. */
static void find_agrees_with_a_naive_search(void **state)
{
    char hay[9];
    char needle[4];
    for (unsigned h = 0; h < 256; h++) {
        for (unsigned i = 0; i < 8; i++)
            hay[i] = h >> i & 1 ? 'b' : 'a';
        for (unsigned d = 0; d < 8; d++) {
            for (unsigned i = 0; i < 3; i++)
                needle[i] = d >> i & 1 ? 'b' : 'a';
            for (size_t from = 0; from <= 9; from++) {
                size_t naive = SIZE_MAX;
                for (size_t at = 8; at-- > from;)
                    if (at + 3 <= 8 && memcmp(hay + at, needle, 3) == 0)
                        naive = at;
                assert_true(pl_bytes_find(pl_bytes_of(hay, 8), pl_bytes_of(needle, 3), from) == naive);
            }
        }
    }
    assert_int_equal(pl_bytes_find(PL_LIT("abc"), nothing, 3), 3);
    assert_true(pl_bytes_find(PL_LIT("abc"), nothing, 4) == SIZE_MAX);
    assert_int_equal(pl_bytes_rfind_byte(PL_LIT("abab"), 'a'), 2);
}

static void a_part_is_cut_to_what_is_there(void **state)
{
    pl_bytes a = PL_LIT("abcdef");
    assert_true(pl_bytes_eq_str(pl_bytes_sub(a, 2, 2), "cd"));
    assert_true(pl_bytes_eq_str(pl_bytes_sub(a, 4, SIZE_MAX), "ef"));
    assert_int_equal(pl_bytes_sub(a, 6, 1).n, 0);
    assert_int_equal(pl_bytes_sub(a, SIZE_MAX, SIZE_MAX).n, 0);
    assert_true(pl_bytes_eq_str(pl_bytes_from(a, 5), "f"));
    assert_true(pl_bytes_eq_str(pl_bytes_trim(PL_LIT(" \t\r\nx y\n ")), "x y"));
    assert_int_equal(pl_bytes_trim(PL_LIT(" \n ")).n, 0);
}

static void lines_joined_again_are_the_text(void **state)
{
    static const char *const texts[] = {"a\nb\n", "a\nb", "\n\n", "a\r\n\nb", "\n"};
    static const size_t counts[] = {2, 2, 2, 3, 1};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        pl_bytes rest = pl_bytes_of_str(texts[i]);
        char joined[32] = "";
        size_t count = 0;
        for (pl_bytes line; pl_bytes_line(&rest, &line); count++) {
            assert_true(pl_bytes_find_byte(line, '\n', 0) == SIZE_MAX);
            (void)snprintf(joined + strlen(joined), sizeof joined - strlen(joined), "%.*s\n", PL_ARG(line));
        }
        assert_int_equal(count, counts[i]);
        assert_memory_equal(joined, texts[i], strlen(texts[i]));
    }
}

static void only_a_number_that_fits_is_a_number(void **state)
{
    uint64_t n = 7;
    assert_true(pl_bytes_to_u64(PL_LIT("18446744073709551615"), &n));
    assert_true(n == UINT64_MAX);
    assert_true(pl_bytes_to_u64(PL_LIT("00042"), &n));
    assert_int_equal(n, 42);
    static const char *const refused[] = {
        "18446744073709551616", "184467440737095516150", "-1", "+1", " 1", "1 ", "0x10", "1\n", "a"};
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++)
        assert_false(pl_bytes_to_u64(pl_bytes_of_str(refused[i]), &n));
    assert_false(pl_bytes_to_u64(PL_LIT("1\0"), &n));
    assert_int_equal(n, 42);
}

static void the_last_part_of_a_path_is_its_name_and_the_rest_its_folder(void **state)
{
    assert_true(pl_bytes_eq_str(pl_bytes_basename(PL_LIT("usr/bin/xz")), "xz"));
    assert_true(pl_bytes_eq_str(pl_bytes_basename(PL_LIT("xz")), "xz"));
    assert_int_equal(pl_bytes_basename(PL_LIT("usr/")).n, 0);
    assert_true(pl_bytes_eq_str(pl_bytes_folder(PL_LIT("usr/bin/xz")), "usr/bin"));
    assert_true(pl_bytes_eq_str(pl_bytes_folder(PL_LIT("usr/bin/")), "usr/bin"));
    assert_int_equal(pl_bytes_folder(PL_LIT("xz")).n, 0);
    assert_int_equal(pl_bytes_folder(PL_LIT("/xz")).n, 0);
    assert_int_equal(pl_bytes_folder(nothing).n, 0);
}

static int precision_of(int n, const char *p)
{
    return p == NULL ? -1 : n;
}

static void a_printed_length_never_turns_negative(void **state)
{
    /* As an int this length is -1, which printf takes for "up to the NUL". */
    pl_bytes huge = pl_bytes_of("ab", 0xffffffffu);
    pl_bytes small = PL_LIT("ab");
    assert_int_equal(precision_of(PL_ARG(huge)), INT_MAX);
    assert_int_equal(precision_of(PL_ARG(small)), 2);
}

static void one_changed_byte_changes_the_hash(void **state)
{
    uint8_t data[40] = {0};
    for (size_t n = 1; n <= sizeof data; n++) {
        uint64_t before = pl_bytes_hash(pl_bytes_of(data, n), 42);
        assert_true(before != pl_bytes_hash(pl_bytes_of(data, n - 1), 42));
        assert_true(before != pl_bytes_hash(pl_bytes_of(data, n), 43));
        for (size_t i = 0; i < n; i++) {
            data[i] = 1;
            assert_true(before != pl_bytes_hash(pl_bytes_of(data, n), 42));
            data[i] = 0;
        }
    }
}

static void sums_and_products_say_when_they_do_not_fit(void **state)
{
    size_t size = 5;
    uint64_t number = 5;
    assert_true(pl_add_size(SIZE_MAX - 1, 1, &size));
    assert_true(size == SIZE_MAX);
    assert_false(pl_add_size(SIZE_MAX, 1, &size));
    assert_true(size == SIZE_MAX);
    assert_false(pl_mul_size(SIZE_MAX / 2 + 1, 2, &size));
    assert_true(pl_mul_u64(UINT64_MAX / 3, 3, &number));
    assert_false(pl_mul_u64(UINT64_MAX / 3 + 1, 3, &number));
    assert_false(pl_add_u64(UINT64_MAX, 1, &number));
    assert_int_equal(pl_ppm(1, 3), 333333);
    assert_int_equal(pl_ppm(0, 0), 0);
    assert_int_equal(pl_ppm(UINT64_MAX, UINT64_MAX), 1000000);
    assert_int_equal(pl_ppm(999999999, 1000000000), 999999);
}

static void each_byte_counts_for_the_hash_at_any_length(void **state)
{
    (void)state;
    for (size_t n = 1; n <= 40; n++) {
        uint8_t *p = malloc(n); /* so that a sanitizer sees what is read besides */
        assert_non_null(p);
        for (size_t i = 0; i < n; i++)
            p[i] = (uint8_t)(7 * i + 1);
        uint64_t hash = pl_bytes_hash(pl_bytes_of(p, n), 3);
        assert_true(hash != pl_bytes_hash(pl_bytes_of(p, n - 1), 3));
        for (size_t i = 0; i < n; i++) {
            p[i] ^= 0x80;
            assert_true(hash != pl_bytes_hash(pl_bytes_of(p, n), 3));
            p[i] ^= 0x80;
        }
        assert_true(hash == pl_bytes_hash(pl_bytes_of(p, n), 3));
        free(p);
    }
}

static void a_word_is_found_wherever_it_stands_and_no_part_of_it_is(void **state)
{
    static const char *const words[] = {"assert", "CHECK", "x"};
    assert_true(pl_bytes_has_one_of(PL_LIT("my_assert_that"), words, 2));
    assert_true(pl_bytes_has_one_of(PL_LIT("DCHECK"), words, 2));
    assert_true(pl_bytes_has_one_of(PL_LIT("ax"), words, 3));
    assert_false(pl_bytes_has_one_of(PL_LIT("my_asser"), words, 3));
    assert_false(pl_bytes_has_one_of(PL_LIT("check"), words, 3));
    assert_false(pl_bytes_has_one_of(PL_LIT(""), words, 3));
}

static void words_between_white_space_come_one_by_one_until_there_is_none(void **state)
{
    pl_bytes rest = PL_LIT("  one\t two\r\nthree ");
    pl_bytes word;
    for (size_t i = 0; i < 3; i++) {
        assert_true(pl_bytes_word(&rest, &word));
        assert_true(pl_bytes_eq_str(word, i == 0 ? "one" : i == 1 ? "two" : "three"));
    }
    assert_false(pl_bytes_word(&rest, &word));
    assert_int_equal(word.n + rest.n, 0);
    rest = nothing;
    assert_false(pl_bytes_word(&rest, &word));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_needle_in_a_long_text_is_found_where_it_is_first),
        cmocka_unit_test(no_bytes_are_a_value_like_any_other),
        cmocka_unit_test(a_prefix_sorts_first_and_bytes_are_unsigned),
        cmocka_unit_test(find_agrees_with_a_naive_search),
        cmocka_unit_test(a_part_is_cut_to_what_is_there),
        cmocka_unit_test(lines_joined_again_are_the_text),
        cmocka_unit_test(only_a_number_that_fits_is_a_number),
        cmocka_unit_test(the_last_part_of_a_path_is_its_name_and_the_rest_its_folder),
        cmocka_unit_test(a_printed_length_never_turns_negative),
        cmocka_unit_test(one_changed_byte_changes_the_hash),
        cmocka_unit_test(each_byte_counts_for_the_hash_at_any_length),
        cmocka_unit_test(a_word_is_found_wherever_it_stands_and_no_part_of_it_is),
        cmocka_unit_test(words_between_white_space_come_one_by_one_until_there_is_none),
        cmocka_unit_test(sums_and_products_say_when_they_do_not_fit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
