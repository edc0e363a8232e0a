/*
 * debian_dev.c - which packages brought the headers of a build.
 *
 *     Build-Depends of the source: libfoo-dev ----Depends----> libbar-dev -> ...
 *     a tool that it names: dh-lua -> liblua5.1-0-dev, python3-pybind11 -> pybind11-dev
 *     every build: libc6-dev -> linux-libc-dev; gcc -> gcc-12 -> libgcc-12-dev; g++ -> g++-12 -> libstdc++-12-dev
 *     of Perl: perl-xs-dev, which libperl-dev provides -> libperl5.36; a module with compiled code: libdbi-perl
 *     of Python: python3-numpy, which has its headers beside its modules
 *     libgnucap-dev, which has a link alone -> gnucap-common of the same source
 *     for Windows: mingw-w64-x86-64-dev, gcc-mingw-w64-x86-64-win32-runtime
 *
 * Build-essential packages need not be named: Debian Policy 4.2. Versions are those that the indices list now; the build may have been
 * made with older ones.
 * A name that no package has (libz-dev, libc-dev) is one that others provide: what is there already, else what apt-get would take.
 */
#include "supply/debian_provides.h"

#include "base/map.h"
#include "base/vec.h"

#include <string.h>

#define MAX_STEPS 6u /* from a root to a package: python3-all-dev is 4 steps away from its headers */
#define MAX_LINK_KIB                                                                                         \
    64u /* Installed-Size of a -dev package without headers: its copyright, its changelog and a link */

/* A package that was found, in order of the finding. */
struct found_package {
    struct pl_debian_hit hit;
    unsigned steps;
    bool is_toolchain;
    bool is_wanted; /* does it hold headers or libraries? the others only lead to some */
};

struct dev_search {
    struct pl_supply *s;
    const char *arch;
    struct pl_arena *arena;
    struct pl_map seen;
    PL_VEC(struct found_package) found;
    PL_VEC(const char *) missing;
    struct pl_debian_provisions provisions;
    bool is_cut;
};

/* heimdal-multidev stands beside libkrb5-dev; libmagick++-6-headers are what libmagick++-6.q16-dev leads to; libmariadb-dev-compat has links of older names to the headers and libraries of libmariadb-dev. */
static bool is_dev(pl_bytes name)
{
    return (pl_bytes_ends(name, PL_LIT("-dev")) && !pl_bytes_eq_str(name, "dpkg-dev")) ||
           pl_bytes_ends(name, PL_LIT("-dev-compat")) || pl_bytes_ends(name, PL_LIT("-multidev")) ||
           (pl_bytes_ends(name, PL_LIT("-headers")) && !pl_bytes_starts(name, PL_LIT("linux-")));
}

/* The cross compiler's: its headers are in one package for all machines, its libraries in another. */
static bool is_mingw(pl_bytes name)
{
    return pl_bytes_eq_str(name, "mingw-w64-common") ||
           (pl_bytes_starts(name, PL_LIT("gcc-mingw-w64-")) && pl_bytes_ends(name, PL_LIT("-runtime")));
}

/* Debian has the headers of Perl in the library that libperl-dev needs: extensions are built with what the interpreter itself brings. */
static bool is_perl(pl_bytes name)
{
    return pl_bytes_starts(name, PL_LIT("libperl5."));
}

/* numpy.get_include() leads extensions of Python to headers in the module itself. */
static bool is_numpy(pl_bytes name)
{
    return pl_bytes_eq_str(name, "python3-numpy");
}

static bool is_wanted(pl_bytes name)
{
    return is_dev(name) || is_mingw(name) || is_perl(name) || is_numpy(name);
}

static bool is_compiler(pl_bytes name)
{
    return pl_bytes_eq_str(name, "gcc") || pl_bytes_eq_str(name, "g++") ||
           pl_bytes_starts(name, PL_LIT("gcc-")) || pl_bytes_starts(name, PL_LIT("g++-"));
}

static pl_status keep_found(struct dev_search *d, const struct found_package *f, struct pl_err *err)
{
    if (d->found.n == PL_MAX_DEV_PACKAGES) {
        d->is_cut = true;
        return PL_OK;
    }
    struct found_package *slot = PL_VEC_ADD(&d->found);
    if (slot == NULL)
        return pl_fail_nomem(err);
    *slot = *f;
    return PL_OK;
}

/* Does it ask for headers: dh-lua for liblua5.1-0-dev? */
static bool leads_to_headers(const struct pl_debian_hit *hit, const char *arch)
{
    struct pl_deb_relation group[PL_DEB_ALTERNATIVES];
    pl_bytes list = pl_deb822_get(&hit->fields, "Depends");
    size_t n;
    while (pl_deb_relation_next(&list, arch, group, &n))
        for (size_t i = 0; i < n; i++)
            if (is_wanted(group[i].name))
                return true;
    return false;
}

/* Modules of Perl keep headers beside their compiled part, for other modules that are built on them: DBI has DBIXS.h and Driver_xst.h. */
static bool is_perl_module(const struct pl_debian_hit *hit, pl_bytes name)
{
    return pl_bytes_starts(name, PL_LIT("lib")) && pl_bytes_ends(name, PL_LIT("-perl")) &&
           pl_bytes_find(pl_deb822_get(&hit->fields, "Depends"), PL_LIT("perlapi-"), 0) != SIZE_MAX;
}

/* Ask for one name once; what `f` says of it already counts, the rest is filled in. *is_there: the index lists it, now or before. */
static pl_status take_found(struct dev_search *d, pl_bytes name, struct found_package f, bool *is_there,
                            struct pl_err *err)
{
    struct pl_debian_want want = {
        .publisher = PL_LIT("debian"), .name = name, .arch = pl_bytes_of_str(d->arch)};
    uint64_t was;
    *is_there = true;
    if (pl_map_get(&d->seen, name, &was)) {
        *is_there = was == 1;
        return PL_OK;
    }
    pl_status st = pl_debian_find(d->s, &want, &f.hit, err);
    if (st != PL_OK && st != PL_E_NOT_FOUND)
        return st;
    *is_there = st == PL_OK;
    st = pl_map_set(&d->seen, name, *is_there, err);
    if (st != PL_OK || !*is_there)
        return st;
    f.is_wanted = f.is_wanted || is_wanted(name) || (f.steps == 0 && is_perl_module(&f.hit, name));
    bool is_of_use = f.is_wanted || f.is_toolchain || leads_to_headers(&f.hit, d->arch);
    return is_of_use ? keep_found(d, &f, err) : PL_OK;
}

static pl_status take_one(struct dev_search *d, pl_bytes name, unsigned steps, bool is_toolchain,
                          bool *is_there, struct pl_err *err)
{
    struct found_package f = {.steps = steps, .is_toolchain = is_toolchain};
    return take_found(d, name, f, is_there, err);
}

/* A virtual package: one that was taken already is as good as any. */
static pl_status take_provider(struct dev_search *d, pl_bytes name, unsigned steps, bool is_toolchain,
                               bool *is_there, struct pl_err *err)
{
    struct pl_debian_want root = {.publisher = PL_LIT("debian"), .arch = pl_bytes_of_str(d->arch)};
    struct pl_deb_relation wanted = {.name = name};
    struct pl_debian_hit hit;
    *is_there = true;
    for (size_t i = 0; i < d->found.n; i++)
        if (pl_debian_does_provide(&d->found.v[i].hit, &wanted, d->arch))
            return PL_OK;
    pl_status st = pl_debian_find_provider(d->s, &d->provisions, &root, &wanted, &hit, err);
    if (st == PL_OK)
        return take_one(d, pl_deb822_get(&hit.fields, "Package"), steps, is_toolchain, is_there, err);
    *is_there = false;
    return st == PL_E_NOT_FOUND ? PL_OK : st;
}

/* Take the first of `names` that is listed, else the first that is provided. */
static pl_status take_first(struct dev_search *d, const pl_bytes *names, size_t n, unsigned steps,
                            bool is_toolchain, struct pl_err *err)
{
    bool is_there = false;
    pl_status st = PL_OK;
    for (size_t i = 0; i < n && st == PL_OK && !is_there; i++)
        st = take_one(d, names[i], steps, is_toolchain, &is_there, err);
    for (size_t i = 0; i < n && st == PL_OK && !is_there; i++)
        st = take_provider(d, names[i], steps, is_toolchain, &is_there, err);
    if (st != PL_OK || is_there || n == 0)
        return st;
    const char *name = pl_arena_str(d->arena, names[0]);
    const char **slot = name == NULL ? NULL : PL_VEC_ADD(&d->missing);
    if (slot == NULL)
        return name == NULL ? pl_arena_fail(d->arena, err) : pl_fail_nomem(err);
    *slot = name;
    return PL_OK;
}

/*
 * Take from each group of a list one of those packages that have headers, or lead to some. A tool that Build-Depends names may, too: dh-lua needs
 * liblua5.1-0-dev, python3-pybind11 needs pybind11-dev.
 */
static pl_status take_list(struct dev_search *d, pl_bytes list, unsigned steps, bool is_toolchain,
                           struct pl_err *err)
{
    struct pl_deb_relation group[PL_DEB_ALTERNATIVES];
    pl_bytes names[PL_DEB_ALTERNATIVES];
    size_t n;
    pl_status st = PL_OK;
    while (st == PL_OK && pl_deb_relation_next(&list, d->arch, group, &n)) {
        size_t kept = 0;
        for (size_t i = 0; i < n; i++)
            if (is_wanted(group[i].name) || (is_toolchain && is_compiler(group[i].name)))
                names[kept++] = group[i].name;
        bool is_tool = kept == 0 && n == 1 && steps == 0 && !is_toolchain;
        bool is_there;
        if (is_tool)
            st = take_one(d, group[0].name, steps, is_toolchain, &is_there, err);
        if (kept > 0)
            st = take_first(d, names, kept, steps, is_toolchain, err);
    }
    return st;
}

/*
 * A -dev package that has nothing but a link to the library: the headers are in what the same source has for all machines (libgnucap-dev, 29 KiB, and gnucap-common).
 */
static pl_status take_common(struct dev_search *d, const struct found_package *f, struct pl_err *err)
{
    struct pl_deb_relation group[PL_DEB_ALTERNATIVES];
    pl_bytes list = pl_deb822_get(&f->hit.fields, "Depends");
    uint64_t kib;
    size_t n;
    bool is_there;
    pl_status st = PL_OK;
    if (!is_dev(pl_deb822_get(&f->hit.fields, "Package")) || f->is_toolchain ||
        !pl_bytes_to_u64(pl_deb822_get(&f->hit.fields, "Installed-Size"), &kib) || kib > MAX_LINK_KIB)
        return PL_OK;
    pl_bytes source = pl_deb822_get(&f->hit.fields, "Source");
    struct found_package common = {.steps = f->steps + 1, .is_wanted = true}; /* whatever it is called */
    while (st == PL_OK && pl_deb_relation_next(&list, d->arch, group, &n))
        if (n == 1 && source.n > 0 && pl_bytes_starts(group[0].name, source) &&
            pl_bytes_ends(group[0].name, PL_LIT("-common")))
            st = take_found(d, group[0].name, common, &is_there, err);
    return st;
}

static pl_status keep_package(struct dev_search *d, const struct found_package *f, struct pl_dev_package *out,
                              struct pl_err *err)
{
    pl_bytes name = pl_deb822_get(&f->hit.fields, "Package");
    if (!pl_unhex(pl_deb822_get(&f->hit.fields, "SHA256"), out->sha256.b, PL_SHA256_BYTES))
        return pl_fail(err, PL_E_TRUST, PL_NO_OFFSET, "the index lists no sha256 for %.*s", PL_ARG(name));
    out->name = pl_arena_str(d->arena, name);
    out->version = pl_arena_str(d->arena, f->hit.version);
    out->is_toolchain = f->is_toolchain;
    if (out->name == NULL || out->version == NULL)
        return pl_arena_fail(d->arena, err);
    return pl_debian_url(f->hit.index->release, pl_deb822_get(&f->hit.fields, "Filename"), d->arena,
                         &out->uri, err);
}

static pl_status hand_over(struct dev_search *d, struct pl_dev_packages *out, struct pl_err *err)
{
    pl_status st = PL_OK;
    out->v = pl_arena_take_n(d->arena, d->found.n + 1, sizeof *out->v);
    out->missing = pl_arena_take_n(d->arena, d->missing.n + 1, sizeof *out->missing);
    if (out->v == NULL || out->missing == NULL)
        return pl_arena_fail(d->arena, err);
    for (size_t i = 0; i < d->found.n && st == PL_OK; i++)
        if (d->found.v[i].is_wanted)
            st = keep_package(d, &d->found.v[i], &out->v[out->n++], err);
    for (size_t i = 0; i < d->missing.n; i++)
        out->missing[out->n_missing++] = d->missing.v[i];
    out->is_cut = d->is_cut;
    return st;
}

pl_status pl_supply_dev_packages(struct pl_supply *s, pl_bytes toolchain, pl_bytes build_depends,
                                 const char *arch, struct pl_arena *arena, struct pl_dev_packages *out,
                                 struct pl_err *err)
{
    struct dev_search d = {.s = s, .arch = arch, .arena = arena};
    struct pl_dev_packages packages = {0};
    pl_map_init(&d.seen);
    if (strlen(arch) < sizeof d.provisions.arch)
        memcpy(d.provisions.arch, arch, strlen(arch));
    pl_status st = take_list(&d, toolchain, 0, true, err);
    for (size_t at = 0; st == PL_OK; at++) {
        if (at == d.found.n && build_depends.n > 0) {
            st = take_list(&d, build_depends, 0, false, err); /* once the toolchain is whole */
            build_depends.n = 0;
        }
        if (st != PL_OK || at >= d.found.n)
            break;
        struct found_package f = d.found.v[at];
        if (f.steps < MAX_STEPS)
            st = take_list(&d, pl_deb822_get(&f.hit.fields, "Depends"), f.steps + 1, f.is_toolchain, err);
        if (st == PL_OK && f.steps < MAX_STEPS)
            st = take_common(&d, &f, err);
    }
    if (st == PL_OK)
        st = hand_over(&d, &packages, err);
    pl_map_reset(&d.seen);
    PL_VEC_FREE(&d.found);
    PL_VEC_FREE(&d.missing);
    pl_debian_provisions_reset(&d.provisions);
    if (st == PL_OK)
        *out = packages;
    return st;
}
