/*
 * script_helpers.h - what bundlers and transpilers put into every program they write, known as whole units.
 */
#ifndef PL_MATCH_SCRIPT_HELPERS_H
#define PL_MATCH_SCRIPT_HELPERS_H

#include "match/script_chain.h"

#define PL_HELPER_UNITS 640u
#define PL_HELPER_ATOMS 16384u
#define PL_HELPER_SLOTS 1024u
#define PL_HELPER_MARKS 3u /* hashes up to here stand for any name or any regular expression */

/* The rows of script_helpers.def under the seed of a vocabulary. */
struct pl_script_helper_table {
    uint64_t hashes[PL_HELPER_ATOMS];
    uint32_t n_hashes;
    struct {
        uint32_t first; /* of `hashes` */
        uint32_t n;
        uint32_t next; /* unit of the same slot, counted from 1; 0: none */
    } units[PL_HELPER_UNITS];
    uint32_t n_units;
    uint32_t slots[PL_HELPER_SLOTS]; /* by the first atom; counted from 1 */
};

void pl_script_helper_table_init(struct pl_script_helper_table *t, const struct pl_script_vocabulary *v);

/*
 * Mark the links that belong to a helper as PL_SCRIPT_HELPER. A helper counts only with all of its atoms, in order, side by side. O(n)
 * times the length of the longest helper.
 */
void pl_script_helpers(const struct pl_script_helper_table *t, const struct pl_script_atom *atoms,
                       struct pl_script_link *links, size_t n);

/*
 * Of what is left unexplained, mark what a generator function that was rewritten as a switch over states says to its runtime. Only in a file
 * that has such a switch.
 */
void pl_script_regenerator(const struct pl_script_vocabulary *v, const struct pl_script_atom *atoms,
                           struct pl_script_link *links, size_t n);

#endif
