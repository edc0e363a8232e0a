/*
 * product.c - digests of a product's files by path, and packages beside them.
 *
 *     npm   package/lib/x.js of the tarball    PLACE/lib/x.js of the product
 *     deb   ./usr/bin/x of data.tar            usr/bin/x, or what a top-level link (lib -> usr/lib) makes of it
 *
 * What is known to change honestly: npm renames .gitignore to .npmignore when there is none, and unpacks no links (pacote); files below etc/ of
 * a Debian system are there to be edited. Not compared: modes and times.
 */
#include "pipeline/product.h"

#include "base/map.h"
#include "format/archive/unpack.h"
#include "io/read.h"
#include "io/walk.h"
#include "pipeline/product_image.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define PRODUCT_BYTES ((size_t)4 << 30)
#define MAX_TOP_LINKS 32u
#define MAX_ROOTS     32u

struct product_file {
    pl_bytes path;
    pl_sha256 sha256; /* of the contents, or of the target of a link */
    bool is_link;
    _Atomic bool is_owned;
};

struct pl_product {
    struct pl_arena arena;
    const struct pl_limits *limits;
    struct pl_limits own_limits;
    PL_VEC(struct product_file) files; /* sorted by path */
    struct pl_map by_path;
    struct {
        pl_bytes name;
        pl_bytes target;
    } links[MAX_TOP_LINKS]; /* of the top folder */
    size_t n_links;
    bool is_image;
    pl_bytes roots
        [MAX_ROOTS]; /* folders with a node_modules of their own, below the top; those with a package.json first */
    size_t n_roots;
};

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

static pl_status add_file(struct pl_product *p, pl_bytes path, bool is_link, pl_bytes data,
                          struct pl_err *err)
{
    pl_sha256 digest;
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

static pl_status take_image(struct pl_product *p, const struct pl_image_parts *parts, struct pl_err *err)
{
    struct pl_image_files files = {0};
    p->files.n = 0;
    p->n_links = 0;
    p->is_image = true;
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

static pl_status read_archive(struct pl_product *p, const char *path, struct pl_err *err)
{
    uint8_t *heap = NULL;
    size_t n = 0;
    pl_status st = pl_io_read(path, p->limits->input_bytes, &heap, &n, err);
    if (st == PL_OK)
        st = pl_product_read_archive(p, pl_bytes_of(heap, n), pl_bytes_basename(pl_bytes_of_str(path)), err);
    free(heap);
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

static pl_status read_folder(struct pl_product *p, const char *path, struct pl_err *err)
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

static pl_status put_in_order(struct pl_product *p, struct pl_err *err)
{
    pl_status st = PL_OK;
    if (p->files.n > 1)
        qsort(p->files.v, p->files.n, sizeof p->files.v[0], by_path);
    for (size_t i = 0; i < p->files.n && st == PL_OK; i++)
        st = pl_map_add(&p->by_path, p->files.v[i].path, i, NULL, err);
    if (st == PL_OK)
        find_roots(p);
    return st == PL_OK && p->files.n == 0
               ? pl_fail(err, PL_E_INPUT, PL_NO_OFFSET, "the product holds no files")
               : st;
}

pl_status pl_product_open(const char *path, const struct pl_limits *limits, struct pl_product **out,
                          struct pl_err *err)
{
    struct pl_product *p = NULL;
    struct stat sb;
    pl_status st = pl_product_new(limits, &p, err);
    if (st != PL_OK)
        return st;
    bool is_folder = stat(path, &sb) == 0 && S_ISDIR(sb.st_mode);
    st = is_folder ? read_folder(p, path, err) : read_archive(p, path, err);
    if (st == PL_OK && !is_folder && !p->is_image)
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

/* One package against one place. */
struct comparison {
    struct pl_product *p;
    struct pl_arena *arena;
    struct pl_shipped *out;
    pl_bytes place; /* without a slash at its end; none for the top */
    bool is_deb;
    struct pl_map in_package; /* product paths that the package has */
};

static void name(const struct comparison *c, const char **names, uint64_t before, pl_bytes path)
{
    if (before < PL_SHIPPED_NAMES)
        names[before] = pl_arena_str(c->arena, path);
}

static struct product_file *find(const struct comparison *c, pl_bytes path)
{
    uint64_t at;
    if (pl_map_get(&c->p->by_path, path, &at))
        return &c->p->files.v[at];
    size_t slash = pl_bytes_find_byte(path, '/', 0);
    for (size_t i = 0; c->is_deb && slash != SIZE_MAX && i < c->p->n_links; i++) {
        if (!pl_bytes_eq(pl_bytes_sub(path, 0, slash), c->p->links[i].name))
            continue;
        const char *other = pl_arena_printf(c->arena, "%.*s%.*s", PL_ARG(c->p->links[i].target),
                                            PL_ARG(pl_bytes_from(path, slash)));
        return other != NULL && pl_map_get(&c->p->by_path, pl_bytes_of_str(other), &at) ? &c->p->files.v[at]
                                                                                        : NULL;
    }
    return NULL;
}

/* Where a file of the package belongs in the product; no bytes for what is not installed. */
static pl_bytes path_of(const struct comparison *c, const struct pl_file *f, pl_bytes own_name)
{
    pl_bytes rest = own_name;
    if (c->is_deb)
        return pl_bytes_starts(f->path, PL_LIT("data.tar")) && f->depth > 1 ? rest : (pl_bytes){NULL, 0};
    size_t slash = pl_bytes_find_byte(rest, '/', 0);
    rest = slash == SIZE_MAX ? (pl_bytes){NULL, 0} : pl_bytes_from(rest, slash + 1);
    return rest.n == 0 || c->place.n == 0
               ? rest
               : pl_bytes_of_str(pl_arena_printf(c->arena, "%.*s/%.*s", PL_ARG(c->place), PL_ARG(rest)));
}

static pl_status compare_file(struct comparison *c, const struct pl_file *f, pl_bytes path,
                              struct pl_err *err)
{
    bool is_link = f->type == PL_ENTRY_SYMLINK;
    pl_sha256 digest;
    struct product_file *there = find(c, path);
    pl_bytes ignore = PL_LIT("/.gitignore");
    if (there == NULL && !c->is_deb && pl_bytes_ends(path, ignore)) {
        const char *renamed =
            pl_arena_printf(c->arena, "%.*s/.npmignore", PL_ARG(pl_bytes_sub(path, 0, path.n - ignore.n)));
        there = renamed == NULL ? NULL : find(c, pl_bytes_of_str(renamed));
    }
    if (there == NULL) {
        name(c, c->out->missing_names, c->out->missing++, path);
        return PL_OK;
    }
    pl_status st = pl_map_add(&c->in_package, there->path, 1, NULL, err);
    if (st == PL_OK)
        st = pl_sha256_of(is_link ? f->link_target : f->data, &digest, err);
    if (st != PL_OK)
        return st;
    atomic_store(&there->is_owned, true);
    if (there->is_link == is_link && pl_sha256_eq(&there->sha256, &digest))
        c->out->same++;
    else if (c->is_deb && pl_bytes_starts(path, PL_LIT("etc/")))
        c->out->settings++;
    else
        name(c, c->out->edited_names, c->out->edited++, path);
    return PL_OK;
}

static bool wants_package(void *ctx, struct pl_file *f)
{
    const struct comparison *c = ctx;
    return f->depth == 0 || (c->is_deb && f->depth == 1 && pl_bytes_starts(f->name, PL_LIT("data.tar")));
}

static pl_status take_package_file(void *ctx, struct pl_file *f, struct pl_err *err)
{
    struct comparison *c = ctx;
    pl_status st = PL_OK;
    bool is_link = f->type == PL_ENTRY_SYMLINK;
    bool is_installed =
        f->container == NULL && f->depth > 0 && (f->type == PL_ENTRY_FILE || (is_link && c->is_deb));
    pl_bytes path = is_installed ? path_of(c, f, f->name) : (pl_bytes){NULL, 0};
    if (path.n > 0 && (f->is_whole || is_link))
        st = compare_file(c, f, path, err);
    pl_file_reset(f);
    return st == PL_OK && c->arena->why != PL_OK ? pl_arena_fail(c->arena, err) : st;
}

/* The first file whose path is not before `path`. */
static size_t first_at(const struct pl_product *p, pl_bytes path)
{
    size_t low = 0;
    size_t high = p->files.n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (pl_bytes_cmp(p->files.v[middle].path, path) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* What lies at the place and is in no package there: packages within have accounts of their own. */
static void find_extra(struct comparison *c)
{
    for (size_t i = first_at(c->p, c->place);
         i < c->p->files.n && pl_bytes_starts(c->p->files.v[i].path, c->place); i++) {
        pl_bytes path = c->p->files.v[i].path;
        pl_bytes rest = pl_bytes_from(path, c->place.n);
        uint64_t was;
        bool is_below = rest.n > 1 && rest.p[0] == '/';
        bool is_other = pl_bytes_starts(rest, PL_LIT("/node_modules/"));
        if (!is_below || is_other || pl_map_get(&c->in_package, path, &was))
            continue;
        atomic_store(&c->p->files.v[i].is_owned, true); /* told here, and not once more */
        name(c, c->out->extra_names, c->out->extra++, path);
    }
}

static bool has_place(const struct comparison *c)
{
    const char *inside = pl_arena_printf(c->arena, "%.*s/", PL_ARG(c->place));
    size_t at = inside == NULL ? c->p->files.n : first_at(c->p, pl_bytes_of_str(inside));
    return at < c->p->files.n && pl_bytes_starts(c->p->files.v[at].path, pl_bytes_of_str(inside));
}

/* The place in an application that lies further down. */
static bool find_below(struct comparison *c, const char *guess)
{
    for (size_t i = 0; i < c->p->n_roots; i++) {
        const char *path = pl_arena_printf(c->arena, "%.*s/%s", PL_ARG(c->p->roots[i]), guess);
        c->place = path == NULL ? (pl_bytes){NULL, 0} : pl_bytes_of_str(path);
        if (path != NULL && has_place(c))
            return true;
    }
    return false;
}

pl_status pl_product_compare(struct pl_product *p, const struct pl_component *c, bool is_deb,
                             pl_bytes package, struct pl_arena *arena, struct pl_shipped *out,
                             struct pl_err *err)
{
    const struct pl_place first = {.path = c->place};
    pl_status st = PL_OK;
    *out = (struct pl_shipped){0};
    for (const struct pl_place *at = &first; at != NULL && st == PL_OK;
         at = at == &first ? c->more_places : at->next) {
        struct comparison one = {.p = p, .arena = arena, .out = out, .is_deb = is_deb};
        struct pl_unpack_sink sink = {.ctx = &one, .wants = wants_package, .file = take_package_file};
        const char *guess = at->path != NULL ? at->path : pl_arena_printf(arena, "node_modules/%s", c->name);
        if (guess == NULL)
            return pl_arena_fail(arena, err);
        one.place = is_deb || strcmp(guess, ".") == 0 ? (pl_bytes){NULL, 0} : pl_bytes_of_str(guess);
        if (!is_deb && !has_place(&one) && !find_below(&one, guess))
            return pl_fail(err, PL_E_NOT_FOUND, PL_NO_OFFSET, "the product has no %s", guess);
        pl_map_init(&one.in_package);
        st = pl_unpack(package, PL_LIT("package"), p->limits, arena, &sink, err);
        if (st == PL_OK && !is_deb)
            find_extra(&one);
        pl_map_reset(&one.in_package);
    }
    return st == PL_OK && arena->why != PL_OK ? pl_arena_fail(arena, err) : st;
}

uint64_t pl_product_unowned(const struct pl_product *p, pl_bytes *paths, size_t most, size_t *n)
{
    uint64_t count = 0;
    *n = 0;
    for (size_t i = 0; i < p->files.n; i++) {
        if (atomic_load(&p->files.v[i].is_owned))
            continue;
        if (*n < most)
            paths[(*n)++] = p->files.v[i].path;
        count++;
    }
    return count;
}
