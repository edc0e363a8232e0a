/*
 * changing_files.c - preloaded into a program: between two of its calls about one file, the file changes.
 *
 * CHANGE_FILE is the file, CHANGE_HOW what happens to it (a letter of `ways`), CHANGE_AT before which call about it, counted from 1: opening it
 * by a path that ends in its name, asking what it is, reading it. Children are left alone; they can open nothing. With 64 bits for offsets
 * in files, which the build asks for, these are open64(3) and so on, as they are in the program.
 */
#undef _FORTIFY_SOURCE /* the functions that it makes inline are defined here */
#include <dlfcn.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define GROWTH 100000

static const char *victim;
static const char *base; /* its name */
static char how;
static long left; /* calls until it happens; 0: it has, or never will */
static pid_t process;
static bool is_victims[1024]; /* by descriptor */

__attribute__((constructor)) static void begin(void)
{
    const char *at = getenv("CHANGE_AT");
    victim = getenv("CHANGE_FILE");
    const char *way = getenv("CHANGE_HOW");
    if (victim == NULL || at == NULL || way == NULL)
        return;
    const char *slash = strrchr(victim, '/');
    base = slash == NULL ? victim : slash + 1;
    how = way[0];
    left = strtol(at, NULL, 10);
    process = getpid();
}

static void change(void)
{
    static const char zeros[GROWTH];
    struct stat sb;
    int fd;
    if (stat(victim, &sb) != 0)
        return;
    switch (how) {
    case 'r': /* removed */ (void)unlink(victim); break;
    case 'd': /* a folder instead */
        (void)unlink(victim);
        (void)mkdir(victim, 0755);
        break;
    case 'f': /* a pipe that nobody writes to */
        (void)unlink(victim);
        (void)mkfifo(victim, 0644);
        break;
    case 'l': /* a symlink to itself */
        (void)unlink(victim);
        if (symlink(base, victim) != 0)
            abort();
        break;
    case 't': /* cut in half */
        if (truncate(victim, sb.st_size / 2) != 0)
            abort();
        break;
    case 'g': /* longer */
        fd = open(victim, O_WRONLY | O_APPEND);
        if (fd < 0 || write(fd, zeros, sizeof zeros) != (ssize_t)sizeof zeros || close(fd) != 0)
            abort();
        break;
    default: abort();
    }
}

static void step(void)
{
    if (left > 0 && getpid() == process && --left == 0)
        change();
}

static bool is_name(const char *path)
{
    const char *slash = path == NULL ? NULL : strrchr(path, '/');
    return left > 0 && path != NULL && strcmp(slash == NULL ? path : slash + 1, base) == 0;
}

static int opened(int fd)
{
    if (fd >= 0 && fd < (int)(sizeof is_victims / sizeof is_victims[0]))
        is_victims[fd] = true;
    return fd;
}

static bool is_open(int fd)
{
    return left > 0 && fd >= 0 && fd < (int)(sizeof is_victims / sizeof is_victims[0]) && is_victims[fd];
}

#pragma GCC visibility push(default)
#define NEXT(type, name) ((type)(uintptr_t)dlsym(RTLD_NEXT, name))

typedef int (*open_call)(const char *, int, ...);
typedef int (*openat_call)(int, const char *, int, ...);
typedef int (*stat_call)(const char *, struct stat *);
typedef int (*fstat_call)(int, struct stat *);
typedef int (*fstatat_call)(int, const char *, struct stat *, int);
typedef ssize_t (*read_call)(int, void *, size_t);

#define OPEN(name)                                                                                           \
    int name(const char *path, int flags, ...)                                                               \
    {                                                                                                        \
        va_list more;                                                                                        \
        va_start(more, flags);                                                                               \
        int mode = va_arg(more, int);                                                                        \
        va_end(more);                                                                                        \
        if (!is_name(path))                                                                                  \
            return NEXT(open_call, #name)(path, flags, mode);                                                \
        step();                                                                                              \
        return opened(NEXT(open_call, #name)(path, flags, mode));                                            \
    }
#define OPENAT(name)                                                                                         \
    int name(int folder, const char *path, int flags, ...)                                                   \
    {                                                                                                        \
        va_list more;                                                                                        \
        va_start(more, flags);                                                                               \
        int mode = va_arg(more, int);                                                                        \
        va_end(more);                                                                                        \
        if (!is_name(path))                                                                                  \
            return NEXT(openat_call, #name)(folder, path, flags, mode);                                      \
        step();                                                                                              \
        return opened(NEXT(openat_call, #name)(folder, path, flags, mode));                                  \
    }
#define STAT(name)                                                                                           \
    int name(const char *path, struct stat *sb)                                                              \
    {                                                                                                        \
        if (is_name(path))                                                                                   \
            step();                                                                                          \
        return NEXT(stat_call, #name)(path, sb);                                                             \
    }

OPEN(open)
OPENAT(openat)
STAT(stat)
STAT(lstat)

int fstat(int fd, struct stat *sb)
{
    if (is_open(fd))
        step();
    return NEXT(fstat_call, "fstat")(fd, sb);
}

int fstatat(int folder, const char *path, struct stat *sb, int flags)
{
    if (is_name(path))
        step();
    return NEXT(fstatat_call, "fstatat")(folder, path, sb, flags);
}

ssize_t read(int fd, void *p, size_t n)
{
    if (is_open(fd))
        step();
    return NEXT(read_call, "read")(fd, p, n);
}
#pragma GCC visibility pop
