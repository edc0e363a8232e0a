/*
 * git_private.h - what the files that read git repositories share. Private to corpus/.
 */
#ifndef PL_CORPUS_GIT_PRIVATE_H
#define PL_CORPUS_GIT_PRIVATE_H

#include "base/buf.h"
#include "corpus/git.h"
#include "format/text/gitattr.h"

#include <git2.h>

#define PL_GIT_DEPTH 256u /* folders in folders */

struct pl_git_repo {
    git_repository *repository;
    git_odb *odb;
};

/* PL_E_NOT_FOUND when there is none at `path`; nothing above it is looked at. close accepts a zeroed one. */
PL_MUST_USE pl_status pl_git_open(const char *path, struct pl_git_repo *out, struct pl_err *err);
void pl_git_close(struct pl_git_repo *r);
/* Turn a libgit2 return code into an error: "`what` `name`: why". */
pl_status pl_git_fail(struct pl_err *err, int code, const char *what, const char *name);

/* A revision that was decided on. */
struct pl_git_revision {
    git_oid commit; /* zero when a tree was named */
    git_oid tree;
    git_oid tag; /* zero when no annotated tag names it */
    const char *ref;
    bool is_found;
};

/* The one that want->ref names. */
PL_MUST_USE pl_status pl_git_resolve(const struct pl_git_repo *r, const struct pl_git_want *want,
                                     struct pl_arena *arena, struct pl_git_revision *out, struct pl_err *err);
/* The one, of all branches and tags, whose tree explains most bytes of want->leaves. */
PL_MUST_USE pl_status pl_git_search(const struct pl_git_repo *r, const struct pl_git_want *want,
                                    const struct pl_limits *limits, struct pl_arena *arena,
                                    struct pl_git_revision *out, struct pl_err *err);
/* Peel what a ref or an id names. */
PL_MUST_USE pl_status pl_git_peel(const struct pl_git_repo *r, const git_oid *id, struct pl_git_revision *out,
                                  struct pl_err *err);
/* Does the name belong to a branch or tag of the repository, and not to a pull request? */
bool pl_git_ref_counts(const char *name);
/* The names of all refs that count, sorted; in the arena. */
struct pl_git_refs {
    const char **v;
    size_t n;
};
PL_MUST_USE pl_status pl_git_list_refs(const struct pl_git_repo *r, struct pl_arena *arena,
                                       struct pl_git_refs *out, struct pl_err *err);

/*
 * What git archive makes of the contents of a file: $Id$, line ends, $Format:...$. *changed tells whether it differs; then the bytes are in
 * `out`.
 */
PL_MUST_USE pl_status pl_git_export(const struct pl_git_repo *r, const struct pl_git_revision *revision,
                                    struct pl_gitattr attributes, const git_oid *blob, pl_bytes data,
                                    struct pl_buf *out, bool *changed, struct pl_err *err);

#endif
