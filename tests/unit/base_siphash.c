/*
 * base_siphash.c - tests of base/siphash.h.
 *
 * Vectors: appendix A of the paper for 2-4; importlib.util.source_hash() of Python 3.11 for 1-3.
 */
#include "base/siphash.h"
#include "unit.h"

static void the_vector_of_the_paper_comes_out(void **state)
{
    uint8_t input[15];
    (void)state;
    for (uint8_t i = 0; i < sizeof input; i++)
        input[i] = i;
    assert_true(pl_siphash(pl_bytes_of(input, sizeof input), 0x0706050403020100ULL, 0x0f0e0d0c0b0a0908ULL, 2,
                           4) == 0xa129ca6149be45e5ULL);
}

static void python_hashes_a_source_like_this(void **state)
{
    (void)state;
    assert_true(pl_siphash(PL_LIT("def f(): pass\n"), 168627623, 0, 1, 3) == 0x950914b9f21fc6f8ULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_vector_of_the_paper_comes_out),
        cmocka_unit_test(python_hashes_a_source_like_this),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
