/*
 * load.c - stored reports and chains, from the files that hold them.
 */
#include "base/status.h"
#include "io/read.h"
#include "report/chain_diff.h"
#include "report/read.h"

#include <stdlib.h>

pl_status pl_report_load(const char *path, struct pl_report **out, struct pl_err *err)
{
    struct pl_report_limits limits = pl_report_limits_default();
    uint8_t *heap = NULL;
    size_t n = 0;
    pl_status st = pl_io_read(path, limits.document_bytes, &heap, &n, err);
    if (st == PL_OK)
        st = pl_report_read(pl_bytes_of(heap, n), &limits, out, err);
    if (st != PL_OK)
        pl_err_hint(err, "a report is what plumb check -o json=FILE writes");
    pl_err_about(err, path);
    free(heap);
    return st;
}

pl_status pl_chain_diff_load(const char *old_path, const char *new_path, struct pl_chain_diff **out,
                             struct pl_err *err)
{
    const char *const paths[2] = {old_path, new_path};
    uint64_t max = pl_report_limits_default().document_bytes;
    uint8_t *heaps[2] = {NULL, NULL};
    size_t n[2] = {0, 0};
    struct pl_err why[2] = {{.status = PL_OK}, {.status = PL_OK}};
    for (int i = 0; i < 2; i++)
        why[i].status = pl_io_read(paths[i], max, &heaps[i], &n[i], &why[i]);
    pl_status st = pl_chain_diff_make(pl_bytes_of(heaps[0], n[0]), &why[0], pl_bytes_of(heaps[1], n[1]),
                                      &why[1], out, err);
    free(heaps[0]);
    free(heaps[1]);
    return st;
}
