/*
 * walk.c - a folder and all below it, depth first, sorted by name.
 *
 * Works relative to open folders, so that a folder that is renamed meanwhile cannot lead it elsewhere.
 */
#include "io/walk.h"

#include "base/buf.h"
#include "base/vec.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Folders below folders: each level holds an open folder. */
#define MAX_FOLDER_DEPTH 256u
#define MAX_PATH_BYTES   (1u << 20)

struct walk {
    const struct pl_limits *limits;
    const struct pl_walk_sink *sink;
    uint64_t entries;
    struct pl_buf path;
};

struct names {
    PL_VEC(char *) list;
};

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static void names_free(struct names *names)
{
    for (size_t i = 0; i < names->list.n; i++)
        free(names->list.v[i]);
    PL_VEC_FREE(&names->list);
}

/* Names in the folder but "." and "..", sorted; the caller frees. */
static pl_status list_names(struct walk *w, int dir_fd, struct names *names, struct pl_err *err)
{
    int fd = fcntl(dir_fd, F_DUPFD_CLOEXEC, 0);
    DIR *dir = fd < 0 ? NULL : fdopendir(fd);
    if (dir == NULL) {
        pl_status st = pl_fail_errno(err, "cannot read the folder");
        if (fd >= 0)
            (void)close(fd); /* opened for reading */
        return st;
    }
    pl_status st = PL_OK;
    struct dirent *d;
    while (st == PL_OK && (errno = 0, d = readdir(dir)) != NULL) {
        if (strcmp(d->d_name, ".") == 0 || strcmp(d->d_name, "..") == 0)
            continue;
        char **slot = NULL;
        if (++w->entries > w->limits->entries)
            st = pl_fail(err, PL_E_LIMIT, PL_NO_OFFSET, "more than %llu entries",
                         (unsigned long long)w->limits->entries);
        else if ((slot = PL_VEC_ADD(&names->list)) == NULL || (*slot = strdup(d->d_name)) == NULL)
            st = pl_fail_nomem(err);
    }
    if (st == PL_OK && errno != 0)
        st = pl_fail_errno(err, "cannot read the folder");
    (void)closedir(dir); /* opened for reading */
    if (st == PL_OK && names->list.n > 0)
        qsort(names->list.v, names->list.n, sizeof *names->list.v, by_name);
    return st;
}

static enum pl_entry_type type_of(mode_t mode)
{
    return S_ISREG(mode)   ? PL_ENTRY_FILE
           : S_ISDIR(mode) ? PL_ENTRY_DIRECTORY
           : S_ISLNK(mode) ? PL_ENTRY_SYMLINK
                           : PL_ENTRY_SPECIAL;
}

/* Describe `name`; *is_gone when it vanished since the folder was listed. `link` has PATH_MAX bytes. */
static pl_status describe(int dir_fd, const char *name, char *link, struct pl_walk_entry *e, bool *is_gone,
                          struct pl_err *err)
{
    struct stat sb;
    *is_gone = false;
    if (fstatat(dir_fd, name, &sb, AT_SYMLINK_NOFOLLOW) != 0) {
        *is_gone = errno == ENOENT;
        return *is_gone ? PL_OK : pl_fail_errno(err, "cannot stat");
    }
    *e = (struct pl_walk_entry){
        .type = type_of(sb.st_mode), .mode = sb.st_mode & 07777, .dir_fd = dir_fd, .name = name};
    if (e->type == PL_ENTRY_FILE)
        e->size = (uint64_t)sb.st_size;
    if (e->type == PL_ENTRY_SYMLINK) {
        ssize_t n = readlinkat(dir_fd, name, link, PATH_MAX);
        if (n < 0)
            return pl_fail_errno(err, "cannot read the symlink");
        e->link_target = pl_bytes_of(link, (size_t)n);
    }
    return PL_OK;
}

static pl_status walk_folder(struct walk *w, int dir_fd, uint32_t depth, struct pl_err *err);

static pl_status enter(struct walk *w, const struct pl_walk_entry *e, uint32_t depth, struct pl_err *err)
{
    if (depth + 1 >= MAX_FOLDER_DEPTH)
        return pl_fail(err, PL_E_LIMIT, PL_NO_OFFSET, "folders nested deeper than %u", MAX_FOLDER_DEPTH);
    int fd = openat(e->dir_fd, e->name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0)
        return pl_fail_errno(err, "cannot open the folder");
    pl_status st = walk_folder(w, fd, depth + 1, err);
    (void)close(fd); /* opened for reading */
    return st;
}

static pl_status walk_one(struct walk *w, int dir_fd, const char *name, uint32_t depth, struct pl_err *err)
{
    char link[PATH_MAX];
    struct pl_walk_entry e;
    bool is_gone;
    pl_status st = describe(dir_fd, name, link, &e, &is_gone, err);
    if (st != PL_OK || is_gone)
        return st;
    e.path = pl_buf_bytes(&w->path);
    st = w->sink->entry(w->sink->ctx, &e, err);
    if (st != PL_OK || e.type != PL_ENTRY_DIRECTORY)
        return st;
    if (w->sink->wants != NULL && !w->sink->wants(w->sink->ctx, &e))
        return PL_OK;
    return enter(w, &e, depth, err);
}

/* Recursion is bounded by MAX_FOLDER_DEPTH; one level takes about 5 KB of stack. */
static pl_status walk_folder(struct walk *w, int dir_fd, uint32_t depth, struct pl_err *err)
{
    struct names names = {0};
    pl_status st = list_names(w, dir_fd, &names, err);
    size_t base = w->path.n;
    for (size_t i = 0; i < names.list.n && st == PL_OK; i++) {
        if (base > 0)
            pl_buf_add_byte(&w->path, '/');
        pl_buf_add_str(&w->path, names.list.v[i]);
        st = pl_buf_done(&w->path, err);
        if (st == PL_OK)
            st = walk_one(w, dir_fd, names.list.v[i], depth, err);
        if (st == PL_OK)
            w->path.n = base;
    }
    names_free(&names);
    return st;
}

pl_status pl_walk(const char *root, const struct pl_limits *limits, const struct pl_walk_sink *sink,
                  struct pl_err *err)
{
    struct walk w = {.limits = limits, .sink = sink};
    int fd = open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) {
        pl_status st = errno == ENOENT || errno == ENOTDIR
                           ? pl_fail(err, PL_E_NOT_FOUND, PL_NO_OFFSET, "no such folder")
                           : pl_fail_errno(err, "cannot open the folder");
        pl_err_about(err, root);
        return st;
    }
    pl_buf_init(&w.path, MAX_PATH_BYTES);
    pl_status st = walk_folder(&w, fd, 0, err);
    if (st != PL_OK && w.path.n > 0) {
        pl_buf_add_byte(&w.path, '\0');
        if (pl_buf_done(&w.path, NULL) == PL_OK)
            pl_err_about(err, (const char *)w.path.p);
    }
    if (st != PL_OK)
        pl_err_about(err, root);
    pl_buf_reset(&w.path);
    (void)close(fd); /* opened for reading */
    return st;
}
