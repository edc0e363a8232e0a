/*
 * stream.h - compressed streams: decoders with one shape, and the reader that runs them over a file.
 *
 * A stream file is frames one after the other (gzip members, xz streams, zstd frames), then padding, then nothing.
 */
#ifndef PL_FORMAT_ARCHIVE_STREAM_H
#define PL_FORMAT_ARCHIVE_STREAM_H

#include "format/archive/walk.h"

enum pl_step { PL_STEP_MORE, PL_STEP_END, PL_STEP_DAMAGED, PL_STEP_LIMIT, PL_STEP_NOMEM };

/* One compressed format. */
struct pl_codec {
    const char *name;
    bool is_single;         /* no second frame may follow the first */
    size_t padding_unit;    /* zero bytes after the frames come in multiples of this; 0: none are allowed */
    bool is_padded_between; /* padding may also stand before another frame */
    bool (*begins)(pl_bytes rest);
    /* A decoder at the start of a frame; NULL when out of memory. close accepts what open gave. */
    void *(*open)(void);
    void (*close)(void *state);
    /*
     * Decode from the front of *in, which loses what was used, to out[0, room); *made is what was written. PL_STEP_END:
     * the frame is over and its checks held; *in begins with the byte after it.
     */
    enum pl_step (*step)(void *state, pl_bytes *in, uint8_t *out, size_t room, size_t *made);
    /* Claim the bytes of one whole frame, which stands at `at` of the container. NULL for a decoder of zip members. */
    pl_status (*own)(struct pl_container *c, uint64_t at, pl_bytes frame, struct pl_err *err);
};

/* Reads what the frames in `packed` decode to; keeps the limits of the walk. */
struct pl_stream {
    struct pl_reader reader;
    struct pl_walk *walk;
    struct pl_container *container; /* whose frames are claimed; NULL: nobody's */
    const struct pl_codec *codec;
    pl_bytes packed; /* borrowed */
    size_t at;       /* bytes of `packed` used */
    size_t frame_at; /* where the frame that is being read begins */
    uint64_t made;   /* bytes put out */
    uint64_t frame_made;
    uint64_t frames; /* ended well */
    void *state;
    uint8_t *out;
};

PL_MUST_USE pl_status pl_stream_open(struct pl_stream *s, struct pl_walk *w, struct pl_container *c,
                                     const struct pl_codec *codec, pl_bytes packed, struct pl_err *err);
void pl_stream_close(struct pl_stream *s);

/* What every stream format does with its container: one member, a FLOW or a file. */
PL_MUST_USE pl_status pl_stream_unpack(struct pl_container *c, const struct pl_codec *codec,
                                       struct pl_err *err);

extern const struct pl_codec pl_codec_deflate; /* without a wrapper, as in zip */
extern const struct pl_codec pl_codec_bzip2;
extern const struct pl_codec pl_codec_zstd;
extern const struct pl_codec pl_codec_xz;

#endif
