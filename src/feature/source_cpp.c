/*
 * source_cpp.c - what C++ adds to declarations: qualified names, operators, destructors, template arguments, constructors.
 *
 * Source: C++20 [basic.scope], [over.oper], [class.base.init], [temp.names].
 */
#include "feature/source_scope.h"

#define MAX_ANGLE_TOKENS 256u /* tokens of template arguments */
#define MAX_OPERATOR     16u  /* tokens of an operator's name */
#define MAX_QUALIFIER    64u  /* tokens before a name */

uint32_t pl_source_angles(const struct pl_source_reader *r, uint32_t i, uint32_t to)
{
    uint32_t depth = 0;
    uint32_t stop = to - i > MAX_ANGLE_TOKENS ? i + MAX_ANGLE_TOKENS : to;
    while (i < stop) {
        switch (r->t[i].kind) {
        case '<': depth++; break;
        case '>': depth--; break;
        case PL_TOKEN_SHIFT_RIGHT:
            if (depth < 2)
                return 0;
            depth -= 2;
            break;
        case '(':
        case '[': i = pl_source_skip(r, i, stop) - 1; break;
        case ';':
        case '{':
        case '}':
        case ')':
        case ']': return 0;
        case PL_TOKEN_OPERATOR: /* && and ... may be part of a type, || and comparisons may not */
            if (r->lex.text.p[r->t[i].at] != '&' && r->lex.text.p[r->t[i].at] != '.')
                return 0;
            break;
        default: break;
        }
        i++;
        if (depth == 0)
            return i;
    }
    return 0;
}

uint32_t pl_source_operator_parameters(const struct pl_source_reader *r, uint32_t i, uint32_t to)
{
    uint32_t k = i + 1;
    uint32_t stop = to - k > MAX_OPERATOR ? k + MAX_OPERATOR : to;
    if (k + 1 < stop && r->t[k].kind == '(' && r->t[k].link == k + 1)
        k += 2;
    while (k < stop && r->t[k].kind != '(') {
        if (r->t[k].kind == ';' || r->t[k].kind == '{')
            return 0;
        k++;
    }
    return k < stop ? k : 0;
}

static pl_bytes text_between(const struct pl_source_reader *r, uint32_t first, uint32_t end)
{
    const struct pl_token *last = &r->t[end - 1];
    size_t length = last->kind < 128 ? 1 : last->length;
    return pl_bytes_sub(r->lex.text, r->t[first].at, last->at + length - r->t[first].at);
}

pl_bytes pl_source_declared_name(const struct pl_source_reader *r, const struct pl_declarator *d)
{
    if (pl_source_is_word(r, d->name, PL_WORD_OPERATOR))
        return text_between(r, d->name, d->open);
    if (r->t[d->name - 1].kind == '~' && d->macro == 0)
        return text_between(r, d->name - 1, d->name + 1);
    return pl_source_symbol_at(r, d->name)->text;
}

pl_bytes pl_source_qualifier(const struct pl_source_reader *r, uint32_t start, uint32_t i)
{
    uint32_t end = i;
    uint32_t stop = i - start > MAX_QUALIFIER ? i - MAX_QUALIFIER : start;
    if (end > stop && r->t[end - 1].kind == '~')
        end--;
    uint32_t first = end;
    while (first >= stop + 2 && r->t[first - 1].kind == PL_TOKEN_SCOPE) {
        uint32_t before = first - 2;
        if (r->t[before].kind == '>') { /* Class<T>:: */
            unsigned depth = 0;
            for (; before > stop; before--) {
                depth += r->t[before].kind == '>';
                depth -= r->t[before].kind == '<';
                if (depth == 0)
                    break;
            }
            before -= before > stop;
        }
        if (r->t[before].kind != PL_TOKEN_WORD)
            break;
        first = before;
    }
    return first < end ? text_between(r, first, end - 1) : (pl_bytes){0};
}

pl_bytes pl_source_join_scope(struct pl_source_reader *r, pl_bytes outer, pl_bytes inner)
{
    if (outer.n == 0 || inner.n == 0)
        return outer.n == 0 ? inner : outer;
    pl_source_clear(r, &r->joined);
    pl_buf_add(&r->joined, outer);
    pl_buf_add_str(&r->joined, "::");
    pl_buf_add(&r->joined, inner);
    return pl_source_keep(r, &r->joined);
}

uint32_t pl_source_constructor_brace(const struct pl_source_reader *r, uint32_t i, uint32_t to)
{
    for (i++; i < to; i++) {
        uint32_t first = i;
        while (i < to &&
               (r->t[i].kind == PL_TOKEN_WORD || r->t[i].kind == PL_TOKEN_SCOPE || r->t[i].kind == '<')) {
            uint32_t behind = r->t[i].kind == '<' ? pl_source_angles(r, i, to) : i + 1;
            if (behind == 0)
                return 0;
            i = behind;
        }
        if (i >= to || i == first || (r->t[i].kind != '(' && r->t[i].kind != '{'))
            return 0;
        i = pl_source_skip(r, i, to);
        if (i < to && r->t[i].kind == PL_TOKEN_OPERATOR)
            i++; /* bases(args)... */
        if (i < to && r->t[i].kind == '{')
            return i;
        if (i >= to || r->t[i].kind != ',')
            return 0;
    }
    return 0;
}
