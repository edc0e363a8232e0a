/*
 * gate_facts.h - what the rules of a gate look at, whoever has it: a report by its ledgers, a component by what its chain says.
 */
#ifndef PL_JUDGE_GATE_FACTS_H
#define PL_JUDGE_GATE_FACTS_H

#include "model/measure.h"
#include "model/report.h"

/* Bytes of which some are bad. */
struct pl_weight {
    uint64_t all;
    uint64_t bad;
    uint64_t waived; /* that would be bad without a waiver */
};

struct pl_gate_facts {
    const char *why_not; /* nobody looked at it: why; NULL for one that was examined */
    struct pl_link_result links[PL_LINK_COUNT];
    enum pl_exit exit; /* of its check */
    unsigned level;
    unsigned uncapped_level; /* before waivers capped it */
    bool has_chain_level;
    unsigned chain_level;
    uint64_t errors; /* findings */
    uint64_t waived_findings;
    uint64_t unlisted; /* findings that a policy might make errors, and of which only the number is known */
    uint64_t sources;
    uint64_t sources_by_how[PL_HOW_CLAIMED + 1];
    bool has_bytes;
    struct pl_weight active, passive,
        opaque; /* unaccounted of active bytes, of passive ones; opaque of all */
    struct pl_measure measure;
};

/* After the verdict, with waivers and severities applied; `uncapped_level` is the level then. */
void pl_gate_facts_of(const struct pl_report *r, struct pl_gate_facts *out);
/* The same numbers without a policy. */
void pl_measure_of(const struct pl_report *r, struct pl_measure *out);

#endif
