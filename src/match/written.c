/*
 * written.c - data that a script of the source wrote while the package was built.
 *
 *     filter/liblouis1.defs.gen.in     usr/share/cups/ppdc/liblouis1.defs, and liblouis3.defs
 *
 * The script puts together what it finds on the machine of the build, such as the tables of another package, so that nobody can tell whether its output is right without
 * running it there. It is known by its name: the file's with an ending behind it, whatever digits the file's name has. That holds for texts below usr/share of no kind
 * that is known: nothing that is executed, configures or is a menu entry.
 *
 *     usr/lib/x86_64-linux-gnu/girepository-1.0/Kite-1.0.typelib, of the library's functions
 *
 * g-ir-compiler writes such a table out of what g-ir-scanner found in a library: names of functions and types, which begin with a prefix that no source writes out, with a byte of flags
 * before them. It counts where each library that the table has loaded is called by words of the source.
 *
 * What somebody could hide behind it: other names of functions of these libraries in a table, and lines of a text as above. They stay unaccounted, and a warning, and the link is unproven.
 *
 * Source: Makefile.am of cups-filters, which is one of those that do so; gitypelib-internal.h of gobject-introspection (Header).
 */
#include "match/written.h"

#include "base/cursor.h"
#include "format/text/words.h"
#include "match/names.h"

#include <string.h>

#define MIN_STEM          4u  /* bytes of a name that says something */
#define TYPELIB_LIBRARIES 52u /* byte of the header that says where the names of libraries are */

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

/* "libkite-1.0.so.0" of libraries "libkite-1.0.so.0,libwind.so": is it in no folder, and called by words of the source? */
static bool is_known_library(const struct pl_match *m, pl_bytes library)
{
    pl_bytes word;
    size_t so = pl_bytes_find(library, PL_LIT(".so"), 0);
    pl_bytes stem = pl_bytes_sub(library, 0, so);
    bool is_known = pl_bytes_skip(&stem, PL_LIT("lib")) && so != SIZE_MAX &&
                    pl_bytes_find_byte(library, '/', 0) == SIZE_MAX;
    while (is_known && pl_words_next(&stem, &word))
        is_known = pl_index_has_word(m->index, word) || pl_is_digit(word.p[0]);
    return is_known;
}

/* A table of g-ir-compiler, whose libraries are known. */
static bool is_typelib(const struct pl_match *m, const struct pl_file *f)
{
    struct pl_cursor c = pl_cursor_of(pl_bytes_from(f->data, TYPELIB_LIBRARIES));
    pl_bytes library;
    if (!pl_bytes_starts(f->data, PL_LIT("GOBJ\nMETADATA\r\n\x1a")) ||
        !pl_bytes_ends(f->name, PL_LIT(".typelib")))
        return false;
    uint32_t at = pl_cursor_u32le(&c);
    pl_bytes libraries = pl_bytes_from(f->data, at);
    libraries = pl_bytes_sub(libraries, 0, pl_bytes_find_byte(libraries, 0, 0));
    if (c.bad || at == 0 || at >= f->data.n)
        return !c.bad && at == 0; /* it loads none */
    while (pl_bytes_split(&libraries, ',', &library))
        if (!is_known_library(m, library))
            return false;
    return true;
}

pl_status pl_written_by(const struct pl_match *m, const struct pl_file *f, pl_bytes *why, struct pl_err *err)
{
    pl_bytes name = pl_bytes_basename(f->name);
    uint64_t script;
    *why = is_typelib(m, f) ? PL_LIT("g-ir-compiler writes it") : (pl_bytes){NULL, 0};
    if (why->n > 0 || !is_data(f, name))
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
