/*
 * graph.c - building the two arrays by counting, and Tarjan's strongly connected components without recursion.
 *
 * Sorting by counting twice, first by target and then by source, leaves the targets of each source in rising order, in time linear in nodes
 * and edges; the number a node has decides everything, the order in which edges came decides nothing.
 */
#include "chain/graph.h"

#include <stdlib.h>
#include <string.h>

#define NONE UINT32_MAX

/* Stable counting sort of `in` by one end of the edges into `out`; `count` has n + 1 places. */
static void sort_by(const struct pl_edge *in, size_t n_edges, uint32_t n, bool by_target, uint32_t *count,
                    struct pl_edge *out)
{
    memset(count, 0, ((size_t)n + 1) * sizeof *count);
    for (size_t i = 0; i < n_edges; i++)
        count[(by_target ? in[i].to : in[i].from) + 1u]++;
    for (uint32_t i = 0; i < n; i++)
        count[i + 1] += count[i];
    for (size_t i = 0; i < n_edges; i++)
        out[count[by_target ? in[i].to : in[i].from]++] = in[i];
}

/* Edges sorted by source and target: each into its place, once. */
static void fill(struct pl_graph *g, const struct pl_edge *sorted, size_t n_edges)
{
    uint32_t kept = 0;
    size_t at = 0;
    for (uint32_t node = 0; node < g->n; node++) {
        g->first[node] = kept;
        for (; at < n_edges && sorted[at].from == node; at++) {
            bool is_repeated = kept > g->first[node] && g->to[kept - 1] == sorted[at].to;
            if (sorted[at].to != node && !is_repeated)
                g->to[kept++] = sorted[at].to;
        }
    }
    g->first[g->n] = kept;
}

pl_status pl_graph_build(uint32_t n, const struct pl_edge *edges, size_t n_edges, struct pl_graph *out,
                         struct pl_err *err)
{
    struct pl_graph g = {.n = n};
    if (n == NONE || n_edges >= NONE)
        return pl_fail(err, PL_E_LIMIT, PL_NO_OFFSET, "graph: too many components or dependencies");
    uint32_t *count = malloc(((size_t)n + 1) * sizeof *count); /* of fewer than NONE edges */
    struct pl_edge *one = malloc((n_edges + 1) * sizeof *one);
    struct pl_edge *two = malloc((n_edges + 1) * sizeof *two);
    g.first = malloc(((size_t)n + 1) * sizeof *g.first);
    pl_status st = count == NULL || one == NULL || two == NULL || g.first == NULL ? PL_E_NOMEM : PL_OK;
    if (st == PL_OK) {
        sort_by(edges, n_edges, n, true, count, one);
        sort_by(one, n_edges, n, false, count, two);
        free(one);
        one = NULL;
        g.to = malloc((n_edges + 1) * sizeof *g.to);
        st = g.to == NULL ? PL_E_NOMEM : PL_OK;
    }
    if (st == PL_OK)
        fill(&g, two, n_edges);
    free(count);
    free(one);
    free(two);
    if (st != PL_OK) {
        pl_graph_reset(&g);
        return pl_fail_nomem(err);
    }
    *out = g;
    return PL_OK;
}

pl_status pl_graph_reverse(const struct pl_graph *g, struct pl_graph *out, struct pl_err *err)
{
    struct pl_graph r = {.n = g->n};
    uint32_t n_edges = pl_graph_edges(g);
    r.first = calloc((size_t)g->n + 1, sizeof *r.first);
    r.to = malloc(((size_t)n_edges + 1) * sizeof *r.to);
    if (r.first == NULL || r.to == NULL) {
        pl_graph_reset(&r);
        return pl_fail_nomem(err);
    }
    for (uint32_t i = 0; i < n_edges; i++)
        r.first[g->to[i] + 1]++;
    for (uint32_t i = 0; i < g->n; i++)
        r.first[i + 1] += r.first[i];
    for (uint32_t node = 0; node < g->n; node++) /* moves each first[] to the end of its node */
        for (uint32_t e = g->first[node]; e < g->first[node + 1]; e++)
            r.to[r.first[g->to[e]]++] = node;
    for (uint32_t i = g->n; i > 0; i--)
        r.first[i] = r.first[i - 1];
    r.first[0] = 0;
    *out = r;
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
        if (s->at[to].number == NONE)
            enter(s, to);
        else if (s->at[to].group == NONE && s->at[to].number < here->low)
            here->low = s->at[to].number;
    }
}

static void list_members(struct pl_condensation *c, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        c->first[c->group[i] + 1]++;
    for (uint32_t k = 0; k < c->n_groups; k++)
        c->first[k + 1] += c->first[k];
    for (uint32_t i = 0; i < n; i++)
        c->member[c->first[c->group[i]]++] = i;
    for (uint32_t k = c->n_groups; k > 0; k--)
        c->first[k] = c->first[k - 1];
    c->first[0] = 0;
    for (uint32_t k = 0; k < c->n_groups; k++)
        c->n_cycles += c->first[k + 1] - c->first[k] > 1;
}

pl_status pl_graph_condense(const struct pl_graph *g, struct pl_condensation *out, struct pl_err *err)
{
    struct pl_condensation c = {0};
    size_t n = (size_t)g->n + 1;
    uint32_t *room = malloc(2 * n * sizeof *room);
    struct visit *visits = malloc(n * sizeof *visits);
    c.group = malloc(n * sizeof *c.group);
    c.first = calloc(n + 1, sizeof *c.first);
    c.member = malloc(n * sizeof *c.member);
    if (room == NULL || visits == NULL || c.group == NULL || c.first == NULL || c.member == NULL) {
        free(room);
        free(visits);
        pl_condensation_reset(&c);
        return pl_fail_nomem(err);
    }
    struct search s = {.g = g, .out = &c, .at = visits, .path = room, .open = room + n};
    for (uint32_t i = 0; i < g->n; i++)
        visits[i] = (struct visit){.number = NONE, .group = NONE};
    for (uint32_t i = 0; i < g->n; i++)
        if (visits[i].number == NONE)
            visit(&s, i);
    for (uint32_t i = 0; i < g->n; i++)
        c.group[i] = visits[i].group;
    free(room);
    free(visits);
    list_members(&c, g->n);
    *out = c;
    return PL_OK;
}

void pl_condensation_reset(struct pl_condensation *c)
{
    free(c->group);
    free(c->first);
    free(c->member);
    *c = (struct pl_condensation){0};
}
