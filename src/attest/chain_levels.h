/*
 * chain_levels.h - what a chain report says of dependencies, for a verification summary.
 */
#ifndef PL_ATTEST_CHAIN_LEVELS_H
#define PL_ATTEST_CHAIN_LEVELS_H

#include "base/bytes.h"
#include "base/status.h"

#define PL_LEVELS 5u

/*
 * Count the components of a report of plumb chain (docs/chain.schema.json) by own level, each once: not the product itself, and not what only
 * its developers need. One that was not examined counts as level 0. `purl` (NULL: not known) is the package of the summary: PL_E_INPUT when the
 * report is about another.
 */
PL_MUST_USE pl_status pl_chain_levels_read(pl_bytes json, const char *purl, uint64_t counts[PL_LEVELS],
                                           struct pl_err *err);

#endif
