/*
 * match_table_end.c - the string behind a table is nobody's business of the loop that compares with where the table ends; who refers to the string alone
 * uses it.
 */
#include "match_program.h"

#define SAY                                                                                                  \
    "#include <stdio.h>\nextern const char said[];\n"                                                        \
    "__attribute__((noinline)) int say_it(int x)\n{\n    clearerr(stdout);\n"                                \
    "    return printf(said, x) + puts(\"it was said by say_it\");\n}\n"
/* By the assembler, since a compiler knows that two objects of its own are never one behind the other. */
#define DATA                                                                                                 \
    "extern const unsigned table[8];\nextern const char said[];\n"                                           \
    "__asm__(\".pushsection .rodata.both,\\\"a\\\"\\n.globl table, said\\ntable:\\n.long 77, 1077, 2077, \"" \
    "\"3077, 4077, 5077, 6077, 7077\\nsaid:\\n.asciz \\\"the words of the other unit: %d\\\\n\\\"\\n\""      \
    "\".popsection\");\n"
#define LOOP_TO(end)                                                                                         \
    "#include <stdio.h>\n__attribute__((noinline)) unsigned add_table(unsigned x)\n{\n"                      \
    "    for (const unsigned *p = table; p != " end "; p++)\n        x = x * 31 + (*p ^ x);\n"               \
    "    printf(\"the table of add_table adds up to %u\\n\", x);\n    return x;\n}\n"
#define LOOP LOOP_TO("table + 8")
/* What a compiler makes of it; gcc may count from the table's start instead. */
#define COMPARED LOOP_TO("(const unsigned *)said")
#define USE                                                                                                  \
    "#include <stdio.h>\n__attribute__((noinline)) unsigned add_table(unsigned x)\n{\n"                      \
    "    printf(said, (int)x);\n"                                                                            \
    "    printf(\"the table of add_table adds up to %u\\n\", x);\n    return x;\n}\n"
#define END                                                                                                  \
    "int main(int argc, char **argv)\n{\n    return say_it(argc) + (int)add_table((unsigned)argc);\n}\n"

static bool is_misplaced(const char *program, const char *loop)
{
    add_source(0, "say.c", SAY "const char said[] = \"the words of the other unit: %d\\n\";\n");
    struct pl_file *f = beside(built(program, "-fno-toplevel-reorder"), "table.c", loop);
    apply("code.features", f);
    return find(f, "code.misplaced-atom") != NULL;
}

static void a_loop_up_to_the_string_behind_a_table_is_honest(void **state)
{
    (void)state;
    assert_false(is_misplaced(DATA SAY COMPARED END, "extern const unsigned table[8];\n" LOOP END));
}

static void who_refers_to_the_string_alone_uses_it(void **state)
{
    (void)state;
    assert_true(is_misplaced(DATA SAY USE END, "extern const unsigned table[8];\n" LOOP END));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_loop_up_to_the_string_behind_a_table_is_honest, set_up, end),
        cmocka_unit_test_setup_teardown(who_refers_to_the_string_alone_uses_it, set_up, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
