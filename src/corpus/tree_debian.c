/*
 * tree_debian.c - Debian source packages: from a .dsc and its tarballs to the tree that dpkg-source -x makes.
 *
 *     1.0            NAME_VER.tar.gz                     native
 *                    NAME_VER.orig.tar.gz + NAME_VER-REV.diff.gz, a diff over the whole tree
 *     3.0 (native)   NAME_VER.tar.*
 *     3.0 (quilt)    NAME_VER.orig.tar.*, any NAME_VER.orig-COMPONENT.tar.* unpacked into COMPONENT/,
 *                    NAME_VER-REV.debian.tar.* in place of debian/, then debian/patches/series in order
 *
 * Source: dpkg-source(1), dsc(5), quilt(1) for the series file, RFC 4880 section 7 for the clearsigned wrapper.
 * Not done here: the OpenPGP signature (the signed index names the .dsc), 3.0 (git), (bzr) and (custom).
 */
#include "corpus/tree_build.h"
#include "format/text/deb822.h"

#include <stdlib.h>
#include <string.h>

enum { MAX_DSC_FILES = 64 };

struct dsc {
    struct pl_deb822 fields;
    struct pl_tree_layer layers[MAX_DSC_FILES];
    size_t n_layers;
    pl_bytes diff; /* of a 1.0 package, compressed */
    bool has_debian_tar;
    bool has_orig;
};

bool pl_tree_is_dsc(pl_bytes name)
{
    return pl_bytes_ends(name, PL_LIT(".dsc"));
}

/* The text inside a clearsigned wrapper; the whole when there is none. Dash-escapes never occur in a .dsc's fields. */
static pl_bytes signed_text(pl_bytes dsc)
{
    if (!pl_bytes_starts(dsc, PL_LIT("-----BEGIN PGP SIGNED MESSAGE-----")))
        return dsc;
    pl_bytes rest = dsc;
    pl_bytes line;
    while (pl_bytes_line(&rest, &line) && pl_bytes_trim(line).n > 0)
        continue;
    size_t end = pl_bytes_find(rest, PL_LIT("\n-----BEGIN PGP SIGNATURE-----"), 0);
    return end == SIZE_MAX ? rest : pl_bytes_sub(rest, 0, end + 1);
}

/* "sha256 size name" of one line of Checksums-Sha256. */
static bool read_checksum(pl_bytes line, pl_sha256 *digest, uint64_t *size, pl_bytes *name)
{
    pl_bytes rest = pl_bytes_trim(line);
    pl_bytes hex;
    pl_bytes number;
    if (!pl_bytes_split(&rest, ' ', &hex) || !pl_unhex(hex, digest->b, PL_SHA256_BYTES) ||
        !pl_bytes_split(&rest, ' ', &number) || !pl_bytes_to_u64(number, size))
        return false;
    *name = rest;
    return rest.n > 0 && rest.n < 256 && pl_bytes_find_byte(rest, '/', 0) == SIZE_MAX &&
           pl_bytes_find_byte(rest, 0, 0) == SIZE_MAX;
}

static pl_status fetch_checked(const struct pl_tree_finder *finder, pl_bytes name, const pl_sha256 *want,
                               uint64_t size, pl_bytes *bytes, struct pl_err *err)
{
    pl_sha256 got;
    pl_status st = finder->find(finder->ctx, name, bytes, err);
    if (st == PL_OK)
        st = pl_sha256_of(*bytes, &got, err);
    if (st != PL_OK)
        return st;
    if (bytes->n != size || !pl_sha256_eq(&got, want)) {
        char has[PL_SHA256_HEX_BYTES];
        char lists[PL_SHA256_HEX_BYTES];
        pl_hex(got.b, PL_SHA256_BYTES, has);
        pl_hex(want->b, PL_SHA256_BYTES, lists);
        return pl_fail(err, PL_E_TRUST, PL_NO_OFFSET,
                       "%.*s is not what the .dsc lists: sha256 %s, %zu bytes; listed %s, %llu bytes",
                       PL_ARG(name), has, bytes->n, lists, (unsigned long long)size);
    }
    return PL_OK;
}

/* The COMPONENT of "x_1.0.orig-COMPONENT.tar.gz"; NULL when it is none. */
static const char *component_of(struct pl_arena *a, pl_bytes name)
{
    size_t at = pl_bytes_find(name, PL_LIT(".orig-"), 0);
    size_t end = at == SIZE_MAX ? at : pl_bytes_find(name, PL_LIT(".tar."), at);
    return end == SIZE_MAX ? NULL : pl_arena_str(a, pl_bytes_sub(name, at + 6, end - at - 6));
}

static pl_status add_artifact(struct dsc *d, struct pl_tree_build *b, pl_bytes name, pl_bytes bytes,
                              struct pl_err *err)
{
    struct pl_arena *a = b->tree->arena;
    if (pl_bytes_ends(name, PL_LIT(".asc")) || pl_bytes_ends(name, PL_LIT(".sig")))
        return PL_OK;
    if (pl_bytes_ends(name, PL_LIT(".diff.gz"))) {
        d->diff = bytes;
        return PL_OK;
    }
    if (pl_bytes_find(name, PL_LIT(".tar."), 0) == SIZE_MAX)
        return pl_tree_build_warn(b, err, "%.*s: neither tarball nor diff, left out", PL_ARG(name));
    const char *component = component_of(a, name);
    struct pl_tree_layer *l = &d->layers[d->n_layers++];
    *l = (struct pl_tree_layer){
        .bytes = bytes, .limits = b->limits, .under = component == NULL ? "" : component};
    l->name = pl_arena_str(a, name);
    l->keeps_folder = pl_bytes_find(name, PL_LIT(".debian.tar."), 0) != SIZE_MAX;
    d->has_debian_tar |= l->keeps_folder;
    d->has_orig |= pl_bytes_find(name, PL_LIT(".orig.tar."), 0) != SIZE_MAX;
    return a->why == PL_OK ? PL_OK : pl_arena_fail(a, err);
}

static pl_status gather(struct dsc *d, struct pl_tree_build *b, const struct pl_tree_finder *finder,
                        struct pl_err *err)
{
    pl_bytes rest = pl_deb822_get(&d->fields, "Checksums-Sha256");
    pl_bytes line;
    pl_status st = PL_OK;
    if (rest.n == 0)
        return pl_fail(err, PL_E_INPUT, PL_NO_OFFSET, "dsc: no Checksums-Sha256");
    for (size_t n = 0; st == PL_OK && pl_bytes_line(&rest, &line); n++) {
        pl_sha256 digest;
        uint64_t size;
        pl_bytes name;
        pl_bytes bytes;
        if (pl_bytes_trim(line).n == 0)
            continue;
        if (n >= MAX_DSC_FILES)
            return pl_fail(err, PL_E_LIMIT, PL_NO_OFFSET, "dsc: more than %d files", MAX_DSC_FILES);
        if (!read_checksum(line, &digest, &size, &name))
            return pl_fail(err, PL_E_INPUT, PL_NO_OFFSET, "dsc: bad line in Checksums-Sha256");
        if (pl_bytes_ends(name, PL_LIT(".asc")))
            continue; /* upstream's signature: nothing is unpacked from it */
        st = fetch_checked(finder, name, &digest, size, &bytes, err);
        if (st == PL_OK)
            st = add_artifact(d, b, name, bytes, err);
    }
    return st;
}

/* debian.tar.* stands in place of whatever debian/ upstream ships. */
static void drop_debian(struct pl_tree_build *b)
{
    for (size_t i = 0; i < b->tree->files.n; i++)
        if (pl_bytes_starts(b->tree->files.v[i].path, PL_LIT("debian/")))
            b->tree->files.v[i].is_superseded = true;
}

static pl_status add_layers(struct dsc *d, struct pl_tree_build *b, struct pl_err *err)
{
    pl_status st = PL_OK;
    for (int pass = 0; pass < 3; pass++) /* orig, its components, debian: a later one wins */
        for (size_t i = 0; st == PL_OK && i < d->n_layers; i++) {
            struct pl_tree_layer *l = &d->layers[i];
            int turn = l->keeps_folder ? 2 : l->under[0] != '\0' ? 1 : 0;
            if (turn != pass)
                continue;
            if (turn == 2)
                drop_debian(b);
            st = pl_tree_layer_add(l, b, err);
        }
    return st;
}

/* The "-pN" after a patch's name in the series file; 1 when there is none. */
static unsigned strip_option(pl_bytes options)
{
    pl_bytes word;
    while (pl_bytes_split(&options, ' ', &word))
        if (word.n == 3 && pl_bytes_starts(word, PL_LIT("-p")) && pl_is_digit(word.p[2]))
            return (unsigned)(word.p[2] - '0');
    return 1;
}

static pl_status apply_named(struct pl_tree_build *b, pl_bytes folder, pl_bytes line, struct pl_err *err)
{
    pl_bytes rest = line;
    pl_bytes name;
    struct pl_arena *a = b->tree->arena;
    if (!pl_bytes_split(&rest, ' ', &name))
        return PL_OK;
    const char *path = pl_arena_printf(a, "%.*s/%.*s", PL_ARG(folder), PL_ARG(name));
    if (path == NULL)
        return pl_arena_fail(a, err);
    const struct pl_source_file *f = pl_tree_build_find(b, pl_bytes_of_str(path));
    if (f == NULL)
        return pl_tree_build_warn(b, err, "%s: named in %.*s/series and not there", path, PL_ARG(folder));
    return pl_tree_patch(b, f->data, path, strip_option(rest), err);
}

static pl_status apply_series(struct pl_tree_build *b, pl_bytes folder, const struct pl_source_file *series,
                              struct pl_err *err)
{
    pl_bytes rest = series == NULL ? (pl_bytes){NULL, 0} : series->data;
    pl_bytes line;
    pl_status st = PL_OK;
    while (st == PL_OK && pl_bytes_line(&rest, &line)) {
        size_t hash = pl_bytes_find_byte(line, '#', 0);
        bool has_note = hash != SIZE_MAX && (hash == 0 || line.p[hash - 1] == ' ');
        line = pl_bytes_trim(has_note ? pl_bytes_sub(line, 0, hash) : line);
        if (line.n > 0)
            st = apply_named(b, folder, line, err);
    }
    return st;
}

pl_status pl_tree_apply_series(struct pl_tree_build *b, struct pl_err *err)
{
    pl_bytes folder = PL_LIT("debian/patches");
    const struct pl_source_file *series = pl_tree_build_find(b, PL_LIT("debian/patches/debian.series"));
    if (series == NULL)
        series = pl_tree_build_find(b, PL_LIT("debian/patches/series"));
    return apply_series(b, folder, series, err);
}

/* The folder below debian/ of a line "export QUILT_PATCH_DIR = debian/patches-applied" in debian/rules; empty when there is none. */
static pl_bytes patch_folder(pl_bytes rules)
{
    pl_bytes line;
    while (pl_bytes_line(&rules, &line)) {
        line = pl_bytes_trim(line);
        if (pl_bytes_starts(line, PL_LIT("export ")))
            line = pl_bytes_trim(pl_bytes_from(line, 7));
        size_t equals = pl_bytes_find_byte(line, '=', 0);
        if (!(pl_bytes_starts(line, PL_LIT("QUILT_PATCH_DIR")) ||
              pl_bytes_starts(line, PL_LIT("QUILT_PATCHES"))) ||
            equals == SIZE_MAX)
            continue;
        pl_bytes folder = pl_bytes_trim(pl_bytes_from(line, equals + 1));
        if (pl_bytes_starts(folder, PL_LIT("$(CURDIR)/")))
            folder = pl_bytes_from(folder, 10);
        if (pl_bytes_ends(folder, PL_LIT("/")))
            folder = pl_bytes_sub(folder, 0, folder.n - 1);
        if (pl_bytes_starts(folder, PL_LIT("debian/")) && pl_bytes_find_byte(folder, '$', 0) == SIZE_MAX)
            return folder;
    }
    return (pl_bytes){NULL, 0};
}

/*
 * Patches that the build applies itself: dh --with quilt, whose folder debian/rules names. dh_quilt_patch(1), dpkg-source(1). Of the format
 * 3.0 (quilt) those in debian/patches are applied already.
 */
static pl_status apply_series_of_build(struct pl_tree_build *b, bool is_quilt, struct pl_err *err)
{
    const struct pl_source_file *rules = pl_tree_build_find(b, PL_LIT("debian/rules"));
    bool runs_quilt = rules != NULL && pl_bytes_find(rules->data, PL_LIT("quilt"), 0) != SIZE_MAX;
    pl_bytes folder = runs_quilt ? patch_folder(rules->data) : (pl_bytes){NULL, 0};
    if (runs_quilt && folder.n == 0)
        folder = PL_LIT("debian/patches");
    if (folder.n == 0 || (is_quilt && pl_bytes_eq_str(folder, "debian/patches")))
        return PL_OK;
    const char *path = pl_arena_printf(b->tree->arena, "%.*s/series", PL_ARG(folder));
    if (path == NULL)
        return pl_arena_fail(b->tree->arena, err);
    return apply_series(b, folder, pl_tree_build_find(b, pl_bytes_of_str(path)), err);
}

/* The diff of a 1.0 package: unpacked like any other input, a single leaf comes out. */
static pl_status apply_diff(struct pl_tree_build *b, pl_bytes diff, struct pl_err *err)
{
    struct pl_tree_layer l = {.bytes = diff, .name = "diff.gz", .under = "", .limits = b->limits};
    pl_tree_layer_read(&l);
    pl_status st = l.st;
    pl_bytes text = {NULL, 0};
    if (st != PL_OK && err != NULL)
        *err = l.err;
    if (st == PL_OK && !pl_tree_layer_text(&l, &text))
        st = pl_fail(err, PL_E_INPUT, PL_NO_OFFSET, "dsc: the .diff.gz is no compressed text");
    if (st == PL_OK)
        st = pl_tree_patch(b, text, "diff.gz", 1, err);
    pl_tree_layer_reset(&l);
    return st;
}

static pl_status name_tree(struct dsc *d, struct pl_tree_build *b, struct pl_err *err)
{
    struct pl_arena *a = b->tree->arena;
    pl_bytes source = pl_deb822_get(&d->fields, "Source");
    pl_bytes version = pl_deb822_get(&d->fields, "Version");
    if (source.n == 0 || version.n == 0)
        return pl_fail(err, PL_E_INPUT, PL_NO_OFFSET, "dsc: no Source or no Version");
    if (b->tree->revision == NULL)
        b->tree->revision = pl_arena_str(a, version);
    if (b->tree->name == NULL)
        b->tree->name = pl_arena_printf(a, "%.*s %.*s", PL_ARG(source), PL_ARG(version));
    return a->why == PL_OK ? PL_OK : pl_arena_fail(a, err);
}

static pl_status check_format(const struct dsc *d, struct pl_err *err)
{
    pl_bytes format = pl_deb822_get(&d->fields, "Format");
    if (pl_bytes_eq_str(format, "1.0") || pl_bytes_eq_str(format, "3.0 (quilt)") ||
        pl_bytes_eq_str(format, "3.0 (native)"))
        return PL_OK;
    return pl_fail(err, PL_E_UNSUPPORTED, PL_NO_OFFSET, "dsc: source format '%.*s' is not read",
                   PL_ARG(format));
}

static pl_status load(struct dsc *d, struct pl_tree_build *b, pl_bytes dsc,
                      const struct pl_tree_finder *finder, unsigned jobs, struct pl_err *err)
{
    pl_bytes rest = signed_text(dsc);
    pl_status st = pl_sha256_of(dsc, &b->tree->sha256, err);
    if (st == PL_OK)
        st = pl_deb822_next(&rest, b->tree->arena, &d->fields, err);
    if (st == PL_OK)
        st = name_tree(d, b, err);
    if (st == PL_OK)
        st = check_format(d, err);
    if (st == PL_OK)
        st = gather(d, b, finder, err);
    if (st == PL_OK && d->n_layers == 0)
        st = pl_fail(err, PL_E_INPUT, PL_NO_OFFSET, "dsc: lists no tarball");
    if (st == PL_OK)
        st = pl_tree_layers_read(d->layers, d->n_layers, jobs, err);
    if (st == PL_OK)
        st = add_layers(d, b, err);
    if (st == PL_OK && d->diff.p != NULL)
        st = apply_diff(b, d->diff, err);
    bool is_quilt = pl_bytes_eq_str(pl_deb822_get(&d->fields, "Format"), "3.0 (quilt)");
    if (st == PL_OK && is_quilt)
        st = pl_tree_apply_series(b, err);
    return st == PL_OK ? apply_series_of_build(b, is_quilt, err) : st;
}

pl_status pl_tree_load_dsc(struct pl_tree_build *b, pl_bytes dsc, const struct pl_tree_finder *finder,
                           unsigned jobs, struct pl_err *err)
{
    struct dsc *d = calloc(1, sizeof *d);
    if (d == NULL)
        return pl_fail_nomem(err);
    pl_status st = load(d, b, dsc, finder, jobs, err);
    for (size_t i = 0; i < d->n_layers; i++)
        pl_tree_layer_reset(&d->layers[i]);
    free(d);
    return st;
}
