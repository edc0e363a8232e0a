/*
 * java_text.c - what a string of Java is worth, in the bytes that a class file has for it.
 *
 * A class file holds UTF-16 units, each as one to three bytes: a character beyond the first plane is two surrogates of three bytes, and
 * NUL is c0 80.
 *
 * Source: JLS 3.3 (\u), 3.10.6 (text blocks), 3.10.7 (escapes); JVMS 4.4.7 (modified UTF-8).
 */
#include "feature/java_source.h"

static void add_unit(struct pl_buf *out, uint32_t unit)
{
    if (unit >= 1 && unit <= 0x7f) {
        pl_buf_add_byte(out, (uint8_t)unit);
    } else if (unit <= 0x7ff) {
        pl_buf_add_byte(out, (uint8_t)(0xc0 | unit >> 6));
        pl_buf_add_byte(out, (uint8_t)(0x80 | (unit & 0x3f)));
    } else {
        pl_buf_add_byte(out, (uint8_t)(0xe0 | unit >> 12));
        pl_buf_add_byte(out, (uint8_t)(0x80 | (unit >> 6 & 0x3f)));
        pl_buf_add_byte(out, (uint8_t)(0x80 | (unit & 0x3f)));
    }
}

/* One character of the text as it stands, at *at. */
static void add_raw(pl_bytes body, size_t *at, bool is_latin1, struct pl_buf *out)
{
    uint8_t b = body.p[*at];
    if (is_latin1 || b < 0x80) {
        add_unit(out, b);
        ++*at;
        return;
    }
    size_t n = b < 0xe0 ? 2 : b < 0xf0 ? 3 : 4;
    if (n < 4) {
        pl_buf_add(out, pl_bytes_sub(body, *at, n));
    } else {
        uint32_t c = b & 7;
        for (size_t i = 1; i < 4; i++)
            c = c << 6 | (*at + i < body.n ? body.p[*at + i] & 0x3fu : 0);
        c = c < 0x10000 ? 0x10000 : c;
        add_unit(out, 0xd800 + ((c - 0x10000) >> 10 & 0x3ff));
        add_unit(out, 0xdc00 + (c & 0x3ff));
    }
    *at += n;
}

/* The escape whose letter stands at *at. */
static void add_escape(pl_bytes body, size_t *at, struct pl_buf *out)
{
    static const char letters[] = "btnfrs";
    static const uint8_t values[] = {8, 9, 10, 12, 13, 32};
    uint8_t b = body.p[*at];
    if (b == 'u') {
        uint32_t unit = 0;
        while (*at < body.n && body.p[*at] == 'u')
            ++*at;
        for (unsigned i = 0; i < 4 && *at < body.n && pl_hex_value(body.p[*at]) >= 0; i++)
            unit = unit << 4 | (uint32_t)pl_hex_value(body.p[(*at)++]);
        add_unit(out, unit);
        return;
    }
    if (b >= '0' && b <= '7') {
        uint32_t value = 0;
        for (unsigned i = 0; i < (b <= '3' ? 3u : 2u) && *at < body.n; i++, ++*at) {
            uint8_t digit = body.p[*at];
            if (digit < '0' || digit > '7')
                break;
            value = value * 8 + (digit - '0');
        }
        add_unit(out, value);
        return;
    }
    ++*at;
    if (b == '\n') /* of a text block: the line goes on */
        return;
    for (size_t i = 0; letters[i] != '\0'; i++)
        if (b == (uint8_t)letters[i])
            b = values[i];
    add_unit(out, b);
}

static size_t line_length(pl_bytes body, size_t at)
{
    size_t end = pl_bytes_find_byte(body, '\n', at);
    return (end == SIZE_MAX ? body.n : end) - at;
}

static size_t blanks_at(pl_bytes line)
{
    size_t n = 0;
    while (n < line.n && (line.p[n] == ' ' || line.p[n] == '\t' || line.p[n] == '\f' || line.p[n] == '\r'))
        n++;
    return n;
}

/* Blanks that all lines of a block begin with; the last line counts also when it is blank. */
static size_t indentation(pl_bytes body)
{
    size_t least = SIZE_MAX;
    for (size_t at = 0; at <= body.n;) {
        size_t n = line_length(body, at);
        pl_bytes line = pl_bytes_sub(body, at, n);
        size_t blanks = blanks_at(line);
        bool is_last = at + n >= body.n;
        if ((blanks < n || is_last) && blanks < least)
            least = blanks;
        at += n + 1;
    }
    return least;
}

static void add_line(pl_bytes line, bool is_latin1, struct pl_buf *out)
{
    for (size_t at = 0; at < line.n;) {
        bool is_escape = line.p[at] == '\\' && at + 1 < line.n;
        if (is_escape && ++at > 0)
            add_escape(line, &at, out);
        else
            add_raw(line, &at, is_latin1, out);
    }
}

void pl_java_decode(pl_bytes body, bool is_block, bool is_latin1, struct pl_buf *out)
{
    if (!is_block) {
        add_line(body, is_latin1, out);
        return;
    }
    body = pl_bytes_from(body, line_length(body, 0) + 1);
    size_t indented = indentation(body);
    for (size_t at = 0; at <= body.n;) {
        size_t n = line_length(body, at);
        pl_bytes line = pl_bytes_from(pl_bytes_sub(body, at, n), indented < n ? indented : n);
        while (line.n > 0 && blanks_at(pl_bytes_from(line, line.n - 1)) == 1)
            line.n--;
        bool goes_on =
            line.n > 0 && line.p[line.n - 1] == '\\' && !(line.n > 1 && line.p[line.n - 2] == '\\');
        if (goes_on)
            line.n--;
        add_line(line, is_latin1, out);
        at += n + 1;
        if (!goes_on && at <= body.n)
            add_unit(out, '\n');
    }
}

bool pl_java_is_utf8(pl_bytes text)
{
    for (size_t i = 0; i < text.n;) {
        uint8_t b = text.p[i++];
        unsigned more = b < 0x80                ? 0
                        : b >= 0xc2 && b < 0xe0 ? 1
                        : b >= 0xe0 && b < 0xf0 ? 2
                        : b >= 0xf0 && b < 0xf5 ? 3
                                                : 9;
        if (more == 9 || more > text.n - i)
            return false;
        for (; more > 0; more--)
            if ((text.p[i++] & 0xc0) != 0x80)
                return false;
    }
    return true;
}

uint64_t pl_java_first_unit(pl_bytes text)
{
    uint8_t b = text.n > 0 ? text.p[0] : 0;
    if (b < 0x80)
        return b;
    if (b < 0xe0)
        return text.n > 1 ? (b & 0x1fu) << 6 | (text.p[1] & 0x3fu) : 0;
    return text.n > 2 ? (b & 0xfu) << 12 | (text.p[1] & 0x3fu) << 6 | (text.p[2] & 0x3fu) : 0;
}
