/*
 * acquire_npm.h - the packages that a bundled npm package may have taken in, at the versions of its lock file.
 */
#ifndef PL_PIPELINE_ACQUIRE_NPM_H
#define PL_PIPELINE_ACQUIRE_NPM_H

#include "pipeline/acquire.h"

/*
 * Add, as trees of rank PL_RANK_DEPENDENCY, packages that the git source's lock file pins and that its own programs import or the package's
 * texts name as bundled. What cannot be had is a note. Does nothing when the source has every script as it is.
 */
PL_MUST_USE pl_status pl_acquire_dependencies(struct pl_acquired *a, struct pl_report *r, struct pl_err *err);

#endif
