/*
 * policy.h - policies from files, without what lies beside them.
 */
#ifndef PL_PIPELINE_POLICY_H
#define PL_PIPELINE_POLICY_H

#include "judge/ruleset.h"

#define PL_POLICY_TYPE   "application/vnd.plumbline.policy+yaml"
#define PL_BASELINE_TYPE "application/vnd.plumbline.baseline+json"

/* Files of public keys, one of which must have signed; none of them: nobody has to. */
struct pl_policy_signers {
    const char *const *keys;
    size_t n;
};

/* PL_E_TRUST unless the signature beside `path` is good by one of the signers, for these bytes as that type. */
PL_MUST_USE pl_status pl_policy_signed(const char *path, pl_bytes text, const char *type,
                                       const struct pl_policy_signers *by, struct pl_err *err);
/* As pl_policy_open_signed(), but the baseline is not read. `by` may be NULL. */
PL_MUST_USE pl_status pl_policy_read(const char *path, int64_t at_s, const struct pl_policy_signers *by,
                                     struct pl_ruleset **out, struct pl_err *err);
/* Where the baseline of a policy that has one lies; NULL, with err, when out of memory. */
const char *pl_baseline_path(const struct pl_ruleset *p, struct pl_arena *arena, struct pl_err *err);

#endif
