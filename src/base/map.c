/*
 * map.c - open addressing with linear probing, at most three quarters full.
 */
#include "base/map.h"
#include "base/size.h"

#include <pthread.h>
#include <stdlib.h>
#include <sys/random.h>

#define FIRST_SLOTS 16u

static uint64_t process_seed;
static pthread_once_t seed_once = PTHREAD_ONCE_INIT;

static void draw_seed(void)
{
    /* Without entropy the fixed seed still works; only aimed collisions become possible. */
    if (getrandom(&process_seed, sizeof process_seed, GRND_NONBLOCK) != (ssize_t)sizeof process_seed)
        process_seed = 0x9e3779b97f4a7c15ULL;
}

void pl_map_init(struct pl_map *m)
{
    (void)pthread_once(&seed_once, draw_seed); /* fails only on misuse */
    *m = (struct pl_map){.seed = process_seed};
}

void pl_map_reset(struct pl_map *m)
{
    free(m->slots);
    pl_map_init(m);
}

static struct pl_map_slot *probe(const struct pl_map *m, pl_bytes key, uint64_t hash)
{
    size_t i = hash & (m->capacity - 1);
    while (m->slots[i].used && !(m->slots[i].hash == hash && pl_bytes_eq(m->slots[i].key, key)))
        i = (i + 1) & (m->capacity - 1);
    return &m->slots[i];
}

static bool grow(struct pl_map *m)
{
    struct pl_map bigger = *m;
    size_t bytes;
    bigger.capacity = m->capacity == 0 ? FIRST_SLOTS : m->capacity * 2;
    if (bigger.capacity < m->capacity || !pl_mul_size(bigger.capacity, sizeof *m->slots, &bytes))
        return false;
    bigger.slots = calloc(1, bytes);
    if (bigger.slots == NULL)
        return false;
    for (size_t i = 0; i < m->capacity; i++)
        if (m->slots[i].used)
            *probe(&bigger, m->slots[i].key, m->slots[i].hash) = m->slots[i];
    free(m->slots);
    *m = bigger;
    return true;
}

static struct pl_map_slot *slot_for(struct pl_map *m, pl_bytes key, bool *is_new)
{
    if (m->n + 1 > m->capacity - m->capacity / 4 && !grow(m))
        return NULL;
    uint64_t hash = pl_bytes_hash(key, m->seed);
    struct pl_map_slot *s = probe(m, key, hash);
    *is_new = !s->used;
    if (*is_new) {
        *s = (struct pl_map_slot){.key = key, .hash = hash, .used = true};
        m->n++;
    }
    return s;
}

pl_status pl_map_set(struct pl_map *m, pl_bytes key, uint64_t value, struct pl_err *err)
{
    bool is_new;
    struct pl_map_slot *s = slot_for(m, key, &is_new);
    if (s == NULL)
        return pl_fail_nomem(err);
    s->value = value;
    return PL_OK;
}

pl_status pl_map_add(struct pl_map *m, pl_bytes key, uint64_t value, uint64_t *out, struct pl_err *err)
{
    bool is_new;
    struct pl_map_slot *s = slot_for(m, key, &is_new);
    if (s == NULL)
        return pl_fail_nomem(err);
    if (is_new)
        s->value = value;
    if (out != NULL)
        *out = s->value;
    return PL_OK;
}

bool pl_map_get(const struct pl_map *m, pl_bytes key, uint64_t *out)
{
    if (m->n == 0)
        return false;
    const struct pl_map_slot *s = probe(m, key, pl_bytes_hash(key, m->seed));
    if (s->used && out != NULL)
        *out = s->value;
    return s->used;
}

uint64_t *pl_map_at(struct pl_map *m, pl_bytes key)
{
    if (m->n == 0)
        return NULL;
    struct pl_map_slot *s = probe(m, key, pl_bytes_hash(key, m->seed));
    return s->used ? &s->value : NULL;
}
