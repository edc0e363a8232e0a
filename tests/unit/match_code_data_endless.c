/*
 * match_code_data_endless.c - lists of bytes without a zero, and the text that a linker puts right behind them.
 */
#include "match_program.h"

#define START "#include <stdio.h>\n#include <string.h>\n"
#define END                                                                                                  \
    "__attribute__((noinline)) int value_of(int c)\n{\n"                                                     \
    "    printf(\"the letter %c is looked for\\n\", c);\n"                                                   \
    "    const char *at = strchr(letters, c);\n    return at ? values[at - letters] : -1;\n}\n"              \
    "int main(int argc, char **argv)\n{\n    if (argc < 2)\n        fputs(\"usage: value LETTER\\n\", "      \
    "stderr);\n    return value_of(argv[argc - 1][0]);\n}\n"
/* As a linker may place the two. */
#define PROGRAM(list)                                                                                        \
    START "extern const unsigned char values[] __attribute__((visibility(\"hidden\")));\n"                   \
          "extern const char letters[] __attribute__((visibility(\"hidden\")));\n"                           \
          "__asm__(\".section .rodata\\nvalues: .byte " list                                                 \
          "\\nletters: .asciz \\\"btnfrs\\\"\\n.text\");\n" END
#define SOURCE                                                                                               \
    START "static const unsigned char values[] = {8, 9, 10, 12, 13, ' '};\n"                                 \
          "static const char letters[] = \"btnfrs\";\n" END

static struct pl_file *matched(const char *program, const char *source)
{
    struct pl_file *f = beside(built(program, ""), "value.c", source);
    apply("data.array", f);
    apply("code.features", f);
    apply("elf.strings", f);
    return f;
}

static size_t foreign_strings(const struct pl_file *f)
{
    size_t n = 0;
    for (size_t i = 0; i < f->foreign.n; i++)
        n += f->foreign.v[i].kind == PL_FOREIGN_STRING;
    return n;
}

static void a_list_that_a_text_stands_behind_is_no_part_of_it(void **state)
{
    (void)state;
    struct pl_file *f = matched(PROGRAM("8, 9, 10, 12, 13, 32"), SOURCE);
    assert_null(find(f, "code.unaccounted-function"));
    assert_int_equal(foreign_strings(f), 0);
}

/* "curl x" is as long as the list; the text behind it is the source's. */
static void a_text_of_the_same_length_in_its_place_is_not_the_list(void **state)
{
    (void)state;
    struct pl_file *f = matched(PROGRAM("99, 117, 114, 108, 32, 120"), SOURCE);
    assert_int_equal(foreign_strings(f), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_list_that_a_text_stands_behind_is_no_part_of_it, set_up, end),
        cmocka_unit_test_setup_teardown(a_text_of_the_same_length_in_its_place_is_not_the_list, set_up, end),
    };
    return cmocka_run_group_tests_name("match_code_data_endless", tests, NULL, NULL);
}
