/*
 * spill.c - open(2) with O_TMPFILE, shared mappings of it, and madvise(2).
 *
 * MADV_DONTNEED on a shared or unwritten mapping of a file drops page table entries and nothing else: what was written stays in the page cache,
 * what is read again comes from there. MADV_REMOVE gives blocks of the file back.
 */
#include "io/spill.h"

#include "io/write.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define COPY_BYTES  (1u << 20)
#define SMALL_BYTES (1u << 20)
#define EBB_NS      10000000 /* at a few gigabytes a second some tens of megabytes are read meanwhile */

static size_t page_bytes(void)
{
    return (size_t)sysconf(_SC_PAGESIZE);
}

static int open_in(const char *folder)
{
    int fd = open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC | O_EXCL, 0600);
    if (fd >= 0 || (errno != EOPNOTSUPP && errno != EISDIR && errno != ENOSYS))
        return fd;
    char path[4096];
    int n = snprintf(path, sizeof path, "%s/plumbline-XXXXXX", folder);
    fd = n > 0 && (size_t)n < sizeof path ? mkostemp(path, O_CLOEXEC) : -1;
    if (fd >= 0)
        (void)unlink(path); /* it is empty, should it stay */
    return fd;
}

static int open_nameless(void)
{
    const char *folders[] = {getenv("TMPDIR"), "/var/tmp", "/tmp"};
    for (size_t i = 0; i < sizeof folders / sizeof folders[0]; i++) {
        int fd = folders[i] != NULL && folders[i][0] == '/' ? open_in(folders[i]) : -1;
        if (fd >= 0)
            return fd;
    }
    return -1;
}

/* A file that grows beyond its limit costs the process a signal. */
static bool may_grow_to(uint64_t size)
{
    struct rlimit l;
    return getrlimit(RLIMIT_FSIZE, &l) == 0 && (l.rlim_cur == RLIM_INFINITY || size <= l.rlim_cur);
}

/* ---- a whole file ---- */

/* From `fd` to `to`, up to the end; more than max_bytes is PL_E_LIMIT. */
static pl_status copy(int fd, int to, uint64_t max_bytes, uint64_t *n, struct pl_err *err)
{
    uint8_t *block = malloc(COPY_BYTES);
    pl_status st = block == NULL ? pl_fail_nomem(err) : PL_OK;
    *n = 0;
    while (st == PL_OK) {
        ssize_t got = read(fd, block, COPY_BYTES);
        if (got == 0)
            break;
        if (got < 0 && errno != EINTR)
            st = pl_fail_errno(err, "cannot read");
        if (got <= 0)
            continue;
        *n += (uint64_t)got;
        if (*n > max_bytes)
            st = pl_fail(err, PL_E_LIMIT, PL_NO_OFFSET, "file is larger than %llu bytes",
                         (unsigned long long)max_bytes);
        else if (!may_grow_to(*n) || !pl_io_put(to, pl_bytes_of(block, (size_t)got)))
            st = pl_fail_errno(err, "cannot copy it to a temporary file");
    }
    free(block);
    return st;
}

static pl_status map_copy(int to, uint64_t n, struct pl_mapping *out, struct pl_err *err)
{
    void *base = mmap(NULL, (size_t)n, PROT_READ, MAP_SHARED, to, 0);
    if (base == MAP_FAILED)
        return pl_fail_errno(err, "cannot map");
    *out = (struct pl_mapping){.bytes = pl_bytes_of(base, (size_t)n), .base = base};
    return PL_OK;
}

/* A large regular file. *is_done is false, with PL_OK, when nothing could be made of it here and it stands at its beginning again. */
static pl_status spill(int fd, uint64_t max_bytes, struct pl_mapping *out, bool *is_done, struct pl_err *err)
{
    uint64_t n;
    int to = open_nameless();
    *is_done = false;
    if (to < 0)
        return PL_OK;
    pl_status st = copy(fd, to, max_bytes, &n, err);
    if (st == PL_OK && n > 0)
        st = map_copy(to, n, out, err);
    (void)close(to); /* the mapping holds it */
    *is_done = st == PL_OK;
    if (st == PL_E_LIMIT || st == PL_OK)
        return st;
    return lseek(fd, 0, SEEK_SET) == 0 ? PL_OK : st;
}

static pl_status read_open(int fd, uint64_t max_bytes, uint8_t **heap, struct pl_mapping *mapping,
                           pl_bytes *bytes, struct pl_err *err)
{
    struct stat sb;
    bool is_done = false;
    size_t n;
    pl_status st = PL_OK;
    if (fstat(fd, &sb) == 0 && S_ISREG(sb.st_mode) && sb.st_size >= (off_t)PL_SPILL_BYTES &&
        (uint64_t)sb.st_size <= max_bytes)
        st = spill(fd, max_bytes, mapping, &is_done, err);
    if (st != PL_OK)
        return st;
    *bytes = mapping->bytes;
    if (is_done)
        return PL_OK;
    st = pl_io_read_fd(fd, max_bytes, heap, &n, err);
    if (st == PL_OK)
        *bytes = pl_bytes_of(*heap, n);
    return st;
}

pl_status pl_spill_read(const char *path, uint64_t max_bytes, uint8_t **heap, struct pl_mapping *mapping,
                        pl_bytes *bytes, struct pl_err *err)
{
    int fd;
    *heap = NULL;
    *mapping = (struct pl_mapping){0};
    pl_status st = pl_io_open(path, &fd, err);
    if (st != PL_OK)
        return st;
    st = read_open(fd, max_bytes, heap, mapping, bytes, err);
    (void)close(fd); /* opened for reading */
    if (st != PL_OK)
        pl_err_about(err, path);
    return st;
}

/* ---- room ---- */

static void give_back(void *ctx, uint8_t *p, size_t n)
{
    (void)madvise(p, n, MADV_REMOVE); /* where it cannot, the file stays as large as it is */
}

bool pl_spill_open(uint64_t size, struct pl_store *out)
{
    *out = (struct pl_store){0};
    size = (size + page_bytes() - 1) / page_bytes() * page_bytes();
    int fd = may_grow_to(size) ? open_nameless() : -1;
    if (fd < 0)
        return false;
    void *base = MAP_FAILED;
    if (ftruncate(fd, (off_t)size) == 0)
        base = mmap(NULL, (size_t)size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_NORESERVE, fd, 0);
    (void)close(fd); /* the mapping holds it */
    if (base == MAP_FAILED)
        return false;
    /* Of a hole two megabytes are "read ahead" at its first touch, which takes longer than all of a small check. */
    (void)madvise(base, size < SMALL_BYTES ? (size_t)size : SMALL_BYTES, MADV_RANDOM);
    *out = (struct pl_store){
        .base = base, .size = (size_t)size, .page_bytes = page_bytes(), .give_back = give_back};
    return true;
}

void pl_spill_freeze(struct pl_store *s, size_t kept)
{
    kept = (kept + s->page_bytes - 1) / s->page_bytes * s->page_bytes;
    if (kept < s->size)
        (void)munmap(s->base + kept,
                     s->size - kept); /* ours; fails only when out of memory, and then it stays */
    if (kept > 0)
        (void)mprotect(s->base, kept, PROT_READ); /* likewise */
    s->base = kept > 0 ? s->base : NULL;
    s->size = kept;
}

void pl_spill_close(struct pl_store *s)
{
    if (s->base != NULL)
        (void)munmap(s->base, s->size); /* fails only on a bad address */
    *s = (struct pl_store){0};
}

/* ---- letting go ---- */

static void *ebb(void *arg)
{
    struct pl_ebb *e = arg;
    while (!atomic_load_explicit(&e->is_over, memory_order_relaxed)) {
        struct timespec pause = {.tv_nsec = EBB_NS};
        (void)clock_nanosleep(CLOCK_MONOTONIC, 0, &pause, NULL); /* a shorter pause does no harm */
        for (size_t i = 0; i < e->n_ranges; i++)
            (void)madvise((void *)e->ranges[i].p, e->ranges[i].n, MADV_DONTNEED); /* advice */
    }
    return NULL;
}

void pl_ebb_add(struct pl_ebb *e, pl_bytes range)
{
    if (range.n >= PL_SPILL_BYTES && e->n_ranges < sizeof e->ranges / sizeof e->ranges[0])
        e->ranges[e->n_ranges++] = range;
}

void pl_ebb_start(void *ctx)
{
    struct pl_ebb *e = ctx;
    sigset_t all;
    sigset_t old;
    if (e->n_ranges == 0 || e->pid == getpid())
        return;
    atomic_store(&e->is_over, false);
    (void)sigfillset(&all);
    (void)pthread_sigmask(SIG_SETMASK, &all, &old); /* signals are for the caller's threads */
    e->pid = pthread_create(&e->thread, NULL, ebb, e) == 0 ? getpid() : 0;
    (void)pthread_sigmask(SIG_SETMASK, &old, NULL);
}

void pl_ebb_stop(struct pl_ebb *e)
{
    if (e->pid == getpid()) {
        atomic_store(&e->is_over, true);
        (void)pthread_join(e->thread, NULL); /* fails only on misuse */
    }
    e->pid = 0;
}
