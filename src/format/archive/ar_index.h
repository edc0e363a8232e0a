/*
 * ar_index.h - the tables that ar(1) itself writes into a static library: do they say nothing but what the members say?
 */
#ifndef PL_FORMAT_ARCHIVE_AR_INDEX_H
#define PL_FORMAT_ARCHIVE_AR_INDEX_H

#include "base/bytes.h"
#include "base/status.h"

/*
 * Is `table`, the contents of "/" (word_bytes 4) or "/SYM64/" (8), an index of this archive and nothing else: each entry points at the
 * header of a member, and its name stands, ended by a NUL, in that member? O(archive + table).
 */
PL_MUST_USE pl_status pl_ar_is_symbol_index(pl_bytes archive, pl_bytes table, size_t word_bytes,
                                            bool *is_index, struct pl_err *err);
/* Is `table`, the contents of "//", made of names that members refer to, and nothing else? */
PL_MUST_USE pl_status pl_ar_is_name_table(pl_bytes archive, pl_bytes table, bool *is_names,
                                          struct pl_err *err);

#endif
