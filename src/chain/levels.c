/*
 * levels.c - one pass over the collapsed graph, dependencies first or last, answers for all nodes at once.
 *
 * The groups of a condensation are numbered from the leaves up, so that whatever a group depends on was decided before it; and the other way round.
 */
#include "chain/levels.h"

#include <stdlib.h>
#include <string.h>

#define NONE UINT32_MAX

/* A pass looks at each group and at all that they depend on, once. */
static uint64_t pass(const struct pl_condensation *c)
{
    return (uint64_t)c->n_groups + c->below_first[c->n_groups];
}

static uint32_t nodes_of(const struct pl_condensation *c)
{
    return c->first[c->n_groups];
}

pl_status pl_chain_levels(struct pl_condensation *c, const uint8_t *own, uint8_t *chain, struct pl_err *err)
{
    uint8_t *of_group = malloc((size_t)c->n_groups + 1);
    if (of_group == NULL)
        return pl_fail_nomem(err);
    for (uint32_t k = 0; k < c->n_groups; k++) {
        uint8_t least = PL_LEVEL_NEUTRAL;
        for (uint32_t m = c->first[k]; m < c->first[k + 1]; m++)
            least = own[c->member[m]] < least ? own[c->member[m]] : least;
        for (uint32_t e = c->below_first[k]; e < c->below_first[k + 1]; e++)
            least = of_group[c->below[e]] < least ? of_group[c->below[e]] : least;
        of_group[k] = least;
    }
    for (uint32_t i = 0; i < nodes_of(c); i++)
        chain[i] = of_group[c->group[i]];
    c->work += pass(c) + 2 * (uint64_t)nodes_of(c);
    free(of_group);
    return PL_OK;
}

pl_status pl_chain_depth(struct pl_condensation *c, uint32_t root, uint32_t *depth, struct pl_err *err)
{
    uint32_t *of_group = calloc((size_t)c->n_groups + 1, sizeof *of_group);
    if (of_group == NULL)
        return pl_fail_nomem(err);
    for (uint32_t k = 0; k < c->n_groups; k++)
        for (uint32_t e = c->below_first[k]; e < c->below_first[k + 1]; e++)
            if (of_group[c->below[e]] + 1 > of_group[k])
                of_group[k] = of_group[c->below[e]] + 1;
    *depth = of_group[c->group[root]];
    c->work += pass(c);
    free(of_group);
    return PL_OK;
}

/*
 * Breadth first, a distance at a time, until one has a target: the one with the smallest number, NONE when there is none. from[i] is the node that
 * led to i; queue has the nodes in order of distance. Both have a place a node.
 */
static uint32_t nearest(struct pl_graph *g, uint32_t root, const uint8_t *own, uint8_t level, uint32_t *from,
                        uint32_t *queue, uint32_t *distance)
{
    uint32_t n = 0;
    uint32_t found = NONE;
    for (uint32_t i = 0; i < g->n; i++)
        from[i] = NONE;
    from[root] = root;
    queue[n++] = root;
    *distance = 0;
    g->work += g->n;
    for (uint32_t at = 0; at < n; ++*distance) {
        uint32_t end = n; /* of the nodes at this distance */
        for (uint32_t i = at; i < end; i++)
            if (own[queue[i]] == level && queue[i] < found)
                found = queue[i];
        g->work += end - at;
        if (found != NONE)
            break;
        for (; at < end; at++) {
            uint32_t node = queue[at];
            for (uint32_t e = g->first[node]; e < g->first[node + 1]; e++)
                if (from[g->to[e]] == NONE) {
                    from[g->to[e]] = node;
                    queue[n++] = g->to[e];
                }
            g->work += 1 + g->first[node + 1] - g->first[node];
        }
    }
    return found;
}

pl_status pl_chain_path_to(struct pl_graph *g, uint32_t root, const uint8_t *own, uint8_t level,
                           struct pl_chain_path *out, struct pl_err *err)
{
    uint32_t *from = malloc(((size_t)g->n + 1) * sizeof *from);
    uint32_t *queue = malloc(((size_t)g->n + 1) * sizeof *queue);
    struct pl_chain_path path = {0};
    if (from == NULL || queue == NULL) {
        free(from);
        free(queue);
        return pl_fail_nomem(err);
    }
    uint32_t distance = 0;
    uint32_t target = nearest(g, root, own, level, from, queue, &distance);
    pl_status st = PL_OK;
    if (target != NONE) {
        path.v = malloc(((size_t)distance + 1) * sizeof *path.v);
        path.n = distance + 1;
        st = path.v == NULL ? pl_fail_nomem(err) : PL_OK;
        for (uint32_t i = path.n; st == PL_OK && i > 0; i--, target = from[target])
            path.v[i - 1] = target;
    }
    free(from);
    free(queue);
    if (st == PL_OK)
        *out = path;
    return st;
}

pl_status pl_chain_count_paths(struct pl_condensation *c, uint32_t root, uint32_t target, uint64_t most,
                               uint64_t *out, struct pl_err *err)
{
    uint64_t *ways = calloc((size_t)c->n_groups + 1, sizeof *ways);
    if (ways == NULL)
        return pl_fail_nomem(err);
    ways[c->group[target]] = 1;
    for (uint32_t k = c->group[target] + 1; k <= c->group[root]; k++)
        for (uint32_t e = c->below_first[k]; e < c->below_first[k + 1]; e++) {
            ways[k] += ways[c->below[e]];
            ways[k] = ways[k] > most ? most : ways[k];
        }
    *out = ways[c->group[root]];
    c->work += pass(c);
    free(ways);
    return PL_OK;
}

pl_status pl_chain_reach(struct pl_condensation *c, uint32_t root, bool *is_reached, struct pl_err *err)
{
    bool *of_group = calloc((size_t)c->n_groups + 1, sizeof *of_group);
    if (of_group == NULL)
        return pl_fail_nomem(err);
    of_group[c->group[root]] = true;
    for (uint32_t k = c->n_groups; k-- > 0;)
        for (uint32_t e = c->below_first[k]; of_group[k] && e < c->below_first[k + 1]; e++)
            of_group[c->below[e]] = true;
    for (uint32_t i = 0; i < nodes_of(c); i++)
        is_reached[i] = of_group[c->group[i]];
    c->work += pass(c) + nodes_of(c);
    free(of_group);
    return PL_OK;
}

/* One pass for up to 64 targets: bit t of reaches[k] says that group k reaches target t. */
static void count_batch(struct pl_condensation *c, const uint32_t *targets, size_t n, uint64_t *reaches,
                        uint32_t *out)
{
    memset(reaches, 0, (size_t)c->n_groups * sizeof *reaches);
    for (size_t t = 0; t < n; t++) {
        reaches[c->group[targets[t]]] |= UINT64_C(1) << t;
        out[t] = 0;
    }
    for (uint32_t k = 0; k < c->n_groups; k++) {
        for (uint32_t e = c->below_first[k]; e < c->below_first[k + 1]; e++)
            reaches[k] |= reaches[c->below[e]];
        uint32_t members = c->first[k + 1] - c->first[k];
        for (uint64_t left = reaches[k]; left != 0; left &= left - 1)
            out[__builtin_ctzll(left)] += members;
    }
    for (size_t t = 0; t < n; t++)
        out[t]--; /* itself */
    c->work += pass(c);
}

pl_status pl_chain_dependants(struct pl_condensation *c, const uint32_t *targets, size_t n_targets,
                              uint32_t *out, struct pl_err *err)
{
    uint64_t *reaches = malloc(((size_t)c->n_groups + 1) * sizeof *reaches);
    if (reaches == NULL)
        return pl_fail_nomem(err);
    for (size_t at = 0; at < n_targets; at += 64)
        count_batch(c, targets + at, n_targets - at < 64 ? n_targets - at : 64, reaches, out + at);
    free(reaches);
    return PL_OK;
}
