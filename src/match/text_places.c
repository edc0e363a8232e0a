/*
 * text_places.c - the places that code and pointers refer to as texts.
 */
#include "match/text_places.h"

#include "base/order.h"

#include <stdlib.h>

static bool add(struct pl_text_places *p, pl_bytes file, pl_bytes text)
{
    if (text.n == 0 || text.p < file.p || text.p >= file.p + file.n)
        return true;
    uint64_t *slot = PL_VEC_ADD(&p->v);
    if (slot != NULL)
        *slot = (uint64_t)(text.p - file.p);
    return slot != NULL;
}

pl_status pl_text_places_init(struct pl_text_places *p, pl_bytes file, const struct pl_code *code,
                              struct pl_err *err)
{
    size_t kept = 0;
    *p = (struct pl_text_places){0};
    for (size_t i = 0; i < code->n_atoms; i++)
        if (code->atoms[i].kind == PL_ATOM_STRING && !add(p, file, code->atoms[i].text))
            return pl_fail_nomem(err);
    for (size_t i = 0; i < code->n_slots; i++)
        if (!add(p, file, code->slots[i].text))
            return pl_fail_nomem(err);
    if (p->v.n > 0)
        qsort(p->v.v, p->v.n, sizeof p->v.v[0], pl_order_u64);
    for (size_t i = 0; i < p->v.n; i++)
        if (i == 0 || p->v.v[i] != p->v.v[kept - 1])
            p->v.v[kept++] = p->v.v[i];
    p->v.n = kept;
    return PL_OK;
}

void pl_text_places_reset(struct pl_text_places *p)
{
    PL_VEC_FREE(&p->v);
}

size_t pl_text_places_from(const struct pl_text_places *p, uint64_t offset)
{
    size_t low = 0;
    size_t high = p->v.n;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (p->v.v[mid] < offset)
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}
