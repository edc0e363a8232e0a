/*
 * literals_defines.c - names of macros that a script of the source takes out of the headers of the build.
 *
 *     errnames1.awk:   /^[\t ]*#[\t ]*define[\t ]*E[A-Z0-9]*[\t ][\t ]*[^(\t ]/ { ...
 *     in the program:  "ENOTBLK"
 *
 * A pattern for `#define`, white space and a name says how such a name begins. The names themselves are numbers' and stand in no packed header, so that
 * the string is asked to look like one: capitals, digits and lines, at most NAME_BYTES. What that could hide: one word in capitals that begins so.
 *
 * Source: POSIX awk, "Regular Expressions"; perlre(1). Not read here: patterns in a variable, names that are cut (zsh's "BREAK" of KEY_BREAK).
 */
#include "corpus/literals_set.h"

#include <string.h>

#define NAME_BYTES  16u
#define NAME_MIN    3u
#define FRONT_BYTES 8u /* of a name's beginning in a pattern */

static bool is_name_byte(uint8_t b)
{
    return pl_is_upper(b) || pl_is_digit(b) || b == '_';
}

static bool is_script(pl_bytes path)
{
    static const char *const ends[] = {".awk", ".sed", ".pl", ".PL", ".py", ".sh"};
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++)
        if (pl_bytes_ends(path, pl_bytes_of_str(ends[i])))
            return true;
    return false;
}

/* Bytes of a pattern for white space at the front of the text: "[\t ]*", "\s+(", "[\t _]*". 0 when nothing there can only be a pattern. */
static size_t white_space(pl_bytes text)
{
    size_t at = 0;
    bool is_pattern = false;
    while (at < text.n) {
        size_t close = text.p[at] == '[' ? pl_bytes_find_byte(text, ']', at) : SIZE_MAX;
        bool is_escape = text.p[at] == '\\' && at + 1 < text.n && memchr("st", text.p[at + 1], 2) != NULL;
        if (text.p[at] == '[' && (close == SIZE_MAX || close - at > FRONT_BYTES))
            return 0;
        if (text.p[at] != '[' && !is_escape && memchr(" *+(", text.p[at], 4) == NULL)
            break;
        is_pattern = is_pattern || text.p[at] == '[' || is_escape;
        at = text.p[at] == '[' ? close + 1 : at + 1 + is_escape;
    }
    return is_pattern ? at : 0;
}

static bool take_patterns(struct pl_literals *l, pl_bytes text, uint32_t file)
{
    pl_bytes mark = PL_LIT("define");
    uint32_t line_1based = 1;
    size_t counted = 0;
    for (size_t at = 0; (at = pl_bytes_find(text, mark, at)) != SIZE_MAX;) {
        at += mark.n;
        size_t from = at + white_space(pl_bytes_from(text, at));
        size_t end = from;
        while (end < text.n && is_name_byte(text.p[end]))
            end++;
        bool is_front = from > at && end > from && end - from <= FRONT_BYTES && end < text.n &&
                        memchr("[\\(.", text.p[end], 4) != NULL;
        for (; counted < at; counted++)
            line_1based += text.p[counted] == '\n';
        if (is_front &&
            !pl_literal_add(l, KIND_DEFINE_FRONT, pl_bytes_sub(text, from, end - from), file, line_1based))
            return false;
    }
    return true;
}

bool pl_literals_add_defines(struct pl_literals *l)
{
    for (size_t i = 0; i < l->n_files; i++) {
        const struct pl_source_file *f = pl_index_file(l->index, l->files[i]);
        bool is_own = pl_index_tree(l->index, l->files[i].tree)->rank == PL_RANK_OWN;
        if (is_own && is_script(f->path) && !take_patterns(l, f->data, (uint32_t)i))
            return false;
    }
    return true;
}

const struct literal *pl_literal_find_defined(const struct pl_literals *l, pl_bytes string)
{
    const struct literal *e = NULL;
    if (string.n < NAME_MIN || string.n > NAME_BYTES || pl_is_digit(string.p[0]))
        return NULL;
    for (size_t i = 0; i < string.n; i++)
        if (!is_name_byte(string.p[i]))
            return NULL;
    for (size_t n = 1; n <= FRONT_BYTES && n + 2 <= string.n && e == NULL; n++)
        e = pl_literal_find(l, KIND_DEFINE_FRONT, pl_bytes_sub(string, 0, n));
    return e;
}
