/*
 * fuzz_asar.c - any bytes as an asar archive: the walk ends, every byte of the container is claimed once, and every ledger sums.
 */
#include "fuzz.h"

#include "format/archive/unpack.h"

#include <stdlib.h>

static pl_status arrived(void *ctx, struct pl_file *f, struct pl_err *err)
{
    if (f->container != NULL && pl_ledger_unclaimed(&f->ledger) != 0)
        abort();
    pl_status st = pl_ledger_seal(&f->ledger, PL_CLASS_UNACCOUNTED, "fuzz", err);
    fuzz_say_bytes(f->path);
    fuzz_say_findings(&f->findings);
    fuzz_say_ledger(&f->ledger);
    pl_file_reset(f);
    return st;
}

static int look(const uint8_t *data, size_t size)
{
    struct pl_arena arena;
    struct pl_err err;
    struct pl_limits limits = pl_limits_default();
    struct pl_unpack_sink sink = {.file = arrived};
    limits.entries = 10000;
    limits.unpacked_bytes = 64u << 20;
    pl_arena_init(&arena, (size_t)256 << 20);
    pl_status st = pl_unpack(pl_bytes_of(data, size), PL_LIT("app.asar"), &limits, &arena, &sink, &err);
    if (st != PL_OK && st != PL_E_INPUT && st != PL_E_LIMIT)
        abort();
    fuzz_say((uint64_t)(int64_t)st);
    pl_arena_reset(&arena);
    return 0;
}

FUZZ_TWICE(look)
