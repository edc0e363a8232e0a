/*
 * attest.c - plumb attest REPORT --key K: sign what a check found.
 */
#include "command.h"
#include "outcome.h"

#include <string.h>

static int run_attest(const struct options *o)
{
    struct pl_outcome *out = NULL;
    struct pl_err err = {0};
    bool wants_account = false;
    bool wants_vsa = false;
    struct options with_default = *o;
    if (o->n_outputs == 0)
        with_default.outputs[with_default.n_outputs++].format = "intoto";
    if (o->n_words != 1)
        return missing_argument(o, "attest", "one report is needed",
                                "plumb check PKG --source SRC -o json=report.json makes one");
    for (size_t i = 0; i < with_default.n_outputs; i++) {
        wants_account |= strcmp(with_default.outputs[i].format, "intoto") == 0;
        wants_vsa |= strcmp(with_default.outputs[i].format, "vsa") == 0;
    }
    struct pl_attest_options a = {.report = o->words[0],
                                  .keys = o->keys,
                                  .n_keys = o->n_keys,
                                  .passphrase_file = o->passphrase_file,
                                  .wants_account = wants_account || !wants_vsa,
                                  .wants_vsa = wants_vsa,
                                  .verifier_id = o->verifier,
                                  .resource = o->resource,
                                  .chain = o->chain_report,
                                  .log = o->log,
                                  .log_name = o->name};
    pl_status st = pl_attest(&a, &out, &err);
    return finish_outcome(&with_default, st, out, &err);
}

const struct command command_attest = {.name = "attest",
                                       .arguments = "REPORT --key K",
                                       .help = "sign a result: -o intoto=FILE, -o vsa=FILE",
                                       .is_common = true,
                                       .run = run_attest};
