/*
 * tree_build.c - gathering files into a source tree.
 */
#include "corpus/tree_build.h"

#include "io/clock.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#define MAX_WARNINGS 200u

static const char *keep_text(struct pl_arena *a, const char *s)
{
    return s == NULL ? NULL : pl_arena_str(a, pl_bytes_of_str(s));
}

pl_status pl_tree_build_init(struct pl_tree_build *b, const struct pl_source_spec *spec,
                             const struct pl_limits *limits, struct pl_err *err)
{
    *b = (struct pl_tree_build){.limits = limits};
    pl_map_init(&b->by_path);
    b->tree = calloc(1, sizeof *b->tree);
    struct pl_arena *arena = calloc(1, sizeof *arena);
    if (b->tree == NULL || arena == NULL) {
        free(arena);
        pl_tree_build_reset(b);
        return pl_fail_nomem(err);
    }
    pl_arena_init(arena, limits->memory_bytes);
    b->tree->arena = arena;
    b->tree->name = keep_text(arena, spec->name);
    b->tree->uri = keep_text(arena, spec->uri);
    b->tree->revision = keep_text(arena, spec->revision);
    b->tree->how = spec->how;
    b->tree->rank = spec->rank;
    if (arena->why != PL_OK) {
        pl_status st = pl_arena_fail(arena, err);
        pl_tree_build_reset(b);
        return st;
    }
    return PL_OK;
}

void pl_tree_build_reset(struct pl_tree_build *b)
{
    pl_source_tree_free(b->tree);
    b->tree = NULL;
    pl_map_reset(&b->by_path);
}

pl_status pl_tree_build_add(struct pl_tree_build *b, const struct pl_source_file *file, struct pl_err *err)
{
    struct pl_source_tree *t = b->tree;
    if (pl_clock_is_past(b->limits->deadline_ns))
        return pl_limits_late(b->limits->deadline_seconds, err);
    struct pl_source_file *f = t->files.n < b->limits->entries ? PL_VEC_ADD(&t->files) : NULL;
    if (f == NULL) {
        bool is_full = t->files.n >= b->limits->entries;
        free(file->heap);
        free(file->hunks.v);
        return is_full ? pl_fail(err, PL_E_LIMIT, PL_NO_OFFSET, "source: more than %llu files",
                                 (unsigned long long)b->limits->entries)
                       : pl_fail_nomem(err);
    }
    *f = *file;
    f->path = pl_arena_keep(t->arena, file->path);
    f->link_target = pl_arena_keep(t->arena, file->link_target);
    if (f->path.p == NULL || f->link_target.p == NULL)
        return pl_arena_fail(t->arena, err);
    uint64_t *older = pl_map_at(&b->by_path, f->path);
    if (older != NULL) {
        t->files.v[*older].is_superseded = true;
        *older = t->files.n - 1;
        return PL_OK;
    }
    return pl_map_set(&b->by_path, f->path, t->files.n - 1, err);
}

struct pl_source_file *pl_tree_build_find(struct pl_tree_build *b, pl_bytes path)
{
    uint64_t at;
    if (!pl_map_get(&b->by_path, path, &at) || b->tree->files.v[at].is_superseded)
        return NULL;
    return &b->tree->files.v[at];
}

pl_status pl_tree_build_warn(struct pl_tree_build *b, struct pl_err *err, const char *fmt, ...)
{
    char text[PL_ERR_TEXT_BYTES];
    va_list args;
    va_start(args, fmt);
    (void)vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    if (b->tree->warnings.n >= MAX_WARNINGS)
        return PL_OK;
    const char *kept = pl_arena_str(b->tree->arena, pl_bytes_of_str(text));
    if (kept == NULL)
        return pl_arena_fail(b->tree->arena, err);
    const char **slot = PL_VEC_ADD(&b->tree->warnings);
    if (slot == NULL)
        return pl_fail_nomem(err);
    *slot = kept;
    return PL_OK;
}

struct line_of {
    pl_bytes path;
    pl_bytes link_target;
    pl_sha256 sha256;
};

static int by_path(const void *a, const void *b)
{
    return pl_bytes_cmp(((const struct line_of *)a)->path, ((const struct line_of *)b)->path);
}

static pl_status add_digest_line(struct pl_sha256_run *run, const struct line_of *l, struct pl_err *err)
{
    char hex[PL_SHA256_HEX_BYTES];
    pl_hex(l->sha256.b, PL_SHA256_BYTES, hex);
    pl_status st = pl_sha256_add(run, l->path, err);
    if (st == PL_OK)
        st = pl_sha256_add(run, l->link_target.n > 0 ? pl_bytes_of("\0link:", 6) : pl_bytes_of("", 1), err);
    if (st == PL_OK)
        st = pl_sha256_add(run, l->link_target.n > 0 ? l->link_target : pl_bytes_of_str(hex), err);
    return st == PL_OK ? pl_sha256_add(run, PL_LIT("\n"), err) : st;
}

pl_status pl_tree_build_digest(struct pl_tree_build *b, struct pl_err *err)
{
    struct pl_source_tree *t = b->tree;
    PL_VEC(struct line_of) lines = {0};
    struct pl_sha256_run *run = NULL;
    pl_status st = pl_sha256_open(&run, err);
    for (size_t i = 0; st == PL_OK && i < t->files.n; i++) {
        const struct pl_source_file *f = &t->files.v[i];
        if (f->is_superseded || pl_bytes_find(f->path, PL_LIT("!/"), 0) != SIZE_MAX)
            continue;
        struct line_of *l = PL_VEC_ADD(&lines);
        if (l == NULL)
            st = pl_fail_nomem(err);
        else
            *l = (struct line_of){.path = f->path, .link_target = f->link_target, .sha256 = f->sha256};
    }
    if (lines.n > 0)
        qsort(lines.v, lines.n, sizeof *lines.v, by_path);
    for (size_t i = 0; st == PL_OK && i < lines.n; i++)
        st = add_digest_line(run, &lines.v[i], err);
    if (st == PL_OK)
        st = pl_sha256_end(run, &t->sha256, err);
    pl_sha256_close(run);
    PL_VEC_FREE(&lines);
    return st;
}

static int by_rank_and_path(const void *a, const void *b)
{
    const struct pl_source_file *x = a;
    const struct pl_source_file *y = b;
    if (x->is_superseded != y->is_superseded)
        return x->is_superseded ? 1 : -1;
    int order = pl_bytes_cmp(x->path, y->path);
    return order != 0 ? order : pl_bytes_cmp(x->data, y->data);
}

pl_status pl_tree_build_finish(struct pl_tree_build *b, struct pl_source_tree **out, struct pl_err *err)
{
    struct pl_source_tree *t = b->tree;
    if (t->files.n > 0)
        qsort(t->files.v, t->files.n, sizeof *t->files.v, by_rank_and_path);
    for (size_t i = 0; i < t->files.n; i++)
        t->total_bytes += t->files.v[i].data.n;
    if (t->name == NULL)
        t->name = "source";
    if (t->uri == NULL)
        t->uri = t->name;
    *out = t;
    b->tree = NULL;
    pl_tree_build_reset(b);
    return PL_OK;
}

pl_status pl_source_tree_missing(const struct pl_source_spec *spec, const char *why,
                                 const struct pl_limits *limits, struct pl_source_tree **out,
                                 struct pl_err *err)
{
    struct pl_tree_build b;
    pl_status st = pl_tree_build_init(&b, spec, limits, err);
    if (st != PL_OK)
        return st;
    b.tree->missing = keep_text(b.tree->arena, why);
    if (b.tree->missing == NULL) {
        st = pl_arena_fail(b.tree->arena, err);
        pl_tree_build_reset(&b);
        return st;
    }
    return pl_tree_build_finish(&b, out, err);
}
