/*
 * words.c - cutting words with one table look-up a byte.
 *
 * The prose cutter also knows what a converter puts between or in front of words, as far as it would glue letters of
 * markup to letters of text: groff(7) escapes, C string escapes, HTML character references (HTML 5, section 13.5), Texinfo
 * and perlpod(1) commands.
 * Not handled: comments, attributes (a tag with attributes is read as words, so that nothing can hide there).
 */
#include "format/text/words.h"

/* 1 for [A-Za-z0-9], 2 for bytes from 0x80 up, 4 for '_'. */
#define ALNUM      1
#define HIGH       2
#define UNDERSCORE 4

#define TEN(x)        x, x, x, x, x, x, x, x, x, x
#define TWENTY_SIX(x) TEN(x), TEN(x), x, x, x, x, x, x
#define THIRTY_TWO(x) TWENTY_SIX(x), x, x, x, x, x, x
static const uint8_t class_of[256] = {THIRTY_TWO(0),
                                      TEN(0),
                                      0,
                                      0,
                                      0,
                                      0,
                                      0,
                                      0,
                                      TEN(ALNUM),
                                      0,
                                      0,
                                      0,
                                      0,
                                      0,
                                      0,
                                      0,
                                      TWENTY_SIX(ALNUM),
                                      0,
                                      0,
                                      0,
                                      0,
                                      UNDERSCORE,
                                      0,
                                      TWENTY_SIX(ALNUM),
                                      0,
                                      0,
                                      0,
                                      0,
                                      0,
                                      THIRTY_TWO(HIGH),
                                      THIRTY_TWO(HIGH),
                                      THIRTY_TWO(HIGH),
                                      THIRTY_TWO(HIGH)};

bool pl_words_next(pl_bytes *rest, pl_bytes *word)
{
    const uint8_t *p = rest->p;
    size_t n = rest->n;
    size_t i = 0;
    while (i < n) {
        while (i < n && class_of[p[i]] == 0)
            i++;
        size_t first = i;
        while (i < n && class_of[p[i]] != 0)
            i++;
        if (i - first >= PL_WORD_MIN_BYTES && i - first <= PL_WORD_MAX_BYTES) {
            *word = pl_bytes_sub(*rest, first, i - first);
            *rest = pl_bytes_from(*rest, i);
            return true;
        }
    }
    *rest = pl_bytes_from(*rest, n);
    return false;
}

static bool is_prose(uint8_t c)
{
    return (class_of[c] & (ALNUM | HIGH)) != 0;
}

/* Bytes of an escape that starts with the backslash at `i`; at least 1. */
static size_t escape_bytes(pl_bytes b, size_t i)
{
    if (i + 1 >= b.n)
        return 1;
    switch (b.p[i + 1]) {
    case 'f': /* \fB \f(CW \f[B] */
        if (i + 2 < b.n && b.p[i + 2] == '(')
            return 5;
        if (i + 2 < b.n && b.p[i + 2] == '[') {
            size_t end = pl_bytes_find_byte(pl_bytes_sub(b, 0, i + 16), ']', i);
            return end == SIZE_MAX ? 3 : end + 1 - i;
        }
        return 3;
    case '(': return 4;                                        /* \(em */
    case '*': return i + 2 < b.n && b.p[i + 2] == '(' ? 5 : 3; /* \*(lq \*q */
    case 's': /* \s-1 \s+2 \s0 */ return i + 2 < b.n && (b.p[i + 2] == '-' || b.p[i + 2] == '+') ? 4 : 2;
    case 'n':
    case 't':
    case 'r':
    case 'c':
    case 'e':
    case 'u':
    case 'd': return 2;
    default: return is_prose(b.p[i + 1]) ? 1 : 2;
    }
}

/* Bytes of an entity "&amp;" or a plain tag "<b>", "</li>" at `i`; 1 when it is neither. */
static size_t markup_bytes(pl_bytes b, size_t i, uint8_t end)
{
    size_t j = i + 1;
    while (j < b.n && j - i <= 12 && (is_prose(b.p[j]) || b.p[j] == '/' || b.p[j] == '#'))
        j++;
    return j < b.n && b.p[j] == end && j > i + 1 ? j + 1 - i : 1;
}

/*
 * Bytes of punctuation in UTF-8 at `i`, which are no letters: U+0080..U+00BF and U+2000..U+207F (dashes, quotes, spaces); 0
 * for anything else.
 */
static size_t punctuation_bytes(pl_bytes b, size_t i)
{
    if (b.p[i] == 0xc2 && i + 1 < b.n)
        return 2;
    if (b.p[i] == 0xe2 && i + 2 < b.n && (b.p[i + 1] == 0x80 || b.p[i + 1] == 0x81))
        return 3;
    return 0;
}

/* Bytes of a line feed at `i` and of the roff request name after it (".PP", "'br"); 1 when there is none. */
static size_t request_bytes(pl_bytes b, size_t i)
{
    size_t j = i + 2;
    if (i + 1 >= b.n || (b.p[i + 1] != '.' && b.p[i + 1] != '\''))
        return 1;
    while (j < b.n && j - i < 5 && class_of[b.p[j]] == ALNUM)
        j++;
    bool is_name = j > i + 2 && (j == b.n || b.p[j] == ' ' || b.p[j] == '\n' || b.p[j] == '\t');
    return is_name ? j - i : 1;
}

/* Bytes of a Texinfo command with braces, "@code{"; 1 when there is none. */
static size_t texinfo_bytes(pl_bytes b, size_t i)
{
    size_t j = i + 1;
    while (j < b.n && j - i <= 16 && b.p[j] >= 'a' && b.p[j] <= 'z')
        j++;
    return j > i + 1 && j < b.n && b.p[j] == '{' ? j + 1 - i : 1;
}

/* Bytes to pass over at `i`; 0 when a word begins there. */
static size_t passed_over(pl_bytes b, size_t i)
{
    switch (b.p[i]) {
    case '\\': return escape_bytes(b, i);
    case '<': return markup_bytes(b, i, '>');
    case '&': return markup_bytes(b, i, ';');
    case '\n': return request_bytes(b, i);
    case '@': return texinfo_bytes(b, i);
    default: break;
    }
    if (!is_prose(b.p[i]))
        return 1;
    if (b.p[i] >= 0x80)
        return punctuation_bytes(b, i);
    bool is_pod = b.p[i] >= 'A' && b.p[i] <= 'Z' && i + 1 < b.n && b.p[i + 1] == '<'; /* B<bold> */
    return is_pod ? 2 : 0;
}

bool pl_prose_next(pl_bytes *rest, pl_bytes *word)
{
    pl_bytes b = *rest;
    size_t i = 0;
    while (i < b.n) {
        size_t step = passed_over(b, i);
        if (step == 0)
            break;
        i = step < b.n - i ? i + step : b.n;
    }
    size_t first = i;
    while (i < b.n && is_prose(b.p[i]) && (b.p[i] < 0x80 || punctuation_bytes(b, i) == 0))
        i++;
    *rest = pl_bytes_from(b, i);
    if (i == first)
        return false;
    *word = pl_bytes_sub(b, first, i - first);
    return true;
}

/* FNV-1a (Fowler, Noll, Vo), 64 bits: words are short, and the value must not depend on the machine. */
uint64_t pl_prose_hash(pl_bytes word)
{
    uint64_t h = 0xcbf29ce484222325ULL;
    for (size_t i = 0; i < word.n; i++)
        h = (h ^ pl_to_lower(word.p[i])) * 0x100000001b3ULL;
    return h;
}

bool pl_prose_eq(pl_bytes a, pl_bytes b)
{
    if (a.n != b.n)
        return false;
    for (size_t i = 0; i < a.n; i++)
        if (pl_to_lower(a.p[i]) != pl_to_lower(b.p[i]))
            return false;
    return true;
}
