/*
 * java_tree.h - what all .java files of the sources say together: every name, every string, and the values of constants.
 *
 * A compiler puts the value of a constant where the constant is named, also one of another file. Built once, when the first class
 * file asks for it, then read by many threads.
 */
#ifndef PL_MATCH_JAVA_TREE_H
#define PL_MATCH_JAVA_TREE_H

#include "corpus/index.h"
#include "model/limits.h"

/* A part of a constant's value: a literal, or the name of another constant. */
struct pl_java_part {
    uint8_t kind; /* PL_TOKEN_STRING, PL_TOKEN_CHARACTER, PL_TOKEN_NUMBER or PL_TOKEN_WORD */
    bool is_float;
    pl_bytes text; /* as of pl_java_literal; the name */
    uint64_t value;
};

/* A field whose initialiser calls nothing. */
struct pl_java_constant {
    const struct pl_java_part *parts;
    uint32_t n;
    bool has_operator; /* arithmetic: its value stands nowhere as it is */
    uint32_t next;     /* number of another one of that name, PL_JAVA_NONE when there is none */
};

struct pl_java_tree;

/* `ix` and `limits` must outlive it. */
PL_MUST_USE pl_status pl_java_tree_new(const struct pl_index *ix, const struct pl_limits *limits,
                                       struct pl_java_tree **out, struct pl_err *err);
void pl_java_tree_free(struct pl_java_tree *t); /* accepts NULL */
/* Read the sources when nobody did yet. */
PL_MUST_USE pl_status pl_java_tree_need(struct pl_java_tree *t, struct pl_err *err);

/* Is a file of the index over a limit, so that nothing is known of it? False while nobody has read the sources. */
bool pl_java_tree_left_out(const struct pl_java_tree *t, uint32_t unit);

/* Below: after pl_java_tree_need(). */
bool pl_java_tree_has_name(const struct pl_java_tree *t, pl_bytes name);
bool pl_java_tree_has_string(const struct pl_java_tree *t, pl_bytes text);
/* Does a class of the sources have a field or constant of that name? */
bool pl_java_tree_has_field(const struct pl_java_tree *t, pl_bytes name);
/* The first unit that has a class of that name at its outermost level, or PL_JAVA_NONE. */
uint32_t pl_java_tree_unit_of(const struct pl_java_tree *t, pl_bytes class_name);
/* The first constant of a name, or PL_JAVA_NONE. */
uint32_t pl_java_tree_constant(const struct pl_java_tree *t, pl_bytes name);
const struct pl_java_constant *pl_java_tree_at(const struct pl_java_tree *t, uint32_t number);
size_t pl_java_tree_constant_count(const struct pl_java_tree *t);

#endif
