/*
 * code_a32.h - what the decoders of the two instruction sets of 32-bit ARM share; nobody else includes this.
 */
#ifndef PL_FEATURE_CODE_A32_H
#define PL_FEATURE_CODE_A32_H

#include "feature/code_image.h"

#define PL_A32_PC           15u
#define PL_A32_CALL_CHANGES 0x500fu /* r0 to r3, r12 and r14 */

enum pl_a32_held { PL_HELD_NOTHING, PL_HELD_NUMBER, PL_HELD_ADDRESS };

struct pl_a32 {
    const struct pl_code_image *im;
    struct pl_code_sink *sink;
    uint64_t begin, end;
    uint64_t offset; /* of begin, in the file */
    bool is_thumb;
    uint8_t held[16]; /* enum pl_a32_held */
    uint32_t value[16];
    size_t atom
        [16]; /* of a number: its constant, which goes when the number turns out to be a part of an address */
    struct pl_code_switch sw;
    uint64_t skip_to;      /* a table stands up to here */
    PL_VEC(uint8_t) words; /* one a word of the range: is loaded from */
};

/* The same for each register whose bit is set. */
void pl_a32_forget_all(struct pl_a32 *a, uint32_t which);
/* What the register holds is not known from here on. */
void pl_a32_forget(struct pl_a32 *a, unsigned reg);
/* The instruction at byte `at` puts a number into it: a constant of the program, until it turns out to be a part of an address. */
void pl_a32_hold_number(struct pl_a32 *a, unsigned reg, uint32_t value, uint64_t at);
/* It was a part of an address. */
void pl_a32_take_back(struct pl_a32 *a, unsigned reg);
/* An address; a function may begin there when it was computed by the program counter and a number. */
void pl_a32_hold_address(struct pl_a32 *a, unsigned reg, uint32_t address, uint64_t at, bool may_be_start);
/* A word relative to the program counter. */
void pl_a32_load_word(struct pl_a32 *a, unsigned reg, uint32_t address, uint64_t at);
void pl_a32_branch_to(struct pl_a32 *a, uint64_t at, uint32_t target, enum pl_code_use use);
/* Adds the program counter: a number becomes an address. */
void pl_a32_add_pc(struct pl_a32 *a, unsigned reg, uint32_t pc, uint64_t at);
/* Loads from a register and a distance. */
void pl_a32_load_by_address(struct pl_a32 *a, unsigned rt, unsigned rn, uint32_t offset, uint64_t at,
                            unsigned width);
/* Loads from the sum of two: through the GOT. */
void pl_a32_load_by_sum(struct pl_a32 *a, unsigned rt, unsigned rn, unsigned rm, uint64_t at);
void pl_a32_constant(struct pl_a32 *a, uint64_t at, uint32_t value);
/* Instructions with one encoding in both sets but for the upper four bits: of the floating-point unit. */
void pl_a32_shared(struct pl_a32 *a, uint32_t w, uint32_t pc, uint64_t at);

/* code_t32.c: one instruction of two bytes, or of four with the first half above the second. */
void pl_a32_t16(struct pl_a32 *a, uint32_t w, uint32_t pc, uint64_t at);
void pl_a32_t32(struct pl_a32 *a, uint32_t w, uint32_t pc, uint64_t at);

#endif
