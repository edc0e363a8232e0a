/*
 * build_date.h - the date that a build of Debian writes into programs: that of the newest entry of debian/changelog, not of the clock.
 *
 * Source: https://reproducible-builds.org/specs/source-date-epoch/; dpkg-buildpackage(1), SOURCE_DATE_EPOCH; deb-changelog(5).
 */
#ifndef PL_CORPUS_BUILD_DATE_H
#define PL_CORPUS_BUILD_DATE_H

#include "base/buf.h"

/* In UTC. */
struct pl_build_date {
    unsigned year, month, day; /* from 1 */
    unsigned hour, minute, second;
    bool found;
};

/* Of the first line " -- name <address>  Mon, 06 Nov 2022 09:15:51 +0100"; found is false when there is none. O(n). */
struct pl_build_date pl_build_date_of(pl_bytes changelog);

/* Append what strftime(3) makes of it in the C locale. False, and nothing is appended, for a conversion other than %Y %m %d %e %b %H %M %S %F %T %%. */
bool pl_build_date_write(const struct pl_build_date *date, pl_bytes format, struct pl_buf *out);

#endif
