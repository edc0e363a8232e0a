/*
 * anchors.c - winnowing in tiles: hash every gram, take window minima, write down where the minimum changes.
 *
 * A tile covers TILE gram positions and the windows that lie wholly inside; the next tile starts at the first window
 * that did not fit. The tie rule is per window, so that the choice depends on the bytes of the window alone and not on where tiles begin.
 */
#include "corpus/anchors.h"
#include "corpus/anchors_tile.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

static enum pl_anchor_path best_path = PL_ANCHOR_PORTABLE;
static pthread_once_t path_once = PTHREAD_ONCE_INIT;

static void ask_processor(void)
{
#if defined(__x86_64__) && defined(__GNUC__)
    if (__builtin_cpu_supports("avx2"))
        best_path = PL_ANCHOR_AVX2;
#endif
}

enum pl_anchor_path pl_anchor_best_path(void)
{
    (void)pthread_once(&path_once, ask_processor); /* fails only on misuse */
    return best_path;
}

static uint32_t smaller(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
}

void pl_anchor_tile_portable(struct pl_anchor_tile *t, const uint8_t *p, size_t n)
{
    uint32_t *h = t->part;
    uint32_t *key = t->key;
    for (size_t i = 0; i < n + 12; i++)
        h[i] = p[i] * (uint32_t)COEFFICIENT_0 + p[i + 1] * (uint32_t)COEFFICIENT_1 +
               p[i + 2] * (uint32_t)COEFFICIENT_2 + p[i + 3] * (uint32_t)COEFFICIENT_3;
    for (size_t i = 0; i < n + 8; i++)
        h[i] = h[i] * MULTIPLIER_1 + h[i + 4];
    for (size_t i = 0; i < n; i++) {
        uint32_t x = h[i] * MULTIPLIER_2 + h[i + 8];
        x = (x ^ x >> 15) * MULTIPLIER_3;
        x ^= x >> 16;
        t->hash[i] = x;
        key[i] = (x & ~POSITION_MASK) | (POSITION_MASK - (uint32_t)i);
    }
    for (size_t i = n; i < n + TILE_PAD && i < TILE + TILE_PAD; i++)
        key[i] = UINT32_MAX;
    for (size_t i = 0; i < n + 15; i++)
        key[i] = smaller(key[i], key[i + 1]);
    for (size_t i = 0; i < n + 14; i++)
        key[i] = smaller(key[i], key[i + 2]);
    for (size_t i = 0; i < n + 12; i++)
        key[i] = smaller(key[i], key[i + 4]);
    for (size_t i = 0; i < n; i++)
        key[i] = smaller(key[i], key[i + 8]);
    memset(t->changed, 0, sizeof t->changed);
    for (size_t i = 0; i + 1 < n; i++)
        t->changed[i / 64] |= (uint64_t)(key[i] != key[i + 1]) << i % 64;
}

static bool make_room(struct pl_anchors *out, size_t more)
{
    if (more <= out->capacity - out->n)
        return true;
    size_t capacity = out->capacity + out->capacity / 2;
    if (capacity < out->n + more)
        capacity = out->n + more;
    pl_anchor *v = capacity > SIZE_MAX / sizeof *v ? NULL : realloc(out->v, capacity * sizeof *v);
    if (v == NULL)
        return false;
    out->v = v;
    out->capacity = capacity;
    return true;
}

/* What must be remembered from one tile to the next. */
struct progress {
    uint64_t last;      /* position of the last minimum, kept or not; UINT64_MAX at the start */
    uint32_t last_hash; /* its hash */
};

static void emit_one(struct pl_anchors *out, const struct pl_anchor_tile *t, size_t window, uint64_t at,
                     struct progress *seen)
{
    size_t place = POSITION_MASK - (t->key[window] & POSITION_MASK);
    uint64_t position = at + place;
    uint32_t hash = t->hash[place] >> (32 - PL_ANCHOR_HASH_BITS);
    bool is_repeat =
        seen->last != UINT64_MAX && hash == seen->last_hash && position - seen->last <= PL_ANCHOR_WINDOW;
    if (position != seen->last && !is_repeat)
        out->v[out->n++] = pl_anchor_of(hash, position);
    seen->last = position;
    seen->last_hash = hash;
}

/* Write down each new minimum of the first `windows` windows; `at` is the position of the tile. Room is there. */
static void emit(struct pl_anchors *out, const struct pl_anchor_tile *t, size_t windows, uint64_t at,
                 struct progress *seen)
{
    emit_one(out, t, 0, at, seen);
    for (size_t word = 0; word * 64 < windows; word++)
        for (uint64_t bits = t->changed[word]; bits != 0; bits &= bits - 1) {
            size_t window = word * 64 + (size_t)__builtin_ctzll(bits) + 1;
            if (window < windows)
                emit_one(out, t, window, at, seen);
        }
}

pl_status pl_anchors_add(struct pl_anchors *out, pl_bytes data, uint64_t base, enum pl_anchor_path path,
                         struct pl_err *err)
{
    struct pl_anchor_tile t;
    uint8_t tail[TILE_READ];
    struct progress seen = {.last = UINT64_MAX};
    size_t old_n = out->n;
    if (base > PL_ANCHOR_MAX_POSITION || data.n > PL_ANCHOR_MAX_POSITION - base)
        return pl_fail(err, PL_E_LIMIT, PL_NO_OFFSET, "anchors: more than 64 GiB of source");
    if (data.n < PL_ANCHOR_GRAM)
        return PL_OK;
    size_t grams = data.n - PL_ANCHOR_GRAM + 1;
    for (size_t at = 0;;) {
        size_t n = grams - at < TILE ? grams - at : TILE;
        size_t windows = n >= PL_ANCHOR_WINDOW ? n - PL_ANCHOR_WINDOW + 1 : 1;
        const uint8_t *p = data.p + at;
        if (data.n - at < TILE_READ) {
            memcpy(tail, p, data.n - at);
            memset(tail + (data.n - at), 0, TILE_READ - (data.n - at));
            p = tail;
        }
        if (!make_room(out, windows)) {
            out->n = old_n;
            return pl_fail_nomem(err);
        }
        if (path == PL_ANCHOR_AVX2)
            pl_anchor_tile_avx2(&t, p, n);
        else
            pl_anchor_tile_portable(&t, p, n);
        emit(out, &t, windows, base + at, &seen);
        if (at + n == grams)
            return PL_OK;
        at += windows;
    }
}

void pl_anchors_reset(struct pl_anchors *out)
{
    free(out->v);
    *out = (struct pl_anchors){0};
}
