/*
 * key.c - plumb key gen FILE, plumb key show FILE.
 */
#include "command.h"
#include "outcome.h"

#include <string.h>

static int run_key(const struct options *o)
{
    struct pl_outcome *out = NULL;
    struct pl_err err = {0};
    bool is_gen = o->n_words > 0 && strcmp(o->words[0], "gen") == 0;
    if (!is_gen && (o->n_words == 0 || strcmp(o->words[0], "show") != 0))
        return usage_error("plumb key gen FILE makes one, plumb key show FILE says what it is", NULL);
    if (o->n_words != 2)
        return missing_argument(o, is_gen ? "key gen" : "key show", "one file is needed",
                                is_gen ? "plumb key gen mykey writes mykey and mykey.pub"
                                       : "plumb key show mykey.pub");
    struct pl_key_options k = {
        .path = o->words[1], .algorithm = o->algorithm, .passphrase_file = o->passphrase_file};
    pl_status st = is_gen ? pl_key_gen(&k, &out, &err) : pl_key_show(&k, &out, &err);
    return finish_outcome(o, st, out, &err);
}

const struct command command_key = {.name = "key",
                                    .arguments = "gen|show FILE",
                                    .help = "make a signing key; say what a key file holds",
                                    .run = run_key};
