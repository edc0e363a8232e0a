/*
 * wordset.h - the set of all words of the sources; membership only.
 *
 * Words are borrowed from the bytes they were cut from.
 */
#ifndef PL_CORPUS_WORDSET_H
#define PL_CORPUS_WORDSET_H

#include "base/bytes.h"
#include "base/status.h"

struct pl_wordset_slot {
    const uint8_t *p; /* NULL: free */
    uint32_t n;
    uint32_t hash;
};

struct pl_wordset {
    struct pl_wordset_slot *slots;
    size_t n;
    size_t capacity; /* a power of two, or 0 */
    uint64_t seed;   /* random per process: nobody can aim collisions at it */
};

void pl_wordset_init(struct pl_wordset *w);
void pl_wordset_reset(struct pl_wordset *w);
/* Add every word of `text`, as pl_words_next() cuts them. */
PL_MUST_USE pl_status pl_wordset_add_text(struct pl_wordset *w, pl_bytes text, struct pl_err *err);
/* Add all words of `other`. */
PL_MUST_USE pl_status pl_wordset_merge(struct pl_wordset *w, const struct pl_wordset *other,
                                       struct pl_err *err);
bool pl_wordset_has(const struct pl_wordset *w, pl_bytes word);

#endif
