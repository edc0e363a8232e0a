/*
 * dsse.h - DSSE envelopes (secure-systems-lab/dsse 1.0.2): bytes, their type, and signatures over both.
 *
 *     PAE = "DSSEv1" SP LEN(type) SP type SP LEN(payload) SP payload        LEN in decimal
 *     {"payloadType": type, "payload": base64, "signatures": [{"sig": base64 of Sign(PAE)}]}
 */
#ifndef PL_ATTEST_DSSE_H
#define PL_ATTEST_DSSE_H

#include "attest/key.h"
#include "base/arena.h"
#include "base/vec.h"

#define PL_DSSE_MAX_SIGNATURES 64u
#define PL_DSSE_MAX_BYTES      ((size_t)2 << 30)
#define PL_DSSE_IN_TOTO        "application/vnd.in-toto+json"

struct pl_dsse_signature {
    pl_bytes keyid; /* a hint that nobody vouches for; no bytes when there is none */
    pl_bytes sig;
};

/* An envelope as it was read. What is signed and what is parsed are the same bytes: payload lies in pae. */
struct pl_dsse {
    struct pl_arena arena; /* of everything below but pae */
    struct pl_buf buffer;
    pl_bytes pae;
    pl_bytes type;
    pl_bytes payload;
    PL_VEC(struct pl_dsse_signature) signatures;
};

/* Append the pre-authentication encoding. */
void pl_dsse_pae(pl_bytes type, pl_bytes payload, struct pl_buf *out);

/* Read one; nothing is checked yet. The JSON text may go afterwards. PL_E_INPUT when it is none. */
PL_MUST_USE pl_status pl_dsse_read(pl_bytes json, struct pl_dsse *out, struct pl_err *err);
void pl_dsse_reset(struct pl_dsse *d);

/*
 * Did at least `threshold` distinct keys of `keys` sign? is_good[i] says of each key whether it did. A signature with a keyid counts only for
 * the key of that id, or of that name in `names` (NULL, or one each; NULL entries are allowed). PL_E_TRUST when they are too few.
 */
PL_MUST_USE pl_status pl_dsse_verify(const struct pl_dsse *d, struct pl_key *const *keys,
                                     const char *const *names, size_t n, size_t threshold, bool *is_good,
                                     struct pl_err *err);

/*
 * Append the envelope of `payload`, signed by each key, and a line end. No keyid is written: nobody vouches for it, and so nothing in the
 * envelope can be changed without the signature failing.
 */
PL_MUST_USE pl_status pl_dsse_write(pl_bytes type, pl_bytes payload, struct pl_key *const *keys, size_t n,
                                    struct pl_buf *out, struct pl_err *err);

#endif
