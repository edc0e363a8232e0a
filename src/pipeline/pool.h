/*
 * pool.h - worker threads over files, with a bound on the bytes that wait.
 */
#ifndef PL_PIPELINE_POOL_H
#define PL_PIPELINE_POOL_H

#include "model/file.h"

struct pl_pool;

/* One piece of work; `worker` is 0 to jobs - 1, and no two calls with the same worker run at once. */
typedef pl_status (*pl_pool_work)(void *ctx, unsigned worker, struct pl_file *f, struct pl_err *err);

/* Start `jobs` threads; with 0, pl_pool_put() does the work itself. Close it in every case. */
PL_MUST_USE pl_status pl_pool_open(unsigned jobs, uint64_t max_waiting_bytes, pl_pool_work work, void *ctx,
                                   struct pl_pool **out, struct pl_err *err);
/* Hand over one file; waits while too many bytes wait. Fails at once when a worker has failed. */
PL_MUST_USE pl_status pl_pool_put(struct pl_pool *p, struct pl_file *f, struct pl_err *err);
/* Wait until all is done. Of several failures the one of the file that came first is returned. Accepts NULL. */
PL_MUST_USE pl_status pl_pool_close(struct pl_pool *p, struct pl_err *err);

#endif
