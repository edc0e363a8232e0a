/*
 * source_read.h - what the readers of the languages share: the definitions and atoms gathered so far, and the walk over a body.
 *
 * Internal to source_code.h. Positions are numbers of tokens in `t`; 0 is never a real one.
 */
#ifndef PL_FEATURE_SOURCE_READ_H
#define PL_FEATURE_SOURCE_READ_H

#include "base/buf.h"
#include "feature/source_lex.h"

#define PL_SOURCE_MAX_DEPTH 64u

/* Tokens that stand at file scope. */
struct pl_source_part {
    uint32_t first, end;
};

struct pl_source_reader {
    struct pl_source_lex lex;
    const struct pl_token *t; /* lex.tokens.v, or lex.macro_tokens.v while a macro is read */
    enum pl_source_language language;
    PL_VEC(struct pl_definition) definitions;
    PL_VEC(struct pl_atom) atoms;
    PL_VEC(struct pl_source_part) parts;
    PL_VEC(pl_bytes) resolvers; /* named by __attribute__((ifunc("..."))) */
    struct pl_arena *arena;
    struct pl_buf pieces;   /* of a format string */
    struct pl_buf joined;   /* a string being put together */
    uint32_t last_function; /* number that was given last */
    uint32_t function;      /* number of the function being read: names declared in it carry it */
    uint32_t sym_static, sym_extern;
    bool is_cpp;    /* C++ words mean something: also in a header of C that turns out to be of C++ */
    pl_bytes scope; /* of what is defined next */
    uint32_t depth; /* of enumerators and scopes within each other */
    pl_status why;  /* first failure sticks */
};

static inline const struct pl_symbol *pl_source_symbol_at(const struct pl_source_reader *r, uint32_t i)
{
    return &r->lex.symbols.v[r->t[i].kind == PL_TOKEN_WORD ? r->t[i].link : 0];
}

/* The word at `i`; no bytes where none stands. */
static inline pl_bytes pl_source_text_at(const struct pl_source_reader *r, uint32_t i)
{
    return r->t[i].kind == PL_TOKEN_WORD ? pl_source_symbol_at(r, i)->text : (pl_bytes){0};
}

/* PL_WORD_PLAIN also for what is no word: ask for the kind first. */
static inline enum pl_word pl_source_word_at(const struct pl_source_reader *r, uint32_t i)
{
    return (enum pl_word)pl_source_symbol_at(r, i)->word;
}

static inline bool pl_source_is_word(const struct pl_source_reader *r, uint32_t i, enum pl_word word)
{
    return r->t[i].kind == PL_TOKEN_WORD && pl_source_word_at(r, i) == word;
}

static inline bool pl_source_is_name(const struct pl_source_reader *r, uint32_t i)
{
    return pl_source_is_word(r, i, PL_WORD_PLAIN);
}

/* From here on no name is local. */
static inline void pl_source_new_function(struct pl_source_reader *r)
{
    r->function = ++r->last_function;
}

/* The closing fellow of the bracket at `i` when it lies in (i, to), else 0. */
static inline uint32_t pl_source_close(const struct pl_source_reader *r, uint32_t i, uint32_t to)
{
    uint32_t link = r->t[i].link;
    return link > i && link < to ? link : 0;
}

/* The token behind the group that opens at `i`; the next one when it has no end. */
static inline uint32_t pl_source_skip(const struct pl_source_reader *r, uint32_t i, uint32_t to)
{
    uint32_t close = pl_source_close(r, i, to);
    return (close == 0 ? i : close) + 1;
}

/* The token behind the template arguments whose < stands at `i`, or 0 when it is no such thing. */
uint32_t pl_source_angles(const struct pl_source_reader *r, uint32_t i, uint32_t to);

/* Value of a number token. `is_float`: the bits of a double. False when it is none. */
bool pl_source_number(pl_bytes text, uint64_t *value, bool *is_float);

/*
 * The longest expression of literals around the number at `i`, no token before `from`: 1 << 20, -(4 * 1024).
 * *first and *end are its tokens, *value its value in 64 bits. False when it is just the number, or none.
 */
bool pl_source_fold(const struct pl_source_reader *r, uint32_t from, uint32_t i, uint32_t to, uint32_t *first,
                    uint32_t *end, uint64_t *value);

/* `outer` and `inner` with :: between them where both are there; in the arena. */
pl_bytes pl_source_join_scope(struct pl_source_reader *r, pl_bytes outer, pl_bytes inner);

/* Empty a buffer, but do not forget its failure. */
void pl_source_clear(struct pl_source_reader *r, struct pl_buf *b);
/* What is in it, in the arena. */
pl_bytes pl_source_keep(struct pl_source_reader *r, const struct pl_buf *b);

/* The value of the string token at `i` into `out`, which is cleared before. */
void pl_source_decode(struct pl_source_reader *r, uint32_t i, struct pl_buf *out);

/* Append an atom for the token at `i`. */
void pl_source_emit_text(struct pl_source_reader *r, enum pl_atom_kind kind, uint32_t i, pl_bytes text);
void pl_source_emit_word(struct pl_source_reader *r, enum pl_atom_kind kind, uint32_t i);
void pl_source_emit_hash(struct pl_source_reader *r, enum pl_atom_kind kind, uint32_t i, uint64_t hash);
void pl_source_emit_value(struct pl_source_reader *r, enum pl_atom_kind kind, uint32_t i, uint64_t value);
/* The string at `i` with its neighbours, which end before the result. */
uint32_t pl_source_emit_string(struct pl_source_reader *r, uint32_t from, uint32_t i, uint32_t to);
/* The number at `i` with what it is folded with; the result is behind it. */
uint32_t pl_source_emit_number(struct pl_source_reader *r, uint32_t from, uint32_t i, uint32_t to);

/* The character constant at `i`, where it has several characters: 'RIFF'. */
void pl_source_emit_character(struct pl_source_reader *r, uint32_t i);

/*
 * Begin a definition that reaches from token `first` to before `end`; its atoms are those emitted until pl_source_end(). The result is its
 * number, SIZE_MAX on failure, which pl_source_end() takes, too.
 */
size_t pl_source_begin(struct pl_source_reader *r, enum pl_definition_kind kind, pl_bytes name,
                       uint32_t first, uint32_t end);
void pl_source_end(struct pl_source_reader *r, size_t definition);

/* Atoms of the expressions and statements in [from, to); objects and functions that are defined within become definitions. */
void pl_source_body(struct pl_source_reader *r, uint32_t from, uint32_t to);
/* source_shape.c: of the tokens [from, to) that stand in at most `arms` #if; the number of the others. */
struct pl_shape pl_source_shape(const struct pl_source_reader *r, uint32_t from, uint32_t to, unsigned arms);
uint32_t pl_source_count_deeper(const struct pl_source_reader *r, uint32_t from, uint32_t to, unsigned arms);
/* The names that the parameters between the parentheses declare are local to r->function. Returns their number. */
uint16_t pl_source_parameters(struct pl_source_reader *r, uint32_t open, uint32_t close);
/* Each enumerator between the braces is a macro. */
void pl_source_enumerators(struct pl_source_reader *r, uint32_t open, uint32_t close);
/* The token behind an initialiser that begins at `i`: a comma or a semicolon, or `to`. */
uint32_t pl_source_initialiser_end(const struct pl_source_reader *r, uint32_t i, uint32_t to);

/* The body of a class within a function. */
void pl_source_read_class(struct pl_source_reader *r, uint32_t tag, uint32_t open, uint32_t close);
/* File scope of C, C++ and Objective-C. */
void pl_source_read_c(struct pl_source_reader *r, uint32_t from, uint32_t to);
/* Is it input of bash's mkbuiltins? Of such a text the C alone is lexed; false when out of memory. */
bool pl_source_is_builtins(pl_bytes text);
PL_MUST_USE bool pl_source_lex_builtins(struct pl_source_lex *x);

/* Has the text sections, as input of yacc and lex has? */
bool pl_source_is_grammar(pl_bytes text);
/* Such a text, from the lexer on. */
void pl_source_read_grammar(struct pl_source_reader *r);
void pl_source_read_rust(struct pl_source_reader *r, uint32_t from, uint32_t to);
void pl_source_read_objc(struct pl_source_reader *r, uint32_t from, uint32_t to);
/* The selector of the message between the brackets, as a string; false when there is none. */
bool pl_source_emit_selector(struct pl_source_reader *r, uint32_t open, uint32_t close);
/* Does the Perl program write assembly for x86-64? */
bool pl_source_is_perlasm(pl_bytes text);
void pl_source_read_asm(struct pl_source_reader *r, uint32_t from, uint32_t to);
void pl_source_read_go(struct pl_source_reader *r, uint32_t from, uint32_t to);
/* The #defines of the file. */
void pl_source_read_macros(struct pl_source_reader *r);

#endif
