/*
 * wordset.c - 64 tables of hashes, each behind a lock of its own, between a half and three quarters full.
 */
#include "corpus/wordset.h"
#include "base/map.h"
#include "format/text/words.h"

#include <stdlib.h>

#define FIRST_SLOTS 64u

void pl_wordset_init(struct pl_wordset *w)
{
    struct pl_map seeded;
    pl_map_init(&seeded);
    *w = (struct pl_wordset){.seed = seeded.seed};
    for (size_t i = 0; i < PL_WORDSET_SHARDS; i++)
        (void)pthread_mutex_init(&w->shards[i].lock, NULL); /* cannot fail with default attributes */
}

void pl_wordset_reset(struct pl_wordset *w)
{
    for (size_t i = 0; i < PL_WORDSET_SHARDS; i++) {
        free(w->shards[i].slots);
        (void)pthread_mutex_destroy(&w->shards[i].lock);
    }
}

/* Never 0, which stands for a free slot. */
static uint64_t hash_of(const struct pl_wordset *w, pl_bytes word)
{
    uint64_t hash = pl_bytes_hash(word, w->seed);
    return hash == 0 ? 1 : hash;
}

static size_t shard_of(uint64_t hash)
{
    return (size_t)(hash >> (64 - PL_WORDSET_SHARD_BITS));
}

/* The slot that holds the hash, or the free one where it belongs. Capacities are no powers of two: Lemire 2019, "fast random integer". */
static size_t probe(const uint64_t *slots, size_t capacity, uint64_t hash)
{
    size_t i = (size_t)(((hash << PL_WORDSET_SHARD_BITS) >> 32) * capacity >> 32);
    while (slots[i] != 0 && slots[i] != hash)
        i = i + 1 == capacity ? 0 : i + 1;
    return i;
}

static bool grow(struct pl_wordset_shard *s)
{
    size_t capacity = s->capacity == 0 ? FIRST_SLOTS : s->capacity + s->capacity / 2;
    uint64_t *slots = capacity > UINT32_MAX ? NULL : calloc(capacity, sizeof *slots);
    if (slots == NULL)
        return false;
    for (size_t i = 0; i < s->capacity; i++)
        if (s->slots[i] != 0)
            slots[probe(slots, capacity, s->slots[i])] = s->slots[i];
    free(s->slots);
    s->slots = slots;
    s->capacity = capacity;
    return true;
}

static bool add(struct pl_wordset_shard *s, uint64_t hash)
{
    if (s->n * 4 >= s->capacity * 3 && !grow(s))
        return false;
    size_t i = probe(s->slots, s->capacity, hash);
    s->n += s->slots[i] == 0;
    s->slots[i] = hash;
    return true;
}

pl_status pl_wordset_add_text(struct pl_wordset *w, pl_bytes text, struct pl_wordset_recent *recent,
                              struct pl_err *err)
{
    pl_bytes word;
    while (pl_words_next(&text, &word)) {
        uint64_t hash = hash_of(w, word);
        uint64_t *seen = &recent->hash[hash % PL_WORDSET_RECENT];
        if (*seen == hash)
            continue;
        struct pl_wordset_shard *s = &w->shards[shard_of(hash)];
        (void)pthread_mutex_lock(&s->lock); /* fails only on misuse */
        bool is_added = add(s, hash);
        (void)pthread_mutex_unlock(&s->lock);
        if (!is_added)
            return pl_fail_nomem(err);
        *seen = hash;
    }
    return PL_OK;
}

bool pl_wordset_has(const struct pl_wordset *w, pl_bytes word)
{
    uint64_t hash = hash_of(w, word);
    const struct pl_wordset_shard *s = &w->shards[shard_of(hash)];
    return s->capacity > 0 && s->slots[probe(s->slots, s->capacity, hash)] == hash;
}

size_t pl_wordset_count(const struct pl_wordset *w)
{
    size_t n = 0;
    for (size_t i = 0; i < PL_WORDSET_SHARDS; i++)
        n += w->shards[i].n;
    return n;
}
