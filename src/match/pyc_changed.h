/*
 * pyc_changed.h - instructions that do something else than the statement of the source at their line.
 */
#ifndef PL_MATCH_PYC_CHANGED_H
#define PL_MATCH_PYC_CHANGED_H

#include "base/buf.h"
#include "match/pyc_lines.h"

struct pl_pyc;

/* What the compiler itself puts in: __module__, <lambda>, .0 and the like. */
bool pl_pyc_is_made(pl_bytes name);

/*
 * Append to `list` what code object `number` computes, loads or names at a line whose statement does not say it, as "line 12: -"; *n counts them.
 * None for a version of Python whose instructions have no table. O(instructions log source), and what is left of *budget: facts and bytes of statements that may still
 * be looked at for all code objects of a file. A code object that needs more counts as changed.
 */
PL_MUST_USE pl_status pl_pyc_changed(const struct pl_pyc_lines *lines, const struct pl_pyc *pyc,
                                     uint32_t number, uint64_t *budget, struct pl_buf *list, size_t *n,
                                     struct pl_err *err);

#endif
