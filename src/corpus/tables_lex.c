/*
 * tables_lex.c - program text as the tokens that initialisers are made of.
 *
 * The lexer for literals finds strings, comments and words; numbers are put together here, since it does not tell them from words.
 * Source: C17 6.4.8 (preprocessing numbers).
 */
#include "corpus/tables_read.h"

#include <string.h>

static uint8_t byte_at(const struct table_reader *r, size_t at)
{
    return at < r->text.n ? r->text.p[at] : 0;
}

static size_t number_end(const struct table_reader *r, size_t at)
{
    for (;; at++) {
        uint8_t b = byte_at(r, at);
        uint8_t before = at > 0 ? r->text.p[at - 1] | 0x20 : 0;
        bool is_sign = (b == '+' || b == '-') && (before == 'e' || before == 'p');
        bool is_hex_e = is_sign && before == 'e';
        if (is_hex_e) { /* 0xfe-1 is a difference */
            size_t start = at;
            while (start > 0 && (pl_is_digit(r->text.p[start - 1]) || (r->text.p[start - 1] | 0x20) >= 'a'))
                start--;
            is_sign = (byte_at(r, start + 1) | 0x20) != 'x';
        }
        bool is_part = pl_is_digit(b) || ((b | 0x20) >= 'a' && (b | 0x20) <= 'z') || b == '_' || b == '.';
        if (!is_part && !is_sign)
            return at;
    }
}

static struct table_token token_of(const struct table_reader *r, struct pl_clit *lexer,
                                   const struct pl_clit_token *x)
{
    struct table_token t = {(uint32_t)x->offset, (uint32_t)x->length, x->byte};
    uint8_t next = byte_at(r, x->offset + x->length);
    uint8_t behind_space = next == ' ' ? byte_at(r, x->offset + x->length + 1) : next;
    bool is_number = (x->kind == PL_CLIT_WORD && pl_is_digit(x->body.p[0])) ||
                     (x->byte == '.' && x->kind == PL_CLIT_OTHER && pl_is_digit(next));
    if (is_number) {
        t.kind = TABLE_NUMBER;
        lexer->at = number_end(r, x->offset + 1);
        t.length = (uint32_t)(lexer->at - x->offset);
    } else if (x->kind == PL_CLIT_WORD) {
        t.kind = TABLE_WORD;
    } else if (x->kind == PL_CLIT_STRING) {
        t.kind = TABLE_STRING;
    } else if (x->byte == '\'' && x->length > 1) {
        t.kind = TABLE_CHARACTER;
    } else if ((x->byte == '<' || x->byte == '>') && behind_space == x->byte) {
        t.kind = x->byte == '<' ? TABLE_LEFT : TABLE_RIGHT;
        t.length = next == ' ' ? 3 : 2; /* text that macros made has spaces between its bytes */
        lexer->at += t.length - 1;
    } else if ((x->byte == '&' || x->byte == '|') && behind_space == x->byte) {
        t.kind = TABLE_BOTH;
        t.length = next == ' ' ? 3 : 2;
        lexer->at += t.length - 1;
    } else if (behind_space == '=' && next == ' ' && x->byte != 0 && strchr("=!<>", x->byte) != NULL) {
        t.kind = TABLE_EQUAL;
        t.length = 3;
        lexer->at += 2;
    } else if (next == '=' && x->byte != 0 && strchr("=!<>+-*/%&|^", x->byte) != NULL) {
        t.kind = TABLE_EQUAL;
        t.length = 2;
        lexer->at++;
    } else if (x->byte >= 128) {
        t.kind = '`'; /* nothing of C */
    }
    return t;
}

static bool add_token(struct table_reader *r, bool is_define, struct table_token t)
{
    struct table_token *slot = is_define ? PL_VEC_ADD(&r->define_tokens) : PL_VEC_ADD(&r->tokens);
    if (slot == NULL)
        r->is_out_of_memory = true;
    else
        *slot = t;
    return slot != NULL;
}

/* "define NAME value", with `x` on the hash. Leaves the lexer and `x` on the first token of the next line; false at the end. */
static bool read_directive(struct table_reader *r, struct pl_clit *lexer, struct pl_clit_token *x)
{
    bool has_next = pl_clit_next(lexer, x);
    bool is_define = has_next && !x->is_first && pl_bytes_eq_str(x->body, "define");
    struct table_define d = {0};
    if (is_define) {
        has_next = pl_clit_next(lexer, x);
        is_define =
            has_next && !x->is_first && x->kind == PL_CLIT_WORD && byte_at(r, x->offset + x->length) != '(';
        d.name = is_define ? pl_table_text_hash(x->body) : 0;
        d.first = (uint32_t)r->define_tokens.n;
        has_next = has_next && (x->is_first || pl_clit_next(lexer, x));
    }
    for (; has_next && !x->is_first; has_next = pl_clit_next(lexer, x))
        if (is_define && !add_token(r, true, token_of(r, lexer, x)))
            return false;
    d.n = (uint32_t)r->define_tokens.n - d.first;
    if (is_define && d.n > 0) {
        struct table_define *slot = PL_VEC_ADD(&r->defines);
        r->is_out_of_memory |= slot == NULL;
        if (slot != NULL)
            *slot = d;
    }
    return has_next;
}

bool pl_table_lex(struct table_reader *r)
{
    struct pl_clit lexer;
    struct pl_clit_token x;
    pl_clit_init(&lexer, r->text, r->family);
    bool has_next = pl_clit_next(&lexer, &x);
    while (has_next && !r->is_out_of_memory) {
        if (r->family == PL_CLIT_C && x.is_first && x.kind == PL_CLIT_OTHER && x.byte == '#') {
            struct table_token mark = {(uint32_t)x.offset, 1, TABLE_MARK};
            (void)add_token(r, false, mark); /* sticky */
            has_next = read_directive(r, &lexer, &x);
            continue;
        }
        (void)add_token(r, false, token_of(r, &lexer, &x)); /* sticky */
        has_next = pl_clit_next(&lexer, &x);
    }
    return !r->is_out_of_memory;
}
