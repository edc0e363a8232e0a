/*
 * match_code_data_crc.c - a table for CRCs that the build computed follows from a polynomial of the source; one with a bit changed does not.
 *
 * The tables are computed here bit by bit; gcc puts them into programs.
 */
#include "match_data_program.h"

static uint8_t bytes[4096];

/* The register after `shifts` steps from `value`, most significant bit first. */
static uint64_t shifted(uint64_t value, unsigned bits, uint64_t polynomial, unsigned shifts)
{
    for (unsigned i = 0; i < shifts; i++) {
        bool top = (value >> (bits - 1) & 1) != 0;
        value = (value << 1 & (UINT64_MAX >> (64 - bits))) ^ (top ? polynomial : 0);
    }
    return value;
}

static uint64_t mirrored(uint64_t value, unsigned bits)
{
    uint64_t out = 0;
    for (unsigned i = 0; i < bits; i++)
        out |= (value >> i & 1) << (bits - 1 - i);
    return out;
}

/* As Williams has it; slice k is k bytes further. */
static size_t fill(unsigned width, unsigned bits, uint64_t polynomial, bool is_mirrored, unsigned slices)
{
    size_t n = 0;
    for (unsigned k = 0; k < slices; k++)
        for (unsigned i = 0; i < 256; i++) {
            uint64_t byte = is_mirrored ? mirrored(i, 8) : i;
            uint64_t value = shifted(byte << (bits - 8), bits, polynomial, 8 * (k + 1));
            value = is_mirrored ? mirrored(value, bits) : value;
            for (unsigned b = 0; b < width; b++)
                bytes[n++] = (uint8_t)(value >> (8 * b));
        }
    return n;
}

/* Bytes of a program with the table that follow from `source`. */
static uint64_t explained(size_t table_bytes, const char *source)
{
    return bytes_of_rule(with_data(pl_bytes_of(bytes, table_bytes), 32, "src/crc.h", source), "data.crc",
                         PL_CLASS_GENERATED, "src/crc.h:2");
}

static void a_table_follows_from_the_polynomial(void **state)
{
    (void)state;
    size_t n = fill(4, 32, 0x04C11DB7, true, 1);
    assert_int_equal(n, 1024);
    assert_int_equal(bytes[5] << 8 | bytes[4], 0x3096); /* 0x77073096 of IEEE 802.3 */
    assert_int_equal(explained(n, "\n#define POLY 0x04C11DB7UL\n"), 1024);
}

static void its_bits_may_stand_in_either_order(void **state)
{
    (void)state;
    assert_int_equal(explained(fill(4, 32, 0x04C11DB7, true, 1), "\n#define POLY 0xedb88320\n"), 1024);
}

static void tables_of_other_widths_do_too(void **state)
{
    (void)state;
    assert_int_equal(
        explained(fill(8, 64, 0x42F0E1EBA9EA3693, false, 1), "\n#define POLY 0x42F0E1EBA9EA3693ULL\n"), 2048);
}

static void one_of_24_bits_stands_in_words(void **state)
{
    (void)state;
    assert_int_equal(explained(fill(4, 24, 0x864CFB, false, 1), "\n#define POLY 0x864cfb\n"), 1024);
}

static void one_of_16_bits_is_found(void **state)
{
    (void)state;
    assert_int_equal(explained(fill(2, 16, 0x1021, false, 1), "\n#define POLY 0x1021\n"), 512);
}

static void tables_that_take_a_word_at_once_follow(void **state)
{
    (void)state;
    assert_int_equal(explained(fill(4, 32, 0x04C11DB7, true, 4), "\n#define POLY 0x04C11DB7\n"), 4096);
}

static void a_slice_with_a_bit_changed_does_not(void **state)
{
    (void)state;
    size_t n = fill(4, 32, 0x04C11DB7, false, 4);
    bytes[3000] ^= 1;
    assert_int_equal(explained(n, "\n#define POLY 0x04C11DB7\n"), 2048);
}

static void a_bit_changed_is_another_table(void **state)
{
    (void)state;
    size_t n = fill(4, 32, 0x04C11DB7, true, 1);
    bytes[1023] ^= 0x80;
    assert_int_equal(explained(n, "\n#define POLY 0x04C11DB7\n"), 0);
}

static void a_polynomial_that_nobody_wrote_explains_nothing(void **state)
{
    (void)state;
    assert_int_equal(explained(fill(4, 32, 0x1EDC6F41, true, 1), "\n#define POLY 0x04C11DB7\n"), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_table_follows_from_the_polynomial, set_up, end),
        cmocka_unit_test_setup_teardown(its_bits_may_stand_in_either_order, set_up, end),
        cmocka_unit_test_setup_teardown(tables_of_other_widths_do_too, set_up, end),
        cmocka_unit_test_setup_teardown(one_of_24_bits_stands_in_words, set_up, end),
        cmocka_unit_test_setup_teardown(one_of_16_bits_is_found, set_up, end),
        cmocka_unit_test_setup_teardown(tables_that_take_a_word_at_once_follow, set_up, end),
        cmocka_unit_test_setup_teardown(a_slice_with_a_bit_changed_does_not, set_up, end),
        cmocka_unit_test_setup_teardown(a_bit_changed_is_another_table, set_up, end),
        cmocka_unit_test_setup_teardown(a_polynomial_that_nobody_wrote_explains_nothing, set_up, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
