/*
 * fuzz_macho.c - any bytes as a Mach-O image: no crash, and the ranges tile the file.
 */
#include "fuzz.h"

#include "format/binary/macho.h"

#include <stdlib.h>

static int look(const uint8_t *data, size_t size)
{
    struct pl_arena arena;
    struct pl_findings findings;
    struct pl_macho image;
    struct pl_err err;
    pl_bytes bytes = pl_bytes_of(data, size);
    if (!pl_macho_is(bytes))
        return 0;
    pl_arena_init(&arena, (size_t)256 << 20);
    pl_findings_init(&findings, &arena, 1000);
    if (pl_macho_read(bytes, &arena, &findings, &image, &err) == PL_OK) {
        uint64_t at = 0;
        for (size_t i = 0; i < image.n_ranges; i++) {
            if (image.ranges[i].offset != at || image.ranges[i].length == 0)
                abort();
            at += image.ranges[i].length;
            fuzz_say(image.ranges[i].length);
            fuzz_say((uint64_t)image.ranges[i].owner);
        }
        if (at != size)
            abort();
    }
    fuzz_say_findings(&findings);
    pl_findings_reset(&findings);
    pl_arena_reset(&arena);
    return 0;
}

FUZZ_TWICE(look)
