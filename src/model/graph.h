/*
 * graph.h - who depends on whom: a directed graph in two arrays, and its cycles collapsed.
 *
 *     first  0   2   3   3      edges of node i are to[first[i]] up to to[first[i + 1]], sorted, each once
 *     to     1 2 | 2 |
 *
 * Nodes are numbers below n.
 */
#ifndef PL_MODEL_GRAPH_H
#define PL_MODEL_GRAPH_H

#include <stdint.h>

struct pl_edge {
    uint32_t from;
    uint32_t to;
};

struct pl_graph {
    uint32_t n;
    uint32_t *first; /* n + 1 */
    uint32_t *to;
    uint64_t work; /* nodes and edges looked at so far, in building it and in searching it */
};

/*
 * Groups of nodes that reach each other; most groups have one node. Groups are numbered so that every edge between two goes from the
 * higher number to the lower one: dependencies first. What is asked about groups is asked of `below`: neighbours have numbers near each other, so
 * that a pass over all groups goes through memory in order, which a pass over nodes would not.
 */
struct pl_condensation {
    uint32_t *group; /* of each node */
    uint32_t n_groups;
    uint32_t *first;   /* n_groups + 1: members of group k are member[first[k]] up to member[first[k + 1]] */
    uint32_t *member;  /* in rising order within a group */
    uint32_t n_cycles; /* groups with more than one node */
    uint32_t *
        below_first; /* n_groups + 1: group k depends on below[below_first[k]] up to below[below_first[k + 1]] */
    uint32_t *below; /* each once, itself not */
    uint64_t work;   /* nodes, edges and groups looked at so far, in making it and in asking it */
};

#endif
