/*
 * base64.h - base64 as JSON documents carry it (RFC 4648 section 4), on one line.
 */
#ifndef PL_BASE_BASE64_H
#define PL_BASE_BASE64_H

#include "base/buf.h"

/* The six bits that a character of the alphabet stands for; -1 when it is none. */
int pl_base64_value(uint8_t c);
/* Append what `text` stands for to `out`; false for anything else than whole groups with proper padding and no stray bits. */
bool pl_base64_decode(pl_bytes text, struct pl_buf *out);

#endif
