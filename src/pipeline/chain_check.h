/*
 * chain_check.h - one component of a chain: what was found out before, or a check.
 */
#ifndef PL_PIPELINE_CHAIN_CHECK_H
#define PL_PIPELINE_CHAIN_CHECK_H

#include "model/chain.h"
#include "supply/supply.h"

/* What one worker needs; no two workers share one. */
struct pl_chain_worker {
    const struct pl_chain_options *options;
    struct pl_supply *supply;
    struct pl_observer observer; /* for the check of one component */
    unsigned jobs;               /* threads of one check */
    unsigned component_seconds;  /* that one check may take */
};

struct pl_chain_answer {
    struct pl_component_result result;
    const char *why_not; /* then there is no result */
    bool is_cached;      /* it was known before */
    bool is_late;        /* there is no result, since it took too long */
};

struct pl_product;

/*
 * Compare what was found out with how the component stands in the product: the link `shipped` and level of *answer change, and what is edited,
 * missing or extra is named. Nothing changes when there is no result. Fails only for want of memory.
 */
PL_MUST_USE pl_status pl_chain_ship(struct pl_chain_worker *w, struct pl_product *product,
                                    const struct pl_component *c, struct pl_arena *arena,
                                    struct pl_chain_answer *answer, struct pl_err *err);

/* The published package of a component without its source, from the cache when it was fetched before. The caller frees it. */
PL_MUST_USE pl_status pl_chain_fetch(struct pl_chain_worker *w, const struct pl_purl *purl,
                                     struct pl_arena *arena, struct pl_supplied **out, struct pl_err *err);

/*
 * What was found out about a component with a purl in an earlier run, when that is still true; *is_known says whether there is an answer. Reads the cache
 * and, where the publisher's index has changed, that. Texts of *out are in `arena`. Fails only for want of memory.
 */
PL_MUST_USE pl_status pl_chain_recall(struct pl_chain_worker *w, const struct pl_component *c,
                                      struct pl_arena *arena, struct pl_chain_answer *out, bool *is_known,
                                      struct pl_err *err);

/* Find out about one component with a purl, and keep the answer for pl_chain_recall(). Texts of *out are in `arena`. Fails only for want of memory. */
PL_MUST_USE pl_status pl_chain_check(struct pl_chain_worker *w, const struct pl_component *c,
                                     struct pl_arena *arena, struct pl_chain_answer *out, struct pl_err *err);

#endif
