/*
 * apart.h - foreign documents are judged in a process that has given up everything; what it says of them is checked for its shape here.
 *
 * It can lie about them, as whoever takes it over could have lied in this one. It cannot open, run or send anything.
 */
#ifndef PL_ATTEST_APART_H
#define PL_ATTEST_APART_H

#include "attest/outcome.h"
#include "io/ask.h"

struct pl_apart {
    void *ctx;
    /*
     * Done there: criteria and facts go to *said, which is the outcome that was given, or another one with the same criteria that is freed for it.
     * Status and error are those of the verb.
     */
    pl_status (*judge)(void *ctx, struct pl_outcome **said, enum pl_exit *exit, struct pl_err *why);
    const char *what;         /* "the attestation" */
    const char *const *reads; /* as in pl_ask */
    size_t n_reads;
    const struct pl_ask
        *how; /* limits, forking and is_here of it; NULL: the limits that all have, and no other thread */
};

/*
 * Have it judged: criteria that are not yet decided, and all facts, are taken over to `o`; *exit is PL_EXIT_PASS only if each criterion holds. A process that
 * ends before it has said so is PL_E_TRUST: what nobody could read to its end proves nothing.
 */
PL_MUST_USE pl_status pl_judge_apart(const struct pl_apart *a, struct pl_outcome *o, enum pl_exit *exit,
                                     struct pl_err *why);

#endif
