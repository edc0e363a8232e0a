/*
 * quote.h - text from packages on its way out: nothing in it can move a cursor, forge a line or hide itself.
 */
#ifndef PL_BASE_QUOTE_H
#define PL_BASE_QUOTE_H

#include "base/buf.h"

/*
 * Append `text` for a person: valid UTF-8 as it is, but control characters, the escape character, line and
 * paragraph separators, bidirectional and zero-width controls, tags, the backslash and invalid bytes as
 * \n, \t, \xHH or \u{HHHH}. What is printed can be told apart from what was there.
 * Source: Unicode TR36 and TR9 (bidirectional controls), "Trojan Source" (Boucher and Anderson 2021).
 */
void pl_quote(struct pl_buf *out, pl_bytes text);

/* The same, cut after `max_bytes` of input with a "…" that says so. */
void pl_quote_some(struct pl_buf *out, pl_bytes text, size_t max_bytes);

/*
 * The other way round: append what `quoted` was made of. False, with whatever was appended so far, for a text that pl_quote() does not
 * write: another spelling of the same bytes is refused.
 */
bool pl_unquote(struct pl_buf *out, pl_bytes quoted);

/*
 * Decode one UTF-8 character at the front of `text`. Returns its length in bytes (1 to 4) and *code_point;
 * 0 for invalid, overlong, surrogate or cut-short encodings and for no bytes. RFC 3629.
 */
size_t pl_utf8_next(pl_bytes text, uint32_t *code_point);

/* True for code points that pl_quote() escapes. */
bool pl_is_unsafe_code_point(uint32_t code_point);

/* Append `value` in decimal with a comma between thousands: 276,256. */
void pl_add_thousands(struct pl_buf *out, uint64_t value);

/* The same with what is counted behind it: "1 file", "2,314 files". */
void pl_add_count(struct pl_buf *out, uint64_t n, const char *one, const char *many);

#endif
