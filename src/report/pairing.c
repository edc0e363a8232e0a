/*
 * pairing.c - pairs of things that alone have their key on both sides.
 */
#include "report/pairing.h"

#include "base/map.h"

#define TWICE UINT64_MAX /* a key that several have */

/* Key to index + 1 of the one thing without a pair that has it, or TWICE. */
static pl_status index_side(const struct pl_pairing *p, bool is_old, bool is_strict, struct pl_map *map,
                            struct pl_err *err)
{
    pl_status st = PL_OK;
    size_t n = is_old ? p->n_old : p->n_now;
    for (size_t i = 0; i < n && st == PL_OK; i++) {
        if (is_old ? p->is_paired[i] : p->old_of[i] != SIZE_MAX)
            continue;
        pl_bytes key = p->key(p->ctx, is_old, i, is_strict);
        uint64_t *there = pl_map_at(map, key);
        if (key.p == NULL && !is_strict)
            st = pl_arena_fail(p->arena, err);
        else if (there != NULL)
            *there = TWICE;
        else
            st = pl_map_set(map, key, i + 1, err);
    }
    return st;
}

static pl_status pair_by(struct pl_pairing *p, bool is_strict, struct pl_err *err)
{
    struct pl_map olds;
    struct pl_map nows;
    pl_map_init(&olds);
    pl_map_init(&nows);
    pl_status st = index_side(p, true, is_strict, &olds, err);
    if (st == PL_OK)
        st = index_side(p, false, is_strict, &nows, err);
    for (size_t i = 0; i < p->n_now && st == PL_OK; i++) {
        uint64_t old = 0;
        uint64_t now = 0;
        if (p->old_of[i] != SIZE_MAX)
            continue;
        pl_bytes key = p->key(p->ctx, false, i, is_strict);
        if (!pl_map_get(&nows, key, &now) || now == TWICE || !pl_map_get(&olds, key, &old) || old == TWICE)
            continue;
        p->old_of[i] = (size_t)old - 1;
        p->is_paired[old - 1] = true;
    }
    pl_map_reset(&olds);
    pl_map_reset(&nows);
    return st;
}

pl_status pl_pair(struct pl_pairing *p, struct pl_err *err)
{
    p->old_of = pl_arena_take_n(p->arena, p->n_now + 1, sizeof *p->old_of);
    p->is_paired = pl_arena_take_n(p->arena, p->n_old + 1, sizeof *p->is_paired);
    if (p->old_of == NULL || p->is_paired == NULL)
        return pl_arena_fail(p->arena, err);
    for (size_t i = 0; i < p->n_now; i++)
        p->old_of[i] = SIZE_MAX;
    pl_status st = pair_by(p, true, err);
    return st == PL_OK ? pair_by(p, false, err) : st;
}
