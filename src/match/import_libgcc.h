/*
 * import_libgcc.h - which imports are arithmetic that the machine lacks.
 */
#ifndef PL_MATCH_IMPORT_LIBGCC_H
#define PL_MATCH_IMPORT_LIBGCC_H

#include "base/bytes.h"

bool pl_import_is_libgcc(pl_bytes name);

#endif
