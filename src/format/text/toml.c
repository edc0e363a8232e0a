/*
 * toml.c - one pass over the text; inline tables are opened up where they stand for a value, and kept as text within arrays.
 *
 * Source: toml.h. Not read here: whether a key stands twice, and what dates and numbers are worth.
 */
#include "format/text/toml.h"

#include "base/buf.h"

#include <string.h>

#define MAX_ENTRIES (1u << 16)
#define MAX_PATH    4096u

struct reader {
    pl_bytes text;
    size_t at;
    struct pl_arena *arena;
    struct pl_toml *out;
    struct pl_buf path; /* the table that is open, and the key in it */
    struct pl_buf value;
    uint32_t depth;
    pl_status st;
    struct pl_err *err;
};

static bool fail(struct reader *r, const char *what)
{
    if (r->st == PL_OK)
        r->st = pl_fail(r->err, PL_E_INPUT, r->at, "toml: %s", what);
    return false;
}

static uint8_t byte_at(const struct reader *r, size_t at)
{
    return at < r->text.n ? r->text.p[at] : 0;
}

static void skip_blanks(struct reader *r)
{
    while (byte_at(r, r->at) == ' ' || byte_at(r, r->at) == '\t')
        r->at++;
}

/* Blanks, line ends and comments. */
static void skip_lines(struct reader *r)
{
    for (;;) {
        skip_blanks(r);
        uint8_t b = byte_at(r, r->at);
        if (b == '#') {
            size_t end = pl_bytes_find_byte(r->text, '\n', r->at);
            r->at = end == SIZE_MAX ? r->text.n : end;
        } else if (b == '\n' || b == '\r') {
            r->at++;
        } else {
            return;
        }
    }
}

static bool is_bare(uint8_t b)
{
    return pl_is_word_byte(b) || b == '-';
}

/* \n, \t and the like; what stands for a code point stays as it is written. */
static void add_escape(struct reader *r, struct pl_buf *to)
{
    static const char from[] = "btnfr\"\\";
    static const char into[] = "\b\t\n\f\r\"\\";
    uint8_t b = byte_at(r, r->at + 1);
    const char *found = b == 0 ? NULL : strchr(from, b);
    if (found != NULL) {
        pl_buf_add_byte(to, (uint8_t)into[found - from]);
    } else {
        pl_buf_add_byte(to, '\\');
        pl_buf_add_byte(to, b);
    }
    r->at += r->at + 1 < r->text.n ? 2 : 1; /* the text may end behind the backslash */
}

/* A string of any of the four kinds, decoded, without its quotes. */
static bool take_string(struct reader *r, struct pl_buf *to)
{
    uint8_t quote = byte_at(r, r->at);
    bool is_long = byte_at(r, r->at + 1) == quote && byte_at(r, r->at + 2) == quote;
    size_t width = is_long ? 3 : 1;
    r->at += width;
    if (is_long && byte_at(r, r->at) == '\r')
        r->at++;
    if (is_long && byte_at(r, r->at) == '\n')
        r->at++;
    while (r->at < r->text.n) {
        uint8_t b = r->text.p[r->at];
        bool is_end =
            b == quote && (!is_long || (byte_at(r, r->at + 1) == quote && byte_at(r, r->at + 2) == quote));
        if (is_end) {
            r->at += width;
            return true;
        }
        if (b == '\n' && !is_long)
            break;
        if (b == '\\' && quote == '"' && is_long &&
            (byte_at(r, r->at + 1) == '\n' || byte_at(r, r->at + 1) == '\r')) {
            r->at++; /* the line goes on */
            while (byte_at(r, r->at) == '\n' || byte_at(r, r->at) == '\r' || byte_at(r, r->at) == ' ' ||
                   byte_at(r, r->at) == '\t')
                r->at++;
        } else if (b == '\\' && quote == '"') {
            add_escape(r, to);
        } else {
            pl_buf_add_byte(to, b);
            r->at++;
        }
    }
    return fail(r, "a string that does not end");
}

/* a."b c".d onto the path. */
static bool take_key(struct reader *r)
{
    for (;;) {
        skip_blanks(r);
        uint8_t b = byte_at(r, r->at);
        if (r->path.n > 0)
            pl_buf_add_byte(&r->path, PL_TOML_SEPARATOR);
        if (b == '"' || b == '\'') {
            if (!take_string(r, &r->path))
                return false;
        } else if (is_bare(b)) {
            size_t from = r->at;
            while (is_bare(byte_at(r, r->at)))
                r->at++;
            pl_buf_add(&r->path, pl_bytes_sub(r->text, from, r->at - from));
        } else {
            return fail(r, "no key");
        }
        skip_blanks(r);
        if (byte_at(r, r->at) != '.')
            return true;
        r->at++;
    }
}

static bool add_entry(struct reader *r, size_t from, bool is_header)
{
    pl_status st = pl_buf_done(&r->path, r->err);
    if (st == PL_OK)
        st = pl_buf_done(&r->value, r->err);
    if (st == PL_OK && r->out->list.n >= MAX_ENTRIES)
        st = pl_fail(r->err, PL_E_LIMIT, from, "toml: more than %u entries", MAX_ENTRIES);
    struct pl_toml_entry *slot = st == PL_OK ? PL_VEC_ADD(&r->out->list) : NULL;
    if (st == PL_OK && slot == NULL)
        st = pl_fail_nomem(r->err);
    if (st == PL_OK) {
        *slot = (struct pl_toml_entry){.path = pl_arena_keep(r->arena, pl_buf_bytes(&r->path)),
                                       .value = pl_arena_keep(r->arena, pl_buf_bytes(&r->value)),
                                       .offset = from,
                                       .length = r->at - from,
                                       .is_header = is_header};
        if (slot->path.p == NULL || slot->value.p == NULL)
            st = pl_arena_fail(r->arena, r->err);
    }
    r->st = st;
    return st == PL_OK;
}

static bool take_value(struct reader *r);
static bool take_pair(struct reader *r);

static bool go_down(struct reader *r)
{
    if (r->depth >= PL_TOML_DEPTH) {
        r->st = pl_fail(r->err, PL_E_LIMIT, r->at, "toml: deeper than %u", PL_TOML_DEPTH);
        return false;
    }
    r->depth++;
    return true;
}

/* What stands between brackets, onto the value; pairs of inline tables as key=value. */
static bool take_list(struct reader *r, uint8_t close)
{
    bool is_first = true;
    if (!go_down(r))
        return false;
    pl_buf_add_byte(&r->value, byte_at(r, r->at++));
    for (;;) {
        skip_lines(r);
        if (byte_at(r, r->at) == close)
            break;
        if (!is_first)
            pl_buf_add_byte(&r->value, ',');
        is_first = false;
        if (close == '}') {
            size_t n = r->path.n;
            size_t key = r->at;
            bool is_good = take_key(r);
            r->path.n = n; /* it is kept as it is written */
            if (!is_good)
                return false;
            pl_buf_add(&r->value, pl_bytes_trim(pl_bytes_sub(r->text, key, r->at - key)));
            if (byte_at(r, r->at) != '=')
                return fail(r, "no value");
            r->at++;
            pl_buf_add_byte(&r->value, '=');
        }
        if (!take_value(r))
            return false;
        skip_lines(r);
        if (byte_at(r, r->at) == ',')
            r->at++;
        else if (byte_at(r, r->at) != close)
            return fail(r, "a list that does not end");
    }
    pl_buf_add_byte(&r->value, close);
    r->at++;
    r->depth--;
    return true;
}

static bool take_value(struct reader *r)
{
    skip_blanks(r);
    uint8_t b = byte_at(r, r->at);
    if (b == '"' || b == '\'') {
        pl_buf_add_byte(&r->value, '"');
        bool is_good = take_string(r, &r->value);
        pl_buf_add_byte(&r->value, '"');
        return is_good;
    }
    if (b == '[')
        return take_list(r, ']');
    if (b == '{')
        return take_list(r, '}');
    size_t from = r->at;
    while (r->at < r->text.n && strchr(",]}#\n\r", r->text.p[r->at]) == NULL)
        r->at++;
    pl_bytes scalar = pl_bytes_trim(pl_bytes_sub(r->text, from, r->at - from));
    pl_buf_add(&r->value, scalar);
    return scalar.n > 0 || fail(r, "no value");
}

/* { a = 1, b = 2 } as entries of their own. */
static bool take_inline(struct reader *r)
{
    if (!go_down(r))
        return false;
    r->at++;
    for (;;) {
        skip_lines(r);
        if (byte_at(r, r->at) == '}')
            break;
        if (!take_pair(r))
            return false;
        skip_lines(r);
        if (byte_at(r, r->at) == ',')
            r->at++;
        else if (byte_at(r, r->at) != '}')
            return fail(r, "a table that does not end");
    }
    r->at++;
    r->depth--;
    return true;
}

/* key = value, below the path that is open, which is left as it was. */
static bool take_pair(struct reader *r)
{
    size_t from = r->at;
    size_t n = r->path.n;
    bool is_good = take_key(r);
    if (is_good && byte_at(r, r->at) != '=')
        is_good = fail(r, "no value");
    if (is_good) {
        r->at++;
        skip_blanks(r);
        pl_buf_clear(&r->value);
        is_good = byte_at(r, r->at) == '{' ? take_inline(r) : take_value(r) && add_entry(r, from, false);
    }
    r->path.n = n;
    return is_good;
}

/* [a.b] or [[a.b]] */
static bool take_header(struct reader *r)
{
    size_t from = r->at;
    size_t width = byte_at(r, r->at + 1) == '[' ? 2 : 1;
    r->at += width;
    pl_buf_clear(&r->path);
    pl_buf_clear(&r->value);
    if (!take_key(r))
        return false;
    for (size_t i = 0; i < width; i++, r->at++)
        if (byte_at(r, r->at) != ']')
            return fail(r, "a header that does not end");
    return add_entry(r, from, true);
}

pl_status pl_toml_read(pl_bytes text, struct pl_arena *arena, struct pl_toml *out, struct pl_err *err)
{
    struct reader r = {.text = text, .arena = arena, .out = out, .st = PL_OK, .err = err};
    bool is_good = true;
    *out = (struct pl_toml){0};
    pl_buf_init(&r.path, MAX_PATH);
    pl_buf_init(&r.value, text.n + 16);
    for (skip_lines(&r); r.at < text.n && is_good && r.st == PL_OK; skip_lines(&r))
        is_good = text.p[r.at] == '[' ? take_header(&r) : take_pair(&r);
    if (r.st == PL_OK && (r.path.why != PL_OK || r.value.why != PL_OK))
        r.st = pl_buf_done(r.path.why != PL_OK ? &r.path : &r.value, err);
    pl_buf_reset(&r.path);
    pl_buf_reset(&r.value);
    if (r.st != PL_OK)
        pl_toml_reset(out);
    return r.st;
}

void pl_toml_reset(struct pl_toml *t)
{
    PL_VEC_FREE(&t->list);
}

const struct pl_toml_entry *pl_toml_find(const struct pl_toml *t, pl_bytes path)
{
    for (size_t i = 0; i < t->list.n; i++)
        if (!t->list.v[i].is_header && pl_bytes_eq(t->list.v[i].path, path))
            return &t->list.v[i];
    return NULL;
}
