/*
 * cover.h - what the rungs for covered text share: is it lines, and where do they begin.
 */
#ifndef PL_MATCH_COVER_H
#define PL_MATCH_COVER_H

#include "match/claim.h"

/* A longer line than this is not written by hand; runs inside it count without being whole lines. */
#define PL_LONG_LINE_BYTES 1024u

/*
 * True when runs of f must be whole lines: an active text file. There a line that somebody added must stay unclaimed as a whole,
 * even when pieces of it stand in the source.
 */
bool pl_covers_by_line(const struct pl_file *f);

/* First byte of the line that holds `at`; SIZE_MAX when it is further back than PL_LONG_LINE_BYTES. */
size_t pl_line_start(pl_bytes data, size_t at);
/* The byte after the line feed of the line that holds `at`, or data.n; SIZE_MAX when further than PL_LONG_LINE_BYTES. */
size_t pl_line_end(pl_bytes data, size_t at);

#endif
