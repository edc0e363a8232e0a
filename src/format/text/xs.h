/*
 * xs.h - what xsubpp writes into a program beside the C of an .xs file.
 */
#ifndef PL_FORMAT_TEXT_XS_H
#define PL_FORMAT_TEXT_XS_H

#include "base/buf.h"

/* An .xs file, or a typemap that says how values are handed over? By name. */
bool pl_xs_is(pl_bytes path);

/*
 * Append C text with the names and texts that xsubpp makes out of the declarations of `text`: a line for each of its lines. Any bytes will do;
 * O(n). Failure sticks in `out`.
 */
void pl_xs_translate(pl_bytes path, pl_bytes text, struct pl_buf *out);

#endif
