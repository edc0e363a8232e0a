/*
 * literals_places.c - strict rules for what __FILE__ and __LINE__ say, alone and beside a literal.
 *
 *     "../../src/kite.c"    "src/kite.c:657"    "../src/kite.c:657: no wind today"
 *
 * Source: C17 6.10.8.1; GLib manual, "G_STRLOC".
 */
#include "corpus/literals_set.h"

/*
 * __FILE__ as a build folder sees it: "../../src/a.c", "./a.c", ".//a.c"; also where the sources were copied to a folder of another name first:
 * "../../srcw/lib/a.c", of "expat/lib/a.c".
 */
const struct literal *pl_literal_find_file(const struct pl_literals *l, pl_bytes string)
{
    bool is_outside = pl_bytes_starts(string, PL_LIT("../"));
    while (pl_bytes_starts(string, PL_LIT("./")) || pl_bytes_starts(string, PL_LIT("../"))) {
        string = pl_bytes_from(string, pl_bytes_find_byte(string, '/', 0) + 1);
        while (pl_bytes_starts(string, PL_LIT("/")))
            string = pl_bytes_from(string, 1);
    }
    const struct literal *e = string.n == 0 ? NULL : pl_literal_find(l, RULE_FILE, string);
    size_t slash = pl_bytes_find_byte(string, '/', 0);
    pl_bytes inner = slash == SIZE_MAX ? pl_bytes_sub(string, 0, 0) : pl_bytes_from(string, slash + 1);
    if (e == NULL && is_outside && pl_bytes_find_byte(inner, '/', 0) != SIZE_MAX)
        e = pl_literal_find(l, RULE_FILE, inner);
    return e;
}

/* The number of a file's last line; the index has counted them. */
static uint64_t last_line(const struct pl_literals *l, pl_source_ref ref)
{
    const struct pl_source_file *f = pl_index_file(l->index, ref);
    pl_units units = pl_index_units_of_path(l->index, f->path);
    for (size_t i = 0; i < units.n; i++) {
        pl_source_ref found = pl_index_unit_ref(l->index, units.v[i]);
        if (found.tree == ref.tree && found.file == ref.file)
            return pl_index_line_of(l->index, units.v[i], f->data.n);
    }
    return 1; /* an empty file */
}

/*
 * "../../source3/lib/a.c:657", "src/a.c(12)": __FILE__ and __LINE__ side by side, in a source that names __LINE__. Macros put that into each call of an allocation, more often than
 * uses can be expanded. No larger number than the file has lines. What it could hide: another line of the same file.
 */
const struct literal *pl_literal_find_place(const struct pl_literals *l, pl_bytes string)
{
    bool has_list = pl_bytes_ends(string, PL_LIT(")"));
    size_t end = string.n - has_list;
    size_t at = end;
    uint64_t line = 0;
    while (at > 0 && pl_is_digit(string.p[at - 1]))
        at--;
    if (at < 2 || !pl_bytes_to_u64(pl_bytes_sub(string, at, end - at), &line) ||
        string.p[at - 1] != (has_list ? '(' : ':') ||
        pl_literal_find(l, RULE_WORD, PL_LIT("__LINE__")) == NULL)
        return NULL;
    const struct literal *e = pl_literal_find_file(l, pl_bytes_sub(string, 0, at - 1));
    if (e == NULL || e->file >= l->n_files)
        return NULL;
    return line > 0 && line <= last_line(l, l->files[e->file]) ? e : NULL;
}

/* "../a.c:657: no memory": G_STRLOC and a literal side by side. What it could hide: the literal beside another line. */
const struct literal *pl_literal_find_place_and_text(const struct pl_literals *l, pl_bytes string)
{
    enum literal_rule rule;
    size_t at = pl_bytes_find_byte(string, ':', 0);
    size_t end = at == SIZE_MAX ? string.n : at + 1;
    while (end < string.n && pl_is_digit(string.p[end]))
        end++;
    if (end == string.n || end == at + 1 ||
        pl_literal_find_exact(l, pl_bytes_from(string, end), &rule) == NULL)
        return NULL;
    return pl_literal_find_place(l, pl_bytes_sub(string, 0, end));
}
