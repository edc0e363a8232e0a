/*
 * pairing.h - which thing of the new side is which of the old one: by a strict key first, then by a looser one.
 *
 * Two are a pair when nobody else on either side has their key. What a looser key pairs has no pair by the strict one.
 */
#ifndef PL_REPORT_PAIRING_H
#define PL_REPORT_PAIRING_H

#include "base/arena.h"

/* The key of a thing; .p is NULL only when memory is out, or for an empty key of the strict kind. Valid as long as the arena. */
typedef pl_bytes (*pl_pairing_key)(void *ctx, bool is_old, size_t i, bool is_strict);

struct pl_pairing {
    struct pl_arena *arena;
    size_t n_old, n_now;
    pl_pairing_key key;
    void *ctx;
    size_t *old_of;  /* one a new thing: its old one, or SIZE_MAX; filled in, in the arena */
    bool *is_paired; /* one an old thing */
};

/* O(n) keys of each side, twice. PL_E_NOMEM, PL_E_LIMIT. */
PL_MUST_USE pl_status pl_pair(struct pl_pairing *p, struct pl_err *err);

#endif
