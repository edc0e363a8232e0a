/*
 * go_table.h - the table that every Go program carries: where each function begins, its name, and the file and line of each instruction.
 *
 *     | magic 4 | 0 2 | quantum 1 | word 1 | functions | files | text | names | units | files | steps | lines |     words
 *     names, files: texts, each with a NUL
 *     units: for each package the places of its files, 4 each
 *     steps: tables of (value, bytes of code) in varints, each up to a value that does not change
 *     lines: | entry 4, record 4 | ... | entry 4 | records
 *     record: | entry 4 | name 4 | arguments 4 | return 4 | stack 4 | file 4 | line 4 | tables 4 | unit 4 | line 4, from 1.20 on |
 *             | id 1 | flag 1 | 0 1 | objects 1 | table 4 ... | object 4 ... |
 *
 * The Go runtime needs the table for tracebacks, so that stripping does not remove it. Source: Go 1.18 to 1.23, src/runtime/symtab.go and
 * src/internal/abi/symtab.go. Not read here: the table of Go 1.17 and older, which has another magic number.
 */
#ifndef PL_FORMAT_BINARY_GO_TABLE_H
#define PL_FORMAT_BINARY_GO_TABLE_H

#include "base/cursor.h"

#define PL_GO_NAME_BYTES 4096u /* of a name or path, without its NUL */
#define PL_GO_STEPS      16u   /* tables of one function: three and those that its record counts */
#define PL_GO_OBJECTS    16u
#define PL_GO_NONE       UINT32_MAX

/* Everything borrows from the image. */
struct pl_go_table {
    unsigned word;    /* bytes of one: 4 or 8 */
    unsigned quantum; /* bytes of the shortest instruction */
    bool is_120;      /* as Go 1.20 and newer write it */
    uint64_t n_functions;
    uint64_t text; /* address of the code; 0 where the loader fills it in */
    pl_bytes header, names, units, files, steps;
    pl_bytes lines; /* to the end of what was given */
};

struct pl_go_record {
    uint64_t begin, end;             /* of its code, in bytes from the text */
    uint32_t at, bytes;              /* the record itself, in lines */
    uint32_t name;                   /* in names */
    uint32_t unit;                   /* in units, counted in fours */
    uint32_t steps[PL_GO_STEPS];     /* in steps: stack, files, lines, and others; 0: none */
    uint32_t objects[PL_GO_OBJECTS]; /* bytes from where the objects stand; PL_GO_NONE: none */
    unsigned n_steps, n_objects;
};

/* The steps of one table: `value` holds for the code from `from` to `to`. */
struct pl_go_steps {
    struct pl_cursor c;
    unsigned quantum;
    int64_t value;
    uint64_t from, to; /* bytes from the function's first */
};

/* The table at the front of `all`. False when it is none of a version that is read here. */
bool pl_go_table_read(pl_bytes all, struct pl_go_table *out);
/* Function number i, below n_functions. False when it is cut off, ends before it begins, or has more tables than are read. */
bool pl_go_record_read(const struct pl_go_table *t, uint64_t i, struct pl_go_record *out);
/* A text of names or files, without its NUL; empty when it is too long, or none. */
pl_bytes pl_go_text(pl_bytes texts, uint64_t at);
/* The file with this number in a unit; empty when there is none. */
pl_bytes pl_go_file(const struct pl_go_table *t, uint32_t unit, int64_t number);

struct pl_go_steps pl_go_steps_of(const struct pl_go_table *t, uint32_t at);
/* The next step; false at the end, where c.at is behind the table, and when it is no table (c.bad). */
bool pl_go_steps_next(struct pl_go_steps *s);

#endif
