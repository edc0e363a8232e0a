/*
 * fuzz_code.c - functions and atoms of any bytes as an ELF image: whatever they are, each executable byte is in one function or gap.
 */
#include "fuzz.h"

#include "feature/code.h"

#include <stdlib.h>
#include <string.h>

static void require(bool holds)
{
    if (!holds)
        abort();
}

/* What is searched by address is in order. */
static void check_order(const struct pl_code *c)
{
    for (size_t i = 1; i < c->n_data; i++)
        require(c->data[i - 1] < c->data[i]);
    for (size_t i = 1; i < c->n_spans; i++)
        require(c->spans[i].address > c->spans[i - 1].address &&
                c->spans[i].address - c->spans[i - 1].address >= c->spans[i - 1].memory_bytes);
    for (size_t i = 1; i < c->n_functions; i++)
        require(c->functions[i].address > c->functions[i - 1].address);
}

static void check(const struct pl_code *c)
{
    uint64_t sum = 0;
    check_order(c);
    for (size_t i = 0; i < c->n_functions; i++) {
        const struct pl_function *f = &c->functions[i];
        require(f->size > 0 && f->owner < c->n_functions);
        require(i == 0 || f->address - f[-1].address >= f[-1].size);
        require((uint64_t)f->first_atom + f->n_atoms <= c->n_atoms);
        sum += f->size;
        fuzz_say(f->offset);
        fuzz_say(f->size);
        fuzz_say(f->n_atoms);
    }
    for (size_t i = 0; i < c->n_gaps; i++)
        sum += c->gaps[i].length;
    require(sum == c->code_bytes || c->unsupported != NULL);
    for (size_t i = 0; i < c->n_atoms; i++) {
        const struct pl_atom *a = &c->atoms[i];
        require(a->kind < PL_ATOM_KIND_COUNT);
        require((a->kind == PL_ATOM_CALL) == (a->target != PL_NO_TARGET));
        require(a->target == PL_NO_TARGET || a->target < c->n_functions);
        require(a->kind != PL_ATOM_STRING || a->text.n > 0);
        fuzz_say((uint64_t)a->kind);
        fuzz_say_bytes(a->text);
    }
    for (size_t i = 0; i < c->n_slots; i++) {
        size_t n;
        require(i == 0 || c->slots[i - 1].address < c->slots[i].address);
        require(pl_code_table(c, c->slots[i].address, &n) != NULL && n > 0);
    }
}

/* The front of each function as text: every step goes on, and the text ends. */
static void list(const struct pl_code *c, pl_bytes image)
{
    for (size_t i = 0; i < c->n_functions; i++) {
        const struct pl_function *f = &c->functions[i];
        pl_bytes code = pl_bytes_sub(image, (size_t)f->offset, f->size < 64 ? (size_t)f->size : 64);
        for (size_t at = 0; at < code.n;) {
            char text[PL_CODE_TEXT_BYTES];
            size_t n = pl_code_text_of(f->machine, f->address + at, pl_bytes_from(code, at), text);
            require(n > 0 && n <= code.n - at && memchr(text, 0, sizeof text) != NULL);
            at += n;
            fuzz_say_bytes(pl_bytes_of_str(text));
        }
    }
}

static int look(const uint8_t *data, size_t size)
{
    struct pl_arena arena;
    struct pl_code code;
    struct pl_err err = {0};
    pl_arena_init(&arena, (size_t)256 << 20);
    if (pl_code_of(pl_bytes_of(data, size), fuzz_limits(), &arena, &code, &err) == PL_OK) {
        check(&code);
        list(&code, pl_bytes_of(data, size));
    }
    pl_arena_reset(&arena);
    return 0;
}

FUZZ_TWICE(look)
