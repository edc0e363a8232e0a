/*
 * examine.h - from the bytes of a package and an index of its sources to sealed ledgers.
 */
#ifndef PL_PIPELINE_EXAMINE_H
#define PL_PIPELINE_EXAMINE_H

#include "corpus/headers.h"
#include "corpus/index.h"
#include "match/match.h"
#include "match/toolchain.h"
#include "model/report.h"
#include "pipeline/feed.h"
#include "pipeline/watch.h"

struct pl_examination {
    const struct pl_limits *limits;
    const struct pl_index *index;
    const struct pl_headers *headers; /* of the build */
    size_t n_headers;
    uint8_t **header_heaps; /* n_headers; own their texts: freed, and NULL, once the literals are built */
    const struct pl_layout *layout; /* NULL: not laid out like its source */
    const struct pl_prints *prints; /* of the toolchain */
    size_t n_prints;
    struct pl_explanation *explanation; /* NULL: nobody asks for a byte */
    const char *asked; /* path in the package, or the end of one; "" for the package itself */
    unsigned jobs;
    const struct pl_observer *observer; /* may be NULL; calls are serialised by the caller's wrapper */
    struct pl_watch *watch;             /* who looks on; NULL: nobody */
    struct pl_store *store; /* for large contents; they stay in it as long as the records hold them */
};

/*
 * Unpack `package`, called `name`, explain every leaf, and leave in r->files the records of all files in walk order, each with
 * a sealed ledger, residues and findings. Contents of files with residues are kept until the report is judged.
 * PL_E_INPUT when the package is an archive and damaged.
 */
PL_MUST_USE pl_status pl_examine(const struct pl_examination *x, pl_bytes package, const char *name,
                                 struct pl_report *r, struct pl_err *err);

/* The same for the files of a folder, which come from `feed`; each is walked like a package. */
PL_MUST_USE pl_status pl_examine_folder(const struct pl_examination *x, const struct pl_feed *feed,
                                        struct pl_report *r, struct pl_err *err);

#endif
