/*
 * script_atoms.c - print the atoms of scripts, one file a line: for writing rows of src/match/script_helpers.def.
 *
 * usage: script-atoms FILE...
 */
#include "feature/script_atoms.h"
#include "io/read.h"

#include <stdio.h>
#include <stdlib.h>

/* An atom as a row of helpers spells it: its value, blanks as tildes. */
static void put(pl_bytes text, const struct pl_script_atom *a, const struct pl_lex_language *language)
{
    struct pl_lex lexer;
    struct pl_lex_token token;
    struct pl_buf value;
    pl_bytes own = pl_bytes_sub(text, a->at, a->length);
    pl_buf_init(&value, 1 << 20);
    pl_lex_init(&lexer, own, language);
    while (pl_lex_next(&lexer, &token))
        if (token.kind == PL_LEX_STRING || token.kind == PL_LEX_CHUNK || token.kind == PL_LEX_WORD)
            pl_lex_decode(&token, language, &value);
        else if (token.kind != PL_LEX_PUNCT)
            pl_buf_add(&value, pl_bytes_sub(own, token.offset, token.length));
    for (size_t i = 0; i < value.n; i++)
        (void)putchar(value.p[i] == ' ' ? '~' : value.p[i] == '\n' ? '^' : value.p[i]);
    pl_buf_reset(&value);
}

int main(int argc, char **argv)
{
    static struct pl_script_vocabulary v;
    const struct pl_lex_language *language = pl_lex_language_named("javascript");
    pl_script_vocabulary_init(&v, 0);
    for (int i = 1; i < argc; i++) {
        struct pl_script_atoms atoms = {0};
        struct pl_err err = {0};
        uint8_t *heap = NULL;
        size_t n = 0;
        if (pl_io_read(argv[i], 1 << 26, &heap, &n, &err) != PL_OK ||
            pl_script_atoms(&v, pl_bytes_of(heap, n), language, false, &atoms, &err) != PL_OK)
            return EXIT_FAILURE;
        for (size_t k = 0; k < atoms.list.n; k++) {
            if (k > 0)
                (void)putchar(' ');
            put(pl_bytes_of(heap, n), &atoms.list.v[k], language);
        }
        (void)putchar('\n');
        PL_VEC_FREE(&atoms.list);
        free(heap);
    }
    return EXIT_SUCCESS;
}
