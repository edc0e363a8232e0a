/*
 * source_lex.h - tokens of program text, with brackets matched through #if and #else.
 *
 * Internal to the readers of source_code.h. One array of tokens for the text, another for the bodies of #define; a directive leaves
 * nothing in the first. Words are numbered, so that a question about a word is a look into a table.
 */
#ifndef PL_FEATURE_SOURCE_LEX_H
#define PL_FEATURE_SOURCE_LEX_H

#include "base/map.h"
#include "base/vec.h"
#include "feature/source_code.h"

/* A byte below 128 stands for itself. */
enum pl_token_kind {
    PL_TOKEN_WORD = 128,
    PL_TOKEN_NUMBER,
    PL_TOKEN_STRING,
    PL_TOKEN_CHARACTER,
    PL_TOKEN_ARROW,       /* -> */
    PL_TOKEN_SCOPE,       /* :: */
    PL_TOKEN_PASTE,       /* ## */
    PL_TOKEN_SHIFT_LEFT,  /* << */
    PL_TOKEN_SHIFT_RIGHT, /* >> */
    PL_TOKEN_OPERATOR     /* another of two or three bytes: && += ... */
};

enum pl_token_flags {
    PL_TOKEN_FIRST = 1,   /* of its line */
    PL_TOKEN_COLUMN0 = 2, /* at the very beginning of its line */
    PL_TOKEN_SPACED = 4,  /* there is space before it */
    PL_TOKEN_RAW = 8,     /* a string without escapes */
    PL_TOKEN_TWIN =
        16 /* an opening bracket whose fellow in the next arm of the #if goes on; that one's number is its `length` */
};

struct pl_token {
    uint32_t at;
    uint32_t length;
    uint32_t
        link; /* word: its symbol; bracket: the token of its fellow, 0 when it has none; string: bytes of prefix and quote in front */
    uint8_t kind;
    uint8_t flags;
    uint16_t behind : 12; /* string: bytes of the quote at the end */
    uint16_t arms : 4;    /* #if that are open around it; PL_MAX_ARMS when that many, or more */
};

#define PL_MAX_ARMS 15u

/* What a word is to the language, before anybody declares it. */
enum pl_word {
    PL_WORD_PLAIN,
    PL_WORD_TYPE,    /* int, const, unsigned: may stand before a declared name */
    PL_WORD_STORAGE, /* static, inline, extern */
    PL_WORD_TAG,     /* struct, union, class: a tag follows */
    PL_WORD_ENUM,
    PL_WORD_CONTROL, /* if, while: a parenthesis behind it is no call */
    PL_WORD_SWITCH,
    PL_WORD_CASE,
    PL_WORD_GOTO,
    PL_WORD_SIZEOF,    /* and all whose operand leaves nothing behind */
    PL_WORD_ATTRIBUTE, /* __attribute__, alignas: a group that belongs to a declaration */
    PL_WORD_ASM,
    PL_WORD_ASSERT, /* _Static_assert */
    PL_WORD_NAMESPACE,
    PL_WORD_TEMPLATE,
    PL_WORD_OPERATOR,
    PL_WORD_VALUE,  /* true, nullptr, this: neither a name nor a type */
    PL_WORD_ACCESS, /* public, private */
    PL_WORD_USING
};

struct pl_symbol {
    pl_bytes text;
    uint64_t hash;     /* pl_atom_hash_text(), 0 until it is asked for */
    uint32_t local_of; /* number of the last function that declared it */
    uint8_t word;      /* enum pl_word */
    bool is_upper;     /* has capitals and no small letter */
};

struct pl_macro_text {
    uint32_t at, end;  /* from the # to the end of the last line */
    uint32_t first, n; /* tokens behind the word "define" */
};

/* Where the open brackets stood at an #if and at the end of its first arm. */
struct pl_lex_arm {
    uint32_t at_if, first_end;
    bool has_first;
    bool is_dead; /* #if 0: this arm leaves no trace in the depth */
};

/* An open bracket of the first arm and the one of the last arm that stands for it behind the #endif. */
struct pl_lex_twin {
    uint32_t token, fellow;
};

typedef PL_VEC(struct pl_token) pl_tokens;

struct pl_source_lex {
    pl_bytes text;
    enum pl_source_language language;
    size_t at, end;
    uint8_t pending;  /* flags of the next token */
    pl_tokens tokens; /* the first is a dummy, so that 0 is none */
    pl_tokens macro_tokens;
    PL_VEC(struct pl_macro_text) macros;
    PL_VEC(pl_bytes) includes;
    PL_VEC(struct pl_symbol) symbols; /* the first is a dummy */
    struct pl_map names;
    PL_VEC(struct pl_lex_arm) arms; /* #if that are open */
    size_t deeper_arms;             /* #if that are open beyond what is kept */
    PL_VEC(struct pl_lex_twin) twins;
    uint32_t open;         /* innermost open bracket of `tokens`, linked by `length` */
    bool has_no_block_end; /* Java: a search for the end of a text block has failed */
    size_t max_tokens;
    pl_status why; /* sticky: PL_OK, PL_E_NOMEM, or PL_E_LIMIT when there are more tokens than max_tokens */
};

/* `max_tokens` is a field of pl_limits. */
void pl_source_lex_init(struct pl_source_lex *x, pl_bytes text, enum pl_source_language language,
                        uint64_t max_tokens);
void pl_source_lex_reset(struct pl_source_lex *x);
/* Append the tokens of [from, to). False when x->why is not PL_OK. */
bool pl_source_lex_range(struct pl_source_lex *x, size_t from, size_t to);
/* No more ranges: a few empty tokens are put behind both arrays, so that a look ahead by three is always allowed. */
bool pl_source_lex_finish(struct pl_source_lex *x);
/* Append the token of `length` bytes at x->at and move on; NULL when x->why is not PL_OK. */
struct pl_token *pl_source_add_token(struct pl_source_lex *x, pl_tokens *tokens, uint8_t kind, size_t length);
/* The string or character whose quote stands at x->at; false when it is none. */
bool pl_source_take_quoted(struct pl_source_lex *x, pl_tokens *tokens);
/* The same when the word of `n` bytes at x->at is the prefix of one: L"", r#""#. */
bool pl_source_take_prefixed(struct pl_source_lex *x, pl_tokens *tokens, size_t n);
/* The number of a word; 0 and PL_E_NOMEM in `why` when there is no room. */
uint32_t pl_source_symbol(struct pl_source_lex *x, pl_bytes word);
/* Make the keywords of a language known, also when its tokens are there already. */
void pl_source_add_words(struct pl_source_lex *x, enum pl_source_language language);

#endif
