/*
 * der.h - one step of DER at a time, for signatures: tag, length, contents; nothing beyond its bounds.
 *
 * Source: ITU-T X.690. Only definite lengths and tag numbers below 31: that is all that signatures use.
 */
#ifndef PL_FORMAT_BINARY_DER_H
#define PL_FORMAT_BINARY_DER_H

#include "base/cursor.h"

#define PL_DER_INTEGER  0x02u
#define PL_DER_OCTETS   0x04u
#define PL_DER_OID      0x06u
#define PL_DER_SEQUENCE 0x30u
#define PL_DER_SET      0x31u
#define PL_DER_CONTEXT0 0xa0u

/* Views of the bytes that were read. */
struct pl_der {
    uint8_t tag;
    pl_bytes contents;
    pl_bytes whole; /* with tag and length */
};

/* Take the next element off *rest; false, and *rest untouched, when there is no whole one. */
bool pl_der_next(pl_bytes *rest, struct pl_der *out);
/* The same, and its tag must be `tag`. */
bool pl_der_take(pl_bytes *rest, uint8_t tag, struct pl_der *out);
/*
 * Is `element` nested properly down to its leaves: each constructed element filled exactly by its parts? Depth and steps are bounded;
 * false when they are exceeded.
 */
bool pl_der_is_nested(pl_bytes element);

#endif
