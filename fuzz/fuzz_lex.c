/*
 * fuzz_lex.c - any bytes through the lexer of every script language and through the reader of atoms.
 *
 * Tokens lie in the text, in order and apart, what is between them is blank, and a body lies in its token. Atoms come in order of their place.
 */
#include "fuzz.h"

#include "feature/script_atoms.h"

#include <assert.h>
#include <stdlib.h>

static bool is_blank(uint8_t b)
{
    return b == ' ' || (b >= '\t' && b <= '\r');
}

static void lex(pl_bytes text, const struct pl_lex_language *language)
{
    struct pl_lex lexer;
    struct pl_lex_token token;
    struct pl_buf value;
    size_t end = pl_bytes_starts(text, PL_LIT("\xef\xbb\xbf")) ? 3 : 0;
    pl_buf_init(&value, 1u << 24);
    pl_lex_init(&lexer, text, language);
    while (pl_lex_next(&lexer, &token)) {
        assert(token.offset >= end && token.length > 0 && token.length <= text.n - token.offset);
        for (size_t i = end; i < token.offset; i++)
            assert(is_blank(text.p[i]));
        end = token.offset + token.length;
        fuzz_say(token.offset);
        fuzz_say((uint64_t)token.kind);
        assert(token.body.p >= text.p + token.offset && token.body.p + token.body.n <= text.p + end);
        pl_buf_clear(&value);
        pl_lex_decode(&token, language, &value);
        assert(value.why == PL_OK);
        fuzz_say_bytes(pl_buf_bytes(&value));
    }
    pl_buf_reset(&value);
}

static void read_atoms(const struct pl_script_vocabulary *v, pl_bytes text,
                       const struct pl_lex_language *language, bool keeps_names)
{
    struct pl_script_atoms atoms = {0};
    struct pl_err err;
    if (pl_script_atoms(v, text, language, keeps_names, &atoms, &err) != PL_OK)
        abort();
    for (size_t i = 0; i < atoms.list.n; i++) {
        fuzz_say(atoms.list.v[i].hash);
        assert(atoms.list.v[i].hash != 0 && (uint64_t)atoms.list.v[i].at + atoms.list.v[i].length <= text.n);
    }
    PL_VEC_FREE(&atoms.list);
}

static int look(const uint8_t *data, size_t size)
{
    static struct pl_script_vocabulary v;
    pl_bytes text = pl_bytes_of(data, size);
    if (v.seed == 0)
        pl_script_vocabulary_init(&v, 1);
    for (size_t i = 0; pl_lex_language_at(i) != NULL; i++) {
        lex(text, pl_lex_language_at(i));
        read_atoms(&v, text, pl_lex_language_at(i), false);
        read_atoms(&v, text, pl_lex_language_at(i), true);
    }
    return 0;
}

FUZZ_TWICE(look)
