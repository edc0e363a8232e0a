/*
 * dpkg.c - an unpacked Debian system by what dpkg says is installed there.
 *
 *     FOLDER/var/lib/dpkg/status   Package, Version, Architecture, Status, Pre-Depends, Depends, Provides
 *     FOLDER/etc/os-release        ID: whose packages they are
 *
 * A dependency leads to the first of its alternatives that is installed, by name or as a provider. Source: dpkg(1), Debian Policy 7.
 */
#include "chain/reader.h"

#include "format/text/deb822.h"
#include "io/read.h"
#include "supply/deb_relation.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define STATUS_FILE      "var/lib/dpkg/status"
#define MAX_STATUS_BYTES (256u << 20)

/* One installed package. Views of the file. */
struct installed {
    pl_bytes name;
    pl_bytes arch;
    pl_bytes version;
    struct pl_deb822 fields;
    uint32_t id;
};

struct dpkg {
    struct pl_chain_builder *b;
    PL_VEC(struct installed) list; /* in order of the file */
    struct pl_map by_name;         /* to the first in the list */
    struct pl_map providers;       /* name to the first provider in the list */
    char vendor[64];
};

static bool path_in(const char *folder, const char *name, char *out, size_t n)
{
    int length = snprintf(out, n, "%s/%s", folder, name);
    return length > 0 && (size_t)length < n;
}

static bool accepts(const struct pl_chain_input *in)
{
    char path[4096];
    return in->folder != NULL && path_in(in->folder, STATUS_FILE, path, sizeof path) &&
           access(path, R_OK) == 0;
}

/* ID of os-release(5): "debian"; that too when the file says nothing. */
static void read_vendor(struct dpkg *d, const char *folder)
{
    char path[4096];
    uint8_t *heap = NULL;
    size_t n = 0;
    pl_bytes line;
    (void)snprintf(d->vendor, sizeof d->vendor, "debian");
    if (!path_in(folder, "etc/os-release", path, sizeof path) ||
        pl_io_read(path, 65536, &heap, &n, NULL) != PL_OK)
        return;
    pl_bytes rest = pl_bytes_of(heap, n);
    while (pl_bytes_line(&rest, &line)) {
        pl_bytes id = pl_bytes_starts(line, PL_LIT("ID=")) ? pl_bytes_trim(pl_bytes_from(line, 3))
                                                           : (pl_bytes){NULL, 0};
        bool is_plain = id.n > 0 && id.n < sizeof d->vendor;
        for (size_t i = 0; i < id.n; i++)
            is_plain = is_plain && ((id.p[i] >= 'a' && id.p[i] <= 'z') || pl_is_digit(id.p[i]));
        if (is_plain)
            (void)snprintf(d->vendor, sizeof d->vendor, "%.*s", PL_ARG(id));
    }
    free(heap);
}

static pl_status add_package(struct dpkg *d, const struct pl_deb822 *fields, struct pl_err *err)
{
    struct installed one = {.name = pl_deb822_get(fields, "Package"),
                            .arch = pl_deb822_get(fields, "Architecture"),
                            .version = pl_deb822_get(fields, "Version"),
                            .fields = *fields};
    struct pl_component c = {.place = "."};
    if (!pl_bytes_ends(pl_deb822_get(fields, "Status"), PL_LIT(" installed")) || one.name.n == 0)
        return PL_OK;
    pl_status st = pl_chain_make_purl(d->b, "deb", pl_bytes_of_str(d->vendor), one.name, one.version, "arch",
                                      one.arch, &c, err);
    if (st == PL_OK)
        st = pl_chain_add(d->b, &c, &one.id, err);
    struct installed *slot = st == PL_OK ? PL_VEC_ADD(&d->list) : NULL;
    if (slot == NULL)
        return st != PL_OK ? st : pl_fail_nomem(err);
    *slot = one;
    return pl_map_add(&d->by_name, one.name, d->list.n - 1, NULL, err);
}

static pl_status read_status(struct dpkg *d, pl_bytes text, struct pl_err *err)
{
    struct pl_deb822 fields;
    pl_status st;
    do {
        st = pl_deb822_next(&text, &d->b->chain->arena, &fields, err);
        if (st == PL_OK && fields.n > 0)
            st = add_package(d, &fields, err);
    } while (st == PL_OK && fields.n > 0);
    return st;
}

static pl_status note_provided(struct dpkg *d, struct pl_err *err)
{
    struct pl_deb_relation group[PL_DEB_ALTERNATIVES];
    pl_status st = PL_OK;
    for (size_t i = 0; i < d->list.n; i++) {
        pl_bytes list = pl_deb822_get(&d->list.v[i].fields, "Provides");
        size_t n;
        while (st == PL_OK && pl_deb_relation_next(&list, "", group, &n))
            if (n > 0)
                st = pl_map_add(&d->providers, group[0].name, i, NULL, err);
    }
    return st;
}

/* The installed package that satisfies a group; false when none does. */
static bool find(struct dpkg *d, const struct pl_deb_relation *group, size_t n, uint32_t *id)
{
    uint64_t at;
    for (size_t i = 0; i < n; i++) {
        bool is_there = pl_map_get(&d->by_name, group[i].name, &at) &&
                        pl_deb_relation_is_met(&group[i], d->list.v[at].version);
        if (is_there || pl_map_get(&d->providers, group[i].name, &at)) {
            *id = d->list.v[at].id;
            return true;
        }
    }
    return false;
}

static pl_status add_needs(struct dpkg *d, const struct installed *one, const char *field, struct pl_err *err)
{
    struct pl_deb_relation group[PL_DEB_ALTERNATIVES];
    char arch[64];
    pl_bytes list = pl_deb822_get(&one->fields, field);
    pl_status st = PL_OK;
    size_t n;
    (void)snprintf(arch, sizeof arch, "%.*s", one->arch.n > 60 ? 60 : (int)one->arch.n,
                   (const char *)one->arch.p);
    while (st == PL_OK && pl_deb_relation_next(&list, arch, group, &n)) {
        uint32_t to;
        if (n == 0)
            continue;
        if (find(d, group, n, &to))
            st = pl_chain_depend(d->b, one->id, to, err);
        else
            st = pl_chain_note(d->b, "chain.dangling", PL_SEVERITY_WARNING,
                               pl_bytes_of_str(d->b->chain->components.v[one->id].key),
                               pl_arena_printf(&d->b->chain->arena, "depends on %.*s, which is not installed",
                                               PL_ARG(group[0].name)),
                               err);
    }
    return st;
}

static pl_status read_all(struct dpkg *d, const char *folder, uint32_t *root, struct pl_err *err)
{
    char path[4096];
    uint8_t *heap = NULL;
    size_t n = 0;
    struct pl_component product = {.key = ".", .name = folder, .is_product = true};
    if (!path_in(folder, STATUS_FILE, path, sizeof path))
        return pl_fail(err, PL_E_INPUT, PL_NO_OFFSET, "the folder's name is too long");
    pl_status st = pl_io_read(path, MAX_STATUS_BYTES, &heap, &n, err);
    if (st != PL_OK)
        return st;
    read_vendor(d, folder);
    st = pl_chain_add(d->b, &product, root, err);
    if (st == PL_OK)
        st = read_status(d, pl_bytes_of(heap, n), err);
    if (st == PL_OK)
        st = note_provided(d, err);
    for (size_t i = 0; i < d->list.n && st == PL_OK; i++) {
        st = add_needs(d, &d->list.v[i], "Pre-Depends", err);
        if (st == PL_OK)
            st = add_needs(d, &d->list.v[i], "Depends", err);
    }
    if (st == PL_OK && d->list.n == 0)
        st = pl_fail(err, PL_E_INPUT, PL_NO_OFFSET, "dpkg lists no installed package");
    free(heap);
    return st;
}

static pl_status read_dpkg(const struct pl_chain_input *in, struct pl_chain_builder *b, uint32_t *root,
                           struct pl_err *err)
{
    struct dpkg d = {.b = b};
    b->is_flat = true; /* what nothing depends on was asked for by a person */
    b->chain->format = "Debian system";
    pl_map_init(&d.by_name);
    pl_map_init(&d.providers);
    pl_status st = read_all(&d, in->folder, root, err);
    pl_map_reset(&d.by_name);
    pl_map_reset(&d.providers);
    PL_VEC_FREE(&d.list);
    return st;
}

const struct pl_chain_reader pl_chain_reader_dpkg = {
    .name = "dpkg",
    .accepts = accepts,
    .read = read_dpkg,
};
