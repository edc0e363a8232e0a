/*
 * load.c - a stored report, from the file that holds it.
 */
#include "base/status.h"
#include "io/read.h"
#include "report/read.h"

#include <stdlib.h>

pl_status pl_report_load(const char *path, struct pl_report **out, struct pl_err *err)
{
    struct pl_report_limits limits = pl_report_limits_default();
    uint8_t *heap = NULL;
    size_t n = 0;
    pl_status st = pl_io_read(path, limits.document_bytes, &heap, &n, err);
    if (st == PL_OK) {
        st = pl_report_read(pl_bytes_of(heap, n), &limits, out, err);
        if (st != PL_OK)
            pl_err_hint(err, "a report is what plumb check -o json writes");
        pl_err_about(err, path);
    }
    free(heap);
    return st;
}
