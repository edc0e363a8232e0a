/*
 * code_score.c - how well a source function fits a function of the image.
 *
 * Found in the source function, a feature adds its weight (less when only what is inlined has it); not found, it costs. What the source function
 * has and the image's does not costs a little: it may be compiled out. Once neighbours are placed, calls and callers count as features,
 * too; so does the shape of its control flow, wherever the decoder knows it. Source: inverse document frequency (Sparck Jones 1972); the shares were tuned on the truth builds of tests/accuracy.
 */
#include "match/code_align.h"

#include "format/text/cpp_names.h"
#include "format/text/go_names.h"

#define MAX_HOSTS 48u

#define INLINED_PERCENT        70 /* of the weight of a feature that only inlined code has */
#define ABSENT_PERCENT         80 /* cost of a feature that the definition lacks */
#define MISSING_PERCENT        25 /* cost of a string that the definition has and the image's function lacks */
#define MISSING_IMPORT_PERCENT 12
#define MISSING_MOST_PERCENT   100 /* of what was found: arms for other systems are missing in any case */
#define MISSING_MOST           180
#define CALL_PERCENT           60
#define INLINED_CALL_PERCENT   15
#define CALLER_PERCENT         45
#define WRONG_CALL_PERCENT     30
#define OBJECT_PERCENT         50
#define INLINED_OBJECT_PERCENT 25
#define WRONG_OBJECT_PERCENT   30
#define MOST_OBJECTS           200
#define WRONG_NAME_PERCENT     50
#define FILE_SCORE             50
#define EXPORT_OTHER           (-300)
#define OTHER_FOLDER           50 /* the root of a project has another name where it is unpacked */
#define STRANGE_UNIT_COST      15 /* no other subject is placed in its unit */
#define SMALL_COST             10
#define LARGE_COST             8
#define MORE_CALLERS_COST      5
#define FEWER_CALLERS_COST     3
#define NO_LOOP_COST           25
#define LOOP_SCORE             8
#define LOOP_COST              25
#define NO_INDIRECT_COST       25
#define INDIRECT_SCORE         20
#define INDIRECT_COST          12
#define FEW_BRANCHES_COST      6
#define MANY_BRANCHES_COST     6
#define ARM_COST               10 /* for an octave of size or branches, or for loops, that only an #if within it has */
#define UNREACHED_COST         90 /* static, and nothing leads to it: a compiler would have dropped it */
#define ODD_CALL_COST          25 /* called, where the source only hands on its address */
#define ODD_POINTER_COST       60 /* its address is handed on, where the source only calls it */
#define INLINED_COST           15 /* static, called, and only one function names it: a compiler would have inlined it */
#define OTHER_MACHINE_COST     40 /* of a file whose path names another machine */
#define STRANGE_HEADER_COST    80 /* of a header that its neighbours do not read */
#define TOKEN_BYTES            4  /* of code for a token of source, about */

void pl_code_mark(const struct pl_aligner *a, uint32_t subject, uint32_t *marks)
{
    const struct pl_subject *s = &a->subjects.v[subject];
    for (uint32_t i = 0; i < s->n_facts; i++) {
        const struct pl_code_fact *f = &a->facts.v[s->first_fact + i];
        for (unsigned k = 0; k < f->n; k++)
            marks[f->feature[k]] = subject + 1;
    }
}

bool pl_code_unit_has(const struct pl_aligner *a, uint32_t unit, uint32_t feature)
{
    struct pl_id_list with = pl_codebase_with(a->cb, feature);
    for (size_t i = 0; i < with.n; i++)
        if (pl_codebase_includes(a->cb, unit, pl_codebase_at(a->cb, with.v[i])->unit))
            return true;
    return false;
}

/*
 * Do macros or objects of the unit's own file have it? Another file that the unit includes beside the function's says nothing of it: a unit that
 * is put together of several files would favour every function that has little itself.
 */
static bool host_has(const struct pl_aligner *a, uint32_t unit, uint32_t feature)
{
    struct pl_id_list with = pl_codebase_in_unit(a->cb, pl_codebase_with(a->cb, feature), unit);
    for (size_t i = 0; i < with.n; i++)
        if (pl_codebase_at(a->cb, with.v[i])->definition->kind != PL_DEFINITION_FUNCTION)
            return true;
    return false;
}

int32_t pl_code_place_score(const struct pl_aligner *a, const struct pl_subject *s, uint32_t id,
                            uint32_t place)
{
    uint32_t unit = pl_codebase_place(a->cb, place).unit;
    struct pl_id_list closure = pl_codebase_closure(a->cb, id);
    int32_t score = 0;
    for (uint32_t i = 0; i < s->n_facts; i++) {
        const struct pl_code_fact *f = &a->facts.v[s->first_fact + i];
        for (unsigned k = 0; k < f->n; k++)
            if (!pl_id_list_has(closure, f->feature[k]) && host_has(a, unit, f->feature[k])) {
                score += f->weight;
                break;
            }
    }
    return score;
}

static int32_t percent(int32_t value, int32_t share)
{
    return value * share / 100;
}

/* One of the units that include a function has what it lacks: xstrtol.c says STRTOL, xstrtoumax.c makes that strtoumax. */
static bool some_unit_has(const struct pl_aligner *a, struct pl_id_list places, const struct pl_code_fact *f)
{
    for (size_t i = 0; i < places.n && i < MAX_HOSTS; i++)
        for (unsigned k = 0; k < f->n; k++)
            if (host_has(a, pl_codebase_place(a->cb, places.v[i]).unit, f->feature[k]))
                return true;
    return false;
}

/* Text that says where it stands: is it the name of the definition or of what it may inline, the path of a unit that holds it? */
static int32_t score_saying(const struct pl_aligner *a, const struct pl_code_fact *f, uint32_t id)
{
    struct pl_id_list places = pl_codebase_places(a->cb, id);
    int32_t score = 0;
    if (f->name != PL_NO_FEATURE) {
        bool is_own = pl_codebase_name_feature(a->cb, id) == f->name;
        score += is_own || pl_id_list_has(pl_codebase_closure(a->cb, id), f->name)
                     ? percent(f->weight, is_own ? 100 : INLINED_PERCENT)
                     : -percent(f->weight, WRONG_NAME_PERCENT);
    }
    if (f->file == UINT32_MAX)
        return score;
    bool is_there = pl_codebase_includes(a->cb, pl_codebase_at(a->cb, id)->unit, f->file);
    for (size_t i = 0; i < places.n && i < MAX_HOSTS && !is_there; i++)
        is_there = pl_codebase_place(a->cb, places.v[i]).unit == f->file;
    return score + (is_there ? FILE_SCORE : -FILE_SCORE);
}

static int32_t score_facts(const struct pl_aligner *a, const struct pl_subject *s, uint32_t id)
{
    struct pl_id_list direct = pl_codebase_direct(a->cb, id);
    struct pl_id_list closure = pl_codebase_closure(a->cb, id);
    struct pl_id_list places = pl_codebase_places(a->cb, id);
    int32_t score = 0;
    for (uint32_t i = 0; i < s->n_facts; i++) {
        const struct pl_code_fact *f = &a->facts.v[s->first_fact + i];
        bool is_direct = false;
        bool is_found = false;
        if (f->n == 0 && f->is_neutral && (f->name != PL_NO_FEATURE || f->file != UINT32_MAX))
            score += score_saying(a, f, id);
        for (unsigned k = 0; k < f->n && !is_direct; k++) {
            is_direct = pl_id_list_has(direct, f->feature[k]);
            is_found = is_found || is_direct || pl_id_list_has(closure, f->feature[k]);
        }
        if (is_direct)
            score += f->weight;
        else if (is_found)
            score += percent(f->weight, INLINED_PERCENT);
        else if (!f->is_neutral && !(places.n >= 2 && some_unit_has(a, places, f)))
            score -= percent(f->weight, ABSENT_PERCENT);
    }
    return score;
}

/* What the definition has itself and the subject lacks. */
static int32_t score_missing(const struct pl_aligner *a, const uint32_t *marks, const struct pl_subject *s,
                             uint32_t id)
{
    struct pl_id_list direct = pl_codebase_direct(a->cb, id);
    uint32_t mark = (uint32_t)(s - a->subjects.v) + 1;
    int32_t cost = 0;
    for (size_t i = 0; i < direct.n && cost < MISSING_MOST; i++) {
        uint32_t f = direct.v[i];
        if (marks[f] == mark)
            continue;
        enum pl_atom_kind kind = pl_codebase_feature_kind(a->cb, f);
        if (kind == PL_ATOM_STRING)
            cost += percent((int32_t)pl_codebase_weight(a->cb, f), MISSING_PERCENT);
        else if (kind == PL_ATOM_CALL && a->imported[f])
            cost += percent((int32_t)pl_codebase_weight(a->cb, f), MISSING_IMPORT_PERCENT);
    }
    return cost < MISSING_MOST ? -cost : -MISSING_MOST;
}

/* A static function that the source only calls has no need of a pointer to it, and one whose address it only hands on is called by nobody. */
static int32_t odd_use(const struct pl_aligner *a, const struct pl_subject *s, uint32_t id)
{
    uint32_t is = a->code->functions[s->function].flags;
    unsigned said = pl_codebase_named_as(a->cb, id);
    if ((pl_codebase_at(a->cb, id)->definition->flags & PL_DEFINITION_STATIC) == 0 || said == 0)
        return 0;
    bool is_odd_call = (is & PL_FUNCTION_CALLED) != 0 && (said & PL_NAMED_CALLED) == 0;
    bool is_odd_pointer = (is & PL_FUNCTION_POINTED) != 0 && (said & PL_NAMED_POINTED) == 0;
    return (is_odd_call ? ODD_CALL_COST : 0) + (is_odd_pointer ? ODD_POINTER_COST : 0);
}

/* `is_odd`: a caller that names it says no more than one that may inline it. */
static int32_t score_calls(const struct pl_aligner *a, const struct pl_subject *s, uint32_t id, bool is_odd)
{
    struct pl_id_list direct = pl_codebase_direct(a->cb, id);
    struct pl_id_list closure = pl_codebase_closure(a->cb, id);
    uint32_t own_name = pl_codebase_name_feature(a->cb, id);
    int32_t score = 0;
    for (uint32_t i = 0; i < s->n_calls; i++) {
        const struct pl_subject *to = &a->subjects.v[a->calls.v[s->first_call + i]];
        if (to->definition == PL_NO_DEFINITION)
            continue;
        uint32_t name = pl_codebase_name_feature(a->cb, to->definition);
        int32_t weight = name == PL_NO_FEATURE ? 40 : (int32_t)pl_codebase_weight(a->cb, name);
        if (name != PL_NO_FEATURE && pl_id_list_has(direct, name))
            score += percent(weight, CALL_PERCENT);
        else if (name != PL_NO_FEATURE && pl_id_list_has(closure, name))
            score += percent(weight, INLINED_CALL_PERCENT);
        else
            score -= percent(weight, WRONG_CALL_PERCENT);
    }
    int32_t weight = own_name == PL_NO_FEATURE ? 40 : (int32_t)pl_codebase_weight(a->cb, own_name);
    int32_t callers = 0;
    for (uint32_t i = 0; i < s->n_callers && i < 16; i++) {
        const struct pl_subject *from = &a->subjects.v[a->callers.v[s->first_caller + i]];
        if (from->definition == PL_NO_DEFINITION)
            continue;
        if (own_name != PL_NO_FEATURE && !is_odd &&
            pl_id_list_has(pl_codebase_direct(a->cb, from->definition), own_name))
            callers += percent(weight, CALLER_PERCENT);
        else if (own_name != PL_NO_FEATURE &&
                 pl_id_list_has(pl_codebase_closure(a->cb, from->definition), own_name))
            callers += percent(weight, INLINED_CALL_PERCENT);
        else
            callers -= percent(weight, WRONG_CALL_PERCENT);
    }
    int32_t most = 2 * weight;
    return score + (callers > most ? most : callers < -most ? -most : callers);
}

/* Does it mention what stands at the addresses that the subject refers to? */
static int32_t score_objects(const struct pl_aligner *a, const struct pl_subject *s, uint32_t id)
{
    struct pl_id_list direct = pl_codebase_direct(a->cb, id);
    struct pl_id_list closure = pl_codebase_closure(a->cb, id);
    int32_t score = 0;
    for (uint32_t i = 0; i < s->n_refs; i++) {
        const struct pl_data_ref *ref = &a->refs.v[s->first_ref + i];
        bool is_direct = false;
        bool is_found = false;
        for (unsigned k = 0; k < ref->n; k++) {
            is_direct = is_direct || pl_id_list_has(direct, ref->name[k]);
            is_found = is_found || is_direct || pl_id_list_has(closure, ref->name[k]);
        }
        if (ref->n > 0)
            score += is_direct  ? percent(ref->weight, OBJECT_PERCENT)
                     : is_found ? percent(ref->weight, INLINED_OBJECT_PERCENT)
                                : -percent(ref->weight, WRONG_OBJECT_PERCENT);
    }
    return score < -MOST_OBJECTS ? -MOST_OBJECTS : score > MOST_OBJECTS ? MOST_OBJECTS : score;
}

/* Octaves by which `a` exceeds `b`. */
static int32_t octaves(uint64_t a, uint64_t b)
{
    int32_t n = 0;
    for (b = b == 0 ? 1 : b; a >= 2 * b && n < 16; b *= 2)
        n++;
    return n;
}

/*
 * Much less code than its own text suggests is unlikely, where that stands outside every #if; so is much more than with all that it may inline.
 */
static int32_t score_size(const struct pl_aligner *a, const struct pl_subject *s, uint32_t id)
{
    const struct pl_definition *d = pl_codebase_at(a->cb, id)->definition;
    uint64_t own = (uint64_t)TOKEN_BYTES * (d->n_tokens + 4);
    uint64_t least = (uint64_t)TOKEN_BYTES * (d->n_tokens - d->arm_tokens + 4);
    uint64_t all = (uint64_t)TOKEN_BYTES * (pl_codebase_body(a->cb, id)->tokens + 8);
    int32_t small = octaves(least, s->size);
    int32_t dropped = octaves(own, s->size) - small;
    int32_t large = octaves(s->size, all);
    return -(ARM_COST * dropped + SMALL_COST * small * small / 2 + LARGE_COST * large * large / 2);
}

/* Loops, decisions and calls through pointers that it has and the source has not, and the other way round. */
static int32_t score_shape(const struct pl_aligner *a, const struct pl_subject *s, uint32_t id)
{
    const struct pl_definition *d = pl_codebase_at(a->cb, id)->definition;
    const struct pl_shape *own = &d->shape;
    const struct pl_shape *least = &d->least_shape;
    const struct pl_shape *all = &pl_codebase_body(a->cb, id)->shape;
    const struct pl_shape *is = &s->shape;
    int32_t score = 0;
    if ((is->flags & PL_SHAPE_KNOWN) == 0 || (own->flags & PL_SHAPE_KNOWN) == 0)
        return 0;
    if (own->loops > 0 && is->loops == 0 && (is->flags & PL_SHAPE_MAY_LOOP) == 0)
        score -= least->loops > 0 ? NO_LOOP_COST : ARM_COST;
    if (own->loops > 0 && is->loops > 0)
        score += LOOP_SCORE;
    if (all->loops == 0 && (all->flags & (PL_SHAPE_MAY_LOOP | PL_SHAPE_KNOWN)) == PL_SHAPE_KNOWN &&
        is->loops > 0)
        score -= LOOP_COST;
    if (least->indirect > 0 && is->indirect == 0 && ((own->flags | is->flags) & PL_SHAPE_MAY_INDIRECT) == 0)
        score -= NO_INDIRECT_COST;
    if (own->indirect > 0 && is->indirect > 0 && (own->flags & PL_SHAPE_MAY_INDIRECT) == 0)
        score += INDIRECT_SCORE;
    if (all->indirect == 0 && is->indirect > 0 &&
        (all->flags & (PL_SHAPE_MAY_INDIRECT | PL_SHAPE_KNOWN)) == PL_SHAPE_KNOWN)
        score -= INDIRECT_COST;
    int32_t few = octaves(least->branches + 1u, is->branches + 1u);
    int32_t dropped = octaves(own->branches + 1u, is->branches + 1u) - few;
    int32_t many = octaves(is->branches + 1u, all->branches + 1u);
    return score -
           (ARM_COST * dropped + FEW_BRANCHES_COST * few * few / 2 + MANY_BRANCHES_COST * many * many / 2);
}

/* A function that many name is called from many places. */
static int32_t score_degree(const struct pl_aligner *a, const struct pl_subject *s, uint32_t id)
{
    uint32_t users = pl_codebase_users(a->cb, id);
    int32_t more = octaves(s->n_callers + 1, users + 1);
    int32_t fewer = octaves(users + 1, s->n_callers + 1);
    bool is_static = (pl_codebase_at(a->cb, id)->definition->flags & PL_DEFINITION_STATIC) != 0;
    bool is_inlined = is_static && users == 1 && s->n_callers > 0;
    return -(MORE_CALLERS_COST * more + FEWER_CALLERS_COST * fewer +
             (is_static && !s->is_reached ? UNREACHED_COST : 0) + (is_inlined ? INLINED_COST : 0));
}

static int32_t score_order(const struct pl_aligner *a, uint32_t subject, uint32_t id)
{
    for (size_t i = pl_code_proposals(a, subject);
         i < a->proposals.n && a->proposals.v[i].subject == subject && a->proposals.v[i].id <= id; i++)
        if (a->proposals.v[i].id == id)
            return a->proposals.v[i].weight;
    return 0;
}

/* Does the unit before the subject or the one behind it read `header`? */
static bool is_read_nearby(const struct pl_aligner *a, uint32_t subject, uint32_t header)
{
    uint32_t before = subject > 0 ? a->subjects.v[subject - 1].unit : UINT32_MAX;
    uint32_t here = a->subjects.v[subject].unit;
    uint32_t behind = a->subjects.v[subject].unit_behind;
    return (before != UINT32_MAX && pl_codebase_includes(a->cb, before, header)) ||
           (here != UINT32_MAX && pl_codebase_includes(a->cb, here, header)) ||
           (behind != UINT32_MAX && pl_codebase_includes(a->cb, behind, header));
}

/* Does the last part of a scope such as "ns::Class<T>" name the class? */
static bool is_in_scope(pl_bytes scope, pl_bytes class)
{
    size_t at = pl_bytes_find(scope, class, 0);
    while (at != SIZE_MAX) {
        size_t end = at + class.n;
        bool begins = at == 0 || scope.p[at - 1] == ':';
        if (begins && (end == scope.n || scope.p[end] == ':' || scope.p[end] == '<'))
            return true;
        at = pl_bytes_find(scope, class, at + 1);
    }
    return false;
}

static pl_bytes last_folder(pl_bytes path)
{
    return pl_bytes_basename(pl_bytes_folder(path));
}

/* A function of Go's table: its name, its type and its file have to be those of the definition. */
int32_t pl_code_score_go(const struct pl_aligner *a, const struct pl_function *f, uint32_t id)
{
    struct pl_go_function go;
    const struct pl_codebase_entry *e = pl_codebase_at(a->cb, id);
    pl_bytes path = pl_index_unit_file(pl_codebase_index(a->cb), e->unit)->path;
    if (!pl_go_function_of(f->name, &go) || !pl_bytes_eq(go.name, e->definition->name) ||
        !pl_bytes_eq(go.scope, e->definition->scope) ||
        !pl_bytes_eq(pl_bytes_basename(path), pl_bytes_basename(f->file)))
        return EXPORT_OTHER;
    return PL_CODE_EXPORT_SCORE - (pl_bytes_eq(last_folder(path), last_folder(f->file)) ? 0 : OTHER_FOLDER);
}

/* What an exported name says; nothing when it is a mangled one that is not understood. */
static int32_t score_name(const struct pl_aligner *a, const struct pl_function *f, uint32_t id)
{
    struct pl_cpp_function cpp;
    const struct pl_definition *d = pl_codebase_at(a->cb, id)->definition;
    pl_bytes name = f->name;
    pl_bytes own = d->name;
    if (name.n == 0)
        return 0;
    if ((f->flags & PL_FUNCTION_GO) != 0)
        return pl_code_score_go(a, f, id);
    if (!pl_cpp_function_of(name, &cpp))
        return pl_bytes_starts(name, PL_LIT("_Z")) ? 0
               : pl_bytes_eq(name, own)            ? PL_CODE_EXPORT_SCORE
                                                   : EXPORT_OTHER;
    if (cpp.is_destructor && own.n > 0 && own.p[0] == '~')
        own = pl_bytes_from(own, 1);
    if (!pl_bytes_eq(cpp.name, own))
        return EXPORT_OTHER;
    bool is_scope_right = cpp.scope.n == 0 || d->scope.n == 0 || is_in_scope(d->scope, cpp.scope);
    return is_scope_right ? PL_CODE_EXPORT_SCORE : EXPORT_OTHER;
}

bool pl_code_is_taken(const struct pl_aligner *a, uint32_t subject, uint32_t id)
{
    uint32_t by = a->taken_by[id];
    return by != 0 && by != subject + 1 && pl_codebase_places(a->cb, id).n < 2;
}

int32_t pl_code_score(const struct pl_aligner *a, const uint32_t *marks, const struct pl_subject *s,
                      uint32_t id)
{
    const struct pl_codebase_entry *e = pl_codebase_at(a->cb, id);
    const struct pl_function *f = &a->code->functions[s->function];
    uint32_t subject = (uint32_t)(s - a->subjects.v);
    int32_t score = score_facts(a, s, id);
    int32_t missing = score_missing(a, marks, s, id);
    int32_t most = score > 0 ? percent(score, MISSING_MOST_PERCENT) : 0;
    score += (missing < -most ? -most : missing) + score_size(a, s, id);
    int32_t odd = odd_use(a, s, id);
    int32_t shape = score_shape(a, s, id) - odd;
    score = score > 0 && score + shape <= 0 ? 1 : score + shape; /* it chooses, and rules nobody out */
    score += score_name(a, f, id) - (a->is_foreign[e->unit] ? OTHER_MACHINE_COST : 0);
    if (!a->has_places)
        return score;
    score += score_objects(a, s, id);
    score += score_calls(a, s, id, odd > 0) + score_degree(a, s, id) + score_order(a, subject, id);
    if (pl_code_is_taken(a, subject, id))
        score -= PL_CODE_TAKEN_COST;
    struct pl_id_list places = pl_codebase_places(a->cb, id);
    if (places.n == 0)
        return is_read_nearby(a, subject, e->unit) ? score : score - STRANGE_HEADER_COST;
    for (size_t i = 0; i < places.n; i++)
        if (a->anchors[pl_codebase_place(a->cb, places.v[i]).unit] > 0)
            return score;
    return score - STRANGE_UNIT_COST;
}
