/*
 * parts.h - what several formats say in the same words.
 */
#ifndef PL_REPORT_PARTS_H
#define PL_REPORT_PARTS_H

#include "report/report.h"

/* Switch the terminal to that colour, "1;31" or "0" for none, where colours are wanted. */
void pl_paint(struct pl_buf *out, const struct pl_write_options *options, const char *code);
/* A number with thousands separators, right-aligned in `width` columns. */
void pl_add_column(struct pl_buf *out, uint64_t value, int width);
/* "PASS", "FAIL", "INCONCLUSIVE", or "ERROR" for a check that broke off. */
const char *pl_verdict_word(enum pl_exit code);
/* What stands behind word and subject: " LCAL-2 (1 finding, 91 bytes unaccounted, 0 opaque)". Holds nothing from the package. */
void pl_add_verdict_numbers(struct pl_buf *out, const struct pl_report *r);
/*
 * Every rule and waiver of the policy, a line each; nothing for the default one. Of a chain's components those rules that are not met, up to
 * the limit of rows, and the number of the others.
 */
void pl_add_policy(struct pl_buf *out, const struct pl_report *r, const struct pl_write_options *options);
/* The purl, or the name when there is none; raw. */
pl_bytes pl_subject(const struct pl_report *r);
/* Where a finding is, as a path that begins at the subject: "app.deb!/data.tar.xz!/usr/bin/app", or "folder/lib/app.js"; raw. */
void pl_add_location(struct pl_buf *out, const struct pl_report *r, const struct pl_placed_finding *p);
/* " @ 0x1f40 +91 bytes", or nothing for what is about the whole. */
void pl_add_range(struct pl_buf *out, const struct pl_finding *f);
/*
 * By what a finding is known again in the next build: a hash over tag and path, and which of the findings of that tag and path it is, from 1.
 * Neither versions nor offsets count.
 */
struct pl_mark {
    uint64_t hash;
    uint64_t which;
};

/* The marks of the first `n` placed findings, on the heap; the caller frees them. NULL when out of memory; `n` may be 0. */
struct pl_mark *pl_marks(const struct pl_report *r, size_t n);
/* A file with bytes of its own and no members. */
bool pl_is_leaf(const struct pl_file *f);
/* Findings of that severity. */
size_t pl_count_findings(const struct pl_report *r, enum pl_severity severity);

/* How the i-th rule is known again: by rule, policy and component, and which of those it is. */
PL_MUST_USE pl_status pl_rule_mark(const struct pl_report *r, size_t i, struct pl_mark *out,
                                   struct pl_err *err);
/* "lodash 4.17.21: level 1, at least 2", quoted. */
void pl_add_rule_why(struct pl_buf *out, const struct pl_rule_result *rule);
/* A rule of the policy that is not met, or that will not be from some day on. */
bool pl_is_unmet(const struct pl_rule_result *rule);
size_t pl_count_unmet(const struct pl_report *r);
/* The file in which a reader can mend it and the line there: the policy's, or the subject's name for a built-in policy. Raw. */
pl_bytes pl_rule_file(const struct pl_report *r, const struct pl_rule_result *rule, uint64_t *line);

#endif
