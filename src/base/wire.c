/*
 * wire.c - the words of the wire: written as they are, read with every doubt.
 */
#include "base/wire.h"

#include <string.h>

#define KNOWN_BYTES 64u

/* ---- writing ---- */

void pl_wire_u64(struct pl_wire_out *w, uint64_t n)
{
    while (n > 0x7f) {
        pl_buf_add_byte(w->out, (uint8_t)(0x80 | (n & 0x7f)));
        n >>= 7;
    }
    pl_buf_add_byte(w->out, (uint8_t)n);
}

void pl_wire_bytes(struct pl_wire_out *w, pl_bytes b)
{
    pl_wire_u64(w, b.n);
    pl_buf_add(w->out, b);
}

/* 0: none; 1: the same as the last one; 2: it follows. */
void pl_wire_text_beside(struct pl_wire_out *w, enum pl_wire_slot slot, const char *text)
{
    bool is_same = text != NULL &&
                   (text == w->last[slot] || (w->last[slot] != NULL && strcmp(text, w->last[slot]) == 0));
    pl_buf_add_byte(w->out, text == NULL ? 0 : is_same ? 1 : 2);
    if (text == NULL || is_same)
        return;
    w->last[slot] = text;
    pl_wire_bytes(w, pl_bytes_of_str(text));
}

void pl_wire_text(struct pl_wire_out *w, const char *text)
{
    pl_wire_text_beside(w, PL_WIRE_TEXT, text);
}

/* ---- reading ---- */

static void refuse(struct pl_wire_in *w)
{
    if (w->st == PL_OK)
        w->st = PL_E_INPUT;
    w->c.bad = true;
}

void pl_wire_require(struct pl_wire_in *w, bool holds)
{
    if (!holds)
        refuse(w);
}

uint64_t pl_wire_take_u64(struct pl_wire_in *w)
{
    uint64_t n = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
        uint8_t b = pl_cursor_u8(&w->c);
        if (shift == 63 && b > 1)
            break;
        n |= (uint64_t)(b & 0x7f) << shift;
        if ((b & 0x80) == 0)
            return w->c.bad ? 0 : n;
    }
    refuse(w);
    return 0;
}

uint64_t pl_wire_take_below(struct pl_wire_in *w, uint64_t end)
{
    uint64_t n = pl_wire_take_u64(w);
    pl_wire_require(w, n < end);
    return n < end ? n : 0;
}

bool pl_wire_take_bool(struct pl_wire_in *w)
{
    return pl_wire_take_below(w, 2) == 1;
}

/* The length of a list, each element of which takes `least` bytes or more. */
size_t pl_wire_take_count(struct pl_wire_in *w, size_t least)
{
    return (size_t)pl_wire_take_below(w, pl_cursor_left(&w->c) / least + 1);
}

pl_bytes pl_wire_take_view(struct pl_wire_in *w)
{
    pl_bytes b = pl_cursor_take(&w->c, pl_wire_take_u64(w));
    return w->c.bad ? (pl_bytes){NULL, 0} : b;
}

void pl_wire_no_memory(struct pl_wire_in *w)
{
    if (w->st == PL_OK)
        w->st = w->arena->why == PL_E_LIMIT ? PL_E_LIMIT : PL_E_NOMEM;
    w->c.bad = true;
}

pl_bytes pl_wire_take_bytes(struct pl_wire_in *w)
{
    pl_bytes b = pl_wire_take_view(w);
    if (b.n == 0)
        return (pl_bytes){b.p == NULL ? NULL : (const uint8_t *)"", 0};
    b = pl_arena_keep(w->arena, b);
    if (b.p == NULL)
        pl_wire_no_memory(w);
    return b;
}

const char *pl_wire_keep_text(struct pl_wire_in *w, pl_bytes b)
{
    size_t at = b.n;
    for (size_t i = 0; i < b.n && b.n <= KNOWN_BYTES; i++)
        at = (at * 31 + b.p[i]) % PL_WIRE_KNOWN;
    const char **known = b.n <= KNOWN_BYTES ? &w->known[at % PL_WIRE_KNOWN] : NULL;
    if (known != NULL && *known != NULL && pl_bytes_eq(pl_bytes_of_str(*known), b))
        return *known;
    const char *text = pl_arena_str(w->arena, b);
    if (text == NULL)
        pl_wire_no_memory(w);
    else if (known != NULL)
        *known = text;
    return text;
}

const char *pl_wire_take_text_beside(struct pl_wire_in *w, enum pl_wire_slot slot)
{
    uint64_t how = pl_wire_take_below(w, 3);
    if (how == 0)
        return NULL;
    if (how == 1) {
        pl_wire_require(w, w->last[slot] != NULL);
        return w->last[slot];
    }
    pl_bytes b = pl_wire_take_view(w);
    pl_wire_require(w, b.n == 0 || memchr(b.p, 0, b.n) == NULL);
    const char *text = w->c.bad ? NULL : pl_wire_keep_text(w, b);
    if (text != NULL)
        w->last[slot] = text;
    return text;
}

const char *pl_wire_take_text(struct pl_wire_in *w)
{
    return pl_wire_take_text_beside(w, PL_WIRE_TEXT);
}

void pl_wire_take_raw(struct pl_wire_in *w, uint8_t *out, size_t n)
{
    pl_bytes b = pl_cursor_take(&w->c, n);
    if (!w->c.bad)
        memcpy(out, b.p, n);
}

pl_status pl_wire_done(const struct pl_wire_in *w, struct pl_err *err)
{
    if (w->st == PL_E_NOMEM || w->st == PL_E_LIMIT)
        return pl_fail(err, w->st, PL_NO_OFFSET, "not enough memory for what another process says");
    if (w->st != PL_OK || w->c.bad || pl_cursor_left(&w->c) > 0)
        return pl_fail(err, PL_E_INPUT, PL_NO_OFFSET, "an examination handed over records that cannot be");
    return PL_OK;
}
