/*
 * reader.c - looking ahead over block borders.
 *
 *     ... taken | joined (in small) | block |  what next() will give
 *
 * `joined` is empty unless somebody peeked over the end of a block.
 */
#include "format/archive/reader.h"
#include "base/status.h"

#include <string.h>

static pl_status memory_next(struct pl_reader *r, pl_bytes *block, struct pl_err *err)
{
    *block = (pl_bytes){NULL, 0};
    r->end = PL_READER_DONE;
    return PL_OK;
}

void pl_reader_init_memory(struct pl_reader *r, pl_bytes bytes, bool is_lasting)
{
    *r = (struct pl_reader){.next = memory_next, .block = bytes, .is_lasting = is_lasting};
}

static pl_status fill(struct pl_reader *r, struct pl_err *err)
{
    if (r->block.n > 0 || r->end != PL_READER_OPEN)
        return PL_OK;
    return r->next(r, &r->block, err);
}

pl_status pl_reader_some(struct pl_reader *r, uint64_t max, pl_bytes *out, struct pl_err *err)
{
    pl_bytes *from = &r->joined;
    if (from->n == 0) {
        from = &r->block;
        pl_status st = max == 0 ? PL_OK : fill(r, err);
        if (st != PL_OK)
            return st;
    }
    *out = pl_bytes_sub(*from, 0, max < from->n ? (size_t)max : from->n);
    *from = pl_bytes_from(*from, out->n);
    r->at += out->n;
    return PL_OK;
}

pl_status pl_reader_peek(struct pl_reader *r, size_t n, pl_bytes *out, struct pl_err *err)
{
    if (n > PL_READER_PEEK_BYTES)
        return pl_fail(err, PL_E_BUG, r->at, "reader: peek of %zu bytes", n);
    if (r->joined.n == 0) {
        pl_status st = fill(r, err);
        if (st != PL_OK)
            return st;
        if (r->block.n >= n) {
            *out = pl_bytes_sub(r->block, 0, n);
            return PL_OK;
        }
    }
    if (r->joined.n < n) {
        size_t have = r->joined.n;
        if (have > 0)
            memmove(r->small, r->joined.p, have);
        while (have < n) {
            pl_status st = fill(r, err);
            if (st != PL_OK)
                return st;
            pl_bytes more = pl_bytes_sub(r->block, 0, n - have);
            if (more.n == 0)
                break;
            memcpy(r->small + have, more.p, more.n);
            r->block = pl_bytes_from(r->block, more.n);
            have += more.n;
        }
        r->joined = pl_bytes_of(r->small, have);
    }
    *out = pl_bytes_sub(r->joined, 0, n);
    return PL_OK;
}

pl_status pl_reader_take(struct pl_reader *r, size_t n, pl_bytes *out, struct pl_err *err)
{
    pl_status st = pl_reader_peek(r, n, out, err);
    if (st != PL_OK)
        return st;
    pl_bytes *from = r->joined.n > 0 ? &r->joined : &r->block;
    *from = pl_bytes_from(*from, out->n);
    r->at += out->n;
    return PL_OK;
}

pl_status pl_reader_gather(struct pl_reader *r, uint64_t n, struct pl_buf *out, struct pl_err *err)
{
    while (n > 0) {
        pl_bytes some;
        pl_status st = pl_reader_some(r, n, &some, err);
        if (st != PL_OK)
            return st;
        if (some.n == 0)
            break;
        pl_buf_add(out, some);
        n -= some.n;
    }
    return pl_buf_done(out, err);
}

size_t pl_first_set(pl_bytes b)
{
    static const uint8_t zeros[4096];
    size_t at = 0;
    while (at < b.n) {
        size_t n = b.n - at < sizeof zeros ? b.n - at : sizeof zeros;
        if (memcmp(b.p + at, zeros, n) != 0)
            break;
        at += n;
    }
    while (at < b.n && b.p[at] == 0)
        at++;
    return at < b.n ? at : SIZE_MAX;
}

pl_status pl_reader_skip(struct pl_reader *r, uint64_t n, uint64_t *first_set, struct pl_err *err)
{
    uint64_t found = PL_NO_OFFSET;
    while (n > 0) {
        uint64_t at = r->at;
        pl_bytes some;
        pl_status st = pl_reader_some(r, n, &some, err);
        if (st != PL_OK)
            return st;
        if (some.n == 0)
            break;
        size_t set = first_set != NULL && found == PL_NO_OFFSET ? pl_first_set(some) : SIZE_MAX;
        if (set != SIZE_MAX)
            found = at + set;
        n -= some.n;
    }
    if (first_set != NULL)
        *first_set = found;
    return PL_OK;
}
