/*
 * link_time.c - do the packager's rules ask for optimisation over the borders of units?
 *
 * Read are the lines of debian/rules that make or the shell acts on: a comment that explains why +lto was given up asks for nothing. A word asks
 * as it stands by itself; "=no" and "=off" behind it take it back.
 * Sources: dpkg-buildflags(1), optimize=+lto; GCC manual, -flto; Meson manual, base option b_lto; CMake manual,
 * CMAKE_INTERPROCEDURAL_OPTIMIZATION; GNU make manual, "What Makefiles Contain" (comments).
 */
#include "corpus/link_time.h"

static bool is_blank(uint8_t c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

/* The line up to its comment. In a recipe it is the shell that reads "#", where a word begins. */
static pl_bytes without_comment(pl_bytes line)
{
    bool is_recipe = line.n > 0 && line.p[0] == '\t';
    for (size_t i = 0; i < line.n; i++) {
        bool is_escaped = i > 0 && line.p[i - 1] == '\\';
        bool begins = i == 0 || is_blank(line.p[i - 1]) || line.p[i - 1] == ';' || line.p[i - 1] == '@';
        if (line.p[i] == '#' && !is_escaped && (!is_recipe || begins))
            return pl_bytes_sub(line, 0, i);
    }
    return line;
}

static bool ends_word(uint8_t c)
{
    return !(c >= 'a' && c <= 'z') && !(c >= 'A' && c <= 'Z') && !(c >= '0' && c <= '9') && c != '-' &&
           c != '_';
}

static bool line_asks(pl_bytes line, pl_bytes word)
{
    for (size_t at = pl_bytes_find(line, word, 0); at != SIZE_MAX; at = pl_bytes_find(line, word, at + 1)) {
        pl_bytes rest = pl_bytes_from(line, at + word.n);
        if (rest.n > 0 && !ends_word(rest.p[0]))
            continue;
        if (!pl_bytes_starts(rest, PL_LIT("=no")) && !pl_bytes_starts(rest, PL_LIT("=off")))
            return true;
    }
    return false;
}

bool pl_rules_ask_for_lto(pl_bytes rules)
{
    static const char *const asks[] = {
        "+lto", "-flto", "b_lto=true", "INTERPROCEDURAL_OPTIMIZATION=ON", "--enable-lto", "--with-lto"};
    pl_bytes line;
    bool is_comment = false; /* a comment of make goes on behind a backslash */
    while (pl_bytes_line(&rules, &line)) {
        bool goes_on = line.n > 0 && line.p[line.n - 1] == '\\';
        pl_bytes read = is_comment ? pl_bytes_sub(line, 0, 0) : without_comment(line);
        is_comment = goes_on && (is_comment || (read.n < line.n && line.p[0] != '\t'));
        for (size_t i = 0; i < sizeof asks / sizeof asks[0]; i++)
            if (line_asks(read, pl_bytes_of_str(asks[i])))
                return true;
    }
    return false;
}
