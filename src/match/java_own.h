/*
 * java_own.h - what a Java compiler puts in that no source says.
 */
#ifndef PL_MATCH_JAVA_OWN_H
#define PL_MATCH_JAVA_OWN_H

#include "match/java_class.h"

/* Is the atom one that the compiler adds to what stands in the scope? */
bool pl_java_is_own(const struct pl_java_check *x, const struct pl_java_atom *atom);
/* Types by whose methods a program leaves itself: a class file that names one has a source that names it. */
bool pl_java_is_sensitive(pl_bytes owner);
/* Are both nested in one class of the outermost level? */
bool pl_java_same_top(pl_bytes a, pl_bytes b);

#endif
