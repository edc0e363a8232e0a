/*
 * policy.h - the policy that a verb judges by.
 */
#ifndef PLUMB_POLICY_H
#define PLUMB_POLICY_H

#include "options.h"

/*
 * --policy, or the plumb.yaml that is found; *out is NULL when there is none. `subjects` are what will be judged: no policy comes from
 * inside of them, and none is found inside of a source. `observer` may be NULL.
 */
pl_status policy_of(const struct options *o, const char *const *subjects, size_t n_subjects,
                    const struct pl_observer *observer, struct pl_ruleset **out, struct pl_err *err);
/* 1 and 3 become 0 under --report-only, which is said. */
int report_only(const struct options *o, int code);

#endif
