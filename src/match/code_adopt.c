/*
 * code_adopt.c - a source function for what the path left alone, or put where it does not fit.
 *
 * A unit of one function cannot pay for going there and back, and one that shares its only atom with many is proposed by nobody. Such a
 * function of the image takes a definition that holds all of its atoms and that nobody else is placed at: the best of its candidates; else the one whose
 * name the image exports it under; else one that all of its callers that are known call by name.
 */
#include "match/code_align.h"

#define MAX_PLACES  32u    /* of one function, in as many units */
#define MAX_CALLERS 16u    /* that are asked */
#define MAX_NAMES   16384u /* of one caller */
#define MAX_HOLDERS 64u    /* of an atom */
#define ROUNDS      3u     /* a function that is found has callees */
#define MAX_LARGER  8u     /* times that the code is larger than its source suggests */
#define TOKEN_BYTES 4u     /* of code for a token of source, about */

static bool holds_all(const struct pl_aligner *a, const struct pl_subject *s, uint32_t id, uint32_t unit)
{
    struct pl_id_list closure = {NULL, 0};
    bool holds_any = false;
    if (id != PL_NO_DEFINITION)
        closure = pl_codebase_closure(a->cb, id);
    for (uint32_t i = 0; i < s->n_facts; i++) {
        const struct pl_code_fact *f = &a->facts.v[s->first_fact + i];
        bool is_found = false;
        for (unsigned k = 0; k < f->n && !is_found; k++)
            is_found = pl_id_list_has(closure, f->feature[k]) || pl_code_unit_has(a, unit, f->feature[k]);
        if (!is_found && !f->is_neutral && (f->n == 0 || pl_code_is_telling(a, f)))
            return false;
        holds_any = holds_any || (is_found && !f->is_neutral);
    }
    return holds_any;
}

/* What the definition holds of the subject, in tenths of a bit. */
static int32_t weight_held(const struct pl_aligner *a, const struct pl_subject *s, uint32_t id)
{
    struct pl_id_list closure = pl_codebase_closure(a->cb, id);
    int32_t sum = 0;
    for (uint32_t i = 0; i < s->n_facts; i++) {
        const struct pl_code_fact *f = &a->facts.v[s->first_fact + i];
        for (unsigned k = 0; k < f->n; k++)
            if (pl_id_list_has(closure, f->feature[k])) {
                sum += f->weight;
                break;
            }
    }
    return sum;
}

/* `margin`: to the next that was asked and holds all, too; all of what it holds when there is none. */
static void take(struct pl_aligner *a, uint32_t subject, uint32_t id, uint32_t place, uint32_t unit,
                 int32_t score, int32_t margin)
{
    struct pl_subject *s = &a->subjects.v[subject];
    if (s->definition != PL_NO_DEFINITION && a->taken_by[s->definition] == subject + 1)
        a->taken_by[s->definition] = 0;
    a->taken_by[id] = subject + 1;
    s->definition = id;
    s->place = place;
    s->score = score;
    s->margin = margin;
    s->unit = unit;
}

/* Where the definition holds all atoms of the subject; false when it is not to be had, or holds them nowhere. */
static bool find_place(const struct pl_aligner *a, const struct pl_subject *s, uint32_t id, uint32_t *place,
                       uint32_t *unit)
{
    struct pl_id_list places = pl_codebase_places(a->cb, id);
    bool is_free = a->taken_by[id] == 0 || places.n >= 2;
    for (size_t n = 0; n < places.n && n < MAX_PLACES && is_free; n++) {
        *place = places.v[n];
        *unit = pl_codebase_place(a->cb, places.v[n]).unit;
        if (holds_all(a, s, id, *unit))
            return true;
    }
    return false;
}

static void adopt_candidate(struct pl_aligner *a, uint32_t subject)
{
    const struct pl_subject *s = &a->subjects.v[subject];
    const struct pl_candidate *best = NULL;
    uint32_t best_place = PL_NO_PLACE;
    uint32_t best_unit = UINT32_MAX;
    int32_t margin = INT32_MAX;
    for (uint32_t k = 0; k < s->n_candidates && margin == INT32_MAX; k++) {
        const struct pl_candidate *c = &a->candidates.v[s->first_candidate + k];
        uint32_t place;
        uint32_t unit;
        if (!find_place(a, s, c->id, &place, &unit))
            continue;
        if (best == NULL) {
            best = c;
            best_place = place;
            best_unit = unit;
        } else if (pl_code_are_rivals(a, best->id, c->id)) {
            margin = best->score - c->score;
        }
    }
    if (best != NULL)
        take(a, subject, best->id, best_place, best_unit, best->score,
             margin == INT32_MAX ? weight_held(a, s, best->id) : margin);
}

/* Does the path say of it something that its atoms contradict? */
static bool is_astray(const struct pl_aligner *a, const struct pl_subject *s)
{
    bool has_telling = false;
    for (uint32_t i = 0; i < s->n_facts; i++)
        has_telling = has_telling || !a->facts.v[s->first_fact + i].is_neutral;
    return has_telling && (s->unit == UINT32_MAX || !holds_all(a, s, s->definition, s->unit));
}

/* It may well be smaller: arms for other systems are most of some functions. */
static bool is_size_likely(const struct pl_aligner *a, const struct pl_subject *s, uint32_t id)
{
    uint64_t all = (uint64_t)TOKEN_BYTES * (pl_codebase_body(a->cb, id)->tokens + 8);
    return s->size <= all * MAX_LARGER;
}

/*
 * A macro or an object of the unit's own file names it: a function of a file that is included several times calls what a macro of each unit
 * says (#define AT_FUNC_F1 file_has_acl). Macros of other files do not count.
 */
static bool unit_names(const struct pl_aligner *a, uint32_t unit, uint32_t name)
{
    struct pl_id_list with = pl_codebase_with(a->cb, name);
    for (size_t i = 0; unit != UINT32_MAX && i < with.n; i++) {
        const struct pl_codebase_entry *e = pl_codebase_at(a->cb, with.v[i]);
        if (e->unit == unit && e->definition->kind == PL_DEFINITION_MACRO)
            return true;
    }
    return false;
}

/* Of a function that several units include, so that their macros make it several functions. */
static bool is_made_by_macros(const struct pl_aligner *a, const struct pl_subject *s)
{
    return pl_codebase_places(a->cb, s->definition).n >= 2;
}

/* All callers that are known use the name, and there is one. */
static bool is_called_so(const struct pl_aligner *a, const struct pl_subject *s, uint32_t name)
{
    uint32_t known = 0;
    for (uint32_t i = 0; i < s->n_callers && i < MAX_CALLERS; i++) {
        const struct pl_subject *from = &a->subjects.v[a->callers.v[s->first_caller + i]];
        if (from->definition == PL_NO_DEFINITION)
            continue;
        known++;
        if (!pl_id_list_has(pl_codebase_closure(a->cb, from->definition), name) &&
            !(is_made_by_macros(a, from) && unit_names(a, from->unit, name)))
            return false;
    }
    return known > 0;
}

struct best {
    uint32_t id, place, unit;
    int32_t score;
    int32_t second; /* score of the best rival; INT32_MIN: there is none */
};

/* May a function of the unit call it? A static one of another file only shares a name with something there: wc() with a variable. UINT32_MAX: any unit. */
static bool is_in_sight(const struct pl_aligner *a, uint32_t unit, uint32_t id)
{
    const struct pl_codebase_entry *e = pl_codebase_at(a->cb, id);
    return (e->definition->flags & PL_DEFINITION_STATIC) == 0 || unit == UINT32_MAX || unit == e->unit ||
           pl_codebase_includes(a->cb, unit, e->unit);
}

/* Of the functions with that name, those that `from` may call; NULL: all. */
static void try_named(const struct pl_aligner *a, uint32_t subject, uint64_t name,
                      const struct pl_subject *from, struct best *best)
{
    const struct pl_subject *s = &a->subjects.v[subject];
    struct pl_id_list named = pl_codebase_named(a->cb, name);
    for (size_t i = 0; i < named.n && i < MAX_PLACES; i++) {
        uint32_t id = named.v[i];
        struct best b = {.id = id};
        if (pl_codebase_at(a->cb, id)->definition->kind != PL_DEFINITION_FUNCTION ||
            (from != NULL && !is_in_sight(a, from->unit, id)) || !is_size_likely(a, s, id) ||
            !find_place(a, s, id, &b.place, &b.unit))
            continue;
        b.score = pl_code_score(a, a->marks, s, id);
        b.second = best->second;
        bool is_rival = best->id != PL_NO_DEFINITION && pl_code_are_rivals(a, id, best->id);
        bool is_better = best->id == PL_NO_DEFINITION || b.score > best->score ||
                         (b.score == best->score && id < best->id);
        int32_t other = is_better ? best->score : b.score;
        if (is_rival && other > b.second)
            b.second = best->second = other;
        if (is_better)
            *best = b;
    }
}

/* What the macros of the caller's unit name: functions that hold all atoms of the subject are few, so these are asked whether a macro does. */
static void try_macros(const struct pl_aligner *a, uint32_t subject, const struct pl_subject *from,
                       struct best *best)
{
    const struct pl_subject *s = &a->subjects.v[subject];
    for (uint32_t i = 0; i < s->n_facts; i++) {
        const struct pl_code_fact *f = &a->facts.v[s->first_fact + i];
        struct pl_id_list with = {NULL, 0};
        if (f->n > 0 && !f->is_neutral)
            with = pl_codebase_with(a->cb, f->feature[0]);
        for (size_t k = 0; k < with.n && k < MAX_HOLDERS; k++) {
            uint32_t name = pl_codebase_name_feature(a->cb, with.v[k]);
            if (name != PL_NO_FEATURE && unit_names(a, from->unit, name) && is_called_so(a, s, name))
                try_named(a, subject, pl_codebase_feature_key(a->cb, name), from, best);
        }
    }
}

/* What the known callers name. */
static void try_called(const struct pl_aligner *a, uint32_t subject, struct best *best)
{
    const struct pl_subject *s = &a->subjects.v[subject];
    for (uint32_t i = 0; i < s->n_callers && i < MAX_CALLERS; i++) {
        const struct pl_subject *from = &a->subjects.v[a->callers.v[s->first_caller + i]];
        if (from->definition == PL_NO_DEFINITION)
            continue;
        struct pl_id_list named = pl_codebase_closure(a->cb, from->definition);
        for (size_t k = 0; k < named.n && k < MAX_NAMES; k++)
            if (pl_codebase_feature_kind(a->cb, named.v[k]) == PL_ATOM_CALL && is_called_so(a, s, named.v[k]))
                try_named(a, subject, pl_codebase_feature_key(a->cb, named.v[k]), from, best);
        if (best->id == PL_NO_DEFINITION && is_made_by_macros(a, from))
            try_macros(a, subject, from, best);
        return; /* the others have to use the name, too */
    }
}

static bool adopt_named(struct pl_aligner *a, uint32_t subject)
{
    const struct pl_subject *s = &a->subjects.v[subject];
    pl_bytes name = a->code->functions[s->function].name;
    struct best best = {.id = PL_NO_DEFINITION, .second = INT32_MIN};
    if (!is_astray(a, s))
        return false;
    pl_code_mark(a, subject, a->marks);
    if (name.n > 0)
        try_named(a, subject, pl_atom_hash_text(name), NULL, &best);
    if (best.id == PL_NO_DEFINITION)
        try_called(a, subject, &best);
    if (best.id != PL_NO_DEFINITION)
        take(a, subject, best.id, best.place, best.unit, best.score,
             best.second == INT32_MIN ? weight_held(a, s, best.id) : best.score - best.second);
    return best.id != PL_NO_DEFINITION;
}

void pl_code_adopt(struct pl_aligner *a)
{
    for (uint32_t i = 0; i < a->subjects.n; i++)
        if (a->subjects.v[i].definition == PL_NO_DEFINITION)
            adopt_candidate(a, i);
    bool has_changed = true;
    for (unsigned round = 0; round < ROUNDS && has_changed; round++) {
        has_changed = false;
        for (uint32_t i = 0; i < a->subjects.n; i++)
            has_changed = (!a->subjects.v[i].is_fixed && adopt_named(a, i)) || has_changed;
    }
}
