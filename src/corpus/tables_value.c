/*
 * tables_value.c - the value of a constant expression, as far as the sources alone say it.
 *
 * All in 64 bits without sign, as types are not known; a comparison or a division of what might be negative is therefore not read. Floating
 * literals may have a sign and be multiplied and divided, in double, as compilers do it (C17 6.6 and F.8.2; FLT_EVAL_METHOD 0).
 *
 * Source: C17 6.4.4, 6.5, 6.6.
 */
#include "corpus/tables_read.h"

#include <stdlib.h>
#include <string.h>

#define MAX_NESTED       32u
#define MAX_CHOICES      300u /* c == 'A' ? 0 : c == 'B' ? 1 : ... */
#define MAX_NUMBER_BYTES 64u

static const struct table_value unknown = {.kind = PL_ITEM_UNKNOWN};

static struct table_value number(uint64_t bits)
{
    return (struct table_value){.bits = bits, .kind = PL_ITEM_NUMBER, .is_plain = true};
}

static double as_double(struct table_value v)
{
    double d;
    if (v.kind == PL_ITEM_NUMBER)
        return (double)(int64_t)v.bits;
    memcpy(&d, &v.bits, sizeof d);
    return d;
}

static struct table_value floating(double d, bool is_plain)
{
    struct table_value v = {.kind = PL_ITEM_FLOAT, .is_plain = is_plain};
    memcpy(&v.bits, &d, sizeof v.bits);
    return v;
}

static int digit_value(uint8_t b)
{
    if (b >= '0' && b <= '9')
        return b - '0';
    b |= 0x20;
    return b >= 'a' && b <= 'z' ? b - 'a' + 10 : 99;
}

static struct table_value read_number(pl_bytes text)
{
    char s[MAX_NUMBER_BYTES + 1];
    size_t n = 0;
    if (text.n > MAX_NUMBER_BYTES)
        return unknown;
    for (size_t i = 0; i < text.n; i++)
        if (text.p[i] != '_' && text.p[i] != '\'')
            s[n++] = (char)text.p[i];
    s[n] = '\0';
    bool is_hex = n > 2 && s[0] == '0' && (s[1] | 0x20) == 'x';
    if (strchr(s, '.') != NULL || strpbrk(s, is_hex ? "pP" : "eE") != NULL) {
        char *end;
        double d = strtod(s, &end);
        if (*end == 'f' || *end == 'F')
            d = (double)strtof(s, &end);
        return end != s && strspn(end, "fFlL") == strlen(end) ? floating(d, true) : unknown;
    }
    uint8_t mark = n > 1 && s[0] == '0' ? (uint8_t)(s[1] | 0x20) : 0;
    unsigned base = mark == 0 ? 10 : mark == 'x' ? 16 : mark == 'b' ? 2 : 8;
    uint64_t sum = 0;
    size_t i = base == 16 || base == 2 || mark == 'o' ? 2 : 0;
    for (; i < n && (unsigned)digit_value((uint8_t)s[i]) < base; i++)
        sum = sum * base + (unsigned)digit_value((uint8_t)s[i]);
    return strspn(s + i, "uUlLzZiI0123456789") == n - i ? number(sum) : unknown;
}

static struct table_value read_character(struct table_reader *r, pl_bytes text)
{
    size_t quote = pl_bytes_find_byte(text, '\'', 0);
    if (quote == SIZE_MAX || text.n < quote + 3)
        return unknown;
    struct pl_clit_token token = {.body = pl_bytes_sub(text, quote + 1, text.n - quote - 2)};
    pl_buf_clear(&r->joined);
    pl_clit_decode(&token, r->family, &r->joined);
    /* A char is signed or not; both low bytes are the same. Wide ones and several at once are left. */
    return r->joined.n == 1 && quote == 0 ? number((uint64_t)(int64_t)(int8_t)r->joined.p[0]) : unknown;
}

static struct table_value read_choice(struct table_reader *r);

/* The expression in the parentheses at r->at. */
static struct table_value read_group(struct table_reader *r)
{
    r->at++;
    struct table_value v = read_choice(r);
    if (!pl_table_is_kind(r, r->at, ')'))
        return unknown;
    r->at++;
    return v;
}

/* UINT64_C(x) and its like (C17 7.20.4), and what people call their own: U64_C, INT64CONST has no such end. */
static bool is_constant_macro(pl_bytes name)
{
    return name.n >= 4 && name.n <= 10 && pl_bytes_ends(name, PL_LIT("_C")) && name.p[name.n - 3] >= '0' &&
           name.p[name.n - 3] <= '9';
}

/* sizeof "text": its bytes and the NUL. C17 6.5.3.4; sizes of types are not known here. */
static struct table_value read_size(struct table_reader *r)
{
    size_t open = 0;
    struct table_value v = unknown;
    while (pl_table_is_kind(r, r->at, '(') && open < MAX_NESTED) {
        r->at++;
        open++;
    }
    pl_buf_clear(&r->joined);
    for (; pl_table_is_kind(r, r->at, TABLE_STRING); r->at++) {
        pl_bytes raw = pl_table_token_text(r, r->at);
        if (raw.n < 2 || raw.p[0] != '"')
            return unknown; /* a wide one */
        struct pl_clit_token token = {.body = pl_bytes_sub(raw, 1, raw.n - 2)};
        pl_clit_decode(&token, r->family, &r->joined);
        v = number(r->joined.n + 1);
    }
    for (; open > 0; open--)
        if (!pl_table_is_kind(r, r->at++, ')'))
            return unknown;
    return r->joined.why == PL_OK ? v : unknown;
}

static struct table_value read_name(struct table_reader *r)
{
    pl_bytes name = pl_table_token_text(r, r->at++);
    if (is_constant_macro(name) && pl_table_is_kind(r, r->at, '('))
        return read_group(r);
    if (pl_bytes_eq_str(name, "sizeof"))
        return read_size(r);
    const struct table_value *bound = r->n_bound == 0 ? NULL : pl_table_bound(r, name);
    if (bound != NULL)
        return *bound;
    if (pl_table_is_kind(r, r->at, '(') && r->n_bound > 0)
        return pl_table_call(r, name);
    if (pl_table_is_kind(r, r->at, '(') || pl_table_is_kind(r, r->at, '[') || pl_table_is_kind(r, r->at, '.'))
        return unknown;
    const struct table_name *found = pl_table_names_value(r->names, pl_table_text_hash(name), r->unit);
    if (found == NULL)
        return unknown;
    r->has_windows |= found->windows != 0;
    return (struct table_value){.bits = found->value + (r->is_windows ? (uint64_t)found->windows : 0),
                                .kind = found->is_float ? PL_ITEM_FLOAT : PL_ITEM_NUMBER};
}

/* "(unsigned char)", "(struct x *)" before an operand: the token behind it; 0 when it is no cast. Its width is not looked at. */
static size_t cast_end(const struct table_reader *r)
{
    size_t i = r->at + 1;
    size_t words = 0;
    while (pl_table_is_kind(r, i, TABLE_WORD)) {
        if (pl_table_names_value(r->names, pl_table_text_hash(pl_table_token_text(r, i)), r->unit) != NULL)
            return 0;
        i++;
        words++;
    }
    while (pl_table_is_kind(r, i, '*'))
        i++;
    if (words == 0 || !pl_table_is_kind(r, i, ')') || i + 1 >= r->end)
        return 0;
    uint8_t next = r->t[i + 1].kind;
    bool is_operand = next == TABLE_WORD || next == TABLE_NUMBER || next == TABLE_CHARACTER || next == '(' ||
                      next == '-' || next == '~';
    return is_operand ? i + 1 : 0;
}

static struct table_value read_unary(struct table_reader *r)
{
    struct table_value v = unknown;
    if (r->at >= r->end || r->nested >= MAX_NESTED)
        return unknown;
    uint8_t kind = r->t[r->at].kind;
    r->nested++;
    if (kind == TABLE_NUMBER) {
        v = read_number(pl_table_token_text(r, r->at++));
    } else if (kind == TABLE_CHARACTER) {
        v = read_character(r, pl_table_token_text(r, r->at++));
    } else if (kind == TABLE_WORD) {
        v = read_name(r);
    } else if (kind == '-' || kind == '~' || kind == '+' || kind == '!') {
        r->at++;
        v = read_unary(r);
        if (v.kind == PL_ITEM_FLOAT)
            v = kind == '-' ? floating(-as_double(v), v.is_plain) : kind == '+' ? v : unknown;
        else if (v.kind == PL_ITEM_NUMBER)
            v.bits = kind == '-' ? 0 - v.bits : kind == '~' ? ~v.bits : kind == '!' ? v.bits == 0 : v.bits;
    } else if (kind == '(') {
        size_t behind = cast_end(r);
        r->at = behind != 0 ? behind : r->at;
        v = behind != 0 ? read_unary(r) : read_group(r);
        v.is_plain = v.is_plain && behind == 0; /* a cast may cut */
    }
    r->nested--;
    return v;
}

static unsigned binding(uint8_t kind)
{
    switch (kind) {
    case '*':
    case '/':
    case '%': return 10;
    case '+':
    case '-': return 9;
    case TABLE_LEFT:
    case TABLE_RIGHT: return 8;
    case TABLE_EQUAL:
    case '<':
    case '>': return 6;
    case '&': return 5;
    case '^': return 4;
    case '|': return 3;
    case TABLE_BOTH: return 1; /* told apart by their text; mixed ones are not read */
    default: return 0;
    }
}

static struct table_value apply_float(uint8_t kind, double a, double b, bool is_plain)
{
    switch (kind) {
    case '*': return floating(a * b, is_plain);
    case '/': return floating(a / b, is_plain);
    case '+': return floating(a + b, is_plain);
    case '-': return floating(a - b, is_plain);
    default: return unknown;
    }
}

static struct table_value apply(uint8_t kind, struct table_value x, struct table_value y)
{
    uint64_t a = x.bits;
    uint64_t b = y.bits;
    bool is_plain = x.is_plain && y.is_plain;
    if (x.kind == PL_ITEM_UNKNOWN || y.kind == PL_ITEM_UNKNOWN)
        return unknown;
    if (x.kind == PL_ITEM_FLOAT || y.kind == PL_ITEM_FLOAT)
        return apply_float(kind, as_double(x), as_double(y), is_plain);
    bool is_negative = (int64_t)a < 0 || (int64_t)b < 0;
    if (((kind == '/' || kind == '%') && (b == 0 || is_negative)) ||
        ((kind == TABLE_LEFT || kind == TABLE_RIGHT) && (b > 63 || (kind == TABLE_RIGHT && is_negative))))
        return unknown;
    struct table_value v = {.kind = PL_ITEM_NUMBER, .is_plain = is_plain};
    switch (kind) {
    case '*': v.bits = a * b; break;
    case '/': v.bits = a / b; break;
    case '%': v.bits = a % b; break;
    case '+': v.bits = a + b; break;
    case '-': v.bits = a - b; break;
    case TABLE_LEFT: v.bits = a << b; break;
    case TABLE_RIGHT: v.bits = a >> b; break;
    case '&': v.bits = a & b; break;
    case '^': v.bits = a ^ b; break;
    default: v.bits = a | b; break;
    }
    return v;
}

/* == != <= >= < > && ||. Nothing is said of what may be negative, but whether it is equal. */
static struct table_value compare(pl_bytes token, struct table_value x, struct table_value y)
{
    uint8_t first = token.n > 0 ? token.p[0] : 0;
    bool is_order = first == '<' || first == '>';
    if (x.kind != PL_ITEM_NUMBER || y.kind != PL_ITEM_NUMBER ||
        (is_order && ((int64_t)x.bits < 0 || (int64_t)y.bits < 0)))
        return unknown;
    bool has_equal = token.n > 1;
    bool is_true = false;
    switch (first) {
    case '=': is_true = x.bits == y.bits; break;
    case '!': is_true = x.bits != y.bits; break;
    case '<': is_true = x.bits < y.bits || (has_equal && x.bits == y.bits); break;
    case '>': is_true = x.bits > y.bits || (has_equal && x.bits == y.bits); break;
    case '&': is_true = x.bits != 0 && y.bits != 0; break;
    case '|': is_true = x.bits != 0 || y.bits != 0; break;
    default: return unknown; /* += and the like */
    }
    return (struct table_value){
        .bits = is_true, .kind = PL_ITEM_NUMBER, .is_plain = x.is_plain && y.is_plain};
}

static struct table_value read_binary(struct table_reader *r, unsigned least)
{
    struct table_value v = read_unary(r);
    while (r->at < r->end) {
        uint8_t kind = r->t[r->at].kind;
        unsigned strength = binding(kind);
        if (strength == 0 || strength < least)
            break;
        pl_bytes token = pl_table_token_text(r, r->at++);
        struct table_value right = read_binary(r, strength + 1);
        bool is_comparison = kind == TABLE_EQUAL || kind == TABLE_BOTH || kind == '<' || kind == '>';
        v = is_comparison ? compare(token, v, right) : apply(kind, v, right);
    }
    return v;
}

/* "a ? b : c", of which c is another one as often as not. C17 6.5.15. */
static struct table_value read_choice(struct table_reader *r)
{
    struct table_value result = unknown;
    bool is_chosen = false;
    for (;;) {
        struct table_value v = read_binary(r, 1);
        if (!pl_table_is_kind(r, r->at, '?'))
            return is_chosen ? result : v;
        if (r->n_choices >= MAX_CHOICES)
            return unknown;
        r->n_choices++;
        r->at++;
        struct table_value left = r->nested >= MAX_NESTED ? unknown : read_binary(r, 1);
        if (!pl_table_is_kind(r, r->at, ':'))
            return unknown;
        r->at++;
        if (!is_chosen && (v.kind != PL_ITEM_NUMBER || v.bits != 0)) {
            is_chosen = true;
            result = v.kind == PL_ITEM_NUMBER ? left : unknown;
        }
    }
}

struct table_value pl_table_choice(struct table_reader *r)
{
    return read_choice(r);
}

static struct table_value read_whole(struct table_reader *r)
{
    r->nested = 0;
    r->n_choices = 0;
    return read_choice(r);
}

struct table_value pl_table_expression(struct table_reader *r)
{
    size_t start = r->at;
    r->has_windows = false;
    struct table_value v = read_whole(r);
    if (!r->has_windows || v.kind != PL_ITEM_NUMBER)
        return v;
    size_t end = r->at;
    r->at = start;
    r->is_windows = true;
    struct table_value there = read_whole(r);
    r->is_windows = false;
    r->at = end;
    int64_t more = (int64_t)(there.bits - v.bits);
    if (there.kind != PL_ITEM_NUMBER || more < INT16_MIN || more > INT16_MAX)
        return unknown;
    v.windows = (int16_t)more;
    return v;
}

struct table_value pl_table_operand(struct table_reader *r)
{
    r->nested = 0;
    r->n_choices = 0;
    return read_unary(r);
}
