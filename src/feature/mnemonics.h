/*
 * mnemonics.h - the instructions of x86 in order, as assembly source and a decoder both name them.
 *
 * What a programmer wrote in assembly stands in the image instruction by instruction: nothing chooses or moves them. So four instructions in a row are
 * to assembly what a string is to C, and both sides hash them in the same way.
 *
 * One number stands for all spellings of an instruction: GNU as appends the size (addq), conditions have several names (je, jz), and mov, movd
 * and movq are chosen by the operands. Fill (nop, endbr64) is no step.
 *
 * Source: Intel SDM volume 2; manual of GNU as, "AT&T Mnemonics"; names are those of Zydis.
 */
#ifndef PL_FEATURE_MNEMONICS_H
#define PL_FEATURE_MNEMONICS_H

#include "base/bytes.h"
#include "feature/code.h"

#define PL_NO_MNEMONIC     0u
#define PL_SILENT_MNEMONIC UINT16_MAX /* fill, or a prefix that stands alone: passed over */
#define PL_STEPS           4u
#define PL_STEPS_UNKNOWN   1u /* in place of a hash: the text has more, which its reader does not know */

/* The one number of an instruction that a decoder has found (ZydisMnemonic). */
uint16_t pl_mnemonic_canonical(unsigned mnemonic);

/* The instruction that a word of assembly names; PL_NO_MNEMONIC when it is none. */
uint16_t pl_mnemonic_of(pl_bytes word);

/* The last instructions of a straight text; all zero at first and behind what is not known. */
struct pl_steps {
    uint16_t last[PL_STEPS];
};

/* One more instruction; the hash of the last PL_STEPS, 0 while there are fewer. PL_NO_MNEMONIC begins anew. */
uint64_t pl_steps_add(struct pl_steps *s, uint16_t mnemonic);

/*
 * Hashes of each PL_STEPS instructions in a row of x86 code, in order: `out` has room for `most`. Returns their number.
 * 0 for other machines. O(n).
 */
size_t pl_code_steps(enum pl_code_machine machine, pl_bytes code, uint64_t *out, size_t most);

#endif
