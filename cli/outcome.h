/*
 * outcome.h - what the verbs about trust share: writing an outcome, and a call that could not begin.
 */
#ifndef PLUMB_OUTCOME_H
#define PLUMB_OUTCOME_H

#include "options.h"
#include "plumbline/attest.h"

/* Write `out`, the outcome of a call that gave `st`, free it, and give the exit code. */
int finish_outcome(const struct options *o, pl_status st, struct pl_outcome *out, const struct pl_err *err);
/* No argument where one is needed: an outcome is owed even then. */
int missing_argument(const struct options *o, const char *verb, const char *text, const char *hint);

#endif
