/*
 * verify.c - plumb verify ATTESTATION [PACKAGE]: is it signed by whom we trust, about these bytes, and does it say yes?
 *
 * With --recheck the account is made again, without network, and only once the signature holds.
 */
#include "command.h"
#include "outcome.h"
#include "progress.h"

#include <stdio.h>

static void say_criterion(void *ctx, const char *name, const char *wanted)
{
    (void)ctx; /* goes to standard output */
    (void)printf("  requires    %-12s", name);
    put_quoted(stdout, wanted);
    (void)putchar('\n');
}

static bool wants_criteria(const struct options *o)
{
    return o->n_outputs == 0 && !o->is_quiet;
}

static struct pl_verify_options options_for_verify(const struct options *o)
{
    return (struct pl_verify_options){.attestation = o->words[0],
                                      .package = o->n_words > 1 ? o->words[1] : NULL,
                                      .keys = o->keys,
                                      .n_keys = o->n_keys,
                                      .threshold = o->threshold,
                                      .trust_dir = o->trust_dir,
                                      .log = o->log,
                                      .verifier_id = o->verifier,
                                      .level = o->min_level,
                                      .at_s = o->at_s,
                                      .is_unconfined = !o->is_confined,
                                      .criterion = wants_criteria(o) ? say_criterion : NULL};
}

/* Sound so far: signed, about this package; what it says may be good or bad. */
static bool is_sound(const struct pl_outcome *out)
{
    return pl_outcome_error(out) == NULL;
}

static int verify_again(const struct options *o, struct pl_verify_options *v)
{
    struct progress_line line;
    struct pl_outcome *out = NULL;
    struct pl_report *again = NULL;
    struct pl_err err = {0};
    pl_status st = pl_verify(v, &out, &err);
    if (st != PL_OK || !is_sound(out))
        return finish_outcome(o, st, out, &err);
    pl_outcome_free(out);
    out = NULL;
    progress_begin(&line, o);
    struct pl_check_options c = options_for_check(o, v->package, progress_observer(&line));
    c.is_offline = true; /* verification makes no network call, ever */
    st = pl_check(&c, &again, &err);
    progress_end(&line);
    v->again = again;
    v->criterion = NULL;
    if (st == PL_OK)
        st = pl_verify(v, &out, &err);
    pl_report_free(again);
    return finish_outcome(o, st, out, &err);
}

static int verify_bundle(const struct options *o)
{
    struct pl_outcome *out = NULL;
    struct pl_err err = {0};
    if (o->n_words != 2)
        return missing_argument(
            o, "verify", "a bundle is needed, and what it is about",
            "plumb verify app.sigstore.json app.tgz --trusted-root FILE --identity NAME --issuer URL");
    if (o->n_keys > 1 || (o->n_keys == 0 && (o->identity == NULL || o->issuer == NULL)))
        return usage_error("who must have signed the bundle?",
                           "--identity NAME --issuer URL, or --key FILE.pub");
    struct pl_bundle_options b = {.bundle = o->words[0],
                                  .artifact = o->words[1],
                                  .trusted_root = o->trusted_root,
                                  .key = o->n_keys == 1 ? o->keys[0] : NULL,
                                  .identity = o->identity,
                                  .issuer = o->issuer,
                                  .is_unconfined = !o->is_confined,
                                  .criterion = wants_criteria(o) ? say_criterion : NULL};
    pl_status st = pl_verify_bundle(&b, &out, &err);
    return finish_outcome(o, st, out, &err);
}

static int verify_packument(const struct options *o)
{
    struct pl_outcome *out = NULL;
    struct pl_err err = {0};
    if (o->n_words != 2)
        return missing_argument(o, "verify", "a packument is needed, and the package",
                                "plumb verify packument.json app.tgz --registry-keys keys.json");
    struct pl_packument_options p = {.packument = o->words[0],
                                     .package = o->words[1],
                                     .keys = o->registry_keys,
                                     .is_unconfined = !o->is_confined,
                                     .criterion = wants_criteria(o) ? say_criterion : NULL};
    pl_status st = pl_verify_packument(&p, &out, &err);
    return finish_outcome(o, st, out, &err);
}

static int run_verify(const struct options *o)
{
    struct pl_outcome *out = NULL;
    struct pl_err err = {0};
    if (o->trusted_root != NULL)
        return verify_bundle(o);
    if (o->registry_keys != NULL)
        return verify_packument(o);
    if (o->n_words == 0 || o->n_words > 2)
        return missing_argument(o, "verify", "an attestation is needed, and the package that it is about",
                                "plumb verify app.intoto.json app.deb --key signer.pub");
    struct pl_verify_options v = options_for_verify(o);
    if (o->is_recheck && (v.package == NULL || o->n_sources == 0))
        return missing_argument(o, "verify", "--recheck needs the package and its source",
                                "plumb verify app.intoto.json app.deb --recheck --source SRC");
    if (o->is_recheck)
        return verify_again(o, &v);
    pl_status st = pl_verify(&v, &out, &err);
    return finish_outcome(o, st, out, &err);
}

const struct command command_verify = {.name = "verify",
                                       .arguments = "ATTESTATION [PKG]",
                                       .help = "is it signed by whom we trust, about these bytes?",
                                       .is_common = true,
                                       .run = run_verify};
