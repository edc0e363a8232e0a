/*
 * gzip.c - gzip files, and the bare deflate of zip members, over zlib.
 *
 *     0      2    3      4      8    9   10
 *     | 1f8b | 08 | flags| mtime| xfl| os| [extra] [name\0] [comment\0] [crc16] | deflate | crc32 | isize |
 *
 * Source: RFC 1952. zlib checks crc32 and isize. Members may follow each other; zeros after the last are padding
 * (gzip(1), "trailing zeros").
 */
#include "base/cursor.h"
#include "format/archive/stream.h"

#include <stdlib.h>
#include <zlib.h>

#define FLAG_CRC      2u
#define FLAG_EXTRA    4u
#define FLAG_NAME     8u
#define FLAG_COMMENT  16u
#define TRAILER_BYTES 8u

static bool gzip_begins(pl_bytes b)
{
    return b.n >= 10 && b.p[0] == 0x1f && b.p[1] == 0x8b && b.p[2] == 8 && (b.p[3] & 0xe0) == 0;
}

static void *open_inflate(int window_bits)
{
    z_stream *z = calloc(1, sizeof *z);
    if (z != NULL && inflateInit2(z, window_bits) != Z_OK) {
        free(z);
        return NULL;
    }
    return z;
}

static void *gzip_open(void)
{
    return open_inflate(15 + 16);
}

static void *deflate_open(void)
{
    return open_inflate(-15);
}

static void inflate_close(void *state)
{
    (void)inflateEnd(state); /* fails only on a state that is not one */
    free(state);
}

static enum pl_step inflate_step(void *state, pl_bytes *in, uint8_t *out, size_t room, size_t *made)
{
    z_stream *z = state;
    uInt take = in->n > (1u << 30) ? 1u << 30 : (uInt)in->n;
    z->next_in = (z_const Bytef *)(uintptr_t)in->p; /* zlib reads only */
    z->avail_in = take;
    z->next_out = out;
    z->avail_out = (uInt)room;
    int rc = inflate(z, Z_NO_FLUSH);
    *made = room - z->avail_out;
    *in = pl_bytes_from(*in, take - z->avail_in);
    switch (rc) {
    case Z_STREAM_END: return PL_STEP_END;
    case Z_OK:
    case Z_BUF_ERROR: return PL_STEP_MORE;
    case Z_MEM_ERROR: return PL_STEP_NOMEM;
    default: return PL_STEP_DAMAGED;
    }
}

/* Skip a text that ends in NUL; its length with the NUL. */
static size_t skip_text(struct pl_cursor *c)
{
    size_t end = pl_bytes_find_byte(c->all, 0, c->at);
    size_t n = end == SIZE_MAX ? 0 : end - c->at + 1;
    pl_cursor_skip(c, n);
    c->bad = c->bad || n == 0;
    return n;
}

static pl_status gzip_own(struct pl_container *c, uint64_t at, pl_bytes frame, struct pl_err *err)
{
    struct pl_cursor cur = pl_cursor_of(frame);
    pl_status st = PL_OK;
    pl_cursor_skip(&cur, 3);
    uint8_t flags = pl_cursor_u8(&cur);
    pl_cursor_skip(&cur, 6);
    if (flags & FLAG_EXTRA) {
        size_t begin = cur.at;
        pl_cursor_skip(&cur, pl_cursor_u16le(&cur));
        st = pl_note(c, "archive.comment", pl_carried_severity(cur.at - begin), at + begin, cur.at - begin,
                     "extra field in the header", err);
    }
    if (flags & FLAG_NAME) {
        size_t begin = cur.at;
        size_t n = skip_text(&cur); /* a cursor that turns bad is seen below */
        if (st == PL_OK && n > PL_CARRIED_BYTES)
            st = pl_note(c, "archive.comment", pl_carried_severity(n), at + begin, n,
                         "name in the header, longer than those of files", err);
    }
    if ((flags & FLAG_COMMENT) && st == PL_OK) {
        size_t begin = cur.at;
        size_t n = skip_text(&cur);
        st = pl_note(c, "archive.comment", pl_carried_severity(n), at + begin, n, "comment in the header",
                     err);
    }
    if (flags & FLAG_CRC)
        pl_cursor_skip(&cur, 2);
    if (st != PL_OK)
        return st;
    if (cur.bad || frame.n - cur.at < TRAILER_BYTES)
        return pl_own(c, at, frame.n, PL_CLASS_MEMBERS, err); /* zlib accepted it: cannot be */
    st = pl_own(c, at, cur.at, PL_CLASS_STRUCTURE, err);
    if (st == PL_OK)
        st = pl_own(c, at + cur.at, frame.n - cur.at - TRAILER_BYTES, PL_CLASS_MEMBERS, err);
    return st == PL_OK ? pl_own(c, at + frame.n - TRAILER_BYTES, TRAILER_BYTES, PL_CLASS_STRUCTURE, err) : st;
}

static const struct pl_codec codec_gzip = {
    .name = "gzip",
    .padding_unit = 1,
    .begins = gzip_begins,
    .open = gzip_open,
    .close = inflate_close,
    .step = inflate_step,
    .own = gzip_own,
};

const struct pl_codec pl_codec_deflate = {
    .name = "deflate",
    .is_single = true,
    .open = deflate_open,
    .close = inflate_close,
    .step = inflate_step,
};

static pl_status gzip_unpack(struct pl_container *c, struct pl_reader *in, struct pl_err *err)
{
    return pl_stream_unpack(c, &codec_gzip, err);
}

const struct pl_archive_format pl_archive_gzip = {
    .name = "gzip",
    .shape = PL_ARCHIVE_STREAM,
    .probe = gzip_begins,
    .unpack = gzip_unpack,
};
