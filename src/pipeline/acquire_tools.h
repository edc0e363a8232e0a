/*
 * acquire_tools.h - the files of the tools that write parts of a release: autoconf, automake, libtool, gettext and the like.
 */
#ifndef PL_PIPELINE_ACQUIRE_TOOLS_H
#define PL_PIPELINE_ACQUIRE_TOOLS_H

#include "pipeline/acquire.h"

/*
 * Add, as trees of rank PL_RANK_TOOLCHAIN, the packages of the tools that the git source's own build files call for. What cannot be had
 * is a note. Does nothing when the subject is no release.
 */
PL_MUST_USE pl_status pl_acquire_tools(struct pl_acquired *a, struct pl_report *r, struct pl_err *err);

/*
 * Fails with PL_E_USAGE when the .deb `s` is made of the source that the subject says it is made of, or is a release of: a tool explains
 * nothing of itself, since who got into one release of it would be explained in the next.
 */
PL_MUST_USE pl_status pl_acquire_other_product(const struct pl_acquired *a, const struct pl_supplied *s,
                                               struct pl_err *err);

#endif
