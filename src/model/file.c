/*
 * file.c - the record of one file.
 */
#include "model/file.h"

#include <stdlib.h>

void pl_file_release(struct pl_file *f)
{
    free(f->heap);
    f->heap = NULL;
    f->data = (pl_bytes){NULL, 0};
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
