/*
 * gate_rules.h - the rules of a gate, one by one.
 */
#ifndef PL_JUDGE_GATE_RULES_H
#define PL_JUDGE_GATE_RULES_H

#include "judge/ruleset.h"
#include "model/report.h"

struct pl_gate {
    struct pl_report *r;
    int64_t now_s;
    unsigned uncapped_level; /* before waivers capped it */
    uint64_t waived_findings;
};

/* What holds without being written: no link is broken, no finding is an error. */
PL_MUST_USE pl_status pl_gate_implicit(struct pl_gate *g, const struct pl_ruleset *p, struct pl_err *err);
/*
 * Every requirement that is set, as "GROUP.level" and so on. With `only_warns` what fails is a warning. Requirements that are set in
 * `taken` too (may be NULL) are said by another rule for this component, and pass.
 */
PL_MUST_USE pl_status pl_gate_require(struct pl_gate *g, const struct pl_requirements *q, const char *group,
                                      const char *reason, bool only_warns,
                                      const struct pl_requirements *taken, struct pl_err *err);
/* Has the policy itself expired? */
PL_MUST_USE pl_status pl_gate_expiry(struct pl_gate *g, const struct pl_ruleset *p, struct pl_err *err);
/* Let every requirement that is set in `more` be set in `to`. */
void pl_requirements_add(struct pl_requirements *to, const struct pl_requirements *more);

#endif
