/*
 * fuzz_npm_lock.c - lock files of any bytes: names and versions are inside of the text and of the shape that a URL may have.
 */
#include "fuzz.h"

#include "format/text/npm_lock.h"

#include <stdlib.h>

static bool is_inside(pl_bytes part, pl_bytes all)
{
    return part.n > 0 && part.p >= all.p && part.p + part.n <= all.p + all.n;
}

static int look(const uint8_t *data, size_t size)
{
    pl_bytes all = pl_bytes_of(data, size);
    struct pl_npm_lock lock = {0};
    if (pl_npm_lock_read(all, &lock, NULL) != PL_OK)
        abort();
    for (size_t i = 0; i < lock.list.n; i++) {
        const struct pl_npm_locked *one = &lock.list.v[i];
        if (!is_inside(one->name, all) || !is_inside(one->version, all) ||
            pl_bytes_find_byte(one->version, '/', 0) != SIZE_MAX || one->name.p[0] == '.')
            abort();
        fuzz_say_bytes(one->name);
        fuzz_say_bytes(one->version);
    }
    PL_VEC_FREE(&lock.list);
    return 0;
}

FUZZ_TWICE(look)
