/*
 * report.c - choosing the format, and what all formats share.
 */
#include "report/report.h"

#include "base/digest.h"

#include <stdio.h>
#include <string.h>

#define REPORT_MAX_BYTES ((size_t)4 << 30)

#define PL_FORMAT(name) extern const struct pl_report_format pl_report_format_##name;
#include "report/formats.def"
#undef PL_FORMAT

static const struct pl_report_format *const formats[] = {
#define PL_FORMAT(name) &pl_report_format_##name,
#include "report/formats.def"
#undef PL_FORMAT
};

const char *pl_report_format(size_t i)
{
    return i < sizeof formats / sizeof formats[0] ? formats[i]->name : NULL;
}

pl_status pl_report_write(const struct pl_report *r, const char *format,
                          const struct pl_write_options *options,
                          bool (*put)(void *ctx, const void *bytes, size_t n), void *ctx, struct pl_err *err)
{
    static const struct pl_write_options plain;
    const struct pl_report_format *chosen = NULL;
    for (size_t i = 0; i < sizeof formats / sizeof formats[0]; i++)
        if (strcmp(formats[i]->name, format) == 0)
            chosen = formats[i];
    if (chosen == NULL)
        return pl_fail(err, PL_E_USAGE, PL_NO_OFFSET, "no such format: %s", format);
    if (r->chain != NULL && chosen->is_of_packages)
        return pl_fail(err, PL_E_USAGE, PL_NO_OFFSET,
                       "a chain under a policy is not written as %s; plumb show writes the chain itself",
                       format);
    struct pl_buf out;
    pl_buf_init(&out, REPORT_MAX_BYTES);
    chosen->write(r, options == NULL ? &plain : options, &out);
    return pl_buf_deliver(&out, put, ctx, "the report", err);
}

pl_status pl_finding_id(const struct pl_placed_finding *f, char out[19], struct pl_err *err)
{
    struct pl_buf b;
    pl_sha256 digest;
    pl_buf_init(&b, 1 << 20);
    pl_buf_add_str(&b, f->finding->tag);
    pl_buf_add_byte(&b, 0);
    if (f->file != NULL)
        pl_buf_add(&b, f->file->path);
    pl_buf_printf(&b, "%c%llu%c%llu%c%s", 0, (unsigned long long)f->finding->offset, 0,
                  (unsigned long long)f->finding->length, 0, f->finding->message);
    pl_status st = pl_buf_done(&b, err);
    if (st == PL_OK)
        st = pl_sha256_of(pl_buf_bytes(&b), &digest, err);
    pl_buf_reset(&b);
    if (st != PL_OK)
        return st;
    out[0] = 'f';
    out[1] = '-';
    pl_hex(digest.b, 8, out + 2);
    return PL_OK;
}

pl_bytes pl_finding_path(const struct pl_report *r, const struct pl_placed_finding *f)
{
    return f->file != NULL ? f->file->path : pl_bytes_of_str(r->subject_name);
}
