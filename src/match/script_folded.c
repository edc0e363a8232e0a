/*
 * script_folded.c - literals that minifiers worked out: 6048e5 for WEEK, "<[a-z]+>" for "<" + name + ">".
 *
 *     novel literal   <[A-Za-z]+(?:\s+[a-z]+)*>
 *     literals        <[A-Za-z]+|(?:\s+|[a-z]+|)*>      each of a text that explains this file
 *
 * Nobody may spell words out of scraps in this way: a piece with a letter or digit has at least four bytes, and there are not many pieces.
 */
#include "match/script_claim.h"

#include "feature/script_values.h"

#include <string.h>

#define MAX_TEXT   768u /* bytes of a literal that is looked at */
#define MAX_PIECE  256u
#define MIN_PIECE  4u /* with a letter or digit in it */
#define MAX_PIECES 32u
#define MAX_TEXTS  64u /* literals of one file */

struct folded {
    const struct pl_script_text *t;
    const struct pl_script_vocabulary *v;
    const uint64_t *scope;
    struct pl_lex lexer;
    struct pl_buf value;
    struct pl_buf scratch;
};

/* The value of a literal as the reader of atoms joined it: what its strings and chunks are worth, one after the other. */
static bool read_value(struct folded *x, const struct pl_script_atom *a)
{
    struct pl_lex_token token;
    pl_bytes raw = pl_bytes_sub(x->t->f->data, a->at, a->length);
    pl_buf_clear(&x->value);
    if (raw.n > 2 && raw.p[0] == '}') { /* the middle or the end of a template: no lexer can begin there */
        size_t tail = pl_bytes_ends(raw, PL_LIT("${")) ? 2 : 1;
        token = (struct pl_lex_token){.kind = PL_LEX_CHUNK, .body = pl_bytes_sub(raw, 1, raw.n - 1 - tail)};
        pl_lex_decode(&token, x->t->language, &x->value);
        return x->value.why == PL_OK && x->value.n > 0 && x->value.n <= MAX_TEXT;
    }
    pl_lex_init(&x->lexer, raw, x->t->language);
    while (pl_lex_next(&x->lexer, &token) && x->value.n <= MAX_TEXT)
        if (token.kind == PL_LEX_STRING || token.kind == PL_LEX_CHUNK)
            pl_lex_decode(&token, x->t->language, &x->value);
    return x->value.why == PL_OK && x->value.n > 0 && x->value.n <= MAX_TEXT;
}

static bool has_word(pl_bytes text)
{
    for (size_t i = 0; i < text.n; i++) {
        uint8_t b = text.p[i];
        if ((b >= '0' && b <= '9') || ((b | 0x20) >= 'a' && (b | 0x20) <= 'z') || b >= 0x80)
            return true;
    }
    return false;
}

static bool is_in_scope(const struct folded *x, uint64_t hash)
{
    uint32_t id = pl_script_id(x->t->set, hash);
    return id != PL_NO_ATOM && pl_script_in_scope(x->scope, id);
}

/* A literal, or the source of a regular expression: /a+/.source is "a+". */
static bool is_piece(struct folded *x, pl_bytes text)
{
    if (text.n < MIN_PIECE && has_word(text))
        return false;
    return is_in_scope(x, pl_script_value_hash(x->v, text)) ||
           (text.n >= MIN_PIECE && is_in_scope(x, pl_script_regex_hash(x->v, text, &x->scratch)));
}

/* Can the whole text be tiled by pieces? By the fewest that lead to each byte. */
static bool is_tiled(struct folded *x, pl_bytes text)
{
    uint8_t fewest[MAX_TEXT + 1];
    memset(fewest, UINT8_MAX, sizeof fewest);
    fewest[0] = 0;
    for (size_t at = 0; at < text.n; at++) {
        if (fewest[at] >= MAX_PIECES)
            continue;
        for (size_t n = 1; n <= MAX_PIECE && at + n <= text.n; n++)
            if (fewest[at + n] > fewest[at] + 1 && is_piece(x, pl_bytes_sub(text, at, n)))
                fewest[at + n] = (uint8_t)(fewest[at] + 1);
    }
    return fewest[text.n] <= MAX_PIECES;
}

static bool is_folded_text(struct folded *x, const struct pl_script_atom *a)
{
    bool is_text = a->kind == PL_ATOM_STRING || a->kind == PL_ATOM_CHUNK;
    return is_text && !a->is_escaped && read_value(x, a) && is_tiled(x, pl_buf_bytes(&x->value));
}

pl_status pl_script_mark_folded(const struct pl_script_text *t, const uint64_t *scope,
                                struct pl_script_link *links, struct pl_err *err)
{
    struct folded x = {.t = t, .v = pl_scripts_vocabulary(t->m->scripts), .scope = scope};
    pl_status st = PL_OK;
    size_t texts = 0;
    pl_buf_init(&x.value, t->f->data.n + 16);
    pl_buf_init(&x.scratch, MAX_TEXT + 16);
    for (size_t i = 0; i < t->n && st == PL_OK; i++) {
        struct pl_script_link *link = &links[i];
        if (link->class < PL_SCRIPT_CONTEXT || link->is_sensitive || !link->is_literal)
            continue;
        if (t->atoms[i].kind == PL_ATOM_CONSTANT)
            st = pl_scripts_is_constant(t->m->scripts, t->atoms[i].hash, &link->is_folded, err);
        else if (link->class == PL_SCRIPT_NOVEL && texts++ < MAX_TEXTS)
            link->is_folded = is_folded_text(&x, &t->atoms[i]);
    }
    if (st == PL_OK && (x.value.why == PL_E_NOMEM || x.scratch.why == PL_E_NOMEM))
        st = pl_fail_nomem(err);
    pl_buf_reset(&x.value);
    pl_buf_reset(&x.scratch);
    return st;
}
