/*
 * child.h - a process that is a copy of this one, to do what this one had better not do itself.
 *
 * Two one-way channels: frames from the child, and bytes to it. The child is not believed: a frame is so long at most, and what is in it is
 * for the caller to check.
 */
#ifndef PL_IO_CHILD_H
#define PL_IO_CHILD_H

#include "base/buf.h"
#include "model/limits.h"

#include <sys/types.h>

struct pl_child {
    pid_t pid;
    int from; /* frames come from there */
    int to;   /* bytes go there */
};

/* What the child does with its ends of the channels; it ends when this returns, without cleaning up. */
typedef void (*pl_child_work)(void *ctx, int to_parent, int from_parent);

/*
 * Start a child. In it every other descriptor is closed, 0 to 2 lead nowhere (in sanitizer builds 2 stays: their reports go there), signals do
 * what they do by default, and it dies with its parent. PL_E_IO, PL_E_NOMEM.
 */
PL_MUST_USE pl_status pl_child_start(pl_child_work work, void *ctx, struct pl_child *out, struct pl_err *err);

/*
 * PL_E_BUG in a child. It is a copy of one thread: a lock that stood for "a child is being started" stays locked in it, so that who takes such a
 * lock asks here first.
 */
PL_MUST_USE pl_status pl_child_may_start(struct pl_err *err);

/* Called about five times a second while something is awaited; false gives up, as PL_E_LIMIT. */
struct pl_child_tick {
    void *ctx;
    bool (*tick)(void *ctx);
};

/* A tick's ctx: how long a child may take. */
struct pl_child_patience {
    uint64_t started_ns; /* pl_clock_monotonic_ns() */
    const struct pl_limits *limits;
};

/* Is it neither past its process_seconds nor past the deadline of its limits? For pl_child_tick. */
bool pl_child_has_time(void *patience);

/* The next frame, of at most out->max_bytes, into `out`. PL_E_NOT_FOUND when the child has ended instead. */
PL_MUST_USE pl_status pl_child_receive(struct pl_child *c, const struct pl_child_tick *tick,
                                       struct pl_buf *out, struct pl_err *err);
/* Send bytes. PL_E_NOT_FOUND when the child takes no more. */
PL_MUST_USE pl_status pl_child_send(struct pl_child *c, const struct pl_child_tick *tick, pl_bytes bytes,
                                    struct pl_err *err);
/* No more bytes will come. */
void pl_child_send_end(struct pl_child *c);

/* Kill it when it still runs, and collect it. The number of the signal that ended it, or 0, into *signal; its exit code into *code. */
void pl_child_end(struct pl_child *c, int *signal, int *code);

/* In the child: write one frame; false when nobody reads. */
bool pl_child_put(int to_parent, pl_bytes frame);
/* In the child: fill `n` bytes at p; false when the parent has ended the stream first. */
bool pl_child_get(int from_parent, void *p, size_t n);

/* Zeroed memory that children started later share with this process; NULL when out of memory. */
void *pl_child_shared(size_t n);
void pl_child_shared_free(void *p, size_t n);

#endif
