/*
 * generated.c - rung 6 for what autotools write: lines put together from pieces of their inputs.
 *
 *     configure.ac   AC_CHECK_HEADERS([sys/time.h])            a piece of 5 tokens
 *     headers.m4     AC_MSG_CHECKING([for $1 usability])...    pieces between arguments
 *     configure      printf %s "checking for sys/time.h... " >&6; }
 *                    [ piece of general.m4 ][  argument  ][ piece ]
 *
 * The file is tiled from its beginning with the longest runs of tokens that stand in an input. What is left between pieces are arguments and
 * names that macros built: words that the inputs have, whole or in parts. A line is explained when enough of it is pieces and nothing
 * that is left runs, joins or redirects anything. In makefiles, lists of names may be all names; recipes may not.
 *
 * Source: Autoconf manual, "M4 Quotation"; Automake manual, "Canonicalization"; measured on the set of tests/accuracy/autotools.txt.
 * Not seen: a line made from known pieces only, in another place than the tool puts it. That needs the tool itself.
 */
#include "match/generated.h"

#include "classify/classify.h"
#include "match/pieces.h"

#include <stdlib.h>
#include <string.h>

#define RULE          "generated.pieces"
#define MAX_BYTES     (64u << 20)
#define MAX_TOKENS    (1u << 24)
#define STRONG_PIECE  5u
#define MAX_HOLE_SIGN 1u /* signs other than those in names, in one hole */

/* What a token of the file is part of. */
struct tile {
    uint32_t piece; /* tokens of its piece; 0: of none */
    uint32_t unit;
    uint64_t offset; /* in the unit, of the piece */
};

struct tiling {
    const struct pl_match *m;
    struct pl_file *f;
    const struct pl_generated_kind *kind;
    pl_token_list tokens;
    struct tile *tiles;
    bool is_recipe; /* the logical line that goes on */
    bool goes_on;   /* the line before ended in a backslash */
};

/* Lines that were explained one after the other. */
struct stretch {
    size_t offset;
    size_t end;
    bool has_holes;
    bool is_open;
    struct tile best;
};

static bool is_make(const struct tiling *x)
{
    return x->kind->lines == PL_LINES_MAKE;
}

/* Is token i where a command begins: there, nothing but the beginning of a piece will do. */
static bool begins_command(const struct tiling *x, size_t i)
{
    size_t at = x->tokens.v[i].offset;
    if (x->kind->lines == PL_LINES_PLAIN)
        return false;
    if (is_make(x) && at > 1 && x->f->data.p[at - 1] == '(' && x->f->data.p[at - 2] == '$' &&
        (at == 2 || x->f->data.p[at - 3] != '$'))
        return false; /* $(NAME) is a variable, $$(NAME) a command */
    return pl_token_may_begin(x->f->data, x->tokens.v[i].offset, false);
}

/* Words and signs of the shell that stand before or behind commands, and what make reads before one. */
static bool is_keyword(const struct tiling *x, size_t i)
{
    static const char *const all[] = {"if",   "then", "else", "elif", "fi", "do", "done", "while", "case",
                                      "esac", "{",    "}",    ";",    ":",  "!",  "@",    "-"};
    const struct pl_token *t = &x->tokens.v[i];
    for (size_t k = 0; k < sizeof all / sizeof all[0]; k++)
        if (pl_bytes_eq_str(pl_bytes_sub(x->f->data, t->offset, t->length), all[k]))
            return true;
    return false;
}

static void lay(struct tiling *x)
{
    for (size_t i = 0; i < x->tokens.n;) {
        struct tile t = {0};
        bool begins = begins_command(x, i);
        t.piece =
            pl_pieces_longest(x->m->pieces, &x->tokens.v[i], x->tokens.n - i, begins, &t.unit, &t.offset);
        if (t.piece == 0 && begins && is_keyword(x, i))
            t.piece = 1;
        for (uint32_t k = 0; k < t.piece; k++)
            x->tiles[i + k] = t;
        i += t.piece > 0 ? t.piece : 1;
    }
}

static bool is_known(const struct tiling *x, const struct pl_token *t)
{
    pl_bytes word = pl_bytes_sub(x->f->data, t->offset, t->length);
    return word.n < 3 || t->id != PL_NO_TOKEN || pl_index_has_word(x->m->index, word) ||
           pl_pieces_derives(x->m->pieces, word);
}

/* Signs that stand in names of files, variables and makefile targets. */
static bool is_tame_sign(uint8_t c)
{
    return c != 0 && memchr("_./-+,:=@(){}$#%^~?", c, 19) != NULL;
}

/* Signs that may stand alone in a hole: they end or quote an argument. */
static bool is_closing_sign(uint8_t c)
{
    return c != 0 && memchr(";\"'*!`", c, 6) != NULL;
}

/* In a makefile $(shell ...) runs something. */
static bool is_running_word(pl_bytes word)
{
    return pl_bytes_eq_str(word, "shell") || pl_bytes_eq_str(word, "eval") || pl_bytes_eq_str(word, "exec");
}

static uint8_t sign_at(const struct tiling *x, size_t i, size_t to)
{
    return i < to && !x->tokens.v[i].is_word ? x->f->data.p[x->tokens.v[i].offset] : 0;
}

/* "$<", "$@" and the like of a makefile: is token i the sign behind the dollar? */
static bool is_automatic(const struct tiling *x, size_t i, size_t to)
{
    uint8_t c = sign_at(x, i, to);
    size_t offset = x->tokens.v[i].offset;
    return is_make(x) && c != 0 && memchr("<@*?^", c, 5) != NULL && offset > 0 &&
           x->f->data.p[offset - 1] == '$';
}

/* ">&5": is token i the first or the second sign of it? It leads into a descriptor that is open. */
static bool is_redirection(const struct tiling *x, size_t i, size_t to)
{
    pl_bytes data = x->f->data;
    size_t at = x->tokens.v[i].offset;
    if (sign_at(x, i, to) == '&' && at > 0 && (data.p[at - 1] == '>' || data.p[at - 1] == '<'))
        return at + 1 < data.n && pl_is_digit(data.p[at + 1]);
    return sign_at(x, i, to) == '>' && at + 1 < data.n && data.p[at + 1] == '&';
}

/* Can the tokens [from, to), which are in no piece, be an argument? */
static bool is_argument(const struct tiling *x, size_t from, size_t to)
{
    size_t signs = 0;
    for (size_t i = from; i < to; i++) {
        const struct pl_token *t = &x->tokens.v[i];
        uint8_t c = x->f->data.p[t->offset];
        if (is_automatic(x, i, to) || is_redirection(x, i, to))
            continue;
        if (t->is_word) {
            if (!is_known(x, t) || is_running_word(pl_bytes_sub(x->f->data, t->offset, t->length)))
                return false;
        } else if (is_closing_sign(c)) {
            signs++;
        } else if (!is_tame_sign(c)) {
            return false;
        }
    }
    return signs <= MAX_HOLE_SIGN;
}

/*
 * The tokens of a reference to a variable whose name is known: "$(NAME)" of make, "$NAME" and "${NAME" of the shell; 0 for none. As good as
 * a piece: macros and templates name variables, and nothing is run by it unless it stands where a command does.
 */
static size_t reference(const struct tiling *x, size_t i, size_t to)
{
    bool has_bracket = sign_at(x, i + 1, to) == (is_make(x) ? '(' : '{');
    size_t name = i + 1 + has_bracket;
    if (sign_at(x, i, to) != '$' || name >= to || !x->tokens.v[name].is_word ||
        !is_argument(x, name, name + 1) || (is_make(x) && sign_at(x, name + 1, to) != ')'))
        return 0;
    return name + 1 + is_make(x) - i;
}

/* "@HAVE_X_TRUE@" before a line of a makefile: the token behind all of them. */
static size_t skip_conditions(const struct tiling *x, size_t from, size_t to)
{
    while (is_make(x) && from + 2 < to && sign_at(x, from, to) == '@' && x->tokens.v[from + 1].is_word &&
           sign_at(x, from + 2, to) == '@' && is_argument(x, from + 1, from + 2))
        from += 3;
    return from;
}

/* No blank between the tokens? */
static bool is_one_word(const struct tiling *x, size_t from, size_t to)
{
    pl_bytes all = pl_bytes_sub(x->f->data, x->tokens.v[from].offset,
                                x->tokens.v[to - 1].offset - x->tokens.v[from].offset);
    return pl_bytes_find_byte(all, ' ', 0) == SIZE_MAX && pl_bytes_find_byte(all, '\t', 0) == SIZE_MAX;
}

/* "NAME=value", "value)" of a case, or a name alone, without blanks; or a comment: nothing is run. */
static bool is_inert(const struct tiling *x, size_t from, size_t to)
{
    if (sign_at(x, from, to) == '#')
        return true;
    if (!is_one_word(x, from, to) || !x->tokens.v[from].is_word)
        return false;
    return to - from == 1 || sign_at(x, from + 1, to) == '=' || sign_at(x, to - 1, to) == ')';
}

/* The end of the word of the shell that begins at `at`: quotes hold blanks together. */
static size_t shell_word_end(pl_bytes text, size_t at)
{
    uint8_t quote = 0;
    for (; at < text.n && text.p[at] != '\n'; at++) {
        uint8_t c = text.p[at];
        if (c == '\\' && quote != '\'')
            at++;
        else if (quote == 0 && memchr(" \t;&|)", c, 6) != NULL)
            break;
        else if (quote == 0 && (c == '\'' || c == '"' || c == '`'))
            quote = c;
        else if (c == quote)
            quote = 0;
    }
    return at < text.n ? at : text.n;
}

/* "NAME=value" at token i, with no command behind it on the line. */
static bool is_assignment(const struct tiling *x, size_t i, size_t to)
{
    pl_bytes data = x->f->data;
    if (!x->tokens.v[i].is_word || sign_at(x, i + 1, to) != '=')
        return false;
    size_t end = shell_word_end(data, x->tokens.v[i].offset);
    while (end < data.n && (data.p[end] == ' ' || data.p[end] == '\t'))
        end++;
    return end == data.n || memchr("\n;&|)#", data.p[end], 6) != NULL;
}

/* Functions that m4sh and autoconf define under names of their own. */
static bool is_tool_function(const struct tiling *x, size_t i)
{
    pl_bytes word = pl_bytes_sub(x->f->data, x->tokens.v[i].offset, x->tokens.v[i].length);
    return pl_bytes_starts(word, PL_LIT("ac_fn_")) || pl_bytes_starts(word, PL_LIT("as_fn_"));
}

/* A line of a makefile that no shell sees: a target, a variable, a list. */
static bool is_list(const struct tiling *x)
{
    return is_make(x) && !x->is_recipe;
}

/* The end of what is in no piece from token i on, when that can be explained without one; else SIZE_MAX. */
static size_t skip_hole(const struct tiling *x, size_t i, size_t to, bool is_harmless, size_t *strong)
{
    size_t end = i;
    while (end < to && x->tiles[end].piece == 0) {
        size_t variable = reference(x, end, to);
        bool is_run = begins_command(x, end) && !is_assignment(x, end, to) && !is_tool_function(x, end) &&
                      !(is_make(x) && variable > 0);
        if (is_run && !is_harmless)
            return SIZE_MAX;
        *strong += variable;
        end += variable > 0 ? variable : 1;
    }
    return is_argument(x, i, end) ? end : SIZE_MAX;
}

/* Where a comment behind the line's own tokens begins, one without pieces; `to` when there is none. */
static size_t comment_start(const struct tiling *x, size_t from, size_t to)
{
    for (size_t i = from + 1; i < to; i++) {
        size_t at = x->tokens.v[i].offset;
        if (x->tiles[i].piece == 0 && sign_at(x, i, to) == '#' && x->f->data.p[at - 1] == ' ' &&
            at + 1 < x->f->data.n && x->f->data.p[at + 1] == ' ' && is_argument(x, i, to))
            return i;
    }
    return to;
}

/* The tokens of a command at token i that runs the file it is given: "." or a shell, by name or by variable; 0 when it is none. */
static size_t interpreter(const struct tiling *x, size_t i, size_t to)
{
    static const char *const names[] = {"sh",     "bash",    "source", "perl",
                                        "python", "python3", "SHELL",  "CONFIG_SHELL"};
    size_t n = 1;
    size_t name = i;
    if (!begins_command(x, i))
        return 0;
    if (sign_at(x, i, to) == '.') {
        size_t at = x->tokens.v[i].offset + 1;
        return at < x->f->data.n && x->f->data.p[at] == ' ';
    }
    if (sign_at(x, i, to) == '$') {
        bool has_bracket = sign_at(x, i + 1, to) == '(' || sign_at(x, i + 1, to) == '{';
        name = i + 1 + has_bracket;
        n = 2 + 2 * has_bracket;
    }
    if (name >= to || !x->tokens.v[name].is_word)
        return 0;
    pl_bytes word = pl_bytes_sub(x->f->data, x->tokens.v[name].offset, x->tokens.v[name].length);
    for (size_t k = 0; k < sizeof names / sizeof names[0]; k++)
        if (pl_bytes_eq_str(word, names[k]))
            return n;
    return 0;
}

/* What an interpreter at token i is given to run stands in one piece with it, or there is none. */
static bool knows_what_it_runs(const struct tiling *x, size_t i, size_t to)
{
    pl_bytes data = x->f->data;
    size_t n = interpreter(x, i, to);
    if (n == 0 || i + n >= to)
        return true;
    size_t end = shell_word_end(data, x->tokens.v[i + n].offset);
    const struct tile *first = &x->tiles[i];
    for (size_t k = i; k < to && x->tokens.v[k].offset < end; k++)
        if (x->tiles[k].piece == 0 || x->tiles[k].unit != first->unit || x->tiles[k].offset != first->offset)
            return false;
    return true;
}

/* *has_holes is set when not all of the line is pieces. */
static bool is_explained(const struct tiling *x, size_t from, size_t to, bool *has_holes)
{
    size_t in_pieces = 0;
    size_t strong = 0;
    from = skip_conditions(x, from, to);
    to = comment_start(x, from, to);
    bool is_harmless = from == to || is_list(x) || is_inert(x, from, to);
    for (size_t i = from; i < to;) {
        i = skip_hole(x, i, to, is_harmless, &strong);
        if (i == SIZE_MAX)
            return false;
        for (; i < to && x->tiles[i].piece > 0; i++) {
            if (!is_harmless && !knows_what_it_runs(x, i, to))
                return false;
            in_pieces++;
            strong += x->tiles[i].piece >= STRONG_PIECE;
        }
    }
    *has_holes = in_pieces < to - from;
    return is_harmless || 2 * in_pieces >= to - from || 2 * strong >= to - from;
}

static pl_status close_stretch(const struct tiling *x, struct stretch *s, struct pl_err *err)
{
    if (!s->is_open)
        return PL_OK;
    struct pl_claim c = {.offset = s->offset,
                         .length = s->end - s->offset,
                         .class = PL_CLASS_DERIVED,
                         .grade = s->has_holes ? PL_GRADE_C : PL_GRADE_B,
                         .rule = RULE,
                         .source_offset = PL_NO_OFFSET};
    s->is_open = false;
    if (s->best.piece > 0) {
        c.source = pl_arena_printf(
            x->m->arena, "%.*s:%llu", PL_ARG(pl_index_unit_file(x->m->index, s->best.unit)->path),
            (unsigned long long)pl_index_line_of(x->m->index, s->best.unit, s->best.offset));
        if (c.source == NULL)
            return pl_arena_fail(x->m->arena, err);
    }
    return pl_ledger_claim(&x->f->ledger, &c, err);
}

/* The longest piece that begins in the line. */
static struct tile longest_tile(const struct tiling *x, size_t from, size_t to)
{
    struct tile best = {0};
    for (size_t i = from; i < to; i++)
        if (x->tiles[i].piece > best.piece)
            best = x->tiles[i];
    return best;
}

static pl_status add_line(const struct tiling *x, struct stretch *s, size_t offset, size_t end,
                          bool has_holes, struct tile best, struct pl_err *err)
{
    pl_status st = PL_OK;
    bool is_same = best.piece == 0 || s->best.piece == 0 || best.unit == s->best.unit;
    if (s->is_open && (has_holes != s->has_holes || !is_same))
        st = close_stretch(x, s, err);
    if (!s->is_open)
        *s = (struct stretch){.offset = offset, .has_holes = has_holes, .is_open = true};
    s->end = end;
    if (s->best.piece == 0)
        s->best = best;
    return st;
}

/* Without conditions that automake puts before a line: "@HAVE_X_TRUE@". */
static pl_bytes without_conditions(pl_bytes line)
{
    while (line.n > 0 && line.p[0] == '@') {
        size_t end = pl_bytes_find_byte(line, '@', 1);
        if (end == SIZE_MAX)
            break;
        line = pl_bytes_from(line, end + 1);
    }
    return line;
}

static void begin_line(struct tiling *x, pl_bytes line)
{
    pl_bytes bare = without_conditions(line);
    if (!x->goes_on)
        x->is_recipe = bare.n > 0 && bare.p[0] == '\t';
    x->goes_on = line.n > 0 && line.p[line.n - 1] == '\\';
}

static pl_status judge_lines(struct tiling *x, struct pl_err *err)
{
    struct stretch s = {0};
    pl_bytes data = x->f->data;
    pl_bytes rest = data;
    pl_bytes line;
    size_t token = 0;
    pl_status st = PL_OK;
    while (st == PL_OK && pl_bytes_line(&rest, &line)) {
        size_t offset = (size_t)(line.p - data.p);
        size_t end = rest.n > 0 ? (size_t)(rest.p - data.p) : data.n;
        size_t first = token;
        bool has_holes = false;
        begin_line(x, line);
        while (token < x->tokens.n && x->tokens.v[token].offset < end)
            token++;
        if (first == token && s.is_open && line.n <= 2)
            s.end = end; /* an empty line goes with what is before it */
        else if (first < token && is_explained(x, first, token, &has_holes))
            st = add_line(x, &s, offset, end, has_holes, longest_tile(x, first, token), err);
        else
            st = close_stretch(x, &s, err);
    }
    return st == PL_OK ? close_stretch(x, &s, err) : st;
}

static pl_status apply(const struct pl_match *m, struct pl_file *f, struct pl_err *err)
{
    struct tiling x = {.m = m, .f = f, .kind = pl_generated_kind(f)};
    if (x.kind == NULL || m->pieces == NULL || f->container != NULL || f->data.n > MAX_BYTES ||
        !pl_looks_like_text(f->data))
        return PL_OK;
    pl_status st = pl_pieces_build(m->pieces, err);
    if (st == PL_OK)
        st = pl_pieces_tokens(m->pieces, f->data, &x.tokens, err);
    x.tiles = st == PL_OK ? calloc(x.tokens.n + 1, sizeof *x.tiles) : NULL;
    if (st == PL_OK && x.tiles == NULL)
        st = pl_fail_nomem(err);
    if (st == PL_OK) {
        lay(&x);
        st = judge_lines(&x, err);
    }
    free(x.tiles);
    PL_VEC_FREE(&x.tokens);
    return st;
}

const struct pl_rung pl_rung_generated = {
    .rule = RULE,
    .what = "In files that autotools or bison write: lines put together from pieces of their inputs and of "
            "the tool's own files, with names "
            "from the inputs between them.",
    .source = "Autoconf manual, \"M4 Quotation\"; Automake manual, \"Canonicalization\"",
    .pass = PL_PASS_FILE,
    .apply = apply,
};
