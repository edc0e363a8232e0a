/*
 * lock.c - flock(2) on the folder itself: no file beside the ones that are written, and none to clean up.
 *
 * Not for network file systems that want a writable descriptor for it: there it is an error, since two writers could undo each other's work.
 */
#include "io/lock.h"

#include "io/write.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/file.h>
#include <unistd.h>

static char *folder_of(const char *path)
{
    char *real = realpath(path, NULL);
    char *folder = pl_io_folder_of(real == NULL ? path : real);
    free(real);
    return folder;
}

pl_status pl_lock_folder_of(const char *path, int *fd, struct pl_err *err)
{
    char *folder = folder_of(path);
    if (folder == NULL)
        return pl_fail_nomem(err);
    pl_status st = PL_OK;
    int opened = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (opened < 0)
        st = pl_fail_errno(err, "cannot open the folder");
    while (st == PL_OK && flock(opened, LOCK_EX) != 0)
        if (errno != EINTR) {
            st = pl_fail_errno(err, "cannot lock the folder");
            pl_err_hint(err, "its file system has no locks: copy the file to one that has");
        }
    if (st == PL_OK) {
        *fd = opened;
    } else {
        pl_err_about(err, folder);
        if (opened >= 0)
            (void)close(opened); /* nothing was written */
    }
    free(folder);
    return st;
}

void pl_unlock(int fd)
{
    if (fd >= 0)
        (void)close(fd); /* lets go of the lock */
}
