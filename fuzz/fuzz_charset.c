/*
 * fuzz_charset.c - texts of old character sets as UTF-8: a line that names the set, and the text behind it.
 *
 * What comes out is UTF-8 all through, has each ASCII byte of the text in its order, and stays as it is when it is said to be UTF-8.
 */
#include "fuzz.h"

#include "base/quote.h"
#include "format/text/charset.h"

static void must_be_utf8(pl_bytes text)
{
    while (text.n > 0) {
        uint32_t c;
        size_t n = pl_utf8_next(text, &c);
        if (n == 0 || n > text.n)
            abort();
        text = pl_bytes_from(text, n);
    }
}

static size_t count_ascii(pl_bytes text)
{
    size_t n = 0;
    for (size_t i = 0; i < text.n; i++)
        n += text.p[i] < 0x80;
    return n;
}

static bool is_known(pl_bytes name)
{
    bool found = false;
    for (size_t i = 0; i < pl_charset_n_singles; i++)
        found = found || pl_bytes_eq_str(name, pl_charset_singles[i].name);
    for (size_t i = 0; i < pl_charset_n_doubles; i++)
        found = found || pl_bytes_eq_str(name, pl_charset_doubles[i].name);
    return found;
}

static int look(const uint8_t *data, size_t size)
{
    pl_bytes all = pl_bytes_of(data, size);
    pl_bytes name = pl_charset_of_header(all);
    pl_bytes out;
    struct pl_arena arena;
    size_t line = pl_bytes_find_byte(all, '\n', 0);
    pl_bytes text = line == SIZE_MAX ? all : pl_bytes_from(all, line + 1);
    if (name.n > 0 && (name.p < all.p || name.p + name.n > all.p + all.n))
        abort();
    pl_arena_init(&arena, (size_t)16 << 20);
    pl_status st = pl_charset_to_utf8(&arena, name, text, &out, NULL);
    fuzz_say((uint64_t)st);
    if (st == PL_OK) {
        if (is_known(name)) {
            must_be_utf8(out);
            if (out.n < text.n / 2 || out.n > 3 * text.n || count_ascii(out) != count_ascii(text))
                abort();
        }
        fuzz_say_bytes(out);
        pl_bytes again;
        if (pl_charset_to_utf8(&arena, PL_LIT("UTF-8"), out, &again, NULL) == PL_OK &&
            !pl_bytes_eq(again, out))
            abort();
    }
    pl_arena_reset(&arena);
    return 0;
}

FUZZ_TWICE(look)
