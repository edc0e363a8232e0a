/*
 * deb_identity.c - reading control.tar of a .deb, once, before the package is examined.
 *
 * Debhelper marks what it adds to maintainer scripts with "# Automatically added by dh_NAME/VERSION" (debhelper(7)); that names
 * the toolchain packages in which the templates stand. Scripts that tools put into a build from their own package are found by their names.
 */
#include "supply/deb_identity.h"

#include "format/archive/unpack.h"
#include "format/text/deb822.h"

#include <string.h>

struct reading {
    struct pl_arena *arena;
    struct pl_deb_identity *id;
    bool has_control;
};

static pl_status keep(struct pl_arena *arena, pl_bytes value, pl_bytes *out, struct pl_err *err)
{
    *out = pl_arena_keep(arena, value);
    return out->p == NULL ? pl_arena_fail(arena, err) : PL_OK;
}

/* "Source: name (version)"; the version only where it differs from the package's. */
static pl_status read_source_field(struct reading *r, pl_bytes value, struct pl_err *err)
{
    struct pl_deb_identity *id = r->id;
    size_t open = pl_bytes_find_byte(value, '(', 0);
    size_t close = pl_bytes_find_byte(value, ')', 0);
    id->source = id->package;
    id->source_version = id->version;
    if (value.n == 0)
        return PL_OK;
    pl_status st = keep(r->arena, pl_bytes_trim(pl_bytes_sub(value, 0, open)), &id->source, err);
    if (st == PL_OK && open != SIZE_MAX && close != SIZE_MAX && close > open)
        st = keep(r->arena, pl_bytes_trim(pl_bytes_sub(value, open + 1, close - open - 1)),
                  &id->source_version, err);
    return st;
}

static pl_status read_control(struct reading *r, pl_bytes data, struct pl_err *err)
{
    struct pl_deb822 stanza;
    pl_bytes rest = data;
    pl_status st = pl_deb822_next(&rest, r->arena, &stanza, err);
    if (st == PL_OK)
        st = keep(r->arena, pl_deb822_get(&stanza, "Package"), &r->id->package, err);
    if (st == PL_OK)
        st = keep(r->arena, pl_deb822_get(&stanza, "Version"), &r->id->version, err);
    if (st == PL_OK)
        st = keep(r->arena, pl_deb822_get(&stanza, "Architecture"), &r->id->architecture, err);
    if (st == PL_OK)
        st = read_source_field(r, pl_deb822_get(&stanza, "Source"), err);
    r->has_control = st == PL_OK && r->id->package.n > 0;
    return st;
}

static pl_status add_helper(struct reading *r, const char *package, pl_bytes version, struct pl_err *err)
{
    struct pl_deb_identity *id = r->id;
    for (size_t i = 0; i < id->n_helpers; i++)
        if (strcmp(id->helpers[i].package, package) == 0)
            return PL_OK;
    if (id->n_helpers == PL_DEB_HELPERS)
        return PL_OK;
    struct pl_deb_helper *slot = &id->helpers[id->n_helpers++];
    slot->package = package;
    return keep(r->arena, version, &slot->version, err);
}

/* Whose templates a tool fills in. The last row is for all other tools of debhelper, and theirs alone is the version in the mark. */
static const struct {
    const char *tool; /* beginning of what follows "dh_" */
    const char *package;
    bool is_versioned;
} template_owners[] = {
    {"python", "dh-python", false},
    {"pypy", "dh-python", false},
    {"apparmor", "dh-apparmor", false},
    {"", "libdebhelper-perl", true},
};

/* Which toolchain added something to this script? */
static pl_status read_script(struct reading *r, pl_bytes data, struct pl_err *err)
{
    pl_bytes mark = PL_LIT("# Automatically added by dh_");
    pl_bytes line;
    pl_status st = PL_OK;
    while (st == PL_OK && pl_bytes_line(&data, &line)) {
        if (!pl_bytes_starts(line, mark))
            continue;
        pl_bytes rest = pl_bytes_from(line, mark.n);
        size_t slash = pl_bytes_find_byte(rest, '/', 0);
        pl_bytes version = slash == SIZE_MAX ? PL_LIT("") : pl_bytes_trim(pl_bytes_from(rest, slash + 1));
        size_t i = 0;
        while (!pl_bytes_starts(rest, pl_bytes_of_str(template_owners[i].tool)))
            i++;
        st = add_helper(r, template_owners[i].package, template_owners[i].is_versioned ? version : PL_LIT(""),
                        err);
    }
    return st;
}

/* dh_update_autotools_config(1) puts the scripts of autotools-dev in the place of the source's; md5sums says whether such a file is shipped. */
static pl_status read_md5sums(struct reading *r, pl_bytes data, struct pl_err *err)
{
    pl_bytes line;
    while (pl_bytes_line(&data, &line))
        if (pl_bytes_ends(line, PL_LIT("/config.guess")) || pl_bytes_ends(line, PL_LIT("/config.sub")))
            return add_helper(r, "autotools-dev", PL_LIT(""), err);
    return PL_OK;
}

static bool only_control(void *ctx, struct pl_file *f)
{
    (void)ctx; /* the path decides */
    return f->depth == 0 || pl_bytes_starts(f->path, PL_LIT("control.tar"));
}

static pl_status visit(void *ctx, struct pl_file *f, struct pl_err *err)
{
    static const char *const scripts[] = {"preinst", "postinst", "prerm", "postrm"};
    struct reading *r = ctx;
    pl_status st = PL_OK;
    if (f->type == PL_ENTRY_FILE && f->container == NULL && f->data.p != NULL &&
        pl_bytes_starts(f->path, PL_LIT("control.tar"))) {
        if (pl_bytes_eq(f->name, PL_LIT("control")))
            st = read_control(r, f->data, err);
        if (pl_bytes_eq(f->name, PL_LIT("md5sums")))
            st = read_md5sums(r, f->data, err);
        for (size_t i = 0; i < sizeof scripts / sizeof scripts[0] && st == PL_OK; i++)
            if (pl_bytes_eq_str(f->name, scripts[i]))
                st = read_script(r, f->data, err);
    }
    pl_file_reset(f);
    return st;
}

pl_status pl_deb_identify(pl_bytes package, const struct pl_limits *limits, struct pl_arena *arena,
                          struct pl_deb_identity *out, struct pl_err *err)
{
    struct pl_arena walk;
    struct reading r = {.arena = arena, .id = out};
    struct pl_unpack_sink sink = {.ctx = &r, .wants = only_control, .file = visit};
    *out = (struct pl_deb_identity){0};
    if (!pl_bytes_starts(package, PL_LIT("!<arch>\ndebian-binary")))
        return pl_fail(err, PL_E_NOT_FOUND, 0, "not a .deb");
    pl_arena_init(&walk, (size_t)limits->memory_bytes);
    pl_status st = pl_unpack(package, PL_LIT(""), limits, &walk, &sink, err);
    pl_arena_reset(&walk);
    if (st == PL_OK && !r.has_control)
        return pl_fail(err, PL_E_NOT_FOUND, PL_NO_OFFSET, "the .deb has no control file");
    return st;
}
