/*
 * match_code_data_crc.c - a table for CRCs that the build computed follows from a polynomial of the source; one with a bit changed does not.
 *
 * The tables are computed here bit by bit; gcc puts them into programs.
 */
#include "match_fixture.h"

#include "io/read.h"

#include <stdio.h>

static const char main_c[] =
    "extern const char table[];\nint main(int n, char **v)\n{\n    return v[0] ? table[n] : 0;\n}\n";
static const char object[] =
    "asm(\".section .rodata\\n.balign 32\\n.globl table\\ntable: .incbin \\\"t.bin\\\"\\n.text\");\n";

static struct pl_tables *tables;
static uint8_t *image;
static uint8_t bytes[4096];

static int end(void **state)
{
    pl_tables_free(tables);
    with_tables = NULL;
    free(image);
    image = NULL;
    return tear_down(state);
}

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
    size_t n = 0;
    uint64_t sum = 0;
    FILE *f = fopen("t.bin", "wb");
    assert_non_null(f);
    assert_int_equal(fwrite(bytes, 1, table_bytes, f), table_bytes);
    assert_int_equal(fclose(f), 0);
    f = fopen("d.c", "w");
    assert_non_null(f);
    assert_true(fputs(main_c, f) >= 0 && fputs(object, f) >= 0);
    assert_int_equal(fclose(f), 0);
    assert_int_equal(system("gcc -O2 d.c -o d.out && strip -s d.out"), 0);
    assert_int_equal(pl_io_read("d.out", 1 << 24, &image, &n, &err), PL_OK);
    add_source(0, "src/main.c", main_c);
    add_source(0, "src/crc.h", source);
    assert_int_equal(pl_index_build(trees, 2, 1, &ix, &err), PL_OK);
    assert_int_equal(pl_tables_build(ix, 1, &tables, &err), PL_OK);
    with_tables = tables;
    (void)add_file; /* of the fixture */
    struct pl_file *file = add_bytes("usr/bin/d", pl_bytes_of(image, n));
    apply("data.array", file);
    for (size_t i = 0; i < file->ledger.settled.n; i++) {
        const struct pl_claim *c = &file->ledger.settled.v[i];
        if (strcmp(c->rule, "data.crc") == 0) {
            assert_string_equal(c->source, "src/crc.h:2");
            assert_int_equal(c->class, PL_CLASS_GENERATED);
            sum += c->length;
        }
    }
    return sum;
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
