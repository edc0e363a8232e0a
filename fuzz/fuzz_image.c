/*
 * fuzz_image.c - any bytes as a product: an archive, or a container image in one. Its files have names, and all of them are counted.
 */
#include "fuzz.h"

#include "pipeline/product.h"

#include <stdlib.h>

static int look(const uint8_t *data, size_t size)
{
    struct pl_limits limits = pl_limits_default();
    struct pl_product *p = NULL;
    limits.unpacked_bytes = 16u << 20;
    limits.file_bytes = 4u << 20;
    limits.entries = 10000;
    limits.memory_bytes = 64u << 20;
    if (pl_product_new(&limits, &p, NULL) != PL_OK)
        return 0;
    pl_status st = pl_product_read_archive(p, pl_bytes_of(data, size), PL_LIT("product.tar"), NULL);
    if (st == PL_E_BUG)
        abort();
    fuzz_say((uint64_t)(int64_t)st);
    pl_bytes paths[64];
    size_t n = 0;
    uint64_t all = pl_product_unowned(p, paths, sizeof paths / sizeof paths[0], &n);
    if (n > all || (n < sizeof paths / sizeof paths[0] && n != all))
        abort();
    fuzz_say(all);
    for (size_t i = 0; i < n; i++) {
        if (paths[i].n == 0)
            abort();
        fuzz_say_bytes(paths[i]);
    }
    pl_product_close(p);
    return 0;
}

FUZZ_TWICE(look)
