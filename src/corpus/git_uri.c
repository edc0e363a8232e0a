/*
 * git_uri.c - reading git+SCHEME://... as pip and npm write it, with the ref after '@' and a folder after '#'.
 *
 *     git+file:///srv/xz.git@v5.4.1
 *     git+https://example.org/group/project.git@name@1.2.3#packages/name
 *
 * Percent escapes are decoded in paths, refs and folders (RFC 3986 section 2.1). Source: pip's VCS support, SPDX 2.3 clause 7.7.
 */
#include "corpus/git_uri.h"

#include <string.h>

static const char *const schemes[] = {"https://", "http://", "ssh://", "git://"};

/* NULL when the arena is full, or for an escape that makes no sense or a NUL; *is_bad tells the latter. */
static const char *decode(pl_bytes text, struct pl_arena *arena, bool *is_bad)
{
    char *out = pl_arena_take(arena, text.n + 1);
    size_t n = 0;
    if (out == NULL)
        return NULL;
    for (size_t i = 0; i < text.n; i++) {
        uint8_t c = text.p[i];
        if (c == '%') {
            int high = i + 2 < text.n ? pl_hex_value(text.p[i + 1]) : -1;
            int low = i + 2 < text.n ? pl_hex_value(text.p[i + 2]) : -1;
            if (high < 0 || low < 0) {
                *is_bad = true;
                return NULL;
            }
            c = (uint8_t)(high << 4 | low);
            i += 2;
        }
        if (c == 0) {
            *is_bad = true;
            return NULL;
        }
        out[n++] = (char)c;
    }
    out[n] = '\0';
    return out;
}

bool pl_git_uri_is(pl_bytes text)
{
    return pl_bytes_starts(text, PL_LIT("git+"));
}

static bool is_safe_folder(pl_bytes folder)
{
    pl_bytes part;
    while (pl_bytes_split(&folder, '/', &part))
        if (part.n == 0 || pl_bytes_eq_str(part, ".") || pl_bytes_eq_str(part, ".."))
            return false;
    return true;
}

struct parts {
    pl_bytes repository;
    pl_bytes ref;
    bool has_ref;
};

static void cut_at(pl_bytes text, size_t at, struct parts *out)
{
    out->repository = pl_bytes_sub(text, 0, at);
    out->has_ref = at < text.n;
    out->ref = pl_bytes_from(text, at + 1);
}

static pl_status split_local(pl_bytes text, bool (*is_there)(void *, const char *), void *ctx,
                             struct pl_arena *arena, struct parts *out, struct pl_err *err)
{
    size_t from = 0;
    for (;;) {
        size_t at = pl_bytes_find_byte(text, '@', from);
        bool is_bad = false;
        cut_at(text, at == SIZE_MAX ? text.n : at, out);
        const char *path = decode(out->repository, arena, &is_bad);
        if (path == NULL && !is_bad)
            return pl_arena_fail(arena, err);
        if (path != NULL && path[0] != '\0' && is_there(ctx, path))
            return PL_OK;
        if (at == SIZE_MAX)
            break;
        from = at + 1;
    }
    size_t first = pl_bytes_find_byte(
        text, '@', 0); /* nothing is there: the plain reading is the one to complain about */
    cut_at(text, first == SIZE_MAX ? text.n : first, out);
    return PL_OK;
}

/* After the host, where a user's name may have an '@' of its own. */
static pl_status split_remote(pl_bytes text, struct parts *out, struct pl_err *err)
{
    for (size_t i = 0; i < sizeof schemes / sizeof schemes[0]; i++) {
        size_t n = strlen(schemes[i]);
        if (!pl_bytes_starts(text, pl_bytes_of_str(schemes[i])))
            continue;
        size_t slash = pl_bytes_find_byte(text, '/', n);
        if (slash == SIZE_MAX || slash == n || slash + 1 == text.n)
            break;
        size_t at = pl_bytes_find_byte(text, '@', slash);
        cut_at(text, at == SIZE_MAX ? text.n : at, out);
        return PL_OK;
    }
    return pl_fail(err, PL_E_USAGE, 4, "a git source is git+file:///PATH@REF or git+https://HOST/PATH@REF");
}

pl_status pl_git_uri_parse(pl_bytes text, bool (*is_there)(void *ctx, const char *path), void *ctx,
                           struct pl_arena *arena, struct pl_git_uri *out, struct pl_err *err)
{
    struct parts parts = {0};
    bool is_bad = false;
    if (!pl_git_uri_is(text) || text.n > PL_GIT_URI_MAX_BYTES)
        return pl_fail(err, PL_E_USAGE, 0, "not a git source, or longer than %u bytes", PL_GIT_URI_MAX_BYTES);
    text = pl_bytes_from(text, 4);
    size_t hash = pl_bytes_find_byte(text, '#', 0);
    pl_bytes folder = hash == SIZE_MAX ? PL_LIT("") : pl_bytes_from(text, hash + 1);
    text = pl_bytes_sub(text, 0, hash);
    while (folder.n > 0 && folder.p[folder.n - 1] == '/')
        folder.n--;
    bool is_local = pl_bytes_starts(text, PL_LIT("file://"));
    pl_status st = is_local ? split_local(pl_bytes_from(text, 7), is_there, ctx, arena, &parts, err)
                            : split_remote(text, &parts, err);
    if (st != PL_OK)
        return st;
    struct pl_git_uri uri = {.is_local = is_local};
    uri.repository =
        is_local ? decode(parts.repository, arena, &is_bad) : pl_arena_str(arena, parts.repository);
    uri.folder = decode(folder, arena, &is_bad);
    if (parts.has_ref && parts.ref.n > 0)
        uri.ref = decode(parts.ref, arena, &is_bad);
    if (is_bad || parts.repository.n == 0 ||
        (uri.folder != NULL && !is_safe_folder(pl_bytes_of_str(uri.folder))))
        return pl_fail(err, PL_E_USAGE, PL_NO_OFFSET,
                       "a git source with an escape, path or folder that makes no sense");
    if (arena->why != PL_OK)
        return pl_arena_fail(arena, err);
    *out = uri;
    return PL_OK;
}
