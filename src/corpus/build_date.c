/*
 * build_date.c - reading the date of a changelog, and writing it in the ways that builds do.
 */
#include "corpus/build_date.h"

static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";

/* A number of at most 4 digits at the front of *rest, and one byte behind it. */
static bool take_number(pl_bytes *rest, unsigned *out)
{
    size_t n = 0;
    *out = 0;
    while (n < rest->n && n < 4 && pl_is_digit(rest->p[n]))
        *out = *out * 10 + (unsigned)(rest->p[n++] - '0');
    *rest = pl_bytes_from(*rest, n < rest->n ? n + 1 : n);
    return n > 0;
}

static unsigned days_of(unsigned year, unsigned month)
{
    static const uint8_t days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool is_leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return days[month - 1] + (month == 2 && is_leap);
}

static void next_day(struct pl_build_date *d)
{
    if (++d->day <= days_of(d->year, d->month))
        return;
    d->day = 1;
    d->month = d->month % 12 + 1;
    d->year += d->month == 1;
}

static void last_day(struct pl_build_date *d)
{
    if (--d->day > 0)
        return;
    d->year -= d->month == 1;
    d->month = d->month == 1 ? 12 : d->month - 1;
    d->day = days_of(d->year, d->month);
}

/* From local time, which is `ahead` minutes ahead of UTC. */
static void to_utc(struct pl_build_date *d, int ahead)
{
    int minutes = (int)(d->hour * 60 + d->minute) - ahead;
    if (minutes < 0)
        last_day(d);
    else if (minutes >= 24 * 60)
        next_day(d);
    minutes = (minutes + 24 * 60) % (24 * 60);
    d->hour = (unsigned)minutes / 60;
    d->minute = (unsigned)minutes % 60;
}

/* "06 Nov 2022 09:15:51 +0100" */
static struct pl_build_date read_date(pl_bytes text)
{
    struct pl_build_date d = {.month = 0};
    unsigned zone = 0;
    bool is_good = take_number(&text, &d.day);
    for (unsigned i = 0; i < 12; i++)
        if (pl_bytes_starts(text, pl_bytes_sub(pl_bytes_of_str(months), (size_t)i * 3, 3)))
            d.month = i + 1;
    text = pl_bytes_from(text, text.n < 4 ? text.n : 4);
    is_good = is_good && d.month > 0 && take_number(&text, &d.year) && take_number(&text, &d.hour) &&
              take_number(&text, &d.minute) && take_number(&text, &d.second);
    bool is_behind = text.n > 0 && text.p[0] == '-';
    text = pl_bytes_from(text, text.n > 0);
    is_good = is_good && take_number(&text, &zone) && d.year >= 1970 && d.day > 0 &&
              d.day <= days_of(d.year, d.month) && d.hour < 24 && d.minute < 60 && zone < 2400;
    if (!is_good)
        return (struct pl_build_date){.found = false};
    int ahead = (int)(zone / 100 * 60 + zone % 100);
    to_utc(&d, is_behind ? -ahead : ahead);
    d.found = true;
    return d;
}

struct pl_build_date pl_build_date_of(pl_bytes changelog)
{
    pl_bytes line;
    while (pl_bytes_line(&changelog, &line)) {
        size_t comma = pl_bytes_starts(line, PL_LIT(" -- ")) ? pl_bytes_rfind_byte(line, ',') : SIZE_MAX;
        if (comma != SIZE_MAX)
            return read_date(pl_bytes_trim(pl_bytes_from(line, comma + 1)));
    }
    return (struct pl_build_date){.found = false};
}

bool pl_build_date_write(const struct pl_build_date *d, pl_bytes format, struct pl_buf *out)
{
    size_t start = out->n;
    for (size_t i = 0; i < format.n; i++) {
        if (format.p[i] != '%' || i + 1 == format.n) {
            pl_buf_add_byte(out, format.p[i]);
            continue;
        }
        switch (format.p[++i]) {
        case 'Y': pl_buf_printf(out, "%u", d->year); break;
        case 'm': pl_buf_printf(out, "%02u", d->month); break;
        case 'd': pl_buf_printf(out, "%02u", d->day); break;
        case 'e': pl_buf_printf(out, "%2u", d->day); break;
        case 'b': pl_buf_printf(out, "%.3s", months + (size_t)(d->month - 1) * 3); break;
        case 'H': pl_buf_printf(out, "%02u", d->hour); break;
        case 'M': pl_buf_printf(out, "%02u", d->minute); break;
        case 'S': pl_buf_printf(out, "%02u", d->second); break;
        case 'F': pl_buf_printf(out, "%u-%02u-%02u", d->year, d->month, d->day); break;
        case 'T': pl_buf_printf(out, "%02u:%02u:%02u", d->hour, d->minute, d->second); break;
        case '%': pl_buf_add_byte(out, '%'); break;
        default: out->n = start; return false;
        }
    }
    return true;
}
