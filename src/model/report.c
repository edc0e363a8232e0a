/*
 * report.c - life and death of a report.
 */
#include "model/report.h"

#include <stdlib.h>

struct pl_report *pl_report_new(const struct pl_limits *limits)
{
    struct pl_report *r = calloc(1, sizeof *r);
    if (r == NULL)
        return NULL;
    pl_arena_init(&r->arena, (size_t)limits->memory_bytes);
    pl_arena_init(&r->walk_arena, (size_t)limits->memory_bytes);
    pl_findings_init(&r->findings, &r->arena, limits->findings);
    return r;
}

void pl_report_free(struct pl_report *r)
{
    if (r == NULL)
        return;
    for (size_t i = 0; i < r->files.n; i++)
        pl_file_reset(r->files.v[i]);
    PL_VEC_FREE(&r->files);
    PL_VEC_FREE(&r->sources);
    PL_VEC_FREE(&r->publication);
    PL_VEC_FREE(&r->placed);
    PL_VEC_FREE(&r->errors);
    PL_VEC_FREE(&r->notes);
    PL_VEC_FREE(&r->policy.rules);
    PL_VEC_FREE(&r->policy.waivers);
    pl_findings_reset(&r->findings);
    for (size_t i = 0; i < r->n_worker_arenas; i++)
        pl_arena_reset(&r->worker_arenas[i]);
    free(r->worker_arenas);
    for (size_t i = 0; i < r->source_arenas.n; i++) {
        pl_arena_reset(r->source_arenas.v[i]);
        free(r->source_arenas.v[i]);
    }
    PL_VEC_FREE(&r->source_arenas);
    pl_arena_reset(&r->walk_arena);
    pl_arena_reset(&r->arena);
    free(r);
}

enum pl_exit pl_report_exit(const struct pl_report *r)
{
    return r->exit;
}

size_t pl_report_error_count(const struct pl_report *r)
{
    return r->errors.n;
}

const struct pl_err *pl_report_error(const struct pl_report *r, size_t i)
{
    return i < r->errors.n ? &r->errors.v[i] : NULL;
}
