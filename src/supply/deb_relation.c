/*
 * deb_relation.c - reading one group of a list of packages.
 */
#include "supply/deb_relation.h"

#include "supply/deb_version.h"

#include <string.h>

static bool is_name_byte(uint8_t b)
{
    return (b >= 'a' && b <= 'z') || (b >= '0' && b <= '9') || b == '+' || b == '-' || b == '.';
}

/* "any", "linux-any", "any-amd64" and plain names. Debian Policy 11.1; only Linux is known here. */
static bool is_arch(pl_bytes word, const char *arch)
{
    pl_bytes machine = pl_bytes_starts(word, PL_LIT("any-"))     ? pl_bytes_from(word, 4)
                       : pl_bytes_starts(word, PL_LIT("linux-")) ? pl_bytes_from(word, 6)
                                                                 : word;
    return pl_bytes_eq_str(machine, "any") || pl_bytes_eq_str(machine, arch);
}

/* The contents of [...]: all words are negated, or none is. */
static bool is_for_arch(pl_bytes list, const char *arch)
{
    pl_bytes word;
    bool is_named = false;
    bool is_negated = false;
    while (pl_bytes_split(&list, ' ', &word)) {
        bool is_not = word.n > 0 && word.p[0] == '!';
        is_negated = is_negated || is_not;
        is_named = is_named || is_arch(pl_bytes_from(word, is_not), arch);
    }
    return is_named != is_negated;
}

/* The contents of one <...>, with no profile active: every word has to be negated. */
static bool is_without_profile(pl_bytes list)
{
    pl_bytes word;
    while (pl_bytes_split(&list, ' ', &word))
        if (word.n > 0 && word.p[0] != '!')
            return false;
    return true;
}

/* Does what follows the name say that it applies? */
static bool applies(pl_bytes rest, const char *arch)
{
    bool has_profile = false;
    bool is_active = false;
    for (size_t at = 0; at < rest.n; at++) {
        uint8_t close = rest.p[at] == '[' ? ']' : rest.p[at] == '<' ? '>' : rest.p[at] == '(' ? ')' : 0;
        if (close == 0)
            continue;
        size_t end = pl_bytes_find_byte(rest, close, at);
        if (end == SIZE_MAX)
            return false;
        pl_bytes inside = pl_bytes_sub(rest, at + 1, end - at - 1);
        if (close == ']' && !is_for_arch(inside, arch))
            return false;
        if (close == '>') {
            has_profile = true;
            is_active = is_active || is_without_profile(inside);
        }
        at = end;
    }
    return !has_profile || is_active;
}

/* The contents of (...): an operator and a version. */
static void read_version(pl_bytes rest, struct pl_deb_relation *r)
{
    size_t open = pl_bytes_find_byte(rest, '(', 0);
    size_t close = open == SIZE_MAX ? SIZE_MAX : pl_bytes_find_byte(rest, ')', open);
    if (close == SIZE_MAX)
        return;
    pl_bytes inside = pl_bytes_trim(pl_bytes_sub(rest, open + 1, close - open - 1));
    size_t n = 0;
    while (n < inside.n && n < 2 && (inside.p[n] == '<' || inside.p[n] == '>' || inside.p[n] == '='))
        n++;
    r->op = pl_bytes_sub(inside, 0, n);
    r->version = pl_bytes_trim(pl_bytes_from(inside, n));
}

bool pl_deb_relation_next(pl_bytes *rest, const char *arch, struct pl_deb_relation out[PL_DEB_ALTERNATIVES],
                          size_t *n)
{
    pl_bytes group;
    *n = 0;
    if (!pl_bytes_split(rest, ',', &group))
        return false;
    pl_bytes one;
    while (pl_bytes_split(&group, '|', &one)) {
        size_t length = 0;
        one = pl_bytes_trim(one);
        while (length < one.n && is_name_byte(one.p[length]))
            length++;
        if (length > 0 && *n < PL_DEB_ALTERNATIVES && applies(pl_bytes_from(one, length), arch)) {
            out[*n] = (struct pl_deb_relation){.name = pl_bytes_sub(one, 0, length)};
            read_version(pl_bytes_from(one, length), &out[(*n)++]);
        }
    }
    return true;
}

bool pl_deb_relation_is_met(const struct pl_deb_relation *r, pl_bytes version)
{
    if (r->op.n == 0)
        return true;
    int order = pl_deb_version_cmp(version, r->version);
    return pl_bytes_eq_str(r->op, "=")    ? order == 0
           : pl_bytes_eq_str(r->op, "<<") ? order < 0
           : pl_bytes_eq_str(r->op, ">>") ? order > 0
           : r->op.p[0] == '<'            ? order <= 0
                                          : order >= 0; /* "<" and ">" are old words for "<=" and ">=" */
}
