/*
 * source_body.c - the atoms of function bodies, initialisers and macros.
 *
 * One walk over the tokens. A statement that begins like a declaration (two words in a row, or a word, stars and a word) declares: its
 * type leaves no atom and its names are local from there on. A word behind a dot or an arrow is a member. What is in parentheses and
 * followed by an operand is a cast.
 *
 * Not done here: scopes (a name that is local once is local to the end of the function), types, overloads.
 */
#include "feature/source_read.h"

#define MAX_LOOKAHEAD 64u /* tokens that are looked at to tell a declaration or a cast */
#define MAX_SWITCHES  32u /* switch within switch */
#define MAX_INNER     16u /* definitions that are open within a function */

struct body {
    struct pl_source_reader *r;
    uint32_t i, to, from;
    uint32_t depth;
    bool is_fresh;     /* a statement may begin here */
    bool is_declaring; /* behind a declared name; a comma at `declared_depth` brings another */
    uint32_t declared_depth;
    uint32_t static_from; /* token where a static declaration began, 0: it is not static */
    struct {
        size_t atom;
        uint32_t end;
    } switches[MAX_SWITCHES];
    unsigned n_switches;
    struct {
        size_t definition;
        uint32_t end;
    } inner[MAX_INNER];
    unsigned n_inner;
};

/* ---- definitions within ---- */

static void push_inner(struct body *b, size_t definition, uint32_t end)
{
    if (b->n_inner == MAX_INNER) {
        pl_source_end(b->r, definition);
        return;
    }
    b->inner[b->n_inner].definition = definition;
    b->inner[b->n_inner++].end = end;
}

static void pop_inner(struct body *b, uint32_t at)
{
    while (b->n_inner > 0 && b->inner[b->n_inner - 1].end <= at)
        pl_source_end(b->r, b->inner[--b->n_inner].definition);
}

/* ---- declarations ---- */

static void declare(struct pl_source_reader *r, uint32_t i)
{
    r->lex.symbols.v[r->t[i].link].local_of = r->function;
}

static bool is_local(const struct pl_source_reader *r, uint32_t i)
{
    return pl_source_symbol_at(r, i)->local_of == r->function;
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

/* The token behind the [..] and attributes that follow a declared name. */
static uint32_t after_declarator(const struct pl_source_reader *r, uint32_t i, uint32_t to)
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
static void take_declared(struct body *b, uint32_t i)
{
    struct pl_source_reader *r = b->r;
    declare(r, i);
    b->is_declaring = true;
    b->declared_depth = b->depth;
    b->is_fresh = false;
    b->i = i + 1;
    if (b->static_from == 0)
        return;
    uint32_t equals = after_declarator(r, i + 1, b->to);
    if (equals >= b->to || r->t[equals].kind != '=')
        return;
    uint32_t end = pl_source_initialiser_end(r, equals + 1, b->to);
    size_t d = pl_source_begin(r, PL_DEFINITION_OBJECT, pl_source_symbol_at(r, i)->text, b->static_from, end);
    if (d != SIZE_MAX)
        r->definitions.v[d].flags = PL_DEFINITION_STATIC;
    push_inner(b, d, end);
}

/* A function within a function: its name is at `i`, its parameters behind it. */
static void take_nested_function(struct body *b, uint32_t first, uint32_t i, uint32_t open_brace)
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

static bool take_type_and_name(struct body *b)
{
    struct pl_source_reader *r = b->r;
    const struct pl_token *t = r->t;
    bool has_type = false;
    bool is_static = false;
    uint32_t last = b->to - b->i > MAX_LOOKAHEAD ? b->i + MAX_LOOKAHEAD : b->to;
    uint32_t i = b->i;
    while (i + 1 < last) {
        uint32_t name = 0;
        if (t[i].kind == '*' && has_type) {
            i++;
            continue;
        }
        if (t[i].kind == '(' && has_type)
            name = pointer_name(r, i, b->to);
        if (name == 0 && t[i].kind != PL_TOKEN_WORD)
            return false;
        switch (name != 0 ? PL_WORD_PLAIN : pl_source_word_at(r, i)) {
        case PL_WORD_STORAGE: is_static |= t[i].link == r->sym_static; /* fall through */
        case PL_WORD_TYPE:
            has_type |= pl_source_word_at(r, i) == PL_WORD_TYPE || is_static;
            i++;
            continue;
        case PL_WORD_TAG:
        case PL_WORD_ENUM:
            has_type = true;
            i += pl_source_is_name(r, i + 1) ? 2 : 1;
            if (i < b->to && t[i].kind == '{') {
                if (pl_source_is_word(r, i - 1, PL_WORD_ENUM) || pl_source_is_word(r, i - 2, PL_WORD_ENUM))
                    pl_source_enumerators(r, i, pl_source_skip(r, i, b->to) - 1);
                i = pl_source_skip(r, i, b->to);
                last = b->to - i > MAX_LOOKAHEAD ? i + MAX_LOOKAHEAD : b->to;
                b->i = i;
            }
            continue;
        case PL_WORD_SIZEOF:
        case PL_WORD_ATTRIBUTE:
            has_type |= pl_source_word_at(r, i) == PL_WORD_SIZEOF;
            if (t[i + 1].kind != '(')
                return false;
            i = pl_source_skip(r, i + 1, b->to);
            continue;
        case PL_WORD_PLAIN: break;
        default: return false;
        }
        if (name == 0 && has_type && (is_after_name(t[i + 1].kind) || t[i + 1].kind == ':'))
            name = i;
        if (name != 0) {
            b->static_from = is_static ? b->i : 0;
            take_declared(b, name);
            return true;
        }
        if (has_type && t[i + 1].kind == '(') {
            uint32_t close = pl_source_close(r, i + 1, b->to);
            if (close == 0 || close + 1 >= b->to || t[close + 1].kind != '{' || t == r->lex.macro_tokens.v)
                return false;
            take_nested_function(b, b->i, i, close + 1);
            return true;
        }
        if (t[i + 1].kind != PL_TOKEN_WORD && t[i + 1].kind != '*' && !(t[i + 1].kind == '(' && !has_type))
            return false;
        if (t[i + 1].kind == '(' && pointer_name(r, i + 1, b->to) == 0)
            return false;
        has_type = true;
        i++;
    }
    return false;
}

/* A statement begins at b->i. True when it is a declaration, of which the type and the first name are taken. */
static bool take_declaration(struct body *b)
{
    uint32_t before = b->i;
    return take_type_and_name(b) || b->i > before; /* of struct s { ... }; too */
}

/* Behind the comma of a declaration: `, *name`. */
static bool take_next_declarator(struct body *b)
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

/* ---- expressions ---- */

/* The token behind a cast that begins at `i`, or 0. */
static uint32_t cast_end(const struct body *b, uint32_t i)
{
    const struct pl_source_reader *r = b->r;
    uint32_t close = pl_source_close(r, i, b->to);
    if (close == 0 || close == i + 1 || close - i > MAX_LOOKAHEAD)
        return 0;
    bool has_type = false;
    uint32_t names = 0;
    uint32_t k = i + 1;
    for (; k < close && r->t[k].kind == PL_TOKEN_WORD; k++) {
        enum pl_word word = pl_source_word_at(r, k);
        if (word == PL_WORD_TAG || word == PL_WORD_ENUM || word == PL_WORD_TYPE)
            has_type = true;
        else if (word != PL_WORD_PLAIN || is_local(r, k))
            return 0;
        else
            names++;
    }
    has_type |= k > i + 1 && r->t[k].kind == '*';
    while (k < close && (r->t[k].kind == '*' || pl_source_is_word(r, k, PL_WORD_TYPE)))
        k++;
    if (k != close)
        return 0;
    if (has_type || names > 1)
        return close + 1;
    if (close + 1 >= b->to ||
        (i > b->from && r->t[i - 1].kind == PL_TOKEN_WORD && pl_source_word_at(r, i - 1) != PL_WORD_CONTROL))
        return 0;
    if (i > b->from && (r->t[i - 1].kind == ')' || r->t[i - 1].kind == ']'))
        return 0;
    switch (r->t[close + 1].kind) {
    case PL_TOKEN_NUMBER:
    case PL_TOKEN_STRING:
    case PL_TOKEN_CHARACTER:
    case '~':
    case '!': return close + 1;
    case PL_TOKEN_WORD: {
        enum pl_word word = pl_source_word_at(r, close + 1);
        bool is_operand = word == PL_WORD_PLAIN || word == PL_WORD_SIZEOF || word == PL_WORD_VALUE;
        return is_operand ? close + 1 : 0;
    }
    default: return 0;
    }
}

/* The token behind sizeof and its operand; `i` is behind the word. */
static uint32_t skip_operand(const struct body *b, uint32_t i)
{
    const struct pl_source_reader *r = b->r;
    if (i < b->to && r->t[i].kind == '(')
        return pl_source_skip(r, i, b->to);
    while (i < b->to && (r->t[i].kind == '*' || r->t[i].kind == '&'))
        i++;
    while (i < b->to && (r->t[i].kind == PL_TOKEN_WORD || r->t[i].kind == '.' ||
                         r->t[i].kind == PL_TOKEN_ARROW || r->t[i].kind == PL_TOKEN_SCOPE))
        i++;
    while (i < b->to && r->t[i].kind == '[')
        i = pl_source_skip(r, i, b->to);
    return i;
}

/* asm ( template : operands ): the strings are no data; the names are used. */
static uint32_t take_asm(struct body *b, uint32_t i)
{
    struct pl_source_reader *r = b->r;
    while (i < b->to && r->t[i].kind == PL_TOKEN_WORD)
        i++;
    if (i >= b->to || (r->t[i].kind != '(' && r->t[i].kind != '{'))
        return i;
    uint32_t end = pl_source_skip(r, i, b->to);
    for (uint32_t k = i + 1; r->t[i].kind == '(' && k + 1 < end; k++)
        if (pl_source_is_name(r, k) && r->t[k - 1].kind != '.' && r->t[k - 1].kind != PL_TOKEN_ARROW &&
            r->t[k - 1].kind != '[' && !is_local(r, k))
            pl_source_emit_word(r, PL_ATOM_NAME, k);
    return end;
}

static void take_switch(struct body *b, uint32_t i)
{
    struct pl_source_reader *r = b->r;
    b->i = i + 1;
    if (i + 1 >= b->to || r->t[i + 1].kind != '(' || b->n_switches == MAX_SWITCHES)
        return;
    uint32_t open = pl_source_skip(r, i + 1, b->to);
    if (open >= b->to || r->t[open].kind != '{')
        return;
    b->switches[b->n_switches].atom = r->atoms.n;
    b->switches[b->n_switches++].end = pl_source_skip(r, open, b->to);
    pl_source_emit_value(r, PL_ATOM_SWITCH, i, 0);
}

static void take_case(struct body *b)
{
    while (b->n_switches > 0 && b->switches[b->n_switches - 1].end <= b->i)
        b->n_switches--;
    if (b->n_switches > 0 && b->r->why == PL_OK)
        b->r->atoms.v[b->switches[b->n_switches - 1].atom].value++;
    b->i++;
}

/* A name that is no keyword. */
static void take_name(struct body *b)
{
    struct pl_source_reader *r = b->r;
    uint32_t i = b->i++;
    uint8_t before = i > b->from ? r->t[i - 1].kind : ';';
    uint8_t after = i + 1 < b->to ? r->t[i + 1].kind : ';';
    if (before == '.' || before == PL_TOKEN_ARROW || is_local(r, i))
        return;
    if (after == ':' && (before == '{' || before == '}' || before == ';' || before == ',' || before == ':'))
        return; /* a label, or a member of an old initialiser */
    if (before == PL_TOKEN_PASTE || after == PL_TOKEN_PASTE || before == '#')
        return; /* pl_source_read_macros() knows what to do with pasted names */
    pl_source_emit_word(r, after == '(' ? PL_ATOM_CALL : PL_ATOM_NAME, i);
}

static void take_word(struct body *b)
{
    struct pl_source_reader *r = b->r;
    if (b->is_fresh && take_declaration(b))
        return;
    uint32_t i = b->i;
    enum pl_word word = pl_source_word_at(r, i);
    bool was_fresh = b->is_fresh;
    b->is_fresh = false;
    switch (word) {
    case PL_WORD_PLAIN: take_name(b); return;
    case PL_WORD_CONTROL:
        /* `else T x;` and `do T x;` are not C; `for (T x` is. */
        b->i++;
        b->is_fresh = b->i < b->to && r->t[b->i].kind == '(' && r->t[i].length == 3;
        b->i += b->is_fresh;
        b->depth += b->is_fresh;
        return;
    case PL_WORD_SWITCH: take_switch(b, i); return;
    case PL_WORD_CASE: take_case(b); return;
    case PL_WORD_TAG:
    case PL_WORD_ENUM: b->i += i + 1 < b->to && pl_source_is_name(r, i + 1) ? 2 : 1; return;
    case PL_WORD_GOTO: b->i += i + 1 < b->to && r->t[i + 1].kind == PL_TOKEN_WORD ? 2 : 1; return;
    case PL_WORD_SIZEOF: b->i = skip_operand(b, i + 1); return;
    case PL_WORD_ATTRIBUTE:
    case PL_WORD_ASSERT:
        b->i = i + 1 < b->to && r->t[i + 1].kind == '(' ? pl_source_skip(r, i + 1, b->to) : i + 1;
        b->is_fresh = was_fresh && word == PL_WORD_ATTRIBUTE;
        return;
    case PL_WORD_ASM: b->i = take_asm(b, i + 1); return;
    default: b->i++; return;
    }
}

static void take_punctuation(struct body *b)
{
    uint8_t kind = b->r->t[b->i].kind;
    bool is_fresh = false;
    switch (kind) {
    case '(': {
        uint32_t end = cast_end(b, b->i);
        if (end != 0) {
            b->i = end;
            b->is_fresh = false;
            return;
        }
        b->depth++;
        break;
    }
    case '[': b->depth++; break;
    case '{':
        b->depth++;
        is_fresh = true;
        break;
    case '}': is_fresh = true; /* fall through */
    case ')':
    case ']':
        b->depth -= b->depth > 0;
        if (b->depth < b->declared_depth)
            b->is_declaring = false;
        break;
    case ';':
        is_fresh = true;
        if (b->depth <= b->declared_depth)
            b->is_declaring = false;
        break;
    case ':': is_fresh = !b->is_declaring; break;
    case ',':
        if (b->is_declaring && b->depth == b->declared_depth && take_next_declarator(b))
            return;
        break;
    default: break;
    }
    b->is_fresh = is_fresh;
    b->i++;
}

static void walk(struct body *b)
{
    struct pl_source_reader *r = b->r;
    while (b->i < b->to && r->why == PL_OK) {
        pop_inner(b, b->i);
        switch (r->t[b->i].kind) {
        case PL_TOKEN_WORD: take_word(b); break;
        case PL_TOKEN_NUMBER:
            b->is_fresh = false;
            b->i = pl_source_emit_number(r, b->from, b->i, b->to);
            break;
        case PL_TOKEN_STRING:
            b->is_fresh = false;
            b->i = pl_source_emit_string(r, b->from, b->i, b->to);
            break;
        case PL_TOKEN_CHARACTER:
            b->is_fresh = false;
            pl_source_emit_character(r, b->i++);
            break;
        default: take_punctuation(b); break;
        }
    }
    pop_inner(b, UINT32_MAX);
}

void pl_source_body(struct pl_source_reader *r, uint32_t from, uint32_t to)
{
    struct body b = {.r = r, .from = from, .i = from, .to = to, .is_fresh = true};
    walk(&b);
}

void pl_source_enumerators(struct pl_source_reader *r, uint32_t open, uint32_t close)
{
    uint64_t value = 0;
    bool is_known = true;
    if (r->depth == PL_SOURCE_MAX_DEPTH)
        return;
    r->depth++;
    for (uint32_t i = open + 1; i < close && r->why == PL_OK; i++) {
        uint32_t end = pl_source_initialiser_end(r, i, close);
        if (pl_source_is_name(r, i)) {
            uint32_t equals = after_declarator(r, i + 1, end);
            size_t d = pl_source_begin(r, PL_DEFINITION_MACRO, pl_source_symbol_at(r, i)->text, i, end);
            if (equals < end && r->t[equals].kind == '=') {
                uint32_t first = equals + 1;
                uint32_t stop = first + 1;
                bool is_float;
                const struct pl_token *t = &r->t[first < end ? first : equals];
                is_known =
                    first < end &&
                    ((end == stop && t->kind == PL_TOKEN_NUMBER &&
                      pl_source_number(pl_bytes_sub(r->lex.text, t->at, t->length), &value, &is_float) &&
                      !is_float) ||
                     (pl_source_fold(r, first, first, end, &first, &stop, &value) && stop == end));
                if (!is_known)
                    pl_source_body(r, equals + 1, end);
            }
            if (is_known && !pl_atom_is_dull(value))
                pl_source_emit_value(r, PL_ATOM_CONSTANT, i, value);
            value++;
            pl_source_end(r, d);
        }
        i = end;
    }
    r->depth--;
}
