/*
 * graph.h - who depends on whom: a directed graph in two arrays, its cycles collapsed.
 *
 *     first  0   2   3   3      edges of node i are to[first[i]] up to to[first[i + 1]], sorted, each once
 *     to     1 2 | 2 |
 *
 * Nodes are numbers below n. All functions are O(nodes + edges) in time and memory unless they say otherwise; nothing recurses.
 */
#ifndef PL_CHAIN_GRAPH_H
#define PL_CHAIN_GRAPH_H

#include "base/status.h"

struct pl_edge {
    uint32_t from;
    uint32_t to;
};

struct pl_graph {
    uint32_t n;
    uint32_t *first; /* n + 1 */
    uint32_t *to;
};

/*
 * From edges in any order; those from a node to itself and repeated ones are left out. Every end is below n. The caller frees *out with
 * pl_graph_reset().
 */
PL_MUST_USE pl_status pl_graph_build(uint32_t n, const struct pl_edge *edges, size_t n_edges,
                                     struct pl_graph *out, struct pl_err *err);
/* The same edges, turned round. */
PL_MUST_USE pl_status pl_graph_reverse(const struct pl_graph *g, struct pl_graph *out, struct pl_err *err);
void pl_graph_reset(struct pl_graph *g);
static inline uint32_t pl_graph_edges(const struct pl_graph *g)
{
    return g->n == 0 ? 0 : g->first[g->n];
}

/*
 * Groups of nodes that reach each other; most groups have one node. Groups are numbered so that every edge between two goes from the
 * higher number to the lower one: dependencies first.
 */
struct pl_condensation {
    uint32_t *group; /* of each node */
    uint32_t n_groups;
    uint32_t *first; /* n_groups + 1: members of group k are member[first[k]] up to member[first[k + 1]], in rising order */
    uint32_t *member;
    uint32_t n_cycles; /* groups with more than one node */
};

/* Tarjan 1972, "Depth-first search and linear graph algorithms", with a stack of its own. */
PL_MUST_USE pl_status pl_graph_condense(const struct pl_graph *g, struct pl_condensation *out,
                                        struct pl_err *err);
void pl_condensation_reset(struct pl_condensation *c);

#endif
