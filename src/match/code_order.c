/*
 * code_order.c - who is called between two calls that are known, and who stands between two known entries of a table.
 *
 * The atoms of a function stand mostly in the order of its source. Where a function is placed, the longest common subsequence of its atoms and
 * those of its source gives anchors; a call between two anchors that is not known leads to one of the functions that the source
 * names between the same two. A table of pointers is read in the same way, beside the initialiser of the object that it is. Source: Hunt and McIlroy 1976 for the subsequence.
 */
#include "match/code_align.h"

#include <stdlib.h>
#include <string.h>

#define MAX_ITEMS      400u
#define MAX_CELLS      60000u
#define MAX_WINDOW     12u
#define PAIR_WEIGHT    45  /* as many calls as names between the anchors: one to one */
#define LOOSE_WEIGHT   45  /* shared among all that stand between */
#define BLIND_PERCENT  50  /* there is no anchor at all */
#define MOST_WEIGHT    140 /* from all callers together */
#define TABLE_WEIGHT   90  /* beside an entry of a table that is known */
#define TABLE_SLOTS    96u /* of a table, looked at together */
#define TABLE_STEP     64u
#define TABLE_GAP      64u /* bytes between pointers of one table */
#define TABLE_REACH    16u /* entries beside one that is known */
#define TABLE_OBJECTS  8u  /* that have most of the entries */
#define TABLE_POSTINGS 64u
#define TABLE_LEAST    60u /* of known entries, tenths of a bit */

/* An atom of either side: what is compared. */
struct item {
    uint32_t feature[PL_FACT_ALTERNATIVES];
    unsigned n;
    uint16_t weight;
    uint32_t subject; /* image: the one that is called, or PL_NO_TARGET */
    uint64_t name;    /* source: hash of a name that is a function */
};

/* An object of the source that a table may be. */
struct table_object {
    uint32_t id;
    uint32_t weight; /* of the entries that it has, tenths of a bit */
};

struct order {
    struct pl_aligner *a;
    struct item *image;
    struct item *source;
    size_t n_image;
    size_t n_source;
    uint32_t *cells;                            /* (n_image + 1) * (n_source + 1) */
    struct table_object objects[TABLE_OBJECTS]; /* heaviest first */
    size_t n_objects;
    bool no_memory;
};

static bool is_function_name(const struct pl_codebase *cb, uint64_t hash)
{
    struct pl_id_list named = pl_codebase_named(cb, hash);
    for (size_t i = 0; i < named.n && i < 64; i++)
        if (pl_codebase_at(cb, named.v[i])->definition->kind == PL_DEFINITION_FUNCTION)
            return true;
    return false;
}

static void read_image(struct order *o, const struct pl_subject *s)
{
    const struct pl_aligner *a = o->a;
    const struct pl_function *f = &a->code->functions[s->function];
    o->n_image = 0;
    for (uint32_t i = f->first_atom; i < f->first_atom + f->n_atoms && o->n_image < MAX_ITEMS; i++) {
        const struct pl_atom *atom = &a->code->atoms[i];
        struct item *item = &o->image[o->n_image];
        *item = (struct item){.subject = PL_NO_TARGET};
        if (atom->kind == PL_ATOM_CALL && atom->target != PL_NO_TARGET) {
            item->subject = a->subject_of[a->code->functions[atom->target].owner];
            if (item->subject == PL_NO_TARGET || &a->subjects.v[item->subject] == s)
                continue;
            uint32_t id = a->subjects.v[item->subject].definition;
            uint32_t name = id == PL_NO_DEFINITION ? PL_NO_FEATURE : pl_codebase_name_feature(a->cb, id);
            if (name != PL_NO_FEATURE) {
                item->feature[item->n++] = name;
                item->weight = (uint16_t)pl_codebase_weight(a->cb, name);
            }
            o->n_image++;
            continue;
        }
        struct pl_code_fact fact;
        if ((atom->kind != PL_ATOM_STRING && atom->kind != PL_ATOM_IMPORT) || !pl_code_fact_of(a, i, &fact) ||
            fact.n == 0)
            continue;
        item->n = fact.n;
        item->weight = fact.weight;
        memcpy(item->feature, fact.feature, sizeof item->feature);
        o->n_image++;
    }
}

static void read_source(struct order *o, uint32_t id)
{
    const struct pl_codebase *cb = o->a->cb;
    const struct pl_codebase_entry *e = pl_codebase_at(cb, id);
    o->n_source = 0;
    for (uint32_t i = 0; i < e->definition->n_atoms && o->n_source < MAX_ITEMS; i++) {
        const struct pl_atom *atom = &e->atoms[e->definition->first_atom + i];
        if (atom->kind != PL_ATOM_STRING && atom->kind != PL_ATOM_CALL && atom->kind != PL_ATOM_NAME)
            continue;
        uint32_t feature =
            pl_codebase_feature(cb, pl_codebase_key((enum pl_atom_kind)atom->kind, atom->hash));
        if (feature == PL_NO_FEATURE)
            continue;
        struct item *item = &o->source[o->n_source++];
        *item = (struct item){.n = 1, .subject = PL_NO_TARGET};
        item->feature[0] = feature;
        if (atom->kind != PL_ATOM_STRING && is_function_name(cb, atom->hash))
            item->name = atom->hash;
    }
}

static uint32_t gain(const struct item *x, const struct item *y)
{
    for (unsigned i = 0; i < x->n; i++)
        if (x->feature[i] == y->feature[0])
            return x->weight + 1u;
    return 0;
}

static void propose(struct order *o, uint32_t subject, uint32_t id, int32_t weight)
{
    struct pl_proposal *slot = PL_VEC_ADD(&o->a->proposals);
    if (slot == NULL)
        o->no_memory = true;
    else
        *slot = (struct pl_proposal){subject, id, weight};
}

/* Everybody of that name whom the unit of `from` can call. */
static void propose_named(struct order *o, uint32_t subject, uint32_t from, uint64_t name, int32_t weight)
{
    const struct pl_codebase *cb = o->a->cb;
    uint32_t unit = pl_codebase_at(cb, from)->unit;
    struct pl_id_list named = pl_codebase_named(cb, name);
    for (size_t i = 0; i < named.n && i < 64; i++) {
        const struct pl_codebase_entry *e = pl_codebase_at(cb, named.v[i]);
        if (e->definition->kind == PL_DEFINITION_FUNCTION &&
            (!(e->definition->flags & PL_DEFINITION_STATIC) || pl_codebase_includes(cb, unit, e->unit)))
            propose(o, subject, named.v[i], weight);
    }
}

/* Calls in image[i0, i1) and names in source[j0, j1), between two anchors. */
static void propose_window(struct order *o, uint32_t from, size_t i0, size_t i1, size_t j0, size_t j1,
                           bool is_blind)
{
    uint32_t calls[MAX_WINDOW];
    uint64_t names[MAX_WINDOW];
    size_t n_calls = 0;
    size_t n_names = 0;
    for (size_t i = i0; i < i1; i++)
        if (o->image[i].subject != PL_NO_TARGET) {
            if (n_calls == MAX_WINDOW)
                return;
            if (n_calls == 0 || calls[n_calls - 1] != o->image[i].subject)
                calls[n_calls++] = o->image[i].subject;
        }
    for (size_t j = j0; j < j1; j++)
        if (o->source[j].name != 0) {
            if (n_names == MAX_WINDOW)
                return;
            if (n_names == 0 || names[n_names - 1] != o->source[j].name)
                names[n_names++] = o->source[j].name;
        }
    if (n_calls == 0 || n_names == 0)
        return;
    size_t more = n_calls > n_names ? n_calls : n_names;
    int32_t share = is_blind ? BLIND_PERCENT : 100;
    for (size_t c = 0; c < n_calls; c++)
        for (size_t k = 0; k < n_names; k++) {
            if (n_calls == n_names && c != k)
                continue;
            int32_t weight = n_calls == n_names ? PAIR_WEIGHT : LOOSE_WEIGHT / (int32_t)more;
            propose_named(o, calls[c], from, names[k], weight * share / 100);
        }
}

/* Weights of the best common subsequences of what begins at each pair. */
static void fill_cells(struct order *o)
{
    size_t width = o->n_source + 1;
    memset(o->cells, 0, (o->n_image + 1) * width * sizeof *o->cells);
    for (size_t i = o->n_image; i-- > 0;)
        for (size_t j = o->n_source; j-- > 0;) {
            uint32_t best = o->cells[(i + 1) * width + j];
            uint32_t other = o->cells[i * width + j + 1];
            uint32_t g = gain(&o->image[i], &o->source[j]);
            best = other > best ? other : best;
            other = o->cells[(i + 1) * width + j + 1] + g;
            o->cells[i * width + j] = g > 0 && other > best ? other : best;
        }
}

static void align(struct order *o, uint32_t from)
{
    size_t width = o->n_source + 1;
    if ((o->n_image + 1) * width > MAX_CELLS)
        return;
    fill_cells(o);
    size_t i = 0;
    size_t j = 0;
    size_t i0 = 0;
    size_t j0 = 0;
    bool is_blind = o->cells[0] == 0;
    while (i < o->n_image && j < o->n_source) {
        uint32_t here = o->cells[i * width + j];
        uint32_t g = gain(&o->image[i], &o->source[j]);
        if (g > 0 && here == o->cells[(i + 1) * width + j + 1] + g) {
            propose_window(o, from, i0, i, j0, j, is_blind);
            if (o->image[i].subject != PL_NO_TARGET && o->source[j].name != 0)
                propose_named(o, o->image[i].subject, from, o->source[j].name, PAIR_WEIGHT / 2);
            i0 = ++i;
            j0 = ++j;
        } else if (here == o->cells[(i + 1) * width + j]) {
            i++;
        } else {
            j++;
        }
    }
    propose_window(o, from, i0, o->n_image, j0, o->n_source, is_blind);
}

/* ---- tables ---- */

/* The pointers at `slots`: functions of the image and strings. */
static void read_table(struct order *o, const struct pl_code_slot *slots, size_t n)
{
    const struct pl_aligner *a = o->a;
    o->n_image = 0;
    for (size_t i = 0; i < n; i++) {
        struct item *item = &o->image[o->n_image];
        uint32_t feature = PL_NO_FEATURE;
        *item = (struct item){.subject = PL_NO_TARGET};
        if (slots[i].function != PL_NO_TARGET) {
            item->subject = a->subject_of[a->code->functions[slots[i].function].owner];
            uint32_t id =
                item->subject == PL_NO_TARGET ? PL_NO_DEFINITION : a->subjects.v[item->subject].definition;
            feature = id == PL_NO_DEFINITION ? PL_NO_FEATURE : pl_codebase_name_feature(a->cb, id);
        } else if (slots[i].text.n > 0) {
            feature =
                pl_codebase_feature(a->cb, pl_codebase_key(PL_ATOM_STRING, pl_atom_hash_text(slots[i].text)));
        } else {
            continue;
        }
        if (feature != PL_NO_FEATURE) {
            item->feature[item->n++] = feature;
            item->weight = (uint16_t)pl_codebase_weight(a->cb, feature);
        }
        if (item->subject != PL_NO_TARGET)
            item->weight /= 2; /* it may be placed wrongly; a string cannot */
        o->n_image++;
    }
}

/* Only what becomes a pointer. */
static void read_object(struct order *o, uint32_t id)
{
    size_t kept = 0;
    read_source(o, id);
    for (size_t j = 0; j < o->n_source; j++)
        if (o->source[j].name != 0 ||
            pl_codebase_feature_kind(o->a->cb, o->source[j].feature[0]) == PL_ATOM_STRING)
            o->source[kept++] = o->source[j];
    o->n_source = kept;
}

/* Counts for an object; with too many, the last of the list gives way. */
static void vote_object(struct order *o, uint32_t id, uint32_t weight)
{
    struct table_object *v = o->objects;
    size_t at = 0;
    while (at < o->n_objects && v[at].id != id)
        at++;
    if (at == o->n_objects) {
        if (at == TABLE_OBJECTS)
            at--;
        else
            o->n_objects++;
        v[at] = (struct table_object){.id = id};
    }
    v[at].weight += weight;
    for (; at > 0 && v[at].weight > v[at - 1].weight; at--) {
        struct table_object lighter = v[at - 1];
        v[at - 1] = v[at];
        v[at] = lighter;
    }
}

static void find_objects(struct order *o)
{
    const struct pl_codebase *cb = o->a->cb;
    o->n_objects = 0;
    for (size_t i = 0; i < o->n_image; i++) {
        if (o->image[i].n == 0)
            continue;
        struct pl_id_list with = pl_codebase_with(cb, o->image[i].feature[0]);
        for (size_t k = 0; k < with.n && with.n <= TABLE_POSTINGS; k++)
            if (pl_codebase_at(cb, with.v[k])->definition->kind == PL_DEFINITION_OBJECT)
                vote_object(o, with.v[k], o->image[i].weight + 1u);
    }
}

/* From an entry that is known, in one direction, as long as both sides are of one kind. */
static void propose_beside(struct order *o, uint32_t from, size_t i, size_t j, bool is_forward)
{
    size_t step = is_forward ? 1 : (size_t)-1;
    for (unsigned n = 0; n < TABLE_REACH; n++) {
        i += step;
        j += step;
        if (i >= o->n_image || j >= o->n_source ||
            (o->image[i].subject != PL_NO_TARGET) != (o->source[j].name != 0))
            return;
        if (o->image[i].subject == PL_NO_TARGET && gain(&o->image[i], &o->source[j]) == 0)
            return; /* another string */
        if (o->image[i].subject != PL_NO_TARGET)
            propose_named(o, o->image[i].subject, from, o->source[j].name, TABLE_WEIGHT);
        if (gain(&o->image[i], &o->source[j]) > 0)
            return; /* known: the next one goes on from there */
    }
}

static void align_table(struct order *o, uint32_t id)
{
    size_t width = o->n_source + 1;
    if ((o->n_image + 1) * width > MAX_CELLS)
        return;
    fill_cells(o);
    if (o->cells[0] < TABLE_LEAST)
        return;
    for (size_t i = 0, j = 0; i < o->n_image && j < o->n_source;) {
        uint32_t here = o->cells[i * width + j];
        uint32_t g = gain(&o->image[i], &o->source[j]);
        if (g > 0 && here == o->cells[(i + 1) * width + j + 1] + g) {
            propose_beside(o, id, i, j, true);
            propose_beside(o, id, i, j, false);
            i++;
            j++;
        } else if (here == o->cells[(i + 1) * width + j]) {
            i++;
        } else {
            j++;
        }
    }
}

static void read_tables(struct order *o)
{
    const struct pl_code *code = o->a->code;
    for (size_t first = 0, end; first < code->n_slots && !o->no_memory; first = end) {
        end = first + 1;
        while (end < code->n_slots && code->slots[end].address - code->slots[end - 1].address <= TABLE_GAP)
            end++;
        for (size_t at = first; at < end; at += TABLE_STEP) {
            read_table(o, code->slots + at, end - at < TABLE_SLOTS ? end - at : TABLE_SLOTS);
            find_objects(o);
            for (size_t k = 0; k < o->n_objects; k++) {
                read_object(o, o->objects[k].id);
                align_table(o, o->objects[k].id);
            }
        }
    }
}

static int by_subject_and_id(const void *a, const void *b)
{
    const struct pl_proposal *x = a;
    const struct pl_proposal *y = b;
    if (x->subject != y->subject)
        return x->subject < y->subject ? -1 : 1;
    return x->id < y->id ? -1 : x->id > y->id;
}

/* One proposal a pair, with the weight of all. */
static void join(struct pl_aligner *a)
{
    size_t kept = 0;
    if (a->proposals.n > 1)
        qsort(a->proposals.v, a->proposals.n, sizeof *a->proposals.v, by_subject_and_id);
    for (size_t i = 0; i < a->proposals.n; i++) {
        struct pl_proposal p = a->proposals.v[i];
        if (kept > 0 && by_subject_and_id(&a->proposals.v[kept - 1], &p) == 0)
            a->proposals.v[kept - 1].weight += p.weight;
        else
            a->proposals.v[kept++] = p;
    }
    a->proposals.n = kept;
    for (size_t i = 0; i < kept; i++)
        if (a->proposals.v[i].weight > MOST_WEIGHT)
            a->proposals.v[i].weight = MOST_WEIGHT;
}

pl_status pl_code_order(struct pl_aligner *a, struct pl_err *err)
{
    struct order o = {.a = a};
    a->proposals.n = 0;
    o.image = calloc(MAX_ITEMS, sizeof *o.image);
    o.source = calloc(MAX_ITEMS, sizeof *o.source);
    o.cells = calloc(MAX_CELLS, sizeof *o.cells);
    o.no_memory = o.image == NULL || o.source == NULL || o.cells == NULL;
    for (uint32_t i = 0; i < a->subjects.n && !o.no_memory; i++) {
        const struct pl_subject *s = &a->subjects.v[i];
        if (s->definition == PL_NO_DEFINITION || s->n_calls == 0)
            continue;
        read_image(&o, s);
        read_source(&o, s->definition);
        align(&o, s->definition);
    }
    if (!o.no_memory)
        read_tables(&o);
    join(a);
    free(o.image);
    free(o.source);
    free(o.cells);
    return o.no_memory ? pl_fail_nomem(err) : PL_OK;
}

/* First proposal for a subject. */
size_t pl_code_proposals(const struct pl_aligner *a, uint32_t subject)
{
    size_t low = 0;
    size_t high = a->proposals.n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (a->proposals.v[middle].subject < subject)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}
