/*
 * toolchain.c - prints of object files: gathered in parallel, kept as text, searched as one sorted list.
 *
 *     | 32 hex digits | space | symbol | tab | path | line feed |     sorted; one line a print
 *
 * Each worker cuts one object file after the other with an arena of its own and keeps rows; the rows of all are sorted in the end, so that
 * their order does not depend on who found them.
 */
#include "match/toolchain.h"

#include "base/cursor.h"
#include "base/parallel.h"
#include "format/binary/elf.h"

#include <stdlib.h>

#define ARENA_BYTES ((size_t)256 << 20) /* for one object file */
#define HEX_DIGITS  32u

typedef PL_VEC(struct pl_toolchain_function) row_list;

struct pl_toolchain {
    row_list rows; /* in order, each print once */
};

struct work {
    PL_VEC(const struct pl_source_file *) files;
    row_list *found; /* one list a worker */
    struct pl_limits limits;
};

static bool is_object(const struct pl_source_file *f)
{
    pl_bytes type = pl_bytes_sub(f->data, 16, 2); /* of an ELF file; ET_REL is 1 in either byte order */
    bool is_elf = pl_elf_is(f->data) && type.n == 2 && type.p[0] + type.p[1] == 1;
    return !f->is_superseded &&
           (is_elf || pl_bytes_ends(f->path, PL_LIT(".o")) || pl_bytes_ends(f->path, PL_LIT(".obj")));
}

/* Can the text hold it? */
static bool is_plain(pl_bytes b)
{
    for (size_t i = 0; i < b.n; i++)
        if (b.p[i] < 0x20)
            return false;
    return b.n > 0;
}

/* Inside the package: without the member of a .deb that holds all files. */
static pl_bytes inner_path(pl_bytes path)
{
    size_t end = pl_bytes_starts(path, PL_LIT("data.tar")) ? pl_bytes_find(path, PL_LIT("!/"), 0) : SIZE_MAX;
    return end == SIZE_MAX ? path : pl_bytes_from(path, end + 2);
}

static pl_status index_file(void *ctx, unsigned worker, size_t i, struct pl_err *err)
{
    struct work *w = ctx;
    const struct pl_source_file *file = w->files.v[i];
    struct pl_arena arena;
    struct pl_code code;
    struct pl_err why = {0};
    pl_arena_init(&arena, ARENA_BYTES);
    pl_status st = pl_code_of(file->data, &w->limits, &arena, &code, &why);
    for (size_t k = 0; st == PL_OK && k < code.n_functions; k++) {
        const struct pl_function *f = &code.functions[k];
        if (pl_code_print_is_none(&f->print) || !is_plain(f->name) || !is_plain(file->path))
            continue;
        struct pl_toolchain_function *row = PL_VEC_ADD(&w->found[worker]);
        if (row == NULL)
            st = PL_E_NOMEM;
        else
            *row = (struct pl_toolchain_function){
                .print = f->print, .name = f->name, .path = inner_path(file->path)};
    }
    pl_arena_reset(&arena);
    return st == PL_E_NOMEM ? pl_fail_nomem(err) : PL_OK; /* what cannot be read explains nothing */
}

static int by_row(const void *a, const void *b)
{
    const struct pl_toolchain_function *x = a;
    const struct pl_toolchain_function *y = b;
    int order = pl_code_print_compare(&x->print, &y->print);
    if (order == 0)
        order = pl_bytes_cmp(x->name, y->name);
    if (order == 0)
        order = pl_bytes_cmp(x->path, y->path);
    return order != 0 ? order : pl_bytes_cmp(pl_bytes_of_str(x->package), pl_bytes_of_str(y->package));
}

static void settle(row_list *rows)
{
    size_t kept = 0;
    if (rows->n > 0)
        qsort(rows->v, rows->n, sizeof *rows->v, by_row);
    for (size_t i = 0; i < rows->n; i++)
        if (kept == 0 || pl_code_print_compare(&rows->v[kept - 1].print, &rows->v[i].print) != 0)
            rows->v[kept++] = rows->v[i];
    rows->n = kept;
}

static pl_status add_rows(row_list *all, const row_list *some, struct pl_err *err)
{
    for (size_t i = 0; i < some->n; i++) {
        struct pl_toolchain_function *row = PL_VEC_ADD(all);
        if (row == NULL)
            return pl_fail_nomem(err);
        *row = some->v[i];
    }
    return PL_OK;
}

static pl_status list_files(struct work *w, const struct pl_source_tree *tree, struct pl_err *err)
{
    for (size_t i = 0; i < tree->files.n; i++) {
        if (!is_object(&tree->files.v[i]))
            continue;
        const struct pl_source_file **slot = PL_VEC_ADD(&w->files);
        if (slot == NULL)
            return pl_fail_nomem(err);
        *slot = &tree->files.v[i];
    }
    return PL_OK;
}

pl_status pl_toolchain_pack(const struct pl_source_tree *tree, unsigned jobs, struct pl_buf *out,
                            struct pl_err *err)
{
    struct work w = {.limits = pl_limits_default()};
    row_list all = {0};
    unsigned n_workers = pl_parallel_workers(jobs);
    w.found = calloc(n_workers, sizeof *w.found);
    pl_status st = w.found == NULL ? pl_fail_nomem(err) : list_files(&w, tree, err);
    if (st == PL_OK)
        st = pl_parallel(jobs, w.files.n, &w, index_file, err);
    for (unsigned i = 0; w.found != NULL && i < n_workers; i++) {
        if (st == PL_OK)
            st = add_rows(&all, &w.found[i], err);
        PL_VEC_FREE(&w.found[i]);
    }
    settle(&all);
    for (size_t i = 0; st == PL_OK && i < all.n; i++) {
        const struct pl_toolchain_function *row = &all.v[i];
        pl_buf_printf(out, "%016llx%016llx %.*s\t%.*s\n", (unsigned long long)row->print.v[0],
                      (unsigned long long)row->print.v[1], PL_ARG(row->name), PL_ARG(row->path));
    }
    free(w.found);
    PL_VEC_FREE(&w.files);
    PL_VEC_FREE(&all);
    return st == PL_OK ? pl_buf_done(out, err) : st;
}

static bool read_line(pl_bytes line, struct pl_toolchain_function *out)
{
    uint8_t raw[HEX_DIGITS / 2];
    size_t tab = pl_bytes_find_byte(line, '\t', 0);
    if (line.n < HEX_DIGITS + 4 || line.p[HEX_DIGITS] != ' ' || tab == SIZE_MAX || tab < HEX_DIGITS + 2 ||
        !pl_unhex(pl_bytes_sub(line, 0, HEX_DIGITS), raw, sizeof raw))
        return false;
    struct pl_cursor c = pl_cursor_of(pl_bytes_of(raw, sizeof raw));
    out->print.v[0] = pl_cursor_u64be(&c);
    out->print.v[1] = pl_cursor_u64be(&c);
    out->name = pl_bytes_sub(line, HEX_DIGITS + 1, tab - HEX_DIGITS - 1);
    out->path = pl_bytes_from(line, tab + 1);
    return !pl_code_print_is_none(&out->print);
}

pl_status pl_toolchain_of(const struct pl_prints *prints, size_t n, struct pl_toolchain **out,
                          struct pl_err *err)
{
    struct pl_toolchain *t = calloc(1, sizeof *t);
    if (t == NULL)
        return pl_fail_nomem(err);
    for (size_t i = 0; i < n; i++) {
        pl_bytes rest = prints[i].text;
        pl_bytes line;
        struct pl_toolchain_function row = {.package = prints[i].package};
        while (pl_bytes_line(&rest, &line) && read_line(line, &row)) {
            struct pl_toolchain_function *slot = PL_VEC_ADD(&t->rows);
            if (slot == NULL) {
                pl_toolchain_free(t);
                return pl_fail_nomem(err);
            }
            *slot = row;
        }
    }
    settle(&t->rows);
    *out = t;
    return PL_OK;
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
        if (pl_code_print_compare(&t->rows.v[middle].print, print) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    bool is_found = low < t->rows.n && pl_code_print_compare(&t->rows.v[low].print, print) == 0;
    return is_found ? &t->rows.v[low] : NULL;
}

size_t pl_toolchain_mark(const struct pl_toolchain *t, struct pl_code *code)
{
    size_t n = 0;
    for (size_t i = 0; t != NULL && i < code->n_functions; i++) {
        if (pl_toolchain_find(t, &code->functions[i].print) == NULL)
            continue;
        code->functions[i].flags |= PL_FUNCTION_RUNTIME;
        n++;
    }
    return n;
}
