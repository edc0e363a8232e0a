/*
 * json_in.c - a strict pull reader for JSON (RFC 8259).
 *
 * Nothing is built: each call looks at the next token. Memory is taken for strings with escapes alone.
 */
#include "base/json_in.h"

#include "base/buf.h"
#include "base/digest.h"
#include "base/quote.h"

#include <stdarg.h>
#include <stdio.h>

void pl_json_in_init(struct pl_json_in *j, pl_bytes all, struct pl_arena *arena, size_t max_string_bytes,
                     const char *what)
{
    *j = (struct pl_json_in){.all = all, .arena = arena, .max_string_bytes = max_string_bytes, .what = what};
}

static uint64_t line_of(pl_bytes all, size_t at)
{
    uint64_t line = 1;
    for (size_t i = 0; i < at && i < all.n; i++)
        line += all.p[i] == '\n';
    return line;
}

bool pl_json_in_fail(struct pl_json_in *j, size_t at, pl_status st, const char *fmt, ...)
{
    char text[256];
    va_list args;
    if (j->why != PL_OK)
        return false;
    va_start(args, fmt);
    (void)vsnprintf(text, sizeof text, fmt, args); /* a longer message is cut */
    va_end(args);
    j->why = pl_fail(&j->err, st, at, "%s: line %llu, byte %zu: %s", j->what,
                     (unsigned long long)line_of(j->all, at), at, text);
    return false;
}

static bool fail_nomem(struct pl_json_in *j)
{
    if (j->why == PL_OK)
        j->why = pl_arena_fail(j->arena, &j->err);
    return false;
}

static void skip_blanks(struct pl_json_in *j)
{
    while (j->at < j->all.n) {
        uint8_t c = j->all.p[j->at];
        if (c != ' ' && c != '\n' && c != '\t' && c != '\r')
            break;
        j->at++;
    }
}

/* The byte at hand; 0 at the end, which no token begins with. */
static uint8_t look(const struct pl_json_in *j)
{
    return j->at < j->all.n ? j->all.p[j->at] : 0;
}

enum pl_json_kind pl_json_in_peek(struct pl_json_in *j)
{
    if (j->why != PL_OK)
        return PL_JSON_NOTHING;
    skip_blanks(j);
    j->value_at = j->at;
    switch (look(j)) {
    case '{': return PL_JSON_OBJECT;
    case '[': return PL_JSON_ARRAY;
    case '"': return PL_JSON_STRING;
    case 't':
    case 'f': return PL_JSON_BOOL;
    case 'n': return PL_JSON_NULL;
    case '-': return PL_JSON_NUMBER;
    default: return look(j) >= '0' && look(j) <= '9' ? PL_JSON_NUMBER : PL_JSON_NOTHING;
    }
}

static bool expect(struct pl_json_in *j, enum pl_json_kind kind, const char *name)
{
    if (pl_json_in_peek(j) == kind)
        return true;
    return pl_json_in_fail(j, j->at, PL_E_INPUT,
                           j->at < j->all.n ? "%s expected" : "the text ends where %s is expected", name);
}

static bool open_with(struct pl_json_in *j, enum pl_json_kind kind, const char *name)
{
    if (!expect(j, kind, name))
        return false;
    if (j->depth == PL_JSON_IN_MAX_DEPTH)
        return pl_json_in_fail(j, j->at, PL_E_LIMIT, "nested more than %d deep", PL_JSON_IN_MAX_DEPTH);
    j->has_item[j->depth++] = false;
    j->at++;
    return true;
}

bool pl_json_in_object(struct pl_json_in *j)
{
    return open_with(j, PL_JSON_OBJECT, "an object");
}

bool pl_json_in_array(struct pl_json_in *j)
{
    return open_with(j, PL_JSON_ARRAY, "an array");
}

/* Over the comma to the next member or item; false when `closing` ends it, or nothing does. */
static bool next(struct pl_json_in *j, uint8_t closing)
{
    if (j->why != PL_OK || j->depth == 0)
        return false;
    skip_blanks(j);
    if (look(j) == closing) {
        j->at++;
        j->depth--;
        return false;
    }
    if (j->has_item[j->depth - 1]) {
        if (look(j) != ',')
            return pl_json_in_fail(j, j->at, PL_E_INPUT, "',' or '%c' expected", closing);
        j->at++;
        skip_blanks(j);
    }
    j->has_item[j->depth - 1] = true;
    return true;
}

bool pl_json_in_item(struct pl_json_in *j)
{
    return next(j, ']');
}

bool pl_json_in_key(struct pl_json_in *j, pl_bytes *key)
{
    if (!next(j, '}') || !pl_json_in_string(j, key))
        return false;
    size_t at = j->value_at;
    skip_blanks(j);
    if (look(j) != ':')
        return pl_json_in_fail(j, j->at, PL_E_INPUT, "':' expected");
    j->at++;
    j->value_at = at;
    return true;
}

/* Four hex digits at `at`. */
static bool hex4(pl_bytes all, size_t at, uint32_t *out)
{
    uint8_t b[2];
    if (!pl_unhex(pl_bytes_sub(all, at, 4), b, sizeof b))
        return false;
    *out = (uint32_t)b[0] << 8 | b[1];
    return true;
}

/* The escape at j->at, behind the backslash. */
static bool escape(struct pl_json_in *j, struct pl_buf *out)
{
    static const char names[] = "\"\\/bfnrt";
    static const char values[] = "\"\\/\b\f\n\r\t";
    size_t at = j->at - 1;
    uint8_t c = look(j);
    uint32_t code;
    uint32_t low;
    for (size_t i = 0; i < sizeof names - 1; i++)
        if (c == (uint8_t)names[i]) {
            pl_buf_add_byte(out, (uint8_t)values[i]);
            j->at++;
            return true;
        }
    if (c != 'u' || !hex4(j->all, j->at + 1, &code))
        return pl_json_in_fail(j, at, PL_E_INPUT, "no such escape");
    j->at += 5;
    if (code >= 0xd800 && code <= 0xdbff && look(j) == '\\' && j->at + 1 < j->all.n &&
        j->all.p[j->at + 1] == 'u' && hex4(j->all, j->at + 2, &low) && low >= 0xdc00 && low <= 0xdfff) {
        code = 0x10000 + ((code - 0xd800) << 10 | (low - 0xdc00));
        j->at += 6;
    }
    if (code == 0 || (code >= 0xd800 && code <= 0xdfff))
        return pl_json_in_fail(j, at, PL_E_INPUT,
                               code == 0 ? "a NUL in a string" : "half of a surrogate pair");
    pl_buf_add_utf8(out, code);
    return true;
}

/* A string from its first escape on. */
static bool string_with_escapes(struct pl_json_in *j, size_t begin, pl_bytes *out)
{
    struct pl_buf b;
    pl_buf_init(&b, j->max_string_bytes);
    pl_buf_add(&b, pl_bytes_sub(j->all, begin, j->at - begin));
    bool is_good = true;
    while (is_good && look(j) != '"') {
        uint8_t c = look(j);
        uint32_t code;
        size_t n = pl_utf8_next(pl_bytes_from(j->all, j->at), &code);
        if (n == 0 || c < 0x20) {
            is_good = pl_json_in_fail(j, j->at, PL_E_INPUT,
                                      "a string is not UTF-8, holds a control character or does not end");
        } else if (c == '\\') {
            j->at++;
            is_good = escape(j, &b);
        } else {
            pl_buf_add(&b, pl_bytes_sub(j->all, j->at, n));
            j->at += n;
        }
        if (is_good && b.why == PL_E_LIMIT)
            is_good =
                pl_json_in_fail(j, begin, PL_E_LIMIT, "a string of more than %zu bytes", j->max_string_bytes);
    }
    j->at++;
    if (is_good) {
        *out = b.why == PL_OK ? pl_arena_keep(j->arena, pl_buf_bytes(&b)) : (pl_bytes){NULL, 0};
        is_good = out->p != NULL || fail_nomem(j);
    }
    pl_buf_reset(&b);
    return is_good;
}

bool pl_json_in_string(struct pl_json_in *j, pl_bytes *out)
{
    *out = (pl_bytes){NULL, 0};
    if (!expect(j, PL_JSON_STRING, "a string"))
        return false;
    size_t begin = ++j->at;
    while (j->at < j->all.n) {
        uint8_t c = j->all.p[j->at];
        if (c == '"' || c == '\\' || c < 0x20)
            break;
        uint32_t code;
        size_t n = c < 0x80 ? 1 : pl_utf8_next(pl_bytes_from(j->all, j->at), &code);
        if (n == 0)
            break;
        j->at += n;
    }
    if (j->at - begin > j->max_string_bytes)
        return pl_json_in_fail(j, begin, PL_E_LIMIT, "a string of more than %zu bytes", j->max_string_bytes);
    if (look(j) != '"')
        return string_with_escapes(j, begin, out);
    *out = pl_bytes_sub(j->all, begin, j->at - begin);
    j->at++;
    return true;
}

bool pl_json_in_u64(struct pl_json_in *j, uint64_t *out)
{
    *out = 0;
    if (!expect(j, PL_JSON_NUMBER, "a number"))
        return false;
    size_t begin = j->at;
    while (look(j) >= '0' && look(j) <= '9')
        j->at++;
    pl_bytes digits = pl_bytes_sub(j->all, begin, j->at - begin);
    uint8_t c = look(j);
    if (digits.n == 0 || (digits.n > 1 && digits.p[0] == '0') || c == '.' || (c | 0x20) == 'e' ||
        !pl_bytes_to_u64(digits, out)) {
        *out = 0;
        return pl_json_in_fail(j, begin, PL_E_INPUT, "a whole number from 0 to 2^64 - 1 expected");
    }
    return true;
}

static bool word(struct pl_json_in *j, const char *name)
{
    pl_bytes expected = pl_bytes_of_str(name);
    if (!pl_bytes_starts(pl_bytes_from(j->all, j->at), expected))
        return pl_json_in_fail(j, j->at, PL_E_INPUT, "no such word");
    j->at += expected.n;
    return true;
}

bool pl_json_in_bool(struct pl_json_in *j, bool *out)
{
    *out = false;
    if (!expect(j, PL_JSON_BOOL, "true or false"))
        return false;
    bool is_true = look(j) == 't';
    if (!word(j, is_true ? "true" : "false"))
        return false;
    *out = is_true;
    return true;
}

bool pl_json_in_is_null(struct pl_json_in *j)
{
    return pl_json_in_peek(j) == PL_JSON_NULL && word(j, "null");
}

/* One number of any kind: -1.5e+3. */
static bool skip_number(struct pl_json_in *j)
{
    size_t begin = j->at;
    j->at += look(j) == '-';
    size_t digits = j->at;
    while (look(j) >= '0' && look(j) <= '9')
        j->at++;
    bool is_good = j->at > digits && (j->at == digits + 1 || j->all.p[digits] != '0');
    for (int part = 0; part < 2 && is_good; part++) {
        if (part == 0 ? look(j) != '.' : (look(j) | 0x20) != 'e')
            continue;
        j->at++;
        if (part == 1)
            j->at += look(j) == '-' || look(j) == '+';
        digits = j->at;
        while (look(j) >= '0' && look(j) <= '9')
            j->at++;
        is_good = j->at > digits;
    }
    return is_good || pl_json_in_fail(j, begin, PL_E_INPUT, "no number");
}

static bool skip_plain(struct pl_json_in *j)
{
    pl_bytes text;
    bool is_true;
    switch (pl_json_in_peek(j)) {
    case PL_JSON_STRING: return pl_json_in_string(j, &text);
    case PL_JSON_NUMBER: return skip_number(j);
    case PL_JSON_BOOL: return pl_json_in_bool(j, &is_true);
    case PL_JSON_NULL: return pl_json_in_is_null(j);
    default: return pl_json_in_fail(j, j->at, PL_E_INPUT, "a value expected");
    }
}

bool pl_json_in_skip(struct pl_json_in *j)
{
    bool is_array[PL_JSON_IN_MAX_DEPTH + 1] = {false};
    int floor = j->depth;
    pl_bytes key;
    do {
        enum pl_json_kind kind = pl_json_in_peek(j);
        if (kind == PL_JSON_OBJECT || kind == PL_JSON_ARRAY) {
            if (!open_with(j, kind, "a value"))
                return false;
            is_array[j->depth] = kind == PL_JSON_ARRAY;
        } else if (!skip_plain(j)) {
            return false;
        }
        while (j->depth > floor && !(is_array[j->depth] ? pl_json_in_item(j) : pl_json_in_key(j, &key)))
            if (j->why != PL_OK)
                return false;
    } while (j->depth > floor);
    return j->why == PL_OK;
}

pl_status pl_json_in_done(struct pl_json_in *j, struct pl_err *err)
{
    if (j->why == PL_OK) {
        skip_blanks(j);
        if (j->depth > 0 || j->at < j->all.n)
            (void)pl_json_in_fail(j, j->at, PL_E_INPUT, "something follows the end"); /* told below */
    }
    if (err != NULL && j->why != PL_OK)
        *err = j->err;
    return j->why;
}
