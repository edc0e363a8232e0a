/*
 * base_cursor.c - tests of base/cursor.h.
 */
#include "base/cursor.h"
#include "unit.h"

static const uint8_t sample[] = {0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef, 0x10, 0x32, 0x54, 0x76};

static pl_bytes whole(void)
{
    return pl_bytes_of(sample, sizeof sample);
}

static void each_width_reads_in_both_orders(void **state)
{
    struct pl_cursor c = pl_cursor_of(whole());
    assert_int_equal(pl_cursor_u8(&c), 0x01);
    assert_int_equal(pl_cursor_u16le(&c), 0x4523);
    assert_int_equal(pl_cursor_u32le(&c), 0xcdab8967);
    c = pl_cursor_of(whole());
    assert_int_equal(pl_cursor_u16be(&c), 0x0123);
    assert_int_equal(pl_cursor_u32be(&c), 0x456789ab);
    c = pl_cursor_of(whole());
    assert_true(pl_cursor_u64le(&c) == 0xefcdab8967452301u);
    assert_int_equal(pl_cursor_left(&c), 4);
    c = pl_cursor_of(whole());
    assert_true(pl_cursor_u64be(&c) == 0x0123456789abcdefu);
    assert_false(c.bad);
}

static void a_step_too_far_turns_bad_and_stays_bad(void **state)
{
    struct pl_cursor c = pl_cursor_of(whole());
    pl_cursor_skip(&c, 9);
    assert_int_equal(pl_cursor_u32le(&c), 0);
    assert_true(c.bad);
    assert_int_equal(pl_cursor_u8(&c), 0);
    assert_int_equal(pl_cursor_take(&c, 0).n, 0);
    assert_int_equal(pl_cursor_left(&c), 0);
    assert_true(c.bad);
}

static void no_count_wraps_around(void **state)
{
    struct pl_cursor c = pl_cursor_of(whole());
    pl_cursor_skip(&c, 4);
    pl_cursor_skip(&c, UINT64_MAX - 3);
    assert_true(c.bad);
    c = pl_cursor_at(whole(), UINT64_MAX);
    assert_true(c.bad);
    c = pl_cursor_at(whole(), sizeof sample);
    assert_false(c.bad);
    assert_int_equal(pl_cursor_left(&c), 0);
    c = pl_cursor_at(whole(), sizeof sample + 1);
    assert_true(c.bad);
}

static void taken_bytes_are_a_view_of_the_input(void **state)
{
    struct pl_cursor c = pl_cursor_of(whole());
    pl_cursor_skip(&c, 2);
    pl_bytes taken = pl_cursor_take(&c, 3);
    assert_ptr_equal(taken.p, sample + 2);
    assert_int_equal(taken.n, 3);
    assert_int_equal(c.at, 5);
}

/* Every truncation: fields that are there read the same, the first that is not turns the cursor bad. */
static void every_truncation_is_bad_from_its_end_on(void **state)
{
    for (size_t n = 0; n <= sizeof sample; n++) {
        struct pl_cursor c = pl_cursor_of(pl_bytes_sub(whole(), 0, n));
        for (size_t i = 0; i < sizeof sample; i++) {
            assert_int_equal(pl_cursor_u8(&c), i < n ? sample[i] : 0);
            assert_int_equal(c.bad, i >= n);
        }
    }
}

static void no_bytes_at_all_are_fine_until_read(void **state)
{
    struct pl_cursor c = pl_cursor_of((pl_bytes){NULL, 0});
    assert_int_equal(pl_cursor_take(&c, 0).n, 0);
    assert_false(c.bad);
    assert_int_equal(pl_cursor_u64be(&c), 0);
    assert_true(c.bad);
}

static void leb128_is_as_long_as_is_asked_for(void **state)
{
    static const uint8_t bytes[] = {0x7f, 0x80, 0x01, 0xe5, 0x8e, 0x26};
    static const uint8_t endless[] = {0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0xff, 0x7f};
    (void)state;
    struct pl_cursor c = pl_cursor_of(pl_bytes_of(bytes, sizeof bytes));
    assert_int_equal(pl_cursor_uleb(&c, PL_ULEB_ANY), 127);
    assert_int_equal(pl_cursor_uleb(&c, 2), 128);
    assert_int_equal(pl_cursor_uleb(&c, 3), 624485); /* DWARF 5, figure C.1 */
    assert_false(c.bad);
    c = pl_cursor_of(pl_bytes_of(bytes + 3, 3));
    (void)pl_cursor_uleb(&c, 2);
    assert_true(c.bad);
    c = pl_cursor_of(pl_bytes_of(bytes + 3, 2));
    (void)pl_cursor_uleb(&c, PL_ULEB_ANY);
    assert_true(c.bad);
    c = pl_cursor_of(pl_bytes_of(endless, sizeof endless));
    assert_int_equal(pl_cursor_uleb(&c, PL_ULEB_ANY), 1ull << 63);
    assert_false(c.bad);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_width_reads_in_both_orders),
        cmocka_unit_test(a_step_too_far_turns_bad_and_stays_bad),
        cmocka_unit_test(no_count_wraps_around),
        cmocka_unit_test(taken_bytes_are_a_view_of_the_input),
        cmocka_unit_test(every_truncation_is_bad_from_its_end_on),
        cmocka_unit_test(no_bytes_at_all_are_fine_until_read),
        cmocka_unit_test(leb128_is_as_long_as_is_asked_for),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
