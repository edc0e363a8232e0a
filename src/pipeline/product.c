/*
 * product.c - digests of a product's files by path: of a folder, an archive, a container image.
 *
 * Contents are not kept. Those of the few files that turn out to be edited are read once more.
 */
#include "pipeline/product_private.h"

#include "format/archive/unpack.h"
#include "io/read.h"
#include "io/walk.h"
#include "pipeline/product_image.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PRODUCT_BYTES ((size_t)4 << 30)

static pl_status add_digest(struct pl_product *p, pl_bytes path, bool is_link, pl_bytes link_target,
                            const pl_sha256 *digest, struct pl_err *err)
{
    struct product_file *f = PL_VEC_ADD(&p->files);
    if (f == NULL)
        return pl_fail_nomem(err);
    f->path = pl_arena_keep(&p->arena, path);
    f->is_link = is_link;
    f->sha256 = *digest;
    if (f->path.p == NULL)
        return pl_arena_fail(&p->arena, err);
    if (is_link && pl_bytes_find_byte(path, '/', 0) == SIZE_MAX && p->n_links < MAX_TOP_LINKS) {
        p->links[p->n_links].name = f->path;
        p->links[p->n_links].target = pl_arena_keep(&p->arena, link_target);
        p->n_links += p->links[p->n_links].target.p != NULL;
    }
    return PL_OK;
}

/* Is this one of the files whose contents somebody wants? */
static void note_wanted(struct pl_product *p, pl_bytes path, pl_bytes data)
{
    uint64_t at;
    if (p->wanted != NULL && data.n <= PL_DELTA_BYTES && pl_map_get(&p->wanted->by_path, path, &at))
        p->wanted->contents[at] = pl_arena_keep(p->wanted->arena, data); /* no room: not found */
}

static pl_status add_file(struct pl_product *p, pl_bytes path, bool is_link, pl_bytes data,
                          struct pl_err *err)
{
    pl_sha256 digest;
    if (!is_link)
        note_wanted(p, path, data);
    pl_status st = pl_sha256_of(data, &digest, err);
    return st == PL_OK ? add_digest(p, path, is_link, data, &digest, err) : st;
}

static pl_status take_entry(void *ctx, const struct pl_walk_entry *e, struct pl_err *err)
{
    struct pl_product *p = ctx;
    uint8_t *heap = NULL;
    size_t n = 0;
    if (e->type == PL_ENTRY_SYMLINK)
        return add_file(p, e->path, true, e->link_target, err);
    if (e->type != PL_ENTRY_FILE)
        return PL_OK;
    pl_status st = pl_io_read_at(e->dir_fd, e->name, p->limits->file_bytes, &heap, &n, err);
    if (st == PL_OK)
        st = add_file(p, e->path, false, pl_bytes_of(heap, n), err);
    free(heap);
    return st;
}

static bool wants_outer(void *ctx, struct pl_file *f)
{
    (void)ctx;
    return f->depth == 0;
}

/* An archive while it is read; what may be a part of an image is held. */
struct outer {
    struct pl_product *p;
    PL_VEC(struct pl_file *) parts;
    struct pl_map by_name;
};

static bool may_be_part(pl_bytes name)
{
    return pl_bytes_eq_str(name, "oci-layout") || pl_bytes_starts(name, PL_LIT("blobs/")) ||
           pl_bytes_ends(name, PL_LIT(".json")) || pl_bytes_ends(name, PL_LIT(".tar"));
}

/* The members of the first archive that has members with names; streams around it have one each, which is no leaf. */
static pl_status take_member(void *ctx, struct pl_file *f, struct pl_err *err)
{
    struct outer *o = ctx;
    pl_status st = PL_OK;
    bool is_member = f->container == NULL && f->depth > 0;
    if (is_member && f->type == PL_ENTRY_SYMLINK)
        st = add_file(o->p, f->name, true, f->link_target, err);
    else if (is_member && f->type == PL_ENTRY_FILE)
        st = add_file(o->p, f->name, false, f->data, err);
    bool is_held = st == PL_OK && is_member && f->type == PL_ENTRY_FILE && may_be_part(f->name);
    struct pl_file **slot = is_held ? PL_VEC_ADD(&o->parts) : NULL;
    if (slot == NULL) {
        pl_file_reset(f);
        return is_held ? pl_fail_nomem(err) : st;
    }
    *slot = f;
    return pl_map_set(&o->by_name, f->name, o->parts.n - 1, err);
}

static pl_status part_of_archive(void *ctx, pl_bytes name, pl_bytes *out, struct pl_err *err)
{
    const struct outer *o = ctx;
    uint64_t at;
    if (!pl_map_get(&o->by_name, name, &at))
        return pl_fail(err, PL_E_NOT_FOUND, PL_NO_OFFSET, "image: a part is not in it");
    *out = o->parts.v[at]->data;
    return o->parts.v[at]->is_whole
               ? PL_OK
               : pl_fail(err, PL_E_LIMIT, PL_NO_OFFSET, "image: a part is too large to be read");
}

static void see_image_file(void *ctx, pl_bytes path, pl_bytes data)
{
    note_wanted(ctx, path, data);
}

static pl_status take_image(struct pl_product *p, const struct pl_image_parts *parts, struct pl_err *err)
{
    struct pl_image_files files = {0};
    p->files.n = 0;
    p->n_links = 0;
    p->is_image = true;
    files.ctx = p;
    files.see = see_image_file;
    pl_status st = pl_image_read(parts, p->limits, &p->arena, &files, err);
    for (size_t i = 0; i < files.list.n && st == PL_OK; i++) {
        const struct pl_image_file *f = &files.list.v[i];
        st = add_digest(p, f->path, f->is_link, f->link_target, &f->sha256, err);
    }
    PL_VEC_FREE(&files.list);
    return st;
}

pl_status pl_product_read_archive(struct pl_product *p, pl_bytes bytes, pl_bytes name, struct pl_err *err)
{
    struct outer o = {.p = p};
    struct pl_unpack_sink sink = {.ctx = &o, .wants = wants_outer, .file = take_member};
    struct pl_image_parts parts = {.ctx = &o, .read = part_of_archive};
    struct pl_arena scratch;
    pl_map_init(&o.by_name);
    pl_arena_init(&scratch, PRODUCT_BYTES);
    pl_status st = pl_unpack(bytes, name, p->limits, &scratch, &sink, err);
    if (st == PL_OK && pl_image_is(&parts))
        st = take_image(p, &parts, err);
    for (size_t i = 0; i < o.parts.n; i++)
        pl_file_reset(o.parts.v[i]);
    PL_VEC_FREE(&o.parts);
    pl_map_reset(&o.by_name);
    pl_arena_reset(&scratch);
    return st;
}

/* An image as a folder: its parts are read as they are asked for. */
struct layout {
    const char *path;
    const struct pl_limits *limits;
    PL_VEC(uint8_t *) heaps;
};

static pl_status part_of_folder(void *ctx, pl_bytes name, pl_bytes *out, struct pl_err *err)
{
    struct layout *l = ctx;
    char path[4096];
    size_t size = 0;
    pl_bytes rest = name;
    pl_bytes part;
    int n = snprintf(path, sizeof path, "%s/%.*s", l->path, PL_ARG(name));
    while (pl_bytes_split(&rest, '/', &part)) /* manifest.json may name what it likes */
        if (pl_bytes_eq_str(part, ".."))
            return pl_fail(err, PL_E_INPUT, PL_NO_OFFSET, "image: a part outside of it");
    if (n < 0 || (size_t)n >= sizeof path)
        return pl_fail(err, PL_E_NOT_FOUND, PL_NO_OFFSET, "image: a part is not in it");
    uint8_t **slot = PL_VEC_ADD(&l->heaps);
    if (slot == NULL)
        return pl_fail_nomem(err);
    pl_status st = pl_io_read(path, l->limits->file_bytes, slot, &size, err);
    *out = pl_bytes_of(*slot, size);
    return st;
}

pl_status pl_product_read_folder(struct pl_product *p, const char *path, struct pl_err *err)
{
    struct pl_walk_sink sink = {.ctx = p, .entry = take_entry};
    struct layout l = {.path = path, .limits = p->limits};
    struct pl_image_parts parts = {.ctx = &l, .read = part_of_folder};
    pl_status st = pl_image_is(&parts) ? take_image(p, &parts, err) : pl_walk(path, p->limits, &sink, err);
    for (size_t i = 0; i < l.heaps.n; i++)
        free(l.heaps.v[i]);
    PL_VEC_FREE(&l.heaps);
    return st;
}

static int by_path(const void *a, const void *b)
{
    const struct product_file *x = a;
    const struct product_file *y = b;
    return pl_bytes_cmp(x->path, y->path);
}

/* An archive of one folder is that folder. */
static void strip_top(struct pl_product *p)
{
    pl_bytes top = {NULL, 0};
    for (size_t i = 0; i < p->files.n; i++) {
        pl_bytes path = p->files.v[i].path;
        size_t slash = pl_bytes_find_byte(path, '/', 0);
        pl_bytes first = pl_bytes_sub(path, 0, slash == SIZE_MAX ? 0 : slash);
        if (first.n == 0 || pl_bytes_eq_str(first, "node_modules") || (top.n > 0 && !pl_bytes_eq(first, top)))
            return;
        top = first;
    }
    p->top = top;
    for (size_t i = 0; i < p->files.n; i++)
        p->files.v[i].path = pl_bytes_from(p->files.v[i].path, top.n + 1);
}

pl_status pl_product_new(const struct pl_limits *limits, struct pl_product **out, struct pl_err *err)
{
    struct pl_product *p = calloc(1, sizeof *p);
    if (p == NULL)
        return pl_fail_nomem(err);
    p->own_limits = *limits;
    p->limits = &p->own_limits;
    pl_arena_init(&p->arena, PRODUCT_BYTES);
    pl_map_init(&p->by_path);
    *out = p;
    return PL_OK;
}

static bool has_manifest(const struct pl_product *p, pl_bytes root)
{
    char path[4096];
    int n = snprintf(path, sizeof path, "%.*s/package.json", PL_ARG(root));
    return n > 0 && (size_t)n < sizeof path && pl_map_get(&p->by_path, pl_bytes_of(path, (size_t)n), NULL);
}

/* An application may lie anywhere in a product: "usr/src/app" of usr/src/app/node_modules/a/index.js. */
static void find_roots(struct pl_product *p)
{
    pl_bytes mark = PL_LIT("/node_modules/");
    for (size_t i = 0; i < p->files.n && p->n_roots < MAX_ROOTS; i++) {
        pl_bytes path = p->files.v[i].path;
        size_t at = pl_bytes_find(path, mark, 0);
        pl_bytes root = pl_bytes_sub(path, 0, at == SIZE_MAX ? 0 : at);
        bool is_known = root.n == 0 || pl_bytes_starts(path, PL_LIT("node_modules/"));
        for (size_t k = 0; k < p->n_roots && !is_known; k++)
            is_known = pl_bytes_eq(p->roots[k], root);
        if (is_known)
            continue;
        size_t place = has_manifest(p, root) ? 0 : p->n_roots;
        while (place < p->n_roots && has_manifest(p, p->roots[place]))
            place++;
        memmove(&p->roots[place + 1], &p->roots[place], (p->n_roots - place) * sizeof p->roots[0]);
        p->roots[place] = root;
        p->n_roots++;
    }
}

static int by_digest(const void *a, const void *b, void *ctx)
{
    const struct pl_product *p = ctx;
    const struct product_file *x = &p->files.v[*(const uint32_t *)a];
    const struct product_file *y = &p->files.v[*(const uint32_t *)b];
    int order = memcmp(x->sha256.b, y->sha256.b, PL_SHA256_BYTES);
    return order != 0 ? order : pl_bytes_cmp(x->path, y->path);
}

static pl_status put_in_order(struct pl_product *p, struct pl_err *err)
{
    pl_status st = PL_OK;
    if (p->files.n > 1)
        qsort(p->files.v, p->files.n, sizeof p->files.v[0], by_path);
    for (size_t i = 0; i < p->files.n && st == PL_OK; i++)
        st = pl_map_add(&p->by_path, p->files.v[i].path, i, NULL, err);
    if (st != PL_OK)
        return st;
    if (p->files.n == 0)
        return pl_fail(err, PL_E_INPUT, PL_NO_OFFSET, "the product holds no files");
    p->by_digest = pl_arena_take_n(&p->arena, p->files.n, sizeof *p->by_digest);
    if (p->by_digest == NULL)
        return pl_arena_fail(&p->arena, err);
    for (uint32_t i = 0; i < p->files.n; i++)
        p->by_digest[i] = i;
    qsort_r(p->by_digest, p->files.n, sizeof *p->by_digest, by_digest, p);
    find_roots(p);
    return PL_OK;
}

pl_status pl_product_open(const char *path, bool is_unconfined, const struct pl_limits *limits,
                          struct pl_product **out, struct pl_err *err)
{
    struct pl_product *p = NULL;
    pl_status st = pl_product_new(limits, &p, err);
    if (st != PL_OK)
        return st;
    p->is_unconfined = is_unconfined;
    st = pl_product_read_apart(p, path, err);
    if (st == PL_OK && !p->is_folder && !p->is_image)
        strip_top(p);
    if (st == PL_OK)
        st = put_in_order(p, err);
    pl_err_about(err, path);
    if (st != PL_OK) {
        pl_product_close(p);
        return st;
    }
    *out = p;
    return PL_OK;
}

void pl_product_close(struct pl_product *p)
{
    if (p == NULL)
        return;
    pl_map_reset(&p->by_path);
    PL_VEC_FREE(&p->files);
    pl_arena_reset(&p->arena);
    free(p);
}

/* Of a folder that is no image: each file by itself. */
static pl_status recall_from_folder(const struct pl_product *p, const char *const *paths, size_t n,
                                    struct pl_arena *arena, pl_bytes *contents, struct pl_err *err)
{
    for (size_t i = 0; i < n; i++) {
        uint8_t *heap = NULL;
        size_t size = 0;
        const char *path = pl_arena_printf(arena, "%s/%s", p->place, paths[i]);
        if (path == NULL)
            return pl_arena_fail(arena, err);
        pl_status st = pl_io_read(path, PL_DELTA_BYTES, &heap, &size, NULL);
        if (st == PL_OK)
            contents[i] = pl_arena_keep(arena, pl_bytes_of(heap, size));
        free(heap);
        if (st == PL_E_NOMEM)
            return pl_fail_nomem(err);
    }
    return PL_OK;
}

pl_status pl_product_recall(const struct pl_product *p, const char *const *paths, size_t n,
                            struct pl_arena *arena, pl_bytes *contents, struct pl_err *err)
{
    struct pl_product_wanted wanted = {.contents = contents, .arena = arena};
    struct pl_product *again = NULL;
    for (size_t i = 0; i < n; i++)
        contents[i] = (pl_bytes){NULL, 0};
    if (p->place == NULL || n == 0)
        return PL_OK;
    if (p->is_folder && !p->is_image)
        return recall_from_folder(p, paths, n, arena, contents, err);
    pl_map_init(&wanted.by_path);
    pl_status st = pl_product_new(p->limits, &again, err);
    for (size_t i = 0; i < n && st == PL_OK; i++) {
        const char *path =
            p->top.n > 0 ? pl_arena_printf(arena, "%.*s/%s", PL_ARG(p->top), paths[i]) : paths[i];
        st = path == NULL ? pl_arena_fail(arena, err)
                          : pl_map_set(&wanted.by_path, pl_bytes_of_str(path), i, err);
    }
    if (st == PL_OK) {
        again->wanted = &wanted;
        again->is_unconfined = p->is_unconfined;
        st = pl_product_read_wanted(again, p->place, n, err);
    }
    pl_product_close(again);
    pl_map_reset(&wanted.by_path);
    return st;
}
