/*
 * bundle_verify.c - plumb verify BUNDLE ARTIFACT --trusted-root FILE: what Sigstore's signers say, checked without network.
 *
 * The criteria are gone through in the order that makes each rest on the ones before: log, time, certificate, the entry in the log, signature,
 * artifact, identity. A bundle signed by a key of one's own needs no certificate: the key is named.
 * The root and the artifact's bytes are read here; the bundle is parsed and judged in a process of its own.
 */
#include "attest/bundle_verify.h"
#include "attest/apart.h"
#include "attest/outcome.h"
#include "attest/sigstore.h"
#include "attest/statement.h"
#include "io/read.h"

#include <openssl/err.h>
#include <stdlib.h>
#include <string.h>

#define ARTIFACT_MAX ((uint64_t)8 << 30)
#define MAX_TIMES    128u
#define SHA512_BYTES 64u

struct bundling {
    const struct pl_bundle_options *options;
    struct pl_outcome *o;
    pl_bytes text; /* of the bundle */
    pl_bytes artifact;
    struct pl_sigstore_root root;
    struct pl_sigstore_bundle bundle;
    struct pl_key *key; /* that signed: the certificate's, or the one that was named */
    unsigned char *der; /* of certificate or key */
    size_t n_der;
    int64_t times[MAX_TIMES];
    size_t n_times;
    struct pl_err why;
};

static pl_status announce(struct bundling *b)
{
    const struct pl_bundle_options *x = b->options;
    struct pl_err *err = &b->why;
    pl_status st = pl_outcome_enforce(b->o, "root", err, "what is trusted is in %s", x->trusted_root);
    if (st == PL_OK)
        st =
            pl_outcome_enforce(b->o, "bundle", err, "a Sigstore bundle of version 0.1 to 0.3, signed by a %s",
                               x->key != NULL ? "key that is named" : "certificate");
    if (st == PL_OK)
        st = pl_outcome_enforce(
            b->o, "log", err,
            "the signature is in a trusted transparency log: inclusion, checkpoint, promise");
    if (st == PL_OK && x->key == NULL)
        st = pl_outcome_enforce(b->o, "time", err, "a trusted log or timestamp authority says when");
    if (st == PL_OK && x->key == NULL)
        st = pl_outcome_enforce(b->o, "certificate", err,
                                "issued by a trusted authority, valid then, for signing code, and logged");
    if (st == PL_OK)
        st = pl_outcome_enforce(b->o, "entry", err, "the log's entry is about this signature");
    if (st == PL_OK)
        st = pl_outcome_enforce(b->o, "signature", err, "it verifies");
    if (st == PL_OK)
        st = pl_outcome_enforce(b->o, "subject", err, "it is over the bytes of %s", x->artifact);
    if (st == PL_OK && x->key == NULL)
        st = pl_outcome_enforce(b->o, "identity", err, "signed as %s, vouched for by %s", x->identity,
                                x->issuer);
    for (size_t i = 0; i < b->o->steps.n && st == PL_OK && x->criterion != NULL; i++)
        x->criterion(x->ctx, b->o->steps.v[i].name, b->o->steps.v[i].wanted);
    return st;
}

static pl_status read_root(struct bundling *b)
{
    uint8_t *heap = NULL;
    size_t n = 0;
    pl_status st = pl_io_read(b->options->trusted_root, PL_SIGSTORE_MAX_BYTES, &heap, &n, &b->why);
    if (st == PL_OK)
        st = pl_sigstore_root_read(pl_bytes_of(heap, n), &b->root, &b->why);
    free(heap);
    if (st != PL_OK) {
        pl_err_about(&b->why, b->options->trusted_root);
        return pl_outcome_fails(b->o, "root", &b->why);
    }
    return pl_outcome_holds(b->o, "root", &b->why, "%zu logs, %zu authorities, %zu timestamp authorities",
                            b->root.tlogs.n, b->root.authorities.n, b->root.timestampers.n);
}

/* The key that must have signed, and its DER as the log has it. */
static pl_status take_material(struct bundling *b)
{
    if (b->options->key != NULL) {
        if (b->bundle.certificates != NULL)
            return pl_fail(&b->why, PL_E_TRUST, PL_NO_OFFSET,
                           "it is signed by a certificate, and a key was named");
        pl_status st = pl_key_read(b->options->key, NULL, &b->key, &b->why);
        if (st == PL_OK)
            st = pl_key_spki(b->key, &b->der, &b->n_der, &b->why);
        return st;
    }
    if (b->bundle.certificates == NULL)
        return pl_fail(&b->why, PL_E_TRUST, PL_NO_OFFSET,
                       "it is signed by a key, and none was named (--key)");
    X509 *leaf = sk_X509_value(b->bundle.certificates, 0);
    unsigned char *spki = NULL;
    int n = i2d_X509(leaf, &b->der);
    int n_spki = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(leaf), &spki);
    pl_status st = n <= 0 || n_spki <= 0
                       ? pl_fail_nomem(&b->why)
                       : pl_key_of_spki(pl_bytes_of(spki, (size_t)n_spki), &b->key, &b->why);
    OPENSSL_free(spki);
    b->n_der = n > 0 ? (size_t)n : 0;
    return st;
}

static pl_status read_bundle(struct bundling *b)
{
    pl_status st = pl_sigstore_bundle_read(b->text, &b->bundle, &b->why);
    if (st == PL_OK)
        st = take_material(b);
    if (st == PL_E_INPUT || st == PL_E_LIMIT)
        b->why.status = st = PL_E_TRUST; /* what cannot be read as a bundle proves nothing */
    if (st != PL_OK)
        return pl_outcome_fails(b->o, "bundle", &b->why);
    return pl_outcome_holds(b->o, "bundle", &b->why, "%s, %zu log entries",
                            b->bundle.is_envelope ? "an envelope" : "a signature", b->bundle.entries.n);
}

static pl_status check_log(struct bundling *b)
{
    pl_status st =
        b->bundle.entries.n > 0 ? PL_OK : pl_fail(&b->why, PL_E_TRUST, PL_NO_OFFSET, "there is no log entry");
    for (size_t i = 0; i < b->bundle.entries.n && st == PL_OK; i++) {
        const struct pl_sigstore_entry *e = &b->bundle.entries.v[i];
        int64_t time = 0;
        st = pl_sigstore_check_promise(&b->root, e, &time, &b->why);
        if (st == PL_OK && (e->has_proof || !b->bundle.is_first_version || time == 0))
            st = pl_sigstore_check_inclusion(&b->root, e, &b->why);
        if (st == PL_OK && time != 0 && b->n_times < MAX_TIMES)
            b->times[b->n_times++] = time;
    }
    if (st != PL_OK)
        return pl_outcome_fails(b->o, "log", &b->why);
    return pl_outcome_holds(b->o, "log", &b->why, "entry %llu",
                            (unsigned long long)b->bundle.entries.v[0].log_index);
}

static pl_status check_time(struct bundling *b)
{
    pl_status st = PL_OK;
    for (size_t i = 0; i < b->bundle.timestamps.n && st == PL_OK && b->n_times < MAX_TIMES; i++) {
        st = pl_sigstore_check_timestamp(&b->root, b->bundle.timestamps.v[i], b->bundle.signature,
                                         &b->times[b->n_times], &b->why);
        b->n_times += st == PL_OK;
    }
    if (st == PL_OK && b->n_times == 0)
        st = pl_fail(&b->why, PL_E_TRUST, PL_NO_OFFSET, "nobody who is trusted says when it was signed");
    for (size_t e = 0; e < b->bundle.entries.n && st == PL_OK; e++)
        st = pl_sigstore_check_log_time(&b->root, &b->bundle.entries.v[e], b->times[0], &b->why);
    if (st != PL_OK)
        return pl_outcome_fails(b->o, "time", &b->why);
    return pl_outcome_holds(b->o, "time", &b->why, "%lld, by %zu", (long long)b->times[0], b->n_times);
}

static pl_status check_certificate(struct bundling *b)
{
    pl_status st = PL_OK;
    for (size_t i = 0; i < b->n_times && st == PL_OK; i++)
        st = pl_sigstore_check_certificate(&b->root, &b->bundle, b->times[i], &b->why);
    return st == PL_OK ? pl_outcome_holds(b->o, "certificate", &b->why, "issued, valid and logged")
                       : pl_outcome_fails(b->o, "certificate", &b->why);
}

static pl_status check_entry(struct bundling *b)
{
    pl_status st = PL_OK;
    for (size_t i = 0; i < b->bundle.entries.n && st == PL_OK; i++)
        st = pl_sigstore_check_body(&b->bundle, &b->bundle.entries.v[i], pl_bytes_of(b->der, b->n_der),
                                    &b->why);
    return st == PL_OK ? pl_outcome_holds(b->o, "entry", &b->why, "of this signature by this key")
                       : pl_outcome_fails(b->o, "entry", &b->why);
}

/* The statement names the artifact by SHA-256 or SHA-512. */
static bool is_subject(pl_bytes statement, pl_bytes artifact)
{
    struct pl_json_doc doc = {0};
    uint8_t sha256[PL_DIGEST_MAX_BYTES];
    uint8_t sha512[PL_DIGEST_MAX_BYTES];
    char hex[2 * SHA512_BYTES + 1];
    size_t n256 = 0;
    size_t n512 = 0;
    bool found = false;
    if (pl_digest_parts("SHA256", &artifact, 1, sha256, &n256, NULL) != PL_OK ||
        pl_digest_parts("SHA512", &artifact, 1, sha512, &n512, NULL) != PL_OK ||
        pl_json_doc_read(statement, 4, &doc, NULL) != PL_OK)
        return false;
    const struct pl_json_node *one = pl_json_first(&doc, pl_json_get(&doc, pl_json_root(&doc), "subject"));
    for (; one != NULL && !found; one = pl_json_next(&doc, one)) {
        const struct pl_json_node *digest = pl_json_get(&doc, one, "digest");
        pl_hex(sha256, n256, hex);
        found = pl_json_is(pl_json_get(&doc, digest, "sha256"), hex);
        pl_hex(sha512, n512, hex);
        found |= pl_json_is(pl_json_get(&doc, digest, "sha512"), hex);
    }
    pl_json_doc_reset(&doc);
    return found;
}

static pl_status check_artifact(struct bundling *b)
{
    pl_bytes artifact = b->artifact;
    bool is_envelope = b->bundle.is_envelope;
    pl_bytes message = is_envelope ? b->bundle.envelope.pae : artifact;
    pl_sha256 digest;
    if (!pl_key_verify(b->key, message, b->bundle.signature)) {
        (void)pl_fail(&b->why, PL_E_TRUST, PL_NO_OFFSET, "the signature does not fit");
        return pl_outcome_fails(b->o, "signature", &b->why);
    }
    pl_status st = pl_outcome_holds(b->o, "signature", &b->why, "by %s", pl_key_id(b->key));
    if (st == PL_OK)
        st = pl_sha256_of(artifact, &digest, &b->why);
    if (st != PL_OK)
        return st;
    bool is_same = is_envelope ? pl_bytes_eq_str(b->bundle.envelope.type, PL_DSSE_IN_TOTO) &&
                                     is_subject(b->bundle.envelope.payload, artifact)
                               : pl_sha256_eq(&digest, &b->bundle.digest);
    if (!is_same) {
        (void)pl_fail(&b->why, PL_E_TRUST, PL_NO_OFFSET, "it is about other bytes than the artifact's");
        return pl_outcome_fails(b->o, "subject", &b->why);
    }
    return pl_outcome_holds(b->o, "subject", &b->why, "%zu bytes", artifact.n);
}

/* Where it was built from, as the certificate has it: evidence for the origin of the package. */
static pl_status tell_source(struct bundling *b)
{
    static const char *const names[3] = {"source", "revision", "ref"};
    const char *said[3];
    pl_status st = PL_OK;
    pl_sigstore_source(sk_X509_value(b->bundle.certificates, 0), &b->o->arena, said);
    for (int i = 0; i < 3 && st == PL_OK; i++)
        if (said[i] != NULL)
            st = pl_outcome_fact(b->o, names[i], &b->why, "%s", said[i]);
    return st;
}

static pl_status check_identity(struct bundling *b)
{
    const char *name = NULL;
    const char *issuer = NULL;
    pl_status st =
        pl_sigstore_identity(sk_X509_value(b->bundle.certificates, 0), &b->o->arena, &name, &issuer, &b->why);
    if (st == PL_OK)
        st = pl_outcome_fact(b->o, "identity", &b->why, "%s", name);
    if (st == PL_OK)
        st = pl_outcome_fact(b->o, "issuer", &b->why, "%s", issuer);
    if (st != PL_OK)
        return st;
    if (strcmp(name, b->options->identity) != 0 || strcmp(issuer, b->options->issuer) != 0) {
        (void)pl_fail(&b->why, PL_E_TRUST, PL_NO_OFFSET, "signed by somebody else: %s, vouched for by %s",
                      name, issuer);
        return pl_outcome_fails(b->o, "identity", &b->why);
    }
    st = tell_source(b);
    return st == PL_OK ? pl_outcome_holds(b->o, "identity", &b->why, "%s", name) : st;
}

static pl_status check_all(struct bundling *b)
{
    bool has_certificate = b->options->key == NULL;
    pl_status st = read_bundle(b);
    if (st == PL_OK)
        st = check_log(b);
    if (st == PL_OK && has_certificate)
        st = check_time(b);
    if (st == PL_OK && has_certificate)
        st = check_certificate(b);
    if (st == PL_OK)
        st = check_entry(b);
    if (st == PL_OK)
        st = check_artifact(b);
    if (st == PL_OK && has_certificate)
        st = check_identity(b);
    return st;
}

static bool all_hold(const struct pl_outcome *o)
{
    bool all = o->steps.n > 0;
    for (size_t i = 0; i < o->steps.n; i++)
        all &= o->steps.v[i].result == PL_STEP_HOLDS;
    return all;
}

static pl_status judge_there(void *ctx, struct pl_outcome **said, enum pl_exit *exit, struct pl_err *why)
{
    struct bundling *b = ctx;
    pl_status st = check_all(b);
    *exit = all_hold(*said) ? PL_EXIT_PASS : PL_EXIT_TRUST;
    *why = b->why;
    return st;
}

static pl_status run(struct bundling *b, const pl_bytes *given, const struct pl_ask *how, enum pl_exit *exit)
{
    const struct pl_bundle_options *x = b->options;
    struct pl_apart apart = {.ctx = b,
                             .judge = judge_there,
                             .what = "the bundle",
                             .reads = &x->key,
                             .n_reads = x->key != NULL,
                             .how = how};
    uint8_t *artifact = NULL;
    uint8_t *bundle = NULL;
    size_t n_artifact = 0;
    size_t n_bundle = 0;
    pl_status st = announce(b);
    if (st == PL_OK)
        st = read_root(b);
    if (st == PL_OK && given == NULL)
        st = pl_io_read(x->artifact, ARTIFACT_MAX, &artifact, &n_artifact, &b->why);
    if (st == PL_OK)
        st = pl_io_read(x->bundle, PL_SIGSTORE_MAX_BYTES, &bundle, &n_bundle, &b->why);
    b->text = pl_bytes_of(bundle, n_bundle);
    b->artifact = given != NULL ? *given : pl_bytes_of(artifact, n_artifact);
    if (st == PL_OK)
        st = pl_judge_apart(&apart, b->o, exit, &b->why);
    free(artifact);
    free(bundle);
    return st;
}

static pl_status verify(const struct pl_bundle_options *options, const pl_bytes *given,
                        const struct pl_ask *how, struct pl_outcome **out, struct pl_err *err)
{
    struct bundling b = {.options = options};
    enum pl_exit exit = PL_EXIT_TRUST;
    b.o = pl_outcome_new("verify", options->bundle);
    if (b.o == NULL)
        return pl_fail_nomem(err);
    pl_status st = run(&b, given, how, &exit);
    if (st != PL_OK)
        pl_err_about(&b.why, options->bundle);
    pl_key_free(b.key);
    OPENSSL_free(b.der);
    pl_sigstore_bundle_reset(&b.bundle);
    pl_sigstore_root_reset(&b.root);
    ERR_clear_error();
    return pl_outcome_end(b.o, st, &b.why, exit, out, err);
}

pl_status pl_verify_bundle(const struct pl_bundle_options *options, struct pl_outcome **out,
                           struct pl_err *err)
{
    struct pl_limits limits = pl_limits_default();
    struct pl_ask how = {.limits = &limits, .is_here = options->is_unconfined};
    return verify(options, NULL, &how, out, err);
}

pl_status pl_verify_bundle_over(const struct pl_bundle_options *options, pl_bytes artifact,
                                const struct pl_ask *how, struct pl_outcome **out, struct pl_err *err)
{
    return verify(options, &artifact, how, out, err);
}
