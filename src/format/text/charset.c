/*
 * charset.c - texts of old character sets as UTF-8, by the rows of charset_rows.c.
 *
 * Not iconv(3): glibc opens a file for each set, which a confined process may not do, and which sets there are depends on the machine.
 *
 *     EUC-JP   0xa4 0xce          row 3 (0xa4 - 0xa1), character 45 (0xce - 0xa1)
 *              0x8e 0xb1          a kana of half a width: U+FF61 and what 0xb1 is above 0xa1
 *
 * Source: the rows' own; RFC 1468 and CJKV's EUC for how two bytes are told from one.
 */
#include "format/text/charset.h"

#include "base/buf.h"
#include "base/quote.h"

#include <string.h>

#define FIRST       0xa1u /* byte of a set of two */
#define HALF_KANA   0x8eu
#define MAX_SIGN    3u /* bytes of UTF-8 for one character */
#define FIRST_KANA  0xff61u
#define AFTER_KANAS 0xe0u

static bool is_called(pl_bytes name, const char *known)
{
    size_t n = strlen(known);
    for (size_t i = 0; i < n && name.n == n; i++) {
        uint8_t c = name.p[i] >= 'a' && name.p[i] <= 'z' ? (uint8_t)(name.p[i] - 32) : name.p[i];
        if (c != (uint8_t)known[i])
            return false;
    }
    return name.n == n;
}

/* The character with that number in a row, as UTF-8; no bytes when the row has none there. */
static pl_bytes sign_of(const char *row, size_t number)
{
    pl_bytes rest = pl_bytes_of_str(row);
    while (rest.n > 0) {
        uint32_t code;
        size_t n = pl_utf8_next(rest, &code);
        if (number-- == 0 && n > 0)
            return code == ' ' ? (pl_bytes){NULL, 0} : pl_bytes_sub(rest, 0, n);
        rest = pl_bytes_from(rest, n == 0 ? 1 : n);
    }
    return (pl_bytes){NULL, 0};
}

static bool recode_single(pl_bytes text, const struct pl_charset_single *set, struct pl_buf *out)
{
    for (size_t i = 0; i < text.n; i++) {
        uint8_t byte = text.p[i];
        if (byte < set->first) {
            pl_buf_add_utf8(out, byte);
            continue;
        }
        pl_bytes sign = sign_of(set->row, byte - set->first);
        if (sign.n == 0)
            return false;
        pl_buf_add(out, sign);
    }
    return true;
}

/* The character whose two bytes these are; no bytes when there is none. */
static pl_bytes sign_of_two(const struct pl_charset_double *set, uint8_t row, uint8_t cell)
{
    bool is_there = row >= FIRST && row < FIRST + PL_CHARSET_ROWS && cell >= FIRST &&
                    cell < FIRST + PL_CHARSET_ROWS && set->rows[row - FIRST] != NULL;
    return is_there ? sign_of(set->rows[row - FIRST], cell - FIRST) : (pl_bytes){NULL, 0};
}

static bool recode_double(pl_bytes text, const struct pl_charset_double *set, struct pl_buf *out)
{
    bool has_kana = strcmp(set->name, "EUC-JP") == 0;
    for (size_t i = 0; i < text.n; i++) {
        uint8_t byte = text.p[i];
        if (byte < 0x80) {
            pl_buf_add_utf8(out, byte);
            continue;
        }
        uint8_t cell = ++i < text.n ? text.p[i] : 0;
        if (byte == HALF_KANA && has_kana && cell >= FIRST && cell < AFTER_KANAS) {
            pl_buf_add_utf8(out, FIRST_KANA + cell - FIRST);
            continue;
        }
        pl_bytes sign = sign_of_two(set, byte, cell);
        if (sign.n == 0)
            return false;
        pl_buf_add(out, sign);
    }
    return true;
}

pl_bytes pl_charset_of_header(pl_bytes header)
{
    pl_bytes before = PL_LIT("charset=");
    size_t at = pl_bytes_find(header, before, 0);
    pl_bytes name = pl_bytes_from(header, at == SIZE_MAX ? header.n : at + before.n);
    return pl_bytes_trim(pl_bytes_sub(name, 0, pl_bytes_find_byte(name, '\n', 0)));
}

pl_status pl_charset_to_utf8(struct pl_arena *arena, pl_bytes name, pl_bytes text, pl_bytes *out,
                             struct pl_err *err)
{
    const struct pl_charset_single *single = NULL;
    const struct pl_charset_double *two = NULL;
    for (size_t i = 0; i < pl_charset_n_singles && single == NULL; i++)
        single = is_called(name, pl_charset_singles[i].name) ? &pl_charset_singles[i] : NULL;
    for (size_t i = 0; i < pl_charset_n_doubles && two == NULL; i++)
        two = is_called(name, pl_charset_doubles[i].name) ? &pl_charset_doubles[i] : NULL;
    if (single == NULL && two == NULL) {
        *out = text;
        return PL_OK;
    }
    struct pl_buf b;
    pl_buf_init(&b, MAX_SIGN * text.n + 1);
    bool is_text = single != NULL ? recode_single(text, single, &b) : recode_double(text, two, &b);
    pl_status st =
        is_text ? pl_buf_done(&b, err)
                : pl_fail(err, PL_E_INPUT, PL_NO_OFFSET, "bytes that are no text of %.*s", PL_ARG(name));
    if (st == PL_OK) {
        *out = pl_arena_keep(arena, pl_buf_bytes(&b));
        st = out->p == NULL ? pl_arena_fail(arena, err) : PL_OK;
    }
    pl_buf_reset(&b);
    return st;
}
