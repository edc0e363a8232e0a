/*
 * levels.c - one pass over the collapsed graph, dependencies first, answers for all nodes at once.
 *
 * The groups of a condensation are numbered from the leaves up, so that whatever a group depends on was decided before it.
 */
#include "chain/levels.h"

#include <stdlib.h>
#include <string.h>

#define NONE UINT32_MAX

pl_status pl_chain_levels(const struct pl_graph *g, const struct pl_condensation *c, const uint8_t *own,
                          uint8_t *chain, struct pl_err *err)
{
    uint8_t *of_group = malloc((size_t)c->n_groups + 1);
    if (of_group == NULL)
        return pl_fail_nomem(err);
    for (uint32_t k = 0; k < c->n_groups; k++) {
        uint8_t least = PL_LEVEL_NEUTRAL;
        for (uint32_t m = c->first[k]; m < c->first[k + 1]; m++) {
            uint32_t i = c->member[m];
            least = own[i] < least ? own[i] : least;
            for (uint32_t e = g->first[i]; e < g->first[i + 1]; e++) {
                uint32_t below = c->group[g->to[e]];
                least = below != k && of_group[below] < least ? of_group[below] : least;
            }
        }
        of_group[k] = least;
    }
    for (uint32_t i = 0; i < g->n; i++)
        chain[i] = of_group[c->group[i]];
    free(of_group);
    return PL_OK;
}

pl_status pl_chain_depth(const struct pl_graph *g, const struct pl_condensation *c, uint32_t root,
                         uint32_t *depth, struct pl_err *err)
{
    uint32_t *of_group = calloc((size_t)c->n_groups + 1, sizeof *of_group);
    if (of_group == NULL)
        return pl_fail_nomem(err);
    for (uint32_t at = 0; at < g->n; at++) { /* in order of groups */
        uint32_t i = c->member[at];
        uint32_t k = c->group[i];
        for (uint32_t e = g->first[i]; e < g->first[i + 1]; e++) {
            uint32_t below = c->group[g->to[e]];
            if (below != k && of_group[below] + 1 > of_group[k])
                of_group[k] = of_group[below] + 1;
        }
    }
    *depth = of_group[c->group[root]];
    free(of_group);
    return PL_OK;
}

/* Breadth first; from[i] is the node that led to i, NONE when i was not reached. `queue` gets the nodes in order of distance. */
static uint32_t spread(const struct pl_graph *g, uint32_t root, uint32_t *from, uint32_t *queue)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < g->n; i++)
        from[i] = NONE;
    from[root] = root;
    queue[n++] = root;
    for (uint32_t at = 0; at < n; at++)
        for (uint32_t e = g->first[queue[at]]; e < g->first[queue[at] + 1]; e++) {
            uint32_t to = g->to[e];
            if (from[to] != NONE)
                continue;
            from[to] = queue[at];
            queue[n++] = to;
        }
    return n;
}

/* The first target by distance, then by number: nodes of one distance stand together, but not in order of number. */
static uint32_t nearest(const uint32_t *from, const uint32_t *queue, uint32_t n, const uint8_t *own,
                        uint8_t level, uint32_t *steps)
{
    uint32_t found = NONE;
    uint32_t end = 1; /* of the nodes at this distance */
    uint32_t distance = 0;
    uint32_t next_end = 1;
    for (uint32_t at = 0; at < n; at++) {
        if (at == end) {
            if (found != NONE)
                break;
            distance++;
            end = next_end;
        }
        if (own[queue[at]] == level && queue[at] < found)
            found = queue[at];
        /* what this node led to stands right behind what the ones before it led to */
        while (next_end < n && from[queue[next_end]] == queue[at])
            next_end++;
    }
    *steps = distance;
    return found;
}

pl_status pl_chain_path_to(const struct pl_graph *g, uint32_t root, const uint8_t *own, uint8_t level,
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
    uint32_t steps = 0;
    uint32_t n = spread(g, root, from, queue);
    uint32_t target = nearest(from, queue, n, own, level, &steps);
    pl_status st = PL_OK;
    if (target != NONE) {
        path.v = malloc(((size_t)steps + 1) * sizeof *path.v);
        path.n = steps + 1;
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

pl_status pl_chain_count_paths(const struct pl_graph *g, const struct pl_condensation *c, uint32_t root,
                               uint32_t target, uint64_t most, uint64_t *out, struct pl_err *err)
{
    uint64_t *ways = calloc((size_t)c->n_groups + 1, sizeof *ways);
    uint32_t *counted = malloc(((size_t)c->n_groups + 1) * sizeof *counted);
    if (ways == NULL || counted == NULL) {
        free(ways);
        free(counted);
        return pl_fail_nomem(err);
    }
    for (uint32_t k = 0; k < c->n_groups; k++)
        counted[k] = NONE;
    ways[c->group[target]] = 1;
    for (uint32_t at = c->first[c->group[target] + 1]; at < g->n; at++) { /* in order of groups */
        uint32_t i = c->member[at];
        uint32_t k = c->group[i];
        for (uint32_t e = g->first[i]; e < g->first[i + 1]; e++) {
            uint32_t below = c->group[g->to[e]];
            if (below == k || counted[below] == k) /* two members of a cycle that go to one place: one way */
                continue;
            counted[below] = k;
            ways[k] += ways[below];
            ways[k] = ways[k] > most ? most : ways[k];
        }
    }
    *out = ways[c->group[root]];
    free(ways);
    free(counted);
    return PL_OK;
}

pl_status pl_chain_reach(const struct pl_graph *g, uint32_t root, bool *is_reached, struct pl_err *err)
{
    uint32_t *from = malloc(((size_t)g->n + 1) * sizeof *from);
    uint32_t *queue = malloc(((size_t)g->n + 1) * sizeof *queue);
    bool has_room = from != NULL && queue != NULL;
    if (has_room) {
        (void)spread(g, root, from, queue); /* how many it is shows in from[] */
        for (uint32_t i = 0; i < g->n; i++)
            is_reached[i] = from[i] != NONE;
    }
    free(from);
    free(queue);
    return has_room ? PL_OK : pl_fail_nomem(err);
}

/* One pass for up to 64 targets: bit t of reaches[k] says that group k reaches target t. */
static void count_batch(const struct pl_graph *g, const struct pl_condensation *c, const uint32_t *targets,
                        size_t n, uint64_t *reaches, uint32_t *out)
{
    memset(reaches, 0, (size_t)c->n_groups * sizeof *reaches);
    for (size_t t = 0; t < n; t++) {
        reaches[c->group[targets[t]]] |= UINT64_C(1) << t;
        out[t] = 0;
    }
    for (uint32_t k = 0; k < c->n_groups; k++) {
        for (uint32_t m = c->first[k]; m < c->first[k + 1]; m++)
            for (uint32_t e = g->first[c->member[m]]; e < g->first[c->member[m] + 1]; e++)
                reaches[k] |= reaches[c->group[g->to[e]]];
        uint32_t members = c->first[k + 1] - c->first[k];
        for (uint64_t left = reaches[k]; left != 0; left &= left - 1)
            out[__builtin_ctzll(left)] += members;
    }
    for (size_t t = 0; t < n; t++)
        out[t]--; /* itself */
}

pl_status pl_chain_dependants(const struct pl_graph *g, const struct pl_condensation *c,
                              const uint32_t *targets, size_t n_targets, uint32_t *out, struct pl_err *err)
{
    uint64_t *reaches = malloc(((size_t)c->n_groups + 1) * sizeof *reaches);
    if (reaches == NULL)
        return pl_fail_nomem(err);
    for (size_t at = 0; at < n_targets; at += 64)
        count_batch(g, c, targets + at, n_targets - at < 64 ? n_targets - at : 64, reaches, out + at);
    free(reaches);
    return PL_OK;
}
