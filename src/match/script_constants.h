/*
 * script_constants.h - the values of named numbers of the sources, which minifiers put in where the names stood.
 */
#ifndef PL_MATCH_SCRIPT_CONSTANTS_H
#define PL_MATCH_SCRIPT_CONSTANTS_H

#include "corpus/index.h"
#include "feature/script_atoms.h"

/* Hashes of values, as atoms have them, in ascending order. */
struct pl_script_constants {
    PL_VEC(uint64_t) hashes;
};

/*
 * Find every `NAME = expression` of the package's own scripts whose parts are numbers and such names, and work it out: 60 * MINUTE,
 * ~(1 << 5 | FLAG). A name that several texts define counts in its own text first. O(texts).
 */
PL_MUST_USE pl_status pl_script_constants_find(const struct pl_index *ix,
                                               const struct pl_script_vocabulary *v,
                                               struct pl_script_constants *out, struct pl_err *err);
void pl_script_constants_reset(struct pl_script_constants *c);
bool pl_script_constants_have(const struct pl_script_constants *c, uint64_t hash);

#endif
