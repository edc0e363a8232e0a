/*
 * chain.c - life and death of a chain.
 */
#include "model/chain.h"

#include <stdlib.h>

struct pl_chain *pl_chain_new(const struct pl_limits *limits)
{
    struct pl_chain *c = calloc(1, sizeof *c);
    if (c == NULL)
        return NULL;
    pl_arena_init(&c->arena, (size_t)limits->memory_bytes);
    pl_findings_init(&c->findings, &c->arena, limits->findings);
    return c;
}

void pl_chain_free(struct pl_chain *c)
{
    if (c == NULL)
        return;
    PL_VEC_FREE(&c->components);
    PL_VEC_FREE(&c->edges);
    PL_VEC_FREE(&c->errors);
    free(c->graph.first);
    free(c->graph.to);
    free(c->groups.group);
    free(c->groups.first);
    free(c->groups.member);
    free(c->groups.below_first);
    free(c->groups.below);
    pl_findings_reset(&c->findings);
    pl_arena_reset(&c->arena);
    free(c);
}

bool pl_component_is_broken(const struct pl_component *c)
{
    const struct pl_component_result *r = c->result;
    return r != NULL && (r->violation > 0 || r->exit == PL_EXIT_FAIL || r->exit == PL_EXIT_TRUST);
}

enum pl_exit pl_chain_exit(const struct pl_chain *c)
{
    return c->exit;
}
