/*
 * source_declare.c - declarations within a body: what they declare is local, and what is static or a function is a definition of its own.
 *
 * A statement that begins like a declaration (two words in a row, or a word, stars and a word) is one. What is extern in it is not local.
 *
 * Source: C17 6.7; C++20 [stmt.ambig]; the GNU C manual, nested functions.
 */
#include "feature/source_walk.h"

static void push_inner(struct pl_source_walk *b, size_t definition, uint32_t end)
{
    if (b->n_inner == PL_SOURCE_INNER) {
        pl_source_end(b->r, definition);
        return;
    }
    b->inner[b->n_inner].definition = definition;
    b->inner[b->n_inner++].end = end;
}

void pl_source_pop_inner(struct pl_source_walk *b, uint32_t at)
{
    while (b->n_inner > 0 && b->inner[b->n_inner - 1].end <= at)
        pl_source_end(b->r, b->inner[--b->n_inner].definition);
}

static void declare(struct pl_source_reader *r, uint32_t i)
{
    r->lex.symbols.v[r->t[i].link].local_of = r->function;
}

static bool is_after_name(uint8_t kind)
{
    return kind == ',' || kind == ')' || kind == '[' || kind == '=' || kind == ';';
}

uint16_t pl_source_parameters(struct pl_source_reader *r, uint32_t open, uint32_t close)
{
    uint16_t n = close > open + 1;
    if (close == open + 2 && r->t[open + 1].kind == PL_TOKEN_WORD &&
        pl_bytes_eq_str(pl_source_symbol_at(r, open + 1)->text, "void"))
        n = 0;
    uint32_t depth = 0;
    for (uint32_t i = open + 1; i < close; i++) {
        uint8_t kind = r->t[i].kind;
        if (kind == PL_TOKEN_WORD) {
            if (pl_source_is_name(r, i) && is_after_name(r->t[i + 1].kind))
                declare(r, i);
        } else if (kind == '(' || kind == '[' || kind == '{') {
            depth++;
        } else if (kind == ')' || kind == ']' || kind == '}') {
            depth -= depth > 0;
        } else if (kind == ',' && depth == 0 && n < UINT16_MAX) {
            n++;
        }
    }
    return n;
}

uint32_t pl_source_initialiser_end(const struct pl_source_reader *r, uint32_t i, uint32_t to)
{
    while (i < to) {
        switch (r->t[i].kind) {
        case ',':
        case ';':
        case ')':
        case '}': return i;
        case '(':
        case '[':
        case '{': i = pl_source_skip(r, i, to); break;
        default: i++;
        }
    }
    return to;
}

uint32_t pl_source_after_declarator(const struct pl_source_reader *r, uint32_t i, uint32_t to)
{
    while (i < to) {
        if (r->t[i].kind == '[')
            i = pl_source_skip(r, i, to);
        else if (pl_source_is_word(r, i, PL_WORD_ATTRIBUTE) && i + 1 < to && r->t[i + 1].kind == '(')
            i = pl_source_skip(r, i + 1, to);
        else
            break;
    }
    return i;
}

/* The name at `i` is declared. A static one with an initialiser is an object of its own. */
static void take_declared(struct pl_source_walk *b, uint32_t i)
{
    struct pl_source_reader *r = b->r;
    if (!b->is_extern)
        declare(r, i);
    b->is_declaring = true;
    b->declared_depth = b->depth;
    b->is_fresh = false;
    b->i = i + 1;
    if (b->static_from == 0)
        return;
    uint32_t equals = pl_source_after_declarator(r, i + 1, b->to);
    if (equals >= b->to || r->t[equals].kind != '=')
        return;
    uint32_t end = pl_source_initialiser_end(r, equals + 1, b->to);
    size_t d = pl_source_begin(r, PL_DEFINITION_OBJECT, pl_source_symbol_at(r, i)->text, b->static_from, end);
    if (d != SIZE_MAX)
        r->definitions.v[d].flags = PL_DEFINITION_STATIC;
    push_inner(b, d, end);
}

/* A function within a function: its name is at `i`, its parameters behind it. */
static void take_nested_function(struct pl_source_walk *b, uint32_t first, uint32_t i, uint32_t open_brace)
{
    struct pl_source_reader *r = b->r;
    uint32_t close = pl_source_close(r, open_brace, b->to);
    uint32_t end = close == 0 ? b->to : close + 1;
    size_t d = pl_source_begin(r, PL_DEFINITION_FUNCTION, pl_source_symbol_at(r, i)->text, first, end);
    uint16_t n = pl_source_parameters(r, i + 1, pl_source_close(r, i + 1, b->to));
    declare(r, i);
    if (d != SIZE_MAX) {
        r->definitions.v[d].flags = PL_DEFINITION_STATIC;
        r->definitions.v[d].n_parameters = n;
        r->definitions.v[d].n_tokens = end - open_brace;
    }
    push_inner(b, d, end);
    b->i = open_brace;
}

/* `( * name )` behind a type: the name, else 0. */
static uint32_t pointer_name(const struct pl_source_reader *r, uint32_t i, uint32_t to)
{
    uint32_t close = pl_source_close(r, i, to);
    if (close == 0 || r->t[i + 1].kind != '*' || close + 1 >= to || r->t[close + 1].kind != '(')
        return 0;
    for (uint32_t k = i + 2; k < close && k < i + 8; k++)
        if (pl_source_is_name(r, k) && (k + 1 == close || r->t[k + 1].kind == '['))
            return k;
    return 0;
}

/* How far into a declaration one has come. */
struct specifiers {
    uint32_t i, last;
    uint32_t type; /* last word that may be the type's name, 0: there is none */
    bool has_type, is_static, is_extern;
};

static bool is_name_behind_type(const struct pl_source_reader *r, uint32_t i)
{
    uint8_t next = r->t[i + 1].kind;
    return is_after_name(next) || next == ':' || (next == '{' && r->is_cpp);
}

/* struct s and enum { A }; the braces of an enum define macros, and both may end a declaration without a name. */
static void take_tag(struct pl_source_walk *b, struct specifiers *d)
{
    struct pl_source_reader *r = b->r;
    bool is_enum = pl_source_is_word(r, d->i, PL_WORD_ENUM);
    uint32_t tag = d->i;
    d->has_type = true;
    d->i += pl_source_is_name(r, d->i + 1) ? 2 : 1;
    if (r->is_cpp && r->t[d->i].kind == ':')
        while (d->i < d->last && r->t[d->i].kind != '{' && r->t[d->i].kind != ';')
            d->i++;
    if (d->i >= b->to || r->t[d->i].kind != '{')
        return;
    uint32_t close = pl_source_skip(r, d->i, b->to) - 1;
    if (is_enum)
        pl_source_enumerators(r, d->i, close);
    else if (r->t == r->lex.macro_tokens.v)
        pl_source_body(r, d->i + 1, close); /* what a macro defines is not defined here */
    else if (r->is_cpp)
        pl_source_read_class(r, tag, d->i, close);
    d->i = close + 1;
    d->last = b->to - d->i > PL_SOURCE_LOOKAHEAD ? d->i + PL_SOURCE_LOOKAHEAD : b->to;
    b->i = d->i;
}

/* Words that are kept for types; false at any other. */
static bool take_specifier(struct pl_source_walk *b, struct specifiers *d)
{
    struct pl_source_reader *r = b->r;
    enum pl_word word = pl_source_word_at(r, d->i);
    switch (word) {
    case PL_WORD_STORAGE:
        d->is_static |= r->t[d->i].link == r->sym_static;
        d->is_extern |= r->t[d->i].link == r->sym_extern;
        d->has_type |= d->is_static;
        d->i++;
        return true;
    case PL_WORD_TYPE:
        d->has_type = true;
        d->i++;
        return true;
    case PL_WORD_TAG:
    case PL_WORD_ENUM: take_tag(b, d); return true;
    case PL_WORD_SIZEOF:
    case PL_WORD_ATTRIBUTE:
        d->has_type |= word == PL_WORD_SIZEOF;
        if (r->t[d->i + 1].kind != '(')
            return false;
        d->i = pl_source_skip(r, d->i + 1, b->to);
        return true;
    default: return false;
    }
}

/* auto [a, b] = */
static bool take_binding(struct pl_source_walk *b, const struct specifiers *d)
{
    struct pl_source_reader *r = b->r;
    uint32_t close = pl_source_close(r, d->i, b->to);
    if (close == 0 || (r->t[close + 1].kind != '=' && r->t[close + 1].kind != ':'))
        return false;
    for (uint32_t k = d->i + 1; k < close; k++)
        if (pl_source_is_name(r, k))
            declare(r, k);
    b->i = close + 1;
    b->is_fresh = false;
    return true;
}

/* Words with :: and template arguments between them. False when what stands at d->i is not part of a type. */
static bool take_type_part(struct pl_source_walk *b, struct specifiers *d)
{
    struct pl_source_reader *r = b->r;
    uint8_t next = r->t[d->i + 1].kind;
    d->type = d->i;
    if (r->is_cpp && next == '<') {
        uint32_t behind = pl_source_angles(r, d->i + 1, b->to);
        if (behind == 0 || behind >= b->to)
            return false;
        d->has_type = r->t[behind].kind != PL_TOKEN_SCOPE;
        d->i = behind + !d->has_type;
        return true;
    }
    if (r->is_cpp && next == PL_TOKEN_SCOPE) {
        d->i += 2;
        return true;
    }
    bool is_pointer = next == '*' || (r->is_cpp && (next == '&' || next == PL_TOKEN_OPERATOR));
    if (next != PL_TOKEN_WORD && !is_pointer && (next != '(' || pointer_name(r, d->i + 1, b->to) == 0) &&
        !(next == '[' && r->is_cpp && d->has_type))
        return false;
    d->has_type = true;
    d->i++;
    return true;
}

/* A name with parentheses behind a type: a nested function, or in C++ an object that is made with arguments. */
static bool take_declared_with_group(struct pl_source_walk *b, const struct specifiers *d)
{
    struct pl_source_reader *r = b->r;
    uint32_t close = pl_source_close(r, d->i + 1, b->to);
    uint8_t behind = close == 0 || close + 1 >= b->to ? 0 : r->t[close + 1].kind;
    if (behind == '{' && r->t != r->lex.macro_tokens.v && !r->is_cpp) {
        take_nested_function(b, b->i, d->i, close + 1);
        return true;
    }
    if (!r->is_cpp || (behind != ';' && behind != ','))
        return false;
    if (d->type != 0)
        pl_source_emit_word(r, PL_ATOM_CALL, d->type);
    b->static_from = 0;
    b->is_extern = false;
    take_declared(b, d->i);
    return true;
}

static bool take_type_and_name(struct pl_source_walk *b)
{
    struct pl_source_reader *r = b->r;
    struct specifiers d = {.i = b->i,
                           .last = b->to - b->i > PL_SOURCE_LOOKAHEAD ? b->i + PL_SOURCE_LOOKAHEAD : b->to};
    while (d.i + 1 < d.last) {
        uint8_t kind = r->t[d.i].kind;
        uint32_t name = 0;
        if (d.has_type && (kind == '*' || (r->is_cpp && (kind == '&' || kind == PL_TOKEN_OPERATOR)))) {
            d.i++;
            continue;
        }
        if (kind == '[' && d.has_type && r->is_cpp)
            return take_binding(b, &d);
        if (kind == '(' && d.has_type)
            name = pointer_name(r, d.i, b->to);
        if (name == 0 && kind != PL_TOKEN_WORD)
            return false;
        if (name == 0 && !pl_source_is_name(r, d.i)) {
            if (!take_specifier(b, &d))
                return false;
            continue;
        }
        if (name == 0 && d.has_type && is_name_behind_type(r, d.i))
            name = d.i;
        if (name != 0) {
            b->static_from = d.is_static ? b->i : 0;
            b->is_extern = d.is_extern;
            take_declared(b, name);
            return true;
        }
        if (d.has_type && r->t[d.i + 1].kind == '(')
            return take_declared_with_group(b, &d);
        if (!take_type_part(b, &d))
            return false;
    }
    return false;
}

bool pl_source_take_declaration(struct pl_source_walk *b)
{
    uint32_t before = b->i;
    return take_type_and_name(b) || b->i > before; /* of struct s { ... }; too */
}

bool pl_source_take_next_declarator(struct pl_source_walk *b)
{
    uint32_t i = b->i + 1;
    while (i < b->to && (b->r->t[i].kind == '*' || pl_source_is_word(b->r, i, PL_WORD_TYPE)))
        i++;
    if (i + 1 >= b->to || !pl_source_is_name(b->r, i) || !is_after_name(b->r->t[i + 1].kind))
        return false;
    if (b->static_from != 0)
        b->static_from = i;
    take_declared(b, i);
    return true;
}
