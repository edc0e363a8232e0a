/*
 * format_binary_pyc_code.c - acts of hand-made instructions, with lines.
 */
#include "format/binary/pyc_code.h"
#include "unit.h"

#define MAGIC_3_11 3495u
#define MAGIC_3_13 3571u
#define FIRST_LINE 10u

struct walk {
    struct pl_pyc_act acts[8];
    size_t n;
};

/* The acts of `code`, whose table of lines is `lines`. */
static struct walk walk(uint32_t magic, pl_bytes code, pl_bytes lines)
{
    struct pl_pyc pyc = {.magic = magic};
    struct pl_pyc_code object = {.first_line = FIRST_LINE, .instructions = code, .lines = lines};
    struct pl_pyc_acts acts;
    struct walk w = {.n = 0};
    assert_true(pl_pyc_acts_begin(&acts, &pyc, &object));
    while (w.n < 8 && pl_pyc_acts_next(&acts, &w.acts[w.n]))
        w.n++;
    return w;
}

static void an_act_has_its_operator_and_its_line(void **state)
{
    (void)state;
    /* RESUME; LOAD_CONST 1; BINARY_OP - with its cache; COMPARE_OP <; one word, then four of the next line, then two of the one behind */
    const uint8_t code[] = {151, 0, 100, 1, 122, 10, 0, 0, 107, 0, 0, 0, 0, 0};
    const uint8_t lines[] = {0x80 | 10 << 3, 0, 1, 0x80 | 11 << 3 | 2, 0, 1, 0x80 | 13 << 3 | 2, 2};
    struct walk w = walk(MAGIC_3_11, pl_bytes_of(code, sizeof code), pl_bytes_of(lines, sizeof lines));
    assert_int_equal(w.n, 3);
    assert_int_equal(w.acts[0].kind, PL_PYC_ACT_CONSTANT);
    assert_int_equal(w.acts[0].line, FIRST_LINE + 1);
    assert_int_equal(w.acts[1].value, PL_PYC_SUBTRACT);
    assert_int_equal(w.acts[2].value, PL_PYC_LESS);
    assert_int_equal(w.acts[2].line, FIRST_LINE + 2);
}

static void an_argument_of_more_than_a_byte_is_put_together(void **state)
{
    (void)state;
    const uint8_t code[] = {144, 1, 100, 2}; /* EXTENDED_ARG 1; LOAD_CONST 2 */
    struct walk w = walk(MAGIC_3_11, pl_bytes_of(code, sizeof code), pl_bytes_of(NULL, 0));
    assert_int_equal(w.n, 1);
    assert_int_equal(w.acts[0].value, 0x102);
    assert_int_equal(w.acts[0].line, 0); /* the table says nothing of it */
}

static void what_is_stored_and_deleted_at_once_is_no_act(void **state)
{
    (void)state;
    const uint8_t code[] = {100, 0, 90, 3, 91, 3, 90, 4}; /* e = None; del e; f = */
    struct walk w = walk(MAGIC_3_11, pl_bytes_of(code, sizeof code), pl_bytes_of(NULL, 0));
    assert_int_equal(w.n, 2);
    assert_int_equal(w.acts[1].value, 4);
}

static void an_instruction_that_loads_two_locals_is_two_acts(void **state)
{
    (void)state;
    const uint8_t code[] = {88, 0x21};
    struct walk w = walk(MAGIC_3_13, pl_bytes_of(code, sizeof code), pl_bytes_of(NULL, 0));
    assert_int_equal(w.n, 2);
    assert_int_equal(w.acts[0].value, 2);
    assert_int_equal(w.acts[1].value, 1);
}

static void other_versions_have_no_table(void **state)
{
    (void)state;
    struct pl_pyc pyc = {.magic = 3413};
    struct pl_pyc_code object = {.first_line = 1};
    struct pl_pyc_acts acts;
    assert_false(pl_pyc_acts_begin(&acts, &pyc, &object));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_act_has_its_operator_and_its_line),
        cmocka_unit_test(an_argument_of_more_than_a_byte_is_put_together),
        cmocka_unit_test(what_is_stored_and_deleted_at_once_is_no_act),
        cmocka_unit_test(an_instruction_that_loads_two_locals_is_two_acts),
        cmocka_unit_test(other_versions_have_no_table),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
