/*
 * code_data_whole.c - lists of the source that are found by where they begin, or by the text that they are.
 *
 * Steps, runs of one number and masks stand in many places, so that no eight numbers of such a list propose it (code_data_array.c). Where code
 * or a pointer refers to, an object begins: there a list is tried whatever its first numbers are, and it must stand in full. Short lists are
 * tried when they say enough (tables_build.c). A list of characters that ends in a zero is looked up as the text that it is, in full as well.
 *
 * Source: C17 6.7.9.
 */
#include "match/code_data.h"

#define RULE_ARRAY      "data.array"
#define MAX_COMPARED    (16ull << 20) /* items of one file; what is left then stays open */
#define MAX_SPELLED     64u
#define MAX_ZEROS       4096u /* at the beginning of a list */
#define MAX_ARMS        6u    /* parts of a list */
#define MAX_ARM_PADDING 32u   /* bytes behind it, up to the next object */
#define MIN_TEXTS       8u    /* that stand one behind the other */
#define MAX_OBJECT      (MAX_SPELLED + MAX_ARM_PADDING)

static pl_status claim_list(struct pl_data *d, uint32_t table, uint64_t offset, uint64_t length,
                            struct pl_err *err)
{
    const struct pl_table *t = pl_tables_at(d->m->tables, table);
    const char *source = pl_data_source(d, t->unit, t->at, t->end, err);
    if (source == NULL)
        return PL_E_NOMEM;
    return pl_data_claim(d, offset, length, PL_CLASS_DERIVED, PL_GRADE_B, RULE_ARRAY, source, err);
}

/* Do the items [from, end) of the list stand here? */
static bool stand(const struct pl_data *d, uint32_t table, uint32_t from, uint32_t end, uint64_t offset,
                  unsigned width, uint64_t *compared)
{
    const struct pl_table_item *items = pl_tables_items(d->m->tables, table);
    if (!pl_data_is_data(d, offset, (uint64_t)(end - from) * width))
        return false;
    for (uint32_t i = from; i < end; i++) {
        uint64_t at = offset + (uint64_t)(i - from) * width;
        ++*compared;
        if (items[i].kind != PL_ITEM_NUMBER ||
            (width == d->code->word_bytes && pl_data_slot(d, at) != NULL) ||
            !pl_data_item_fits(d, &items[i], false, at, width))
            return false;
    }
    return true;
}

/*
 * The bytes of the list at `offset`, 0 when it does not stand there: all of it, or without some of the parts that an #if may leave out, so that it
 * is as long as the object.
 */
static uint64_t list_bytes(struct pl_data *d, uint32_t table, uint64_t offset, unsigned width,
                           uint64_t *compared)
{
    const struct pl_table *t = pl_tables_at(d->m->tables, table);
    const struct pl_table_item *items = pl_tables_items(d->m->tables, table);
    const struct pl_data_object *o = pl_data_object_at(d, offset);
    uint64_t room = o == NULL ? 0 : o->offset + o->length - offset;
    uint32_t parts[MAX_ARMS + 1] = {0}; /* where they begin */
    unsigned n = 1;
    if (stand(d, table, 0, t->n, offset, width, compared))
        return (uint64_t)t->n * width;
    for (uint32_t i = 1; i < t->n; i++) {
        if ((items[i].flags & PL_ITEM_ARM) == 0)
            continue;
        if (n == MAX_ARMS)
            return 0;
        parts[n++] = i;
    }
    parts[n] = t->n;
    for (unsigned left_out = 2; left_out < 1u << n; left_out += 2) { /* the first part is always there */
        uint64_t end = offset;
        bool fits = true;
        for (unsigned i = 0; i < n && fits; i++) {
            if (left_out >> i & 1)
                continue;
            fits = stand(d, table, parts[i], parts[i + 1], end, width, compared);
            end += (uint64_t)(parts[i + 1] - parts[i]) * width;
        }
        if (fits && end - offset <= room && room - (end - offset) < MAX_ARM_PADDING)
            return end - offset;
    }
    return 0;
}

/* Lists whose first items that are no zeros are these `n`. */
static pl_status try_key(struct pl_data *d, uint64_t offset, unsigned width, uint32_t zeros, size_t n,
                         uint64_t *compared, bool *found, struct pl_err *err)
{
    uint8_t low[PL_TABLE_WINDOW];
    uint64_t first = offset + (uint64_t)zeros * width;
    uint64_t lowest = d->code->is_big_endian ? width - 1 : 0;
    size_t n_places;
    if (!pl_data_is_data(d, first, (uint64_t)n * width))
        return PL_OK;
    for (uint64_t i = 0; i < n; i++)
        low[i] = d->f->data.p[first + i * width + lowest];
    const struct pl_table_place *places =
        pl_tables_find_start(d->m->tables, pl_table_start_key(low, n), &n_places);
    for (size_t i = 0; i < n_places && *compared < MAX_COMPARED; i++) {
        uint64_t length =
            places[i].item == zeros ? list_bytes(d, places[i].table, offset, width, compared) : 0;
        *found = length > 0;
        if (*found)
            return claim_list(d, places[i].table, offset, length, err);
    }
    return PL_OK;
}

static pl_status try_start(struct pl_data *d, uint64_t offset, unsigned width, uint64_t *compared,
                           bool *found, struct pl_err *err)
{
    uint32_t zeros = 0;
    pl_status st = PL_OK;
    while (zeros < MAX_ZEROS && pl_data_is_data(d, offset + (uint64_t)zeros * width, width) &&
           pl_data_number(d, offset + (uint64_t)zeros * width, width) == 0)
        zeros++;
    for (size_t n = PL_TABLE_WINDOW; n > 0 && !*found && st == PL_OK; n--)
        st = try_key(d, offset, width, zeros, n, compared, found, err);
    return st;
}

static pl_status try_spelled(struct pl_data *d, uint64_t from, uint64_t end, bool *found, struct pl_err *err)
{
    pl_bytes text = pl_bytes_sub(d->f->data, (size_t)from, (size_t)(end - from));
    size_t n;
    bool is_text = text.n >= PL_TABLE_SPELLED && text.n <= MAX_SPELLED && end < d->f->size &&
                   d->state[end] == PL_DATA_OPEN && d->f->data.p[end] == 0;
    const struct pl_table_place *places = is_text ? pl_tables_find_spelled(d->m->tables, text, &n) : NULL;
    *found = places != NULL;
    return *found ? claim_list(d, places[0].table, from, end + 1 - from, err) : PL_OK;
}

/*
 * A short list that has no zero in it, where an object of just its size begins, or one with a few zeros behind it: the text that stands right behind would
 * seem to begin with it. { 8, 9, 10, 12 }, then "btnf".
 */
static pl_status try_endless(struct pl_data *d, const struct pl_data_object *o, bool *found,
                             struct pl_err *err)
{
    pl_bytes bytes = pl_bytes_sub(d->f->data, (size_t)o->offset,
                                  (size_t)(o->length < MAX_OBJECT ? o->length : MAX_OBJECT));
    size_t end = pl_bytes_find_byte(bytes, 0, 0);
    size_t n = end == SIZE_MAX ? bytes.n : end;
    size_t n_places;
    bool is_alone = bytes.n == o->length && n >= PL_TABLE_ENDLESS && n <= MAX_SPELLED &&
                    bytes.n - n < MAX_ARM_PADDING && pl_bytes_all(pl_bytes_from(bytes, n), 0) &&
                    pl_data_is_data(d, o->offset, n);
    const struct pl_table_place *places =
        is_alone ? pl_tables_find_endless(d->m->tables, pl_bytes_sub(bytes, 0, n), &n_places) : NULL;
    *found = places != NULL;
    return *found ? claim_list(d, places[0].table, o->offset, n, err) : PL_OK;
}

/* The end of the open bytes from `at` on that are no zeros; not further than `limit` bytes. */
static uint64_t text_end(const struct pl_data *d, uint64_t at, uint64_t limit)
{
    uint64_t end = limit < d->f->size - at ? at + limit : d->f->size;
    while (at < end && d->state[at] == PL_DATA_OPEN && d->f->data.p[at] != 0)
        at++;
    return at;
}

/* A struct holds one list behind the other, which nobody refers to: one begins where another one that was found ends. */
static pl_status find_next(struct pl_data *d, struct pl_err *err)
{
    uint64_t compared = 0;
    pl_status st = PL_OK;
    for (uint64_t at = 1; at < d->f->size && st == PL_OK; at++) {
        bool found = false;
        if (d->state[at] != PL_DATA_OPEN || d->state[at - 1] != PL_DATA_EXPLAINED)
            continue;
        for (unsigned width = 8; width >= 1 && !found && st == PL_OK; width /= 2)
            st = try_start(d, at, width, &compared, &found, err);
    }
    return st;
}

static pl_status find_starts(struct pl_data *d, struct pl_err *err)
{
    uint64_t compared = 0;
    pl_status st = PL_OK;
    for (size_t i = 0; i < d->objects.n && st == PL_OK; i++) {
        uint64_t offset = d->objects.v[i].offset;
        bool found = false;
        if (d->state[offset] == PL_DATA_OPEN)
            st = try_spelled(d, offset, text_end(d, offset, MAX_SPELLED + 1), &found, err);
        if (d->state[offset] == PL_DATA_OPEN && !found && st == PL_OK)
            st = try_endless(d, &d->objects.v[i], &found, err);
        for (unsigned width = 8; width >= 1 && !found && st == PL_OK; width /= 2)
            if (d->state[offset] == PL_DATA_OPEN)
                st = try_start(d, offset, width, &compared, &found, err);
    }
    return st;
}

static pl_status find_spelled(struct pl_data *d, struct pl_err *err)
{
    pl_status st = PL_OK;
    for (uint64_t at = 0; at < d->f->size && st == PL_OK; at++) {
        uint64_t from = at;
        bool found;
        at = text_end(d, at, d->f->size);
        if (at > from)
            st = try_spelled(d, from, at, &found, err);
    }
    return st;
}

/* ---- short texts of one list, one behind the other ---- */

/* The text that ends with the NUL before `at`: where it begins; `at` when there is none. */
static uint64_t text_before(const struct pl_data *d, uint64_t at)
{
    uint64_t from = at;
    if (at < 2 || d->f->data.p[at - 1] != 0)
        return at;
    for (from--; from > 0 && d->f->data.p[from - 1] != 0 && at - from <= MAX_SPELLED; from--) {
    }
    return pl_data_is_data(d, from, at - from) ? from : at;
}

static uint64_t text_hash(const struct pl_data *d, uint64_t at, uint64_t *next)
{
    uint64_t end = at;
    while (end < d->f->size && d->f->data.p[end] != 0 && end - at <= MAX_SPELLED)
        end++;
    *next = end + 1;
    if (end >= d->f->size || !pl_data_is_data(d, at, end + 1 - at))
        return 0;
    return pl_table_text_hash(pl_bytes_sub(d->f->data, (size_t)at, (size_t)(end - at)));
}

/* Do MIN_TEXTS texts of the list stand one behind the other here, item `item` at `at` among them? */
static bool is_in_row(const struct pl_data *d, uint32_t table, uint32_t item, uint64_t at)
{
    const struct pl_table *t = pl_tables_at(d->m->tables, table);
    const struct pl_table_item *items = pl_tables_items(d->m->tables, table);
    uint32_t n = 0;
    uint64_t next = at;
    for (uint32_t i = item; i < t->n && n < MIN_TEXTS; i++, n++)
        if (items[i].kind != PL_ITEM_STRING || text_hash(d, next, &next) != items[i].value)
            break;
    for (uint32_t i = item; i > 0 && n < MIN_TEXTS; i--, n++) {
        uint64_t behind;
        uint64_t before = text_before(d, at);
        if (before == at || items[i - 1].kind != PL_ITEM_STRING ||
            text_hash(d, before, &behind) != items[i - 1].value || behind != at)
            break;
        at = before;
    }
    return n >= MIN_TEXTS;
}

/* A struct of arrays of characters: "z", "yi", "mn"... too short to be known by themselves. */
pl_status pl_data_find_texts(struct pl_data *d, struct pl_err *err)
{
    pl_status st = PL_OK;
    for (uint64_t at = 1; at < d->f->size && st == PL_OK; at++) {
        uint64_t next;
        size_t n;
        if (d->state[at] != PL_DATA_OPEN || d->f->data.p[at] == 0 || d->f->data.p[at - 1] != 0)
            continue;
        const struct pl_table_place *places = pl_tables_find_text(d->m->tables, text_hash(d, at, &next), &n);
        for (size_t i = 0; places != NULL && i < n; i++) {
            if (!is_in_row(d, places[i].table, places[i].item, at))
                continue;
            st = claim_list(d, places[i].table, at, next - at, err);
            break;
        }
    }
    return st;
}

pl_status pl_data_find_whole(struct pl_data *d, struct pl_err *err)
{
    pl_status st = find_starts(d, err);
    if (st == PL_OK)
        st = find_next(d, err);
    return st == PL_OK ? find_spelled(d, err) : st;
}
