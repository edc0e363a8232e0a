/*
 * bindings.h - images, and parts of them, that a generator outside of the source writes.
 */
#ifndef PL_MATCH_BINDINGS_H
#define PL_MATCH_BINDINGS_H

#include "match/match.h"

/* The file of the source that a generator makes this image from, by its name: "sip/QtQml/QtQmlmod.sip"; NULL when there is none. O(units). */
const struct pl_source_file *pl_bindings_input(const struct pl_match *m, const struct pl_file *f);

/*
 * The file of the source that a generator makes a part of some program from, or a generator itself, where a build file names this image; NULL when there is
 * none. O(bytes of the build files and the scripts).
 */
const struct pl_source_file *pl_bindings_part(const struct pl_match *m, const struct pl_file *f);

#endif
