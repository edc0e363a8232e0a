/*
 * solve.c - levels, counts, the weakest links, and what to mend first.
 *
 * Raising the chain to a level takes every component that the product reaches and that is below it: a minimum rises with its last member, so that
 * this set is the smallest one, and there is no other.
 */
#include "chain/solve.h"

#include "chain/levels.h"

#include <stdlib.h>
#include <string.h>

#define MOST_COUNTED 4096u /* weakest components whose dependants are counted: 64 passes over the graph */

static pl_status own_and_chain(struct pl_chain *c, struct pl_err *err)
{
    size_t n = c->components.n;
    uint8_t *own = calloc(2 * n + 1, 1);
    if (own == NULL)
        return pl_fail_nomem(err);
    for (size_t i = 0; i < n; i++) {
        struct pl_component *one = &c->components.v[i];
        one->own = (uint8_t)(one->is_product       ? PL_LEVEL_NEUTRAL
                             : one->result == NULL ? 0
                                                   : one->result->level);
        own[i] = one->own;
        if (one->result == NULL && one->why_not == NULL)
            one->why_not = "nobody looked at it";
    }
    pl_status st = pl_chain_levels(&c->groups, own, own + n, err);
    for (size_t i = 0; i < n && st == PL_OK; i++)
        c->components.v[i].chain = own[n + i];
    free(own);
    return st;
}

static void count(struct pl_chain *c)
{
    for (size_t i = 0; i < c->components.n; i++) {
        const struct pl_component *one = &c->components.v[i];
        c->cached += one->is_cached;
        if (one->is_product)
            continue;
        if (one->result == NULL)
            c->unexamined++;
        else
            c->own_counts[one->own]++;
        c->chain_counts[one->chain]++;
    }
}

/* Of components at the level of the chain those with a broken link are weaker than those of which nobody can tell: all others stand back. */
static void prefer_broken(const struct pl_chain *c, uint8_t *own)
{
    bool has_broken = false;
    for (size_t i = 0; i < c->components.n; i++)
        has_broken = has_broken || (own[i] == c->level && pl_component_is_broken(&c->components.v[i]));
    for (size_t i = 0; i < c->components.n && has_broken; i++)
        if (own[i] == c->level && !pl_component_is_broken(&c->components.v[i]))
            own[i] = PL_LEVEL_NEUTRAL;
}

/* Where the result of a shortest search is kept. Changes `own`. */
static pl_status find_path(struct pl_chain *c, uint8_t *own, struct pl_err *err)
{
    struct pl_chain_path path = {0};
    uint64_t ways = 0;
    prefer_broken(c, own);
    pl_status st = pl_chain_path_to(&c->graph, c->root, own, c->level, &path, err);
    if (st == PL_OK && path.n > 0)
        st = pl_chain_count_paths(&c->groups, c->root, path.v[path.n - 1], PL_CHAIN_MOST_PATHS + 1, &ways,
                                  err);
    if (st == PL_OK && path.n > 0) {
        pl_bytes kept = pl_arena_keep(&c->arena, pl_bytes_of(path.v, path.n * sizeof *path.v));
        c->path = (uint32_t *)(uintptr_t)kept.p;
        c->n_path = path.n;
        c->other_paths = ways > 0 ? ways - 1 : 0;
        st = kept.p == NULL ? pl_arena_fail(&c->arena, err) : PL_OK;
    }
    free(path.v);
    return st;
}

static pl_status find_weakest(struct pl_chain *c, const uint8_t *own, const bool *is_reached,
                              struct pl_err *err)
{
    for (uint32_t i = 0; i < c->components.n; i++)
        c->n_weakest += is_reached[i] && own[i] == c->level;
    c->weakest = pl_arena_take_n(&c->arena, c->n_weakest + 1u, sizeof *c->weakest);
    c->dependants = pl_arena_take_n(&c->arena, c->n_weakest + 1u, sizeof *c->dependants);
    if (c->weakest == NULL || c->dependants == NULL)
        return pl_arena_fail(&c->arena, err);
    uint32_t n = 0;
    for (uint32_t i = 0; i < c->components.n; i++)
        if (is_reached[i] && own[i] == c->level)
            c->weakest[n++] = i;
    if (n <= MOST_COUNTED)
        return pl_chain_dependants(&c->groups, c->weakest, n, c->dependants, err);
    for (uint32_t i = 0; i < n; i++)
        c->dependants[i] = UINT32_MAX;
    return PL_OK;
}

static pl_status find_steps(struct pl_chain *c, const uint8_t *own, const bool *is_reached,
                            struct pl_err *err)
{
    uint32_t below = 0; /* the level at hand */
    for (unsigned level = 1; level <= PL_LEVEL_MAX; level++) {
        uint32_t more = 0;
        for (uint32_t i = 0; i < c->components.n; i++)
            more += is_reached[i] && own[i] == level - 1;
        below += more;
        if (level <= c->level)
            continue;
        struct pl_chain_step *s = &c->steps[c->n_steps++];
        *s = (struct pl_chain_step){.level = level, .more = more};
        s->v = pl_arena_take_n(&c->arena, below + 1u, sizeof *s->v);
        if (s->v == NULL)
            return pl_arena_fail(&c->arena, err);
        for (uint32_t i = 0; i < c->components.n; i++)
            if (is_reached[i] && own[i] < level)
                s->v[s->n++] = i;
    }
    return PL_OK;
}

static bool has_severe_finding(const struct pl_chain *c)
{
    for (size_t i = 0; i < c->findings.list.n; i++)
        if (c->findings.list.v[i].severity == PL_SEVERITY_ERROR)
            return true;
    return c->findings.dropped_errors > 0;
}

/* Any 6 gives 6, else any 1 gives 1; what was not examined, or stays unproven, gives 3 unless the level that is required is reached. */
static enum pl_exit judge_exit(const struct pl_chain *c)
{
    bool has_broken = has_severe_finding(c);
    bool is_open = c->unexamined > 0 || c->components.n < 2;
    for (size_t i = 0; i < c->components.n; i++) {
        const struct pl_component *one = &c->components.v[i];
        if (one->result == NULL)
            continue;
        if (one->result->exit == PL_EXIT_TRUST)
            return PL_EXIT_TRUST;
        has_broken = has_broken || one->result->violation > 0 || one->result->exit == PL_EXIT_FAIL;
        is_open = is_open || one->result->exit != PL_EXIT_PASS;
    }
    if (has_broken || c->level < c->required)
        return PL_EXIT_FAIL;
    if (c->components.n == 1 && c->components.v[0].result != NULL)
        is_open = c->components.v[0].result->exit != PL_EXIT_PASS;
    return c->required > 0 || !is_open ? PL_EXIT_PASS : PL_EXIT_INCONCLUSIVE;
}

pl_status pl_chain_solve(struct pl_chain *c, struct pl_err *err)
{
    uint32_t depth = 0;
    size_t n = c->components.n;
    pl_status st = own_and_chain(c, err);
    if (st != PL_OK)
        return st;
    count(c);
    c->level = c->components.v[c->root].chain;
    if (c->level == PL_LEVEL_NEUTRAL) /* nothing but the product */
        c->level = 0;
    uint8_t *own = malloc(n + 1);
    bool *is_reached = malloc((n + 1) * sizeof *is_reached);
    st = own == NULL || is_reached == NULL ? pl_fail_nomem(err) : PL_OK;
    for (size_t i = 0; i < n && st == PL_OK; i++)
        own[i] = c->components.v[i].own;
    if (st == PL_OK)
        st = pl_chain_reach(&c->groups, c->root, is_reached, err);
    if (st == PL_OK)
        st = pl_chain_depth(&c->groups, c->root, &depth, err);
    c->depth = depth;
    if (st == PL_OK)
        st = find_weakest(c, own, is_reached, err);
    if (st == PL_OK)
        st = find_steps(c, own, is_reached, err);
    if (st == PL_OK)
        st = find_path(c, own, err);
    free(own);
    free(is_reached);
    if (st == PL_OK)
        c->exit = judge_exit(c);
    return st;
}
