/*
 * anchors.h - winnowing: few fingerprints of any bytes, chosen so that whoever shares a run shares a fingerprint.
 *
 * Source: Schleimer, Wilkerson, Aiken, "Winnowing: local algorithms for document fingerprinting" (2003).
 *
 * Every gram of PL_ANCHOR_GRAM bytes has a hash; of each PL_ANCHOR_WINDOW neighbouring grams the one with the smallest hash is
 * kept, the rightmost on a tie. Guarantee: a run of PL_ANCHOR_RUN bytes that stands in two inputs gives both an anchor with the same
 * hash at the same place of the run. One exception keeps repetition cheap: of anchors with the same hash that follow each other within
 * a window (a run of "=====", a table of zeros) only the first is kept; both inputs still hold that hash once.
 * An input with fewer grams than a window gives one anchor, one shorter than a gram none.
 */
#ifndef PL_CORPUS_ANCHORS_H
#define PL_CORPUS_ANCHORS_H

#include "base/bytes.h"
#include "base/status.h"

#define PL_ANCHOR_GRAM   16u
#define PL_ANCHOR_WINDOW 16u
#define PL_ANCHOR_RUN    (PL_ANCHOR_GRAM + PL_ANCHOR_WINDOW - 1u)

/*
 * One anchor in 8 bytes: the hash above, the position below, so that sorting numbers sorts by hash, then position.
 * 36 bits of position are 64 GiB.
 */
typedef uint64_t pl_anchor;
#define PL_ANCHOR_POSITION_BITS 36u
#define PL_ANCHOR_HASH_BITS     28u
#define PL_ANCHOR_MAX_POSITION  ((1ULL << PL_ANCHOR_POSITION_BITS) - 1u)

static inline pl_anchor pl_anchor_of(uint32_t hash28, uint64_t position)
{
    return (uint64_t)hash28 << PL_ANCHOR_POSITION_BITS | position;
}

static inline uint32_t pl_anchor_hash(pl_anchor a)
{
    return (uint32_t)(a >> PL_ANCHOR_POSITION_BITS);
}

static inline uint64_t pl_anchor_position(pl_anchor a)
{
    return a & PL_ANCHOR_MAX_POSITION;
}

/* A growing list; the heap block belongs to it. */
struct pl_anchors {
    pl_anchor *v;
    size_t n;
    size_t capacity;
};

/* How to compute; both give the same anchors. */
enum pl_anchor_path { PL_ANCHOR_PORTABLE, PL_ANCHOR_AVX2 };

/* The fastest path of this machine; asked once per process. */
enum pl_anchor_path pl_anchor_best_path(void);

/*
 * Append the anchors of `data`, in order of position, positions counted from `base`.
 * PL_E_NOMEM, and PL_E_LIMIT when base + data.n exceeds PL_ANCHOR_MAX_POSITION; then nothing was appended.
 */
PL_MUST_USE pl_status pl_anchors_add(struct pl_anchors *out, pl_bytes data, uint64_t base,
                                     enum pl_anchor_path path, struct pl_err *err);
void pl_anchors_reset(struct pl_anchors *out);

#endif
