/*
 * deb822.h - stanzas of "Name: value" fields: .dsc, debian/control, Packages, Sources, Release, *.sources.
 */
#ifndef PL_FORMAT_TEXT_DEB822_H
#define PL_FORMAT_TEXT_DEB822_H

#include "base/arena.h"

/* Fields of one stanza; more is PL_E_LIMIT. */
#define PL_DEB822_MAX_FIELDS 512u

struct pl_deb822_field {
    pl_bytes name;
    /*
     * What follows the colon without the space around it: the first line, and continuation lines as they stand, with
     * the LF before each and their leading space. Comment lines inside are taken out. A view of the input, or of the
     * arena when a comment was taken out.
     */
    pl_bytes value;
    size_t offset; /* of the name, in bytes from the front of *rest as it was given */
};

struct pl_deb822 {
    struct pl_deb822_field *fields; /* in the arena, in the order of the file */
    size_t n;                       /* 0: there was no further stanza */
};

/*
 * Take the next stanza off the front of *rest; out->n is 0 when only blank and comment lines were left.
 *
 * PL_E_INPUT: a line that is neither field, continuation, comment nor blank; a field named twice. err->offset counts
 * from the front of *rest as it was given, and *rest is left as it was. The input must outlive *out. O(bytes) for
 * sane stanzas.
 */
PL_MUST_USE pl_status pl_deb822_next(pl_bytes *rest, struct pl_arena *arena, struct pl_deb822 *out,
                                     struct pl_err *err);

/* The field of that name, in any case of letters; NULL when there is none. */
const struct pl_deb822_field *pl_deb822_find(const struct pl_deb822 *stanza, const char *name);
/* Its value; no bytes (.p NULL) when there is none. */
pl_bytes pl_deb822_get(const struct pl_deb822 *stanza, const char *name);

#endif
