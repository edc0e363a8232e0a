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

/* A value: kind is PL_ITEM_NUMBER, PL_ITEM_FLOAT or PL_ITEM_UNKNOWN. */
struct table_value {
    uint64_t bits;
    uint8_t kind;
    bool is_plain;
    int16_t windows; /* what is added to the number there */
};

/* A function of C++ whose body is one expression. */
#define TABLE_PARAMETERS 4u
struct table_function {
    pl_bytes name;
    pl_bytes parameters[TABLE_PARAMETERS];
    unsigned n_parameters;
    size_t first, end; /* tokens of the expression */
};

/* A parameter, while the body of its function is read. */
#define TABLE_BOUND 128u
struct table_binding {
    pl_bytes name;
    struct table_value value;
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
    PL_VEC(struct table_function) functions;
    struct table_binding bound[TABLE_BOUND];
    size_t first_bound, n_bound; /* those of the present function; others are not seen */
    unsigned n_calls, depth;
    bool is_windows;  /* names have the values that they have there */
    bool has_windows; /* one of the present expression has another value there */
    struct pl_buf joined;
    bool is_out_of_memory;
};

/* The text of a token; and is there one at `i`, of that kind? */
static inline pl_bytes pl_table_token_text(const struct table_reader *r, size_t i)
{
    return pl_bytes_sub(r->text, r->t[i].at, r->t[i].length);
}

static inline bool pl_table_is_kind(const struct table_reader *r, size_t i, uint8_t kind)
{
    return i < r->end && r->t[i].kind == kind;
}

/* The switch statement whose word is token `at`, as the tables that a compiler may make of it. Returns where to read on. */
size_t pl_tables_read_switch(struct table_reader *r, size_t at, struct table_output *out);

/* The same for the chain of ifs whose first one is token `at`. */
size_t pl_tables_read_chain(struct table_reader *r, size_t at, struct table_output *out);

/* The same for the choices of which the first '?' is token `at`: x == A || x == B ? 'a' : x >= C && x <= D ? 'b' : 0. */
size_t pl_tables_read_choice(struct table_reader *r, size_t at, struct table_output *out);

/* tables_layout.c: put the items of the last list into the order that they have in memory. False when out of memory. */
bool pl_table_lay_out(struct pl_table *t, struct table_output *out);

/*
 * tables_constexpr.c: find the functions of the text; what a parameter stands for, or NULL; the value of a call, r->at being at its parenthesis; and
 * the list at token `at`, if it is an expansion of a pack: where to read on.
 */
void pl_tables_read_functions(struct table_reader *r);
const struct table_value *pl_table_bound(const struct table_reader *r, pl_bytes name);
struct table_value pl_table_call(struct table_reader *r, pl_bytes name);
size_t pl_tables_read_pack(struct table_reader *r, size_t at, struct table_output *out);

/* tables_go.c: the constants of a file of Go, among the names; those that cannot be worked out yet are counted. */
void pl_tables_read_go_constants(struct table_reader *r, struct table_names *defined, size_t *n_open);
/* Note a named number. False, and r->is_out_of_memory, when out of memory. */
bool pl_table_define(struct table_reader *r, struct table_names *defined, uint64_t name,
                     struct table_value v);

/* Cut the text into tokens and #defines. */
bool pl_table_lex(struct table_reader *r);

/* Read an expression at r->at; stops before the first token that does not belong to it. */
struct table_value pl_table_expression(struct table_reader *r);
/* The same, as a part of one. */
struct table_value pl_table_choice(struct table_reader *r);
/* The same for one operand, with what stands before it: "-1", "(int)X". */
struct table_value pl_table_operand(struct table_reader *r);

#endif
