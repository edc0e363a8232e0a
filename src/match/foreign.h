/*
 * foreign.h - noting things of an image that no strict rule explains.
 */
#ifndef PL_MATCH_FOREIGN_H
#define PL_MATCH_FOREIGN_H

#include "match/match.h"

/* Note one; the text is copied, and cut at 200 bytes. `loose` names the loose rule that explains it, NULL when none does. */
PL_MUST_USE pl_status pl_foreign_add(const struct pl_match *m, struct pl_file *f, enum pl_foreign_kind kind,
                                     uint64_t offset, pl_bytes text, const char *loose, struct pl_err *err);

#endif
