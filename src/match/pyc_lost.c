/*
 * pyc_lost.c - names of a function's source that its code object lacks.
 *
 *     def load(path):                            co_firstlineno 12, co_names open, read
 *         if not path.startswith("/srv"):        startswith, ValueError: in the source alone
 *             raise ValueError(path)
 *         return open(path).read()
 *
 * The compiler keeps the name of everything that is called, read, stored or imported. It drops annotations of local variables, what `global` declares, and
 * what stands behind a condition that is constant; functions with such a one are left out. So every other name between the head of the function and the
 * next line that is indented no further has to be a name of its code object, or of one inside of it.
 *
 * Source: Python reference, 2.1 (lines and indentation), 7.2.2 (annotated assignments), 7.12 (global); CPython Python/compile.c.
 * Not seen: a statement all of whose names the function uses elsewhere; names of one or two letters.
 */
#include "match/pyc_lost.h"

#include "base/map.h"
#include "format/text/lex.h"
#include "format/text/words.h"

#include <string.h>

#define WAITING     8u
#define SHOWN       8u
#define SHOWN_BYTES 60u

/* Where in a function the reading of its tokens is. */
struct reading {
    struct pl_lex lexer;
    struct pl_map words; /* of the code object and those inside */
    pl_bytes text;       /* the source from the function's first line on */
    size_t indent;       /* of its head */
    uint32_t open;       /* brackets */
    bool may_annotate;   /* since the statement began: names and dots alone */
    bool is_skipped;     /* up to the next statement */
    bool is_annotation;  /* up to the equals sign */
    bool is_behind_dot;
    bool is_condition; /* the token before was `if`, `elif` or `while` */
    bool is_unclear;
};

static bool is_keyword(pl_bytes word)
{
    static const char *const all[] = {
        "False",    "None",   "True",   "and",      "assert", "async",  "await",   "break",  "class",
        "continue", "def",    "del",    "elif",     "else",   "except", "finally", "for",    "from",
        "global",   "import", "lambda", "nonlocal", "not",    "pass",   "raise",   "return", "try",
        "while",    "with",   "yield",  "match",    "case",   "type"};
    return pl_bytes_is_one_of(word, all, sizeof all / sizeof all[0]);
}

static bool is_word(const struct pl_lex_token *t, const char *word)
{
    return t->kind == PL_LEX_WORD && pl_bytes_eq_str(t->body, word);
}

static size_t column_of(pl_bytes text, size_t at)
{
    size_t start = at;
    while (start > 0 && text.p[start - 1] != '\n')
        start--;
    return at - start;
}

static size_t offset_of_line(pl_bytes text, uint32_t line)
{
    pl_bytes rest = text;
    pl_bytes one;
    for (uint32_t i = 1; i < line; i++)
        if (!pl_bytes_line(&rest, &one))
            return text.n;
    return text.n - rest.n;
}

/* Its names, those in dotted names and in texts, and private ones without their class. */
static pl_status add_fact(struct reading *r, pl_bytes text, struct pl_err *err)
{
    pl_bytes word;
    pl_status st = PL_OK;
    while (st == PL_OK && pl_words_next(&text, &word)) {
        size_t at = pl_bytes_find(word, PL_LIT("__"), 1);
        st = pl_map_set(&r->words, word, 1, err);
        if (st == PL_OK && word.p[0] == '_' && at != SIZE_MAX)
            st = pl_map_set(&r->words, pl_bytes_from(word, at), 1, err);
    }
    return st;
}

static pl_status add_facts(struct pl_pyc_lost *x, struct reading *r, uint32_t number, struct pl_err *err)
{
    const struct pl_pyc_code *code = &x->pyc->codes.v[number];
    pl_status st = PL_OK;
    if (x->budget < x->pyc->facts.n) {
        r->is_unclear = true;
        return PL_OK;
    }
    x->budget -= x->pyc->facts.n;
    for (size_t i = 0; i < x->pyc->facts.n && st == PL_OK; i++) {
        const struct pl_pyc_fact *fact = &x->pyc->facts.v[i];
        const struct pl_pyc_code *of = &x->pyc->codes.v[fact->code];
        if (of->offset >= code->offset && of->offset + of->length <= code->offset + code->length &&
            (fact->kind == PL_PYC_NAME || fact->kind == PL_PYC_STRING))
            st = add_fact(r, fact->text, err);
    }
    return st;
}

static bool next_token(struct pl_pyc_lost *x, struct reading *r, struct pl_lex_token *token)
{
    while (pl_lex_next(&r->lexer, token)) {
        if (x->budget == 0) {
            r->is_unclear = true;
            return false;
        }
        x->budget--;
        if (token->kind != PL_LEX_COMMENT)
            return true;
    }
    return false;
}

static void count_brackets(struct reading *r, const struct pl_lex_token *token)
{
    if (token->kind != PL_LEX_PUNCT || token->byte == 0)
        return;
    r->open += memchr("([{", token->byte, 3) != NULL;
    r->open -= r->open > 0 && memchr(")]}", token->byte, 3) != NULL;
}

/* Read over decorators and the head, up to its colon. False: there is no such function. */
static bool skip_head(struct pl_pyc_lost *x, struct reading *r, pl_bytes name)
{
    struct pl_lex_token token;
    struct pl_lex_token line = {0};
    bool is_head = false;
    while (next_token(x, r, &token)) {
        if (token.is_first && r->open == 0)
            line = token;
        count_brackets(r, &token);
        if (r->open == 0 && (is_word(&token, "def") || is_word(&token, "class"))) {
            if (!next_token(x, r, &token) || token.kind != PL_LEX_WORD || !pl_bytes_eq(token.body, name))
                return false;
            r->indent = column_of(r->text, line.offset);
            is_head = true;
        } else if (is_head && r->open == 0 && token.kind == PL_LEX_PUNCT && token.byte == ':') {
            return true;
        }
    }
    return false;
}

/* Is the token a constant, behind `if`? Then the compiler drops one of the branches. */
static bool is_constant(const struct pl_lex_token *token)
{
    return token->kind == PL_LEX_NUMBER || is_word(token, "True") || is_word(token, "False") ||
           is_word(token, "None") || is_word(token, "__debug__");
}

/* What the token means for those behind it; true when it is a name that has to be there. */
static bool is_used_name(struct reading *r, const struct pl_lex_token *token)
{
    bool is_punct = token->kind == PL_LEX_PUNCT;
    if (token->is_first && r->open == 0) {
        r->may_annotate = true;
        r->is_skipped = false;
        r->is_annotation = false;
    }
    r->is_unclear |= r->is_condition && is_constant(token);
    r->is_unclear |= is_word(token, "__debug__");
    r->is_condition = is_word(token, "if") || is_word(token, "elif") || is_word(token, "while") ||
                      (r->is_condition && is_word(token, "not"));
    if (is_word(token, "global") || is_word(token, "nonlocal"))
        r->is_skipped = true;
    if (is_punct && token->byte == ':' && r->open == 0 && r->may_annotate)
        r->is_annotation = true;
    if (is_punct && token->byte == '=' && r->open == 0)
        r->is_annotation = false;
    bool is_soft = is_word(token, "match") || is_word(token, "case") || is_word(token, "type");
    bool is_keyworded =
        token->kind == PL_LEX_WORD && is_keyword(token->body) && !(is_soft && r->is_behind_dot);
    r->is_behind_dot = is_punct && token->byte == '.';
    if ((is_punct && token->byte != '.') || is_keyworded || (token->kind != PL_LEX_WORD && !is_punct))
        r->may_annotate = false;
    return token->kind == PL_LEX_WORD && !is_keyworded && !r->is_skipped && !r->is_annotation &&
           token->body.n >= PL_WORD_MIN_BYTES;
}

static pl_status want(struct reading *r, pl_bytes name, struct pl_buf *names, size_t *n, struct pl_err *err)
{
    if (pl_map_get(&r->words, name, NULL))
        return PL_OK;
    if (*n < SHOWN) {
        pl_buf_add_str(names, *n > 0 ? ", " : "");
        pl_buf_add(names, pl_bytes_sub(name, 0, SHOWN_BYTES));
    }
    ++*n;
    return pl_map_set(&r->words, name, 1, err); /* once is enough */
}

/* Names at the beginning of a statement wait: of `self.trace: Parser`, which stores nothing, the compiler keeps none. */
static pl_status read_body(struct pl_pyc_lost *x, struct reading *r, struct pl_buf *names, size_t *n,
                           struct pl_err *err)
{
    struct pl_lex_token token;
    pl_bytes waiting[WAITING];
    size_t n_waiting = 0;
    pl_status st = PL_OK;
    while (st == PL_OK && !r->is_unclear && next_token(x, r, &token)) {
        bool is_end = token.is_first && r->open == 0 && column_of(r->text, token.offset) <= r->indent;
        bool is_used = !is_end && is_used_name(r, &token);
        bool may_wait =
            r->may_annotate && !is_end && !(token.is_first && r->open == 0) && n_waiting < WAITING;
        if (r->is_annotation)
            n_waiting = 0;
        for (size_t i = 0; i < n_waiting && st == PL_OK && !may_wait; i++)
            st = want(r, waiting[i], names, n, err);
        n_waiting = may_wait ? n_waiting : 0;
        if (is_end)
            break;
        count_brackets(r, &token);
        if (is_used && r->may_annotate)
            waiting[n_waiting++] = token.body;
        else if (is_used && st == PL_OK)
            st = want(r, token.body, names, n, err);
    }
    return st;
}

pl_status pl_pyc_lost_names(struct pl_pyc_lost *x, uint32_t number, struct pl_buf *names, size_t *n,
                            struct pl_err *err)
{
    const struct pl_pyc_code *code = &x->pyc->codes.v[number];
    struct reading r = {.text = pl_bytes_from(x->source, offset_of_line(x->source, code->first_line))};
    *n = 0;
    if (code->name.n == 0 || code->name.p[0] == '<' || code->first_line == 0)
        return PL_OK;
    pl_lex_init(&r.lexer, r.text, pl_lex_language_named("python"));
    pl_map_init(&r.words);
    pl_status st = add_facts(x, &r, number, err);
    if (st == PL_OK && !r.is_unclear && skip_head(x, &r, code->name))
        st = read_body(x, &r, names, n, err);
    if (r.is_unclear)
        *n = 0;
    pl_map_reset(&r.words);
    return st;
}
