/*
 * source_body.c - the atoms of function bodies, initialisers and macros.
 *
 * One walk over the tokens. A statement that begins like a declaration (two words in a row, or a word, stars and a word) declares: its
 * type leaves no atom and its names are local from there on. A word behind a dot or an arrow is a member. What is in parentheses and
 * followed by an operand is a cast.
 *
 * Not done here: scopes (a name that is local once is local to the end of the function), types, overloads.
 */
#include "feature/source_walk.h"

/* ---- expressions ---- */

/* The token behind a cast that begins at `i`, or 0. */
static uint32_t cast_end(const struct pl_source_walk *b, uint32_t i)
{
    const struct pl_source_reader *r = b->r;
    uint32_t close = pl_source_close(r, i, b->to);
    if (close == 0 || close == i + 1 || close - i > PL_SOURCE_LOOKAHEAD)
        return 0;
    bool has_type = false;
    uint32_t names = 0;
    uint32_t k = i + 1;
    for (; k < close && r->t[k].kind == PL_TOKEN_WORD; k++) {
        enum pl_word word = pl_source_word_at(r, k);
        if (word == PL_WORD_TAG || word == PL_WORD_ENUM || word == PL_WORD_TYPE)
            has_type = true;
        else if (word != PL_WORD_PLAIN || pl_source_is_local(r, k))
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
static uint32_t skip_operand(const struct pl_source_walk *b, uint32_t i)
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
static uint32_t take_asm(struct pl_source_walk *b, uint32_t i)
{
    struct pl_source_reader *r = b->r;
    while (i < b->to && r->t[i].kind == PL_TOKEN_WORD)
        i++;
    if (i >= b->to || (r->t[i].kind != '(' && r->t[i].kind != '{'))
        return i;
    uint32_t end = pl_source_skip(r, i, b->to);
    for (uint32_t k = i + 1; r->t[i].kind == '(' && k + 1 < end; k++)
        if (pl_source_is_name(r, k) && r->t[k - 1].kind != '.' && r->t[k - 1].kind != PL_TOKEN_ARROW &&
            r->t[k - 1].kind != '[' && !pl_source_is_local(r, k))
            pl_source_emit_word(r, PL_ATOM_NAME, k);
    return end;
}

static void take_switch(struct pl_source_walk *b, uint32_t i)
{
    struct pl_source_reader *r = b->r;
    b->i = i + 1;
    if (i + 1 >= b->to || r->t[i + 1].kind != '(' || b->n_switches == PL_SOURCE_SWITCHES)
        return;
    uint32_t open = pl_source_skip(r, i + 1, b->to);
    if (open >= b->to || r->t[open].kind != '{')
        return;
    b->switches[b->n_switches].atom = r->atoms.n;
    b->switches[b->n_switches++].end = pl_source_skip(r, open, b->to);
    pl_source_emit_value(r, PL_ATOM_SWITCH, i, 0);
}

static void take_case(struct pl_source_walk *b)
{
    while (b->n_switches > 0 && b->switches[b->n_switches - 1].end <= b->i)
        b->n_switches--;
    if (b->n_switches > 0 && b->r->why == PL_OK)
        b->r->atoms.v[b->switches[b->n_switches - 1].atom].value++;
    b->i++;
}

/* What follows a name, template arguments left out; *behind is its token. */
static uint8_t kind_behind_name(const struct pl_source_walk *b, uint32_t i, uint32_t *behind)
{
    const struct pl_source_reader *r = b->r;
    *behind = i + 1;
    if (*behind >= b->to)
        return ';';
    if (r->is_cpp && r->t[*behind].kind == '<') {
        uint32_t end = pl_source_angles(r, *behind, b->to);
        if (end != 0 && end < b->to && (r->t[end].kind == '(' || r->t[end].kind == PL_TOKEN_SCOPE))
            *behind = end;
    }
    return r->t[*behind].kind;
}

/* A word of a message, or behind an @. */
static bool is_selector_word(const struct pl_source_walk *b, uint32_t i, uint8_t before, uint8_t after)
{
    bool follows = before == PL_TOKEN_WORD || before == ')' || before == ']';
    return before == '@' || (b->brackets > 0 && follows && i > b->from && (after == ':' || after == ']'));
}

/* A name that is no keyword. */
static void take_name(struct pl_source_walk *b)
{
    struct pl_source_reader *r = b->r;
    uint32_t i = b->i;
    uint8_t before = i > b->from ? r->t[i - 1].kind : ';';
    uint8_t after = kind_behind_name(b, i, &b->i);
    bool is_member = before == '.' || before == PL_TOKEN_ARROW;
    if ((after == PL_TOKEN_SCOPE && r->is_cpp) || r->lex.text.p[r->t[i].at] == '$')
        return; /* a class, or a value of yacc */
    if (is_member ? !r->is_cpp || after != '(' : before != PL_TOKEN_SCOPE && pl_source_is_local(r, i))
        return;
    if (after == ':' && (before == '{' || before == '}' || before == ';' || before == ',' || before == ':'))
        return; /* a label, or a member of an old initialiser */
    if (r->language == PL_SOURCE_OBJC && is_selector_word(b, i, before, after))
        return;
    if (before == PL_TOKEN_PASTE || after == PL_TOKEN_PASTE || before == '#')
        return; /* pl_source_read_macros() knows what to do with pasted names */
    pl_source_emit_word(r, after == '(' ? PL_ATOM_CALL : PL_ATOM_NAME, i);
}

/* static_cast<T>: T is no name that is used. */
static void take_value(struct pl_source_walk *b)
{
    const struct pl_source_reader *r = b->r;
    uint32_t behind =
        b->i + 1 < b->to && r->t[b->i + 1].kind == '<' ? pl_source_angles(r, b->i + 1, b->to) : 0;
    b->i = behind != 0 ? behind : b->i + 1;
}

/* for (T x = ... and catch (T x) */
static bool may_declare(const struct pl_source_reader *r, uint32_t i)
{
    pl_bytes word = pl_source_symbol_at(r, i)->text;
    return pl_bytes_eq_str(word, "for") || pl_bytes_eq_str(word, "catch");
}

static void take_word(struct pl_source_walk *b)
{
    struct pl_source_reader *r = b->r;
    if (b->is_fresh && pl_source_take_declaration(b))
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
        b->is_fresh = b->i < b->to && r->t[b->i].kind == '(' && may_declare(r, i);
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
    case PL_WORD_VALUE: take_value(b); return;
    default: b->i++; return;
    }
}

/* [receiver foo:x bar:y] where no operand stands before it. */
static void take_message(struct pl_source_walk *b)
{
    struct pl_source_reader *r = b->r;
    uint32_t close = pl_source_close(r, b->i, b->to);
    uint8_t before = b->i > b->from ? r->t[b->i - 1].kind : ';';
    bool is_index = before == ')' || before == ']' ||
                    (before == PL_TOKEN_WORD && !pl_source_is_word(r, b->i - 1, PL_WORD_CONTROL));
    if (close != 0 && close - b->i <= 4096 && !is_index)
        (void)pl_source_emit_selector(r, b->i, close);
}

/* [captures](parameters): the parameters are local. [[attributes]] leave nothing. */
static bool take_lambda(struct pl_source_walk *b)
{
    struct pl_source_reader *r = b->r;
    uint32_t close = pl_source_close(r, b->i, b->to);
    uint8_t before = b->i > b->from ? r->t[b->i - 1].kind : ';';
    if (close != 0 && r->t[b->i + 1].kind == '[' && r->t[close - 1].link == b->i + 1) {
        b->i = close + 1; /* [[attributes]] */
        return true;
    }
    if (close == 0 || before == ')' || before == ']' || before == '[' ||
        (before == PL_TOKEN_WORD && !pl_source_is_word(r, b->i - 1, PL_WORD_CONTROL)))
        return false;
    uint8_t behind = close + 1 < b->to ? r->t[close + 1].kind : 0;
    if (behind != '(' && behind != '{')
        return false;
    uint32_t end = behind == '(' ? pl_source_close(r, close + 1, b->to) : 0;
    if (end != 0)
        pl_source_parameters(r, close + 1, end);
    b->i = end != 0 ? end + 1 : close + 1;
    b->is_fresh = false;
    return true;
}

static void take_punctuation(struct pl_source_walk *b)
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
    case '[':
        if (b->r->language == PL_SOURCE_OBJC)
            take_message(b);
        if (b->r->is_cpp && take_lambda(b))
            return;
        b->brackets++;
        b->depth++;
        break;
    case '{':
        b->depth++;
        is_fresh = true;
        break;
    case '}': is_fresh = true; /* fall through */
    case ')':
    case ']':
        b->brackets -= kind == ']' && b->brackets > 0;
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
        if (b->is_declaring && b->depth == b->declared_depth && pl_source_take_next_declarator(b))
            return;
        break;
    default: break;
    }
    b->is_fresh = is_fresh;
    b->i++;
}

static void walk(struct pl_source_walk *b)
{
    struct pl_source_reader *r = b->r;
    while (b->i < b->to && r->why == PL_OK) {
        pl_source_pop_inner(b, b->i);
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
    pl_source_pop_inner(b, UINT32_MAX);
}

void pl_source_body(struct pl_source_reader *r, uint32_t from, uint32_t to)
{
    struct pl_source_walk b = {.r = r, .from = from, .i = from, .to = to, .is_fresh = true};
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
            uint32_t equals = pl_source_after_declarator(r, i + 1, end);
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
