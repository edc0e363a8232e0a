/*
 * waive.c - plumb waive REPORT FINDING: accept a finding, for these bytes, until a day.
 */
#include "command.h"
#include "outcome.h"

#include "plumbline/policy.h"

#include <stdlib.h>

static int run_waive(const struct options *o)
{
    struct pl_outcome *out = NULL;
    struct pl_err err = {0};
    char *found = NULL;
    if (o->n_words != 2)
        return usage_error(
            "a report and a finding are needed",
            "plumb waive report.json f-0123456789abcdef --reason TEXT --owner WHO --expires 2027-02-01");
    if (o->reason == NULL || o->owner == NULL || o->expires == NULL)
        return usage_error("a waiver has --reason, --owner and --expires", NULL);
    pl_status st = o->policy == NULL ? pl_policy_find(NULL, 0, NULL, &found, &err) : PL_OK;
    if (st != PL_OK)
        return finish_outcome(o, st, NULL, &err);
    struct pl_waiver_options w = {.policy = o->policy != NULL ? o->policy
                                            : found != NULL   ? found
                                                              : "plumb.yaml",
                                  .report = o->words[0],
                                  .finding = o->words[1],
                                  .id = o->name,
                                  .reason = o->reason,
                                  .owner = o->owner,
                                  .expires = o->expires,
                                  .at_s = o->at_s};
    st = pl_policy_waive(&w, &out, &err);
    int code = finish_outcome(o, st, out, &err);
    free(found);
    return code;
}

const struct command command_waive = {.name = "waive",
                                      .arguments = "REPORT FINDING",
                                      .help = "accept a finding, for these bytes, until a day",
                                      .run = run_waive};
