/*
 * directory.h - where in a sorted list of hashes those with the same top bits begin: a look-up reads two positions and searches between them.
 *
 * It grows with the list, up to 2^16 + 1 positions: that of a short list costs as little as the list. A key is the first field of its row.
 */
#ifndef PL_CORPUS_DIRECTORY_H
#define PL_CORPUS_DIRECTORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct pl_directory {
    uint32_t *starts; /* 2^bits + 1 positions; NULL: none were made */
    unsigned bits;    /* 4 to 16 */
};

/* Over n rows of `stride` bytes, the first at `rows`, sorted by the uint64_t that each begins with. False when out of memory, or 2^32 rows or more. */
bool pl_directory_make(struct pl_directory *d, const void *rows, size_t n, size_t stride);
void pl_directory_reset(struct pl_directory *d);

/* Rows with the same top bits as `key`: [*low, *high). */
static inline void pl_directory_range(const struct pl_directory *d, uint64_t key, size_t *low, size_t *high)
{
    size_t top = (size_t)(key >> (64 - d->bits));
    *low = d->starts[top];
    *high = d->starts[top + 1];
}

#endif
