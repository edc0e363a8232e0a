/*
 * deb822.c - stanzas of "Name: value" fields.
 *
 *     # comment                    a '#' in the first column, anywhere
 *     Name: first line
 *      continuation                begins with space or tab
 *     Other: value
 *                                  a line of nothing but space and tab ends the stanza
 *
 * Source: deb822(5). A field named twice is refused, as dpkg does: readers that disagree on which one counts
 * are how a signed file says two things. Not read here: the OpenPGP wrapper of a .dsc.
 */
#include "format/text/deb822.h"

#include <string.h>
#include <strings.h>

enum line_kind { LINE_BLANK, LINE_COMMENT, LINE_CONTINUATION, LINE_FIELD, LINE_BAD };

/* Length of the field name that `line` begins with, 0 when there is no "name:". */
static size_t name_length(pl_bytes line)
{
    for (size_t i = 0; i < line.n; i++) {
        uint8_t c = line.p[i];
        if (c == ':')
            return i;
        if (c <= ' ' || c >= 127 || (i == 0 && c == '-'))
            return 0;
    }
    return 0;
}

static enum line_kind kind_of(pl_bytes line)
{
    if (pl_bytes_trim(line).n == 0)
        return LINE_BLANK;
    if (line.p[0] == '#')
        return LINE_COMMENT;
    if (line.p[0] == ' ' || line.p[0] == '\t')
        return LINE_CONTINUATION;
    return name_length(line) > 0 ? LINE_FIELD : LINE_BAD;
}

/* What the lines up to the end of the first stanza of `text` are; offsets count from its front. */
struct extent {
    size_t fields;
    size_t begin;     /* of the first field */
    size_t end;       /* after the last line of the stanza, before the blank line */
    size_t after;     /* where the next stanza may begin */
    size_t bad_at;    /* first line that makes no sense, or SIZE_MAX */
    bool has_comment; /* between begin and end */
};

static struct extent measure(pl_bytes text)
{
    struct extent x = {.bad_at = SIZE_MAX};
    pl_bytes rest = text;
    pl_bytes line;
    while (x.bad_at == SIZE_MAX && pl_bytes_line(&rest, &line)) {
        size_t at = (size_t)(line.p - text.p);
        enum line_kind kind = kind_of(line);
        x.after = text.n - rest.n;
        if (kind == LINE_BLANK && x.fields > 0)
            return x;
        if (kind == LINE_BAD || (kind == LINE_CONTINUATION && x.fields == 0))
            x.bad_at = at;
        if (kind == LINE_COMMENT && x.fields > 0)
            x.has_comment = true;
        if (kind == LINE_FIELD && x.fields++ == 0)
            x.begin = at;
        if (kind == LINE_FIELD || kind == LINE_CONTINUATION)
            x.end = x.after;
    }
    return x;
}

/* A copy of `raw` (whole lines but for the first) without its comment lines. */
static pl_bytes without_comments(struct pl_arena *arena, pl_bytes raw)
{
    uint8_t *copy = pl_arena_take(arena, raw.n);
    if (copy == NULL)
        return (pl_bytes){NULL, 0};
    size_t n = 0;
    pl_bytes rest = raw;
    pl_bytes line;
    bool is_first = true;
    while (pl_bytes_line(&rest, &line)) {
        size_t whole = raw.n - rest.n - (size_t)(line.p - raw.p);
        if (is_first || line.n == 0 || line.p[0] != '#') {
            memcpy(copy + n, line.p, whole);
            n += whole;
        }
        is_first = false;
    }
    return (pl_bytes){copy, n};
}

static bool same_name(pl_bytes a, pl_bytes b)
{
    return a.n == b.n && strncasecmp((const char *)a.p, (const char *)b.p, a.n) == 0;
}

static pl_status finish_value(struct pl_deb822_field *f, pl_bytes text, size_t end, bool has_comment,
                              struct pl_arena *arena, struct pl_err *err)
{
    size_t from = f->offset + f->name.n + 1;
    pl_bytes raw = pl_bytes_sub(text, from, end - from);
    if (has_comment && pl_bytes_find(raw, PL_LIT("\n#"), 0) != SIZE_MAX) {
        raw = without_comments(arena, raw);
        if (raw.p == NULL)
            return pl_arena_fail(arena, err);
    }
    /* An empty first line is kept as the LF that the first continuation line stands behind. */
    while (raw.n > 0 && (raw.p[0] == ' ' || raw.p[0] == '\t' || raw.p[0] == '\r'))
        raw = pl_bytes_from(raw, 1);
    f->value = pl_bytes_sub(raw, 0, raw.n);
    while (f->value.n > 0 && strchr(" \t\r\n", f->value.p[f->value.n - 1]) != NULL &&
           f->value.p[f->value.n - 1] != '\0')
        f->value.n--;
    return PL_OK;
}

static pl_status fill(pl_bytes text, const struct extent *x, struct pl_arena *arena, struct pl_deb822 *out,
                      struct pl_err *err)
{
    pl_bytes rest = pl_bytes_sub(text, x->begin, x->end - x->begin);
    pl_bytes line;
    size_t n = 0;
    while (pl_bytes_line(&rest, &line)) {
        size_t at = (size_t)(line.p - text.p);
        if (kind_of(line) != LINE_FIELD)
            continue;
        pl_bytes name = pl_bytes_sub(line, 0, name_length(line));
        for (size_t i = 0; i < n; i++)
            if (same_name(out->fields[i].name, name))
                return pl_fail(err, PL_E_INPUT, at, "deb822: field %.*s stands twice in one stanza",
                               name.n > 60 ? 60 : (int)name.n, (const char *)name.p);
        out->fields[n++] = (struct pl_deb822_field){.name = name, .offset = at};
    }
    out->n = n;
    for (size_t i = 0; i < n; i++) {
        size_t end = i + 1 < n ? out->fields[i + 1].offset : x->end;
        pl_status st = finish_value(&out->fields[i], text, end, x->has_comment, arena, err);
        if (st != PL_OK)
            return st;
    }
    return PL_OK;
}

pl_status pl_deb822_next(pl_bytes *rest, struct pl_arena *arena, struct pl_deb822 *out, struct pl_err *err)
{
    struct extent x = measure(*rest);
    if (x.bad_at != SIZE_MAX)
        return pl_fail(err, PL_E_INPUT, x.bad_at, "deb822: a line that is neither field nor continuation");
    if (x.fields > PL_DEB822_MAX_FIELDS)
        return pl_fail(err, PL_E_LIMIT, x.begin, "deb822: %zu fields in one stanza, %u allowed", x.fields,
                       PL_DEB822_MAX_FIELDS);
    struct pl_deb822 stanza = {0};
    if (x.fields > 0) {
        stanza.fields = pl_arena_take_n(arena, x.fields, sizeof *stanza.fields);
        if (stanza.fields == NULL)
            return pl_arena_fail(arena, err);
        pl_status st = fill(*rest, &x, arena, &stanza, err);
        if (st != PL_OK)
            return st;
    }
    *rest = pl_bytes_from(*rest, x.after);
    *out = stanza;
    return PL_OK;
}

const struct pl_deb822_field *pl_deb822_find(const struct pl_deb822 *stanza, const char *name)
{
    for (size_t i = 0; i < stanza->n; i++)
        if (same_name(stanza->fields[i].name, pl_bytes_of_str(name)))
            return &stanza->fields[i];
    return NULL;
}

pl_bytes pl_deb822_get(const struct pl_deb822 *stanza, const char *name)
{
    const struct pl_deb822_field *f = pl_deb822_find(stanza, name);
    return f == NULL ? (pl_bytes){NULL, 0} : f->value;
}
