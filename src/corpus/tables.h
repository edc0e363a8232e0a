/*
 * tables.h - the initialiser lists of the sources: what constant tables of a binary are made from.
 *
 *     static const struct row t[] = { { 4, 'x', "name" }, { -1, 1 << 3, 0 }, };
 *
 * gives one table of two rows with three items each. Names that are enumerators or macros of numbers have their values, as far as
 * the sources define them; sizeof, addresses and calls of macros are items that nobody knows. Nothing is said about types: how wide an item is
 * and where in its row it stands is for the reader of the binary to find out.
 *
 * Built once, then read by many threads at once.
 */
#ifndef PL_CORPUS_TABLES_H
#define PL_CORPUS_TABLES_H

#include "corpus/index.h"

struct pl_tables;

enum pl_table_item_kind {
    PL_ITEM_NUMBER,  /* value */
    PL_ITEM_FLOAT,   /* value: the bits of a double */
    PL_ITEM_STRING,  /* value: pl_table_text_hash() of the decoded literal */
    PL_ITEM_NAME,    /* value: pl_table_text_hash() of a name that may be a number, a function or an object */
    PL_ITEM_UNKNOWN, /* an expression nobody can read here */
    PL_ITEM_FIELD,   /* ".name =": value is the hash of the name; belongs to the item behind it */
    PL_ITEM_INDEX    /* "[n] =": value is n */
};

enum pl_table_item_flags {
    PL_ITEM_PLAIN = 1, /* made of literals alone, no name in it */
    PL_ITEM_ARM = 2    /* the first behind an #if, #else or #endif */
};

struct pl_table_item {
    uint64_t value;
    uint32_t at; /* byte in the unit */
    uint8_t kind;
    uint8_t flags;
    int16_t windows; /* what is added to a number there: errno and its like are counted otherwise */
};

struct pl_table {
    uint32_t unit;        /* of the index */
    uint32_t at, end;     /* bytes in the unit */
    uint32_t first, n;    /* items */
    uint32_t first_row;   /* of pl_tables_rows() */
    uint32_t n_rows;      /* groups in braces right below the list; 0: every item is a row of its own */
    bool is_float;        /* some item is */
    bool has_designators; /* some item is PL_ITEM_FIELD or PL_ITEM_INDEX */
};

/*
 * Where PL_TABLE_WINDOW numbers stand together: items first, first + 1, ... (column UINT16_MAX), or the items at one place of that many
 * neighbouring rows.
 */
#define PL_TABLE_WINDOW 8u
#define PL_TABLE_FLAT   UINT16_MAX
struct pl_table_place {
    uint64_t key;
    uint32_t table;
    uint32_t item; /* flat: the first item, counted from the table's first; else the first row */
    uint16_t column;
};

PL_MUST_USE pl_status pl_tables_build(const struct pl_index *ix, unsigned jobs, struct pl_tables **out,
                                      struct pl_err *err);
void pl_tables_free(struct pl_tables *t); /* accepts NULL */

size_t pl_tables_count(const struct pl_tables *t);
const struct pl_table *pl_tables_at(const struct pl_tables *t, uint32_t table);
/* Items of a table; and where each row begins, counted from them, with one more for the end. */
const struct pl_table_item *pl_tables_items(const struct pl_tables *t, uint32_t table);
const uint32_t *pl_tables_rows(const struct pl_tables *t, uint32_t table);
/* All three at once, for who asks for many items. */
struct pl_table_list {
    const struct pl_table *head;
    const struct pl_table_item *items;
    const uint32_t *rows;
};
struct pl_table_list pl_tables_list(const struct pl_tables *t, uint32_t table);

/* Keys of a window: of the lowest byte of each number, and of whole floats. 0: too dull to look for. */
uint64_t pl_table_key(const uint8_t low[PL_TABLE_WINDOW]);
/* The first of these; 0 also when no table has it. For the many places of an image. */
uint64_t pl_tables_key(const struct pl_tables *t, const uint8_t low[PL_TABLE_WINDOW]);
/*
 * Windows of n places from data[0] on, `stride` bytes between their numbers, for each that has PL_TABLE_WANTED in marks[]: `flat` is added where some list has its
 * key in a row, `column` where some has it in rows. All that pl_tables_find() would give counts. data[] goes on for 7 strides behind the n places.
 */
#define PL_TABLE_WANTED 64u
void pl_tables_mark(const struct pl_tables *t, const uint8_t *data, size_t n, size_t stride, uint8_t flat,
                    uint8_t column, uint8_t *marks);
uint64_t pl_table_float_key(const uint64_t *bits, size_t n, unsigned width);
/* Places with that key, at most PL_TABLE_PLACES. O(1) for a key that nobody has. */
#define PL_TABLE_PLACES 32u
const struct pl_table_place *pl_tables_find(const struct pl_tables *t, uint64_t key, size_t *n);
/* Tables that hold a string with that hash: its places, column PL_TABLE_FLAT, item. */
const struct pl_table_place *pl_tables_find_text(const struct pl_tables *t, uint64_t hash, size_t *n);

/*
 * Whole lists by what stands first in them, dull or not: for places where an object is known to begin. `low` are the lowest bytes of the
 * first `n` items, at most PL_TABLE_WINDOW, that are not zeros at its beginning; place.item says how many of these there are. The longest lists
 * come first.
 */
uint64_t pl_table_start_key(const uint8_t *low, size_t n);
const struct pl_table_place *pl_tables_find_start(const struct pl_tables *t, uint64_t key, size_t *n);
/*
 * The same index by the first item of a list of rows, all numbers, where that item alone tells: place.item is 0. The key is 0 for a number that
 * does not.
 */
uint64_t pl_table_first_key(uint64_t value);
/* Lists of characters, PL_TABLE_SPELLED or more and a NUL, that are this text: { ASCII_N, ASCII_o, 0 }. */
#define PL_TABLE_SPELLED 2u
const struct pl_table_place *pl_tables_find_spelled(const struct pl_tables *t, pl_bytes text, size_t *n);
/* Lists of bytes, PL_TABLE_ENDLESS or more and none a zero, that are these: { '\b', '\t', '\n', 13 }, which a text may stand right behind. */
#define PL_TABLE_ENDLESS 4u
const struct pl_table_place *pl_tables_find_endless(const struct pl_tables *t, pl_bytes bytes, size_t *n);

/*
 * Classes of characters that a program of the sources writes as a table: add("0123456789", "DIGIT"). class_of[c] is the number of the class of a
 * character, counted from 1; 0: none.
 */
#define PL_TABLE_CLASSES 64u /* of one table */
struct pl_table_classes {
    uint32_t unit, at, end;
    uint8_t class_of[256];
    uint8_t n_classes;
};
const struct pl_table_classes *pl_tables_classes(const struct pl_tables *t, size_t *n);

/* May a name have that value? *known: the sources or the C library's headers give it one. */
bool pl_tables_may_be(const struct pl_tables *t, uint64_t name, uint64_t value, bool is_windows, bool *known);
uint64_t pl_table_text_hash(pl_bytes text);

#endif
