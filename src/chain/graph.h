/*
 * graph.h - building a graph (model/graph.h), and collapsing its cycles.
 *
 * All functions are O(nodes + edges) in time and memory unless they say otherwise; nothing recurses. They count their steps where they work.
 */
#ifndef PL_CHAIN_GRAPH_H
#define PL_CHAIN_GRAPH_H

#include "base/status.h"
#include "model/graph.h"

/*
 * From edges in any order; those from a node to itself and repeated ones are left out. Every end is below n. The caller frees *out with
 * pl_graph_reset().
 */
PL_MUST_USE pl_status pl_graph_build(uint32_t n, const struct pl_edge *edges, size_t n_edges,
                                     struct pl_graph *out, struct pl_err *err);
void pl_graph_reset(struct pl_graph *g);
static inline uint32_t pl_graph_edges(const struct pl_graph *g)
{
    return g->n == 0 ? 0 : g->first[g->n];
}

/* Tarjan 1972, "Depth-first search and linear graph algorithms", with a stack of its own. */
PL_MUST_USE pl_status pl_graph_condense(const struct pl_graph *g, struct pl_condensation *out,
                                        struct pl_err *err);
void pl_condensation_reset(struct pl_condensation *c);

#endif
