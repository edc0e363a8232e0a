/*
 * match_elf_refer.c - numbers whose bytes are letters are no strings where code reads them as numbers, and texts of the same bytes are.
 *
 * The constants are doubles whose bytes spell "wordedX@", "letterY@", "numberZ@": gcc puts them side by side into .rodata.cst8.
 */
#include "match_program.h"

#define START "#include <stdio.h>\n"
#define END                                                                                                  \
    "int main(int argc, char **argv)\n{\n    return printf(\"the sum is %f for %s\\n\", sum(argc), "         \
    "argv[0]);\n}\n"
#define ONE                                                                                                  \
    "__attribute__((noinline)) double sum(double x)\n{\n    return x * 0x1.8646564726f77p+6 + 2.0;\n}\n"
#define THREE                                                                                                \
    "__attribute__((noinline)) double sum(double x)\n{\n    double y = x * 0x1.8646564726f77p+6;\n"          \
    "    y = (y + x) * 0x1.972657474656cp+6;\n    y = (y + x) * 0x1.a7265626d756ep+6;\n    return y / "      \
    "2.0;\n}\n"
#define SAYS(text)                                                                                           \
    "__attribute__((noinline)) double sum(double x)\n{\n    puts(\"" text "\");\n    return x / 2.0;\n}\n"

/* Is a text with these letters among what no rule explains? */
static bool is_foreign(const char *sum, const char *text)
{
    char program[2048];
    (void)snprintf(program, sizeof program, "%s%s%s", START, sum, END);
    pl_bytes image_bytes = built(program, "");
    struct pl_file *f = beside(image_bytes, "sum.c", START "double sum(double x);\n" END);
    assert_int_not_equal(pl_bytes_find(f->data, pl_bytes_of_str(text), 0), SIZE_MAX);
    apply("elf.strings", f);
    (void)find; /* of the fixture */
    for (size_t i = 0; i < f->foreign.n; i++)
        if (pl_bytes_find(f->foreign.v[i].text, pl_bytes_of_str(text), 0) != SIZE_MAX)
            return true;
    return false;
}

static void a_number_that_looks_like_text_is_none(void **state)
{
    (void)state;
    assert_false(is_foreign(ONE, "wordedX@"));
}

static void the_same_bytes_as_a_text_are_one(void **state)
{
    (void)state;
    assert_true(is_foreign(SAYS("wordedX@"), "wordedX@"));
}

static void numbers_side_by_side_are_no_text(void **state)
{
    (void)state;
    assert_false(is_foreign(THREE, "wordedX@"));
}

static void a_text_as_long_as_a_run_of_numbers_is_one(void **state)
{
    (void)state;
    assert_true(is_foreign(SAYS("wordedX@letterY@numberZ@"), "wordedX@letterY@numberZ@"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_number_that_looks_like_text_is_none, set_up, end),
        cmocka_unit_test_setup_teardown(the_same_bytes_as_a_text_are_one, set_up, end),
        cmocka_unit_test_setup_teardown(numbers_side_by_side_are_no_text, set_up, end),
        cmocka_unit_test_setup_teardown(a_text_as_long_as_a_run_of_numbers_is_one, set_up, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
