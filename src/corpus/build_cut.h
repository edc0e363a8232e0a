/*
 * build_cut.h - variables that a makefile or a shell script cuts out of others.
 */
#ifndef PL_CORPUS_BUILD_CUT_H
#define PL_CORPUS_BUILD_CUT_H

#include "corpus/build_variables.h"

/* NAME := a$(shell echo '$(DEB_VERSION)' | sed -e 's/.*-//')b: give the variable what stands behind the last byte of that kind. Nothing where `value` is anything else. */
void pl_build_cut_version(struct pl_build_variables *vars, pl_bytes name, pl_bytes value);
/* NAME=$(echo $VERSION | cut -d. -f2), also with `: give the variable that part of each value known so far. Nothing where `value` is anything else. */
void pl_build_cut_part(struct pl_build_variables *vars, pl_bytes name, pl_bytes value);

#endif
