/*
 * postings.c - building and reading the sorted segments.
 *
 * Workers distribute what they find by segment. A segment is then scattered by slot and sorted slot by slot, all within
 * the second-level cache; at no time are all places held twice.
 */
#include "corpus/postings.h"
#include "base/parallel.h"

#include <stdlib.h>
#include <string.h>

#define SEGMENT_BITS  8u
#define SLOT_PLACES   8u
#define MAX_SLOT_BITS (PL_ANCHOR_HASH_BITS - SEGMENT_BITS)
#define INSERTION_MAX 32u
#define BATCH         16u

static uint32_t segment_of(pl_anchor a)
{
    return pl_anchor_hash(a) >> (PL_ANCHOR_HASH_BITS - SEGMENT_BITS);
}

static uint32_t slot_of(const struct pl_postings_segment *s, uint32_t hash28)
{
    return (hash28 & ((1u << MAX_SLOT_BITS) - 1u)) >> (MAX_SLOT_BITS - s->slot_bits);
}

static bool grow(struct pl_anchors *a)
{
    size_t capacity = a->capacity < 64 ? 64 : a->capacity + a->capacity / 2;
    pl_anchor *v = realloc(a->v, capacity * sizeof *v);
    if (v == NULL)
        return false;
    a->v = v;
    a->capacity = capacity;
    return true;
}

pl_status pl_postings_heap_add(struct pl_postings_heap *h, const pl_anchor *v, size_t n, struct pl_err *err)
{
    for (size_t i = 0; i < n; i++) {
        struct pl_anchors *part = &h->parts[segment_of(v[i])];
        if (part->n == part->capacity && !grow(part))
            return pl_fail_nomem(err);
        part->v[part->n++] = v[i];
    }
    return PL_OK;
}

void pl_postings_heap_reset(struct pl_postings_heap *h)
{
    for (size_t i = 0; i < PL_POSTINGS_SEGMENTS; i++)
        pl_anchors_reset(&h->parts[i]);
}

static int by_value(const void *a, const void *b)
{
    pl_anchor x = *(const pl_anchor *)a;
    pl_anchor y = *(const pl_anchor *)b;
    return x < y ? -1 : x > y;
}

static void sort_slot(pl_anchor *v, size_t n)
{
    if (n > INSERTION_MAX) {
        qsort(v, n, sizeof *v, by_value);
        return;
    }
    for (size_t i = 1; i < n; i++) {
        pl_anchor x = v[i];
        size_t k = i;
        for (; k > 0 && v[k - 1] > x; k--)
            v[k] = v[k - 1];
        v[k] = x;
    }
}

/* Keep the first PL_POSTINGS_CAP of each hash; returns how many are kept. */
static size_t cap_slot(pl_anchor *out, const pl_anchor *v, size_t n)
{
    size_t kept = 0;
    for (size_t i = 0; i < n; i++)
        if (kept < PL_POSTINGS_CAP || pl_anchor_hash(out[kept - PL_POSTINGS_CAP]) != pl_anchor_hash(v[i]))
            out[kept++] = v[i];
    return kept;
}

struct build {
    struct pl_postings *out;
    struct pl_postings_heap *heaps;
    size_t n_heaps;
};

/* Scatter all parts of one segment by slot; slots[i + 1] ends as the end of slot i. */
static void scatter(struct pl_postings_segment *s, const struct build *b, size_t segment)
{
    for (size_t h = 0; h < b->n_heaps; h++) {
        const struct pl_anchors *part = &b->heaps[h].parts[segment];
        for (size_t i = 0; i < part->n; i++)
            s->slots[slot_of(s, pl_anchor_hash(part->v[i])) + 1]++;
    }
    uint32_t sum = 0;
    for (size_t i = 1; i <= (size_t)1 << s->slot_bits; i++) {
        uint32_t count = s->slots[i];
        s->slots[i] = sum;
        sum += count;
    }
    for (size_t h = 0; h < b->n_heaps; h++) {
        struct pl_anchors *part = &b->heaps[h].parts[segment];
        for (size_t i = 0; i < part->n; i++)
            s->v[s->slots[slot_of(s, pl_anchor_hash(part->v[i])) + 1]++] = part->v[i];
        pl_anchors_reset(part);
    }
}

static pl_status build_segment(void *ctx, unsigned worker, size_t segment, struct pl_err *err)
{
    struct build *b = ctx;
    struct pl_postings_segment *s = &b->out->segments[segment];
    size_t n = 0;
    for (size_t h = 0; h < b->n_heaps; h++)
        n += b->heaps[h].parts[segment].n;
    if (n > UINT32_MAX)
        return pl_fail(err, PL_E_LIMIT, PL_NO_OFFSET, "index: too many places in one segment");
    while (s->slot_bits < MAX_SLOT_BITS && n >> s->slot_bits > SLOT_PLACES)
        s->slot_bits++;
    size_t n_slots = (size_t)1 << s->slot_bits;
    s->slots = calloc(n_slots + 1, sizeof *s->slots);
    s->v = malloc((n == 0 ? 1 : n) * sizeof *s->v);
    if (s->slots == NULL || s->v == NULL)
        return pl_fail_nomem(err);
    scatter(s, b, segment);
    uint32_t begin = 0;
    uint32_t kept = 0;
    for (size_t i = 0; i < n_slots; i++) {
        uint32_t end = s->slots[i + 1];
        sort_slot(s->v + begin, end - begin);
        kept += (uint32_t)cap_slot(s->v + kept, s->v + begin, end - begin);
        s->slots[i + 1] = kept;
        begin = end;
    }
    s->n = kept;
    pl_anchor *less = kept < n - n / 8 ? realloc(s->v, (kept == 0 ? 1 : kept) * sizeof *s->v) : NULL;
    if (less != NULL)
        s->v = less;
    return PL_OK;
}

pl_status pl_postings_build(struct pl_postings *out, struct pl_postings_heap *heaps, size_t n_heaps,
                            unsigned jobs, struct pl_err *err)
{
    struct build b = {.out = out, .heaps = heaps, .n_heaps = n_heaps};
    uint64_t all = 0;
    memset(out, 0, sizeof *out);
    for (size_t h = 0; h < n_heaps; h++)
        for (size_t i = 0; i < PL_POSTINGS_SEGMENTS; i++)
            all += heaps[h].parts[i].n;
    pl_status st = pl_parallel(jobs, PL_POSTINGS_SEGMENTS, &b, build_segment, err);
    for (size_t h = 0; h < n_heaps; h++)
        pl_postings_heap_reset(&heaps[h]);
    for (size_t i = 0; i < PL_POSTINGS_SEGMENTS; i++)
        out->n += out->segments[i].n;
    out->n_dropped = all - out->n;
    if (st != PL_OK)
        pl_postings_reset(out);
    return st;
}

void pl_postings_reset(struct pl_postings *p)
{
    for (size_t i = 0; i < PL_POSTINGS_SEGMENTS; i++) {
        free(p->segments[i].v);
        free(p->segments[i].slots);
    }
    memset(p, 0, sizeof *p);
}

static pl_places find_in_slot(const struct pl_postings_segment *s, uint32_t slot, uint32_t hash28)
{
    size_t first = s->slots[slot];
    size_t end = s->slots[slot + 1];
    size_t high = end;
    while (high - first > INSERTION_MAX) {
        size_t mid = first + (high - first) / 2;
        if (pl_anchor_hash(s->v[mid]) < hash28)
            first = mid + 1;
        else
            high = mid;
    }
    while (first < high && pl_anchor_hash(s->v[first]) < hash28)
        first++;
    size_t last = first;
    while (last < end && pl_anchor_hash(s->v[last]) == hash28)
        last++;
    return (pl_places){s->v + first, last - first};
}

pl_places pl_postings_find(const struct pl_postings *p, uint32_t hash28)
{
    const struct pl_postings_segment *s = &p->segments[hash28 >> MAX_SLOT_BITS];
    if (s->n == 0)
        return (pl_places){NULL, 0};
    return find_in_slot(s, slot_of(s, hash28), hash28);
}

void pl_postings_find_all(const struct pl_postings *p, const pl_anchor *anchors, size_t n, pl_places *out)
{
    for (size_t begin = 0; begin < n; begin += BATCH) {
        size_t end = n - begin < BATCH ? n : begin + BATCH;
        for (size_t i = begin; i < end; i++) {
            const struct pl_postings_segment *s = &p->segments[segment_of(anchors[i])];
            if (s->n > 0)
                __builtin_prefetch(&s->slots[slot_of(s, pl_anchor_hash(anchors[i]))]);
        }
        for (size_t i = begin; i < end; i++) {
            const struct pl_postings_segment *s = &p->segments[segment_of(anchors[i])];
            if (s->n > 0)
                __builtin_prefetch(&s->v[s->slots[slot_of(s, pl_anchor_hash(anchors[i]))]]);
        }
        for (size_t i = begin; i < end; i++)
            out[i] = pl_postings_find(p, pl_anchor_hash(anchors[i]));
    }
}
