/*
 * key.h - keys that sign and keys that check: Ed25519 (RFC 8032) and ECDSA on P-256 with SHA-256 (FIPS 186-5).
 *
 * Files are PEM (RFC 7468): PKCS#8, possibly encrypted, for private keys; SubjectPublicKeyInfo for public ones; so that openssl makes and
 * reads them too. A key's id is "sha256:" and the hex SHA-256 of its DER SubjectPublicKeyInfo (RFC 5280, section 4.1.2.7).
 */
#ifndef PL_ATTEST_KEY_H
#define PL_ATTEST_KEY_H

#include "base/buf.h"
#include "base/digest.h"

enum pl_key_kind { PL_KEY_ED25519, PL_KEY_P256 };

#define PL_KEY_ID_BYTES        (7u + PL_SHA256_HEX_BYTES)
#define PL_KEY_RAW_BYTES       32u
#define PL_KEY_FILE_MAX_BYTES  (64u << 10)
#define PL_KEY_SIGNATURE_BYTES 80u /* room for any signature: a DER one on P-256 has up to 72 */

struct pl_key;

/* A new private key. Heap handles all: pl_key_free(). */
PL_MUST_USE pl_status pl_key_new(enum pl_key_kind kind, struct pl_key **out, struct pl_err *err);
/* Ed25519 from its 32 bytes of seed, or of public key. */
PL_MUST_USE pl_status pl_key_of_seed(const uint8_t seed[PL_KEY_RAW_BYTES], struct pl_key **out,
                                     struct pl_err *err);
PL_MUST_USE pl_status pl_key_of_raw(const uint8_t raw[PL_KEY_RAW_BYTES], struct pl_key **out,
                                    struct pl_err *err);
/* From DER SubjectPublicKeyInfo. PL_E_UNSUPPORTED for other kinds of keys. */
PL_MUST_USE pl_status pl_key_of_spki(pl_bytes der, struct pl_key **out, struct pl_err *err);
/*
 * The first private or public key of a PEM text. `passphrase` is for an encrypted one; no bytes when there is none. PL_E_INPUT when there is
 * no key in it, PL_E_UNSUPPORTED for other kinds of keys, PL_E_TRUST when the passphrase is missing or wrong.
 */
PL_MUST_USE pl_status pl_key_of_pem(pl_bytes pem, pl_bytes passphrase, struct pl_key **out,
                                    struct pl_err *err);
void pl_key_free(struct pl_key *k); /* accepts NULL */

/* PEM of the private key, encrypted (PBES2: PBKDF2 with 600,000 rounds of HMAC-SHA-256, AES-256-CBC) when there is a passphrase; of the public key. */
PL_MUST_USE pl_status pl_key_private_pem(const struct pl_key *k, pl_bytes passphrase, struct pl_buf *out,
                                         struct pl_err *err);
PL_MUST_USE pl_status pl_key_public_pem(const struct pl_key *k, struct pl_buf *out, struct pl_err *err);

const char *pl_key_id(const struct pl_key *k); /* lives as long as the key */
enum pl_key_kind pl_key_kind(const struct pl_key *k);
const char *pl_key_kind_name(enum pl_key_kind kind); /* "ed25519", "p256" */
bool pl_key_is_private(const struct pl_key *k);
/* DER SubjectPublicKeyInfo; the caller frees *der with OPENSSL_free(). */
PL_MUST_USE pl_status pl_key_spki(const struct pl_key *k, unsigned char **der, size_t *n, struct pl_err *err);
const pl_sha256 *pl_key_spki_sha256(const struct pl_key *k);
/* The 32 bytes of an Ed25519 public key; false for other kinds. */
bool pl_key_raw(const struct pl_key *k, uint8_t out[PL_KEY_RAW_BYTES]);

/* Sign; P-256 gives DER (RFC 3279, section 2.2.3). PL_E_USAGE for a public key. */
PL_MUST_USE pl_status pl_key_sign(const struct pl_key *k, pl_bytes message,
                                  uint8_t out[PL_KEY_SIGNATURE_BYTES], size_t *n, struct pl_err *err);
/* Is it a good signature? On P-256 a DER one, or the 64 bytes r and s. */
bool pl_key_verify(const struct pl_key *k, pl_bytes message, pl_bytes signature);

/*
 * Read a key file. A file with a private key that others than its owner may read or write, or that belongs to somebody else, is PL_E_TRUST.
 * `passphrase_file` (may be NULL) holds the passphrase in its first line, and is held to the same rule.
 */
PL_MUST_USE pl_status pl_key_read(const char *path, const char *passphrase_file, struct pl_key **out,
                                  struct pl_err *err);
/* Read the passphrase; *out is on the heap with *n bytes and may be NULL when `file` is NULL. The caller wipes and frees it. */
PL_MUST_USE pl_status pl_passphrase_read(const char *file, uint8_t **out, size_t *n, struct pl_err *err);
void pl_passphrase_free(uint8_t *p, size_t n);

#endif
