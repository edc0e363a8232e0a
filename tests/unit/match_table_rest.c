/*
 * match_table_rest.c - a list that a function copies by vector instructions lies in the data but for its last element, which is a number of the code.
 */
#include "match_program.h"

#define SEED(last)                                                                                           \
    "#include <stdint.h>\n#include <stdio.h>\nstruct state {\n    uint32_t v[25];\n    uint32_t at;\n};\n"   \
    "__attribute__((noinline)) void seed(struct state *s)\n{\n    uint32_t seeds[25] = {\n"                  \
    "        0x95f24dab, 0x0b685215, 0xe76ccae7, 0xaf3ec239, 0x715fad23, 0x24a590ad, 0x69e4b5ef,\n"          \
    "        0xbf456141, 0x96bc1b7b, 0xa7bdf825, 0xc1de75b7, 0x8858a9c9, 0x2da87693, 0xb657f9dd,\n"          \
    "        0xffdc8a9f, 0x8121da71, 0x8b823ecb, 0x885d05f5, 0x4e20cd47, 0x5a9ad5d9, 0x512c0c03,\n"          \
    "        0xea857ccd, 0x4cc1d30f, 0x8891a8a1, " last "};\n"                                               \
    "    for (uint32_t i = 0; i < 25; i++)\n        s->v[i] = seeds[i];\n    s->at = 0;\n}\n"                \
    "double half(double x)\n{\n    return x * 1.5;\n}\n"                                                     \
    "int main(int argc, char **argv)\n{\n    struct state s;\n    seed(&s);\n"                               \
    "    printf(\"%u %f\\n\", s.v[argc], half(argc));\n    return 0;\n}\n"

static bool is_modified(const char *program, const char *source)
{
    struct pl_file *f = beside(built(program, "-O3"), "seed.c", source);
    apply("data.array", f);
    return find(f, "data.modified-table") != NULL;
}

static void the_last_element_may_stand_in_the_code(void **state)
{
    (void)state;
    assert_false(is_modified(SEED("0xa6b7aadb"), SEED("0xa6b7aadb")));
}

/* A zero needs no number: the function clears the place, and another list follows in the data. */
#define DECAY(last)                                                                                          \
    "#include <stdio.h>\n__attribute__((noinline)) double decay(int n)\n{\n"                                 \
    "    double q[27] = {0., 0.073, 0., 0.025, 0.05, 0.061, 0.042, 0.072,\n"                                 \
    "        0.023, 0.053, 0., 0.064, 0.089, 0.023, 0.043, 0., 0.052, 0.04, 0.052,\n"                        \
    "        0.073, 0.056, 0., 0.063, 0.013, 0., 0.033, " last "};\n"                                        \
    "    int list[21] = {0, 1, 3, 4, 5, 6, 7, 8, 9, 11, 12, 13, 14, 16, 17, 18, 19, 20, 22, 23, 25};\n"      \
    "    double sum = 0;\n    for (int i = 0; i < n; i++)\n        sum += q[i] * i * q[list[i % 21]];\n"     \
    "    return sum + q[n];\n}\n"                                                                            \
    "int main(int argc, char **argv)\n{\n    (void)argv;\n    printf(\"%f\\n\", decay(argc));\n"             \
    "    return 0;\n}\n"

static void a_last_element_that_is_zero_need_not_stand_anywhere(void **state)
{
    (void)state;
    assert_false(is_modified(DECAY("0."), DECAY("0.")));
    end(state);
    assert_int_equal(set_up(state), 0);
    assert_true(is_modified(DECAY("0."), DECAY("0.077")));
}

static void another_last_element_in_the_code_is_told(void **state)
{
    (void)state;
    assert_true(is_modified(SEED("0xa6b7aadb"), SEED("0xa6b7aadc")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_last_element_may_stand_in_the_code, set_up, end),
        cmocka_unit_test_setup_teardown(a_last_element_that_is_zero_need_not_stand_anywhere, set_up, end),
        cmocka_unit_test_setup_teardown(another_last_element_in_the_code_is_told, set_up, end),
    };
    return cmocka_run_group_tests_name("match_table_rest", tests, NULL, NULL);
}
