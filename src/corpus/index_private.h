/*
 * index_private.h - what index.c answers from and index_build.c fills; nobody else includes it.
 */
#ifndef PL_CORPUS_INDEX_PRIVATE_H
#define PL_CORPUS_INDEX_PRIVATE_H

#include "corpus/index.h"
#include "corpus/wordset.h"

#include <pthread.h>

#define PL_LINE_STEP 1024u

struct pl_unit {
    pl_source_ref ref;
    uint64_t base;
    bool is_text;
    bool is_repeat; /* an earlier unit has the same contents */
    pl_sha256 folded;
    uint32_t *lines; /* line feeds before each whole PL_LINE_STEP bytes; NULL for a shorter unit. Owned */
};

/* A part that is built when first asked for. */
struct pl_late_postings {
    pthread_mutex_t lock;
    bool is_built;
    struct pl_postings postings;
};

struct pl_late_words {
    pthread_mutex_t lock;
    bool is_built;
    struct pl_wordset words; /* in small letters */
};

struct pl_late {
    struct pl_late_words folded;
    struct pl_late_postings lines;
    struct pl_late_postings prose;
};

struct pl_index {
    struct pl_source_tree *const *trees; /* own copy of the list, borrowed trees */
    size_t n_trees;
    unsigned jobs;
    struct pl_unit *units;
    uint32_t n_units;
    uint64_t source_bytes;
    uint32_t *by_sha256; /* unit numbers sorted by (key, number) */
    uint32_t *by_git_blob;
    uint32_t *by_folded; /* text units only */
    uint32_t n_folded;
    uint32_t *by_path;
    uint32_t *by_name;
    struct pl_postings anchors;
    struct pl_wordset words;
    struct pl_late *late; /* not const: filled on demand under its locks */
};

/* Words of all text units, in small letters. */
PL_MUST_USE pl_status pl_index_build_folded_words(const struct pl_index *ix, struct pl_wordset *out,
                                                  struct pl_err *err);
/* Build one late part from all text units that are no repeats. */
PL_MUST_USE pl_status pl_index_build_lines(const struct pl_index *ix, struct pl_postings *out,
                                           struct pl_err *err);
PL_MUST_USE pl_status pl_index_build_prose(const struct pl_index *ix, const struct pl_gram_set *wanted,
                                           struct pl_postings *out, struct pl_err *err);

#endif
