/*
 * asleep.c - finding comments, and definitions of names to numbers.
 *
 * What it could hide: words of up to 24 letters in a comment, and macros that are a number, an empty text or nothing, under names that stand nowhere else. No compiler and no
 * parser does anything with either; a program that reads them has to be in the package, too, and is judged by itself.
 *
 * Sources: XML 1.0, 2.5 and 2.7; C17 6.4.9 and 6.10.3; GNU make manual, "What Makefiles Contain"; pkg-config(1).
 */
#include "match/asleep.h"

#include <string.h>

#define CDATA "<![CDATA["

enum language { NONE, XML, C, LINES, DEFINES };

static enum language language_of(const char *kind)
{
    static const struct {
        const char *kind;
        enum language language;
    } rows[] = {{"xml", XML},    {"html", XML},         {"svg", XML},      {"c", C},         {"cxx", C},
                {"make", LINES}, {"pkg-config", LINES}, {"config", LINES}, {"text", DEFINES}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0] && kind != NULL; i++)
        if (strcmp(kind, rows[i].kind) == 0)
            return rows[i].language;
    return NONE;
}

void pl_asleep_init(struct pl_asleep *a, pl_bytes data, const char *kind)
{
    *a = (struct pl_asleep){.data = data, .kind = kind};
}

static bool stands_at(const struct pl_asleep *a, size_t at, const char *text)
{
    return pl_bytes_starts(pl_bytes_from(a->data, at), pl_bytes_of_str(text));
}

/* Behind the first `end` at or behind `at`. */
static size_t behind(const struct pl_asleep *a, size_t at, const char *end)
{
    size_t found = pl_bytes_find(a->data, pl_bytes_of_str(end), at);
    return found == SIZE_MAX ? a->data.n : found + strlen(end);
}

/* The end of a line that no backslash continues. */
static size_t line_end(pl_bytes data, size_t at)
{
    while (at < data.n && !(data.p[at] == '\n' && (at == 0 || data.p[at - 1] != '\\')))
        at++;
    return at;
}

/* Behind a literal of one line, whose first byte is its quote. */
static size_t behind_literal(pl_bytes data, size_t at)
{
    uint8_t quote = data.p[at++];
    while (at < data.n && data.p[at] != quote && data.p[at] != '\n')
        at += data.p[at] == '\\' && at + 1 < data.n ? 2 : 1;
    return at < data.n ? at + 1 : data.n;
}

static bool is_line_of_its_own(pl_bytes data, size_t at)
{
    while (at > 0 && (data.p[at - 1] == ' ' || data.p[at - 1] == '\t'))
        at--;
    return at == 0 || (data.p[at - 1] == '\n' && (at == 1 || data.p[at - 2] != '\\'));
}

/* Read on to the next comment; false when there is none. */
static bool next_comment(struct pl_asleep *a, enum language language)
{
    while (a->at < a->data.n) {
        size_t begin = a->at;
        uint8_t c = a->data.p[begin];
        bool is_one = true;
        if (language == XML && stands_at(a, begin, CDATA)) {
            a->at = behind(a, begin, "]]>");
            continue;
        }
        if (language == C && (c == '"' || c == '\'')) {
            a->at = behind_literal(a->data, begin);
            continue;
        }
        if (language == XML && stands_at(a, begin, "<!--"))
            a->at = behind(a, begin + 4, "-->");
        else if (language == C && stands_at(a, begin, "/*"))
            a->at = behind(a, begin + 2, "*/");
        else if ((language == C && stands_at(a, begin, "//")) ||
                 (language == LINES && c == '#' && is_line_of_its_own(a->data, begin)))
            a->at = line_end(a->data, begin);
        else
            is_one = false;
        if (is_one) {
            a->begin = begin;
            a->end = a->at;
            return true;
        }
        a->at++;
    }
    return false;
}

static pl_bytes without_blanks(pl_bytes text)
{
    while (text.n > 0 && (text.p[0] == ' ' || text.p[0] == '\t'))
        text = pl_bytes_from(text, 1);
    return text;
}

/* Nothing, a number, or an empty text: "", 1, 0x10L. */
static bool is_idle_value(pl_bytes value)
{
    value = pl_bytes_trim(value);
    for (size_t i = 0; i < value.n && !pl_bytes_eq_str(value, "\"\""); i++)
        if (!pl_is_digit(value.p[i]) && memchr("xXaAbBcCdDeEfFuUlL-.", value.p[i], 20) == NULL)
            return false;
    return value.n == 0 || pl_bytes_eq_str(value, "\"\"") || pl_is_digit(value.p[0]) || value.p[0] == '-';
}

/* Takes a word of letters, digits and underscores off the front. */
static pl_bytes take_word(pl_bytes *line)
{
    size_t n = 0;
    while (n < line->n && pl_is_word_byte(line->p[n]))
        n++;
    pl_bytes word = pl_bytes_sub(*line, 0, n);
    *line = pl_bytes_from(*line, n);
    return word;
}

/* A type, a number with signs and casts around it, another reserved name, or a short text alone. Nothing of it calls anything. */
static bool is_compilers_value(pl_bytes value)
{
    static const char *const types[] = {"char",  "short",  "int", "long", "signed", "unsigned",
                                        "float", "double", "c",   "L",    "U",      "UL"};
    value = pl_bytes_trim(value);
    if (value.n >= 2 && value.p[0] == '"' && pl_bytes_find_byte(value, '"', 1) == value.n - 1)
        return value.n <= PL_ASLEEP_WORD && pl_bytes_find_byte(value, '\\', 0) == SIZE_MAX;
    bool is_behind_word = false;
    while (value.n > 0) {
        pl_bytes word = take_word(&value);
        bool is_number = word.n > 0 && pl_is_digit(word.p[0]);
        if (word.n > 0 && !is_number && !pl_bytes_starts(word, PL_LIT("__")) &&
            !pl_bytes_is_one_of(word, types, sizeof types / sizeof types[0]))
            return false;
        is_behind_word = word.n > 0 || is_behind_word;
        if (value.n == 0)
            break;
        if (memchr(" +-.()#", value.p[0], 7) == NULL || (value.p[0] == '(' && is_behind_word))
            return false;
        is_behind_word = value.p[0] == ' ' && is_behind_word;
        value = pl_bytes_from(value, 1);
    }
    return true;
}

/*
 * "#define __INT64_C(c) c ## L" in a list of what a compiler defines by itself (gcc -dM): names that C leaves to it, C17 7.1.3. The program that reads the list is in the
 * package, too.
 */
static bool is_compilers(pl_bytes name, pl_bytes rest)
{
    if (pl_bytes_starts(rest, PL_LIT("(c) ")))
        rest = pl_bytes_from(rest, 3);
    return pl_bytes_starts(name, PL_LIT("__")) && pl_bytes_starts(rest, PL_LIT(" ")) &&
           is_compilers_value(rest);
}

/* Is the line of `word` "#define NAME 1", or "#undef NAME"? */
static bool is_definition(pl_bytes data, pl_bytes word, enum language language)
{
    size_t start = (size_t)(word.p - data.p);
    while (start > 0 && data.p[start - 1] != '\n')
        start--;
    if (start > 1 && data.p[start - 2] == '\\')
        return false;
    pl_bytes line = pl_bytes_from(data, start);
    size_t end = pl_bytes_find_byte(line, '\n', 0);
    line = without_blanks(pl_bytes_sub(line, 0, end == SIZE_MAX ? line.n : end));
    if (!pl_bytes_starts(line, PL_LIT("#")))
        return false;
    line = without_blanks(pl_bytes_from(line, 1));
    pl_bytes directive = take_word(&line);
    line = without_blanks(line);
    pl_bytes name = take_word(&line);
    if (language == DEFINES && pl_bytes_eq_str(directive, "define") && is_compilers(name, line))
        return true;
    bool is_whole = line.n == 0 || line.p[0] == ' ' || line.p[0] == '\t' || line.p[0] == '\r';
    bool is_one = pl_bytes_eq_str(directive, "define") || pl_bytes_eq_str(directive, "undef");
    return is_one && name.n > 0 && is_whole && is_idle_value(line);
}

bool pl_asleep_holds(struct pl_asleep *a, pl_bytes word)
{
    enum language language = language_of(a->kind);
    size_t at = (size_t)(word.p - a->data.p);
    if (language == NONE)
        return false;
    if ((language == C || language == DEFINES) && is_definition(a->data, word, language))
        return true;
    if (at < a->begin)
        pl_asleep_init(a, a->data, a->kind);
    while (a->end <= at && a->at <= at && next_comment(a, language)) {
    }
    return a->begin <= at && at + word.n <= a->end && word.n <= PL_ASLEEP_WORD;
}
