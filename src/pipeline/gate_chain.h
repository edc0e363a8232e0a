/*
 * gate_chain.h - a stored chain, judged by a policy.
 */
#ifndef PL_PIPELINE_GATE_CHAIN_H
#define PL_PIPELINE_GATE_CHAIN_H

#include "judge/ruleset.h"
#include "model/report.h"

/*
 * Read docs/chain.schema.json and judge it (judge/gate.h). Levels are made again from links and dependencies: a stated one counts only where it is
 * lower. *out, which the caller frees, is a report with the chain's subject and what became of each rule. PL_E_INPUT for what cannot be read, and where
 * nothing was examined; a chain that broke off keeps its errors.
 */
PL_MUST_USE pl_status pl_gate_chain_report(pl_bytes text, const struct pl_ruleset *policy, int64_t now_s,
                                           struct pl_report **out, struct pl_err *err);

#endif
