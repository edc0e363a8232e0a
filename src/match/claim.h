/*
 * claim.h - claiming a run of a file that stands, byte for byte, in a source file.
 */
#ifndef PL_MATCH_CLAIM_H
#define PL_MATCH_CLAIM_H

#include "match/match.h"

/* The same `length` bytes at `offset` of the file and at `source_offset` of the unit. */
struct pl_run {
    uint64_t offset;
    uint64_t length;
    uint32_t unit;
    uint64_t source_offset;
};

/*
 * Claim a run with the class, grade, rule and note of `how`; its other fields are not read. The claim names the source as
 * "path:first-last" (lines from 1) or, for data, "path@0x1f0"; a run that is all of the source file has the path alone. Where the source was
 * patched the claim is split and those parts name the patch in their note. Texts are taken from m->arena.
 */
PL_MUST_USE pl_status pl_claim_from_source(const struct pl_match *m, struct pl_file *f,
                                           const struct pl_run *run, const struct pl_claim *how,
                                           struct pl_err *err);

/* The run behind a claim of f that pl_claim_from_source() made; false for any other. Compares the bytes. */
bool pl_claim_run(const struct pl_match *m, const struct pl_file *f, const struct pl_claim *c,
                  struct pl_run *out);

/*
 * Claim `part`, bytes of f, without a source: B when it is derived. And a part that is the same in every file which a tool writes: as the toolchain's, when its sha256 in
 * hexadecimal is one of `n` known ones.
 */
PL_MUST_USE pl_status pl_claim_part(struct pl_file *f, pl_bytes part, enum pl_class class, const char *rule,
                                    struct pl_err *err);
PL_MUST_USE pl_status pl_claim_known(struct pl_file *f, pl_bytes part, const char *const *known, size_t n,
                                     const char *rule, struct pl_err *err);

/* Leaves that the rungs for text and data leave alone: machine code has its own. */
bool pl_is_image(const struct pl_file *f);
/* A program that was compared atom by atom: a line that stands somewhere in the sources is no better explanation. */
bool pl_is_judged_script(const struct pl_file *f);
/* Nothing of f is claimed yet. */
bool pl_is_unclaimed(const struct pl_file *f);

/*
 * Of several units that explain f equally, the one whose path ends most like f's name; the first on a tie. units.n > 0.
 */
uint32_t pl_best_named(const struct pl_match *m, const struct pl_file *f, pl_units units);

#endif
