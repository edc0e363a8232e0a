/*
 * bytes.c - borrowed bytes with a length.
 */
#include "base/bytes.h"

#include <string.h>

#define MANY_BYTES  4096u
#define BYTES_A_HIT 64u /* a byte that stands more often is not rare */

bool pl_bytes_is_one_of(pl_bytes a, const char *const *words, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if ((a.n == 0 || a.p[0] == (uint8_t)words[i][0]) && pl_bytes_eq_str(a, words[i]))
            return true;
    return false;
}

bool pl_bytes_has_one_of(pl_bytes a, const char *const *words, size_t n)
{
    uint64_t first = 0; /* bytes that a word begins with, by their lowest 6 bits */
    for (size_t k = 0; k < n; k++)
        first |= 1ull << ((uint8_t)words[k][0] & 63);
    for (size_t i = 0; i < a.n; i++) {
        if ((first >> (a.p[i] & 63) & 1) == 0)
            continue;
        for (size_t k = 0; k < n; k++)
            if (a.p[i] == (uint8_t)words[k][0] &&
                pl_bytes_starts(pl_bytes_from(a, i), pl_bytes_of_str(words[k])))
                return true;
    }
    return false;
}

size_t pl_bytes_common_start(pl_bytes a, pl_bytes b)
{
    size_t n = 0;
    while (n < a.n && n < b.n && a.p[n] == b.p[n])
        n++;
    return n;
}

size_t pl_bytes_common_end(pl_bytes a, pl_bytes b)
{
    size_t n = 0;
    while (n < a.n && n < b.n && a.p[a.n - 1 - n] == b.p[b.n - 1 - n])
        n++;
    return n;
}

int pl_bytes_cmp(pl_bytes a, pl_bytes b)
{
    size_t n = a.n < b.n ? a.n : b.n;
    int order = n == 0 ? 0 : memcmp(a.p, b.p, n);
    if (order != 0)
        return order;
    return a.n < b.n ? -1 : a.n > b.n;
}

/*
 * How often a byte stands in text and in code for x86, roughly: the less, the better it is to look for. Measured on libavcodec and its source; what it says
 * changes the time alone.
 */
static unsigned commonness(uint8_t b)
{
    static const char rare[] = "QZXJKjqz~^@`?YW$|VHU}{!\\%&#+;:<>[]'7968w5kx";
    if (b >= 0x80)
        return 1;
    if (b < 0x20 || b == 0x7f)
        return 3;
    return memchr(rare, b, sizeof rare - 1) != NULL ? 0 : memchr(" etaoinsrl0_dc", b, 14) != NULL ? 3 : 2;
}

/*
 * By the rarest byte of the needle, which memchr() finds at 10 GB/s; where that one is not rare at all, memmem() goes on, whose time is linear
 * whatever the bytes are.
 */
static const uint8_t *find_rare(pl_bytes hay, pl_bytes needle)
{
    size_t rarest = 0;
    for (size_t i = 1; i < needle.n; i++)
        if (commonness(needle.p[i]) < commonness(needle.p[rarest]))
            rarest = i;
    const uint8_t *end = hay.p + (hay.n - needle.n + 1);
    const uint8_t *at = hay.p;
    for (size_t hits = 0; at < end; hits++) {
        const uint8_t *hit = memchr(at + rarest, needle.p[rarest], (size_t)(end - at));
        if (hit == NULL)
            return NULL;
        at = hit - rarest;
        if (hits * BYTES_A_HIT > (size_t)(at - hay.p) + MANY_BYTES)
            return memmem(at, (size_t)(end - at) + needle.n - 1, needle.p, needle.n);
        if (memcmp(at, needle.p, needle.n) == 0)
            return at;
        at++;
    }
    return NULL;
}

size_t pl_bytes_find(pl_bytes hay, pl_bytes needle, size_t from)
{
    if (from > hay.n || needle.n > hay.n - from)
        return SIZE_MAX;
    if (needle.n == 0)
        return from;
    bool is_long = hay.n - from > MANY_BYTES && needle.n >= 4;
    const uint8_t *hit = is_long ? find_rare(pl_bytes_from(hay, from), needle)
                                 : memmem(hay.p + from, hay.n - from, needle.p, needle.n);
    return hit == NULL ? SIZE_MAX : (size_t)(hit - hay.p);
}

size_t pl_bytes_find_byte(pl_bytes hay, uint8_t byte, size_t from)
{
    if (from >= hay.n)
        return SIZE_MAX;
    const uint8_t *hit = memchr(hay.p + from, byte, hay.n - from);
    return hit == NULL ? SIZE_MAX : (size_t)(hit - hay.p);
}

size_t pl_bytes_rfind_byte(pl_bytes hay, uint8_t byte)
{
    for (size_t i = hay.n; i > 0; i--)
        if (hay.p[i - 1] == byte)
            return i - 1;
    return SIZE_MAX;
}

bool pl_bytes_skip(pl_bytes *rest, pl_bytes text)
{
    if (!pl_bytes_starts(*rest, text))
        return false;
    *rest = pl_bytes_from(*rest, text.n);
    return true;
}

pl_bytes pl_bytes_trim(pl_bytes a)
{
    size_t first = 0;
    size_t end = a.n;
    while (first < end && pl_is_space(a.p[first]))
        first++;
    while (end > first && pl_is_space(a.p[end - 1]))
        end--;
    return pl_bytes_sub(a, first, end - first);
}

bool pl_bytes_word(pl_bytes *rest, pl_bytes *word)
{
    pl_bytes text = pl_bytes_trim(*rest);
    size_t n = 0;
    while (n < text.n && !pl_is_space(text.p[n]))
        n++;
    *word = pl_bytes_sub(text, 0, n);
    *rest = pl_bytes_from(text, n);
    return n > 0;
}

bool pl_bytes_split(pl_bytes *rest, uint8_t sep, pl_bytes *part)
{
    if (rest->n == 0)
        return false;
    size_t at = pl_bytes_find_byte(*rest, sep, 0);
    *part = pl_bytes_sub(*rest, 0, at == SIZE_MAX ? rest->n : at);
    *rest = pl_bytes_from(*rest, at == SIZE_MAX ? rest->n : at + 1);
    return true;
}

bool pl_bytes_line(pl_bytes *rest, pl_bytes *line)
{
    return pl_bytes_split(rest, '\n', line);
}

bool pl_bytes_to_u64(pl_bytes a, uint64_t *out)
{
    uint64_t value = 0;
    if (a.n == 0)
        return false;
    for (size_t i = 0; i < a.n; i++) {
        if (a.p[i] < '0' || a.p[i] > '9')
            return false;
        unsigned digit = (unsigned)(a.p[i] - '0');
        if (value > (UINT64_MAX - digit) / 10)
            return false;
        value = value * 10 + digit;
    }
    *out = value;
    return true;
}

pl_bytes pl_bytes_basename(pl_bytes path)
{
    size_t slash = pl_bytes_rfind_byte(path, '/');
    return slash == SIZE_MAX ? path : pl_bytes_from(path, slash + 1);
}

pl_bytes pl_bytes_folder(pl_bytes path)
{
    size_t slash = pl_bytes_rfind_byte(path, '/');
    return pl_bytes_sub(path, 0, slash == SIZE_MAX ? 0 : slash);
}

bool pl_bytes_all(pl_bytes a, uint8_t byte)
{
    return a.n == 0 || (a.p[0] == byte && memcmp(a.p, a.p + 1, a.n - 1) == 0);
}

/* A multiply-and-fold hash in the manner of wyhash (Wang Yi, 2019): 8 bytes a step. */
static uint64_t fold(uint64_t a, uint64_t b)
{
    __uint128_t product = (__uint128_t)a * b;
    return (uint64_t)product ^ (uint64_t)(product >> 64);
}

/* The last a.n % 8 bytes, the first of them lowest: without a call, and from bytes that are there. */
static uint64_t tail_of(pl_bytes a)
{
    size_t n = a.n % 8;
    uint64_t tail = 0;
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    uint32_t ends[2];
    if (n == 0)
        return 0;
    if (a.n >= 8) {
        memcpy(&tail, a.p + a.n - 8, 8);
        return tail >> (64 - 8 * n);
    }
    if (n >= 4) {
        memcpy(&ends[0], a.p, 4);
        memcpy(&ends[1], a.p + n - 4, 4);
        return ends[0] | (uint64_t)ends[1] << (8 * (n - 4));
    }
    tail = a.p[0] | (uint64_t)a.p[n / 2] << (8 * (n / 2)) | (uint64_t)a.p[n - 1] << (8 * (n - 1));
#else
    if (n > 0)
        memcpy(&tail, a.p + a.n - n, n);
#endif
    return tail;
}

uint64_t pl_bytes_hash(pl_bytes a, uint64_t seed)
{
    const uint64_t k0 = 0xa0761d6478bd642fULL;
    const uint64_t k1 = 0xe7037ed1a0b428dbULL;
    uint64_t h = seed ^ k0;
    size_t i = 0;
    for (; i + 8 <= a.n; i += 8) {
        uint64_t word;
        memcpy(&word, a.p + i, 8);
        h = fold(h ^ word, k1);
    }
    return fold(h ^ tail_of(a) ^ k1, k0 ^ a.n);
}

void pl_bytes_lower(pl_bytes in, uint8_t *out)
{
    for (size_t i = 0; i < in.n; i++)
        out[i] = in.p[i] >= 'A' && in.p[i] <= 'Z' ? (uint8_t)(in.p[i] | 0x20) : in.p[i];
}
