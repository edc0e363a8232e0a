/*
 * write.c - files that are either whole or not there.
 *
 * Temporary names end in ".tmp-XXXXXX"; a killed process may leave one, which nobody reads.
 */
#include "io/write.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct pl_writing {
    int fd;
    char *path; /* heap */
    char *temp; /* heap; NULL once renamed */
};

/* A full disk is the operator's to mend, so it is said in plain words. */
static pl_status write_failed(struct pl_err *err, const char *what, const char *path)
{
    pl_status st;
    if (errno == ENOSPC || errno == EDQUOT) {
        st = pl_fail(err, PL_E_IO, PL_NO_OFFSET, "%s: no space left on the device", what);
        pl_err_hint(err, "make room, or choose another folder");
    } else if (errno == EFBIG) {
        st = pl_fail(err, PL_E_IO, PL_NO_OFFSET, "%s: file size limit reached", what);
        pl_err_hint(err, "raise the limit (ulimit -f), or choose another folder");
    } else {
        st = pl_fail_errno(err, "%s", what);
    }
    pl_err_about(err, path);
    return st;
}

/* Renaming over a device or a pipe would take it from everybody. */
static pl_status check_replaceable(const char *path, struct pl_err *err)
{
    struct stat at;
    if (lstat(path, &at) != 0 || S_ISREG(at.st_mode) || S_ISLNK(at.st_mode))
        return PL_OK;
    pl_status st = pl_fail(err, PL_E_IO, PL_NO_OFFSET, "not a regular file, so it cannot be replaced");
    pl_err_about(err, path);
    pl_err_hint(err, "name a file");
    return st;
}

pl_status pl_writing_open(const char *path, unsigned mode, struct pl_writing **out, struct pl_err *err)
{
    pl_status st = check_replaceable(path, err);
    if (st != PL_OK)
        return st;
    struct pl_writing *w = calloc(1, sizeof *w);
    if (w == NULL)
        return pl_fail_nomem(err);
    w->fd = -1;
    w->path = strdup(path);
    if (w->path == NULL || asprintf(&w->temp, "%s.tmp-XXXXXX", path) < 0) {
        w->temp = NULL;
        pl_writing_close(w);
        return pl_fail_nomem(err);
    }
    w->fd = mkostemp(w->temp, O_CLOEXEC);
    if (w->fd < 0 || fchmod(w->fd, (mode_t)mode) != 0) {
        st = write_failed(err, "cannot create", path);
        if (w->fd < 0) {
            free(w->temp);
            w->temp = NULL;
        }
        pl_writing_close(w);
        return st;
    }
    *out = w;
    return PL_OK;
}

bool pl_io_put(int fd, pl_bytes data)
{
    while (data.n > 0) {
        ssize_t n = write(fd, data.p, data.n);
        if (n < 0 && errno != EINTR)
            return false;
        if (n > 0)
            data = pl_bytes_from(data, (size_t)n);
    }
    return true;
}

pl_status pl_writing_add(struct pl_writing *w, pl_bytes data, struct pl_err *err)
{
    return pl_io_put(w->fd, data) ? PL_OK : write_failed(err, "cannot write", w->path);
}

pl_status pl_writing_restart(struct pl_writing *w, struct pl_err *err)
{
    if (ftruncate(w->fd, 0) != 0 || lseek(w->fd, 0, SEEK_SET) != 0)
        return write_failed(err, "cannot write", w->path);
    return PL_OK;
}

char *pl_io_folder_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash == NULL ? strdup(".") : strndup(path, slash == path ? 1 : (size_t)(slash - path));
}

/* Make the new name durable; a file system that cannot sync a folder is left to its own ways. */
static void sync_folder_of(const char *path)
{
    char *folder = pl_io_folder_of(path);
    int fd = folder == NULL ? -1 : open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd >= 0) {
        (void)fsync(fd); /* see above */
        (void)close(fd);
    }
    free(folder);
}

pl_status pl_writing_commit_as(struct pl_writing *w, const char *path, struct pl_err *err)
{
    if (fsync(w->fd) != 0)
        return write_failed(err, "cannot write", path);
    if (rename(w->temp, path) != 0)
        return write_failed(err, "cannot rename", path);
    free(w->temp);
    w->temp = NULL;
    sync_folder_of(path);
    return PL_OK;
}

pl_status pl_writing_commit(struct pl_writing *w, struct pl_err *err)
{
    return pl_writing_commit_as(w, w->path, err);
}

void pl_writing_close(struct pl_writing *w)
{
    if (w == NULL)
        return;
    if (w->fd >= 0)
        (void)close(w->fd); /* commit has synced what counts */
    if (w->temp != NULL)
        (void)unlink(w->temp); /* nothing to be done about it */
    free(w->temp);
    free(w->path);
    free(w);
}

pl_status pl_io_write(const char *path, unsigned mode, pl_bytes data, struct pl_err *err)
{
    struct pl_writing *w = NULL;
    pl_status st = pl_writing_open(path, mode, &w, err);
    if (st == PL_OK)
        st = pl_writing_add(w, data, err);
    if (st == PL_OK)
        st = pl_writing_commit(w, err);
    pl_writing_close(w);
    return st;
}

static pl_status make_one(const char *path, struct pl_err *err)
{
    struct stat sb;
    if (mkdir(path, 0777) == 0)
        return PL_OK;
    int why = errno;
    if (stat(path, &sb) == 0 && S_ISDIR(sb.st_mode))
        return PL_OK;
    errno = why;
    return write_failed(err, "cannot make the folder", path);
}

pl_status pl_io_mkdirs_above(const char *path, struct pl_err *err)
{
    char *part = strdup(path);
    pl_status st = part == NULL ? pl_fail_nomem(err) : PL_OK;
    if (part == NULL)
        return st;
    for (char *slash = strchr(part + (part[0] == '/'), '/'); slash != NULL && st == PL_OK;
         slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        st = make_one(part, err);
        *slash = '/';
    }
    free(part);
    return st;
}

pl_status pl_io_mkdirs(const char *path, struct pl_err *err)
{
    pl_status st = pl_io_mkdirs_above(path, err);
    return st == PL_OK ? make_one(path, err) : st;
}
