/*
 * echoed_macros.h - macros with a text that shell scripts of the sources print into a header.
 */
#ifndef PL_CORPUS_ECHOED_MACROS_H
#define PL_CORPUS_ECHOED_MACROS_H

#include "corpus/build_values.h"

/* Each to sink->macro, "%d" in place of what has to be a number. Texts are in the arena. False when out of memory. O(n) in scripts. */
bool pl_echoed_macros(const struct pl_index *ix, struct pl_arena *arena, const struct pl_build_sink *sink);

#endif
