/*
 * script_claim.h - from links of atoms to claimed bytes and to runs that nothing explains.
 */
#ifndef PL_MATCH_SCRIPT_CLAIM_H
#define PL_MATCH_SCRIPT_CLAIM_H

#include "match/match.h"
#include "match/script_chain.h"

/* A file's atoms beside what they were linked to. Borrowed, all of it. */
struct pl_script_text {
    const struct pl_match *m;
    struct pl_file *f;
    const struct pl_lex_language *language;
    const struct pl_script_set *set;
    const struct pl_script_atom *atoms;
    const struct pl_script_link *links;
    size_t n;
    const struct pl_script_marks *marks;
};

/*
 * Claim the bytes of the atoms that are explained, and with them what no atom touches inside of the same statement. Comments are claimed
 * when the sources have all of their words.
 */
PL_MUST_USE pl_status pl_script_claim(const struct pl_script_text *t, struct pl_err *err);
/* List the runs of atoms that nothing explains in f->script_runs, and count all atoms in f->script. */
PL_MUST_USE pl_status pl_script_runs(const struct pl_script_text *t, struct pl_err *err);

/*
 * The source that is missing and of which this file must hold text (pl_source_tree.missing); no bytes when there is none. O(n log units).
 */
pl_bytes pl_script_missing_of(const struct pl_script_text *t);
/* Is the run of atoms [first, last] in a stretch that is as large as a module of it would be? O(run). */
bool pl_script_is_module_sized(const struct pl_script_text *t, size_t first, size_t last);

/* Mark the links whose atoms can say nothing (is_small). `links` are t->links. O(text). */
void pl_script_mark_small(const struct pl_script_text *t, struct pl_script_link *links);

/*
 * Mark the links whose atoms are put together from constants: numbers that are worth what a name of the sources is (script_constants.h),
 * strings that are literals in `scope` side by side. O(n) and a bounded number of strings.
 */
PL_MUST_USE pl_status pl_script_mark_folded(const struct pl_script_text *t, const uint64_t *scope,
                                            struct pl_script_link *links, struct pl_err *err);

/*
 * Reverse coverage: a note script.lost-guard for each check of the source that was left out where all around it is there, at most 20. O(n +
 * bounded gaps of the sources).
 */
PL_MUST_USE pl_status pl_script_lost(const struct pl_script_text *t, struct pl_err *err);

/* More signs without any atom between them can be a program of their own: six kinds of signs are enough for one. */
#define PL_SCRIPT_BARE_SIGNS 800u

#endif
