/*
 * fuzz_source_code.c - any bytes as a source file of each language: ranges lie in the file, in order, and two runs agree.
 */
#include "fuzz.h"

#include "feature/source_code.h"

#include <stdlib.h>
#include <string.h>

static void require(bool holds)
{
    if (!holds)
        abort();
}

static void check(pl_bytes text, const struct pl_source_code *c)
{
    for (size_t i = 0; i < c->n_definitions; i++) {
        const struct pl_definition *d = &c->definitions[i];
        require(d->length > 0 && d->offset < text.n && d->length <= text.n - d->offset);
        require((uint64_t)d->first_atom + d->n_atoms <= c->n_atoms);
        require(d->first_line >= 1 && d->first_line <= d->last_line);
        require(i == 0 || d[-1].offset < d->offset ||
                (d[-1].offset == d->offset && d[-1].length >= d->length));
        require(d->kind <= PL_DEFINITION_OBJECT && d->name.n > 0);
    }
    for (size_t i = 0; i < c->n_atoms; i++) {
        const struct pl_atom *a = &c->atoms[i];
        bool is_text = a->kind == PL_ATOM_STRING || a->kind == PL_ATOM_STRING_PART ||
                       a->kind == PL_ATOM_CALL || a->kind == PL_ATOM_NAME;
        require(a->at < text.n && a->kind < PL_ATOM_KIND_COUNT && a->target == PL_NO_TARGET);
        require(is_text == (a->text.n > 0));
    }
}

static bool is_same(const struct pl_source_code *a, const struct pl_source_code *b)
{
    if (a->n_definitions != b->n_definitions || a->n_atoms != b->n_atoms || a->n_includes != b->n_includes)
        return false;
    for (size_t i = 0; i < a->n_definitions; i++)
        if (!pl_bytes_eq(a->definitions[i].name, b->definitions[i].name) ||
            a->definitions[i].first_atom != b->definitions[i].first_atom)
            return false;
    for (size_t i = 0; i < a->n_atoms; i++)
        if (a->atoms[i].hash != b->atoms[i].hash || a->atoms[i].at != b->atoms[i].at)
            return false;
    return true;
}

static int look(const uint8_t *data, size_t size)
{
    pl_bytes text = pl_bytes_of(data, size);
    for (int language = PL_SOURCE_NONE; language <= PL_SOURCE_PERLASM; language++) {
        struct pl_arena arenas[2];
        struct pl_source_code code[2];
        struct pl_err err = {0};
        bool is_read = true;
        for (int i = 0; i < 2; i++) {
            pl_arena_init(&arenas[i], (size_t)256 << 20);
            is_read &= pl_source_code_of(text, (enum pl_source_language)language, fuzz_limits(), &arenas[i],
                                         &code[i], &err) == PL_OK;
        }
        require(is_read);
        check(text, &code[0]);
        require(is_same(&code[0], &code[1]));
        for (size_t i = 0; i < code[0].n_atoms; i++)
            fuzz_say(code[0].atoms[i].hash);
        pl_arena_reset(&arenas[0]);
        pl_arena_reset(&arenas[1]);
    }
    return 0;
}

FUZZ_TWICE(look)
