/*
 * literals.h - the string literals of the source trees, decoded, for telling whose strings a binary holds.
 *
 * Built once, then read by many threads at once. Source side of DESIGN section 6, strings only.
 */
#ifndef PL_CORPUS_LITERALS_H
#define PL_CORPUS_LITERALS_H

#include "corpus/index.h"

struct pl_literals;

PL_MUST_USE pl_status pl_literals_build(const struct pl_index *ix, unsigned jobs, struct pl_literals **out,
                                        struct pl_err *err);
void pl_literals_free(struct pl_literals *l); /* accepts NULL */

#endif
