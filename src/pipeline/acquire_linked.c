/*
 * acquire_linked.c - Go and Rust link their libraries into each program; Debian says in the binary package's control file which sources these were.
 *
 * The field is the package's own word, like the name of its source. What is named comes from the machine's signed indices, and what it explains it
 * explains by content. What somebody could hide behind it: functions of any source of the same archive that the control file names; the report lists them.
 * Taken is the package that holds it as source, which is what a build reads; where there is none, the source itself.
 *
 * Source: Debian Policy 7.8 (Built-Using); deb-src-control(5), Static-Built-Using; dh-cargo for X-Cargo-Built-Using.
 */
#include "pipeline/acquire_linked.h"
#include "pipeline/acquire_tools.h"
#include "pipeline/source_child.h"

#include "corpus/tree.h"

#include <string.h>

/* As many as two programs of Rust with all features have; and bytes of their trees. */
#define MAX_LINKED       400u
#define MAX_LINKED_BYTES ((uint64_t)2 << 30)

/*
 * The package that holds as source what goes into programs, by the name of the source it is made of: what a build reads is such a package. The first row
 * that fits counts; NULL: compiled elsewhere, at hand as a toolchain.
 */
static const struct {
    const char *front;   /* of the source's name */
    const char *package; /* with '*' for the source's name */
    const char *folder;  /* what of it is linked in; NULL: all */
    bool is_compiler;
} holders[] = {
    {"golang-1.", "*-src", "/src/", true},
    {"golang-defaults", NULL, NULL, true},
    {"rustc", "rust-src", "/library/", true},
    {"rust-defaults", NULL, NULL, true},
    {"gcc-", NULL, NULL, true},
    {"glibc", NULL, NULL, true},
    {"binutils", NULL, NULL, true},
    {"llvm-", NULL, NULL, true},
    {"golang-", "*-dev", NULL, false},
    {"rust-", "lib*-dev", NULL, false},
};

/* Crates that Rust's own library is made of, which are no part of rust-src. library/std/Cargo.toml. */
static const char *const of_rust_library[] = {"rust-addr2line", "rust-adler",         "rust-gimli",
                                              "rust-hashbrown", "rust-memchr",        "rust-miniz-oxide",
                                              "rust-object",    "rust-rustc-demangle"};

#define N_HOLDERS (sizeof holders / sizeof holders[0])

/* One item of the field: "golang-1.19 (= 1.19.8-2)". */
struct linked {
    const char *name;
    const char *version; /* NULL when it says none */
};

static bool is_of_linking_language(const struct pl_acquired *a)
{
    for (size_t t = 0; t < a->n_trees; t++) {
        const struct pl_source_tree *tree = a->trees[t];
        for (size_t i = 0; tree->rank == PL_RANK_OWN && i < tree->files.n; i++) {
            pl_bytes base = pl_bytes_basename(tree->files.v[i].path);
            if (pl_bytes_eq_str(base, "Cargo.toml") || pl_bytes_ends(base, PL_LIT(".go")))
                return true;
        }
    }
    return false;
}

static pl_status read_item(struct pl_acquired *a, pl_bytes item, struct linked *out, struct pl_err *err)
{
    pl_bytes rest = pl_bytes_trim(item);
    size_t open = pl_bytes_find_byte(rest, '(', 0);
    pl_bytes name = pl_bytes_trim(pl_bytes_sub(rest, 0, open));
    pl_bytes version = open == SIZE_MAX ? (pl_bytes){NULL, 0} : pl_bytes_from(rest, open + 1);
    while (version.n > 0 && (version.p[0] == '=' || version.p[0] == ' '))
        version = pl_bytes_from(version, 1);
    version = pl_bytes_trim(pl_bytes_sub(version, 0, pl_bytes_find_byte(version, ')', 0)));
    out->name = pl_arena_str(&a->arena, name);
    out->version = version.n == 0 ? NULL : pl_arena_str(&a->arena, version);
    bool is_full = out->name == NULL || (version.n > 0 && out->version == NULL);
    return is_full ? pl_arena_fail(&a->arena, err) : PL_OK;
}

/* As a tree's name, with or without its version. */
static bool is_there(const struct pl_acquired *a, const char *name)
{
    for (size_t t = 0; t < a->n_trees; t++) {
        pl_bytes tree = pl_bytes_of_str(a->trees[t]->name);
        if (pl_bytes_eq_str(pl_bytes_sub(tree, 0, pl_bytes_find_byte(tree, ' ', 0)), name))
            return true;
    }
    return a->identity.source.n == strlen(name) && pl_bytes_eq_str(a->identity.source, name);
}

/* Is it compiled into programs? Tests are not, nor what they read. */
static bool is_compiled(pl_bytes path, const char *folder)
{
    static const char *const apart[] = {"/testdata/", "!/", "/tests/", "/benches/", "/examples/"};
    if (pl_bytes_starts(path, PL_LIT("data.tar")) && pl_bytes_find(path, PL_LIT("!/"), 0) != SIZE_MAX)
        path = pl_bytes_from(path, pl_bytes_find(path, PL_LIT("!/"), 0) + 2); /* of the package itself */
    return !pl_bytes_ends(path, PL_LIT("_test.go")) &&
           !pl_bytes_has_one_of(path, apart, sizeof apart / sizeof apart[0]) &&
           (folder == NULL || pl_bytes_find(path, pl_bytes_of_str(folder), 0) != SIZE_MAX);
}

static void keep_compiled(struct pl_source_tree *t, const char *folder)
{
    size_t n = 0;
    for (size_t i = 0; i < t->files.n; i++) {
        struct pl_source_file *f = &t->files.v[i];
        if (is_compiled(f->path, folder))
            t->files.v[n++] = *f;
        else
            pl_source_file_drop(t, f);
    }
    t->files.n = n;
}

/* What is linked in, from the package that holds it. */
static pl_status read_holder(struct pl_acquired *a, const struct linked *l, const char *package,
                             enum pl_source_rank rank, struct pl_source_tree **out, struct pl_err *err)
{
    struct pl_supplied *s = NULL;
    pl_status st = pl_supply_fetch_deb(a->supply, package, l->version, NULL, &s, err);
    if (st == PL_OK)
        st = pl_acquire_other_product(a, s, err);
    if (st == PL_OK)
        st = pl_source_read_deb(a, l->name, s, rank, out, err);
    pl_supplied_free(s);
    return st;
}

static pl_status read_library(struct pl_acquired *a, const struct linked *l, struct pl_source_tree **out,
                              struct pl_err *err)
{
    struct pl_supplied *s = NULL;
    pl_status st = pl_supply_fetch_source(a->supply, l->name, l->version, &s, err);
    if (st == PL_E_NOT_FOUND && l->version != NULL)
        st = pl_supply_fetch_source(a->supply, l->name, NULL, &s, err);
    if (st == PL_OK) {
        bool is_exact = l->version != NULL && strcmp(l->version, s->source_version) == 0;
        st = pl_source_read_supplied(a, s, is_exact ? PL_HOW_VERIFIED : PL_HOW_CLAIMED, PL_RANK_DEPENDENCY,
                                     out, err);
    }
    pl_supplied_free(s);
    return st;
}

/* "golang-1.19-src" of "*-src" and "golang-1.19"; NULL when the arena is full. */
static const char *package_of(struct pl_acquired *a, const char *form, const char *source)
{
    const char *star = strchr(form, '*');
    return star == NULL ? form
                        : pl_arena_printf(&a->arena, "%.*s%s%s", (int)(star - form), form, source, star + 1);
}

/* *out is NULL when it is at hand already. */
static pl_status read_linked(struct pl_acquired *a, const struct linked *l, struct pl_source_tree **out,
                             struct pl_err *err)
{
    size_t i = 0;
    *out = NULL;
    while (i < N_HOLDERS && !pl_bytes_starts(pl_bytes_of_str(l->name), pl_bytes_of_str(holders[i].front)))
        i++;
    if (i < N_HOLDERS && holders[i].package == NULL)
        return PL_OK;
    pl_status st = PL_E_NOT_FOUND;
    if (i < N_HOLDERS) {
        const char *package = package_of(a, holders[i].package, l->name);
        if (package == NULL)
            return pl_arena_fail(&a->arena, err);
        st = read_holder(a, l, package, holders[i].is_compiler ? PL_RANK_TOOLCHAIN : PL_RANK_DEPENDENCY, out,
                         err);
    }
    if (st == PL_E_NOT_FOUND && (i == N_HOLDERS || !holders[i].is_compiler))
        st = read_library(a, l, out, err);
    if (st == PL_OK)
        keep_compiled(*out, i < N_HOLDERS ? holders[i].folder : NULL);
    return st;
}

/* What is taken so far. */
struct taken {
    size_t n;
    uint64_t bytes;
};

static pl_status take(struct pl_acquired *a, const struct linked *l, struct taken *taken, struct pl_report *r,
                      struct pl_err *err)
{
    struct pl_source_tree *tree;
    struct pl_err why = {.status = PL_E_LIMIT};
    pl_status got = PL_E_LIMIT;
    if (l->name[0] == '\0' || is_there(a, l->name))
        return PL_OK;
    bool has_room = taken->n++ < MAX_LINKED && taken->bytes < MAX_LINKED_BYTES &&
                    a->n_trees + PL_DEB_HELPERS < PL_MAX_TREES;
    if (has_room)
        got = read_linked(a, l, &tree, &why);
    else
        (void)pl_fail(&why, PL_E_LIMIT, PL_NO_OFFSET, "the package names too many sources");
    if (got == PL_E_NOMEM)
        return pl_fail_nomem(err);
    if (got != PL_OK)
        return pl_acquire_note(r, l->name, &why, err);
    if (tree != NULL) {
        taken->bytes += tree->total_bytes;
        a->trees[a->n_trees++] = tree;
    }
    return PL_OK;
}

pl_status pl_acquire_linked(struct pl_acquired *a, struct pl_report *r, struct pl_err *err)
{
    pl_bytes rest = a->identity.built_using;
    pl_bytes item;
    pl_status st = PL_OK;
    struct taken taken = {0, 0};
    if (!a->has_identity || rest.n == 0 || a->options->n_sources > 0 || !is_of_linking_language(a))
        return PL_OK;
    while (st == PL_OK && pl_bytes_split(&rest, ',', &item)) {
        struct linked l;
        st = read_item(a, item, &l, err);
        if (st == PL_OK)
            st = take(a, &l, &taken, r, err);
    }
    for (size_t i = 0; i < sizeof of_rust_library / sizeof of_rust_library[0] && is_there(a, "rustc"); i++) {
        const struct linked l = {of_rust_library[i], NULL};
        if (st == PL_OK)
            st = take(a, &l, &taken, r, err);
    }
    return st;
}
