/*
 * match_code_refs.c - data that code refers to: first values of variables of a thread are believed when all code is accounted for, and not more of them
 * than constants have.
 */
#include "match_program.h"

#define FUNCTION                                                                                             \
    "__attribute__((noinline)) int count_letters(const char *text)\n{\n"                                     \
    "    int n = 0;\n    while (text[n] != 0)\n        n++;\n    depth = n;\n"                               \
    "    printf(\"the text has %d letters in it\\n\", n);\n    return n;\n}\n"
#define END                                                                                                  \
    "int main(int argc, char **argv)\n{\n    if (argc < 2)\n        fputs(\"usage: letters TEXT\\n\", "      \
    "stderr);\n    return count_letters(argv[argc - 1]) + (int)(long)&depth;\n}\n"
#define SMALL "#include <stdio.h>\n__thread int depth = 0x51525354;\n"
#define LARGE                                                                                                \
    "#include <stdio.h>\n__thread int depth = 0x51525354;\n__thread unsigned other[40] = {0x61727354, "      \
    "0x9182af21, 0x7192af31, 0x8f121723, 0x1236af8f, 0x8172afe1, 0x91827afe, 0x12837afe, 0x8172a1fe, "       \
    "0x8a62b1c3, 0x91f2a3c4, 0xa1b2c3d5, 0xb1a2c3d6, 0xc1f2a3b7, 0xd1e2f3a8, 0xe1d2c3b9, 0xf1e2d3ca};\n"     \
    "unsigned *at(void) { return other; }\n"
#define PLANTED "int planted(int x)\n{\n    return puts(\"text of no source\") + x;\n}\n"

/* Is the first value of the variable claimed? */
static bool is_believed(const char *program, const char *source)
{
    static const char *const rungs[] = {"elf.structure", "code.features", "elf.strings", "data.referenced"};
    struct pl_file *f = beside(built(program, ""), "letters.c", source);
    for (size_t i = 0; i < sizeof rungs / sizeof rungs[0]; i++)
        apply(rungs[i], f);
    (void)find; /* of the fixture */
    size_t at = pl_bytes_find(f->data, PL_LIT("\x54\x53\x52\x51"), 0);
    assert_int_not_equal(at, SIZE_MAX);
    const struct pl_claim *c = pl_ledger_at(&f->ledger, at);
    return c != NULL && c->class == PL_CLASS_DERIVED;
}

static void thread_data_of_a_program_that_is_accounted_for_is_believed(void **state)
{
    (void)state;
    assert_true(is_believed(SMALL FUNCTION END, SMALL FUNCTION END));
}

static void thread_data_beside_a_function_of_no_source_is_not(void **state)
{
    (void)state;
    assert_false(is_believed(SMALL FUNCTION PLANTED END, SMALL FUNCTION END));
}

static void more_thread_data_than_a_constant_has_is_not(void **state)
{
    (void)state;
    assert_false(is_believed(LARGE FUNCTION END, LARGE FUNCTION END));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(thread_data_of_a_program_that_is_accounted_for_is_believed, set_up,
                                        end),
        cmocka_unit_test_setup_teardown(thread_data_beside_a_function_of_no_source_is_not, set_up, end),
        cmocka_unit_test_setup_teardown(more_thread_data_than_a_constant_has_is_not, set_up, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
