/*
 * code_data_rows.c - tables of structs: rows of numbers, strings and pointers, as the source lists them.
 *
 *     { "all", no_argument, NULL, 'a' },       | ptr | int |pad| ptr | int |pad|
 *     { "file", required_argument, NULL, 'f' },
 *
 * A pointer to a string, or eight numbers of one column at even distance, proposes a list and the distance of its rows. Where each column stands is then
 * found out by trying: the first place behind the column before it where the items of all rows stand. Rows that an #if left out of the build are skipped.
 * What no column covers must be zero; if not, it stays open.
 *
 * Source: C17 6.7.9; layout is not computed but found, so that no ABI has to be known.
 */
#include "match/code_data.h"

#include <string.h>

#define RULE_ROWS         "data.rows"
#define MAX_ROWS          65536u
#define MAX_COLUMNS       96u
#define MAX_STRIDE        1024u
#define MAX_SKIPPED       16u /* rows that the build left out, in one place */
#define MAX_PADDING       16u
#define MAX_BEFORE        256u           /* bytes of a row before the string by which it was found */
#define MAX_SHRINKING     4u             /* times that fewer rows are tried */
#define MAX_WORK          (100ull << 20) /* items of one file that are compared; what is left then stays open */
#define MAX_COLUMN_STRIDE PL_DATA_MAX_STRIDE
#define LARGE_ROWS        256u
#define LARGE_SOLID       4u         /* times as many items must say something as nobody knows */
#define MAX_TABLE_PADDING 32u        /* bytes behind a table, up to the next object */
#define MAX_TRIED         (2u << 20) /* places of one file at which rows of numbers are looked for */

#define KIND_LOOKED_UP 0x80u
_Static_assert(PL_ITEM_INDEX < 7, "a kind of item is a bit of a byte");

struct column {
    uint32_t from; /* bytes in the row */
    uint32_t width;
    bool is_wild;
    bool is_word; /* a pointer */
};

struct layout {
    struct pl_table_list list;
    uint32_t stride;
    uint32_t n_columns;
    bool is_counted; /* n_columns belongs to these rows, wherever they begin */
    struct column columns[MAX_COLUMNS];
    uint8_t kinds[MAX_COLUMNS]; /* items of the rows in each column, 1 << kind; 0: not looked up yet */
    uint64_t base;              /* of the first row, bytes in the file */
    uint32_t n_rows;            /* in memory */
    uint32_t *rows;             /* rows of the source, one a row in memory; scratch */
    uint32_t n_solid;           /* items that were compared and say something */
    uint32_t n_wild;
};

/* Lists without rows have one item a row. */
static uint32_t row_count(const struct pl_table *t)
{
    return t->n_rows > 0 ? t->n_rows : t->n;
}

static void row_items(const struct pl_table_list *list, uint32_t row, uint32_t *from, uint32_t *end)
{
    bool has_rows = list->head->n_rows > 0;
    *from = has_rows ? list->rows[row] : row;
    *end = has_rows ? list->rows[row + 1] : row + 1;
}

/* The c-th item of a row, fields' names and indices left out; NULL when the row is shorter. */
static const struct pl_table_item *item_at(const struct pl_table_list *list, uint32_t row, uint32_t c)
{
    uint32_t from;
    uint32_t end;
    const struct pl_table_item *items = list->items;
    row_items(list, row, &from, &end);
    if (!list->head->has_designators)
        return c < end - from ? &items[from + c] : NULL;
    for (uint32_t i = from; i < end; i++)
        if (items[i].kind != PL_ITEM_FIELD && items[i].kind != PL_ITEM_INDEX && c-- == 0)
            return &items[i];
    return NULL;
}

static bool is_zero(const struct pl_data *d, uint64_t offset, uint64_t n)
{
    return offset + n <= d->f->size && pl_bytes_all(pl_bytes_sub(d->f->data, (size_t)offset, (size_t)n), 0);
}

/* Does the item stand at `offset` in `width` bytes? A width of 0: text in the row itself. */
static bool stands(const struct pl_data *d, const struct pl_table_item *item, uint64_t offset, uint32_t width)
{
    bool is_word = width == d->code->word_bytes;
    const struct pl_code_slot *slot = is_word ? pl_data_slot(d, offset) : NULL;
    if (item == NULL)
        return is_zero(d, offset, width);
    if (width == 0) {
        pl_bytes rest = pl_bytes_sub(d->f->data, (size_t)offset, MAX_STRIDE);
        size_t n = pl_bytes_find_byte(rest, 0, 0);
        return item->kind == PL_ITEM_STRING && n != SIZE_MAX &&
               pl_table_text_hash(pl_bytes_sub(rest, 0, n)) == item->value;
    }
    if (item->kind == PL_ITEM_STRING)
        return is_word && pl_data_text_at(d, offset) == item->value;
    if (slot != NULL)
        return item->kind == PL_ITEM_NAME || item->kind == PL_ITEM_UNKNOWN;
    if (item->kind == PL_ITEM_NAME || item->kind == PL_ITEM_UNKNOWN) {
        bool known = false;
        if (item->kind == PL_ITEM_NAME)
            (void)pl_tables_may_be(d->m->tables, item->value, 0, d->view->is_windows, &known);
        if (!known)
            return is_zero(d, offset, width) || width == 4 || (width == 2 && d->has_narrow_unknowns);
    }
    bool is_float = item->kind == PL_ITEM_FLOAT;
    return pl_data_item_fits(d, item, is_float, offset, width);
}

static uint64_t row_base(const struct layout *l, uint32_t row)
{
    return l->base + (uint64_t)row * l->stride;
}

/* Do the items of a column stand at `from` in every row? */
static bool column_fits(struct pl_data *d, const struct layout *l, uint32_t c, uint32_t from, uint32_t width)
{
    for (uint32_t r = 0; r < l->n_rows; r++, d->work++)
        if (!stands(d, item_at(&l->list, l->rows[r], c), row_base(l, r) + from, width))
            return false;
    return true;
}

/* Some byte of [from, end) of some row is not zero. */
static bool has_more(const struct pl_data *d, const struct layout *l, uint32_t from, uint32_t end)
{
    for (uint32_t r = 0; r < l->n_rows; r++)
        if (!is_zero(d, row_base(l, r) + from, end - from))
            return true;
    return false;
}

static bool has_kind(const struct pl_data *d, struct layout *l, uint32_t c, unsigned kinds)
{
    if (l->kinds[c] == 0) {
        unsigned all = KIND_LOOKED_UP;
        for (uint32_t r = 0; r < l->n_rows; r++) {
            const struct pl_table_item *item = item_at(&l->list, l->rows[r], c);
            all |= item == NULL ? 0 : 1u << item->kind;
        }
        l->kinds[c] = (uint8_t)all;
    }
    return (l->kinds[c] & kinds) != 0;
}

/* The first place at or after `from`, before `limit`, where the column stands, and its width there. */
static bool place_column(struct pl_data *d, struct layout *l, uint32_t c, uint32_t from, uint32_t limit,
                         struct column *out)
{
    static const uint32_t widths[] = {1, 2, 4, 8};
    bool is_pointer = has_kind(d, l, c, 1u << PL_ITEM_STRING | 1u << PL_ITEM_NAME | 1u << PL_ITEM_UNKNOWN);
    uint64_t address;
    if (!pl_data_address(d, l->base, &address))
        return false;
    for (uint32_t at = from; at < limit && at < l->stride; at++) {
        uint32_t word = d->code->word_bytes;
        if (is_pointer && (address + at) % word == 0 && at + word <= l->stride &&
            column_fits(d, l, c, at, word)) {
            *out = (struct column){at, word, false, true};
            return true;
        }
        if (has_kind(d, l, c, 1u << PL_ITEM_STRING)) {
            if (column_fits(d, l, c, at, 0)) {
                uint32_t end = at;
                while (end < l->stride && has_more(d, l, end, end + 1))
                    end++;
                *out = (struct column){at, end - at, false, false};
                return true;
            }
            continue;
        }
        for (unsigned k = !is_pointer ? 0 : d->has_narrow_unknowns ? 1 : 2; k < 4; k++) {
            uint32_t w = widths[k];
            if ((address + at) % w != 0 || at + w > l->stride || !column_fits(d, l, c, at, w))
                continue;
            while (k < 3 && at + 2 * widths[k] <= l->stride && (address + at) % (2 * widths[k]) == 0 &&
                   has_more(d, l, at + widths[k], at + 2 * widths[k]) &&
                   column_fits(d, l, c, at, 2 * widths[k]))
                k++;
            *out = (struct column){at, widths[k], is_pointer, false};
            return true;
        }
    }
    return false;
}

static uint32_t count_columns(const struct pl_data *d, const struct layout *l)
{
    uint32_t n = 0;
    for (uint32_t r = 0; r < l->n_rows; r++)
        while (n < MAX_COLUMNS && item_at(&l->list, l->rows[r], n) != NULL)
            n++;
    return n;
}

/* Give every column its place, the rows beginning at l->base. */
static bool lay_out(struct pl_data *d, struct layout *l)
{
    uint32_t at = 0;
    uint32_t limit = 1; /* the first column begins the row; before others is padding, or the end of a text */
    if (!l->is_counted) {
        l->n_columns = count_columns(d, l);
        memset(l->kinds, 0, sizeof l->kinds);
        l->is_counted = true;
    }
    l->n_solid = l->n_wild = 0;
    for (uint32_t c = 0; c < l->n_columns; c++) {
        if (d->work > MAX_WORK || !place_column(d, l, c, at, limit, &l->columns[c]))
            return false;
        bool is_text = !l->columns[c].is_word && has_kind(d, l, c, 1u << PL_ITEM_STRING);
        limit = l->columns[c].from + l->columns[c].width + (is_text ? MAX_STRIDE : MAX_PADDING);
        at = l->columns[c].from + l->columns[c].width;
        for (uint32_t r = 0; r < l->n_rows; r++) {
            const struct pl_table_item *item = item_at(&l->list, l->rows[r], c);
            if (item == NULL)
                continue;
            bool is_wild = item->kind == PL_ITEM_UNKNOWN || item->kind == PL_ITEM_NAME;
            l->n_wild += is_wild;
            l->n_solid += !is_wild && (item->kind == PL_ITEM_STRING || item->value != 0);
        }
    }
    return l->n_columns > 0;
}

/* The source row behind `row` whose c-th item is what the pointer at `offset` leads to; UINT32_MAX when none is near. */
static uint32_t next_row(const struct pl_data *d, const struct pl_table_list *list, uint32_t row, uint32_t c,
                         uint64_t offset)
{
    uint32_t n = row_count(list->head);
    uint64_t text = pl_data_text_at(d, offset);
    for (uint32_t r = row + 1; r < n && r <= row + 1 + MAX_SKIPPED; r++) {
        const struct pl_table_item *item = item_at(list, r, c);
        if (item != NULL && item->kind == PL_ITEM_STRING && text != 0 && item->value == text)
            return r;
        bool is_other = item == NULL || item->kind != PL_ITEM_STRING;
        if (r == row + 1 && text == 0 && is_other &&
            (is_zero(d, offset, d->code->word_bytes) || pl_data_slot(d, offset) != NULL))
            return r;
    }
    return UINT32_MAX;
}

/* How many rows follow each other at this distance from the string in column c of `row` at `offset` on. */
static uint32_t count_rows(const struct pl_data *d, const struct pl_table_list *list, uint32_t row,
                           uint32_t c, uint64_t offset, uint32_t stride, uint32_t *rows, uint32_t max)
{
    uint32_t n = 0;
    while (row != UINT32_MAX && n < max) {
        if (rows != NULL)
            rows[n] = row;
        n++;
        offset += stride;
        if (!pl_data_is_data(d, offset, d->code->word_bytes))
            break;
        row = next_row(d, list, row, c, offset);
    }
    return n;
}

/* The distance to the next string of the same column. 0 when there is none. */
static uint32_t find_stride(const struct pl_data *d, const struct pl_table_list *list, uint32_t row,
                            uint32_t c, uint64_t offset)
{
    uint32_t best = 0;
    uint32_t most = 1;
    uint32_t word = d->code->word_bytes;
    for (uint32_t s = word; s <= MAX_STRIDE; s += word) {
        if (!pl_data_is_data(d, offset + s, word))
            break;
        if (pl_data_text_at(d, offset + s) == 0)
            continue;
        uint32_t n = count_rows(d, list, row, c, offset, s, NULL, 8);
        if (n > most) {
            most = n;
            best = s;
        }
    }
    return best;
}

static pl_status claim_rows(struct pl_data *d, const struct layout *l, struct pl_err *err)
{
    uint32_t from;
    uint32_t end;
    uint32_t last_end;
    const struct pl_table *t = l->list.head;
    const struct pl_table_item *items = l->list.items;
    row_items(&l->list, l->rows[0], &from, &end);
    row_items(&l->list, l->rows[l->n_rows - 1], &end, &last_end);
    const char *source =
        pl_data_source(d, t->unit, items[from].at, items[last_end > from ? last_end - 1 : from].at + 1, err);
    if (source == NULL)
        return PL_E_NOMEM;
    bool is_strong = l->n_rows > 1 && l->n_wild * 2 <= l->n_solid + l->n_wild;
    pl_status st = PL_OK;
    for (uint32_t r = 0; r < l->n_rows && st == PL_OK; r++) {
        uint32_t done = 0;
        for (uint32_t c = 0; c <= l->n_columns && st == PL_OK; c++) {
            uint32_t begin = c < l->n_columns ? l->columns[c].from : l->stride;
            uint32_t width = c < l->n_columns ? l->columns[c].width : 0;
            if (c == l->n_columns && l->n_rows == 1)
                begin = done; /* where a single one ends is not known */
            if (begin > done && is_zero(d, row_base(l, r) + done, begin - done))
                width += begin - done, begin = done;
            st = pl_data_claim(d, row_base(l, r) + begin, width, PL_CLASS_DERIVED,
                               is_strong ? PL_GRADE_B : PL_GRADE_C, RULE_ROWS, source, err);
            done = begin + width;
        }
    }
    return st;
}

/* Where the data around `offset` ends, at most `most` bytes behind it. */
static uint64_t data_end(const struct pl_data *d, uint64_t offset, uint64_t most)
{
    uint64_t end = offset;
    while (end < d->f->size && end - offset < most && (d->state[end] & PL_DATA_GOOD) != 0)
        end++;
    return end;
}

/* Try the places where the first row may begin, the nearest first. */
static pl_status settle_rows(struct pl_data *d, struct layout *l, uint32_t c, uint64_t offset, bool *found,
                             struct pl_err *err)
{
    uint32_t furthest = c == 0 ? 0 : l->stride < MAX_BEFORE ? l->stride : MAX_BEFORE;
    uint64_t rows = (uint64_t)l->stride * (l->n_rows - 1) + 1; /* up to the first byte of the last one */
    uint64_t end = data_end(d, offset, rows);
    *found = false;
    for (uint32_t before = 0; before <= furthest && before <= offset; before++) {
        l->base = offset - before;
        if (before > 0 && !pl_data_is_data(d, l->base, 1))
            break;
        if (end < l->base + rows)
            continue;
        if (lay_out(d, l) && l->n_solid >= 2 && (l->n_wild == 0 || !d->is_strict_rows)) {
            *found = true;
            return claim_rows(d, l, err);
        }
    }
    return PL_OK;
}

/* Rows of a list from the string at `offset` on, which is item `item` of `table`. */
static pl_status try_list(struct pl_data *d, uint32_t table, uint32_t item, uint64_t offset, bool *found,
                          struct pl_err *err)
{
    struct layout l = {.list = pl_tables_list(d->m->tables, table)};
    const struct pl_table *t = l.list.head;
    const struct pl_table_item *items = l.list.items;
    uint32_t row = item;
    uint32_t c = 0;
    *found = false;
    if (t->n_rows > 0) {
        const uint32_t *rows = l.list.rows;
        uint32_t high = t->n_rows;
        for (row = 0; row + 1 < high;) { /* the last one that begins at or before the item */
            uint32_t middle = row + (high - row) / 2;
            if (rows[middle] <= item)
                row = middle;
            else
                high = middle;
        }
        for (uint32_t i = rows[row]; i < item; i++)
            c += items[i].kind != PL_ITEM_FIELD && items[i].kind != PL_ITEM_INDEX;
    }
    l.stride = find_stride(d, &l.list, row, c, offset);
    l.rows =
        pl_arena_take_n(d->m->scratch, MAX_ROWS < row_count(t) ? MAX_ROWS : row_count(t), sizeof *l.rows);
    if (l.rows == NULL)
        return pl_arena_fail(d->m->scratch, err);
    l.n_rows = 1;
    l.rows[0] = row;
    if (l.stride != 0)
        l.n_rows = count_rows(d, &l.list, row, c, offset, l.stride, l.rows, MAX_ROWS);
    else if (t->n_rows == 0)
        return PL_OK;
    else
        l.stride = MAX_STRIDE;
    for (unsigned i = 0; i < MAX_SHRINKING && l.n_rows > 0; i++, l.n_rows /= 2) {
        l.is_counted = false;
        pl_status st = settle_rows(d, &l, c, offset, found, err);
        if (st != PL_OK || *found)
            return st;
    }
    return PL_OK;
}

/* ---- rows of numbers alone ---- */

/* Does the lowest byte of the column stand at `offset`? Wider ones are found out later. */
static bool low_fits(const struct pl_data *d, const struct pl_table_list *list, uint32_t row, uint32_t c,
                     uint64_t offset)
{
    const struct pl_table_item *item = item_at(list, row, c);
    if (!pl_data_is_data(d, offset, 1))
        return false;
    if (item == NULL)
        return d->f->data.p[offset] == 0;
    return item->kind != PL_ITEM_NUMBER || (uint8_t)item->value == d->f->data.p[offset];
}

/* Rows around row `row`, whose column c is at `offset`, `stride` apart: as many as there are. */
static pl_status try_columns(struct pl_data *d, const struct pl_table_place *place, uint64_t offset,
                             uint32_t stride, bool *found, struct pl_err *err)
{
    struct layout l = {.list = pl_tables_list(d->m->tables, place->table), .stride = stride};
    uint32_t n = row_count(l.list.head);
    uint32_t first = place->item;
    uint32_t end = first;
    *found = false;
    while (end < n && low_fits(d, &l.list, end, place->column, offset + (uint64_t)(end - first) * stride))
        end++;
    while (first > 0 && offset >= stride && low_fits(d, &l.list, first - 1, place->column, offset - stride)) {
        first--;
        offset -= stride;
    }
    l.n_rows = end - first < MAX_ROWS ? end - first : MAX_ROWS;
    if (l.n_rows < PL_TABLE_WINDOW)
        return PL_OK;
    l.rows = pl_arena_take_n(d->m->scratch, l.n_rows, sizeof *l.rows);
    if (l.rows == NULL)
        return pl_arena_fail(d->m->scratch, err);
    for (uint32_t i = 0; i < l.n_rows; i++)
        l.rows[i] = first + i;
    return settle_rows(d, &l, place->column, offset, found, err);
}

static pl_status try_strides(struct pl_data *d, uint64_t offset, uint64_t end, bool *found,
                             struct pl_err *err)
{
    pl_status st = PL_OK;
    *found = false;
    if (!pl_data_may_be_rows(d, offset))
        return PL_OK;
    for (uint32_t stride = 2; stride <= MAX_COLUMN_STRIDE && !*found && st == PL_OK;
         stride = pl_data_next_stride(stride)) {
        uint8_t low[PL_TABLE_WINDOW];
        size_t n;
        if ((uint64_t)stride * (PL_TABLE_WINDOW - 1) + 1 > end - offset)
            break;
        for (uint64_t i = 0; i < PL_TABLE_WINDOW; i++)
            low[i] = d->f->data.p[offset + i * stride];
        const struct pl_table_place *places =
            pl_tables_find(d->m->tables, pl_tables_key(d->m->tables, low), &n);
        for (size_t i = 0; i < n && !*found && st == PL_OK; i++)
            if (places[i].column != PL_TABLE_FLAT)
                st = try_columns(d, &places[i], offset, stride, found, err);
    }
    return st;
}

static pl_status find_columns(struct pl_data *d, struct pl_err *err)
{
    pl_status st = PL_OK;
    uint64_t tried = 0;
    for (uint64_t at = 0; at < d->f->size && st == PL_OK;) {
        uint64_t from = at;
        bool found;
        while (at < d->f->size && d->state[at] != PL_DATA_OTHER)
            at++;
        for (uint64_t i = from; i < at && st == PL_OK && tried < MAX_TRIED; i++) {
            if (d->state[i] != PL_DATA_OPEN)
                continue;
            tried++;
            st = try_strides(d, i, at, &found, err);
        }
        at += at == from;
    }
    return st;
}

/* ---- a few rows, found by the number that they begin with ---- */

/* The distance to the number that the second row begins with; 0 when there is none. */
static uint32_t second_row(const struct pl_data *d, const struct pl_table_list *list, uint64_t offset,
                           unsigned width)
{
    const struct pl_table_item *second = item_at(list, 1, 0);
    for (uint32_t s = width; second != NULL && s <= MAX_STRIDE; s += width)
        if (!pl_data_is_data(d, offset + s, width))
            return 0;
        else if (pl_data_item_fits(d, second, false, offset + s, width))
            return s;
    return 0;
}

/* All rows of the lists that begin with the number at `offset`. */
static pl_status try_first(struct pl_data *d, uint64_t offset, unsigned width, bool *found,
                           struct pl_err *err)
{
    size_t n;
    pl_status st = PL_OK;
    uint64_t key = pl_table_first_key(pl_data_number(d, offset, width));
    const struct pl_table_place *places = key == 0 ? NULL : pl_tables_find_start(d->m->tables, key, &n);
    for (size_t i = 0; places != NULL && i < n && !*found && st == PL_OK; i++) {
        struct layout l = {.list = pl_tables_list(d->m->tables, places[i].table)};
        l.n_rows = l.list.head->n_rows;
        l.stride = l.n_rows >= 2 && l.n_rows < MAX_ROWS ? second_row(d, &l.list, offset, width) : 0;
        if (l.stride == 0 || d->work > MAX_WORK)
            continue;
        l.rows = pl_arena_take_n(d->m->scratch, l.n_rows, sizeof *l.rows);
        if (l.rows == NULL)
            return pl_arena_fail(d->m->scratch, err);
        for (uint32_t r = 0; r < l.n_rows; r++)
            l.rows[r] = r;
        st = settle_rows(d, &l, 0, offset, found, err);
    }
    return st;
}

pl_status pl_data_find_first_rows(struct pl_data *d, struct pl_err *err)
{
    pl_status st = PL_OK;
    d->is_strict_rows = true;
    for (uint64_t at = 0; at + 4 <= d->f->size && st == PL_OK; at += 4) {
        bool found = false;
        if (d->state[at] == PL_DATA_OPEN && at % 8 == 0 && pl_data_is_data(d, at, 8))
            st = try_first(d, at, 8, &found, err);
        if (st == PL_OK && !found && d->state[at] == PL_DATA_OPEN && pl_data_is_data(d, at, 4))
            st = try_first(d, at, 4, &found, err);
    }
    d->is_strict_rows = false;
    return st;
}

/* ---- many rows that say little, found by how long they are together ---- */

static pl_status try_large(struct pl_data *d, uint32_t table, const struct pl_data_object *o, bool *found,
                           struct pl_err *err)
{
    struct layout l = {.list = pl_tables_list(d->m->tables, table)};
    l.n_rows = l.list.head->n_rows;
    uint64_t stride = l.n_rows < LARGE_ROWS || l.n_rows >= MAX_ROWS ? 0 : o->length / l.n_rows;
    if (stride < 2 || stride > MAX_COLUMN_STRIDE || o->length - stride * l.n_rows >= MAX_TABLE_PADDING)
        return PL_OK;
    l.stride = (uint32_t)stride;
    l.base = o->offset;
    l.rows = pl_arena_take_n(d->m->scratch, l.n_rows, sizeof *l.rows);
    if (l.rows == NULL)
        return pl_arena_fail(d->m->scratch, err);
    for (uint32_t r = 0; r < l.n_rows; r++)
        l.rows[r] = r;
    *found = pl_data_is_data(d, o->offset, stride * l.n_rows) && lay_out(d, &l) &&
             l.n_solid > LARGE_SOLID * (uint64_t)l.n_wild;
    return *found ? claim_rows(d, &l, err) : PL_OK;
}

pl_status pl_data_find_large_rows(struct pl_data *d, struct pl_err *err)
{
    pl_status st = PL_OK;
    d->has_narrow_unknowns = true;
    for (size_t i = 0; i < d->objects.n && st == PL_OK; i++) {
        const struct pl_data_object *o = &d->objects.v[i];
        bool found = o->length < 2 * LARGE_ROWS || d->state[o->offset] != PL_DATA_OPEN;
        for (uint32_t t = 0; t < pl_tables_count(d->m->tables) && !found && st == PL_OK; t++)
            st = try_large(d, t, o, &found, err);
    }
    d->has_narrow_unknowns = false;
    return st;
}

pl_status pl_data_find_solid_rows(struct pl_data *d, struct pl_err *err)
{
    d->is_strict_rows = true;
    pl_status st = find_columns(d, err);
    d->is_strict_rows = false;
    return st;
}

pl_status pl_data_find_rows(struct pl_data *d, struct pl_err *err)
{
    pl_status st = PL_OK;
    for (size_t i = 0; i < d->code->n_slots && st == PL_OK; i++) {
        uint64_t offset;
        size_t n;
        if (!pl_data_offset(d, d->code->slots[i].address, &offset) || d->state[offset] != PL_DATA_OPEN)
            continue;
        uint64_t text = pl_data_text_at(d, offset);
        const struct pl_table_place *places = pl_tables_find_text(d->m->tables, text, &n);
        bool found = false;
        for (size_t k = 0; k < n && !found && st == PL_OK; k++)
            st = try_list(d, places[k].table, places[k].item, offset, &found, err);
    }
    return st == PL_OK ? find_columns(d, err) : st;
}
