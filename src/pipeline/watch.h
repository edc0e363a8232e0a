/*
 * watch.h - which file each thread of an examination is at, seen from outside of its process.
 *
 * The examination runs in a child (confined.h) that may crash, loop or be killed. What it was doing then stands on a board in shared memory, from
 * which the parent learns which file to leave out when it tries again. The board is not believed for more than that.
 */
#ifndef PL_PIPELINE_WATCH_H
#define PL_PIPELINE_WATCH_H

#include "base/bytes.h"
#include "base/status.h"

struct pl_watch_board;

/* A file that is not examined, since a child ended over it. */
struct pl_watch_skip {
    uint64_t order; /* in the walk */
    char why[96];
};

#define PL_WATCH_SKIPS 8u

struct pl_watch {
    struct pl_watch_board *board; /* shared */
    unsigned n_slots;             /* 0: the thread that walks; 1 and on: workers */
    bool is_inline;               /* one file after the other, on one thread */
    struct pl_watch_skip skips[PL_WATCH_SKIPS];
    size_t n_skips;
};

/* A board for the walk and `jobs` workers. */
PL_MUST_USE pl_status pl_watch_init(struct pl_watch *w, unsigned jobs, struct pl_err *err);
void pl_watch_reset(struct pl_watch *w);

/*
 * In the child; all of them accept NULL and do nothing.
 */
/* Faults of a thread are written on the board before they end the process. */
void pl_watch_faults(struct pl_watch *w);
/* The thread of this slot is at file `order` from here on. */
void pl_watch_begin(struct pl_watch *w, unsigned slot, uint64_t order);
void pl_watch_end(struct pl_watch *w, unsigned slot);
/* It waits for others, or works on the sources: no fault of the file. Returns what pl_watch_resume() wants. */
uint64_t pl_watch_pause(struct pl_watch *w, unsigned slot);
void pl_watch_resume(struct pl_watch *w, unsigned slot, uint64_t paused);
/* All threads: the sources are being read, from here to the end. */
void pl_watch_sources(struct pl_watch *w, bool is_begin);
void pl_watch_progress(struct pl_watch *w, uint64_t files);
/* Why file `order` is left out; NULL when it is not. */
const char *pl_watch_why(const struct pl_watch *w, uint64_t order);

/*
 * In the parent.
 */
#define PL_WATCH_NOBODY UINT64_MAX

struct pl_watch_seen {
    uint64_t order;      /* of the file it ended over; PL_WATCH_NOBODY when that cannot be told */
    bool is_walk;        /* while it was unpacked */
    bool is_alone;       /* no other file was in work */
    bool was_in_sources; /* it ended over the sources */
    int signal;          /* as its handler saw it; 0 when it saw none */
};

void pl_watch_clear(struct pl_watch *w);
uint64_t pl_watch_files(const struct pl_watch *w);
struct pl_watch_seen pl_watch_look(const struct pl_watch *w);
/* A number that changes with whatever slot `i` does; 0 while it has no file or waits. */
uint64_t pl_watch_pulse(const struct pl_watch *w, unsigned i);
uint64_t pl_watch_order(const struct pl_watch *w, unsigned i);
void pl_watch_skip_one(struct pl_watch *w, const struct pl_watch_seen *seen, const char *why);

#endif
