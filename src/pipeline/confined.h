/*
 * confined.h - an examination in a child process that has given up files, network, programs and privileges.
 */
#ifndef PL_PIPELINE_CONFINED_H
#define PL_PIPELINE_CONFINED_H

#include "model/explanation.h"
#include "model/report.h"
#include "pipeline/feed.h"
#include "pipeline/watch.h"

/* What is done in the child: everything that examine() adds to r->files and r->findings comes back. */
struct pl_confined_work {
    void *ctx;
    pl_status (*examine)(void *ctx, struct pl_watch *watch, const struct pl_feed *feed, struct pl_report *r,
                         struct pl_err *err);
    const struct pl_limits *limits;     /* PL_E_LIMIT when their deadline passes before the end */
    const struct pl_observer *observer; /* of the parent */
    unsigned jobs;
    bool is_open;                       /* the child gives nothing up: it is there to be ended in time */
    const char *folder;                 /* the child is fed the files of this folder; NULL: */
    pl_bytes package;                   /* what it examines; copied by the fork */
    const char *name;                   /* of it, to show */
    struct pl_explanation *explanation; /* its function comes back, too; NULL: nobody asks */
};

/*
 * Run it. A child that ends before it has told everything costs the file that it was at, which is opaque, with a finding `file.crashed`; it is tried again
 * without that file, eight times at most, and then the package is one opaque file. Status and error are the child's own when it has any.
 */
PL_MUST_USE pl_status pl_confined(const struct pl_confined_work *work, struct pl_report *r,
                                  struct pl_err *err);

/*
 * A child is a copy of this process, and a lock that another thread holds at that moment stays locked in it for ever. Between these two a
 * thread may hold locks of libraries; children are started in between.
 */
void pl_confined_hold(void);
void pl_confined_release(void);
/* Around a wait, by a thread that may hold: it holds no lock then. */
void pl_confined_pause(bool is_begin);
/* Let libraries read of the system what they want before their first use, which a child may not. Before one is started. */
PL_MUST_USE pl_status pl_confined_prepare(struct pl_err *err);
/* Around the start of a child, by a thread that may hold. */
void pl_confined_forking(bool is_begin);

#endif
