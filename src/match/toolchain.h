/*
 * toolchain.h - the functions that compilers and C libraries link into programs, by content.
 *
 * A package of the toolchain is packed into a text, one line a function of its object files, alone or as members of static archives; texts of
 * several packages make an index. A function of an image that has the print of one of these is that one, whatever the image calls it. Whom it
 * calls and what data it uses is not part of a print: see code_print.c.
 */
#ifndef PL_MATCH_TOOLCHAIN_H
#define PL_MATCH_TOOLCHAIN_H

#include "base/buf.h"
#include "feature/code.h"
#include "model/source.h"

#define PL_PRINTS_FORM      "prints-1" /* changes when pl_toolchain_pack() or a print does */
#define PL_PRINTS_MAX_BYTES ((size_t)256 << 20)

/* What pl_toolchain_pack() wrote, and for which package. Borrowed by whoever is handed it. */
struct pl_prints {
    const char *package; /* "libgcc-12-dev" */
    pl_bytes text;
};

struct pl_toolchain_function {
    struct pl_code_print print;
    pl_bytes name; /* symbol */
    pl_bytes path; /* "usr/lib/gcc/x86_64-linux-gnu/12/libgcc.a!/_muldc3.o" */
    const char *package;
};

struct pl_toolchain;

/* Append the functions of all object files of `tree`; those that cannot be read are left out. Deterministic for any `jobs`. */
PL_MUST_USE pl_status pl_toolchain_pack(const struct pl_source_tree *tree, unsigned jobs, struct pl_buf *out,
                                        struct pl_err *err);

/* Index them; the texts must outlive the result, which is freed with pl_toolchain_free(). A line that reads as none ends its text. */
PL_MUST_USE pl_status pl_toolchain_of(const struct pl_prints *prints, size_t n, struct pl_toolchain **out,
                                      struct pl_err *err);
void pl_toolchain_free(struct pl_toolchain *t); /* accepts NULL */
size_t pl_toolchain_count(const struct pl_toolchain *t);

/* The first, by name, of the functions with this print; NULL when there is none, or when the print is all zero. O(log n). */
const struct pl_toolchain_function *pl_toolchain_find(const struct pl_toolchain *t,
                                                      const struct pl_code_print *print);
/* Set PL_FUNCTION_RUNTIME on all functions of `code` that are in `t` (NULL: none is); their number. */
size_t pl_toolchain_mark(const struct pl_toolchain *t, struct pl_code *code);

#endif
