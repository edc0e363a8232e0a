/*
 * judge.h - from ledgers to findings, links, level and exit code.
 */
#ifndef PL_JUDGE_JUDGE_H
#define PL_JUDGE_JUDGE_H

#include "judge/policy.h"
#include "model/report.h"

/* The level that the verdicts of PL_LINK_COUNT links earn, and *violation: the one that a broken link would have earned, 0 when none is broken. */
unsigned pl_judge_level(const struct pl_link_result *links, unsigned *violation);

/*
 * Judge a report whose files are sealed and whose `shipped`, `published` and `origin` links carry what their examiners found
 * (unchecked where nobody looked). Fills in `sourced`, totals, placed findings, level, violation and exit code.
 * Reads nothing but the report. has_source tells whether there was any source to follow from.
 */
PL_MUST_USE pl_status pl_judge(struct pl_report *r, const struct pl_policy *policy, bool has_source,
                               struct pl_err *err);

/* The part of pl_judge() that comes after the findings: totals, order, links, level, exit code. Can be done again. */
PL_MUST_USE pl_status pl_judge_verdict(struct pl_report *r, const struct pl_policy *policy, bool has_source,
                                       struct pl_err *err);
/* Machine code or bytecode, by its kind? */
bool pl_is_code(const struct pl_file *f);
/* Fill in the totals of bytes over all files, by class, grade and role. Part of pl_judge(). */
void pl_judge_totals(struct pl_report *r);

#endif
