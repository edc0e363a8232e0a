/*
 * lex_shell.c - the family in which a string can be spelled in many ways and a here-document goes on below its line: shell, make, Perl, Ruby.
 *
 * A hash begins a comment only where a word can begin (`$#` and `a#b` are none). A here-document is one string, from the line after its
 * mark to the line that repeats it; its mark waits until the line ends.
 *
 *     cat <<EOF; echo next        mark: EOF
 *     text                        the string
 *     EOF
 *
 * Source: POSIX shell 2.2, 2.3, 2.7.4; perlop(1) "Quote and Quote-like Operators"; the Ruby reference, literals; GNU make 3.1.
 * Not read here: a slash as regular expression (in Perl and Ruby; m// and %r{} are read), expansions within strings.
 */
#include "format/text/lex_family.h"

#include <string.h>

/* Is the hash at `at` the beginning of a comment? */
static bool begins_comment(const struct pl_lex *x, size_t at)
{
    uint8_t before = at == 0 ? '\n' : x->text.p[at - 1];
    uint8_t class = pl_lex_classes[before];
    return class == PL_LEX_C_SPACE || class == PL_LEX_C_LINE || before == ';' || before == '(' ||
           before == ')' || before == '{' || before == '}' || before == '&' || before == '|';
}

/* A mark << or <<- or <<~ at the present place: note it, so that the string is taken when the line ends. */
static void note_heredoc(struct pl_lex *x)
{
    size_t at = x->at + 2;
    uint8_t b = pl_lex_byte(x, at);
    if (!(x->language->habits & PL_LEX_HEREDOCS) || x->heredoc_at != 0 || b == '<')
        return;
    if (b == '-' || b == '~')
        at++;
    bool is_shell = !(x->language->habits & PL_LEX_QUOTE_LIKE);
    while (is_shell && pl_lex_class(x, at) == PL_LEX_C_SPACE)
        at++;
    uint8_t quote = pl_lex_class(x, at) == PL_LEX_C_QUOTE ? x->text.p[at] : 0;
    size_t from = quote != 0 ? at + 1 : at;
    size_t end = pl_lex_class(x, from) == PL_LEX_C_WORD ? pl_lex_word_end(x, from) : from;
    if (end == from || end - from > 64 || (quote != 0 && pl_lex_byte(x, end) != quote))
        return;
    size_t line = pl_lex_line_end(x, end);
    x->heredoc_tag = pl_bytes_sub(x->text, from, end - from);
    x->heredoc_at = line < x->text.n ? line + 1 : x->text.n; /* without a next line: none, looked for once */
}

/* The here-document that begins at the present place. */
static bool take_heredoc(struct pl_lex *x, struct pl_lex_token *out)
{
    size_t start = x->heredoc_at;
    pl_bytes rest = pl_bytes_from(x->text, start);
    pl_bytes line;
    size_t to = x->text.n;
    size_t end = x->text.n;
    x->heredoc_at = 0;
    while (pl_bytes_line(&rest, &line)) {
        if (!pl_bytes_eq(pl_bytes_trim(line), x->heredoc_tag))
            continue;
        to = (size_t)(line.p - x->text.p);
        end = to + line.n;
        break;
    }
    if (start >= x->text.n)
        return false;
    x->is_first = true;
    pl_lex_take_body(x, out, PL_LEX_STRING, start, start, to, end);
    out->is_raw = true;
    return true;
}

static uint8_t closing_of(uint8_t open)
{
    return open == '(' ? ')' : open == '[' ? ']' : open == '{' ? '}' : open == '<' ? '>' : open;
}

/*
 * The delimiter that closes what was opened at `at`, nested ones counted; SIZE_MAX when it is not within 4 KiB. After a failure nothing is
 * looked for in these bytes again.
 */
static size_t matching(struct pl_lex *x, size_t at)
{
    if (at < x->no_close_before[3])
        return SIZE_MAX;
    uint8_t open = pl_lex_byte(x, at);
    uint8_t close = closing_of(open);
    size_t depth = 1;
    size_t limit = x->text.n - at < 4096 ? x->text.n : at + 4096;
    for (size_t i = at + 1; i < limit; i++) {
        uint8_t b = x->text.p[i];
        if (b == '\\')
            i++;
        else if (b == close && --depth == 0)
            return i;
        else if (b == open && open != close)
            depth++;
    }
    x->no_close_before[3] = limit;
    return SIZE_MAX;
}

/* q{}, qq(), qw//, m!!, qr//, s///, tr///, y/// of Perl, behind the word [start, end). */
static bool take_quote_like(struct pl_lex *x, struct pl_lex_token *out, size_t start, size_t end)
{
    static const char *const words[] = {"q", "qq", "qw", "qx", "m", "qr", "s", "tr", "y"};
    pl_bytes word = pl_bytes_sub(x->text, start, end - start);
    size_t i = 0;
    if (!(x->language->habits & PL_LEX_QUOTE_LIKE) || word.n > 2 ||
        (start > 0 && strchr("$@%&>{-.", x->text.p[start - 1]) != NULL))
        return false;
    while (i < sizeof words / sizeof words[0] && !pl_bytes_eq_str(word, words[i]))
        i++;
    if (i == sizeof words / sizeof words[0])
        return false;
    uint8_t open = pl_lex_byte(x, end);
    if (pl_lex_class(x, end) != PL_LEX_C_OTHER || strchr("=,;)}>-.", open) != NULL)
        return false;
    size_t to = matching(x, end);
    if (to == SIZE_MAX)
        return false;
    size_t behind = to + 1;
    if (i >= 6) { /* two parts */
        size_t second = closing_of(open) != open ? behind : to;
        size_t last = matching(x, second);
        if (last == SIZE_MAX)
            return false;
        behind = last + 1;
        to = last;
    }
    bool is_regex = i >= 4;
    behind = is_regex ? pl_lex_word_end(x, behind) : behind;
    pl_lex_take_body(x, out, is_regex ? PL_LEX_REGEX : PL_LEX_STRING, start, end + 1, to, behind);
    out->is_raw = true;
    return true;
}

static bool take_word(struct pl_lex *x, struct pl_lex_token *out, size_t start)
{
    size_t end = pl_lex_word_end(x, start + 1);
    if (take_quote_like(x, out, start, end))
        return true;
    while ((x->language->habits & PL_LEX_DASHED_WORDS) && pl_lex_byte(x, end) == '-' &&
           pl_lex_class(x, end + 1) == PL_LEX_C_WORD)
        end = pl_lex_word_end(x, end + 1);
    return pl_lex_take(x, out, PL_LEX_WORD, start, end);
}

static bool take_quoted(struct pl_lex *x, struct pl_lex_token *out, size_t start)
{
    uint8_t quote = x->text.p[start];
    unsigned habits = x->language->habits;
    if (!(habits & PL_LEX_OPEN_QUOTES) || (quote == '`' && !(habits & PL_LEX_BACKTICKS)))
        return false;
    bool is_plain = quote == '\'' && !(habits & PL_LEX_QUOTE_LIKE);
    size_t end = pl_lex_quote_end(x, start + 1, quote, !is_plain, true);
    if (end == SIZE_MAX)
        return false;
    pl_lex_take_body(x, out, PL_LEX_STRING, start, start + 1, end, end + 1);
    out->is_raw = is_plain;
    return true;
}

/* A string that was open at the end of the mark's line goes on behind it: the document begins where that line ends in the end. */
static void move_heredoc(struct pl_lex *x)
{
    if (x->heredoc_at == 0 || x->at <= x->heredoc_at)
        return;
    size_t line = pl_lex_line_end(x, x->at);
    x->heredoc_at = line < x->text.n ? line + 1 : x->text.n;
}

bool pl_lex_shell_next(struct pl_lex *x, struct pl_lex_token *out)
{
    move_heredoc(x);
    pl_lex_skip_blanks(x);
    if (x->heredoc_at != 0 && x->at >= x->heredoc_at && take_heredoc(x, out))
        return true;
    if (x->at >= x->text.n)
        return false;
    size_t start = x->at;
    uint8_t b = x->text.p[start];
    switch (pl_lex_classes[b]) {
    case PL_LEX_C_WORD: return take_word(x, out, start);
    case PL_LEX_C_DIGIT: return pl_lex_take(x, out, PL_LEX_NUMBER, start, pl_lex_number_end(x, start));
    case PL_LEX_C_QUOTE:
        if (take_quoted(x, out, start))
            return true;
        break;
    default: break;
    }
    if (b == '#' && begins_comment(x, start))
        return pl_lex_take(x, out, PL_LEX_COMMENT, start, pl_lex_line_end(x, start));
    if (b == '\\' && start + 1 < x->text.n)
        return pl_lex_take(x, out, PL_LEX_PUNCT, start, start + 2);
    if (b == '<' && pl_lex_byte(x, start + 1) == '<') {
        note_heredoc(x);
        return pl_lex_take(x, out, PL_LEX_PUNCT, start, start + 2);
    }
    return pl_lex_take(x, out, PL_LEX_PUNCT, start, start + 1);
}
