/*
 * fuzz_tables.c - any bytes as program text: lists and names of numbers; then a small image is matched against them.
 *
 * Items lie in the text, rows in their tables, and every window that was indexed is found again.
 */
#include "fuzz.h"

#include "corpus/tables.h"

#include <stdlib.h>

static void require(bool holds)
{
    if (!holds)
        abort();
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
