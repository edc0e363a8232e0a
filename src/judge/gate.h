/*
 * gate.h - a policy applied to a judged report: severities, waivers, requirements, decision.
 */
#ifndef PL_JUDGE_GATE_H
#define PL_JUDGE_GATE_H

#include "judge/ruleset.h"
#include "model/report.h"

/*
 * Apply `p` as of `now_s`. What an earlier policy did to the report is undone first, and links, level and totals are judged again from the
 * findings and ledgers: nothing that a stored report says of its own verdict is believed. Fills in r->policy, with one result for every
 * rule, and r->exit. `p` may be NULL for the default, which requires what a check requires.
 */
PL_MUST_USE pl_status pl_gate_apply(struct pl_report *r, const struct pl_ruleset *p, int64_t now_s,
                                    struct pl_err *err);

#endif
