/*
 * lex_js.c - the family of JavaScript: JavaScript, TypeScript, JSX.
 *
 * Two things need more than the present byte. A slash begins a regular expression where an operand can stand, which the token before
 * tells, with one bit for each open parenthesis (does it belong to `if`, `while`, `for` or `with`?). And a template literal or a tag
 * of JSX is left and entered again at braces, which a stack of frames counts:
 *
 *     `a ${ f(`b ${c}`) } d`        <b c={d}>text {e}</b>
 *          HOLE      HOLE            TAG        BODY HOLE
 *
 * Source: ECMA-262 (2024) section 12 and its ambiguity of goal symbols; the JSX specification.
 * Not read here: types of TypeScript; `<T>x` as a cast is taken as operators, and so is an arrow function's `<T>` where JSX is on.
 */
#include "format/text/lex_family.h"

#include <string.h>

enum { FRAME_TEMPLATE, FRAME_HOLE, FRAME_TAG, FRAME_BODY };

static bool push(struct pl_lex *x, uint8_t kind)
{
    if (x->depth >= PL_LEX_DEPTH)
        return false;
    x->frames[x->depth++] = (struct pl_lex_frame){.kind = kind};
    return true;
}

static int top(const struct pl_lex *x)
{
    return x->depth == 0 ? -1 : x->frames[x->depth - 1].kind;
}

/* A chunk of a template whose text begins at `from`; the token began at `start`. False: it never ends. */
static bool take_chunk(struct pl_lex *x, struct pl_lex_token *out, size_t start, size_t from, bool is_opening)
{
    if (from < x->no_close_before[2])
        return false;
    for (size_t i = from; i < x->text.n; i++) {
        uint8_t b = x->text.p[i];
        if (b == '\\') {
            i++;
        } else if (b == '`') {
            x->may_be_regex = false;
            if (!is_opening)
                x->depth--;
            pl_lex_take_body(x, out, PL_LEX_CHUNK, start, from, i, i + 1);
            out->is_opening = is_opening;
            out->is_closing = true;
            return true;
        } else if (b == '$' && pl_lex_byte(x, i + 1) == '{') {
            if (is_opening && !push(x, FRAME_TEMPLATE))
                return false;
            x->may_be_regex = true;
            pl_lex_take_body(x, out, PL_LEX_CHUNK, start, from, i, i + 2);
            out->is_opening = is_opening;
            return true;
        }
    }
    x->no_close_before[2] = x->text.n;
    return false;
}

/* The byte behind the closing slash of a regular expression that begins at `at`; 0 when there is none on this line. */
static size_t regex_end(struct pl_lex *x, size_t at)
{
    bool is_in_class = false;
    size_t i = at + 1;
    if (at < x->no_close_before[3])
        return 0;
    for (; i < x->text.n; i++) {
        uint8_t b = x->text.p[i];
        if (b == '\n')
            break;
        if (b == '\\')
            i++;
        else if (b == '[')
            is_in_class = true;
        else if (b == ']')
            is_in_class = false;
        else if (b == '/' && !is_in_class)
            return i + 1;
    }
    x->no_close_before[3] = i;
    return 0;
}

static bool is_one_of(pl_bytes word, const char *const *list, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (word.p[0] == (uint8_t)list[i][0] && pl_bytes_eq_str(word, list[i]))
            return true;
    return false;
}

/* Words behind which an operand stands, and words whose parentheses stand before a statement. */
static void after_word(struct pl_lex *x, pl_bytes word, bool is_property)
{
    static const char *const operators[] = {"return", "typeof", "case",    "in",     "of",    "delete",
                                            "void",   "else",   "do",      "new",    "throw", "instanceof",
                                            "yield",  "await",  "extends", "default"};
    static const char *const controls[] = {"if", "while", "for", "with"};
    bool is_short = word.n <= 10 && word.p[0] >= 'a' && word.p[0] <= 'z' && !is_property;
    x->is_after_control = is_short && is_one_of(word, controls, 4);
    x->may_be_regex = is_short && is_one_of(word, operators, sizeof operators / sizeof operators[0]);
}

static bool take_word(struct pl_lex *x, struct pl_lex_token *out, size_t start)
{
    bool is_property = start > 0 && x->text.p[start - 1] == '.';
    size_t end = pl_lex_word_end(x, start + 1);
    pl_lex_take(x, out, PL_LEX_WORD, start, end);
    after_word(x, out->body, is_property);
    return true;
}

static bool take_punct(struct pl_lex *x, struct pl_lex_token *out, size_t n)
{
    size_t start = x->at;
    uint8_t b = x->text.p[start];
    bool was_after_control = x->is_after_control;
    x->is_after_control = false;
    x->may_be_regex = true;
    if (b == '(') {
        x->parens = x->parens << 1 | was_after_control;
    } else if (b == ')') {
        x->may_be_regex = x->parens & 1;
        x->parens >>= 1;
    } else if (b == ']') {
        x->may_be_regex = false;
    } else if ((b == '+' || b == '-') && pl_lex_byte(x, start + 1) == b) {
        x->may_be_regex = false; /* x++ / 2 */
        n = 2;
    }
    return pl_lex_take(x, out, PL_LEX_PUNCT, start, start + n);
}

static bool take_slash(struct pl_lex *x, struct pl_lex_token *out)
{
    size_t start = x->at;
    uint8_t next = pl_lex_byte(x, start + 1);
    if (next == '/')
        return pl_lex_take(x, out, PL_LEX_COMMENT, start, pl_lex_line_end(x, start));
    if (next == '*') {
        /* An unclosed comment takes the rest: searched once. */
        return pl_lex_take(x, out, PL_LEX_COMMENT, start, pl_lex_behind(x, start + 2, PL_LIT("*/")));
    }
    size_t end = x->may_be_regex ? regex_end(x, start) : 0;
    if (end == 0)
        return take_punct(x, out, 1);
    pl_lex_take_body(x, out, PL_LEX_REGEX, start, start + 1, end - 1, pl_lex_word_end(x, end));
    x->may_be_regex = false;
    return true;
}

/* Is this `<` the beginning of a tag? Only where an operand can stand. */
static bool begins_tag(const struct pl_lex *x)
{
    size_t at = x->at + 1;
    uint8_t next = pl_lex_byte(x, at);
    bool is_shift = x->at > 0 && x->text.p[x->at - 1] == '<';
    if (!(x->language->habits & PL_LEX_JSX) || !x->may_be_regex || is_shift)
        return false;
    if (next == '>')
        return true;
    if (pl_lex_class(x, at) != PL_LEX_C_WORD || next >= 0x80)
        return false;
    at = pl_lex_word_end(x, at);
    while (pl_lex_class(x, at) == PL_LEX_C_SPACE)
        at++;
    /* <T,>(x) => and <T extends U>(x) => are type parameters. */
    return pl_lex_byte(x, at) != ',' && pl_lex_byte(x, at) != '(' &&
           !pl_bytes_starts(pl_bytes_from(x->text, at), PL_LIT("extends "));
}

static bool take_brace(struct pl_lex *x, struct pl_lex_token *out)
{
    size_t start = x->at;
    int kind = top(x);
    bool is_hole = kind == FRAME_TEMPLATE || kind == FRAME_HOLE;
    if (x->text.p[start] == '{') {
        if (is_hole)
            x->frames[x->depth - 1].braces++;
        return take_punct(x, out, 1);
    }
    if (is_hole && x->frames[x->depth - 1].braces > 0) {
        x->frames[x->depth - 1].braces--;
    } else if (kind == FRAME_TEMPLATE) {
        if (take_chunk(x, out, start, start + 1, false))
            return true;
        x->depth--;
    } else if (kind == FRAME_HOLE) {
        x->depth--;
    }
    return take_punct(x, out, 1);
}

/* Code: a script, or inside of a hole. */
static bool next_in_code(struct pl_lex *x, struct pl_lex_token *out)
{
    size_t start = x->at;
    uint8_t b = x->text.p[start];
    size_t end;
    switch (pl_lex_classes[b]) {
    case PL_LEX_C_WORD: return take_word(x, out, start);
    case PL_LEX_C_DIGIT:
        x->may_be_regex = false;
        return pl_lex_take(x, out, PL_LEX_NUMBER, start, pl_lex_number_end(x, start));
    case PL_LEX_C_QUOTE:
        if (b == '`')
            return take_chunk(x, out, start, start + 1, true) || take_punct(x, out, 1);
        end = pl_lex_quote_end(x, start + 1, b, true, false);
        if (end == SIZE_MAX)
            return take_punct(x, out, 1);
        x->may_be_regex = false;
        return pl_lex_take_body(x, out, PL_LEX_STRING, start, start + 1, end, end + 1);
    default: break;
    }
    uint8_t next = pl_lex_byte(x, start + 1);
    if (b == '/')
        return take_slash(x, out);
    if (b == '{' || b == '}')
        return take_brace(x, out);
    if (b == '.') {
        if (pl_lex_class(x, start + 1) == PL_LEX_C_DIGIT) {
            x->may_be_regex = false;
            return pl_lex_take(x, out, PL_LEX_NUMBER, start, pl_lex_number_end(x, start));
        }
        return take_punct(x, out, next == '.' && pl_lex_byte(x, start + 2) == '.' ? 3 : 1);
    }
    if (b == '?' && next == '.' && pl_lex_class(x, start + 2) != PL_LEX_C_DIGIT) {
        take_punct(x, out, 2);
        out->byte = '.';
        return true;
    }
    if (b == '=' && next == '>')
        return take_punct(x, out, 2);
    if (b == '#' && pl_lex_class(x, start + 1) == PL_LEX_C_WORD)
        return take_word(x, out, start);
    if (b == '<' && begins_tag(x) && push(x, FRAME_TAG)) {
        take_punct(x, out, 1);
        x->is_in_tag = true; /* its name comes next */
        return true;
    }
    return take_punct(x, out, 1);
}

static bool next_in_tag(struct pl_lex *x, struct pl_lex_token *out)
{
    size_t start = x->at;
    uint8_t b = x->text.p[start];
    uint8_t class = pl_lex_classes[b];
    if (class == PL_LEX_C_WORD || class == PL_LEX_C_DIGIT) {
        size_t end = start;
        while (pl_lex_class(x, end) == PL_LEX_C_WORD || pl_lex_class(x, end) == PL_LEX_C_DIGIT ||
               pl_lex_byte(x, end) == '-' || pl_lex_byte(x, end) == ':')
            end++;
        bool is_name = x->is_in_tag;
        x->is_in_tag = false;
        pl_lex_take(x, out, PL_LEX_WORD, start, end);
        out->is_opening = is_name;
        out->is_raw = !is_name;
        return true;
    }
    x->is_in_tag = false;
    if (class == PL_LEX_C_QUOTE && b != '`') {
        size_t end = pl_lex_quote_end(x, start + 1, b, false, true);
        if (end != SIZE_MAX) {
            pl_lex_take_body(x, out, PL_LEX_STRING, start, start + 1, end, end + 1);
            out->is_raw = true;
            return true;
        }
    }
    if (b == '{' && push(x, FRAME_HOLE))
        return take_punct(x, out, 1);
    if (b == '/' && pl_lex_byte(x, start + 1) == '>') {
        x->depth--;
        take_punct(x, out, 2);
        x->may_be_regex = false;
        return true;
    }
    if (b == '/' && (pl_lex_byte(x, start + 1) == '*' || pl_lex_byte(x, start + 1) == '/'))
        return take_slash(x, out);
    if (b == '>')
        x->frames[x->depth - 1].kind = FRAME_BODY;
    return take_punct(x, out, 1);
}

static bool next_in_body(struct pl_lex *x, struct pl_lex_token *out)
{
    size_t start = x->at;
    size_t i = start;
    uint8_t b = x->text.p[start];
    if (b == '<' && pl_lex_byte(x, start + 1) == '/') {
        size_t end = pl_bytes_find_byte(x->text, '>', start);
        x->depth--;
        x->may_be_regex = false;
        return pl_lex_take(x, out, PL_LEX_PUNCT, start, end == SIZE_MAX ? x->text.n : end + 1);
    }
    if (b == '<' && push(x, FRAME_TAG)) {
        x->is_in_tag = true;
        return take_punct(x, out, 1);
    }
    if (b == '{' && push(x, FRAME_HOLE))
        return take_punct(x, out, 1);
    while (i < x->text.n && x->text.p[i] != '<' && x->text.p[i] != '{')
        i++;
    return i == start ? take_punct(x, out, 1) : pl_lex_take(x, out, PL_LEX_TEXT, start, i);
}

bool pl_lex_js_next(struct pl_lex *x, struct pl_lex_token *out)
{
    int kind = top(x);
    if (kind != FRAME_BODY)
        pl_lex_skip_blanks(x);
    if (x->at >= x->text.n)
        return false;
    if (kind == FRAME_TAG)
        return next_in_tag(x, out);
    return kind == FRAME_BODY ? next_in_body(x, out) : next_in_code(x, out);
}
