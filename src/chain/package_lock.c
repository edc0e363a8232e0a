/*
 * package_lock.c - npm's lock file, versions 2 and 3: what is installed where, and who finds it there.
 *
 *     "packages": {
 *       "":                               the product: name, version, dependencies, devDependencies
 *       "node_modules/a":                 version, resolved, integrity, dependencies
 *       "node_modules/a/node_modules/b":  another b, which only a and what lies in it find
 *       "node_modules/c":                 "link": true, "resolved": "packages/c"
 *       "packages/c":                     a part of the product
 *     }
 *
 * A dependency is found as Node finds it: in the node_modules of the folder that asks, then of the folders above.
 * Source: package-lock-json(5); Node.js documentation, "Loading from node_modules folders".
 * Not read: version 1, which names no places.
 */
#include "chain/reader.h"

#include "base/base64.h"

#include <string.h>

#define MODULES      "node_modules/"
#define MAX_PATH     4096u
#define DIGEST_BYTES 64u

struct lock {
    struct pl_chain_builder *b;
    const json_t *packages;
    struct pl_map by_path; /* to the component's number */
    uint32_t product;
};

/* What stands behind the last "node_modules/"; no bytes when the path has none. */
static pl_bytes name_of(pl_bytes path)
{
    pl_bytes modules = PL_LIT(MODULES);
    size_t at = SIZE_MAX;
    for (size_t i = pl_bytes_find(path, modules, 0); i != SIZE_MAX; i = pl_bytes_find(path, modules, i + 1))
        if (i == 0 || path.p[i - 1] == '/')
            at = i + modules.n;
    return at == SIZE_MAX ? (pl_bytes){NULL, 0} : pl_bytes_from(path, at);
}

/* "sha512-…" as an algorithm and hexadecimal digits. Of several digests the first that counts is taken; Subresource Integrity. */
static pl_status take_integrity(struct lock *l, pl_bytes integrity, struct pl_component *c,
                                struct pl_err *err)
{
    pl_bytes one;
    while (c->pinned_hex == NULL && pl_bytes_split(&integrity, ' ', &one)) {
        size_t dash = pl_bytes_find_byte(one, '-', 0);
        const char *algorithm = dash == SIZE_MAX ? NULL : pl_chain_algorithm(pl_bytes_sub(one, 0, dash));
        struct pl_buf digest;
        char hex[2 * DIGEST_BYTES + 1];
        if (algorithm == NULL)
            continue;
        pl_buf_init(&digest, DIGEST_BYTES);
        one = pl_bytes_from(one, dash + 1);
        if (pl_base64_decode(pl_bytes_sub(one, 0, pl_bytes_find_byte(one, '?', 0)), &digest)) {
            pl_hex(digest.p, digest.n, hex);
            c->pinned_algorithm = algorithm;
            c->pins_package = true;
            c->pinned_hex = pl_arena_str(&l->b->chain->arena, pl_bytes_of_str(hex));
        }
        pl_buf_reset(&digest);
        if (l->b->chain->arena.why != PL_OK)
            return pl_arena_fail(&l->b->chain->arena, err);
    }
    return PL_OK;
}

static const char *scope_of(const json_t *entry)
{
    if (json_is_true(json_object_get(entry, "dev")))
        return "dev";
    return json_is_true(json_object_get(entry, "optional")) ||
                   json_is_true(json_object_get(entry, "devOptional"))
               ? "optional"
               : "required";
}

/* Tarballs of a registry are told by their digest; anything else was never published under that name. */
static bool is_elsewhere(pl_bytes resolved)
{
    return resolved.n > 0 && !pl_bytes_starts(resolved, PL_LIT("https://")) &&
           !pl_bytes_starts(resolved, PL_LIT("http://"));
}

static pl_status describe(struct lock *l, pl_bytes path, const json_t *entry, struct pl_component *c,
                          struct pl_err *err)
{
    pl_bytes name = pl_chain_text(entry, "name");
    pl_bytes resolved = pl_chain_text(entry, "resolved");
    *c = (struct pl_component){.scope = scope_of(entry), .version = pl_chain_str(entry, "version")};
    if (name.n == 0)
        name = name_of(path);
    c->place = c->reference = pl_arena_str(&l->b->chain->arena, path);
    if (c->place == NULL)
        return pl_arena_fail(&l->b->chain->arena, err);
    if (name_of(path).n == 0) { /* the product, or a part of it */
        c->is_product = true;
        c->key = path.n == 0 ? "." : pl_arena_printf(&l->b->chain->arena, "./%s", c->place);
        c->name = name.n > 0 ? pl_arena_str(&l->b->chain->arena, name) : c->key;
        return c->key == NULL || c->name == NULL ? pl_arena_fail(&l->b->chain->arena, err) : PL_OK;
    }
    size_t slash = name.n > 0 && name.p[0] == '@' ? pl_bytes_find_byte(name, '/', 0) : SIZE_MAX;
    pl_bytes ns = slash == SIZE_MAX ? (pl_bytes){NULL, 0} : pl_bytes_sub(name, 0, slash);
    pl_bytes base = slash == SIZE_MAX ? name : pl_bytes_from(name, slash + 1);
    pl_status st = pl_chain_make_purl(l->b, "npm", ns, base, pl_bytes_of_str(c->version), NULL,
                                      (pl_bytes){NULL, 0}, c, err);
    if (is_elsewhere(resolved))
        c->elsewhere = pl_chain_str(entry, "resolved");
    return st == PL_OK ? take_integrity(l, pl_chain_text(entry, "integrity"), c, err) : st;
}

/* The entry that a link leads to; itself when it is none, and NULL when it leads nowhere. */
static const char *behind_link(const struct lock *l, const char *path)
{
    const json_t *entry = json_object_get(l->packages, path);
    if (!json_is_true(json_object_get(entry, "link")))
        return path;
    const char *target = pl_chain_str(entry, "resolved");
    return target != NULL && json_is_object(json_object_get(l->packages, target)) ? target : NULL;
}

static pl_status add_components(struct lock *l, struct pl_err *err)
{
    const char *path;
    json_t *entry;
    pl_status st = PL_OK;
    json_object_foreach((json_t *)(uintptr_t)l->packages, path, entry)
    {
        struct pl_component c;
        uint32_t id;
        if (!json_is_object(entry) || strlen(path) > MAX_PATH)
            return pl_fail(err, PL_E_INPUT, PL_NO_OFFSET,
                           "an entry of \"packages\" is no object, or its path is too long");
        if (json_is_true(json_object_get(entry, "link")))
            continue;
        st = describe(l, pl_bytes_of_str(path), entry, &c, err);
        if (st == PL_OK)
            st = pl_chain_add(l->b, &c, &id, err);
        if (st == PL_OK)
            st = pl_map_set(&l->by_path, pl_bytes_of_str(path), id, err);
        if (st != PL_OK)
            return st;
        if (path[0] == '\0')
            l->product = id;
    }
    return st;
}

/* Where Node finds `name` from the folder `path`; false when nowhere. */
static bool find(struct lock *l, pl_bytes path, const char *name, uint32_t *id)
{
    char at[2 * MAX_PATH + 32];
    size_t name_n = strlen(name);
    if (name_n == 0 || name_n > 512)
        return false;
    for (;;) {
        bool is_modules =
            pl_bytes_eq_str(path, "node_modules") || pl_bytes_ends(path, PL_LIT("/node_modules"));
        int n = is_modules ? 0
                           : snprintf(at, sizeof at, "%.*s%s" MODULES "%s", PL_ARG(path),
                                      path.n > 0 ? "/" : "", name);
        if (n > 0 && (size_t)n < sizeof at && json_object_get(l->packages, at) != NULL) {
            const char *target = behind_link(l, at);
            uint64_t was;
            if (target == NULL || !pl_map_get(&l->by_path, pl_bytes_of_str(target), &was))
                return false;
            *id = (uint32_t)was;
            return true;
        }
        if (path.n == 0)
            return false;
        path = pl_bytes_folder(path);
    }
}

static bool is_optional_peer(const json_t *entry, const char *name)
{
    const json_t *meta = json_object_get(json_object_get(entry, "peerDependenciesMeta"), name);
    return json_is_true(json_object_get(meta, "optional"));
}

/* The edges of one list; a missing optional one is no wonder: it was for another machine. */
static pl_status add_edges(struct lock *l, const char *path, const json_t *entry, const char *list,
                           bool may_miss, struct pl_err *err)
{
    const char *name;
    json_t *range;
    uint64_t from;
    pl_status st = PL_OK;
    const json_t *wanted = json_object_get(entry, list);
    if (wanted != NULL && !json_is_object(wanted))
        return pl_fail(err, PL_E_INPUT, PL_NO_OFFSET, "\"%s\" of \"%s\" is no object", list, path);
    if (!pl_map_get(&l->by_path, pl_bytes_of_str(path), &from))
        return PL_OK;
    json_object_foreach((json_t *)(uintptr_t)wanted, name, range)
    {
        uint32_t to;
        if (find(l, pl_bytes_of_str(path), name, &to))
            st = pl_chain_depend(l->b, (uint32_t)from, to, err);
        else if (!may_miss && !is_optional_peer(entry, name) &&
                 json_object_get(json_object_get(entry, "optionalDependencies"), name) == NULL)
            st = pl_chain_note(
                l->b, "chain.dangling", PL_SEVERITY_WARNING,
                pl_bytes_of_str(l->b->chain->components.v[from].key),
                pl_arena_printf(&l->b->chain->arena, "depends on %s, which the document does not list", name),
                err);
        if (st != PL_OK)
            return st;
    }
    return st;
}

static pl_status add_all_edges(struct lock *l, struct pl_err *err)
{
    static const struct {
        const char *list;
        bool may_miss;
    } lists[] = {{"dependencies", false},
                 {"devDependencies", true},
                 {"optionalDependencies", true},
                 {"peerDependencies", true}};
    const char *path;
    json_t *entry;
    pl_status st = PL_OK;
    json_object_foreach((json_t *)(uintptr_t)l->packages, path, entry)
    {
        bool is_ours = name_of(pl_bytes_of_str(path)).n == 0;
        for (size_t i = 0; i < sizeof lists / sizeof lists[0] && st == PL_OK; i++)
            if (is_ours || strcmp(lists[i].list, "devDependencies") != 0)
                st = add_edges(l, path, entry, lists[i].list, lists[i].may_miss, err);
        if (st != PL_OK)
            return st;
    }
    return st;
}

static bool accepts(const struct pl_chain_input *in)
{
    return in->json != NULL && json_object_get(in->json, "lockfileVersion") != NULL;
}

/* A lock without an entry for the product has one all the same. */
static pl_status add_product(struct lock *l, const char *name, const char *version, struct pl_err *err)
{
    struct pl_component c = {.key = ".", .name = name, .version = version, .is_product = true};
    return pl_chain_add(l->b, &c, &l->product, err);
}

pl_status pl_chain_read_packages(struct pl_chain_builder *b, const json_t *packages, const json_t *product,
                                 uint32_t *root, struct pl_err *err)
{
    struct lock l = {.b = b, .packages = packages};
    pl_map_init(&l.by_path);
    pl_status st = add_product(&l, pl_chain_str(product, "name"), pl_chain_str(product, "version"), err);
    if (st == PL_OK)
        st = add_components(&l, err);
    if (st == PL_OK)
        st = add_all_edges(&l, err);
    pl_map_reset(&l.by_path);
    *root = l.product;
    return st;
}

static pl_status read_lock(const struct pl_chain_input *in, struct pl_chain_builder *b, uint32_t *root,
                           struct pl_err *err)
{
    const json_t *packages = json_object_get(in->json, "packages");
    json_int_t version = json_integer_value(json_object_get(in->json, "lockfileVersion"));
    if (version != 2 && version != 3) {
        (void)pl_fail(err, PL_E_UNSUPPORTED, PL_NO_OFFSET,
                      "a lock file of version %lld; versions 2 and 3 are read", (long long)version);
        pl_err_hint(err, "npm install --package-lock-only with npm 7 or later writes one");
        return PL_E_UNSUPPORTED;
    }
    if (!json_is_object(packages))
        return pl_fail(err, PL_E_INPUT, PL_NO_OFFSET, "package-lock: no object \"packages\"");
    b->chain->format = version == 2 ? "package-lock 2" : "package-lock 3";
    return pl_chain_read_packages(b, packages, in->json, root, err);
}

const struct pl_chain_reader pl_chain_reader_package_lock = {
    .name = "package-lock",
    .accepts = accepts,
    .read = read_lock,
};
