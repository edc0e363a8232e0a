/*
 * npm_keys.c - registry signatures.
 *
 *     GET /-/npm/v1/keys  ->  {"keys": [{"keyid": "SHA256:…", "keytype": "ecdsa-sha2-nistp256", "key": base64 of SubjectPublicKeyInfo}]}
 *     dist.signatures     ->  [{"keyid": "SHA256:…", "sig": base64 of a DER ECDSA-Sig-Value}]   over "name@version:integrity"
 *
 * A key's expiry is not judged: what was signed before it stays signed, and when it was signed the version document does not say.
 * Source: npm docs "ECDSA registry signatures"; RFC 5480, RFC 3279 section 2.2.3.
 */
#include "supply/npm_keys.h"

#include "base/base64.h"

#include <openssl/evp.h>
#include <openssl/x509.h>
#include <string.h>

#define MAX_DER_BYTES 4096u

/* The key as OpenSSL has it; NULL when it is not a key on P-256. */
static EVP_PKEY *read_key(const struct pl_npm_key *key)
{
    struct pl_buf der;
    EVP_PKEY *out = NULL;
    char group[64] = "";
    size_t n = 0;
    pl_buf_init(&der, MAX_DER_BYTES);
    if (pl_bytes_eq_str(key->keytype, "ecdsa-sha2-nistp256") && pl_base64_decode(key->key, &der) &&
        der.n > 0 && der.why == PL_OK) {
        const unsigned char *p = der.p;
        out = d2i_PUBKEY(NULL, &p, (long)der.n);
    }
    if (out != NULL &&
        (EVP_PKEY_get_base_id(out) != EVP_PKEY_EC ||
         EVP_PKEY_get_group_name(out, group, sizeof group, &n) != 1 || strcmp(group, "prime256v1") != 0)) {
        EVP_PKEY_free(out);
        out = NULL;
    }
    pl_buf_reset(&der);
    return out;
}

static bool is_good(EVP_PKEY *key, pl_bytes signature64, pl_bytes message)
{
    struct pl_buf der;
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    bool good = false;
    pl_buf_init(&der, MAX_DER_BYTES);
    if (ctx != NULL && pl_base64_decode(signature64, &der) && der.n > 0 && der.why == PL_OK)
        good = EVP_DigestVerifyInit(ctx, NULL, EVP_sha256(), NULL, key) == 1 &&
               EVP_DigestVerify(ctx, der.p, der.n, message.p, message.n) == 1;
    EVP_MD_CTX_free(ctx);
    pl_buf_reset(&der);
    return good;
}

static const struct pl_npm_key *find_key(const struct pl_npm_key *keys, size_t n, pl_bytes keyid)
{
    for (size_t i = 0; i < n; i++)
        if (pl_bytes_eq(keys[i].keyid, keyid) && keyid.n > 0)
            return &keys[i];
    return NULL;
}

pl_status pl_npm_verify(const struct pl_npm_signature *signatures, size_t n_signatures,
                        const struct pl_npm_key *keys, size_t n_keys, pl_bytes message,
                        struct pl_arena *arena, const char **keyid, struct pl_err *err)
{
    bool is_known = false;
    for (size_t i = 0; i < n_signatures; i++) {
        pl_bytes id = signatures[i].keyid;
        const struct pl_npm_key *listed = find_key(keys, n_keys, id);
        EVP_PKEY *key = listed == NULL ? NULL : read_key(listed);
        is_known |= listed != NULL;
        if (key == NULL)
            continue;
        bool good = is_good(key, signatures[i].sig, message);
        EVP_PKEY_free(key);
        if (!good)
            return pl_fail(err, PL_E_TRUST, PL_NO_OFFSET,
                           "the registry's signature by %.*s does not fit %.*s", PL_ARG(id), PL_ARG(message));
        *keyid = pl_arena_str(arena, id);
        return *keyid == NULL ? pl_arena_fail(arena, err) : PL_OK;
    }
    if (is_known)
        return pl_fail(err, PL_E_UNSUPPORTED, PL_NO_OFFSET,
                       "the registry signs with a kind of key that is not known here");
    return pl_fail(err, PL_E_TRUST, PL_NO_OFFSET, "signed by a key that the registry does not list");
}
