/*
 * source_rust.c - functions, constants and macros of Rust.
 *
 * The scope of a method is the type of its impl. A format string is cut at its braces, as rustc stores the pieces; what println! adds at
 * the end is added. Of names only those in capitals are atoms: constants and statics; calls are what is before a parenthesis, methods too.
 *
 * Source: the Rust reference, items; std::fmt. Not read here: attributes that change names, what procedural macros make.
 */
#include "feature/source_read.h"
#include "format/text/rust_format.h"

#include "format/text/clit.h"

#define MAX_HEAD 512u /* tokens between a name and the brace of its body */

static bool is(const struct pl_source_reader *r, uint32_t i, const char *word)
{
    return r->t[i].kind == PL_TOKEN_WORD && pl_bytes_eq_str(pl_source_symbol_at(r, i)->text, word);
}

/* ---- bodies ---- */

static void emit_piece(struct pl_source_reader *r, uint32_t i)
{
    if (r->pieces.n == 0)
        return;
    pl_bytes text = pl_source_keep(r, &r->pieces);
    if (r->why == PL_OK)
        pl_source_emit_text(r, PL_ATOM_STRING, i, text);
    pl_source_clear(r, &r->pieces);
}

/* The format string at `i`: "a {} b {{" gives "a " and " b {". */
static void emit_format(struct pl_source_reader *r, uint32_t i, bool has_newline)
{
    pl_source_decode(r, i, &r->joined);
    pl_bytes rest = pl_buf_bytes(&r->joined);
    pl_source_clear(r, &r->pieces);
    while (pl_rust_format_next(&rest, &r->pieces))
        emit_piece(r, i);
    if (has_newline)
        pl_buf_add_byte(&r->pieces, '\n');
    emit_piece(r, i);
}

static uint32_t read_function(struct pl_source_reader *r, uint32_t start, uint32_t i, uint32_t to,
                              unsigned flags);

/* The token behind an attribute that begins at `i`: #[...] or #![...]. */
static uint32_t skip_attribute(const struct pl_source_reader *r, uint32_t i, uint32_t to)
{
    uint32_t open = r->t[i + 1].kind == '!' ? i + 2 : i + 1;
    return open < to && r->t[open].kind == '[' ? pl_source_skip(r, open, to) : i + 1;
}

static bool is_opener(uint8_t kind)
{
    return kind == '(' || kind == '[' || kind == '{';
}

/* A name at `i`. Returns the token behind it. */
static uint32_t read_name(struct pl_source_reader *r, uint32_t i, uint32_t to)
{
    uint32_t behind = i + 1;
    if (behind + 1 < to && r->t[behind].kind == PL_TOKEN_SCOPE && r->t[behind + 1].kind == '<') {
        uint32_t end = pl_source_angles(r, behind + 1, to);
        behind = end != 0 && end < to ? end : behind;
    }
    if (behind < to && r->t[behind].kind == '(')
        pl_source_emit_word(r, PL_ATOM_CALL, i);
    else if (pl_source_symbol_at(r, i)->is_upper && r->t[i].length > 1)
        pl_source_emit_word(r, PL_ATOM_NAME, i);
    return behind;
}

static void read_body(struct pl_source_reader *r, uint32_t from, uint32_t to)
{
    uint32_t format_end = 0; /* a macro whose first string is a format */
    bool has_newline = false;
    for (uint32_t i = from; i < to && r->why == PL_OK;) {
        switch (r->t[i].kind) {
        case PL_TOKEN_WORD:
            if (is(r, i, "fn") && pl_source_is_name(r, i + 1) && pl_source_text_at(r, i + 1).p[0] != '$') {
                i = read_function(r, i, i, to, 0);
            } else if (!pl_source_is_name(r, i)) {
                i++;
            } else if (r->t[i + 1].kind == '!' && i + 2 < to && is_opener(r->t[i + 2].kind)) {
                pl_source_emit_word(r, PL_ATOM_CALL, i);
                format_end = pl_source_skip(r, i + 2, to);
                has_newline = pl_bytes_ends(pl_source_text_at(r, i), PL_LIT("println")) ||
                              pl_bytes_ends(pl_source_text_at(r, i), PL_LIT("writeln"));
                i += 2;
            } else {
                i = read_name(r, i, to);
            }
            break;
        case PL_TOKEN_NUMBER: i = pl_source_emit_number(r, from, i, to); break;
        case PL_TOKEN_STRING:
            if (i < format_end) {
                emit_format(r, i++, has_newline);
                format_end = 0;
            } else {
                i = pl_source_emit_string(r, from, i, to);
            }
            break;
        case '#': i = skip_attribute(r, i, to); break;
        default: i++; break;
        }
    }
}

/* ---- items ---- */

/* The first brace or semicolon at this depth. */
static uint32_t find_body(const struct pl_source_reader *r, uint32_t i, uint32_t to)
{
    uint32_t stop = to - i > MAX_HEAD ? i + MAX_HEAD : to;
    while (i < stop && r->t[i].kind != '{' && r->t[i].kind != ';')
        i = r->t[i].kind == '(' || r->t[i].kind == '[' ? pl_source_skip(r, i, to) : i + 1;
    return i;
}

/* fn name<T>(a: u8) -> T where T: X { ... } with `fn` at `i`; `start` is where the item begins. Returns the token behind it. */
static uint32_t read_function(struct pl_source_reader *r, uint32_t start, uint32_t i, uint32_t to,
                              unsigned flags)
{
    uint32_t open = i + 2;
    if (r->t[open].kind == '<') {
        uint32_t behind = pl_source_angles(r, open, to);
        for (uint32_t k = open + 1; k + 1 < behind; k++)
            if (pl_source_is_name(r, k) && r->t[k - 1].kind != '\'')
                flags |= PL_DEFINITION_TEMPLATE;
        open = behind == 0 ? open : behind;
    }
    uint32_t brace = find_body(r, open, to);
    if (brace >= to || r->t[brace].kind != '{')
        return brace < to ? brace + 1 : to;
    uint32_t close = pl_source_close(r, brace, to);
    uint32_t end = close == 0 ? to : close + 1;
    if (r->depth == PL_SOURCE_MAX_DEPTH)
        return end;
    size_t number = pl_source_begin(r, PL_DEFINITION_FUNCTION, pl_source_text_at(r, i + 1), start, end);
    if (number == SIZE_MAX)
        return end;
    struct pl_definition *f = &r->definitions.v[number];
    if (r->t[open].kind == '(')
        f->n_parameters = pl_source_parameters(r, open, pl_source_skip(r, open, to) - 1);
    f->flags = (uint8_t)flags;
    f->n_tokens = end - brace;
    r->depth++;
    read_body(r, brace + 1, close == 0 ? to : close);
    r->depth--;
    pl_source_end(r, number);
    return end;
}

/* The type of `impl<T> Trait for Type<T> {`: its last name outside <>. */
static pl_bytes impl_type(const struct pl_source_reader *r, uint32_t i, uint32_t brace)
{
    pl_bytes name = {0};
    for (; i < brace; i++) {
        if (r->t[i].kind == '<') {
            uint32_t behind = pl_source_angles(r, i, brace);
            i = behind == 0 ? i : behind - 1;
        } else if (is(r, i, "where")) {
            break;
        } else if (is(r, i, "for")) {
            name = (pl_bytes){0};
        } else if (pl_source_is_name(r, i)) {
            name = pl_source_text_at(r, i);
        }
    }
    return name;
}

/* const NAME: T = x; and static NAME: T = x; */
static uint32_t read_constant(struct pl_source_reader *r, uint32_t start, uint32_t i, uint32_t to)
{
    bool is_static = is(r, i, "static");
    uint32_t name = is(r, i + 1, "mut") ? i + 2 : i + 1;
    uint32_t equals = name;
    while (equals < to && r->t[equals].kind != '=' && r->t[equals].kind != ';' && r->t[equals].kind != '}')
        equals = is_opener(r->t[equals].kind) ? pl_source_skip(r, equals, to) : equals + 1;
    uint32_t end = equals;
    while (end < to && r->t[end].kind != ';')
        end = is_opener(r->t[end].kind) ? pl_source_skip(r, end, to) : end + 1;
    if (equals >= to || r->t[equals].kind != '=' || !pl_source_is_name(r, name))
        return equals < to ? equals + 1 : to;
    size_t number = pl_source_begin(r, is_static ? PL_DEFINITION_OBJECT : PL_DEFINITION_MACRO,
                                    pl_source_text_at(r, name), start, end);
    read_body(r, equals + 1, end);
    pl_source_end(r, number);
    return end < to ? end + 1 : to;
}

/* name! { ... } and macro_rules! name { ... } */
static uint32_t read_macro(struct pl_source_reader *r, uint32_t start, uint32_t i, uint32_t to)
{
    bool is_rules = is(r, i, "macro_rules");
    uint32_t open = is_rules ? i + 3 : i + 2;
    if (open >= to || !is_opener(r->t[open].kind) || (is_rules && r->t[i + 2].kind != PL_TOKEN_WORD))
        return i + 2;
    uint32_t end = pl_source_skip(r, open, to);
    size_t number = pl_source_begin(r, is_rules ? PL_DEFINITION_MACRO : PL_DEFINITION_OBJECT,
                                    pl_source_text_at(r, is_rules ? i + 2 : i), start, end);
    if (number == SIZE_MAX)
        return end;
    r->definitions.v[number].flags = is_rules ? PL_DEFINITION_CALL_LIKE : PL_DEFINITION_NAMED_BY_MACRO;
    r->definitions.v[number].macro = is_rules ? (pl_bytes){0} : pl_source_text_at(r, i);
    if (!is_rules)
        pl_source_emit_word(r, PL_ATOM_CALL, i);
    read_body(r, open + 1, end - 1);
    pl_source_end(r, number);
    return end;
}

static void read_items(struct pl_source_reader *r, uint32_t from, uint32_t to);

/* impl, trait and mod: `name` is what they add to the scope. */
static uint32_t read_within(struct pl_source_reader *r, pl_bytes name, uint32_t i, uint32_t to)
{
    uint32_t brace = find_body(r, i, to);
    if (brace >= to || r->t[brace].kind != '{')
        return brace < to ? brace + 1 : to;
    uint32_t end = pl_source_skip(r, brace, to);
    pl_bytes outer = r->scope;
    if (r->depth < PL_SOURCE_MAX_DEPTH) {
        r->scope = pl_source_join_scope(r, outer, name);
        r->depth++;
        read_items(r, brace + 1, end - 1);
        r->depth--;
        r->scope = outer;
    }
    return end;
}

static uint32_t read_item(struct pl_source_reader *r, uint32_t start, uint32_t i, uint32_t to, unsigned flags)
{
    if (is(r, i, "fn") && r->t[i + 1].kind == PL_TOKEN_WORD)
        return read_function(r, start, i, to, flags);
    if (is(r, i, "impl"))
        return read_within(r, impl_type(r, i + 1, find_body(r, i, to)), i, to);
    if (is(r, i, "trait") || is(r, i, "mod"))
        return read_within(r, pl_source_text_at(r, i + 1), i, to);
    if (is(r, i, "struct") || is(r, i, "enum") || is(r, i, "union")) {
        uint32_t brace = find_body(r, i, to);
        return brace < to ? pl_source_skip(r, brace, to) : to;
    }
    if ((is(r, i, "const") || is(r, i, "static")) && !is(r, i + 1, "fn") && !is(r, i + 1, "unsafe") &&
        !is(r, i + 1, "extern"))
        return read_constant(r, start, i, to);
    if (r->t[i + 1].kind == '!' && pl_source_is_name(r, i))
        return read_macro(r, start, i, to);
    return 0;
}

static void read_items(struct pl_source_reader *r, uint32_t from, uint32_t to)
{
    uint32_t start = from;
    unsigned flags = 0;
    for (uint32_t i = from; i < to && r->why == PL_OK;) {
        uint32_t behind = 0;
        if (r->t[i].kind == '#') {
            uint32_t end = skip_attribute(r, i, to);
            for (uint32_t k = i; k < end; k++)
                flags |= is(r, k, "inline") ? PL_DEFINITION_INLINE : 0;
            i = end;
            continue;
        }
        if (r->t[i].kind == PL_TOKEN_WORD)
            behind = read_item(r, start, i, to, flags);
        else if (r->t[i].kind == '(' || r->t[i].kind == '[')
            i = pl_source_skip(r, i, to) - 1;
        else if (r->t[i].kind == ';' || r->t[i].kind == '}' || r->t[i].kind == '{')
            behind = i + 1; /* extern "C" { */
        i = behind == 0 ? i + 1 : behind;
        if (behind != 0) {
            start = i;
            flags = 0;
        }
    }
}

void pl_source_read_rust(struct pl_source_reader *r, uint32_t from, uint32_t to)
{
    read_items(r, from, to);
}
