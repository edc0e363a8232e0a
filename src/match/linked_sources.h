/*
 * linked_sources.h - are sources missing that were linked into the package's programs?
 */
#ifndef PL_MATCH_LINKED_SOURCES_H
#define PL_MATCH_LINKED_SOURCES_H

#include "match/match.h"

/* In PL_PASS_PACKAGE: why a text of this file may be one of a library whose source is missing; no bytes when nothing says so. In the match's arena. */
PL_MUST_USE pl_status pl_linked_missing(const struct pl_match *m, const struct pl_file *f, pl_bytes *why,
                                        struct pl_err *err);

#endif
