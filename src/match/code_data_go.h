/*
 * code_data_go.h - what the two files of Go's tables share; nobody else includes this.
 *
 *     code_data_go.c        the table of functions, what its records lead to, and the order of work
 *     code_data_go_types.c  types, which the linker writes for reflection and for the collector of garbage
 */
#ifndef PL_MATCH_CODE_DATA_GO_H
#define PL_MATCH_CODE_DATA_GO_H

#include "format/binary/go_table.h"
#include "match/code_data.h"

enum pl_go_range_kind {
    PL_GO_NUMBERS, /* counts, places, sizes, maps of pointers: nothing of a source could be in it */
    PL_GO_NAME     /* a name of known words */
};

struct pl_go_range {
    uint64_t offset;
    uint64_t length;
    enum pl_go_range_kind kind;
    uint32_t unit; /* of the source that has the name; PL_GO_NONE: it is of several words of the sources */
};

struct pl_go {
    struct pl_data *d;
    struct pl_go_table table;
    uint64_t at; /* byte in the file where the table begins */
    /* Addresses, of the record of the module; all 0 when it was not found. */
    uint64_t types, types_end, objects, constants, finder;
    uint64_t type_links, n_type_links, interface_links, n_interface_links;
    PL_VEC(struct pl_go_range) ranges;
    /* steps and items that may still be read: tables of a hostile program may all be the same one */
    uint64_t work;
    bool is_out_of_memory;
};

/* May `n` more items be read? */
static inline bool pl_go_may_read(struct pl_go *g, uint64_t n)
{
    bool is_enough = g->work >= n;
    g->work -= is_enough ? n : g->work;
    return is_enough;
}

/* Note a range of the file, to be claimed at the end. */
void pl_go_note(struct pl_go *g, uint64_t offset, uint64_t length, enum pl_go_range_kind kind, uint32_t unit);
/* The same by its address; false when it is not in the file as a whole. */
bool pl_go_note_at(struct pl_go *g, uint64_t address, uint64_t length);
/* `n` bytes at an address; fewer when the file or the part of memory ends. */
pl_bytes pl_go_bytes_at(const struct pl_go *g, uint64_t address, uint64_t n);
/* The pointer at an address, whether the loader fills it in or not; 0 when there is none. */
uint64_t pl_go_pointer_at(const struct pl_go *g, uint64_t address);
/* The same for a number of four bytes; 0 when it is cut off. */
uint32_t pl_go_u32_at(const struct pl_go *g, uint64_t address);
/* Is each word of the name one of the sources, or one that Go's compiler puts there? */
bool pl_go_is_known(const struct pl_go *g, pl_bytes name);
/* A map of pointers, a bit for each of `words` words. */
void pl_go_note_bits(struct pl_go *g, uint64_t address, uint64_t words);

/* The types, and the tables of methods of interfaces. O(types). */
void pl_go_note_types(struct pl_go *g);

#endif
