/*
 * code_objects.c - which variable stands at an address, as far as the functions that are placed say it.
 *
 * A stripped image names no variable, but everybody who uses one uses it at the same address. The name that the source of an address's users has in
 * common, and that others lack, is most likely its name; a function that refers to the address then has to mention it. What a function says of itself is left
 * out, so that no guess confirms itself. Source: the Dice coefficient of two sets, Dice 1945.
 */
#include "match/code_align.h"

#include <stdlib.h>

#define MAX_USERS      64u  /* of one address, that are asked */
#define MAX_NAMES      16u  /* that are compared for one address */
#define SURE_USERS     3u   /* that agree, beside the function itself: from then on the name counts fully */
#define LEAST_LIKENESS 400u /* thousandths of the coefficient */

struct vote {
    uint32_t feature;
    uint32_t users;    /* of the address, that mention it */
    uint32_t mentions; /* by functions of the image */
    uint32_t likeness;
};

struct objects {
    struct pl_aligner *a;
    uint32_t *mentions; /* per feature: functions of the image, as far as placed, whose source has it */
    uint32_t *users;    /* per feature: of those that refer to the address at hand */
    uint32_t *first;    /* per address: first of its users in `list` */
    uint32_t *list;     /* subjects, by address */
    PL_VEC(uint32_t) touched;
};

static void count_mentions(struct objects *o)
{
    struct pl_aligner *a = o->a;
    for (size_t i = 0; i < a->subjects.n; i++) {
        if (a->subjects.v[i].definition == PL_NO_DEFINITION)
            continue;
        struct pl_id_list direct = pl_codebase_direct(a->cb, a->subjects.v[i].definition);
        for (size_t k = 0; k < direct.n; k++)
            o->mentions[direct.v[k]]++;
    }
}

/* Counting sort of the references by address. */
static void list_users(struct objects *o)
{
    struct pl_aligner *a = o->a;
    size_t n = a->code->n_data;
    for (size_t i = 0; i < a->refs.n; i++)
        o->first[a->refs.v[i].object + 1]++;
    for (size_t i = 0; i < n; i++)
        o->first[i + 1] += o->first[i];
    for (uint32_t i = 0; i < a->subjects.n; i++)
        for (uint32_t k = 0; k < a->subjects.v[i].n_refs; k++)
            o->list[o->first[a->refs.v[a->subjects.v[i].first_ref + k].object]++] = i;
    for (size_t i = n; i > 0; i--)
        o->first[i] = o->first[i - 1];
    o->first[0] = 0;
}

static uint32_t likeness(uint32_t both, uint32_t users, uint32_t mentions)
{
    return users + mentions == 0 ? 0 : (uint32_t)(2000ull * both / (users + mentions));
}

static bool is_better(const struct vote *x, const struct vote *y)
{
    return x->likeness != y->likeness ? x->likeness > y->likeness : x->feature < y->feature;
}

static void keep_best(struct vote *best, size_t *n, struct vote v)
{
    size_t at = *n;
    if (at == MAX_NAMES && !is_better(&v, &best[at - 1]))
        return;
    if (at == MAX_NAMES)
        at--;
    else
        ++*n;
    for (; at > 0 && is_better(&v, &best[at - 1]); at--)
        best[at] = best[at - 1];
    best[at] = v;
}

/* The names that fit an address best, by `n` of its users. */
static pl_status find_names(struct objects *o, const uint32_t *users, size_t n, struct vote *best,
                            size_t *n_best, uint32_t *placed, struct pl_err *err)
{
    struct pl_aligner *a = o->a;
    *n_best = 0;
    *placed = 0;
    o->touched.n = 0;
    for (size_t i = 0; i < n; i++) {
        if (a->subjects.v[users[i]].definition == PL_NO_DEFINITION)
            continue;
        struct pl_id_list direct = pl_codebase_direct(a->cb, a->subjects.v[users[i]].definition);
        ++*placed;
        for (size_t k = 0; k < direct.n; k++) {
            uint32_t f = direct.v[k];
            if (!a->is_variable[f])
                continue;
            if (o->users[f]++ == 0) {
                uint32_t *slot = PL_VEC_ADD(&o->touched);
                if (slot == NULL)
                    return pl_fail_nomem(err);
                *slot = f;
            }
        }
    }
    for (size_t i = 0; i < o->touched.n; i++) {
        uint32_t f = o->touched.v[i];
        keep_best(
            best, n_best,
            (struct vote){f, o->users[f], o->mentions[f], likeness(o->users[f], *placed, o->mentions[f])});
        o->users[f] = 0;
    }
    return PL_OK;
}

/* What the others say of the address: the best names, when they agree. */
static void tell(const struct objects *o, uint32_t subject, struct pl_data_ref *ref, const struct vote *names,
                 size_t n_names, uint32_t placed)
{
    const struct pl_aligner *a = o->a;
    uint32_t definition = a->subjects.v[subject].definition;
    struct pl_id_list own = {NULL, 0};
    uint32_t best = 0;
    uint32_t agree = 0;
    ref->n = 0;
    if (definition != PL_NO_DEFINITION)
        own = pl_codebase_direct(a->cb, definition);
    uint32_t self = definition != PL_NO_DEFINITION;
    for (size_t i = 0; i < n_names; i++) {
        uint32_t has = pl_id_list_has(own, names[i].feature);
        uint32_t both = names[i].users - has;
        uint32_t like = both == 0 ? 0 : likeness(both, placed - self, names[i].mentions - has);
        if (like < LEAST_LIKENESS || like < best)
            continue;
        if (like > best)
            ref->n = 0;
        best = like;
        agree = both;
        if (ref->n < PL_REF_NAMES)
            ref->name[ref->n] = names[i].feature;
        ref->n++;
    }
    if (ref->n > PL_REF_NAMES) /* anything */
        ref->n = 0;
    uint32_t weight = UINT32_MAX;
    for (unsigned i = 0; i < ref->n; i++) {
        uint32_t w = pl_codebase_weight(a->cb, ref->name[i]);
        weight = w < weight ? w : weight;
    }
    if (agree > SURE_USERS)
        agree = SURE_USERS;
    ref->weight = ref->n == 0 ? 0 : (uint16_t)((uint64_t)weight * best * agree / (1000u * SURE_USERS));
}

/* Functions of the image in [first, last] whose source has a name: of those that are compared. */
static void count_nearby(const struct objects *o, uint32_t first, uint32_t last, struct vote *names, size_t n)
{
    const struct pl_aligner *a = o->a;
    for (size_t i = 0; i < n; i++)
        names[i].mentions = 0;
    for (uint32_t s = first; s <= last; s++) {
        if (a->subjects.v[s].definition == PL_NO_DEFINITION)
            continue;
        struct pl_id_list direct = pl_codebase_direct(a->cb, a->subjects.v[s].definition);
        for (size_t i = 0; i < n; i++)
            names[i].mentions += pl_id_list_has(direct, names[i].feature);
    }
}

/* Users that stand beside one another speak of the same thing more often than others: a long list is asked in groups. */
static pl_status tell_group(struct objects *o, size_t object, const uint32_t *users, size_t n, bool is_all,
                            struct pl_err *err)
{
    struct pl_aligner *a = o->a;
    struct vote names[MAX_NAMES];
    size_t n_names;
    uint32_t placed;
    pl_status st = find_names(o, users, n, names, &n_names, &placed, err);
    if (!is_all)
        count_nearby(o, users[0], users[n - 1], names, n_names);
    for (size_t i = 0; i < n && st == PL_OK; i++) {
        const struct pl_subject *s = &a->subjects.v[users[i]];
        for (uint32_t k = 0; k < s->n_refs; k++)
            if (a->refs.v[s->first_ref + k].object == object)
                tell(o, users[i], &a->refs.v[s->first_ref + k], names, n_names, placed);
    }
    return st;
}

static pl_status tell_all(struct objects *o, struct pl_err *err)
{
    pl_status st = PL_OK;
    for (size_t object = 0; object < o->a->code->n_data && st == PL_OK; object++) {
        const uint32_t *users = &o->list[o->first[object]];
        size_t n = o->first[object + 1] - o->first[object];
        for (size_t i = 0; i < n && n >= 2 && st == PL_OK; i += MAX_USERS)
            st = tell_group(o, object, users + i, n - i < MAX_USERS ? n - i : MAX_USERS, n <= MAX_USERS, err);
    }
    return st;
}

pl_status pl_code_objects(struct pl_aligner *a, struct pl_err *err)
{
    struct objects o = {.a = a};
    size_t n = pl_codebase_feature_count(a->cb) + 1;
    pl_status st = PL_OK;
    o.mentions = calloc(n, sizeof *o.mentions);
    o.users = calloc(n, sizeof *o.users);
    o.first = calloc(a->code->n_data + 2, sizeof *o.first);
    o.list = calloc(a->refs.n + 1, sizeof *o.list);
    if (o.mentions == NULL || o.users == NULL || o.first == NULL || o.list == NULL)
        st = pl_fail_nomem(err);
    if (st == PL_OK) {
        count_mentions(&o);
        list_users(&o);
        st = tell_all(&o, err);
    }
    free(o.mentions);
    free(o.users);
    free(o.first);
    free(o.list);
    PL_VEC_FREE(&o.touched);
    return st;
}
