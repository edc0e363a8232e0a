/*
 * outcome.h - what came of a verb about trust: its criteria one by one, facts, errors, documents and an exit code.
 */
#ifndef PL_ATTEST_OUTCOME_H
#define PL_ATTEST_OUTCOME_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/vec.h"
#include "plumbline/attest.h"

/* A criterion that nobody looked at is not one that holds. */
enum pl_step_result { PL_STEP_NOT_REACHED, PL_STEP_HOLDS, PL_STEP_FAILS };

struct pl_outcome_step {
    const char *name;   /* static: "signature" */
    const char *wanted; /* what is enforced */
    enum pl_step_result result;
    const char *why; /* what was found; NULL while not reached */
};

struct pl_outcome_fact {
    const char *name; /* static: "key" */
    const char *value;
};

struct pl_outcome_document {
    const char *format; /* static: "intoto" */
    struct pl_buf bytes;
};

struct pl_outcome {
    struct pl_arena arena; /* of all texts */
    const char *verb;      /* static */
    const char *subject;   /* the file or thing it is about */
    PL_VEC(struct pl_outcome_step) steps;
    PL_VEC(struct pl_outcome_fact) facts;
    PL_VEC(struct pl_outcome_document) documents;
    bool has_error;
    struct pl_err error; /* the first thing that went wrong */
    enum pl_exit exit;
};

/* One that says no: its exit code is PL_EXIT_TRUST until somebody sets another. NULL when out of memory. */
struct pl_outcome *pl_outcome_new(const char *verb, const char *subject);

/* Announce a criterion; *index is its place. */
PL_MUST_USE pl_status pl_outcome_enforce(struct pl_outcome *o, const char *name, struct pl_err *err,
                                         const char *fmt, ...) PL_PRINTF(4, 5);
/* The criterion of that name, which must have been announced, holds. */
PL_MUST_USE pl_status pl_outcome_holds(struct pl_outcome *o, const char *name, struct pl_err *err,
                                       const char *fmt, ...) PL_PRINTF(4, 5);
/* It fails, for the reason in `why`; gives why->status. */
pl_status pl_outcome_fails(struct pl_outcome *o, const char *name, const struct pl_err *why);
PL_MUST_USE pl_status pl_outcome_fact(struct pl_outcome *o, const char *name, struct pl_err *err,
                                      const char *fmt, ...) PL_PRINTF(4, 5);
/* Room for a document of that format; NULL when out of memory. Valid until the next one is asked for. */
struct pl_buf *pl_outcome_document(struct pl_outcome *o, const char *format, size_t max_bytes);

/*
 * End a verb: PL_OK of `st` gives `exit`, anything else the exit code of the status with *why as the error. Hands *out over; frees it and
 * gives PL_E_NOMEM only when memory ended.
 */
PL_MUST_USE pl_status pl_outcome_end(struct pl_outcome *o, pl_status st, const struct pl_err *why,
                                     enum pl_exit exit, struct pl_outcome **out, struct pl_err *err);

#endif
