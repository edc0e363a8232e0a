/*
 * fuzz_archive.c - any bytes as a package: the walk ends, stays inside its limits, and every byte has one owner.
 */
#include "fuzz.h"

#include "format/archive/unpack.h"

#include <stdlib.h>

struct sums {
    uint64_t in_memory_bytes;
    uint64_t next_order;
    const struct pl_limits *limits;
};

static void require(bool holds)
{
    if (!holds)
        abort();
}

static bool wants(void *ctx, struct pl_file *f)
{
    (void)ctx;
    require(f->data.n == f->size);
    return f->data.p[f->data.n - 1] != 'N'; /* both answers are tried */
}

static pl_status file(void *ctx, struct pl_file *f, struct pl_err *err)
{
    struct sums *s = ctx;
    uint64_t by_class[PL_CLASS_COUNT];
    require(f->data.p == NULL || f->data.n == f->size);
    require(f->data.n <= s->limits->file_bytes || f->depth == 0);
    require(f->name.n <= s->limits->name_bytes || f->depth == 0);
    require(f->depth <= s->limits->depth + 1);
    require(f->container == NULL || pl_ledger_unclaimed(&f->ledger) == 0);
    pl_status st = pl_ledger_seal(&f->ledger, PL_CLASS_UNACCOUNTED, "fuzz", err);
    if (st == PL_OK) {
        uint64_t sum = pl_ledger_totals(&f->ledger, by_class, NULL);
        require(f->container != NULL || sum == 0);
        for (int i = 0; i < PL_CLASS_COUNT; i++)
            sum += by_class[i];
        require(sum == f->size);
    }
    fuzz_say_bytes(f->path);
    fuzz_say_bytes(f->link_target);
    fuzz_say((uint64_t)f->type);
    fuzz_say_findings(&f->findings);
    fuzz_say_ledger(&f->ledger);
    pl_file_reset(f);
    return st;
}

static int look(const uint8_t *data, size_t size)
{
    struct pl_limits limits = pl_limits_default();
    limits.input_bytes = 1 << 20;
    limits.unpacked_bytes = 4 << 20;
    limits.file_bytes = 100000;
    limits.ratio = 100;
    limits.ratio_floor_bytes = 200000;
    limits.entries = 200;
    limits.depth = 4;
    limits.name_bytes = 300;
    limits.findings = 20;
    struct sums s = {.limits = &limits};
    struct pl_unpack_sink sink = {.ctx = &s, .wants = wants, .file = file};
    struct pl_arena arena;
    struct pl_err err;
    pl_arena_init(&arena, 16 << 20);
    pl_status st = pl_unpack(pl_bytes_of(data, size), PL_LIT("input.tar.gz"), &limits, &arena, &sink, &err);
    require(st == PL_OK || st == PL_E_INPUT || st == PL_E_LIMIT);
    require(st != PL_E_INPUT || err.offset <= size);
    fuzz_say(st == PL_OK ? 0 : err.offset);
    pl_arena_reset(&arena);
    return 0;
}

FUZZ_TWICE(look)
