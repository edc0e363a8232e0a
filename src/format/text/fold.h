/*
 * fold.h - the form of a text that survives what editors and packagers do to every file.
 */
#ifndef PL_FORMAT_TEXT_FOLD_H
#define PL_FORMAT_TEXT_FOLD_H

#include "base/buf.h"

/* No NUL in the first 4,096 bytes. */
bool pl_is_text(pl_bytes data);

/* The interpreter line "#!..." without its line end; no bytes when `data` has none. */
pl_bytes pl_shebang_of(pl_bytes data);

/*
 * Append the folded form of `data`: without a UTF-8 byte order mark, CR LF as LF, no blanks before a line end, no
 * blank lines at the end, and the interpreter line reduced to the interpreter's name and arguments when it is found in a
 * usual place ("#!/usr/bin/env python3", "#! /usr/bin/python3" and "#!/usr/local/bin/python" are all "#!python").
 * Two files with equal folded forms do the same. Failure sticks to `out`.
 */
void pl_fold_text(pl_bytes data, struct pl_buf *out);

/* True when pl_fold_text() would give back the same bytes: the cheap question for an index. */
bool pl_is_folded(pl_bytes data);

#endif
