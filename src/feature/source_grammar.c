/*
 * source_grammar.c - input of yacc, lex, lemon and gperf: what is C in it, and the actions as the function that the generator writes.
 *
 *     %{ prologue %}  declarations   %%   rules with actions   %%   epilogue
 *
 * Actions become one function, yyparse or yylex (another prefix where %name-prefix or %option prefix says so). Patterns of lex are no C and
 * are passed over: a rule's pattern ends at the first space outside quotes and brackets. Lemon has no sections: `%include {` holds C, other
 * braces belong to the function that %name names. The keywords of gperf are the strings of the object "wordlist".
 *
 * Source: POSIX yacc and lex; the manuals of Bison 3, flex 2.6, gperf 3.1 and lemon. Not known here: the skeletons, which are code of the generator.
 */
#include "feature/source_read.h"

#define MAX_RULE_BYTES ((size_t)1 << 20) /* of one action */

static size_t line_end(pl_bytes text, size_t from)
{
    size_t end = pl_bytes_find_byte(text, '\n', from);
    return end == SIZE_MAX ? text.n : end;
}

/* The line of just %% at or after `from`; SIZE_MAX when there is none. */
static size_t find_mark(pl_bytes text, size_t from)
{
    for (size_t at = from; (at = pl_bytes_find(text, PL_LIT("%%"), at)) != SIZE_MAX; at += 2) {
        if (at > 0 && text.p[at - 1] != '\n')
            continue;
        pl_bytes rest = pl_bytes_sub(text, at + 2, line_end(text, at) - at - 2);
        if (pl_bytes_trim(rest).n == 0 || pl_bytes_starts(pl_bytes_trim(rest), PL_LIT("/*")))
            return at;
    }
    return SIZE_MAX;
}

/* Does a line of `text` begin with one of `words`? */
static bool has_line(pl_bytes text, const char *const *words)
{
    pl_bytes line;
    while (pl_bytes_line(&text, &line))
        for (size_t i = 0; line.n > 0 && line.p[0] == '%' && words[i] != NULL; i++)
            if (pl_bytes_starts(line, pl_bytes_of_str(words[i])))
                return true;
    return false;
}

static const char *const yacc_words[] = {
    "%token",  "%type",        "%union", "%start",  "%left",        "%right", "%nonassoc",
    "%define", "%parse-param", "%pure",  "%expect", "%name-prefix", "%code",  NULL};
static const char *const lex_words[] = {"%{", "%option", "%x", "%s", "%top", "%array", "%pointer", NULL};
static const char *const gperf_words[] = {"%struct-type",
                                          "%language=",
                                          "%readonly-tables",
                                          "%compare-",
                                          "%enum",
                                          "%define hash-function-name",
                                          "%define lookup-function-name",
                                          NULL};
static const char *const lemon_words[] = {"%token_prefix", "%token_type", "%extra_argument",
                                          "%name ",        "%include {",  NULL};

bool pl_source_is_grammar(pl_bytes text)
{
    size_t mark = find_mark(text, 0);
    if (mark == SIZE_MAX)
        return pl_bytes_find(text, PL_LIT("::="), 0) != SIZE_MAX && has_line(text, lemon_words);
    pl_bytes head = pl_bytes_sub(text, 0, mark);
    return mark == 0 || has_line(head, yacc_words) || has_line(head, lex_words) ||
           has_line(head, gperf_words);
}

/* "foo" of %name-prefix "foo", %define api.prefix {foo}, %option prefix="foo", with `suffix` behind it. */
static pl_bytes function_name(struct pl_source_reader *r, pl_bytes head, const char *suffix)
{
    static const char *const marks[] = {"name-prefix", "api.prefix", "prefix="};
    pl_bytes prefix = PL_LIT("yy");
    for (size_t i = 0; i < sizeof marks / sizeof marks[0]; i++) {
        size_t at = pl_bytes_find(head, pl_bytes_of_str(marks[i]), 0);
        if (at == SIZE_MAX)
            continue;
        pl_bytes rest = pl_bytes_sub(head, at, line_end(head, at) - at);
        size_t quote = pl_bytes_find_byte(rest, '"', 0);
        size_t brace = pl_bytes_find_byte(rest, '{', 0);
        size_t from = quote != SIZE_MAX ? quote : brace;
        size_t to =
            from == SIZE_MAX ? SIZE_MAX : pl_bytes_find_byte(rest, from == quote ? '"' : '}', from + 1);
        if (to != SIZE_MAX && to > from + 1)
            prefix = pl_bytes_sub(rest, from + 1, to - from - 1);
    }
    pl_source_clear(r, &r->joined);
    pl_buf_add(&r->joined, prefix);
    pl_buf_add_str(&r->joined, suffix);
    return pl_source_keep(r, &r->joined);
}

/* The C of [from, to) as file scope. */
static bool add_code(struct pl_source_lex *x, size_t from, size_t to, struct pl_source_part *part)
{
    part->first = (uint32_t)x->tokens.n;
    bool is_read = pl_source_lex_range(x, from, to);
    part->end = (uint32_t)x->tokens.n;
    return is_read;
}

/* The %{ %} blocks of [0, end), as parts. */
static bool add_prologues(struct pl_source_reader *r, size_t end)
{
    pl_bytes head = pl_bytes_sub(r->lex.text, 0, end);
    for (size_t at = 0; at < end; at = line_end(head, at) + 1) {
        pl_bytes line = pl_bytes_sub(head, at, line_end(head, at) - at);
        bool is_code = pl_bytes_starts(line, PL_LIT("%code")) && pl_bytes_find_byte(line, '{', 0) != SIZE_MAX;
        if (!pl_bytes_starts(line, PL_LIT("%{")) && !is_code)
            continue;
        size_t from = is_code ? line_end(head, at) : at + 2;
        size_t to = pl_bytes_find(head, is_code ? PL_LIT("\n}") : PL_LIT("\n%}"), at);
        to = to == SIZE_MAX ? end : to + 1;
        struct pl_source_part *part = PL_VEC_ADD(&r->parts);
        if (part == NULL)
            r->why = PL_E_NOMEM;
        if (part == NULL || !add_code(&r->lex, from < to ? from : to, to, part))
            return false;
        at = to;
    }
    return true;
}

/* Behind the pattern that begins at `at`. */
static size_t pattern_end(pl_bytes text, size_t at, size_t to)
{
    bool in_quotes = false;
    bool in_brackets = false;
    for (; at < to && text.p[at] != '\n'; at++) {
        uint8_t b = text.p[at];
        if (b == '\\')
            at++;
        else if (b == '"' && !in_brackets)
            in_quotes = !in_quotes;
        else if (b == '[' && !in_quotes)
            in_brackets = true;
        else if (b == ']' && !in_quotes)
            in_brackets = false;
        else if ((b == ' ' || b == '\t') && !in_quotes && !in_brackets)
            return at;
    }
    return at < to ? at : to;
}

/* Behind the quote or comment at `at`; `at` itself when there is none. */
static size_t skip_quoted(pl_bytes text, size_t at, size_t to)
{
    uint8_t b = text.p[at];
    if (b == '/' && at + 1 < to && text.p[at + 1] == '*') {
        size_t end = pl_bytes_find(text, PL_LIT("*/"), at + 2);
        return end == SIZE_MAX || end + 2 > to ? to : end + 2;
    }
    if (b != '"' && b != '\'')
        return at;
    for (size_t i = at + 1; i < to && text.p[i] != '\n'; i++) {
        if (text.p[i] == '\\')
            i++;
        else if (text.p[i] == b)
            return i + 1;
    }
    return at + 1;
}

/* The end of the action at `at`: of its line, or of its braces. */
static size_t action_end(pl_bytes text, size_t at, size_t to)
{
    size_t depth = 0;
    size_t stop = to - at > MAX_RULE_BYTES ? at + MAX_RULE_BYTES : to;
    while (at < stop) {
        size_t behind = skip_quoted(text, at, stop);
        if (behind > at) {
            at = behind;
            continue;
        }
        uint8_t b = text.p[at++];
        depth += b == '{';
        depth -= b == '}' && depth > 0;
        if (b == '\n' && depth == 0)
            break;
    }
    return at;
}

/* The rules of lex in [from, to): only actions become tokens. */
static bool add_lex_rules(struct pl_source_lex *x, size_t from, size_t to)
{
    pl_bytes text = x->text;
    for (size_t at = from; at < to;) {
        uint8_t b = text.p[at];
        size_t end = line_end(text, at);
        if (pl_bytes_starts(pl_bytes_from(text, at), PL_LIT("%{"))) {
            size_t stop = pl_bytes_find(text, PL_LIT("\n%}"), at);
            end = stop == SIZE_MAX || stop > to ? to : stop;
            if (!pl_source_lex_range(x, at + 2, end))
                return false;
            end = line_end(text, end < to ? end + 1 : end);
        } else if (b == ' ' || b == '\t') {
            end = action_end(text, at, to);
            if (!pl_source_lex_range(x, at, end))
                return false;
            end -= end > at && text.p[end - 1] == '\n';
        } else if (b != '\n' && b != '}') {
            size_t action = pattern_end(text, at, to);
            bool opens_states = b == '<' && action > at && text.p[action - 1] == '{';
            end = opens_states ? end : action_end(text, action, to);
            if (!opens_states && !pl_source_lex_range(x, action, end))
                return false;
            end -= end > at && text.p[end - 1] == '\n';
        }
        at = end + 1;
    }
    return true;
}

/* One function with the atoms of all actions: those in braces, or of all tokens where there is nothing else. */
static void read_actions(struct pl_source_reader *r, pl_bytes name, uint32_t first, uint32_t end,
                         bool in_braces)
{
    if (first >= end)
        return;
    pl_source_new_function(r);
    size_t number = pl_source_begin(r, PL_DEFINITION_FUNCTION, name, first, end);
    if (number == SIZE_MAX)
        return;
    r->definitions.v[number].n_tokens = end - first;
    for (uint32_t i = first; in_braces && i < end; i++) {
        uint32_t close = r->t[i].kind == '{' ? pl_source_close(r, i, end) : 0;
        if (close == 0)
            continue;
        pl_source_body(r, i + 1, close);
        i = close;
    }
    if (!in_braces)
        pl_source_body(r, first, end);
    pl_source_end(r, number);
}

/* ---- lemon ---- */

static bool is_directive(const struct pl_source_reader *r, uint32_t i, const char *word)
{
    return r->t[i].kind == PL_TOKEN_WORD && r->t[i - 1].kind == '%' &&
           pl_bytes_eq_str(pl_source_symbol_at(r, i)->text, word);
}

static void read_lemon(struct pl_source_reader *r)
{
    if (!pl_source_lex_range(&r->lex, 0, r->lex.text.n))
        return;
    uint32_t end = (uint32_t)r->lex.tokens.n;
    if (!pl_source_lex_finish(&r->lex))
        return;
    pl_bytes name = PL_LIT("Parse");
    r->t = r->lex.tokens.v;
    for (uint32_t i = 2; i + 1 < end && r->why == PL_OK; i++) {
        uint32_t close = r->t[i].kind == '{' ? pl_source_close(r, i, end) : 0;
        if (is_directive(r, i, "name") && r->t[i + 1].kind == PL_TOKEN_WORD)
            name = pl_source_symbol_at(r, i + 1)->text;
        if (close == 0)
            continue;
        if (is_directive(r, i - 1, "include") || is_directive(r, i - 1, "code"))
            pl_source_read_c(r, i + 1, close);
        i = close;
    }
    pl_source_new_function(r);
    size_t number = end > 1 ? pl_source_begin(r, PL_DEFINITION_FUNCTION, name, 1, end) : SIZE_MAX;
    for (uint32_t i = 2; i < end && r->why == PL_OK; i++) {
        uint32_t close = r->t[i].kind == '{' ? pl_source_close(r, i, end) : 0;
        if (close == 0)
            continue;
        if (!is_directive(r, i - 1, "include") && !is_directive(r, i - 1, "code"))
            pl_source_body(r, i + 1, close);
        i = close;
    }
    pl_source_end(r, number);
    pl_source_read_macros(r);
}

/* ---- gperf ---- */

/* The first field of each line of [from, to) as a token: a string without quotes. */
static void add_keywords(struct pl_source_lex *x, size_t from, size_t to)
{
    for (size_t at = from; at < to; at = line_end(x->text, at) + 1) {
        size_t end = line_end(x->text, at) < to ? line_end(x->text, at) : to;
        pl_bytes line = pl_bytes_sub(x->text, at, end - at);
        bool is_quoted = pl_bytes_starts(line, PL_LIT("\""));
        size_t stop = pl_bytes_find_byte(line, is_quoted ? '"' : ',', is_quoted);
        size_t n = pl_bytes_trim(pl_bytes_sub(line, 0, stop)).n - (is_quoted && stop != SIZE_MAX);
        if (n == 0 || (is_quoted && stop == SIZE_MAX) || line.p[0] == '#' || line.p[0] == ' ' ||
            line.p[0] == '\t')
            continue;
        x->at = at + is_quoted;
        struct pl_token *t = pl_source_add_token(x, &x->tokens, PL_TOKEN_STRING, n);
        if (t == NULL)
            return;
    }
}

static void read_keywords(struct pl_source_reader *r, uint32_t first, uint32_t end)
{
    if (first >= end)
        return;
    size_t number = pl_source_begin(r, PL_DEFINITION_OBJECT, PL_LIT("wordlist"), first, end);
    for (uint32_t i = first; i < end && r->why == PL_OK; i++)
        pl_source_emit_string(r, i, i, i + 1);
    pl_source_end(r, number);
}

/* ---- sections ---- */

void pl_source_read_grammar(struct pl_source_reader *r)
{
    struct pl_source_lex *x = &r->lex;
    pl_bytes text = x->text;
    size_t mark = find_mark(text, 0);
    if (mark == SIZE_MAX) {
        read_lemon(r);
        return;
    }
    size_t rules = line_end(text, mark);
    size_t second = find_mark(text, rules);
    size_t stop = second == SIZE_MAX ? text.n : second;
    pl_bytes head = pl_bytes_sub(text, 0, mark);
    bool of_gperf = has_line(head, gperf_words);
    bool of_yacc = !of_gperf && has_line(head, yacc_words);
    struct pl_source_part epilogue = {0};
    if (!add_prologues(r, mark))
        return;
    uint32_t first = (uint32_t)x->tokens.n;
    if (of_gperf)
        add_keywords(x, rules + (rules < stop), stop);
    else if (of_yacc ? !pl_source_lex_range(x, rules, stop) : !add_lex_rules(x, rules + (rules < stop), stop))
        return;
    uint32_t end = (uint32_t)x->tokens.n;
    if (second != SIZE_MAX && !add_code(x, line_end(text, second), text.n, &epilogue))
        return;
    if (!pl_source_lex_finish(x))
        return;
    r->t = x->tokens.v;
    for (size_t i = 0; i < r->parts.n; i++)
        pl_source_read_c(r, r->parts.v[i].first, r->parts.v[i].end);
    if (of_gperf)
        read_keywords(r, first, end);
    else
        read_actions(r, function_name(r, head, of_yacc ? "parse" : "lex"), first, end, of_yacc);
    pl_source_read_c(r, epilogue.first, epilogue.end);
    pl_source_read_macros(r);
}
