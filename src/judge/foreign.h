/*
 * foreign.h - findings for things of images that the source does not ask for.
 */
#ifndef PL_JUDGE_FOREIGN_H
#define PL_JUDGE_FOREIGN_H

#include "judge/policy.h"
#include "model/file.h"

/* Turn f->foreign into findings: each novel thing an error where the policy lets it, the others warnings, some of them folded. */
PL_MUST_USE pl_status pl_judge_foreign(struct pl_file *f, const struct pl_policy *policy, struct pl_err *err);

#endif
