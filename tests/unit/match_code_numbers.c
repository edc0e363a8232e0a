/*
 * match_code_numbers.c - numbers that the source does not have: where they are an error, and where the source gives a reason why they may be its own.
 */
#include "match_program.h"

#define START                                                                                                \
    "#include <stdio.h>\n"                                                                                   \
    "__attribute__((noinline)) int count_letters(const char *text)\n{\n"                                     \
    "    int n = 0;\n    while (text[n] != 0)\n        n++;\n"                                               \
    "    printf(\"the text has %d letters in it\\n\", n);\n    return n;\n}\n"
#define END                                                                                                  \
    "int main(int argc, char **argv)\n{\n    if (argc < 2)\n        fputs(\"usage: letters TEXT\\n\", "      \
    "stderr);\n    return count_letters(argv[argc - 1]) + (int)spread(argv[0]);\n}\n"
/* One shape, with the two numbers that the source has or with others: FNV's of 64 bits, and a value that a hash is compared with. */
#define SPREAD(start, wanted)                                                                                \
    "__attribute__((noinline)) unsigned long spread(const char *p)\n{\n    unsigned long h = " start ";\n"   \
    "    for (int i = 0; i < 40; i++)\n        h = (h ^ (unsigned char)p[i]) * 31;\n"                        \
    "    return h > " wanted ";\n}\n"
#define NONE "unsigned long spread(const char *p);\n"

static const struct pl_finding *found_beside(const char *program, const char *source)
{
    struct pl_file *f = beside(built(program, ""), "letters.c", source);
    apply("code.features", f);
    return find(f, "code.foreign-constant");
}

#define DRAWN SPREAD("0xcbf29ce484222325UL", "0xb6d3a927c54e8f1dUL")

static void numbers_that_no_function_has_are_an_error(void **state)
{
    (void)state;
    const struct pl_finding *f = found_beside(START DRAWN END, START NONE END);
    assert_non_null(f);
    assert_int_equal(f->severity, PL_SEVERITY_ERROR);
}

static void numbers_of_the_source_are_none(void **state)
{
    (void)state;
    assert_null(found_beside(START DRAWN END, START DRAWN END));
}

/* One may be the sum or the product of two others. */
static void one_number_alone_is_none(void **state)
{
    (void)state;
    assert_null(found_beside(START SPREAD("0xcbf29ce484222325UL", "7") END, START NONE END));
}

/*
 * The function is placed at one of a file that writes numbers of 64 bits: what differs may be a sum of them. It is told, not accused.
 */
static void a_file_with_long_numbers_may_have_sums_of_them(void **state)
{
    (void)state;
    const struct pl_finding *f =
        found_beside(START DRAWN END, START SPREAD("7", "0x00000000000000000000000000000009UL") END);
    assert_non_null(f);
    assert_int_equal(f->severity, PL_SEVERITY_WARNING);
}

/* Whose calls and shape are those of a function of the source is looked at all the same: its numbers are not its own. */
static void numbers_in_a_function_that_is_matched_by_its_shape_are_told(void **state)
{
    (void)state;
    assert_non_null(found_beside(START DRAWN END, START SPREAD("7", "9") END));
}

/* Exported, with a text of its own: a function that is known. Numbers of 50 and 60 bits, as somebody put them in. */
#define SPEAK(start, factor)                                                                                 \
    "__attribute__((noinline)) unsigned long spread(const char *p)\n{\n    unsigned long h = " start ";\n"   \
    "    printf(\"the spread of %s begins here\\n\", p);\n"                                                  \
    "    for (int i = 0; i < 40; i++)\n        h = (h ^ (unsigned char)p[i]) * " factor ";\n"                \
    "    return h;\n}\n"
#define SHORTER SPEAK("718488063419271UL", "752865013435574928UL")

static void numbers_in_a_known_function_are_an_error(void **state)
{
    (void)state;
    const struct pl_finding *f = found_beside(START SHORTER END, START SPEAK("7", "31") END);
    assert_non_null(f);
    assert_int_equal(f->severity, PL_SEVERITY_ERROR);
}

static void numbers_that_a_known_function_has_are_none(void **state)
{
    (void)state;
    assert_null(found_beside(START SHORTER END, START SHORTER END));
}

static void one_number_in_a_known_function_is_none(void **state)
{
    (void)state;
    assert_null(found_beside(START SPEAK("718488063419271UL", "31") END, START SPEAK("7", "31") END));
}

/* Of two numbers of 32 bits one of 64 is made. */
static void a_unit_with_halves_may_have_made_them(void **state)
{
    (void)state;
    const struct pl_finding *f = found_beside(START SHORTER END, START SPEAK("0x736f6d65UL", "31") END);
    assert_non_null(f);
    assert_int_equal(f->severity, PL_SEVERITY_WARNING);
}

/* Compared as two numbers of 64 bits. */
static void a_text_that_is_compared_as_numbers_is_none(void **state)
{
    static const char with[] =
        "__attribute__((noinline)) unsigned long spread(const char *p)\n{\n"
        "    printf(\"the spread of %s begins here\\n\", p);\n"
        "    return memcmp(p, \"\\xa3\\x51q\\x9c\\xe7Z\\xd2\\x8b\\x4d\\xb9\\x37\\xc5\\x6e\\x92\\xd8\\x2b\", "
        "16) "
        "== 0;\n}\n";
    char program[4096];
    (void)state;
    (void)snprintf(program, sizeof program, "#include <string.h>\n%s%s%s", START, with, END);
    assert_null(found_beside(program, program));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(numbers_that_no_function_has_are_an_error, set_up, end),
        cmocka_unit_test_setup_teardown(numbers_of_the_source_are_none, set_up, end),
        cmocka_unit_test_setup_teardown(one_number_alone_is_none, set_up, end),
        cmocka_unit_test_setup_teardown(a_file_with_long_numbers_may_have_sums_of_them, set_up, end),
        cmocka_unit_test_setup_teardown(numbers_in_a_function_that_is_matched_by_its_shape_are_told, set_up,
                                        end),
        cmocka_unit_test_setup_teardown(numbers_in_a_known_function_are_an_error, set_up, end),
        cmocka_unit_test_setup_teardown(numbers_that_a_known_function_has_are_none, set_up, end),
        cmocka_unit_test_setup_teardown(one_number_in_a_known_function_is_none, set_up, end),
        cmocka_unit_test_setup_teardown(a_unit_with_halves_may_have_made_them, set_up, end),
        cmocka_unit_test_setup_teardown(a_text_that_is_compared_as_numbers_is_none, set_up, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
