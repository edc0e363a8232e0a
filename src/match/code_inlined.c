/*
 * code_inlined.c - what a definition has when all is inlined into it that may be.
 *
 * The codebase keeps a closure of each definition, which leaves out what stands too deep or behind too many others. These are gathered
 * when the closure lacks a feature, which is rare.
 */
#include "match/code_align.h"

#include <string.h>

static void reach(struct pl_code_inlined *all, uint32_t id)
{
    size_t low = 0;
    for (size_t high = all->n; low < high;) {
        size_t middle = low + (high - low) / 2;
        if (all->ids[middle] < id)
            low = middle + 1;
        else
            high = middle;
    }
    if (all->n == PL_CODE_MAX_INLINED || (low < all->n && all->ids[low] == id))
        return;
    memmove(&all->ids[low + 1], &all->ids[low], (all->n - low) * sizeof all->ids[0]);
    all->ids[low] = id;
    all->n++;
}

static void reach_all(const struct pl_codebase *cb, struct pl_code_inlined *all, uint32_t id)
{
    uint32_t queue[PL_CODE_MAX_INLINED];
    size_t n = 0;
    queue[n++] = id;
    reach(all, id);
    for (size_t at = 0; at < n; at++) {
        struct pl_id_list more = pl_codebase_inlined(cb, queue[at]);
        for (size_t i = 0; i < more.n && n < PL_CODE_MAX_INLINED; i++) {
            size_t before = all->n;
            reach(all, more.v[i]);
            if (all->n > before)
                queue[n++] = more.v[i];
        }
    }
}

bool pl_code_definition_reaches(const struct pl_codebase *cb, struct pl_code_inlined *all, uint32_t id,
                                uint32_t feature)
{
    if (id == PL_NO_DEFINITION)
        return false;
    if (pl_id_list_has(pl_codebase_closure(cb, id), feature))
        return true;
    if (all->n == 0)
        reach_all(cb, all, id);
    for (size_t i = 0; i < all->n; i++)
        if (pl_id_list_has(pl_codebase_closure(cb, all->ids[i]), feature))
            return true;
    return false;
}
