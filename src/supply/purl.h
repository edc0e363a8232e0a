/*
 * purl.h - package URLs: pkg:type/namespace/name@version?qualifiers#subpath.
 */
#ifndef PL_SUPPLY_PURL_H
#define PL_SUPPLY_PURL_H

#include "base/arena.h"
#include "base/buf.h"

#define PL_PURL_MAX_BYTES      4096u
#define PL_PURL_MAX_QUALIFIERS 32u

struct pl_purl_qualifier {
    pl_bytes key; /* lower case */
    pl_bytes value;
};

/* All parts are decoded; namespace and subpath keep '/' between their segments. Empty when absent. */
struct pl_purl {
    pl_bytes type;
    pl_bytes ns;
    pl_bytes name;
    pl_bytes version;
    pl_bytes subpath;
    struct pl_purl_qualifier qualifiers[PL_PURL_MAX_QUALIFIERS]; /* sorted by key */
    size_t n_qualifiers;
};

/* Does `text` say that it wants to be a purl? Only the scheme is looked at. */
bool pl_purl_is(pl_bytes text);

/*
 * Read `text` (ECMA-427). Parts are lower-cased where the type's rules say so. PL_E_INPUT with the byte in `text`.
 * The parts live in `arena`.
 */
PL_MUST_USE pl_status pl_purl_parse(pl_bytes text, struct pl_arena *arena, struct pl_purl *out,
                                    struct pl_err *err);

/*
 * Bring parts that come from elsewhere into the form that parsing would have given them: qualifiers sorted, type rules applied. PL_E_INPUT when no purl
 * may have them; then *purl is unchanged. New parts live in `arena`.
 */
PL_MUST_USE pl_status pl_purl_build(struct pl_purl *purl, struct pl_arena *arena, struct pl_err *err);

/* Append the canonical form. */
void pl_purl_print(const struct pl_purl *purl, struct pl_buf *out);

/* Value of a qualifier, no bytes when absent. */
pl_bytes pl_purl_get(const struct pl_purl *purl, const char *key);

#endif
