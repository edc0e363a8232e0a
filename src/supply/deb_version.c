/*
 * deb_version.c - [epoch:]upstream[-revision], compared as Debian does.
 *
 * Each part is cut into runs of non-digits and runs of digits by turns. Non-digits compare by a changed ASCII order ('~' before
 * the end, letters before all else), digits by value. Source: deb-version(7), "Sorting algorithm".
 */
#include "supply/deb_version.h"

struct parts {
    pl_bytes epoch;
    pl_bytes upstream;
    pl_bytes revision;
};

static struct parts parts_of(pl_bytes version)
{
    struct parts p = {.upstream = version};
    size_t colon = pl_bytes_find_byte(version, ':', 0);
    if (colon != SIZE_MAX) {
        p.epoch = pl_bytes_sub(version, 0, colon);
        p.upstream = pl_bytes_from(version, colon + 1);
    }
    size_t dash = pl_bytes_rfind_byte(p.upstream, '-');
    if (dash != SIZE_MAX) {
        p.revision = pl_bytes_from(p.upstream, dash + 1);
        p.upstream = pl_bytes_sub(p.upstream, 0, dash);
    }
    return p;
}

/* Weight of the byte at `i` of a non-digit run; the end of the run weighs 0. */
static int weight(pl_bytes s, size_t i)
{
    if (i >= s.n || pl_is_digit(s.p[i]))
        return 0;
    uint8_t c = s.p[i];
    if (c == '~')
        return -1;
    bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    return is_letter ? c : c + 256;
}

static int compare_words(pl_bytes *a, pl_bytes *b)
{
    size_t i = 0;
    while ((i < a->n && !pl_is_digit(a->p[i])) || (i < b->n && !pl_is_digit(b->p[i]))) {
        int order = weight(*a, i) - weight(*b, i);
        if (order != 0)
            return order;
        i++;
    }
    *a = pl_bytes_from(*a, i);
    *b = pl_bytes_from(*b, i);
    return 0;
}

/* Take a run of digits off the front, without its leading zeros. */
static pl_bytes take_number(pl_bytes *s)
{
    size_t zeros = 0;
    while (zeros < s->n && s->p[zeros] == '0')
        zeros++;
    size_t end = zeros;
    while (end < s->n && pl_is_digit(s->p[end]))
        end++;
    pl_bytes number = pl_bytes_sub(*s, zeros, end - zeros);
    *s = pl_bytes_from(*s, end);
    return number;
}

static int compare_part(pl_bytes a, pl_bytes b)
{
    while (a.n > 0 || b.n > 0) {
        int order = compare_words(&a, &b);
        if (order != 0)
            return order;
        pl_bytes x = take_number(&a);
        pl_bytes y = take_number(&b);
        if (x.n != y.n)
            return x.n < y.n ? -1 : 1;
        order = pl_bytes_cmp(x, y);
        if (order != 0)
            return order;
    }
    return 0;
}

int pl_deb_version_cmp(pl_bytes a, pl_bytes b)
{
    struct parts x = parts_of(a);
    struct parts y = parts_of(b);
    int order = compare_part(x.epoch, y.epoch);
    if (order == 0)
        order = compare_part(x.upstream, y.upstream);
    return order != 0 ? order : compare_part(x.revision, y.revision);
}

pl_bytes pl_deb_version_without_epoch(pl_bytes version)
{
    return parts_of(version).epoch.p == NULL
               ? version
               : pl_bytes_from(version, pl_bytes_find_byte(version, ':', 0) + 1);
}
