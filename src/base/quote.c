/*
 * quote.c - quoting of hostile text.
 */
#include "base/quote.h"

#include <stdio.h>

size_t pl_utf8_next(pl_bytes text, uint32_t *code_point)
{
    if (text.n == 0)
        return 0;
    uint8_t lead = text.p[0];
    if (lead < 0x80) {
        *code_point = lead;
        return 1;
    }
    size_t n = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
    if (lead < 0xc2 || lead > 0xf4 || n > text.n)
        return 0;
    uint32_t value = lead & (0xffu >> (n + 1));
    for (size_t i = 1; i < n; i++) {
        if ((text.p[i] & 0xc0) != 0x80)
            return 0;
        value = value << 6 | (text.p[i] & 0x3fu);
    }
    bool is_overlong = (n == 3 && value < 0x800) || (n == 4 && value < 0x10000);
    if (is_overlong || value > 0x10ffff || (value >= 0xd800 && value <= 0xdfff))
        return 0;
    *code_point = value;
    return n;
}

bool pl_is_unsafe_code_point(uint32_t c)
{
    static const struct {
        uint32_t first, last;
    } unsafe[] = {
        {0x00, 0x1f},     {0x7f, 0x9f},     {0xad, 0xad},       {0x34f, 0x34f},     {0x61c, 0x61c},
        {0x115f, 0x1160}, {0x17b4, 0x17b5}, {0x180b, 0x180f},   {0x200b, 0x200f},   {0x2028, 0x202e},
        {0x2060, 0x206f}, {0x3164, 0x3164}, {0xfe00, 0xfe0f},   {0xfeff, 0xfeff},   {0xffa0, 0xffa0},
        {0xfff0, 0xfffb}, {0xfffe, 0xffff}, {0x1bca0, 0x1bca3}, {0x1d173, 0x1d17a}, {0xe0000, 0xe0fff},
    };
    for (size_t i = 0; i < sizeof unsafe / sizeof unsafe[0]; i++)
        if (c >= unsafe[i].first && c <= unsafe[i].last)
            return true;
    return false;
}

static void quote_byte(struct pl_buf *out, uint8_t byte)
{
    switch (byte) {
    case '\n': pl_buf_add_str(out, "\\n"); break;
    case '\t': pl_buf_add_str(out, "\\t"); break;
    case '\r': pl_buf_add_str(out, "\\r"); break;
    case '\\': pl_buf_add_str(out, "\\\\"); break;
    default: pl_buf_printf(out, "\\x%02x", byte); break;
    }
}

/* Printable ASCII but the backslash, which stays as it is: nearly all of what is quoted. */
static size_t plain_run(pl_bytes text)
{
    size_t n = 0;
    while (n < text.n && text.p[n] >= 0x20 && text.p[n] < 0x7f && text.p[n] != '\\')
        n++;
    return n;
}

void pl_quote(struct pl_buf *out, pl_bytes text)
{
    while (text.n > 0) {
        uint32_t c = 0;
        size_t plain = plain_run(text);
        if (plain > 0) {
            pl_buf_add(out, pl_bytes_sub(text, 0, plain));
            text = pl_bytes_from(text, plain);
            continue;
        }
        size_t n = pl_utf8_next(text, &c);
        if (n == 0) {
            quote_byte(out, text.p[0]);
            n = 1;
        } else if (n == 1 && (c < 0x20 || c == 0x7f || c == '\\')) {
            quote_byte(out, text.p[0]);
        } else if (pl_is_unsafe_code_point(c)) {
            pl_buf_printf(out, "\\u{%x}", c);
        } else {
            pl_buf_add(out, pl_bytes_sub(text, 0, n));
        }
        text = pl_bytes_from(text, n);
    }
}

void pl_quote_some(struct pl_buf *out, pl_bytes text, size_t max_bytes)
{
    size_t cut = max_bytes;
    if (text.n <= max_bytes) {
        pl_quote(out, text);
        return;
    }
    while (cut > 0 && max_bytes - cut < 3 && (text.p[cut] & 0xc0) == 0x80)
        cut--;
    pl_quote(out, pl_bytes_sub(text, 0, cut));
    pl_buf_add_str(out, "…");
}

/* What the escape at the front of `text`, behind its backslash, stands for; its length, or 0. */
static size_t unescape(struct pl_buf *out, pl_bytes text)
{
    static const char names[] = "\\ntr";
    static const char values[] = "\\\n\t\r";
    for (size_t i = 0; i < sizeof names - 1 && text.n > 0; i++)
        if (text.p[0] == (uint8_t)names[i]) {
            pl_buf_add_byte(out, (uint8_t)values[i]);
            return 1;
        }
    if (text.n >= 3 && text.p[0] == 'x' && pl_small_hex_value(text.p[1]) >= 0 &&
        pl_small_hex_value(text.p[2]) >= 0) {
        pl_buf_add_byte(out, (uint8_t)(pl_small_hex_value(text.p[1]) << 4 | pl_small_hex_value(text.p[2])));
        return 3;
    }
    if (text.n < 4 || text.p[0] != 'u' || text.p[1] != '{')
        return 0;
    uint32_t code = 0;
    size_t n = 2;
    while (n < text.n && n < 8 && pl_small_hex_value(text.p[n]) >= 0)
        code = code << 4 | (uint32_t)pl_small_hex_value(text.p[n++]);
    if (n == 2 || n >= text.n || text.p[n] != '}')
        return 0;
    pl_buf_add_utf8(out, code);
    return n + 1;
}

bool pl_unquote(struct pl_buf *out, pl_bytes quoted)
{
    size_t start = out->n;
    pl_bytes text = quoted;
    bool is_plain = true;
    while (text.n > 0) {
        size_t n = 1;
        is_plain = is_plain && text.p[0] >= 0x20 && text.p[0] < 0x7f && text.p[0] != '\\';
        if (text.p[0] != '\\')
            pl_buf_add_byte(out, text.p[0]);
        else if ((n = unescape(out, pl_bytes_from(text, 1))) == 0)
            return false;
        else
            n++;
        text = pl_bytes_from(text, n);
    }
    if (is_plain || out->why != PL_OK)
        return true;
    struct pl_buf again;
    pl_buf_init(&again, SIZE_MAX / 2);
    pl_quote(&again, pl_bytes_from(pl_buf_bytes(out), start));
    if (again.why != PL_OK)
        out->why = again.why;
    bool is_same = again.why != PL_OK || pl_bytes_eq(pl_buf_bytes(&again), quoted);
    pl_buf_reset(&again);
    return is_same;
}

void pl_add_thousands(struct pl_buf *out, uint64_t value)
{
    char digits[24];
    int n = snprintf(digits, sizeof digits, "%llu", (unsigned long long)value);
    for (int i = 0; i < n; i++) {
        if (i > 0 && (n - i) % 3 == 0)
            pl_buf_add_byte(out, ',');
        pl_buf_add_byte(out, (uint8_t)digits[i]);
    }
}

void pl_add_count(struct pl_buf *out, uint64_t n, const char *one, const char *many)
{
    pl_add_thousands(out, n);
    pl_buf_add_byte(out, ' ');
    pl_buf_add_str(out, n == 1 ? one : many);
}
