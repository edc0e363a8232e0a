/*
 * gate_rules.h - the rules of a gate, one by one.
 */
#ifndef PL_JUDGE_GATE_RULES_H
#define PL_JUDGE_GATE_RULES_H

#include "judge/gate_facts.h"
#include "judge/ruleset.h"
#include "model/report.h"

struct pl_gate {
    struct pl_report *r; /* where the results go */
    int64_t now_s;
    const char *component; /* of a chain, that is judged; NULL: the subject itself */
    struct pl_gate_facts facts;
};

/* How the components of a chain stand to the level that is asked of all of them. */
struct pl_chain_sum {
    uint64_t components; /* without the product that a document describes */
    uint64_t below;
    uint64_t below_unexamined;
    uint64_t lifted; /* of which a rule asks another level, and that are not counted above */
    bool knows_all;  /* what the subject depends on is known */
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
/* One component's own level against the one that is asked of the chain; `taken` is the rule that says another, or NULL. */
PL_MUST_USE pl_status pl_gate_own_level(struct pl_gate *g, const struct pl_least_level *q,
                                        const struct pl_rule_place *taken, struct pl_err *err);
/* The chain as a whole: a minimum is reached when nobody is below. */
PL_MUST_USE pl_status pl_gate_chain(struct pl_gate *g, const struct pl_chain_sum *sum,
                                    const struct pl_least_level *q, const struct pl_rule_place *taken,
                                    struct pl_err *err);
/* Has the policy itself expired? */
PL_MUST_USE pl_status pl_gate_expiry(struct pl_gate *g, const struct pl_ruleset *p, struct pl_err *err);
/* Let every requirement that is set in `more` be set in `to`. */
void pl_requirements_add(struct pl_requirements *to, const struct pl_requirements *more);

#endif
