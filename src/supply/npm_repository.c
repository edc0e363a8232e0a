/*
 * npm_repository.c - the field "repository" of package.json in all the ways in which it is written.
 *
 * Source: package.json(5) "repository"; hosted-git-info for the shorthands and for tree/ paths.
 */
#include "supply/npm_repository.h"

#include <string.h>

static const struct {
    const char *word;
    const char *host;
} shorthands[] = {{"github:", "github.com"}, {"gitlab:", "gitlab.com"}, {"bitbucket:", "bitbucket.org"}};

static const char *const schemes[] = {"git+https://", "git+http://", "git+ssh://", "git+git://",
                                      "git://",       "ssh://",      "https://",   "http://"};

/* A host, owner or name as services allow them; dots at the front lead elsewhere. */
static bool is_plain(pl_bytes part)
{
    for (size_t i = 0; i < part.n; i++) {
        uint8_t c = part.p[i];
        bool is_good = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
                       (c != 0 && strchr("-_.~", c) != NULL);
        if (!is_good || (c == '.' && i == 0))
            return false;
    }
    return part.n > 0;
}

/* Each part plain, at least two of them. */
static bool is_path(pl_bytes path)
{
    size_t parts = 0;
    pl_bytes part;
    while (pl_bytes_split(&path, '/', &part)) {
        if (!is_plain(part))
            return false;
        parts++;
    }
    return parts >= 2;
}

static bool is_folder(pl_bytes folder)
{
    pl_bytes part;
    while (pl_bytes_split(&folder, '/', &part))
        if (part.n == 0 || pl_bytes_eq_str(part, "..") || pl_bytes_eq_str(part, "."))
            return false;
    return pl_bytes_find_byte(folder, '#', 0) == SIZE_MAX && pl_bytes_find_byte(folder, 0, 0) == SIZE_MAX;
}

/* "o/n/tree/main/packages/x" is folder packages/x of o/n. */
static pl_bytes cut_tree(pl_bytes *path)
{
    size_t first = pl_bytes_find_byte(*path, '/', 0);
    size_t second = first == SIZE_MAX ? SIZE_MAX : pl_bytes_find_byte(*path, '/', first + 1);
    pl_bytes rest = second == SIZE_MAX ? (pl_bytes){NULL, 0} : pl_bytes_from(*path, second);
    pl_bytes mark = pl_bytes_starts(rest, PL_LIT("/tree/")) ? PL_LIT("/tree/") : PL_LIT("/blob/");
    if (!pl_bytes_starts(rest, mark))
        return (pl_bytes){NULL, 0};
    size_t slash = pl_bytes_find_byte(rest, '/', mark.n);
    *path = pl_bytes_sub(*path, 0, second);
    return slash == SIZE_MAX ? (pl_bytes){NULL, 0} : pl_bytes_from(rest, slash + 1);
}

static bool finish(pl_bytes host, pl_bytes path, struct pl_arena *arena, const char **url,
                   const char **folder)
{
    size_t port = pl_bytes_find_byte(host, ':', 0);
    path = pl_bytes_sub(path, 0, pl_bytes_find_byte(path, '#', 0));
    path = pl_bytes_sub(path, 0, pl_bytes_find_byte(path, '?', 0));
    while (path.n > 0 && path.p[path.n - 1] == '/')
        path.n--;
    pl_bytes below = cut_tree(&path);
    if (pl_bytes_ends(path, PL_LIT(".git")))
        path.n -= 4;
    if (!is_plain(pl_bytes_sub(host, 0, port)) || !is_path(path) || !is_folder(below))
        return false;
    *url = pl_arena_printf(arena, "https://%.*s/%.*s", PL_ARG(host), PL_ARG(path));
    *folder = pl_arena_str(arena, below);
    return *url != NULL && *folder != NULL;
}

bool pl_npm_repository(pl_bytes text, struct pl_arena *arena, const char **url, const char **folder)
{
    text = pl_bytes_trim(text);
    for (size_t i = 0; i < sizeof shorthands / sizeof shorthands[0]; i++)
        if (pl_bytes_starts(text, pl_bytes_of_str(shorthands[i].word)))
            return finish(pl_bytes_of_str(shorthands[i].host),
                          pl_bytes_from(text, strlen(shorthands[i].word)), arena, url, folder);
    for (size_t i = 0; i < sizeof schemes / sizeof schemes[0]; i++) {
        if (!pl_bytes_starts(text, pl_bytes_of_str(schemes[i])))
            continue;
        pl_bytes rest = pl_bytes_from(text, strlen(schemes[i]));
        size_t slash = pl_bytes_find_byte(rest, '/', 0);
        pl_bytes host = pl_bytes_sub(rest, 0, slash);
        size_t user = pl_bytes_rfind_byte(host, '@');
        if (user != SIZE_MAX)
            host = pl_bytes_from(host, user + 1);
        size_t colon = pl_bytes_find_byte(host, ':', 0);
        uint64_t port;
        if (colon != SIZE_MAX && !pl_bytes_to_u64(pl_bytes_from(host, colon + 1), &port)) {
            /* "ssh://git@host:owner/name" is meant as scp would have it */
            pl_bytes path = pl_bytes_from(rest, pl_bytes_find_byte(rest, ':', 0) + 1);
            return finish(pl_bytes_sub(host, 0, colon), path, arena, url, folder);
        }
        return slash != SIZE_MAX && finish(host, pl_bytes_from(rest, slash + 1), arena, url, folder);
    }
    size_t colon = pl_bytes_find_byte(text, ':', 0);
    size_t at = pl_bytes_find_byte(text, '@', 0);
    if (at != SIZE_MAX && colon != SIZE_MAX && at < colon) /* git@host:owner/name */
        return finish(pl_bytes_sub(text, at + 1, colon - at - 1), pl_bytes_from(text, colon + 1), arena, url,
                      folder);
    return colon == SIZE_MAX && finish(PL_LIT("github.com"), text, arena, url, folder);
}
