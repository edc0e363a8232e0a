/*
 * code_candidates.c - which source functions are worth asking for each function of the image.
 *
 * Everything that a function of the image holds, whom it calls and where it stands votes for the source functions that it speaks of. The most
 * voted ones are scored (code_score.c), and the best of them are the candidates. Functions are searched for by all threads; who is found
 * does not depend on them.
 */
#include "base/parallel.h"
#include "format/text/cpp_names.h"
#include "format/text/go_names.h"
#include "match/code_align.h"

#include <stdlib.h>
#include <string.h>

#define MAX_POSTINGS   400u  /* features in more definitions propose nobody */
#define MAX_NAMED      1024u /* definitions of a name, or files of one, of which Go's table means one */
#define MAX_EVALUATED  64u
#define MAX_CANDIDATES 24u
#define MAX_HOSTS      48u
#define WINDOW         24u /* source functions looked at beside a placed neighbour */
/* Votes for those of the window: so many for the nearest, WINDOW_STEP less for each behind it, of WINDOW_NEAR; WINDOW_LEAST for the others. */
#define WINDOW_MOST  60u
#define WINDOW_STEP  2u
#define WINDOW_NEAR  12u
#define WINDOW_LEAST 12u
#define PLACE_SCORE  6   /* for standing where its neighbours say */
#define LEAST_SCORE  1   /* of a candidate, in tenths of bits */
#define BLOCK        64u /* subjects that one thread searches for in a row */
#define NO_FUNCTION  UINT32_MAX

/* What one thread needs. */
struct search {
    struct pl_aligner *a;
    uint32_t *votes; /* per definition; NO_FUNCTION: nobody votes for it */
    PL_VEC(uint32_t) voted;
    uint32_t *marks;                   /* per feature: subject, counted from 1, that has it */
    PL_VEC(struct pl_candidate) found; /* of its blocks, one behind the other */
};

/* A block of subjects: who searched for it, and where its candidates begin there. */
struct block {
    unsigned worker;
    size_t first;
};

struct searches {
    struct pl_aligner *a;
    struct search workers[PL_PARALLEL_MAX];
    struct block *blocks;
};

static pl_status vote(struct search *q, uint32_t id, uint32_t weight, struct pl_err *err)
{
    if (q->votes[id] == NO_FUNCTION)
        return PL_OK;
    if (q->votes[id] == 0) {
        uint32_t *slot = PL_VEC_ADD(&q->voted);
        if (slot == NULL)
            return pl_fail_nomem(err);
        *slot = id;
    }
    q->votes[id] += weight;
    return PL_OK;
}

static pl_status vote_hosts(struct search *q, uint32_t id, uint32_t weight, unsigned depth,
                            struct pl_err *err)
{
    struct pl_id_list hosts = pl_codebase_hosts(q->a->cb, id);
    pl_status st = PL_OK;
    for (size_t i = 0; i < hosts.n && i < MAX_HOSTS && st == PL_OK; i++) {
        st = vote(q, hosts.v[i], weight, err);
        if (st == PL_OK && depth > 1)
            st = vote_hosts(q, hosts.v[i], weight / 2, depth - 1, err);
    }
    return st;
}

/*
 * Everybody who has a feature, and into whom they may be inlined. Of what many have only those of the unit that the subject stands in: setlocale_null_r()
 * of gnulib calls what calls setlocale().
 */
static pl_status vote_feature(struct search *q, uint32_t unit, uint32_t feature, uint32_t weight,
                              struct pl_err *err)
{
    struct pl_id_list with = pl_codebase_with(q->a->cb, feature);
    struct pl_id_list near = with;
    pl_status st = PL_OK;
    if (with.n > MAX_POSTINGS / 8)
        near = unit == UINT32_MAX ? (struct pl_id_list){NULL, 0} : pl_codebase_in_unit(q->a->cb, with, unit);
    if (with.n > MAX_POSTINGS)
        with = near;
    for (size_t i = 0; i < with.n && st == PL_OK; i++)
        st = vote(q, with.v[i], weight + 1, err);
    for (size_t i = 0; i < near.n && st == PL_OK; i++)
        st = vote_hosts(q, near.v[i], weight / 2 + 1, 2, err);
    return st;
}

static pl_status vote_named(struct search *q, struct pl_id_list named, uint32_t weight, struct pl_err *err)
{
    pl_status st = PL_OK;
    for (size_t i = 0; i < named.n && i < MAX_POSTINGS && st == PL_OK; i++)
        st = vote(q, named.v[i], weight, err);
    return st;
}

static pl_status vote_go_among(struct search *q, const struct pl_function *f, struct pl_id_list ids,
                               struct pl_err *err)
{
    pl_status st = PL_OK;
    for (size_t i = 0; i < ids.n && i < MAX_NAMED && st == PL_OK; i++)
        if (pl_code_score_go(q->a, f, ids.v[i]) > 0)
            st = vote(q, ids.v[i], PL_CODE_EXPORT_SCORE, err);
    return st;
}

/* Functions that Go's table says it is: those of the name, or of the file's, whichever are fewer. String() stands in thousands of files. */
static pl_status vote_go(struct search *q, const struct pl_function *f, struct pl_err *err)
{
    struct pl_go_function go;
    const struct pl_codebase *cb = q->a->cb;
    pl_status st = PL_OK;
    if (!pl_go_function_of(f->name, &go))
        return PL_OK;
    struct pl_id_list named = pl_codebase_named(cb, pl_atom_hash_text(go.name));
    pl_units units = pl_index_units_of_name(pl_codebase_index(cb), pl_bytes_basename(f->file));
    if (named.n <= units.n)
        return vote_go_among(q, f, named, err);
    for (size_t i = 0; i < units.n && i < MAX_NAMED && st == PL_OK; i++)
        st = vote_go_among(q, f, pl_codebase_in_unit(cb, named, units.v[i]), err);
    return st;
}

/* Who calls what it calls, and whom its callers call. */
static pl_status vote_calls(struct search *q, const struct pl_subject *s, struct pl_err *err)
{
    const struct pl_aligner *a = q->a;
    pl_status st = PL_OK;
    for (uint32_t i = 0; i < s->n_calls && st == PL_OK; i++) {
        const struct pl_subject *to = &a->subjects.v[a->calls.v[s->first_call + i]];
        uint32_t name = to->definition == PL_NO_DEFINITION ? PL_NO_FEATURE
                                                           : pl_codebase_name_feature(a->cb, to->definition);
        if (name != PL_NO_FEATURE)
            st = vote_feature(q, s->unit, name, pl_codebase_weight(a->cb, name) / 2, err);
    }
    for (uint32_t i = 0; i < s->n_refs && st == PL_OK; i++) {
        const struct pl_data_ref *ref = &a->refs.v[s->first_ref + i];
        for (unsigned k = 0; k < ref->n && st == PL_OK; k++)
            st = vote_feature(q, s->unit, ref->name[k], ref->weight / 2u, err);
    }
    for (uint32_t i = 0; i < s->n_callers && i < 8 && st == PL_OK; i++) {
        const struct pl_subject *from = &a->subjects.v[a->callers.v[s->first_caller + i]];
        if (from->definition == PL_NO_DEFINITION)
            continue;
        struct pl_id_list direct = pl_codebase_closure(a->cb, from->definition);
        for (size_t k = 0; k < direct.n && k < 2000 && st == PL_OK; k++)
            if (pl_codebase_feature_kind(a->cb, direct.v[k]) == PL_ATOM_CALL)
                st = vote_named(q, pl_codebase_named_feature(a->cb, direct.v[k]), 20, err);
    }
    return st;
}

/* Source functions beside those that the neighbours are placed at. */
static pl_status vote_places(struct search *q, uint32_t subject, struct pl_err *err)
{
    const struct pl_aligner *a = q->a;
    pl_status st = PL_OK;
    size_t n = pl_codebase_place_count(a->cb);
    for (int direction = -1; direction <= 1; direction += 2) {
        uint32_t at = subject;
        unsigned steps = 0;
        do
            at += (uint32_t)direction;
        while (at < a->subjects.n && ++steps < WINDOW && a->subjects.v[at].place == PL_NO_PLACE);
        if (at >= a->subjects.n || a->subjects.v[at].place == PL_NO_PLACE)
            continue;
        uint32_t place = a->subjects.v[at].place;
        uint32_t unit = pl_codebase_place(a->cb, place).unit;
        for (unsigned k = 0; k < WINDOW && st == PL_OK; k++) {
            place -= (uint32_t)direction;
            if (place >= n || pl_codebase_place(a->cb, place).unit != unit)
                break;
            uint32_t weight = k < WINDOW_NEAR ? WINDOW_MOST - k * WINDOW_STEP : WINDOW_LEAST;
            st = vote(q, pl_codebase_place(a->cb, place).id, weight, err);
        }
    }
    return st;
}

static pl_status gather_votes(struct search *q, uint32_t subject, struct pl_err *err)
{
    const struct pl_aligner *a = q->a;
    const struct pl_subject *s = &a->subjects.v[subject];
    const struct pl_function *fn = &a->code->functions[s->function];
    pl_bytes name = fn->name;
    pl_status st = PL_OK;
    for (uint32_t i = 0; i < s->n_facts && st == PL_OK; i++) {
        const struct pl_code_fact *f = &a->facts.v[s->first_fact + i];
        for (unsigned k = 0; k < f->n && st == PL_OK; k++)
            st = vote_feature(q, s->unit, f->feature[k], f->weight, err);
        if (st == PL_OK && f->n == 0 && f->is_neutral && f->name != PL_NO_FEATURE)
            st = vote_named(q, pl_codebase_named_feature(a->cb, f->name), f->weight, err);
    }
    struct pl_cpp_function cpp;
    if (st == PL_OK && (fn->flags & PL_FUNCTION_GO) != 0)
        st = vote_go(q, fn, err);
    else if (st == PL_OK && name.n > 0) {
        uint64_t hash = pl_atom_hash_text(pl_cpp_function_of(name, &cpp) ? cpp.name : name);
        st = vote_named(q, pl_codebase_named(a->cb, hash), PL_CODE_EXPORT_SCORE, err);
    }
    if (st == PL_OK && a->has_places)
        st = vote_calls(q, s, err);
    for (size_t i = pl_code_proposals(a, subject);
         st == PL_OK && i < a->proposals.n && a->proposals.v[i].subject == subject; i++)
        st = vote(q, a->proposals.v[i].id, (uint32_t)a->proposals.v[i].weight, err);
    return st == PL_OK && a->has_places ? vote_places(q, subject, err) : st;
}

/* Higher scores first, then smaller numbers. */
static int by_score(const struct pl_candidate *x, const struct pl_candidate *y)
{
    if (x->score != y->score)
        return x->score > y->score ? -1 : 1;
    return x->id < y->id ? -1 : x->id > y->id;
}

/* At most MAX_EVALUATED of them: by insertion. */
static void sort_scores(struct pl_candidate *v, size_t n)
{
    for (size_t i = 1; i < n; i++) {
        struct pl_candidate c = v[i];
        size_t at = i;
        for (; at > 0 && by_score(&c, &v[at - 1]) < 0; at--)
            v[at] = v[at - 1];
        v[at] = c;
    }
}

/* The most voted first, MAX_EVALUATED at most; the votes are cleared. */
static size_t rank_votes(struct search *q, struct pl_candidate best[MAX_EVALUATED])
{
    size_t n = 0;
    for (size_t i = 0; i < q->voted.n; i++) {
        uint32_t id = q->voted.v[i];
        struct pl_candidate c = {id, (int32_t)q->votes[id]};
        q->votes[id] = 0;
        if (n == MAX_EVALUATED && by_score(&best[n - 1], &c) < 0)
            continue;
        size_t at = n < MAX_EVALUATED ? n++ : n - 1;
        for (; at > 0 && by_score(&c, &best[at - 1]) < 0; at--)
            best[at] = best[at - 1];
        best[at] = c;
    }
    q->voted.n = 0;
    return n;
}

/* The best candidate as if nobody had any of them. */
static void make_wish(struct pl_aligner *a, uint32_t subject, struct pl_candidate c)
{
    struct pl_candidate *wish = &a->subjects.v[subject].wish;
    c.score += pl_code_is_taken(a, subject, c.id) ? PL_CODE_TAKEN_COST : 0;
    if (c.score > wish->score || (c.score == wish->score && c.id < wish->id))
        *wish = c;
}

/* What Go's table says it is stays one, however much of others was inlined into it: whether that may be is asked of each text (code_grade.c). */
static bool is_named_by_go(const struct pl_aligner *a, const struct pl_subject *s, uint32_t id)
{
    const struct pl_function *f = &a->code->functions[s->function];
    return (f->flags & PL_FUNCTION_GO) != 0 && pl_code_score_go(a, f, id) > 0;
}

static pl_status find_candidates(struct search *q, uint32_t subject, struct pl_err *err)
{
    struct pl_aligner *a = q->a;
    struct pl_subject *s = &a->subjects.v[subject];
    struct pl_candidate best[MAX_EVALUATED];
    s->n_candidates = 0;
    if (s->is_fixed)
        return PL_OK;
    pl_status st = gather_votes(q, subject, err);
    if (st != PL_OK)
        return st;
    size_t n = rank_votes(q, best);
    pl_code_mark(a, subject, q->marks);
    s->wish = (struct pl_candidate){PL_NO_DEFINITION, 0};
    for (size_t i = 0; i < n; i++) {
        best[i].score = pl_code_score(a, q->marks, s, best[i].id) + (a->has_places ? PLACE_SCORE : 0);
        if (best[i].score <= 0 && is_named_by_go(a, s, best[i].id))
            best[i].score = LEAST_SCORE;
        make_wish(a, subject, best[i]);
    }
    sort_scores(best, n);
    for (size_t i = 0; i < n && i < MAX_CANDIDATES && best[i].score > 0; i++) {
        struct pl_candidate *slot = PL_VEC_ADD(&q->found);
        if (slot == NULL)
            return pl_fail_nomem(err);
        *slot = best[i];
        s->n_candidates++;
    }
    return PL_OK;
}

static pl_status start_search(struct search *q, struct pl_err *err)
{
    size_t n = pl_codebase_count(q->a->cb);
    q->votes = calloc(n + 1, sizeof *q->votes);
    q->marks = calloc(pl_codebase_feature_count(q->a->cb) + 1, sizeof *q->marks);
    if (q->votes == NULL || q->marks == NULL)
        return pl_fail_nomem(err);
    for (uint32_t id = 0; id < n; id++)
        if (pl_codebase_at(q->a->cb, id)->definition->kind != PL_DEFINITION_FUNCTION)
            q->votes[id] = NO_FUNCTION;
    return PL_OK;
}

static pl_status search_block(void *ctx, unsigned worker, size_t i, struct pl_err *err)
{
    struct searches *all = ctx;
    struct search *q = &all->workers[worker];
    size_t n = all->a->subjects.n;
    pl_status st = PL_OK;
    if (q->a == NULL) {
        q->a = all->a;
        st = start_search(q, err);
    }
    all->blocks[i] = (struct block){worker, q->found.n};
    for (size_t s = i * BLOCK; s < n && s < (i + 1) * BLOCK && st == PL_OK; s++)
        st = find_candidates(q, (uint32_t)s, err);
    return st;
}

/* In the order of the subjects, whoever found them. */
static pl_status collect(struct searches *all, struct pl_err *err)
{
    struct pl_aligner *a = all->a;
    a->candidates.n = 0;
    for (size_t i = 0; i < a->subjects.n; i++) {
        struct pl_subject *s = &a->subjects.v[i];
        struct block *b = &all->blocks[i / BLOCK];
        const struct search *q = &all->workers[b->worker];
        s->first_candidate = (uint32_t)a->candidates.n;
        for (uint32_t k = 0; k < s->n_candidates; k++) {
            struct pl_candidate *slot = PL_VEC_ADD(&a->candidates);
            if (slot == NULL)
                return pl_fail_nomem(err);
            *slot = q->found.v[b->first++];
        }
    }
    return PL_OK;
}

pl_status pl_code_candidates(struct pl_aligner *a, struct pl_err *err)
{
    struct searches all = {.a = a};
    size_t n = (a->subjects.n + BLOCK - 1) / BLOCK;
    all.blocks = calloc(n + 1, sizeof *all.blocks);
    pl_status st = all.blocks == NULL ? pl_fail_nomem(err) : pl_parallel(a->jobs, n, &all, search_block, err);
    if (st == PL_OK)
        st = collect(&all, err);
    for (unsigned i = 0; i < PL_PARALLEL_MAX; i++) {
        free(all.workers[i].votes);
        free(all.workers[i].marks);
        PL_VEC_FREE(&all.workers[i].voted);
        PL_VEC_FREE(&all.workers[i].found);
    }
    free(all.blocks);
    return st;
}
