/*
 * java_scope.c - names, strings and numbers of a piece of Java source.
 *
 * A compiler folds what is constant: "a" + "b", PREFIX + 1, and puts the value of a constant of any class where its name stands (JLS 15.29). So a
 * string may be laid out of several parts, end to end, each of which is a literal of the scope or of a constant that it names.
 */
#include "match/java_scope.h"

#include "base/buf.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_PARTS  16384u
#define MAX_SAME   4096u /* constants of one name */
#define MAX_BUDGET (64ull << 20)

pl_status pl_java_scope_init(struct pl_java_scope *x, const struct pl_java_source *source,
                             const struct pl_java_tree *tree, struct pl_err *err)
{
    *x = (struct pl_java_scope){.source = source, .tree = tree, .budget = MAX_BUDGET};
    x->stamps = calloc(source->lex.symbols.n + 1, sizeof *x->stamps);
    x->constant_stamps = calloc(pl_java_tree_constant_count(tree) + 1, sizeof *x->constant_stamps);
    return x->stamps == NULL || x->constant_stamps == NULL ? pl_fail_nomem(err) : PL_OK;
}

void pl_java_scope_reset(struct pl_java_scope *x)
{
    free(x->stamps);
    free(x->constant_stamps);
    PL_VEC_FREE(&x->words);
    PL_VEC_FREE(&x->parts);
}

void pl_java_scope_clear(struct pl_java_scope *x)
{
    x->number++;
    x->words.n = 0;
    x->parts.n = 0;
    x->n_own = 0;
    x->is_closed = false;
    x->has_operator = false;
    x->has_product = false;
}

static void add_part(struct pl_java_scope *x, const struct pl_java_part *part)
{
    struct pl_java_part *slot = x->parts.n < MAX_PARTS ? PL_VEC_ADD(&x->parts) : NULL;
    if (slot != NULL)
        *slot = *part;
    else
        x->is_out_of_memory = x->is_out_of_memory || x->parts.n < MAX_PARTS;
}

static void add_word(struct pl_java_scope *x, uint32_t symbol)
{
    if (x->stamps[symbol] == x->number)
        return;
    x->stamps[symbol] = x->number;
    uint32_t *slot = PL_VEC_ADD(&x->words);
    if (slot != NULL)
        *slot = symbol;
    else
        x->is_out_of_memory = true;
}

/* The first class whose body opens at or behind a token. */
static size_t first_class(const struct pl_java_source *s, uint32_t token)
{
    size_t low = 0;
    size_t high = s->classes.n;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (s->classes.v[mid].open < token)
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

void pl_java_scope_add(struct pl_java_scope *x, uint32_t first, uint32_t end)
{
    const struct pl_java_source *s = x->source;
    const struct pl_token *t = s->lex.tokens.v;
    size_t class = first_class(s, first);
    size_t literal = pl_java_first_literal(s, first);
    for (uint32_t i = first; i < end; i++) {
        while (class < s->classes.n && s->classes.v[class].open < i)
            class ++;
        if (class < s->classes.n && s->classes.v[class].open == i) {
            i = s->classes.v[class].close;
            continue;
        }
        while (literal < s->literals.n && s->literals.v[literal].token < i)
            literal++;
        if (literal < s->literals.n && s->literals.v[literal].token == i)
            add_part(x, &(struct pl_java_part){.kind = t[i].kind,
                                               .is_float = s->literals.v[literal].is_float,
                                               .text = s->literals.v[literal].text,
                                               .value = s->literals.v[literal].value});
        else if (t[i].kind == PL_TOKEN_WORD)
            add_word(x, t[i].link);
        else if (pl_java_is_operator(t[i].kind)) {
            x->has_operator = true;
            x->has_product = x->has_product || t[i].kind != '+';
        }
    }
    x->n_own = x->parts.n;
}

static bool is_stamped(const struct pl_java_scope *x, uint64_t symbol)
{
    return x->stamps[symbol] == x->number;
}

bool pl_java_scope_has_name(const struct pl_java_scope *x, pl_bytes name)
{
    uint64_t symbol;
    return pl_map_get(&x->source->lex.names, name, &symbol) && is_stamped(x, symbol);
}

bool pl_java_scope_file_has_name(const struct pl_java_scope *x, pl_bytes name)
{
    uint64_t symbol;
    return pl_map_get(&x->source->lex.names, name, &symbol);
}

/* The parts of all constants of a name; those that are names are followed when their turn comes. */
static void add_constants(struct pl_java_scope *x, pl_bytes name)
{
    uint32_t number = pl_java_tree_constant(x->tree, name);
    for (unsigned n = 0; number != PL_JAVA_NONE && n < MAX_SAME; n++) {
        const struct pl_java_constant *c = pl_java_tree_at(x->tree, number);
        x->has_operator = x->has_operator || c->has_operator;
        x->has_product = x->has_product || c->has_operator;
        if (x->constant_stamps[number] != x->number)
            for (uint32_t i = 0; i < c->n; i++)
                add_part(x, &c->parts[i]);
        x->constant_stamps[number] = x->number;
        number = c->next;
    }
}

static void close_scope(struct pl_java_scope *x)
{
    if (x->is_closed)
        return;
    x->is_closed = true;
    for (size_t i = 0; i < x->words.n; i++)
        add_constants(x, x->source->lex.symbols.v[x->words.v[i]].text);
    for (size_t i = x->n_own; i < x->parts.n; i++)
        if (x->parts.v[i].kind == PL_TOKEN_WORD)
            add_constants(x, x->parts.v[i].text);
}

/* The text that a part is worth within a string. */
static pl_bytes worth(const struct pl_java_part *part, char decimal[24])
{
    if (part->kind == PL_TOKEN_STRING || part->kind == PL_TOKEN_CHARACTER)
        return part->text;
    if (part->kind == PL_TOKEN_WORD)
        return pl_bytes_eq_str(part->text, "true") || pl_bytes_eq_str(part->text, "false")
                   ? part->text
                   : pl_bytes_of("", 0);
    if (part->is_float)
        return part->text;
    int n = snprintf(decimal, 24, "%llu", (unsigned long long)part->value);
    return pl_bytes_of(decimal, (size_t)n);
}

/* Can `text` be laid out of parts? reached[i]: everything before byte i can. */
static bool lay_out(struct pl_java_scope *x, pl_bytes text, bool may_fold, uint8_t *reached)
{
    char decimal[24];
    memset(reached, 0, text.n + 1);
    reached[0] = 1;
    for (size_t at = 0; at < text.n; at++) {
        if (!reached[at])
            continue;
        if (x->budget < x->parts.n)
            return false;
        x->budget -= x->parts.n;
        size_t digits = at;
        while (may_fold && x->has_product && digits < text.n && text.p[digits] >= '0' &&
               text.p[digits] <= '9')
            digits++;
        reached[digits] = 1;
        for (size_t i = 0; i < x->parts.n; i++) {
            pl_bytes piece = worth(&x->parts.v[i], decimal);
            bool is_number = x->parts.v[i].kind == PL_TOKEN_NUMBER;
            size_t sign = is_number && text.p[at] == '-';
            if (piece.n > 0 && pl_bytes_starts(pl_bytes_from(text, at + sign), piece))
                reached[at + sign + piece.n] = 1;
        }
    }
    return reached[text.n];
}

bool pl_java_scope_has_template(const struct pl_java_scope *x)
{
    for (size_t i = 0; i < x->n_own; i++) {
        pl_bytes text = x->parts.v[i].text;
        if (x->parts.v[i].kind == PL_TOKEN_STRING && (pl_bytes_find_byte(text, '@', 0) != SIZE_MAX ||
                                                      pl_bytes_find(text, PL_LIT("${"), 0) != SIZE_MAX))
            return true;
    }
    return false;
}

bool pl_java_scope_has_string(struct pl_java_scope *x, pl_bytes text, bool may_fold)
{
    if (text.n == 0)
        return true;
    for (size_t i = 0; i < x->n_own; i++)
        if (x->parts.v[i].kind != PL_TOKEN_NUMBER && pl_bytes_eq(x->parts.v[i].text, text))
            return true;
    close_scope(x);
    uint8_t *reached = malloc(text.n + 1);
    if (reached == NULL) {
        x->is_out_of_memory = true;
        return true;
    }
    bool is_laid_out = lay_out(x, text, may_fold, reached);
    free(reached);
    return is_laid_out;
}

static bool has_value(const struct pl_java_scope *x, uint64_t value, bool is_float)
{
    for (size_t i = 0; i < x->parts.n; i++) {
        const struct pl_java_part *p = &x->parts.v[i];
        if (p->kind != PL_TOKEN_NUMBER && p->kind != PL_TOKEN_CHARACTER)
            continue;
        if (p->is_float != is_float)
            continue;
        if (p->value == value || (is_float && (p->value ^ value) == 1ull << 63))
            return true;
        if (!is_float && (p->value == 0 - value || (int64_t)(int32_t)(uint32_t)p->value == (int64_t)value))
            return true;
    }
    return false;
}

bool pl_java_scope_has_number(struct pl_java_scope *x, uint64_t value)
{
    if (has_value(x, value, false))
        return true;
    close_scope(x);
    return has_value(x, value, false);
}

bool pl_java_scope_has_float(struct pl_java_scope *x, uint64_t bits)
{
    close_scope(x);
    return has_value(x, bits, true);
}

bool pl_java_scope_has_unknown_constant(const struct pl_java_scope *x, const struct pl_map *read)
{
    uint64_t there;
    for (size_t i = 0; i < x->words.n; i++) {
        const struct pl_symbol *s = &x->source->lex.symbols.v[x->words.v[i]];
        if (s->is_upper && s->text.n > 1 && !pl_java_tree_has_field(x->tree, s->text) &&
            !pl_map_get(read, s->text, &there))
            return true;
    }
    return false;
}
