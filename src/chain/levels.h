/*
 * levels.h - chain levels by minimum over all that a component depends on, the path that sets one, and what is below a level.
 *
 * `own` has one number a node: 0 to 4, or PL_LEVEL_NEUTRAL for a node that says nothing itself (the product that a document describes).
 */
#ifndef PL_CHAIN_LEVELS_H
#define PL_CHAIN_LEVELS_H

#include "chain/graph.h"
#include "model/chain.h"

/* chain[i], n places: the minimum of own over i and all that it reaches. Never above own[i]. */
PL_MUST_USE pl_status pl_chain_levels(struct pl_condensation *c, const uint8_t *own, uint8_t *chain,
                                      struct pl_err *err);

/* Groups on the longest way down from `root`, itself not counted. */
PL_MUST_USE pl_status pl_chain_depth(struct pl_condensation *c, uint32_t root, uint32_t *depth,
                                     struct pl_err *err);

/* A shortest way from `root`; when several targets are equally near, to the one with the smallest number. On the heap. */
struct pl_chain_path {
    uint32_t *v; /* from root to the target */
    uint32_t n;  /* 0: no target is reached */
};

/* To the nearest node whose own level is `level`. The caller frees out->v. */
PL_MUST_USE pl_status pl_chain_path_to(struct pl_graph *g, uint32_t root, const uint8_t *own, uint8_t level,
                                       struct pl_chain_path *out, struct pl_err *err);

/* Ways from `root` to `target` through the collapsed graph, at most `most`. */
PL_MUST_USE pl_status pl_chain_count_paths(struct pl_condensation *c, uint32_t root, uint32_t target,
                                           uint64_t most, uint64_t *out, struct pl_err *err);

/* is_reached[i]: does `root` reach i? Itself it does. */
PL_MUST_USE pl_status pl_chain_reach(struct pl_condensation *c, uint32_t root, bool *is_reached,
                                     struct pl_err *err);

/*
 * How many nodes depend, directly or not, on each of `targets`, itself not counted. 64 targets are answered in one pass:
 * O((groups + dependencies between them) * n_targets / 64).
 */
PL_MUST_USE pl_status pl_chain_dependants(struct pl_condensation *c, const uint32_t *targets,
                                          size_t n_targets, uint32_t *out, struct pl_err *err);

#endif
