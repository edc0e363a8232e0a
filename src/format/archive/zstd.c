/*
 * zstd.c - .zst files over libzstd.
 *
 *     frame:     | 28 b5 2f fd | descriptor: 1 | window, dictionary id, content size | blocks | [checksum: 4] |
 *     skippable: | 5x 2a 4d 18 | size: 4 | anything |
 *
 * Source: RFC 8878. A skippable frame is where one hides things: its contents are a gap.
 */
#include "base/cursor.h"
#include "format/archive/stream.h"

#include <zstd.h>
#include <zstd_errors.h>

static uint32_t magic_of(pl_bytes b)
{
    struct pl_cursor c = pl_cursor_of(b);
    return pl_cursor_u32le(&c);
}

static bool is_skippable(pl_bytes b)
{
    return b.n >= 8 && (magic_of(b) & 0xfffffff0u) == 0x184d2a50u;
}

static bool zstd_begins(pl_bytes b)
{
    return (b.n >= 6 && magic_of(b) == 0xfd2fb528u && (b.p[4] & 0x08) == 0) || is_skippable(b);
}

static void *zstd_open(void)
{
    return ZSTD_createDStream();
}

static void zstd_close(void *state)
{
    (void)ZSTD_freeDStream(state); /* cannot fail */
}

static enum pl_step zstd_step(void *state, pl_bytes *in, uint8_t *out, size_t room, size_t *made)
{
    ZSTD_inBuffer from = {.src = in->p, .size = in->n};
    ZSTD_outBuffer to = {.dst = out, .size = room};
    size_t rc = ZSTD_decompressStream(state, &to, &from);
    *made = to.pos;
    *in = pl_bytes_from(*in, from.pos);
    if (ZSTD_isError(rc)) {
        switch (ZSTD_getErrorCode(rc)) {
        case ZSTD_error_memory_allocation: return PL_STEP_NOMEM;
        case ZSTD_error_frameParameter_windowTooLarge: return PL_STEP_LIMIT;
        default: return PL_STEP_DAMAGED;
        }
    }
    return rc == 0 ? PL_STEP_END : PL_STEP_MORE;
}

static pl_status zstd_own(struct pl_container *c, uint64_t at, pl_bytes frame, struct pl_err *err)
{
    static const uint8_t dictionary_bytes[] = {0, 1, 2, 4};
    static const uint8_t size_bytes[] = {0, 2, 4, 8};
    pl_status st;
    if (is_skippable(frame)) {
        st = pl_own(c, at, 8, PL_CLASS_STRUCTURE, err);
        return st == PL_OK ? pl_own_gap(c, at + 8, frame.n - 8, "contents of a skippable frame", err) : st;
    }
    struct pl_cursor cur = pl_cursor_at(frame, 4);
    uint8_t descriptor = pl_cursor_u8(&cur);
    bool is_one_segment = (descriptor & 0x20) != 0;
    pl_cursor_skip(&cur, is_one_segment ? 0 : 1);
    pl_cursor_skip(&cur, dictionary_bytes[descriptor & 3]);
    pl_cursor_skip(&cur, is_one_segment && descriptor >> 6 == 0 ? 1 : size_bytes[descriptor >> 6]);
    size_t tail = (descriptor & 4) != 0 ? 4 : 0;
    if (cur.bad || frame.n - cur.at < tail)
        return pl_own(c, at, frame.n, PL_CLASS_MEMBERS, err); /* libzstd accepted it: cannot be */
    st = pl_own(c, at, cur.at, PL_CLASS_STRUCTURE, err);
    if (st == PL_OK)
        st = pl_own(c, at + cur.at, frame.n - cur.at - tail, PL_CLASS_MEMBERS, err);
    return st == PL_OK ? pl_own(c, at + frame.n - tail, tail, PL_CLASS_STRUCTURE, err) : st;
}

const struct pl_codec pl_codec_zstd = {
    .name = "zstd",
    .begins = zstd_begins,
    .open = zstd_open,
    .close = zstd_close,
    .step = zstd_step,
    .own = zstd_own,
};

static pl_status zstd_unpack(struct pl_container *c, struct pl_reader *in, struct pl_err *err)
{
    return pl_stream_unpack(c, &pl_codec_zstd, err);
}

const struct pl_archive_format pl_archive_zstd = {
    .name = "zstd",
    .shape = PL_ARCHIVE_STREAM,
    .probe = zstd_begins,
    .unpack = zstd_unpack,
};
