/*
 * acquire_tools.c - which tools a release needs, told by the words in its own build files.
 *
 * The tools' files come from the machine's package archives, checked like any package. An archive may have been made with another version
 * of a tool; then more of it is left over. Source: automake(1), autopoint(1), gnulib-tool(1), the aclocal folder of each package.
 */
#include "pipeline/acquire_tools.h"
#include "pipeline/source_child.h"

#include "corpus/tree.h"

#include <string.h>

/* A tool and what calls for it: a file of that name, or a word in configure.ac. */
static const struct {
    const char *package;
    const char *file;    /* basename, or suffix when it begins with a dot; NULL */
    const char *word[3]; /* any of these, in configure.ac, configure.in, m4 files and Makefile.am */
} tools[] = {
    {"autoconf", "configure.ac", {NULL}},
    {"autoconf", "configure.in", {NULL}},
    {"autoconf2.69", "configure.ac", {NULL}}, /* what most releases of 2012 to 2021 were made with */
    {"autoconf2.69", "configure.in", {NULL}},
    {"automake", "Makefile.am", {NULL}},
    {"autotools-dev", NULL, {"AC_CANONICAL_", "LT_INIT", "AM_GNU_GETTEXT"}},
    {"libtool", NULL, {"LT_INIT", "AC_PROG_LIBTOOL", "AM_PROG_LIBTOOL"}},
    {"libltdl-dev", NULL, {"LT_INIT", "AC_PROG_LIBTOOL", "AM_PROG_LIBTOOL"}},
    {"gettext", NULL, {"AM_GNU_GETTEXT", "AM_NLS", NULL}},
    {"autopoint", NULL, {"AM_GNU_GETTEXT", "AM_NLS", NULL}},
    {"gnulib", NULL, {"gl_INIT", "gl_EARLY", "AM_GNU_GETTEXT"}},
    {"autoconf-archive", NULL, {"AX_", NULL}},
    {"pkgconf", NULL, {"PKG_CHECK_MODULES", "PKG_PROG_PKG_CONFIG", NULL}},
    {"bison", ".y", {NULL}},
    {"bison", ".yy", {NULL}},
    {"byacc", ".y", {NULL}},
    {"gperf", ".gperf", {"gperf", "GPERF", NULL}},
    {"flex", ".l", {NULL}},
    {"flex", ".ll", {NULL}},
};

#define N_TOOLS (sizeof tools / sizeof tools[0])

static bool is_build_file(pl_bytes base)
{
    return pl_bytes_eq_str(base, "configure.ac") || pl_bytes_eq_str(base, "configure.in") ||
           pl_bytes_eq_str(base, "Makefile.am") || pl_bytes_ends(base, PL_LIT(".m4"));
}

static bool calls_for(size_t tool, const struct pl_source_file *f)
{
    pl_bytes base = pl_bytes_basename(f->path);
    const char *name = tools[tool].file;
    if (name != NULL &&
        (name[0] == '.' ? pl_bytes_ends(base, pl_bytes_of_str(name)) : pl_bytes_eq_str(base, name)))
        return true;
    for (size_t i = 0; i < 3 && tools[tool].word[i] != NULL; i++)
        if (is_build_file(base) &&
            pl_bytes_find(f->data, pl_bytes_of_str(tools[tool].word[i]), 0) != SIZE_MAX)
            return true;
    return false;
}

static bool is_called_for(const struct pl_acquired *a, size_t tool)
{
    for (size_t t = 0; t < a->n_trees; t++) {
        const struct pl_source_tree *tree = a->trees[t];
        for (size_t i = 0; tree->rank == PL_RANK_OWN && tree->git != NULL && i < tree->files.n; i++)
            if (calls_for(tool, &tree->files.v[i]))
                return true;
    }
    return false;
}

static bool is_there(const struct pl_acquired *a, const char *package)
{
    for (size_t t = 0; t < a->n_trees; t++)
        if (a->trees[t]->rank == PL_RANK_TOOLCHAIN && strcmp(a->trees[t]->name, package) == 0)
            return true;
    return false;
}

/* "bison" of "bison-3.8.2.tar.xz": up to the first digit that stands behind a dash or underscore; "automake" of
 * the source package "automake-1.16", too. */
static pl_bytes project_of(pl_bytes name)
{
    for (size_t i = 1; i + 1 < name.n; i++)
        if ((name.p[i] == '-' || name.p[i] == '_') && pl_is_digit(name.p[i + 1]))
            return pl_bytes_sub(name, 0, i);
    return name;
}

pl_status pl_acquire_other_product(const struct pl_acquired *a, const struct pl_supplied *s,
                                   struct pl_err *err)
{
    struct pl_arena arena;
    struct pl_ask ask = {.limits = a->limits};
    struct pl_deb_identity tool;
    pl_bytes own = a->has_identity   ? a->identity.source
                   : a->name == NULL ? (pl_bytes){NULL, 0}
                                     : pl_bytes_of_str(a->name);
    pl_supply_asking(a->supply, &ask);
    pl_arena_init(&arena, (size_t)a->limits->memory_bytes);
    pl_status st = pl_deb_identify_apart(s->bytes, &ask, &arena, &tool, err);
    if (st == PL_OK && pl_bytes_eq(project_of(tool.source), project_of(own)))
        st = pl_fail(err, PL_E_USAGE, PL_NO_OFFSET, "made of the same source, it explains nothing of itself");
    pl_arena_reset(&arena);
    return st;
}

static pl_status add_tool(struct pl_acquired *a, const char *package, struct pl_report *r, struct pl_err *err)
{
    struct pl_supplied *s = NULL;
    struct pl_source_tree *t = NULL;
    struct pl_err why;
    pl_status got = pl_supply_fetch_deb(a->supply, package, NULL, NULL, &s, &why);
    if (got == PL_OK)
        got = pl_acquire_other_product(a, s, &why);
    if (got == PL_OK)
        got = pl_source_read_deb(a, package, s, PL_RANK_TOOLCHAIN, &t, &why);
    pl_supplied_free(s);
    if (got == PL_OK) {
        a->trees[a->n_trees++] = t;
        return PL_OK;
    }
    return got == PL_E_NOMEM ? pl_fail_nomem(err) : pl_acquire_note(r, package, &why, err);
}

pl_status pl_acquire_tools(struct pl_acquired *a, struct pl_report *r, struct pl_err *err)
{
    pl_status st = PL_OK;
    for (size_t i = 0; a->is_release && i < N_TOOLS && st == PL_OK; i++)
        if (a->n_trees < PL_MAX_TREES && !is_there(a, tools[i].package) && is_called_for(a, i))
            st = add_tool(a, tools[i].package, r, err);
    return st;
}
