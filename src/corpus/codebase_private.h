/*
 * codebase_private.h - what the files of the codebase share; nobody else includes this.
 *
 *     codebase.c           answers
 *     codebase_build.c     reads all files, numbers definitions, resolves names and includes
 *     codebase_places.c    the order in which units meet functions
 *     codebase_order.c     the order in which a compiler writes them
 *     codebase_undefs.c    names that are no macros from there on
 *     codebase_features.c  interns features; direct sets, closures, postings
 */
#ifndef PL_CORPUS_CODEBASE_PRIVATE_H
#define PL_CORPUS_CODEBASE_PRIVATE_H

#include "base/parallel.h"
#include "base/vec.h"
#include "corpus/codebase.h"
#include "corpus/directory.h"

#include <stdatomic.h>

/* Lists of numbers end to end; list i is v[first[i]] to v[first[i + 1]]. */
struct pl_id_lists {
    uint32_t *first; /* n + 1 */
    uint32_t *v;
    size_t n;
};

typedef PL_VEC(uint32_t) pl_ids;

/* Sorted 64-bit keys with a directory on their top bits, each with a number. */
struct pl_key_table {
    uint64_t *keys;
    uint32_t *ids; /* beside the keys; NULL: the position */
    size_t n;
    struct pl_directory directory;
};

struct pl_codebase {
    const struct pl_index *index;
    struct pl_arena arenas[PL_PARALLEL_MAX]; /* one a worker */
    struct pl_source_code *code;             /* one a unit */
    uint32_t *unit_first;                    /* one a unit, and one more: first id */
    size_t n_units;
    struct pl_codebase_entry *entries;
    size_t n;
    size_t n_functions;
    bool links_all;                    /* pl_codebase_links_all() */
    bool is_linked_whole;              /* pl_codebase_is_linked_whole() */
    struct pl_key_table names;         /* hash of the name -> ids */
    struct pl_key_table features;      /* key -> feature */
    uint32_t *named_first, *named_end; /* per feature: definitions with that name, positions of names.ids */
    struct pl_id_lists includes;       /* per unit: all that compiling it reads, itself left out */
    struct pl_codebase_place *places;  /* by unit, in order */
    size_t n_places;
    struct pl_id_lists places_of;    /* per id */
    uint8_t *is_included;            /* per unit */
    struct pl_id_lists direct;       /* per id */
    struct pl_id_lists closure;      /* per id; empty unless a function */
    struct pl_id_lists inlined;      /* per id */
    struct pl_id_lists hosts;        /* per id: inlined the other way round */
    struct pl_id_lists with;         /* per feature */
    uint16_t *weights;               /* per feature */
    uint8_t *kinds;                  /* per feature: enum pl_atom_kind */
    _Atomic uint8_t *named_as;       /* per feature: enum pl_codebase_named_as */
    uint32_t *name_features;         /* per id */
    uint16_t *users;                 /* per id: functions that name it */
    struct pl_codebase_body *bodies; /* per id: with what it may inline at once */
};

/* A list per item while they are being made in parallel. */
struct pl_id_gather {
    struct pl_arena *arenas; /* one a worker */
    struct pl_id_list *lists;
    size_t n;
};

/* Fill in the directory of sorted keys. */
PL_MUST_USE pl_status pl_key_table_finish(struct pl_key_table *t, struct pl_err *err);
/* Positions of a key: [*first, returned). */
size_t pl_key_table_find(const struct pl_key_table *t, uint64_t key, size_t *first);
void pl_key_table_free(struct pl_key_table *t);
/* Lay lists end to end; takes copies. */
PL_MUST_USE pl_status pl_id_lists_join(const struct pl_id_list *lists, size_t n, struct pl_id_lists *out,
                                       struct pl_err *err);
struct pl_id_list pl_id_lists_at(const struct pl_id_lists *l, size_t i);
void pl_id_lists_free(struct pl_id_lists *l);
/* Sort, and keep each number once; the new length. */
size_t pl_ids_sort(uint32_t *v, size_t n);

void pl_ids_put(pl_ids *v, uint32_t value, bool *no_memory);

#define PL_CODEBASE_ARENA_BYTES ((size_t)2 << 30)
#define PL_SAME_INCLUDE         4u /* files that one #include may mean */
/* Files that an #include of a unit may mean, the nearest first; their number. */
size_t pl_codebase_resolve(const struct pl_codebase *cb, uint32_t unit, pl_bytes include,
                           uint32_t out[PL_SAME_INCLUDE]);
/* codebase_places.c, once includes stand; widens these. */
PL_MUST_USE pl_status pl_codebase_build_places(struct pl_codebase *cb, unsigned jobs, struct pl_err *err);
/* codebase_order.c: the places of one unit of C, none of them twice, in the order of the code instead of the text. O(n log n), uses counted. */
PL_MUST_USE pl_status pl_codebase_order_unit(const struct pl_codebase *cb, uint32_t root,
                                             struct pl_codebase_place *places, size_t n, struct pl_err *err);
/* codebase_undefs.c. A name of a file that is no macro from one of its bytes to another. */
struct pl_undef {
    uint32_t feature;
    uint64_t from, to;
};
struct pl_undefs {
    const struct pl_undef *v; /* by feature; in the arena */
    size_t n;
};
PL_MUST_USE pl_status pl_codebase_read_undefs(const struct pl_codebase *cb, uint32_t unit,
                                              struct pl_arena *arena, struct pl_undefs *out,
                                              struct pl_err *err);
bool pl_undefs_have(const struct pl_undefs *u, uint32_t feature, uint64_t at); /* O(log n) */
/* codebase_features.c, once names and includes stand. */
PL_MUST_USE pl_status pl_codebase_build_features(struct pl_codebase *cb, unsigned jobs, struct pl_err *err);

#endif
