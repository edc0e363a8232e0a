/*
 * gate.h - a policy applied to a judged report: severities, waivers, requirements, decision.
 */
#ifndef PL_JUDGE_GATE_H
#define PL_JUDGE_GATE_H

#include "judge/gate_facts.h"
#include "judge/ruleset.h"

/*
 * Apply `p` as of `now_s`. What an earlier policy did to the report is undone first, and links, level and totals are judged again from the
 * findings and ledgers: nothing that a stored report says of its own verdict is believed. Fills in r->policy, with one result for every
 * rule, and r->exit. `p` may be NULL for the default, which requires what a check requires.
 */
PL_MUST_USE pl_status pl_gate_apply(struct pl_report *r, const struct pl_ruleset *p, int64_t now_s,
                                    struct pl_err *err);

/* A component of a chain, as far as policies judge it. */
struct pl_gated_component {
    const char *key;
    const char *purl;  /* NULL when it has none */
    const char *scope; /* "required", "optional", "dev" */
    bool is_product;   /* what a document describes: there is no package to look at */
    struct pl_gate_facts facts;
};

struct pl_gated_chain {
    const struct pl_gated_component *v; /* every level follows from links and dependencies */
    size_t n;
    size_t root;
    bool knows_all;    /* what the root depends on is known */
    unsigned required; /* the chain level that was asked for when it was made; 0: none */
};

/*
 * The same for a chain. Every component is judged by the links and findings rules, by the rules that match it, and by `require.chain_level`; where
 * the policy has none, by all of `require`. Results are in r->policy, those of components with their key; r->exit is the decision. `r` has the
 * chain's subject and nothing else; it keeps nothing of `c`.
 */
PL_MUST_USE pl_status pl_gate_apply_chain(struct pl_report *r, const struct pl_gated_chain *c,
                                          const struct pl_ruleset *p, int64_t now_s, struct pl_err *err);

#endif
