/*
 * code_test.h - what the tests of feature/code*.c share: an image with its functions, and questions about them.
 */
#ifndef PL_TESTS_CODE_TEST_H
#define PL_TESTS_CODE_TEST_H

#include "feature/code.h"
#include "io/read.h"
#include "unit.h"

struct image {
    uint8_t *heap;
    size_t n;
    struct pl_arena arena;
    struct pl_code code;
};

static inline void load(struct image *im, const char *name)
{
    struct pl_err err = {0};
    assert_int_equal(pl_io_read(name, 1 << 24, &im->heap, &im->n, &err), PL_OK);
    pl_arena_init(&im->arena, (size_t)64 << 20);
    assert_int_equal(pl_code_of(pl_bytes_of(im->heap, im->n), test_limits(), &im->arena, &im->code, &err),
                     PL_OK);
    assert_null(im->code.unsupported);
}

static inline void unload(struct image *im)
{
    pl_arena_reset(&im->arena);
    free(im->heap);
}

static inline const struct pl_function *named(const struct pl_code *c, const char *name)
{
    for (size_t i = 0; i < c->n_functions; i++)
        if (pl_bytes_eq_str(c->functions[i].name, name) && !(c->functions[i].flags & PL_FUNCTION_PLT))
            return &c->functions[i];
    return NULL;
}

static inline const struct pl_function *at(const struct pl_code *c, uint64_t address)
{
    for (size_t i = 0; i < c->n_functions; i++)
        if (c->functions[i].address == address)
            return &c->functions[i];
    return NULL;
}

static inline const struct pl_atom *atom(const struct pl_code *c, const struct pl_function *f,
                                         enum pl_atom_kind kind, const char *text)
{
    for (uint32_t k = 0; k < f->n_atoms; k++) {
        const struct pl_atom *a = &c->atoms[f->first_atom + k];
        if (a->kind == kind && (text == NULL || pl_bytes_eq_str(a->text, text)))
            return a;
    }
    return NULL;
}

static inline bool has_value(const struct pl_code *c, const struct pl_function *f, enum pl_atom_kind kind,
                             uint64_t value)
{
    for (uint32_t k = 0; k < f->n_atoms; k++)
        if (c->atoms[f->first_atom + k].kind == kind && c->atoms[f->first_atom + k].value == value)
            return true;
    return false;
}

static inline void sums_hold(const struct pl_code *c)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < c->n_functions; i++) {
        assert_true(i == 0 ||
                    c->functions[i].address >= c->functions[i - 1].address + c->functions[i - 1].size);
        sum += c->functions[i].size;
    }
    for (size_t i = 0; i < c->n_gaps; i++)
        sum += c->gaps[i].length;
    assert_true(sum == c->code_bytes);
}

#endif
