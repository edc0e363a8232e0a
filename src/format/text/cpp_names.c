/*
 * cpp_names.c - enough of the Itanium C++ ABI's mangling to find the identifiers.
 *
 * An identifier is its length in decimal and its bytes. The only work is to tell such lengths from the other numbers of the grammar:
 *
 *     S3_ T1_ fp0_ A10_ Dv4_     a number or base-36 digits, then '_'
 *     C1 D0                      constructors and destructors
 *     Li42E LN1aE3E              literals: digits, then 'E'
 *     _0 __12_                   discriminators
 *     h16_ v0_n24_               offsets of thunks
 *
 * Source: Itanium C++ ABI, 5.1. Everything else is a letter that is passed over: this is no proof that the name is well formed.
 */
#include "format/text/cpp_names.h"

#include <string.h>

#define MAX_NAME_BYTES 16384u
#define SEQUENCE_DIGITS                                                                                      \
    8u /* a name of MAX_NAME_BYTES has no more than four: without an end each S of a text of S looks at all others */

static uint8_t byte_at(pl_bytes b, size_t at)
{
    return at < b.n ? b.p[at] : 0;
}

/* Behind [0-9A-Z]{0,8}_ at `at`; `at` itself when that is not there. */
static size_t skip_sequence(pl_bytes b, size_t at)
{
    size_t end = at;
    while (end - at < SEQUENCE_DIGITS &&
           (pl_is_digit(byte_at(b, end)) || (byte_at(b, end) >= 'A' && byte_at(b, end) <= 'Z')))
        end++;
    return byte_at(b, end) == '_' ? end + 1 : at;
}

/* Behind n?[0-9]*_ at `at`, or `at`. */
static size_t skip_number_underscore(pl_bytes b, size_t at)
{
    size_t end = at + (byte_at(b, at) == 'n');
    while (pl_is_digit(byte_at(b, end)))
        end++;
    return byte_at(b, end) == '_' ? end + 1 : at;
}

/* Behind one of the numbers above that is no length; `at` when none stands there. */
static size_t skip_number(pl_bytes b, size_t at)
{
    uint8_t first = byte_at(b, at);
    uint8_t second = byte_at(b, at + 1);
    size_t end;
    if ((first == 'S' || first == 'T') && (end = skip_sequence(b, at + 1)) > at + 1)
        return end;
    if (first == 'f' && (second == 'p' || second == 'L') &&
        (end = skip_number_underscore(b, at + 2)) > at + 2)
        return end;
    if (first == 'A' && (end = skip_number_underscore(b, at + 1)) > at + 1)
        return end;
    if (first == 'D' && second == 'v' && (end = skip_number_underscore(b, at + 2)) > at + 2)
        return end;
    if ((first == 'C' || first == 'D') && second >= '0' && second <= '5')
        return at + 2;
    if ((first == 'h' || first == 'v') && at > 0 && (end = skip_number_underscore(b, at + 1)) > at + 1)
        return first == 'v' ? skip_number_underscore(b, end) : end;
    if (first == 'L' && second >= 'a' && second <= 'z') {
        end = at + 2 + (byte_at(b, at + 2) == 'n');
        while (pl_is_digit(byte_at(b, end)) || (byte_at(b, end) >= 'a' && byte_at(b, end) <= 'f'))
            end++;
        return byte_at(b, end) == 'E' ? end + 1 : at;
    }
    if (first == '_') {
        end = at + 1 + (second == '_');
        while (pl_is_digit(byte_at(b, end)))
            end++;
        return end;
    }
    return at;
}

/* The identifier whose length stands at `at`; false when it does not fit. */
static bool read_identifier(pl_bytes b, size_t at, pl_bytes *out)
{
    size_t length = 0;
    while (pl_is_digit(byte_at(b, at)) && length <= MAX_NAME_BYTES)
        length = length * 10 + (size_t)(b.p[at++] - '0');
    *out = pl_bytes_sub(b, at, length);
    return length > 0 && out->n == length;
}

bool pl_cpp_identifiers(pl_bytes name, bool (*is_known)(void *ctx, pl_bytes identifier), void *ctx)
{
    pl_bytes b = pl_bytes_starts(name, PL_LIT("_Z")) ? pl_bytes_from(name, 2) : name;
    bool says_something = pl_bytes_starts(b, PL_LIT("T")) || pl_bytes_find(b, PL_LIT("S"), 0) != SIZE_MAX;
    if (b.n == 0 || b.n > MAX_NAME_BYTES)
        return false;
    for (size_t at = 0; at < b.n;) {
        pl_bytes word;
        size_t end = skip_number(b, at);
        if (end > at) {
            at = end;
            continue;
        }
        uint8_t c = b.p[at];
        if (!pl_is_digit(c)) {
            bool is_letter = (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
            if (!is_letter && c != '.' && c != '$')
                return false;
            at++;
            continue;
        }
        bool is_whole = read_identifier(b, at, &word);
        bool is_good = is_whole && (pl_bytes_starts(word, PL_LIT("_GLOBAL__N_")) ||
                                    pl_bytes_eq_str(word, "cxx11") || is_known(ctx, word));
        size_t digits = at;
        while (pl_is_digit(byte_at(b, digits)))
            digits++;
        if (!is_good && byte_at(b, digits) != 'E')
            return false;
        at = is_good ? (size_t)(word.p - b.p) + word.n : digits; /* else the number of a literal */
        says_something = true;
    }
    return says_something;
}

/* Behind the template arguments whose I stands at `at`. */
static size_t skip_arguments(pl_bytes b, size_t at)
{
    unsigned depth = 0;
    while (at < b.n) {
        pl_bytes word;
        size_t end = skip_number(b, at);
        if (end > at) {
            at = end;
            continue;
        }
        if (pl_is_digit(b.p[at])) {
            if (!read_identifier(b, at, &word))
                return b.n;
            at = (size_t)(word.p - b.p) + word.n;
            continue;
        }
        depth += memchr("INXJFL", b.p[at], 6) != NULL;
        depth -= b.p[at] == 'E';
        at++;
        if (depth == 0)
            break;
    }
    return at;
}

bool pl_cpp_function_of(pl_bytes mangled, struct pl_cpp_function *out)
{
    struct pl_cpp_function f = {0};
    pl_bytes b = pl_bytes_from(mangled, 2);
    if (!pl_bytes_starts(mangled, PL_LIT("_Z")) || b.n == 0 || b.n > MAX_NAME_BYTES)
        return false;
    bool is_nested = b.p[0] == 'N';
    size_t at = is_nested || b.p[0] == 'L';
    while (is_nested && at < b.n && memchr("rVKRO", b.p[at], 5) != NULL)
        at++;
    while (at < b.n) {
        uint8_t c = b.p[at];
        uint8_t next = byte_at(b, at + 1);
        pl_bytes word;
        if (pl_is_digit(c)) {
            if (!read_identifier(b, at, &word))
                return false;
            f.scope = f.name;
            f.name = word;
            at = (size_t)(word.p - b.p) + word.n;
        } else if (c == 'S' && next == 't') {
            f.is_standard = true;
            at += 2;
        } else if (c == 'S') {
            size_t end = skip_sequence(b, at + 1);
            f.is_standard = f.is_standard || end == at + 1;
            at = end == at + 1 ? at + 2 : end;
        } else if (c == 'I') {
            at = skip_arguments(b, at);
        } else if ((c == 'C' || c == 'D') && pl_is_digit(next)) {
            f.scope = f.name;
            f.is_destructor = c == 'D';
            at += 2;
        } else {
            break;
        }
        if (!is_nested && f.name.n > 0)
            break;
    }
    if (f.name.n == 0 || (is_nested && byte_at(b, at) != 'E'))
        return false;
    *out = f;
    return true;
}
