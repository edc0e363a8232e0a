/*
 * lex.h - tokens of script and data languages: where each begins and ends, and what a string is worth.
 *
 * A language is a row of the table in lex.c: its suffixes, its habits and the file of its family, which knows how to go on from one token to the
 * next. Any bytes will do; a whole text takes time linear in its length; what opens and never closes is taken as
 * single bytes. Every byte of the text is in one token or is blank.
 */
#ifndef PL_FORMAT_TEXT_LEX_H
#define PL_FORMAT_TEXT_LEX_H

#include "base/buf.h"

enum pl_lex_kind {
    PL_LEX_WORD,    /* identifier or keyword; in markup the name of a tag or attribute */
    PL_LEX_NUMBER,  /* as written: "0x1f", "1_000", "1.5em" */
    PL_LEX_STRING,  /* body: between the quotes, undecoded */
    PL_LEX_CHUNK,   /* a constant part of a template literal */
    PL_LEX_REGEX,   /* body: from slash to slash; the flags belong to the token */
    PL_LEX_TEXT,    /* text between tags */
    PL_LEX_PUNCT,   /* `byte` is its first one */
    PL_LEX_COMMENT, /* and an interpreter line */
};

struct pl_lex_token {
    size_t offset;
    size_t length;
    pl_bytes body; /* what is between the delimiters; the word itself */
    enum pl_lex_kind kind;
    uint8_t byte;    /* of PL_LEX_PUNCT; else the byte the token begins with */
    bool is_first;   /* a line end stands before it */
    bool is_raw;     /* body is the value: no escapes in it; PL_LEX_WORD: the name of an attribute */
    bool is_bytes;   /* PL_LEX_STRING: b"\xff", where an escape is a byte and no character */
    bool is_opening; /* PL_LEX_CHUNK: the first of its template; PL_LEX_WORD: the name of a tag */
    bool is_closing; /* PL_LEX_CHUNK: the last of its template */
};

/* Habits of a language; what they mean to the lexer and to whoever reads atoms out of the tokens. */
enum {
    PL_LEX_KEEPS_NAMES = 1u << 0, /* nothing renames identifiers on the way to the package */
    PL_LEX_JSX = 1u << 1,
    PL_LEX_TYPES = 1u << 2, /* TypeScript's declarations are dropped on the way */
    PL_LEX_SLASH_COMMENTS = 1u << 3,
    PL_LEX_STAR_COMMENTS = 1u << 4,
    PL_LEX_HASH_COMMENTS = 1u << 5,
    PL_LEX_DASH_COMMENTS = 1u << 6, /* Lua: --, and --[[ ]] */
    PL_LEX_DNL_COMMENTS = 1u << 7,
    PL_LEX_TRIPLE_QUOTES = 1u << 8,
    PL_LEX_LONG_BRACKETS = 1u << 9,
    PL_LEX_M4_QUOTES = 1u << 10,
    PL_LEX_BACKTICKS = 1u << 11,
    PL_LEX_DASHED_WORDS = 1u << 12,
    PL_LEX_OPEN_QUOTES = 1u << 13, /* strings go over line ends */
    PL_LEX_HEREDOCS = 1u << 14,
    PL_LEX_QUOTE_LIKE = 1u << 15, /* Perl's q{}, m//, s///, Ruby's %w() */
    PL_LEX_IS_DATA = 1u << 16,    /* nothing in it runs */
    PL_LEX_PREFIXES = 1u << 17,   /* r"", b'' */
};

struct pl_lex;

struct pl_lex_language {
    const char *name;     /* "javascript" */
    const char *suffixes; /* ".js .mjs .cjs" */
    const char *interpreters;
    unsigned habits;
    bool (*next)(struct pl_lex *lexer, struct pl_lex_token *out);
};

#define PL_LEX_DEPTH 4096u /* templates and tags within each other that are followed; deeper ones are bytes */

struct pl_lex_frame {
    uint32_t braces; /* open ones inside the hole */
    uint8_t kind;
};

struct pl_lex {
    pl_bytes text; /* borrowed */
    const struct pl_lex_language *language;
    size_t at;
    size_t no_close_before[4]; /* of ", ', `, /: a search from before that place has failed already */
    uint64_t parens;           /* one bit an open parenthesis: it belongs to if, while, for, with */
    bool is_first;
    bool may_be_regex; /* an operand can stand here */
    bool is_after_control;
    bool is_in_tag;       /* markup */
    uint8_t raw_text;     /* markup: inside of script or style */
    uint32_t depth;       /* frames in use */
    size_t heredoc_at;    /* where the body of a here-document begins; 0 none waits */
    pl_bytes heredoc_tag; /* and the line that ends it */
    struct pl_lex_frame frames[PL_LEX_DEPTH];
};

/* By suffix, then by interpreter line; NULL when the text is in none of the languages. */
const struct pl_lex_language *pl_lex_language_of(pl_bytes path, pl_bytes text);
/* The row of that name; NULL when there is none. */
const struct pl_lex_language *pl_lex_language_named(const char *name);
/* Row i of the table; NULL past its end. */
const struct pl_lex_language *pl_lex_language_at(size_t i);

void pl_lex_init(struct pl_lex *lexer, pl_bytes text, const struct pl_lex_language *language);
/* The next token; false at the end. */
bool pl_lex_next(struct pl_lex *lexer, struct pl_lex_token *out);

/* Append the value of a string, chunk or text. Failure sticks in `out`. */
void pl_lex_decode(const struct pl_lex_token *token, const struct pl_lex_language *language,
                   struct pl_buf *out);
/* Does decoding change anything? When not, body is the value. */
bool pl_lex_has_escapes(const struct pl_lex_token *token, const struct pl_lex_language *language);

#endif
