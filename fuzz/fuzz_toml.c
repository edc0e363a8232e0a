/*
 * fuzz_toml.c - any bytes as TOML: entries lie in the text, in order, and an error names a byte of it.
 */
#include "fuzz.h"

#include "format/text/toml.h"

#include <assert.h>

static int look(const uint8_t *data, size_t size)
{
    struct pl_toml toml;
    struct pl_arena arena;
    struct pl_err err = {.offset = PL_NO_OFFSET};
    pl_arena_init(&arena, 64u << 20);
    pl_status st = pl_toml_read(pl_bytes_of(data, size), &arena, &toml, &err);
    uint64_t at = 0;
    for (size_t i = 0; st == PL_OK && i < toml.list.n; i++) {
        const struct pl_toml_entry *e = &toml.list.v[i];
        assert(e->offset >= at && e->offset + e->length <= size);
        assert(!e->is_header || e->value.n == 0);
        at = e->offset;
        fuzz_say(e->offset);
        fuzz_say(e->length);
        fuzz_say_bytes(e->path);
        fuzz_say_bytes(e->value);
    }
    assert(st == PL_OK || st == PL_E_INPUT || st == PL_E_LIMIT);
    assert(st != PL_E_INPUT || err.offset <= size);
    fuzz_say((uint64_t)(int64_t)st);
    pl_toml_reset(&toml);
    pl_arena_reset(&arena);
    return 0;
}

FUZZ_TWICE(look)
