/*
 * charset.h - texts of old character sets as UTF-8: what msgconv(1) makes of a .po file whose header names another set.
 */
#ifndef PL_FORMAT_TEXT_CHARSET_H
#define PL_FORMAT_TEXT_CHARSET_H

#include "base/arena.h"
#include "base/bytes.h"

#include <stddef.h>
#include <stdint.h>

#define PL_CHARSET_ROWS 94u

/* A set of one byte a character: from `first` on these, below it the byte's own number. */
struct pl_charset_single {
    const char *name;
    uint32_t first;
    const char *row; /* as UTF-8; a blank where the set has none */
};

/* A set of two bytes a character, each from 0xa1 on, and of ASCII: EUC. */
struct pl_charset_double {
    const char *name;
    const char *const *rows; /* PL_CHARSET_ROWS, NULL where the set has none */
};

extern const struct pl_charset_single pl_charset_singles[];
extern const size_t pl_charset_n_singles;
extern const struct pl_charset_double pl_charset_doubles[];
extern const size_t pl_charset_n_doubles;

/* The name behind "charset=" in the header of a .po file, up to the end of its line; no bytes when there is none. */
pl_bytes pl_charset_of_header(pl_bytes header);

/*
 * *out is the text as UTF-8, from `arena` or the text itself. It is that where the name is UTF-8's, ASCII's or none that is known here. PL_E_INPUT when the bytes are none of the
 * set's, as iconv(3) refuses them. Names in any case. Not known: sets with states (ISO-2022), and what EUC-JP has beside JIS X 0208 and half a width of kana.
 */
PL_MUST_USE pl_status pl_charset_to_utf8(struct pl_arena *arena, pl_bytes name, pl_bytes text, pl_bytes *out,
                                         struct pl_err *err);

#endif
