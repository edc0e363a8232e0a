/*
 * acquire.h - bring in what is to be checked, its sources, and what is known of its publication.
 */
#ifndef PL_PIPELINE_ACQUIRE_H
#define PL_PIPELINE_ACQUIRE_H

#include "corpus/headers.h"
#include "io/spill.h"
#include "match/toolchain.h"
#include "model/limits.h"
#include "model/report.h"
#include "model/source.h"
#include "supply/deb_identity.h"
#include "supply/supply.h"

#define PL_MAX_TREES 688u

/* All that a check needs in memory. Zeroed before use; released in every case. */
struct pl_acquired {
    const struct pl_check_options *options;
    const struct pl_limits *limits;
    struct pl_supply *supply;
    struct pl_arena arena;

    bool is_folder;                /* options->subject is a folder, and bytes are empty */
    pl_bytes bytes;                /* of the package */
    const char *name;              /* to show */
    uint8_t *heap;                 /* owns bytes when the subject was a file... */
    struct pl_mapping mapping;     /* ...or this does, when it is a large one */
    struct pl_store store;         /* for what is unpacked of it; .base NULL: none is to be had */
    struct pl_ebb ebb;             /* keeps little of both in memory */
    PL_VEC(struct pl_store) rooms; /* contents of trees that a child has read (source_child.h) */
    struct pl_supplied *supplied;  /* owns bytes when it was a purl */
    struct pl_supplied *published; /* the published package, when ours is another one */
    bool has_identity;
    struct pl_deb_identity identity;

    struct pl_source_tree *trees[PL_MAX_TREES];
    size_t n_trees;
    bool has_source;
    struct pl_headers headers[PL_MAX_DEV_PACKAGES];
    uint8_t *header_heaps[PL_MAX_DEV_PACKAGES]; /* own their texts */
    size_t n_headers;
    bool is_release; /* the subject claims to be an archive of its source, not something built from it */
    struct pl_prints prints[PL_MAX_DEV_PACKAGES]; /* functions of the toolchain's libraries */
    uint8_t *print_heaps[PL_MAX_DEV_PACKAGES];    /* own their texts */
    size_t n_prints;
};

/* Bring all of it in; r gets subject, sources, the published link, notes. The error is the one to report. */
PL_MUST_USE pl_status pl_acquire(struct pl_acquired *a, struct pl_report *r, struct pl_err *err);
/* Tell the operator that `what` could not be had, and why. */
PL_MUST_USE pl_status pl_acquire_note(struct pl_report *r, const char *what, const struct pl_err *why,
                                      struct pl_err *err);
void pl_acquired_release(struct pl_acquired *a);

#endif
