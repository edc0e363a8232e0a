/*
 * policy.h - every threshold of a verdict, with its unit and the measurement behind it.
 */
#ifndef PL_JUDGE_POLICY_H
#define PL_JUDGE_POLICY_H

#include "model/file.h"

struct pl_policy {
    const char *name;
    /* Unaccounted passive bytes, in parts per million of all passive bytes, that still let `sourced` hold: docs/levels.md. */
    uint32_t passive_unaccounted_ppm;
    /* Words found nowhere in the sources that make an unexplained active range a contradiction. One is enough: in the
     * accuracy set honest packages have none (tests/accuracy/). */
    uint32_t novel_words;
    /* Atoms of a script that stand in no source, side by side, which contradict it by their number alone. */
    uint32_t script_novel_atoms;
    /* The same, where one of them or of those beside them runs code, reaches out, reads secrets or hides what it says. */
    uint32_t script_novel_sensitive;
    /* The same names, where the sources have all of them, but not here. */
    uint32_t script_context_sensitive;
    /* Numbers beside such a name that make it an error: a program can be spelled by the codes of its characters. No
     * run of the 54 honest npm packages is an error by it; how many numbers theirs have was not counted. */
    uint32_t script_sensitive_numbers;
    /*
     * Unexplained data of an image that is an error: at least so many bytes, as evenly spread as random or compressed ones (chi-square), and not more
     * evenly. The upper bound is `floor` and a tenth of the bytes, at most `unevenness`: whoever repeats himself shows it the more the longer he goes on.
     * Measured: random and LZMA 187 to 336 whatever the length; of 3,000 pieces each of 256, 290, 400, 512, 1,000 and 4,096 bytes of deflated sources and programs all but 3 are
     * within, as they are with a floor of 400. Of honest packages libfmt's tables of what can be printed have 375 (290 bytes; within with 400), what is left of tables of characters has 186 (269 bytes, each value once), of single precision numbers 756 (576 bytes), of
     * character classes 857 (268 bytes).
     */
    uint32_t random_data_bytes;
    uint64_t random_data_evenness; /* three standard deviations below what random bytes have */
    uint64_t random_data_floor;
    uint64_t random_data_unevenness;
    /* Findings listed one by one for one file; further ones are folded into the last. */
    uint32_t residues_per_file;
    /*
     * Strings, imports, libraries, search paths, sections of an image that no rule explains: is one alone a contradiction? Measured over
     * the 80 packages of tests/accuracy/code.txt: the share of honest ones that have one must be 5 % at most. Imports: 1. Libraries, paths
     * and sections: 0. Strings with a new word: 10; those of them that name a path, a file or a host: 0, and only they count.
     */
    bool foreign_is_error[PL_FOREIGN_KINDS];
    /*
     * Words that stand nowhere in the sources which a string must hold to be an error: of strings without any 12 of the first 25 packages of
     * tests/accuracy/strings.txt have some.
     */
    uint32_t foreign_string_words;
    /*
     * Not where more than this many, and this many in a million, of a file's strings or imports are unexplained: our rules do not fit its
     * language, or its source is another one, which has a finding of its own.
     */
    uint32_t foreign_noise_count;
    uint32_t foreign_noise_ppm;
    /* Warnings of one kind listed one by one for one file; the others are folded into one more. */
    uint32_t foreign_per_file;
};

struct pl_policy pl_policy_default(void);

#endif
