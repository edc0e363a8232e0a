/*
 * base64.c - base64, read strictly: one text has one meaning (RFC 4648 sections 3.5, 4 and 5).
 *
 * Envelopes hold megabytes of it, so that four characters are looked up and put together at a time.
 */
#include "base/base64.h"

#include <string.h>

#define BAD 0xffu

/* Both alphabets in one table: 62 is '+' or '-', 63 is '/' or '_'. */
static const uint8_t values[256] = {
    BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD,
    BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD,
    BAD, BAD, BAD, 62,  BAD, 62,  BAD, 63,  52,  53,  54,  55,  56,  57,  58,  59,  60,  61,  BAD, BAD,
    BAD, BAD, BAD, BAD, BAD, 0,   1,   2,   3,   4,   5,   6,   7,   8,   9,   10,  11,  12,  13,  14,
    15,  16,  17,  18,  19,  20,  21,  22,  23,  24,  25,  BAD, BAD, BAD, BAD, 63,  BAD, 26,  27,  28,
    29,  30,  31,  32,  33,  34,  35,  36,  37,  38,  39,  40,  41,  42,  43,  44,  45,  46,  47,  48,
    49,  50,  51,  BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD,
    BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD,
    BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD,
    BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD,
    BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD,
    BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD,
    BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD};

int pl_base64_value(uint8_t c)
{
    return values[c] == BAD || c == '-' || c == '_' ? -1 : values[c];
}

static size_t padding(pl_bytes text)
{
    size_t n = 0;
    while (n < 2 && n < text.n && text.p[text.n - 1 - n] == '=')
        n++;
    return n;
}

size_t pl_base64_decoded_bytes(pl_bytes text)
{
    return text.n / 4 * 3 - (text.n >= 4 ? padding(text) : 0);
}

static bool has_any(pl_bytes text, uint8_t a, uint8_t b)
{
    return pl_bytes_find_byte(text, a, 0) != SIZE_MAX || pl_bytes_find_byte(text, b, 0) != SIZE_MAX;
}

/* The last one, two or three characters of a text with padding. */
static bool decode_tail(const uint8_t *p, size_t n_chars, uint8_t *to)
{
    uint32_t bits = 0;
    uint32_t bad = 0;
    for (size_t i = 0; i < n_chars; i++) {
        bad |= values[p[i]];
        bits = bits << 6 | (values[p[i]] & 0x3fu);
    }
    if ((bad & 0x80u) != 0 || n_chars < 2)
        return false;
    bits <<= 6 * (4 - n_chars);
    to[0] = (uint8_t)(bits >> 16);
    if (n_chars == 3)
        to[1] = (uint8_t)(bits >> 8);
    return (bits & (n_chars == 3 ? 0xffu : 0xffffu)) == 0;
}

static bool decode(pl_bytes text, struct pl_buf *out)
{
    size_t pad = padding(text);
    if (text.n % 4 != 0)
        return false;
    if (text.n == 0)
        return true;
    size_t before = out->n;
    uint8_t *to = pl_buf_grow(out, pl_base64_decoded_bytes(text));
    if (to == NULL)
        return true; /* the failure sticks in the buffer, and the text itself may be good */
    const uint8_t *p = text.p;
    uint32_t bad = 0;
    for (size_t left = (text.n - pad) / 4; left > 0; left--, p += 4, to += 3) {
        uint32_t a = values[p[0]];
        uint32_t b = values[p[1]];
        uint32_t c = values[p[2]];
        uint32_t d = values[p[3]];
        uint32_t bits = a << 18 | b << 12 | c << 6 | d;
        bad |= a | b | c | d;
        to[0] = (uint8_t)(bits >> 16);
        to[1] = (uint8_t)(bits >> 8);
        to[2] = (uint8_t)bits;
    }
    bool is_good = (bad & 0x80u) == 0 && (pad == 0 || decode_tail(p, 4 - pad, to));
    if (!is_good)
        out->n = before;
    return is_good;
}

bool pl_base64_decode(pl_bytes text, struct pl_buf *out)
{
    return !has_any(text, '-', '_') && decode(text, out);
}

bool pl_base64_decode_any(pl_bytes text, struct pl_buf *out)
{
    return !(has_any(text, '-', '_') && has_any(text, '+', '/')) && decode(text, out);
}

void pl_base64_encode(pl_bytes data, struct pl_buf *out)
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    uint8_t *to = data.n / 3 > SIZE_MAX / 8 ? NULL : pl_buf_grow(out, (data.n + 2) / 3 * 4);
    for (size_t i = 0; to != NULL && i < data.n; i += 3, to += 4) {
        size_t left = data.n - i;
        uint32_t bits = (uint32_t)data.p[i] << 16;
        bits |= left > 1 ? (uint32_t)data.p[i + 1] << 8 : 0;
        bits |= left > 2 ? data.p[i + 2] : 0;
        to[0] = (uint8_t)letters[bits >> 18];
        to[1] = (uint8_t)letters[bits >> 12 & 63];
        to[2] = left > 1 ? (uint8_t)letters[bits >> 6 & 63] : '=';
        to[3] = left > 2 ? (uint8_t)letters[bits & 63] : '=';
    }
}
