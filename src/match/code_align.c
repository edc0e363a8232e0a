/*
 * code_align.c - the best way through all functions of an image in address order.
 *
 * A compiler writes a translation unit as one interval of code, its functions mostly in the order of the source. So the state after a function is
 * a place: a source function of a unit. From there
 *
 *     to a later one of the same unit      costs little for each function passed over
 *     to the same again                    a clone, costs
 *     to an earlier one of the same unit   costs
 *     to another unit                      costs more
 *     stay                                 the function is nobody's (the null state, score 0), or comes from a header or a
 *                                          template of functions, which may stand anywhere
 *
 * Values only grow relative to staying everywhere, so each step touches the candidates of one function alone: a Fenwick tree of prefix maxima per
 * unit answers for all earlier places at once. O(candidates * log places). Source: Viterbi 1967; Fenwick 1994; for the
 * order of functions corpus/codebase_order.c.
 */
#include "match/code_align.h"

#include "base/order.h"

#include <stdlib.h>
#include <string.h>

#define PASSES      5u
#define SKIP_COST   1 /* for each source function passed over */
#define CLONE_COST  60
#define BACK_COST   30
#define CHANGE_COST 50
#define WILD_COST   30  /* from a header, without a place */
#define MAX_PLACES  32u /* of one function, in as many units */
#define NO_NODE     UINT32_MAX

/* A step of a way that may become the best. */
struct node {
    uint32_t subject;
    uint32_t place;
    uint32_t before;
    int32_t own;  /* what the step itself is worth */
    int64_t best; /* of all ways that end here; once margins are known, of all ways that lead through it */
};

struct value {
    int64_t score;
    uint32_t node;
};

/* Places of the candidates, sorted, hence by unit. */
struct path {
    struct pl_aligner *a;
    bool is_backward; /* from the last function to the first: earlier places are those that stand behind */
    uint32_t *places;
    size_t n_places;
    uint32_t *unit_first;    /* per place: first place of its unit */
    uint32_t *unit_end;      /* per place */
    struct value *values;    /* per place */
    struct value *fenwick;   /* per place, within its unit: maxima of score + way() */
    struct value *unit_best; /* per first place of a unit */
    struct value best;
    PL_VEC(struct node) nodes;
    PL_VEC(struct value) news;
};

static bool is_wild(const struct pl_aligner *a, uint32_t id)
{
    return pl_codebase_places(a->cb, id).n == 0;
}

static void raise_to(struct value *v, struct value w)
{
    if (w.score > v->score)
        *v = w;
}

static size_t index_of(const struct path *p, uint32_t place)
{
    size_t low = 0;
    size_t high = p->n_places;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (p->places[middle] < place)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* How many places of its unit come before it, in the direction of the path. */
static size_t rank(const struct path *p, size_t place)
{
    return p->is_backward ? p->unit_end[place] - 1 - place : place - p->unit_first[place];
}

/* What it costs to come so far. */
static int64_t way(const struct path *p, size_t place)
{
    int64_t cost = (int64_t)SKIP_COST * p->places[place];
    return p->is_backward ? -cost : cost;
}

/* Maximum over the places of the unit before `place`. */
static struct value best_before(const struct path *p, size_t place)
{
    size_t first = p->unit_first[place];
    struct value best = {INT64_MIN / 2, NO_NODE};
    for (size_t i = rank(p, place); i > 0; i &= i - 1)
        raise_to(&best, p->fenwick[first + i - 1]);
    best.score -= way(p, place);
    return best;
}

static void update(struct path *p, size_t place, struct value v)
{
    size_t first = p->unit_first[place];
    raise_to(&p->values[place], v);
    raise_to(&p->unit_best[first], v);
    raise_to(&p->best, v);
    v.score += way(p, place);
    for (size_t i = rank(p, place) + 1; i <= p->unit_end[place] - first; i += i & (~i + 1))
        raise_to(&p->fenwick[first + i - 1], v);
}

/* The best way to a place, before the function itself counts. */
static struct value arrive(const struct path *p, size_t place)
{
    struct value best = {p->best.score - CHANGE_COST, p->best.node};
    struct value v = best_before(p, place);
    raise_to(&best, v);
    v = p->values[place];
    v.score -= CLONE_COST;
    raise_to(&best, v);
    v = p->unit_best[p->unit_first[place]];
    v.score -= BACK_COST;
    raise_to(&best, v);
    return best;
}

static pl_status step(struct path *p, uint32_t subject, struct pl_err *err)
{
    struct pl_aligner *a = p->a;
    const struct pl_subject *s = &a->subjects.v[subject];
    int64_t stay = 0;
    for (uint32_t i = 0; i < s->n_candidates; i++) {
        const struct pl_candidate *c = &a->candidates.v[s->first_candidate + i];
        if (is_wild(a, c->id) && c->score - WILD_COST > stay)
            stay = c->score - WILD_COST;
    }
    size_t first_new = p->nodes.n;
    p->news.n = 0;
    for (uint32_t i = 0; i < s->n_candidates; i++) {
        const struct pl_candidate *c = &a->candidates.v[s->first_candidate + i];
        struct pl_id_list places = pl_codebase_places(a->cb, c->id);
        for (size_t k = 0; k < places.n && k < MAX_PLACES; k++) {
            struct value v = arrive(p, index_of(p, places.v[k]));
            int32_t here = places.n < 2 ? 0 : pl_code_place_score(a, s, c->id, places.v[k]);
            struct node *node = PL_VEC_ADD(&p->nodes);
            struct value *slot = PL_VEC_ADD(&p->news);
            if (node == NULL || slot == NULL)
                return pl_fail_nomem(err);
            int64_t own = c->score + here - stay;
            *node = (struct node){subject, places.v[k], v.node, (int32_t)own, v.score + own};
            *slot = (struct value){v.score + own, (uint32_t)p->nodes.n - 1};
        }
    }
    for (size_t i = 0; i < p->news.n; i++)
        update(p, index_of(p, p->nodes.v[first_new + i].place), p->news.v[i]);
    return PL_OK;
}

/* Places of all candidates, each once. */
static pl_status list_places(struct path *p, struct pl_err *err)
{
    struct pl_aligner *a = p->a;
    size_t n = 0;
    for (size_t i = 0; i < a->candidates.n; i++) {
        size_t places = pl_codebase_places(a->cb, a->candidates.v[i].id).n;
        n += places < MAX_PLACES ? places : MAX_PLACES;
    }
    p->places = calloc(n + 1, sizeof *p->places);
    if (p->places == NULL)
        return pl_fail_nomem(err);
    n = 0;
    for (size_t i = 0; i < a->candidates.n; i++) {
        struct pl_id_list places = pl_codebase_places(a->cb, a->candidates.v[i].id);
        for (size_t k = 0; k < places.n && k < MAX_PLACES; k++)
            p->places[n++] = places.v[k];
    }
    pl_sort_u32(p->places, n);
    for (size_t i = 0; i < n; i++)
        if (p->n_places == 0 || p->places[p->n_places - 1] != p->places[i])
            p->places[p->n_places++] = p->places[i];
    return PL_OK;
}

/* No function has been passed yet. */
static void begin(struct path *p, bool is_backward)
{
    p->is_backward = is_backward;
    for (size_t i = 0; i < p->n_places; i++)
        p->values[i] = p->fenwick[i] = p->unit_best[i] = (struct value){INT64_MIN / 2, NO_NODE};
    p->best = (struct value){0, NO_NODE};
}

static pl_status make_places(struct path *p, struct pl_err *err)
{
    struct pl_aligner *a = p->a;
    pl_status st = list_places(p, err);
    size_t n = p->n_places;
    if (st != PL_OK)
        return st;
    p->unit_first = calloc(n + 1, sizeof *p->unit_first);
    p->unit_end = calloc(n + 1, sizeof *p->unit_end);
    p->values = calloc(n + 1, sizeof *p->values);
    p->fenwick = calloc(n + 1, sizeof *p->fenwick);
    p->unit_best = calloc(n + 1, sizeof *p->unit_best);
    if (p->unit_first == NULL || p->unit_end == NULL || p->values == NULL || p->fenwick == NULL ||
        p->unit_best == NULL)
        return pl_fail_nomem(err);
    for (size_t i = 0; i < n; i++) {
        uint32_t unit = pl_codebase_place(a->cb, p->places[i]).unit;
        bool is_same = i > 0 && pl_codebase_place(a->cb, p->places[i - 1]).unit == unit;
        p->unit_first[i] = is_same ? p->unit_first[i - 1] : (uint32_t)i;
    }
    for (size_t i = n; i-- > 0;)
        p->unit_end[i] =
            i + 1 < n && p->unit_first[i + 1] == p->unit_first[i] ? p->unit_end[i + 1] : (uint32_t)i + 1;
    begin(p, false);
    return PL_OK;
}

static void free_path(struct path *p)
{
    free(p->places);
    free(p->unit_first);
    free(p->unit_end);
    free(p->values);
    free(p->fenwick);
    free(p->unit_best);
    PL_VEC_FREE(&p->nodes);
    PL_VEC_FREE(&p->news);
}

/* Is one inlined into the other, so that both hold the same features? */
static bool are_kin(const struct pl_aligner *a, uint32_t x, uint32_t y)
{
    return pl_id_list_has(pl_codebase_hosts(a->cb, x), y) || pl_id_list_has(pl_codebase_hosts(a->cb, y), x);
}

/* The same function in two files, such as a grammar and what was made of it: whichever of them it is, it is that function. */
static bool are_twins(const struct pl_aligner *a, uint32_t x, uint32_t y)
{
    struct pl_id_list of_x = pl_codebase_direct(a->cb, x);
    struct pl_id_list of_y = pl_codebase_direct(a->cb, y);
    return pl_codebase_name_feature(a->cb, x) == pl_codebase_name_feature(a->cb, y) && of_x.n == of_y.n &&
           memcmp(of_x.v, of_y.v, of_x.n * sizeof *of_x.v) == 0;
}

static void settle_subject(struct pl_aligner *a, struct pl_subject *s, uint32_t place)
{
    uint32_t placed = place == PL_NO_PLACE ? PL_NO_DEFINITION : pl_codebase_place(a->cb, place).id;
    s->place = place;
    s->definition = PL_NO_DEFINITION;
    s->score = 0;
    for (uint32_t i = 0; i < s->n_candidates; i++) {
        const struct pl_candidate *c = &a->candidates.v[s->first_candidate + i];
        bool is_it = placed == PL_NO_DEFINITION ? is_wild(a, c->id) && c->score > WILD_COST : c->id == placed;
        if (is_it) {
            s->definition = c->id;
            s->score = c->score;
            break;
        }
    }
}

bool pl_code_are_rivals(const struct pl_aligner *a, uint32_t x, uint32_t y)
{
    return x != y && !are_kin(a, x, y) && !are_twins(a, x, y);
}

/* By how much its own score exceeds that of the best rival that has no place, or of any when it has none itself; never more than all of it. */
static int32_t margin_alone(const struct pl_aligner *a, const struct pl_subject *s)
{
    for (uint32_t i = 0; i < s->n_candidates; i++) {
        const struct pl_candidate *c = &a->candidates.v[s->first_candidate + i];
        if ((s->place == PL_NO_PLACE || is_wild(a, c->id)) && pl_code_are_rivals(a, c->id, s->definition))
            return s->score - c->score < s->score ? s->score - c->score : s->score;
    }
    return s->score;
}

/*
 * By how much the best way exceeds the best that leads through a rival here: nodes [first, end) of the subject. The neighbours have their say
 * in it. Source: max-marginals of a chain, Pearl 1988.
 */
static int32_t margin_on_path(const struct path *p, const struct pl_subject *s, size_t first, size_t end)
{
    int64_t chosen = INT64_MIN;
    int64_t rival = INT64_MIN;
    for (size_t k = first; k < end; k++) {
        const struct node *node = &p->nodes.v[k];
        uint32_t id = pl_codebase_place(p->a->cb, node->place).id;
        if (node->place == s->place && node->best > chosen)
            chosen = node->best;
        else if (node->best > rival && pl_code_are_rivals(p->a, id, s->definition))
            rival = node->best;
    }
    return rival == INT64_MIN || chosen - rival > INT32_MAX ? INT32_MAX : (int32_t)(chosen - rival);
}

/* The same path from the other end: with both, the best way through each node is known. */
static void find_margins(struct path *p)
{
    struct pl_aligner *a = p->a;
    size_t end = p->nodes.n;
    begin(p, true);
    for (uint32_t i = (uint32_t)a->subjects.n; i-- > 0;) {
        struct pl_subject *s = &a->subjects.v[i];
        size_t first = end;
        while (first > 0 && p->nodes.v[first - 1].subject == i)
            first--;
        p->news.n = 0;
        for (size_t k = first; k < end; k++) {
            struct node *node = &p->nodes.v[k];
            int64_t behind = arrive(p, index_of(p, node->place)).score;
            p->news.v[p->news.n++] = (struct value){behind + node->own, (uint32_t)k};
            node->best += behind;
        }
        for (size_t k = first; k < end; k++)
            update(p, index_of(p, p->nodes.v[k].place), p->news.v[k - first]);
        s->margin = s->definition == PL_NO_DEFINITION ? 0 : margin_alone(a, s);
        int32_t margin = s->place == PL_NO_PLACE ? INT32_MAX : margin_on_path(p, s, first, end);
        if (margin < s->margin)
            s->margin = margin;
        end = first;
    }
}

static void settle(struct path *p)
{
    struct pl_aligner *a = p->a;
    uint32_t node = p->best.node;
    uint32_t unit = UINT32_MAX;
    for (uint32_t i = (uint32_t)a->subjects.n; i-- > 0;) {
        struct pl_subject *s = &a->subjects.v[i];
        uint32_t place = PL_NO_PLACE;
        if (node != NO_NODE && p->nodes.v[node].subject == i) {
            place = p->nodes.v[node].place;
            node = p->nodes.v[node].before;
        }
        settle_subject(a, s, place);
        s->unit_behind = unit;
        if (place != PL_NO_PLACE)
            unit = pl_codebase_place(a->cb, place).unit;
    }
    unit = UINT32_MAX;
    for (uint32_t i = 0; i < a->subjects.n; i++) {
        struct pl_subject *s = &a->subjects.v[i];
        if (s->place != PL_NO_PLACE)
            unit = pl_codebase_place(a->cb, s->place).unit;
        s->unit = unit;
    }
}

/* For the next pass: who fits each definition best, and how many are placed in each unit. */
static void note_places(struct pl_aligner *a)
{
    size_t n = pl_codebase_count(a->cb);
    for (size_t i = 0; i < n; i++)
        a->taken_by[i] = 0;
    for (size_t i = 0; i < pl_index_unit_count(pl_codebase_index(a->cb)); i++)
        a->anchors[i] = 0;
    for (uint32_t i = 0; i < a->subjects.n; i++) {
        const struct pl_subject *s = &a->subjects.v[i];
        if (s->definition == PL_NO_DEFINITION)
            continue;
        if (s->place != PL_NO_PLACE)
            a->anchors[s->unit]++;
        uint32_t *by = &a->taken_by[s->definition];
        if (!is_wild(a, s->definition) && (*by == 0 || a->subjects.v[*by - 1].score < s->score))
            *by = i + 1;
    }
    a->has_places = true;
}

static pl_status pass(struct pl_aligner *a, bool is_last, struct pl_err *err)
{
    struct path p = {.a = a};
    pl_status st = pl_code_candidates(a, err);
    if (st == PL_OK)
        st = make_places(&p, err);
    for (uint32_t i = 0; i < a->subjects.n && st == PL_OK; i++)
        st = step(&p, i, err);
    if (st == PL_OK)
        settle(&p);
    if (st == PL_OK && is_last)
        find_margins(&p);
    free_path(&p);
    return st;
}

pl_status pl_code_align(struct pl_aligner *a, const struct pl_codebase *cb, const struct pl_code *code,
                        pl_code_explain explain, void *explain_ctx, unsigned jobs, struct pl_err *err)
{
    size_t n = pl_codebase_count(cb);
    size_t n_features = pl_codebase_feature_count(cb);
    const struct pl_index *ix = pl_codebase_index(cb);
    size_t n_units = pl_index_unit_count(ix);
    *a = (struct pl_aligner){
        .cb = cb, .code = code, .explain = explain, .explain_ctx = explain_ctx, .jobs = jobs};
    a->subject_of = calloc(code->n_functions + 1, sizeof *a->subject_of);
    a->taken_by = calloc(n + 1, sizeof *a->taken_by);
    a->marks = calloc(n_features + 1, sizeof *a->marks);
    a->imported = calloc(n_features + 1, 1);
    a->is_variable = calloc(n_features + 1, 1);
    a->anchors = calloc(n_units + 1, sizeof *a->anchors);
    a->is_foreign = calloc(n_units + 1, 1);
    if (a->subject_of == NULL || a->taken_by == NULL || a->marks == NULL || a->imported == NULL ||
        a->is_variable == NULL || a->anchors == NULL || a->is_foreign == NULL)
        return pl_fail_nomem(err);
    enum pl_code_machine machine = code->n_functions > 0 ? code->functions[0].machine : PL_CODE_NONE;
    for (uint32_t i = 0; i < n_units; i++)
        a->is_foreign[i] = pl_code_is_for_another(machine, pl_index_unit_file(ix, i)->path);
    pl_status st = pl_code_runs_make(a, err);
    if (st == PL_OK)
        st = pl_code_facts(a, err);
    for (unsigned i = 0; i < PASSES && st == PL_OK; i++) {
        st = pass(a, i + 1 == PASSES, err);
        if (st == PL_OK)
            note_places(a);
        if (st == PL_OK && i + 2 < PASSES) /* the last pass shows whether it went well */
            st = pl_code_yield(a, err);
        if (st == PL_OK && i + 1 < PASSES)
            st = pl_code_order(a, err);
        if (st == PL_OK && i + 1 < PASSES)
            st = pl_code_objects(a, err);
    }
    if (st == PL_OK)
        pl_code_adopt(a);
    return st;
}

void pl_aligner_reset(struct pl_aligner *a)
{
    PL_VEC_FREE(&a->subjects);
    PL_VEC_FREE(&a->facts);
    PL_VEC_FREE(&a->refs);
    PL_VEC_FREE(&a->calls);
    PL_VEC_FREE(&a->callers);
    PL_VEC_FREE(&a->candidates);
    PL_VEC_FREE(&a->proposals);
    free(a->subject_of);
    free(a->taken_by);
    free(a->marks);
    free(a->imported);
    free(a->is_variable);
    free(a->anchors);
    free(a->is_foreign);
    pl_code_runs_free(a);
    *a = (struct pl_aligner){0};
}
