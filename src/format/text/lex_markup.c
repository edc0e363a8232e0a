/*
 * lex_markup.c - the family of tags: HTML, XML, SVG, components of Vue and Svelte.
 *
 * Text between tags is one token; what stands in <script> and <style> is cut into words, strings and bytes like code, so that it cannot hide as
 * one long text.
 *
 * Source: the HTML standard, 13.2.5 (tokenization); XML 1.0 (5th edition) 2.4 to 2.8.
 * Not read here: character references; the states of a script that contains "<!--".
 */
#include "format/text/lex_family.h"

#include <string.h>

static bool is_named(const struct pl_lex *x, size_t at, const char *name)
{
    size_t i = 0;
    for (; name[i] != '\0'; i++)
        if ((pl_lex_byte(x, at + i) | 0x20) != name[i])
            return false;
    uint8_t class = pl_lex_class(x, at + i);
    return class != PL_LEX_C_WORD && class != PL_LEX_C_DIGIT;
}

static const char *raw_name(uint8_t raw_text)
{
    return raw_text == 1 ? "script" : "style";
}

static size_t word_end(const struct pl_lex *x, size_t at)
{
    while (pl_lex_class(x, at) == PL_LEX_C_WORD || pl_lex_class(x, at) == PL_LEX_C_DIGIT ||
           (pl_lex_byte(x, at) == '-' && x->is_in_tag) || (pl_lex_byte(x, at) == ':' && x->is_in_tag))
        at++;
    return at;
}

static bool take_code(struct pl_lex *x, struct pl_lex_token *out)
{
    size_t start = x->at;
    uint8_t b = x->text.p[start];
    switch (pl_lex_classes[b]) {
    case PL_LEX_C_WORD: return pl_lex_take(x, out, PL_LEX_WORD, start, word_end(x, start + 1));
    case PL_LEX_C_DIGIT: return pl_lex_take(x, out, PL_LEX_NUMBER, start, pl_lex_number_end(x, start));
    case PL_LEX_C_QUOTE: {
        size_t end = pl_lex_quote_end(x, start + 1, b, !x->is_in_tag, x->is_in_tag || b == '`');
        if (end == SIZE_MAX)
            break;
        pl_lex_take_body(x, out, PL_LEX_STRING, start, start + 1, end, end + 1);
        out->is_raw = x->is_in_tag;
        return true;
    }
    default: break;
    }
    if (!x->is_in_tag && b == '/' && pl_lex_byte(x, start + 1) == '*')
        return pl_lex_take(x, out, PL_LEX_COMMENT, start, pl_lex_behind(x, start + 2, PL_LIT("*/")));
    if (!x->is_in_tag && b == '/' && pl_lex_byte(x, start + 1) == '/')
        return pl_lex_take(x, out, PL_LEX_COMMENT, start, pl_lex_line_end(x, start));
    return pl_lex_take(x, out, PL_LEX_PUNCT, start, start + 1);
}

/* `<` where text can stand: a tag begins, or a comment is. */
static bool take_open(struct pl_lex *x, struct pl_lex_token *out)
{
    size_t start = x->at;
    if (pl_bytes_starts(pl_bytes_from(x->text, start), PL_LIT("<!--")))
        return pl_lex_take(x, out, PL_LEX_COMMENT, start, pl_lex_behind(x, start + 4, PL_LIT("-->")));
    x->is_in_tag = true;
    x->raw_text = is_named(x, start + 1, "script") ? 1 : is_named(x, start + 1, "style") ? 2 : 0;
    return pl_lex_take(x, out, PL_LEX_PUNCT, start, start + 1);
}

bool pl_lex_markup_next(struct pl_lex *x, struct pl_lex_token *out)
{
    pl_lex_skip_blanks(x);
    if (x->at >= x->text.n)
        return false;
    size_t start = x->at;
    uint8_t b = x->text.p[start];
    if (x->is_in_tag) {
        if (b == '>') {
            bool is_empty = start > 0 && x->text.p[start - 1] == '/';
            x->is_in_tag = false;
            x->raw_text = is_empty ? 0 : x->raw_text;
            return pl_lex_take(x, out, PL_LEX_PUNCT, start, start + 1);
        }
        return take_code(x, out);
    }
    if (x->raw_text != 0) {
        if (b == '<' && pl_lex_byte(x, start + 1) == '/' && is_named(x, start + 2, raw_name(x->raw_text))) {
            x->raw_text = 0;
            x->is_in_tag = true;
            return pl_lex_take(x, out, PL_LEX_PUNCT, start, start + 1);
        }
        return take_code(x, out);
    }
    if (b == '<')
        return take_open(x, out);
    size_t end = pl_bytes_find_byte(x->text, '<', start);
    return pl_lex_take(x, out, PL_LEX_TEXT, start, end == SIZE_MAX ? x->text.n : end);
}
