/*
 * policy_sign.c - a policy that its owner signed, and the baseline beside it.
 *
 * FILE.dsse holds an envelope (attest/dsse.h) whose payload is FILE, byte for byte; the bytes that are read as a policy are the ones that are compared with
 * it. One of the keys that are named must have signed. What comes with the program needs no signature.
 */
#include "attest/dsse.h"
#include "attest/outcome.h"
#include "attest/trust.h"
#include "base/yaml_in.h"
#include "io/read.h"
#include "io/write.h"
#include "judge/baseline.h"
#include "pipeline/policy.h"
#include "plumbline/policy.h"

#include <stdlib.h>
#include <string.h>

#define MAX_KEYS       64u
#define ENVELOPE_BYTES (PL_BASELINE_MAX_BYTES * 2)
#define NEW_FILE_MODE  0644u

static pl_status not_signed(struct pl_err *err, const char *what, const char *path)
{
    pl_status st = pl_fail(err, PL_E_TRUST, PL_NO_OFFSET, "%s", what);
    pl_err_hint(err, "plumb policy sign %s --key KEY, by whoever may change it", path);
    return st;
}

/* The envelope is there, good by one of the keys, and over these bytes as this type. */
static pl_status check_envelope(pl_bytes json, pl_bytes text, const char *type, const struct pl_trust *trust,
                                const char *path, struct pl_err *err)
{
    struct pl_key *keys[MAX_KEYS];
    bool is_good[MAX_KEYS] = {false};
    struct pl_dsse d = {0};
    size_t n = 0;
    for (; n < trust->list.n && n < MAX_KEYS; n++)
        keys[n] = trust->list.v[n].key;
    if (pl_dsse_read(json, &d, err) != PL_OK)
        return not_signed(err, "its signature file is no envelope", path);
    pl_status st = pl_dsse_verify(&d, keys, NULL, n, 1, is_good, err);
    if (st == PL_E_TRUST)
        st = not_signed(err, "none of the keys that were named signed this file", path);
    if (st == PL_OK && (!pl_bytes_eq_str(d.type, type) || !pl_bytes_eq(d.payload, text)))
        st = not_signed(err, "the signature is over other bytes: this file was changed after it was signed",
                        path);
    pl_dsse_reset(&d);
    return st;
}

static pl_status signature_path(const char *path, char **out, struct pl_err *err)
{
    size_t n = strlen(path) + sizeof ".dsse";
    *out = malloc(n);
    if (*out == NULL)
        return pl_fail_nomem(err);
    memcpy(*out, path, strlen(path));
    memcpy(*out + strlen(path), ".dsse", sizeof ".dsse");
    return PL_OK;
}

pl_status pl_policy_signed(const char *path, pl_bytes text, const char *type,
                           const struct pl_policy_signers *by, struct pl_err *err)
{
    struct pl_trust trust = {0};
    char *at = NULL;
    uint8_t *heap = NULL;
    size_t n = 0;
    if (by == NULL || by->n == 0)
        return PL_OK;
    pl_status st = signature_path(path, &at, err);
    if (st == PL_OK)
        st = pl_trust_of_files(by->keys, by->n, &trust, err);
    if (st == PL_OK) {
        st = pl_io_read(at, ENVELOPE_BYTES, &heap, &n, err);
        if (st == PL_OK)
            st = check_envelope(pl_bytes_of(heap, n), text, type, &trust, path, err);
        else if (st == PL_E_NOT_FOUND)
            st = not_signed(err, "a signed file was asked for, and no signature lies beside this one", path);
        pl_err_about(err, path);
    }
    free(heap);
    free(at);
    pl_trust_reset(&trust);
    return st;
}

struct signing {
    struct pl_outcome *o;
    struct pl_key *keys[MAX_KEYS];
    size_t n;
};

static pl_status read_keys(struct signing *s, const char *const *paths, size_t n, const char *passphrase_file,
                           struct pl_err *err)
{
    if (n == 0 || n > MAX_KEYS) {
        pl_status st = pl_fail(err, PL_E_USAGE, PL_NO_OFFSET, "1 to %u keys can sign", MAX_KEYS);
        pl_err_hint(err, "plumb key gen mykey makes one; then plumb policy sign FILE --key mykey");
        return st;
    }
    for (size_t i = 0; i < n; i++) {
        pl_status st = pl_key_read(paths[i], passphrase_file, &s->keys[i], err);
        if (st != PL_OK)
            return st;
        s->n++;
        if (!pl_key_is_private(s->keys[i])) {
            st = pl_fail(err, PL_E_USAGE, PL_NO_OFFSET, "this is a public key, which cannot sign");
            pl_err_about(err, paths[i]);
            return st;
        }
        st = pl_outcome_fact(s->o, "key", err, "%s", pl_key_id(s->keys[i]));
        if (st != PL_OK)
            return st;
    }
    return PL_OK;
}

static pl_status sign_one(struct signing *s, const char *path, pl_bytes text, const char *type,
                          struct pl_err *err)
{
    struct pl_buf out;
    char *at = NULL;
    pl_buf_init(&out, ENVELOPE_BYTES);
    pl_status st = signature_path(path, &at, err);
    if (st == PL_OK)
        st = pl_dsse_write(pl_bytes_of_str(type), text, s->keys, s->n, &out, err);
    if (st == PL_OK)
        st = pl_buf_done(&out, err);
    if (st == PL_OK)
        st = pl_io_write(at, NEW_FILE_MODE, pl_buf_bytes(&out), err);
    if (st == PL_OK)
        st = pl_outcome_fact(s->o, "signature", err, "%s", at);
    pl_buf_reset(&out);
    free(at);
    return st;
}

/* What is read here is what is signed; the baseline that it names, too, since entries of it let findings pass. */
static pl_status sign_file(struct signing *s, const char *path, const char *type, uint64_t most,
                           struct pl_err *err)
{
    uint8_t *heap = NULL;
    size_t n = 0;
    pl_status st = pl_io_read(path, most, &heap, &n, err);
    if (st == PL_OK)
        st = sign_one(s, path, pl_bytes_of(heap, n), type, err);
    else
        pl_err_about(err, path);
    free(heap);
    return st;
}

static pl_status sign(struct signing *s, const char *path, int64_t at_s, const char *const *keys,
                      size_t n_keys, const char *passphrase_file, struct pl_err *err)
{
    struct pl_ruleset *p = NULL;
    if (strncmp(path, "builtin:", 8) == 0)
        return pl_fail(err, PL_E_USAGE, PL_NO_OFFSET,
                       "a built-in policy comes with the program and needs no signature");
    pl_status st = read_keys(s, keys, n_keys, passphrase_file, err);
    if (st == PL_OK)
        st = pl_policy_open(path, at_s, &p, err); /* what is wrong is not signed */
    if (st == PL_OK)
        st = sign_file(s, path, PL_POLICY_TYPE, PL_YAML_MAX_BYTES, err);
    const char *baseline =
        st == PL_OK && p->baseline_file != NULL ? pl_baseline_path(p, &p->arena, err) : NULL;
    if (st == PL_OK && p->baseline_file != NULL)
        st = baseline == NULL ? p->arena.why
                              : sign_file(s, baseline, PL_BASELINE_TYPE, PL_BASELINE_MAX_BYTES, err);
    pl_policy_free(p);
    return st;
}

pl_status pl_policy_sign(const char *path, int64_t at_s, const char *const *keys, size_t n_keys,
                         const char *passphrase_file, struct pl_outcome **out, struct pl_err *err)
{
    struct pl_err why = {.status = PL_OK};
    struct signing s = {.o = pl_outcome_new("policy sign", path)};
    if (s.o == NULL)
        return pl_fail_nomem(err);
    pl_status st = sign(&s, path, at_s, keys, n_keys, passphrase_file, &why);
    for (size_t i = 0; i < s.n; i++)
        pl_key_free(s.keys[i]);
    return pl_outcome_end(s.o, st, &why, PL_EXIT_PASS, out, err);
}
