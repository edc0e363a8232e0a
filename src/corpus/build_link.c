/*
 * build_link.c - "-X main.version=$(VERSION)": a text of the program that the build file gives the linker.
 */
#include "corpus/build_link.h"

static bool is_path_byte(uint8_t c)
{
    return pl_is_word_byte(c) || (c != 0 && memchr("./-$(){}", c, 8) != NULL);
}

/* What stands before the quote that opened the argument, or else before the next blank or quote that is not within $( ). */
static size_t value_bytes(pl_bytes text, uint8_t quote)
{
    size_t depth = 0;
    size_t end = quote == 0 ? SIZE_MAX : pl_bytes_find_byte(text, quote, 0);
    if (end != SIZE_MAX)
        return end;
    for (size_t i = 0; i < text.n; i++) {
        uint8_t c = text.p[i];
        depth += c == '(';
        if (depth == 0 && memchr(" \t\"'\\)", c, 6) != NULL)
            return i;
        depth -= c == ')';
    }
    return text.n;
}

bool pl_build_link_value(pl_bytes *rest, pl_bytes *value)
{
    for (size_t at = 0; (at = pl_bytes_find(*rest, PL_LIT("-X"), at)) != SIZE_MAX; at += 2) {
        pl_bytes argument = pl_bytes_from(*rest, at + 2);
        uint8_t quote = 0;
        while (argument.n > 0 && memchr(" =\"'\\", argument.p[0], 5) != NULL) {
            quote = argument.p[0] == '"' || argument.p[0] == '\'' ? argument.p[0] : 0;
            argument = pl_bytes_from(argument, 1);
        }
        size_t n = 0;
        while (n < argument.n && is_path_byte(argument.p[n]))
            n++;
        bool is_value = n < argument.n && argument.p[n] == '=' &&
                        pl_bytes_find_byte(pl_bytes_sub(argument, 0, n), '.', 0) != SIZE_MAX;
        if (!is_value)
            continue;
        pl_bytes text = pl_bytes_from(argument, n + 1);
        *value = pl_bytes_sub(text, 0, value_bytes(text, quote));
        *rest = pl_bytes_from(text, value->n);
        return true;
    }
    *rest = pl_bytes_sub(*rest, rest->n, 0);
    return false;
}
