/*
 * format_binary_elf.c - the ELF reader on two small shared libraries (x86-64, and 32-bit big-endian PowerPC) and an object file
 * that gcc, clang and lld made, and on what an attacker makes of them.
 */
#include "unit.h"

#include "format/binary/elf.h"

#include <stdio.h>

#define MAX_BYTES 32768u

struct fixture {
    uint8_t *bytes;
    size_t n;
    uint8_t *copy; /* exactly the bytes that were read last, so that a step too far is seen */
    struct pl_arena arena;
    struct pl_findings findings;
    struct pl_elf elf;
    struct pl_err err;
};

static void load(struct fixture *x, const char *name)
{
    char path[4096];
    memset(x, 0, sizeof *x);
    (void)snprintf(path, sizeof path, "%s/../fuzz/seeds/elf/%s", PL_TEST_DATA, name);
    FILE *f = fopen(path, "rb");
    assert_non_null(f);
    x->bytes = calloc(1, 2 * MAX_BYTES);
    assert_non_null(x->bytes);
    x->n = fread(x->bytes, 1, MAX_BYTES, f);
    assert_int_equal(fclose(f), 0);
    pl_arena_init(&x->arena, SIZE_MAX);
    pl_findings_init(&x->findings, &x->arena, 1000);
}

static void unload(struct fixture *x)
{
    pl_findings_reset(&x->findings);
    pl_arena_reset(&x->arena);
    free(x->bytes);
    free(x->copy);
}

/* Read [0, n) afresh and assert that the ranges hold every byte of it. */
static pl_status read_some(struct fixture *x, size_t n)
{
    pl_findings_reset(&x->findings);
    pl_arena_reset(&x->arena);
    pl_findings_init(&x->findings, &x->arena, 1000);
    uint8_t *is_held = calloc(n + 1, 1);
    free(x->copy);
    x->copy = malloc(n > 0 ? n : 1);
    assert_true(x->copy != NULL && is_held != NULL);
    memcpy(x->copy, x->bytes, n);
    pl_status st = pl_elf_read(pl_bytes_of(x->copy, n), &x->arena, &x->findings, &x->elf, &x->err);
    for (size_t i = 0; st == PL_OK && i < x->elf.n_ranges; i++) {
        const struct pl_elf_range *range = &x->elf.ranges[i];
        assert_true(range->offset <= n && range->length <= n - range->offset);
        memset(is_held + range->offset, 1, range->length);
    }
    assert_true(st != PL_OK || pl_bytes_all(pl_bytes_of(is_held, n), 1));
    free(is_held);
    return st;
}

static const struct pl_finding *find(const struct fixture *x, const char *tag)
{
    for (size_t i = 0; i < x->findings.list.n; i++)
        if (strcmp(x->findings.list.v[i].tag, tag) == 0)
            return &x->findings.list.v[i];
    return NULL;
}

static const struct pl_elf_section *section(const struct fixture *x, const char *name)
{
    for (size_t i = 0; i < x->elf.n_sections; i++)
        if (pl_bytes_eq_str(x->elf.sections[i].name, name))
            return &x->elf.sections[i];
    fail_msg("no section %s", name);
    return NULL;
}

static void every_byte_of_an_honest_file_is_owned_and_nothing_is_odd(void **state)
{
    static const char *const names[] = {"tiny-x86_64.so", "tiny-ppc.so", "tiny-ppc-object"};
    for (size_t i = 0; i < 3; i++) {
        struct fixture x;
        load(&x, names[i]);
        assert_int_equal(read_some(&x, x.n), PL_OK);
        assert_int_equal(x.findings.list.n, 0);
        for (size_t k = 0; k < x.elf.n_ranges; k++)
            assert_int_not_equal(x.elf.ranges[k].owner, PL_ELF_UNOWNED);
        unload(&x);
    }
}

static void both_byte_orders_and_classes_tell_the_same_facts(void **state)
{
    static const char *const names[] = {"tiny-x86_64.so", "tiny-ppc.so"};
    for (int i = 0; i < 2; i++) {
        struct fixture x;
        load(&x, names[i]);
        pl_bytes data = pl_bytes_of(x.bytes, x.n);
        assert_int_equal(pl_elf_read(data, &x.arena, NULL, &x.elf, &x.err), PL_OK);
        assert_int_equal(x.elf.is_64, i == 0);
        assert_int_equal(x.elf.is_big_endian, i == 1);
        assert_int_equal(x.elf.type, PL_ELF_ET_DYN);
        assert_true(pl_bytes_eq_str(x.elf.soname, "libtiny.so.1"));
        assert_true(x.elf.build_id.n == (i == 0 ? 20 : 8));
        unload(&x);
    }
}

static void every_truncation_is_refused_or_owned(void **state)
{
    static const char *const names[] = {"tiny-x86_64.so", "tiny-ppc.so", "tiny-ppc-object"};
    for (size_t i = 0; i < 3; i++) {
        struct fixture x;
        load(&x, names[i]);
        for (size_t n = 0; n < x.n; n++) {
            pl_status st = read_some(&x, n);
            assert_true(st == PL_E_INPUT || (st == PL_OK && x.findings.list.n > 0));
            assert_int_equal(st == PL_E_INPUT, n < (i == 0 ? 64u : 52u));
        }
        unload(&x);
    }
}

static void flipped_bits_never_leave_a_byte_without_an_owner(void **state)
{
    uint64_t seed = 20;
    for (int round = 0; round < 4000; round++) {
        struct fixture x;
        load(&x, round % 2 == 0 ? "tiny-x86_64.so" : "tiny-ppc.so");
        for (uint64_t flips = 1 + unit_below(&seed, 8); flips > 0; flips--) {
            /* Half of them in the headers, where they hurt. */
            size_t at = unit_below(&seed, 2) == 0 ? unit_below(&seed, 0x140) : unit_below(&seed, x.n);
            x.bytes[at] ^= (uint8_t)(1u << unit_below(&seed, 8));
        }
        pl_status st = read_some(&x, x.n);
        assert_true(st == PL_OK || st == PL_E_INPUT);
        unload(&x);
    }
}

static void appended_bytes_are_an_overlay_to_the_byte(void **state)
{
    struct fixture x;
    load(&x, "tiny-x86_64.so");
    memset(x.bytes + x.n, 'A', 5000);
    assert_int_equal(read_some(&x, x.n + 5000), PL_OK);
    const struct pl_finding *f = find(&x, "image.overlay");
    assert_non_null(f);
    assert_int_equal(f->offset, x.n);
    assert_int_equal(f->length, 5000);
    assert_int_equal(f->severity, PL_SEVERITY_ERROR);
    /* Zeros behind the end are no padding: there is nothing to align. */
    memset(x.bytes + x.n, 0, 1);
    assert_int_equal(read_some(&x, x.n + 1), PL_OK);
    assert_non_null(find(&x, "image.overlay"));
    unload(&x);
}

static void data_in_a_gap_is_found_from_its_first_to_its_last_byte(void **state)
{
    struct fixture x;
    load(&x, "tiny-x86_64.so");
    assert_int_equal(read_some(&x, x.n), PL_OK);
    const struct pl_elf_section *frame = section(&x, ".eh_frame");
    uint64_t at = frame->offset + frame->size + 100;
    memcpy(x.bytes + at, "hidden\0payload", 14);
    assert_int_equal(read_some(&x, x.n), PL_OK);
    const struct pl_finding *f = find(&x, "image.gap");
    assert_non_null(f);
    assert_int_equal(f->offset, at);
    assert_int_equal(f->length, 14);
    unload(&x);
}

static void a_byte_of_the_identification_that_nobody_reads_may_not_be_used(void **state)
{
    struct fixture x;
    load(&x, "tiny-x86_64.so");
    x.bytes[12] = 7;
    assert_int_equal(read_some(&x, x.n), PL_OK);
    assert_int_equal(find(&x, "image.gap")->offset, 12);
    unload(&x);
}

static void a_string_that_no_name_refers_to_is_found(void **state)
{
    struct fixture x;
    load(&x, "tiny-x86_64.so");
    assert_int_equal(read_some(&x, x.n), PL_OK);
    const struct pl_elf_section *symbols = section(&x, ".dynsym");
    for (uint64_t at = 0; at < symbols->size; at += 24)
        memset(x.bytes + symbols->offset + at, 0, 4); /* no symbol has a name */
    assert_int_equal(read_some(&x, x.n), PL_OK);
    assert_non_null(find(&x, "image.gap"));
    unload(&x);
}

static void entries_behind_the_end_of_the_dynamic_section_are_found(void **state)
{
    struct fixture x;
    load(&x, "tiny-x86_64.so");
    assert_int_equal(read_some(&x, x.n), PL_OK);
    const struct pl_elf_section *dynamic = section(&x, ".dynamic");
    uint64_t at = dynamic->offset + dynamic->size - 16;
    memcpy(x.bytes + at, "0123456789abcdef", 16);
    assert_int_equal(read_some(&x, x.n), PL_OK);
    assert_int_equal(find(&x, "image.gap")->offset, at);
    assert_int_equal(find(&x, "image.gap")->length, 16);
    unload(&x);
}

static void a_writable_and_executable_segment_is_an_error(void **state)
{
    struct fixture x;
    load(&x, "tiny-x86_64.so");
    x.bytes[64 + 4] |= PL_ELF_PF_W | PL_ELF_PF_X; /* flags of the first segment */
    assert_int_equal(read_some(&x, x.n), PL_OK);
    assert_int_equal(find(&x, "image.writable-code")->severity, PL_SEVERITY_ERROR);
    unload(&x);
}

static void an_entry_point_outside_of_code_is_an_error(void **state)
{
    struct fixture x;
    load(&x, "tiny-x86_64.so");
    x.bytes[24] = 0x10;
    assert_int_equal(read_some(&x, x.n), PL_OK);
    assert_int_equal(find(&x, "image.code-outside-text")->severity, PL_SEVERITY_ERROR);
    unload(&x);
}

static void a_section_over_another_is_damage_and_is_not_read(void **state)
{
    struct fixture x;
    load(&x, "tiny-x86_64.so");
    assert_int_equal(read_some(&x, x.n), PL_OK);
    /* Offsets of sections 2 and 3 are made equal. */
    size_t table = x.elf.section_table_offset;
    memcpy(x.bytes + table + 3 * 64 + 24, x.bytes + table + 2 * 64 + 24, 8);
    assert_int_equal(read_some(&x, x.n), PL_OK);
    assert_non_null(find(&x, "image.damaged"));
    assert_false(x.elf.sections[2].is_readable && x.elf.sections[3].is_readable);
    unload(&x);
}

static void billions_of_sections_are_cut_to_what_is_there(void **state)
{
    struct fixture x;
    load(&x, "tiny-x86_64.so");
    assert_int_equal(read_some(&x, x.n), PL_OK);
    memset(x.bytes + 60, 0, 2);                                 /* e_shnum: see section 0 */
    memset(x.bytes + x.elf.section_table_offset + 32, 0xff, 4); /* its size: 2^32 - 1 */
    assert_int_equal(read_some(&x, x.n), PL_OK);
    assert_non_null(find(&x, "image.damaged"));
    assert_true(x.elf.n_sections <= x.n / 64);
    unload(&x);
}

/* Who owns that byte of the file. */
static int owner_at(const struct fixture *x, uint64_t at)
{
    for (size_t i = 0; i < x->elf.n_ranges; i++)
        if (at - x->elf.ranges[i].offset < x->elf.ranges[i].length)
            return (int)x->elf.ranges[i].owner;
    return -1;
}

/* Header, bloom filter, buckets, and one word for each exported symbol; a section that says of itself that it needs more than it has is no table. */
static void a_gnu_hash_table_ends_with_its_last_symbol(void **state)
{
    struct fixture x;
    load(&x, "tiny-x86_64.so");
    assert_int_equal(read_some(&x, x.n), PL_OK);
    const struct pl_elf_section *hash = section(&x, ".gnu.hash");
    uint64_t at = hash->offset;
    uint64_t size = hash->size;
    assert_int_equal(owner_at(&x, at), PL_ELF_STRUCTURE);
    assert_int_equal(owner_at(&x, at + size - 1), PL_ELF_STRUCTURE);
    x.bytes[at]++; /* one bucket more than there is room for */
    assert_int_equal(read_some(&x, x.n), PL_OK);
    assert_int_equal(owner_at(&x, at), PL_ELF_DATA);
    x.bytes[at]--;
    x.bytes[at + 4]++; /* the first exported symbol: one word is behind the table now */
    assert_int_equal(read_some(&x, x.n), PL_OK);
    assert_int_equal(owner_at(&x, at), PL_ELF_STRUCTURE);
    assert_non_null(find(&x, "image.gap"));
    assert_int_equal(find(&x, "image.gap")->offset, at + size - 4);
    unload(&x);
}

static void versions_that_point_back_at_themselves_end(void **state)
{
    struct fixture x;
    load(&x, "tiny-x86_64.so");
    assert_int_equal(read_some(&x, x.n), PL_OK);
    const struct pl_elf_section *versions = section(&x, ".gnu.version_d");
    uint64_t at = versions->offset;
    memset(x.bytes + at + 16, 0, 4); /* vd_next of the first */
    memset(x.bytes + at + 6, 0xff, 2);
    assert_int_equal(read_some(&x, x.n), PL_OK);
    unload(&x);
}

static void stubs_that_are_no_stubs_are_code(void **state)
{
    struct fixture x;
    load(&x, "tiny-x86_64.so");
    assert_int_equal(read_some(&x, x.n), PL_OK);
    uint64_t at = section(&x, ".plt")->offset;
    x.bytes[at + 16] = 0xcc;
    assert_int_equal(read_some(&x, x.n), PL_OK);
    for (size_t i = 0; i < x.elf.n_ranges; i++)
        if (x.elf.ranges[i].offset == at)
            assert_int_equal(x.elf.ranges[i].owner, PL_ELF_CODE);
    unload(&x);
}

static void without_section_headers_segments_own_the_bytes(void **state)
{
    struct fixture x;
    load(&x, "tiny-x86_64.so");
    assert_int_equal(read_some(&x, x.n), PL_OK);
    size_t table = x.elf.section_table_offset;
    memset(x.bytes + 40, 0, 8); /* e_shoff */
    memset(x.bytes + 60, 0, 4); /* e_shnum, e_shstrndx */
    assert_int_equal(read_some(&x, table), PL_OK);
    size_t n_code = 0;
    for (size_t i = 0; i < x.elf.n_ranges; i++)
        n_code += x.elf.ranges[i].owner == PL_ELF_CODE;
    assert_int_equal(n_code, 1);
    unload(&x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_byte_of_an_honest_file_is_owned_and_nothing_is_odd),
        cmocka_unit_test(both_byte_orders_and_classes_tell_the_same_facts),
        cmocka_unit_test(every_truncation_is_refused_or_owned),
        cmocka_unit_test(flipped_bits_never_leave_a_byte_without_an_owner),
        cmocka_unit_test(appended_bytes_are_an_overlay_to_the_byte),
        cmocka_unit_test(data_in_a_gap_is_found_from_its_first_to_its_last_byte),
        cmocka_unit_test(a_byte_of_the_identification_that_nobody_reads_may_not_be_used),
        cmocka_unit_test(a_string_that_no_name_refers_to_is_found),
        cmocka_unit_test(entries_behind_the_end_of_the_dynamic_section_are_found),
        cmocka_unit_test(a_writable_and_executable_segment_is_an_error),
        cmocka_unit_test(an_entry_point_outside_of_code_is_an_error),
        cmocka_unit_test(a_section_over_another_is_damage_and_is_not_read),
        cmocka_unit_test(billions_of_sections_are_cut_to_what_is_there),
        cmocka_unit_test(a_gnu_hash_table_ends_with_its_last_symbol),
        cmocka_unit_test(versions_that_point_back_at_themselves_end),
        cmocka_unit_test(stubs_that_are_no_stubs_are_code),
        cmocka_unit_test(without_section_headers_segments_own_the_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
