/*
 * postings.h - from a hash to the places in the sources that have it: an immutable sorted array, in 5 bytes a place.
 *
 *     hash, 28 bits:  | 10 to 28 bits name the slot | rest |
 *     place, 40 bits:                               | rest | position |
 *
 * There are enough slots that the rest and a position together need no more than 40 bits. A slot is a run of the array, sorted by hash, then position; a directory says where each begins. A look-up is one directory read and
 * a short scan; batches hide the memory behind prefetching.
 * Of one hash at most PL_POSTINGS_CAP places are kept, those with the smallest positions: what stands everywhere says little
 * about where a run comes from, and must not cost time.
 */
#ifndef PL_CORPUS_POSTINGS_H
#define PL_CORPUS_POSTINGS_H

#include "corpus/anchors.h"

#include <endian.h>
#include <string.h>

#define PL_POSTINGS_CAP 32u

/* 40 bits, the lowest byte first. */
typedef struct pl_place {
    uint8_t byte[5];
} pl_place;

struct pl_postings {
    pl_place *v;
    uint32_t *slots; /* (1 << slot_bits) + 1 beginnings */
    uint32_t slot_bits;
    uint64_t n;         /* places kept */
    uint64_t n_dropped; /* places over the cap */
};

/*
 * Where places come from. `places` appends those of one item; it is called twice for each item, by any worker, so that they can be
 * counted before there is room for them, and must give the same ones both times. Where few come of much work (is_sparse), it is called once
 * and they are held.
 */
struct pl_postings_source {
    size_t n_items;
    uint64_t positions;     /* all are smaller than this */
    uint64_t likely_places; /* sizes the directory; wrong ones cost time */
    bool is_sparse;
    void *ctx;
    pl_status (*places)(void *ctx, size_t item, struct pl_anchors *out, struct pl_err *err);
};

/* Build on `jobs` threads. The answer depends on the set of places alone. Places are not held twice, but sparse ones. */
PL_MUST_USE pl_status pl_postings_build(struct pl_postings *out, const struct pl_postings_source *from,
                                        unsigned jobs, struct pl_err *err);
void pl_postings_reset(struct pl_postings *p);

/* The places of one hash, sorted by position; borrowed. */
typedef struct pl_places {
    const pl_place *v;
    size_t n;
    uint64_t position_mask;
} pl_places;

static inline uint64_t pl_place_value(pl_place p)
{
    uint32_t low;
    memcpy(&low, p.byte, sizeof low);
    return (uint64_t)p.byte[4] << 32 | le32toh(low);
}

static inline uint64_t pl_places_position(pl_places places, size_t i)
{
    return pl_place_value(places.v[i]) & places.position_mask;
}

pl_places pl_postings_find(const struct pl_postings *p, uint32_t hash28);
/* out[i] = places of the hash of anchors[i], for all n. */
void pl_postings_find_all(const struct pl_postings *p, const pl_anchor *anchors, size_t n, pl_places *out);

#endif
