/*
 * measure.h - of one package, the numbers that a policy judges and a chain keeps.
 */
#ifndef PL_MODEL_MEASURE_H
#define PL_MODEL_MEASURE_H

#include "model/words.h"

#include <stdint.h>

struct pl_measure {
    uint64_t active, active_unaccounted; /* bytes of files that are no passive ones */
    uint64_t passive, passive_unaccounted;
    uint64_t code[PL_GRADE_COUNT]; /* of the active ones: derived, by grade; machine code and bytecode */
    uint64_t text[PL_GRADE_COUNT]; /* all others */
};

#endif
