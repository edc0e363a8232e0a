/*
 * bindings.h - images, and parts of them, that a generator outside of the source writes.
 */
#ifndef PL_MATCH_BINDINGS_H
#define PL_MATCH_BINDINGS_H

#include "match/match.h"

/* The file of the source that a generator makes this image from, by its name: "sip/QtQml/QtQmlmod.sip"; NULL when there is none. O(units). */
const struct pl_source_file *pl_bindings_input(const struct pl_match *m, const struct pl_file *f);

/* SWIG's input for the Python module of that name ("ldns"), whose native half is _ldns; NULL when there is none. O(bytes of the inputs). */
const struct pl_source_file *pl_bindings_swig(const struct pl_match *m, pl_bytes module);

/*
 * Does SWIG put the string together from words of the input of this image: "Selection_matchdeps", the method of a class? What it could hide: another pair of these
 * words. O(bytes of the input) for each line below in the string.
 */
bool pl_bindings_made_name(const struct pl_match *m, const struct pl_file *f, pl_bytes string);

/*
 * The file of the source that a generator makes a part of some program from, or a generator itself, where a build file names this image; NULL when there is
 * none. O(bytes of the build files and the scripts).
 */
const struct pl_source_file *pl_bindings_part(const struct pl_match *m, const struct pl_file *f);

#endif
