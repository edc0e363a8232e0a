/*
 * fuzz_blobs.c - entropy never passes 8 bits a byte, and a run of base64 lies inside its text and is one.
 */
#include "fuzz.h"

#include "match/blobs.h"

#include <stdlib.h>

static int look(const uint8_t *data, size_t size)
{
    pl_bytes all = pl_bytes_of(data, size);
    size_t offset;
    size_t length;
    if (pl_entropy_ppm(all) > 1000000)
        abort();
    if (pl_find_base64(all, &offset, &length)) {
        if (length < PL_BASE64_MIN_BYTES || offset > size || length > size - offset)
            abort();
        for (size_t i = offset; i < offset + length; i++)
            if (data[i] == ' ' || data[i] == 0)
                abort();
    }
    struct pl_file f = {.data = all, .size = size};
    pl_blob_measure(&f);
    if (f.blob.offset + f.blob.length > size)
        abort();
    fuzz_say(f.blob.offset);
    fuzz_say(f.blob.length);
    fuzz_say(f.blob.entropy_ppm);
    return 0;
}

FUZZ_TWICE(look)
