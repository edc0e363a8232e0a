/*
 * script_constants.c - working out what `const WEEK = 7 * DAY` is worth.
 *
 *     texts -> definitions: name, text, first token of the expression -> values, names looked up on the way -> hashes
 *
 * Whole numbers alone, with + - * / % | & ^ ~ << >> and parentheses, as ECMA-262 (2024) 13.15 defines them; a division that does not come
 * out even has no value. A definition with anything else in it, as a call, is passed over.
 */
#include "match/script_constants.h"

#include "base/order.h"
#include "classify/classify.h"
#include "feature/script_values.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_DEFINITIONS (1u << 18)
#define MAX_TOKENS      48u /* of one expression */
#define MAX_DEPTH       24u /* names within names, and parentheses */
#define MAX_SAME_NAME   16u
#define MAX_UNIT_BYTES  (4u << 20)
#define MAX_EXACT       (1LL << 53) /* a double holds no larger number exactly */

enum state { NEW, BUSY, KNOWN, VOID };

struct definition {
    uint64_t name;
    uint32_t unit;
    uint32_t at; /* of the expression */
    int64_t value;
    enum state state;
};

struct finder {
    const struct pl_index *ix;
    const struct pl_script_vocabulary *v;
    PL_VEC(struct definition) list; /* sorted by name, then unit, then place */
    struct pl_lex lexer;
    bool is_out_of_memory;
};

/* The tokens of one expression. */
struct expression {
    struct finder *x;
    uint32_t unit;
    uint32_t depth;
    struct pl_lex_token tokens[MAX_TOKENS];
    size_t n;
    size_t i;
};

static int by_name(const void *a, const void *b)
{
    const struct definition *x = a;
    const struct definition *y = b;
    if (x->name != y->name)
        return x->name < y->name ? -1 : 1;
    if (x->unit != y->unit)
        return x->unit < y->unit ? -1 : 1;
    return x->at < y->at ? -1 : x->at > y->at;
}

static bool is_punct(const struct pl_lex_token *t, uint8_t byte)
{
    return t->kind == PL_LEX_PUNCT && t->byte == byte;
}

/* NAME = and then a number, a name or a parenthesis, at the start of a declaration, a member or a line. */
static bool is_definition(const struct pl_lex_token t[4])
{
    static const char *const words[] = {"const", "let", "var", "readonly", "static"};
    bool may_begin = t[1].is_first || is_punct(&t[0], ',') || is_punct(&t[0], '{') || is_punct(&t[0], ';');
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        may_begin = may_begin || (t[0].kind == PL_LEX_WORD && pl_bytes_eq_str(t[0].body, words[i]));
    return may_begin && t[1].kind == PL_LEX_WORD && is_punct(&t[2], '=') && t[2].length == 1 &&
           (t[3].kind == PL_LEX_NUMBER || t[3].kind == PL_LEX_WORD || is_punct(&t[3], '(') ||
            is_punct(&t[3], '~') || is_punct(&t[3], '-'));
}

static void read_unit(struct finder *x, uint32_t unit)
{
    const struct pl_source_file *f = pl_index_unit_file(x->ix, unit);
    const struct pl_lex_language *language = pl_lex_language_of(f->path, f->data);
    struct pl_lex_token t[4] = {{.kind = PL_LEX_PUNCT}, {.kind = PL_LEX_PUNCT}, {.kind = PL_LEX_PUNCT}};
    bool is_script = language != NULL && !(language->habits & PL_LEX_KEEPS_NAMES);
    if (!is_script || f->data.n > MAX_UNIT_BYTES || pl_is_build_output(f->path))
        return;
    pl_lex_init(&x->lexer, f->data, language);
    while (pl_lex_next(&x->lexer, &t[3]) && x->list.n < MAX_DEFINITIONS && !x->is_out_of_memory) {
        if (t[3].kind == PL_LEX_COMMENT)
            continue;
        if (is_definition(t)) {
            struct definition *d = PL_VEC_ADD(&x->list);
            x->is_out_of_memory = d == NULL;
            if (d != NULL)
                *d = (struct definition){
                    .name = pl_script_hash(x->v, t[1].body), .unit = unit, .at = (uint32_t)t[3].offset};
        }
        memmove(t, t + 1, 3 * sizeof t[0]);
    }
}

static bool sum(struct expression *e, int64_t *out);
static bool value_of(struct finder *x, size_t i, uint32_t depth, int64_t *out);

/* The definition of a name that is the nearest to a text. */
static bool look_up(struct expression *e, uint64_t name, int64_t *out)
{
    const struct finder *x = e->x;
    size_t low = 0;
    size_t high = x->list.n;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (x->list.v[mid].name < name)
            low = mid + 1;
        else
            high = mid;
    }
    size_t found = low;
    for (size_t i = low; i < x->list.n && i < low + MAX_SAME_NAME && x->list.v[i].name == name; i++)
        if (x->list.v[i].unit == e->unit) {
            found = i;
            break;
        }
    return found < x->list.n && x->list.v[found].name == name && value_of(e->x, found, e->depth + 1, out);
}

/* Whole, and not larger than what JavaScript holds exactly. */
static bool number_of(pl_bytes text, int64_t *out)
{
    struct pl_script_number n = pl_script_number_of(text);
    uint64_t value = n.digits;
    for (int32_t i = 0; i < n.exponent && n.is_exact; i++)
        n.is_exact = !__builtin_mul_overflow(value, 10u, &value) && value < MAX_EXACT;
    *out = (int64_t)value;
    return n.is_exact && n.exponent >= 0 && value < MAX_EXACT;
}

static bool operand(struct expression *e, int64_t *out)
{
    bool is_good = false;
    if (e->i >= e->n || e->depth >= MAX_DEPTH)
        return false;
    const struct pl_lex_token *t = &e->tokens[e->i++];
    if (t->kind == PL_LEX_NUMBER)
        return number_of(t->body, out);
    if (t->kind == PL_LEX_WORD)
        return look_up(e, pl_script_hash(e->x->v, t->body), out);
    e->depth++;
    if (is_punct(t, '-')) {
        is_good = operand(e, out);
        *out = -*out;
    } else if (is_punct(t, '~')) {
        is_good = operand(e, out);
        *out = ~(int64_t)(int32_t)*out;
    } else if (is_punct(t, '(')) {
        is_good = sum(e, out) && e->i < e->n && is_punct(&e->tokens[e->i], ')');
        e->i++;
    }
    e->depth--;
    return is_good;
}

/* How tightly an operator binds; 0 when it is none. *length is its tokens. */
static unsigned strength_of(const struct expression *e, size_t *length)
{
    static const struct {
        char byte;
        unsigned strength;
    } table[] = {{'|', 1}, {'^', 2}, {'&', 3}, {'<', 4}, {'>', 4},
                 {'+', 5}, {'-', 5}, {'*', 6}, {'/', 6}, {'%', 6}};
    const struct pl_lex_token *t = &e->tokens[e->i];
    if (e->i >= e->n || t->kind != PL_LEX_PUNCT || t->length != 1)
        return 0;
    bool is_double = e->i + 1 < e->n && is_punct(t + 1, t->byte) && t[1].offset == t->offset + 1;
    bool is_shift = t->byte == '<' || t->byte == '>';
    *length = is_shift ? 2 : 1;
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
        if (t->byte == (uint8_t)table[i].byte)
            return is_double == is_shift ? table[i].strength : 0;
    return 0;
}

static bool compute(uint8_t operator, int64_t a, int64_t b, int64_t *out)
{
    uint32_t x = (uint32_t)a;
    uint32_t y = (uint32_t)b;
    switch (operator) {
    case '|': *out = (int32_t)(x | y); return true;
    case '^': *out = (int32_t)(x ^ y); return true;
    case '&': *out = (int32_t)(x & y); return true;
    case '<': *out = (int32_t)(x << (y & 31)); return true;
    case '>': *out = (int32_t)x >> (y & 31); return true;
    case '+': *out = a + b; break;
    case '-': *out = a - b; break;
    case '*':
        if (__builtin_mul_overflow(a, b, out))
            return false;
        break;
    default:
        if (b == 0 || (operator== '/' && a % b != 0))
            return false;
        *out = operator== '/' ? a / b : a % b;
    }
    return *out<MAX_EXACT && * out> - MAX_EXACT;
}

/* Operators of at least that strength, from left to right. */
static bool chain(struct expression *e, unsigned least, int64_t *out)
{
    size_t length = 0;
    if (!operand(e, out))
        return false;
    for (unsigned s = strength_of(e, &length); s >= least; s = strength_of(e, &length)) {
        uint8_t operator= e->tokens[e->i].byte;
        int64_t right;
        e->i += length;
        e->depth++;
        bool is_good =
            e->depth < MAX_DEPTH && chain(e, s + 1, &right) && compute(operator, * out, right, out);
        e->depth--;
        if (!is_good)
            return false;
    }
    return true;
}

static bool sum(struct expression *e, int64_t *out)
{
    return chain(e, 1, out);
}

/* The tokens from the definition's place to the end of its statement. */
static void take_tokens(struct expression *e, uint32_t at)
{
    const struct pl_source_file *f = pl_index_unit_file(e->x->ix, e->unit);
    struct pl_lex *lexer = &e->x->lexer;
    struct pl_lex_token t;
    uint32_t open = 0;
    pl_lex_init(lexer, pl_bytes_from(f->data, at), pl_lex_language_of(f->path, f->data));
    while (e->n < MAX_TOKENS && pl_lex_next(lexer, &t)) {
        const struct pl_lex_token *last = &e->tokens[e->n > 0 ? e->n - 1 : 0];
        bool goes_on = !t.is_first || e->n == 0 || t.kind == PL_LEX_PUNCT ||
                       (last->kind == PL_LEX_PUNCT && last->byte != ')');
        if (t.kind == PL_LEX_COMMENT)
            continue;
        if (!goes_on || is_punct(&t, ';') || is_punct(&t, '}') || (open == 0 && is_punct(&t, ',')) ||
            (open == 0 && is_punct(&t, ')')))
            return;
        open += is_punct(&t, '(');
        open -= is_punct(&t, ')');
        e->tokens[e->n++] = t;
    }
}

static bool value_of(struct finder *x, size_t i, uint32_t depth, int64_t *out)
{
    struct definition *d = &x->list.v[i];
    struct expression *e = NULL;
    if (d->state == NEW && depth < MAX_DEPTH)
        e = calloc(1, sizeof *e);
    if (e != NULL) {
        *e = (struct expression){.x = x, .unit = d->unit, .depth = depth};
        d->state = BUSY;
        take_tokens(e, d->at);
        d->state = chain(e, 1, &d->value) && e->i == e->n ? KNOWN : VOID;
        free(e);
    }
    *out = d->value;
    return d->state == KNOWN;
}

static void add_values(struct finder *x, struct pl_script_constants *out)
{
    for (size_t i = 0; i < x->list.n && !x->is_out_of_memory; i++) {
        int64_t value;
        char text[32];
        if (!value_of(x, i, 0, &value))
            continue;
        int n = snprintf(text, sizeof text, "%llu", (unsigned long long)(value < 0 ? -value : value));
        uint64_t *slot = PL_VEC_ADD(&out->hashes);
        x->is_out_of_memory = slot == NULL;
        if (slot != NULL)
            *slot = pl_script_value_hash(x->v, pl_bytes_of(text, (size_t)n));
    }
}

pl_status pl_script_constants_find(const struct pl_index *ix, const struct pl_script_vocabulary *v,
                                   struct pl_script_constants *out, struct pl_err *err)
{
    struct finder *x = calloc(1, sizeof *x);
    struct pl_script_constants found = {0};
    if (x == NULL)
        return pl_fail_nomem(err);
    x->ix = ix;
    x->v = v;
    for (uint32_t i = 0; i < pl_index_unit_count(ix) && !x->is_out_of_memory; i++)
        if (pl_index_unit_is_text(ix, i) && !pl_index_unit_is_repeat(ix, i) && pl_index_unit_is_own(ix, i))
            read_unit(x, i);
    if (x->list.n > 1)
        qsort(x->list.v, x->list.n, sizeof x->list.v[0], by_name);
    add_values(x, &found);
    if (found.hashes.n > 1)
        qsort(found.hashes.v, found.hashes.n, sizeof found.hashes.v[0], pl_order_u64);
    bool is_good = !x->is_out_of_memory;
    PL_VEC_FREE(&x->list);
    free(x);
    if (!is_good) {
        pl_script_constants_reset(&found);
        return pl_fail_nomem(err);
    }
    *out = found;
    return PL_OK;
}

void pl_script_constants_reset(struct pl_script_constants *c)
{
    PL_VEC_FREE(&c->hashes);
}

bool pl_script_constants_have(const struct pl_script_constants *c, uint64_t hash)
{
    return c->hashes.n > 0 && bsearch(&hash, c->hashes.v, c->hashes.n, sizeof hash, pl_order_u64) != NULL;
}
