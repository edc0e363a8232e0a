/*
 * deb_relation.h - lists of packages such as Depends and Build-Depends: "a (>= 1) [amd64] <!nocheck> | b, c:any".
 */
#ifndef PL_SUPPLY_DEB_RELATION_H
#define PL_SUPPLY_DEB_RELATION_H

#include "base/bytes.h"

#define PL_DEB_ALTERNATIVES 8u

/* One alternative of a group. Views of the list. */
struct pl_deb_relation {
    pl_bytes name;
    pl_bytes op;      /* "<<", "<=", "=", ">=", ">>", or none */
    pl_bytes version; /* that it is compared with */
};

/*
 * Take the next group, what stands between two commas, off the front of *rest: its alternatives that apply on `arch` ("amd64") when no
 * build profile is active; further ones than PL_DEB_ALTERNATIVES are left out. *n may be 0. False at the end.
 * deb-src-control(5); Debian Policy 7.1.
 */
bool pl_deb_relation_next(pl_bytes *rest, const char *arch, struct pl_deb_relation out[PL_DEB_ALTERNATIVES],
                          size_t *n);

/* Does a package of that version satisfy it? The name is not looked at. */
bool pl_deb_relation_is_met(const struct pl_deb_relation *r, pl_bytes version);

#endif
