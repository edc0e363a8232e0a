/*
 * policy.c - plumb policy check|show|test|baseline, and finding the policy for other verbs.
 */
#include "policy.h"

#include "command.h"
#include "outcome.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Whoever can take the policy away must not be better off than one who changes it. */
static pl_status no_policy_to_trust(struct pl_err *err)
{
    err->status = PL_E_TRUST;
    err->offset = PL_NO_OFFSET;
    (void)snprintf(err->text, sizeof err->text, "a signed policy was asked for, and there is none");
    (void)snprintf(err->hint, sizeof err->hint, "--policy FILE names it");
    return PL_E_TRUST;
}

pl_status policy_of(const struct options *o, const char *const *subjects, size_t n_subjects,
                    const struct pl_observer *observer, struct pl_ruleset **out, struct pl_err *err)
{
    const char *judged[MAX_WORDS + MAX_SOURCES];
    char *found = NULL;
    size_t n = 0;
    pl_status st = PL_OK;
    *out = NULL;
    for (size_t i = 0; i < n_subjects; i++)
        judged[n++] = subjects[i];
    for (size_t i = 0; i < o->n_sources; i++)
        judged[n++] = o->sources[i];
    if (o->policy != NULL)
        st = pl_policy_is_outside(o->policy, subjects, n_subjects, err);
    else
        st = pl_policy_find(judged, n, observer, &found, err);
    const char *path = o->policy != NULL ? o->policy : found;
    if (st == PL_OK && path != NULL)
        st = pl_policy_open_signed(path, o->at_s, o->policy_keys, o->n_policy_keys, out, err);
    else if (st == PL_OK && o->n_policy_keys > 0)
        st = no_policy_to_trust(err);
    free(found);
    return st;
}

int report_only(const struct options *o, int code)
{
    if (!o->is_report_only || (code != PL_EXIT_FAIL && code != PL_EXIT_INCONCLUSIVE))
        return code;
    (void)fprintf(stderr, "report-only: would exit %d\n", code);
    return PL_EXIT_PASS;
}

static bool put_to_stdout(void *ctx, const void *bytes, size_t n)
{
    (void)ctx;
    return fwrite(bytes, 1, n, stdout) == n;
}

static int show(const char *path, int64_t at_s)
{
    struct pl_ruleset *p = NULL;
    struct pl_err err = {0};
    pl_status st = pl_policy_open(path, at_s, &p, &err);
    if (st == PL_OK)
        st = pl_policy_write(p, put_to_stdout, NULL, &err);
    pl_policy_free(p);
    if (st != PL_OK)
        return usage_error(err.text, err.hint[0] == '\0' ? NULL : err.hint);
    return PL_EXIT_PASS;
}

static int list_builtin(void)
{
    for (size_t i = 0; pl_policy_builtin(i) != NULL; i++)
        (void)puts(pl_policy_builtin(i));
    return PL_EXIT_PASS;
}

static int run_policy(const struct options *o)
{
    static const char usage[] = "plumb policy check FILE\n"
                                "       plumb policy show [FILE|builtin:NAME]\n"
                                "       plumb policy test FILE REPORT=VERDICT...\n"
                                "       plumb policy baseline FILE REPORT...\n"
                                "       plumb policy sign FILE --key KEY";
    struct pl_outcome *out = NULL;
    struct pl_err err = {0};
    const char *verb = o->n_words == 0 ? "" : o->words[0];
    const char *path = o->n_words > 1 ? o->words[1] : o->policy;
    if (strcmp(verb, "show") == 0 && o->n_words <= 2)
        return path == NULL ? list_builtin() : show(path, o->at_s);
    bool takes_more = o->n_words >= 2;
    pl_status st;
    if (strcmp(verb, "check") == 0 && o->n_words == 2)
        st = pl_policy_check(path, o->at_s, &out, &err);
    else if (strcmp(verb, "test") == 0 && takes_more)
        st = pl_policy_test(path, o->at_s, o->words + 2, o->n_words - 2, &out, &err);
    else if (strcmp(verb, "baseline") == 0 && takes_more)
        st = pl_policy_baseline(path, o->at_s, o->words + 2, o->n_words - 2, &out, &err);
    else if (strcmp(verb, "sign") == 0 && o->n_words == 2)
        st = pl_policy_sign(path, o->at_s, o->keys, o->n_keys, o->passphrase_file, &out, &err);
    else
        return usage_error("policy does one of these", usage);
    return finish_outcome(o, st, out, &err);
}

const struct command command_policy = {
    .name = "policy",
    .arguments = "check|show|test|baseline|sign FILE",
    .help = "is a policy right, what does it say, does it decide as expected; its baseline; sign it",
    .run = run_policy};
