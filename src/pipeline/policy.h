/*
 * policy.h - policies from files, without what lies beside them.
 */
#ifndef PL_PIPELINE_POLICY_H
#define PL_PIPELINE_POLICY_H

#include "judge/ruleset.h"

/* As pl_policy_open(), but the baseline is not read. */
PL_MUST_USE pl_status pl_policy_read(const char *path, int64_t at_s, struct pl_ruleset **out,
                                     struct pl_err *err);
/* Where the baseline of a policy that has one lies; NULL, with err, when out of memory. */
const char *pl_baseline_path(const struct pl_ruleset *p, struct pl_arena *arena, struct pl_err *err);

#endif
