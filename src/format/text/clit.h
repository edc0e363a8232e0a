/*
 * clit.h - string literals and words of program text, without parsing it and without its headers.
 *
 * One lexer with a row of habits for each family of languages: how comments, strings and raw strings look. C is what it is for;
 * the others are good enough for telling where a string of a binary comes from.
 */
#ifndef PL_FORMAT_TEXT_CLIT_H
#define PL_FORMAT_TEXT_CLIT_H

#include "base/buf.h"

enum pl_clit_family {
    PL_CLIT_NONE, /* not program text */
    PL_CLIT_C,    /* C, C++, Objective-C, assembler through cpp, yacc, lex, headers */
    PL_CLIT_JS,
    PL_CLIT_GO,
    PL_CLIT_RUST,
    PL_CLIT_JAVA,
    PL_CLIT_PYTHON,
    PL_CLIT_SHELL /* shell, Perl, awk, Ruby: # comments, both quotes */
};

enum pl_clit_kind {
    PL_CLIT_STRING,
    PL_CLIT_WORD,
    PL_CLIT_OTHER /* one byte of anything else but space and comments; character constants come as one of these */
};

struct pl_clit_token {
    enum pl_clit_kind kind;
    size_t offset; /* byte in the text, prefix and quotes included */
    size_t length;
    pl_bytes body; /* between the quotes, undecoded; the word itself */
    bool is_raw;   /* body is the value: no escapes in it */
    bool is_first; /* first token of a line; a line continued by a backslash is one line */
    uint8_t byte;  /* of PL_CLIT_OTHER */
};

struct pl_clit {
    pl_bytes text; /* borrowed */
    enum pl_clit_family family;
    size_t at;
    bool is_line_start;
};

/* "gtools-h.in", "types_h.in": a template of a header of C, from which configure makes gtools.h. */
bool pl_clit_is_header_template(pl_bytes path);

/* By the suffix of the path; ".in" and the like at the end are looked through. */
enum pl_clit_family pl_clit_family_of(pl_bytes path);

void pl_clit_init(struct pl_clit *lexer, pl_bytes text, enum pl_clit_family family);
/* The next token; false at the end. Any bytes will do; the whole text takes time linear in its length. */
bool pl_clit_next(struct pl_clit *lexer, struct pl_clit_token *out);

/* Is it this one byte? */
bool pl_clit_is_byte(const struct pl_clit_token *t, uint8_t byte);
/*
 * A list in parentheses: moves the lexer behind it and returns the byte it ends before. 0, and the lexer as it was, when the next token opens none
 * or the list has more than `max_tokens`.
 */
size_t pl_clit_skip_list(struct pl_clit *lexer, size_t max_tokens);

/* Append the value of a string token: escapes decoded as the family does. Failure sticks in `out`. */
void pl_clit_decode(const struct pl_clit_token *token, enum pl_clit_family family, struct pl_buf *out);

#endif
