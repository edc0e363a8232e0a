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

void pl_quote(struct pl_buf *out, pl_bytes text)
{
    while (text.n > 0) {
        uint32_t c = 0;
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
