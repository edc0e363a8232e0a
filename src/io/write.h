/*
 * write.h - files that are either whole or not there.
 *
 * A writing goes to a temporary file in the same folder; commit makes it durable and renames it over `path`. Anything else, a
 * crash too, leaves what was at `path` as it was.
 */
#ifndef PL_IO_WRITE_H
#define PL_IO_WRITE_H

#include "base/bytes.h"
#include "base/status.h"

struct pl_writing;

/* Start writing; the folder must exist. `mode` are permission bits; the umask is not applied. */
PL_MUST_USE pl_status pl_writing_open(const char *path, unsigned mode, struct pl_writing **out,
                                      struct pl_err *err);
PL_MUST_USE pl_status pl_writing_add(struct pl_writing *w, pl_bytes data, struct pl_err *err);
/* Forget what was added, start again from nothing. */
PL_MUST_USE pl_status pl_writing_restart(struct pl_writing *w, struct pl_err *err);
/* fsync, rename, fsync of the folder. On failure nothing is left behind. The writing must still be closed. */
PL_MUST_USE pl_status pl_writing_commit(struct pl_writing *w, struct pl_err *err);
/* Same, under another name in any existing folder of the same file system. */
PL_MUST_USE pl_status pl_writing_commit_as(struct pl_writing *w, const char *path, struct pl_err *err);
/* Free; what was not committed is removed. Accepts NULL. */
void pl_writing_close(struct pl_writing *w);

/* All of the above in one call. */
PL_MUST_USE pl_status pl_io_write(const char *path, unsigned mode, pl_bytes data, struct pl_err *err);

/* All of `data` to an open file, however many calls that takes; false, and errno says why. */
bool pl_io_put(int fd, pl_bytes data);

/* Make a folder and those above it that are missing, with mode 0777 less the umask. */
PL_MUST_USE pl_status pl_io_mkdirs(const char *path, struct pl_err *err);
/* The same for the folder that `path`, a file, will be in. */
PL_MUST_USE pl_status pl_io_mkdirs_above(const char *path, struct pl_err *err);

/* The folder that a file is in, on the heap: "." where its path names none. NULL when out of memory. */
char *pl_io_folder_of(const char *path);

#endif
