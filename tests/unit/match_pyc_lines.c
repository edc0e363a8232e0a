/*
 * match_pyc_lines.c - which statement a line of Python belongs to, and what that statement says.
 */
#include "format/binary/pyc_code.h"
#include "match/pyc_lines.h"
#include "unit.h"

#define SEED 7u

static struct pl_pyc_lines read_lines(const char *source)
{
    struct pl_pyc_lines x;
    struct pl_err err;
    assert_int_equal(pl_pyc_lines_read(&x, pl_bytes_of_str(source), SEED, &err), PL_OK);
    return x;
}

static bool says(const struct pl_pyc_lines *x, uint32_t line, enum pl_pyc_line_fact kind, const char *text)
{
    return pl_pyc_line_says(x, pl_pyc_lines_at(x, line), kind, pl_bytes_of_str(text));
}

static bool says_number(const struct pl_pyc_lines *x, uint32_t line, uint64_t value)
{
    return pl_pyc_line_says(x, pl_pyc_lines_at(x, line), PL_PYC_SAYS_NUMBER,
                            pl_bytes_of(&value, sizeof value));
}

static uint64_t operators(const struct pl_pyc_lines *x, uint32_t line)
{
    return pl_pyc_lines_at(x, line)->operators;
}

static uint64_t bit(unsigned operator)
{
    return 1ULL << operator;
}

static void brackets_backslashes_and_long_texts_go_on_with_a_statement(void **state)
{
    (void)state;
    struct pl_pyc_lines x =
        read_lines("a = f(b,\n      c)\nif d and \\\n   e:\n    g = '''x\ny'''\n\n# a comment\nh\n");
    assert_ptr_equal(pl_pyc_lines_at(&x, 1), pl_pyc_lines_at(&x, 2));
    assert_ptr_equal(pl_pyc_lines_at(&x, 3), pl_pyc_lines_at(&x, 4));
    assert_ptr_equal(pl_pyc_lines_at(&x, 5), pl_pyc_lines_at(&x, 6));
    assert_int_equal(pl_pyc_lines_at(&x, 9)->first, 9);
    assert_true(says(&x, 1, PL_PYC_SAYS_NAME, "c"));
    assert_false(says(&x, 3, PL_PYC_SAYS_NAME, "c"));
    assert_true(says(&x, 5, PL_PYC_SAYS_TEXT, "x\ny"));
    pl_pyc_lines_reset(&x);
}

static void operators_are_read_by_their_longest_spelling(void **state)
{
    (void)state;
    struct pl_pyc_lines x = read_lines("a = b ** c\na //= b\nif a <= b != c: pass\na >>= b << c\n");
    assert_int_equal(operators(&x, 1), bit(PL_PYC_POWER));
    assert_int_equal(operators(&x, 2), bit(PL_PYC_ASSIGN_FIRST + PL_PYC_FLOOR_DIVIDE));
    assert_int_equal(operators(&x, 3), bit(PL_PYC_LESS_EQUAL) | bit(PL_PYC_NOT_EQUAL));
    assert_int_equal(operators(&x, 4),
                     bit(PL_PYC_ASSIGN_FIRST + PL_PYC_SHIFT_RIGHT) | bit(PL_PYC_SHIFT_LEFT));
    pl_pyc_lines_reset(&x);
}

static void signs_that_compute_nothing_are_no_operators(void **state)
{
    (void)state;
    struct pl_pyc_lines x = read_lines("@wrap\ndef f(*a, **b) -> c: pass\nx = -y\nx = y - z\n");
    assert_int_equal(operators(&x, 1), 0);
    assert_int_equal(operators(&x, 2), 0);
    assert_int_equal(operators(&x, 3), bit(PL_PYC_NEGATIVE));
    assert_int_equal(operators(&x, 4), bit(PL_PYC_SUBTRACT));
    pl_pyc_lines_reset(&x);
}

static void in_is_and_not_are_told_from_their_opposites(void **state)
{
    (void)state;
    struct pl_pyc_lines x = read_lines("a in b\na not in b\na is b\nnot a\n");
    assert_int_equal(operators(&x, 1), bit(PL_PYC_IN));
    assert_int_equal(operators(&x, 2), bit(PL_PYC_NOT_IN) | bit(PL_PYC_NOT));
    assert_int_equal(operators(&x, 3), bit(PL_PYC_IS));
    assert_int_equal(operators(&x, 4), bit(PL_PYC_NOT));
    pl_pyc_lines_reset(&x);
}

static void numbers_count_by_their_value(void **state)
{
    (void)state;
    struct pl_pyc_lines x = read_lines("a = 0x_10\nb = 1_000\nc = 60 * 1000\n");
    assert_true(says_number(&x, 1, 16));
    assert_true(says_number(&x, 2, 1000));
    assert_false(pl_pyc_lines_at(&x, 2)->flags & PL_PYC_LINE_FOLDS);
    assert_true(pl_pyc_lines_at(&x, 3)->flags & PL_PYC_LINE_FOLDS);
    pl_pyc_lines_reset(&x);
}

static void a_formatted_text_says_its_expressions(void **state)
{
    (void)state;
    struct pl_pyc_lines x = read_lines("a = f\"{b.c + 3} of\"\nd = \"e\" \"f\"\n");
    assert_true(says(&x, 1, PL_PYC_SAYS_NAME, "c"));
    assert_true(says_number(&x, 1, 3));
    assert_true(operators(&x, 1) & bit(PL_PYC_ADD));
    assert_true(says(&x, 2, PL_PYC_SAYS_TEXT, "ef"));
    pl_pyc_lines_reset(&x);
}

static void no_line_before_the_first_and_none_of_an_empty_source(void **state)
{
    (void)state;
    struct pl_pyc_lines x = read_lines("\n\na\n");
    assert_null(pl_pyc_lines_at(&x, 2));
    assert_non_null(pl_pyc_lines_at(&x, 3));
    pl_pyc_lines_reset(&x);
    x = read_lines("");
    assert_null(pl_pyc_lines_at(&x, 1));
    pl_pyc_lines_reset(&x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(brackets_backslashes_and_long_texts_go_on_with_a_statement),
        cmocka_unit_test(operators_are_read_by_their_longest_spelling),
        cmocka_unit_test(signs_that_compute_nothing_are_no_operators),
        cmocka_unit_test(in_is_and_not_are_told_from_their_opposites),
        cmocka_unit_test(numbers_count_by_their_value),
        cmocka_unit_test(a_formatted_text_says_its_expressions),
        cmocka_unit_test(no_line_before_the_first_and_none_of_an_empty_source),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
