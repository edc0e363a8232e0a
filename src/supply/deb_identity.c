/*
 * deb_identity.c - reading control.tar of a .deb, once, before the package is examined.
 *
 * Debhelper marks what it adds to maintainer scripts with "# Automatically added by dh_NAME/VERSION" (debhelper(7)); that names
 * the toolchain packages in which the templates stand. Scripts that tools put into a build from their own package are found by their names.
 */
#include "supply/deb_identity.h"

#include "base/wire.h"
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

/* The fields that name sources of what was linked in, as one list. */
static pl_status read_built_using(struct reading *r, const struct pl_deb822 *stanza, struct pl_err *err)
{
    static const char *const fields[] = {"Built-Using", "Static-Built-Using", "X-Cargo-Built-Using"};
    const char *list = "";
    for (size_t i = 0; i < sizeof fields / sizeof fields[0] && list != NULL; i++) {
        pl_bytes value = pl_deb822_get(stanza, fields[i]);
        if (value.n > 0)
            list = pl_arena_printf(r->arena, "%s%s%.*s", list, list[0] == '\0' ? "" : ",", PL_ARG(value));
    }
    if (list == NULL)
        return pl_arena_fail(r->arena, err);
    r->id->built_using = pl_bytes_of_str(list);
    return PL_OK;
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
    if (st == PL_OK)
        st = read_built_using(r, &stanza, err);
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

/*
 * Whose templates a tool fills in: the packages of Debian that have some. The last row is for all other tools of debhelper, and theirs alone is the
 * version in the mark. A row without a tool is for files that a tool copies into the source.
 */
static const struct {
    const char *tool; /* beginning of what follows "dh_" */
    const char *package;
    bool is_versioned;
} template_owners[] = {
    {"python", "dh-python", false},
    {"pypy", "dh-python", false},
    {"apache2", "apache2-dev", false},
    {"apparmor", "dh-apparmor", false},
    {"aspell", "dictionaries-common-dev", false},
    {"dkms", "dh-dkms", false},
    {"elpa", "dh-elpa", false},
    {"installcli", "cli-common-dev", false},
    {"installnss", "dh-nss", false},
    {"installtex", "tex-common", false},
    {"installxmlcatalogs", "xml-core", false},
    {"lisp", "dh-lisp", false},
    {"nginx", "nginx-dev", false},
    {"php", "dh-php", false},
    {"runit", "dh-runit", false},
    {"sysuser", "dh-sysuser", false},
    {"vdrplugin", "vdr-dev", false},
    {NULL, "autotools-dev", false},
    {"", "libdebhelper-perl", true},
};

#define N_OWNERS (sizeof template_owners / sizeof template_owners[0])

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
        while (template_owners[i].tool == NULL ||
               !pl_bytes_starts(rest, pl_bytes_of_str(template_owners[i].tool)))
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

static bool is_deb(pl_bytes package)
{
    return pl_bytes_starts(package, PL_LIT("!<arch>\ndebian-binary"));
}

pl_status pl_deb_identify(pl_bytes package, const struct pl_limits *limits, struct pl_arena *arena,
                          struct pl_deb_identity *out, struct pl_err *err)
{
    struct pl_arena walk;
    struct reading r = {.arena = arena, .id = out};
    struct pl_unpack_sink sink = {.ctx = &r, .wants = only_control, .file = visit};
    *out = (struct pl_deb_identity){0};
    if (!is_deb(package))
        return pl_fail(err, PL_E_NOT_FOUND, 0, "not a .deb");
    pl_arena_init(&walk, (size_t)limits->memory_bytes);
    pl_status st = pl_unpack(package, PL_LIT(""), limits, &walk, &sink, err);
    pl_arena_reset(&walk);
    if (st == PL_OK && !r.has_control)
        return pl_fail(err, PL_E_NOT_FOUND, PL_NO_OFFSET, "the .deb has no control file");
    return st;
}

/* ---- in a process of its own ---- */

#define PART_BYTES (1u << 20)

struct apart {
    pl_bytes package;
    const struct pl_limits *limits;
    struct pl_arena *arena;
    struct pl_deb_identity *id;
    bool is_told;
};

/* Helpers have a name from the table above; the number of the row goes over the wire. */
static pl_status say(void *ctx, struct pl_ask_answer *to, struct pl_err *err)
{
    const struct apart *a = ctx;
    const struct pl_deb_identity *id = a->id;
    struct pl_buf out;
    struct pl_wire_out w = {.out = &out};
    pl_status st = pl_deb_identify(a->package, a->limits, a->arena, a->id, err);
    if (st != PL_OK)
        return st;
    const pl_bytes fields[] = {id->package, id->version,        id->architecture,
                               id->source,  id->source_version, id->built_using};
    pl_buf_init(&out, PART_BYTES);
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++)
        pl_wire_bytes(&w, fields[i]);
    pl_wire_u64(&w, id->n_helpers);
    for (size_t i = 0; i < id->n_helpers; i++) {
        size_t k = 0;
        while (k < N_OWNERS && strcmp(template_owners[k].package, id->helpers[i].package) != 0)
            k++;
        pl_wire_u64(&w, k);
        pl_wire_bytes(&w, id->helpers[i].version);
    }
    st = pl_buf_done(&out, err);
    if (st == PL_OK)
        st = pl_ask_say(to, pl_buf_bytes(&out), err);
    pl_buf_reset(&out);
    return st;
}

static pl_status take(void *ctx, pl_bytes part, struct pl_err *err)
{
    struct apart *a = ctx;
    struct pl_deb_identity *id = a->id;
    struct pl_wire_in in = {.c = pl_cursor_of(part), .arena = a->arena, .limits = a->limits};
    pl_bytes *const fields[] = {&id->package, &id->version,        &id->architecture,
                                &id->source,  &id->source_version, &id->built_using};
    *id = (struct pl_deb_identity){0};
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++)
        *fields[i] = pl_wire_take_bytes(&in);
    id->n_helpers = (size_t)pl_wire_take_below(&in, PL_DEB_HELPERS + 1);
    for (size_t i = 0; i < id->n_helpers; i++) {
        id->helpers[i].package = template_owners[pl_wire_take_below(&in, N_OWNERS)].package;
        id->helpers[i].version = pl_wire_take_bytes(&in);
    }
    pl_wire_require(&in, id->package.n > 0 && !a->is_told);
    a->is_told = true;
    return pl_wire_done(&in, err);
}

pl_status pl_deb_identify_apart(pl_bytes package, const struct pl_ask *given, struct pl_arena *arena,
                                struct pl_deb_identity *out, struct pl_err *err)
{
    struct apart a = {.package = package, .limits = given->limits, .arena = arena, .id = out};
    struct pl_ask ask = *given;
    *out = (struct pl_deb_identity){0};
    if (!is_deb(package) || ask.is_here)
        return pl_deb_identify(package, given->limits, arena, out, err);
    ask.ctx = &a;
    ask.work = say;
    ask.take = take;
    ask.what = "the control member";
    ask.part_bytes = PART_BYTES;
    pl_status st = pl_ask(&ask, err);
    return st == PL_OK && !a.is_told
               ? pl_fail(err, PL_E_INPUT, PL_NO_OFFSET, "the control member cannot be read: nothing was said")
               : st;
}
