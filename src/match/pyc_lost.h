/*
 * pyc_lost.h - what the source of a code object names and the code object does not: a statement that was taken out.
 */
#ifndef PL_MATCH_PYC_LOST_H
#define PL_MATCH_PYC_LOST_H

#include "base/buf.h"
#include "format/binary/pyc.h"

/* Of one file. */
struct pl_pyc_lost {
    const struct pl_pyc *pyc;
    pl_bytes source;
    uint64_t budget; /* tokens and facts that may still be looked at */
};

/*
 * Append to `names` those that the function or class of code object `number` uses in the source and that neither it nor what is inside of it has; *n counts
 * them. None when its statements cannot be told from the source alone (a condition that is constant), or the budget is used up.
 */
PL_MUST_USE pl_status pl_pyc_lost_names(struct pl_pyc_lost *x, uint32_t number, struct pl_buf *names,
                                        size_t *n, struct pl_err *err);

#endif
