/*
 * clock.c - what time it is.
 */
#include "io/clock.h"

#include <stdio.h>
#include <time.h>

#define YEAR_0_UTC_S        (-62167219200LL)
#define YEAR_9999_END_UTC_S 253402300799LL

uint64_t pl_clock_monotonic_ns(void)
{
    struct timespec ts = {0};
    (void)clock_gettime(CLOCK_MONOTONIC, &ts); /* cannot fail for this clock */
    return (uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec;
}

bool pl_clock_is_past(uint64_t deadline_ns)
{
    return deadline_ns != 0 && pl_clock_monotonic_ns() >= deadline_ns;
}

int64_t pl_clock_utc_s(void)
{
    struct timespec ts = {0};
    (void)clock_gettime(CLOCK_REALTIME, &ts); /* cannot fail for this clock */
    return (int64_t)ts.tv_sec;
}

void pl_clock_rfc3339(int64_t utc_s, char out[PL_RFC3339_BYTES])
{
    struct tm tm = {0};
    time_t t = (time_t)(utc_s < YEAR_0_UTC_S          ? YEAR_0_UTC_S
                        : utc_s > YEAR_9999_END_UTC_S ? YEAR_9999_END_UTC_S
                                                      : utc_s);
    (void)gmtime_r(&t, &tm); /* cannot fail for these years */
    (void)snprintf(out, PL_RFC3339_BYTES, "%04u-%02u-%02uT%02u:%02u:%02uZ",
                   (unsigned)(tm.tm_year + 1900) % 10000u, (unsigned)(tm.tm_mon + 1) % 100u,
                   (unsigned)tm.tm_mday % 100u, (unsigned)tm.tm_hour % 100u, (unsigned)tm.tm_min % 100u,
                   (unsigned)tm.tm_sec % 100u);
}
