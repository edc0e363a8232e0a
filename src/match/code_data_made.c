/*
 * code_data_made.c - does the image come from a file that the source does not hold, since its build makes it?
 *
 *     ecc-secp256r1.c:  #include "ecc-secp256r1.h"     no such file in the source
 *     Makefile.in:      ecc-secp256r1.h: eccdata.stamp  the build makes it: tables that a program has computed
 *
 * Then data may stand in no source, and nothing is contradicted by that: it stays unaccounted, and is no error. Looked at are the files that accounted
 * functions of this very image come from. A file that is made from a template with its name (config.h.in) holds settings, no tables, and does not count;
 * nor does anything in an image that something else contradicts.
 *
 * What hides behind this: a payload in the place of such a table, or beside one, that no unaccounted code refers to. The link is unproven all the same.
 */
#include "match/code_data.h"

#include "corpus/codebase.h"

#include <stdlib.h>
#include <string.h>

#define MAX_UNITS   4096u /* of one image */
#define MAX_MISSING 64u   /* includes that are looked for in build files */

static bool is_name_byte(uint8_t c)
{
    return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || c == '_' || c == '-' ||
           c == '.';
}

/* Does a line of the text that says that something is made name the file? */
static bool names_as_made(pl_bytes text, pl_bytes name, bool is_make)
{
    for (size_t at = pl_bytes_find(text, name, 0); at != SIZE_MAX;
         at = pl_bytes_find(text, name, at + name.n)) {
        size_t end = at + name.n;
        bool is_whole =
            (at == 0 || !is_name_byte(text.p[at - 1])) && (end == text.n || !is_name_byte(text.p[end]));
        size_t line_at = pl_bytes_rfind_byte(pl_bytes_sub(text, 0, at), '\n');
        size_t line_end = pl_bytes_find_byte(text, '\n', end);
        pl_bytes line =
            pl_bytes_sub(text, line_at == SIZE_MAX ? 0 : line_at,
                         (line_end == SIZE_MAX ? text.n : line_end) - (line_at == SIZE_MAX ? 0 : line_at));
        bool is_output = is_make ? pl_bytes_find_byte(line, ':', 0) != SIZE_MAX
                                 : pl_bytes_find(line, PL_LIT("output"), 0) != SIZE_MAX ||
                                       pl_bytes_find(line, PL_LIT("OUTPUT"), 0) != SIZE_MAX;
        if (is_whole && is_output)
            return true;
    }
    return false;
}

static bool is_made(const struct pl_index *ix, pl_bytes name)
{
    for (uint32_t u = 0; u < pl_index_unit_count(ix); u++) {
        const struct pl_source_file *f = pl_index_unit_file(ix, u);
        pl_bytes base = pl_bytes_basename(f->path);
        bool is_make = pl_bytes_starts(base, PL_LIT("Makefile")) ||
                       pl_bytes_starts(base, PL_LIT("makefile")) || pl_bytes_ends(base, PL_LIT(".mk")) ||
                       pl_bytes_eq_str(base, "GNUmakefile") || pl_bytes_eq_str(base, "rules");
        bool is_other = pl_bytes_eq_str(base, "meson.build") || pl_bytes_eq_str(base, "CMakeLists.txt") ||
                        pl_bytes_ends(base, PL_LIT(".cmake"));
        if ((is_make || is_other) && names_as_made(f->data, name, is_make))
            return true;
    }
    return false;
}

/* No file of the source has the name, or the name of a template of it. */
static bool is_missing(const struct pl_data *d, pl_bytes name)
{
    static const char *const templates[] = {"", ".in", ".in.in", ".cmake", ".cmake.in", ".meson"};
    for (size_t i = 0; i < sizeof templates / sizeof *templates; i++) {
        const char *whole = pl_arena_printf(d->m->scratch, "%.*s%s", PL_ARG(name), templates[i]);
        if (whole == NULL || pl_index_units_of_name(d->m->index, pl_bytes_of_str(whole)).n > 0)
            return false;
    }
    return true;
}

/* What a line includes between quotes; no bytes when it does not. */
static pl_bytes included(pl_bytes line)
{
    pl_bytes rest = pl_bytes_trim(line);
    if (!pl_bytes_starts(rest, PL_LIT("#")))
        return (pl_bytes){NULL, 0};
    rest = pl_bytes_trim(pl_bytes_from(rest, 1));
    if (!pl_bytes_starts(rest, PL_LIT("include")))
        return (pl_bytes){NULL, 0};
    rest = pl_bytes_trim(pl_bytes_from(rest, 7));
    size_t end = rest.n > 1 && rest.p[0] == '"' ? pl_bytes_find_byte(rest, '"', 1) : SIZE_MAX;
    return end == SIZE_MAX ? (pl_bytes){NULL, 0} : pl_bytes_basename(pl_bytes_sub(rest, 1, end - 1));
}

/* The name of the first file that the unit includes and the build makes. */
static pl_bytes made_file_of(const struct pl_data *d, uint32_t unit, unsigned *looked_for)
{
    pl_bytes rest = pl_index_unit_file(d->m->index, unit)->data;
    pl_bytes line;
    while (pl_bytes_line(&rest, &line)) {
        pl_bytes name = included(line);
        if (name.n == 0 || !is_missing(d, name) || ++*looked_for > MAX_MISSING)
            continue;
        if (is_made(d->m->index, name))
            return name;
    }
    return (pl_bytes){NULL, 0};
}

bool pl_data_unit_of(const struct pl_data *d, const struct pl_claim *c, uint32_t *unit)
{
    if (c->source == NULL)
        return false;
    pl_bytes source = pl_bytes_of_str(c->source);
    size_t colon = pl_bytes_rfind_byte(source, ':');
    pl_units found = pl_index_units_of_path(d->m->index, pl_bytes_sub(source, 0, colon));
    if (found.n > 0)
        *unit = found.v[0];
    return found.n > 0;
}

pl_status pl_data_made(const struct pl_data *d, pl_bytes *out, struct pl_err *err)
{
    const struct pl_ledger *l = &d->f->ledger;
    uint8_t *seen = calloc(pl_index_unit_count(d->m->index) + 1, 1);
    unsigned looked_for = 0;
    unsigned n = 0;
    if (seen == NULL)
        return pl_fail_nomem(err);
    *out = (pl_bytes){NULL, 0};
    for (size_t i = 0; i < d->f->findings.list.n; i++)
        if (d->f->findings.list.v[i].severity == PL_SEVERITY_ERROR)
            n = MAX_UNITS;
    for (size_t i = 0; i < l->settled.n && n < MAX_UNITS && out->n == 0; i++) {
        const struct pl_claim *c = &l->settled.v[i];
        uint32_t unit;
        if (c->class != PL_CLASS_DERIVED || strncmp(c->rule, "code.", 5) != 0 ||
            !pl_data_unit_of(d, c, &unit) || seen[unit])
            continue;
        seen[unit] = 1;
        n++;
        pl_bytes name = made_file_of(d, unit, &looked_for);
        if (name.n == 0)
            continue;
        const char *text = pl_arena_printf(d->m->arena, "%.*s includes %.*s, which its build makes",
                                           PL_ARG(pl_index_unit_file(d->m->index, unit)->path), PL_ARG(name));
        if (text != NULL)
            *out = pl_bytes_of_str(text);
    }
    free(seen);
    return d->m->arena->why != PL_OK ? pl_arena_fail(d->m->arena, err) : PL_OK;
}
