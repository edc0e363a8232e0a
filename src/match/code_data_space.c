/*
 * code_data_space.c - the data of an image: which bytes it is, what of it is explained, and who refers to it.
 *
 * An object is what lies between two places that somebody refers to. Compilers refer to the middle of objects too, so that one of
 * the source may be several here; never the other way round, but for data that nobody refers to, which goes with what stands before it.
 */
#include "match/code_data.h"

#include <stdlib.h>
#include <string.h>

#define EACH_BYTE 0x0101010101010101ull

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

bool pl_data_offset(const struct pl_data *d, uint64_t address, uint64_t *offset)
{
    size_t low = 0;
    size_t high = d->code->n_spans;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const struct pl_code_span *s = &d->code->spans[middle];
        if (address < s->address) {
            high = middle;
        } else if (address - s->address < s->memory_bytes) {
            *offset = s->offset + (address - s->address);
            return address - s->address < s->size;
        } else {
            low = middle + 1;
        }
    }
    return false;
}

const struct pl_code_slot *pl_data_slot(const struct pl_data *d, uint64_t offset)
{
    uint64_t address;
    size_t low = 0;
    size_t high = d->code->n_slots;
    if (!pl_data_address(d, offset, &address))
        return NULL;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (d->code->slots[middle].address < address)
            low = middle + 1;
        else
            high = middle;
    }
    return low < d->code->n_slots && d->code->slots[low].address == address ? &d->code->slots[low] : NULL;
}

uint64_t pl_data_number(const struct pl_data *d, uint64_t offset, unsigned width)
{
    uint64_t value = 0;
    pl_bytes b = pl_bytes_sub(d->f->data, (size_t)offset, width);
    for (size_t i = 0; i < b.n; i++)
        value = value << 8 | b.p[d->code->is_big_endian ? i : b.n - 1 - i];
    return value;
}

bool pl_data_is_data(const struct pl_data *d, uint64_t offset, uint64_t length)
{
    if (offset > d->f->size || length > d->f->size - offset)
        return false;
    uint64_t i = offset;
    uint64_t end = offset + length;
    for (uint64_t word; end - i >= sizeof word; i += sizeof word) {
        memcpy(&word, d->state + i, sizeof word);
        if ((word & PL_DATA_GOOD * EACH_BYTE) != PL_DATA_GOOD * EACH_BYTE)
            return false;
    }
    for (; i < end; i++)
        if ((d->state[i] & PL_DATA_GOOD) == 0)
            return false;
    return true;
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
    fill_states(d);
    fill_trust(d);
    return find_objects(d, err);
}

void pl_data_reset(struct pl_data *d)
{
    free(d->state);
    free(d->trust);
    PL_VEC_FREE(&d->objects);
}
