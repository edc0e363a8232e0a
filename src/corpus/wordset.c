/*
 * wordset.c - open addressing with linear probing, at most two thirds full, 16 bytes a slot.
 */
#include "corpus/wordset.h"
#include "base/map.h"
#include "format/text/words.h"

#include <stdlib.h>
#include <string.h>

#define FIRST_SLOTS 1024u

void pl_wordset_init(struct pl_wordset *w)
{
    struct pl_map seeded;
    pl_map_init(&seeded);
    *w = (struct pl_wordset){.seed = seeded.seed};
}

void pl_wordset_reset(struct pl_wordset *w)
{
    free(w->slots);
    pl_wordset_init(w);
}

static bool is_word(const struct pl_wordset_slot *s, pl_bytes word, uint32_t hash)
{
    return s->hash == hash && s->n == word.n && memcmp(s->p, word.p, word.n) == 0;
}

static size_t probe(const struct pl_wordset *w, pl_bytes word, uint32_t hash)
{
    size_t i = hash & (w->capacity - 1);
    while (w->slots[i].p != NULL && !is_word(&w->slots[i], word, hash))
        i = (i + 1) & (w->capacity - 1);
    return i;
}

static bool grow(struct pl_wordset *w)
{
    size_t capacity = w->capacity == 0 ? FIRST_SLOTS : w->capacity * 2;
    struct pl_wordset_slot *slots = calloc(capacity, sizeof *slots);
    if (slots == NULL)
        return false;
    for (size_t k = 0; k < w->capacity; k++) {
        const struct pl_wordset_slot *s = &w->slots[k];
        size_t i = s->hash & (capacity - 1);
        if (s->p == NULL)
            continue;
        while (slots[i].p != NULL)
            i = (i + 1) & (capacity - 1);
        slots[i] = *s;
    }
    free(w->slots);
    w->slots = slots;
    w->capacity = capacity;
    return true;
}

static uint32_t hash_of(const struct pl_wordset *w, pl_bytes word)
{
    return (uint32_t)(pl_bytes_hash(word, w->seed) >> 16);
}

static bool add(struct pl_wordset *w, pl_bytes word, uint32_t hash)
{
    if (w->n * 3 >= w->capacity * 2 && !grow(w))
        return false;
    size_t i = probe(w, word, hash);
    if (w->slots[i].p == NULL) {
        w->slots[i] = (struct pl_wordset_slot){.p = word.p, .n = (uint32_t)word.n, .hash = hash};
        w->n++;
    }
    return true;
}

pl_status pl_wordset_add_text(struct pl_wordset *w, pl_bytes text, struct pl_err *err)
{
    pl_bytes word;
    while (pl_words_next(&text, &word))
        if (!add(w, word, hash_of(w, word)))
            return pl_fail_nomem(err);
    return PL_OK;
}

pl_status pl_wordset_merge(struct pl_wordset *w, const struct pl_wordset *other, struct pl_err *err)
{
    for (size_t i = 0; i < other->capacity; i++) {
        const struct pl_wordset_slot *s = &other->slots[i];
        if (s->p != NULL && !add(w, pl_bytes_of(s->p, s->n), s->hash))
            return pl_fail_nomem(err);
    }
    return PL_OK;
}

bool pl_wordset_has(const struct pl_wordset *w, pl_bytes word)
{
    if (w->n == 0)
        return false;
    return w->slots[probe(w, word, hash_of(w, word))].p != NULL;
}
