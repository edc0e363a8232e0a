/*
 * parallel.h - a handful of independent jobs at once.
 */
#ifndef PL_SUPPLY_PARALLEL_H
#define PL_SUPPLY_PARALLEL_H

#include <stddef.h>

/* Call job(ctx, i) for each i below n, on up to four threads, and wait for all. The jobs share nothing but what is read-only. */
void pl_parallel(size_t n, void (*job)(void *ctx, size_t i), void *ctx);

#endif
