/*
 * product_compare.c - the files of a published package beside those of a product.
 *
 *     npm   package/lib/x.js of the tarball    PLACE/lib/x.js of the product
 *     deb   ./usr/bin/x of data.tar            usr/bin/x, or what a top-level link (lib -> usr/lib) makes of it
 *
 * A package that is not where its manager would put it may be a vendored copy: then the folder counts below which most of its files lie, with their own
 * contents at their own places ("third_party/a/lib/x.js").
 *
 * What is known to change honestly: npm renames .gitignore to .npmignore when there is none, and unpacks no links (pacote); files below etc/ of
 * a Debian system are there to be edited. Not compared: modes and times.
 */
#include "pipeline/product_private.h"

#include "format/archive/unpack.h"

#include <stdlib.h>
#include <string.h>

#define VENDORED_FILES                                                                                       \
    2u /* that must lie at a place, and half of all, for it to be taken for a copy; or all of a smaller package */

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

/* Its published contents are kept for as many as fit, to tell what was changed. */
static void note_edited(const struct comparison *c, pl_bytes path, pl_bytes published)
{
    struct pl_shipped *out = c->out;
    uint64_t at = out->edited++;
    name(c, out->edited_names, at, path);
    if (at >= PL_SHIPPED_NAMES || published.n > PL_DELTA_BYTES ||
        out->kept_bytes + published.n > PL_SHIPPED_KEPT)
        return;
    out->edited_published[at] = pl_arena_keep(c->arena, published);
    out->kept_bytes += published.n;
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
        note_edited(c, there->path, is_link ? (pl_bytes){NULL, 0} : f->data);
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

/* Votes of a package's files for the folder that holds a copy of it. */
struct votes {
    const struct comparison *c;
    struct pl_map by_folder;
    uint64_t files; /* of the package */
    uint64_t most;
    pl_bytes folder;
};

/* "node_modules/x" or "node_modules/@s/x" at the end: a package manager has put another package there. */
static bool is_managed(pl_bytes folder)
{
    for (int i = 0; i < 2; i++) {
        folder = pl_bytes_folder(folder);
        if (pl_bytes_eq_str(pl_bytes_basename(folder), "node_modules"))
            return true;
    }
    return false;
}

static pl_status vote(struct votes *v, pl_bytes rest, const pl_sha256 *digest, struct pl_err *err)
{
    const struct pl_product *p = v->c->p;
    size_t low = 0;
    size_t high = p->files.n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (memcmp(p->files.v[p->by_digest[middle]].sha256.b, digest->b, PL_SHA256_BYTES) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    for (; low < p->files.n && pl_sha256_eq(&p->files.v[p->by_digest[low]].sha256, digest); low++) {
        pl_bytes path = p->files.v[p->by_digest[low]].path;
        uint64_t n = 0;
        if (path.n <= rest.n + 1 || !pl_bytes_ends(path, rest) || path.p[path.n - rest.n - 1] != '/')
            continue;
        pl_bytes folder = pl_bytes_sub(path, 0, path.n - rest.n - 1);
        if (is_managed(folder))
            continue;
        (void)pl_map_get(&v->by_folder, folder, &n); /* else it is the first vote */
        pl_status st = pl_map_set(&v->by_folder, folder, ++n, err);
        if (st != PL_OK)
            return st;
        if (n > v->most || (n == v->most && pl_bytes_cmp(folder, v->folder) < 0)) {
            v->most = n;
            v->folder = folder;
        }
    }
    return PL_OK;
}

static bool wants_first(void *ctx, struct pl_file *f)
{
    (void)ctx;
    return f->depth == 0;
}

static pl_status take_vote(void *ctx, struct pl_file *f, struct pl_err *err)
{
    struct votes *v = ctx;
    pl_status st = PL_OK;
    pl_sha256 digest;
    size_t slash = pl_bytes_find_byte(f->name, '/', 0);
    if (f->container == NULL && f->depth > 0 && f->type == PL_ENTRY_FILE && f->is_whole &&
        slash != SIZE_MAX) {
        v->files++;
        st = pl_sha256_of(f->data, &digest, err);
        if (st == PL_OK)
            st = vote(v, pl_bytes_from(f->name, slash + 1), &digest, err);
    }
    pl_file_reset(f);
    return st;
}

/* Where does a copy of the package lie? No place: nowhere. */
static pl_status find_copy(struct comparison *c, pl_bytes package, struct pl_err *err)
{
    struct votes v = {.c = c};
    struct pl_unpack_sink sink = {.ctx = &v, .wants = wants_first, .file = take_vote};
    pl_map_init(&v.by_folder);
    pl_status st = pl_unpack(package, PL_LIT("package"), c->p->limits, c->arena, &sink, err);
    bool is_copy = (v.most >= VENDORED_FILES && 2 * v.most >= v.files) || (v.most > 0 && v.most == v.files);
    c->place = is_copy ? v.folder : (pl_bytes){NULL, 0};
    pl_map_reset(&v.by_folder);
    return st;
}

static pl_status compare_there(struct comparison *c, pl_bytes package, struct pl_err *err)
{
    struct pl_unpack_sink sink = {.ctx = c, .wants = wants_package, .file = take_package_file};
    pl_map_init(&c->in_package);
    pl_status st = pl_unpack(package, PL_LIT("package"), c->p->limits, c->arena, &sink, err);
    if (st == PL_OK && !c->is_deb)
        find_extra(c);
    pl_map_reset(&c->in_package);
    return st;
}

/* It lies at none of its places: perhaps somewhere else. */
static pl_status compare_copy(struct comparison *c, const char *guess, pl_bytes package, struct pl_err *err)
{
    pl_status st = find_copy(c, package, err);
    if (st == PL_OK && c->place.n == 0)
        return pl_fail(err, PL_E_NOT_FOUND, PL_NO_OFFSET,
                       "the product has no %s, and no copy of it elsewhere", guess);
    if (st != PL_OK)
        return st;
    c->out->copy_at = pl_arena_str(c->arena, c->place);
    return compare_there(c, package, err);
}

pl_status pl_product_compare_here(struct pl_product *p, const struct pl_component *c, bool is_deb,
                                  pl_bytes package, struct pl_arena *arena, struct pl_shipped *out,
                                  struct pl_err *err)
{
    const struct pl_place first = {.path = c->place};
    struct comparison one = {.p = p, .arena = arena, .out = out, .is_deb = is_deb};
    const char *guess = NULL; /* the first place at which it is not */
    size_t compared = 0;
    pl_status st = PL_OK;
    *out = (struct pl_shipped){0};
    for (const struct pl_place *at = &first; at != NULL && st == PL_OK;
         at = at == &first ? c->more_places : at->next) {
        const char *here = at->path != NULL ? at->path : pl_arena_printf(arena, "node_modules/%s", c->name);
        if (here == NULL)
            return pl_arena_fail(arena, err);
        one.place = is_deb || strcmp(here, ".") == 0 ? (pl_bytes){NULL, 0} : pl_bytes_of_str(here);
        if (is_deb || has_place(&one) || find_below(&one, here)) {
            st = compare_there(&one, package, err);
            compared++;
            continue;
        }
        guess = guess == NULL ? here : guess;
        name(&one, out->missing_names, out->missing++, pl_bytes_of_str(here));
    }
    if (st == PL_OK && compared == 0) {
        *out = (struct pl_shipped){0};
        one.place = pl_bytes_of_str(guess);
        st = compare_copy(&one, guess, package, err);
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
