/*
 * source_quote.c - strings and characters of the languages.
 *
 * A string that does not end on its line, where the language wants it to, is none.
 *
 * Source: C17 6.4.4.4 and 6.4.5, C++20 [lex.string]; the Rust reference, tokens; the Go specification, string literals.
 */
#include "feature/source_lex.h"

static uint8_t byte_at(const struct pl_source_lex *x, size_t at)
{
    return at < x->end ? x->text.p[at] : 0;
}

static size_t find(const struct pl_source_lex *x, const char *what, size_t from)
{
    pl_bytes hay = pl_bytes_sub(x->text, 0, x->end);
    size_t at = pl_bytes_find(hay, pl_bytes_of_str(what), from);
    return at == SIZE_MAX ? x->end : at;
}

/* Where a string that began behind its quote ends on this logical line, in Rust anywhere; SIZE_MAX when it does not. */
static size_t quote_end(const struct pl_source_lex *x, size_t from, uint8_t quote)
{
    for (size_t i = from; i < x->end; i++) {
        uint8_t b = x->text.p[i];
        if (b == quote)
            return i;
        if (b == '\n' && (quote == '\'' || x->language != PL_SOURCE_RUST))
            return SIZE_MAX;
        if (b == '\\') {
            i++;
            if (byte_at(x, i) == '\r' && byte_at(x, i + 1) == '\n')
                i++;
        }
    }
    return SIZE_MAX;
}

static bool take_string(struct pl_source_lex *x, pl_tokens *tokens, size_t prefix)
{
    uint8_t quote = byte_at(x, x->at + prefix);
    size_t end = quote_end(x, x->at + prefix + 1, quote);
    if (end == SIZE_MAX)
        return false;
    struct pl_token *t =
        pl_source_add_token(x, tokens, quote == '"' ? PL_TOKEN_STRING : PL_TOKEN_CHARACTER, end + 1 - x->at);
    if (t != NULL) {
        t->link = (uint32_t)prefix + 1;
        t->behind = 1;
    }
    return true;
}

/* R"x( ... )x", `prefix` bytes before its quote. */
static bool take_raw(struct pl_source_lex *x, pl_tokens *tokens, size_t prefix)
{
    char end[20] = {')'};
    size_t from = x->at + prefix + 1;
    size_t n = 0;
    for (; byte_at(x, from + n) != '('; n++) {
        uint8_t b = byte_at(x, from + n);
        if (n == 16 || b <= ' ' || b == ')' || b == '\\' || b == '"')
            return false;
        end[1 + n] = (char)b;
    }
    end[1 + n] = '"';
    size_t stop = find(x, end, from + n + 1);
    bool is_closed = stop < x->end;
    struct pl_token *t =
        pl_source_add_token(x, tokens, PL_TOKEN_STRING, (is_closed ? stop + n + 2 : x->end) - x->at);
    if (t != NULL) {
        t->link = (uint32_t)(prefix + n + 2);
        t->behind = is_closed ? (uint16_t)(n + 2) : 0;
        t->flags |= PL_TOKEN_RAW;
    }
    return true;
}

/* L"", u8"", R"()". */
static bool take_c_prefixed(struct pl_source_lex *x, pl_tokens *tokens, size_t n)
{
    const uint8_t *p = x->text.p + x->at;
    uint8_t next = byte_at(x, x->at + n);
    bool is_raw = p[n - 1] == 'R';
    size_t letters = n - is_raw;
    bool is_prefix = letters == 0 || (letters == 1 && (p[0] == 'L' || p[0] == 'u' || p[0] == 'U')) ||
                     (letters == 2 && p[0] == 'u' && p[1] == '8');
    if (!is_prefix)
        return false;
    return is_raw && next == '"' ? take_raw(x, tokens, n) : take_string(x, tokens, n);
}

/* r"..." and r#"..."#, `prefix` bytes before the first # or quote. */
static bool take_rust_raw(struct pl_source_lex *x, pl_tokens *tokens, size_t prefix)
{
    char end[10] = {'"'};
    size_t n = 0;
    while (n < 8 && byte_at(x, x->at + prefix + n) == '#')
        end[1 + n++] = '#';
    if (byte_at(x, x->at + prefix + n) != '"')
        return false;
    size_t stop = find(x, end, x->at + prefix + n + 1);
    size_t behind = stop < x->end ? n + 1 : 0;
    struct pl_token *t = pl_source_add_token(x, tokens, PL_TOKEN_STRING, stop + behind - x->at);
    if (t != NULL) {
        t->link = (uint32_t)(prefix + n + 1);
        t->behind = (uint16_t)behind;
        t->flags |= PL_TOKEN_RAW;
    }
    return true;
}

bool pl_source_take_prefixed(struct pl_source_lex *x, pl_tokens *tokens, size_t n)
{
    if (x->language == PL_SOURCE_JAVA)
        return false;
    uint8_t next = byte_at(x, x->at + n);
    const uint8_t *p = x->text.p + x->at;
    if ((next != '"' && next != '\'' && next != '#') || n > 3)
        return false;
    if (x->language == PL_SOURCE_RUST) {
        if (p[n - 1] == 'r' && next != '\'' && (n == 1 || (n == 2 && (p[0] == 'b' || p[0] == 'c'))))
            return take_rust_raw(x, tokens, n);
        return n == 1 && (p[0] == 'b' || p[0] == 'c') && next != '#' && take_string(x, tokens, n);
    }
    return x->language != PL_SOURCE_GO && next != '#' && take_c_prefixed(x, tokens, n);
}

/* A text block of Java, JLS 3.10.6: three quotes, a line end, and all up to three quotes without a backslash before. */
static bool take_text_block(struct pl_source_lex *x, pl_tokens *tokens)
{
    size_t end = x->at + 3;
    while (end < x->end &&
           !(x->text.p[end] == '"' && byte_at(x, end + 1) == '"' && byte_at(x, end + 2) == '"'))
        end += x->text.p[end] == '\\' ? 2 : 1;
    if (end >= x->end) {
        x->has_no_block_end = true;
        return false;
    }
    struct pl_token *t = pl_source_add_token(x, tokens, PL_TOKEN_STRING, end + 3 - x->at);
    if (t != NULL) {
        t->link = 3;
        t->behind = 3;
    }
    return true;
}

/* 'a' but not 'a of a lifetime. */
static bool is_rust_character(const struct pl_source_lex *x)
{
    uint8_t first = byte_at(x, x->at + 1);
    if (first == '\\')
        return true;
    size_t n = first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
    return byte_at(x, x->at + 1 + n) == '\'';
}

bool pl_source_take_quoted(struct pl_source_lex *x, pl_tokens *tokens)
{
    uint8_t quote = x->text.p[x->at];
    if (quote == '`') {
        if (x->language != PL_SOURCE_GO)
            return false;
        size_t stop = find(x, "`", x->at + 1);
        size_t behind = stop < x->end;
        struct pl_token *t = pl_source_add_token(x, tokens, PL_TOKEN_STRING, stop + behind - x->at);
        if (t != NULL) {
            t->link = 1;
            t->behind = (uint16_t)behind;
            t->flags |= PL_TOKEN_RAW;
        }
        return true;
    }
    if (quote == '\'' && x->language == PL_SOURCE_RUST && !is_rust_character(x))
        return false;
    bool is_block = x->language == PL_SOURCE_JAVA && quote == '"' && byte_at(x, x->at + 1) == '"' &&
                    byte_at(x, x->at + 2) == '"' && !x->has_no_block_end;
    if (is_block && take_text_block(x, tokens))
        return true;
    return take_string(x, tokens, 0);
}
