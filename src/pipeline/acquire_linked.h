/*
 * acquire_linked.h - the sources of the libraries that went into a package's programs, as its control file names them.
 */
#ifndef PL_PIPELINE_ACQUIRE_LINKED_H
#define PL_PIPELINE_ACQUIRE_LINKED_H

#include "pipeline/acquire.h"

/*
 * Add, as trees of rank PL_RANK_DEPENDENCY or PL_RANK_TOOLCHAIN, the sources that a .deb says it was built using, where its own source is one of Go or
 * Rust. Another version stands for one that is listed no more. What cannot be had is a note.
 */
PL_MUST_USE pl_status pl_acquire_linked(struct pl_acquired *a, struct pl_report *r, struct pl_err *err);

#endif
