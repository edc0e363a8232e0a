/*
 * sigstore_log.c - what the transparency log says about a signature: promise, inclusion, checkpoint, and the entry itself.
 *
 * The promise (signed entry timestamp) is over JSON in canonical form (RFC 8785) of four members, whose keys stand in order already. Entries: hashedrekord 0.0.1 and 0.0.2, dsse
 * 0.0.1 and 0.0.2, intoto 0.0.2.
 */
#include "attest/note.h"
#include "attest/sigstore.h"

#include "base/base64.h"

#include <openssl/pem.h>
#include <string.h>

#define MAX_BODY_BYTES ((size_t)16 << 20)
#define KEEP_DEPTH     9

static pl_status not_trusted(struct pl_err *err, const char *what)
{
    return pl_fail(err, PL_E_TRUST, PL_NO_OFFSET, "sigstore: %s", what);
}

static const struct pl_sigstore_log *log_of(const struct pl_sigstore_root *r,
                                            const struct pl_sigstore_entry *e)
{
    for (size_t i = 0; i < r->tlogs.n; i++)
        if (e->log_id.n > 0 && pl_bytes_eq(r->tlogs.v[i].id, e->log_id))
            return &r->tlogs.v[i];
    return NULL;
}

pl_status pl_sigstore_check_promise(const struct pl_sigstore_root *r, const struct pl_sigstore_entry *e,
                                    int64_t *time, struct pl_err *err)
{
    const struct pl_sigstore_log *log = log_of(r, e);
    struct pl_buf text;
    char id[2 * PL_SHA256_BYTES + 1];
    if (log == NULL || log->key == NULL || e->log_id.n != PL_SHA256_BYTES)
        return not_trusted(err, "the entry is of a log that is not trusted here");
    *time = 0;
    if (e->promise.n == 0)
        return PL_OK;
    pl_hex(e->log_id.p, e->log_id.n, id);
    pl_buf_init(&text, e->body.n * 2 + 1024);
    pl_buf_add_str(&text, "{\"body\":\"");
    pl_base64_encode(e->body, &text);
    pl_buf_printf(&text, "\",\"integratedTime\":%llu,\"logID\":\"%s\",\"logIndex\":%llu}",
                  (unsigned long long)e->integrated_time, id, (unsigned long long)e->log_index);
    pl_status st = pl_buf_done(&text, err);
    if (st == PL_OK && !pl_key_verify(log->key, pl_buf_bytes(&text), e->promise))
        st = not_trusted(err, "the log's promise does not fit the entry");
    pl_buf_reset(&text);
    if (st == PL_OK &&
        ((int64_t)e->integrated_time < log->valid.start || (int64_t)e->integrated_time > log->valid.end))
        st = not_trusted(err, "the log was not to be trusted at the time of the entry");
    if (st == PL_OK)
        *time = (int64_t)e->integrated_time;
    return st;
}

pl_status pl_sigstore_check_log_time(const struct pl_sigstore_root *r, const struct pl_sigstore_entry *e,
                                     int64_t time, struct pl_err *err)
{
    const struct pl_sigstore_log *log = log_of(r, e);
    if (log == NULL || time < log->valid.start || time > log->valid.end)
        return not_trusted(err, "the log was not to be trusted at that time");
    return PL_OK;
}

/* The log signs under the name that its origin line begins with: "log.example - 42" is signed by "log.example". */
static pl_bytes name_of(pl_bytes checkpoint)
{
    pl_bytes origin = pl_bytes_sub(checkpoint, 0, pl_bytes_find_byte(checkpoint, '\n', 0));
    return pl_bytes_sub(origin, 0, pl_bytes_find(origin, PL_LIT(" - "), 0));
}

pl_status pl_sigstore_check_inclusion(const struct pl_sigstore_root *r, const struct pl_sigstore_entry *e,
                                      struct pl_err *err)
{
    const struct pl_sigstore_log *log = log_of(r, e);
    struct pl_note_key by = {{NULL, 0}, NULL};
    struct pl_checkpoint c;
    pl_sha256 leaf;
    pl_bytes text;
    if (log == NULL || log->key == NULL)
        return not_trusted(err, "the entry is of a log that is not trusted here");
    if (!e->has_proof)
        return not_trusted(err, "there is no proof that the entry is in the log");
    by.key = log->key;
    by.name = name_of(e->checkpoint);
    pl_status st = pl_note_open(e->checkpoint, &by, 1, &text, NULL, err);
    if (st == PL_OK)
        st = pl_checkpoint_read(text, &c, err);
    if (st == PL_E_INPUT)
        st = not_trusted(err, "the log's checkpoint cannot be read");
    if (st == PL_OK && (c.size != e->size || !pl_sha256_eq(&c.root, &e->root)))
        st = not_trusted(err, "the log's checkpoint is of another tree");
    if (st == PL_OK)
        st = pl_merkle_leaf(e->body, &leaf, err);
    return st == PL_OK
               ? pl_merkle_check_inclusion(e->index, e->size, &leaf, e->hashes, e->n_hashes, &e->root, err)
               : st;
}

struct body {
    struct pl_json_doc doc;
};

static const struct pl_json_node *down(struct body *b, const struct pl_json_node *n, const char *const *path)
{
    for (; *path != NULL; path++)
        n = pl_json_get(&b->doc, n, *path);
    return n;
}

/* Does the member hold these bytes as base64? `times` of it: one kind of entry wraps a signature twice. */
static bool holds(const struct pl_json_node *n, pl_bytes want, int times)
{
    struct pl_buf a;
    struct pl_buf b;
    pl_bytes text = pl_json_plain(n);
    pl_buf_init(&a, text.n + 4);
    pl_buf_init(&b, text.n + 4);
    bool is_good = pl_base64_decode(text, &a);
    if (is_good && times == 2)
        is_good = pl_base64_decode(pl_buf_bytes(&a), &b);
    is_good = is_good && pl_bytes_eq(times == 2 ? pl_buf_bytes(&b) : pl_buf_bytes(&a), want);
    pl_buf_reset(&a);
    pl_buf_reset(&b);
    return is_good && want.n > 0;
}

static bool holds_hex(const struct pl_json_node *n, const pl_sha256 *want)
{
    char hex[PL_SHA256_HEX_BYTES];
    pl_hex(want->b, PL_SHA256_BYTES, hex);
    return pl_json_is(n, hex);
}

/* Base64 of a PEM text whose first block is `der`. */
static bool holds_pem(const struct pl_json_node *n, pl_bytes der)
{
    struct pl_buf pem;
    pl_bytes text = pl_json_plain(n);
    char *name = NULL;
    char *header = NULL;
    unsigned char *block = NULL;
    long size = 0;
    pl_buf_init(&pem, text.n + 4);
    bool is_good = pl_base64_decode(text, &pem) && pem.n > 0 && pem.n <= INT32_MAX;
    BIO *in = is_good ? BIO_new_mem_buf(pem.p, (int)pem.n) : NULL;
    is_good = in != NULL && PEM_read_bio(in, &name, &header, &block, &size) == 1 &&
              pl_bytes_eq(pl_bytes_of(block, (size_t)size), der);
    OPENSSL_free(name);
    OPENSSL_free(header);
    OPENSSL_free(block);
    BIO_free(in);
    pl_buf_reset(&pem);
    return is_good;
}

#define PATH(...) ((const char *const[]){__VA_ARGS__, NULL})

/* A version 2 verifier is a certificate or a key, as DER. */
static bool holds_verifier(struct body *b, const struct pl_json_node *verifier, pl_bytes material)
{
    return holds(down(b, verifier, PATH("x509Certificate", "rawBytes")), material, 1) ||
           holds(down(b, verifier, PATH("publicKey", "rawBytes")), material, 1);
}

static bool fits_hashedrekord(struct body *b, const struct pl_sigstore_bundle *x, pl_bytes material)
{
    const struct pl_json_node *spec = down(b, pl_json_root(&b->doc), PATH("spec"));
    return !x->is_envelope && holds_hex(down(b, spec, PATH("data", "hash", "value")), &x->digest) &&
           pl_json_is(down(b, spec, PATH("data", "hash", "algorithm")), "sha256") &&
           holds(down(b, spec, PATH("signature", "content")), x->signature, 1) &&
           holds_pem(down(b, spec, PATH("signature", "publicKey", "content")), material);
}

static bool fits_hashedrekord_2(struct body *b, const struct pl_sigstore_bundle *x, pl_bytes material)
{
    const struct pl_json_node *spec = down(b, pl_json_root(&b->doc), PATH("spec", "hashedRekordV002"));
    pl_sha256 digest = x->digest;
    if (x->is_envelope && pl_sha256_of(x->envelope.pae, &digest, NULL) != PL_OK)
        return false;
    return holds(down(b, spec, PATH("data", "digest")), pl_bytes_of(digest.b, PL_SHA256_BYTES), 1) &&
           holds(down(b, spec, PATH("signature", "content")), x->signature, 1) &&
           holds_verifier(b, down(b, spec, PATH("signature", "verifier")), material);
}

static bool fits_dsse(struct body *b, const struct pl_sigstore_bundle *x, const pl_sha256 *payload,
                      pl_bytes material)
{
    const struct pl_json_node *spec = down(b, pl_json_root(&b->doc), PATH("spec"));
    const struct pl_json_node *list = down(b, spec, PATH("signatures"));
    const struct pl_json_node *one = pl_json_first(&b->doc, list);
    return x->is_envelope && pl_json_count(&b->doc, list) == 1 &&
           holds_hex(down(b, spec, PATH("payloadHash", "value")), payload) &&
           holds(pl_json_get(&b->doc, one, "signature"), x->signature, 1) &&
           holds_pem(pl_json_get(&b->doc, one, "verifier"), material);
}

static bool fits_dsse_2(struct body *b, const struct pl_sigstore_bundle *x, const pl_sha256 *payload,
                        pl_bytes material)
{
    const struct pl_json_node *spec = down(b, pl_json_root(&b->doc), PATH("spec", "dsseV002"));
    const struct pl_json_node *list = down(b, spec, PATH("signatures"));
    const struct pl_json_node *one = pl_json_first(&b->doc, list);
    return x->is_envelope && pl_json_count(&b->doc, list) == 1 &&
           holds(down(b, spec, PATH("payloadHash", "digest")), pl_bytes_of(payload->b, PL_SHA256_BYTES), 1) &&
           holds(pl_json_get(&b->doc, one, "content"), x->signature, 1) &&
           holds_verifier(b, pl_json_get(&b->doc, one, "verifier"), material);
}

static bool fits_intoto(struct body *b, const struct pl_sigstore_bundle *x, const pl_sha256 *payload,
                        pl_bytes material)
{
    const struct pl_json_node *content = down(b, pl_json_root(&b->doc), PATH("spec", "content"));
    const struct pl_json_node *list = down(b, content, PATH("envelope", "signatures"));
    const struct pl_json_node *one = pl_json_first(&b->doc, list);
    return x->is_envelope && pl_json_count(&b->doc, list) == 1 &&
           holds_hex(down(b, content, PATH("payloadHash", "value")), payload) &&
           holds(pl_json_get(&b->doc, one, "sig"), x->signature, 2) &&
           holds_pem(pl_json_get(&b->doc, one, "publicKey"), material);
}

static pl_status fits(struct body *b, const struct pl_sigstore_bundle *x, const struct pl_sigstore_entry *e,
                      pl_bytes material, struct pl_err *err)
{
    const struct pl_json_node *root = pl_json_root(&b->doc);
    pl_sha256 payload = {{0}};
    bool is_second = pl_bytes_eq_str(e->version, "0.0.2");
    bool is_good = false;
    if (!pl_bytes_eq(pl_json_plain(pl_json_get(&b->doc, root, "kind")), e->kind) ||
        !pl_bytes_eq(pl_json_plain(pl_json_get(&b->doc, root, "apiVersion")), e->version))
        return not_trusted(err, "the entry is of another kind than the bundle says");
    pl_status st = x->is_envelope ? pl_sha256_of(x->envelope.payload, &payload, err) : PL_OK;
    if (st != PL_OK)
        return st;
    if (pl_bytes_eq_str(e->kind, "hashedrekord"))
        is_good = is_second ? fits_hashedrekord_2(b, x, material) : fits_hashedrekord(b, x, material);
    else if (pl_bytes_eq_str(e->kind, "dsse"))
        is_good = is_second ? fits_dsse_2(b, x, &payload, material) : fits_dsse(b, x, &payload, material);
    else if (pl_bytes_eq_str(e->kind, "intoto") && is_second)
        is_good = fits_intoto(b, x, &payload, material);
    else
        return pl_fail(err, PL_E_UNSUPPORTED, PL_NO_OFFSET,
                       "sigstore: an entry of a kind that is not known here");
    return is_good ? PL_OK : not_trusted(err, "the log's entry is about another signature");
}

pl_status pl_sigstore_check_body(const struct pl_sigstore_bundle *b, const struct pl_sigstore_entry *e,
                                 pl_bytes material, struct pl_err *err)
{
    struct body body = {0};
    if (e->body.n > MAX_BODY_BYTES)
        return pl_fail(err, PL_E_LIMIT, PL_NO_OFFSET, "sigstore: an entry of more than %zu bytes",
                       MAX_BODY_BYTES);
    pl_status st = pl_json_doc_read(e->body, KEEP_DEPTH, &body.doc, err);
    if (st != PL_OK)
        return not_trusted(err, "the log's entry cannot be read");
    st = fits(&body, b, e, material, err);
    pl_json_doc_reset(&body.doc);
    return st;
}
