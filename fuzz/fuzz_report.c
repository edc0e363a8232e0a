/*
 * fuzz_report.c - reports of any bytes: what is read and written is read again, and written again as the same bytes; no format lets a control
 * character through, and no report is worse than itself.
 */
#include "fuzz.h"

#include "base/buf.h"
#include "judge/gate.h"
#include "report/read.h"

#include <stdlib.h>

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
    fuzz_say_bytes(pl_bytes_of(bytes, n));
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

/* The waiver is for the planted file of the seeds. */
static const char waiver[] =
    "version: 1\nextends: [builtin:strict]\nwaivers:\n  - id: W-1\n    tag: file.unaccounted\n"
    "    sha256: db06b0e3e58b9f0c8a7916a971826da8ffb3b4333f6c2b11058ebc00e9e3cdf2\n"
    "    reason: r\n    owner: o\n    expires: 2027-02-01\n";

/* Judged under the policy, written, read: nothing may be lost on the way, and a pass is never for nothing. */
static struct pl_report *gated(struct pl_report *r, const struct pl_ruleset *p)
{
    struct pl_report *again = NULL;
    if (pl_gate_apply(r, p, 1795694400, NULL) != PL_OK)
        abort();
    for (size_t i = 0; i < r->placed.n && r->exit == PL_EXIT_PASS; i++)
        if (r->placed.v[i].finding->severity == PL_SEVERITY_ERROR)
            abort();
    struct pl_buf text = written(r);
    if (pl_report_read(pl_buf_bytes(&text), NULL, &again, NULL) != PL_OK || again->exit != r->exit)
        abort();
    pl_buf_reset(&text);
    pl_report_free(r);
    return again;
}

static void judge(struct pl_report *r)
{
    static struct pl_ruleset *p;
    if (p == NULL && pl_ruleset_read(pl_bytes_of_str(waiver), "policy", 1795694400, &p, NULL) != PL_OK)
        abort();
    r = gated(r, NULL);
    uint64_t unaccounted =
        r->bytes[PL_CLASS_UNACCOUNTED] + r->bytes[PL_CLASS_OPAQUE] + r->bytes[PL_CLASS_WAIVED];
    r = gated(r, p);
    r = gated(r, NULL);
    if (unaccounted != r->bytes[PL_CLASS_UNACCOUNTED] + r->bytes[PL_CLASS_OPAQUE])
        abort();
    pl_report_free(r);
}

static int look(const uint8_t *data, size_t size)
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
    judge(r);
    pl_buf_reset(&first);
    pl_buf_reset(&second);
    return 0;
}

FUZZ_TWICE(look)
