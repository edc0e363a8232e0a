/*
 * fuzz_clit.c - any bytes through the lexer of every language and through the set of literals.
 *
 * Tokens lie in the text, in order, and the lexer always moves on. A literal that was gathered is explained by itself, by a strict rule.
 */
#include "fuzz.h"

#include "corpus/literals_set.h"
#include "format/text/clit.h"

#include <assert.h>
#include <stdlib.h>

static void lex(pl_bytes text, enum pl_clit_family family)
{
    struct pl_clit lexer;
    struct pl_clit_token token;
    struct pl_buf value;
    size_t end = 0;
    pl_buf_init(&value, 1u << 24);
    pl_clit_init(&lexer, text, family);
    while (pl_clit_next(&lexer, &token)) {
        assert(token.offset >= end && token.length > 0 && token.length <= text.n - token.offset);
        end = token.offset + token.length;
        fuzz_say((uint64_t)token.kind);
        fuzz_say(token.offset);
        if (token.kind != PL_CLIT_STRING)
            continue;
        pl_buf_clear(&value);
        pl_clit_decode(&token, family, &value);
        assert(value.why == PL_OK);
        fuzz_say_bytes(pl_buf_bytes(&value));
    }
    pl_buf_reset(&value);
}

#define LITERALS_LOOKED_UP 500u

static void look_up(const struct pl_literals *l)
{
    struct pl_arena arena;
    struct pl_err err;
    pl_arena_init(&arena, SIZE_MAX);
    for (size_t i = 0; i < l->literals.n && i < LITERALS_LOOKED_UP; i++) {
        struct pl_literal_hit hit;
        bool found = false;
        pl_bytes text = pl_literal_text(l, &l->literals.v[i]);
        if (l->literals.v[i].kind != RULE_EQUAL || text.n == 0 || text.n > UINT16_MAX)
            continue;
        if (pl_literals_explain(l, text, &arena, &found, &hit, &err) != PL_OK)
            abort();
        assert(found && hit.rule->is_strict && pl_bytes_eq(hit.text, text));
        fuzz_say_bytes(pl_bytes_of_str(hit.source));
    }
    pl_arena_reset(&arena);
}

static void gather(pl_bytes text)
{
    struct pl_err err = {0};
    struct pl_source_tree tree = {.name = "fuzz"};
    struct pl_source_tree *trees[] = {&tree};
    struct pl_index *index = NULL;
    struct pl_literals *literals = NULL;
    struct pl_arena arena;
    struct pl_literal_hit hit;
    bool found;
    static const char *const names[] = {"debian/changelog", "debian/rules", "src/Makefile.am", "configure",
                                        "src/a.c"};
    struct pl_headers headers = {.package = "libx-dev", .text = text};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        struct pl_source_file *source = PL_VEC_ADD(&tree.files);
        if (source == NULL)
            return;
        source->path = pl_bytes_of_str(names[i]);
        source->data = text;
    }
    if (pl_index_build(trees, 1, 1, &index, &err) != PL_OK ||
        pl_literals_build(index, &headers, 1, 2, &literals, &err) != PL_OK)
        abort();
    pl_arena_init(&arena, SIZE_MAX);
    if (pl_literals_explain(literals, text, &arena, &found, &hit, &err) != PL_OK ||
        pl_literals_near(literals, text, &arena, &found, &hit, &err) != PL_OK ||
        pl_literals_explain_text(literals, &text, 1, &arena, &hit, &err) != PL_OK)
        abort();
    fuzz_say(found);
    look_up(literals);
    pl_arena_reset(&arena);
    pl_literals_free(literals);
    pl_index_free(index);
    PL_VEC_FREE(&tree.files);
}

static int look(const uint8_t *data, size_t size)
{
    pl_bytes text = pl_bytes_of(data, size);
    for (int family = PL_CLIT_C; family <= PL_CLIT_SHELL; family++)
        lex(text, (enum pl_clit_family)family);
    gather(text);
    return 0;
}

FUZZ_TWICE(look)
