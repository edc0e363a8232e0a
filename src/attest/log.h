/*
 * log.h - a transparency log in a folder: it only grows, and anyone can check that with the files alone.
 *
 * The state is the checkpoint, which is replaced in one step; tiles that it does not count are nobody's. One writer at a time: a lock on DIR/.lock,
 * which goes with its process.
 */
#ifndef PL_ATTEST_LOG_H
#define PL_ATTEST_LOG_H

#include "attest/note.h"
#include "attest/tiles.h"

/* A log as its checkpoint has it. */
struct pl_log {
    const char *dir; /* borrowed */
    uint8_t *heap;   /* the checkpoint file */
    size_t n;
    struct pl_checkpoint at; /* views of heap */
    size_t signed_by;        /* index of the key */
};

/*
 * Read and check the checkpoint. PL_E_NOT_FOUND when there is none, PL_E_TRUST when none of `keys` signed it. A key without a name stands for
 * any origin.
 */
PL_MUST_USE pl_status pl_log_open(const char *dir, const struct pl_note_key *keys, size_t n,
                                  struct pl_log *out, struct pl_err *err);
void pl_log_close(struct pl_log *l);

/*
 * Append entries and sign the new checkpoint. A folder without a log becomes one called `origin` (NULL: a name made of the key's id). *first is the index of
 * the first entry. Work and memory do not depend on the size of the log. PL_E_TRUST when the checkpoint is not by `key`, or the tiles do not
 * give its root.
 */
PL_MUST_USE pl_status pl_log_append(const char *dir, const char *origin, const struct pl_key *key,
                                    const pl_bytes *entries, size_t n, uint64_t *first, struct pl_err *err);

/* Where the leaf stands, the last one when it stands there often; PL_E_TRUST when it does not. Reads the lowest level, 32 bytes an entry. */
PL_MUST_USE pl_status pl_log_find(const struct pl_log *l, const pl_sha256 *leaf, uint64_t *index,
                                  struct pl_err *err);
/* The inclusion proof of a leaf; `proof` has room for PL_MERKLE_MAX_HEIGHT. */
PL_MUST_USE pl_status pl_log_prove(const struct pl_log *l, uint64_t index, pl_sha256 *proof, size_t *n,
                                   struct pl_err *err);

/* The hash over leaves [0, size) of the log's tiles, all of which are read and compared: entries with leaves, leaves with the levels above. */
PL_MUST_USE pl_status pl_log_audit(const struct pl_log *l, uint64_t old_size, pl_sha256 *old_root,
                                   struct pl_err *err);

/* The entry for a statement: its digest and that of its first subject. */
PL_MUST_USE pl_status pl_log_entry(pl_bytes statement, const pl_sha256 *subject, struct pl_buf *out,
                                   struct pl_err *err);

#endif
