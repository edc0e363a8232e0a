/*
 * npm_source.c - trees of npm packages: their manifest, their lock file, and which files of a dependency a bundle may hold.
 */
#include "pipeline/npm_source.h"

#include "format/text/npm_lock.h"
#include "pipeline/npm_imports.h"

#define MAX_LOCK_BYTES (64u << 20)
#define MODULES        "node_modules/"
#define MODULES_BYTES  13u

/* The lock file that is nearest to the package's folder: the longest path among those that lead there. */
const struct pl_source_file *pl_npm_lock_of(const struct pl_source_tree *own)
{
    const struct pl_source_file *found = NULL;
    pl_bytes folder = pl_bytes_of_str(own->git->folder);
    for (size_t i = 0; i < own->files.n; i++) {
        const struct pl_source_file *f = &own->files.v[i];
        pl_bytes base = pl_bytes_basename(f->path);
        pl_bytes above = pl_bytes_sub(f->path, 0, f->path.n - base.n);
        bool leads = above.n == 0 || (above.n == folder.n + 1 && pl_bytes_starts(above, folder)) ||
                     (above.n <= folder.n && pl_bytes_starts(folder, above));
        if (leads && f->data.n > 0 && f->data.n <= MAX_LOCK_BYTES && pl_npm_is_lock(base) &&
            (found == NULL || f->path.n - base.n > found->path.n - pl_bytes_basename(found->path).n))
            found = f;
    }
    return found;
}

pl_bytes pl_npm_manifest_of(const struct pl_source_tree *t)
{
    pl_bytes folder = t->git == NULL ? (pl_bytes){NULL, 0} : pl_bytes_of_str(t->git->folder);
    for (size_t i = 0; i < t->files.n; i++) {
        pl_bytes path = t->files.v[i].path;
        size_t base = folder.n == 0 ? 0 : folder.n + 1;
        if (path.n == base + 12 && pl_bytes_starts(path, folder) &&
            pl_bytes_eq_str(pl_bytes_from(path, base), "package.json"))
            return t->files.v[i].data;
    }
    return (pl_bytes){NULL, 0};
}

/* A copy of the package itself, put into a dependency of it. */
static bool holds_subject(pl_bytes subject, pl_bytes path)
{
    for (size_t at = pl_bytes_find(path, PL_LIT(MODULES), 0); at != SIZE_MAX;
         at = pl_bytes_find(path, PL_LIT(MODULES), at + MODULES_BYTES))
        if (pl_bytes_eq(subject, pl_npm_package_of(pl_bytes_from(path, at + MODULES_BYTES))))
            return true;
    return false;
}

/* What no bundle takes in would only slow the search. */
void pl_npm_keep_programs(struct pl_source_tree *t, pl_bytes subject)
{
    static const char *const suffixes[] = {".js", ".mjs", ".cjs", ".json", ".ts", ".mts", ".cts", ".css"};
    size_t n = 0;
    for (size_t i = 0; i < t->files.n; i++) {
        struct pl_source_file *f = &t->files.v[i];
        bool is_kept = f->heap == NULL || pl_bytes_starts(f->path, PL_LIT("LICEN"));
        for (size_t k = 0; k < sizeof suffixes / sizeof suffixes[0] && !is_kept; k++)
            is_kept = pl_bytes_ends(f->path, pl_bytes_of_str(suffixes[k]));
        is_kept = is_kept && !holds_subject(subject, f->path) && !pl_bytes_ends(f->path, PL_LIT(".min.js")) &&
                  !pl_bytes_ends(f->path, PL_LIT(".d.ts")) && !pl_bytes_ends(f->path, PL_LIT(".d.mts")) &&
                  !pl_bytes_ends(f->path, PL_LIT(".d.cts"));
        if (is_kept)
            t->files.v[n++] = *f;
        else
            pl_source_file_drop(t, f);
    }
    t->files.n = n;
}

struct search {
    struct pl_source_tree *const *trees;
    size_t n;
    const char *found;
};

/* Goes on until the package is a missing one. */
static bool is_here(void *ctx, pl_bytes package)
{
    struct search *x = ctx;
    for (size_t i = 0; i < x->n && x->found == NULL; i++) {
        pl_bytes name = pl_bytes_of_str(x->trees[i]->name);
        if (x->trees[i]->missing != NULL &&
            pl_bytes_eq(pl_bytes_sub(name, 0, pl_bytes_find_byte(name, ' ', 0)), package))
            x->found = x->trees[i]->name;
    }
    return x->found == NULL;
}

void pl_npm_mark_importers(struct pl_source_tree *const *trees, size_t n)
{
    bool is_whole = true;
    for (size_t t = 0; t < n; t++)
        is_whole = is_whole && trees[t]->missing == NULL;
    for (size_t t = 0; t < n && !is_whole; t++)
        for (size_t i = 0; i < trees[t]->files.n; i++) {
            struct pl_source_file *f = &trees[t]->files.v[i];
            struct search x = {trees, n, NULL};
            if (pl_npm_is_script(f->path))
                (void)pl_npm_each_import(f->data, is_here, &x);
            f->imports_missing = x.found;
        }
}
