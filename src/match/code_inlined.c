/*
 * code_inlined.c - what a definition has when all is inlined into it that may be.
 *
 * The codebase keeps a closure of each definition, which leaves out what stands too deep or behind too many others. These are gathered
 * when the closure lacks a feature, which is rare. So are functions in constant tables of the file: `pages[0].ctor(this)` is inlined, too (htop's
 * CategoriesPanel_new).
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

#define MAX_TABLE_NAMES 4096u /* looked at in the tables of one definition */

struct queue {
    uint32_t ids[PL_CODE_MAX_INLINED];
    size_t n;
    size_t names; /* of tables that were looked at */
};

static void reach_queued(struct pl_code_inlined *all, struct queue *q, uint32_t id)
{
    size_t before = all->n;
    if (q->n < PL_CODE_MAX_INLINED)
        reach(all, id);
    if (all->n > before)
        q->ids[q->n++] = id;
}

/* What a name of `id` means in its own file. */
static struct pl_id_list named_beside(const struct pl_codebase *cb, uint32_t id, uint32_t feature)
{
    return pl_codebase_in_unit(cb, pl_codebase_named_feature(cb, feature), pl_codebase_at(cb, id)->unit);
}

static bool is_kind(const struct pl_codebase *cb, uint32_t id, uint8_t kind)
{
    return pl_codebase_at(cb, id)->definition->kind == kind;
}

static void reach_functions_of(const struct pl_codebase *cb, struct pl_code_inlined *all, struct queue *q,
                               uint32_t table)
{
    struct pl_id_list holds = pl_codebase_direct(cb, table);
    for (size_t i = 0; i < holds.n && q->names < MAX_TABLE_NAMES; i++, q->names++) {
        struct pl_id_list named = named_beside(cb, table, holds.v[i]);
        for (size_t k = 0; k < named.n; k++)
            if (is_kind(cb, named.v[k], PL_DEFINITION_FUNCTION))
                reach_queued(all, q, named.v[k]);
    }
}

static void reach_tables(const struct pl_codebase *cb, struct pl_code_inlined *all, struct queue *q,
                         uint32_t id)
{
    struct pl_id_list direct = pl_codebase_direct(cb, id);
    for (size_t i = 0; i < direct.n && q->names < MAX_TABLE_NAMES; i++) {
        struct pl_id_list named = named_beside(cb, id, direct.v[i]);
        for (size_t k = 0; k < named.n; k++)
            if (is_kind(cb, named.v[k], PL_DEFINITION_OBJECT))
                reach_functions_of(cb, all, q, named.v[k]);
    }
}

static void reach_all(const struct pl_codebase *cb, struct pl_code_inlined *all, uint32_t id)
{
    struct queue q = {.n = 0};
    reach_queued(all, &q, id);
    reach_tables(cb, all, &q, id);
    for (size_t at = 0; at < q.n; at++) {
        struct pl_id_list more = pl_codebase_inlined(cb, q.ids[at]);
        for (size_t i = 0; i < more.n; i++)
            reach_queued(all, &q, more.v[i]);
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
