/*
 * file.c - the record of one file.
 */
#include "model/file.h"

#include <stdlib.h>
#include <string.h>

static pl_bytes shown(const struct pl_file *f, uint64_t offset, uint64_t length)
{
    return pl_bytes_sub(f->data, (size_t)offset,
                        length < PL_FILE_SHOWN_BYTES ? (size_t)length : PL_FILE_SHOWN_BYTES);
}

void pl_file_show(struct pl_file *f)
{
    for (size_t i = 0; i < f->residues.n && f->data.p != NULL; i++)
        f->residues.v[i].bytes = shown(f, f->residues.v[i].offset, f->residues.v[i].length);
    for (size_t i = 0; i < f->script_runs.n && f->data.p != NULL; i++)
        f->script_runs.v[i].bytes = shown(f, f->script_runs.v[i].offset, f->script_runs.v[i].length);
}

static bool add_range(struct pl_file *f, uint64_t offset, uint64_t length)
{
    const uint64_t places[2] = {offset, length > 1 ? offset + length - 1 : offset};
    for (int i = 0; i < 2 && places[i] < f->data.n; i++) {
        struct pl_line_mark *slot = PL_VEC_ADD(&f->lines);
        if (slot == NULL)
            return false;
        *slot = (struct pl_line_mark){.offset = places[i]};
    }
    return true;
}

static int by_offset(const void *a, const void *b)
{
    const struct pl_line_mark *x = a;
    const struct pl_line_mark *y = b;
    return x->offset < y->offset ? -1 : x->offset > y->offset;
}

/* One pass over the text; marks of the same byte become one. */
static void count_lines(struct pl_file *f)
{
    size_t n = 0;
    uint64_t line = 1;
    size_t at = 0;
    for (size_t i = 0; i < f->lines.n; i++) {
        size_t to = (size_t)f->lines.v[i].offset;
        if (n > 0 && f->lines.v[n - 1].offset == to)
            continue;
        for (const uint8_t *end; (end = memchr(f->data.p + at, '\n', to - at)) != NULL; line++)
            at = (size_t)(end - f->data.p) + 1;
        at = to;
        f->lines.v[n++] = (struct pl_line_mark){.offset = to, .line = line};
    }
    f->lines.n = n;
}

pl_status pl_file_mark_lines(struct pl_file *f, struct pl_err *err)
{
    bool has_room = true;
    f->lines.n = 0;
    for (size_t i = 0; i < f->residues.n && has_room; i++)
        has_room = add_range(f, f->residues.v[i].offset, f->residues.v[i].length);
    for (size_t i = 0; i < f->script_runs.n && has_room; i++)
        has_room = add_range(f, f->script_runs.v[i].offset, f->script_runs.v[i].length);
    for (size_t i = 0; i < f->findings.list.n && has_room; i++)
        if (f->findings.list.v[i].offset != PL_NO_OFFSET)
            has_room = add_range(f, f->findings.list.v[i].offset, f->findings.list.v[i].length);
    if (!has_room)
        return pl_fail_nomem(err);
    if (f->lines.n > 0)
        qsort(f->lines.v, f->lines.n, sizeof f->lines.v[0], by_offset);
    count_lines(f);
    return PL_OK;
}

uint64_t pl_file_line(const struct pl_file *f, uint64_t offset)
{
    const struct pl_line_mark key = {.offset = offset};
    const struct pl_line_mark *mark =
        f->lines.n == 0 ? NULL : bsearch(&key, f->lines.v, f->lines.n, sizeof key, by_offset);
    return mark == NULL ? 0 : mark->line;
}

void pl_file_release(struct pl_file *f)
{
    if (f->store == NULL)
        free(f->heap);
    else
        pl_store_drop(f->store, f->heap, f->data.n);
    f->heap = NULL;
    f->store = NULL;
    f->data = (pl_bytes){NULL, 0};
    for (size_t i = 0; i < f->residues.n; i++)
        f->residues.v[i].bytes = f->data;
    for (size_t i = 0; i < f->script_runs.n; i++)
        f->script_runs.v[i].bytes = f->data;
}

void pl_file_reset(struct pl_file *f)
{
    pl_file_release(f);
    pl_ledger_reset(&f->ledger);
    pl_findings_reset(&f->findings);
    PL_VEC_FREE(&f->residues);
    PL_VEC_FREE(&f->foreign);
    PL_VEC_FREE(&f->script_runs);
    PL_VEC_FREE(&f->lines);
}

pl_status pl_file_digest(struct pl_file *f, struct pl_err *err)
{
    pl_status st = pl_sha256_of(f->data, &f->sha256, err);
    if (st == PL_OK)
        st = pl_git_blob_of(f->data, &f->git_blob, err);
    if (st == PL_OK)
        st = pl_md5_of(f->data, &f->md5, err);
    f->has_digests = st == PL_OK;
    return st;
}
