/*
 * macros_cache.c - bodies of macros cut into tokens once, and what their words can be replaced by.
 *
 * A tree of FFmpeg's size takes 400 million tokens to expand its uses, most of them from a few thousand bodies that are put in again and again.
 * Each thread has a cache of its own, which forgets everything between two uses once it is large; so it changes no result.
 */
#include "corpus/macros_set.h"

#include <stdlib.h>
#include <string.h>

#define MAX_CACHE_BYTES (16u << 20)

struct pl_macro_cache {
    size_t n;                         /* macros of the set */
    const struct macro_body **bodies; /* one a macro; heap */
    const struct macro_name **names;  /* at the first macro of each name; heap */
    struct pl_arena arena;
};

struct pl_macro_cache *pl_macro_cache_new(const struct pl_macros *m)
{
    struct pl_macro_cache *c = calloc(1, sizeof *c);
    if (c == NULL)
        return NULL;
    c->n = m->all.n;
    c->bodies = calloc(c->n + 1, sizeof *c->bodies);
    c->names = calloc(c->n + 1, sizeof *c->names);
    pl_arena_init(&c->arena, SIZE_MAX);
    if (c->bodies == NULL || c->names == NULL) {
        pl_macro_cache_free(c);
        return NULL;
    }
    return c;
}

void pl_macro_cache_free(struct pl_macro_cache *c)
{
    if (c == NULL)
        return;
    pl_arena_reset(&c->arena);
    free(c->bodies);
    free(c->names);
    free(c);
}

void pl_macro_cache_limit(struct pl_macro_cache *c)
{
    if (c == NULL || c->arena.used_bytes < MAX_CACHE_BYTES)
        return;
    pl_arena_reset(&c->arena);
    memset(c->bodies, 0, c->n * sizeof *c->bodies);
    memset(c->names, 0, c->n * sizeof *c->names);
}

bool pl_macro_name(const struct pl_macros *m, struct pl_macro_cache *c, struct pl_arena *arena, pl_bytes text,
                   enum macro_word *word, const struct macro_name **name)
{
    const struct macro *found[PL_MACRO_DEFINITIONS];
    bool is_special = text.n == 8 && text.p[0] == '_' && text.p[1] == '_';
    *name = NULL;
    *word = is_special && pl_bytes_eq_str(text, "__LINE__")   ? WORD_LINE
            : is_special && pl_bytes_eq_str(text, "__FILE__") ? WORD_FILE
                                                              : WORD_PLAIN;
    size_t n = *word != WORD_PLAIN ? 0 : pl_macros_find(m, text, found);
    if (n == 0)
        return true;
    size_t first = (size_t)(found[0] - m->all.v);
    if (c != NULL && c->names[first] != NULL) {
        *name = c->names[first];
        return true;
    }
    struct macro_name *out = pl_arena_take(c == NULL ? arena : &c->arena, sizeof *out);
    if (out == NULL)
        return false;
    out->n = n;
    memcpy(out->found, found, n * sizeof *found);
    if (c != NULL)
        c->names[first] = out;
    *name = out;
    return true;
}

static void read_parameters(struct macro_body *b, pl_bytes rest)
{
    pl_bytes name;
    while (pl_macro_parameter(&rest, &name)) {
        if (b->n_names == PL_MACRO_PARAMETERS) {
            b->has_too_many = true;
            return;
        }
        if (pl_bytes_ends(name, PL_LIT("..."))) {
            b->is_variadic = true;
            name = pl_bytes_trim(pl_bytes_sub(name, 0, name.n - 3));
            name = name.n == 0 ? PL_LIT("__VA_ARGS__") : name;
        }
        if (name.n > 0)
            b->names[b->n_names++] = name;
    }
}

/* The first parameter of this name: C17 6.10.3 allows no two. */
static uint32_t parameter_of(const struct macro_body *b, const struct macro_token *t)
{
    for (uint32_t k = 0; t->kind == PL_CLIT_WORD && k < b->n_names; k++)
        if (pl_bytes_eq(t->text, b->names[k]))
            return k;
    return PL_MACRO_NO_PARAMETER;
}

const struct macro_body *pl_macro_body(const struct pl_macros *m, struct pl_macro_cache *c,
                                       struct pl_arena *arena, const struct macro *macro)
{
    const struct macro_body **slot = c == NULL ? NULL : &c->bodies[macro - m->all.v];
    struct pl_arena *kept = c == NULL ? arena : &c->arena;
    struct pl_clit lexer;
    struct pl_clit_token t;
    size_t n = 0;
    if (slot != NULL && *slot != NULL)
        return *slot;
    struct macro_body *b = pl_arena_take(kept, sizeof *b);
    for (pl_clit_init(&lexer, macro->body, PL_CLIT_C); pl_clit_next(&lexer, &t);)
        n++;
    struct macro_token *tokens = b == NULL ? NULL : pl_arena_take_n(kept, n, sizeof *tokens);
    if (tokens == NULL)
        return NULL;
    size_t end = 0;
    if (macro->parameters.p != NULL)
        read_parameters(b, macro->parameters);
    pl_clit_init(&lexer, macro->body, PL_CLIT_C);
    for (size_t i = 0; i < n && pl_clit_next(&lexer, &t); i++) {
        tokens[i].text = pl_bytes_sub(macro->body, t.offset, t.length);
        tokens[i].kind = t.kind;
        tokens[i].has_space = t.offset > end;
        tokens[i].is_mark = pl_clit_is_byte(&t, '#');
        tokens[i].parameter = parameter_of(b, &tokens[i]);
        end = t.offset + t.length;
        if (t.kind == PL_CLIT_WORD &&
            !pl_macro_name(m, c, arena, tokens[i].text, &tokens[i].word, &tokens[i].name))
            return NULL;
    }
    b->tokens = tokens;
    b->n = n;
    if (slot != NULL)
        *slot = b;
    return b;
}
