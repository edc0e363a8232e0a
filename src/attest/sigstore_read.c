/*
 * sigstore_read.c - bundles and trust roots, from JSON to structs. Nothing is believed yet.
 *
 * Protobuf's JSON: bytes are base64, 64-bit integers are strings. A missing member is an empty one.
 */
#include "attest/sigstore.h"

#include "base/base64.h"

#include <string.h>
#include <time.h>

#define KEEP_DEPTH  9
#define ARENA_BYTES ((size_t)256 << 20)
#define MAX_MEMBERS 64u
#define MAX_CERTS   8u

struct reading {
    const struct pl_json_doc *doc;
    struct pl_arena *arena;
    struct pl_err *err;
};

static pl_status malformed(struct reading *r, const char *what)
{
    return pl_fail(r->err, PL_E_INPUT, PL_NO_OFFSET, "sigstore: %s", what);
}

static const struct pl_json_node *get(struct reading *r, const struct pl_json_node *n, const char *key)
{
    const struct pl_json_node *one = pl_json_get(r->doc, n, key);
    return one == NULL || one->kind == PL_JSON_NULL ? NULL : one;
}

/* Base64 text of a member; no bytes when it is missing. */
static pl_status get_bytes(struct reading *r, const struct pl_json_node *n, const char *key, pl_bytes *out)
{
    const struct pl_json_node *one = get(r, n, key);
    struct pl_buf b;
    pl_bytes text;
    *out = (pl_bytes){NULL, 0};
    if (one == NULL)
        return PL_OK;
    if (!pl_json_node_text(one, r->arena, &text))
        return malformed(r, "base64 was expected");
    pl_buf_init(&b, text.n + 4);
    bool is_good = pl_base64_decode(text, &b);
    *out = is_good ? pl_arena_keep(r->arena, pl_buf_bytes(&b)) : (pl_bytes){NULL, 0};
    pl_buf_reset(&b);
    if (!is_good)
        return malformed(r, "not base64");
    return out->p == NULL ? pl_arena_fail(r->arena, r->err) : PL_OK;
}

static pl_status get_text(struct reading *r, const struct pl_json_node *n, const char *key, pl_bytes *out)
{
    const struct pl_json_node *one = get(r, n, key);
    pl_bytes text;
    *out = (pl_bytes){NULL, 0};
    if (one == NULL)
        return PL_OK;
    if (!pl_json_node_text(one, r->arena, &text))
        return malformed(r, "a text was expected");
    *out = pl_arena_keep(r->arena, text);
    return out->p == NULL ? pl_arena_fail(r->arena, r->err) : PL_OK;
}

/* A number, as a number or as a string; 0 when it is missing. */
static pl_status get_number(struct reading *r, const struct pl_json_node *n, const char *key, uint64_t *out)
{
    const struct pl_json_node *one = get(r, n, key);
    *out = 0;
    if (one == NULL || pl_json_node_u64(one, out))
        return PL_OK;
    if (!pl_bytes_to_u64(pl_json_plain(one), out) || *out > INT64_MAX)
        return malformed(r, "a number was expected");
    return PL_OK;
}

static pl_status get_digest(struct reading *r, const struct pl_json_node *n, const char *key, pl_sha256 *out)
{
    pl_bytes bytes;
    pl_status st = get_bytes(r, n, key, &bytes);
    if (st == PL_OK && bytes.n != PL_SHA256_BYTES)
        return malformed(r, "a SHA-256 was expected");
    if (st == PL_OK)
        memcpy(out->b, bytes.p, PL_SHA256_BYTES);
    return st;
}

bool pl_rfc3339_read(pl_bytes text, int64_t *out)
{
    static const char form[] = "dddd-dd-ddTdd:dd:dd";
    int v[6] = {0};
    size_t part = 0;
    if (text.n < sizeof form || text.p[text.n - 1] != 'Z')
        return false;
    for (size_t i = 0; i + 1 < sizeof form; i++) {
        bool is_digit = pl_is_digit(text.p[i]);
        if (form[i] == 'd' ? !is_digit : text.p[i] != (uint8_t)form[i])
            return false;
        if (is_digit)
            v[part] = v[part] * 10 + (text.p[i] - '0');
        else
            part++;
    }
    pl_bytes rest = pl_bytes_sub(text, sizeof form - 1, text.n - sizeof form);
    for (size_t i = 0; i < rest.n; i++)
        if (i == 0 ? rest.p[i] != '.' : rest.p[i] < '0' || rest.p[i] > '9')
            return false;
    struct tm tm = {.tm_year = v[0] - 1900,
                    .tm_mon = v[1] - 1,
                    .tm_mday = v[2],
                    .tm_hour = v[3],
                    .tm_min = v[4],
                    .tm_sec = v[5]};
    if (v[1] < 1 || v[1] > 12 || v[2] < 1 || v[2] > 31 || v[3] > 23 || v[4] > 59 || v[5] > 60 || rest.n == 1)
        return false;
    *out = timegm(&tm);
    return true;
}

static pl_status read_valid(struct reading *r, const struct pl_json_node *n, struct pl_valid *out)
{
    const struct pl_json_node *valid = get(r, n, "validFor");
    const struct pl_json_node *end = get(r, valid, "end");
    out->end = INT64_MAX;
    if (!pl_rfc3339_read(pl_json_plain(get(r, valid, "start")), &out->start) ||
        (end != NULL && !pl_rfc3339_read(pl_json_plain(end), &out->end)))
        return malformed(r, "something in the trust root does not say from when on it counts");
    return PL_OK;
}

static pl_status read_certificate(struct reading *r, const struct pl_json_node *n, STACK_OF(X509) * stack)
{
    pl_bytes der;
    pl_status st = get_bytes(r, n, "rawBytes", &der);
    if (st != PL_OK)
        return st;
    const unsigned char *p = der.p;
    X509 *x = der.n == 0 ? NULL : d2i_X509(NULL, &p, (long)der.n);
    if (x == NULL || p != der.p + der.n) {
        X509_free(x);
        return malformed(r, "not a certificate");
    }
    if (sk_X509_push(stack, x) <= 0) {
        X509_free(x);
        return pl_fail_nomem(r->err);
    }
    return PL_OK;
}

static pl_status read_chain(struct reading *r, const struct pl_json_node *list, STACK_OF(X509) * stack)
{
    pl_status st = PL_OK;
    unsigned n = 0;
    for (const struct pl_json_node *c = pl_json_first(r->doc, list); c != NULL && st == PL_OK;
         c = pl_json_next(r->doc, c))
        st = ++n > MAX_CERTS ? malformed(r, "too many certificates") : read_certificate(r, c, stack);
    return st == PL_OK && n == 0 ? malformed(r, "an empty chain of certificates") : st;
}

static pl_status read_log(struct reading *r, const struct pl_json_node *n, struct pl_sigstore_log *out)
{
    const struct pl_json_node *key = get(r, n, "publicKey");
    pl_bytes spki;
    pl_status st = get_bytes(r, key, "rawBytes", &spki);
    if (st == PL_OK)
        st = get_bytes(r, get(r, n, "logId"), "keyId", &out->id);
    if (st == PL_OK)
        st = read_valid(r, key, &out->valid);
    if (st == PL_OK && spki.n > 0 && pl_key_of_spki(spki, &out->key, NULL) != PL_OK)
        out->key = NULL; /* of a kind that is not known here: nothing verifies by it */
    return st;
}

static pl_status read_authority(struct reading *r, const struct pl_json_node *n,
                                struct pl_sigstore_authority *out)
{
    out->chain = sk_X509_new_null();
    if (out->chain == NULL)
        return pl_fail_nomem(r->err);
    pl_status st = read_valid(r, n, &out->valid);
    return st == PL_OK ? read_chain(r, get(r, get(r, n, "certChain"), "certificates"), out->chain) : st;
}

static pl_status read_root(struct reading *r, struct pl_sigstore_root *root)
{
    static const char *const names[] = {"tlogs", "ctlogs", "certificateAuthorities", "timestampAuthorities"};
    const struct pl_json_node *top = pl_json_root(r->doc);
    pl_status st = PL_OK;
    if (!pl_bytes_starts(pl_json_plain(get(r, top, "mediaType")),
                         PL_LIT("application/vnd.dev.sigstore.trustedroot")))
        return malformed(r, "not a trust root");
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        unsigned n = 0;
        const struct pl_json_node *one = pl_json_first(r->doc, get(r, top, names[i]));
        for (; one != NULL && st == PL_OK; one = pl_json_next(r->doc, one)) {
            if (++n > MAX_MEMBERS)
                return malformed(r, "too many members of a trust root");
            struct pl_sigstore_log *log = i == 0   ? PL_VEC_ADD(&root->tlogs)
                                          : i == 1 ? PL_VEC_ADD(&root->ctlogs)
                                                   : NULL;
            struct pl_sigstore_authority *ca = i == 2   ? PL_VEC_ADD(&root->authorities)
                                               : i == 3 ? PL_VEC_ADD(&root->timestampers)
                                                        : NULL;
            if (log == NULL && ca == NULL)
                return pl_fail_nomem(r->err);
            st = log != NULL ? read_log(r, one, log) : read_authority(r, one, ca);
        }
    }
    return st;
}

pl_status pl_sigstore_root_read(pl_bytes json, struct pl_sigstore_root *out, struct pl_err *err)
{
    struct pl_json_doc doc = {0};
    struct pl_sigstore_root root = {0};
    struct reading r = {.doc = &doc, .arena = &root.arena, .err = err};
    pl_arena_init(&root.arena, ARENA_BYTES);
    pl_status st = pl_json_doc_read(json, KEEP_DEPTH, &doc, err);
    if (st == PL_OK)
        st = read_root(&r, &root);
    pl_json_doc_reset(&doc);
    if (st == PL_OK)
        *out = root;
    else
        pl_sigstore_root_reset(&root);
    return st;
}

void pl_sigstore_root_reset(struct pl_sigstore_root *r)
{
    for (size_t i = 0; i < r->tlogs.n; i++)
        pl_key_free(r->tlogs.v[i].key);
    for (size_t i = 0; i < r->ctlogs.n; i++)
        pl_key_free(r->ctlogs.v[i].key);
    for (size_t i = 0; i < r->authorities.n; i++)
        sk_X509_pop_free(r->authorities.v[i].chain, X509_free);
    for (size_t i = 0; i < r->timestampers.n; i++)
        sk_X509_pop_free(r->timestampers.v[i].chain, X509_free);
    PL_VEC_FREE(&r->tlogs);
    PL_VEC_FREE(&r->ctlogs);
    PL_VEC_FREE(&r->authorities);
    PL_VEC_FREE(&r->timestampers);
    pl_arena_reset(&r->arena);
}

static pl_status read_proof(struct reading *r, const struct pl_json_node *proof, struct pl_sigstore_entry *e)
{
    pl_status st = get_number(r, proof, "logIndex", &e->index);
    e->has_proof = true;
    if (st == PL_OK)
        st = get_number(r, proof, "treeSize", &e->size);
    if (st == PL_OK)
        st = get_digest(r, proof, "rootHash", &e->root);
    if (st == PL_OK)
        st = get_text(r, get(r, proof, "checkpoint"), "envelope", &e->checkpoint);
    const struct pl_json_node *h = pl_json_first(r->doc, get(r, proof, "hashes"));
    for (; h != NULL && st == PL_OK; h = pl_json_next(r->doc, h)) {
        struct pl_buf b;
        pl_buf_init(&b, PL_SHA256_BYTES);
        if (e->n_hashes == PL_MERKLE_MAX_HEIGHT || !pl_base64_decode(pl_json_plain(h), &b) ||
            b.n != PL_SHA256_BYTES)
            st = malformed(r, "an inclusion proof that is none");
        else
            memcpy(e->hashes[e->n_hashes++].b, b.p, PL_SHA256_BYTES);
        pl_buf_reset(&b);
    }
    return st;
}

static pl_status read_entry(struct reading *r, const struct pl_json_node *n, struct pl_sigstore_entry *e)
{
    const struct pl_json_node *kind = get(r, n, "kindVersion");
    const struct pl_json_node *proof = get(r, n, "inclusionProof");
    pl_status st = get_bytes(r, get(r, n, "logId"), "keyId", &e->log_id);
    if (st == PL_OK)
        st = get_text(r, kind, "kind", &e->kind);
    if (st == PL_OK)
        st = get_text(r, kind, "version", &e->version);
    if (st == PL_OK)
        st = get_number(r, n, "logIndex", &e->log_index);
    if (st == PL_OK)
        st = get_number(r, n, "integratedTime", &e->integrated_time);
    if (st == PL_OK)
        st = get_bytes(r, get(r, n, "inclusionPromise"), "signedEntryTimestamp", &e->promise);
    if (st == PL_OK)
        st = get_bytes(r, n, "canonicalizedBody", &e->body);
    return st == PL_OK && proof != NULL ? read_proof(r, proof, e) : st;
}

static pl_status read_material(struct reading *r, struct pl_sigstore_bundle *b)
{
    const struct pl_json_node *material = get(r, pl_json_root(r->doc), "verificationMaterial");
    const struct pl_json_node *one = get(r, material, "certificate");
    const struct pl_json_node *chain = get(r, material, "x509CertificateChain");
    const struct pl_json_node *key = get(r, material, "publicKey");
    pl_status st = PL_OK;
    if ((one != NULL) + (chain != NULL) + (key != NULL) != 1)
        return malformed(r, "exactly one of certificate, chain and key was expected");
    if (key == NULL) {
        b->certificates = sk_X509_new_null();
        if (b->certificates == NULL)
            return pl_fail_nomem(r->err);
        st = one != NULL ? read_certificate(r, one, b->certificates)
                         : read_chain(r, get(r, chain, "certificates"), b->certificates);
    }
    const struct pl_json_node *e = pl_json_first(r->doc, get(r, material, "tlogEntries"));
    for (; e != NULL && st == PL_OK; e = pl_json_next(r->doc, e)) {
        struct pl_sigstore_entry *slot = b->entries.n < MAX_MEMBERS ? PL_VEC_ADD(&b->entries) : NULL;
        st = slot == NULL ? malformed(r, "too many log entries") : read_entry(r, e, slot);
    }
    const struct pl_json_node *data = get(r, material, "timestampVerificationData");
    const struct pl_json_node *t = pl_json_first(r->doc, get(r, data, "rfc3161Timestamps"));
    for (; t != NULL && st == PL_OK; t = pl_json_next(r->doc, t)) {
        pl_bytes *slot = b->timestamps.n < MAX_MEMBERS ? PL_VEC_ADD(&b->timestamps) : NULL;
        st = slot == NULL ? malformed(r, "too many timestamps") : get_bytes(r, t, "signedTimestamp", slot);
    }
    return st;
}

static pl_status read_content(struct reading *r, struct pl_sigstore_bundle *b)
{
    const struct pl_json_node *top = pl_json_root(r->doc);
    const struct pl_json_node *envelope = get(r, top, "dsseEnvelope");
    const struct pl_json_node *message = get(r, top, "messageSignature");
    if ((envelope != NULL) == (message != NULL))
        return malformed(r, "exactly one of envelope and message signature was expected");
    b->is_envelope = envelope != NULL;
    if (!b->is_envelope) {
        const struct pl_json_node *digest = get(r, message, "messageDigest");
        pl_status st = PL_OK;
        if (!pl_json_is(get(r, digest, "algorithm"), "SHA2_256"))
            return malformed(r, "the digest is no SHA-256");
        st = get_digest(r, digest, "digest", &b->digest);
        return st == PL_OK ? get_bytes(r, message, "signature", &b->signature) : st;
    }
    pl_status st = pl_dsse_read(envelope->value, &b->envelope, r->err);
    if (st == PL_OK && b->envelope.signatures.n != 1)
        return malformed(r, "the envelope has not exactly one signature");
    if (st == PL_OK)
        b->signature = b->envelope.signatures.v[0].sig;
    return st;
}

static pl_status read_bundle(struct reading *r, struct pl_sigstore_bundle *b)
{
    static const char *const types[] = {"application/vnd.dev.sigstore.bundle+json;version=0.1",
                                        "application/vnd.dev.sigstore.bundle+json;version=0.2",
                                        "application/vnd.dev.sigstore.bundle+json;version=0.3",
                                        "application/vnd.dev.sigstore.bundle.v0.3+json"};
    const struct pl_json_node *type = get(r, pl_json_root(r->doc), "mediaType");
    bool is_known = false;
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
        is_known |= pl_json_is(type, types[i]);
    if (!is_known)
        return malformed(r, "not a bundle of a version that is known here");
    b->is_first_version = pl_json_is(type, types[0]);
    pl_status st = read_material(r, b);
    if (st == PL_OK)
        st = read_content(r, b);
    if (st == PL_OK && b->signature.n == 0)
        return malformed(r, "no signature");
    return st;
}

pl_status pl_sigstore_bundle_read(pl_bytes json, struct pl_sigstore_bundle *out, struct pl_err *err)
{
    struct pl_json_doc doc = {0};
    struct pl_sigstore_bundle b = {0};
    struct reading r = {.doc = &doc, .arena = &b.arena, .err = err};
    if (json.n > PL_SIGSTORE_MAX_BYTES)
        return pl_fail(err, PL_E_LIMIT, PL_NO_OFFSET, "sigstore: larger than %zu bytes",
                       PL_SIGSTORE_MAX_BYTES);
    pl_arena_init(&b.arena, ARENA_BYTES);
    pl_status st = pl_json_doc_read(json, KEEP_DEPTH, &doc, err);
    if (st == PL_OK)
        st = read_bundle(&r, &b);
    pl_json_doc_reset(&doc);
    if (st == PL_OK)
        *out = b;
    else
        pl_sigstore_bundle_reset(&b);
    return st;
}

void pl_sigstore_bundle_reset(struct pl_sigstore_bundle *b)
{
    sk_X509_pop_free(b->certificates, X509_free);
    pl_dsse_reset(&b->envelope);
    PL_VEC_FREE(&b->entries);
    PL_VEC_FREE(&b->timestamps);
    pl_arena_reset(&b->arena);
}
