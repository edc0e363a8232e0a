/*
 * ask.h - hostile bytes in, a few words out: work that is done in a process which has given up everything (confine.h).
 *
 * What the process says is as hostile as what it read: take() checks all of it.
 */
#ifndef PL_IO_ASK_H
#define PL_IO_ASK_H

#include "base/buf.h"
#include "model/limits.h"

struct pl_ask_answer;

struct pl_ask {
    void *ctx;
    /* Done in the process, which is a copy of this one: what it changes is lost, but for what it says. */
    pl_status (*work)(void *ctx, struct pl_ask_answer *to, struct pl_err *err);
    /* Done here with each part of the answer, in order. */
    pl_status (*take)(void *ctx, pl_bytes part, struct pl_err *err);
    const char *what; /* for the error, when the process ends early: "the document" */
    const struct pl_limits *limits;
    const char *const *reads; /* what the process may still open for reading, as in pl_confine_limits */
    size_t n_reads;
    uint64_t part_bytes;            /* one part of the answer at most */
    void (*forking)(bool is_begin); /* around the start of the process; NULL: no other thread is there */
    bool is_here;                   /* no process: all is done in this one */
};

/* In work(): say a part of the answer. */
PL_MUST_USE pl_status pl_ask_say(struct pl_ask_answer *to, pl_bytes part, struct pl_err *err);

/* The same of a buffer, which is empty then. */
PL_MUST_USE pl_status pl_ask_say_all(struct pl_ask_answer *to, struct pl_buf *part, struct pl_err *err);

/*
 * Status and error are those of work() or take(). A process that ends before its work, or takes too long, is PL_E_INPUT; one past the deadline of the
 * limits PL_E_LIMIT.
 */
PL_MUST_USE pl_status pl_ask(const struct pl_ask *ask, struct pl_err *err);

#endif
