/*
 * literals_near.c - strings that are no literal as they stand: made of pieces of literals, or different from one in a byte or two.
 *
 * Neighbours are looked for by keys (literals.c): two changed bytes leave one third of a literal untouched.
 */
#include "corpus/literals_set.h"

#include <string.h>

#define MAX_PIECES 64u

/* The literal that holds byte `where` of all texts. */
static const struct literal *literal_at(const struct pl_literals *l, size_t where)
{
    size_t low = 0;
    size_t high = l->literals.n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (l->literals.v[middle].text <= where)
            low = middle + 1;
        else
            high = middle;
    }
    return low == 0 ? NULL : &l->literals.v[low - 1];
}

/* A literal of the source that `piece` stands in; with `is_end` one that it is the end of. */
static const struct literal *find_piece(const struct pl_literals *l, pl_bytes piece, bool is_end)
{
    pl_bytes all = pl_buf_bytes(&l->texts);
    for (size_t at = pl_bytes_find(all, piece, 0); at != SIZE_MAX; at = pl_bytes_find(all, piece, at + 1)) {
        const struct literal *e = literal_at(l, at);
        bool is_literal = e != NULL && (e->kind == RULE_EQUAL || e->kind == RULE_TILED ||
                                        e->kind == RULE_HEADER || e->kind == RULE_MACRO);
        size_t end = at + piece.n;
        if (is_literal && (is_end ? end == e->text + e->length : end <= e->text + e->length))
            return e;
    }
    return NULL;
}

pl_status pl_literals_explain_pieces(const struct pl_literals *l, pl_bytes string, struct pl_arena *arena,
                                     bool *found, struct pl_literal_hit *out, struct pl_err *err)
{
    const struct literal *first = NULL;
    *found = false;
    if (string.n < PL_LITERAL_PIECE_BYTES || string.n > MAX_PIECES * PL_LITERAL_PIECE_BYTES)
        return PL_OK;
    for (size_t at = 0; at < string.n; at += PL_LITERAL_PIECE_BYTES) {
        pl_bytes piece = pl_bytes_sub(string, at, PL_LITERAL_PIECE_BYTES);
        const struct literal *e = find_piece(l, piece, piece.n < PL_LITERAL_PIECE_BYTES);
        if (e == NULL)
            return PL_OK;
        first = first == NULL ? e : first;
    }
    return pl_literal_set_hit(l, first, RULE_VECTOR_PIECE, arena, found, out, err);
}

/* Differing bytes, counted up to 3. */
static unsigned distance(pl_bytes a, pl_bytes b)
{
    unsigned n = 0;
    for (size_t i = 0; i < a.n && n < 3; i++)
        n += a.p[i] != b.p[i];
    return n;
}

/* The nearest literal of the same length; `best` and *least are kept when nothing is nearer. */
static const struct literal *find_near(const struct pl_literals *l, pl_bytes string,
                                       const struct literal *best, unsigned *least)
{
    for (int part = KEY_FIRST_THIRD; part <= KEY_LAST_THIRD; part++) {
        size_t first;
        size_t end = pl_literal_key_range(l, (enum key_part)part, string, &first);
        for (size_t i = first; i < end; i++) {
            const struct literal *e = &l->literals.v[l->keys[i].literal];
            if (e->length != string.n)
                continue;
            unsigned n = distance(string, pl_literal_text(l, e));
            if (n > 0 && (n < *least || (n == *least && best != NULL && e < best))) {
                best = e;
                *least = n;
            }
        }
    }
    return best;
}

pl_status pl_literals_near(const struct pl_literals *l, pl_bytes string, struct pl_arena *arena, bool *found,
                           struct pl_literal_hit *out, struct pl_err *err)
{
    uint8_t line[1024];
    unsigned least = 3;
    *found = false;
    if (string.n < PL_LITERAL_NEAR_BYTES || string.n > PL_LITERAL_STRING_BYTES)
        return PL_OK;
    const struct literal *e = find_near(l, string, NULL, &least);
    if (e == NULL && string.n + 1 <= sizeof line) {
        memcpy(line, string.p, string.n);
        line[string.n] = '\n';
        e = find_near(l, pl_bytes_of(line, string.n + 1), NULL, &least);
        if (e != NULL && pl_literal_text(l, e).p[string.n] != '\n')
            e = NULL;
    }
    return e == NULL ? PL_OK : pl_literal_set_hit(l, e, e->kind, arena, found, out, err);
}
