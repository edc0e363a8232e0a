/*
 * parallel.h - the same work on several threads, to the end or to the first failure.
 */
#ifndef PL_BASE_PARALLEL_H
#define PL_BASE_PARALLEL_H

#include "base/status.h"

#include <stddef.h>

#define PL_PARALLEL_MAX 64u

/* How many workers a request for `jobs` gives: 1 to PL_PARALLEL_MAX. */
unsigned pl_parallel_workers(unsigned jobs);

/*
 * Do items [0, n), each once, in any order, on up to `jobs` threads. `item` gets the number of its worker, below
 * pl_parallel_workers(jobs). After a failure no further item is begun; the status and error of the smallest failed item are
 * given. A thread that cannot be started is done without. An item may call it again: threads then multiply.
 */
PL_MUST_USE pl_status pl_parallel(unsigned jobs, size_t n, void *ctx,
                                  pl_status (*item)(void *ctx, unsigned worker, size_t i, struct pl_err *err),
                                  struct pl_err *err);

#endif
