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

#include <string.h>

#define MIN_STEM 4u /* bytes of a name that says something */

static bool is_digit(uint8_t b)
{
    return b >= '0' && b <= '9';
}

/* The file's name at the front of the script's, one number for another; what is behind it. No bytes when it is another name. */
static pl_bytes behind_name(pl_bytes script, pl_bytes name)
{
    size_t i = 0;
    while (i < name.n && i < script.n &&
           (script.p[i] == name.p[i] || (is_digit(script.p[i]) && is_digit(name.p[i]))))
        i++;
    return i == name.n ? pl_bytes_from(script, i) : (pl_bytes){NULL, 0};
}

static bool is_script_of(const struct pl_source_file *s, pl_bytes name)
{
    static const char *const ends[] = {".gen", ".gen.in", ".sh",  ".sh.in",  ".pl",    ".pl.in",
                                       ".py",  ".py.in",  ".awk", ".awk.in", ".gen.sh"};
    pl_bytes end = behind_name(pl_bytes_basename(s->path), name);
    return pl_bytes_is_one_of(end, ends, sizeof ends / sizeof ends[0]) &&
           pl_bytes_starts(s->data, PL_LIT("#!"));
}

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
    *why = (pl_bytes){NULL, 0};
    for (size_t t = 0; t < pl_index_tree_count(m->index) && is_data(f, name); t++) {
        const struct pl_source_tree *tree = pl_index_tree(m->index, t);
        for (size_t i = 0; i < tree->files.n && tree->rank == PL_RANK_OWN; i++) {
            const struct pl_source_file *s = &tree->files.v[i];
            if (!is_script_of(s, name))
                continue;
            const char *text = pl_arena_printf(m->arena, "%.*s writes it", PL_ARG(s->path));
            if (text == NULL)
                return pl_arena_fail(m->arena, err);
            *why = pl_bytes_of_str(text);
            return PL_OK;
        }
    }
    return PL_OK;
}
