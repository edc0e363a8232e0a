/*
 * buf.c - a growing buffer with a maximum.
 */
#include "base/buf.h"
#include "base/size.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_BYTES 256u

void pl_buf_init(struct pl_buf *b, size_t max_bytes)
{
    *b = (struct pl_buf){.max_bytes = max_bytes};
}

void pl_buf_reset(struct pl_buf *b)
{
    free(b->p);
    pl_buf_init(b, b->max_bytes);
}

void pl_buf_clear(struct pl_buf *b)
{
    b->n = 0;
    if (b->why == PL_E_LIMIT)
        b->why = PL_OK;
}

void pl_buf_trim(struct pl_buf *b)
{
    uint8_t *p = b->n == 0 || b->n == b->capacity ? NULL : realloc(b->p, b->n + 1);
    if (p == NULL)
        return; /* as it was */
    b->p = p;
    b->capacity = b->n;
}

static bool reserve(struct pl_buf *b, size_t more)
{
    size_t need;
    if (b->why != PL_OK)
        return false;
    if (!pl_add_size(b->n, more, &need) || need > b->max_bytes) {
        b->why = PL_E_LIMIT;
        return false;
    }
    if (need <= b->capacity && b->p != NULL)
        return true;
    size_t capacity = b->capacity < FIRST_BYTES ? FIRST_BYTES : b->capacity;
    while (capacity < need)
        capacity = capacity > SIZE_MAX / 2 ? need : capacity * 2;
    if (capacity > b->max_bytes)
        capacity = b->max_bytes < FIRST_BYTES ? FIRST_BYTES : b->max_bytes;
    size_t with_nul; /* one byte that is never counted, for the NUL of vsnprintf() */
    uint8_t *p = pl_add_size(capacity, 1, &with_nul) ? realloc(b->p, with_nul) : NULL;
    if (p == NULL) {
        b->why = PL_E_NOMEM;
        return false;
    }
    b->p = p;
    b->capacity = capacity;
    return true;
}

uint8_t *pl_buf_grow(struct pl_buf *b, size_t n)
{
    if (!reserve(b, n))
        return NULL;
    uint8_t *at = b->p + b->n;
    b->n += n;
    return at;
}

void pl_buf_add(struct pl_buf *b, pl_bytes bytes)
{
    uint8_t *at = bytes.n == 0 ? NULL : pl_buf_grow(b, bytes.n);
    if (at != NULL)
        memcpy(at, bytes.p, bytes.n);
}

void pl_buf_add_str(struct pl_buf *b, const char *s)
{
    pl_buf_add(b, pl_bytes_of_str(s));
}

void pl_buf_add_byte(struct pl_buf *b, uint8_t byte)
{
    pl_buf_add(b, pl_bytes_of(&byte, 1));
}

void pl_buf_printf(struct pl_buf *b, const char *fmt, ...)
{
    char small[512];
    va_list args;
    va_start(args, fmt);
    va_list again;
    va_copy(again, args);
    int n = vsnprintf(small, sizeof small, fmt, args);
    va_end(args);
    if (n >= 0 && (size_t)n < sizeof small) {
        pl_buf_add(b, pl_bytes_of(small, (size_t)n));
    } else if (n >= 0 && reserve(b, (size_t)n)) {
        (void)vsnprintf((char *)b->p + b->n, (size_t)n + 1, fmt, again); /* its length is known */
        b->n += (size_t)n;
    } else if (n < 0 && b->why == PL_OK) {
        b->why = PL_E_LIMIT; /* longer than INT_MAX, most of all */
    }
    va_end(again);
}

pl_status pl_buf_done(const struct pl_buf *b, struct pl_err *err)
{
    if (b->why == PL_E_LIMIT)
        return pl_fail(err, PL_E_LIMIT, b->n, "more than %zu bytes", b->max_bytes);
    return b->why == PL_OK ? PL_OK : pl_fail_nomem(err);
}

pl_bytes pl_buf_bytes(const struct pl_buf *b)
{
    return (pl_bytes){b->p, b->n};
}

pl_status pl_buf_deliver(struct pl_buf *b, bool (*put)(void *ctx, const void *bytes, size_t n), void *ctx,
                         const char *what, struct pl_err *err)
{
    pl_status st = pl_buf_done(b, err);
    if (st == PL_OK && !put(ctx, b->p, b->n))
        st = pl_fail(err, PL_E_IO, PL_NO_OFFSET, "%s could not be written", what);
    pl_buf_reset(b);
    return st;
}

uint8_t *pl_buf_detach(struct pl_buf *b, size_t *n)
{
    pl_buf_trim(b);
    uint8_t *p = b->p;
    *n = b->n;
    if (b->n == 0) {
        free(p);
        p = NULL;
    }
    pl_buf_init(b, b->max_bytes);
    return p;
}

void pl_buf_add_utf8(struct pl_buf *b, uint32_t c)
{
    if (c < 0x80) {
        pl_buf_add_byte(b, (uint8_t)c);
    } else if (c < 0x800) {
        pl_buf_add_byte(b, (uint8_t)(0xc0 | c >> 6));
        pl_buf_add_byte(b, (uint8_t)(0x80 | (c & 0x3f)));
    } else if (c < 0x10000) {
        pl_buf_add_byte(b, (uint8_t)(0xe0 | c >> 12));
        pl_buf_add_byte(b, (uint8_t)(0x80 | (c >> 6 & 0x3f)));
        pl_buf_add_byte(b, (uint8_t)(0x80 | (c & 0x3f)));
    } else {
        pl_buf_add_byte(b, (uint8_t)(0xf0 | (c >> 18 & 7)));
        pl_buf_add_byte(b, (uint8_t)(0x80 | (c >> 12 & 0x3f)));
        pl_buf_add_byte(b, (uint8_t)(0x80 | (c >> 6 & 0x3f)));
        pl_buf_add_byte(b, (uint8_t)(0x80 | (c & 0x3f)));
    }
}

void pl_buf_close_into(struct pl_buf *b, struct pl_buf *part)
{
    if (part->why != PL_OK && b->why == PL_OK)
        b->why = part->why;
    pl_buf_reset(part);
}
