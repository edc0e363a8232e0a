/*
 * git_fetch.h - a git repository that is named by a URL, brought where it can be read.
 */
#ifndef PL_SUPPLY_GIT_FETCH_H
#define PL_SUPPLY_GIT_FETCH_H

#include "supply/supply.h"

struct pl_git_fetch {
    const char *url;
    const char *ref; /* when the copy in the cache has it, nothing is fetched; NULL: whatever there is */
};

/*
 * *path, in `arena`, is a repository with all branches and tags of the URL: one of the mirror folder, else the copy in the cache, else
 * fetched into the cache. Pull-request refs are never fetched.
 * PL_E_NETWORK: not reachable, or a miss when offline. PL_E_LIMIT: more bytes than a source may have. PL_E_UNSUPPORTED: a scheme
 * that is not fetched.
 */
PL_MUST_USE pl_status pl_supply_git_fetch(struct pl_supply *s, const struct pl_git_fetch *fetch,
                                          struct pl_arena *arena, const char **path, struct pl_err *err);

/* The folder of all repositories of the cache; in the arena, NULL when that is full. */
const char *pl_supply_git_cache(const struct pl_supply *s, struct pl_arena *arena);

/* The same without the network: the mirror folder and the cache. PL_E_NOT_FOUND when it is in neither. */
PL_MUST_USE pl_status pl_supply_git_local(struct pl_supply *s, pl_bytes url, struct pl_arena *arena,
                                          const char **path, struct pl_err *err);

#endif
