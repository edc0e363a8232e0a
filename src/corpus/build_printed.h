/*
 * build_printed.h - the version that a script of the source prints, for build_values.c.
 */
#ifndef PL_CORPUS_BUILD_PRINTED_H
#define PL_CORPUS_BUILD_PRINTED_H

#include "corpus/build_variables.h"
#include "corpus/index.h"

/* A line of configure.ac, whose path is `file`: what the script that m4_esyscmd() names there may print becomes a value of the version. O(script). */
void pl_build_printed_version(struct pl_build_variables *vars, const struct pl_index *ix, pl_bytes file,
                              pl_bytes line);

#endif
