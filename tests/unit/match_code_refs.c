/*
 * match_code_refs.c - data that code refers to: first values of variables of a thread are believed when all code is accounted for, and not more of them
 * than constants have; tables of a switch are, whatever the width of their entries.
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

#define SWITCH_START                                                                                         \
    "#include <stdio.h>\n"                                                                                   \
    "__attribute__((noinline)) int step(int word, int x)\n{\n"
#define SWITCH                                                                                               \
    "    switch (word) {\n    case 0: return puts(\"first words of it\");\n    case 1: return x * 3;\n"      \
    "    case 2: return puts(\"third words of it\");\n    case 3: return x - 77;\n    case 4: return "       \
    "printf(\"fifth %d of them\\n\", x);\n    case 5: return x ^ 21;\n    case 6: return x / 9;\n    case "  \
    "7: "                                                                                                    \
    "return x << 3;\n    }\n    return puts(\"none of the words\");\n}\n"
#define GOTO                                                                                                 \
    "    static const void *const to[] = {&&a, &&b, &&c, &&d, &&e, &&f, &&g, &&h, &&i};\n"                   \
    "    goto *to[word];\na: puts(\"first words of it\");\nb: x *= 3;\nc: puts(\"third words\");\nd: x -= "  \
    "77;\ne: printf(\"fifth %d of them\\n\", x);\nf: x ^= 21;\ng: x /= 9;\nh: x <<= 3;\ni: return x;\n}\n"
#define SWITCH_END "int main(int argc, char **argv)\n{\n    return step(argc, argv[0][0]);\n}\n"

/* Bytes that are claimed by the rule. */
static uint64_t bytes_by(const char *program, const char *flags, const char *source, const char *rule)
{
    static const char *const rungs[] = {"elf.structure", "code.features", "elf.strings", "data.referenced"};
    struct pl_file *f = beside(built(program, flags), "letters.c", source);
    uint64_t n = 0;
    for (size_t i = 0; i < sizeof rungs / sizeof rungs[0]; i++)
        apply(rungs[i], f);
    for (size_t at = 0; at < f->data.n; at++) {
        const struct pl_claim *c = pl_ledger_at(&f->ledger, at);
        n += c != NULL && c->rule != NULL && strcmp(c->rule, rule) == 0;
    }
    return n;
}

/* Offsets of four bytes from the table: position-independent code. */
static void a_table_of_offsets_is_the_switch(void **state)
{
    (void)state;
    const char *program = SWITCH_START SWITCH SWITCH_END;
    assert_int_equal(bytes_by(program, "-fpie -pie", program, "data.switch"), 8 * 4);
}

/* Addresses of eight bytes, which begin as offsets of four do. */
static void a_table_of_addresses_is_the_switch(void **state)
{
    (void)state;
    const char *program = SWITCH_START SWITCH SWITCH_END;
    assert_int_equal(bytes_by(program, "-fno-pie -no-pie", program, "data.switch"), 8 * 8);
}

static void a_switch_of_a_function_of_no_source_is_not_believed(void **state)
{
    (void)state;
    assert_int_equal(bytes_by(SWITCH_START SWITCH SWITCH_END, "-fpie -pie",
                              "int step(int word, int x);\n" SWITCH_END, "data.switch"),
                     0);
}

/* GNU C: Labels as Values. Eight and more addresses of one function. */
static void a_table_of_labels_is_a_switch(void **state)
{
    (void)state;
    const char *program = SWITCH_START GOTO SWITCH_END;
    assert_int_equal(bytes_by(program, "-fno-pie -no-pie", program, "data.switch"), 9 * 8);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(thread_data_of_a_program_that_is_accounted_for_is_believed, set_up,
                                        end),
        cmocka_unit_test_setup_teardown(thread_data_beside_a_function_of_no_source_is_not, set_up, end),
        cmocka_unit_test_setup_teardown(more_thread_data_than_a_constant_has_is_not, set_up, end),
        cmocka_unit_test_setup_teardown(a_table_of_offsets_is_the_switch, set_up, end),
        cmocka_unit_test_setup_teardown(a_table_of_addresses_is_the_switch, set_up, end),
        cmocka_unit_test_setup_teardown(a_switch_of_a_function_of_no_source_is_not_believed, set_up, end),
        cmocka_unit_test_setup_teardown(a_table_of_labels_is_a_switch, set_up, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
