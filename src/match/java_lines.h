/*
 * java_lines.h - line tables of a class beside the lines of its source.
 */
#ifndef PL_MATCH_JAVA_LINES_H
#define PL_MATCH_JAVA_LINES_H

#include "match/java_class.h"

/* Fill in x->line_starts. */
PL_MUST_USE pl_status pl_java_lines_init(struct pl_java_check *x, struct pl_err *err);
/* Do the lines of the methods lie within the class of the source? */
bool pl_java_lines_of_class(const struct pl_java_check *x, uint32_t place);
/* Do those of a method lie within a member? */
bool pl_java_lines_within(const struct pl_java_check *x, const struct pl_javaclass_member *m,
                          const struct pl_java_member *s);
/*
 * Methods that have the lines of another one are contradicted. A line table may be wrong as a whole, where the build changed the file: so most
 * methods have to have their own.
 */
void pl_java_lines_compare(struct pl_java_check *x);

#endif
