/*
 * log.c - plumb log check DIR: does a log fit together, and did it only grow?
 */
#include "command.h"
#include "outcome.h"

#include <string.h>

static int run_log(const struct options *o)
{
    struct pl_outcome *out = NULL;
    struct pl_err err = {0};
    if (o->n_words == 0 || strcmp(o->words[0], "check") != 0)
        return usage_error("plumb log check DIR", NULL);
    if (o->n_words != 2)
        return missing_argument(o, "log check", "one folder is needed", "plumb log check DIR --seen FILE");
    struct pl_log_check_options c = {.log = o->words[1],
                                     .keys = o->keys,
                                     .n_keys = o->n_keys,
                                     .trust_dir = o->trust_dir,
                                     .at_s = o->at_s,
                                     .seen = o->seen};
    pl_status st = pl_log_check(&c, &out, &err);
    return finish_outcome(o, st, out, &err);
}

const struct command command_log = {.name = "log",
                                    .arguments = "check DIR",
                                    .help = "does a log fit together, and did it only grow?",
                                    .run = run_log};
