/*
 * functions.h - the functions of the source trees and their atoms, found without headers or a compiler.
 *
 * Built once, then read by many threads at once. The index is borrowed and must outlive it.
 */
#ifndef PL_CORPUS_FUNCTIONS_H
#define PL_CORPUS_FUNCTIONS_H

#include "corpus/index.h"
#include "feature/atoms.h"

struct pl_source_function {
    pl_source_ref file;
    pl_bytes name;   /* as written; a macro-made name (PREFIX(x)) as its argument */
    uint64_t offset; /* of the first byte of its head, and length to its closing brace */
    uint64_t length;
    uint32_t first_atom;
    uint32_t n_atoms; /* in order; of macros and enumerators it uses too, as far as the tree defines them, both arms of #if */
    uint32_t unit;    /* files that make one translation unit share it: a .c with the .c and .h files it includes by name */
    bool is_static;
    bool is_inline;
};

struct pl_functions {
    struct pl_source_function *functions; /* by file (in index order), then by offset */
    size_t n_functions;
    struct pl_atom *atoms;
    size_t n_atoms;
    /* File-scope objects with their own atoms (tables of strings and functions), in the same order. */
    struct pl_source_function *objects;
    size_t n_objects;
};

PL_MUST_USE pl_status pl_functions_build(const struct pl_index *ix, unsigned jobs, struct pl_functions **out,
                                         struct pl_err *err);
void pl_functions_free(struct pl_functions *f); /* accepts NULL */

/* Indices of functions with that name, in order; *n is their number. Borrowed. */
const uint32_t *pl_functions_named(const struct pl_functions *f, pl_bytes name, size_t *n);
/* Indices of functions that have an atom of that hash, in order, each once; at most 4,096 are kept of one hash. */
const uint32_t *pl_functions_with(const struct pl_functions *f, uint64_t hash, size_t *n);
/* Does any identifier, literal or number of the sources have that hash? */
bool pl_functions_knows(const struct pl_functions *f, uint64_t hash);

#endif
