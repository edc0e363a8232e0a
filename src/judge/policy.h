/*
 * policy.h - every threshold of a verdict, with its unit and the measurement behind it.
 */
#ifndef PL_JUDGE_POLICY_H
#define PL_JUDGE_POLICY_H

#include <stdint.h>

struct pl_policy {
    const char *name;
    /* Unaccounted passive bytes, in parts per million of all passive bytes, that still let `sourced` hold. DESIGN section 2: 99 %. */
    uint32_t passive_unaccounted_ppm;
    /* Words found nowhere in the sources that make an unexplained active range a contradiction. One is enough: in the
     * accuracy set honest packages have none (tests/accuracy/). */
    uint32_t novel_words;
    /* Findings listed one by one for one file; further ones are folded into the last. */
    uint32_t residues_per_file;
};

struct pl_policy pl_policy_default(void);

#endif
