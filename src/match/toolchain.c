/*
 * toolchain.c - one sorted list of prints, gathered from object files in parallel.
 *
 * Each worker cuts one object file after the other with an arena of its own and keeps rows; the rows of all are sorted in the end, so that
 * their order does not depend on who found them.
 */
#include "match/toolchain.h"

#include "base/parallel.h"
#include "format/binary/elf.h"

#include <stdlib.h>

#define ARENA_BYTES ((size_t)256 << 20) /* for one object file */

typedef PL_VEC(struct pl_toolchain_function) rows;

struct pl_toolchain {
    rows rows; /* by print, then name, tree, file; each print once */
};

struct place {
    const struct pl_source_tree *tree;
    const struct pl_source_file *file;
};

struct work {
    PL_VEC(struct place) places;
    rows *found; /* one list a worker */
};

static bool is_object(const struct pl_source_file *f)
{
    pl_bytes type = pl_bytes_sub(f->data, 16, 2); /* of an ELF file; ET_REL is 1 in either byte order */
    bool is_elf = pl_elf_is(f->data) && type.n == 2 && type.p[0] + type.p[1] == 1;
    return !f->is_superseded &&
           (is_elf || pl_bytes_ends(f->path, PL_LIT(".o")) || pl_bytes_ends(f->path, PL_LIT(".obj")));
}

static pl_status index_file(void *ctx, unsigned worker, size_t i, struct pl_err *err)
{
    struct work *w = ctx;
    const struct place *p = &w->places.v[i];
    struct pl_arena arena;
    struct pl_code code;
    struct pl_err why = {0};
    pl_arena_init(&arena, ARENA_BYTES);
    pl_status st = pl_code_of(p->file->data, &arena, &code, &why);
    for (size_t k = 0; st == PL_OK && k < code.n_functions; k++) {
        const struct pl_function *f = &code.functions[k];
        if ((f->print.v[0] | f->print.v[1]) == 0 || f->name.n == 0)
            continue;
        struct pl_toolchain_function *row = PL_VEC_ADD(&w->found[worker]);
        if (row == NULL)
            st = pl_fail_nomem(err);
        else
            *row = (struct pl_toolchain_function){f->print, f->name, p->tree, p->file};
    }
    pl_arena_reset(&arena);
    return st == PL_E_NOMEM ? pl_fail_nomem(err) : PL_OK; /* what cannot be read explains nothing */
}

static int by_print(const struct pl_code_print *a, const struct pl_code_print *b)
{
    if (a->v[0] != b->v[0])
        return a->v[0] < b->v[0] ? -1 : 1;
    return a->v[1] < b->v[1] ? -1 : a->v[1] > b->v[1];
}

static int by_row(const void *a, const void *b)
{
    const struct pl_toolchain_function *x = a;
    const struct pl_toolchain_function *y = b;
    int prints = by_print(&x->print, &y->print);
    if (prints != 0)
        return prints;
    int names = pl_bytes_cmp(x->name, y->name);
    int paths = names != 0 ? names : pl_bytes_cmp(x->file->path, y->file->path);
    return paths != 0 ? paths : pl_bytes_cmp(pl_bytes_of_str(x->tree->name), pl_bytes_of_str(y->tree->name));
}

static pl_status gather(struct pl_toolchain *t, rows *found, unsigned n, struct pl_err *err)
{
    for (unsigned i = 0; i < n; i++) {
        for (size_t k = 0; k < found[i].n; k++) {
            struct pl_toolchain_function *row = PL_VEC_ADD(&t->rows);
            if (row == NULL)
                return pl_fail_nomem(err);
            *row = found[i].v[k];
        }
    }
    size_t kept = 0;
    if (t->rows.n > 0)
        qsort(t->rows.v, t->rows.n, sizeof *t->rows.v, by_row);
    for (size_t i = 0; i < t->rows.n; i++)
        if (kept == 0 || by_print(&t->rows.v[kept - 1].print, &t->rows.v[i].print) != 0)
            t->rows.v[kept++] = t->rows.v[i];
    t->rows.n = kept;
    return PL_OK;
}

static pl_status list_places(struct work *w, struct pl_source_tree *const *trees, size_t n_trees,
                             struct pl_err *err)
{
    for (size_t i = 0; i < n_trees; i++) {
        for (size_t k = 0; trees[i]->rank == PL_RANK_TOOLCHAIN && k < trees[i]->files.n; k++) {
            struct place *p = is_object(&trees[i]->files.v[k]) ? PL_VEC_ADD(&w->places) : NULL;
            if (p != NULL)
                *p = (struct place){trees[i], &trees[i]->files.v[k]};
            else if (is_object(&trees[i]->files.v[k]))
                return pl_fail_nomem(err);
        }
    }
    return PL_OK;
}

pl_status pl_toolchain_of(struct pl_source_tree *const *trees, size_t n_trees, unsigned jobs,
                          struct pl_toolchain **out, struct pl_err *err)
{
    struct work w = {0};
    unsigned n_workers = pl_parallel_workers(jobs);
    struct pl_toolchain *t = calloc(1, sizeof *t);
    w.found = calloc(n_workers, sizeof *w.found);
    pl_status st = t == NULL || w.found == NULL ? pl_fail_nomem(err) : list_places(&w, trees, n_trees, err);
    if (st == PL_OK)
        st = pl_parallel(jobs, w.places.n, &w, index_file, err);
    if (st == PL_OK)
        st = gather(t, w.found, n_workers, err);
    for (unsigned i = 0; w.found != NULL && i < n_workers; i++)
        PL_VEC_FREE(&w.found[i]);
    free(w.found);
    PL_VEC_FREE(&w.places);
    if (st == PL_OK)
        *out = t;
    else
        pl_toolchain_free(t);
    return st;
}

void pl_toolchain_free(struct pl_toolchain *t)
{
    if (t == NULL)
        return;
    PL_VEC_FREE(&t->rows);
    free(t);
}

size_t pl_toolchain_count(const struct pl_toolchain *t)
{
    return t->rows.n;
}

const struct pl_toolchain_function *pl_toolchain_find(const struct pl_toolchain *t,
                                                      const struct pl_code_print *print)
{
    size_t low = 0;
    size_t high = t->rows.n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (by_print(&t->rows.v[middle].print, print) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    bool is_found = low < t->rows.n && by_print(&t->rows.v[low].print, print) == 0;
    return is_found ? &t->rows.v[low] : NULL;
}
