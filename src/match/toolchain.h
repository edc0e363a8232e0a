/*
 * toolchain.h - the functions that compilers and C libraries link into programs, by content.
 *
 * Made from packages of rank TOOLCHAIN: their object files, alone or as members of static archives. A function of an image that has the print
 * of one of these is that one, whatever the image calls it. Whom it calls and what data it uses is not part of a print: see code_print.c.
 */
#ifndef PL_MATCH_TOOLCHAIN_H
#define PL_MATCH_TOOLCHAIN_H

#include "feature/code.h"
#include "model/source.h"

struct pl_toolchain_function {
    struct pl_code_print print;
    pl_bytes name;                     /* symbol; borrowed from the tree */
    const struct pl_source_tree *tree; /* package */
    const struct pl_source_file *file; /* "usr/lib/gcc/x86_64-linux-gnu/12/libgcc.a!/_muldc3.o" */
};

struct pl_toolchain;

/*
 * Index all object files of those among `trees` that have rank TOOLCHAIN. The trees must outlive the result, which is freed with
 * pl_toolchain_free(). Object files that cannot be read are left out. Deterministic for any `jobs`.
 */
PL_MUST_USE pl_status pl_toolchain_of(struct pl_source_tree *const *trees, size_t n_trees, unsigned jobs,
                                      struct pl_toolchain **out, struct pl_err *err);
void pl_toolchain_free(struct pl_toolchain *t); /* accepts NULL */
size_t pl_toolchain_count(const struct pl_toolchain *t);

/* The first, by name, of the functions with this print; NULL when there is none, or when the print is all zero. O(log n). */
const struct pl_toolchain_function *pl_toolchain_find(const struct pl_toolchain *t,
                                                      const struct pl_code_print *print);

#endif
