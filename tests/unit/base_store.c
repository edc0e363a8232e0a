/*
 * base_store.c - tests of base/store.h.
 */
#include "base/store.h"
#include "unit.h"

#include <stdbool.h>

#define PAGE 64u

static uint8_t room[64 * PAGE] __attribute__((aligned(64)));
static unsigned begun;

static void count_begin(void *ctx)
{
    begun++;
}

/* What is given back is lost. */
static void wipe(void *ctx, uint8_t *p, size_t n)
{
    assert_int_equal((size_t)(p - room) % PAGE, 0);
    assert_int_equal(n % PAGE, 0);
    memset(p, 0, n);
}

static struct pl_store store_of_room(void)
{
    begun = 0;
    return (struct pl_store){
        .base = room, .size = sizeof room, .page_bytes = PAGE, .begin = count_begin, .give_back = wipe};
}

static void pieces_hold_what_was_put_in_until_they_are_dropped(void **state)
{
    uint64_t random = 11;
    for (int round = 0; round < 200; round++) {
        struct pl_store s = store_of_room();
        struct {
            uint8_t *p;
            size_t n;
            bool is_there;
        } pieces[80] = {0};
        for (size_t i = 0; i < 80; i++) {
            size_t asked = unit_below(&random, 3 * PAGE);
            size_t kept = unit_below(&random, asked + 1);
            uint8_t *p = pl_store_take(&s, asked);
            if (p == NULL)
                break;
            assert_true(p >= room && asked <= (size_t)(room + sizeof room - p));
            pl_store_shrink(&s, p, asked, kept);
            memset(p, (int)i + 1, kept);
            pieces[i].p = p;
            pieces[i].n = kept;
            pieces[i].is_there = true;
            size_t other = unit_below(&random, i + 1);
            if (pieces[other].is_there && unit_below(&random, 2) == 0) {
                pl_store_drop(&s, pieces[other].p, pieces[other].n);
                pieces[other].is_there = false;
            }
            for (size_t k = 0; k <= i; k++)
                for (size_t at = 0; pieces[k].is_there && at < pieces[k].n; at++)
                    assert_int_equal(pieces[k].p[at], k + 1);
        }
        assert_int_equal(begun, 1);
    }
}

static void no_store_and_a_full_one_have_no_room(void **state)
{
    struct pl_store s = store_of_room();
    assert_null(pl_store_take(NULL, 1));
    assert_null(pl_store_take(&s, sizeof room + 1));
    assert_null(pl_store_take(&s, SIZE_MAX));
    assert_int_equal(begun, 0);
    assert_ptr_equal(pl_store_take(&s, sizeof room), room);
    assert_null(pl_store_take(&s, 1));
    assert_null(pl_store_take(&s, 0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pieces_hold_what_was_put_in_until_they_are_dropped),
        cmocka_unit_test(no_store_and_a_full_one_have_no_room),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
