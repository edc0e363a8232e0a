/*
 * match_linediff.c - lines that two texts do not share.
 */
#include "match/linediff.h"
#include "unit.h"

#include <stdio.h>

static void differs(const char *ours, const char *theirs, const char *added_at, const char *removed_at)
{
    struct pl_arena arena;
    struct pl_line_diff d;
    pl_arena_init(&arena, 64u << 20);
    assert_int_equal(pl_line_diff(pl_bytes_of_str(ours), pl_bytes_of_str(theirs), &arena, &d, NULL), PL_OK);
    assert_string_equal(d.added_at, added_at);
    assert_string_equal(d.removed_at, removed_at);
    assert_true((d.added == 0) == (added_at[0] == '\0'));
    pl_arena_reset(&arena);
}

static void added_and_removed_lines_are_named_by_number(void **state)
{
    (void)state;
    differs("a\nb\nc\n", "a\nb\nc\n", "", "");
    differs("a\nx\ny\nb\nc\n", "a\nb\nc\n", "2-3", "");
    differs("a\nc\n", "a\nb\nc\n", "", "2");
    differs("a\nX\nc\nd\nY\n", "a\nb\nc\nd\n", "2, 5", "2");
    differs("", "a\n\nb\n", "", "1-3");
    differs("a", "", "1", "");
    differs("b\na\n", "a\nb\n", "1", "2");
}

static void blanks_say_nothing(void **state)
{
    (void)state;
    differs("  a\r\n\n\nb\n", "a\nb", "", "");
}

static void versions_and_comments_are_told_from_code(void **state)
{
    static const struct {
        const char *ours;
        const char *theirs;
        bool is_numbers;
        bool is_comment;
    } rows[] = {
        {"#define X_VERSION \"1.2\"\nb\n", "#define X_VERSION \"1.2-DEV\"\nb\n", true, false},
        {"DATE \"2023-02-20\"\n", "DATE \"[unreleased]\"\n", true, false},
        {"limit = 2;\n", "limit = 1;\n", false, false},
        {"version = 2; system(1);\n", "version = 1;\n", false, false},
        {"version = 2;\nversion = 3;\n", "version = 1;\n", false, false},
        {"version = (2);\n", "version = 1;\n", false, false},
        {"# one\na\n", "# two\na\n", false, true},
        {"#!/bin/evil\na\n", "#!/bin/sh\na\n", false, false},
        {"dnl three words\na\n", "a\n", false, true},
    };
    struct pl_arena arena;
    struct pl_line_diff d;
    (void)state;
    pl_arena_init(&arena, 1u << 20);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        assert_int_equal(
            pl_line_diff(pl_bytes_of_str(rows[i].ours), pl_bytes_of_str(rows[i].theirs), &arena, &d, NULL),
            PL_OK);
        if (d.is_numbers != rows[i].is_numbers || d.is_comment != rows[i].is_comment)
            fail_msg("%s", rows[i].ours);
    }
    pl_arena_reset(&arena);
}

static void the_place_is_that_of_the_first_added_line(void **state)
{
    struct pl_arena arena;
    struct pl_line_diff d;
    (void)state;
    pl_arena_init(&arena, 1u << 20);
    assert_int_equal(pl_line_diff(PL_LIT("aa\nxx\nyy\nbb\n"), PL_LIT("aa\nbb\n"), &arena, &d, NULL), PL_OK);
    assert_int_equal(d.offset, 3);
    assert_int_equal(d.length, 6);
    assert_true(pl_bytes_eq(d.added_text, PL_LIT("xx\nyy\n")));
    assert_int_equal(pl_line_diff(PL_LIT("aa\nbb\n"), PL_LIT("aa\nxx\nbb\n"), &arena, &d, NULL), PL_OK);
    assert_int_equal(d.length, 0);
    assert_int_equal(d.removed, 1);
    pl_arena_reset(&arena);
}

/* A script must turn theirs into ours whatever the texts are: sizes agree, and texts of many changes are still compared. */
static void counts_balance_for_random_texts(void **state)
{
    uint64_t seed = 7;
    (void)state;
    for (int round = 0; round < 300; round++) {
        char a[8000] = "";
        char b[8000] = "";
        size_t na = unit_below(&seed, round < 290 ? 40 : 2000);
        size_t nb = unit_below(&seed, round < 290 ? 40 : 2000);
        struct pl_arena arena;
        struct pl_line_diff d;
        for (size_t i = 0; i < na; i++)
            (void)snprintf(a + 2 * i, 3, "%c\n", (char)('a' + (char)unit_below(&seed, 5)));
        for (size_t i = 0; i < nb; i++)
            (void)snprintf(b + 2 * i, 3, "%c\n", (char)('a' + (char)unit_below(&seed, 5)));
        pl_arena_init(&arena, 64u << 20);
        assert_int_equal(pl_line_diff(pl_bytes_of_str(a), pl_bytes_of_str(b), &arena, &d, NULL), PL_OK);
        assert_int_equal(na - d.added, nb - d.removed);
        pl_arena_reset(&arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(added_and_removed_lines_are_named_by_number),
        cmocka_unit_test(blanks_say_nothing),
        cmocka_unit_test(versions_and_comments_are_told_from_code),
        cmocka_unit_test(the_place_is_that_of_the_first_added_line),
        cmocka_unit_test(counts_balance_for_random_texts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
