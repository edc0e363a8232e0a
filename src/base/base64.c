/*
 * base64.c - decoding base64 strictly: one text has one meaning (RFC 4648 sections 3.5 and 4).
 */
#include "base/base64.h"

int pl_base64_value(uint8_t c)
{
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 26;
    if (c >= '0' && c <= '9')
        return c - '0' + 52;
    return c == '+' ? 62 : c == '/' ? 63 : -1;
}

bool pl_base64_decode(pl_bytes text, struct pl_buf *out)
{
    size_t n = text.n;
    if (n % 4 != 0)
        return false;
    while (n > 0 && text.n - n < 2 && text.p[n - 1] == '=')
        n--;
    uint32_t bits = 0;
    unsigned n_bits = 0;
    for (size_t i = 0; i < n; i++) {
        int v = pl_base64_value(text.p[i]);
        if (v < 0)
            return false;
        bits = (bits << 6 | (uint32_t)v) & 0xffffffu;
        n_bits += 6;
        if (n_bits >= 8) {
            n_bits -= 8;
            pl_buf_add_byte(out, (uint8_t)(bits >> n_bits));
        }
    }
    return n_bits < 6 && (bits & ((1u << n_bits) - 1)) == 0;
}
