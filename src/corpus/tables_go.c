/*
 * tables_go.c - named numbers of Go: const X = 7, and in parentheses, line by line, with iota.
 *
 *     const (
 *         prAny = iota      0
 *         prCR              1: the expression of the line before, with another iota
 *         prLF int = 1 << iota
 *     )
 *
 * Source: The Go Programming Language Specification, "Constant declarations", "Iota".
 * Not read: several names on one line, constants of other packages (tool.X).
 */
#include "corpus/tables_read.h"

static bool begins_line(const struct table_reader *r, size_t i)
{
    uint32_t behind = i == 0 ? 0 : r->t[i - 1].at + r->t[i - 1].length;
    return i == 0 ||
           pl_bytes_find_byte(pl_bytes_sub(r->text, behind, r->t[i].at - behind), '\n', 0) != SIZE_MAX;
}

/* The tokens of one line, from `i` on. */
static size_t line_end(const struct table_reader *r, size_t i)
{
    size_t end = i + 1;
    while (end < r->end && !begins_line(r, end) && r->t[end].kind != ';')
        end++;
    return end;
}

/* The expression of tokens [first, end), where iota is `number`. */
static struct table_value value_of(struct table_reader *r, size_t first, size_t end, uint64_t number)
{
    size_t at = r->at;
    size_t all = r->end;
    r->at = first;
    r->end = end;
    r->bound[0] =
        (struct table_binding){PL_LIT("iota"), {.bits = number, .kind = PL_ITEM_NUMBER, .is_plain = true}};
    r->n_bound = 1;
    r->first_bound = 0;
    struct table_value v = pl_table_expression(r);
    if (first == end || r->at != end)
        v.kind = PL_ITEM_UNKNOWN;
    r->n_bound = 0;
    r->at = at;
    r->end = all;
    return v;
}

/* NAME, NAME = x, NAME type = x: the line [i, end). *first and *last are the expression, kept from line to line. */
static void read_line(struct table_reader *r, size_t i, size_t end, uint64_t number, size_t *first,
                      size_t *last, struct table_names *defined, size_t *n_open)
{
    size_t equal = i + 1;
    while (equal < end && r->t[equal].kind != '=')
        equal++;
    if (!pl_table_is_kind(r, i, TABLE_WORD) || pl_table_is_kind(r, i + 1, ',')) {
        *first = *last = 0; /* of several names nothing is known */
        return;
    }
    if (equal < end) {
        *first = equal + 1;
        *last = end;
    }
    struct table_value v = value_of(r, *first, *last, number);
    if (v.kind == PL_ITEM_UNKNOWN)
        ++*n_open;
    else if (!pl_bytes_eq_str(pl_table_token_text(r, i), "_"))
        (void)pl_table_define(r, defined, pl_table_text_hash(pl_table_token_text(r, i)), v); /* sticky */
}

void pl_tables_read_go_constants(struct table_reader *r, struct table_names *defined, size_t *n_open)
{
    for (size_t i = 0; i < r->end && !r->is_out_of_memory; i++) {
        size_t first = 0;
        size_t last = 0;
        if (!pl_table_is_kind(r, i, TABLE_WORD) || !begins_line(r, i) ||
            !pl_bytes_eq_str(pl_table_token_text(r, i), "const"))
            continue;
        if (!pl_table_is_kind(r, i + 1, '(')) {
            if (i + 1 < r->end)
                read_line(r, i + 1, line_end(r, i + 1), 0, &first, &last, defined, n_open);
            continue;
        }
        i += 2;
        for (uint64_t number = 0; i < r->end && r->t[i].kind != ')' && !r->is_out_of_memory; number++) {
            size_t end = line_end(r, i);
            read_line(r, i, end, number, &first, &last, defined, n_open);
            i = end + pl_table_is_kind(r, end, ';');
        }
    }
}
