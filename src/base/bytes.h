/*
 * bytes.h - borrowed bytes with a length, and the small questions one asks of them.
 *
 * A pl_bytes owns nothing and is not terminated by NUL; whoever made it says how long it lives.
 */
#ifndef PL_BASE_BYTES_H
#define PL_BASE_BYTES_H

#include "base/ascii.h"

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

typedef struct pl_bytes {
    const uint8_t *p;
    size_t n;
} pl_bytes;

/* A string literal as bytes, without its NUL; embedded NULs are kept. */
#define PL_LIT(s) ((pl_bytes){(const uint8_t *)("" s), sizeof(s) - 1})

/* A printf argument pair for "%.*s"; cut at INT_MAX, since printf takes a negative precision for none. */
#define PL_ARG(b) (int)((b).n > INT_MAX ? INT_MAX : (b).n), (const char *)(b).p

/* The smallest ones are inline: they are asked for each token, and the length of a literal is then known when this is compiled. */

static inline pl_bytes pl_bytes_of(const void *p, size_t n)
{
    return (pl_bytes){p, n};
}

/* NULL gives no bytes. */
static inline pl_bytes pl_bytes_of_str(const char *s)
{
    return (pl_bytes){(const uint8_t *)s, s == NULL ? 0 : strlen(s)};
}

/* [from, from + n) of `a`, cut to what is there; never fails. */
static inline pl_bytes pl_bytes_sub(pl_bytes a, size_t from, size_t n)
{
    if (from >= a.n)
        return (pl_bytes){a.n == 0 ? a.p : a.p + a.n, 0};
    size_t left = a.n - from;
    return (pl_bytes){a.p + from, n < left ? n : left};
}

static inline pl_bytes pl_bytes_from(pl_bytes a, size_t from)
{
    return pl_bytes_sub(a, from, SIZE_MAX);
}

static inline bool pl_bytes_eq(pl_bytes a, pl_bytes b)
{
    return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

static inline bool pl_bytes_eq_str(pl_bytes a, const char *s)
{
    return pl_bytes_eq(a, pl_bytes_of_str(s));
}

static inline bool pl_bytes_starts(pl_bytes a, pl_bytes prefix)
{
    return a.n >= prefix.n && pl_bytes_eq(pl_bytes_sub(a, 0, prefix.n), prefix);
}

static inline bool pl_bytes_ends(pl_bytes a, pl_bytes suffix)
{
    return a.n >= suffix.n && pl_bytes_eq(pl_bytes_from(a, a.n - suffix.n), suffix);
}

/* Is it one of `n` words? O(n). */
bool pl_bytes_is_one_of(pl_bytes a, const char *const *words, size_t n);
/* Does one of `n` words, none of them empty, stand somewhere in it? Made for short texts and words that begin with few letters. */
bool pl_bytes_has_one_of(pl_bytes a, const char *const *words, size_t n);

/* How many bytes both begin with, and end with. */
size_t pl_bytes_common_start(pl_bytes a, pl_bytes b);
size_t pl_bytes_common_end(pl_bytes a, pl_bytes b);
/* memcmp order; a prefix sorts first. */
int pl_bytes_cmp(pl_bytes a, pl_bytes b);

/* Position of the first `needle` at or after `from`, or SIZE_MAX. An empty needle is found at `from`. */
size_t pl_bytes_find(pl_bytes hay, pl_bytes needle, size_t from);
size_t pl_bytes_find_byte(pl_bytes hay, uint8_t byte, size_t from);
size_t pl_bytes_rfind_byte(pl_bytes hay, uint8_t byte);

/* Take `text` off the front of *rest; false, and *rest as it was, when something else stands there. */
bool pl_bytes_skip(pl_bytes *rest, pl_bytes text);

/* Without leading and trailing space, tab, CR and LF. */
pl_bytes pl_bytes_trim(pl_bytes a);

/*
 * Take the next line off the front of *rest, without its LF; false when *rest is empty.
 * A last line without LF is a line. CR is kept.
 */
bool pl_bytes_line(pl_bytes *rest, pl_bytes *line);

/* Take the part before the first `sep` off *rest (all of it when there is none); false when *rest is empty. */
bool pl_bytes_split(pl_bytes *rest, uint8_t sep, pl_bytes *part);

/* Take the next word between white space off the front of *rest; false when there is none. */
bool pl_bytes_word(pl_bytes *rest, pl_bytes *word);

/* A decimal number that is all of `a`; false on anything else or when it exceeds uint64_t. */
bool pl_bytes_to_u64(pl_bytes a, uint64_t *out);

/* The part after the last '/'; all of it when there is none. */
pl_bytes pl_bytes_basename(pl_bytes path);
/* The part before the last '/'; no bytes when there is none. */
pl_bytes pl_bytes_folder(pl_bytes path);

/* True when every byte of `a` is `byte` (true for no bytes). */
bool pl_bytes_all(pl_bytes a, uint8_t byte);

/* A well-mixed 64-bit hash for tables in memory; the value is never stored nor printed. */
uint64_t pl_bytes_hash(pl_bytes a, uint64_t seed);

/* Copy `in` with the ASCII letters in small; `out` has room for in.n bytes. */
void pl_bytes_lower(pl_bytes in, uint8_t *out);

#endif
