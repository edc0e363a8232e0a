/*
 * small_templates.c - a sorted list: by the bytes before the first variable, then by number of the unit.
 */
#include "match/small_templates.h"

#include "base/order.h"
#include "match/template.h"

#include <stdlib.h>

struct small {
    pl_bytes before; /* the first variable; borrowed from the source */
    size_t own;      /* bytes that are no variable */
    uint32_t unit;
};

struct pl_small_templates {
    PL_VEC(struct small) v;
};

static int order(const void *a, const void *b)
{
    const struct small *x = a;
    const struct small *y = b;
    int way = pl_bytes_cmp(x->before, y->before);
    return way != 0 ? way : pl_order_u32(&x->unit, &y->unit);
}

static pl_status add_all(struct pl_small_templates *s, const struct pl_index *ix, struct pl_err *err)
{
    for (uint32_t i = 0; i < pl_index_unit_count(ix); i++) {
        pl_bytes source = pl_index_unit_file(ix, i)->data;
        if (source.n > PL_SMALL_TEMPLATE_BYTES || !pl_index_unit_is_text(ix, i) ||
            pl_index_unit_is_repeat(ix, i))
            continue;
        struct small small = {.unit = i};
        small.own = pl_template_own_bytes(source, &small.before);
        if (small.own == source.n)
            continue;
        struct small *kept = PL_VEC_ADD(&s->v);
        if (kept == NULL)
            return pl_fail_nomem(err);
        *kept = small;
    }
    if (s->v.n > 0)
        qsort(s->v.v, s->v.n, sizeof *s->v.v, order);
    return PL_OK;
}

pl_status pl_small_templates_new(const struct pl_index *ix, struct pl_small_templates **out,
                                 struct pl_err *err)
{
    struct pl_small_templates *s = calloc(1, sizeof *s);
    pl_status st = s == NULL ? pl_fail_nomem(err) : add_all(s, ix, err);
    if (st == PL_OK)
        *out = s;
    else
        pl_small_templates_free(s);
    return st;
}

void pl_small_templates_free(struct pl_small_templates *s)
{
    if (s == NULL)
        return;
    PL_VEC_FREE(&s->v);
    free(s);
}

/* The first one that does not begin with less than `before`. */
static size_t first_of(const struct pl_small_templates *s, pl_bytes before)
{
    size_t low = 0;
    size_t high = s->v.n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (pl_bytes_cmp(s->v.v[middle].before, before) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

void pl_small_templates_of(const struct pl_small_templates *s, pl_bytes text, size_t least,
                           uint32_t units[PL_SMALL_TRIES], size_t *n)
{
    *n = 0;
    for (size_t length = text.n + 1; length-- > 0 && *n < PL_SMALL_TRIES;) {
        pl_bytes before = pl_bytes_sub(text, 0, length);
        for (size_t i = first_of(s, before);
             i < s->v.n && *n < PL_SMALL_TRIES && pl_bytes_eq(s->v.v[i].before, before); i++)
            if (s->v.v[i].own >= least && s->v.v[i].own <= text.n)
                units[(*n)++] = s->v.v[i].unit;
    }
    pl_sort_u32(units, *n);
}
