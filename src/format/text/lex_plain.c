/*
 * lex_plain.c - the family of languages in which comments, strings and words can be told apart by the bytes they begin with: JSON, CSS,
 * Python, Lua, m4.
 *
 * Source: RFC 8259; CSS Syntax Level 3; the Python, Lua 5.4 and GNU m4 manuals, sections on lexical structure.
 * Not read here: changequote of m4 (its quotes are [ and ], as autoconf has them); f-strings of Python are one string.
 */
#include "format/text/lex_family.h"

#include <string.h>

/* [[ ... ]] and [==[ ... ]==] with `at` on the first bracket; 0 when it is none. */
static size_t long_bracket_end(const struct pl_lex *x, size_t at, size_t *from, size_t *to)
{
    uint8_t end[34] = {']'};
    size_t level = 0;
    while (level < 32 && pl_lex_byte(x, at + 1 + level) == '=')
        end[1 + level++] = '=';
    if (pl_lex_byte(x, at + 1 + level) != '[')
        return 0;
    end[1 + level] = ']';
    *from = at + 2 + level;
    size_t found = pl_bytes_find(x->text, pl_bytes_of(end, level + 2), *from);
    *to = found == SIZE_MAX ? x->text.n : found;
    return found == SIZE_MAX ? x->text.n : found + level + 2;
}

static bool is_word_at(const struct pl_lex *x, size_t at, const char *word)
{
    size_t n = strlen(word);
    return pl_bytes_eq(pl_bytes_sub(x->text, at, n), pl_bytes_of(word, n)) &&
           pl_lex_class(x, at + n) != PL_LEX_C_WORD && pl_lex_class(x, at + n) != PL_LEX_C_DIGIT;
}

/* The end of the comment that begins at `at`; 0 when none does. */
static size_t comment_end(const struct pl_lex *x, size_t at)
{
    unsigned habits = x->language->habits;
    uint8_t b = x->text.p[at];
    uint8_t next = pl_lex_byte(x, at + 1);
    size_t from;
    size_t to;
    if (b == '/' && next == '*' && (habits & (PL_LEX_SLASH_COMMENTS | PL_LEX_STAR_COMMENTS)))
        return pl_lex_behind(x, at + 2, PL_LIT("*/"));
    if (b == '/' && next == '/' && (habits & PL_LEX_SLASH_COMMENTS))
        return pl_lex_line_end(x, at);
    if (b == '#' && (habits & PL_LEX_HASH_COMMENTS))
        return pl_lex_line_end(x, at);
    if (b == '-' && next == '-' && (habits & PL_LEX_DASH_COMMENTS)) {
        size_t end = pl_lex_byte(x, at + 2) == '[' ? long_bracket_end(x, at + 2, &from, &to) : 0;
        return end != 0 ? end : pl_lex_line_end(x, at);
    }
    if (b == 'd' && (habits & PL_LEX_DNL_COMMENTS) && is_word_at(x, at, "dnl"))
        return pl_lex_line_end(x, at);
    return 0;
}

static bool take_quoted(struct pl_lex *x, struct pl_lex_token *out, size_t start, size_t at, bool is_raw)
{
    uint8_t quote = x->text.p[at];
    unsigned habits = x->language->habits;
    bool is_triple =
        (habits & PL_LEX_TRIPLE_QUOTES) && pl_lex_byte(x, at + 1) == quote && pl_lex_byte(x, at + 2) == quote;
    if (quote == '`' && !(habits & PL_LEX_BACKTICKS))
        return false;
    if (is_triple) {
        uint8_t end[3] = {quote, quote, quote};
        size_t found = pl_bytes_find(x->text, pl_bytes_of(end, 3), at + 3);
        size_t to = found == SIZE_MAX ? x->text.n : found;
        pl_lex_take_body(x, out, PL_LEX_STRING, start, at + 3, to, to + 3);
    } else {
        size_t to = pl_lex_quote_end(x, at + 1, quote, true, habits & PL_LEX_OPEN_QUOTES);
        if (to == SIZE_MAX)
            return false;
        pl_lex_take_body(x, out, PL_LEX_STRING, start, at + 1, to, to + 1);
    }
    out->is_raw = is_raw;
    return true;
}

/* r"" and the like: a short word of certain letters just before a quote. */
static bool take_prefixed(struct pl_lex *x, struct pl_lex_token *out, size_t start, size_t end)
{
    bool is_raw = false;
    bool is_bytes = false;
    if (!(x->language->habits & PL_LEX_PREFIXES) || end - start > 2 || pl_lex_class(x, end) != PL_LEX_C_QUOTE)
        return false;
    for (size_t i = start; i < end; i++) {
        uint8_t b = x->text.p[i] | 0x20;
        if (b != 'r' && b != 'b' && b != 'u' && b != 'f')
            return false;
        is_raw = is_raw || b == 'r';
        is_bytes = is_bytes || b == 'b';
    }
    if (!take_quoted(x, out, start, end, is_raw))
        return false;
    out->is_bytes = is_bytes;
    return true;
}

static bool take_word(struct pl_lex *x, struct pl_lex_token *out, size_t start)
{
    size_t end = pl_lex_word_end(x, start);
    if (take_prefixed(x, out, start, end))
        return true;
    while ((x->language->habits & PL_LEX_DASHED_WORDS) && pl_lex_byte(x, end) == '-' &&
           pl_lex_class(x, end + 1) == PL_LEX_C_WORD)
        end = pl_lex_word_end(x, end + 1);
    return pl_lex_take(x, out, PL_LEX_WORD, start, end);
}

bool pl_lex_plain_next(struct pl_lex *x, struct pl_lex_token *out)
{
    size_t from;
    size_t to;
    pl_lex_skip_blanks(x);
    if (x->at >= x->text.n)
        return false;
    size_t start = x->at;
    size_t end = comment_end(x, start);
    uint8_t b = x->text.p[start];
    if (end != 0)
        return pl_lex_take(x, out, PL_LEX_COMMENT, start, end);
    switch (pl_lex_classes[b]) {
    case PL_LEX_C_WORD: return take_word(x, out, start);
    case PL_LEX_C_DIGIT: return pl_lex_take(x, out, PL_LEX_NUMBER, start, pl_lex_number_end(x, start));
    case PL_LEX_C_QUOTE:
        if (!(x->language->habits & PL_LEX_M4_QUOTES) && take_quoted(x, out, start, start, false))
            return true;
        break;
    default: break;
    }
    if (b == '.' && pl_lex_class(x, start + 1) == PL_LEX_C_DIGIT)
        return pl_lex_take(x, out, PL_LEX_NUMBER, start, pl_lex_number_end(x, start));
    if (b == '[' && (x->language->habits & PL_LEX_LONG_BRACKETS) &&
        (end = long_bracket_end(x, start, &from, &to)) != 0) {
        pl_lex_take_body(x, out, PL_LEX_STRING, start, from, to, end);
        out->is_raw = true;
        return true;
    }
    return pl_lex_take(x, out, PL_LEX_PUNCT, start, start + 1);
}
