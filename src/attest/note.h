/*
 * note.h - signed notes and checkpoints (C2SP signed-note 1.0.0, tlog-checkpoint 1.0.0).
 *
 *     text, whose every line ends in LF
 *                                                     an empty line
 *     — NAME base64(key id, 4 bytes | signature)      one line a signature
 */
#ifndef PL_ATTEST_NOTE_H
#define PL_ATTEST_NOTE_H

#include "attest/key.h"

#define PL_NOTE_MAX_BYTES      1000000u
#define PL_NOTE_MAX_SIGNATURES 64u
#define PL_NOTE_MAX_NAME       256u

/* A key as a note knows it. */
struct pl_note_key {
    pl_bytes name; /* borrowed; no bytes: a key of any name */
    const struct pl_key *key;
};

/* The four bytes by which a note names a key. Ed25519: of SHA-256(name | LF | 01 | public key); P-256: of SHA-256(SubjectPublicKeyInfo). */
PL_MUST_USE pl_status pl_note_key_id(pl_bytes name, const struct pl_key *key, uint8_t out[4],
                                     struct pl_err *err);
/* A verifier key as text, "NAME+HEX+BASE64" with an Ed25519 key. The name is a view of `vkey`. */
PL_MUST_USE pl_status pl_note_vkey_read(pl_bytes vkey, pl_bytes *name, struct pl_key **out,
                                        struct pl_err *err);
PL_MUST_USE pl_status pl_note_vkey_write(pl_bytes name, const struct pl_key *key, struct pl_buf *out,
                                         struct pl_err *err);
/* May a key be called so? Not empty, no blanks, no plus sign. */
bool pl_note_is_name(pl_bytes name);

/*
 * Read a note that at least one of `keys` signed. *text is a view of `note`, with its last LF; *which (may be NULL) the index of the first key that
 * signed. PL_E_INPUT when it is no note; PL_E_TRUST when no known key signed it, or a known key's signature does not fit.
 */
PL_MUST_USE pl_status pl_note_open(pl_bytes note, const struct pl_note_key *keys, size_t n, pl_bytes *text,
                                   size_t *which, struct pl_err *err);
/* Append the note of `text` (which ends in LF), signed by `key` under `name`. */
PL_MUST_USE pl_status pl_note_sign(pl_bytes text, pl_bytes name, const struct pl_key *key, struct pl_buf *out,
                                   struct pl_err *err);

/* What a checkpoint says; views of its text. */
struct pl_checkpoint {
    pl_bytes origin;
    uint64_t size;
    pl_sha256 root;
};

PL_MUST_USE pl_status pl_checkpoint_read(pl_bytes text, struct pl_checkpoint *out, struct pl_err *err);
void pl_checkpoint_write(const struct pl_checkpoint *c, struct pl_buf *out);

#endif
