/*
 * trust.c - plumb trust add FILE, plumb trust ls, plumb trust rm NAME.
 */
#include "command.h"
#include "outcome.h"

#include <string.h>

static int run_trust(const struct options *o)
{
    struct pl_outcome *out = NULL;
    struct pl_err err = {0};
    struct pl_trust_options t = {
        .dir = o->trust_dir, .name = o->name, .expires = o->expires, .at_s = o->at_s};
    const char *what = o->n_words > 0 ? o->words[0] : "";
    pl_status st;
    if (strcmp(what, "ls") == 0 && o->n_words == 1) {
        st = pl_trust_list(&t, &out, &err);
    } else if (strcmp(what, "add") == 0 && o->n_words == 2) {
        t.key = o->words[1];
        st = pl_trust_add(&t, &out, &err);
    } else if (strcmp(what, "rm") == 0 && o->n_words == 2) {
        t.name = o->words[1];
        st = pl_trust_remove(&t, &out, &err);
    } else if (strcmp(what, "add") == 0) {
        return missing_argument(o, "trust add", "one public key is needed",
                                "plumb trust add signer.pub --name signer");
    } else if (strcmp(what, "rm") == 0) {
        return missing_argument(o, "trust rm", "one name is needed", "plumb trust ls lists them");
    } else {
        return usage_error("trust does one of these",
                           "plumb trust add FILE\n       plumb trust ls\n       plumb trust rm NAME");
    }
    return finish_outcome(o, st, out, &err);
}

const struct command command_trust = {.name = "trust",
                                      .arguments = "add|ls|rm",
                                      .help = "the public keys whose signatures count",
                                      .run = run_trust};
