/*
 * made_source.h - files to compile that a generator makes of a file of the source.
 */
#ifndef PL_MATCH_MADE_SOURCE_H
#define PL_MATCH_MADE_SOURCE_H

#include "match/match.h"

/*
 * The file of the source that a generator makes a file of this name from, in whatever folder: XS.xs for "temp/XS.c", cexp.y for "cpp/cexp.c"; NULL when there is
 * none, or the name is none of a file to compile.
 */
const struct pl_source_file *pl_made_source_input(const struct pl_match *m, pl_bytes path);

#endif
