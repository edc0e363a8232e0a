/*
 * own_templates.c - reading what a script can write.
 *
 *     "..." '...'          escapes decoded; over the end of a line only between three quotes, as Python has them
 *     "a" "b"  "a" + "b"   one literal
 *     %s %d %(name)s       a hole (Python, printf); %% is a percent sign
 *     {name} {a.b}         a hole (Python's format)
 *     $name ${name} @name@ a hole, but not in Python
 *
 * Source: Python Language Reference, "Lexical analysis"; Python Library Reference, "printf-style String Formatting"; perlop(1), "Quote and
 * Quote-like Operators".
 * Not read: values that a script puts together by other means, such as joining a list; lines made from two writes.
 */
#include "match/own_templates.h"

#include "base/buf.h"

#include <string.h>

#define MAX_SCRIPT    (4u << 20)
#define MAX_LINE      1024u
#define MAX_TEMPLATES 65536u

struct reader {
    pl_bytes script;
    struct pl_arena *arena;
    pl_own_templates *out;
    struct pl_buf line;
    bool has_dollars; /* $name is a hole */
};

bool pl_is_generator(pl_bytes path)
{
    static const char *const ends[] = {".py", ".py3", ".pl", ".pm", ".sh", ".awk", ".rb", ".tcl", ".lua"};
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++)
        if (pl_bytes_ends(path, pl_bytes_of_str(ends[i])))
            return true;
    return false;
}

static size_t name_bytes(pl_bytes b, size_t at, bool with_dots)
{
    size_t n = 0;
    while (at + n < b.n && (pl_is_word_byte(b.p[at + n]) || (with_dots && n > 0 && b.p[at + n] == '.')))
        n++;
    return n;
}

/* The bytes of "%s", "%-3d", "%(name)s" at `at`; 0 when it is none. */
static size_t conversion(pl_bytes b, size_t at)
{
    size_t i = at + 1;
    if (i < b.n && b.p[i] == '(') {
        i += 1 + name_bytes(b, i + 1, false);
        if (i >= b.n || b.p[i] != ')')
            return 0;
        i++;
    }
    while (i < b.n && (b.p[i] == '-' || b.p[i] == '.' || pl_is_digit(b.p[i])))
        i++;
    return i < b.n && b.p[i] != 0 && memchr("sdiuxX", b.p[i], 6) != NULL ? i + 1 - at : 0;
}

/* A name between two signs, "{name}" or "@name@": its bytes, 0 when it is none. */
static size_t bracketed(pl_bytes b, size_t at, uint8_t close)
{
    size_t n = name_bytes(b, at + 1, close == '}');
    return n > 0 && at + 1 + n < b.n && b.p[at + 1 + n] == close ? n + 2 : 0;
}

static size_t variable(pl_bytes b, size_t at)
{
    if (at + 1 < b.n && b.p[at + 1] == '{') {
        size_t n = bracketed(b, at + 1, '}');
        return n > 0 ? n + 1 : 0;
    }
    size_t n = name_bytes(b, at + 1, false);
    return n > 0 ? n + 1 : 0;
}

/* The bytes of the hole at `at`; 0 when what stands there is text. */
static size_t hole(const struct reader *x, pl_bytes b, size_t at)
{
    uint8_t c = b.p[at];
    if (c == '%')
        return conversion(b, at);
    if (c == '{')
        return bracketed(b, at, '}');
    if (c == '$' && x->has_dollars)
        return variable(b, at);
    return c == '@' && x->has_dollars ? bracketed(b, at, '@') : 0;
}

/* Is it a list's entry: "<hole>,", "<hole>=<hole>,"? */
static bool is_entry(pl_bytes text)
{
    static const uint8_t one[] = {PL_HOLE, ','};
    static const uint8_t two[] = {PL_HOLE, '=', PL_HOLE, ','};
    return pl_bytes_eq(text, pl_bytes_of(one, sizeof one)) || pl_bytes_eq(text, pl_bytes_of(two, sizeof two));
}

/* What a template wants beside holes: a word of two letters, or, with one hole, four signs; else it would fit anything. */
static bool says_something(pl_bytes text, size_t holes)
{
    size_t run = 0;
    size_t signs = 0;
    for (size_t i = 0; i < text.n; i++) {
        bool is_letter = (text.p[i] | 0x20) >= 'a' && (text.p[i] | 0x20) <= 'z';
        run = is_letter ? run + 1 : 0;
        signs += text.p[i] != PL_HOLE && text.p[i] != ' ';
        if (run == 2)
            return true;
    }
    return holes == 0 || (holes == 1 && signs >= 4) || is_entry(text);
}

/* Take x->line as a template that begins at byte `at` of the script, and begin the next one. */
static pl_status end_line(struct reader *x, size_t at, struct pl_err *err)
{
    pl_bytes text = pl_bytes_trim(pl_buf_bytes(&x->line));
    size_t holes = 0;
    for (size_t i = 0; i < text.n; i++)
        holes += text.p[i] == PL_HOLE;
    bool is_whole = x->line.why == PL_OK;
    if (is_whole && text.n > 0 && holes <= PL_TEMPLATE_HOLES && x->out->n < MAX_TEMPLATES &&
        says_something(text, holes)) {
        struct pl_own_template *t = PL_VEC_ADD(x->out);
        if (t == NULL)
            return pl_fail_nomem(err);
        *t = (struct pl_own_template){pl_arena_keep(x->arena, text), at, holes > 0};
        if (t->text.p == NULL) {
            x->out->n--;
            return pl_arena_fail(x->arena, err);
        }
    }
    pl_buf_clear(&x->line);
    return PL_OK;
}

/* One byte of text, or a hole, or an escape; the bytes that were used. */
static size_t add_text(struct reader *x, pl_bytes b, size_t at)
{
    uint8_t c = b.p[at];
    size_t n = hole(x, b, at);
    if (n > 0) {
        pl_buf_add_byte(&x->line, PL_HOLE);
        return n;
    }
    if (c == '\\' && at + 1 < b.n) {
        uint8_t next = b.p[at + 1];
        pl_buf_add_byte(&x->line, next == 't' ? '\t' : next);
        return 2;
    }
    pl_buf_add_byte(&x->line, c == PL_HOLE ? ' ' : c);
    return c == '%' && at + 1 < b.n && b.p[at + 1] == '%' ? 2 : 1;
}

/* How many equal quotes open a literal at `at`. */
static size_t quotes_at(pl_bytes b, size_t at)
{
    return at + 2 < b.n && b.p[at + 1] == b.p[at] && b.p[at + 2] == b.p[at] ? 3 : 1;
}

static bool closes(pl_bytes b, size_t at, uint8_t quote, size_t quotes)
{
    return b.p[at] == quote &&
           (quotes == 1 || (at + 2 < b.n && b.p[at + 1] == quote && b.p[at + 2] == quote));
}

/* The quote of a literal that is joined to the one that ended before `at`, with nothing but blanks or a plus between; SIZE_MAX for none. */
static size_t joined_at(pl_bytes b, size_t at)
{
    size_t i = at;
    while (i < b.n && b.p[i] != 0 && memchr(" \t\r\n+", b.p[i], 5) != NULL)
        i++;
    return i < b.n && (b.p[i] == '"' || b.p[i] == '\'') ? i : SIZE_MAX;
}

/* The literal whose quotes open at `at`; *end is behind it. A literal of one quote that does not end on its line was none. */
static pl_status read_literal(struct reader *x, size_t at, size_t *end, struct pl_err *err)
{
    pl_bytes b = x->script;
    uint8_t quote = b.p[at];
    size_t quotes = quotes_at(b, at);
    size_t i = at + quotes;
    pl_status st = PL_OK;
    while (st == PL_OK && i < b.n && !closes(b, i, quote, quotes)) {
        bool is_written = b.p[i] == '\\' && i + 1 < b.n && (b.p[i + 1] == 'n' || b.p[i + 1] == '\n');
        if (b.p[i] == '\n' && quotes == 1) {
            *end = at + 1; /* an apostrophe of a comment or a pattern */
            pl_buf_clear(&x->line);
            return PL_OK;
        }
        if (b.p[i] == '\n' || is_written) {
            bool goes_on = is_written && b.p[i + 1] == '\n';
            st = goes_on ? PL_OK : end_line(x, at, err);
            i += is_written ? 2 : 1;
        } else {
            i += add_text(x, b, i);
        }
    }
    *end = i + quotes < b.n ? i + quotes : b.n;
    if (st == PL_OK && joined_at(b, *end) != SIZE_MAX)
        *end = joined_at(b, *end);
    else if (st == PL_OK)
        st = end_line(x, at, err);
    return st;
}

static pl_status read_literals(struct reader *x, struct pl_err *err)
{
    pl_status st = PL_OK;
    for (size_t i = 0; st == PL_OK && i < x->script.n;) {
        uint8_t c = x->script.p[i];
        if (c == '\\')
            i += 2;
        else if (c == '"' || c == '\'')
            st = read_literal(x, i, &i, err);
        else
            i++;
    }
    return st;
}

static pl_status read_lines(struct reader *x, struct pl_err *err)
{
    pl_bytes rest = x->script;
    pl_bytes line;
    pl_status st = PL_OK;
    while (st == PL_OK && pl_bytes_line(&rest, &line)) {
        pl_buf_clear(&x->line);
        for (size_t i = 0; i < line.n;)
            i += add_text(x, line, i);
        st = end_line(x, (size_t)(line.p - x->script.p), err);
    }
    return st;
}

pl_status pl_own_templates_read(pl_bytes path, pl_bytes script, struct pl_arena *arena, pl_own_templates *out,
                                struct pl_err *err)
{
    struct reader x = {.script = pl_bytes_sub(script, 0, MAX_SCRIPT), .arena = arena, .out = out};
    bool is_python = pl_bytes_ends(path, PL_LIT(".py")) || pl_bytes_ends(path, PL_LIT(".py3"));
    x.has_dollars = !is_python;
    pl_buf_init(&x.line, MAX_LINE);
    pl_status st = read_literals(&x, err);
    if (st == PL_OK && !is_python)
        st = read_lines(&x, err);
    pl_buf_reset(&x.line);
    return st;
}
