/*
 * git.h - a revision of a local git repository as a source tree: objects are read, nothing is checked out.
 *
 * Repository and package may be hostile: no configuration, hook, filter or attribute outside of the tree is followed.
 */
#ifndef PL_CORPUS_GIT_H
#define PL_CORPUS_GIT_H

#include "corpus/tree.h"

/* A leaf of the package, by which a revision is searched for. */
struct pl_git_leaf {
    pl_sha1 blob;
    uint64_t size; /* bytes */
};

struct pl_git_want {
    const char *path;    /* of the repository, bare or with a work tree */
    const char *ref;     /* tag, branch, commit (7 digits or more) or version; NULL: search */
    const char *name;    /* of the package, for tags such as name@1.2.3; may be NULL */
    const char *version; /* preferred by the search when several revisions explain the same; may be NULL */
    const char *folder;  /* of the package in the repository; "" or NULL is the root */
    const struct pl_git_leaf *leaves;
    size_t n_leaves;
    /* Where a submodule's repository is; *path is taken from the arena. PL_E_NOT_FOUND: nowhere. May be NULL. */
    pl_status (*find_repository)(void *ctx, pl_bytes url, struct pl_arena *arena, const char **path,
                                 struct pl_err *err);
    void *ctx;
};

/*
 * Load the tree of the revision: attributes applied as git archive does (a file that it rewrites is there in both forms, the plain
 * one superseded), submodules below their paths when their repositories are there, nested archives opened. tree->git says which
 * revision it is. What is missing or too large is a warning in the tree.
 *
 * PL_E_NOT_FOUND: no repository, no such revision (the hint names near ones), no such folder. PL_E_INPUT: damaged objects, or no
 * revision explains a byte. PL_E_LIMIT: too many files, folders too deep, too many bytes.
 */
PL_MUST_USE pl_status pl_source_tree_open_git(const struct pl_git_want *want,
                                              const struct pl_source_spec *spec,
                                              const struct pl_limits *limits, struct pl_source_tree **out,
                                              struct pl_err *err);

/*
 * The files anywhere on branches and tags (never on refs of pull requests, which anybody can make) whose contents are those of a leaf of
 * the package. A tree of rank spec->rank, each file by the path it had where it was met first; no file when nothing matched.
 */
PL_MUST_USE pl_status pl_source_tree_open_git_history(const struct pl_git_want *want,
                                                      const struct pl_source_spec *spec,
                                                      const struct pl_limits *limits,
                                                      struct pl_source_tree **out, struct pl_err *err);

/* Does the repository have the revision that want->ref names? */
bool pl_git_has_revision(const struct pl_git_want *want);

/* Does it look as if a repository (bare, or with a .git) were at `path`? Nothing in it is read. */
bool pl_git_is_repository(const char *path);

#define PL_GIT_PLACES 32u
/* Folders; texts in an arena. */
struct pl_git_places {
    const char *v[PL_GIT_PLACES];
    size_t n;
};
/* Add to *out where the files of the repository at `path` lie; what is more than there is room for is left out. */
PL_MUST_USE pl_status pl_git_places_of(const char *path, struct pl_arena *arena, struct pl_git_places *out,
                                       struct pl_err *err);
/* Let the library read of the system what it wants before its first use, which a confined process may not. */
void pl_git_prepare(void);

/*
 * How well `tag` names `version` of the package `name` (NULL when not known): 0 not at all, else the smaller the better. "1.2.3" and
 * "v1.2.3" come first, then "name@1.2.3", "name-v1.2.3", "release-1.2.3", and last those with "_" or "-" for the dots.
 */
unsigned pl_git_tag_fit(pl_bytes tag, pl_bytes version, const char *name);

#endif
