/*
 * xz.c - .xz files and the older .lzma, over liblzma.
 *
 *     xz:   | magic, flags, crc: 12 | blocks | index | crc, backward size, flags, "YZ": 12 | [zeros, 4 a time] | ...
 *     lzma: | properties: 1 | dictionary: 4 | size: 8 | data |
 *
 * Source: "The .xz File Format" 1.1.0 (the size of the index stands in the footer: (backward size + 1) * 4) and
 * "The .lzma File Format" (both in xz-utils). .lzma has no magic: only headers that xz(1) itself would guess at are taken.
 */
#include "base/cursor.h"
#include "format/archive/stream.h"

#include <lzma.h>
#include <stdlib.h>

#define XZ_HEADER_BYTES   12u
#define LZMA_HEADER_BYTES 13u
/* xz -9 needs 65 MiB; what needs more than this is refused as archive.limit. */
#define MEMORY_BYTES (512ull * 1024 * 1024)

static bool xz_begins(pl_bytes b)
{
    return b.n >= XZ_HEADER_BYTES &&
           pl_bytes_starts(b, PL_LIT("\xfd"
                                     "7zXZ\0")) &&
           b.p[6] == 0 && (b.p[7] & 0xf0) == 0;
}

static bool lzma_begins(pl_bytes b)
{
    struct pl_cursor c = pl_cursor_of(b);
    uint8_t properties = pl_cursor_u8(&c);
    uint32_t dictionary = pl_cursor_u32le(&c);
    uint64_t size = pl_cursor_u64le(&c);
    uint8_t first = pl_cursor_u8(&c); /* of the range coder: always 0 */
    if (c.bad || properties != 0x5d || first != 0 || dictionary < 4096)
        return false;
    uint32_t low = dictionary & (~dictionary + 1);
    bool is_usual = dictionary == low || dictionary == (low | low << 1) || dictionary == UINT32_MAX;
    return is_usual && (size == UINT64_MAX || size < (1ull << 38));
}

static void *open_with(lzma_ret (*start)(lzma_stream *s))
{
    static const lzma_stream empty = LZMA_STREAM_INIT;
    lzma_stream *s = malloc(sizeof *s);
    if (s == NULL)
        return NULL;
    *s = empty;
    if (start(s) != LZMA_OK) {
        free(s);
        return NULL;
    }
    return s;
}

static lzma_ret start_xz(lzma_stream *s)
{
    return lzma_stream_decoder(s, MEMORY_BYTES, 0);
}

static lzma_ret start_lzma(lzma_stream *s)
{
    return lzma_alone_decoder(s, MEMORY_BYTES);
}

static void *xz_open(void)
{
    return open_with(start_xz);
}

static void *lzma_open(void)
{
    return open_with(start_lzma);
}

static void xz_close(void *state)
{
    lzma_end(state);
    free(state);
}

static enum pl_step xz_step(void *state, pl_bytes *in, uint8_t *out, size_t room, size_t *made)
{
    lzma_stream *s = state;
    s->next_in = in->p;
    s->avail_in = in->n;
    s->next_out = out;
    s->avail_out = room;
    lzma_ret rc = lzma_code(s, LZMA_RUN);
    *made = room - s->avail_out;
    *in = pl_bytes_from(*in, in->n - s->avail_in);
    switch (rc) {
    case LZMA_STREAM_END: return PL_STEP_END;
    case LZMA_OK:
    case LZMA_BUF_ERROR: return PL_STEP_MORE;
    case LZMA_MEM_ERROR: return PL_STEP_NOMEM;
    case LZMA_MEMLIMIT_ERROR: return PL_STEP_LIMIT;
    default: return PL_STEP_DAMAGED;
    }
}

static pl_status xz_own(struct pl_container *c, uint64_t at, pl_bytes frame, struct pl_err *err)
{
    struct pl_cursor cur = pl_cursor_at(frame, frame.n - 8); /* a frame is at least header and footer */
    uint64_t index_bytes = ((uint64_t)pl_cursor_u32le(&cur) + 1) * 4;
    uint64_t tail = index_bytes + XZ_HEADER_BYTES;
    if (cur.bad || frame.n < XZ_HEADER_BYTES || frame.n - XZ_HEADER_BYTES < tail)
        return pl_own(c, at, frame.n, PL_CLASS_MEMBERS, err); /* liblzma accepted it: cannot be */
    pl_status st = pl_own(c, at, XZ_HEADER_BYTES, PL_CLASS_STRUCTURE, err);
    if (st == PL_OK)
        st = pl_own(c, at + XZ_HEADER_BYTES, frame.n - XZ_HEADER_BYTES - tail, PL_CLASS_MEMBERS, err);
    return st == PL_OK ? pl_own(c, at + frame.n - tail, tail, PL_CLASS_STRUCTURE, err) : st;
}

static pl_status lzma_own(struct pl_container *c, uint64_t at, pl_bytes frame, struct pl_err *err)
{
    size_t head = frame.n < LZMA_HEADER_BYTES ? frame.n : LZMA_HEADER_BYTES;
    pl_status st = pl_own(c, at, head, PL_CLASS_STRUCTURE, err);
    return st == PL_OK ? pl_own(c, at + head, frame.n - head, PL_CLASS_MEMBERS, err) : st;
}

const struct pl_codec pl_codec_xz = {
    .name = "xz",
    .padding_unit = 4,
    .is_padded_between = true,
    .begins = xz_begins,
    .open = xz_open,
    .close = xz_close,
    .step = xz_step,
    .own = xz_own,
};

static const struct pl_codec codec_lzma = {
    .name = "lzma",
    .is_single = true,
    .begins = lzma_begins,
    .open = lzma_open,
    .close = xz_close,
    .step = xz_step,
    .own = lzma_own,
};

static pl_status xz_unpack(struct pl_container *c, struct pl_reader *in, struct pl_err *err)
{
    return pl_stream_unpack(c, &pl_codec_xz, err);
}

static pl_status lzma_unpack(struct pl_container *c, struct pl_reader *in, struct pl_err *err)
{
    return pl_stream_unpack(c, &codec_lzma, err);
}

const struct pl_archive_format pl_archive_xz = {
    .name = "xz",
    .shape = PL_ARCHIVE_STREAM,
    .probe = xz_begins,
    .unpack = xz_unpack,
};

const struct pl_archive_format pl_archive_lzma = {
    .name = "lzma",
    .shape = PL_ARCHIVE_STREAM,
    .probe = lzma_begins,
    .unpack = lzma_unpack,
};
