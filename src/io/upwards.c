/*
 * upwards.c - looking for a file from the working folder up to the root.
 */
#include "io/upwards.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool is_folder(const char *path)
{
    struct stat sb;
    return stat(path, &sb) == 0 && S_ISDIR(sb.st_mode);
}

/* Both without symbolic links. */
static bool lies_in(const char *path, const char *folder)
{
    size_t n = strlen(folder);
    if (strcmp(folder, "/") == 0)
        return true;
    return strncmp(path, folder, n) == 0 && (path[n] == '/' || path[n] == '\0');
}

bool pl_io_is_inside(const char *path, const char *const *folders, size_t n)
{
    char *real = realpath(path, NULL);
    bool is_inside = false;
    for (size_t i = 0; i < n && real != NULL && !is_inside; i++) {
        char *folder = is_folder(folders[i]) ? realpath(folders[i], NULL) : NULL;
        is_inside = folder != NULL && lies_in(real, folder);
        free(folder);
    }
    free(real);
    return is_inside;
}

pl_status pl_io_find_upwards(const char *name, const char *const *outside, size_t n_outside,
                             struct pl_arena *arena, const char **out, size_t *passed_over,
                             struct pl_err *err)
{
    char *folder = realpath(".", NULL);
    const char *prefix = "";
    if (folder == NULL)
        return pl_fail_errno(err, "the working folder");
    *out = NULL;
    *passed_over = 0;
    pl_status st = PL_OK;
    for (;;) {
        const char *path = pl_arena_printf(arena, "%s%s", prefix, name);
        if (path == NULL) {
            st = pl_arena_fail(arena, err);
            break;
        }
        if (access(path, F_OK) == 0) {
            if (!pl_io_is_inside(path, outside, n_outside)) {
                *out = path;
                break;
            }
            ++*passed_over;
        }
        char *slash = strrchr(folder, '/');
        if (slash == NULL || folder[1] == '\0')
            break;
        *(slash == folder ? slash + 1 : slash) = '\0';
        prefix = pl_arena_printf(arena, "../%s", prefix);
        if (prefix == NULL) {
            st = pl_arena_fail(arena, err);
            break;
        }
    }
    free(folder);
    return st;
}
