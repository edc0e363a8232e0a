/*
 * lex_family.h - what the families of lexers share; nobody else includes it.
 */
#ifndef PL_FORMAT_TEXT_LEX_FAMILY_H
#define PL_FORMAT_TEXT_LEX_FAMILY_H

#include "format/text/lex.h"

bool pl_lex_js_next(struct pl_lex *x, struct pl_lex_token *out);
bool pl_lex_plain_next(struct pl_lex *x, struct pl_lex_token *out);
bool pl_lex_shell_next(struct pl_lex *x, struct pl_lex_token *out);
bool pl_lex_markup_next(struct pl_lex *x, struct pl_lex_token *out);

/* Classes of bytes that most languages agree on. */
enum { PL_LEX_C_OTHER, PL_LEX_C_SPACE, PL_LEX_C_LINE, PL_LEX_C_WORD, PL_LEX_C_DIGIT, PL_LEX_C_QUOTE };
extern const uint8_t pl_lex_classes[256];

static inline uint8_t pl_lex_byte(const struct pl_lex *x, size_t at)
{
    return at < x->text.n ? x->text.p[at] : 0;
}

static inline uint8_t pl_lex_class(const struct pl_lex *x, size_t at)
{
    return at < x->text.n ? pl_lex_classes[x->text.p[at]] : (uint8_t)PL_LEX_C_OTHER;
}

/* Over blanks and line ends. */
void pl_lex_skip_blanks(struct pl_lex *x);
/* The byte after the word that begins at `at`. */
size_t pl_lex_word_end(const struct pl_lex *x, size_t at);
/* The byte after a number: digits, letters, dots, and a sign behind an exponent. */
size_t pl_lex_number_end(const struct pl_lex *x, size_t at);
/* The next line end at or after `at`, or the end of the text. */
size_t pl_lex_line_end(const struct pl_lex *x, size_t at);
/* Behind the next `end` at or after `at`, or the end of the text. */
size_t pl_lex_behind(const struct pl_lex *x, size_t at, pl_bytes end);

/*
 * Where the string that was opened just before `from` is closed by `quote`; SIZE_MAX when it is not. `may_go_on`: over line ends. A
 * failed search is remembered, so that all searches together are linear.
 */
size_t pl_lex_quote_end(struct pl_lex *x, size_t from, uint8_t quote, bool has_escapes, bool may_go_on);

/* Fill in a token [start, end) and move behind it; always true, for return. */
bool pl_lex_take(struct pl_lex *x, struct pl_lex_token *out, enum pl_lex_kind kind, size_t start, size_t end);
/* The same for one with delimiters around [from, to). */
bool pl_lex_take_body(struct pl_lex *x, struct pl_lex_token *out, enum pl_lex_kind kind, size_t start,
                      size_t from, size_t to, size_t end);

#endif
