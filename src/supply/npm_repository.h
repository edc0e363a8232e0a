/*
 * npm_repository.h - where package metadata says that the source is, as a URL that git can fetch.
 */
#ifndef PL_SUPPLY_NPM_REPOSITORY_H
#define PL_SUPPLY_NPM_REPOSITORY_H

#include "base/arena.h"

/*
 * "git+https://github.com/o/n.git", "git://…", "git@github.com:o/n", "github:o/n", "o/n", "https://github.com/o/n/tree/main/sub": *url
 * becomes "https://HOST/o/n", *folder "sub" or "". False when the text names no repository that can be fetched. Texts in the arena, which says
 * when it is full.
 */
bool pl_npm_repository(pl_bytes text, struct pl_arena *arena, const char **url, const char **folder);

#endif
