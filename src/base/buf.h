/*
 * buf.h - a growing buffer that must be told its maximum, and whose failure sticks.
 *
 * Append as often as needed and ask once: pl_buf_done(). After a failure appends do nothing.
 */
#ifndef PL_BASE_BUF_H
#define PL_BASE_BUF_H

#include "base/bytes.h"
#include "base/status.h"

struct pl_buf {
    uint8_t *p;
    size_t n;
    size_t capacity;
    size_t max_bytes;
    pl_status why; /* PL_OK, PL_E_LIMIT or PL_E_NOMEM */
};

void pl_buf_init(struct pl_buf *b, size_t max_bytes);
/* Free the contents; the buffer is empty and usable again. */
void pl_buf_reset(struct pl_buf *b);
/* Forget the contents, keep the room. A limit is forgotten too; that memory ran out is not: who looks at the end sees it. */
void pl_buf_clear(struct pl_buf *b);

/* Give back what it holds beyond its bytes, once nothing is appended any more. */
void pl_buf_trim(struct pl_buf *b);
void pl_buf_add(struct pl_buf *b, pl_bytes bytes);
void pl_buf_add_str(struct pl_buf *b, const char *s);
void pl_buf_add_byte(struct pl_buf *b, uint8_t byte);
/* A code point as UTF-8 (RFC 3629 section 3), surrogates as they are; bits above 20 are left out. */
void pl_buf_add_utf8(struct pl_buf *b, uint32_t c);
void pl_buf_printf(struct pl_buf *b, const char *fmt, ...) PL_PRINTF(2, 3);
/* Room for `n` more bytes at the end, which the caller fills; NULL after a failure. Counts as appended. */
uint8_t *pl_buf_grow(struct pl_buf *b, size_t n);

/* PL_OK, or the sticky failure as an error. */
PL_MUST_USE pl_status pl_buf_done(const struct pl_buf *b, struct pl_err *err);
/* Hand on the failure of a buffer that was to become part of `b`, and free that one. */
void pl_buf_close_into(struct pl_buf *b, struct pl_buf *part);
/* View of the contents, valid until the next append. */
pl_bytes pl_buf_bytes(const struct pl_buf *b);
/* Give all bytes to `put` and reset the buffer, in every case. PL_E_IO with "WHAT could not be written" when `put` gives false; pl_buf_done(). */
PL_MUST_USE pl_status pl_buf_deliver(struct pl_buf *b, bool (*put)(void *ctx, const void *bytes, size_t n),
                                     void *ctx, const char *what, struct pl_err *err);
/* Hand the heap block over to the caller, who frees it; the buffer is empty afterwards. NULL when empty. */
uint8_t *pl_buf_detach(struct pl_buf *b, size_t *n);

#endif
