/*
 * der.c - tag, length, contents (X.690 sections 8.1 and 10.1).
 */
#include "format/binary/der.h"

#define MAX_DEPTH 64
#define MAX_STEPS 1000000u

bool pl_der_next(pl_bytes *rest, struct pl_der *out)
{
    struct pl_cursor c = pl_cursor_of(*rest);
    uint8_t tag = pl_cursor_u8(&c);
    uint64_t length = pl_cursor_u8(&c);
    if (c.bad || (tag & 0x1f) == 0x1f)
        return false;
    if (length >= 0x80) {
        unsigned n = (unsigned)length & 0x7f;
        if (n == 0 || n > 4)
            return false;
        length = 0;
        for (unsigned i = 0; i < n; i++)
            length = length << 8 | pl_cursor_u8(&c);
    }
    pl_bytes contents = pl_cursor_take(&c, length);
    if (c.bad)
        return false;
    *out = (struct pl_der){tag, contents, pl_bytes_sub(*rest, 0, c.at)};
    *rest = pl_bytes_from(*rest, c.at);
    return true;
}

bool pl_der_take(pl_bytes *rest, uint8_t tag, struct pl_der *out)
{
    pl_bytes after = *rest;
    struct pl_der d;
    if (!pl_der_next(&after, &d) || d.tag != tag)
        return false;
    *rest = after;
    *out = d;
    return true;
}

bool pl_der_is_nested(pl_bytes element)
{
    pl_bytes rests[MAX_DEPTH];
    int depth = 0;
    rests[0] = element;
    for (unsigned steps = 0; steps < MAX_STEPS; steps++) {
        struct pl_der d;
        while (depth >= 0 && rests[depth].n == 0)
            depth--;
        if (depth < 0)
            return true;
        if (!pl_der_next(&rests[depth], &d))
            return false;
        if ((d.tag & 0x20) == 0)
            continue;
        if (depth + 1 == MAX_DEPTH)
            return false;
        rests[++depth] = d.contents;
    }
    return false;
}
