/*
 * debian.c - what the rungs for files that Debian's tools re-make have in common.
 *
 *     debian-binary
 *     control.tar.xz!/md5sums            a path with exactly one "!/" after the member's name
 *     data.tar.xz!/usr/bin/xz
 *     pool/x.deb!/control.tar.xz!/...    a .deb inside something else
 */
#include "match/debian.h"
#include "format/text/deb822.h"

#include <string.h>

static bool find_member(pl_bytes path, const char *member, struct pl_deb_place *out)
{
    pl_bytes word = pl_bytes_of_str(member);
    for (size_t at = pl_bytes_find(path, word, 0); at != SIZE_MAX; at = pl_bytes_find(path, word, at + 1)) {
        if (at != 0 && !(at >= 2 && path.p[at - 1] == '/' && path.p[at - 2] == '!'))
            continue;
        size_t end = pl_bytes_find(path, PL_LIT("!/"), at);
        if (end == SIZE_MAX || pl_bytes_find_byte(pl_bytes_sub(path, at, end - at), '/', 0) != SIZE_MAX)
            return false;
        out->package = pl_bytes_sub(path, 0, at);
        out->name = pl_bytes_from(path, end + 2);
        return true;
    }
    return false;
}

bool pl_deb_place_of(const struct pl_file *f, struct pl_deb_place *out)
{
    struct pl_deb_place place = {.is_control = true};
    if (!find_member(f->path, "control.tar", &place)) {
        place.is_control = false;
        if (!find_member(f->path, "data.tar", &place))
            return false;
    }
    bool is_file = f->type == PL_ENTRY_FILE || f->type == PL_ENTRY_HARDLINK;
    if (!is_file || !pl_bytes_eq(place.name, f->name))
        return false;
    *out = place;
    return true;
}

bool pl_deb_is_control(const struct pl_file *f, const char *name)
{
    struct pl_deb_place place;
    return f->container == NULL && pl_bytes_eq_str(f->name, name) && pl_deb_place_of(f, &place) &&
           place.is_control;
}

const struct pl_source_file *pl_own_file(const struct pl_match *m, const char *path)
{
    pl_source_ref ref;
    if (!pl_index_find_path(m->index, pl_bytes_of_str(path), &ref) ||
        pl_index_tree(m->index, ref.tree)->rank != PL_RANK_OWN)
        return NULL;
    return pl_index_file(m->index, ref);
}

struct pl_lines pl_lines_of(pl_bytes all)
{
    return (struct pl_lines){.all = all};
}

bool pl_lines_next(struct pl_lines *l)
{
    if (l->next >= l->all.n)
        return false;
    size_t end = pl_bytes_find_byte(l->all, '\n', l->next);
    bool has_end = end != SIZE_MAX;
    end = has_end ? end : l->all.n;
    l->offset = l->next;
    l->text = pl_bytes_sub(l->all, l->next, end - l->next);
    l->length = l->text.n + has_end;
    l->next += l->length;
    return true;
}

bool pl_has_line(pl_bytes text, pl_bytes line)
{
    struct pl_lines l = pl_lines_of(text);
    line = pl_bytes_trim(line);
    while (pl_lines_next(&l))
        if (pl_bytes_eq(pl_bytes_trim(l.text), line))
            return true;
    return false;
}

const struct pl_source_file *pl_own_debian_line(const struct pl_match *m, const char *suffix, pl_bytes line)
{
    for (size_t t = 0; t < pl_index_tree_count(m->index); t++) {
        const struct pl_source_tree *tree = pl_index_tree(m->index, t);
        for (size_t i = 0; tree->rank == PL_RANK_OWN && i < tree->files.n; i++) {
            const struct pl_source_file *f = &tree->files.v[i];
            if (pl_bytes_starts(f->path, PL_LIT("debian/")) && !f->is_superseded &&
                pl_bytes_ends(f->path, pl_bytes_of_str(suffix)) && pl_has_line(f->data, line))
                return f;
        }
    }
    return NULL;
}

const char *pl_own_name(const struct pl_source_file *f)
{
    return (const char *)f->path.p; /* paths of trees are kept with a NUL behind them (tree_build.c) */
}

/* End of the ${VAR} that starts at `at`; SIZE_MAX when there is none. */
static size_t var_end(pl_bytes template, size_t at)
{
    if (!pl_bytes_starts(pl_bytes_from(template, at), PL_LIT("${")))
        return SIZE_MAX;
    size_t end = pl_bytes_find_byte(template, '}', at);
    return end == SIZE_MAX ? end : end + 1;
}

/* The usual wildcard match: on a mismatch the last variable takes one byte more. O(template * value). */
bool pl_matches_vars(pl_bytes template, pl_bytes value)
{
    size_t t = 0;
    size_t v = 0;
    size_t after_var = SIZE_MAX;
    size_t var_from = 0;
    while (v < value.n) {
        size_t end = var_end(template, t);
        if (end != SIZE_MAX) {
            t = after_var = end;
            var_from = v;
        } else if (t < template.n && template.p[t] == value.p[v]) {
            t++;
            v++;
        } else if (after_var != SIZE_MAX && value.p[var_from] != '\n') {
            t = after_var;
            v = ++var_from;
        } else {
            return false;
        }
    }
    for (size_t end = var_end(template, t); end != SIZE_MAX; end = var_end(template, t))
        t = end;
    return t == template.n;
}

pl_status pl_remade_claim(struct pl_file *f, size_t offset, size_t length, const struct pl_claim *how,
                          struct pl_err *err)
{
    struct pl_claim c = *how;
    c.offset = offset;
    c.length = length;
    c.source_offset = PL_NO_OFFSET;
    return pl_ledger_claim(&f->ledger, &c, err);
}

pl_bytes pl_deb_field(const struct pl_match *m, const struct pl_file *f, const char *name)
{
    struct pl_deb_place mine;
    struct pl_deb_place other;
    if (!pl_deb_place_of(f, &mine))
        return (pl_bytes){NULL, 0};
    for (size_t i = 0; i < m->n_files; i++) {
        struct pl_deb822 stanza = {0};
        if (!pl_deb_is_control(m->files[i], "control") || !pl_deb_place_of(m->files[i], &other) ||
            !pl_bytes_eq(mine.package, other.package))
            continue;
        pl_bytes rest = m->files[i]->data;
        if (pl_deb822_next(&rest, m->scratch, &stanza, NULL) == PL_OK)
            return pl_deb822_get(&stanza, name);
    }
    return (pl_bytes){NULL, 0};
}
