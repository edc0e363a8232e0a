/*
 * tiles.h - the files of a log on disk (C2SP tlog-tiles 0.1.0).
 *
 *     checkpoint
 *     tile/LEVEL/N[.p/WIDTH]      256 hashes, or WIDTH of them at the end of a level
 *     tile/entries/N[.p/WIDTH]    (length, 2 bytes big endian | entry) for each of the same leaves
 *
 * N in groups of three digits, all but the last with an x before them: 1234067 is x001/x234/067.
 */
#ifndef PL_ATTEST_TILES_H
#define PL_ATTEST_TILES_H

#include "attest/merkle.h"
#include "base/buf.h"

#define PL_TILE_WIDTH       256u
#define PL_TILE_LEVELS      8u
#define PL_TILE_ENTRIES     UINT32_MAX /* as a level: the entries */
#define PL_TILE_PATH_BYTES  4096u
#define PL_ENTRY_MAX_BYTES  65535u
#define PL_BUNDLE_MAX_BYTES (PL_TILE_WIDTH * (PL_ENTRY_MAX_BYTES + 2u))

/* The path of a tile below `dir`. `width` of PL_TILE_WIDTH is a full one. PL_E_LIMIT when it is too long. */
PL_MUST_USE pl_status pl_tile_path(const char *dir, uint32_t level, uint64_t n, unsigned width,
                                   char out[PL_TILE_PATH_BYTES], struct pl_err *err);
/* Read the hashes of a tile: exactly `width`. PL_E_INPUT when the file has another size. A full tile stands in for a narrower one. */
PL_MUST_USE pl_status pl_tile_read(const char *dir, uint32_t level, uint64_t n, unsigned width,
                                   pl_sha256 out[PL_TILE_WIDTH], struct pl_err *err);
PL_MUST_USE pl_status pl_tile_write(const char *dir, uint32_t level, uint64_t n, unsigned width,
                                    const pl_sha256 *hashes, struct pl_err *err);
/* The bundle of entries of `width` leaves, appended to `out`. */
PL_MUST_USE pl_status pl_bundle_read(const char *dir, uint64_t n, unsigned width, struct pl_buf *out,
                                     struct pl_err *err);
PL_MUST_USE pl_status pl_bundle_write(const char *dir, uint64_t n, unsigned width, pl_bytes bundle,
                                      struct pl_err *err);
/* Take the next entry off the front; false at the end and when it is cut short (*rest is not empty then). */
bool pl_bundle_next(pl_bytes *rest, pl_bytes *entry);
/* Any file of the log, whole or not at all. What is not finished yet stands in `dir` itself under a name of its own. */
#define PL_LOG_UNFINISHED ".unfinished"
PL_MUST_USE pl_status pl_log_write(const char *dir, const char *path, pl_bytes data, struct pl_err *err);
/* Remove what killed writers left; the caller holds the lock. */
void pl_log_sweep(const char *dir);
/* A narrower tile that nobody needs any more; that it is not there is no error. */
void pl_tile_forget(const char *dir, uint32_t level, uint64_t n, unsigned width);

#endif
