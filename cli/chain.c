/*
 * chain.c - plumb chain PKG: levels through all dependencies; the weakest link.
 */
#include "command.h"
#include "output.h"
#include "policy.h"
#include "progress.h"

#include "plumbline/chain.h"

#include <stdio.h>
#include <string.h>

static pl_status write_chain(const void *c, const char *format, const struct pl_write_options *options,
                             bool (*put)(void *ctx, const void *bytes, size_t n), void *ctx,
                             struct pl_err *err)
{
    return pl_chain_write(c, format, options, put, ctx, err);
}

static bool is_written(const char *format)
{
    for (size_t i = 0; pl_chain_format(i) != NULL; i++)
        if (strcmp(pl_chain_format(i), format) == 0)
            return true;
    return false;
}

/* Nothing to follow: never a pass, and a document all the same. */
static int no_subject(const struct options *o)
{
    struct pl_chain *c = NULL;
    struct pl_err err;
    struct pl_err why = {.status = PL_E_INPUT,
                         .offset = PL_NO_OFFSET,
                         .text = "no subject: nothing to follow",
                         .hint = "plumb chain package-lock.json, or plumb chain pkg:deb/debian/curl"};
    pl_status st = pl_chain_of_error("", &why, &c, &err);
    if (st != PL_OK) {
        (void)fprintf(stderr, "plumb: %s\n", err.text);
        return pl_exit_of_status(st);
    }
    int failed = write_outputs(o, write_chain, c);
    int code = (int)pl_chain_exit(c);
    pl_chain_free(c);
    return failed != 0 ? failed : code;
}

static int run_chain(const struct options *o)
{
    struct progress_line line;
    struct pl_chain *c = NULL;
    struct pl_ruleset *policy = NULL;
    struct pl_err err;
    if (o->n_words > 1)
        return usage_error("one subject at a time",
                           "plumb chain package-lock.json, or plumb chain pkg:deb/debian/curl");
    for (size_t i = 0; i < o->n_outputs; i++)
        if (!is_written(o->outputs[i].format))
            return usage_error("a chain is not written in that format",
                               "text, json, cyclonedx, spdx, markdown and dot are the formats of a chain");
    if (o->n_words == 0)
        return no_subject(o);
    progress_begin(&line, o);
    struct pl_observer observer = progress_observer(&line);
    if (policy_of(o, o->words, o->n_words, &observer, &policy, &err) != PL_OK) {
        progress_end(&line);
        (void)fprintf(stderr, "plumb: %s\n%s%s%s", err.text, err.hint[0] != '\0' ? "try: " : "", err.hint,
                      err.hint[0] != '\0' ? "\n" : "");
        return (int)pl_exit_of_status(err.status);
    }
    struct pl_chain_options options = {
        .check = options_for_check(o, o->words[0], observer),
        .required = o->required_chain,
        .policy = policy,
        .product = o->product,
        .component_seconds = o->component_seconds,
        .takes_no_cache = o->takes_no_results,
    };
    pl_status st = pl_chain_run(&options, &c, &err);
    progress_end(&line);
    pl_policy_free(policy);
    if (st != PL_OK) {
        (void)fprintf(stderr, "plumb: %s\n", err.text);
        return pl_exit_of_status(st);
    }
    int code = (int)pl_chain_exit(c);
    int failed = write_outputs(o, write_chain, c);
    pl_chain_free(c);
    if (failed != 0)
        return failed;
    return report_only(o, code);
}

const struct command command_chain = {.name = "chain",
                                      .arguments = "PKG",
                                      .help = "levels through all dependencies; the weakest link",
                                      .is_common = true,
                                      .run = run_chain};
