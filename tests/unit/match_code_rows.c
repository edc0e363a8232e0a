/*
 * match_code_rows.c - a few rows of numbers are found by the large number that they begin with, and only where all of them are there.
 */
#include "match_program.h"

#define ROWS(last)                                                                                           \
    "#include <stdio.h>\nstruct row { unsigned long start; unsigned words, lines; };\n"                      \
    "static const struct row rows[4] = {{81726354172ul, 17, 1}, {91827364518ul, 23, 2}, "                    \
    "{17263544981ul, 39, 3}, {72635441728ul, " last ", 4}};\n"
#define FEW                                                                                                  \
    "#include <stdio.h>\nstruct row { unsigned long start; unsigned words, lines; };\n"                      \
    "static const struct row rows[4] = {{172ul, 17, 1}, {518ul, 23, 2}, {981ul, 39, 3}, {728ul, 41, 4}};\n"
#define END                                                                                                  \
    "int main(int argc, char **argv)\n{\n    const struct row *r = &rows[argc & 3];\n"                       \
    "    return printf(\"%s has %lu, %u words and %u lines\\n\", argv[0], r->start, r->words, "              \
    "r->lines);\n}\n"

/* Bytes of rows that are found. */
static uint64_t found_bytes(const char *program, const char *source)
{
    static const char *const rungs[] = {"elf.structure", "code.features", "data.array"};
    struct pl_file *f = beside(built(program, ""), "rows.c", source);
    uint64_t n = 0;
    for (size_t i = 0; i < sizeof rungs / sizeof rungs[0]; i++)
        apply(rungs[i], f);
    (void)find; /* of the fixture */
    for (size_t at = 0; at < f->data.n; at++) {
        const struct pl_claim *c = pl_ledger_at(&f->ledger, at);
        n += c != NULL && strcmp(c->rule, "data.rows") == 0;
    }
    return n;
}

static void four_rows_are_found_by_their_first_number(void **state)
{
    (void)state;
    assert_int_equal(found_bytes(ROWS("41") END, ROWS("41") END), 4 * 16);
}

static void rows_with_another_number_in_the_last_are_not(void **state)
{
    (void)state;
    assert_int_equal(found_bytes(ROWS("43") END, ROWS("41") END), 0);
}

static void a_few_rows_of_small_numbers_are_not_looked_for(void **state)
{
    (void)state;
    assert_int_equal(found_bytes(FEW END, FEW END), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(four_rows_are_found_by_their_first_number, set_up, end),
        cmocka_unit_test_setup_teardown(rows_with_another_number_in_the_last_are_not, set_up, end),
        cmocka_unit_test_setup_teardown(a_few_rows_of_small_numbers_are_not_looked_for, set_up, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
