/*
 * cursor.c - bounded reading.
 */
#include "base/cursor.h"

struct pl_cursor pl_cursor_of(pl_bytes all)
{
    return (struct pl_cursor){.all = all};
}

struct pl_cursor pl_cursor_at(pl_bytes all, uint64_t at)
{
    struct pl_cursor c = {.all = all};
    pl_cursor_skip(&c, at);
    return c;
}

size_t pl_cursor_left(const struct pl_cursor *c)
{
    return c->bad ? 0 : c->all.n - c->at;
}

pl_bytes pl_cursor_take(struct pl_cursor *c, uint64_t n)
{
    if (c->bad || n > c->all.n - c->at) {
        c->bad = true;
        return (pl_bytes){NULL, 0};
    }
    pl_bytes taken = pl_bytes_sub(c->all, c->at, (size_t)n);
    c->at += (size_t)n;
    return taken;
}

void pl_cursor_skip(struct pl_cursor *c, uint64_t n)
{
    (void)pl_cursor_take(c, n); /* only the position matters */
}

static uint64_t take_le(struct pl_cursor *c, size_t n)
{
    pl_bytes b = pl_cursor_take(c, n);
    uint64_t value = 0;
    for (size_t i = b.n; i > 0; i--)
        value = value << 8 | b.p[i - 1];
    return value;
}

static uint64_t take_be(struct pl_cursor *c, size_t n)
{
    pl_bytes b = pl_cursor_take(c, n);
    uint64_t value = 0;
    for (size_t i = 0; i < b.n; i++)
        value = value << 8 | b.p[i];
    return value;
}

uint8_t pl_cursor_u8(struct pl_cursor *c)
{
    return (uint8_t)take_le(c, 1);
}

uint16_t pl_cursor_u16le(struct pl_cursor *c)
{
    return (uint16_t)take_le(c, 2);
}

uint32_t pl_cursor_u32le(struct pl_cursor *c)
{
    return (uint32_t)take_le(c, 4);
}

uint64_t pl_cursor_u64le(struct pl_cursor *c)
{
    return take_le(c, 8);
}

uint16_t pl_cursor_u16be(struct pl_cursor *c)
{
    return (uint16_t)take_be(c, 2);
}

uint32_t pl_cursor_u32be(struct pl_cursor *c)
{
    return (uint32_t)take_be(c, 4);
}

uint64_t pl_cursor_u64be(struct pl_cursor *c)
{
    return take_be(c, 8);
}

uint64_t pl_cursor_uleb(struct pl_cursor *c, unsigned max_bytes)
{
    uint64_t value = 0;
    for (unsigned i = 0; i < max_bytes; i++) {
        uint8_t byte = pl_cursor_u8(c);
        if (i < 10)
            value |= (uint64_t)(byte & 0x7f) << 7 * i;
        if (c->bad || (byte & 0x80) == 0)
            return value;
    }
    c->bad = true;
    return value;
}
