/*
 * outcome.c - writing what came of attest, verify, key, trust and log.
 */
#include "outcome.h"

#include "command.h"
#include "output.h"
#include "policy.h"

#include <stdio.h>

static pl_status write_outcome(const void *what, const char *format, const struct pl_write_options *options,
                               bool (*put)(void *ctx, const void *bytes, size_t n), void *ctx,
                               struct pl_err *err)
{
    return pl_outcome_write(what, format, options, put, ctx, err);
}

/* A failed verb has no document to write: its other outputs are still owed, and files are left as they were. */
static void drop_documents(struct options *o)
{
    size_t n = 0;
    for (size_t i = 0; i < o->n_outputs; i++)
        if (pl_is_outcome_format(o->outputs[i].format))
            o->outputs[n++] = o->outputs[i];
    o->n_outputs = n;
}

int finish_outcome(const struct options *o, pl_status st, struct pl_outcome *out, const struct pl_err *err)
{
    struct options adjusted = *o;
    if (st != PL_OK) {
        (void)fprintf(stderr, "plumb: %s\n", err->text);
        return pl_exit_of_status(st);
    }
    int code = (int)pl_outcome_exit(out);
    if (pl_outcome_error(out) != NULL)
        drop_documents(&adjusted);
    int failed = write_outputs(&adjusted, write_outcome, out);
    pl_outcome_free(out);
    if (failed != 0)
        return failed;
    return report_only(o, code);
}

int missing_argument(const struct options *o, const char *verb, const char *text, const char *hint)
{
    struct pl_outcome *out = NULL;
    struct pl_err err = {0};
    struct pl_err why = {.status = PL_E_INPUT, .offset = PL_NO_OFFSET};
    (void)snprintf(why.text, sizeof why.text, "%s", text);
    (void)snprintf(why.hint, sizeof why.hint, "%s", hint);
    pl_status st = pl_outcome_of_error(verb, "", &why, &out, &err);
    return finish_outcome(o, st, out, &err);
}
