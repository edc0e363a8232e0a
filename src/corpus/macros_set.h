/*
 * macros_set.h - what macros.c fills and macros_expand.c reads; nobody else includes this.
 */
#ifndef PL_CORPUS_MACROS_SET_H
#define PL_CORPUS_MACROS_SET_H

#include "base/vec.h"
#include "corpus/macros.h"

#define PL_MACRO_DEFINITIONS 12u /* of one name; more are forgotten */
#define PL_MACRO_PARAMETERS  32u
#define PL_MACRO_FILTER_BITS 65536u

struct macro {
    pl_bytes name;
    pl_bytes parameters; /* .p NULL: an object-like macro */
    pl_bytes body;
    uint32_t next; /* of the same slot: index + 1, or 0 */
    bool is_telling;
};

struct pl_macros {
    PL_VEC(struct macro) all; /* in the order they were added */
    uint32_t *slots;
    size_t n_slots; /* a power of two */
    uint64_t telling[PL_MACRO_FILTER_BITS /
                     64]; /* by hash: most words are no telling macro, and this says so at once */
};

/* The definitions of a name, oldest first; their number, at most PL_MACRO_DEFINITIONS. */
size_t pl_macros_find(const struct pl_macros *m, pl_bytes name,
                      const struct macro *out[PL_MACRO_DEFINITIONS]);

#endif
