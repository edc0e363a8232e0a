/*
 * mo.c - GNU gettext's MO files.
 *
 *     0 magic | revision | N | ids | texts | H | hash                            28 bytes
 *     revision 1 adds: S segments | their table | D strings | ids | texts        48 bytes
 *     a table of N: length, offset                                               strings end in a NUL that is not counted
 *     a system-dependent string: offset of the fixed text, then (length, segment) until segment is ffffffff
 *
 * Source: GNU gettext manual, "The Format of GNU MO Files"; gmo.h of gettext for revision 1.
 */
#include "format/text/mo.h"
#include "base/buf.h"
#include "base/cursor.h"
#include "format/text/po.h"

#include <stdlib.h>

enum { MAX_MESSAGES = 1000000, MAX_SEGMENTS = 1000, MAX_PIECES = 64 };

struct mo_reader {
    pl_bytes data;
    struct pl_arena *arena;
    struct pl_mo *mo;
    bool is_big_endian;
    pl_bytes *segments;
    uint32_t n_segments;
};

struct header {
    uint32_t revision, n, ids, texts, hash_size, hash;
    uint32_t n_segments, segments, n_sysdep, sysdep_ids, sysdep_texts;
};

bool pl_mo_probe(pl_bytes data)
{
    return pl_bytes_starts(data, PL_LIT("\xde\x12\x04\x95")) ||
           pl_bytes_starts(data, PL_LIT("\x95\x04\x12\xde"));
}

static uint32_t u32(const struct mo_reader *r, struct pl_cursor *c)
{
    return r->is_big_endian ? pl_cursor_u32be(c) : pl_cursor_u32le(c);
}

static pl_status add_range(struct mo_reader *r, size_t offset, size_t length, size_t message,
                           struct pl_err *err)
{
    if (offset > r->data.n || length > r->data.n - offset)
        return pl_fail(err, PL_E_INPUT, offset, "mo: table reaches over the end");
    struct pl_mo_range *range = PL_VEC_ADD(&r->mo->ranges);
    if (range == NULL)
        return pl_fail_nomem(err);
    *range = (struct pl_mo_range){.offset = offset, .length = length, .message = message};
    return PL_OK;
}

/* `length` bytes and the NUL behind them. */
static pl_status read_string(struct mo_reader *r, uint32_t length, uint32_t offset, size_t message,
                             pl_bytes *out, struct pl_err *err)
{
    if (offset >= r->data.n || length >= r->data.n - offset || r->data.p[offset + length] != 0)
        return pl_fail(err, PL_E_INPUT, offset, "mo: string reaches over the end");
    *out = pl_bytes_sub(r->data, offset, length);
    return add_range(r, offset, (size_t)length + 1, message, err);
}

static pl_status read_messages(struct mo_reader *r, const struct header *h, struct pl_err *err)
{
    struct pl_cursor ids = pl_cursor_at(r->data, h->ids);
    struct pl_cursor texts = pl_cursor_at(r->data, h->texts);
    pl_status st = add_range(r, h->ids, (size_t)h->n * 8, SIZE_MAX, err);
    if (st == PL_OK)
        st = add_range(r, h->texts, (size_t)h->n * 8, SIZE_MAX, err);
    for (uint32_t i = 0; st == PL_OK && i < h->n; i++) {
        size_t at = r->mo->messages.n;
        struct pl_mo_message *m = PL_VEC_ADD(&r->mo->messages);
        if (m == NULL)
            return pl_fail_nomem(err);
        uint32_t length = u32(r, &ids);
        st = read_string(r, length, u32(r, &ids), at, &m->key, err);
        length = u32(r, &texts);
        if (st == PL_OK)
            st = read_string(r, length, u32(r, &texts), at, &m->value, err);
    }
    return st;
}

/* The hash table is structure only when it says nothing but what the messages say. */
static pl_status read_hash(struct mo_reader *r, const struct header *h, struct pl_err *err)
{
    if (h->hash_size == 0)
        return PL_OK;
    struct pl_cursor c = pl_cursor_at(r->data, h->hash);
    if (h->hash_size > r->data.n / 4 || h->hash > r->data.n - (size_t)h->hash_size * 4)
        return pl_fail(err, PL_E_INPUT, h->hash, "mo: hash table reaches over the end");
    if (h->hash_size <= 2 || h->hash_size <= h->n || h->hash_size != pl_po_hash_size(h->n + h->n_sysdep))
        return PL_OK;
    uint32_t *hashes = pl_arena_take_n(r->arena, (size_t)h->n + 1, sizeof *hashes);
    uint32_t *slots = pl_arena_take_n(r->arena, h->hash_size, sizeof *slots);
    if (hashes == NULL || slots == NULL)
        return pl_arena_fail(r->arena, err);
    for (uint32_t i = 0; i < h->n; i++)
        hashes[i] = pl_po_hash(r->mo->messages.v[i].key);
    if (!pl_po_fill_hash(hashes, h->n, slots, h->hash_size))
        return PL_OK;
    for (uint32_t i = 0; i < h->hash_size; i++)
        if (slots[i] != u32(r, &c))
            return PL_OK;
    return add_range(r, h->hash, (size_t)h->hash_size * 4, SIZE_MAX, err);
}

static bool is_segment_name(pl_bytes s)
{
    for (size_t i = 0; i < s.n; i++)
        if (!pl_is_alnum(s.p[i]))
            return false;
    return s.n > 0 && s.n < 32;
}

/* Names such as "PRIu64"; their counted length includes the NUL. */
static pl_status read_segments(struct mo_reader *r, const struct header *h, struct pl_err *err)
{
    struct pl_cursor c = pl_cursor_at(r->data, h->segments);
    if (h->n_segments > MAX_SEGMENTS)
        return pl_fail(err, PL_E_LIMIT, 28, "mo: more than %d segments", MAX_SEGMENTS);
    r->segments = pl_arena_take_n(r->arena, (size_t)h->n_segments + 1, sizeof *r->segments);
    if (r->segments == NULL)
        return pl_arena_fail(r->arena, err);
    pl_status st = add_range(r, h->segments, (size_t)h->n_segments * 8, SIZE_MAX, err);
    for (uint32_t i = 0; st == PL_OK && i < h->n_segments; i++) {
        uint32_t length = u32(r, &c);
        uint32_t offset = u32(r, &c);
        if (length == 0)
            return pl_fail(err, PL_E_INPUT, c.at, "mo: segment without a name");
        st = read_string(r, length - 1, offset, SIZE_MAX, &r->segments[i], err);
        if (st == PL_OK && !is_segment_name(r->segments[i]))
            st = pl_fail(err, PL_E_INPUT, offset, "mo: segment name is none");
    }
    r->n_segments = h->n_segments;
    return st;
}

/* Fixed text and segments in turn, put together as the PO file has them. */
static pl_status read_sysdep(struct mo_reader *r, uint32_t offset, size_t message, pl_bytes *out,
                             struct pl_err *err)
{
    struct pl_cursor c = pl_cursor_at(r->data, offset);
    struct pl_buf text;
    uint32_t fixed = u32(r, &c);
    uint64_t length = 0;
    uint32_t segment = 0;
    pl_buf_init(&text, r->data.n);
    for (int i = 0; i < MAX_PIECES && segment != UINT32_MAX && !c.bad; i++) {
        uint32_t n = u32(r, &c);
        segment = u32(r, &c);
        if (fixed > r->data.n || length + n > r->data.n - fixed)
            c.bad = true;
        else
            pl_buf_add(&text, pl_bytes_sub(r->data, (size_t)(fixed + length), n));
        length += n;
        if (segment < r->n_segments)
            pl_buf_printf(&text, "<%.*s>", PL_ARG(r->segments[segment]));
        else if (segment != UINT32_MAX)
            c.bad = true;
    }
    pl_status st = pl_buf_done(&text, err);
    if (st == PL_OK && (c.bad || segment != UINT32_MAX || text.n == 0 || text.p[text.n - 1] != 0))
        st = pl_fail(err, PL_E_INPUT, offset, "mo: bad system-dependent string");
    if (st == PL_OK) {
        *out = pl_arena_keep(r->arena, pl_bytes_sub(pl_buf_bytes(&text), 0, text.n - 1));
        st = out->p == NULL ? pl_arena_fail(r->arena, err) : PL_OK;
    }
    pl_buf_reset(&text);
    if (st == PL_OK)
        st = add_range(r, offset, c.at - offset, SIZE_MAX, err);
    return st == PL_OK ? add_range(r, fixed, (size_t)length, message, err) : st;
}

static pl_status read_sysdeps(struct mo_reader *r, const struct header *h, struct pl_err *err)
{
    struct pl_cursor ids = pl_cursor_at(r->data, h->sysdep_ids);
    struct pl_cursor texts = pl_cursor_at(r->data, h->sysdep_texts);
    pl_status st = add_range(r, h->sysdep_ids, (size_t)h->n_sysdep * 4, SIZE_MAX, err);
    if (st == PL_OK)
        st = add_range(r, h->sysdep_texts, (size_t)h->n_sysdep * 4, SIZE_MAX, err);
    for (uint32_t i = 0; st == PL_OK && i < h->n_sysdep; i++) {
        size_t at = r->mo->messages.n;
        struct pl_mo_message *m = PL_VEC_ADD(&r->mo->messages);
        if (m == NULL)
            return pl_fail_nomem(err);
        st = read_sysdep(r, u32(r, &ids), at, &m->key, err);
        if (st == PL_OK)
            st = read_sysdep(r, u32(r, &texts), at, &r->mo->messages.v[at].value, err);
    }
    return st;
}

static pl_status read_all(struct mo_reader *r, struct pl_err *err)
{
    struct header h = {0};
    struct pl_cursor c = pl_cursor_of(r->data);
    r->is_big_endian = pl_cursor_u8(&c) == 0x95;
    pl_cursor_skip(&c, 3);
    uint32_t *const fields[] = {&h.revision,  &h.n,          &h.ids,         &h.texts,
                                &h.hash_size, &h.hash,       &h.n_segments,  &h.segments,
                                &h.n_sysdep,  &h.sysdep_ids, &h.sysdep_texts};
    for (size_t i = 0; i < 6; i++)
        *fields[i] = u32(r, &c);
    bool has_sysdep = (h.revision & 0xffff) == 1;
    for (size_t i = 6; has_sysdep && i < 11; i++)
        *fields[i] = u32(r, &c);
    if (c.bad || !pl_mo_probe(r->data))
        return pl_fail(err, PL_E_INPUT, 0, "mo: header cut short");
    if ((h.revision >> 16) > 1 || (h.revision & 0xffff) > 1)
        return pl_fail(err, PL_E_UNSUPPORTED, 4, "mo: revision is not known");
    if (h.n > MAX_MESSAGES || h.n_sysdep > MAX_MESSAGES)
        return pl_fail(err, PL_E_LIMIT, 8, "mo: more than %d messages", MAX_MESSAGES);
    pl_status st = add_range(r, 0, c.at, SIZE_MAX, err);
    if (st == PL_OK)
        st = read_messages(r, &h, err);
    if (st == PL_OK)
        st = read_hash(r, &h, err);
    if (st == PL_OK && has_sysdep)
        st = read_segments(r, &h, err);
    return st == PL_OK && has_sysdep ? read_sysdeps(r, &h, err) : st;
}

pl_status pl_mo_parse(pl_bytes data, struct pl_arena *arena, struct pl_mo *out, struct pl_err *err)
{
    struct pl_mo mo = {0};
    struct mo_reader r = {.data = data, .arena = arena, .mo = &mo};
    pl_status st = read_all(&r, err);
    if (st != PL_OK) {
        pl_mo_reset(&mo);
        return st;
    }
    *out = mo;
    return PL_OK;
}

void pl_mo_reset(struct pl_mo *mo)
{
    PL_VEC_FREE(&mo->messages);
    PL_VEC_FREE(&mo->ranges);
}
