/*
 * tree.c - the front door of source loading: what stands at a path, or in memory, becomes a tree.
 *
 *     *.dsc           -> tree_debian.c, files beside it checked by their digests
 *     a folder        -> every file below it, nested archives opened; an unpatched Debian tree gets its patches
 *     anything else   -> one archive, its leading folder cut off; no archive at all is a tree of one file
 */
#include "corpus/tree.h"
#include "corpus/tree_build.h"
#include "io/read.h"
#include "io/walk.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* Files that a .dsc names, read from its folder and held until the tree is loaded. */
struct beside {
    const char *dsc_path;
    uint64_t max_bytes;
    PL_VEC(uint8_t *) held;
};

static pl_status find_beside(void *ctx, pl_bytes name, pl_bytes *bytes, struct pl_err *err)
{
    struct beside *b = ctx;
    size_t folder = pl_bytes_rfind_byte(pl_bytes_of_str(b->dsc_path), '/');
    folder = folder == SIZE_MAX ? 0 : folder + 1;
    char *path = malloc(folder + name.n + 1);
    uint8_t **slot = path == NULL ? NULL : PL_VEC_ADD(&b->held);
    if (slot == NULL) {
        free(path);
        return pl_fail_nomem(err);
    }
    memcpy(path, b->dsc_path, folder);
    memcpy(path + folder, name.p, name.n);
    path[folder + name.n] = '\0';
    size_t n;
    pl_status st = pl_io_read(path, b->max_bytes, slot, &n, err);
    if (st == PL_OK)
        *bytes = pl_bytes_of(*slot, n);
    if (st == PL_E_NOT_FOUND)
        st = pl_fail(err, PL_E_NOT_FOUND, PL_NO_OFFSET, "%.*s is named in %s and not beside it", PL_ARG(name),
                     b->dsc_path);
    free(path);
    return st;
}

static pl_status load_dsc_file(struct pl_tree_build *b, const char *path, pl_bytes dsc, unsigned jobs,
                               struct pl_err *err)
{
    struct beside beside = {.dsc_path = path, .max_bytes = b->limits->input_bytes};
    struct pl_tree_finder finder = {.ctx = &beside, .find = find_beside};
    pl_status st = pl_tree_load_dsc(b, dsc, &finder, jobs, err);
    for (size_t i = 0; i < beside.held.n; i++)
        free(beside.held.v[i]);
    PL_VEC_FREE(&beside.held);
    return st;
}

static pl_status load_archive(struct pl_tree_build *b, const char *name, pl_bytes bytes, struct pl_err *err)
{
    struct pl_tree_layer l = {.bytes = bytes, .name = name, .under = "", .limits = b->limits};
    pl_status st = pl_sha256_of(bytes, &b->tree->sha256, err);
    if (st != PL_OK)
        return st;
    pl_tree_layer_read(&l);
    if (l.st != PL_OK && err != NULL)
        *err = l.err;
    st = l.st == PL_OK ? pl_tree_layer_add(&l, b, err) : l.st;
    pl_tree_layer_reset(&l);
    return st;
}

struct folder {
    struct pl_tree_build *build;
    bool has_quilt_state; /* .pc/ is there: the patches are applied already */
};

static bool is_one_of(pl_bytes name, const char *const *names)
{
    for (size_t i = 0; names[i] != NULL; i++)
        if (pl_bytes_eq_str(name, names[i]))
            return true;
    return false;
}

bool pl_tree_enters(const struct pl_walk_entry *e)
{
    static const char *const skipped[] = {".git", ".hg", ".svn", ".bzr", "_darcs", "CVS", ".pc", NULL};
    return !is_one_of(pl_bytes_basename(e->path), skipped);
}

static pl_status add_file(struct pl_tree_build *b, struct pl_source_file *f, struct pl_err *err)
{
    pl_bytes path = f->path;
    pl_bytes data = f->data;
    pl_status st = pl_sha256_of(data, &f->sha256, err);
    if (st != PL_OK) {
        free(f->heap);
        return st;
    }
    st = pl_tree_build_add(b, f, err);
    return st == PL_OK ? pl_tree_build_nested(b, path, data, err) : st;
}

static pl_status take_entry(void *ctx, const struct pl_walk_entry *e, uint8_t *heap, size_t n,
                            struct pl_err *err)
{
    struct folder *folder = ctx;
    struct pl_tree_build *b = folder->build;
    struct pl_source_file f = {
        .path = e->path, .mode = e->mode, .link_target = e->link_target, .heap = heap, .data = {heap, n}};
    folder->has_quilt_state |= e->type == PL_ENTRY_DIRECTORY && pl_bytes_eq_str(e->path, ".pc");
    if (e->type == PL_ENTRY_SYMLINK)
        return pl_tree_build_add(b, &f, err);
    if (e->type != PL_ENTRY_FILE)
        return PL_OK;
    pl_status st = PL_OK;
    if (heap == NULL)
        return pl_tree_build_warn(b, err, "%.*s: larger than %llu bytes, left out", PL_ARG(e->path),
                                  (unsigned long long)b->limits->file_bytes);
    if (b->tree->total_bytes + n > b->limits->unpacked_bytes)
        st = pl_fail(err, PL_E_LIMIT, PL_NO_OFFSET, "source folder: more than %llu bytes",
                     (unsigned long long)b->limits->unpacked_bytes);
    if (st != PL_OK) {
        free(heap);
        return st;
    }
    b->tree->total_bytes += n;
    return add_file(b, &f, err);
}

static pl_status load_folder(struct pl_tree_build *b, const struct pl_tree_feeder *from, struct pl_err *err)
{
    struct folder folder = {.build = b};
    struct pl_tree_sink sink = {.ctx = &folder, .entry = take_entry};
    pl_status st = from->each(from->ctx, &sink, err);
    b->tree->total_bytes = 0; /* counted again when finished */
    if (st == PL_OK)
        st = pl_tree_build_digest(b, err);
    if (st == PL_OK && !folder.has_quilt_state)
        st = pl_tree_apply_series(b, err);
    return st;
}

/* A folder that this process reads itself. */
struct on_disk {
    const char *path;
    const struct pl_limits *limits;
    const struct pl_tree_sink *sink;
};

static bool enter_folder(void *ctx, const struct pl_walk_entry *e)
{
    return pl_tree_enters(e);
}

static pl_status read_entry(void *ctx, const struct pl_walk_entry *e, struct pl_err *err)
{
    struct on_disk *d = ctx;
    uint8_t *heap = NULL;
    size_t n = 0;
    if (e->type == PL_ENTRY_FILE && e->size <= d->limits->file_bytes) {
        pl_status st = pl_io_read_at(e->dir_fd, e->name, d->limits->file_bytes, &heap, &n, err);
        if (st != PL_OK)
            return st;
    }
    return d->sink->entry(d->sink->ctx, e, heap, n, err);
}

static pl_status each_on_disk(void *ctx, const struct pl_tree_sink *sink, struct pl_err *err)
{
    struct on_disk *d = ctx;
    struct pl_walk_sink walk = {.ctx = d, .entry = read_entry, .wants = enter_folder};
    d->sink = sink;
    return pl_walk(d->path, d->limits, &walk, err);
}

static pl_status load_file(struct pl_tree_build *b, const char *path, unsigned jobs, struct pl_err *err)
{
    uint8_t *heap = NULL;
    size_t n;
    pl_status st = pl_io_read(path, b->limits->input_bytes, &heap, &n, err);
    if (st != PL_OK)
        return st;
    pl_bytes bytes = pl_bytes_of(heap, n);
    if (pl_tree_is_dsc(pl_bytes_of_str(path)))
        st = load_dsc_file(b, path, bytes, jobs, err);
    else
        st = load_archive(b, path, bytes, err);
    free(heap);
    return st;
}

/* The base name of a path, for a tree that nobody named. */
static pl_status name_after(struct pl_tree_build *b, const char *path, struct pl_err *err)
{
    pl_bytes p = pl_bytes_of_str(path);
    while (p.n > 1 && p.p[p.n - 1] == '/')
        p.n--;
    if (b->tree->name == NULL)
        b->tree->name = pl_arena_str(b->tree->arena, pl_bytes_basename(p));
    if (b->tree->uri == NULL)
        b->tree->uri = pl_arena_str(b->tree->arena, pl_bytes_of_str(path));
    return b->tree->arena->why == PL_OK ? PL_OK : pl_arena_fail(b->tree->arena, err);
}

/* What was loaded, as `st` says, becomes the tree of that path; b is spent either way. */
static pl_status finish_path(struct pl_tree_build *b, pl_status st, const char *path,
                             struct pl_source_tree **out, struct pl_err *err)
{
    if (st == PL_OK)
        st = name_after(b, path, err);
    if (st == PL_OK)
        st = pl_tree_build_finish(b, out, err);
    if (st != PL_OK)
        pl_err_about(err, path);
    pl_tree_build_reset(b);
    return st;
}

pl_status pl_source_tree_from_folder(const char *path, const struct pl_source_spec *spec,
                                     const struct pl_limits *limits, const struct pl_tree_feeder *from,
                                     struct pl_source_tree **out, struct pl_err *err)
{
    struct pl_tree_build b;
    pl_status st = pl_tree_build_init(&b, spec, limits, err);
    if (st != PL_OK)
        return st;
    return finish_path(&b, load_folder(&b, from, err), path, out, err);
}

pl_status pl_source_tree_open_path(const char *path, const struct pl_source_spec *spec,
                                   const struct pl_limits *limits, struct pl_source_tree **out,
                                   struct pl_err *err)
{
    struct pl_tree_build b;
    struct stat sb;
    if (stat(path, &sb) != 0) {
        if (errno != ENOENT && errno != ENOTDIR)
            return pl_fail_errno(err, "%s", path);
        return pl_fail(err, PL_E_NOT_FOUND, PL_NO_OFFSET, "source: there is nothing at %s", path);
    }
    struct on_disk disk = {.path = path, .limits = limits};
    struct pl_tree_feeder from = {.ctx = &disk, .each = each_on_disk};
    if (S_ISDIR(sb.st_mode))
        return pl_source_tree_from_folder(path, spec, limits, &from, out, err);
    pl_status st = pl_tree_build_init(&b, spec, limits, err);
    if (st != PL_OK)
        return st;
    return finish_path(&b, load_file(&b, path, spec->jobs, err), path, out, err);
}

struct in_memory {
    const struct pl_artifact *items;
    size_t n;
};

static pl_status find_item(void *ctx, pl_bytes name, pl_bytes *bytes, struct pl_err *err)
{
    const struct in_memory *m = ctx;
    for (size_t i = 0; i < m->n; i++)
        if (pl_bytes_eq_str(name, m->items[i].name)) {
            *bytes = m->items[i].bytes;
            return PL_OK;
        }
    return pl_fail(err, PL_E_NOT_FOUND, PL_NO_OFFSET, "%.*s is named in the .dsc and was not given",
                   PL_ARG(name));
}

pl_status pl_source_tree_from_artifacts(const struct pl_source_spec *spec, const struct pl_artifact *items,
                                        size_t n, const struct pl_limits *limits, struct pl_source_tree **out,
                                        struct pl_err *err)
{
    struct in_memory memory = {.items = items, .n = n};
    struct pl_tree_finder finder = {.ctx = &memory, .find = find_item};
    const struct pl_artifact *dsc = NULL;
    for (size_t i = 0; i < n && dsc == NULL; i++)
        if (pl_tree_is_dsc(pl_bytes_of_str(items[i].name)))
            dsc = &items[i];
    if (n == 0 || (dsc == NULL && n > 1))
        return pl_fail(err, PL_E_USAGE, PL_NO_OFFSET, "source: neither a .dsc nor a single archive");
    struct pl_tree_build b;
    pl_status st = pl_tree_build_init(&b, spec, limits, err);
    if (st != PL_OK)
        return st;
    if (dsc != NULL)
        st = pl_tree_load_dsc(&b, dsc->bytes, &finder, spec->jobs, err);
    else
        st = load_archive(&b, items[0].name, items[0].bytes, err);
    if (st == PL_OK)
        st = name_after(&b, items[0].name, err);
    if (st == PL_OK)
        st = pl_tree_build_finish(&b, out, err);
    pl_tree_build_reset(&b);
    return st;
}
