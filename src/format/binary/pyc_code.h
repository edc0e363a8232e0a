/*
 * pyc_code.h - what the instructions of a code object do that its source must say: operators, constants, names, each with its line.
 *
 * Of Python 3.11, 3.12 and 3.13 as released. Stacks, jumps and calls are not read.
 */
#ifndef PL_FORMAT_BINARY_PYC_CODE_H
#define PL_FORMAT_BINARY_PYC_CODE_H

#include "format/binary/pyc.h"

/* Operators that an instruction computes; those of assignment count as the plain ones with PL_PYC_ASSIGN beside them. */
enum pl_pyc_operator {
    PL_PYC_ADD,
    PL_PYC_AND,
    PL_PYC_FLOOR_DIVIDE,
    PL_PYC_SHIFT_LEFT,
    PL_PYC_MATRIX,
    PL_PYC_MULTIPLY,
    PL_PYC_REMAINDER,
    PL_PYC_OR,
    PL_PYC_POWER,
    PL_PYC_SHIFT_RIGHT,
    PL_PYC_SUBTRACT,
    PL_PYC_DIVIDE,
    PL_PYC_XOR,
    PL_PYC_ASSIGN_FIRST, /* the same 13 with an equals sign */
    PL_PYC_LESS = 26,
    PL_PYC_LESS_EQUAL,
    PL_PYC_EQUAL,
    PL_PYC_NOT_EQUAL,
    PL_PYC_GREATER,
    PL_PYC_GREATER_EQUAL,
    PL_PYC_IN,
    PL_PYC_NOT_IN,
    PL_PYC_IS,
    PL_PYC_IS_NOT,
    PL_PYC_NEGATIVE,
    PL_PYC_INVERT,
    PL_PYC_NOT,
    PL_PYC_OPERATORS
};

enum pl_pyc_act_kind {
    PL_PYC_ACT_OPERATOR, /* `value`: enum pl_pyc_operator */
    PL_PYC_ACT_CONSTANT, /* `value`: index of the constant */
    PL_PYC_ACT_NAME,     /* `value`: index of the name */
    PL_PYC_ACT_LOCAL,    /* `value`: index of the local name */
    PL_PYC_ACT_IMPORT,   /* a name, too; its level is a constant on the same line */
    PL_PYC_ACT_RETURN,
    PL_PYC_ACT_RETURN_CONSTANT /* `value`: index of the constant */
};

struct pl_pyc_act {
    enum pl_pyc_act_kind kind;
    uint32_t value;
    uint32_t line; /* 0: said to have none */
    uint32_t at;   /* byte of the instructions */
};

struct pl_pyc_opcodes;

struct pl_pyc_acts {
    const struct pl_pyc_opcodes *table;
    pl_bytes code;
    pl_bytes lines;
    pl_bytes kinds;
    size_t at;      /* of the next instruction */
    size_t line_at; /* in `lines` */
    size_t entry_end;
    int64_t base_line; /* that entries count from */
    uint32_t line;     /* of the present entry; 0: none */
    uint32_t second;   /* the other half of an instruction that loads two locals, and one; 0: none */
    uint32_t second_at;
};

/* False: no table for this version of Python. */
bool pl_pyc_acts_begin(struct pl_pyc_acts *x, const struct pl_pyc *pyc, const struct pl_pyc_code *code);
/* The next act; false at the end. */
bool pl_pyc_acts_next(struct pl_pyc_acts *x, struct pl_pyc_act *out);

#endif
