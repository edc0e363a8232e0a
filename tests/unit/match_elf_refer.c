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

/* Sixteen bytes of a literal, which an inlined copy reads, and a text behind them, as the linker puts them into .rodata. */
#define RUN(front)                                                                                           \
    "#include <string.h>\n__asm__(\".section .rodata\\n.balign 16\\nfront: .ascii \\\"" front                \
    "\\\"\\nbehind: .asciz "                                                                                 \
    "\\\"" BEHIND "\\\"\\n.previous\");\nextern const char front[16], behind[];\nchar room[16];\n"           \
    "__attribute__((noinline)) double sum(double x)\n{\n    memcpy(room, front, 16);\n    puts(behind);\n"   \
    "    return x / 2.0;\n}\n"
#define BEHIND "beaconing of a text behind it"

static bool is_kept_whole(const char *run, const char *front)
{
    char program[2048];
    (void)snprintf(program, sizeof program, "%s%s%s", START, run, END);
    struct pl_file *f =
        beside(built(program, ""), "sum.c",
               START "const char *all = \"the letters of the alphabet\";\ndouble sum(double x);\n" END);
    apply("elf.strings", f);
    for (size_t i = 0; i < f->foreign.n; i++) {
        pl_bytes text = f->foreign.v[i].text;
        if (pl_bytes_ends(text, PL_LIT(BEHIND)))
            return pl_bytes_starts(text, pl_bytes_of_str(front));
    }
    fail_msg("the text behind is not reported");
    return false;
}

static void a_text_behind_the_constants_of_a_copy_is_a_text_by_itself(void **state)
{
    (void)state;
    assert_false(is_kept_whole(RUN("the letters of t"), "the letters of t"));
}

static void what_stands_before_a_text_and_in_no_literal_stays_with_it(void **state)
{
    (void)state;
    assert_true(is_kept_whole(RUN("the letters of x"), "the letters of x"));
}

/* 100.0, whose last bytes are "Y@", and a number of eight dashes behind it. */
#define DASHES(use)                                                                                          \
    "__asm__(\".section .rodata\\n.balign 16\\n.quad 0\\nhundred: .double 100.0\\ndashes: .ascii "           \
    "\\\"--------\\\"\\n.quad 0\\n.previous\");\nextern const double hundred, dashes;\n"                     \
    "__attribute__((noinline)) double sum(double x)\n{\n    return x * hundred + " use ";\n}\n"

static void numbers_behind_the_end_of_one_are_no_text(void **state)
{
    (void)state;
    assert_false(is_foreign(DASHES("dashes"), "Y@--------"));
}

static void letters_that_no_code_reads_behind_a_number_are_text(void **state)
{
    (void)state;
    assert_true(is_foreign(DASHES("2.0"), "Y@--------"));
}

/* {8.0, text}, of which the program refers to the number, or to "use". */
#define ROW(text, use)                                                                                       \
    "__asm__(\".section .rodata\\n.balign 16\\n.quad 0\\nrow: .byte 0, 0, 0, 0, 0, 0\\nhigh: .ascii \\\" "   \
    "@\\\"\\n"                                                                                               \
    ".asciz \\\"" text "\\\"\\n.balign 16\\n.previous\");\nextern const char row[], high[];\n"               \
    "__attribute__((noinline)) double sum(double x)\n{\n    puts(" use ");\n    return x / 2.0;\n}\n"

static bool is_row_foreign(const char *row, const char *text)
{
    char program[2048];
    (void)snprintf(program, sizeof program, "%s%s%s", START, row, END);
    struct pl_file *f =
        beside(built(program, ""), "sum.c",
               START "const char *all = \"the letters of the alphabet\";\ndouble sum(double x);\n" END);
    apply("elf.strings", f);
    for (size_t i = 0; i < f->foreign.n; i++)
        if (pl_bytes_eq_str(f->foreign.v[i].text, text))
            return true;
    return false;
}

static void a_text_of_the_source_behind_the_end_of_a_number_is_one(void **state)
{
    (void)state;
    assert_false(is_row_foreign(ROW("the letters of the alphabet", "row"), " @the letters of the alphabet"));
}

static void another_text_behind_the_end_of_a_number_is_told(void **state)
{
    (void)state;
    assert_true(is_row_foreign(ROW("the beacon of the alphabet", "row"), " @the beacon of the alphabet"));
}

static void letters_in_front_that_code_refers_to_are_a_part_of_the_text(void **state)
{
    (void)state;
    assert_true(is_row_foreign(ROW("the letters of the alphabet", "high"), " @the letters of the alphabet"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(numbers_behind_the_end_of_one_are_no_text, set_up, end),
        cmocka_unit_test_setup_teardown(letters_that_no_code_reads_behind_a_number_are_text, set_up, end),
        cmocka_unit_test_setup_teardown(a_text_of_the_source_behind_the_end_of_a_number_is_one, set_up, end),
        cmocka_unit_test_setup_teardown(another_text_behind_the_end_of_a_number_is_told, set_up, end),
        cmocka_unit_test_setup_teardown(letters_in_front_that_code_refers_to_are_a_part_of_the_text, set_up,
                                        end),
        cmocka_unit_test_setup_teardown(a_number_that_looks_like_text_is_none, set_up, end),
        cmocka_unit_test_setup_teardown(the_same_bytes_as_a_text_are_one, set_up, end),
        cmocka_unit_test_setup_teardown(numbers_side_by_side_are_no_text, set_up, end),
        cmocka_unit_test_setup_teardown(a_text_behind_the_constants_of_a_copy_is_a_text_by_itself, set_up,
                                        end),
        cmocka_unit_test_setup_teardown(what_stands_before_a_text_and_in_no_literal_stays_with_it, set_up,
                                        end),
        cmocka_unit_test_setup_teardown(a_text_as_long_as_a_run_of_numbers_is_one, set_up, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
