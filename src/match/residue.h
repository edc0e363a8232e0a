/*
 * residue.h - what is left when the ladder ends: which of its words stand nowhere in the sources.
 *
 * An explanation can be missing because a generator is unknown; a word that no source has is what an attacker must bring along. The
 * judge decides what follows.
 */
#ifndef PL_MATCH_RESIDUE_H
#define PL_MATCH_RESIDUE_H

#include "match/match.h"

/*
 * List the ranges of f that no claim holds in f->residues, in order. Words count as known when a source has them, or when they are the
 * package's own name, version or architecture. Texts are taken from m->arena. O(file).
 */
PL_MUST_USE pl_status pl_residues(const struct pl_match *m, struct pl_file *f, struct pl_err *err);

/*
 * How unevenly the values of the bytes are spread: chi-square against the even distribution. Random and encrypted bytes have about 255 whatever
 * their number; compressed ones somewhat more. Where all values but the commonest are spread more evenly than chance ever spreads them, that one is fill and left out: a
 * table that turns a character set around has each value once, and zeros. In integers. O(n). Pearson 1900; Knuth, TAOCP 2, 3.3.1.
 */
uint64_t pl_unevenness(pl_bytes bytes);

#endif
