/*
 * codebase_features.c - features of all definitions: what each holds itself, with its macros, and with what may be inlined into it.
 *
 *     own      interned keys of a definition's atoms
 *     direct   own, and own of the macros it names, and of those that these name
 *     closure  direct, and direct of functions that it names in files that its unit reads, and of theirs, and of objects
 *
 * A macro of the same unit or of a file that it includes is preferred; when there is none, any of that name counts, since configured headers
 * are not in the sources. A printf of a constant line becomes puts without its line end (GCC manual, -fno-builtin), so a string is
 * interned without it, too.
 */
#include "base/order.h"
#include "corpus/codebase_private.h"

#include <stdlib.h>
#include <string.h>

#define MAX_MACROS        400u /* expanded for one definition */
#define MAX_SAME_MACRO    8u   /* definitions of one name that are not in sight */
#define MAX_INLINED       160u /* functions in one closure, and as many objects */
#define MAX_SAME_NAME     512u /* definitions of one name that are all looked at */
#define MAX_INLINE_DEPTH  5u
#define MAX_SET           16384u /* features of one definition */
#define WEIGHT_MAX_TENTHS 300u

struct work {
    struct pl_codebase *cb;
    struct pl_id_lists own;
    struct pl_id_lists inlines; /* per id: functions that it may inline */
    struct pl_id_list *lists;   /* per id, while they are made */
    struct pl_id_list *lists2;
    struct pl_undefs *undefs; /* per unit */
    uint64_t **unit_keys;     /* per unit, sorted, each once */
    size_t *n_unit_keys;
    uint32_t *seen[PL_PARALLEL_MAX]; /* per worker and id: last definition, counted from 1, that reached it */
    uint32_t *met[PL_PARALLEL_MAX];  /* the same per feature: its definitions are queued */
    struct pl_arena arenas[PL_PARALLEL_MAX]; /* lists until they are joined */
};

/* A set that grows, of one worker. */
struct reach {
    pl_ids set;
    size_t n_met; /* features that it was asked to hold, each as often as it was */
    pl_ids queue;
    pl_ids open;          /* find_open_names(), sorted */
    unsigned n_functions; /* in the queue */
    unsigned n_objects;
    bool is_emitted; /* see is_emitted_elsewhere() */
    bool no_memory;
};

static pl_status keep_set(struct reach *r, struct pl_arena *arena, struct pl_id_list *out, struct pl_err *err)
{
    size_t n = pl_ids_sort(r->set.v, r->set.n);
    if (r->no_memory)
        return pl_fail_nomem(err);
    pl_bytes kept =
        pl_arena_keep(arena, pl_bytes_of(n > 0 ? (const void *)r->set.v : "", n * sizeof *r->set.v));
    if (kept.p == NULL)
        return pl_arena_fail(arena, err);
    *out = (struct pl_id_list){(const uint32_t *)(const void *)kept.p, n};
    return PL_OK;
}

/* Keys of an atom: at most two. */
static unsigned keys_of(const struct pl_atom *a, uint64_t keys[2])
{
    switch (a->kind) {
    case PL_ATOM_STRING:
        keys[0] = pl_codebase_key(a->kind, a->hash);
        if (a->text.n < 2 || a->text.p[a->text.n - 1] != '\n')
            return 1;
        keys[1] = pl_codebase_key(a->kind, pl_atom_hash_text(pl_bytes_sub(a->text, 0, a->text.n - 1)));
        return 2;
    case PL_ATOM_STRING_PART:
    case PL_ATOM_CALL:
    case PL_ATOM_NAME:
    case PL_ATOM_CONSTANT:
    case PL_ATOM_STEPS:
    case PL_ATOM_FLOAT: keys[0] = pl_codebase_key(a->kind, a->hash); return 1;
    default: return 0;
    }
}

static size_t sort_keys(uint64_t *v, size_t n)
{
    size_t kept = 0;
    pl_sort_u64(v, n);
    for (size_t i = 0; i < n; i++)
        if (kept == 0 || v[kept - 1] != v[i])
            v[kept++] = v[i];
    return kept;
}

static pl_status gather_keys(void *ctx, unsigned worker, size_t u, struct pl_err *err)
{
    struct work *w = ctx;
    (void)worker;
    const struct pl_source_code *code = &w->cb->code[u];
    size_t n = 0;
    if (code->n_atoms == 0)
        return PL_OK;
    w->unit_keys[u] = calloc(code->n_atoms, 2 * sizeof **w->unit_keys);
    if (w->unit_keys[u] == NULL)
        return pl_fail_nomem(err);
    for (size_t i = 0; i < code->n_atoms; i++)
        n += keys_of(&code->atoms[i], w->unit_keys[u] + n);
    w->n_unit_keys[u] = sort_keys(w->unit_keys[u], n);
    return PL_OK;
}

static pl_status intern(struct work *w, unsigned jobs, struct pl_err *err)
{
    struct pl_codebase *cb = w->cb;
    size_t total = 0;
    size_t n = 0;
    w->unit_keys = calloc(cb->n_units + 1, sizeof *w->unit_keys);
    w->n_unit_keys = calloc(cb->n_units + 1, sizeof *w->n_unit_keys);
    if (w->unit_keys == NULL || w->n_unit_keys == NULL)
        return pl_fail_nomem(err);
    pl_status st = pl_parallel(jobs, cb->n_units, w, gather_keys, err);
    if (st != PL_OK)
        return st;
    for (size_t u = 0; u < cb->n_units; u++)
        total += w->n_unit_keys[u];
    cb->features.keys = calloc(total + 1, sizeof *cb->features.keys);
    if (cb->features.keys == NULL)
        return pl_fail_nomem(err);
    for (size_t u = 0; u < cb->n_units; u++) {
        if (w->n_unit_keys[u] > 0)
            memcpy(cb->features.keys + n, w->unit_keys[u], w->n_unit_keys[u] * sizeof(uint64_t));
        n += w->n_unit_keys[u];
        free(w->unit_keys[u]);
        w->unit_keys[u] = NULL;
    }
    cb->features.n = sort_keys(cb->features.keys, n);
    uint64_t *less = realloc(cb->features.keys, (cb->features.n + 1) * sizeof *less);
    if (less != NULL) /* most units mention the same names */
        cb->features.keys = less;
    return pl_key_table_finish(&cb->features, err);
}

/* Which features are strings and numbers; the rest are names. */
static void mark_kinds(struct pl_codebase *cb)
{
    memset(cb->kinds, PL_ATOM_CALL, cb->features.n);
    for (size_t u = 0; u < cb->n_units; u++)
        for (size_t i = 0; i < cb->code[u].n_atoms; i++) {
            const struct pl_atom *a = &cb->code[u].atoms[i];
            uint64_t keys[2];
            unsigned n = keys_of(a, keys);
            for (unsigned k = 0; k < n; k++)
                if (a->kind != PL_ATOM_CALL && a->kind != PL_ATOM_NAME)
                    cb->kinds[pl_codebase_feature(cb, keys[k])] =
                        a->kind == PL_ATOM_STRING_PART ? PL_ATOM_STRING : a->kind;
        }
}

static pl_status link_names(struct work *w, struct pl_err *err)
{
    struct pl_codebase *cb = w->cb;
    cb->kinds = calloc(cb->features.n + 1, sizeof *cb->kinds);
    cb->named_as = calloc(cb->features.n + 1, sizeof *cb->named_as);
    cb->name_features = calloc(cb->n + 1, sizeof *cb->name_features);
    if (cb->kinds == NULL || cb->named_as == NULL || cb->name_features == NULL)
        return pl_fail_nomem(err);
    mark_kinds(cb);
    for (size_t i = 0; i < cb->n; i++)
        cb->name_features[i] = pl_codebase_feature(cb, pl_atom_hash_text(cb->entries[i].definition->name));
    for (size_t i = 0; i < cb->names.n; i++) { /* callers use the name that a macro gives it */
        uint32_t feature = pl_codebase_feature(cb, cb->names.keys[i]);
        pl_bytes own = cb->entries[cb->names.ids[i]].definition->name;
        if (feature != PL_NO_FEATURE && cb->names.keys[i] != pl_atom_hash_text(own))
            cb->name_features[cb->names.ids[i]] = feature;
    }
    cb->named_first = calloc(cb->features.n + 1, sizeof *cb->named_first);
    cb->named_end = calloc(cb->features.n + 1, sizeof *cb->named_end);
    if (cb->named_first == NULL || cb->named_end == NULL)
        return pl_fail_nomem(err);
    for (size_t i = 0; i < cb->features.n; i++) {
        size_t first;
        cb->named_end[i] = (uint32_t)pl_key_table_find(&cb->names, cb->features.keys[i], &first);
        cb->named_first[i] = (uint32_t)first;
    }
    return PL_OK;
}

/* PREFIX(scanRef)(enc, ptr): a macro makes the name of what is called. */
static bool is_called_joined(const struct pl_codebase *cb, uint32_t unit, const struct pl_atom *a)
{
    static const char order[] = ")(";
    pl_bytes text = pl_bytes_from(pl_index_unit_file(cb->index, unit)->data, (size_t)a->at);
    size_t n = 0;
    for (size_t i = a->text.n; i < text.n && n < 2; i++)
        if (text.p[i] == (uint8_t)order[n])
            n++;
        else if (text.p[i] != ' ' && text.p[i] != '\n')
            break;
    return n == 2 && pl_bytes_starts(text, a->text);
}

/* The last `n` features of a set come from one atom. */
static void note_named(struct pl_codebase *cb, uint32_t unit, const struct pl_atom *a, const uint32_t *set,
                       size_t end, unsigned n)
{
    bool is_call = a->kind == PL_ATOM_CALL || (a->kind == PL_ATOM_NAME && is_called_joined(cb, unit, a));
    unsigned as = is_call ? PL_NAMED_CALLED : a->kind == PL_ATOM_NAME ? PL_NAMED_POINTED : 0;
    for (size_t i = end < n ? end : end - n; as != 0 && i < end; i++)
        if (set[i] != PL_NO_FEATURE)
            (void)atomic_fetch_or_explicit(&cb->named_as[set[i]], (uint8_t)as, memory_order_relaxed);
}

static pl_status own_of(void *ctx, unsigned worker, size_t id, struct pl_err *err)
{
    struct work *w = ctx;
    struct pl_codebase *cb = w->cb;
    const struct pl_codebase_entry *e = &cb->entries[id];
    struct reach r = {0};
    for (uint32_t i = 0; i < e->definition->n_atoms && r.set.n < MAX_SET; i++) {
        uint64_t keys[2];
        unsigned n = keys_of(&e->atoms[e->definition->first_atom + i], keys);
        for (unsigned k = 0; k < n; k++)
            pl_ids_put(&r.set, pl_codebase_feature(cb, keys[k]), &r.no_memory);
        note_named(cb, e->unit, &e->atoms[e->definition->first_atom + i], r.set.v, r.set.n, n);
    }
    pl_status st = keep_set(&r, &w->arenas[worker], &w->lists[id], err);
    PL_VEC_FREE(&r.set);
    return st;
}

static bool fresh(uint32_t *last, uint32_t id, uint32_t stamp)
{
    if (last[id] == stamp)
        return false;
    last[id] = stamp;
    return true;
}

/* A feature of the set, for the first time? Those behind MAX_SET, repeated ones counted, are left out of it. */
static bool meet(struct work *w, unsigned worker, struct reach *r, uint32_t feature, uint32_t stamp)
{
    bool has_room = r->n_met++ < MAX_SET;
    if (!fresh(w->met[worker], feature, stamp))
        return false;
    if (has_room)
        pl_ids_put(&r->set, feature, &r->no_memory);
    return true;
}

static bool make_seen(struct work *w, unsigned worker)
{
    if (w->seen[worker] == NULL)
        w->seen[worker] = calloc(w->cb->n + 1, sizeof **w->seen);
    if (w->met[worker] == NULL)
        w->met[worker] = calloc(w->cb->features.n + 1, sizeof **w->met);
    return w->seen[worker] != NULL && w->met[worker] != NULL;
}

static pl_status read_undefs(void *ctx, unsigned worker, size_t u, struct pl_err *err)
{
    struct work *w = ctx;
    struct pl_codebase *cb = w->cb;
    if (cb->unit_first[u] == cb->unit_first[u + 1])
        return PL_OK;
    return pl_codebase_read_undefs(cb, (uint32_t)u, &cb->arenas[worker], &w->undefs[u], err);
}

/* Names of a definition, in a file that has an #undef, that may be macros where they stand. */
static void find_open_names(struct work *w, size_t id, struct reach *r)
{
    const struct pl_codebase_entry *e = &w->cb->entries[id];
    const struct pl_undefs *undefs = &w->undefs[e->unit];
    for (uint32_t i = 0; i < e->definition->n_atoms && undefs->n > 0; i++) {
        const struct pl_atom *a = &e->atoms[e->definition->first_atom + i];
        uint32_t feature = a->kind == PL_ATOM_CALL || a->kind == PL_ATOM_NAME
                               ? pl_codebase_feature(w->cb, a->hash)
                               : PL_NO_FEATURE;
        if (feature != PL_NO_FEATURE && !pl_undefs_have(undefs, feature, a->at))
            pl_ids_put(&r->open, feature, &r->no_memory);
    }
    r->open.n = pl_ids_sort(r->open.v, r->open.n);
}

/* Is a name that the definition says, or that a macro puts there, out of reach of macros? */
static bool is_undefined(const struct work *w, size_t id, const struct reach *r, uint32_t feature)
{
    const struct pl_codebase_entry *e = &w->cb->entries[id];
    const struct pl_undefs *undefs = &w->undefs[e->unit];
    if (undefs->n == 0)
        return false;
    if (pl_id_list_has(pl_id_lists_at(&w->own, id), feature))
        return !pl_id_list_has((struct pl_id_list){r->open.v, r->open.n}, feature);
    return pl_undefs_have(undefs, feature, e->definition->offset);
}

/* A feature goes into the set of a definition; macros that its name may mean there are queued. */
static void queue_macros(struct work *w, unsigned worker, struct reach *r, size_t of, uint32_t feature)
{
    const struct pl_codebase *cb = w->cb;
    uint32_t unit = cb->entries[of].unit;
    uint32_t stamp = (uint32_t)of + 1;
    bool is_in_sight = false;
    struct pl_id_list named = pl_codebase_named_feature(cb, feature);
    if (!meet(w, worker, r, feature, stamp) || is_undefined(w, of, r, feature))
        return;
    for (unsigned pass = 0; pass < 2 && !is_in_sight; pass++) {
        unsigned taken = 0;
        for (size_t i = 0; i < named.n && taken < MAX_SAME_MACRO; i++) {
            uint32_t id = named.v[i];
            if (cb->entries[id].definition->kind != PL_DEFINITION_MACRO ||
                (pass == 0 && !pl_codebase_includes(cb, unit, cb->entries[id].unit)))
                continue;
            is_in_sight = true;
            taken++;
            if (r->queue.n < MAX_MACROS && fresh(w->seen[worker], id, stamp))
                pl_ids_put(&r->queue, id, &r->no_memory);
        }
    }
}

static pl_status direct_of(void *ctx, unsigned worker, size_t id, struct pl_err *err)
{
    struct work *w = ctx;
    struct pl_codebase *cb = w->cb;
    struct pl_id_list own = pl_id_lists_at(&w->own, id);
    struct reach r = {0};
    if (cb->entries[id].definition->kind == PL_DEFINITION_MACRO) {
        w->lists[id] = own;
        return PL_OK;
    }
    if (!make_seen(w, worker))
        return pl_fail_nomem(err);
    find_open_names(w, id, &r);
    for (size_t i = 0; i < own.n; i++)
        queue_macros(w, worker, &r, id, own.v[i]);
    for (size_t at = 0; at < r.queue.n; at++) {
        struct pl_id_list more = pl_id_lists_at(&w->own, r.queue.v[at]);
        for (size_t i = 0; i < more.n; i++)
            queue_macros(w, worker, &r, id, more.v[i]);
    }
    pl_status st = keep_set(&r, &w->arenas[worker], &w->lists[id], err);
    PL_VEC_FREE(&r.set);
    PL_VEC_FREE(&r.queue);
    PL_VEC_FREE(&r.open);
    return st;
}

/*
 * The definitions of a name that may be in sight of `unit`. Of a name that thousands of files define ("main" in a test suite) only the unit's own.
 */
static struct pl_id_list definitions_of(const struct pl_codebase *cb, uint32_t feature, uint32_t unit)
{
    struct pl_id_list named = pl_codebase_named_feature(cb, feature);
    return named.n <= MAX_SAME_NAME ? named : pl_codebase_in_unit(cb, named, unit);
}

static bool is_object(const struct pl_codebase *cb, uint32_t id)
{
    return cb->entries[id].definition->kind == PL_DEFINITION_OBJECT;
}

/*
 * A function of a header that is not static: in C one of the files that include the header has the code (C17 6.7.4: extern inline), with that file's functions in sight.
 * gnulib's xalloc.h has xnrealloc(), and xmalloc.c the code, into which xreallocarray() is inlined.
 */
static bool is_emitted_elsewhere(const struct pl_codebase *cb, uint32_t id)
{
    const struct pl_definition *d = cb->entries[id].definition;
    return (d->flags & PL_DEFINITION_STATIC) == 0 && d->scope.n == 0 && pl_codebase_places(cb, id).n == 0;
}

static bool is_in_sight(const struct pl_codebase *cb, uint32_t unit, uint32_t other, bool is_emitted)
{
    return pl_codebase_includes(cb, unit, other) || (is_emitted && pl_codebase_includes(cb, other, unit));
}

/*
 * What a definition holds itself goes into the set. Functions and objects in sight of `unit` that the names among it mean are queued; of an object, objects alone: a table
 * of functions inlines none of them. A name met before adds nothing: what a bound left out then is left out now.
 */
static void queue_inlined(struct work *w, unsigned worker, struct reach *r, uint32_t unit, uint32_t of,
                          uint32_t stamp)
{
    const struct pl_codebase *cb = w->cb;
    struct pl_id_list features = pl_id_lists_at(&cb->direct, of);
    bool is_code = !is_object(cb, of);
    for (size_t k = 0; k < features.n; k++) {
        if (!meet(w, worker, r, features.v[k], stamp))
            continue;
        struct pl_id_list named = definitions_of(cb, features.v[k], unit);
        for (size_t i = 0; i < named.n; i++) {
            uint32_t id = named.v[i];
            const struct pl_definition *d = cb->entries[id].definition;
            bool is_data = is_object(cb, id);
            bool is_shared = is_data && !(d->flags & PL_DEFINITION_STATIC);
            unsigned *n = is_data ? &r->n_objects : &r->n_functions;
            if (d->kind == PL_DEFINITION_MACRO || *n == MAX_INLINED || (!is_code && !is_data) ||
                (!is_shared && !is_in_sight(cb, unit, cb->entries[id].unit, r->is_emitted)))
                continue;
            if (fresh(w->seen[worker], id, stamp)) {
                pl_ids_put(&r->queue, id, &r->no_memory);
                (*n)++;
            }
        }
    }
}

static pl_status closure_of(void *ctx, unsigned worker, size_t id, struct pl_err *err)
{
    struct work *w = ctx;
    struct pl_codebase *cb = w->cb;
    uint32_t unit = cb->entries[id].unit;
    struct reach r = {.is_emitted = is_emitted_elsewhere(cb, (uint32_t)id)};
    struct reach near = {0};
    size_t level_end = 0;
    if (cb->entries[id].definition->kind != PL_DEFINITION_FUNCTION)
        return PL_OK;
    if (!make_seen(w, worker))
        return pl_fail_nomem(err);
    uint32_t stamp = (uint32_t)(cb->n + 1 + id);
    (void)fresh(w->seen[worker], (uint32_t)id, stamp); /* a function that calls itself */
    queue_inlined(w, worker, &r, unit, (uint32_t)id, stamp);
    for (size_t i = 0; i < r.queue.n; i++)
        if (cb->entries[r.queue.v[i]].definition->kind == PL_DEFINITION_FUNCTION)
            pl_ids_put(&near.set, r.queue.v[i], &near.no_memory);
    for (unsigned depth = 0; depth < MAX_INLINE_DEPTH; depth++) {
        size_t from = level_end;
        level_end = r.queue.n;
        for (size_t at = from; at < level_end; at++)
            if (!is_object(cb, r.queue.v[at]))
                queue_inlined(w, worker, &r, unit, r.queue.v[at], stamp);
    }
    /* Behind all code: a name that an object has met leads to no function any more. */
    for (size_t at = 0; at < r.queue.n; at++)
        if (is_object(cb, r.queue.v[at]))
            queue_inlined(w, worker, &r, unit, r.queue.v[at], stamp);
    pl_status st = keep_set(&r, &w->arenas[worker], &w->lists[id], err);
    if (st == PL_OK)
        st = keep_set(&near, &w->arenas[worker], &w->lists2[id], err);
    PL_VEC_FREE(&r.set);
    PL_VEC_FREE(&r.queue);
    PL_VEC_FREE(&near.set);
    return st;
}

/* Turn lists round: for each value below `n_values` the items that have it, ascending. */
static pl_status invert(const struct pl_id_lists *lists, size_t n_values, struct pl_id_lists *out,
                        struct pl_err *err)
{
    out->first = calloc(n_values + 2, sizeof *out->first);
    out->v = calloc((size_t)lists->first[lists->n] + 1, sizeof *out->v);
    out->n = n_values;
    if (out->first == NULL || out->v == NULL)
        return pl_fail_nomem(err);
    for (uint64_t i = 0; i < lists->first[lists->n]; i++)
        out->first[lists->v[i] + 2]++;
    for (size_t i = 2; i < n_values + 2; i++)
        out->first[i] += out->first[i - 1];
    for (size_t i = 0; i < lists->n; i++)
        for (uint64_t k = lists->first[i]; k < lists->first[i + 1]; k++)
            out->v[out->first[lists->v[k] + 1]++] = (uint32_t)i;
    return PL_OK;
}

/* log2 of a / b in tenths, a >= b > 0; linear between powers of two. */
static unsigned log2_tenths(uint64_t a, uint64_t b)
{
    unsigned whole = 0;
    while (a / 2 >= b) {
        b *= 2;
        whole++;
    }
    unsigned tenths = whole * 10 + (unsigned)((a - b) * 10 / b);
    return tenths < WEIGHT_MAX_TENTHS ? tenths : WEIGHT_MAX_TENTHS;
}

/*
 * In how many functions a feature might stand at least: what all two functions of a small source have tells them from those of other sources still. Without it
 * the only function of aa3d was like nothing (tests/accuracy/code-held-out.md, sample F).
 */
#define LEAST_FUNCTIONS 4u

static pl_status weigh(struct pl_codebase *cb, struct pl_err *err)
{
    uint64_t n_functions = cb->n_functions < LEAST_FUNCTIONS ? LEAST_FUNCTIONS : cb->n_functions;
    uint16_t *users = calloc(cb->features.n + 1, sizeof *users);
    cb->weights = calloc(cb->features.n + 1, sizeof *cb->weights);
    cb->users = calloc(cb->n + 1, sizeof *cb->users);
    if (cb->weights == NULL || cb->users == NULL || users == NULL) {
        free(users);
        return pl_fail_nomem(err);
    }
    for (size_t f = 0; f < cb->features.n; f++) {
        struct pl_id_list with = pl_id_lists_at(&cb->with, f);
        uint64_t n = 0;
        for (size_t i = 0; i < with.n; i++)
            n += cb->entries[with.v[i]].definition->kind == PL_DEFINITION_FUNCTION;
        users[f] = (uint16_t)(n < PL_CODEBASE_MANY_USERS ? n : PL_CODEBASE_MANY_USERS);
        n = n == 0 ? 1 : n;
        cb->weights[f] = (uint16_t)log2_tenths(n_functions < n ? n : n_functions, n);
    }
    for (size_t i = 0; i < cb->n; i++)
        cb->users[i] = cb->name_features[i] == PL_NO_FEATURE ? 0 : users[cb->name_features[i]];
    free(users);
    return PL_OK;
}

static pl_status sum_bodies(struct pl_codebase *cb, struct pl_err *err)
{
    cb->bodies = calloc(cb->n + 1, sizeof *cb->bodies);
    if (cb->bodies == NULL)
        return pl_fail_nomem(err);
    for (size_t id = 0; id < cb->n; id++) {
        struct pl_id_list inlined = pl_id_lists_at(&cb->inlined, id);
        struct pl_codebase_body *body = &cb->bodies[id];
        body->tokens = cb->entries[id].definition->n_tokens;
        body->shape = cb->entries[id].definition->shape;
        for (size_t i = 0; i < inlined.n; i++) {
            const struct pl_definition *d = cb->entries[inlined.v[i]].definition;
            body->tokens += d->n_tokens;
            pl_shape_add(&body->shape, &d->shape);
        }
    }
    return PL_OK;
}

/* Lists have been laid end to end: let go of the parts. */
static void drop_parts(struct work *w)
{
    for (unsigned i = 0; i < PL_PARALLEL_MAX; i++)
        pl_arena_reset(&w->arenas[i]);
}

static pl_status build_sets(struct work *w, unsigned jobs, struct pl_err *err)
{
    struct pl_codebase *cb = w->cb;
    pl_status st = pl_parallel(jobs, cb->n, w, own_of, err);
    if (st == PL_OK)
        st = pl_id_lists_join(w->lists, cb->n, &w->own, err);
    drop_parts(w);
    if (st == PL_OK)
        st = pl_parallel(jobs, cb->n_units, w, read_undefs, err);
    if (st == PL_OK)
        st = pl_parallel(jobs, cb->n, w, direct_of, err);
    if (st == PL_OK)
        st = pl_id_lists_join(w->lists, cb->n, &cb->direct, err);
    drop_parts(w);
    if (st == PL_OK)
        st = invert(&cb->direct, cb->features.n, &cb->with, err);
    if (st == PL_OK)
        st = weigh(cb, err);
    pl_id_lists_free(&w->own);
    for (size_t i = 0; i < cb->n; i++)
        w->lists[i] = (struct pl_id_list){NULL, 0};
    if (st == PL_OK)
        st = pl_parallel(jobs, cb->n, w, closure_of, err);
    if (st == PL_OK)
        st = pl_id_lists_join(w->lists, cb->n, &cb->closure, err);
    if (st == PL_OK)
        st = pl_id_lists_join(w->lists2, cb->n, &cb->inlined, err);
    drop_parts(w);
    if (st == PL_OK)
        st = sum_bodies(cb, err);
    return st == PL_OK ? invert(&cb->inlined, cb->n, &cb->hosts, err) : st;
}

pl_status pl_codebase_build_features(struct pl_codebase *cb, unsigned jobs, struct pl_err *err)
{
    struct work w = {.cb = cb};
    w.lists = calloc(cb->n + 1, sizeof *w.lists);
    w.lists2 = calloc(cb->n + 1, sizeof *w.lists2);
    w.undefs = calloc(cb->n_units + 1, sizeof *w.undefs);
    for (unsigned i = 0; i < PL_PARALLEL_MAX; i++)
        pl_arena_init(&w.arenas[i], PL_CODEBASE_ARENA_BYTES);
    pl_status st =
        w.lists == NULL || w.lists2 == NULL || w.undefs == NULL ? pl_fail_nomem(err) : intern(&w, jobs, err);
    if (st == PL_OK)
        st = link_names(&w, err);
    if (st == PL_OK)
        st = build_sets(&w, jobs, err);
    pl_id_lists_free(&w.own);
    for (unsigned i = 0; i < PL_PARALLEL_MAX; i++) {
        free(w.seen[i]);
        free(w.met[i]);
    }
    for (size_t u = 0; w.unit_keys != NULL && u < cb->n_units; u++)
        free(w.unit_keys[u]);
    free(w.unit_keys);
    free(w.n_unit_keys);
    free(w.lists);
    free(w.lists2);
    free(w.undefs);
    return st;
}
