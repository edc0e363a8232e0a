/*
 * git_uri.h - naming a git revision: git+file:///PATH[@REF][#FOLDER], git+https://HOST/PATH[@REF][#FOLDER].
 */
#ifndef PL_CORPUS_GIT_URI_H
#define PL_CORPUS_GIT_URI_H

#include "base/arena.h"

#define PL_GIT_URI_MAX_BYTES 4096u

/* All parts decoded, in the arena. */
struct pl_git_uri {
    const char *repository; /* a path, or a URL without "git+" */
    bool is_local;
    const char *ref; /* tag, branch, commit or version; NULL when none is named */
    const char
        *folder; /* of the package in a repository of many, without slashes at its ends; "" is the root */
};

/* Does `text` want to be one? Only the scheme is looked at. */
bool pl_git_uri_is(pl_bytes text);

/*
 * Read `text`. A path may hold '@' as well as a ref may: the shortest path at which is_there(ctx, path) says that something stands is
 * the repository. PL_E_USAGE for anything else than the forms above, and for a folder with "..".
 */
PL_MUST_USE pl_status pl_git_uri_parse(pl_bytes text, bool (*is_there)(void *ctx, const char *path),
                                       void *ctx, struct pl_arena *arena, struct pl_git_uri *out,
                                       struct pl_err *err);

#endif
