/*
 * read.c - whole files: copied to the heap, or mapped.
 */
#include "io/read.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define FIRST_BYTES 65536u

static pl_status open_failed(struct pl_err *err, const char *path)
{
    pl_status st = PL_E_NOT_FOUND;
    if (errno == ENOENT || errno == ENOTDIR)
        (void)pl_fail(err, st, PL_NO_OFFSET, "no such file");
    else
        st = pl_fail_errno(err, "cannot open");
    pl_err_about(err, path);
    return st;
}

static pl_status too_large(struct pl_err *err, uint64_t max_bytes)
{
    return pl_fail(err, PL_E_LIMIT, PL_NO_OFFSET, "file is larger than %llu bytes",
                   (unsigned long long)max_bytes);
}

/* Room for at least one more byte; *capacity grows up to max_bytes + 1, the byte that shows an overrun. */
static pl_status make_room(uint8_t **p, size_t *capacity, size_t max_bytes, struct pl_err *err)
{
    size_t want = *capacity > max_bytes / 2 ? max_bytes + 1 : *capacity * 2;
    uint8_t *more = realloc(*p, want);
    if (more == NULL)
        return pl_fail_nomem(err);
    *p = more;
    *capacity = want;
    return PL_OK;
}

pl_status pl_io_read_fd(int fd, uint64_t max_bytes, uint8_t **heap, size_t *n, struct pl_err *err)
{
    struct stat sb;
    if (max_bytes > SIZE_MAX / 2)
        max_bytes = SIZE_MAX / 2;
    if (fstat(fd, &sb) != 0)
        return pl_fail_errno(err, "cannot stat");
    if (S_ISDIR(sb.st_mode))
        return pl_fail(err, PL_E_IO, PL_NO_OFFSET, "is a folder, not a file");
    if (S_ISREG(sb.st_mode) && (uint64_t)sb.st_size > max_bytes)
        return too_large(err, max_bytes);
    size_t capacity = S_ISREG(sb.st_mode) ? (size_t)sb.st_size + 1 : FIRST_BYTES;
    if (capacity > max_bytes + 1)
        capacity = (size_t)max_bytes + 1;
    uint8_t *p = malloc(capacity);
    size_t got = 0;
    pl_status st = p == NULL ? pl_fail_nomem(err) : PL_OK;
    while (st == PL_OK) {
        if (got == capacity)
            st = make_room(&p, &capacity, (size_t)max_bytes, err);
        ssize_t step = st == PL_OK ? read(fd, p + got, capacity - got) : 0;
        if (step < 0 && errno != EINTR)
            st = pl_fail_errno(err, "cannot read");
        if (step == 0)
            break;
        if (step > 0)
            got += (size_t)step;
        if (st == PL_OK && got > max_bytes)
            st = too_large(err, max_bytes);
    }
    if (st != PL_OK) {
        free(p);
        return st;
    }
    *heap = p;
    *n = got;
    return PL_OK;
}

static pl_status read_and_close(int fd, const char *path, uint64_t max_bytes, uint8_t **heap, size_t *n,
                                struct pl_err *err)
{
    pl_status st = pl_io_read_fd(fd, max_bytes, heap, n, err);
    (void)close(fd); /* opened for reading */
    if (st != PL_OK)
        pl_err_about(err, path);
    return st;
}

pl_status pl_io_open(const char *path, int *fd, struct pl_err *err)
{
    *fd = strcmp(path, "-") == 0 ? dup(STDIN_FILENO) : open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    return *fd < 0 ? open_failed(err, path) : PL_OK;
}

pl_status pl_io_read(const char *path, uint64_t max_bytes, uint8_t **heap, size_t *n, struct pl_err *err)
{
    int fd;
    pl_status st = pl_io_open(path, &fd, err);
    return st == PL_OK ? read_and_close(fd, path, max_bytes, heap, n, err) : st;
}

pl_status pl_io_read_at(int dir_fd, const char *name, uint64_t max_bytes, uint8_t **heap, size_t *n,
                        struct pl_err *err)
{
    int fd = openat(dir_fd, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
    return fd < 0 ? open_failed(err, name) : read_and_close(fd, name, max_bytes, heap, n, err);
}

static pl_status map(int fd, uint64_t max_bytes, struct pl_mapping *out, struct pl_err *err)
{
    struct stat sb;
    if (fstat(fd, &sb) != 0)
        return pl_fail_errno(err, "cannot stat");
    if (!S_ISREG(sb.st_mode))
        return pl_fail(err, PL_E_IO, PL_NO_OFFSET, "is not a regular file");
    if ((uint64_t)sb.st_size > max_bytes)
        return too_large(err, max_bytes);
    struct pl_mapping m = {0};
    if (sb.st_size > 0) {
        m.base = mmap(NULL, (size_t)sb.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
        if (m.base == MAP_FAILED)
            return pl_fail_errno(err, "cannot map");
        m.bytes = pl_bytes_of(m.base, (size_t)sb.st_size);
    }
    *out = m;
    return PL_OK;
}

pl_status pl_mapping_open(const char *path, uint64_t max_bytes, struct pl_mapping *out, struct pl_err *err)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd < 0)
        return open_failed(err, path);
    pl_status st = map(fd, max_bytes, out, err);
    (void)close(fd); /* the mapping holds the file */
    if (st != PL_OK)
        pl_err_about(err, path);
    return st;
}

void pl_mapping_let_go(const struct pl_mapping *m, size_t at, size_t n)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    size_t first = (at + page - 1) / page * page;
    size_t end = (at + n) / page * page;
    if (m->base != NULL && first < end && end <= m->bytes.n)
        (void)madvise((char *)m->base + first, end - first,
                      MADV_DONTNEED); /* advice; the bytes stay the file's */
}

void pl_mapping_close(struct pl_mapping *m)
{
    if (m->base != NULL)
        (void)munmap(m->base, m->bytes.n); /* fails only on a bad address */
    *m = (struct pl_mapping){0};
}
