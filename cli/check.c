/*
 * check.c - plumb check PKG...: account for every byte of a package.
 */
#include "command.h"
#include "output.h"
#include "policy.h"
#include "progress.h"

#include <stdio.h>

static int check_one(const struct options *o, const char *subject, const struct pl_ruleset *policy,
                     struct progress_line *line)
{
    struct pl_check_options c = options_for_check(o, subject, progress_observer(line));
    c.policy = policy;
    struct pl_report *r = NULL;
    struct pl_err err;
    pl_status st = pl_check(&c, &r, &err);
    progress_end(line);
    if (st != PL_OK) {
        (void)fprintf(stderr, "plumb: %s\n", err.text);
        return pl_exit_of_status(st);
    }
    int code = (int)pl_report_exit(r);
    int failed = write_outputs(o, write_report, r);
    pl_report_free(r);
    return failed != 0 ? failed : code;
}

/* No subject at all is an input error, and JSON is owed even then. */
static int no_subject(const struct options *o)
{
    static const struct pl_err why = {
        .status = PL_E_INPUT,
        .offset = PL_NO_OFFSET,
        .text = "no subject: nothing was checked",
        .hint = "name a package: plumb check ./app.deb --source ., or plumb check pkg:deb/debian/xz-utils"};
    return write_error_report(o, "", &why);
}

/* Evidence that others signed needs to be told whom to believe. */
static const char *missing_for_evidence(const struct options *o)
{
    if (o->bundle != NULL && o->trusted_root == NULL)
        return "--bundle needs --trusted-root FILE";
    if (o->bundle != NULL && o->n_keys != 1 && (o->identity == NULL || o->issuer == NULL))
        return "--bundle needs --identity NAME and --issuer URL, or --key FILE.pub";
    return o->packument != NULL && o->registry_keys == NULL ? "--packument needs --registry-keys FILE" : NULL;
}

static int run_check(const struct options *o)
{
    struct progress_line line;
    enum pl_exit codes[MAX_WORDS];
    struct pl_ruleset *policy = NULL;
    struct pl_err err = {0};
    if (missing_for_evidence(o) != NULL)
        return usage_error(missing_for_evidence(o), NULL);
    if (o->n_words == 0)
        return no_subject(o);
    if (is_one_file_for_several(o, (const char *const[]){NULL}))
        return PL_EXIT_USAGE;
    progress_begin(&line, o);
    struct pl_observer observer = progress_observer(&line);
    if (policy_of(o, o->words, o->n_words, &observer, &policy, &err) != PL_OK) {
        progress_end(&line);
        return write_error_report(o, o->words[0], &err);
    }
    for (size_t i = 0; i < o->n_words; i++)
        codes[i] = (enum pl_exit)check_one(o, o->words[i], policy, &line);
    pl_policy_free(policy);
    return report_only(o, (int)pl_exit_combine(codes, o->n_words));
}

const struct command command_check = {.name = "check",
                                      .arguments = "PKG",
                                      .help = "account for every byte of a package",
                                      .is_common = true,
                                      .run = run_check};
