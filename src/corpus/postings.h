/*
 * postings.h - from a hash to the places in the sources that have it: an immutable sorted array, in 8 bytes a place.
 *
 *     28-bit hash:  | segment: 8 | slot: as many bits as give about 8 places a slot | rest |
 *
 * Each of 256 segments is one array of pl_anchor sorted as numbers (by hash, then position) with a directory of where each slot
 * begins. A look-up is one directory read and a short scan; batches hide the memory behind prefetching.
 * Of one hash at most PL_POSTINGS_CAP places are kept, those with the smallest positions: what stands everywhere says little
 * about where a run comes from, and must not cost time.
 */
#ifndef PL_CORPUS_POSTINGS_H
#define PL_CORPUS_POSTINGS_H

#include "corpus/anchors.h"

#define PL_POSTINGS_SEGMENTS 256u
#define PL_POSTINGS_CAP      32u

struct pl_postings_segment {
    pl_anchor *v;
    uint32_t *slots; /* (1 << slot_bits) + 1 beginnings */
    uint32_t n;
    uint32_t slot_bits;
};

struct pl_postings {
    struct pl_postings_segment segments[PL_POSTINGS_SEGMENTS];
    uint64_t n;         /* places kept */
    uint64_t n_dropped; /* places over the cap */
};

/* Places gathered by one worker, by segment. */
struct pl_postings_heap {
    struct pl_anchors parts[PL_POSTINGS_SEGMENTS];
};

PL_MUST_USE pl_status pl_postings_heap_add(struct pl_postings_heap *h, const pl_anchor *v, size_t n,
                                           struct pl_err *err);
void pl_postings_heap_reset(struct pl_postings_heap *h);

/* Sort what all workers gathered, on `jobs` threads; the heaps are empty afterwards. The answer depends on the set of places alone. */
PL_MUST_USE pl_status pl_postings_build(struct pl_postings *out, struct pl_postings_heap *heaps,
                                        size_t n_heaps, unsigned jobs, struct pl_err *err);
void pl_postings_reset(struct pl_postings *p);

/* The places of one hash, sorted by position; borrowed. */
typedef struct pl_places {
    const pl_anchor *v;
    size_t n;
} pl_places;

pl_places pl_postings_find(const struct pl_postings *p, uint32_t hash28);
/* out[i] = places of the hash of anchors[i], for all n. */
void pl_postings_find_all(const struct pl_postings *p, const pl_anchor *anchors, size_t n, pl_places *out);

#endif
