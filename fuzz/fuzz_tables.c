/*
 * fuzz_tables.c - any bytes as program text: lists and names of numbers.
 *
 * Items lie in the text, rows in their tables, and the first window of numbers of a list is found again by its key.
 */
#include "fuzz.h"

#include "corpus/tables.h"

#include <stdlib.h>

static void require(bool holds)
{
    if (!holds)
        abort();
}

/* Numbers from item `i` on that are told from others; 0: there are none. */
static uint64_t key_at(const struct pl_table_item *items, uint32_t i)
{
    uint8_t low[PL_TABLE_WINDOW];
    for (uint32_t k = 0; k < PL_TABLE_WINDOW; k++) {
        if (items[i + k].kind != PL_ITEM_NUMBER)
            return 0;
        low[k] = (uint8_t)items[i + k].value;
    }
    return pl_table_key(low);
}

/* Of a key that many have, some places are kept. */
static void find_again(const struct pl_tables *tables, uint32_t table)
{
    const struct pl_table *x = pl_tables_at(tables, table);
    const struct pl_table_item *items = pl_tables_items(tables, table);
    uint64_t key = 0;
    uint32_t i = 0;
    while (!x->is_float && i + PL_TABLE_WINDOW <= x->n && key == 0)
        key = key_at(items, i++);
    if (key == 0)
        return;
    size_t n;
    const struct pl_table_place *places = pl_tables_find(tables, key, &n);
    bool is_found = n == PL_TABLE_PLACES;
    for (size_t k = 0; k < n; k++)
        is_found |= places[k].table == table && places[k].item == i - 1 && places[k].column == PL_TABLE_FLAT;
    require(is_found);
    fuzz_say(n);
}

static void check(const struct pl_tables *tables, size_t size)
{
    for (uint32_t t = 0; t < pl_tables_count(tables); t++) {
        const struct pl_table *x = pl_tables_at(tables, t);
        const struct pl_table_item *items = pl_tables_items(tables, t);
        const uint32_t *rows = pl_tables_rows(tables, t);
        /* One item alone is a macro that was to make all of them, and did not. */
        require(x->n >= 2 || (x->n == 1 && items[0].kind == PL_ITEM_UNKNOWN));
        require(x->at <= x->end && x->end <= size);
        for (uint32_t i = 0; i < x->n; i++) {
            size_t n;
            fuzz_say(items[i].value);
            require(items[i].at >= x->at && items[i].at <= size && items[i].kind <= PL_ITEM_INDEX);
            require(items[i].kind != PL_ITEM_STRING ||
                    pl_tables_find_text(tables, items[i].value, &n) != NULL);
        }
        for (uint32_t r = 0; r < x->n_rows; r++)
            require(rows[r] <= rows[r + 1] && rows[r + 1] <= x->n);
        find_again(tables, t);
    }
}

static int look(const uint8_t *data, size_t size)
{
    struct pl_err err = {0};
    struct pl_source_tree tree = {.name = "fuzz"};
    struct pl_source_tree *trees[] = {&tree};
    struct pl_index *index = NULL;
    static const char *const paths[] = {"a.c", "b.rs", "c.go", "d.asm"};
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
        struct pl_source_file *source = PL_VEC_ADD(&tree.files);
        if (source == NULL)
            return 0;
        source->path = pl_bytes_of_str(paths[i]);
        source->data = pl_bytes_of(data, size);
    }
    if (pl_index_build(trees, 1, 1, &index, &err) == PL_OK) {
        struct pl_tables *tables = NULL;
        if (pl_tables_build(index, 2, &tables, &err) == PL_OK)
            check(tables, size);
        pl_tables_free(tables);
    }
    pl_index_free(index);
    PL_VEC_FREE(&tree.files);
    return 0;
}

FUZZ_TWICE(look)
