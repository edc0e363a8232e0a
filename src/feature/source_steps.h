/*
 * source_steps.h - the instructions of one file of assembly: those of its macros, then those of each function.
 */
#ifndef PL_FEATURE_SOURCE_STEPS_H
#define PL_FEATURE_SOURCE_STEPS_H

#include "feature/source_read.h"

struct pl_source_step {
    uint32_t symbol;   /* where `mnemonic` is PL_NO_MNEMONIC: perhaps a macro */
    uint16_t mnemonic; /* feature/mnemonics.h */
};

/* What one definition of a macro stands for. */
struct pl_source_step_list {
    uint32_t first, n; /* of the steps */
    uint32_t next;     /* another definition of the name, counted from 1 */
};

struct pl_source_steps {
    PL_VEC(struct pl_source_step) steps;
    PL_VEC(struct pl_source_step_list) lists;
    PL_VEC(uint64_t) hashes; /* of the function that is being read */
    uint32_t *list_of;       /* per symbol: its last definition, counted from 1 */
    size_t n_expanded;       /* in the file */
    size_t left;             /* that the function may have still */
    bool is_nasm;            /* a semicolon begins a comment */
    bool is_perl;
    bool is_broken; /* the function has what is not known */
    bool no_memory;
};

/* Words behind a dot or a percent sign: .macro and %imacro, .endm and %endmacro. */
bool pl_source_begins_macro(pl_bytes word);
bool pl_source_ends_macro(pl_bytes word);

/* The macros of a file whose tokens are [from, to). Reset in every case. */
void pl_source_steps_init(struct pl_source_steps *s, struct pl_source_reader *r, uint32_t from, uint32_t to,
                          bool is_nasm, bool is_perl);
void pl_source_steps_reset(struct pl_source_steps *s);

/* Atoms of the function whose lines are [from, to): PL_ATOM_STEPS, each once. Failure is in r->why. */
void pl_source_steps_emit(struct pl_source_steps *s, struct pl_source_reader *r, uint32_t from, uint32_t to);

#endif
