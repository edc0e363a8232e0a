/*
 * generated.h - files that a tool writes from other files: which they are, by which tool, and which version of it is at hand.
 */
#ifndef PL_MATCH_GENERATED_H
#define PL_MATCH_GENERATED_H

#include "match/match.h"

/* What its lines do. */
enum pl_generated_lines {
    PL_LINES_SHELL, /* each is a command, or handed to one */
    PL_LINES_MAKE,  /* those that begin with a tab are commands, the others lists of names */
    PL_LINES_PLAIN  /* none is a command */
};

/* One row: such a file is made by such a tool. */
struct pl_generated_kind {
    const char *name; /* basename, or the end of it when it begins with a dot */
    const char *mark; /* what the tool writes near the beginning; its version follows, if there is one */
    const char *tool; /* package; the tree of the tool has this name */
    enum pl_generated_lines lines;
};

/* The row for a file; NULL: nothing is known to make it. */
const struct pl_generated_kind *pl_generated_kind(const struct pl_file *f);
/* All rows, for documents and tests; *n is their number. */
const struct pl_generated_kind *pl_generated_kinds(size_t *n);

/* The version that the file names, "2.71"; no bytes when it names none. */
pl_bytes pl_generated_version(const struct pl_generated_kind *kind, pl_bytes data);

/*
 * Does the file say that another version of a tool made it, or part of it, than those that are at hand? What is left of it then contradicts
 * nothing: it can be that version's.
 */
bool pl_generated_by_another(const struct pl_match *m, const struct pl_file *f);

#endif
