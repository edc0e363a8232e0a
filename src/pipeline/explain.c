/*
 * explain.c - why a byte is in its class: a check of the one file that holds it.
 */
#include "model/explanation.h"
#include "pipeline/check.h"

#include <stdlib.h>

static const struct pl_file *asked_file(const struct pl_report *r)
{
    for (size_t i = 0; i < r->files.n; i++)
        if (r->files.v[i]->is_asked)
            return r->files.v[i];
    return NULL;
}

static const char *keep(struct pl_explanation *x, const char *text)
{
    return text == NULL ? NULL : pl_arena_str(&x->arena, pl_bytes_of_str(text));
}

/* Texts of the report live no longer than it does. */
static pl_status keep_claim(struct pl_explanation *x, const struct pl_report *r, struct pl_err *err)
{
    const struct pl_file *f = asked_file(r);
    if (f == NULL)
        return pl_fail(err, PL_E_NOT_FOUND, PL_NO_OFFSET, "the package has no such file");
    if (x->offset >= f->size)
        return pl_fail(err, PL_E_USAGE, x->offset, "the file ends before this offset: it has %llu bytes",
                       (unsigned long long)f->size);
    for (size_t i = 0; i < f->ledger.settled.n; i++) {
        const struct pl_claim *c = &f->ledger.settled.v[i];
        if (x->offset - c->offset >= c->length)
            continue;
        x->claim = *c;
        x->claim.rule = keep(x, c->rule);
        x->claim.source = keep(x, c->source);
        x->claim.note = keep(x, c->note);
    }
    x->path = pl_arena_str(&x->arena, f->path);
    x->kind = keep(x, f->kind == NULL ? "" : f->kind);
    x->size = f->size;
    return x->arena.why == PL_OK ? PL_OK : pl_arena_fail(&x->arena, err);
}

pl_status pl_explain(const struct pl_check_options *options, const char *path, uint64_t offset,
                     struct pl_explanation **out, struct pl_err *err)
{
    struct pl_limits limits = pl_limits_default();
    struct pl_report *r = NULL;
    struct pl_explanation *x = calloc(1, sizeof *x);
    if (x == NULL)
        return pl_fail_nomem(err);
    pl_arena_init(&x->arena, (size_t)limits.memory_bytes);
    x->offset = offset;
    x->subject = keep(x, options->subject);
    struct pl_question q = {.path = path == NULL ? "" : path, .explanation = x};
    pl_status st = x->subject == NULL ? pl_arena_fail(&x->arena, err) : pl_check_for(options, &q, &r, err);
    if (st == PL_OK && r->errors.n > 0) {
        st = r->errors.v[0].status;
        if (err != NULL)
            *err = r->errors.v[0];
    }
    if (st == PL_OK)
        st = keep_claim(x, r, err);
    pl_report_free(r);
    if (st == PL_OK)
        *out = x;
    else
        pl_explanation_free(x);
    return st;
}

void pl_explanation_free(struct pl_explanation *x)
{
    if (x == NULL)
        return;
    pl_arena_reset(&x->arena);
    free(x);
}
