/*
 * zsh_completion.c - completions for zsh that a script of the source writes from a program's own help.
 *
 *     source   {"-o, --output <file>", "Write to file instead of stdout", ...},      a list of options
 *     script   my $tmpl = <<"EOS"; #compdef curl ... _arguments -C -S \\             the frame, and the actions
 *     file     {-o,--output}'[Write to file instead of stdout]':'<file>':_files \
 *
 * A line of the file is a line of the script but for the backslashes that a quoted text needs, or one specification of _arguments whose option
 * with its argument, and whose explanation, are literals of one file of the source, and whose action stands in the script as it is. The script
 * is a file of the source that holds "#compdef" and "_arguments"; nothing is run.
 *
 * What somebody could hide behind this: an option less, or another of the script's actions.
 * Source: zshcompsys(1), _arguments; zshmisc(1), quoting.
 */
#include "match/claim.h"

#include <string.h>

#define RULE           "completion.zsh"
#define MAX_LINES      4096u /* of one file */
#define MAX_LINE_BYTES 1024u
#define MIN_BYTES      3u /* of an explanation */

struct completion {
    const struct pl_match *m;
    uint32_t script; /* unit */
    uint32_t unit;   /* of the list of options, as far as it is known */
};

/* One specification, its parts without their quotes. */
struct spec {
    pl_bytes short_name; /* "-o"; empty when there is none */
    pl_bytes long_name;  /* "--output" */
    pl_bytes explanation;
    pl_bytes argument; /* "<file>"; empty when there is none */
    pl_bytes action;   /* as written, "_files"; empty when there is none */
};

static pl_bytes take_name(pl_bytes *rest)
{
    size_t n = 0;
    while (n < rest->n &&
           (pl_is_digit(rest->p[n]) || ((rest->p[n] | 0x20) >= 'a' && (rest->p[n] | 0x20) <= 'z') ||
            memchr("-_.#:", rest->p[n], 5) != NULL))
        n++;
    pl_bytes name = pl_bytes_sub(*rest, 0, n);
    *rest = pl_bytes_from(*rest, n);
    return name;
}

/* A text in single quotes, '\'' being a quote; without the backslashes before brackets and colons. In scratch. */
static bool take_quoted(const struct pl_match *m, pl_bytes *rest, pl_bytes *out)
{
    size_t i = 1;
    size_t n = 0;
    uint8_t *p = pl_arena_take_n(m->scratch, rest->n + 1, 1);
    if (p == NULL || rest->n < 2 || rest->p[0] != '\'')
        return false;
    for (; i < rest->n; i++) {
        if (rest->p[i] == '\'') {
            if (!pl_bytes_starts(pl_bytes_from(*rest, i), PL_LIT("'\\''")))
                break;
            i += 3;
        } else if (rest->p[i] == '\\' && i + 1 < rest->n && memchr("[]:", rest->p[i + 1], 3) != NULL) {
            i++;
        }
        p[n++] = rest->p[i];
    }
    if (i >= rest->n)
        return false;
    *out = pl_bytes_of(p, n);
    *rest = pl_bytes_from(*rest, i + 1);
    return true;
}

/* {-o,--output}'[explanation]':'<file>':action, and nothing behind it but a backslash. */
static bool read_spec(const struct pl_match *m, pl_bytes line, struct spec *out)
{
    pl_bytes rest = pl_bytes_trim(line);
    *out = (struct spec){.short_name = {NULL, 0}};
    if (!pl_bytes_ends(rest, PL_LIT(" \\")))
        return false;
    rest.n -= 2;
    bool has_short = pl_bytes_skip(&rest, PL_LIT("{"));
    if (has_short) {
        out->short_name = take_name(&rest);
        if (out->short_name.n != 2 || !pl_bytes_skip(&rest, PL_LIT(",")))
            return false;
    }
    out->long_name = take_name(&rest);
    if (!pl_bytes_starts(out->long_name, PL_LIT("--")) || (has_short && !pl_bytes_skip(&rest, PL_LIT("}"))) ||
        !take_quoted(m, &rest, &out->explanation) || !pl_bytes_starts(out->explanation, PL_LIT("[")) ||
        !pl_bytes_ends(out->explanation, PL_LIT("]")))
        return false;
    out->explanation = pl_bytes_sub(out->explanation, 1, out->explanation.n - 2);
    if (pl_bytes_skip(&rest, PL_LIT(":")) && !take_quoted(m, &rest, &out->argument))
        return false;
    if (out->argument.n > 0 && pl_bytes_skip(&rest, PL_LIT(":")))
        out->action = rest;
    return out->explanation.n >= MIN_BYTES && rest.n == out->action.n;
}

static pl_bytes text_of(const struct completion *c, uint32_t unit)
{
    return pl_index_unit_file(c->m->index, unit)->data;
}

/* Take `text` off the front of a literal as it is written, \" being a quote. */
static bool take_written(pl_bytes *rest, pl_bytes text)
{
    size_t i = 0;
    for (size_t k = 0; k < text.n; k++, i++) {
        i += i + 1 < rest->n && rest->p[i] == '\\' && (rest->p[i + 1] == '"' || rest->p[i + 1] == '\\');
        if (i >= rest->n || rest->p[i] != text.p[k])
            return false;
    }
    *rest = pl_bytes_from(*rest, i);
    return true;
}

/* Does the text hold a literal that ends with these parts, at the beginning of it or, when it is not whole, behind a blank? */
static bool has_literal(pl_bytes text, const pl_bytes *parts, size_t n_parts, bool is_whole)
{
    pl_bytes start = pl_bytes_sub(parts[0], 0, pl_bytes_find_byte(parts[0], '"', 0));
    if (start.n == 0)
        return false;
    for (size_t at = pl_bytes_find(text, start, 0); at != SIZE_MAX; at = pl_bytes_find(text, start, at + 1)) {
        pl_bytes rest = pl_bytes_from(text, at);
        bool fits = at > 0 && (text.p[at - 1] == '"' || (!is_whole && text.p[at - 1] == ' '));
        for (size_t i = 0; i < n_parts && fits; i++)
            fits = take_written(&rest, parts[i]);
        if (fits && rest.n > 0 && rest.p[0] == '"')
            return true;
    }
    return false;
}

static bool has_both(pl_bytes text, const struct spec *s, pl_bytes argument, pl_bytes explanation)
{
    pl_bytes option[5];
    size_t n = 0;
    if (s->short_name.n > 0) {
        option[n++] = s->short_name;
        option[n++] = PL_LIT(", ");
    }
    option[n++] = s->long_name;
    if (argument.n > 0) {
        option[n++] = PL_LIT(" ");
        option[n++] = argument;
    }
    return has_literal(text, &explanation, 1, true) && has_literal(text, option, n, false);
}

/* An argument without the brackets that scripts know one by stands at the beginning of the explanation. */
static bool unit_has(const struct completion *c, uint32_t unit, const struct spec *s)
{
    pl_bytes text = text_of(c, unit);
    size_t blank = s->argument.n == 0 ? pl_bytes_find_byte(s->explanation, ' ', 0) : SIZE_MAX;
    return has_both(text, s, s->argument, s->explanation) ||
           (blank != SIZE_MAX && has_both(text, s, pl_bytes_sub(s->explanation, 0, blank),
                                          pl_bytes_trim(pl_bytes_from(s->explanation, blank))));
}

static bool is_known(struct completion *c, const struct spec *s)
{
    if (s->action.n > 0) {
        const char *quoted = pl_arena_printf(c->m->scratch, ":%.*s", PL_ARG(s->action));
        if (quoted == NULL || pl_bytes_find(text_of(c, c->script), pl_bytes_of_str(quoted), 0) == SIZE_MAX)
            return false;
    }
    if (c->unit != UINT32_MAX)
        return unit_has(c, c->unit, s); /* all options are of one list */
    for (uint32_t u = 0; u < pl_index_unit_count(c->m->index); u++)
        if (pl_bytes_find(text_of(c, u), s->long_name, 0) != SIZE_MAX && unit_has(c, u, s)) {
            c->unit = u;
            return true;
        }
    return false;
}

/* Is it a line of the script, in which "\$" stands for "$", "\\" for a backslash? */
static bool is_of_script(const struct completion *c, pl_bytes line)
{
    pl_bytes rest = text_of(c, c->script);
    pl_bytes source;
    while (line.n > 0 && pl_bytes_line(&rest, &source)) {
        size_t k = 0;
        size_t i = 0;
        for (; i < source.n && k < line.n; i++, k++) {
            i += source.p[i] == '\\' && i + 1 < source.n && memchr("\\$@`\"", source.p[i + 1], 5) != NULL;
            if (source.p[i] != line.p[k])
                break;
        }
        if (i == source.n && k == line.n)
            return true;
    }
    return false;
}

static pl_status claim_line(const struct completion *c, struct pl_file *f, uint64_t offset, size_t n,
                            uint32_t unit, struct pl_err *err)
{
    struct pl_claim claim = {.offset = offset,
                             .length = n,
                             .class = PL_CLASS_DERIVED,
                             .grade = PL_GRADE_C,
                             .rule = RULE,
                             .source_offset = PL_NO_OFFSET};
    claim.source = pl_arena_str(c->m->arena, pl_index_unit_file(c->m->index, unit)->path);
    return claim.source == NULL ? pl_arena_fail(c->m->arena, err) : pl_ledger_claim(&f->ledger, &claim, err);
}

static pl_status read_gap(struct completion *c, struct pl_file *f, uint64_t offset, uint64_t length,
                          unsigned *n_lines, struct pl_err *err)
{
    pl_bytes rest = pl_bytes_sub(f->data, (size_t)offset, (size_t)length);
    pl_bytes line;
    pl_status st = PL_OK;
    while (st == PL_OK && pl_bytes_line(&rest, &line)) {
        uint64_t at = (uint64_t)(line.p - f->data.p);
        uint64_t end = (uint64_t)(rest.n == 0 ? offset + length : (uint64_t)(rest.p - f->data.p));
        struct spec s;
        if ((at > 0 && f->data.p[at - 1] != '\n') || f->data.p[end - 1] != '\n' || line.n > MAX_LINE_BYTES ||
            ++*n_lines > MAX_LINES)
            continue;
        if (is_of_script(c, line))
            st = claim_line(c, f, at, (size_t)(end - at), c->script, err);
        else if (read_spec(c->m, line, &s) && is_known(c, &s))
            st = claim_line(c, f, at, (size_t)(end - at), c->unit, err);
        pl_arena_rewind(c->m->scratch);
    }
    return st;
}

static bool find_script(struct completion *c)
{
    for (uint32_t u = 0; u < pl_index_unit_count(c->m->index); u++) {
        pl_bytes path = pl_index_unit_file(c->m->index, u)->path;
        bool is_script = pl_bytes_ends(path, PL_LIT(".pl")) || pl_bytes_ends(path, PL_LIT(".py")) ||
                         pl_bytes_ends(path, PL_LIT(".sh"));
        if (is_script && pl_bytes_find(text_of(c, u), PL_LIT("#compdef "), 0) != SIZE_MAX &&
            pl_bytes_find(text_of(c, u), PL_LIT("_arguments "), 0) != SIZE_MAX) {
            c->script = u;
            return true;
        }
    }
    return false;
}

static pl_status apply(const struct pl_match *m, struct pl_file *f, struct pl_err *err)
{
    struct completion c = {.m = m, .unit = UINT32_MAX};
    pl_status st = PL_OK;
    unsigned n_lines = 0;
    uint64_t offset;
    uint64_t length;
    if (f->data.p == NULL || !pl_bytes_starts(f->data, PL_LIT("#compdef ")) || !find_script(&c))
        return PL_OK;
    for (uint64_t at = 0; st == PL_OK && pl_ledger_gap(&f->ledger, at, &offset, &length);
         at = offset + length)
        st = read_gap(&c, f, offset, length, &n_lines, err);
    return st;
}

const struct pl_rung pl_rung_zsh_completion = {
    .rule = RULE,
    .what =
        "completions for zsh: lines of the script of the source that writes them, and options, arguments and "
        "explanations that are literals of one file of it",
    .source = "zshcompsys(1), _arguments; zshmisc(1), quoting",
    .pass = PL_PASS_FILE,
    .apply = apply,
};
