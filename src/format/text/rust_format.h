/*
 * rust_format.h - the texts between the places of values in a format string of Rust.
 */
#ifndef PL_FORMAT_TEXT_RUST_FORMAT_H
#define PL_FORMAT_TEXT_RUST_FORMAT_H

#include "base/buf.h"

/*
 * Append the next piece of a decoded format string to `piece` and take it off *rest: "a " of "a {} b {{", then " b {". True when a value follows it, false at the
 * end. Source: std::fmt, "Syntax".
 */
bool pl_rust_format_next(pl_bytes *rest, struct pl_buf *piece);

#endif
