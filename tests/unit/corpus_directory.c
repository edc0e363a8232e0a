/*
 * corpus_directory.c - a directory of a sorted list: every row is in the range of its key, for lists of any length.
 */
#include "corpus/directory.h"

#include "unit.h"

struct row {
    uint64_t key;
    uint32_t number;
};

static struct row rows[1u << 17];

static void fill(size_t n, uint64_t step)
{
    for (size_t i = 0; i < n; i++)
        rows[i] = (struct row){i * step, (uint32_t)i};
}

static void look_up_all(const struct pl_directory *d, size_t n)
{
    size_t last_high = 0;
    for (size_t i = 0; i < n; i++) {
        size_t low;
        size_t high;
        pl_directory_range(d, rows[i].key, &low, &high);
        assert_true(low <= i && i < high && high <= n);
        /* Only keys with the same top bits are between. */
        assert_int_equal(rows[low].key >> (64 - d->bits), rows[high - 1].key >> (64 - d->bits));
        assert_true(low == last_high || high == last_high);
        last_high = high;
    }
    assert_int_equal(last_high, n);
}

static void every_row_is_in_the_range_of_its_key(void **state)
{
    static const size_t lengths[] = {1, 2, 15, 16, 17, 1000, 65535, 65536, 1u << 17};
    struct pl_directory d = {0};
    (void)state;
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        fill(lengths[i], UINT64_MAX / lengths[i]);
        assert_true(
            pl_directory_make(&d, rows, lengths[i], sizeof rows[0])); /* again, in the place of the last */
        look_up_all(&d, lengths[i]);
    }
    pl_directory_reset(&d);
}

static void keys_that_crowd_are_found_too(void **state)
{
    struct pl_directory d = {0};
    (void)state;
    fill(1000, 1);
    assert_true(pl_directory_make(&d, rows, 1000, sizeof rows[0]));
    look_up_all(&d, 1000);
    for (size_t i = 0; i < 1000; i++)
        rows[i].key = UINT64_MAX;
    assert_true(pl_directory_make(&d, rows, 1000, sizeof rows[0]));
    look_up_all(&d, 1000);
    pl_directory_reset(&d);
}

static void a_list_without_rows_has_empty_ranges_and_few_of_them(void **state)
{
    struct pl_directory d = {0};
    size_t low;
    size_t high;
    (void)state;
    assert_true(pl_directory_make(&d, NULL, 0, sizeof rows[0]));
    assert_true(d.bits <= 4);
    pl_directory_range(&d, UINT64_MAX, &low, &high);
    assert_int_equal(low, 0);
    assert_int_equal(high, 0);
    pl_directory_reset(&d);
    assert_null(d.starts);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_row_is_in_the_range_of_its_key),
        cmocka_unit_test(keys_that_crowd_are_found_too),
        cmocka_unit_test(a_list_without_rows_has_empty_ranges_and_few_of_them),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
