/*
 * directory.c - making it: as many places as rows, so that one row is expected in each.
 */
#include "corpus/directory.h"

#include <stdlib.h>
#include <string.h>

#define LEAST_BITS 4u
#define MOST_BITS  16u

static uint64_t key_of(const void *row)
{
    uint64_t key;
    memcpy(&key, row, sizeof key);
    return key;
}

bool pl_directory_make(struct pl_directory *d, const void *rows, size_t n, size_t stride)
{
    struct pl_directory made = {.bits = LEAST_BITS};
    if (n >= UINT32_MAX)
        return false;
    while (made.bits < MOST_BITS && n >> made.bits > 0)
        made.bits++;
    size_t places = (size_t)1 << made.bits;
    made.starts = calloc(places + 1, sizeof *made.starts);
    if (made.starts == NULL)
        return false;
    const uint8_t *row = rows;
    size_t at = 0;
    for (size_t top = 0; top < places; top++) {
        for (; at < n && key_of(row) >> (64 - made.bits) < top; row += stride)
            at++;
        made.starts[top] = (uint32_t)at;
    }
    made.starts[places] = (uint32_t)n;
    pl_directory_reset(d);
    *d = made;
    return true;
}

void pl_directory_reset(struct pl_directory *d)
{
    free(d->starts);
    *d = (struct pl_directory){0};
}
