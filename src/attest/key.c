/*
 * key.c - keys over libcrypto: making, signing, checking.
 */
#include "attest/key_private.h"

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/x509.h>
#include <stdlib.h>
#include <string.h>

#define P256_HALF_BYTES 32

static bool is_p256(const EVP_PKEY *pkey)
{
    char group[64] = "";
    size_t n = 0;
    return EVP_PKEY_get_base_id(pkey) == EVP_PKEY_EC &&
           EVP_PKEY_get_group_name((EVP_PKEY *)pkey, group, sizeof group, &n) == 1 &&
           strcmp(group, "prime256v1") == 0;
}

pl_status pl_key_of_pkey(EVP_PKEY *pkey, bool is_private, struct pl_key **out, struct pl_err *err)
{
    unsigned char *der = NULL;
    struct pl_key *k = calloc(1, sizeof *k);
    if (k == NULL) {
        EVP_PKEY_free(pkey);
        return pl_fail_nomem(err);
    }
    k->pkey = pkey;
    k->is_private = is_private;
    k->kind = EVP_PKEY_get_base_id(pkey) == EVP_PKEY_ED25519 ? PL_KEY_ED25519 : PL_KEY_P256;
    if (k->kind == PL_KEY_P256 && !is_p256(pkey)) {
        pl_key_free(k);
        return pl_fail(err, PL_E_UNSUPPORTED, PL_NO_OFFSET, "key: neither Ed25519 nor ECDSA on P-256");
    }
    int n = i2d_PUBKEY(pkey, &der);
    pl_status st = n <= 0 ? pl_fail_nomem(err) : pl_sha256_of(pl_bytes_of(der, (size_t)n), &k->spki, err);
    OPENSSL_free(der);
    if (st != PL_OK) {
        pl_key_free(k);
        return st;
    }
    memcpy(k->id, "sha256:", 7);
    pl_hex(k->spki.b, PL_SHA256_BYTES, k->id + 7);
    *out = k;
    return PL_OK;
}

pl_status pl_key_new(enum pl_key_kind kind, struct pl_key **out, struct pl_err *err)
{
    EVP_PKEY *pkey = kind == PL_KEY_ED25519 ? EVP_PKEY_Q_keygen(NULL, NULL, "ED25519") : EVP_EC_gen("P-256");
    if (pkey == NULL)
        return pl_fail(err, PL_E_NOMEM, PL_NO_OFFSET, "key: libcrypto could not make one");
    return pl_key_of_pkey(pkey, true, out, err);
}

pl_status pl_key_of_seed(const uint8_t seed[PL_KEY_RAW_BYTES], struct pl_key **out, struct pl_err *err)
{
    EVP_PKEY *pkey = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, seed, PL_KEY_RAW_BYTES);
    return pkey == NULL ? pl_fail_nomem(err) : pl_key_of_pkey(pkey, true, out, err);
}

pl_status pl_key_of_raw(const uint8_t raw[PL_KEY_RAW_BYTES], struct pl_key **out, struct pl_err *err)
{
    EVP_PKEY *pkey = EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, raw, PL_KEY_RAW_BYTES);
    return pkey == NULL ? pl_fail_nomem(err) : pl_key_of_pkey(pkey, false, out, err);
}

pl_status pl_key_of_spki(pl_bytes der, struct pl_key **out, struct pl_err *err)
{
    const unsigned char *p = der.p;
    EVP_PKEY *pkey = der.n == 0 || der.n > PL_KEY_FILE_MAX_BYTES ? NULL : d2i_PUBKEY(NULL, &p, (long)der.n);
    if (pkey == NULL || p != der.p + der.n) {
        EVP_PKEY_free(pkey);
        return pl_fail(err, PL_E_INPUT, PL_NO_OFFSET, "key: not a SubjectPublicKeyInfo");
    }
    return pl_key_of_pkey(pkey, false, out, err);
}

void pl_key_free(struct pl_key *k)
{
    if (k != NULL)
        EVP_PKEY_free(k->pkey);
    free(k);
}

const char *pl_key_id(const struct pl_key *k)
{
    return k->id;
}

enum pl_key_kind pl_key_kind(const struct pl_key *k)
{
    return k->kind;
}

const char *pl_key_kind_name(enum pl_key_kind kind)
{
    return kind == PL_KEY_ED25519 ? "ed25519" : "p256";
}

bool pl_key_is_private(const struct pl_key *k)
{
    return k->is_private;
}

const pl_sha256 *pl_key_spki_sha256(const struct pl_key *k)
{
    return &k->spki;
}

pl_status pl_key_spki(const struct pl_key *k, unsigned char **der, size_t *n, struct pl_err *err)
{
    int size = i2d_PUBKEY(k->pkey, der);
    if (size <= 0)
        return pl_fail_nomem(err);
    *n = (size_t)size;
    return PL_OK;
}

bool pl_key_raw(const struct pl_key *k, uint8_t out[PL_KEY_RAW_BYTES])
{
    size_t n = PL_KEY_RAW_BYTES;
    return k->kind == PL_KEY_ED25519 && EVP_PKEY_get_raw_public_key(k->pkey, out, &n) == 1 &&
           n == PL_KEY_RAW_BYTES;
}

static const EVP_MD *digest_of(const struct pl_key *k)
{
    return k->kind == PL_KEY_ED25519 ? NULL : EVP_sha256();
}

pl_status pl_key_sign(const struct pl_key *k, pl_bytes message, uint8_t out[PL_KEY_SIGNATURE_BYTES],
                      size_t *n, struct pl_err *err)
{
    size_t room = PL_KEY_SIGNATURE_BYTES;
    if (!k->is_private)
        return pl_fail(err, PL_E_USAGE, PL_NO_OFFSET, "a public key cannot sign");
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    bool is_done = ctx != NULL && EVP_DigestSignInit(ctx, NULL, digest_of(k), NULL, k->pkey) == 1 &&
                   EVP_DigestSign(ctx, out, &room, message.p, message.n) == 1;
    EVP_MD_CTX_free(ctx);
    if (!is_done)
        return pl_fail(err, PL_E_NOMEM, PL_NO_OFFSET, "key: libcrypto could not sign");
    *n = room;
    return PL_OK;
}

static bool verify_der(const struct pl_key *k, pl_bytes message, pl_bytes signature)
{
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    bool is_good = ctx != NULL && EVP_DigestVerifyInit(ctx, NULL, digest_of(k), NULL, k->pkey) == 1 &&
                   EVP_DigestVerify(ctx, signature.p, signature.n, message.p, message.n) == 1;
    EVP_MD_CTX_free(ctx);
    return is_good;
}

/* r and s, 32 bytes each, as some tools write them (IEEE P1363). */
static bool verify_raw(const struct pl_key *k, pl_bytes message, pl_bytes signature)
{
    unsigned char *der = NULL;
    ECDSA_SIG *sig = ECDSA_SIG_new();
    BIGNUM *r = BN_bin2bn(signature.p, P256_HALF_BYTES, NULL);
    BIGNUM *s = BN_bin2bn(signature.p + P256_HALF_BYTES, P256_HALF_BYTES, NULL);
    bool is_good = false;
    if (sig != NULL && r != NULL && s != NULL && ECDSA_SIG_set0(sig, r, s) == 1) {
        int n = i2d_ECDSA_SIG(sig, &der);
        is_good = n > 0 && verify_der(k, message, pl_bytes_of(der, (size_t)n));
    } else {
        BN_free(r);
        BN_free(s);
    }
    OPENSSL_free(der);
    ECDSA_SIG_free(sig);
    return is_good;
}

bool pl_key_verify(const struct pl_key *k, pl_bytes message, pl_bytes signature)
{
    if (signature.n == 0 || signature.n > PL_KEY_SIGNATURE_BYTES)
        return false;
    if (k->kind == PL_KEY_P256 && signature.n == (size_t)2 * P256_HALF_BYTES &&
        verify_raw(k, message, signature))
        return true;
    return verify_der(k, message, signature);
}
