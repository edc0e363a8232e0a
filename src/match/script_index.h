/*
 * script_index.h - the atoms of all source texts, one after the other, and where pairs of them stand.
 *
 * Built once, when the first script asks for it, then read by many threads. Equal atoms have one number, so that a position is compared by
 * one word. There are two sets: names erased, for what minifiers and transpilers rewrite; names kept, for the languages in which nobody
 * renames, and for declaration files.
 */
#ifndef PL_MATCH_SCRIPT_INDEX_H
#define PL_MATCH_SCRIPT_INDEX_H

#include "corpus/index.h"
#include "feature/script_atoms.h"
#include "model/limits.h"

#define PL_NO_ATOM          UINT32_MAX
#define PL_SCRIPT_UNIT_STEP 256u

enum {
    PL_SCRIPT_STRONG = 1, /* can begin a match */
    PL_SCRIPT_LONG = 4,   /* 12 bytes and more */
    PL_SCRIPT_UNIQUE = 8, /* long, and in one place of all sources: needs no company */
    PL_SCRIPT_OWN = 32,   /* in a source, not in helpers alone */
    PL_SCRIPT_FIRST = 64, /* in a source of the package itself */
    PL_SCRIPT_NAME = 16,  /* somewhere it is the name of a property */
    PL_SCRIPT_DEFINED = 2 /* somewhere it is the value of a named constant */
};

enum pl_script_set_kind { PL_SCRIPT_NAMES_ERASED, PL_SCRIPT_NAMES_KEPT, PL_SCRIPT_SET_COUNT };

/* One source text in a set: its atoms are [first, first of the next). */
struct pl_script_unit {
    uint32_t unit; /* of the index */
    uint32_t first;
};

struct pl_script_set {
    uint32_t n_atoms;
    uint32_t *ids;     /* by position */
    uint32_t *offsets; /* byte in its text, by position */
    uint32_t n_units;
    uint32_t n_own_units;         /* those behind are helpers of build tools: no text, no offsets */
    struct pl_script_unit *units; /* n_units and one more, whose first is n_atoms */
    uint32_t *unit_steps; /* the unit of each PL_SCRIPT_UNIT_STEP-th position, and n_units at the end */
    /* the numbers of atoms */
    uint32_t n_ids;
    uint64_t *slot_hashes; /* 0: free; a power of two of slots */
    uint32_t *slot_ids;
    uint32_t slot_mask;
    uint16_t *counts; /* how often an atom stands in the sources, at most UINT16_MAX; by number */
    uint32_t *firsts; /* the first position of an atom; by number */
    uint8_t *traits;  /* PL_SCRIPT_STRONG and the like; by number */
    /* positions of the first atom of pairs at distance 1 to 3, by a hash of both */
    uint32_t bucket_shift;
    uint32_t *bucket_starts;
    uint32_t *pairs;
};

struct pl_scripts;
struct pl_script_helper_table;

/* `ix` and `limits` must outlive it. */
PL_MUST_USE pl_status pl_scripts_new(const struct pl_index *ix, const struct pl_limits *limits, unsigned jobs,
                                     struct pl_scripts **out, struct pl_err *err);
void pl_scripts_free(struct pl_scripts *s); /* accepts NULL */
/* Is a file of the index over a limit, so that nothing is known of it? False while nobody asked for its set. */
bool pl_scripts_left_out(const struct pl_scripts *s, uint32_t unit);

const struct pl_script_vocabulary *pl_scripts_vocabulary(const struct pl_scripts *s);
const struct pl_script_helper_table *pl_scripts_helpers(struct pl_scripts *s);
/* Built at the first call, by the threads that the index was made with; then shared. */
PL_MUST_USE pl_status pl_scripts_set(struct pl_scripts *s, enum pl_script_set_kind kind,
                                     const struct pl_script_set **out, struct pl_err *err);

/* Is a number with that hash the value of a named constant of the package's own sources? Worked out at the first call. */
PL_MUST_USE pl_status pl_scripts_is_constant(struct pl_scripts *s, uint64_t hash, bool *out,
                                             struct pl_err *err);

static inline uint32_t pl_script_first_slot(const struct pl_script_set *set, uint64_t hash)
{
    return (uint32_t)(hash >> 20) & set->slot_mask;
}

static inline bool pl_script_is_helper_unit(const struct pl_script_set *set, uint32_t unit)
{
    return unit >= set->n_own_units;
}

/* That hash will be asked for soon. */
static inline void pl_script_expect(const struct pl_script_set *set, uint64_t hash)
{
    uint32_t slot = pl_script_first_slot(set, hash);
    __builtin_prefetch(&set->slot_hashes[slot]);
    __builtin_prefetch(&set->slot_ids[slot]);
}

/* The number of an atom; PL_NO_ATOM when no source has it. */
uint32_t pl_script_id(const struct pl_script_set *set, uint64_t hash);
/* The unit that holds a position. O(log of the units within PL_SCRIPT_UNIT_STEP positions). */
uint32_t pl_script_unit_at(const struct pl_script_set *set, uint32_t position);
/* The number in the set of a unit of the index; n_units when it is not in the set. O(log units). */
uint32_t pl_script_unit_of(const struct pl_script_set *set, uint32_t unit);
/* The positions of pairs that may be (a, b); *n of them, best source first. Some may be other pairs. */
const uint32_t *pl_script_pairs(const struct pl_script_set *set, uint32_t a, uint32_t b, uint32_t *n);
/* The same for PL_SCRIPT_GRAM atoms side by side of which the first is weak; and for a whole text of fewer, filled up with PL_NO_ATOM. */
#define PL_SCRIPT_GRAM 4u
const uint32_t *pl_script_grams(const struct pl_script_set *set, const uint32_t ids[PL_SCRIPT_GRAM],
                                uint32_t *n);

#endif
