/*
 * script_index.c - reading the atoms of every source text, numbering them, sorting their pairs into buckets.
 *
 *     texts -> atoms (parallel, one list a text) -> numbers (one table) -> pairs (counting sort by a hash of both numbers)
 *
 * Texts are laid end to end in the order of the index, so that in every bucket the better source comes first. A place costs 8 bytes, its pairs
 * 12, a distinct atom about 24. The table is keyed by seeded hashes and is never walked: no result depends on the seed.
 */
#include "match/script_index.h"

#include "base/map.h"
#include "base/parallel.h"
#include "classify/classify.h"
#include "match/script_constants.h"
#include "match/script_helpers.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#define MAX_ATOMS       (1u << 30)
#define MAX_JSON_BYTES  (256u << 10) /* a longer one is a lock file, or a table of data */
#define MAX_UNIT_BYTES  (64u << 20)  /* a longer text is data */
#define COMMON_COUNT    64u          /* an atom that stands more often begins no match */
#define PAIR_DISTANCE   3u
#define LONG_BYTES      12u
#define LONG_HELPER     16u
#define MIN_BUCKET_BITS 8u

struct late_set {
    pthread_mutex_t lock;
    bool is_built;
    struct pl_script_set set;
};

struct pl_scripts {
    const struct pl_index *ix;
    const struct pl_limits *limits;
    unsigned jobs;
    uint8_t *left_out; /* one a unit of the index */
    struct pl_script_vocabulary vocabulary;
    pthread_mutex_t helpers_lock;
    bool has_helpers;
    struct pl_script_helper_table helpers;
    struct late_set sets[PL_SCRIPT_SET_COUNT];
    pthread_mutex_t constants_lock;
    bool has_constants;
    struct pl_script_constants constants;
};

/* The texts of one set while it is built. */
struct build {
    struct pl_scripts *s;
    bool keeps_names;
    PL_VEC(uint32_t) units;
    struct pl_script_atoms *atoms; /* by place in `units` */
};

pl_status pl_scripts_new(const struct pl_index *ix, const struct pl_limits *limits, unsigned jobs,
                         struct pl_scripts **out, struct pl_err *err)
{
    struct pl_scripts *s = calloc(1, sizeof *s);
    struct pl_map any;
    uint8_t *left_out = calloc(pl_index_unit_count(ix) + 1, 1);
    if (s == NULL || left_out == NULL) {
        free(s);
        free(left_out);
        return pl_fail_nomem(err);
    }
    pl_map_init(&any);
    s->ix = ix;
    s->limits = limits;
    s->left_out = left_out;
    s->jobs = jobs;
    pl_script_vocabulary_init(&s->vocabulary, any.seed); /* random per process */
    pl_map_reset(&any);
    (void)pthread_mutex_init(&s->helpers_lock, NULL); /* default attributes cannot fail on Linux */
    for (int i = 0; i < PL_SCRIPT_SET_COUNT; i++)
        (void)pthread_mutex_init(&s->sets[i].lock, NULL);
    (void)pthread_mutex_init(&s->constants_lock, NULL);
    *out = s;
    return PL_OK;
}

static void reset_set(struct pl_script_set *set)
{
    free(set->ids);
    free(set->offsets);
    free(set->units);
    free(set->unit_steps);
    free(set->slot_hashes);
    free(set->slot_ids);
    free(set->counts);
    free(set->traits);
    free(set->firsts);
    free(set->bucket_starts);
    free(set->pairs);
    *set = (struct pl_script_set){0};
}

void pl_scripts_free(struct pl_scripts *s)
{
    if (s == NULL)
        return;
    for (int i = 0; i < PL_SCRIPT_SET_COUNT; i++) {
        reset_set(&s->sets[i].set);
        (void)pthread_mutex_destroy(&s->sets[i].lock);
    }
    pl_script_constants_reset(&s->constants);
    (void)pthread_mutex_destroy(&s->constants_lock);
    (void)pthread_mutex_destroy(&s->helpers_lock);
    free(s->left_out);
    free(s);
}

bool pl_scripts_left_out(const struct pl_scripts *s, uint32_t unit)
{
    return s->left_out[unit] != 0;
}

const struct pl_script_vocabulary *pl_scripts_vocabulary(const struct pl_scripts *s)
{
    return &s->vocabulary;
}

const struct pl_script_helper_table *pl_scripts_helpers(struct pl_scripts *s)
{
    (void)pthread_mutex_lock(&s->helpers_lock); /* fails only on misuse */
    if (!s->has_helpers)
        pl_script_helper_table_init(&s->helpers, &s->vocabulary);
    s->has_helpers = true;
    (void)pthread_mutex_unlock(&s->helpers_lock);
    return &s->helpers;
}

static bool is_declaration(const struct pl_lex_language *language)
{
    return (language->habits & PL_LEX_TYPES) && (language->habits & PL_LEX_IS_DATA);
}

/* Does a text of this language belong to the set? */
static bool belongs(const struct pl_lex_language *language, bool keeps_names)
{
    if (language == NULL)
        return false;
    bool is_erased_kind = !(language->habits & PL_LEX_KEEPS_NAMES);
    return keeps_names || (is_erased_kind && !is_declaration(language)) ||
           strcmp(language->name, "json") == 0;
}

/* Names, addresses and tables of a package stand in its JSON; what a tool pinned or mapped does not. */
static bool is_written_data(const struct pl_source_file *f)
{
    return f->data.n <= MAX_JSON_BYTES || !pl_bytes_ends(f->path, PL_LIT(".json"));
}

static bool is_own_output(const struct pl_index *ix, uint32_t unit)
{
    return pl_is_build_output(pl_index_unit_file(ix, unit)->path) && pl_index_unit_is_own(ix, unit);
}

/* Of texts with equal contents the first one that is a source counts. */
static bool is_repeat(const struct pl_index *ix, uint32_t unit)
{
    if (!pl_index_unit_is_repeat(ix, unit))
        return false;
    pl_units same = pl_index_units_of_sha256(ix, &pl_index_unit_file(ix, unit)->sha256);
    for (size_t i = 0; i < same.n && same.v[i] < unit; i++)
        if (!is_own_output(ix, same.v[i]))
            return true;
    return false;
}

static pl_status list_units(struct build *b, struct pl_err *err)
{
    const struct pl_index *ix = b->s->ix;
    for (uint32_t i = 0; i < pl_index_unit_count(ix); i++) {
        const struct pl_source_file *f = pl_index_unit_file(ix, i);
        if (!pl_index_unit_is_text(ix, i) || f->data.n > MAX_UNIT_BYTES || f->data.n == 0 ||
            !is_written_data(f) || pl_bytes_ends(f->path, PL_LIT(".map")) || is_own_output(ix, i) ||
            is_repeat(ix, i) || !belongs(pl_lex_language_of(f->path, f->data), b->keeps_names))
            continue;
        uint32_t *slot = PL_VEC_ADD(&b->units);
        if (slot == NULL)
            return pl_fail_nomem(err);
        *slot = i;
    }
    b->atoms = calloc(b->units.n == 0 ? 1 : b->units.n, sizeof *b->atoms);
    return b->atoms == NULL ? pl_fail_nomem(err) : PL_OK;
}

static pl_status read_unit(void *ctx, unsigned worker, size_t i, struct pl_err *err)
{
    struct build *b = ctx;
    const struct pl_source_file *f = pl_index_unit_file(b->s->ix, b->units.v[i]);
    (void)worker; /* each unit has a list of its own */
    b->atoms[i].max_tokens = b->s->limits->tokens;
    pl_status st = pl_script_atoms(&b->s->vocabulary, f->data, pl_lex_language_of(f->path, f->data),
                                   b->keeps_names, &b->atoms[i], err);
    if (st != PL_E_LIMIT)
        return st;
    b->s->left_out[b->units.v[i]] = 1;
    PL_VEC_FREE(&b->atoms[i].list);
    return PL_OK;
}

static uint32_t slot_of(const struct pl_script_set *set, uint64_t hash)
{
    uint32_t slot = pl_script_first_slot(set, hash);
    while (set->slot_hashes[slot] != 0 && set->slot_hashes[slot] != hash)
        slot = (slot + 1) & set->slot_mask;
    return slot;
}

uint32_t pl_script_id(const struct pl_script_set *set, uint64_t hash)
{
    uint32_t slot = slot_of(set, hash);
    return set->slot_hashes[slot] == hash ? set->slot_ids[slot] : PL_NO_ATOM;
}

/* Whose atom: those of the package come first. */
enum origin { OF_PACKAGE, OF_DEPENDENCY, OF_HELPER };

/* The number of an atom, a new one when it is new. */
static uint32_t number(struct pl_script_set *set, const struct pl_script_atom *a, enum origin origin)
{
    uint32_t slot = slot_of(set, a->hash);
    if (set->slot_hashes[slot] != a->hash) {
        set->slot_hashes[slot] = a->hash;
        set->slot_ids[slot] = set->n_ids++;
        set->traits[set->slot_ids[slot]] = a->is_weak ? 0 : PL_SCRIPT_STRONG;
        set->firsts[set->slot_ids[slot]] = set->n_atoms;
    }
    uint32_t id = set->slot_ids[slot];
    /* What dependencies bring along makes no atom of the package's own common. */
    if (set->counts[id] < UINT16_MAX && !(origin == OF_DEPENDENCY && (set->traits[id] & PL_SCRIPT_FIRST)))
        set->counts[id]++;
    if (origin != OF_HELPER)
        set->traits[id] |= PL_SCRIPT_OWN;
    if (origin == OF_PACKAGE)
        set->traits[id] |= PL_SCRIPT_FIRST;
    if (a->length >= LONG_BYTES)
        set->traits[id] |= PL_SCRIPT_LONG;
    if (a->kind == PL_ATOM_PROPERTY)
        set->traits[id] |= PL_SCRIPT_NAME;
    if (a->is_defined)
        set->traits[id] |= PL_SCRIPT_DEFINED;
    return id;
}

static uint32_t power_of_two(uint64_t at_least)
{
    uint32_t n = 1u << MIN_BUCKET_BITS;
    while (n < at_least && n < 1u << 31)
        n *= 2;
    return n;
}

static pl_status take_room(struct pl_script_set *set, uint64_t total, size_t n_units, struct pl_err *err)
{
    if (total > MAX_ATOMS)
        return pl_fail(err, PL_E_LIMIT, PL_NO_OFFSET, "scripts: more than %u atoms in the sources",
                       MAX_ATOMS);
    uint32_t slots = power_of_two(total + total / 2 + 1);
    set->slot_mask = slots - 1;
    set->ids = calloc(total + 1, sizeof *set->ids);
    set->offsets = calloc(total + 1, sizeof *set->offsets);
    set->units = calloc(n_units + 1, sizeof *set->units);
    set->slot_hashes = calloc(slots, sizeof *set->slot_hashes);
    set->slot_ids = calloc(slots, sizeof *set->slot_ids);
    set->counts = calloc(total + 1, sizeof *set->counts);
    set->traits = calloc(total + 1, sizeof *set->traits);
    set->firsts = calloc(total + 1, sizeof *set->firsts);
    if (set->ids == NULL || set->offsets == NULL || set->units == NULL || set->slot_hashes == NULL ||
        set->slot_ids == NULL || set->counts == NULL || set->traits == NULL || set->firsts == NULL)
        return pl_fail_nomem(err);
    return PL_OK;
}

/* A helper becomes a unit behind the sources, when it is long and has no gaps: shorter ones must stand exactly. */
static void number_helper(struct pl_script_set *set, const struct pl_script_helper_table *t, uint32_t unit)
{
    const uint64_t *hashes = t->hashes + t->units[unit].first;
    uint32_t n = t->units[unit].n;
    for (uint32_t i = 0; i < n; i++)
        if (n < LONG_HELPER || hashes[i] <= PL_HELPER_MARKS)
            return;
    set->units[set->n_units++] = (struct pl_script_unit){PL_NO_ATOM, set->n_atoms};
    for (uint32_t i = 0; i < n; i++) {
        struct pl_script_atom a = {.hash = hashes[i]};
        set->ids[set->n_atoms] = number(set, &a, OF_HELPER);
        set->n_atoms++;
    }
}

static pl_status number_all(struct build *b, struct pl_script_set *set, struct pl_err *err)
{
    uint64_t total = 0;
    for (size_t i = 0; i < b->units.n; i++)
        total += b->atoms[i].list.n;
    const struct pl_script_helper_table *helpers = pl_scripts_helpers(b->s);
    size_t n_helpers = b->keeps_names ? 0 : helpers->n_units;
    pl_status st =
        take_room(set, total + (b->keeps_names ? 0 : helpers->n_hashes), b->units.n + n_helpers, err);
    if (st != PL_OK)
        return st;
    for (size_t i = 0; i < b->units.n; i++) {
        enum origin origin = pl_index_unit_is_own(b->s->ix, b->units.v[i]) ? OF_PACKAGE : OF_DEPENDENCY;
        set->units[i] = (struct pl_script_unit){b->units.v[i], set->n_atoms};
        for (size_t k = 0; k < b->atoms[i].list.n; k++) {
            const struct pl_script_atom *a = &b->atoms[i].list.v[k];
            set->offsets[set->n_atoms] = a->at;
            set->ids[set->n_atoms] = number(set, a, origin);
            set->n_atoms++;
        }
        PL_VEC_FREE(&b->atoms[i].list);
    }
    set->n_own_units = (uint32_t)b->units.n;
    set->n_units = set->n_own_units;
    for (uint32_t i = 0; i < n_helpers; i++)
        number_helper(set, helpers, i);
    set->units[set->n_units].first = set->n_atoms;
    for (uint32_t id = 0; id < set->n_ids; id++)
        if (set->counts[id] > COMMON_COUNT)
            set->traits[id] &= (uint8_t)~PL_SCRIPT_STRONG;
        else if (set->counts[id] == 1 && (set->traits[id] & PL_SCRIPT_LONG))
            set->traits[id] |= PL_SCRIPT_UNIQUE;
    return PL_OK;
}

/* So that the search for a position's unit begins close to it. */
static pl_status note_steps(struct pl_script_set *set, struct pl_err *err)
{
    uint32_t steps = set->n_atoms / PL_SCRIPT_UNIT_STEP + 1;
    uint32_t unit = 0;
    set->unit_steps = calloc((size_t)steps + 1, sizeof *set->unit_steps);
    if (set->unit_steps == NULL)
        return pl_fail_nomem(err);
    for (uint32_t i = 0; i < steps; i++) {
        while (unit + 1 < set->n_units && set->units[unit + 1].first <= i * PL_SCRIPT_UNIT_STEP)
            unit++;
        set->unit_steps[i] = unit;
    }
    set->unit_steps[steps] = set->n_units;
    return PL_OK;
}

static uint32_t bucket_of(const struct pl_script_set *set, uint32_t a, uint32_t b)
{
    uint64_t h = ((uint64_t)a << 32 | b) * 0x9e3779b97f4a7c15ULL;
    return (uint32_t)((h ^ h >> 29) * 0xbf58476d1ce4e5b9ULL >> set->bucket_shift);
}

static uint32_t gram_bucket(const struct pl_script_set *set, const uint32_t ids[PL_SCRIPT_GRAM])
{
    return bucket_of(set, ids[0] * 31 + ids[1], ids[2] * 31 + ids[3]);
}

static void note_place(struct pl_script_set *set, uint32_t bucket, uint32_t position, bool is_counting)
{
    if (is_counting)
        set->bucket_starts[bucket + 1]++;
    else
        set->pairs[set->bucket_starts[bucket]++] = position;
}

/* A text of two or three atoms is found as a whole. */
static void note_whole(struct pl_script_set *set, uint32_t u, bool is_counting)
{
    uint32_t first = set->units[u].first;
    uint32_t n = set->units[u + 1].first - first;
    uint32_t ids[PL_SCRIPT_GRAM];
    if (n < 2 || n >= PL_SCRIPT_GRAM)
        return;
    for (uint32_t i = 0; i < PL_SCRIPT_GRAM; i++)
        ids[i] = i < n ? set->ids[first + i] : PL_NO_ATOM;
    note_place(set, gram_bucket(set, ids), first, is_counting);
}

/* Call for each pair: counts it, or puts it into its bucket. */
static void each_pair(struct pl_script_set *set, bool is_counting)
{
    for (uint32_t u = 0; u < set->n_units; u++) {
        note_whole(set, u, is_counting);
        for (uint32_t i = set->units[u].first; i < set->units[u + 1].first; i++) {
            if (!(set->traits[set->ids[i]] & PL_SCRIPT_STRONG)) {
                if (i + PL_SCRIPT_GRAM <= set->units[u + 1].first)
                    note_place(set, gram_bucket(set, set->ids + i), i, is_counting);
                continue;
            }
            for (uint32_t k = i + 1; k <= i + PAIR_DISTANCE && k < set->units[u + 1].first; k++) {
                note_place(set, bucket_of(set, set->ids[i], set->ids[k]), i, is_counting);
            }
        }
    }
}

static pl_status sort_pairs(struct pl_script_set *set, struct pl_err *err)
{
    uint32_t buckets = power_of_two(set->n_atoms);
    uint32_t bits = 0;
    while (1u << bits < buckets)
        bits++;
    set->bucket_shift = 64 - bits;
    set->bucket_starts = calloc((size_t)buckets + 2, sizeof *set->bucket_starts);
    set->pairs = calloc((size_t)set->n_atoms * PAIR_DISTANCE + 1, sizeof *set->pairs);
    if (set->bucket_starts == NULL || set->pairs == NULL)
        return pl_fail_nomem(err);
    each_pair(set, true);
    for (uint32_t i = 0; i < buckets; i++)
        set->bucket_starts[i + 1] += set->bucket_starts[i];
    each_pair(set, false);
    /* Filling moved each start to the next bucket's: move them back. */
    memmove(set->bucket_starts + 1, set->bucket_starts, (size_t)buckets * sizeof *set->bucket_starts);
    set->bucket_starts[0] = 0;
    return PL_OK;
}

static pl_status build_set(struct pl_scripts *s, bool keeps_names, struct pl_script_set *set,
                           struct pl_err *err)
{
    struct build b = {.s = s, .keeps_names = keeps_names};
    pl_status st = list_units(&b, err);
    if (st == PL_OK)
        st = pl_parallel(s->jobs, b.units.n, &b, read_unit, err);
    if (st == PL_OK)
        st = number_all(&b, set, err);
    if (st == PL_OK)
        st = note_steps(set, err);
    if (st == PL_OK)
        st = sort_pairs(set, err);
    for (size_t i = 0; i < b.units.n && b.atoms != NULL; i++)
        PL_VEC_FREE(&b.atoms[i].list);
    free(b.atoms);
    PL_VEC_FREE(&b.units);
    if (st != PL_OK)
        reset_set(set);
    return st;
}

pl_status pl_scripts_set(struct pl_scripts *s, enum pl_script_set_kind kind, const struct pl_script_set **out,
                         struct pl_err *err)
{
    struct late_set *late = &s->sets[kind];
    pl_status st = PL_OK;
    (void)pthread_mutex_lock(&late->lock); /* fails only on misuse */
    if (!late->is_built)
        st = build_set(s, kind == PL_SCRIPT_NAMES_KEPT, &late->set, err);
    if (st == PL_OK)
        late->is_built = true;
    (void)pthread_mutex_unlock(&late->lock);
    if (st == PL_OK)
        *out = &late->set;
    return st;
}

pl_status pl_scripts_is_constant(struct pl_scripts *s, uint64_t hash, bool *out, struct pl_err *err)
{
    pl_status st = PL_OK;
    (void)pthread_mutex_lock(&s->constants_lock); /* fails only on misuse */
    if (!s->has_constants)
        st = pl_script_constants_find(s->ix, &s->vocabulary, &s->constants, err);
    if (st == PL_OK)
        s->has_constants = true;
    (void)pthread_mutex_unlock(&s->constants_lock);
    if (st == PL_OK)
        *out = pl_script_constants_have(&s->constants, hash);
    return st;
}

uint32_t pl_script_unit_at(const struct pl_script_set *set, uint32_t position)
{
    uint32_t step = position / PL_SCRIPT_UNIT_STEP;
    uint32_t low = set->unit_steps[step];
    uint32_t high = set->unit_steps[step + 1] + 1; /* the unit of the next step may begin before it */
    if (high > set->n_units)
        high = set->n_units;
    while (high - low > 1) {
        uint32_t mid = low + (high - low) / 2;
        if (set->units[mid].first <= position)
            low = mid;
        else
            high = mid;
    }
    return low;
}

uint32_t pl_script_unit_of(const struct pl_script_set *set, uint32_t unit)
{
    uint32_t low = 0;
    uint32_t high = set->n_own_units;
    while (low < high) {
        uint32_t mid = low + (high - low) / 2;
        if (set->units[mid].unit < unit)
            low = mid + 1;
        else
            high = mid;
    }
    return low < set->n_own_units && set->units[low].unit == unit ? low : set->n_units;
}

const uint32_t *pl_script_pairs(const struct pl_script_set *set, uint32_t a, uint32_t b, uint32_t *n)
{
    uint32_t bucket = bucket_of(set, a, b);
    *n = set->bucket_starts[bucket + 1] - set->bucket_starts[bucket];
    return set->pairs + set->bucket_starts[bucket];
}

const uint32_t *pl_script_grams(const struct pl_script_set *set, const uint32_t ids[PL_SCRIPT_GRAM],
                                uint32_t *n)
{
    uint32_t bucket = gram_bucket(set, ids);
    *n = set->bucket_starts[bucket + 1] - set->bucket_starts[bucket];
    return set->pairs + set->bucket_starts[bucket];
}
