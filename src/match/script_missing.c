/*
 * script_missing.c - may a run be of a dependency that could not be had?
 *
 *     source    u.js       import d from "d"      d is pinned, and the registry does not have it
 *     package   bundle.js  ...u... DDDDD ...u...  holds text of u.js, and does not import d
 *
 * What was in place of D is of d, or is not: nobody can tell without d. So it is no contradiction, and no explanation either: a warning, and
 * the link stays unproven. All of this has to hold:
 *   - the source names d: one of its programs, or one of a dependency that is here, imports it. What the package itself says (a text such as
 *     "node_modules/d/", its own package.json) never counts: whoever changes a build could write that;
 *   - text of that very program is in this file, and this file does not import d. A file that is built of one module, or that leaves d to be
 *     installed, has no room for d;
 *   - the stretch is as large as modules are: MODULE_ATOMS that nothing explains, and half of what is around; of a large library other
 *     sources explain much by chance, out of order, which counts as half foreign while the nearest 128 are not all explained. A call, a hook or a loader that was put between lines that are explained stays an error.
 * What this could hide: a program of some 130 atoms or more, or one inside of or right beside d's own text, in a bundle of a source whose
 * dependency is missing. It is shown, with the name of what is missing, and the package does not pass.
 */
#include "match/script_claim.h"

#define MODULE_ATOMS  128u
#define LIBRARY_ATOMS 512u
#define TEXT_ATOMS    8u /* of the program that imports it */

static bool is_unexplained(const struct pl_script_link *link)
{
    return link->class >= PL_SCRIPT_CONTEXT;
}

/* The module of an atom, without quotes, begins with the package's name. */
static bool imports(const struct pl_script_text *t, size_t a, pl_bytes package)
{
    pl_bytes text = pl_bytes_sub(t->f->data, t->atoms[a].at, t->atoms[a].length);
    if (t->atoms[a].kind != PL_ATOM_MODULE || text.n < package.n + 2 ||
        !pl_bytes_starts(pl_bytes_from(text, 1), package))
        return false;
    return text.n == package.n + 2 || text.p[1 + package.n] == '/';
}

static bool is_imported(const struct pl_script_text *t, pl_bytes name)
{
    pl_bytes package = pl_bytes_sub(name, 0, pl_bytes_find_byte(name, ' ', 0));
    for (size_t a = 0; a < t->n; a++)
        if (imports(t, a, package))
            return true;
    return false;
}

pl_bytes pl_script_missing_of(const struct pl_script_text *t)
{
    const struct pl_index *ix = t->m->index;
    bool is_whole = true;
    uint32_t unit = UINT32_MAX; /* of the last atom that was looked at */
    uint32_t count = 0;
    for (size_t i = 0; i < pl_index_tree_count(ix); i++)
        is_whole = is_whole && pl_index_tree(ix, i)->missing == NULL;
    for (size_t a = 0; a < t->n && !is_whole; a++) {
        uint32_t position = t->links[a].position;
        if (t->links[a].class != PL_SCRIPT_EXPLAINED)
            continue;
        if (unit == UINT32_MAX || position < t->set->units[unit].first ||
            position >= t->set->units[unit + 1].first) {
            unit = pl_script_unit_at(t->set, position);
            count = 0;
        }
        if (++count != TEXT_ATOMS || pl_script_is_helper_unit(t->set, unit))
            continue;
        const char *name = pl_index_unit_file(ix, t->set->units[unit].unit)->imports_missing;
        if (name != NULL && !is_imported(t, pl_bytes_of_str(name)))
            return pl_bytes_of_str(name);
    }
    return (pl_bytes){NULL, 0};
}

/* Explained, but not in the order of its source: chance finds such atoms in a large text that has nothing to do with this one. */
static bool is_loose(const struct pl_script_text *t, size_t a)
{
    bool is_followed = a + 1 < t->n && t->links[a + 1].is_next;
    return t->links[a].class == PL_SCRIPT_EXPLAINED && !t->links[a].is_next && !is_followed;
}

/* Of the atoms up to `reach` to both sides of the run one in `share` is unexplained or loose, and at least `least` are unexplained. */
static bool is_foreign_around(const struct pl_script_text *t, size_t first, size_t last, size_t reach,
                              size_t share, size_t least)
{
    size_t from = first > reach ? first - reach : 0;
    size_t end = last + 1 + reach < t->n ? last + 1 + reach : t->n;
    size_t unexplained = 0;
    size_t loose = 0;
    for (size_t a = from; a < end; a++) {
        unexplained += is_unexplained(&t->links[a]);
        loose += is_loose(t, a);
    }
    return unexplained >= least && share * (unexplained + loose) >= end - from;
}

bool pl_script_is_module_sized(const struct pl_script_text *t, size_t first, size_t last)
{
    return is_foreign_around(t, first, last, MODULE_ATOMS, 2, MODULE_ATOMS) ||
           (is_foreign_around(t, first, last, LIBRARY_ATOMS, 2, LIBRARY_ATOMS / 2) &&
            is_foreign_around(t, first, last, MODULE_ATOMS, 4, 1));
}
