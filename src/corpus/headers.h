/*
 * headers.h - the headers of one -dev package, reduced to what a program can get out of them.
 *
 * A program is compiled with the headers of its build dependencies: names and texts come out of their macros and inline functions
 * that stand nowhere in its own source. Reading them anew for each check would cost seconds, so a package's headers are reduced once to a
 * text (pl_headers_pack) that the supply keeps:
 *
 *     plumbline headers 8
 *     @usr/include/stdio.h
 *     NAME body                as pl_header_thin() writes it
 *     @!                       sonames that the package has a link for the linker to, one a line
 *     libfoo.so.5
 *     @                        what follows are the identifiers of C++ headers, and tags of C headers, one a line
 *     basic_string
 */
#ifndef PL_CORPUS_HEADERS_H
#define PL_CORPUS_HEADERS_H

#include "base/buf.h"
#include "base/digest.h"
#include "model/limits.h"
#include "model/source.h"

/* Names the form and what is left out: another form has another name. */
#define PL_HEADERS_FORM "headers-11"
/* Of one package, packed. */
#define PL_HEADERS_MAX_BYTES (64u << 20)

struct pl_headers {
    const char *package;
    const char *version;
    const char *uri;
    pl_sha256 sha256; /* of the .deb */
    enum pl_source_rank rank;
    pl_bytes text; /* packed; borrowed */
};

/* Reduce the headers in a .deb, appended to `out`. Errors as pl_unpack(), or of `out`. O(n) in what the .deb unpacks to. */
PL_MUST_USE pl_status pl_headers_pack(pl_bytes deb, const struct pl_limits *limits, struct pl_buf *out,
                                      struct pl_err *err);

/* One line of a packed text. */
struct pl_headers_line {
    pl_bytes file; /* "usr/include/stdio.h"; empty for identifiers */
    pl_bytes name;
    bool is_library;     /* `name` is a soname, and all else is empty */
    bool is_macro;       /* else an inline function's block, or a declaration with another symbol */
    pl_bytes parameters; /* "a,b"; .p is NULL when it has no list of them */
    pl_bytes body;       /* empty for identifiers */
};

/* Walks a packed text from the front; any bytes will do. */
struct pl_headers_reader {
    pl_bytes rest;
    pl_bytes file;
};

/* False when it is not of this form. */
bool pl_headers_open(pl_bytes text, struct pl_headers_reader *out);
bool pl_headers_next(struct pl_headers_reader *r, struct pl_headers_line *out);

#endif
