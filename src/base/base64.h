/*
 * base64.h - base64 as JSON documents carry it (RFC 4648 sections 4 and 5), on one line.
 */
#ifndef PL_BASE_BASE64_H
#define PL_BASE_BASE64_H

#include "base/buf.h"

/* The six bits that a character of the standard alphabet stands for; -1 when it is none. */
int pl_base64_value(uint8_t c);
/* Append what `text` stands for to `out`; false for anything else than whole groups with proper padding and no stray bits. */
bool pl_base64_decode(pl_bytes text, struct pl_buf *out);
/* The same for a text in the standard or in the URL-safe alphabet, never in a mix of both. */
bool pl_base64_decode_any(pl_bytes text, struct pl_buf *out);
/* Bytes that a well-formed text of this length and padding decodes to. */
size_t pl_base64_decoded_bytes(pl_bytes text);
/* Append `data` in the standard alphabet, padded. */
void pl_base64_encode(pl_bytes data, struct pl_buf *out);

#endif
