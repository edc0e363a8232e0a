/*
 * base_map.c - tests of base/map.h.
 */
#include "base/map.h"
#include "unit.h"

#include <stdio.h>

enum { KEYS = 100000, DISTINCT = 30000 };

/* The model is an array with one place per possible key. */
static void a_hundred_thousand_steps_agree_with_an_array(void **state)
{
    static char names[DISTINCT][16];
    static uint64_t model[DISTINCT];
    static uint8_t is_there[DISTINCT];
    uint64_t random = 3;
    size_t n = 0;
    struct pl_map m;
    pl_map_init(&m);
    for (size_t i = 0; i < DISTINCT; i++)
        (void)snprintf(names[i], sizeof names[i], "%zx", i * i);
    for (size_t i = 0; i < KEYS; i++) {
        size_t k = unit_below(&random, DISTINCT);
        pl_bytes key = pl_bytes_of_str(names[k]);
        uint64_t value = unit_random(&random);
        uint64_t now = 0;
        if (i % 2 == 0) {
            assert_int_equal(pl_map_set(&m, key, value, NULL), PL_OK);
            model[k] = value;
        } else {
            assert_int_equal(pl_map_add(&m, key, value, &now, NULL), PL_OK);
            model[k] = is_there[k] ? model[k] : value;
            assert_true(now == model[k]);
        }
        n += !is_there[k];
        is_there[k] = 1;
        assert_int_equal(m.n, n);
    }
    for (size_t k = 0; k < DISTINCT; k++) {
        uint64_t value = 0;
        assert_int_equal(pl_map_get(&m, pl_bytes_of_str(names[k]), &value), is_there[k]);
        assert_true(!is_there[k] || value == model[k]);
    }
    pl_map_reset(&m);
}

static void an_empty_map_has_nothing(void **state)
{
    struct pl_map m;
    pl_map_init(&m);
    assert_false(pl_map_get(&m, PL_LIT("a"), NULL));
    assert_null(pl_map_at(&m, PL_LIT("a")));
    pl_map_reset(&m);
    pl_map_reset(&m);
}

static void keys_are_bytes_with_a_length(void **state)
{
    struct pl_map m;
    uint64_t value = 0;
    pl_map_init(&m);
    assert_int_equal(pl_map_set(&m, PL_LIT("a"), 1, NULL), PL_OK);
    assert_int_equal(pl_map_set(&m, PL_LIT("a\0"), 2, NULL), PL_OK);
    assert_int_equal(pl_map_set(&m, (pl_bytes){NULL, 0}, 3, NULL), PL_OK);
    assert_true(pl_map_get(&m, PL_LIT("a"), &value) && value == 1);
    assert_true(pl_map_get(&m, PL_LIT("a\0"), &value) && value == 2);
    assert_true(pl_map_get(&m, PL_LIT(""), &value) && value == 3);
    assert_false(pl_map_get(&m, PL_LIT("a\0\0"), &value));
    pl_map_reset(&m);
}

static void a_value_can_be_counted_in_place(void **state)
{
    struct pl_map m;
    uint64_t value = 0;
    pl_map_init(&m);
    assert_int_equal(pl_map_add(&m, PL_LIT("word"), 0, NULL, NULL), PL_OK);
    for (int i = 0; i < 5; i++)
        ++*pl_map_at(&m, PL_LIT("word"));
    assert_true(pl_map_get(&m, PL_LIT("word"), &value) && value == 5);
    pl_map_reset(&m);
    assert_null(pl_map_at(&m, PL_LIT("word")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_hundred_thousand_steps_agree_with_an_array),
        cmocka_unit_test(an_empty_map_has_nothing),
        cmocka_unit_test(keys_are_bytes_with_a_length),
        cmocka_unit_test(a_value_can_be_counted_in_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
