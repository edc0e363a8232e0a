/*
 * key_verbs.c - plumb key gen and plumb key show.
 */
#include "attest/key.h"
#include "attest/outcome.h"
#include "io/write.h"

#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PEM_MAX 16384u

static pl_status tell(struct pl_outcome *o, const struct pl_key *k, struct pl_err *err)
{
    struct pl_buf pem;
    pl_buf_init(&pem, PEM_MAX);
    pl_status st = pl_outcome_fact(o, "kind", err, "%s", pl_key_kind_name(pl_key_kind(k)));
    if (st == PL_OK)
        st = pl_outcome_fact(o, "id", err, "%s", pl_key_id(k));
    if (st == PL_OK)
        st = pl_outcome_fact(o, "part", err, "%s", pl_key_is_private(k) ? "private" : "public");
    if (st == PL_OK)
        st = pl_key_public_pem(k, &pem, err);
    if (st == PL_OK)
        st = pl_outcome_fact(o, "public", err, "%.*s", PL_ARG(pl_bytes_trim(pl_buf_bytes(&pem))));
    pl_buf_reset(&pem);
    return st;
}

static pl_status refuse_existing(const char *path, struct pl_err *err)
{
    if (access(path, F_OK) != 0)
        return PL_OK;
    pl_status st =
        pl_fail(err, PL_E_USAGE, PL_NO_OFFSET, "there is a file of that name already; it was left alone");
    pl_err_about(err, path);
    pl_err_hint(err, "choose another name, or move that one away");
    return st;
}

static pl_status write_private(const struct pl_key *k, const struct pl_key_options *options,
                               struct pl_err *err)
{
    struct pl_buf pem;
    uint8_t *secret = NULL;
    size_t n = 0;
    pl_status st = pl_passphrase_read(options->passphrase_file, &secret, &n, err);
    pl_buf_init(&pem, PEM_MAX);
    if (st == PL_OK)
        st = pl_key_private_pem(k, pl_bytes_of(secret, n), &pem, err);
    if (st == PL_OK)
        st = pl_io_write(options->path, 0600, pl_buf_bytes(&pem), err);
    if (pem.p != NULL)
        OPENSSL_cleanse(pem.p, pem.n);
    pl_buf_reset(&pem);
    pl_passphrase_free(secret, n);
    return st;
}

static pl_status write_public(const struct pl_key *k, const char *path, struct pl_err *err)
{
    struct pl_buf pem;
    pl_buf_init(&pem, PEM_MAX);
    pl_status st = pl_key_public_pem(k, &pem, err);
    if (st == PL_OK)
        st = pl_io_write(path, 0644, pl_buf_bytes(&pem), err);
    pl_buf_reset(&pem);
    return st;
}

static pl_status generate(const struct pl_key_options *options, struct pl_outcome *o, struct pl_err *err)
{
    enum pl_key_kind kind = PL_KEY_ED25519;
    struct pl_key *k = NULL;
    const char *public = pl_arena_printf(&o->arena, "%s.pub", options->path);
    if (public == NULL)
        return pl_arena_fail(&o->arena, err);
    if (options->algorithm != NULL && strcmp(options->algorithm, "p256") == 0)
        kind = PL_KEY_P256;
    else if (options->algorithm != NULL && strcmp(options->algorithm, "ed25519") != 0)
        return pl_fail(err, PL_E_USAGE, PL_NO_OFFSET, "keys are ed25519 or p256, not %s", options->algorithm);
    pl_status st = refuse_existing(options->path, err);
    if (st == PL_OK)
        st = refuse_existing(public, err);
    if (st == PL_OK)
        st = pl_key_new(kind, &k, err);
    if (st == PL_OK)
        st = write_private(k, options, err);
    if (st == PL_OK)
        st = write_public(k, public, err);
    if (st == PL_OK)
        st = tell(o, k, err);
    if (st == PL_OK)
        st = pl_outcome_fact(o, "wrote", err, "%s (keep it), %s (give it away)", options->path, public);
    pl_key_free(k);
    return st;
}

static pl_status show(const struct pl_key_options *options, struct pl_outcome *o, struct pl_err *err)
{
    struct pl_key *k = NULL;
    pl_status st = pl_key_read(options->path, options->passphrase_file, &k, err);
    if (st == PL_OK)
        st = tell(o, k, err);
    pl_key_free(k);
    return st;
}

static pl_status run(const char *verb,
                     pl_status (*act)(const struct pl_key_options *, struct pl_outcome *, struct pl_err *),
                     const struct pl_key_options *options, struct pl_outcome **out, struct pl_err *err)
{
    struct pl_err why = {0};
    struct pl_outcome *o = pl_outcome_new(verb, options->path);
    if (o == NULL)
        return pl_fail_nomem(err);
    return pl_outcome_end(o, act(options, o, &why), &why, PL_EXIT_PASS, out, err);
}

pl_status pl_key_gen(const struct pl_key_options *options, struct pl_outcome **out, struct pl_err *err)
{
    return run("key gen", generate, options, out, err);
}

pl_status pl_key_show(const struct pl_key_options *options, struct pl_outcome **out, struct pl_err *err)
{
    return run("key show", show, options, out, err);
}
