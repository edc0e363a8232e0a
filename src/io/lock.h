/*
 * lock.h - one writer of a folder at a time.
 */
#ifndef PL_IO_LOCK_H
#define PL_IO_LOCK_H

#include "base/status.h"

/*
 * Wait until no other process holds the lock of the folder that `path`, a file, is in or will be in; symbolic links are followed. *fd is given to
 * pl_unlock(). The lock goes with its process, however that ends, and leaves nothing behind. It binds only those who ask for it.
 */
PL_MUST_USE pl_status pl_lock_folder_of(const char *path, int *fd, struct pl_err *err);
void pl_unlock(int fd); /* accepts -1 */

#endif
