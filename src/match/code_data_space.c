/*
 * code_data_space.c - the data of an image: which bytes it is, what of it is explained, and who refers to it.
 *
 * An object is what lies between two places that somebody refers to. Compilers refer to the middle of objects too, so that one of
 * the source may be several here; never the other way round, but for data that nobody refers to, which goes with what stands before it.
 */
#include "match/code_data.h"

#include <stdlib.h>
#include <string.h>

#define MAX_TEXT 1024u      /* bytes of a string that is no constant */
#define NO_TEXT  UINT64_MAX /* a text with this hash, one in 2^64, is none */

bool pl_data_address(const struct pl_data *d, uint64_t offset, uint64_t *address)
{
    for (size_t i = 0; i < d->code->n_spans; i++) {
        const struct pl_code_span *s = &d->code->spans[i];
        if (offset >= s->offset && offset - s->offset < s->size) {
            *address = s->address + (offset - s->offset);
            return true;
        }
    }
    return false;
}

const struct pl_code_span *pl_data_span(const struct pl_data *d, uint64_t address)
{
    size_t low = 0;
    size_t high = d->code->n_spans;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const struct pl_code_span *s = &d->code->spans[middle];
        if (address < s->address)
            high = middle;
        else if (address - s->address < s->memory_bytes)
            return s;
        else
            low = middle + 1;
    }
    return NULL;
}

bool pl_data_offset(const struct pl_data *d, uint64_t address, uint64_t *offset)
{
    const struct pl_code_span *s = pl_data_span(d, address);
    if (s == NULL)
        return false;
    *offset = s->offset + (address - s->address);
    return address - s->address < s->size;
}

static size_t rank_of(const struct pl_data *d, uint64_t offset)
{
    uint64_t before = d->slots.bits[offset / 64] & ((1ull << offset % 64) - 1);
    return d->slots.ranks[offset / 64] + (size_t)__builtin_popcountll(before);
}

/* The byte of the file at which a slot is; false when that byte has another address as well, which comes first. */
static bool slot_offset(const struct pl_data *d, size_t slot, uint64_t *offset)
{
    uint64_t address;
    return pl_data_offset(d, d->code->slots[slot].address, offset) && *offset < d->f->size &&
           pl_data_address(d, *offset, &address) && address == d->code->slots[slot].address;
}

static pl_status index_slots(struct pl_data *d, struct pl_err *err)
{
    uint64_t offset;
    size_t n_words = (size_t)(d->f->size / 64) + 1;
    struct pl_data_slots *s = &d->slots;
    s->bits = calloc(n_words, sizeof *s->bits);
    s->ranks = calloc(n_words, sizeof *s->ranks);
    s->order = calloc(d->code->n_slots + 1, sizeof *s->order);
    s->texts = calloc(d->code->n_slots + 1, sizeof *s->texts);
    if (s->bits == NULL || s->ranks == NULL || s->order == NULL || s->texts == NULL)
        return pl_fail_nomem(err);
    for (size_t i = 0; i < d->code->n_slots; i++)
        if (slot_offset(d, i, &offset))
            s->bits[offset / 64] |= 1ull << offset % 64;
    for (size_t i = 1; i < n_words; i++)
        s->ranks[i] = s->ranks[i - 1] + (uint32_t)__builtin_popcountll(s->bits[i - 1]);
    for (size_t i = d->code->n_slots; i > 0; i--) /* backwards: of two at one place the first counts */
        if (slot_offset(d, i - 1, &offset))
            s->order[rank_of(d, offset)] = (uint32_t)(i - 1);
    return PL_OK;
}

const struct pl_code_slot *pl_data_slot(const struct pl_data *d, uint64_t offset)
{
    if (offset >= d->f->size || (d->slots.bits[offset / 64] >> offset % 64 & 1) == 0)
        return NULL;
    return &d->code->slots[d->slots.order[rank_of(d, offset)]];
}

static uint64_t text_of(const struct pl_data *d, const struct pl_code_slot *slot)
{
    uint64_t target;
    if (slot->target == 0 || slot->function != PL_NO_TARGET)
        return 0;
    if (slot->text.n > 0)
        return pl_table_text_hash(slot->text);
    if (!pl_data_offset(d, slot->target, &target))
        return 0;
    pl_bytes rest = pl_bytes_sub(d->f->data, (size_t)target, MAX_TEXT);
    size_t n = pl_bytes_find_byte(rest, 0, 0);
    return n == SIZE_MAX ? 0 : pl_table_text_hash(pl_bytes_sub(rest, 0, n));
}

uint64_t pl_data_text_at(const struct pl_data *d, uint64_t offset)
{
    const struct pl_code_slot *slot = pl_data_slot(d, offset);
    if (slot == NULL)
        return 0;
    uint64_t *known = &d->slots.texts[slot - d->code->slots];
    if (*known == 0) {
        uint64_t hash = text_of(d, slot);
        *known = hash == 0 ? NO_TEXT : hash;
    }
    return *known == NO_TEXT ? 0 : *known;
}

/* Most numbers are these; a compiler makes one load of it. */
static uint32_t le32(const uint8_t *p)
{
    return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

uint64_t pl_data_number(const struct pl_data *d, uint64_t offset, unsigned width)
{
    uint64_t value = 0;
    pl_bytes b = pl_bytes_sub(d->f->data, (size_t)offset, width);
    if (b.n == 8 && !d->code->is_big_endian)
        return le32(b.p) | (uint64_t)le32(b.p + 4) << 32;
    if (b.n == 4 && !d->code->is_big_endian)
        return le32(b.p);
    for (size_t i = 0; i < b.n; i++)
        value = value << 8 | b.p[d->code->is_big_endian ? i : b.n - 1 - i];
    return value;
}

pl_status pl_data_claim(struct pl_data *d, uint64_t offset, uint64_t length, enum pl_class class,
                        enum pl_grade grade, const char *rule, const char *source, struct pl_err *err)
{
    pl_status st = PL_OK;
    uint64_t end = offset + length;
    for (uint64_t i = offset; i < end && st == PL_OK;) {
        uint64_t from = i;
        while (i < end && d->state[i] == PL_DATA_OPEN)
            d->state[i++] = class == PL_CLASS_UNACCOUNTED ? PL_DATA_ACCUSED : PL_DATA_EXPLAINED;
        if (i > from)
            st = pl_match_claim(d->f, from, i - from, class, grade, rule, source, err);
        else
            i++;
    }
    return st;
}

const char *pl_data_source(const struct pl_data *d, uint32_t unit, uint32_t from, uint32_t to,
                           struct pl_err *err)
{
    uint64_t first = pl_index_line_of(d->m->index, unit, from);
    uint64_t last = pl_index_line_of(d->m->index, unit, to > from ? to - 1 : from);
    const char *text = pl_arena_printf(d->m->arena, first == last ? "%.*s:%llu" : "%.*s:%llu-%llu",
                                       PL_ARG(pl_index_unit_file(d->m->index, unit)->path),
                                       (unsigned long long)first, (unsigned long long)last);
    if (text == NULL)
        (void)pl_arena_fail(d->m->arena, err); /* the caller gives up */
    return text;
}

static void fill_states(struct pl_data *d)
{
    for (size_t i = 0; i < d->view->n_ranges; i++) {
        const struct pl_image_range *r = &d->view->ranges[i];
        if (r->owner == PL_IMAGE_DATA && r->has_strings && r->offset <= d->f->size &&
            r->length <= d->f->size - r->offset)
            memset(d->state + r->offset, PL_DATA_OPEN, (size_t)r->length);
    }
    for (size_t i = 0; i < d->f->ledger.settled.n; i++) {
        const struct pl_claim *c = &d->f->ledger.settled.v[i];
        bool is_explained = c->class != PL_CLASS_UNACCOUNTED && c->class != PL_CLASS_OPAQUE;
        for (uint64_t k = c->offset; k < c->offset + c->length; k++)
            if (d->state[k] == PL_DATA_OPEN)
                d->state[k] = is_explained ? PL_DATA_EXPLAINED : PL_DATA_ACCUSED;
    }
}

static void fill_trust(struct pl_data *d)
{
    for (size_t i = 0; i < d->code->n_functions; i++) {
        const struct pl_claim *c = pl_ledger_at(&d->f->ledger, d->code->functions[i].offset);
        d->trust[i] = c != NULL && c->class != PL_CLASS_UNACCOUNTED && c->class != PL_CLASS_OPAQUE;
#ifdef PL_DATA_TRUST
        d->trust[i] = 1;
#endif
    }
}

static pl_status add_object(struct pl_data *d, uint64_t offset, bool is_trusted, bool is_suspect,
                            struct pl_err *err)
{
    if (offset >= d->f->size || d->state[offset] == PL_DATA_OTHER)
        return PL_OK;
    struct pl_data_object *o = PL_VEC_ADD(&d->objects);
    if (o == NULL)
        return pl_fail_nomem(err);
    *o = (struct pl_data_object){.offset = offset, .is_trusted = is_trusted, .is_suspect = is_suspect};
    return PL_OK;
}

bool pl_data_atom_offset(const struct pl_data *d, const struct pl_atom *a, uint64_t *offset)
{
    switch (a->kind) {
    case PL_ATOM_STRING:
    case PL_ATOM_DATA: return pl_data_offset(d, a->value, offset);
    case PL_ATOM_FLOAT:
    case PL_ATOM_SWITCH:
        if (a->text.n == 0 || a->text.p < d->f->data.p || a->text.p >= d->f->data.p + d->f->data.n)
            return false;
        *offset = (uint64_t)(a->text.p - d->f->data.p);
        return true;
    default: return false;
    }
}

static int by_offset(const void *a, const void *b)
{
    const struct pl_data_object *x = a;
    const struct pl_data_object *y = b;
    return x->offset < y->offset ? -1 : x->offset > y->offset;
}

static void settle_objects(struct pl_data *d)
{
    size_t n = 0;
    if (d->objects.n > 1)
        qsort(d->objects.v, d->objects.n, sizeof *d->objects.v, by_offset);
    for (size_t i = 0; i < d->objects.n; i++) {
        struct pl_data_object *last = n > 0 ? &d->objects.v[n - 1] : NULL;
        if (last != NULL && last->offset == d->objects.v[i].offset) {
            last->is_trusted |= d->objects.v[i].is_trusted;
            last->is_suspect |= d->objects.v[i].is_suspect;
        } else {
            d->objects.v[n++] = d->objects.v[i];
        }
    }
    d->objects.n = n;
    for (size_t i = 0; i < n; i++) {
        uint64_t end = i + 1 < n ? d->objects.v[i + 1].offset : d->f->size;
        uint64_t at = d->objects.v[i].offset;
        while (at < end && d->state[at] != PL_DATA_OTHER)
            at++;
        d->objects.v[i].length = at - d->objects.v[i].offset;
    }
}

static pl_status find_objects(struct pl_data *d, struct pl_err *err)
{
    uint64_t offset;
    pl_status st = PL_OK;
    for (size_t i = 0; i < d->code->n_functions && st == PL_OK; i++) {
        const struct pl_function *fn = &d->code->functions[i];
        bool is_trusted = d->trust[fn->owner] != 0;
        for (uint32_t k = 0; k < fn->n_atoms && st == PL_OK; k++)
            if (pl_data_atom_offset(d, &d->code->atoms[fn->first_atom + k], &offset))
                st = add_object(d, offset, is_trusted, !is_trusted, err);
    }
    for (size_t i = 0; i < d->code->n_slots && st == PL_OK; i++)
        if (d->code->slots[i].target != 0 && pl_data_offset(d, d->code->slots[i].target, &offset))
            st = add_object(d, offset, false, false, err);
    if (st == PL_OK)
        settle_objects(d);
    return st;
}

struct pl_data_object *pl_data_object_at(struct pl_data *d, uint64_t offset)
{
    size_t low = 0;
    size_t high = d->objects.n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        struct pl_data_object *o = &d->objects.v[middle];
        if (o->offset > offset)
            high = middle;
        else if (offset - o->offset < o->length)
            return o;
        else
            low = middle + 1;
    }
    return NULL;
}

pl_status pl_data_init(struct pl_data *d, struct pl_err *err)
{
    d->state = calloc((size_t)d->f->size + 1, 1);
    d->trust = calloc(d->code->n_functions + 1, 1);
    if (d->state == NULL || d->trust == NULL)
        return pl_fail_nomem(err);
    d->marks = pl_match_marks(d->m, d->f, err);
    if (d->marks == NULL)
        return PL_E_NOMEM;
    fill_states(d);
    fill_trust(d);
    pl_status st = index_slots(d, err);
    return st == PL_OK ? find_objects(d, err) : st;
}

void pl_data_reset(struct pl_data *d)
{
    free(d->state);
    free(d->trust);
    free(d->slots.bits);
    free(d->slots.ranks);
    free(d->slots.order);
    free(d->slots.texts);
    PL_VEC_FREE(&d->objects);
}
