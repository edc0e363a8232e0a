/*
 * code_data_marks.c - at which bytes of an image eight numbers stand that some list of the source has.
 *
 * Lists are looked for at each byte, in each width and at each distance of rows, which is forty look-ups a byte, nearly all of them in vain. They
 * depend on the bytes and on the sources alone, so that all threads make them, once for the rungs of a file, and what remains for the rungs, which
 * claim one after the other, are the places with a mark. Rows are asked for when lists have taken what is theirs.
 */
#include "base/parallel.h"
#include "match/code_data.h"

#define CHUNK_BYTES 16384u

struct chunk {
    uint64_t from, to;
    uint64_t end; /* of the data around it, behind which no window reaches */
};

struct work {
    struct pl_data *d;
    bool is_of_rows; /* at any distance of rows; else side by side */
    uint8_t asked;
    PL_VEC(struct chunk) chunks;
};

uint32_t pl_data_next_stride(uint32_t stride)
{
    return stride + (stride < 8 ? 1 : stride < 16 ? 2 : 4);
}

static pl_status mark_chunk(void *ctx, unsigned worker, size_t i, struct pl_err *err)
{
    const struct work *w = ctx;
    const struct chunk *c = &w->chunks.v[i];
    struct pl_data *d = w->d;
    bool is_wanted = false;
    uint32_t stride = w->is_of_rows ? 2 : 1;
    uint32_t last = w->is_of_rows ? PL_DATA_MAX_STRIDE : PL_DATA_MAX_WIDTH;
    (void)worker;
    (void)err;
    for (uint64_t at = c->from; at < c->to; at++)
        if (d->state[at] == PL_DATA_OPEN && (d->marks[at] & w->asked) == 0) {
            d->marks[at] |= PL_TABLE_WANTED;
            is_wanted = true;
        }
    for (; is_wanted && stride <= last; stride = w->is_of_rows ? pl_data_next_stride(stride) : 2 * stride) {
        uint64_t reach = (uint64_t)stride * (PL_TABLE_WINDOW - 1);
        uint64_t to = c->end - c->from <= reach ? c->from : c->end - reach;
        pl_tables_mark(d->m->tables, d->f->data.p + c->from, (to < c->to ? to : c->to) - c->from, stride,
                       w->is_of_rows ? 0 : (uint8_t)stride, w->is_of_rows ? PL_DATA_COLUMNS : 0,
                       d->marks + c->from);
    }
    for (uint64_t at = c->from; at < c->to; at++)
        if (d->marks[at] & PL_TABLE_WANTED)
            d->marks[at] = (d->marks[at] & ~PL_TABLE_WANTED) | w->asked;
    return PL_OK;
}

static pl_status mark_all(struct pl_data *d, bool is_of_rows, struct pl_err *err)
{
    struct work w = {
        .d = d, .is_of_rows = is_of_rows, .asked = is_of_rows ? PL_DATA_ASKED_ROWS : PL_DATA_ASKED};
    pl_status st = PL_OK;
    for (uint64_t at = 0; at < d->f->size && st == PL_OK; at++) {
        uint64_t from = at;
        while (at < d->f->size && d->state[at] != PL_DATA_OTHER)
            at++;
        for (; from < at && st == PL_OK; from += CHUNK_BYTES) {
            struct chunk *slot = PL_VEC_ADD(&w.chunks);
            if (slot == NULL)
                st = pl_fail_nomem(err);
            else
                *slot = (struct chunk){from, at - from < CHUNK_BYTES ? at : from + CHUNK_BYTES, at};
        }
    }
    if (st == PL_OK)
        st = pl_parallel(d->m->jobs, w.chunks.n, &w, mark_chunk, err);
    PL_VEC_FREE(&w.chunks);
    return st;
}

pl_status pl_data_mark(struct pl_data *d, struct pl_err *err)
{
    return mark_all(d, false, err);
}

pl_status pl_data_mark_rows(struct pl_data *d, struct pl_err *err)
{
    return mark_all(d, true, err);
}

bool pl_data_may_be_list(const struct pl_data *d, uint64_t offset, uint8_t width)
{
    return (d->marks[offset] & PL_DATA_ASKED) == 0 || (d->marks[offset] & width) != 0;
}

bool pl_data_may_be_rows(const struct pl_data *d, uint64_t offset)
{
    return (d->marks[offset] & PL_DATA_ASKED_ROWS) == 0 || (d->marks[offset] & PL_DATA_COLUMNS) != 0;
}
