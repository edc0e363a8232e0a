/*
 * code_data.h - what the files of the data rung share; nobody else includes this.
 *
 *     code_data.c        the rung: order of work, what is left, findings
 *     code_data_space.c  which bytes are data, what of them is explained, who refers to them
 *     code_data_array.c  lists of numbers of the source, found as bytes
 *     code_data_crc.c    tables for CRCs, computed from a number of the source
 *     code_data_whole.c  lists found by where they begin, or by the text that they are
 *     code_data_rows.c   lists of rows: numbers, strings and pointers side by side
 *     code_data_classes.c  tables of classes of characters that a program of the sources writes
 *     code_data_go.c, code_data_go_types.c  what Go's linker writes beside the code
 *     code_data_embedded.c  whole files of the source, as they are or compressed
 *     code_data_marks.c  where numbers stand that some list has, for all of these
 *     code_data_made.c   files that the build makes, so that no source holds them
 *     code_data_replaced.c  lists that stand nowhere, and open bytes of just their size
 *     code_data_refs.c   pointers, switch tables, constants, padding: what accounted code refers to
 */
#ifndef PL_MATCH_CODE_DATA_H
#define PL_MATCH_CODE_DATA_H

#include "base/vec.h"
#include "corpus/tables.h"
#include "feature/code.h"
#include "match/image_view.h"

#include <string.h>

/* What a byte of the file is to the rung; the lowest bit says that it is data which nothing accuses. */
enum pl_data_state {
    PL_DATA_OTHER = 0,    /* code, structure, not loaded */
    PL_DATA_OPEN = 1,     /* data that nothing explains yet */
    PL_DATA_ACCUSED = 2,  /* claimed as unaccounted: a foreign string, a changed element */
    PL_DATA_EXPLAINED = 3 /* claimed, here or by an earlier rung */
};
#define PL_DATA_GOOD  1u
#define PL_DATA_GOODS 0x0101010101010101ull /* of eight bytes */

/* A place of data that somebody refers to; it reaches to the next one. */
struct pl_data_object {
    uint64_t offset; /* bytes in the file */
    uint64_t length;
    bool is_trusted; /* some accounted function or table refers to it */
    bool is_suspect; /* some unaccounted function does */
    bool is_entered; /* its pointers have been followed */
};

/* Where in the file the slots of the image are: a bit a byte, and slots by rank among these. */
struct pl_data_slots {
    uint64_t *bits;
    uint32_t *ranks; /* bits in front of each word */
    uint32_t *order; /* rank -> index into code->slots */
    uint64_t *texts; /* one a slot: hash of the text that it leads to (pl_data_text_at()); 0: not asked yet */
};

struct pl_data {
    const struct pl_match *m;
    struct pl_file *f;
    const struct pl_image_view *view;
    const struct pl_code *code;
    uint8_t *state; /* one a byte of the file: enum pl_data_state */
    uint8_t *trust; /* one a function: accounted for */
    struct pl_data_slots slots;
    uint8_t *marks;                        /* one a byte of the file, kept for all rungs: pl_data_mark() */
    bool is_strict_rows;                   /* no column of a row may be unknown */
    bool has_narrow_unknowns;              /* what nobody knows may be two bytes wide */
    uint64_t work;                         /* items that were compared, where that has a bound */
    unsigned n_searches;                   /* of code_data_elsewhere.c */
    PL_VEC(struct pl_data_object) objects; /* by offset, disjoint */
};

/* All but code, view, m and f is filled in. Reset in every case. */
PL_MUST_USE pl_status pl_data_init(struct pl_data *d, struct pl_err *err);
void pl_data_reset(struct pl_data *d);

/* Address of a byte of the file, and back; false when it has none. */
bool pl_data_address(const struct pl_data *d, uint64_t offset, uint64_t *address);
bool pl_data_offset(const struct pl_data *d, uint64_t address, uint64_t *offset);
/* The loaded part whose memory holds an address; NULL when none does. O(log spans). */
const struct pl_code_span *pl_data_span(const struct pl_data *d, uint64_t address);
/* The object that holds a byte; NULL when none does. */
struct pl_data_object *pl_data_object_at(struct pl_data *d, uint64_t offset);
/* The pointer that the loader fills in at a byte of the file; NULL when there is none. O(1). */
const struct pl_code_slot *pl_data_slot(const struct pl_data *d, uint64_t offset);
/* The string that the pointer at `offset` leads to, in constants or not, as tables.h hashes it; 0 when there is none. */
uint64_t pl_data_text_at(const struct pl_data *d, uint64_t offset);
/* `width` bytes as a number in the image's order. */
uint64_t pl_data_number(const struct pl_data *d, uint64_t offset, unsigned width);
/* Where in the file the data stands that an atom refers to; false when it refers to none. */
bool pl_data_atom_offset(const struct pl_data *d, const struct pl_atom *a, uint64_t *offset);
/* The unit that a claim names as "src/a.c:10-20"; false when it names none. */
bool pl_data_unit_of(const struct pl_data *d, const struct pl_claim *c, uint32_t *unit);
/* Are all of these bytes data of this file that nothing accuses? */
static inline bool pl_data_is_data(const struct pl_data *d, uint64_t offset, uint64_t length)
{
    if (offset > d->f->size || length > d->f->size - offset)
        return false;
    uint64_t i = offset;
    uint64_t end = offset + length;
    for (uint64_t word; end - i >= sizeof word; i += sizeof word) {
        memcpy(&word, d->state + i, sizeof word);
        if ((word & PL_DATA_GOODS) != PL_DATA_GOODS)
            return false;
    }
    for (; i < end; i++)
        if ((d->state[i] & PL_DATA_GOOD) == 0)
            return false;
    return true;
}

/* Does the list stand within a function? */
bool pl_data_is_in_function(const struct pl_data *d, const struct pl_table *t);

/* Claim what is still open of [offset, offset + length). `source` may be NULL. */
PL_MUST_USE pl_status pl_data_claim(struct pl_data *d, uint64_t offset, uint64_t length, enum pl_class class,
                                    enum pl_grade grade, const char *rule, const char *source,
                                    struct pl_err *err);
/* "src/a.c:10-12" of bytes of a unit, in the arena; NULL and err set on failure. */
const char *pl_data_source(const struct pl_data *d, uint32_t unit, uint32_t from, uint32_t to,
                           struct pl_err *err);

/*
 * At which open bytes eight numbers stand that some list has: side by side in 1, 2, 4 or 8 bytes each (that number is the mark), and in rows at any distance that is
 * looked for. Steps, made again where bytes were not asked for yet.
 */
#define PL_DATA_MAX_WIDTH  8u
#define PL_DATA_COLUMNS    16u
#define PL_DATA_ASKED_ROWS 32u
#define PL_DATA_ASKED      128u
#define PL_DATA_MAX_STRIDE 128u /* between the rows; they go by pl_data_next_stride(), from 2 on */
_Static_assert(PL_TABLE_WANTED == 64u, "the marks of a byte are different bits");
PL_MUST_USE pl_status pl_data_mark(struct pl_data *d, struct pl_err *err);
PL_MUST_USE pl_status pl_data_mark_rows(struct pl_data *d, struct pl_err *err);
uint32_t pl_data_next_stride(uint32_t stride);
/* Could there be one? True where it was not asked. */
bool pl_data_may_be_list(const struct pl_data *d, uint64_t offset, uint8_t width);
bool pl_data_may_be_rows(const struct pl_data *d, uint64_t offset);

/* The steps. */
PL_MUST_USE pl_status pl_data_find_go(struct pl_data *d, struct pl_err *err);
PL_MUST_USE pl_status pl_data_find_embedded(struct pl_data *d, struct pl_err *err);
PL_MUST_USE pl_status pl_data_find_arrays(struct pl_data *d, struct pl_err *err);
PL_MUST_USE pl_status pl_data_find_crc(struct pl_data *d, struct pl_err *err);
PL_MUST_USE pl_status pl_data_find_texts(struct pl_data *d, struct pl_err *err); /* behind the strings */
PL_MUST_USE pl_status pl_data_find_whole(struct pl_data *d, struct pl_err *err);
/* A few rows of numbers that begin with one that tells; rows of numbers that are all known; and then all tables of structs. */
PL_MUST_USE pl_status pl_data_find_first_rows(struct pl_data *d, struct pl_err *err);
PL_MUST_USE pl_status pl_data_find_solid_rows(struct pl_data *d, struct pl_err *err);
PL_MUST_USE pl_status pl_data_find_rows(struct pl_data *d, struct pl_err *err);
/* Objects that are as long as a table of many rows. */
PL_MUST_USE pl_status pl_data_find_large_rows(struct pl_data *d, struct pl_err *err);
PL_MUST_USE pl_status pl_data_find_classes(struct pl_data *d, struct pl_err *err);
PL_MUST_USE pl_status pl_data_find_referenced(struct pl_data *d, struct pl_err *err);
/* Last: what is still open. */
PL_MUST_USE pl_status pl_data_find_replaced(struct pl_data *d, struct pl_err *err);

/* Is the unit the output of a generator, which the build makes anew? */
bool pl_data_is_generated(const struct pl_data *d, uint32_t unit);

/*
 * Do `n` numbers (at most 16) stand side by side in a file of the source that is no program text, in hexadecimal or decimal? A word that is no number may stand
 * for numbers[changed]. O(source), a few times for one file; false after that.
 */
bool pl_data_stands_elsewhere(struct pl_data *d, const uint64_t *numbers, size_t n, size_t changed);

/*
 * "src/a.c includes tables.h, which its build makes": an accounted function of the image comes from a unit that includes a file which the source does not hold,
 * and which its build files name as made. *out is in the match's arena; no bytes when there is none. O(sources), so ask late and once.
 */
PL_MUST_USE pl_status pl_data_made(const struct pl_data *d, pl_bytes *out, struct pl_err *err);

/* Does an item of a list of numbers stand in these bytes? */
bool pl_data_item_fits(const struct pl_data *d, const struct pl_table_item *item, bool is_float,
                       uint64_t offset, unsigned width);

#endif
