/*
 * reader.h - bytes that come in order, from memory or out of a decoder, in blocks as large as their maker likes.
 *
 * A reader ends in one of three ways, and whoever reads must look which: all of it was read, the bytes behind it are
 * damaged, or a limit of model/limits.h was reached. None of these is an error of the call.
 */
#ifndef PL_FORMAT_ARCHIVE_READER_H
#define PL_FORMAT_ARCHIVE_READER_H

#include "base/buf.h"

/* The most that pl_reader_peek() can show at once, in bytes. */
#define PL_READER_PEEK_BYTES 1024u

enum pl_reader_end { PL_READER_OPEN, PL_READER_DONE, PL_READER_DAMAGED, PL_READER_LIMIT };

struct pl_reader {
    /* The next block, valid until the next call; PL_OK and no bytes when `end` says why. Set by the maker. */
    pl_status (*next)(struct pl_reader *r, pl_bytes *block, struct pl_err *err);
    enum pl_reader_end end;
    const char *why; /* static; for PL_READER_DAMAGED and PL_READER_LIMIT */
    bool is_lasting; /* blocks are slices of the input of the walk and stay valid as long as it does */
    uint64_t at;     /* bytes handed out so far */
    pl_bytes joined; /* not handed out yet: first these, which stand in `small`... */
    pl_bytes block;  /* ...then these */
    uint8_t small[PL_READER_PEEK_BYTES];
};

/* A reader over `bytes`, which are borrowed. */
void pl_reader_init_memory(struct pl_reader *r, pl_bytes bytes, bool is_lasting);

/* The next bytes, at most `max`; none at the end only. Valid until the next call. */
PL_MUST_USE pl_status pl_reader_some(struct pl_reader *r, uint64_t max, pl_bytes *out, struct pl_err *err);
/* The next `n` bytes (n <= PL_READER_PEEK_BYTES) without taking them; fewer at the end only. */
PL_MUST_USE pl_status pl_reader_peek(struct pl_reader *r, size_t n, pl_bytes *out, struct pl_err *err);
/* The same, and they are taken. */
PL_MUST_USE pl_status pl_reader_take(struct pl_reader *r, size_t n, pl_bytes *out, struct pl_err *err);
/* Append the next `n` bytes to `out`, fewer at the end only. */
PL_MUST_USE pl_status pl_reader_gather(struct pl_reader *r, uint64_t n, struct pl_buf *out,
                                       struct pl_err *err);
/* Take bytes up to the end or up to `n`, whichever is first. *first_set (may be NULL): position of the first byte that is
 * not zero, or PL_NO_OFFSET. */
PL_MUST_USE pl_status pl_reader_skip(struct pl_reader *r, uint64_t n, uint64_t *first_set,
                                     struct pl_err *err);

/* Position of the first byte that is not zero, or SIZE_MAX. */
size_t pl_first_set(pl_bytes b);

#endif
