/*
 * script_chain.h - chaining the atoms of a package's text against those of the sources.
 */
#ifndef PL_MATCH_SCRIPT_CHAIN_H
#define PL_MATCH_SCRIPT_CHAIN_H

#include "match/script_index.h"

/* What became of an atom of the package. */
enum pl_script_class {
    PL_SCRIPT_EXPLAINED, /* in its place of a source, whose rank tells whose it is */
    PL_SCRIPT_HELPER,    /* of a unit that a bundler or transpiler puts in, matched whole */
    PL_SCRIPT_MOVED, /* elsewhere in the texts that explain its neighbours, or a constant that was inlined */
    PL_SCRIPT_CONTEXT, /* the sources have it, but not here */
    PL_SCRIPT_NOVEL    /* no source has it */
};

struct pl_script_link {
    uint32_t id;       /* in the set; PL_NO_ATOM when novel */
    uint32_t position; /* in the set, of an explained one */
    uint8_t class;     /* enum pl_script_class */
    bool is_weak;
    bool is_sensitive;
    bool is_literal;
    bool is_module;
    bool is_name;   /* an identifier that stands in the sources, if only as the name of a variable */
    bool is_next;   /* its position is the one behind the atom before it */
    bool is_small;  /* made up by build tools, and can say nothing (script_small.c) */
    bool is_folded; /* worked out of constants of the sources (script_folded.c) */
};

/* Units, by their number in the set, that have the name of the package's file: where to look first. */
#define PL_SCRIPT_HOMES 4u
struct pl_script_homes {
    uint32_t units[PL_SCRIPT_HOMES];
    uint32_t n;
};

/*
 * Decide class and position of each link whose class is not PL_SCRIPT_HELPER yet. O(n) with a constant of a few hundred compared
 * words: each atom looks at PL_SCRIPT_POSITIONS windows and at PL_SCRIPT_CANDIDATES places of a pair.
 */
void pl_script_chain(const struct pl_script_set *set, const struct pl_script_homes *homes,
                     struct pl_script_link *links, size_t n);

/*
 * What was explained by a helper unit becomes PL_SCRIPT_HELPER where nearly all of the unit is there, and strays where not. False: out of
 * memory. O(n + atoms of the helpers).
 */
bool pl_script_settle_helpers(const struct pl_script_set *set, struct pl_script_link *links, size_t n);

/*
 * One bit for each atom of the texts that explain some of this file, and of its homes: pl_script_in_scope(). The caller frees it; NULL: out of
 * memory. O(n + atoms of these texts).
 */
uint64_t *pl_script_scope_of(const struct pl_script_set *set, const struct pl_script_homes *homes,
                             const struct pl_script_link *links, size_t n);

static inline bool pl_script_in_scope(const uint64_t *scope, uint32_t id)
{
    return scope[id / 64] >> (id % 64) & 1;
}

/* Turn short runs of atoms that may have been moved or made up into PL_SCRIPT_MOVED. O(n). */
void pl_script_settle_moved(const struct pl_script_set *set, const uint64_t *scope,
                            struct pl_script_link *links, size_t n);

#endif
