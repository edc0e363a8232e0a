/*
 * corpus_anchors.c - winnowing keeps its promise, on both paths.
 */
#include "base/vec.h"
#include "corpus/anchors.h"
#include "corpus/postings.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* xorshift (Marsaglia 2003): the same bytes in every run. */
static uint32_t next(uint32_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 17;
    *state ^= *state << 5;
    return *state;
}

static void fill(uint8_t *p, size_t n, uint32_t *state, uint32_t letters)
{
    for (size_t i = 0; i < n; i++)
        p[i] = (uint8_t)('a' + next(state) % letters);
}

static struct pl_anchors anchors_of(const uint8_t *p, size_t n, enum pl_anchor_path path)
{
    struct pl_anchors out = {0};
    assert_int_equal(pl_anchors_add(&out, pl_bytes_of(p, n), 0, path, NULL), PL_OK);
    return out;
}

static void both_paths_give_the_same_anchors(void **state)
{
    uint32_t seed = 7;
    uint8_t *p = malloc(9000);
    (void)state;
    if (pl_anchor_best_path() != PL_ANCHOR_AVX2)
        skip();
    for (size_t n = 0; n < 9000; n += n < 80 ? 1 : 211) {
        fill(p, n, &seed, n % 3 == 0 ? 2 : 255);
        struct pl_anchors a = anchors_of(p, n, PL_ANCHOR_PORTABLE);
        struct pl_anchors b = anchors_of(p, n, PL_ANCHOR_AVX2);
        assert_int_equal(a.n, b.n);
        if (a.n > 0)
            assert_memory_equal(a.v, b.v, a.n * sizeof *a.v);
        pl_anchors_reset(&a);
        pl_anchors_reset(&b);
    }
    free(p);
}

static void a_shared_run_of_guaranteed_length_shares_an_aligned_anchor(void **state)
{
    uint32_t seed = 99;
    uint8_t a[5000];
    uint8_t b[3000];
    (void)state;
    for (int round = 0; round < 3000; round++) {
        size_t n_a = PL_ANCHOR_RUN + next(&seed) % (sizeof a - PL_ANCHOR_RUN);
        size_t n_b = PL_ANCHOR_RUN + next(&seed) % (sizeof b - PL_ANCHOR_RUN);
        fill(a, n_a, &seed, 26);
        fill(b, n_b, &seed, 26);
        size_t at_a = next(&seed) % (n_a - PL_ANCHOR_RUN + 1);
        size_t at_b = next(&seed) % (n_b - PL_ANCHOR_RUN + 1);
        memcpy(b + at_b, a + at_a, PL_ANCHOR_RUN);
        struct pl_anchors x = anchors_of(a, n_a, pl_anchor_best_path());
        struct pl_anchors y = anchors_of(b, n_b, pl_anchor_best_path());
        bool found = false;
        for (size_t i = 0; i < x.n; i++)
            for (size_t k = 0; k < y.n && !found; k++)
                found = pl_anchor_hash(x.v[i]) == pl_anchor_hash(y.v[k]) &&
                        pl_anchor_position(x.v[i]) - at_a == pl_anchor_position(y.v[k]) - at_b &&
                        pl_anchor_position(x.v[i]) >= at_a &&
                        pl_anchor_position(x.v[i]) - at_a <= PL_ANCHOR_RUN - PL_ANCHOR_GRAM;
        assert_true(found);
        pl_anchors_reset(&x);
        pl_anchors_reset(&y);
    }
}

static void no_window_of_random_bytes_is_without_an_anchor(void **state)
{
    uint32_t seed = 3;
    uint8_t p[20000];
    (void)state;
    fill(p, sizeof p, &seed, 200);
    struct pl_anchors a = anchors_of(p, sizeof p, pl_anchor_best_path());
    assert_true(pl_anchor_position(a.v[0]) < PL_ANCHOR_WINDOW);
    for (size_t i = 1; i < a.n; i++)
        assert_in_range(pl_anchor_position(a.v[i]) - pl_anchor_position(a.v[i - 1]), 1, PL_ANCHOR_WINDOW);
    assert_in_range(a.n, sizeof p / 12, sizeof p / 6); /* 2 / (window + 1) is one in 8.5 */
    pl_anchors_reset(&a);
}

static void repetition_gives_few_anchors(void **state)
{
    size_t n = 4u << 20;
    uint8_t *p = malloc(n);
    (void)state;
    for (size_t period = 1; period <= 16; period++) {
        for (size_t i = 0; i < n; i++)
            p[i] = (uint8_t)('a' + i % period);
        struct pl_anchors a = anchors_of(p, n, pl_anchor_best_path());
        assert_in_range(a.n, 1, 4);
        pl_anchors_reset(&a);
    }
    free(p);
}

static void inputs_shorter_than_a_gram_have_no_anchor_and_others_have_one(void **state)
{
    uint8_t p[64];
    uint32_t seed = 5;
    (void)state;
    fill(p, sizeof p, &seed, 26);
    for (size_t n = 0; n < PL_ANCHOR_GRAM; n++) {
        struct pl_anchors a = anchors_of(p, n, pl_anchor_best_path());
        assert_int_equal(a.n, 0);
        pl_anchors_reset(&a);
    }
    for (size_t n = PL_ANCHOR_GRAM; n <= PL_ANCHOR_RUN; n++) {
        struct pl_anchors a = anchors_of(p, n, pl_anchor_best_path());
        assert_int_equal(a.n, 1);
        pl_anchors_reset(&a);
    }
}

static void positions_over_the_limit_are_refused(void **state)
{
    struct pl_anchors a = {0};
    uint8_t p[64] = {0};
    (void)state;
    assert_int_equal(
        pl_anchors_add(&a, pl_bytes_of(p, sizeof p), PL_ANCHOR_MAX_POSITION - 10, PL_ANCHOR_PORTABLE, NULL),
        PL_E_LIMIT);
    assert_int_equal(a.n, 0);
}

static pl_status one_of(void *ctx, size_t item, struct pl_anchors *out, struct pl_err *err)
{
    pl_anchor *slot = PL_VEC_ADD(out);
    (void)err;
    if (slot == NULL)
        return PL_E_NOMEM;
    *slot = ((const pl_anchor *)ctx)[item];
    return PL_OK;
}

static void every_place_is_found_and_common_hashes_keep_the_first(void **state)
{
    struct pl_postings postings;
    uint32_t seed = 11;
    pl_anchor *all = malloc(40000 * sizeof *all);
    (void)state;
    for (size_t i = 0; i < 40000; i++) {
        uint32_t hash = i % 4 == 0 ? 12345 : next(&seed) >> 4;
        all[i] = pl_anchor_of(hash, 40000 - i);
    }
    struct pl_postings_source from = {
        .n_items = 40000, .positions = 40001, .likely_places = 40000, .ctx = all, .places = one_of};
    assert_int_equal(pl_postings_build(&postings, &from, 2, NULL), PL_OK);
    struct pl_postings held;
    from.is_sparse = true;
    assert_int_equal(pl_postings_build(&held, &from, 2, NULL), PL_OK);
    assert_int_equal(held.n, postings.n);
    assert_memory_equal(held.v, postings.v, held.n * sizeof *held.v);
    pl_postings_reset(&held);
    assert_int_equal(postings.n_dropped, 10000 - PL_POSTINGS_CAP);
    pl_places common = pl_postings_find(&postings, 12345);
    assert_int_equal(common.n, PL_POSTINGS_CAP);
    assert_int_equal(pl_places_position(common, 0), 4);
    pl_places *found = malloc(40000 * sizeof *found);
    pl_postings_find_all(&postings, all, 40000, found);
    for (size_t i = 0; i < 40000; i++) {
        bool is_there = i % 4 == 0;
        for (size_t k = 0; k < found[i].n; k++)
            is_there |= pl_places_position(found[i], k) == pl_anchor_position(all[i]);
        assert_true(is_there);
    }
    free(found);
    free(all);
    pl_postings_reset(&postings);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_paths_give_the_same_anchors),
        cmocka_unit_test(a_shared_run_of_guaranteed_length_shares_an_aligned_anchor),
        cmocka_unit_test(no_window_of_random_bytes_is_without_an_anchor),
        cmocka_unit_test(repetition_gives_few_anchors),
        cmocka_unit_test(inputs_shorter_than_a_gram_have_no_anchor_and_others_have_one),
        cmocka_unit_test(positions_over_the_limit_are_refused),
        cmocka_unit_test(every_place_is_found_and_common_hashes_keep_the_first),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
