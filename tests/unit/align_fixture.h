/*
 * align_fixture.h - a made-up image of a few functions beside made-up source, aligned.
 */
#ifndef PL_TESTS_ALIGN_FIXTURE_H
#define PL_TESTS_ALIGN_FIXTURE_H

#include "match/code_align.h"
#include "source_tree.h"

#define FUNCTIONS 5u

struct fixture {
    struct pl_source_tree tree;
    struct pl_index *index;
    struct pl_codebase *codebase;
    struct pl_function functions[FUNCTIONS];
    struct pl_atom atoms[16];
    struct pl_code code;
    struct pl_aligner aligner;
};

static inline void add_atom(struct fixture *x, enum pl_atom_kind kind, const char *text)
{
    struct pl_function *f = &x->functions[x->code.n_functions - 1];
    struct pl_atom *a = &x->atoms[x->code.n_atoms++];
    *a = (struct pl_atom){.kind = kind, .target = PL_NO_TARGET, .text = pl_bytes_of_str(text)};
    a->hash = pl_atom_hash_text(a->text);
    f->n_atoms++;
}

static inline void add_function(struct fixture *x)
{
    uint32_t i = (uint32_t)x->code.n_functions++;
    x->functions[i] = (struct pl_function){.address = 0x1000 + 64 * i,
                                           .offset = 0x1000 + 64 * i,
                                           .size = 48,
                                           .first_atom = (uint32_t)x->code.n_atoms,
                                           .owner = i};
}

/* Read what add_source() was told; functions and atoms can be added then. */
static inline void read_source(struct fixture *x)
{
    struct pl_source_tree *trees[] = {&x->tree};
    assert_int_equal(pl_index_build(trees, 1, 1, &x->index, NULL), PL_OK);
    assert_int_equal(pl_codebase_build(x->index, test_limits(), 1, &x->codebase, NULL), PL_OK);
    x->code = (struct pl_code){.functions = x->functions, .atoms = x->atoms};
}

static inline void align(struct fixture *x)
{
    assert_int_equal(pl_code_align(&x->aligner, x->codebase, &x->code, NULL, NULL, 1, NULL), PL_OK);
}

static inline void close_case(struct fixture *x)
{
    pl_aligner_reset(&x->aligner);
    pl_codebase_free(x->codebase);
    pl_index_free(x->index);
    PL_VEC_FREE(&x->tree.files);
}

static inline pl_bytes name_of(const struct fixture *x, uint32_t function)
{
    uint32_t id = x->aligner.subjects.v[function].definition;
    return id == PL_NO_DEFINITION ? PL_LIT("") : pl_codebase_at(x->codebase, id)->definition->name;
}

static inline struct pl_code_grade grade_of(const struct fixture *x, uint32_t function)
{
    struct pl_code_grade g;
    assert_int_equal(pl_code_grade_subject(&x->aligner, function, &g, NULL), PL_OK);
    return g;
}

#endif
