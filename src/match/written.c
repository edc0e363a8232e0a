/*
 * written.c - data that a script of the source wrote while the package was built.
 *
 *     filter/liblouis1.defs.gen.in     usr/share/cups/ppdc/liblouis1.defs, and liblouis3.defs
 *
 * The script puts together what it finds on the machine of the build, such as the tables of another package, so that nobody can tell whether its output is right without
 * running it there. It is known by its name: the file's with an ending behind it, whatever digits the file's name has. That holds for texts below usr/share of no kind
 * that is known: nothing that is executed, configures or is a menu entry.
 *
 * What somebody could hide behind it: lines of such a file. They stay unaccounted, and a warning, and the link is unproven.
 *
 * Source: Makefile.am of cups-filters, which is one of those that do so.
 */
#include "match/written.h"

#include "match/names.h"

#include <string.h>

#define MIN_STEM 4u /* bytes of a name that says something */

/* May it be called so: a text that nothing executes, and of which nobody knows another reader? */
static bool is_data(const struct pl_file *f, pl_bytes name)
{
    static const char *const read_by_others[] = {".desktop", ".policy",  ".rules",  ".hook",
                                                 ".list",    ".install", ".profile"};
    for (size_t i = 0; i < sizeof read_by_others / sizeof read_by_others[0]; i++)
        if (pl_bytes_ends(name, pl_bytes_of_str(read_by_others[i])))
            return false;
    return pl_bytes_starts(f->name, PL_LIT("usr/share/")) && (f->mode & 0111) == 0 && name.n >= MIN_STEM &&
           pl_bytes_find_byte(name, '.', 0) != SIZE_MAX && f->kind != NULL && strcmp(f->kind, "text") == 0;
}

pl_status pl_written_by(const struct pl_match *m, const struct pl_file *f, pl_bytes *why, struct pl_err *err)
{
    pl_bytes name = pl_bytes_basename(f->name);
    uint64_t script;
    *why = (pl_bytes){NULL, 0};
    if (!is_data(f, name))
        return PL_OK;
    pl_status st = pl_names_build(m, PL_NAME_SCRIPT, err);
    if (st != PL_OK)
        return st;
    name = pl_name_of_written(m->scratch, name);
    if (name.p == NULL)
        return pl_arena_fail(m->scratch, err);
    if (!pl_names_has(m, PL_NAME_SCRIPT, name, &script))
        return PL_OK;
    const char *text =
        pl_arena_printf(m->arena, "%.*s writes it", PL_ARG(pl_name_script_of(m, script)->path));
    if (text == NULL)
        return pl_arena_fail(m->arena, err);
    *why = pl_bytes_of_str(text);
    return PL_OK;
}
