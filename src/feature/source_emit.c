/*
 * source_emit.c - atoms and definitions as they are found: strings joined, numbers folded, hashes taken.
 */
#include "feature/source_read.h"

#include "format/text/clit.h"

void pl_source_clear(struct pl_source_reader *r, struct pl_buf *b)
{
    if (b->why != PL_OK)
        r->why = b->why;
    pl_buf_clear(b);
}

pl_bytes pl_source_keep(struct pl_source_reader *r, const struct pl_buf *b)
{
    pl_bytes kept = pl_arena_keep(r->arena, pl_buf_bytes(b));
    if (b->why != PL_OK || kept.p == NULL)
        r->why = b->why != PL_OK ? b->why : r->arena->why;
    return kept;
}

static struct pl_atom *emit(struct pl_source_reader *r, enum pl_atom_kind kind, uint32_t i)
{
    struct pl_atom *a = r->atoms.n < UINT32_MAX ? PL_VEC_ADD(&r->atoms) : NULL;
    if (a == NULL) {
        r->why = PL_E_NOMEM;
        return NULL;
    }
    *a = (struct pl_atom){.at = r->t[i].at, .kind = (uint8_t)kind, .target = PL_NO_TARGET};
    return a;
}

void pl_source_emit_text(struct pl_source_reader *r, enum pl_atom_kind kind, uint32_t i, pl_bytes text)
{
    struct pl_atom *a = emit(r, kind, i);
    if (a == NULL)
        return;
    a->text = text;
    a->hash = pl_atom_hash_text(text);
}

void pl_source_emit_word(struct pl_source_reader *r, enum pl_atom_kind kind, uint32_t i)
{
    struct pl_symbol *s = &r->lex.symbols.v[r->t[i].link];
    struct pl_atom *a = emit(r, kind, i);
    if (a == NULL)
        return;
    if (s->hash == 0)
        s->hash = pl_atom_hash_text(s->text);
    a->text = pl_bytes_sub(r->lex.text, r->t[i].at, r->t[i].length);
    a->hash = s->hash;
}

void pl_source_emit_hash(struct pl_source_reader *r, enum pl_atom_kind kind, uint32_t i, uint64_t hash)
{
    struct pl_atom *a = emit(r, kind, i);
    if (a != NULL)
        a->hash = hash;
}

void pl_source_emit_value(struct pl_source_reader *r, enum pl_atom_kind kind, uint32_t i, uint64_t value)
{
    struct pl_atom *a = emit(r, kind, i);
    if (a == NULL)
        return;
    a->value = value;
    a->hash = kind == PL_ATOM_SWITCH ? 0 : pl_atom_hash_value(value);
}

static bool is_constant(uint64_t value)
{
    return !pl_atom_is_dull(value);
}

/* May the number at `i` be part of an expression of literals? */
static bool has_operator(const struct pl_source_reader *r, uint32_t from, uint32_t i, uint32_t to)
{
    uint8_t before = i > from ? r->t[i - 1].kind : ',';
    uint8_t after = i + 1 < to ? r->t[i + 1].kind : ',';
    return before == '-' || before == '~' || (after != ',' && after != ';' && after != ']' && after != '}');
}

uint32_t pl_source_emit_number(struct pl_source_reader *r, uint32_t from, uint32_t i, uint32_t to)
{
    uint64_t value;
    bool is_float;
    uint32_t first = i;
    uint32_t end = i + 1;
    const struct pl_token *t = &r->t[i];
    if (has_operator(r, from, i, to))
        if (pl_source_fold(r, from, i, to, &first, &end, &value)) {
            if (is_constant(value))
                pl_source_emit_value(r, PL_ATOM_CONSTANT, i, value);
            return end;
        }
    if (t->length == 1 || !pl_source_number(pl_bytes_sub(r->lex.text, t->at, t->length), &value, &is_float))
        return i + 1;
    if (is_float && value != 0)
        pl_source_emit_value(r, PL_ATOM_FLOAT, i, value);
    else if (!is_float && is_constant(value))
        pl_source_emit_value(r, PL_ATOM_CONSTANT, i, value);
    return i + 1;
}

static struct pl_clit_token literal_of(const struct pl_source_reader *r, uint32_t i)
{
    const struct pl_token *t = &r->t[i];
    size_t outside = (size_t)t->link + t->behind;
    return (struct pl_clit_token){
        .kind = PL_CLIT_STRING,
        .body = pl_bytes_sub(r->lex.text, t->at + t->link, t->length > outside ? t->length - outside : 0),
        .is_raw = (t->flags & PL_TOKEN_RAW) != 0};
}

/* 'ab', 'RIFF': the compiler's number, first character highest. */
void pl_source_emit_character(struct pl_source_reader *r, uint32_t i)
{
    if (r->t[i].length < 4 || r->t[i].link != 1)
        return;
    struct pl_clit_token literal = literal_of(r, i);
    pl_source_clear(r, &r->joined);
    pl_clit_decode(&literal, PL_CLIT_C, &r->joined);
    if (r->joined.n < 2 || r->joined.n > 4)
        return;
    uint64_t value = 0;
    for (size_t k = 0; k < r->joined.n; k++)
        value = value << 8 | r->joined.p[k];
    if (is_constant(value))
        pl_source_emit_value(r, PL_ATOM_CONSTANT, i, value);
}

/* A name, or the end of a macro's arguments, that a literal may be glued to. */
static bool is_glue_before(const struct pl_source_reader *r, uint32_t from, uint32_t i)
{
    if (i <= from)
        return false;
    if (r->t[i - 1].kind != ')')
        return pl_source_is_name(r, i - 1);
    uint32_t open = r->t[i - 1].link;
    return open > from && pl_source_is_name(r, open - 1);
}

static enum pl_clit_family family_of(const struct pl_source_reader *r)
{
    return r->language == PL_SOURCE_RUST ? PL_CLIT_RUST
           : r->language == PL_SOURCE_GO ? PL_CLIT_GO
                                         : PL_CLIT_C;
}

void pl_source_decode(struct pl_source_reader *r, uint32_t i, struct pl_buf *out)
{
    struct pl_clit_token literal = literal_of(r, i);
    pl_source_clear(r, out);
    pl_clit_decode(&literal, family_of(r), out);
}

/* The next literal that is joined to one that ends before `i`: its neighbour, in Go behind a plus. 0: there is none. */
static uint32_t next_literal(const struct pl_source_reader *r, uint32_t i, uint32_t to)
{
    if (r->language == PL_SOURCE_GO && i + 1 < to && r->t[i].kind == '+')
        i++;
    return i < to && r->t[i].kind == PL_TOKEN_STRING ? i : 0;
}

uint32_t pl_source_emit_string(struct pl_source_reader *r, uint32_t from, uint32_t i, uint32_t to)
{
    uint32_t end = i + 1;
    struct pl_clit_token literal = literal_of(r, i);
    pl_bytes text = literal.body;
    uint32_t next = next_literal(r, end, to);
    if (next != 0 || (!literal.is_raw && pl_bytes_find_byte(text, '\\', 0) != SIZE_MAX)) {
        pl_source_decode(r, i, &r->joined);
        for (; next != 0; next = next_literal(r, end, to)) {
            literal = literal_of(r, next);
            pl_clit_decode(&literal, family_of(r), &r->joined);
            end = next + 1;
        }
        text = pl_source_keep(r, &r->joined);
    }
    bool is_part =
        family_of(r) == PL_CLIT_C && (is_glue_before(r, from, i) || (end < to && pl_source_is_name(r, end)));
    if (text.n > 0 && r->why == PL_OK)
        pl_source_emit_text(r, is_part ? PL_ATOM_STRING_PART : PL_ATOM_STRING, i, text);
    return end;
}

size_t pl_source_begin(struct pl_source_reader *r, enum pl_definition_kind kind, pl_bytes name,
                       uint32_t first, uint32_t end)
{
    struct pl_definition *d = PL_VEC_ADD(&r->definitions);
    if (d == NULL) {
        r->why = PL_E_NOMEM;
        return SIZE_MAX;
    }
    const struct pl_token *last = &r->t[end > first ? end - 1 : first];
    uint64_t at = r->t[first].at;
    uint64_t length = last->kind < 128 ? 1 : last->length;
    *d = (struct pl_definition){.name = name,
                                .scope = r->scope,
                                .offset = at,
                                .length = last->at + length - at,
                                .kind = (uint8_t)kind,
                                .first_atom = (uint32_t)r->atoms.n};
    return r->definitions.n - 1;
}

void pl_source_end(struct pl_source_reader *r, size_t definition)
{
    if (definition >= r->definitions.n)
        return;
    struct pl_definition *d = &r->definitions.v[definition];
    d->n_atoms = (uint32_t)(r->atoms.n - d->first_atom);
}
