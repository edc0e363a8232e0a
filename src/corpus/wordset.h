/*
 * wordset.h - the set of all words of the sources; membership only.
 *
 * Kept is one 64-bit hash a word, keyed with a number that is random per process: nobody can aim a collision at it, and that some word
 * is taken for one of N others happens with a chance of N in 2^64. Words may be added by many threads at once.
 */
#ifndef PL_CORPUS_WORDSET_H
#define PL_CORPUS_WORDSET_H

#include "base/bytes.h"
#include "base/status.h"

#include <pthread.h>

#define PL_WORDSET_SHARD_BITS 6u
#define PL_WORDSET_SHARDS     (1u << PL_WORDSET_SHARD_BITS)

/* Open addressing with linear probing; the place in it comes from the bits of the hash below those that name the shard. */
struct pl_wordset_shard {
    pthread_mutex_t lock;
    uint64_t *slots; /* 0: free */
    size_t n;
    size_t capacity;
};

struct pl_wordset {
    struct pl_wordset_shard shards[PL_WORDSET_SHARDS];
    uint64_t seed;
};

/* The words that one thread saw last: most words of a text are among them, and need no lock. Begins zeroed. */
#define PL_WORDSET_RECENT 4096u
struct pl_wordset_recent {
    uint64_t hash[PL_WORDSET_RECENT];
};

void pl_wordset_init(struct pl_wordset *w);
void pl_wordset_reset(struct pl_wordset *w); /* the set is gone; init makes a new one */
/* Add every word of `text`, as pl_words_next() cuts them. */
PL_MUST_USE pl_status pl_wordset_add_text(struct pl_wordset *w, pl_bytes text,
                                          struct pl_wordset_recent *recent, struct pl_err *err);
/* When nobody adds any more. */
bool pl_wordset_has(const struct pl_wordset *w, pl_bytes word);
size_t pl_wordset_count(const struct pl_wordset *w);

#endif
