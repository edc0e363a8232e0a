/*
 * openpgp.h - who signed these bytes: gpgv does the cryptography, we decide what counts.
 */
#ifndef PL_SUPPLY_OPENPGP_H
#define PL_SUPPLY_OPENPGP_H

#include "base/arena.h"
#include "base/buf.h"

/* Keys that may sign. Borrowed. */
struct pl_openpgp_keys {
    const char *const *keyrings; /* paths, binary or ASCII-armoured */
    size_t n_keyrings;
    pl_bytes embedded;               /* an ASCII-armoured key, when not empty */
    const char *const *fingerprints; /* when there are some, one of these must have signed; upper-case hex */
    size_t n_fingerprints;
};

/*
 * Check a clearsigned message. *text is what was signed, taken from gpgv's output (so nothing outside the signature gets in), *signer the
 * fingerprint of the primary key; both in `arena`.
 * PL_E_TRUST: no good signature by these keys, a bad one, a weak digest, or text around the message. PL_E_NOT_FOUND: no gpgv.
 */
PL_MUST_USE pl_status pl_openpgp_clearsigned(pl_bytes message, const struct pl_openpgp_keys *keys,
                                             struct pl_arena *arena, pl_bytes *text, const char **signer,
                                             struct pl_err *err);

/* The same for `data` and the detached `signature` over it. */
PL_MUST_USE pl_status pl_openpgp_detached(pl_bytes data, pl_bytes signature,
                                          const struct pl_openpgp_keys *keys, struct pl_arena *arena,
                                          const char **signer, struct pl_err *err);

/*
 * Append the bytes inside ASCII armour (RFC 9580 section 6) to `out`. The checksum line is not checked: it protects
 * against accidents only. PL_E_INPUT when there is no armour or it is damaged.
 */
PL_MUST_USE pl_status pl_openpgp_dearmor(pl_bytes armoured, struct pl_buf *out, struct pl_err *err);

#endif
