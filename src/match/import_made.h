/*
 * import_made.h - names that generators write into C, by what calls for the generator.
 */
#ifndef PL_MATCH_IMPORT_MADE_H
#define PL_MATCH_IMPORT_MADE_H

#include "base/bytes.h"
#include "corpus/literals.h"

/* Does a tool that the build runs on a file of the source write a call of this function? */
bool pl_import_is_made(const struct pl_literals *l, pl_bytes name);

#endif
