/*
 * written.h - data that a script of the source, or a tool, wrote while the package was built, of what other packages had installed.
 */
#ifndef PL_MATCH_WRITTEN_H
#define PL_MATCH_WRITTEN_H

#include "match/match.h"

/* Why what is left of f may stand in no source: the script that writes it, as "src/tables.defs.gen.in writes it". No bytes when there is none. In m->arena. */
PL_MUST_USE pl_status pl_written_by(const struct pl_match *m, const struct pl_file *f, pl_bytes *why,
                                    struct pl_err *err);

#endif
