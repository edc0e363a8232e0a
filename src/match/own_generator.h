/*
 * own_generator.h - files that a script of the tree wrote: which script, and whether a word can be one that it put together.
 */
#ifndef PL_MATCH_OWN_GENERATOR_H
#define PL_MATCH_OWN_GENERATOR_H

#include "match/match.h"

#define PL_OWN_RULE "generated.own"

struct pl_own;

/*
 * The script that f names as its writer, read; *out is NULL when there is none, or f is not to be compiled. Lives in m->scratch until
 * pl_own_close().
 */
PL_MUST_USE pl_status pl_own_open(const struct pl_match *m, struct pl_file *f, struct pl_own **out,
                                  struct pl_err *err);
void pl_own_close(struct pl_own *x); /* accepts NULL */

/* Are all parts of a text, between underscores and signs of expressions, words of the script, of what it read, or numbers? */
bool pl_own_derives(const struct pl_own *x, pl_bytes text);

#endif
