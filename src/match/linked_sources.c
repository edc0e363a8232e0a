/*
 * linked_sources.c - sources that went into the package's programs and are not part of the check.
 *
 * Rust and Go link the libraries they use into each program, and libraries write texts, too: completions and manual pages. Debian says in the binary
 * package's control file which source packages these were. While they are not at hand, a text that no source explains may be theirs: nobody
 * can tell, so that it contradicts nothing.
 *
 * That holds for files below usr/share that nothing executes, in packages whose source says that it is one of Rust or Go. What somebody could hide
 * behind it: a text there. It stays unaccounted, and a warning, and the link is unproven.
 *
 * Source: Debian Policy 7.8 (Built-Using); deb-src-control(5), Static-Built-Using; dh-cargo for X-Cargo-Built-Using.
 */
#include "match/linked_sources.h"

#include "format/text/deb822.h"

static const char *const fields[] = {"X-Cargo-Built-Using", "Static-Built-Using", "Built-Using"};

static bool is_at_hand(const struct pl_index *ix, pl_bytes name)
{
    for (size_t i = 0; i < pl_index_tree_count(ix); i++) {
        pl_bytes tree = pl_bytes_of_str(pl_index_tree(ix, i)->name); /* with or without its version */
        if (pl_bytes_eq(name, pl_bytes_sub(tree, 0, pl_bytes_find_byte(tree, ' ', 0))))
            return true;
    }
    return false;
}

/* "rust-atty (= 0.2.14-2), rust-bstr (= 0.2.17-1)": how many of them are missing. */
static size_t count_missing(const struct pl_index *ix, pl_bytes value, pl_bytes *first)
{
    pl_bytes item;
    size_t n = 0;
    while (pl_bytes_split(&value, ',', &item)) {
        pl_bytes name = pl_bytes_trim(item);
        size_t end = 0;
        while (end < name.n && name.p[end] > ' ' && name.p[end] != '(')
            end++;
        name = pl_bytes_sub(name, 0, end);
        if (name.n == 0 || is_at_hand(ix, name))
            continue;
        if (n++ == 0)
            *first = name;
    }
    return n;
}

static bool may_be_of_library(const struct pl_match *m, const struct pl_file *f)
{
    return pl_bytes_starts(f->path, PL_LIT("data.tar")) && pl_bytes_starts(f->name, PL_LIT("usr/share/")) &&
           (f->mode & 0111) == 0 &&
           (pl_index_units_of_name(m->index, PL_LIT("Cargo.toml")).n > 0 ||
            pl_index_units_of_name(m->index, PL_LIT("go.mod")).n > 0);
}

pl_status pl_linked_missing(const struct pl_match *m, const struct pl_file *f, pl_bytes *why,
                            struct pl_err *err)
{
    const struct pl_file *control = may_be_of_library(m, f) ? pl_match_control(m, "control") : NULL;
    struct pl_deb822 stanza = {0};
    *why = (pl_bytes){NULL, 0};
    if (control == NULL || control->data.p == NULL)
        return PL_OK;
    pl_bytes text = control->data;
    if (pl_deb822_next(&text, m->scratch, &stanza, NULL) != PL_OK)
        return PL_OK; /* the rule for control files says so */
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
        pl_bytes first = {NULL, 0};
        size_t n = count_missing(m->index, pl_deb822_get(&stanza, fields[i]), &first);
        if (n == 0)
            continue;
        const char *words = pl_arena_printf(
            m->arena, "%s names %zu source%s that %s not part of this check: %.*s%s", fields[i], n,
            n == 1 ? "" : "s", n == 1 ? "is" : "are", PL_ARG(first), n == 1 ? "" : " and others");
        if (words == NULL)
            return pl_arena_fail(m->arena, err);
        *why = pl_bytes_of_str(words);
        return PL_OK;
    }
    return PL_OK;
}
