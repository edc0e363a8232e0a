/*
 * tables_set.h - what the files of the table set share; nobody else includes this.
 *
 *     tables_read.c   tokens, constant expressions, lists, of one file
 *     tables_common.c names that the C library defines
 *     tables_switch.c tables that compilers make of switch statements
 *     tables_layout.c numbers with designators, in the order of memory
 *     tables_nasm.c   lists in assembly for NASM
 *     tables_names.c  enumerators and macros of numbers, over all files
 *     tables_enums.c  enumerators that macros make
 *     tables_build.c  reads all files, indexes windows and strings
 *     tables.c        answers
 */
#ifndef PL_CORPUS_TABLES_SET_H
#define PL_CORPUS_TABLES_SET_H

#include "base/vec.h"
#include "corpus/directory.h"
#include "corpus/macros.h"
#include "corpus/tables.h"

struct table_name {
    uint64_t hash;
    uint64_t value;
    uint32_t unit;   /* where it is defined */
    int16_t windows; /* what is added to the value there */
    bool is_float;
};

/* Sorted by hash, unit, value; each once. */
struct table_names {
    PL_VEC(struct table_name) list;
    struct pl_directory directory;
};

typedef PL_VEC(struct pl_table_item) table_items;
typedef PL_VEC(uint32_t) table_rows;
typedef PL_VEC(struct pl_table) table_list;
typedef PL_VEC(struct pl_table_place) table_places;
typedef PL_VEC(struct pl_table_classes) table_classes;

struct pl_tables {
    const struct pl_index *index;
    struct table_names names;
    table_items items;
    table_rows rows;
    table_list tables;
    table_classes classes;
    table_places places; /* sorted by key, table, item, column */
    table_places texts;
    table_places starts;  /* of whole lists, by what stands first in them */
    table_places spelled; /* lists of characters, by the text that they are */
    uint64_t
        *place_filter;    /* three bits in one word for each key of places: most keys are asked for in vain */
    uint64_t filter_mask; /* of words */
    struct pl_directory place_directory;
    struct pl_directory text_directory;
    struct pl_directory start_directory;
    struct pl_directory spelled_directory;
};

/* What one file gives. */
struct table_output {
    table_items items;
    table_rows rows;
    table_classes classes;
    table_list tables; /* first and first_row count from this output */
};

/*
 * The word of a key, and its bits there; (mask + 1) is a power of two. All bits of a key are in one word, so that a look-up is one access to memory.
 * Source: Putze, Sanders, Singler 2009, blocked Bloom filters.
 */
static inline uint64_t pl_table_filter_word(uint64_t key, uint64_t mask)
{
    return (key >> 8) & mask;
}

static inline uint64_t pl_table_filter_bits(uint64_t key)
{
    return 1ull << (key >> 40 & 63) | 1ull << (key >> 46 & 63) | 1ull << (key >> 52 & 63);
}

/*
 * Read a file. `names` are those known so far; `defined` gets the macros and enumerators that have a value now, when it is not NULL, and
 * *n_open the number of those that have none yet; `out` gets the lists, when it is not NULL. False when out of memory.
 */
bool pl_tables_read(pl_bytes text, pl_bytes path, uint32_t unit, const struct table_names *names,
                    struct table_names *defined, size_t *n_open, struct table_output *out);
/* Read lists of a text that was made out of one at byte `at` of the unit: that is where its items stand. False when out of memory. */
bool pl_tables_read_at(pl_bytes text, pl_bytes path, uint32_t unit, const struct table_names *names,
                       uint32_t at, struct table_output *out);
/* Is it read by this one instead? tables_nasm.c; the text is under 4 GiB. False when out of memory. */
bool pl_tables_read_nasm(pl_bytes text, uint32_t unit, struct table_output *out);
/* tables_classes.c; false when out of memory. */
bool pl_tables_read_classes(pl_bytes text, uint32_t unit, table_classes *out);
/* Does anything of the file matter here? */
bool pl_tables_is_source(pl_bytes path);

/* tables_build.c: the text with its macros put in, in parts, since one use may take a bounded number of steps alone. */
bool pl_table_expand_elements(struct pl_macro_run *run, pl_bytes text, size_t way, struct pl_buf *out,
                              size_t *ways);
/* A run for one of n_files files. */
struct pl_macro_run pl_table_macro_run(const struct pl_macros *m, struct pl_arena *scratch,
                                       const struct pl_source_file *f, size_t n_files);
/* tables_enums.c: enumerators of enumerations that use macros. False when out of memory. */
bool pl_tables_read_enums(struct pl_macro_run *run, const struct pl_source_file *f, uint32_t unit,
                          const struct table_names *known, struct table_names *defined);
/* tables_names.c */
pl_status pl_table_names_build(const struct pl_index *ix, const struct pl_macros *macros, unsigned jobs,
                               struct table_names *out, struct pl_err *err);
/* tables_common.c: the names that everybody's headers define, but for those that are there; behind all others. False when out of memory. */
bool pl_table_names_add_common(struct table_names *n);
void pl_table_names_reset(struct table_names *n);
/* Values of a name: [*first, returned). */
size_t pl_table_names_find(const struct table_names *n, uint64_t hash, size_t *first);
/* The one value that the name has in `unit`: its own definition before all others, which must agree. NULL: none. */
const struct table_name *pl_table_names_value(const struct table_names *n, uint64_t hash, uint32_t unit);

#endif
