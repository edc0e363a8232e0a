/*
 * outcome.c - gathering an outcome. It begins as a no.
 */
#include "attest/outcome.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ARENA_BYTES (64u << 20)

struct pl_outcome *pl_outcome_new(const char *verb, const char *subject)
{
    struct pl_outcome *o = calloc(1, sizeof *o);
    if (o == NULL)
        return NULL;
    pl_arena_init(&o->arena, ARENA_BYTES);
    o->verb = verb;
    o->exit = PL_EXIT_TRUST;
    o->subject = pl_arena_str(&o->arena, pl_bytes_of_str(subject));
    if (o->subject == NULL) {
        pl_outcome_free(o);
        return NULL;
    }
    return o;
}

void pl_outcome_free(struct pl_outcome *o)
{
    if (o == NULL)
        return;
    for (size_t i = 0; i < o->documents.n; i++)
        pl_buf_reset(&o->documents.v[i].bytes);
    PL_VEC_FREE(&o->steps);
    PL_VEC_FREE(&o->facts);
    PL_VEC_FREE(&o->documents);
    pl_arena_reset(&o->arena);
    free(o);
}

enum pl_exit pl_outcome_exit(const struct pl_outcome *o)
{
    return o->exit;
}

const struct pl_err *pl_outcome_error(const struct pl_outcome *o)
{
    return o->has_error ? &o->error : NULL;
}

__attribute__((format(printf, 2, 0))) static char *text_of(struct pl_arena *a, const char *fmt, va_list ap)
{
    char small[2048];
    int n = vsnprintf(small, sizeof small, fmt, ap);
    size_t used = n < 0 ? 0 : (size_t)n < sizeof small ? (size_t)n : sizeof small - 1;
    return pl_arena_str(a, pl_bytes_of(small, used));
}

pl_status pl_outcome_enforce(struct pl_outcome *o, const char *name, struct pl_err *err, const char *fmt, ...)
{
    va_list ap;
    struct pl_outcome_step *step = PL_VEC_ADD(&o->steps);
    if (step == NULL)
        return pl_fail_nomem(err);
    va_start(ap, fmt);
    *step = (struct pl_outcome_step){.name = name, .wanted = text_of(&o->arena, fmt, ap)};
    va_end(ap);
    return step->wanted == NULL ? pl_arena_fail(&o->arena, err) : PL_OK;
}

static struct pl_outcome_step *find_step(struct pl_outcome *o, const char *name)
{
    for (size_t i = 0; i < o->steps.n; i++)
        if (strcmp(o->steps.v[i].name, name) == 0)
            return &o->steps.v[i];
    assert(!"a criterion that was not announced");
    abort();
}

pl_status pl_outcome_holds(struct pl_outcome *o, const char *name, struct pl_err *err, const char *fmt, ...)
{
    va_list ap;
    struct pl_outcome_step *step = find_step(o, name);
    va_start(ap, fmt);
    const char *why = text_of(&o->arena, fmt, ap);
    va_end(ap);
    if (why == NULL)
        return pl_arena_fail(&o->arena, err);
    step->why = why;
    step->result = PL_STEP_HOLDS;
    return PL_OK;
}

pl_status pl_outcome_fails(struct pl_outcome *o, const char *name, const struct pl_err *why)
{
    struct pl_outcome_step *step = find_step(o, name);
    step->result = PL_STEP_FAILS;
    step->why = pl_arena_str(&o->arena, pl_bytes_of_str(why->text));
    if (step->why == NULL)
        step->why = "";
    return why->status;
}

pl_status pl_outcome_fact(struct pl_outcome *o, const char *name, struct pl_err *err, const char *fmt, ...)
{
    va_list ap;
    struct pl_outcome_fact *fact = PL_VEC_ADD(&o->facts);
    if (fact == NULL)
        return pl_fail_nomem(err);
    va_start(ap, fmt);
    *fact = (struct pl_outcome_fact){.name = name, .value = text_of(&o->arena, fmt, ap)};
    va_end(ap);
    return fact->value == NULL ? pl_arena_fail(&o->arena, err) : PL_OK;
}

struct pl_buf *pl_outcome_document(struct pl_outcome *o, const char *format, size_t max_bytes)
{
    struct pl_outcome_document *d = PL_VEC_ADD(&o->documents);
    if (d == NULL)
        return NULL;
    d->format = format;
    pl_buf_init(&d->bytes, max_bytes);
    return &d->bytes;
}

pl_status pl_outcome_end(struct pl_outcome *o, pl_status st, const struct pl_err *why, enum pl_exit exit,
                         struct pl_outcome **out, struct pl_err *err)
{
    if (st == PL_E_NOMEM) {
        pl_outcome_free(o);
        return pl_fail_nomem(err);
    }
    o->exit = st == PL_OK ? exit : pl_exit_of_status(st);
    if (st != PL_OK) {
        o->has_error = true;
        o->error = *why;
    }
    *out = o;
    return PL_OK;
}

pl_status pl_outcome_of_error(const char *verb, const char *subject, const struct pl_err *why,
                              struct pl_outcome **out, struct pl_err *err)
{
    struct pl_outcome *o = pl_outcome_new(verb, subject);
    return o == NULL ? pl_fail_nomem(err) : pl_outcome_end(o, why->status, why, PL_EXIT_BUG, out, err);
}
