/*
 * fuzz_wasm.c - any bytes as a WebAssembly module: ranges tile the file, names lie in it.
 */
#include "fuzz.h"

#include "format/binary/wasm.h"

#include <assert.h>

static int look(const uint8_t *data, size_t size)
{
    struct pl_wasm wasm;
    struct pl_arena arena;
    struct pl_findings findings;
    struct pl_err err;
    pl_arena_init(&arena, 64u << 20);
    pl_findings_init(&findings, &arena, 1000);
    pl_status st = pl_wasm_read(pl_bytes_of(data, size), &arena, &findings, &wasm, &err);
    uint64_t at = 0;
    for (size_t i = 0; st == PL_OK && i < wasm.n_ranges; i++) {
        assert(wasm.ranges[i].offset == at && wasm.ranges[i].length > 0);
        at += wasm.ranges[i].length;
        fuzz_say(wasm.ranges[i].length);
        fuzz_say((uint64_t)wasm.ranges[i].owner);
    }
    assert(st != PL_OK || at == size);
    for (size_t i = 0; st == PL_OK && i < wasm.texts.n; i++)
        assert(wasm.texts.v[i].offset + wasm.texts.v[i].length <= size);
    pl_wasm_reset(&wasm);
    fuzz_say_findings(&findings);
    pl_findings_reset(&findings);
    pl_arena_reset(&arena);
    return 0;
}

FUZZ_TWICE(look)
