/*
 * digest.h - digests over libcrypto: sha256, git blob ids (sha1), md5 for dpkg's md5sums.
 *
 * md5 and sha1 name things here; they never prove anything.
 */
#ifndef PL_BASE_DIGEST_H
#define PL_BASE_DIGEST_H

#include "base/bytes.h"
#include "base/status.h"

#define PL_SHA256_BYTES     32u
#define PL_SHA1_BYTES       20u
#define PL_MD5_BYTES        16u
#define PL_SHA256_HEX_BYTES 65u /* with NUL */

typedef struct pl_sha256 {
    uint8_t b[PL_SHA256_BYTES];
} pl_sha256;

typedef struct pl_sha1 {
    uint8_t b[PL_SHA1_BYTES];
} pl_sha1;

typedef struct pl_md5 {
    uint8_t b[PL_MD5_BYTES];
} pl_md5;

PL_MUST_USE pl_status pl_sha256_of(pl_bytes data, pl_sha256 *out, struct pl_err *err);
/* The id git gives a file of these bytes: sha1("blob " + decimal size + NUL + bytes). gitformat-pack(5). */
PL_MUST_USE pl_status pl_git_blob_of(pl_bytes data, pl_sha1 *out, struct pl_err *err);
PL_MUST_USE pl_status pl_md5_of(pl_bytes data, pl_md5 *out, struct pl_err *err);

#define PL_DIGEST_MAX_BYTES 64u

/*
 * Digest of several parts, one after the other, by an algorithm that a signature names: "SHA1", "SHA256", "SHA384", "SHA512", "MD5". `out`
 * has PL_DIGEST_MAX_BYTES; *n are used. PL_E_UNSUPPORTED when libcrypto does not have it.
 */
PL_MUST_USE pl_status pl_digest_parts(const char *algorithm, const pl_bytes *parts, size_t n_parts,
                                      uint8_t *out, size_t *n, struct pl_err *err);

/* Running sha256. open gives a heap handle; close accepts NULL. */
struct pl_sha256_run;
PL_MUST_USE pl_status pl_sha256_open(struct pl_sha256_run **out, struct pl_err *err);
PL_MUST_USE pl_status pl_sha256_add(struct pl_sha256_run *run, pl_bytes data, struct pl_err *err);
PL_MUST_USE pl_status pl_sha256_end(struct pl_sha256_run *run, pl_sha256 *out, struct pl_err *err);
void pl_sha256_close(struct pl_sha256_run *run);

/* Lower-case hex with NUL; `out` has 2 n + 1 bytes. */
void pl_hex(const uint8_t *p, size_t n, char *out);
/* Exactly n bytes from 2 n hex digits of either case; false on anything else. */
bool pl_unhex(pl_bytes hex, uint8_t *out, size_t n);
bool pl_sha256_eq(const pl_sha256 *a, const pl_sha256 *b);

#endif
