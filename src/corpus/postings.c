/*
 * postings.c - building and reading the sorted array.
 *
 *     count places a slot -> directory -> put each place into its slot -> sort slot by slot -> cap and close the gaps
 *
 * Places are made twice, once to be counted and once to be put down: making them is cheaper than holding them in lists that grow, unless
 * they are sparse. Threads share the directory by atomic additions; whatever order they put places down in is gone after the sort.
 */
#include "corpus/postings.h"
#include "base/order.h"
#include "base/parallel.h"

#include <stdlib.h>

#define SLOT_PLACES   16u
#define MIN_SLOT_BITS 10u /* no fewer than SORT_ITEMS */
#define ROOM_BITS     16u /* up to so many, a slot has one place or none */
#define PLACE_BITS    40u
#define LINEAR_MAX    32u /* places: searched and sorted without division */
#define BATCH         16u
#define SORT_ITEMS    1024u

/* With slots for all of a hash but this rest, what is left of a place holds any position. */
_Static_assert(PLACE_BITS >= PL_ANCHOR_POSITION_BITS, "a place must hold a position");

static size_t slot_of(const struct pl_postings *p, uint32_t hash28)
{
    return hash28 >> (PL_ANCHOR_HASH_BITS - p->slot_bits);
}

static uint32_t position_bits(const struct pl_postings *p)
{
    return PLACE_BITS - (PL_ANCHOR_HASH_BITS - p->slot_bits);
}

static uint32_t rest_of(const struct pl_postings *p, uint32_t hash28)
{
    return hash28 & ((1u << (PL_ANCHOR_HASH_BITS - p->slot_bits)) - 1u);
}

static uint64_t place_rest(const struct pl_postings *p, pl_place place)
{
    return pl_place_value(place) >> position_bits(p);
}

static pl_place place_of_value(uint64_t value)
{
    pl_place place;
    for (size_t i = 0; i < sizeof place.byte; i++)
        place.byte[i] = (uint8_t)(value >> (8 * i));
    return place;
}

static pl_place place_of(const struct pl_postings *p, pl_anchor a)
{
    return place_of_value((uint64_t)rest_of(p, pl_anchor_hash(a)) << position_bits(p) |
                          pl_anchor_position(a));
}

static int by_value(const void *a, const void *b)
{
    uint64_t x = pl_place_value(*(const pl_place *)a);
    uint64_t y = pl_place_value(*(const pl_place *)b);
    return x < y ? -1 : x > y;
}

static void sort_slot(pl_place *v, size_t n)
{
    if (n > SORT_ITEMS) {
        qsort(v, n, sizeof *v, by_value);
        return;
    }
    if (n > LINEAR_MAX) {
        __attribute__((uninitialized)) uint64_t values[SORT_ITEMS];
        for (size_t i = 0; i < n; i++)
            values[i] = pl_place_value(v[i]);
        pl_sort_u64(values, n);
        for (size_t i = 0; i < n; i++)
            v[i] = place_of_value(values[i]);
        return;
    }
    for (size_t i = 1; i < n; i++) {
        pl_place x = v[i];
        size_t k = i;
        for (; k > 0 && pl_place_value(v[k - 1]) > pl_place_value(x); k--)
            v[k] = v[k - 1];
        v[k] = x;
    }
}

/*
 * Keep the first PL_POSTINGS_CAP of each hash of one slot; returns how many are kept. `out` is the array's, at or before `v`.
 */
static size_t cap_slot(const struct pl_postings *p, pl_place *out, const pl_place *v, size_t n)
{
    size_t kept = 0;
    for (size_t i = 0; i < n; i++)
        if (kept < PL_POSTINGS_CAP || place_rest(p, out[kept - PL_POSTINGS_CAP]) != place_rest(p, v[i]))
            out[kept++] = v[i];
    return kept;
}

struct build {
    const struct pl_postings_source *from;
    struct pl_postings *out;
    struct pl_anchors
        made[PL_PARALLEL_MAX]; /* one a worker: places of one item; sparse ones, of all its items */
    uint64_t n;                /* all places; while they are counted, 0 */
};

static pl_status make(struct build *b, unsigned worker, size_t item, struct pl_err *err)
{
    if (!b->from->is_sparse)
        b->made[worker].n = 0;
    return b->from->places(b->from->ctx, item, &b->made[worker], err);
}

static pl_status count_item(void *ctx, unsigned worker, size_t item, struct pl_err *err)
{
    struct build *b = ctx;
    size_t before = b->from->is_sparse ? b->made[worker].n : 0;
    pl_status st = make(b, worker, item, err);
    const struct pl_anchors *made = &b->made[worker];
    for (size_t i = before; i < made->n && st == PL_OK; i++) {
        uint32_t *count = &b->out->slots[slot_of(b->out, pl_anchor_hash(made->v[i])) + 1];
        if (__atomic_fetch_add(count, 1, __ATOMIC_RELAXED) == UINT32_MAX)
            st = pl_fail(err, PL_E_LIMIT, PL_NO_OFFSET, "index: too many places with one hash");
    }
    return st;
}

/* Counts, of slot i in slots[i + 1], become beginnings, of slot i in slots[i + 1]: putting places down moves them to the ends. */
static pl_status lay_out(struct build *b, struct pl_err *err)
{
    uint64_t sum = 0;
    for (size_t i = 1; i <= (size_t)1 << b->out->slot_bits; i++) {
        uint32_t count = b->out->slots[i];
        b->out->slots[i] = (uint32_t)sum;
        sum += count;
        if (sum > UINT32_MAX)
            return pl_fail(err, PL_E_LIMIT, PL_NO_OFFSET, "index: more than 4,294,967,295 places");
    }
    b->n = sum;
    b->out->v = malloc((sum == 0 ? 1 : (size_t)sum) * sizeof *b->out->v);
    return b->out->v != NULL ? PL_OK : pl_fail_nomem(err);
}

static pl_status put_made(struct build *b, unsigned worker, struct pl_err *err)
{
    const struct pl_anchors *made = &b->made[worker];
    pl_status st = PL_OK;
    for (size_t i = 0; i < made->n && st == PL_OK; i++) {
        uint32_t *end = &b->out->slots[slot_of(b->out, pl_anchor_hash(made->v[i])) + 1];
        uint32_t at = __atomic_fetch_add(end, 1, __ATOMIC_RELAXED);
        if (at < b->n && pl_anchor_position(made->v[i]) >> position_bits(b->out) == 0)
            b->out->v[at] = place_of(b->out, made->v[i]);
        else
            st = pl_fail(err, PL_E_BUG, PL_NO_OFFSET, "index: other places than were counted");
    }
    return st;
}

static pl_status put_item(void *ctx, unsigned worker, size_t item, struct pl_err *err)
{
    pl_status st = make(ctx, worker, item, err);
    return st == PL_OK ? put_made(ctx, worker, err) : st;
}

static pl_status put_all(struct build *b, unsigned workers, struct pl_err *err)
{
    if (!b->from->is_sparse)
        return pl_parallel(workers, b->from->n_items, b, put_item, err);
    pl_status st = PL_OK;
    for (unsigned w = 0; w < workers && st == PL_OK; w++)
        st = put_made(b, w, err);
    return st;
}

static pl_status sort_slots(void *ctx, unsigned worker, size_t item, struct pl_err *err)
{
    struct pl_postings *p = ((struct build *)ctx)->out;
    size_t n_slots = (size_t)1 << p->slot_bits;
    (void)worker; /* slots do not overlap */
    (void)err;    /* cannot fail */
    for (size_t i = n_slots / SORT_ITEMS * item; i < n_slots / SORT_ITEMS * (item + 1); i++)
        sort_slot(p->v + p->slots[i], p->slots[i + 1] - p->slots[i]);
    return PL_OK;
}

static void close_gaps(struct pl_postings *p, uint64_t all)
{
    uint32_t begin = 0;
    uint32_t kept = 0;
    for (size_t i = 0; i < (size_t)1 << p->slot_bits; i++) {
        uint32_t end = p->slots[i + 1];
        kept += (uint32_t)cap_slot(p, p->v + kept, p->v + begin, end - begin);
        p->slots[i + 1] = kept;
        begin = end;
    }
    p->n = kept;
    p->n_dropped = all - kept;
    pl_place *less = realloc(p->v, (kept == 0 ? 1 : kept) * sizeof *p->v);
    if (less != NULL)
        p->v = less;
}

pl_status pl_postings_build(struct pl_postings *out, const struct pl_postings_source *from, unsigned jobs,
                            struct pl_err *err)
{
    struct build b = {.from = from, .out = out};
    unsigned workers = pl_parallel_workers(jobs);
    *out = (struct pl_postings){.slot_bits = MIN_SLOT_BITS};
    while (out->slot_bits < ROOM_BITS && from->likely_places >> out->slot_bits > 0)
        out->slot_bits++;
    while (out->slot_bits < PL_ANCHOR_HASH_BITS &&
           (from->likely_places >> out->slot_bits > SLOT_PLACES || from->positions >> position_bits(out) > 0))
        out->slot_bits++;
    out->slots = calloc(((size_t)1 << out->slot_bits) + 1, sizeof *out->slots);
    pl_status st = out->slots != NULL ? PL_OK : pl_fail_nomem(err);
    if (st == PL_OK)
        st = pl_parallel(workers, from->n_items, &b, count_item, err);
    if (st == PL_OK)
        st = lay_out(&b, err);
    if (st == PL_OK)
        st = put_all(&b, workers, err);
    for (unsigned w = 0; w < workers; w++)
        pl_anchors_reset(&b.made[w]);
    if (st == PL_OK)
        st = pl_parallel(workers, SORT_ITEMS, &b, sort_slots, err);
    if (st == PL_OK)
        close_gaps(out, b.n);
    else
        pl_postings_reset(out);
    return st;
}

void pl_postings_reset(struct pl_postings *p)
{
    free(p->v);
    free(p->slots);
    *p = (struct pl_postings){0};
}

pl_places pl_postings_find(const struct pl_postings *p, uint32_t hash28)
{
    if (p->n == 0)
        return (pl_places){NULL, 0, 0};
    size_t slot = slot_of(p, hash28);
    uint64_t rest = rest_of(p, hash28);
    size_t first = p->slots[slot];
    size_t end = p->slots[slot + 1];
    for (size_t high = end; high - first > LINEAR_MAX;) {
        size_t mid = first + (high - first) / 2;
        if (place_rest(p, p->v[mid]) < rest)
            first = mid + 1;
        else
            high = mid;
    }
    while (first < end && place_rest(p, p->v[first]) < rest)
        first++;
    size_t last = first;
    while (last < end && place_rest(p, p->v[last]) == rest)
        last++;
    return (pl_places){p->v + first, last - first, (1ULL << position_bits(p)) - 1};
}

void pl_postings_find_all(const struct pl_postings *p, const pl_anchor *anchors, size_t n, pl_places *out)
{
    for (size_t begin = 0; begin < n; begin += BATCH) {
        size_t end = n - begin < BATCH ? n : begin + BATCH;
        for (size_t i = begin; i < end && p->n > 0; i++)
            __builtin_prefetch(&p->slots[slot_of(p, pl_anchor_hash(anchors[i]))]);
        for (size_t i = begin; i < end && p->n > 0; i++)
            __builtin_prefetch(&p->v[p->slots[slot_of(p, pl_anchor_hash(anchors[i]))]]);
        for (size_t i = begin; i < end; i++)
            out[i] = pl_postings_find(p, pl_anchor_hash(anchors[i]));
    }
}
