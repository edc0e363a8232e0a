/*
 * tables.c - answers of the set of tables.
 */
#include "corpus/tables_set.h"

#include <stdlib.h>
#include <string.h>

#define FIRST_DULL 0xfffffu /* a number up to that stands anywhere */

size_t pl_tables_count(const struct pl_tables *t)
{
    return t->tables.n;
}

const struct pl_table *pl_tables_at(const struct pl_tables *t, uint32_t table)
{
    return &t->tables.v[table];
}

const struct pl_table_item *pl_tables_items(const struct pl_tables *t, uint32_t table)
{
    return t->items.v + t->tables.v[table].first;
}

const uint32_t *pl_tables_rows(const struct pl_tables *t, uint32_t table)
{
    return t->rows.v == NULL ? NULL : t->rows.v + t->tables.v[table].first_row;
}

struct pl_table_list pl_tables_list(const struct pl_tables *t, uint32_t table)
{
    return (struct pl_table_list){pl_tables_at(t, table), pl_tables_items(t, table),
                                  pl_tables_rows(t, table)};
}

uint64_t pl_table_text_hash(pl_bytes text)
{
    uint64_t h = pl_bytes_hash(text, 0x7461626c65u);
    return h == 0 ? 1 : h;
}

/* Fewer than three values, or even steps, stand in too many places: such a window finds nothing. */
static bool is_dull(const uint8_t *low)
{
    unsigned n_changes = 0;
    bool is_even = true;
    uint64_t seen[4] = {0};
    unsigned n_values = 0;
    for (size_t i = 0; i < PL_TABLE_WINDOW; i++) {
        uint64_t bit = 1ull << (low[i] % 64);
        n_values += (seen[low[i] / 64] & bit) == 0;
        seen[low[i] / 64] |= bit;
        if (i > 0)
            n_changes += low[i] != low[i - 1];
        if (i > 1)
            is_even = is_even && (uint8_t)(low[i] - low[i - 1]) == (uint8_t)(low[1] - low[0]);
    }
    return n_values < 3 || n_changes < 3 || is_even;
}

static inline bool may_have(const struct pl_tables *t, uint64_t key)
{
    uint64_t bits = pl_table_filter_bits(key);
    return (t->place_filter[pl_table_filter_word(key, t->filter_mask)] & bits) == bits;
}

/* Two rounds of multiplication and shift. Source: the finalizer of SplitMix (Steele, Lea, Flood 2014), shortened. */
static inline uint64_t mixed(uint64_t all)
{
    uint64_t h = all * 0x9e3779b97f4a7c15u;
    h = (h ^ h >> 32) * 0xd6e8feb86659fd93u;
    h ^= h >> 32;
    return h == 0 ? 1 : h;
}

/* A window whose first number is lowest, as it stands in memory. */
static inline uint64_t in_order(uint64_t window)
{
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    window = __builtin_bswap64(window);
#endif
    return window;
}

static uint64_t window_of(const uint8_t low[PL_TABLE_WINDOW])
{
    uint64_t all;
    memcpy(&all, low, sizeof all);
    return all;
}

uint64_t pl_table_key(const uint8_t low[PL_TABLE_WINDOW])
{
    return is_dull(low) ? 0 : mixed(window_of(low));
}

uint64_t pl_tables_key(const struct pl_tables *t, const uint8_t low[PL_TABLE_WINDOW])
{
    uint64_t key = mixed(window_of(low));
    return may_have(t, key) && !is_dull(low) ? key : 0;
}

uint64_t pl_table_float_key(const uint64_t *bits, size_t n, unsigned width)
{
    uint64_t h = 0x666c6f6174u + width;
    bool is_dull = true;
    for (size_t i = 0; i < n; i++) {
        is_dull = is_dull && bits[i] == bits[0];
        h = (h ^ bits[i]) * 0x9e3779b97f4a7c15u;
        h ^= h >> 29;
    }
    return is_dull ? 0 : h == 0 ? 1 : h;
}

static const struct pl_table_place *find(const table_places *places, const struct pl_directory *directory,
                                         uint64_t key, size_t *n)
{
    size_t low;
    size_t high;
    *n = 0;
    if (key == 0)
        return NULL;
    pl_directory_range(directory, key, &low, &high);
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (places->v[middle].key < key)
            low = middle + 1;
        else
            high = middle;
    }
    while (low + *n < places->n && *n < PL_TABLE_PLACES && places->v[low + *n].key == key)
        ++*n;
    return *n == 0 ? NULL : &places->v[low];
}

const struct pl_table_place *pl_tables_find(const struct pl_tables *t, uint64_t key, size_t *n)
{
    *n = 0;
    if (key == 0 || !may_have(t, key))
        return NULL;
    return find(&t->places, &t->place_directory, key, n);
}

static uint8_t mark_of(const struct pl_tables *t, uint64_t key, const uint8_t low[PL_TABLE_WINDOW],
                       uint8_t flat, uint8_t column)
{
    size_t n;
    uint8_t mark = 0;
    const struct pl_table_place *places = find(&t->places, &t->place_directory, is_dull(low) ? 0 : key, &n);
    for (size_t i = 0; i < n; i++)
        mark |= places[i].column == PL_TABLE_FLAT ? flat : column;
    return mark;
}

/* Keys that wait until what the filter has of them is at hand. */
#define KEYS_AT_ONCE 16u

struct waiting {
    uint64_t keys[KEYS_AT_ONCE];
    uint64_t windows[KEYS_AT_ONCE];
    size_t places[KEYS_AT_ONCE];
    unsigned n;
};

static void mark_waiting(const struct pl_tables *t, struct waiting *w, uint8_t flat, uint8_t column,
                         uint8_t *marks)
{
    for (unsigned i = 0; i < w->n; i++) {
        uint8_t low[PL_TABLE_WINDOW];
        if (!may_have(t, w->keys[i]))
            continue;
        for (unsigned k = 0; k < PL_TABLE_WINDOW; k++)
            low[k] = (uint8_t)(w->windows[i] >> (8 * k));
        marks[w->places[i]] |= mark_of(t, w->keys[i], low, flat, column);
    }
    w->n = 0;
}

void pl_tables_mark(const struct pl_tables *t, const uint8_t *data, size_t n, size_t stride, uint8_t flat,
                    uint8_t column, uint8_t *marks)
{
    __attribute__((uninitialized)) struct waiting w;
    w.n = 0;
    for (size_t first = 0; first < stride && first < n; first++) {
        uint64_t all = 0; /* the first number lowest; each step brings one new one */
        for (size_t k = 0; k + 1 < PL_TABLE_WINDOW; k++)
            all = all >> 8 | (uint64_t)data[first + k * stride] << 56;
        for (size_t i = first; i < n; i += stride) {
            all = all >> 8 | (uint64_t)data[i + (PL_TABLE_WINDOW - 1) * stride] << 56;
            if ((marks[i] & PL_TABLE_WANTED) == 0)
                continue;
            uint64_t key = mixed(in_order(all));
            __builtin_prefetch(&t->place_filter[pl_table_filter_word(key, t->filter_mask)]);
            w.keys[w.n] = key;
            w.windows[w.n] = all;
            w.places[w.n++] = i;
            if (w.n == KEYS_AT_ONCE)
                mark_waiting(t, &w, flat, column, marks);
        }
    }
    mark_waiting(t, &w, flat, column, marks);
}

const struct pl_table_place *pl_tables_find_text(const struct pl_tables *t, uint64_t hash, size_t *n)
{
    return find(&t->texts, &t->text_directory, hash, n);
}

uint64_t pl_table_start_key(const uint8_t *low, size_t n)
{
    return n == 0 ? 0 : pl_bytes_hash(pl_bytes_of(low, n), 2 + n) | 1;
}

uint64_t pl_table_first_key(uint64_t value)
{
    uint8_t bytes[8];
    for (unsigned i = 0; i < 8; i++)
        bytes[i] = (uint8_t)(value >> (8 * i));
    bool is_dull = value <= FIRST_DULL || value >= UINT64_MAX - FIRST_DULL;
    return is_dull ? 0 : pl_bytes_hash(pl_bytes_of(bytes, 8), 1) | 1;
}

const struct pl_table_classes *pl_tables_classes(const struct pl_tables *t, size_t *n)
{
    *n = t->classes.n;
    return t->classes.v;
}

const struct pl_table_place *pl_tables_find_start(const struct pl_tables *t, uint64_t key, size_t *n)
{
    return find(&t->starts, &t->start_directory, key, n);
}

const struct pl_table_place *pl_tables_find_spelled(const struct pl_tables *t, pl_bytes text, size_t *n)
{
    return find(&t->spelled, &t->spelled_directory, pl_table_text_hash(text), n);
}

const struct pl_table_place *pl_tables_find_endless(const struct pl_tables *t, pl_bytes bytes, size_t *n)
{
    return find(&t->spelled, &t->spelled_directory, ~pl_table_text_hash(bytes), n);
}

bool pl_tables_may_be(const struct pl_tables *t, uint64_t name, uint64_t value, bool is_windows, bool *known)
{
    size_t first;
    size_t end = pl_table_names_find(&t->names, name, &first);
    *known = first < end;
    for (size_t i = first; i < end; i++)
        if (t->names.list.v[i].value + (is_windows ? (uint64_t)t->names.list.v[i].windows : 0) == value)
            return true;
    return false;
}

void pl_tables_free(struct pl_tables *t)
{
    if (t == NULL)
        return;
    pl_table_names_reset(&t->names);
    PL_VEC_FREE(&t->items);
    PL_VEC_FREE(&t->rows);
    PL_VEC_FREE(&t->tables);
    PL_VEC_FREE(&t->places);
    PL_VEC_FREE(&t->texts);
    PL_VEC_FREE(&t->classes);
    PL_VEC_FREE(&t->starts);
    PL_VEC_FREE(&t->spelled);
    pl_directory_reset(&t->start_directory);
    pl_directory_reset(&t->spelled_directory);
    pl_directory_reset(&t->place_directory);
    free(t->place_filter);
    pl_directory_reset(&t->text_directory);
    free(t);
}
