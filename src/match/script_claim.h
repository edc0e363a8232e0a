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
};

/*
 * Claim the bytes of the atoms that are explained, and with them what no atom touches inside of the same statement. Comments are claimed
 * when the sources have all of their words.
 */
PL_MUST_USE pl_status pl_script_claim(const struct pl_script_text *t, struct pl_err *err);
/* List the runs of atoms that nothing explains in f->script_runs, and count all atoms in f->script. */
PL_MUST_USE pl_status pl_script_runs(const struct pl_script_text *t, struct pl_err *err);

/* Turn short runs of atoms that can say nothing, between explained ones, into PL_SCRIPT_MOVED. `links` are t->links. O(n). */
void pl_script_settle_small(const struct pl_script_text *t, struct pl_script_link *links);

/* More signs without any atom between them can be a program of their own: six kinds of signs are enough for one. */
#define PL_SCRIPT_BARE_SIGNS 800u

#endif
