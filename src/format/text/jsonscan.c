/*
 * jsonscan.c - a scanner for JSON that keeps places, since claims are ranges of bytes (RFC 8259).
 *
 * A value is skipped by its brackets and strings; words and numbers are taken as they come, so that what is accepted is a little more than
 * JSON. Nobody decides by it whether a text is valid.
 */
#include "format/text/jsonscan.h"

#define MAX_DEPTH 256u

static size_t skip_blanks(pl_bytes all, size_t at)
{
    while (at < all.n && pl_is_space(all.p[at]))
        at++;
    return at;
}

/* The byte after the string that begins at `at`; SIZE_MAX when it does not end. */
static size_t skip_string(pl_bytes all, size_t at)
{
    for (size_t i = at + 1; i < all.n; i++) {
        if (all.p[i] == '\\')
            i++;
        else if (all.p[i] == '"')
            return i + 1;
    }
    return SIZE_MAX;
}

/* The byte after the value that begins at `at`; SIZE_MAX when it does not end. */
static size_t skip_value(pl_bytes all, size_t at)
{
    unsigned depth = 0;
    size_t i = at;
    while (i < all.n) {
        uint8_t c = all.p[i];
        if (c == '"') {
            i = skip_string(all, i);
            if (i == SIZE_MAX)
                return SIZE_MAX;
        } else if (c == '{' || c == '[') {
            if (++depth > MAX_DEPTH)
                return SIZE_MAX;
            i++;
            continue;
        } else if (c == '}' || c == ']') {
            if (depth == 0)
                return i > at ? i : SIZE_MAX;
            depth--;
            i++;
        } else if (depth > 0 || (!pl_is_space(c) && c != ',' && c != ':')) {
            i++;
            if (depth > 0 || (i < all.n && !pl_is_space(all.p[i]) && all.p[i] != ',' && all.p[i] != '}' &&
                              all.p[i] != ']'))
                continue;
        } else {
            return SIZE_MAX;
        }
        if (depth == 0)
            return i;
    }
    return SIZE_MAX;
}

struct pl_json_members pl_json_members_of(pl_bytes value)
{
    struct pl_json_members m = {.all = value};
    m.at = skip_blanks(value, 0);
    m.is_bad = m.at >= value.n || (value.p[m.at] != '{' && value.p[m.at] != '[');
    m.is_array = !m.is_bad && value.p[m.at] == '[';
    m.at++;
    return m;
}

static bool fail(struct pl_json_members *m)
{
    m->is_bad = true;
    return false;
}

bool pl_json_members_next(struct pl_json_members *m, struct pl_json_member *out)
{
    pl_bytes all = m->all;
    if (m->is_bad || m->is_done)
        return false;
    size_t begin = m->at;
    size_t at = skip_blanks(all, m->at);
    if (at < all.n && all.p[at] == ',')
        at = skip_blanks(all, at + 1);
    if (at >= all.n)
        return fail(m);
    if (all.p[at] == (m->is_array ? ']' : '}')) {
        m->is_done = true;
        m->end = at;
        return false;
    }
    *out = (struct pl_json_member){.offset = begin};
    if (!m->is_array) {
        size_t end = all.p[at] == '"' ? skip_string(all, at) : SIZE_MAX;
        if (end == SIZE_MAX)
            return fail(m);
        out->key = pl_bytes_sub(all, at + 1, end - at - 2);
        at = skip_blanks(all, end);
        if (at >= all.n || all.p[at] != ':')
            return fail(m);
        at = skip_blanks(all, at + 1);
    }
    size_t end = skip_value(all, at);
    if (end == SIZE_MAX)
        return fail(m);
    out->value = pl_bytes_sub(all, at, end - at);
    m->at = end;
    out->length = end - begin;
    return true;
}

pl_bytes pl_json_find(pl_bytes object, const char *key)
{
    struct pl_json_members m = pl_json_members_of(object);
    struct pl_json_member one;
    while (!m.is_array && pl_json_members_next(&m, &one))
        if (pl_bytes_eq_str(one.key, key))
            return one.value;
    return (pl_bytes){NULL, 0};
}

pl_bytes pl_json_text(pl_bytes value)
{
    return value.n >= 2 && value.p[0] == '"' ? pl_bytes_sub(value, 1, value.n - 2) : (pl_bytes){NULL, 0};
}

bool pl_json_same(pl_bytes a, pl_bytes b)
{
    size_t i = 0;
    size_t k = 0;
    bool in_string = false;
    for (;;) {
        if (!in_string) {
            i = skip_blanks(a, i);
            k = skip_blanks(b, k);
        }
        if (i >= a.n || k >= b.n)
            return i >= a.n && k >= b.n;
        if (a.p[i] != b.p[k])
            return false;
        if (in_string && a.p[i] == '\\' && i + 1 < a.n && k + 1 < b.n) {
            i++;
            k++;
            if (a.p[i] != b.p[k])
                return false;
        } else if (a.p[i] == '"') {
            in_string = !in_string;
        }
        i++;
        k++;
    }
}
