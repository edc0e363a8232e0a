/*
 * printed.c - lines of C that are one literal each, read as the text that they print.
 *
 * Source: C17 6.4.5 and 6.4.4.4 (literals and escapes); groff(7), "Hyphenation": a word may be broken at the end of a line behind a hyphen.
 */
#include "match/printed.h"

#include "format/text/words.h"

#include <string.h>

#define MIN_LINES  32u
#define LINE_SHARE 4u /* one line in so many */
#define MAX_WORD   128u

bool pl_is_compiled_name(pl_bytes name)
{
    static const char *const ends[] = {".c",   ".h",   ".cc", ".hh",  ".cpp",  ".hpp", ".cxx",
                                       ".hxx", ".inc", ".S",  ".asm", ".java", ".go",  ".rs"};
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++)
        if (pl_bytes_ends(name, pl_bytes_of_str(ends[i])))
            return true;
    return false;
}

bool pl_printed_line(pl_bytes line, pl_bytes *body)
{
    line = pl_bytes_trim(line);
    if (line.n < 2 || line.p[0] != '"' || line.p[line.n - 1] != '"')
        return false;
    pl_bytes inner = pl_bytes_sub(line, 1, line.n - 2);
    for (size_t i = 0; i < inner.n; i++) {
        if (inner.p[i] == '"')
            return false;
        if (inner.p[i] == '\\' && ++i == inner.n)
            return false; /* the last quote is escaped */
    }
    *body = inner;
    return true;
}

bool pl_is_printed(pl_bytes data)
{
    size_t lines = 0;
    size_t literals = 0;
    pl_bytes line;
    pl_bytes body;
    while (pl_bytes_line(&data, &line)) {
        lines++;
        literals += pl_printed_line(line, &body);
    }
    return literals >= MIN_LINES && literals * LINE_SHARE >= lines;
}

bool pl_is_in_printed_lines(pl_bytes data, size_t offset, size_t length)
{
    size_t start = offset;
    pl_bytes body;
    pl_bytes line;
    while (start > 0 && data.p[start - 1] != '\n')
        start--;
    pl_bytes rest = pl_bytes_from(data, start);
    while (pl_bytes_line(&rest, &line) && (size_t)(line.p - data.p) < offset + length)
        if (!pl_printed_line(line, &body))
            return false;
    return true;
}

/* Without a line end as an escape, and blanks. */
static pl_bytes without_end(pl_bytes body)
{
    if (pl_bytes_ends(body, PL_LIT("\\n")))
        body.n -= 2;
    return pl_bytes_trim(body);
}

static struct pl_prose_word word_at(pl_bytes data, pl_bytes word, uint32_t group)
{
    struct pl_prose_word out = {.text = word, .n_parts = 1};
    out.parts[0].start = (size_t)(word.p - data.p);
    out.parts[0].end = out.parts[0].start + word.n;
    out.parts[0].group = group;
    return out;
}

/* Put the second half of a hyphenated word to the first. */
static pl_status join(struct pl_prose_word *first, const struct pl_prose_word *second, struct pl_arena *arena,
                      struct pl_err *err)
{
    uint8_t whole[2 * MAX_WORD];
    memcpy(whole, first->text.p, first->text.n);
    memcpy(whole + first->text.n, second->text.p, second->text.n);
    pl_bytes kept = pl_arena_keep(arena, pl_bytes_of(whole, first->text.n + second->text.n));
    if (kept.p == NULL)
        return pl_arena_fail(arena, err);
    first->text = kept;
    first->parts[1] = second->parts[0];
    first->n_parts = 2;
    return PL_OK;
}

pl_status pl_printed_words(pl_bytes data, struct pl_arena *arena, pl_prose_words *out, struct pl_err *err)
{
    pl_bytes rest = data;
    pl_bytes line;
    pl_bytes body;
    pl_bytes word;
    uint32_t group = 0;
    bool is_broken = false; /* the last word ended in a hyphen at the end of its line */
    while (pl_bytes_line(&rest, &line)) {
        if (!pl_printed_line(line, &body)) {
            group++;
            continue;
        }
        body = without_end(body);
        bool has_hyphen = body.n > 1 && body.p[body.n - 1] == '-' && body.p[body.n - 2] != '-';
        for (bool is_first = true; pl_prose_next(&body, &word); is_first = false) {
            struct pl_prose_word next = word_at(data, word, group);
            struct pl_prose_word *last = out->n == 0 ? NULL : &out->v[out->n - 1];
            if (is_first && is_broken && last->n_parts == 1 && last->text.n <= MAX_WORD &&
                word.n <= MAX_WORD) {
                pl_status st = join(last, &next, arena, err);
                if (st != PL_OK)
                    return st;
                continue;
            }
            struct pl_prose_word *slot = PL_VEC_ADD(out);
            if (slot == NULL)
                return pl_fail_nomem(err);
            *slot = next;
        }
        is_broken = has_hyphen && out->n > 0;
    }
    return PL_OK;
}

bool pl_printed_text(pl_bytes data, struct pl_buf *out)
{
    pl_bytes line;
    pl_bytes body;
    while (pl_bytes_line(&data, &line)) {
        if (!pl_printed_line(line, &body))
            continue;
        for (size_t i = 0; i < body.n; i++) {
            uint8_t c = body.p[i];
            if (c == '\\') {
                c = body.p[++i]; /* never the last byte: pl_printed_line() saw to that */
                if (c != '\\' && c != '"' && c != 'n' && c != 't')
                    return false;
                c = c == 'n' ? '\n' : c == 't' ? '\t' : c;
            }
            pl_buf_add_byte(out, c);
        }
    }
    return out->why == PL_OK;
}
