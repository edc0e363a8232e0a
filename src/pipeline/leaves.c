/*
 * leaves.c - the git blob ids of all leaves of a subject.
 */
#include "pipeline/leaves.h"

#include "format/archive/unpack.h"
#include "io/read.h"
#include "io/walk.h"

#include <stdlib.h>

struct gather {
    const struct pl_acquired *a;
    struct pl_leaves *out;
};

static pl_status add(struct gather *g, pl_bytes data, struct pl_err *err)
{
    struct pl_git_leaf leaf = {.size = data.n};
    pl_status st = pl_git_blob_of(data, &leaf.blob, err);
    if (st != PL_OK)
        return st;
    struct pl_git_leaf *slot = PL_VEC_ADD(&g->out->list);
    if (slot == NULL)
        return pl_fail_nomem(err);
    *slot = leaf;
    return PL_OK;
}

/* A container may be a file of the repository as it is. */
static bool take_container(void *ctx, struct pl_file *f)
{
    struct gather *g = ctx;
    if (f->data.p != NULL && f->parent_order != PL_NO_PARENT)
        (void)add(g, f->data, NULL); /* only a hint is lost */
    return true;
}

static pl_status take_leaf(void *ctx, struct pl_file *f, struct pl_err *err)
{
    struct gather *g = ctx;
    pl_status st = PL_OK;
    if (f->type == PL_ENTRY_FILE && f->container == NULL && f->is_whole && f->data.p != NULL)
        st = add(g, f->data, err);
    pl_file_reset(f);
    return st;
}

static pl_status take_entry(void *ctx, const struct pl_walk_entry *e, struct pl_err *err)
{
    struct gather *g = ctx;
    uint8_t *heap = NULL;
    size_t n = 0;
    if (e->type != PL_ENTRY_FILE)
        return PL_OK;
    pl_status st = pl_io_read_at(e->dir_fd, e->name, g->a->limits->file_bytes, &heap, &n, err);
    if (st == PL_OK)
        st = add(g, pl_bytes_of(heap, n), err);
    free(heap);
    return st == PL_E_LIMIT ? PL_OK : st;
}

pl_status pl_leaves_of(const struct pl_acquired *a, struct pl_leaves *out, struct pl_err *err)
{
    struct gather g = {.a = a, .out = out};
    struct pl_unpack_sink sink = {.ctx = &g, .wants = take_container, .file = take_leaf};
    struct pl_walk_sink walk = {.ctx = &g, .entry = take_entry};
    struct pl_arena arena;
    pl_arena_init(&arena, (size_t)a->limits->memory_bytes);
    pl_status st = a->is_folder
                       ? pl_walk(a->options->subject, a->limits, &walk, err)
                       : pl_unpack(a->bytes, pl_bytes_of_str(a->name), a->limits, &arena, &sink, err);
    pl_arena_reset(&arena);
    return st;
}
