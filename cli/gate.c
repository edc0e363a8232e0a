/*
 * gate.c - plumb gate REPORT...: stored reports under a policy, and an exit code for a build.
 */
#include "command.h"
#include "output.h"
#include "policy.h"

#include <stdio.h>
#include <string.h>

static pl_status write_gate(const void *g, const char *format, const struct pl_write_options *options,
                            bool (*put)(void *ctx, const void *bytes, size_t n), void *ctx,
                            struct pl_err *err)
{
    return pl_gate_write(g, format, options, put, ctx, err);
}

static bool is_gate_format(const char *format)
{
    return strcmp(format, "text") == 0 || strcmp(format, "json") == 0;
}

/* A gate has text and JSON of its own; in the other formats each report is written as it was judged. */
static int write_result(const struct options *o, const struct pl_gate_result *g)
{
    struct options own = *o;
    struct options others = *o;
    own.n_outputs = 0;
    others.n_outputs = 0;
    for (size_t i = 0; i < o->n_outputs; i++) {
        struct options *to = is_gate_format(o->outputs[i].format) ? &own : &others;
        to->outputs[to->n_outputs++] = o->outputs[i];
    }
    int failed = own.n_outputs > 0 || o->n_outputs == 0 ? write_outputs(&own, write_gate, g) : 0;
    for (size_t i = 0; others.n_outputs > 0 && failed == 0 && pl_gate_report(g, i) != NULL; i++)
        failed = write_outputs(&others, write_report, pl_gate_report(g, i));
    return failed;
}

static int run_gate(const struct options *o)
{
    struct pl_gate_result *g = NULL;
    struct pl_ruleset *policy = NULL;
    struct pl_err err = {0};
    if (is_one_file_for_several(o, (const char *const[]){"text", "json", NULL}))
        return PL_EXIT_USAGE;
    pl_status st = policy_of(o, NULL, 0, NULL, &policy, &err);
    if (st == PL_OK) {
        struct pl_gate_options options = {.reports = o->words,
                                          .n_reports = o->n_words,
                                          .policy = policy,
                                          .policy_is_found = policy != NULL && o->policy == NULL,
                                          .at_s = o->at_s};
        st = pl_gate(&options, &g, &err);
    } else {
        struct pl_err why = err;
        st = pl_gate_of_error(&why, &g, &err);
    }
    pl_policy_free(policy);
    if (st != PL_OK) {
        (void)fprintf(stderr, "plumb: %s\n", err.text);
        return (int)pl_exit_of_status(st);
    }
    int code = (int)pl_gate_exit(g);
    int failed = write_result(o, g);
    pl_gate_free(g);
    return failed != 0 ? failed : report_only(o, code);
}

const struct command command_gate = {.name = "gate",
                                     .arguments = "REPORT",
                                     .help = "apply a policy to reports (for CI)",
                                     .is_common = true,
                                     .run = run_gate};
