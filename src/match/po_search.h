/*
 * po_search.h - is one text the translation of another, by the PO files of the source?
 */
#ifndef PL_MATCH_PO_SEARCH_H
#define PL_MATCH_PO_SEARCH_H

#include "match/match.h"

/* For one file; `searched` is how much of what it may cost is used up. All zero but `m` at the start. */
struct pl_po_search {
    const struct pl_match *m;
    uint64_t searched;
};

/*
 * The PO file of the language ("de", "sr@latin") that has `translated` as the message for `text`: *source is its path, in the match's arena; NULL when none has. Runs of white space count
 * as one space, and none at the ends; XML's own five entities as what they stand for.
 */
PL_MUST_USE pl_status pl_po_find(struct pl_po_search *s, pl_bytes language, pl_bytes text,
                                 pl_bytes translated, const char **source, struct pl_err *err);

#endif
