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

#endif
