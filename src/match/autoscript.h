/*
 * autoscript.h - does a piece of a maintainer script follow from one of debhelper's templates? Private to match/.
 */
#ifndef PL_MATCH_AUTOSCRIPT_H
#define PL_MATCH_AUTOSCRIPT_H

#include "base/bytes.h"

enum { PL_AUTOSCRIPT_VALUES = 64 };

/* One place where "#NAME#" of the template became a value. */
struct pl_autoscript_value {
    pl_bytes name;  /* "#UNITFILE#", a view of the template */
    pl_bytes value; /* a view of the body; may have no bytes */
};

/*
 * Does `body` equal the template, once or several times over, with each #NAME# replaced? Within one repetition a name has
 * one value; a value has at most 256 bytes and no line end, but for a continued line. values[0, *n) are filled in order of
 * the body. `body` may go on with white space. O(1) memory, at most 100,000 steps a repetition.
 */
bool pl_autoscript_fits(pl_bytes template, pl_bytes body,
                        struct pl_autoscript_value values[PL_AUTOSCRIPT_VALUES], size_t *n);

/*
 * Can the value do no more than its template meant it to? No shell metacharacters; what is run on an error is "exit N",
 * "true" or one function name.
 */
bool pl_autoscript_is_tame(const struct pl_autoscript_value *v);

#endif
