/*
 * source_text.h - what pl_source_code_of() makes of a text, written down so that a test can say what it expects in a line:
 *
 *     F f/1:s <BZ_API> g() "text" ~"part" NAME 0x12d687 switch(3) 1.5
 *
 * kind (F, M, O), scope and name, parameters, flags (s i t ( ! ?), the macro that makes the name, atoms. Definitions are separated by " | ".
 */
#ifndef PL_TESTS_SOURCE_TEXT_H
#define PL_TESTS_SOURCE_TEXT_H

#include "unit.h"

#include "base/buf.h"
#include "feature/source_code.h"

#include <inttypes.h>

static inline void source_text_atom(struct pl_buf *out, const struct pl_atom *a)
{
    union {
        uint64_t bits;
        double d;
    } wide = {.bits = a->value};
    switch (a->kind) {
    case PL_ATOM_STRING: pl_buf_printf(out, " \"%.*s\"", PL_ARG(a->text)); break;
    case PL_ATOM_STRING_PART: pl_buf_printf(out, " ~\"%.*s\"", PL_ARG(a->text)); break;
    case PL_ATOM_CALL: pl_buf_printf(out, " %.*s()", PL_ARG(a->text)); break;
    case PL_ATOM_NAME: pl_buf_printf(out, " %.*s", PL_ARG(a->text)); break;
    case PL_ATOM_CONSTANT: pl_buf_printf(out, " 0x%" PRIx64, a->value); break;
    case PL_ATOM_FLOAT: pl_buf_printf(out, " %g", wide.d); break;
    case PL_ATOM_SWITCH: pl_buf_printf(out, " switch(%" PRIu64 ")", a->value); break;
    case PL_ATOM_STEPS: break; /* tests/unit/match_code_assembly.c */
    default: pl_buf_add_str(out, " ?");
    }
}

static inline void source_text_definition(struct pl_buf *out, const struct pl_source_code *c,
                                          const struct pl_definition *d)
{
    static const char letters[] = "sit(!?";
    pl_buf_printf(out, "%c %.*s%s%.*s/%u", "FMO"[d->kind], PL_ARG(d->scope), d -> scope.n > 0 ? "::" : "",
                  PL_ARG(d->name), d->n_parameters);
    for (unsigned bit = 0; letters[bit] != 0; bit++)
        if (d->flags >> bit & 1)
            pl_buf_printf(out, "%s%c", d->flags & ((1u << bit) - 1) ? "" : ":", letters[bit]);
    if (d->flags & PL_DEFINITION_NAMED_BY_MACRO)
        pl_buf_printf(out, " <%.*s>", PL_ARG(d->macro));
    for (uint32_t i = 0; i < d->n_atoms; i++)
        source_text_atom(out, &c->atoms[d->first_atom + i]);
}

/* What holds of any result: ranges within the text, sorted, of nested ones the outer first. */
static inline void source_text_check(pl_bytes text, const struct pl_source_code *c)
{
    for (size_t i = 0; i < c->n_definitions; i++) {
        const struct pl_definition *d = &c->definitions[i];
        assert_true(d->length > 0 && d->offset < text.n && d->length <= text.n - d->offset);
        assert_true((uint64_t)d->first_atom + d->n_atoms <= c->n_atoms);
        assert_true(d->first_line >= 1 && d->first_line <= d->last_line);
        assert_true(i == 0 || d[-1].offset < d->offset ||
                    (d[-1].offset == d->offset && d[-1].length >= d->length));
    }
    for (size_t i = 0; i < c->n_atoms; i++)
        assert_true(c->atoms[i].at < text.n);
}

static inline void source_text_expect(enum pl_source_language language, const char *source, const char *want)
{
    struct pl_arena arena;
    struct pl_source_code code;
    struct pl_err err = {0};
    struct pl_buf got;
    pl_bytes text = pl_bytes_of_str(source);
    pl_arena_init(&arena, (size_t)64 << 20);
    pl_buf_init(&got, 1u << 20);
    assert_int_equal(pl_source_code_of(text, language, test_limits(), &arena, &code, &err), PL_OK);
    source_text_check(text, &code);
    for (size_t i = 0; i < code.n_definitions; i++) {
        pl_buf_add_str(&got, i > 0 ? " | " : "");
        source_text_definition(&got, &code, &code.definitions[i]);
    }
    if (!pl_bytes_eq_str(pl_buf_bytes(&got), want))
        print_error("source %s\n   got %.*s\n  want %s\n", source, PL_ARG(pl_buf_bytes(&got)), want);
    assert_true(pl_bytes_eq_str(pl_buf_bytes(&got), want));
    pl_buf_reset(&got);
    pl_arena_reset(&arena);
}

#endif
