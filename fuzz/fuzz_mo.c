/*
 * fuzz_mo.c - any bytes as a message catalogue: what is read lies in the file.
 */
#include "fuzz.h"

#include "format/text/mo.h"

#include <stdlib.h>

static int look(const uint8_t *data, size_t size)
{
    struct pl_arena arena;
    struct pl_mo mo = {0};
    pl_arena_init(&arena, 64u << 20);
    if (pl_mo_parse(pl_bytes_of(data, size), &arena, &mo, NULL) == PL_OK)
        for (size_t i = 0; i < mo.ranges.n; i++) {
            fuzz_say(mo.ranges.v[i].offset);
            fuzz_say(mo.ranges.v[i].length);
            if (mo.ranges.v[i].offset > size || mo.ranges.v[i].length > size - mo.ranges.v[i].offset)
                abort();
        }
    pl_mo_reset(&mo);
    pl_arena_reset(&arena);
    return 0;
}

FUZZ_TWICE(look)
