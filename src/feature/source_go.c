/*
 * source_go.c - functions, methods, constants and variables of Go.
 *
 * The scope of a method is the type of its receiver. Statements end with their line, so that an initialiser ends where a line begins
 * outside all brackets and not behind an operator. Of names only exported ones are atoms.
 *
 * Source: the Go specification, Declarations and scope, Semicolons.
 */
#include "feature/source_read.h"

#define MAX_RESULT 128u /* tokens between the parameters and the brace */

static bool is(const struct pl_source_reader *r, uint32_t i, const char *word)
{
    return r->t[i].kind == PL_TOKEN_WORD && pl_bytes_eq_str(pl_source_symbol_at(r, i)->text, word);
}

static bool is_exported(pl_bytes name)
{
    return name.n > 0 && name.p[0] >= 'A' && name.p[0] <= 'Z';
}

static void read_body(struct pl_source_reader *r, uint32_t from, uint32_t to)
{
    for (uint32_t i = from; i < to && r->why == PL_OK;) {
        switch (r->t[i].kind) {
        case PL_TOKEN_WORD:
            if (pl_source_is_name(r, i) && i + 1 < to && r->t[i + 1].kind == '(')
                pl_source_emit_word(r, PL_ATOM_CALL, i);
            else if (pl_source_is_name(r, i) && is_exported(pl_source_text_at(r, i)) &&
                     r->t[i + 1].kind != '{' && r->t[i + 1].kind != ':')
                pl_source_emit_word(r, PL_ATOM_NAME, i);
            i++;
            break;
        case PL_TOKEN_NUMBER: i = pl_source_emit_number(r, from, i, to); break;
        case PL_TOKEN_STRING: i = pl_source_emit_string(r, from, i, to); break;
        default: i++; break;
        }
    }
}

/* The brace of the body behind the parameters; 0: it has none. */
static uint32_t find_body(const struct pl_source_reader *r, uint32_t i, uint32_t to)
{
    uint32_t stop = to - i > MAX_RESULT ? i + MAX_RESULT : to;
    while (i < stop) {
        uint8_t kind = r->t[i].kind;
        if (kind == '{' && !is(r, i - 1, "interface") && !is(r, i - 1, "struct"))
            return i;
        if (r->t[i].flags & PL_TOKEN_FIRST)
            return 0;
        i = kind == '{' || kind == '(' || kind == '[' ? pl_source_skip(r, i, to) : i + 1;
    }
    return 0;
}

/* func (r *T) name[P any](a, b int) (c error) { with `func` at `i`. Returns the token behind it. */
static uint32_t read_function(struct pl_source_reader *r, uint32_t i, uint32_t to)
{
    uint32_t name = i + 1;
    pl_bytes receiver = {0};
    if (r->t[name].kind == '(') {
        uint32_t close = pl_source_close(r, name, to);
        for (uint32_t k = name + 1; k < close && r->t[k].kind != '['; k++)
            receiver = pl_source_is_name(r, k) ? pl_source_text_at(r, k) : receiver;
        name = close == 0 ? to : close + 1;
    }
    if (name + 1 >= to || !pl_source_is_name(r, name))
        return i + 1;
    bool is_generic = r->t[name + 1].kind == '[';
    uint32_t open = is_generic ? pl_source_skip(r, name + 1, to) : name + 1;
    uint32_t close = open < to && r->t[open].kind == '(' ? pl_source_close(r, open, to) : 0;
    uint32_t brace = close == 0 ? 0 : find_body(r, close + 1, to);
    if (brace == 0)
        return name + 1;
    uint32_t end = pl_source_skip(r, brace, to);
    size_t number = pl_source_begin(r, PL_DEFINITION_FUNCTION, pl_source_text_at(r, name), i, end);
    if (number == SIZE_MAX)
        return end;
    struct pl_definition *f = &r->definitions.v[number];
    f->scope = receiver;
    f->n_parameters = pl_source_parameters(r, open, close);
    f->n_tokens = end - brace;
    f->flags = is_generic                                            ? PL_DEFINITION_TEMPLATE
               : receiver.n == 0 && pl_bytes_eq_str(f->name, "init") ? PL_DEFINITION_CONSTRUCTOR
                                                                     : 0;
    read_body(r, brace + 1, end - 1);
    pl_source_end(r, number);
    return end;
}

/* Where the statement that goes on at `i` ends. */
static uint32_t line_end(const struct pl_source_reader *r, uint32_t i, uint32_t to)
{
    uint32_t first = i;
    while (i < to && r->t[i].kind != ')' && r->t[i].kind != ';') {
        uint8_t before = r->t[i - 1].kind;
        bool goes_on =
            before == PL_TOKEN_OPERATOR || (before < 128 && before != ')' && before != ']' && before != '}');
        if (i > first && (r->t[i].flags & PL_TOKEN_FIRST) && !goes_on)
            break;
        uint8_t kind = r->t[i].kind;
        i = kind == '(' || kind == '[' || kind == '{' ? pl_source_skip(r, i, to) : i + 1;
    }
    return i;
}

/* name T = x, the name at `i`. Returns the token behind it. */
static uint32_t read_value(struct pl_source_reader *r, bool is_constant, uint32_t i, uint32_t to)
{
    uint32_t end = line_end(r, i, to);
    uint32_t equals = i;
    while (equals < end && r->t[equals].kind != '=')
        equals++;
    if (!pl_source_is_name(r, i) || (equals >= end && !is_constant))
        return end > i ? end : i + 1;
    size_t number = pl_source_begin(r, is_constant ? PL_DEFINITION_MACRO : PL_DEFINITION_OBJECT,
                                    pl_source_text_at(r, i), i, end);
    read_body(r, equals < end ? equals + 1 : end, end);
    pl_source_end(r, number);
    return end > i ? end : i + 1;
}

void pl_source_read_go(struct pl_source_reader *r, uint32_t from, uint32_t to)
{
    for (uint32_t i = from; i < to && r->why == PL_OK;) {
        bool is_first = (r->t[i].flags & PL_TOKEN_FIRST) || r->t[i - 1].kind == ';';
        bool is_constant = is(r, i, "const");
        if (r->t[i].kind == '(' || r->t[i].kind == '{' || r->t[i].kind == '[') {
            i = pl_source_skip(r, i, to);
        } else if (is_first && is(r, i, "func")) {
            i = read_function(r, i, to);
        } else if (is_first && (is_constant || is(r, i, "var")) && r->t[i + 1].kind == '(') {
            uint32_t end = pl_source_skip(r, i + 1, to);
            for (i += 2; i + 1 < end && r->why == PL_OK;)
                i = read_value(r, is_constant, i, end - 1);
            i = end;
        } else if (is_first && (is_constant || is(r, i, "var"))) {
            i = read_value(r, is_constant, i + 1, to);
        } else {
            i++;
        }
    }
}
