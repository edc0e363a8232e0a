/*
 * date.h - days and times in UTC as people write them (RFC 3339).
 */
#ifndef PL_BASE_DATE_H
#define PL_BASE_DATE_H

#include "base/bytes.h"

#define PL_DATE_BYTES  11u /* "2027-02-01" with NUL */
#define PL_DAY_SECONDS 86400

/* "2027-02-01" is its first second; "2027-02-01T10:16:37Z" that one. Years 1970 to 9999; false for anything else. */
bool pl_date_parse(pl_bytes text, int64_t *utc_s);
/* The day that `utc_s` lies in; the nearest day of the years 1970 to 9999. */
void pl_date_write(int64_t utc_s, char out[PL_DATE_BYTES]);

#endif
