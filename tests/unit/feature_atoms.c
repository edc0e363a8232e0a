/* Tests of feature/atoms.c. */
#include "feature/atoms.h"
#include "unit.h"

static void a_number_is_the_same_at_any_width_and_sign(void **state)
{
    uint64_t plain = pl_atom_hash_value(0xedb88320u);
    assert_true(plain == pl_atom_hash_value(0xffffffffedb88320u));
    assert_true(plain == pl_atom_hash_value(0u - (uint64_t)0xedb88320u));
    assert_true(pl_atom_hash_value(1000) == pl_atom_hash_value((uint32_t)-1000));
    assert_true(pl_atom_hash_value(1000) == pl_atom_hash_value((uint64_t)-1000));
    assert_true(pl_atom_hash_value(0x123456789abcdefu) == pl_atom_hash_value(0u - 0x123456789abcdefu));
}

static void numbers_and_texts_that_differ_hash_differently(void **state)
{
    uint64_t seed = 1;
    for (unsigned i = 0; i < 10000; i++) {
        uint64_t v = unit_random(&seed) >> (i % 60);
        assert_true(v + 1 == 0u - v || pl_atom_hash_value(v) != pl_atom_hash_value(v + 1));
    }
    char text[40];
    memset(text, 'x', sizeof text);
    for (size_t n = 1; n < sizeof text; n++) {
        uint64_t whole = pl_atom_hash_text(pl_bytes_of(text, n));
        assert_true(whole != pl_atom_hash_text(pl_bytes_of(text, n - 1)));
        text[n - 1] = 'y';
        assert_true(whole != pl_atom_hash_text(pl_bytes_of(text, n)));
        text[n - 1] = 'x';
    }
}

static void the_hashes_are_those_of_other_machines(void **state)
{
    assert_true(pl_atom_hash_text(PL_LIT("strcmp")) == 0xcf4bd838bc1a092fu);
    assert_true(pl_atom_hash_value(0x67452301u) == 0x72b2c72b9a316cb2u);
    assert_true(pl_atom_hash_text(PL_LIT("")) != 0);
}

static void numbers_that_every_program_has_are_dull(void **state)
{
    static const uint64_t dull[] = {0,
                                    1,
                                    255,
                                    256,
                                    257,
                                    4095,
                                    4096,
                                    4097,
                                    0xffff,
                                    0xffff0000,
                                    0xfffff000,
                                    0x7fffffff,
                                    0x80000000,
                                    0xffffffff,
                                    1000,
                                    1000000,
                                    0xfffffc18,
                                    0x00ff0000,
                                    0x01010101,
                                    0x80808080,
                                    UINT64_MAX,
                                    0xfff0,
                                    UINT64_MAX - 4,
                                    0x5555555555555555u,
                                    0xfffffffffffff000u};
    static const uint64_t telling[] = {0x67452301, 0xedb88320, 0x9e3779b1, 0x6a09e667f3bcc909u,
                                       0x104,      1234567,    0x464c457f, 65521,
                                       8675309,    0x4550};
    for (size_t i = 0; i < sizeof dull / sizeof dull[0]; i++)
        assert_true(pl_atom_is_dull(dull[i]));
    for (size_t i = 0; i < sizeof telling / sizeof telling[0]; i++)
        assert_false(pl_atom_is_dull(telling[i]));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_number_is_the_same_at_any_width_and_sign),
        cmocka_unit_test(numbers_and_texts_that_differ_hash_differently),
        cmocka_unit_test(the_hashes_are_those_of_other_machines),
        cmocka_unit_test(numbers_that_every_program_has_are_dull),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
