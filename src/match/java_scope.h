/*
 * java_scope.h - what a piece of Java source can give to compiled code: its names, and the strings and numbers that it is worth.
 *
 * A scope is a set of token ranges of one file; a class body within a range is left out of it. It is filled anew for
 * each method, at the cost of its tokens.
 */
#ifndef PL_MATCH_JAVA_SCOPE_H
#define PL_MATCH_JAVA_SCOPE_H

#include "feature/java_code.h"
#include "feature/java_source.h"
#include "match/java_tree.h"

struct pl_java_scope {
    const struct pl_java_source *source;
    const struct pl_java_tree *tree;
    uint32_t *stamps;          /* by symbol: the number of the last filling that met it */
    uint32_t *constant_stamps; /* by constant of the tree */
    uint32_t number;
    PL_VEC(uint32_t) words; /* symbols met, each once */
    PL_VEC(struct pl_java_part)
    parts;        /* literals met; with is_closed those of the constants that are named, too */
    size_t n_own; /* parts that stand in the ranges themselves */
    bool is_closed;
    bool has_operator; /* arithmetic, once closed also in the constants: numbers may be folded */
    bool has_product;  /* likewise, other than sums, which join strings, too */
    uint64_t budget;   /* steps that are left for putting strings together */
    bool is_out_of_memory;
};

PL_MUST_USE pl_status pl_java_scope_init(struct pl_java_scope *x, const struct pl_java_source *source,
                                         const struct pl_java_tree *tree, struct pl_err *err);
void pl_java_scope_reset(struct pl_java_scope *x);

void pl_java_scope_clear(struct pl_java_scope *x);
void pl_java_scope_add(struct pl_java_scope *x, uint32_t first, uint32_t end);

bool pl_java_scope_has_name(const struct pl_java_scope *x, pl_bytes name);
/* Anywhere in the file. */
bool pl_java_scope_file_has_name(const struct pl_java_scope *x, pl_bytes name);
/*
 * Is it a literal, or put together of literals and constants that are named? `may_fold`: a number in it may be what arithmetic of
 * the scope or of such a constant gives.
 */
bool pl_java_scope_has_string(struct pl_java_scope *x, pl_bytes text, bool may_fold);
/* Has a literal a mark that a build puts something else for, @VERSION@ or ${version}? */
bool pl_java_scope_has_template(const struct pl_java_scope *x);
/* `bits` of it: a literal, its negative, or a constant that is named. */
bool pl_java_scope_has_number(struct pl_java_scope *x, uint64_t value);
bool pl_java_scope_has_float(struct pl_java_scope *x, uint64_t bits);
/*
 * A constant in capitals that the scope names, that no source declares, and that is not among the fields that are `read`: its class is compiled
 * elsewhere, and its value was put in.
 */
bool pl_java_scope_has_unknown_constant(const struct pl_java_scope *x, const struct pl_map *read);

#endif
