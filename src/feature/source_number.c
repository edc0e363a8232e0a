/*
 * source_number.c - the value of a number as a compiler would see it, alone or with the literals around it.
 *
 * A compiler emits 0x100000 where the text says 1 << 20. An expression is folded when all its operands are literals and when no operator
 * outside binds one of them more strongly; all arithmetic is done in 64 bits without sign, since types are not known.
 *
 * Source: C17 6.4.4, 6.5 and 6.6; C++14 digit separators.
 */
#include "feature/source_read.h"

#include <stdlib.h>
#include <string.h>

#define MAX_NUMBER_BYTES 64u
#define MAX_PREFIX       8u  /* unary operators and parentheses before a number */
#define MAX_NESTED       16u /* parentheses of an expression */

static int digit_value(uint8_t b)
{
    if (b >= '0' && b <= '9')
        return b - '0';
    b |= 0x20;
    return b >= 'a' && b <= 'z' ? b - 'a' + 10 : 99;
}

/* ull, z, i64, usize, _km: a letter and what may be in a word. */
static bool is_suffix(const char *s)
{
    return *s == '\0' || strchr("uUlLzZiIjJ", *s) != NULL;
}

static bool float_value(const char *s, uint64_t *value)
{
    char *end;
    union {
        double d;
        uint64_t bits;
    } wide = {.d = strtod(s, &end)};
    if (end == s || strspn(end, "fFlLdDqQiIjJwWbB0123456789") != strlen(end))
        return false;
    if ((*end == 'f' || *end == 'F') && strcmp(end, "f64") != 0)
        wide.d = (double)(float)wide.d;
    *value = wide.bits;
    return true;
}

bool pl_source_number(pl_bytes text, uint64_t *value, bool *is_float)
{
    char s[MAX_NUMBER_BYTES + 1];
    size_t n = 0;
    for (size_t i = 0; i < text.n && n < MAX_NUMBER_BYTES; i++)
        if (text.p[i] != '\'' && !(text.p[i] == '_' && i > 0))
            s[n++] = (char)text.p[i];
    s[n] = '\0';
    bool is_hex = n > 2 && s[0] == '0' && (s[1] | 0x20) == 'x';
    size_t digits = strspn(s, "0123456789");
    if (is_hex)
        *is_float = strpbrk(s, ".pP") != NULL;
    else
        *is_float = strchr(s, '.') != NULL || s[digits] == 'e' || s[digits] == 'E' || s[digits] == 'f';
    if (*is_float)
        return float_value(s, value);
    unsigned base = 10;
    size_t i = 0;
    if (n > 1 && s[0] == '0') {
        uint8_t mark = (uint8_t)(s[1] | 0x20);
        base = mark == 'x' ? 16 : mark == 'b' ? 2 : 8;
        i = mark == 'x' || mark == 'b' || mark == 'o' ? 2 : 1;
    }
    uint64_t sum = 0;
    for (; i < n && (unsigned)digit_value((uint8_t)s[i]) < base; i++)
        sum = sum * base + (unsigned)digit_value((uint8_t)s[i]);
    *value = sum;
    return is_suffix(s + i);
}

/* ---- expressions ---- */

struct fold {
    const struct pl_source_reader *r;
    uint32_t at, to;
    unsigned depth;
};

/* How strongly the operator at `i` binds, 0 when it is none that joins two operands. */
static unsigned binding(const struct pl_source_reader *r, uint32_t i)
{
    switch (r->t[i].kind) {
    case '*':
    case '/':
    case '%': return 10;
    case '+':
    case '-': return 9;
    case PL_TOKEN_SHIFT_LEFT:
    case PL_TOKEN_SHIFT_RIGHT: return 8;
    case '&': return 5;
    case '^': return 4;
    case '|': return 3;
    default: return 0;
    }
}

static bool apply(uint8_t kind, uint64_t a, uint64_t b, uint64_t *out)
{
    switch (kind) {
    case '*': *out = a * b; return true;
    case '/': *out = b == 0 ? 0 : a / b; return b != 0;
    case '%': *out = b == 0 ? 0 : a % b; return b != 0;
    case '+': *out = a + b; return true;
    case '-': *out = a - b; return true;
    case PL_TOKEN_SHIFT_LEFT: *out = b > 63 ? 0 : a << b; return b <= 63;
    case PL_TOKEN_SHIFT_RIGHT: *out = b > 63 ? 0 : a >> b; return b <= 63;
    case '&': *out = a & b; return true;
    case '^': *out = a ^ b; return true;
    case '|': *out = a | b; return true;
    default: return false;
    }
}

static bool character_value(pl_bytes text, uint64_t *value)
{
    *value = text.n == 3 ? text.p[1] : 0;
    return text.n == 3;
}

static bool fold_binary(struct fold *f, unsigned least, uint64_t *out);

static bool fold_unary(struct fold *f, uint64_t *out)
{
    const struct pl_source_reader *r = f->r;
    if (f->at >= f->to || f->depth >= MAX_NESTED)
        return false;
    const struct pl_token *t = &r->t[f->at];
    pl_bytes text = pl_bytes_sub(r->lex.text, t->at, t->length);
    bool is_float = false;
    bool holds = false;
    f->depth++;
    if (t->kind == PL_TOKEN_NUMBER) {
        f->at++;
        holds = pl_source_number(text, out, &is_float) && !is_float;
    } else if (t->kind == PL_TOKEN_CHARACTER) {
        f->at++;
        holds = character_value(text, out);
    } else if (t->kind == '-' || t->kind == '~' || t->kind == '+') {
        f->at++;
        holds = fold_unary(f, out);
        *out = t->kind == '-' ? 0 - *out : t->kind == '~' ? ~*out : *out;
    } else if (t->kind == '(') {
        uint32_t close = pl_source_close(r, f->at, f->to);
        f->at++;
        holds = close != 0 && fold_binary(f, 1, out) && f->at == close;
        f->at++;
    }
    f->depth--;
    return holds;
}

/* Operators that bind at least as strongly as `least`. Stops before one whose right side is no literal. */
static bool fold_binary(struct fold *f, unsigned least, uint64_t *out)
{
    if (!fold_unary(f, out))
        return false;
    while (f->at + 1 < f->to) {
        unsigned strength = binding(f->r, f->at);
        uint32_t before = f->at;
        uint64_t right;
        if (strength < least || strength == 0)
            break;
        f->at++;
        if (!fold_binary(f, strength + 1, &right) || binding(f->r, f->at) > strength ||
            !apply(f->r->t[before].kind, *out, right, out)) {
            f->at = before;
            break;
        }
    }
    return true;
}

static bool ends_operand(const struct pl_source_reader *r, uint32_t i)
{
    switch (r->t[i].kind) {
    case PL_TOKEN_WORD: {
        enum pl_word word = pl_source_word_at(r, i);
        return word != PL_WORD_CONTROL && word != PL_WORD_CASE;
    }
    case PL_TOKEN_NUMBER:
    case PL_TOKEN_STRING:
    case PL_TOKEN_CHARACTER:
    case ')':
    case ']': return true;
    default: return false;
    }
}

/* The first token of what may belong to the literal at `i`: its signs and open parentheses. */
static uint32_t expression_start(const struct pl_source_reader *r, uint32_t from, uint32_t i)
{
    uint32_t first = i;
    for (unsigned n = 0; n < MAX_PREFIX && first > from; n++) {
        uint8_t kind = r->t[first - 1].kind;
        bool is_prefix = kind == '-' || kind == '~' || kind == '+' || kind == '(';
        if (!is_prefix || (first - 1 > from && ends_operand(r, first - 2)))
            break;
        first--;
    }
    return first;
}

/* What stands to the left binds some of it: `x * 4 + 1` has no 5; but a sum may be put together anew. */
static unsigned least_binding(const struct pl_source_reader *r, uint32_t from, uint32_t start)
{
    if (start < from + 2 || !ends_operand(r, start - 2))
        return 1; /* a star or an ampersand there has one side only */
    uint8_t kind = r->t[start - 1].kind;
    bool is_associative = kind == '+' || kind == '|' || kind == '&' || kind == '^';
    return binding(r, start - 1) + (is_associative ? 0 : 1);
}

bool pl_source_fold(const struct pl_source_reader *r, uint32_t from, uint32_t i, uint32_t to, uint32_t *first,
                    uint32_t *end, uint64_t *value)
{
    for (uint32_t start = expression_start(r, from, i); start <= i; start++) {
        struct fold f = {.r = r, .at = start, .to = to};
        if (!fold_binary(&f, least_binding(r, from, start), value) || f.at <= i)
            continue;
        *first = start;
        *end = f.at;
        return f.at > i + 1 || start < i;
    }
    return false;
}
