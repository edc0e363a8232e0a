/*
 * code_data_whole.c - lists of the source that are found by where they begin, or by the text that they are.
 *
 * Steps, runs of one number and masks stand in many places, so that no eight numbers of such a list propose it (code_data_array.c). Where code
 * or a pointer refers to, an object begins: there a list of 16 numbers and more is tried whatever its first ones are, and it must stand
 * in full. A list of characters that ends in a zero is looked up as the text that it is, in full as well.
 *
 * Source: C17 6.7.9.
 */
#include "match/code_data.h"

#define RULE_ARRAY   "data.array"
#define MAX_COMPARED (16ull << 20) /* items of one file; what is left then stays open */
#define MAX_SPELLED  64u

static pl_status claim_list(struct pl_data *d, uint32_t table, uint64_t offset, uint64_t length,
                            struct pl_err *err)
{
    const struct pl_table *t = pl_tables_at(d->m->tables, table);
    const char *source = pl_data_source(d, t->unit, t->at, t->end, err);
    if (source == NULL)
        return PL_E_NOMEM;
    return pl_data_claim(d, offset, length, PL_CLASS_DERIVED, PL_GRADE_B, RULE_ARRAY, source, err);
}

/* Do all items of the list stand here, and is any of their bytes still open? */
static bool stands(const struct pl_data *d, uint32_t table, uint64_t offset, unsigned width,
                   uint64_t *compared)
{
    const struct pl_table *t = pl_tables_at(d->m->tables, table);
    const struct pl_table_item *items = pl_tables_items(d->m->tables, table);
    if (!pl_data_is_data(d, offset, (uint64_t)t->n * width))
        return false;
    for (uint32_t i = 0; i < t->n; i++) {
        uint64_t at = offset + (uint64_t)i * width;
        ++*compared;
        if (items[i].kind != PL_ITEM_NUMBER ||
            (width == d->code->word_bytes && pl_data_slot(d, at) != NULL) ||
            !pl_data_item_fits(d, &items[i], false, at, width))
            return false;
    }
    return true;
}

static pl_status try_start(struct pl_data *d, uint64_t offset, unsigned width, uint64_t *compared,
                           bool *found, struct pl_err *err)
{
    uint8_t low[PL_TABLE_WINDOW];
    uint64_t lowest = d->code->is_big_endian ? width - 1 : 0;
    size_t n;
    if (!pl_data_is_data(d, offset, (uint64_t)PL_TABLE_WINDOW * width))
        return PL_OK;
    for (uint64_t i = 0; i < PL_TABLE_WINDOW; i++)
        low[i] = d->f->data.p[offset + i * width + lowest];
    const struct pl_table_place *places = pl_tables_find_start(d->m->tables, pl_table_start_key(low), &n);
    for (size_t i = 0; i < n && *compared < MAX_COMPARED; i++) {
        *found = stands(d, places[i].table, offset, width, compared);
        if (*found)
            return claim_list(d, places[i].table, offset,
                              (uint64_t)pl_tables_at(d->m->tables, places[i].table)->n * width, err);
    }
    return PL_OK;
}

static pl_status find_starts(struct pl_data *d, struct pl_err *err)
{
    uint64_t compared = 0;
    pl_status st = PL_OK;
    for (size_t i = 0; i < d->objects.n && st == PL_OK; i++) {
        uint64_t offset = d->objects.v[i].offset;
        bool found = false;
        for (unsigned width = 8; width >= 1 && !found && st == PL_OK; width /= 2)
            if (d->state[offset] == PL_DATA_OPEN)
                st = try_start(d, offset, width, &compared, &found, err);
    }
    return st;
}

static pl_status find_spelled(struct pl_data *d, struct pl_err *err)
{
    pl_status st = PL_OK;
    for (uint64_t at = 0; at < d->f->size && st == PL_OK; at++) {
        uint64_t from = at;
        size_t n;
        while (at < d->f->size && d->state[at] == PL_DATA_OPEN && d->f->data.p[at] != 0)
            at++;
        bool is_text = at - from >= PL_TABLE_SPELLED && at - from <= MAX_SPELLED && at < d->f->size &&
                       d->state[at] == PL_DATA_OPEN;
        if (!is_text)
            continue;
        pl_bytes text = pl_bytes_sub(d->f->data, (size_t)from, (size_t)(at - from));
        const struct pl_table_place *places = pl_tables_find_spelled(d->m->tables, text, &n);
        if (n > 0)
            st = claim_list(d, places[0].table, from, at + 1 - from, err);
    }
    return st;
}

pl_status pl_data_find_whole(struct pl_data *d, struct pl_err *err)
{
    pl_status st = find_starts(d, err);
    return st == PL_OK ? find_spelled(d, err) : st;
}
