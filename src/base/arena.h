/*
 * arena.h - memory by lifetime: take many, free all at once.
 *
 * Ask how long a thing must live and take it from the arena of that name: run, package, scratch.
 * An arena is used by one thread at a time.
 */
#ifndef PL_BASE_ARENA_H
#define PL_BASE_ARENA_H

#include "base/bytes.h"
#include "base/status.h"

struct pl_arena_chunk;

struct pl_arena {
    struct pl_arena_chunk *chunks; /* newest first */
    struct pl_arena_chunk *spare;  /* empty ones that a rewind has left */
    size_t used_bytes;             /* taken so far, all chunks */
    size_t max_bytes;
    pl_status why; /* PL_OK, or why the last take gave NULL: PL_E_LIMIT or PL_E_NOMEM */
};

void pl_arena_init(struct pl_arena *a, size_t max_bytes);
/* Free everything that was taken; the arena can be used again. */
void pl_arena_reset(struct pl_arena *a);

/* The same, but chunks of a few megabytes stay: for scratch that is emptied thousands of times. */
void pl_arena_rewind(struct pl_arena *a);

/* `n` zeroed bytes aligned for any type, valid until reset; NULL when over the maximum or out of memory. */
void *pl_arena_take(struct pl_arena *a, size_t n);
/* Room for `count` things of `size` bytes; NULL also when the product overflows. */
void *pl_arena_take_n(struct pl_arena *a, size_t count, size_t size);
/* A copy of `b` followed by a NUL that is not counted; .p is NULL on failure only. */
pl_bytes pl_arena_keep(struct pl_arena *a, pl_bytes b);
/* The same as a C string. */
char *pl_arena_str(struct pl_arena *a, pl_bytes b);
char *pl_arena_printf(struct pl_arena *a, const char *fmt, ...) PL_PRINTF(2, 3);

/* Turn a NULL from the above into an error. */
pl_status pl_arena_fail(const struct pl_arena *a, struct pl_err *err);

#endif
