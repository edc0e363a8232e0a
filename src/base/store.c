/*
 * store.c - a mark that moves up; pieces from a page on begin on a page of their own, so that they can go as a whole.
 */
#include "base/store.h"

#define ALIGN_BYTES 16u

static size_t round_up(size_t n, size_t unit)
{
    return (n + unit - 1) / unit * unit;
}

/* Where the next piece may begin. */
static size_t end_of(const struct pl_store *s, size_t at, size_t n)
{
    return n >= s->page_bytes ? round_up(at + n, s->page_bytes) : at + (n > 0 ? n : 1);
}

uint8_t *pl_store_take(struct pl_store *s, size_t n)
{
    n = n > 0 ? n : 1;
    if (s == NULL || n > s->size)
        return NULL;
    size_t at = round_up(s->used, n >= s->page_bytes ? s->page_bytes : ALIGN_BYTES);
    if (at > s->size - n)
        return NULL;
    if (s->used == 0 && s->begin != NULL)
        s->begin(s->ctx);
    s->used = end_of(s, at, n);
    return s->base + at;
}

void pl_store_shrink(struct pl_store *s, uint8_t *p, size_t n, size_t kept)
{
    size_t at = (size_t)(p - s->base);
    if (end_of(s, at, n) == s->used)
        s->used = end_of(s, at, kept);
}

void pl_store_drop(const struct pl_store *s, uint8_t *p, size_t n)
{
    size_t at = (size_t)(p - s->base);
    if (n < s->page_bytes || s->give_back == NULL)
        return; /* it shares its page with others */
    s->give_back(s->ctx, p, end_of(s, at, n) - at);
}
