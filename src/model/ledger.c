/*
 * ledger.c - a sorted list of disjoint claims, built in rounds.
 *
 * Each round sorts its own claims and merges them into the list in one pass, so that a hostile order of claims costs
 * n log n and not n squared.
 */
#include "model/ledger.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

void pl_ledger_init(struct pl_ledger *l, uint64_t size)
{
    *l = (struct pl_ledger){.size = size};
}

void pl_ledger_reset(struct pl_ledger *l)
{
    PL_VEC_FREE(&l->settled);
    PL_VEC_FREE(&l->pending);
    pl_ledger_init(l, 0);
}

pl_status pl_ledger_claim(struct pl_ledger *l, const struct pl_claim *c, struct pl_err *err)
{
    const char *rule = c->rule == NULL ? "(none)" : c->rule;
    if (l->is_sealed)
        return pl_fail(err, PL_E_BUG, c->offset, "ledger: rule %s claims after the seal", rule);
    if (c->offset > l->size || c->length > l->size - c->offset)
        return pl_fail(err, PL_E_BUG, c->offset, "ledger: rule %s claims beyond the file", rule);
    if (c->rule == NULL || (unsigned)c->class > PL_CLASS_MEMBERS || (unsigned)c->grade >= PL_GRADE_COUNT ||
        (c->class == PL_CLASS_DERIVED) != (c->grade != PL_GRADE_NONE))
        return pl_fail(err, PL_E_BUG, c->offset, "ledger: rule %s claims with no rule, class or grade", rule);
    if (c->length == 0)
        return PL_OK;
    struct pl_claim *slot = PL_VEC_ADD(&l->pending);
    if (slot == NULL)
        return pl_fail_nomem(err);
    *slot = *c;
    return PL_OK;
}

/* One candidate of a round; `turn` is the order in which it was made. */
struct candidate {
    struct pl_claim claim;
    size_t turn;
};

static int by_offset(const void *a, const void *b)
{
    const struct candidate *x = a;
    const struct candidate *y = b;
    if (x->claim.offset != y->claim.offset)
        return x->claim.offset < y->claim.offset ? -1 : 1;
    return x->turn < y->turn ? -1 : x->turn > y->turn;
}

static struct pl_claim cut(const struct pl_claim *c, uint64_t from, uint64_t to)
{
    struct pl_claim part = *c;
    if (part.source_offset != UINT64_MAX)
        part.source_offset += from - c->offset;
    part.offset = from;
    part.length = to - from;
    return part;
}

typedef PL_VEC(struct pl_claim) claim_list;
typedef PL_VEC(struct candidate) candidate_list;

/* A binary heap of candidates that cover the sweep position, the earliest turn on top. */
static void heap_up(struct candidate *v, size_t i)
{
    while (i > 0 && v[i].turn < v[(i - 1) / 2].turn) {
        struct candidate swap = v[i];
        v[i] = v[(i - 1) / 2];
        v[(i - 1) / 2] = swap;
        i = (i - 1) / 2;
    }
}

static void heap_pop(candidate_list *h)
{
    struct candidate *v = h->v;
    v[0] = v[--h->n];
    for (size_t i = 0;;) {
        size_t child = 2 * i + 1;
        if (child >= h->n)
            return;
        if (child + 1 < h->n && v[child + 1].turn < v[child].turn)
            child++;
        if (v[i].turn <= v[child].turn)
            return;
        struct candidate swap = v[i];
        v[i] = v[child];
        v[child] = swap;
        i = child;
    }
}

static uint64_t end_of(const struct pl_claim *c)
{
    return c->offset + c->length;
}

/*
 * Sweep over the sorted candidates: at each position the live candidate with the earliest turn owns the bytes up to
 * its end or up to where another begins.
 */
static bool flatten(const struct candidate *sorted, size_t n, claim_list *out)
{
    candidate_list live = {0};
    size_t next = 0;
    uint64_t at = 0;
    bool is_done = false;
    while (next < n || live.n > 0) {
        while (live.n > 0 && end_of(&live.v[0].claim) <= at)
            heap_pop(&live);
        if (live.n == 0) {
            if (next == n)
                break;
            if (sorted[next].claim.offset > at)
                at = sorted[next].claim.offset;
        }
        while (next < n && sorted[next].claim.offset <= at) {
            struct candidate *slot = PL_VEC_ADD(&live);
            if (slot == NULL)
                goto out;
            *slot = sorted[next++];
            heap_up(live.v, live.n - 1);
        }
        if (end_of(&live.v[0].claim) <= at)
            continue;
        uint64_t to = end_of(&live.v[0].claim);
        if (next < n && sorted[next].claim.offset < to)
            to = sorted[next].claim.offset;
        struct pl_claim *slot = PL_VEC_ADD(out);
        if (slot == NULL)
            goto out;
        *slot = cut(&live.v[0].claim, at, to);
        at = to;
    }
    is_done = true;
out:
    PL_VEC_FREE(&live);
    return is_done;
}

/* Merge two sorted disjoint lists; where they overlap `old` keeps its bytes. */
static bool merge(const claim_list *old, const claim_list *new, claim_list *out)
{
    size_t i = 0;
    for (size_t k = 0; k < new->n; k++) {
        const struct pl_claim *c = &new->v[k];
        uint64_t at = c->offset;
        while (at < end_of(c)) {
            while (i < old->n && end_of(&old->v[i]) <= at) {
                struct pl_claim *slot = PL_VEC_ADD(out);
                if (slot == NULL)
                    return false;
                *slot = old->v[i++];
            }
            if (i < old->n && old->v[i].offset <= at) {
                at = end_of(&old->v[i]);
                continue;
            }
            uint64_t to = end_of(c);
            if (i < old->n && old->v[i].offset < to)
                to = old->v[i].offset;
            struct pl_claim *slot = PL_VEC_ADD(out);
            if (slot == NULL)
                return false;
            *slot = cut(c, at, to);
            at = to;
        }
    }
    for (; i < old->n; i++) {
        struct pl_claim *slot = PL_VEC_ADD(out);
        if (slot == NULL)
            return false;
        *slot = old->v[i];
    }
    return true;
}

void pl_ledger_forget(struct pl_ledger *l)
{
    PL_VEC_FREE(&l->pending);
}

pl_status pl_ledger_settle(struct pl_ledger *l, struct pl_err *err)
{
    size_t n = l->pending.n;
    if (n == 0)
        return PL_OK;
    claim_list flat = {0};
    claim_list merged = {0};
    pl_status st = PL_OK;
    struct candidate *sorted = calloc(n, sizeof *sorted);
    if (sorted == NULL)
        return pl_fail_nomem(err);
    for (size_t i = 0; i < n; i++)
        sorted[i] = (struct candidate){.claim = l->pending.v[i], .turn = i};
    qsort(sorted, n, sizeof *sorted, by_offset);
    claim_list old = {.v = l->settled.v, .n = l->settled.n, .capacity = l->settled.capacity};
    if (flatten(sorted, n, &flat) && merge(&old, &flat, &merged)) {
        PL_VEC_FREE(&l->settled);
        l->settled.v = merged.v;
        l->settled.n = merged.n;
        l->settled.capacity = merged.capacity;
        PL_VEC_TRIM(&l->settled);
        PL_VEC_FREE(&l->pending);
    } else {
        PL_VEC_FREE(&merged);
        st = pl_fail_nomem(err);
    }
    PL_VEC_FREE(&flat);
    free(sorted);
    return st;
}

/* The first settled claim that ends behind a byte, as an index. */
static size_t first_behind(const struct pl_ledger *l, uint64_t offset)
{
    size_t low = 0;
    for (size_t high = l->settled.n; low < high;) {
        size_t middle = low + (high - low) / 2;
        if (end_of(&l->settled.v[middle]) <= offset)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

bool pl_ledger_gap(const struct pl_ledger *l, uint64_t from, uint64_t *offset, uint64_t *length)
{
    size_t low = first_behind(l, from);
    uint64_t at = from;
    while (low < l->settled.n && l->settled.v[low].offset <= at)
        at = end_of(&l->settled.v[low++]);
    if (at >= l->size)
        return false;
    *offset = at;
    *length = (low < l->settled.n ? l->settled.v[low].offset : l->size) - at;
    return true;
}

const struct pl_claim *pl_ledger_at(const struct pl_ledger *l, uint64_t offset)
{
    size_t i = first_behind(l, offset);
    return i < l->settled.n && l->settled.v[i].offset <= offset ? &l->settled.v[i] : NULL;
}

void pl_ledger_restate(struct pl_ledger *l, uint64_t offset, uint64_t length, enum pl_grade grade,
                       const char *rule, const char *source)
{
    assert(!l->is_sealed && grade != PL_GRADE_NONE);
    for (size_t i = first_behind(l, offset); i < l->settled.n; i++) {
        struct pl_claim *c = &l->settled.v[i];
        if (c->offset < offset)
            continue;
        if (c->offset - offset > length || c->length > length - (c->offset - offset))
            return;
        if (c->class != PL_CLASS_DERIVED)
            continue;
        c->grade = grade;
        c->rule = rule;
        c->source = source;
        c->source_offset = UINT64_MAX;
        c->note = NULL;
    }
}

uint64_t pl_ledger_unclaimed(const struct pl_ledger *l)
{
    uint64_t held = 0;
    for (size_t i = 0; i < l->settled.n; i++)
        held += l->settled.v[i].length;
    return l->size - held;
}

static bool same_text(const char *a, const char *b)
{
    return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

static bool continues(const struct pl_claim *a, const struct pl_claim *b)
{
    bool is_adjacent = end_of(a) == b->offset;
    bool is_same_kind = a->class == b->class && a->grade == b->grade && same_text(a->rule, b->rule) &&
                        same_text(a->source, b->source) && same_text(a->note, b->note);
    bool is_same_run =
        a->source_offset == b->source_offset
            ? a->source_offset == UINT64_MAX
            : a->source_offset != UINT64_MAX && a->source_offset + a->length == b->source_offset;
    return is_adjacent && is_same_kind && is_same_run;
}

pl_status pl_ledger_seal(struct pl_ledger *l, enum pl_class rest, const char *rule, struct pl_err *err)
{
    struct pl_claim all = {.length = l->size, .class = rest, .rule = rule, .source_offset = UINT64_MAX};
    pl_status st = pl_ledger_settle(l, err);
    if (st == PL_OK)
        st = pl_ledger_claim(l, &all, err);
    if (st == PL_OK)
        st = pl_ledger_settle(l, err);
    if (st != PL_OK)
        return st;
    size_t kept = 0;
    uint64_t sum = 0;
    for (size_t i = 0; i < l->settled.n; i++) {
        struct pl_claim *v = l->settled.v;
        assert(v[i].offset == sum);
        sum += v[i].length;
        if (kept > 0 && continues(&v[kept - 1], &v[i]))
            v[kept - 1].length += v[i].length;
        else
            v[kept++] = v[i];
    }
    assert(sum == l->size);
    l->settled.n = kept;
    PL_VEC_TRIM(&l->settled);
    l->is_sealed = true;
    return PL_OK;
}

uint64_t pl_ledger_totals(const struct pl_ledger *l, uint64_t by_class[PL_CLASS_COUNT],
                          uint64_t by_grade[PL_GRADE_COUNT])
{
    uint64_t members = 0;
    memset(by_class, 0, PL_CLASS_COUNT * sizeof by_class[0]);
    if (by_grade != NULL)
        memset(by_grade, 0, PL_GRADE_COUNT * sizeof by_grade[0]);
    for (size_t i = 0; i < l->settled.n; i++) {
        const struct pl_claim *c = &l->settled.v[i];
        if (c->class == PL_CLASS_MEMBERS) {
            members += c->length;
            continue;
        }
        by_class[c->class] += c->length;
        if (by_grade != NULL && c->class == PL_CLASS_DERIVED)
            by_grade[c->grade] += c->length;
    }
    return members;
}
