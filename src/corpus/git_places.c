/*
 * git_places.c - where the files of a repository lie, without reading any object: for a process that will be allowed to read them and no others.
 *
 *     PATH              bare, or PATH/.git
 *     PATH/.git         a file "gitdir: WHERE": a work tree or submodule of another repository
 *     .../commondir     the repository that a work tree belongs to
 *     objects/info/alternates   folders of more objects, one a line; they have alternates in turn
 *
 * Source: gitrepository-layout(5).
 */
#include "corpus/git.h"

#include "io/read.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define MAX_LINK_BYTES 65536u

static bool is_folder(const char *path)
{
    struct stat sb;
    return path != NULL && stat(path, &sb) == 0 && S_ISDIR(sb.st_mode);
}

static bool is_there(const char *path)
{
    struct stat sb;
    return path != NULL && stat(path, &sb) == 0;
}

struct finding {
    struct pl_git_places *out;
    struct pl_arena *arena;
};

/* A path that stands in a file of `folder`. */
static const char *beside(struct finding *f, const char *folder, pl_bytes path)
{
    return path.n > 0 && path.p[0] == '/' ? pl_arena_str(f->arena, path)
                                          : pl_arena_printf(f->arena, "%s/%.*s", folder, PL_ARG(path));
}

static void add(struct finding *f, const char *path)
{
    for (size_t i = 0; i < f->out->n; i++)
        if (path != NULL && strcmp(f->out->v[i], path) == 0)
            return;
    if (path != NULL && f->out->n < PL_GIT_PLACES)
        f->out->v[f->out->n++] = path;
}

/* The text of a small file, blanks at its end cut off; no bytes when there is none. In the arena. */
static pl_bytes small_file(struct finding *f, const char *path)
{
    uint8_t *heap = NULL;
    size_t n = 0;
    if (path == NULL || !is_there(path) || pl_io_read(path, MAX_LINK_BYTES, &heap, &n, NULL) != PL_OK)
        return (pl_bytes){NULL, 0};
    pl_bytes text = pl_arena_keep(f->arena, pl_bytes_trim(pl_bytes_of(heap, n)));
    free(heap);
    return text;
}

/* Folders of objects, from `i` on: each may name others. */
static void add_alternates(struct finding *f, const char *objects)
{
    add(f, objects);
    size_t first = f->out->n - (f->out->n > 0);
    for (size_t i = first; i < f->out->n; i++) {
        pl_bytes rest = small_file(f, pl_arena_printf(f->arena, "%s/info/alternates", f->out->v[i]));
        pl_bytes line;
        while (pl_bytes_line(&rest, &line)) {
            line = pl_bytes_trim(line);
            if (line.n > 0 && line.p[0] != '#')
                add(f, beside(f, f->out->v[i], line));
        }
    }
}

pl_status pl_git_places_of(const char *path, struct pl_arena *arena, struct pl_git_places *out,
                           struct pl_err *err)
{
    struct finding f = {.out = out, .arena = arena};
    const char *git = pl_arena_printf(arena, "%s/.git", path);
    pl_bytes link = is_folder(git) ? (pl_bytes){NULL, 0} : small_file(&f, git);
    add(&f, pl_arena_str(arena, pl_bytes_of_str(path)));
    if (pl_bytes_starts(link, PL_LIT("gitdir:"))) {
        git = beside(&f, path, pl_bytes_trim(pl_bytes_from(link, 7)));
        add(&f, git);
    } else if (!is_folder(git)) {
        git = pl_arena_str(arena, pl_bytes_of_str(path));
    }
    pl_bytes common = git == NULL ? link : small_file(&f, pl_arena_printf(arena, "%s/commondir", git));
    if (common.n > 0) {
        git = beside(&f, git, common);
        add(&f, git);
    }
    if (git != NULL)
        add_alternates(&f, pl_arena_printf(arena, "%s/objects", git));
    return arena->why == PL_OK ? PL_OK : pl_arena_fail(arena, err);
}

bool pl_git_is_repository(const char *path)
{
    char name[4096];
    for (int is_bare = 0; is_bare < 2; is_bare++) {
        const char *git = is_bare ? "" : "/.git";
        struct stat sb;
        int n = snprintf(name, sizeof name, "%s%s", path, git);
        if (n < 0 || (size_t)n > sizeof name - 16 || stat(name, &sb) != 0)
            continue;
        if (S_ISREG(sb.st_mode) && !is_bare)
            return true; /* it says where; whether that is so, who opens it will see */
        memcpy(name + n, "/HEAD", 6);
        bool has_head = is_there(name);
        memcpy(name + n, "/objects", 9);
        if (has_head && is_folder(name))
            return true;
    }
    return false;
}
