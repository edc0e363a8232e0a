/*
 * unpress.c - gzip by zlib, xz by liblzma, for indices whose packed digest was already checked.
 */
#include "supply/unpress.h"

#include <lzma.h>
#include <stdlib.h>
#include <zlib.h>

#define PIECE_BYTES           (1u << 20)
#define MAX_LZMA_MEMORY_BYTES (512u << 20)

/* Where plain bytes go, and how many may. */
struct sink {
    uint64_t left_bytes;
    pl_status (*write)(void *ctx, pl_bytes part, struct pl_err *err);
    void *ctx;
};

static pl_status hand_on(struct sink *sink, pl_bytes part, struct pl_err *err)
{
    if (part.n > sink->left_bytes)
        return pl_fail(err, PL_E_LIMIT, PL_NO_OFFSET, "unpacks to more bytes than expected");
    sink->left_bytes -= part.n;
    return part.n == 0 ? PL_OK : sink->write(sink->ctx, part, err);
}

static pl_status damaged(struct pl_err *err, uint64_t at)
{
    return pl_fail(err, PL_E_INPUT, at, "the compressed stream is damaged or cut short");
}

static pl_status unpress_xz(pl_bytes packed, struct sink *sink, uint8_t *piece, struct pl_err *err)
{
    lzma_stream z = LZMA_STREAM_INIT;
    if (lzma_stream_decoder(&z, MAX_LZMA_MEMORY_BYTES, LZMA_CONCATENATED) != LZMA_OK)
        return pl_fail_nomem(err);
    z.next_in = packed.p;
    z.avail_in = packed.n;
    pl_status st = PL_OK;
    lzma_ret ret = LZMA_OK;
    while (st == PL_OK && ret == LZMA_OK) {
        z.next_out = piece;
        z.avail_out = PIECE_BYTES;
        ret = lzma_code(&z, LZMA_FINISH);
        st = hand_on(sink, pl_bytes_of(piece, PIECE_BYTES - z.avail_out), err);
    }
    if (st == PL_OK && ret != LZMA_STREAM_END)
        st = ret == LZMA_MEM_ERROR ? pl_fail_nomem(err) : damaged(err, z.total_in);
    lzma_end(&z);
    return st;
}

/* Members one after the other are one stream: gzip(1). */
static pl_status unpress_gzip(pl_bytes packed, struct sink *sink, uint8_t *piece, struct pl_err *err)
{
    z_stream z = {0};
    if (inflateInit2(&z, 16 + MAX_WBITS) != Z_OK)
        return pl_fail_nomem(err);
    pl_status st = PL_OK;
    int ret = Z_OK;
    size_t at = 0;
    while (st == PL_OK && ret == Z_OK) {
        pl_bytes in = pl_bytes_sub(packed, at, PIECE_BYTES);
        z.next_in = (Bytef *)(uintptr_t)in.p; /* zlib does not write there */
        z.avail_in = (uInt)in.n;
        z.next_out = piece;
        z.avail_out = PIECE_BYTES;
        ret = inflate(&z, Z_NO_FLUSH);
        at += in.n - z.avail_in;
        st = hand_on(sink, pl_bytes_of(piece, PIECE_BYTES - z.avail_out), err);
        if (ret == Z_STREAM_END && at < packed.n)
            ret = inflateReset(&z);
    }
    (void)inflateEnd(&z); /* frees in any state */
    return st != PL_OK || ret == Z_STREAM_END ? st : damaged(err, at);
}

pl_status pl_unpress(enum pl_press how, pl_bytes packed, uint64_t max_bytes,
                     pl_status (*write)(void *ctx, pl_bytes part, struct pl_err *err), void *ctx,
                     struct pl_err *err)
{
    struct sink sink = {.left_bytes = max_bytes, .write = write, .ctx = ctx};
    if (how == PL_PRESS_NONE)
        return hand_on(&sink, packed, err);
    uint8_t *piece = malloc(PIECE_BYTES);
    if (piece == NULL)
        return pl_fail_nomem(err);
    pl_status st =
        how == PL_PRESS_XZ ? unpress_xz(packed, &sink, piece, err) : unpress_gzip(packed, &sink, piece, err);
    free(piece);
    return st;
}

struct apart {
    enum pl_press how;
    pl_bytes packed;
    uint64_t max_bytes;
    struct sink sink; /* of the plain bytes, in this process */
};

static pl_status say_piece(void *ctx, pl_bytes part, struct pl_err *err)
{
    return pl_ask_say(ctx, part, err);
}

static pl_status unpack_there(void *ctx, struct pl_ask_answer *to, struct pl_err *err)
{
    const struct apart *a = ctx;
    return pl_unpress(a->how, a->packed, a->max_bytes, say_piece, to, err);
}

static pl_status take_piece(void *ctx, pl_bytes part, struct pl_err *err)
{
    struct apart *a = ctx;
    return hand_on(&a->sink, part, err);
}

pl_status pl_unpress_apart(const struct pl_ask *given, enum pl_press how, pl_bytes packed, uint64_t max_bytes,
                           pl_status (*write)(void *ctx, pl_bytes part, struct pl_err *err), void *ctx,
                           struct pl_err *err)
{
    struct apart a = {.how = how,
                      .packed = packed,
                      .max_bytes = max_bytes,
                      .sink = {.left_bytes = max_bytes, .write = write, .ctx = ctx}};
    struct pl_ask ask = *given;
    if (ask.is_here || how == PL_PRESS_NONE)
        return pl_unpress(how, packed, max_bytes, write, ctx, err);
    ask.ctx = &a;
    ask.work = unpack_there;
    ask.take = take_piece;
    ask.what = "the packed index";
    ask.part_bytes = PIECE_BYTES;
    return pl_ask(&ask, err);
}
