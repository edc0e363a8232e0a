/*
 * archive_walk.h - walk an archive in a test: every record checked, listed, and kept as text.
 */
#ifndef PL_TEST_ARCHIVE_WALK_H
#define PL_TEST_ARCHIVE_WALK_H

#include "base/buf.h"
#include "base/quote.h"
#include "format/archive/unpack.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h> /* needs those above */

struct walk {
    struct pl_limits limits;
    struct pl_arena arena;
    struct pl_buf list;     /* a line a record, in the order they are handed over */
    struct pl_buf findings; /* a line a finding */
    struct pl_err err;
    pl_status status;
    uint64_t total[PL_CLASS_COUNT]; /* of containers and leaves; of a leaf only what the walk claimed */
    uint64_t leaf_bytes;            /* contents handed over */
    uint64_t contents;              /* a sum over them and their places */
    size_t n_files;
    bool is_refusing; /* wants says no */
    struct pl_store *store;
};

static inline void walk_init(struct walk *w)
{
    *w = (struct walk){.limits = pl_limits_default()};
    pl_arena_init(&w->arena, (size_t)1 << 32);
    pl_buf_init(&w->list, 1 << 28);
    pl_buf_init(&w->findings, 1 << 28);
}

static inline void walk_reset(struct walk *w)
{
    pl_arena_reset(&w->arena);
    pl_buf_reset(&w->list);
    pl_buf_reset(&w->findings);
}

static inline bool walk_wants(void *ctx, struct pl_file *f)
{
    const struct walk *w = ctx;
    assert_true(f->data.p != NULL && f->data.n == f->size);
    return !w->is_refusing;
}

static inline void walk_list(struct walk *w, const struct pl_file *f)
{
    pl_buf_printf(&w->list, "%zu<%d %s %s ", f->order, (int)f->parent_order, pl_entry_type_name(f->type),
                  f->container == NULL ? "-" : f->container);
    pl_quote(&w->list, f->path);
    if (f->link_target.n > 0) {
        pl_buf_add_str(&w->list, " -> ");
        pl_quote(&w->list, f->link_target);
    }
    pl_buf_printf(&w->list, " %llu%s\n", (unsigned long long)f->size, f->is_whole ? "" : " part");
    for (size_t i = 0; i < f->findings.list.n; i++) {
        const struct pl_finding *x = &f->findings.list.v[i];
        pl_buf_printf(&w->findings, "%s %s ", x->tag, pl_severity_name(x->severity));
        pl_quote(&w->findings, f->path);
        pl_buf_printf(&w->findings, " @%lld +%llu\n", (long long)x->offset, (unsigned long long)x->length);
    }
}

static inline pl_status walk_file(void *ctx, struct pl_file *f, struct pl_err *err)
{
    struct walk *w = ctx;
    uint64_t by_class[PL_CLASS_COUNT];
    assert_int_equal(f->ledger.size, f->size);
    assert_true(f->data.p == NULL || f->data.n == f->size);
    if (f->container != NULL)
        assert_int_equal(pl_ledger_unclaimed(&f->ledger), 0);
    else if (f->is_whole && f->type == PL_ENTRY_FILE && f->size > 0)
        assert_non_null(f->data.p);
    uint64_t members = pl_ledger_totals(&f->ledger, by_class, NULL);
    uint64_t sum = members + pl_ledger_unclaimed(&f->ledger);
    for (int i = 0; i < PL_CLASS_COUNT; i++) {
        sum += by_class[i];
        w->total[i] += by_class[i];
    }
    assert_int_equal(sum, f->size);
    if (f->container == NULL) {
        assert_int_equal(members, 0);
        w->leaf_bytes += f->data.n;
        for (size_t i = 0; i < f->data.n; i++)
            w->contents = w->contents * 31 + f->data.p[i];
    }
    w->n_files++;
    walk_list(w, f);
    pl_status st = pl_ledger_seal(&f->ledger, PL_CLASS_UNACCOUNTED, "test", err);
    pl_file_reset(f);
    return st;
}

static inline pl_status walk_run(struct walk *w, pl_bytes input, const char *name)
{
    struct pl_unpack_sink sink = {.ctx = w, .store = w->store, .wants = walk_wants, .file = walk_file};
    w->status = pl_unpack(input, pl_bytes_of_str(name), &w->limits, &w->arena, &sink, &w->err);
    pl_buf_add_byte(&w->list, 0);
    pl_buf_add_byte(&w->findings, 0);
    return w->status;
}

static inline const char *walk_text(const struct pl_buf *b)
{
    return (const char *)b->p;
}

/* Contents of a file; the caller frees .p. */
static inline pl_bytes slurp(const char *path)
{
    FILE *f = fopen(path, "rb");
    assert_non_null(f);
    uint8_t *p = NULL;
    size_t n = 0;
    for (;;) {
        p = realloc(p, n + 65536);
        assert_non_null(p);
        size_t got = fread(p + n, 1, 65536, f);
        if (got == 0)
            break;
        n += got;
    }
    (void)fclose(f);
    return pl_bytes_of(p, n);
}

/* Run a shell command in the test's own folder, then give the file it made. */
static inline pl_bytes made_by(const char *command, const char *file)
{
    if (system(command) != 0)
        fail_msg("failed: %s", command);
    return slurp(file);
}

#endif
