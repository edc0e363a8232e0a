/*
 * tables_layout.c - numbers with designators, in the order that they have in memory.
 *
 *     { [' '] = SPACE, ['0'] = DIGIT, DIGIT }       one number a place, from 0 to the highest one; 0 where none is named
 *     { { .magic = 1, .load = 2 },                  rows of one length: the fields in the order in which rows name them, one that
 *       { .magic = 3, .shift = 4, .load = 5 } }     only a later row has behind the one before it; 0 where a row does not name it
 *
 * Source: C17 6.7.9, paragraphs 17 to 21.
 * Left as they stand: lists of anything but numbers, with an #if in them, or with fields whose order the rows do not agree about. An order that
 * is another one than the declaration's is not found in memory, and explains nothing.
 */
#include "corpus/tables_read.h"

#include <string.h>

#define MAX_PLACES 65536u
#define MAX_FIELDS 96u

/* Is the list made of numbers and of designators of one kind, all of it known? */
static bool is_plain(const struct pl_table *t, const struct pl_table_item *items, uint8_t designator)
{
    bool has_designator = false;
    for (uint32_t i = 0; i < t->n; i++) {
        bool is_one = items[i].kind == designator;
        bool has_value = !is_one || (i + 1 < t->n && items[i + 1].kind == PL_ITEM_NUMBER);
        if ((items[i].kind != PL_ITEM_NUMBER && !is_one) || !has_value || (items[i].flags & PL_ITEM_ARM))
            return false;
        has_designator = has_designator || is_one;
    }
    return has_designator;
}

/* Room for `n` zeros behind all items; SIZE_MAX when out of memory. */
static size_t add_zeros(const struct pl_table *t, struct table_output *out, size_t n)
{
    size_t first = out->items.n;
    for (size_t i = 0; i < n; i++) {
        struct pl_table_item *item = PL_VEC_ADD(&out->items);
        if (item == NULL)
            return SIZE_MAX;
        *item = (struct pl_table_item){.at = t->at, .kind = PL_ITEM_NUMBER};
    }
    return first;
}

/* The `n` items from `first` on, which are the last ones, instead of the table's. */
static void replace(struct pl_table *t, struct table_output *out, size_t first, size_t n)
{
    memmove(out->items.v + t->first, out->items.v + first, n * sizeof *out->items.v);
    out->items.n = t->first + n;
    t->n = (uint32_t)n;
    t->has_designators = false;
}

static bool lay_out_places(struct pl_table *t, struct table_output *out)
{
    uint64_t place = 0;
    uint64_t n = 0;
    for (uint32_t i = 0; i < t->n; i++) {
        const struct pl_table_item *item = &out->items.v[t->first + i];
        bool is_index = item->kind == PL_ITEM_INDEX;
        place = is_index ? item->value : place + 1;
        n = !is_index && place > n ? place : n;
        if (place > MAX_PLACES)
            return true;
    }
    size_t first = add_zeros(t, out, (size_t)n);
    if (first == SIZE_MAX)
        return false;
    place = 0;
    for (uint32_t i = 0; i < t->n; i++) {
        const struct pl_table_item *item = &out->items.v[t->first + i];
        if (item->kind == PL_ITEM_INDEX)
            place = item->value;
        else
            out->items.v[first + place++] = *item;
    }
    replace(t, out, first, (size_t)n);
    return true;
}

struct fields {
    uint64_t names[MAX_FIELDS];
    size_t n;
};

static size_t field_at(const struct fields *f, uint64_t name)
{
    size_t i = 0;
    while (i < f->n && f->names[i] != name)
        i++;
    return i;
}

/* Take in the fields of one row; false when it does not agree with the rows before it. */
static bool merge_row(struct fields *f, const struct pl_table_item *items, uint32_t n)
{
    size_t next = 0; /* where a new one would stand */
    for (uint32_t i = 0; i < n; i += 2) {
        size_t at = field_at(f, items[i].value);
        if (items[i].kind != PL_ITEM_FIELD || i + 1 >= n || items[i + 1].kind != PL_ITEM_NUMBER || at < next)
            return false;
        if (at == f->n) {
            if (f->n == MAX_FIELDS)
                return false;
            memmove(f->names + next + 1, f->names + next, (f->n - next) * sizeof *f->names);
            f->names[next] = items[i].value;
            f->n++;
            at = next;
        }
        next = at + 1;
    }
    return true;
}

static bool lay_out_rows(struct pl_table *t, struct table_output *out)
{
    struct fields f = {.n = 0};
    uint32_t *rows = out->rows.v + t->first_row;
    for (uint32_t r = 0; r < t->n_rows; r++)
        if (!merge_row(&f, out->items.v + t->first + rows[r], rows[r + 1] - rows[r]))
            return true;
    if (rows[0] != 0 || f.n == 0 || (uint64_t)f.n * t->n_rows > MAX_PLACES)
        return true;
    size_t n = f.n * t->n_rows;
    size_t first = add_zeros(t, out, n);
    if (first == SIZE_MAX)
        return false;
    for (uint32_t r = 0; r < t->n_rows; r++)
        for (uint32_t i = rows[r]; i + 1 < rows[r + 1]; i += 2) {
            const struct pl_table_item *name = &out->items.v[t->first + i];
            out->items.v[first + r * f.n + field_at(&f, name->value)] = name[1];
        }
    for (uint32_t r = 0; r <= t->n_rows; r++)
        rows[r] = (uint32_t)(r * f.n);
    replace(t, out, first, n);
    return true;
}

bool pl_table_lay_out(struct pl_table *t, struct table_output *out)
{
    if (!t->has_designators)
        return true;
    if (t->n_rows == 0)
        return !is_plain(t, out->items.v + t->first, PL_ITEM_INDEX) || lay_out_places(t, out);
    return !is_plain(t, out->items.v + t->first, PL_ITEM_FIELD) || lay_out_rows(t, out);
}
