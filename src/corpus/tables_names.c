/*
 * tables_names.c - enumerators and macros that stand for numbers, over all files.
 *
 * Names may be defined by other names, of other files: files that still have some without a value are read again, a few times. Of a name with several
 * values (arms of an #if, programs that share a tree) the file's own holds, else none.
 */
#include "base/parallel.h"
#include "corpus/tables_set.h"
#include "format/text/clit.h"

#include <stdlib.h>

#define ROUNDS            4
#define MAX_SCRATCH_BYTES ((size_t)64 << 20)

struct file_names {
    struct table_names own;
    size_t n_open;
};

struct naming {
    const struct pl_index *index;
    const struct table_names *known;
    const struct pl_macros *macros;
    struct file_names *files; /* one a unit */
    bool is_first;
};

static int by_name(const void *a, const void *b)
{
    const struct table_name *x = a;
    const struct table_name *y = b;
    if (x->hash != y->hash)
        return x->hash < y->hash ? -1 : 1;
    if (x->unit != y->unit)
        return x->unit < y->unit ? -1 : 1;
    return x->value < y->value ? -1 : x->value > y->value;
}

static pl_status read_one(void *ctx, unsigned worker, size_t i, struct pl_err *err)
{
    (void)worker; /* each file has a list of its own */
    struct naming *n = ctx;
    struct file_names *file = &n->files[i];
    const struct pl_source_file *f = pl_index_unit_file(n->index, (uint32_t)i);
    if (!n->is_first && file->n_open == 0)
        return PL_OK;
    file->own.list.n = 0;
    file->n_open = 0;
    if (!pl_tables_read(f->data, f->path, (uint32_t)i, n->known, &file->own, &file->n_open, NULL))
        return pl_fail_nomem(err);
    if (pl_clit_family_of(f->path) != PL_CLIT_C)
        return PL_OK;
    struct pl_arena scratch;
    pl_arena_init(&scratch, MAX_SCRATCH_BYTES);
    struct pl_macro_run run = pl_table_macro_run(n->macros, &scratch, f, pl_index_unit_count(n->index));
    bool is_good = pl_tables_read_enums(&run, f, (uint32_t)i, n->known, &file->own);
    pl_arena_reset(&scratch);
    return is_good ? PL_OK : pl_fail_nomem(err);
}

/* Sort, drop what is there twice, and make the directory. */
static bool settle(struct table_names *out)
{
    size_t kept = 0;
    if (out->list.n > 1)
        qsort(out->list.v, out->list.n, sizeof *out->list.v, by_name);
    for (size_t i = 0; i < out->list.n; i++)
        if (kept == 0 || by_name(&out->list.v[kept - 1], &out->list.v[i]) != 0)
            out->list.v[kept++] = out->list.v[i];
    out->list.n = kept;
    return pl_directory_make(&out->directory, out->list.v, kept, sizeof *out->list.v);
}

static pl_status join(const struct naming *n, size_t n_files, struct table_names *out, struct pl_err *err)
{
    out->list.n = 0;
    for (size_t i = 0; i < n_files; i++) {
        for (size_t k = 0; k < n->files[i].own.list.n; k++) {
            struct table_name *slot = PL_VEC_ADD(&out->list);
            if (slot == NULL)
                return pl_fail_nomem(err);
            *slot = n->files[i].own.list.v[k];
        }
    }
    if (!settle(out) || !pl_table_names_add_common(out) || !settle(out))
        return pl_fail_nomem(err);
    return PL_OK;
}

pl_status pl_table_names_build(const struct pl_index *ix, const struct pl_macros *macros, unsigned jobs,
                               struct table_names *out, struct pl_err *err)
{
    size_t n_files = pl_index_unit_count(ix);
    struct table_names known = {0};
    struct naming n = {.index = ix, .known = &known, .macros = macros, .is_first = true};
    pl_status st = PL_OK;
    n.files = calloc(n_files + 1, sizeof *n.files);
    if (n.files == NULL)
        return pl_fail_nomem(err);
    for (int round = 0; round < ROUNDS && st == PL_OK; round++) {
        st = pl_parallel(jobs, n_files, &n, read_one, err);
        if (st == PL_OK)
            st = join(&n, n_files, &known, err);
        n.is_first = false;
    }
    for (size_t i = 0; i < n_files; i++)
        PL_VEC_FREE(&n.files[i].own.list);
    free(n.files);
    if (st != PL_OK)
        pl_table_names_reset(&known);
    else
        *out = known;
    return st;
}

void pl_table_names_reset(struct table_names *n)
{
    PL_VEC_FREE(&n->list);
    pl_directory_reset(&n->directory);
}

size_t pl_table_names_find(const struct table_names *n, uint64_t hash, size_t *first)
{
    if (n->directory.starts == NULL)
        return *first = 0;
    size_t low;
    size_t high;
    pl_directory_range(&n->directory, hash, &low, &high);
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (n->list.v[middle].hash < hash)
            low = middle + 1;
        else
            high = middle;
    }
    *first = low;
    while (low < n->list.n && n->list.v[low].hash == hash)
        low++;
    return low;
}

const struct table_name *pl_table_names_value(const struct table_names *n, uint64_t hash, uint32_t unit)
{
    size_t first;
    size_t end = pl_table_names_find(n, hash, &first);
    const struct table_name *own = NULL;
    bool agree = true;
    for (size_t i = first; i < end; i++) {
        const struct table_name *x = &n->list.v[i];
        agree = agree && x->value == n->list.v[first].value && x->is_float == n->list.v[first].is_float &&
                x->windows == n->list.v[first].windows;
        if (x->unit != unit)
            continue;
        if (own != NULL)
            return NULL;
        own = x;
    }
    if (own == NULL && agree && first < end)
        own = &n->list.v[first];
    return own;
}
