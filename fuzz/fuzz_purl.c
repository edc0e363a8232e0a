/*
 * fuzz_purl.c - what is read as a purl and printed is read again and printed the same.
 */
#include "fuzz.h"

#include "supply/purl.h"

#include <stdlib.h>

static int look(const uint8_t *data, size_t size)
{
    struct pl_arena arena;
    struct pl_purl first, second;
    struct pl_buf one, two;
    struct pl_err err;
    pl_arena_init(&arena, 16u << 20);
    pl_buf_init(&one, 4 * PL_PURL_MAX_BYTES);
    pl_buf_init(&two, 4 * PL_PURL_MAX_BYTES);
    pl_status st = pl_purl_parse(pl_bytes_of(data, size), &arena, &first, &err);
    if (st != PL_OK && err.offset > size)
        abort();
    if (st == PL_OK) {
        pl_purl_print(&first, &one);
        if (pl_purl_parse(pl_buf_bytes(&one), &arena, &second, &err) == PL_OK) {
            pl_purl_print(&second, &two);
            if (!pl_bytes_eq(pl_buf_bytes(&one), pl_buf_bytes(&two)))
                abort();
        } else if (one.n <= PL_PURL_MAX_BYTES) {
            abort();
        }
    }
    fuzz_say_bytes(pl_buf_bytes(&one));
    pl_buf_reset(&one);
    pl_buf_reset(&two);
    pl_arena_reset(&arena);
    return 0;
}

FUZZ_TWICE(look)
