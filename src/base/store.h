/*
 * store.h - room for contents that are too large for the heap: one stretch of memory, handed out from its beginning to its end.
 *
 * Whose memory it is the maker knows (io/spill.h: a file without a name). Nothing is handed out twice, so what is taken can be given back to the
 * system at once, and stays readable until then whoever reads it.
 */
#ifndef PL_BASE_STORE_H
#define PL_BASE_STORE_H

#include <stddef.h>
#include <stdint.h>

struct pl_store {
    uint8_t *base;
    size_t size;
    size_t page_bytes;
    size_t used;              /* by the one thread that takes */
    void *ctx;                /* of both, which the maker sets and which may be NULL */
    void (*begin)(void *ctx); /* before the first byte is taken */
    void (*give_back)(void *ctx, uint8_t *p,
                      size_t n); /* whole pages that nobody reads any more; from any thread */
};

/* `n` bytes, or NULL when there is no store or no such room. Only one thread may take. */
uint8_t *pl_store_take(struct pl_store *s, size_t n);
/* Of the `n` bytes taken last at p only the first `kept` are wanted. */
void pl_store_shrink(struct pl_store *s, uint8_t *p, size_t n, size_t kept);
/* Bytes that were taken are not wanted any more. */
void pl_store_drop(const struct pl_store *s, uint8_t *p, size_t n);

#endif
