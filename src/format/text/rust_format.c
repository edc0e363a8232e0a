/*
 * rust_format.c - cutting a format string at its braces, of which two stand for one.
 */
#include "format/text/rust_format.h"

bool pl_rust_format_next(pl_bytes *rest, struct pl_buf *piece)
{
    pl_bytes s = *rest;
    for (size_t i = 0; i < s.n; i++) {
        bool is_double = i + 1 < s.n && s.p[i + 1] == s.p[i];
        if (s.p[i] == '{' && !is_double) {
            size_t end = pl_bytes_find_byte(s, '}', i);
            *rest = pl_bytes_from(s, end == SIZE_MAX ? s.n : end + 1);
            return true;
        }
        i += (s.p[i] == '{' || s.p[i] == '}') && is_double;
        pl_buf_add_byte(piece, s.p[i]);
    }
    *rest = pl_bytes_from(s, s.n);
    return false;
}
