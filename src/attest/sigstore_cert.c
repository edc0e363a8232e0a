/*
 * sigstore_cert.c - whose certificate signed, and when: chain, certificate transparency, timestamps, identity.
 *
 * Source: RFC 5280 by way of libcrypto; RFC 6962 section 3.2 for what a precertificate's log signs; RFC 3161 for timestamps;
 * Fulcio's table of extensions.
 */
#include "attest/sigstore.h"

#include <openssl/ct.h>
#include <openssl/err.h>
#include <openssl/ts.h>
#include <openssl/x509v3.h>
#include <string.h>
#include <time.h>

#define SCT_PRECERT        1
#define MAX_TBS            0xffffffu
#define ISSUER_OID         "1.3.6.1.4.1.57264.1.8"
#define ISSUER_OID_OLD     "1.3.6.1.4.1.57264.1.1"
#define MAX_EXTENSION_TEXT 4096

static pl_status not_trusted(struct pl_err *err, const char *what)
{
    ERR_clear_error();
    return pl_fail(err, PL_E_TRUST, PL_NO_OFFSET, "sigstore: %s", what);
}

static bool is_at(const struct pl_valid *v, int64_t time)
{
    return time >= v->start && time <= v->end;
}

/* A store that trusts the authority's root; *between are its other certificates, borrowed. */
static X509_STORE *store_of(const struct pl_sigstore_authority *a, int64_t time, STACK_OF(X509) * *between)
{
    X509_STORE *store = X509_STORE_new();
    int n = sk_X509_num(a->chain);
    *between = sk_X509_new_null();
    bool is_made =
        store != NULL && *between != NULL && X509_STORE_add_cert(store, sk_X509_value(a->chain, n - 1)) == 1;
    for (int i = 0; i + 1 < n && is_made; i++)
        is_made = sk_X509_push(*between, sk_X509_value(a->chain, i)) > 0;
    if (is_made) {
        X509_VERIFY_PARAM *p = X509_STORE_get0_param(store);
        X509_VERIFY_PARAM_set_time(p, (time_t)time);
        is_made = X509_VERIFY_PARAM_set_flags(p, X509_V_FLAG_PARTIAL_CHAIN) == 1;
    }
    if (is_made)
        return store;
    X509_STORE_free(store);
    sk_X509_free(*between);
    *between = NULL;
    return NULL;
}

static void add_u(uint8_t **p, uint64_t v, int bytes)
{
    while (bytes-- > 0)
        *(*p)++ = (uint8_t)(v >> 8 * bytes);
}

/* What a certificate log signs: RFC 6962, 3.2, for a precertificate. */
static bool sct_message(const SCT *sct, X509 *leaf, X509 *issuer, struct pl_buf *out)
{
    uint8_t head[2 + 8 + 2];
    uint8_t *p = head;
    uint8_t size[3];
    uint8_t *q = size;
    unsigned char *spki = NULL;
    unsigned char *tbs = NULL;
    unsigned char *extensions = NULL;
    pl_sha256 issuer_key;
    X509 *without = X509_dup(leaf);
    int at = without == NULL ? -1 : X509_get_ext_by_NID(without, NID_ct_precert_scts, -1);
    X509_EXTENSION *taken = at < 0 ? NULL : X509_delete_ext(without, at);
    int n_spki = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(issuer), &spki);
    int n_tbs = taken == NULL ? -1 : i2d_re_X509_tbs(without, &tbs);
    size_t n_extensions = SCT_get0_extensions(sct, &extensions);
    bool is_made = n_spki > 0 && n_tbs > 0 && (unsigned)n_tbs <= MAX_TBS && n_extensions <= 0xffff &&
                   pl_sha256_of(pl_bytes_of(spki, (size_t)n_spki), &issuer_key, NULL) == PL_OK;
    if (is_made) {
        add_u(&p, 0, 2); /* version 1, certificate timestamp */
        add_u(&p, SCT_get_timestamp(sct), 8);
        add_u(&p, SCT_PRECERT, 2);
        pl_buf_add(out, pl_bytes_of(head, sizeof head));
        pl_buf_add(out, pl_bytes_of(issuer_key.b, PL_SHA256_BYTES));
        add_u(&q, (uint64_t)n_tbs, 3);
        pl_buf_add(out, pl_bytes_of(size, 3));
        pl_buf_add(out, pl_bytes_of(tbs, (size_t)n_tbs));
        q = size;
        add_u(&q, n_extensions, 2);
        pl_buf_add(out, pl_bytes_of(size, 2));
        pl_buf_add(out, pl_bytes_of(extensions, n_extensions));
    }
    X509_EXTENSION_free(taken);
    OPENSSL_free(spki);
    OPENSSL_free(tbs);
    X509_free(without);
    return is_made && out->why == PL_OK;
}

static bool is_good_sct(const struct pl_sigstore_root *r, const SCT *sct, X509 *leaf, X509 *issuer)
{
    unsigned char *id = NULL;
    unsigned char *sig = NULL;
    size_t n_id = SCT_get0_log_id(sct, &id);
    size_t n_sig = SCT_get0_signature(sct, &sig);
    bool is_good = false;
    for (size_t i = 0; i < r->ctlogs.n && !is_good; i++) {
        const struct pl_sigstore_log *log = &r->ctlogs.v[i];
        struct pl_buf message;
        if (log->key == NULL || !pl_bytes_eq(log->id, pl_bytes_of(id, n_id)) ||
            !is_at(&log->valid, (int64_t)(SCT_get_timestamp(sct) / 1000)))
            continue;
        pl_buf_init(&message, (size_t)1 << 25);
        is_good = sct_message(sct, leaf, issuer, &message) &&
                  pl_key_verify(log->key, pl_buf_bytes(&message), pl_bytes_of(sig, n_sig));
        pl_buf_reset(&message);
    }
    return is_good;
}

pl_status pl_sigstore_check_sct(const struct pl_sigstore_root *r, X509 *leaf, X509 *issuer,
                                struct pl_err *err)
{
    STACK_OF(SCT) *list = X509_get_ext_d2i(leaf, NID_ct_precert_scts, NULL, NULL);
    bool is_good = false;
    for (int i = 0; i < sk_SCT_num(list) && !is_good; i++)
        is_good = is_good_sct(r, sk_SCT_value(list, i), leaf, issuer);
    SCT_LIST_free(list);
    return is_good ? PL_OK : not_trusted(err, "no trusted certificate log promised to hold the certificate");
}

/* PL_E_TRUST when this authority did not issue the certificate. */
static pl_status check_by(const struct pl_sigstore_root *r, const struct pl_sigstore_authority *a, X509 *leaf,
                          int64_t time, struct pl_err *err)
{
    STACK_OF(X509) *between = NULL;
    X509_STORE *store = store_of(a, time, &between);
    X509_STORE_CTX *ctx = store == NULL ? NULL : X509_STORE_CTX_new();
    pl_status st = ctx == NULL ? pl_fail_nomem(err) : PL_OK;
    if (st == PL_OK && (X509_STORE_CTX_init(ctx, store, leaf, between) != 1 || X509_verify_cert(ctx) != 1)) {
        st = pl_fail(err, PL_E_TRUST, PL_NO_OFFSET, "sigstore: the certificate is not to be trusted: %s",
                     X509_verify_cert_error_string(X509_STORE_CTX_get_error(ctx)));
        ERR_clear_error();
    }
    if (st == PL_OK) {
        STACK_OF(X509) *chain = X509_STORE_CTX_get0_chain(ctx);
        st = sk_X509_num(chain) < 2 ? not_trusted(err, "the certificate is its own issuer")
                                    : pl_sigstore_check_sct(r, leaf, sk_X509_value(chain, 1), err);
    }
    X509_STORE_CTX_free(ctx);
    X509_STORE_free(store);
    sk_X509_free(between);
    return st;
}

pl_status pl_sigstore_check_certificate(const struct pl_sigstore_root *r, const struct pl_sigstore_bundle *b,
                                        int64_t time, struct pl_err *err)
{
    X509 *leaf = sk_X509_value(b->certificates, 0);
    for (int i = 0; i < sk_X509_num(b->certificates); i++)
        if ((X509_get_extension_flags(sk_X509_value(b->certificates, i)) & EXFLAG_SS) != 0)
            return not_trusted(err, "the bundle brings a root certificate of its own");
    if ((X509_get_extension_flags(leaf) & EXFLAG_XKUSAGE) == 0 ||
        (X509_get_extended_key_usage(leaf) & XKU_CODE_SIGN) == 0)
        return not_trusted(err, "the certificate is not one for signing code");
    pl_status st = not_trusted(err, "no trusted authority was in office at that time");
    for (size_t i = 0; i < r->authorities.n; i++) {
        if (!is_at(&r->authorities.v[i].valid, time))
            continue;
        st = check_by(r, &r->authorities.v[i], leaf, time, err);
        if (st != PL_E_TRUST)
            return st;
    }
    return st;
}

static bool time_of(const ASN1_GENERALIZEDTIME *t, int64_t *out)
{
    struct tm tm = {0};
    if (t == NULL || ASN1_TIME_to_tm(t, &tm) != 1)
        return false;
    *out = timegm(&tm);
    return true;
}

static bool is_imprint_of(TS_TST_INFO *info, pl_bytes signature)
{
    static const struct {
        int nid;
        const char *name;
    } kinds[] = {{NID_sha256, "SHA256"}, {NID_sha384, "SHA384"}, {NID_sha512, "SHA512"}};
    TS_MSG_IMPRINT *imprint = TS_TST_INFO_get_msg_imprint(info);
    const ASN1_OBJECT *algorithm = NULL;
    uint8_t digest[PL_DIGEST_MAX_BYTES];
    size_t n = 0;
    X509_ALGOR_get0(&algorithm, NULL, NULL, TS_MSG_IMPRINT_get_algo(imprint));
    ASN1_OCTET_STRING *said = TS_MSG_IMPRINT_get_msg(imprint);
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        if (OBJ_obj2nid(algorithm) == kinds[i].nid &&
            pl_digest_parts(kinds[i].name, &signature, 1, digest, &n, NULL) == PL_OK)
            return pl_bytes_eq(pl_bytes_of(digest, n),
                               pl_bytes_of(ASN1_STRING_get0_data(said), (size_t)ASN1_STRING_length(said)));
    return false;
}

static bool is_signed_by(const struct pl_sigstore_authority *a, PKCS7 *token, int64_t time)
{
    STACK_OF(X509) *between = NULL;
    X509_STORE *store = is_at(&a->valid, time) ? store_of(a, time, &between) : NULL;
    X509 *signer = NULL;
    bool is_good = store != NULL && TS_RESP_verify_signature(token, between, store, &signer) == 1;
    X509_free(signer);
    X509_STORE_free(store);
    sk_X509_free(between);
    return is_good;
}

pl_status pl_sigstore_check_timestamp(const struct pl_sigstore_root *r, pl_bytes response, pl_bytes signature,
                                      int64_t *time, struct pl_err *err)
{
    const unsigned char *p = response.p;
    TS_RESP *resp = response.n == 0 ? NULL : d2i_TS_RESP(NULL, &p, (long)response.n);
    TS_TST_INFO *info = resp == NULL ? NULL : TS_RESP_get_tst_info(resp);
    PKCS7 *token = resp == NULL ? NULL : TS_RESP_get_token(resp);
    bool is_good = false;
    pl_status st = PL_OK;
    if (info == NULL || token == NULL || !time_of(TS_TST_INFO_get_time(info), time))
        st = not_trusted(err, "the timestamp cannot be read");
    else if (!is_imprint_of(info, signature))
        st = not_trusted(err, "the timestamp is over another signature");
    for (size_t i = 0; i < r->timestampers.n && st == PL_OK && !is_good; i++)
        is_good = is_signed_by(&r->timestampers.v[i], token, *time);
    if (st == PL_OK && !is_good)
        st = not_trusted(err, "the timestamp is not by a trusted authority");
    TS_RESP_free(resp);
    ERR_clear_error();
    return st;
}

/* The text of one of Fulcio's extensions: raw, or a DER UTF8String; NULL when it is not there. */
static const char *extension_text(X509 *x, const char *oid, bool is_raw, struct pl_arena *arena)
{
    ASN1_OBJECT *object = OBJ_txt2obj(oid, 1);
    int at = object == NULL ? -1 : X509_get_ext_by_OBJ(x, object, -1);
    ASN1_OBJECT_free(object);
    if (at < 0)
        return NULL;
    ASN1_OCTET_STRING *data = X509_EXTENSION_get_data(X509_get_ext(x, at));
    const unsigned char *p = ASN1_STRING_get0_data(data);
    int n = ASN1_STRING_length(data);
    ASN1_UTF8STRING *text = is_raw ? NULL : d2i_ASN1_UTF8STRING(NULL, &p, n);
    if (!is_raw && text == NULL)
        return NULL;
    pl_bytes said = is_raw ? pl_bytes_of(p, (size_t)n)
                           : pl_bytes_of(ASN1_STRING_get0_data(text), (size_t)ASN1_STRING_length(text));
    bool is_text = said.n <= MAX_EXTENSION_TEXT && pl_bytes_find_byte(said, 0, 0) == SIZE_MAX;
    const char *out = is_text ? pl_arena_str(arena, said) : NULL;
    ASN1_UTF8STRING_free(text);
    return out;
}

void pl_sigstore_source(X509 *certificate, struct pl_arena *arena, const char *said[3])
{
    static const char *const oids[3] = {"1.3.6.1.4.1.57264.1.12", "1.3.6.1.4.1.57264.1.13",
                                        "1.3.6.1.4.1.57264.1.14"};
    static const char *const older[3] = {
        "1.3.6.1.4.1.57264.1.5", "1.3.6.1.4.1.57264.1.3",
        "1.3.6.1.4.1.57264.1.6"}; /* raw; all that certificates of 2022 have */
    for (int i = 0; i < 3; i++) {
        said[i] = extension_text(certificate, oids[i], false, arena);
        if (said[i] == NULL)
            said[i] = extension_text(certificate, older[i], true, arena);
    }
}

pl_status pl_sigstore_identity(X509 *certificate, struct pl_arena *arena, const char **name,
                               const char **issuer, struct pl_err *err)
{
    GENERAL_NAMES *names = X509_get_ext_d2i(certificate, NID_subject_alt_name, NULL, NULL);
    *name = "";
    for (int i = 0; i < sk_GENERAL_NAME_num(names); i++) {
        int type = 0;
        const ASN1_STRING *text = GENERAL_NAME_get0_value(sk_GENERAL_NAME_value(names, i), &type);
        if (type != GEN_URI && type != GEN_EMAIL)
            continue;
        pl_bytes said = pl_bytes_of(ASN1_STRING_get0_data(text), (size_t)ASN1_STRING_length(text));
        *name = pl_bytes_find_byte(said, 0, 0) == SIZE_MAX && sk_GENERAL_NAME_num(names) == 1
                    ? pl_arena_str(arena, said)
                    : "";
    }
    GENERAL_NAMES_free(names);
    *issuer = extension_text(certificate, ISSUER_OID, false, arena);
    if (*issuer == NULL)
        *issuer = extension_text(certificate, ISSUER_OID_OLD, true, arena);
    if (*issuer == NULL)
        *issuer = "";
    ERR_clear_error();
    return *name == NULL ? pl_arena_fail(arena, err) : PL_OK;
}
