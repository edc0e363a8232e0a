/*
 * base_arena.c - tests of base/arena.h.
 */
#include "base/arena.h"
#include "unit.h"

static void what_is_taken_is_zeroed_aligned_and_apart(void **state)
{
    enum { COUNT = 2000 };
    struct pl_arena a;
    uint64_t random = 1;
    uint8_t *taken[COUNT];
    size_t sizes[COUNT];
    pl_arena_init(&a, 1u << 30);
    for (size_t i = 0; i < COUNT; i++) {
        sizes[i] = i % 100 == 0 ? unit_below(&random, 3000000) / 10 : unit_below(&random, 300);
        taken[i] = pl_arena_take(&a, sizes[i]);
        assert_non_null(taken[i]);
        assert_int_equal((uintptr_t)taken[i] % _Alignof(max_align_t), 0);
        assert_true(pl_bytes_all(pl_bytes_of(taken[i], sizes[i]), 0));
        memset(taken[i], (int)(i & 0xff), sizes[i]);
    }
    for (size_t i = 0; i < COUNT; i++)
        assert_true(pl_bytes_all(pl_bytes_of(taken[i], sizes[i]), (uint8_t)i));
    pl_arena_reset(&a);
}

static void the_maximum_is_reached_and_never_passed(void **state)
{
    struct pl_arena a;
    pl_arena_init(&a, 64);
    assert_non_null(pl_arena_take(&a, 33));
    assert_null(pl_arena_take(&a, 17));
    assert_int_equal(a.why, PL_E_LIMIT);
    assert_non_null(pl_arena_take(&a, 16));
    assert_null(pl_arena_take(&a, 0));
    assert_int_equal(a.used_bytes, 64);
    pl_arena_reset(&a);
    assert_int_equal(a.why, PL_OK);
    assert_non_null(pl_arena_take(&a, 64));
    pl_arena_reset(&a);
}

static void sizes_that_wrap_are_refused(void **state)
{
    struct pl_arena a;
    struct pl_err err;
    pl_arena_init(&a, SIZE_MAX);
    assert_null(pl_arena_take(&a, SIZE_MAX));
    assert_int_equal(a.why, PL_E_LIMIT);
    assert_null(pl_arena_take_n(&a, SIZE_MAX / 2, 3));
    assert_int_equal(a.why, PL_E_LIMIT);
    assert_int_equal(pl_arena_fail(&a, &err), PL_E_LIMIT);
    a.why = PL_OK;
    assert_null(pl_arena_keep(&a, pl_bytes_of("", SIZE_MAX)).p);
    assert_int_equal(a.why, PL_E_LIMIT);
    pl_arena_reset(&a);
}

static void a_kept_copy_outlives_its_original_and_ends_in_nul(void **state)
{
    struct pl_arena a;
    char original[] = "ab\0cd";
    pl_arena_init(&a, 4096);
    pl_bytes kept = pl_arena_keep(&a, pl_bytes_of(original, 5));
    memset(original, 'x', sizeof original);
    assert_true(pl_bytes_eq(kept, PL_LIT("ab\0cd")));
    assert_int_equal(kept.p[5], 0);
    pl_bytes nothing = pl_arena_keep(&a, (pl_bytes){NULL, 0});
    assert_non_null(nothing.p);
    assert_int_equal(nothing.n, 0);
    assert_string_equal(pl_arena_str(&a, PL_LIT("word")), "word");
    assert_string_equal(pl_arena_printf(&a, "%s:%d", "line", 7), "line:7");
    pl_arena_reset(&a);
}

static void printf_over_the_maximum_is_refused_whole(void **state)
{
    struct pl_arena a;
    pl_arena_init(&a, 32);
    assert_null(pl_arena_printf(&a, "%040d", 1));
    assert_int_equal(a.why, PL_E_LIMIT);
    assert_non_null(pl_arena_printf(&a, "%031d", 1));
    pl_arena_reset(&a);
}

static void after_a_rewind_bytes_are_zeroed_again_and_the_whole_maximum_is_free(void **state)
{
    struct pl_arena a;
    pl_arena_init(&a, 65536);
    for (int turn = 0; turn < 3; turn++) {
        uint8_t *few = pl_arena_take(&a, 100);
        uint8_t *many = pl_arena_take(&a, 60000); /* more than a first chunk holds */
        assert_non_null(few);
        assert_non_null(many);
        for (size_t i = 0; i < 100; i++)
            assert_int_equal(few[i], 0);
        memset(few, 0xaa, 100);
        memset(many, 0xaa, 60000);
        assert_null(pl_arena_take(&a, 60000));
        pl_arena_rewind(&a);
        assert_int_equal(a.used_bytes, 0);
        assert_int_equal(a.why, PL_OK);
    }
    pl_arena_reset(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_taken_is_zeroed_aligned_and_apart),
        cmocka_unit_test(the_maximum_is_reached_and_never_passed),
        cmocka_unit_test(sizes_that_wrap_are_refused),
        cmocka_unit_test(a_kept_copy_outlives_its_original_and_ends_in_nul),
        cmocka_unit_test(after_a_rewind_bytes_are_zeroed_again_and_the_whole_maximum_is_free),
        cmocka_unit_test(printf_over_the_maximum_is_refused_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
