/*
 * header.h - what a C or C++ header can put into a program: its macros, inline functions and renamed declarations, by name.
 */
#ifndef PL_FORMAT_TEXT_HEADER_H
#define PL_FORMAT_TEXT_HEADER_H

#include "base/buf.h"

/*
 * Append one line for each definition of `text`:
 *
 *     NAME body
 *     NAME(a,b) body     a macro with parameters
 *     NAME{ body         no macro
 *
 * where body is the macro's value, the inline function's block, or the declaration that gives NAME another symbol (__asm__,
 * glibc's __REDIRECT), its tokens on one line, without comments. A definition without a word or a literal in its body is
 * left out unless it is named like a part of a version, and so are bodies over PL_HEADER_BODY_BYTES. Any bytes will do; O(n). Failure sticks in `out`.
 */
#define PL_HEADER_BODY_BYTES 16384u
void pl_header_thin(pl_bytes text, struct pl_buf *out);

#endif
