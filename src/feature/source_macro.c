/*
 * source_macro.c - #define: a name, parameters, and the atoms of what it stands for.
 *
 * Parameters are local. A name that is made with ## keeps what is known of it: `normal_ ## ident` leaves the name "normal_##",
 * `x ## _init` leaves "##_init", and "##_mid_##" has something unknown on both sides.
 * They come behind the other atoms of the macro.
 */
#include "feature/source_read.h"

static bool is_parameter(const struct pl_source_reader *r, uint32_t i)
{
    return pl_source_symbol_at(r, i)->local_of == r->function;
}

/* A run of a ## b ## c that begins at `i`: one name for each piece between parameters. Returns the token behind it. */
static uint32_t read_pasted(struct pl_source_reader *r, uint32_t i, uint32_t to)
{
    uint32_t first = i;
    pl_source_clear(r, &r->joined);
    for (bool is_last = false; !is_last; i += 2) {
        is_last = i + 2 >= to || r->t[i + 1].kind != PL_TOKEN_PASTE;
        bool is_known = r->t[i].kind == PL_TOKEN_WORD && !is_parameter(r, i);
        if (is_known) {
            if (r->joined.n == 0 && i > first)
                pl_buf_add_str(&r->joined, "##");
            pl_buf_add(&r->joined, pl_source_symbol_at(r, i)->text);
        }
        if ((!is_known || is_last) && r->joined.n > 0) {
            if (!is_known)
                pl_buf_add_str(&r->joined, "##");
            pl_bytes name = pl_source_keep(r, &r->joined);
            if (r->why == PL_OK)
                pl_source_emit_text(
                    r, is_last && i + 1 < to && r->t[i + 1].kind == '(' ? PL_ATOM_CALL : PL_ATOM_NAME, i,
                    name);
            pl_source_clear(r, &r->joined);
        }
    }
    return i - 1;
}

static void read_pastes(struct pl_source_reader *r, uint32_t from, uint32_t to)
{
    for (uint32_t i = from; i + 1 < to && r->why == PL_OK; i++)
        if (r->t[i + 1].kind == PL_TOKEN_PASTE && r->t[i].kind == PL_TOKEN_WORD)
            i = read_pasted(r, i, to) - 1;
}

static void read_macro(struct pl_source_reader *r, const struct pl_macro_text *m)
{
    uint32_t i = m->first;
    uint32_t to = m->first + m->n;
    if (m->n == 0 || r->t[i].kind != PL_TOKEN_WORD)
        return;
    pl_source_new_function(r);
    size_t number = pl_source_begin(r, PL_DEFINITION_MACRO, pl_source_symbol_at(r, i)->text, i, to);
    if (number == SIZE_MAX)
        return;
    struct pl_definition *d = &r->definitions.v[number];
    d->offset = m->at;
    d->length = m->end - m->at;
    i++;
    if (i < to && r->t[i].kind == '(' && !(r->t[i].flags & PL_TOKEN_SPACED)) {
        uint32_t close = pl_source_close(r, i, to);
        d->flags = PL_DEFINITION_CALL_LIKE;
        if (close != 0) {
            d->n_parameters = pl_source_parameters(r, i, close);
            i = close + 1;
        }
    }
    d->n_tokens = to - i;
    d->shape = pl_source_shape(r, i, to, PL_MAX_ARMS);
    pl_source_body(r, i, to);
    read_pastes(r, i, to);
    pl_source_end(r, number);
}

void pl_source_read_macros(struct pl_source_reader *r)
{
    const struct pl_token *before = r->t;
    r->t = r->lex.macro_tokens.v;
    for (size_t i = 0; i < r->lex.macros.n && r->why == PL_OK; i++)
        read_macro(r, &r->lex.macros.v[i]);
    r->t = before;
}
