/*
 * build_meson.h - texts that meson.build files put together for programs, for build_values.c.
 */
#ifndef PL_CORPUS_BUILD_MESON_H
#define PL_CORPUS_BUILD_MESON_H

#include "corpus/build_values.h"
#include "corpus/build_variables.h"

/*
 * Read the meson.build files of the trees of rank PL_RANK_OWN, and give each macro whose value is a text to `sink`, in `vars`' arena. `vars` says what the
 * directories of the build are, and runs out of memory where this does.
 */
void pl_build_meson(const struct pl_index *ix, struct pl_build_variables *vars,
                    const struct pl_build_sink *sink);

#endif
