/*
 * solve.h - from what is known of each component to what is true of the whole.
 */
#ifndef PL_CHAIN_SOLVE_H
#define PL_CHAIN_SOLVE_H

#include "model/chain.h"

/*
 * Fill in own and chain levels, counts, depth, the weakest path, what raises the chain, and the exit code. Components that were not examined count
 * as 0. Everything in a finished chain whose results are set.
 */
PL_MUST_USE pl_status pl_chain_solve(struct pl_chain *c, struct pl_err *err);

#endif
