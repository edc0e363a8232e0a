/*
 * graph.c - building the two arrays by counting, and Tarjan's strongly connected components without recursion.
 *
 * Edges are put where they lead to, and from there where they come from: that leaves the targets of each source in rising order, in time linear in
 * nodes and edges. The number a node has decides everything, the order in which edges came decides nothing.
 */
#include "chain/graph.h"

#include <stdlib.h>
#include <string.h>

#define NONE UINT32_MAX

static bool take(struct pl_graph *g, uint32_t n, size_t n_edges)
{
    *g = (struct pl_graph){.n = n};
    g->first = calloc((size_t)n + 2, sizeof *g->first);
    g->to = malloc((n_edges + 1) * sizeof *g->to);
    return g->first != NULL && g->to != NULL;
}

/*
 * first[] as it is built: counts stand two places up, their sums one place up, where each place moves to the end of its node as that one is
 * filled, which is where the next one begins.
 */
static void sum(struct pl_graph *g)
{
    for (uint32_t i = 0; i < g->n; i++)
        g->first[i + 1] += g->first[i];
}

/* Who leads to each node, in the order in which the edges came. */
static void turn_edges(const struct pl_edge *edges, size_t n_edges, struct pl_graph *out)
{
    for (size_t i = 0; i < n_edges; i++)
        out->first[edges[i].to + 2u]++;
    sum(out);
    for (size_t i = 0; i < n_edges; i++)
        out->to[out->first[edges[i].to + 1u]++] = edges[i].from;
    out->work += 2 * (uint64_t)n_edges + out->n;
}

/* The other way round, and each row in rising order. */
static void turn(const struct pl_graph *g, size_t n_edges, struct pl_graph *out)
{
    for (size_t e = 0; e < n_edges; e++)
        out->first[g->to[e] + 2u]++;
    sum(out);
    for (uint32_t node = 0; node < g->n; node++)
        for (uint32_t e = g->first[node]; e < g->first[node + 1]; e++)
            out->to[out->first[g->to[e] + 1u]++] = node;
    out->work += g->work + 2 * (uint64_t)n_edges + 2 * (uint64_t)g->n;
}

/* Each edge once, and none from a node to itself. Rows are in rising order. */
static void thin_out(struct pl_graph *g)
{
    uint32_t kept = 0;
    uint32_t at = 0;
    for (uint32_t node = 0; node < g->n; node++) {
        uint32_t end = g->first[node + 1];
        g->first[node] = kept;
        for (; at < end; at++) {
            bool is_repeated = kept > g->first[node] && g->to[kept - 1] == g->to[at];
            if (g->to[at] != node && !is_repeated)
                g->to[kept++] = g->to[at];
        }
    }
    g->first[g->n] = kept;
    g->work += (uint64_t)at + g->n;
}

pl_status pl_graph_build(uint32_t n, const struct pl_edge *edges, size_t n_edges, struct pl_graph *out,
                         struct pl_err *err)
{
    struct pl_graph turned;
    struct pl_graph g = {0};
    if (n >= NONE - 1 || n_edges >= NONE)
        return pl_fail(err, PL_E_LIMIT, PL_NO_OFFSET, "graph: too many components or dependencies");
    bool has_room = take(&turned, n, n_edges);
    if (has_room) {
        turn_edges(edges, n_edges, &turned);
        has_room = take(&g, n, n_edges);
    }
    if (has_room) {
        turn(&turned, n_edges, &g);
        thin_out(&g);
        *out = g;
    }
    pl_graph_reset(&turned);
    if (!has_room) {
        pl_graph_reset(&g);
        return pl_fail_nomem(err);
    }
    return PL_OK;
}

void pl_graph_reset(struct pl_graph *g)
{
    free(g->first);
    free(g->to);
    *g = (struct pl_graph){0};
}

/* What is asked about a node together stands together: large graphs fit into no cache. */
struct visit {
    uint32_t number; /* order of the visit */
    uint32_t low;    /* the smallest number that the node is known to reach */
    uint32_t next;   /* the edge to look at next */
    uint32_t group;
};

/* The state of Tarjan's search. A node that has no number yet was not visited; one that has a group is done. */
struct search {
    const struct pl_graph *g;
    struct pl_condensation *out;
    struct visit *at;
    uint32_t *path; /* the way from the root of the search to here */
    uint32_t *open; /* visited, and not in a group yet */
    uint32_t n_path;
    uint32_t n_open;
    uint32_t n_numbers;
};

static void enter(struct search *s, uint32_t node)
{
    s->at[node].number = s->at[node].low = s->n_numbers++;
    s->at[node].next = s->g->first[node];
    s->path[s->n_path++] = node;
    s->open[s->n_open++] = node;
}

/* All of its edges were looked at: it may be the first of a group, and the one above learns what it reaches. */
static void leave(struct search *s, uint32_t node)
{
    s->n_path--;
    if (s->at[node].low == s->at[node].number) {
        uint32_t member;
        do {
            member = s->open[--s->n_open];
            s->at[member].group = s->out->n_groups;
        } while (member != node);
        s->out->n_groups++;
    }
    if (s->n_path > 0) {
        uint32_t above = s->path[s->n_path - 1];
        if (s->at[node].low < s->at[above].low)
            s->at[above].low = s->at[node].low;
    }
}

static void visit(struct search *s, uint32_t root)
{
    enter(s, root);
    while (s->n_path > 0) {
        uint32_t node = s->path[s->n_path - 1];
        struct visit *here = &s->at[node];
        if (here->next == s->g->first[node + 1]) {
            leave(s, node);
            continue;
        }
        uint32_t to = s->g->to[here->next++];
        s->out->work++;
        if (s->at[to].number == NONE)
            enter(s, to);
        else if (s->at[to].group == NONE && s->at[to].number < here->low)
            here->low = s->at[to].number;
    }
}

static void list_members(struct pl_condensation *c, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        c->first[c->group[i] + 2u]++;
    for (uint32_t k = 0; k < c->n_groups; k++)
        c->first[k + 1] += c->first[k];
    for (uint32_t i = 0; i < n; i++)
        c->member[c->first[c->group[i] + 1u]++] = i;
    for (uint32_t k = 0; k < c->n_groups; k++)
        c->n_cycles += c->first[k + 1] - c->first[k] > 1;
    c->work += 2 * ((uint64_t)n + c->n_groups);
}

/* `last` has a place a group: the last one that was found to depend on it. */
static void link_groups(const struct pl_graph *g, uint32_t *last, struct pl_condensation *c)
{
    uint32_t n = 0;
    for (uint32_t k = 0; k < c->n_groups; k++)
        last[k] = NONE;
    for (uint32_t k = 0; k < c->n_groups; k++) {
        c->below_first[k] = n;
        for (uint32_t m = c->first[k]; m < c->first[k + 1]; m++) {
            uint32_t i = c->member[m];
            for (uint32_t e = g->first[i]; e < g->first[i + 1]; e++) {
                uint32_t below = c->group[g->to[e]];
                if (below == k || last[below] == k)
                    continue;
                last[below] = k;
                c->below[n++] = below;
            }
        }
    }
    c->below_first[c->n_groups] = n;
    c->work += 2 * (uint64_t)c->n_groups + g->n + pl_graph_edges(g);
}

pl_status pl_graph_condense(const struct pl_graph *g, struct pl_condensation *out, struct pl_err *err)
{
    struct pl_condensation c = {0};
    size_t n = (size_t)g->n + 2;
    uint32_t *room = malloc(2 * n * sizeof *room);
    struct visit *visits = malloc(n * sizeof *visits);
    c.group = malloc(n * sizeof *c.group);
    c.first = calloc(n, sizeof *c.first);
    c.member = malloc(n * sizeof *c.member);
    c.below_first = malloc(n * sizeof *c.below_first);
    c.below = malloc(((size_t)pl_graph_edges(g) + 1) * sizeof *c.below);
    bool has_room = room != NULL && visits != NULL && c.group != NULL && c.first != NULL &&
                    c.member != NULL && c.below_first != NULL && c.below != NULL;
    if (has_room) {
        struct search s = {.g = g, .out = &c, .at = visits, .path = room, .open = room + n};
        for (uint32_t i = 0; i < g->n; i++)
            visits[i] = (struct visit){.number = NONE, .group = NONE};
        for (uint32_t i = 0; i < g->n; i++)
            if (visits[i].number == NONE)
                visit(&s, i);
        for (uint32_t i = 0; i < g->n; i++)
            c.group[i] = visits[i].group;
        c.work += 5 * (uint64_t)g->n; /* two passes, and entering, leaving and listing each */
        list_members(&c, g->n);
        link_groups(g, room, &c);
        *out = c;
    }
    free(room);
    free(visits);
    if (!has_room) {
        pl_condensation_reset(&c);
        return pl_fail_nomem(err);
    }
    return PL_OK;
}

void pl_condensation_reset(struct pl_condensation *c)
{
    free(c->group);
    free(c->first);
    free(c->member);
    free(c->below_first);
    free(c->below);
    *c = (struct pl_condensation){0};
}
