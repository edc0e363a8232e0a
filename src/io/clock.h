/*
 * clock.h - what time it is. No result may depend on it but `run` of a report and the age of a cached file.
 */
#ifndef PL_IO_CLOCK_H
#define PL_IO_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

#define PL_RFC3339_BYTES 21u /* "2026-07-11T10:16:37Z" with NUL */

uint64_t pl_clock_monotonic_ns(void);
/* Is that moment of the monotonic clock over? 0 is no moment, and never is. */
bool pl_clock_is_past(uint64_t deadline_ns);
/* Seconds since 1970-01-01T00:00:00Z. */
int64_t pl_clock_utc_s(void);
/* Years 0 to 9999; anything else is written as the nearest of those. */
void pl_clock_rfc3339(int64_t utc_s, char out[PL_RFC3339_BYTES]);

#endif
