/*
 * tables_read.h - tokens and constant expressions, for tables_read.c alone.
 */
#ifndef PL_CORPUS_TABLES_READ_H
#define PL_CORPUS_TABLES_READ_H

#include "base/buf.h"
#include "corpus/tables_set.h"
#include "format/text/clit.h"

/* A byte below 128 stands for itself. */
enum table_token_kind {
    TABLE_WORD = 128,
    TABLE_NUMBER,
    TABLE_CHARACTER,
    TABLE_STRING,
    TABLE_LEFT,  /* << */
    TABLE_RIGHT, /* >> */
    TABLE_EQUAL, /* == and others that compare: no initialiser follows */
    TABLE_BOTH,  /* && and || */
    TABLE_MARK   /* a directive stood here */
};

struct table_token {
    uint32_t at, length;
    uint8_t kind;
};

struct table_define {
    uint32_t first, n; /* tokens of the value, in `tokens` behind all others */
    uint64_t name;
};

struct table_reader {
    pl_bytes text;
    enum pl_clit_family family;
    uint32_t unit;
    const struct table_names *names;
    PL_VEC(struct table_token) tokens;
    PL_VEC(struct table_token) define_tokens;
    PL_VEC(struct table_define) defines;
    const struct table_token *t; /* what is being read: tokens or define_tokens */
    size_t at, end;
    unsigned nested;
    unsigned n_choices; /* of the present expression: ? : within each other */
    bool is_windows;    /* names have the values that they have there */
    bool has_windows;   /* one of the present expression has another value there */
    struct pl_buf joined;
    bool is_out_of_memory;
};

/* The switch statement whose word is token `at`, as the tables that a compiler may make of it. Returns where to read on. */
size_t pl_tables_read_switch(struct table_reader *r, size_t at, struct table_output *out);

/* The same for the chain of ifs whose first one is token `at`. */
size_t pl_tables_read_chain(struct table_reader *r, size_t at, struct table_output *out);

/* Cut the text into tokens and #defines. */
bool pl_table_lex(struct table_reader *r);

/* A value: kind is PL_ITEM_NUMBER, PL_ITEM_FLOAT or PL_ITEM_UNKNOWN. */
struct table_value {
    uint64_t bits;
    uint8_t kind;
    bool is_plain;
    int16_t windows; /* what is added to the number there */
};

/* Read an expression at r->at; stops before the first token that does not belong to it. */
struct table_value pl_table_expression(struct table_reader *r);
/* The same for one operand, with what stands before it: "-1", "(int)X". */
struct table_value pl_table_operand(struct table_reader *r);

#endif
