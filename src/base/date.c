/*
 * date.c - the proleptic Gregorian calendar, without the C library's time zones.
 *
 * Days and dates: Hinnant, "chrono-compatible low-level date algorithms"; years begin in March, so that the leap day is the last.
 */
#include "base/date.h"

#include <stdio.h>

static int64_t days_of(int64_t year, unsigned month, unsigned day)
{
    year -= month <= 2;
    int64_t era = year / 400;
    int64_t year_of_era = year - era * 400;
    int64_t day_of_year = (153 * (int64_t)(month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
    return era * 146097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719468;
}

static void date_of(int64_t days, int64_t *year, unsigned *month, unsigned *day)
{
    days += 719468;
    int64_t era = days / 146097;
    int64_t day_of_era = days - era * 146097;
    int64_t year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int64_t m = (5 * day_of_year + 2) / 153;
    *day = (unsigned)(day_of_year - (153 * m + 2) / 5 + 1);
    *month = (unsigned)(m < 10 ? m + 3 : m - 9);
    *year = year_of_era + era * 400 + (*month <= 2);
}

/* Digits at `at`, as many as `n`. */
static bool number(pl_bytes text, size_t at, size_t n, unsigned min, unsigned max, unsigned *out)
{
    uint64_t value;
    if (at + n > text.n || !pl_bytes_to_u64(pl_bytes_sub(text, at, n), &value) || value < min || value > max)
        return false;
    *out = (unsigned)value;
    return true;
}

bool pl_date_parse(pl_bytes text, int64_t *utc_s)
{
    unsigned year, month, day;
    unsigned hour = 0, minute = 0, second = 0;
    if ((text.n != 10 && text.n != 20) || text.p[4] != '-' || text.p[7] != '-' ||
        !number(text, 0, 4, 1970, 9999, &year) || !number(text, 5, 2, 1, 12, &month) ||
        !number(text, 8, 2, 1, 31, &day))
        return false;
    if (text.n == 20 && (text.p[10] != 'T' || text.p[13] != ':' || text.p[16] != ':' || text.p[19] != 'Z' ||
                         !number(text, 11, 2, 0, 23, &hour) || !number(text, 14, 2, 0, 59, &minute) ||
                         !number(text, 17, 2, 0, 59, &second)))
        return false;
    int64_t days = days_of(year, month, day);
    int64_t same_year;
    unsigned same_month, same_day;
    date_of(days, &same_year, &same_month, &same_day);
    if (same_month != month || same_day != day) /* 30 February */
        return false;
    *utc_s = days * PL_DAY_SECONDS + hour * 3600 + minute * 60 + second;
    return true;
}

void pl_date_write(int64_t utc_s, char out[PL_DATE_BYTES])
{
    const int64_t last = days_of(9999, 12, 31);
    int64_t days = utc_s < 0 ? 0 : utc_s / PL_DAY_SECONDS;
    int64_t year;
    unsigned month, day;
    date_of(days > last ? last : days, &year, &month, &day);
    (void)snprintf(out, PL_DATE_BYTES, "%04u-%02u-%02u", (unsigned)year % 10000u, month % 100u, day % 100u);
}
