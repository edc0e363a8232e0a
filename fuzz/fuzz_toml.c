/*
 * fuzz_toml.c - any bytes as TOML: entries lie in the text, in order.
 */
#include "format/text/toml.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct pl_toml toml;
    struct pl_arena arena;
    struct pl_err err;
    pl_arena_init(&arena, 64u << 20);
    pl_status st = pl_toml_read(pl_bytes_of(data, size), &arena, &toml, &err);
    uint64_t at = 0;
    for (size_t i = 0; st == PL_OK && i < toml.list.n; i++) {
        assert(toml.list.v[i].offset >= at && toml.list.v[i].offset + toml.list.v[i].length <= size);
        at = toml.list.v[i].offset;
    }
    pl_toml_reset(&toml);
    pl_arena_reset(&arena);
    return 0;
}
