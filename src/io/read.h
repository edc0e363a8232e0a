/*
 * read.h - whole files: copied to the heap, or mapped when nobody else writes them.
 */
#ifndef PL_IO_READ_H
#define PL_IO_READ_H

#include "base/bytes.h"
#include "base/status.h"

/*
 * All of a file (a pipe or device too, up to `max_bytes`) on the heap; *heap is owned by the caller, who frees it, and is never
 * NULL on PL_OK. "-" is standard input. PL_E_NOT_FOUND, PL_E_LIMIT, PL_E_IO, PL_E_NOMEM; err names the path.
 */
PL_MUST_USE pl_status pl_io_read(const char *path, uint64_t max_bytes, uint8_t **heap, size_t *n,
                                 struct pl_err *err);
/* Open it for reading; the caller closes *fd. "-" is standard input. PL_E_NOT_FOUND, PL_E_IO; err names the path. */
PL_MUST_USE pl_status pl_io_open(const char *path, int *fd, struct pl_err *err);
/* pl_io_read() of an open file, from where it stands; it stays open. Err names nothing. */
PL_MUST_USE pl_status pl_io_read_fd(int fd, uint64_t max_bytes, uint8_t **heap, size_t *n,
                                    struct pl_err *err);
/* The same for `name` in the open folder `dir_fd`, never through a symlink. */
PL_MUST_USE pl_status pl_io_read_at(int dir_fd, const char *name, uint64_t max_bytes, uint8_t **heap,
                                    size_t *n, struct pl_err *err);

/* A file seen as memory, read-only. Valid until close. */
struct pl_mapping {
    pl_bytes bytes;
    void *base; /* NULL for an empty file */
};

/*
 * Map a regular file. Only for files that nobody cuts short meanwhile (the cache: its blobs never change); who maps another's
 * file can be killed by him. Errors as pl_io_read().
 */
PL_MUST_USE pl_status pl_mapping_open(const char *path, uint64_t max_bytes, struct pl_mapping *out,
                                      struct pl_err *err);
/*
 * Let go of the memory behind the whole pages of [at, at + n): it is read again from the file when it is looked at again. For those who
 * read a large file through and keep little of it.
 */
void pl_mapping_let_go(const struct pl_mapping *m, size_t at, size_t n);
void pl_mapping_close(struct pl_mapping *m); /* a zeroed or closed one is left alone */

#endif
