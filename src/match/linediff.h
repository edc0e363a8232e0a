/*
 * linediff.h - which lines two texts do not share, by number.
 */
#ifndef PL_MATCH_LINEDIFF_H
#define PL_MATCH_LINEDIFF_H

#include "base/arena.h"

/* Lines of blanks are passed over, and blanks at both ends of a line. Texts are in the arena. */
struct pl_line_diff {
    size_t added;           /* lines of ours that theirs lacks */
    size_t removed;         /* lines of theirs that ours lacks */
    const char *added_at;   /* "12-14, 80", the first few; "" when none */
    const char *removed_at; /* line numbers of theirs */
    pl_bytes added_text;    /* the first of them, as they stand, cut after 300 bytes */
    pl_bytes removed_text;
    uint64_t offset; /* of the first added line, else of the line behind the first removed one */
    bool
        is_numbers; /* each changed line names a version or a date and took the place of one with the same words, but for numbers */
    bool is_comment; /* all of these lines, on both sides, are comments of shell, make or m4 */
    uint64_t length; /* bytes of the added lines that stand together there; 0 when lines are only missing */
};

/*
 * A shortest edit script (Myers 1986) up to a bounded number of changes; beyond, lines are compared as multisets, which misses lines that
 * only changed places.
 */
PL_MUST_USE pl_status pl_line_diff(pl_bytes ours, pl_bytes theirs, struct pl_arena *arena,
                                   struct pl_line_diff *out, struct pl_err *err);

#endif
