/*
 * map.h - a hash map from bytes to a number, seeded per process so that nobody can aim collisions at it.
 *
 * Keys are borrowed: they must outlive the map. Values are indices or counts. Iteration order is not offered,
 * because no result may depend on it.
 */
#ifndef PL_BASE_MAP_H
#define PL_BASE_MAP_H

#include "base/bytes.h"
#include "base/status.h"

struct pl_map_slot {
    pl_bytes key;
    uint64_t hash;
    uint64_t value;
    bool used;
};

struct pl_map {
    struct pl_map_slot *slots;
    size_t n;
    size_t capacity; /* a power of two, or 0 */
    uint64_t seed;
};

void pl_map_init(struct pl_map *m);
void pl_map_reset(struct pl_map *m);

/* Add or replace. PL_E_NOMEM leaves the map as it was. */
PL_MUST_USE pl_status pl_map_set(struct pl_map *m, pl_bytes key, uint64_t value, struct pl_err *err);
/* Add unless there; *out (may be NULL) is the value that is now in the map. */
PL_MUST_USE pl_status pl_map_add(struct pl_map *m, pl_bytes key, uint64_t value, uint64_t *out,
                                 struct pl_err *err);
/* Safe for many readers at once while nobody writes. */
bool pl_map_get(const struct pl_map *m, pl_bytes key, uint64_t *out);
/* Borrowed pointer to the value for counting in place, valid until the next add; NULL when not there. */
uint64_t *pl_map_at(struct pl_map *m, pl_bytes key);

#endif
