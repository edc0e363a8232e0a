/*
 * bzip2.c - .bz2 files over libbz2.
 *
 *     | "BZh" level: 4 | blocks and end mark, not aligned to bytes |
 *
 * Source: bzip2.h; each block begins with the digits of pi, the end mark with those of its square root.
 */
#include "format/archive/stream.h"

#include <bzlib.h>
#include <stdlib.h>

#define HEADER_BYTES 4u

static bool bzip2_begins(pl_bytes b)
{
    if (b.n < 10 || !pl_bytes_starts(b, PL_LIT("BZh")) || b.p[3] < '1' || b.p[3] > '9')
        return false;
    pl_bytes mark = pl_bytes_sub(b, HEADER_BYTES, 6);
    return pl_bytes_eq(mark, PL_LIT("\x31\x41\x59\x26\x53\x59")) ||
           pl_bytes_eq(mark, PL_LIT("\x17\x72\x45\x38\x50\x90"));
}

static void *bzip2_open(void)
{
    bz_stream *s = calloc(1, sizeof *s);
    if (s != NULL && BZ2_bzDecompressInit(s, 0, 0) != BZ_OK) {
        free(s);
        return NULL;
    }
    return s;
}

static void bzip2_close(void *state)
{
    (void)BZ2_bzDecompressEnd(state); /* fails only on a state that is not one */
    free(state);
}

static enum pl_step bzip2_step(void *state, pl_bytes *in, uint8_t *out, size_t room, size_t *made)
{
    bz_stream *s = state;
    unsigned take = in->n > (1u << 30) ? 1u << 30 : (unsigned)in->n;
    s->next_in = (char *)(uintptr_t)in->p; /* libbz2 reads only */
    s->avail_in = take;
    s->next_out = (char *)out;
    s->avail_out = (unsigned)room;
    int rc = BZ2_bzDecompress(s);
    *made = room - s->avail_out;
    *in = pl_bytes_from(*in, take - s->avail_in);
    switch (rc) {
    case BZ_STREAM_END: return PL_STEP_END;
    case BZ_OK: return PL_STEP_MORE;
    case BZ_MEM_ERROR: return PL_STEP_NOMEM;
    default: return PL_STEP_DAMAGED;
    }
}

static pl_status bzip2_own(struct pl_container *c, uint64_t at, pl_bytes frame, struct pl_err *err)
{
    size_t head = frame.n < HEADER_BYTES ? frame.n : HEADER_BYTES;
    pl_status st = pl_own(c, at, head, PL_CLASS_STRUCTURE, err);
    return st == PL_OK ? pl_own(c, at + head, frame.n - head, PL_CLASS_MEMBERS, err) : st;
}

const struct pl_codec pl_codec_bzip2 = {
    .name = "bzip2",
    .padding_unit = 1,
    .begins = bzip2_begins,
    .open = bzip2_open,
    .close = bzip2_close,
    .step = bzip2_step,
    .own = bzip2_own,
};

static pl_status bzip2_unpack(struct pl_container *c, struct pl_reader *in, struct pl_err *err)
{
    return pl_stream_unpack(c, &pl_codec_bzip2, err);
}

const struct pl_archive_format pl_archive_bzip2 = {
    .name = "bzip2",
    .shape = PL_ARCHIVE_STREAM,
    .probe = bzip2_begins,
    .unpack = bzip2_unpack,
};
