/*
 * cache.h - what was fetched once: blobs named by their sha256, and the last good release files.
 *
 *     blobs/ab/cdef...                    bytes whose sha256 is abcdef...
 *     releases/<sha256 of URL>/InRelease  what that URL held, and beside it what the server said about it
 *     derived/<sha256>-<form>             what was made of the blob of that digest, behind its own sha256
 *
 * Many processes may use one cache: files appear whole, by rename, and never change.
 */
#ifndef PL_SUPPLY_CACHE_H
#define PL_SUPPLY_CACHE_H

#include "base/buf.h"
#include "base/digest.h"
#include "io/read.h"

struct pl_cache;

/* The folder is made at the first write. NULL: $XDG_CACHE_HOME/plumbline, else ~/.cache/plumbline. */
PL_MUST_USE pl_status pl_cache_open(const char *dir, struct pl_cache **out, struct pl_err *err);
void pl_cache_close(struct pl_cache *c); /* accepts NULL */
const char *pl_cache_dir(const struct pl_cache *c);

/*
 * Map the blob of that digest, after reading it through. A blob that does not have its digest is removed and counts
 * as absent; *was_bad says so. PL_E_NOT_FOUND when absent (err then says nothing useful). The caller closes *out.
 */
PL_MUST_USE pl_status pl_cache_get(struct pl_cache *c, const pl_sha256 *digest, struct pl_mapping *out,
                                   bool *was_bad, struct pl_err *err);

/* A blob being written. What is not finished is removed by close, which accepts NULL. */
struct pl_cache_put;
PL_MUST_USE pl_status pl_cache_put_open(struct pl_cache *c, const pl_sha256 *digest,
                                        struct pl_cache_put **out, struct pl_err *err);
PL_MUST_USE pl_status pl_cache_put_add(struct pl_cache_put *put, pl_bytes data, struct pl_err *err);
PL_MUST_USE pl_status pl_cache_put_restart(struct pl_cache_put *put, struct pl_err *err);
/*
 * Publish it under its digest. PL_E_TRUST when the bytes have another one; *got (may be NULL) is the digest they have.
 */
PL_MUST_USE pl_status pl_cache_put_finish(struct pl_cache_put *put, pl_sha256 *got, struct pl_err *err);
uint64_t pl_cache_put_bytes(const struct pl_cache_put *put);
void pl_cache_put_close(struct pl_cache_put *put);

/* A small named file about a URL; PL_E_NOT_FOUND when absent. *heap is the caller's to free. */
PL_MUST_USE pl_status pl_cache_note_read(struct pl_cache *c, const char *url, const char *name,
                                         uint64_t max_bytes, uint8_t **heap, size_t *n, struct pl_err *err);
PL_MUST_USE pl_status pl_cache_note_write(struct pl_cache *c, const char *url, const char *name,
                                          pl_bytes data, struct pl_err *err);
/* That the server does not have a URL, and whether it said so in the last `seconds`: what is not there today may be tomorrow. */
PL_MUST_USE pl_status pl_cache_absent_write(struct pl_cache *c, const char *url, struct pl_err *err);
bool pl_cache_is_absent(struct pl_cache *c, const char *url, uint64_t seconds);
/* Where such a file is, for programs that want a path; the caller frees. NULL when out of memory. */
char *pl_cache_note_path(struct pl_cache *c, const char *url, const char *name);

/*
 * What was made of the bytes of digest `of`. It stands behind its own sha256, which finds damage and not malice: whoever can write the
 * cache can write both. PL_E_NOT_FOUND when absent or damaged. *heap is the caller's to free.
 */
PL_MUST_USE pl_status pl_cache_derived_read(struct pl_cache *c, const pl_sha256 *of, const char *form,
                                            uint8_t **heap, size_t *n, struct pl_err *err);
PL_MUST_USE pl_status pl_cache_derived_write(struct pl_cache *c, const pl_sha256 *of, const char *form,
                                             pl_bytes derived, struct pl_err *err);

#endif
