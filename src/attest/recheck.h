/*
 * recheck.h - a signed account beside the same account made again.
 */
#ifndef PL_ATTEST_RECHECK_H
#define PL_ATTEST_RECHECK_H

#include "attest/outcome.h"
#include "attest/statement.h"

/*
 * Compare what follows from package and source alone: level of each file's bytes by class, every claim, the findings, the verdict of `sourced`. What
 * depends on where the two came from (names, publication, origin) is not compared. Each difference is a fact of `o`, up to 20.
 * PL_E_INPUT when the account was made again from other sources.
 */
PL_MUST_USE pl_status pl_recheck(const struct pl_statement *signed_account, const struct pl_report *again,
                                 struct pl_outcome *o, size_t *differences, struct pl_err *err);

#endif
