/*
 * file.c - the record of one file.
 */
#include "model/file.h"

#include <stdlib.h>

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

void pl_file_release(struct pl_file *f)
{
    free(f->heap);
    f->heap = NULL;
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
