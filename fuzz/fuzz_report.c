/*
 * fuzz_report.c - reports of any bytes: what is read and written is read again, and written again as the same bytes; no format lets a control
 * character through, and no report is worse than itself.
 */
#include "base/buf.h"
#include "report/read.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool put(void *ctx, const void *bytes, size_t n)
{
    pl_buf_add(ctx, pl_bytes_of(bytes, n));
    return true;
}

static struct pl_buf written(const struct pl_report *r)
{
    struct pl_buf out;
    pl_buf_init(&out, (size_t)1 << 30);
    if (pl_report_write(r, "json", NULL, put, &out, NULL) != PL_OK || pl_buf_done(&out, NULL) != PL_OK)
        abort();
    return out;
}

static bool put_inert(void *ctx, const void *bytes, size_t n)
{
    const uint8_t *p = bytes;
    for (size_t i = 0; i < n; i++)
        if ((p[i] < 0x20 && p[i] != '\n' && p[i] != '\t') || p[i] == 0x7f)
            abort();
    *(size_t *)ctx += n;
    return true;
}

static void write_all(const struct pl_report *r)
{
    struct pl_diff *d = NULL;
    size_t total = 0;
    for (size_t i = 0; pl_report_format(i) != NULL; i++)
        if (pl_report_write(r, pl_report_format(i), NULL, put_inert, &total, NULL) != PL_OK)
            abort();
    if (pl_diff_make(r, r, &d, NULL) != PL_OK ||
        pl_diff_write(d, "text", NULL, put_inert, &total, NULL) != PL_OK ||
        pl_diff_write(d, "json", NULL, put_inert, &total, NULL) != PL_OK)
        abort();
    if (pl_report_error_count(r) == 0 && pl_diff_exit(d) != PL_EXIT_PASS)
        abort();
    pl_diff_free(d);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct pl_report *r = NULL;
    struct pl_err err = {.status = PL_OK};
    if (pl_report_read(pl_bytes_of(data, size), NULL, &r, &err) != PL_OK) {
        if (err.status == PL_OK || err.text[0] == '\0')
            abort();
        return 0;
    }
    struct pl_buf first = written(r);
    pl_report_free(r);
    if (pl_report_read(pl_buf_bytes(&first), NULL, &r, &err) != PL_OK)
        abort();
    struct pl_buf second = written(r);
    write_all(r);
    if (!pl_bytes_eq(pl_buf_bytes(&first), pl_buf_bytes(&second)))
        abort();
    pl_report_free(r);
    pl_buf_reset(&first);
    pl_buf_reset(&second);
    return 0;
}
