/*
 * baseline.h - findings that were there when a policy was adopted: they are reported and do not fail. The list only shrinks.
 */
#ifndef PL_JUDGE_BASELINE_H
#define PL_JUDGE_BASELINE_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/digest.h"
#include "base/vec.h"
#include "model/report.h"

#define PL_BASELINE_WAIVER    "baseline" /* what stands for a waiver's id */
#define PL_BASELINE_MAX_BYTES ((size_t)256 << 20)

/* For one finding in one file of these bytes: it never floats, as a waiver does not. */
struct pl_baseline_entry {
    const char *tag;
    pl_bytes path; /* no bytes: about the package as a whole */
    pl_sha256 sha256;
    uint64_t offset; /* PL_NO_OFFSET when it is about the whole */
    uint64_t length;
};

struct pl_baseline {
    struct pl_arena arena;
    PL_VEC(struct pl_baseline_entry) entries; /* sorted, no two the same */
};

/* Read a baseline file. PL_E_USAGE or PL_E_LIMIT, and err names line and byte. *out is freed by the caller. */
PL_MUST_USE pl_status pl_baseline_read(pl_bytes text, struct pl_baseline **out, struct pl_err *err);
PL_MUST_USE pl_status pl_baseline_new(struct pl_baseline **out, struct pl_err *err);
void pl_baseline_free(struct pl_baseline *b); /* accepts NULL */

/* Errors and warnings that stand in it become notes with the waiver "baseline", as waive.h does it. */
PL_MUST_USE pl_status pl_baseline_apply(const struct pl_baseline *b, struct pl_report *r, struct pl_err *err);
/* Mark the entries that the report has: `found` has one place an entry. */
void pl_baseline_mark(const struct pl_baseline *b, const struct pl_report *r, bool *found);
/* Add what the report has that is not waived and no note: how a baseline begins. */
PL_MUST_USE pl_status pl_baseline_add(struct pl_baseline *b, const struct pl_report *r, struct pl_err *err);
/* Write those entries that are marked; all of them when `found` is NULL. */
void pl_baseline_write(const struct pl_baseline *b, const bool *found, struct pl_buf *out);

#endif
