/*
 * source_shape.c - loops, conditions and calls of members in a body of C: what of its control flow machine code shows.
 *
 * `while (0)` is no loop; a goto may be one. Source: C17 6.5.2.2, 6.8.4, 6.8.5.
 */
#include "feature/source_walk.h"

static bool is_number_zero(const struct pl_source_reader *r, uint32_t i)
{
    const struct pl_token *t = &r->t[i];
    return t->kind == PL_TOKEN_NUMBER && t->length == 1 && r->lex.text.p[t->at] == '0';
}

static void take_word(const struct pl_source_reader *r, uint32_t i, uint32_t to, struct pl_shape *out)
{
    pl_bytes word = pl_source_symbol_at(r, i)->text;
    bool is_while = pl_bytes_eq_str(word, "while");
    uint8_t before = i > 0 ? r->t[i - 1].kind : ';';
    if (pl_source_is_word(r, i, PL_WORD_GOTO))
        out->flags |= PL_SHAPE_MAY_LOOP;
    if (is_while && i + 3 < to && r->t[i + 3].kind == ')' && is_number_zero(r, i + 2))
        return;
    if (is_while || pl_bytes_eq_str(word, "for")) {
        pl_shape_count(&out->loops);
        pl_shape_count(&out->branches);
    }
    if (pl_bytes_eq_str(word, "if") || pl_source_is_word(r, i, PL_WORD_CASE))
        pl_shape_count(&out->branches);
    bool is_member = before == PL_TOKEN_ARROW || before == '.';
    if (is_member && i + 1 < to && r->t[i + 1].kind == '(')
        pl_shape_count(&out->indirect);
}

uint32_t pl_source_count_deeper(const struct pl_source_reader *r, uint32_t from, uint32_t to, unsigned arms)
{
    uint32_t n = 0;
    for (uint32_t i = from; i < to; i++)
        n += r->t[i].arms > arms;
    return n;
}

struct pl_shape pl_source_shape(const struct pl_source_reader *r, uint32_t from, uint32_t to, unsigned arms)
{
    struct pl_shape out = {.flags = PL_SHAPE_KNOWN | (r->is_cpp ? PL_SHAPE_MAY_INDIRECT : 0)};
    for (uint32_t i = from; i < to; i++) {
        const struct pl_token *t = &r->t[i];
        if (t->arms > arms)
            continue;
        bool is_logic = t->kind == PL_TOKEN_OPERATOR && t->length == 2 &&
                        (r->lex.text.p[t->at] == '&' || r->lex.text.p[t->at] == '|') &&
                        r->lex.text.p[t->at + 1] == r->lex.text.p[t->at];
        if (t->kind == PL_TOKEN_WORD)
            take_word(r, i, to, &out);
        else if (t->kind == '?' || is_logic)
            pl_shape_count(&out.branches);
    }
    return out;
}
