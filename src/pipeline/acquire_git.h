/*
 * acquire_git.h - a source that is a revision of a git repository, here or fetched.
 */
#ifndef PL_PIPELINE_ACQUIRE_GIT_H
#define PL_PIPELINE_ACQUIRE_GIT_H

#include "pipeline/acquire.h"

/* A git source to bring in. */
struct pl_git_source {
    const char *uri; /* git+... */
    enum pl_how how;
    const char *name;    /* of the package, for spellings of tags; NULL: taken from the subject's file name */
    const char *version; /* takes the place of a ref that the URI does not name, as a wish; NULL likewise */
    bool needs_version;  /* the version is what was asked for: it is resolved, not only preferred */
};

/*
 * Load it, verify its signature when keys were given, and add the tree to `a` (and one of the history when that is wanted).
 * PL_E_TRUST: keys were given and the revision is signed by another or badly.
 */
PL_MUST_USE pl_status pl_acquire_git(struct pl_acquired *a, const struct pl_git_source *source,
                                     struct pl_report *r, struct pl_err *err);

/* The same for the repository that the package's own metadata claims, at the tag of the package's version. */
PL_MUST_USE pl_status pl_acquire_claimed(struct pl_acquired *a, struct pl_report *r, struct pl_err *err);

/* When the package's own sources are all from git, say what that means for the link `origin`. */
PL_MUST_USE pl_status pl_judge_git_origin(const struct pl_acquired *a, struct pl_report *r,
                                          struct pl_err *err);

#endif
