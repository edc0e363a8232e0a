/*
 * pyc_lines.h - the statements of a Python source, each with what it says: operators, numbers, texts, names.
 *
 * A statement is what the compiler gives one line number to, or several that lie in it: a logical line (Python reference, 2.1.5).
 */
#ifndef PL_MATCH_PYC_LINES_H
#define PL_MATCH_PYC_LINES_H

#include "base/bytes.h"
#include "base/status.h"
#include "base/vec.h"

enum {
    PL_PYC_LINE_FOLDS = 1,      /* an operator stands between two constants: the compiler may work it out */
    PL_PYC_LINE_FOLDS_TEXT = 2, /* the same with texts */
    PL_PYC_LINE_PATTERN = 4,    /* match or case: lengths and kinds are compared without being written */
    PL_PYC_LINE_ARROW = 8,      /* -> */
    PL_PYC_LINE_NAMED = 16,     /* \N{DASH} in a text */
    PL_PYC_LINE_IMPORT = 32,
    PL_PYC_LINE_RETURN = 64,
    PL_PYC_LINE_FORMATS = 128 /* f"" */
};

struct pl_pyc_line {
    uint32_t first;     /* line of its first token, from 1 */
    uint32_t at, end;   /* bytes of the source */
    uint32_t facts;     /* index of its first one */
    unsigned flags;     /* PL_PYC_LINE_... */
    uint64_t operators; /* one bit for each enum pl_pyc_operator that it writes */
};

/* What kind of fact a hash is of; mixed into it. */
enum pl_pyc_line_fact {
    PL_PYC_SAYS_NAME,
    PL_PYC_SAYS_NUMBER,
    PL_PYC_SAYS_FLOAT,
    PL_PYC_SAYS_TEXT,
    PL_PYC_SAYS_WORD
};

struct pl_pyc_lines {
    pl_bytes source;
    uint64_t seed;
    PL_VEC(struct pl_pyc_line) list; /* and one more behind the last */
    PL_VEC(uint64_t) facts;          /* of each line, sorted */
};

/* O(source log statement). The seed is random; no result depends on it but for equality. */
PL_MUST_USE pl_status pl_pyc_lines_read(struct pl_pyc_lines *x, pl_bytes source, uint64_t seed,
                                        struct pl_err *err);
void pl_pyc_lines_reset(struct pl_pyc_lines *x);

/* The statement that holds a line; NULL: the line is before the first. */
const struct pl_pyc_line *pl_pyc_lines_at(const struct pl_pyc_lines *x, uint32_t line);
bool pl_pyc_line_says(const struct pl_pyc_lines *x, const struct pl_pyc_line *line,
                      enum pl_pyc_line_fact kind, pl_bytes text);

#endif
