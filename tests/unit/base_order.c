/*
 * base_order.c - numbers come out in order, whatever order they were in, and all of them.
 */
#include "base/order.h"

#include "unit.h"

#include <stdlib.h>
#include <string.h>

#define MOST 3000u

static void agree(const uint64_t *numbers, size_t n)
{
    static uint64_t want[MOST];
    static uint64_t got[MOST];
    static uint32_t want32[MOST];
    static uint32_t got32[MOST];
    for (size_t i = 0; i < n; i++) {
        want[i] = got[i] = numbers[i];
        want32[i] = got32[i] = (uint32_t)numbers[i];
    }
    if (n > 0) {
        qsort(want, n, sizeof *want, pl_order_u64);
        qsort(want32, n, sizeof *want32, pl_order_u32);
    }
    pl_sort_u64(got, n);
    pl_sort_u32(got32, n);
    assert_memory_equal(got, want, n * sizeof *got);
    assert_memory_equal(got32, want32, n * sizeof *got32);
}

static uint64_t next(uint64_t *seed)
{
    *seed = *seed * 6364136223846793005u + 1442695040888963407u;
    return *seed ^ *seed >> 33;
}

static void random_numbers_are_sorted_as_qsort_sorts_them(void **state)
{
    (void)state;
    static uint64_t v[MOST];
    uint64_t seed = 1;
    for (size_t n = 0; n < 300; n++)
        for (uint64_t few = 2; few != 0; few <<= 21) {
            for (size_t i = 0; i < n; i++)
                v[i] = next(&seed) % few; /* with many equal ones, and with none */
            agree(v, n);
        }
}

static void orders_that_are_bad_for_quicksort_are_sorted(void **state)
{
    (void)state;
    static uint64_t v[MOST];
    for (size_t n = MOST - 2; n <= MOST; n++) {
        for (size_t i = 0; i < n; i++)
            v[i] = i;
        agree(v, n);
        for (size_t i = 0; i < n; i++)
            v[i] = n - i;
        agree(v, n);
        for (size_t i = 0; i < n; i++)
            v[i] = i < n / 2 ? i : n - i;
        agree(v, n);
        for (size_t i = 0; i < n; i++)
            v[i] = i % 2 == 0 ? UINT64_MAX : 0;
        agree(v, n);
        /* Medians of three that are the second smallest each time: Musser's killer. */
        for (size_t i = 0; i < n / 2; i++) {
            v[i] = i % 2 == 0 ? i + 1 : n / 2 + i + (n / 2 % 2);
            v[n / 2 + i] = 2 * (i + 1);
        }
        agree(v, n / 2 * 2);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(random_numbers_are_sorted_as_qsort_sorts_them),
        cmocka_unit_test(orders_that_are_bad_for_quicksort_are_sorted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
