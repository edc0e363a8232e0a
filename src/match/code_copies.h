/*
 * code_copies.h - functions that several images of a package have in common: what one of them proves holds for all.
 *
 * The programs of a package are linked from the same objects, yet each is aligned alone, and what stands around a function in one may
 * say more than in another. Instructions that are equal but for addresses (struct pl_code_print) were compiled from one function.
 */
#ifndef PL_MATCH_CODE_COPIES_H
#define PL_MATCH_CODE_COPIES_H

#include "match/code_align.h"
#include "match/match.h"

/* Leave in f->code what pl_code_copies() has to know of its functions; taken from m->arena. */
PL_MUST_USE pl_status pl_code_keep(const struct pl_match *m, struct pl_file *f, const struct pl_aligner *a,
                                   const struct pl_code_grade *grades, struct pl_err *err);

/*
 * Functions that are only placed, or are taken for another function than their copies, become what all images of m->files say together. Between the
 * passes; m->codebase is there. O(n log n) in the functions of all images.
 */
PL_MUST_USE pl_status pl_code_copies(const struct pl_match *m, struct pl_err *err);

#endif
