/*
 * leaves.h - the git blob ids of all leaves of a subject, for the search of its revision.
 */
#ifndef PL_PIPELINE_LEAVES_H
#define PL_PIPELINE_LEAVES_H

#include "corpus/git.h"
#include "pipeline/acquire.h"

struct pl_leaves {
    PL_VEC(struct pl_git_leaf) list;
};

/* Unpack the subject once more and keep nothing but ids. The caller frees list with PL_VEC_FREE. */
PL_MUST_USE pl_status pl_leaves_of(const struct pl_acquired *a, struct pl_leaves *out, struct pl_err *err);

#endif
