/*
 * compare.h - a package beside the published one of the same name: which files differ, and from which byte on.
 */
#ifndef PL_PIPELINE_COMPARE_H
#define PL_PIPELINE_COMPARE_H

#include "model/limits.h"
#include "model/report.h"

/*
 * Add a finding pub.digest-mismatch for each leaf of r (whose package bytes are `ours`) that the published package does not have in
 * the same form, and for each that it has and ours lacks. The first 100 are listed.
 */
PL_MUST_USE pl_status pl_compare_published(struct pl_report *r, pl_bytes ours, pl_bytes published,
                                           const struct pl_limits *limits, struct pl_err *err);

#endif
