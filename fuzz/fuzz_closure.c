/*
 * fuzz_closure.c - kept lists of what a package needs, of any bytes: what is read can be written, and reads the same again.
 */
#include "fuzz.h"

#include "supply/debian_answers.h"

#include <stdlib.h>

static int look(const uint8_t *data, size_t size)
{
    struct pl_deb_closure c;
    struct pl_arena arena;
    struct pl_buf one;
    struct pl_buf two;
    pl_arena_init(&arena, 64u << 20);
    pl_buf_init(&one, 16u << 20);
    pl_buf_init(&two, 16u << 20);
    if (pl_deb_closure_parse(pl_bytes_of(data, size), &arena, &c, NULL) == PL_OK) {
        pl_deb_closure_print(&c, &one);
        if (one.why != PL_OK || pl_deb_closure_parse(pl_buf_bytes(&one), &arena, &c, NULL) != PL_OK)
            abort();
        pl_deb_closure_print(&c, &two);
        fuzz_say_bytes(pl_buf_bytes(&one));
        if (!pl_bytes_eq(pl_buf_bytes(&one), pl_buf_bytes(&two)))
            abort();
    }
    pl_buf_reset(&one);
    pl_buf_reset(&two);
    pl_arena_reset(&arena);
    return 0;
}

FUZZ_TWICE(look)
