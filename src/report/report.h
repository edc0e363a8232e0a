/*
 * report.h - one row a format; writers see the finished report and nothing else.
 */
#ifndef PL_REPORT_REPORT_H
#define PL_REPORT_REPORT_H

#include "base/buf.h"
#include "model/report.h"

#define PL_REPORT_SCHEMA "https://plumbline.dev/schema/report/1"

struct pl_report_format {
    const char *name;
    bool is_of_packages; /* a chain under a policy has nothing to write in it */
    /* Append the whole report to `out`; failure sticks in the buffer. */
    void (*write)(const struct pl_report *r, const struct pl_write_options *options, struct pl_buf *out);
};

/* A stable id of a finding: "f-" and 16 hex digits over tag, path, offset, length and message. */
PL_MUST_USE pl_status pl_finding_id(const struct pl_placed_finding *f, char out[19], struct pl_err *err);

/* The path to show for a finding; the subject's name when it is about the package as a whole. */
pl_bytes pl_finding_path(const struct pl_report *r, const struct pl_placed_finding *f);

#endif
