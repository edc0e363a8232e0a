/*
 * feed.h - the entries of a folder with their contents, from the disk or from a process that may read it.
 */
#ifndef PL_PIPELINE_FEED_H
#define PL_PIPELINE_FEED_H

#include "io/child.h"
#include "io/walk.h"

/* Gets one entry, and for a file its n bytes on the heap, which it owns from here on. e->dir_fd and e->name say nothing. */
struct pl_feed_sink {
    void *ctx;
    pl_status (*entry)(void *ctx, const struct pl_walk_entry *e, uint8_t *heap, size_t n, struct pl_err *err);
};

/* Where they come from. */
struct pl_feed {
    const char *folder; /* read it; NULL: */
    int from_parent;    /* what pl_feed_send() sends at the other end */
};

/* Hand over all entries, in the order of pl_walk(). */
PL_MUST_USE pl_status pl_feed_each(const struct pl_feed *feed, const struct pl_limits *limits,
                                   const struct pl_feed_sink *sink, struct pl_err *err);
/* What of a folder is sent; all of it but the folders themselves when there is no choice. */
struct pl_feed_choice {
    bool (*enters)(const struct pl_walk_entry *e); /* whose contents are wanted */
    bool has_folders;                              /* they are entries, too */
    uint64_t max_bytes;                            /* of a file; a larger one comes without contents */
};
/* Read `folder` and send it to a child that calls pl_feed_each(). PL_E_NOT_FOUND when the child has ended. `choice` may be NULL. */
PL_MUST_USE pl_status pl_feed_send(const char *folder, const struct pl_feed_choice *choice,
                                   const struct pl_limits *limits, struct pl_child *child,
                                   const struct pl_child_tick *tick, struct pl_err *err);

#endif
