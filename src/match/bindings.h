/*
 * bindings.h - images, and parts of them, that a generator outside of the source writes.
 */
#ifndef PL_MATCH_BINDINGS_H
#define PL_MATCH_BINDINGS_H

#include "base/map.h"
#include "match/match.h"

/* The file of the source that a generator makes this image from, by its name: "sip/QtQml/QtQmlmod.sip"; NULL when there is none. O(units). */
const struct pl_source_file *pl_bindings_input(const struct pl_match *m, const struct pl_file *f);

/* SWIG's input for the Python module of that name ("ldns"), whose native half is _ldns; NULL when there is none. O(bytes of the inputs). */
const struct pl_source_file *pl_bindings_swig(const struct pl_match *m, pl_bytes module);

/* Words of SWIG's input for one image; those of an image that SWIG does not make are none. */
struct pl_made_names {
    struct pl_map words;
    bool is_read;
};

void pl_made_names_init(struct pl_made_names *names);
void pl_made_names_reset(struct pl_made_names *names);
/*
 * *is_made: does SWIG put the string together from words of the input of this image: "Selection_matchdeps", the method of a class? What it could hide: another
 * pair of these words. The input is read when first asked; then O(bytes) for each line below in the string.
 */
PL_MUST_USE pl_status pl_made_names_has(struct pl_made_names *names, const struct pl_match *m,
                                        const struct pl_file *f, pl_bytes string, bool *is_made,
                                        struct pl_err *err);

/*
 * The file of the source that a generator makes a part of some program from, or a generator itself, where a build file names this image; NULL when there is
 * none. O(bytes of the build files and the scripts).
 */
const struct pl_source_file *pl_bindings_part(const struct pl_match *m, const struct pl_file *f);

/*
 * The build file that names the C file after which this image is called, where no source has a file of that stem: it is another package's. NULL when there is none, or when a file of the
 * stem is there. What it could hide: an image of such a name, of which a warning speaks. O(units and bytes of the build files).
 */
const struct pl_source_file *pl_bindings_absent(const struct pl_match *m, const struct pl_file *f);

#endif
