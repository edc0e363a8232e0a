/*
 * script_lost.c - guards that the source has and the built file lost.
 *
 *     source    get(a) ; if ( ! a.owner ) throw new Denied() ; read(a)
 *     package   get(a) ;                                       read(a)
 *
 * Where two neighbouring atoms of the package stand further apart in the source, what lies between them was left out. It is a guard when it is an
 * `if` whose branch begins with throw or return, or a call of an assertion, and when what follows in the package stands behind it in the same block: then the
 * function is there, and only the guard is not. An atom that stands elsewhere in the file was moved, not lost. A guard without any atom, `if (!path) return key`,
 * is lost where a package that is not minified asks and leaves less often at that place. Those that ask for a build mode are meant to be lost.
 *
 * A deletion leaves nothing in the file that could be looked at, so the source is asked. Measured in tests/accuracy (npm-planted.md, npm.md).
 */
#include "match/script_claim.h"

#include "base/arena.h"

#include <stdlib.h>
#include <string.h>

#define MAX_GAP                                                                                              \
    64u /* atoms of the source between two neighbours; a longer gap is a feature that was left out */
#define MAX_TEXT    8192u
#define NEAR        12u /* the atoms beside the neighbours are no further off: both are where they belong */
#define SHOWN_BYTES 160u
#define MAX_REPORTS 20u
#define MEAN_LINE   120u /* bytes of a line; those of minified files have thousands */
#define MAX_TRIED   32u  /* guards of one gap */

struct lost {
    const struct pl_script_text *t;
    uint64_t *used; /* one bit a position of the set */
    struct pl_lex lexer;
    uint64_t n;
    bool has_lines; /* the file is laid out for people: nobody rewrote its conditions */
};

/* What is being looked at, in a text of the source. */
struct gap {
    pl_bytes text;  /* of the unit */
    uint32_t unit;  /* of the set */
    uint32_t first; /* positions that were left out: [first, end) */
    uint32_t end;
};

static bool is_used(const struct lost *x, uint32_t position)
{
    return x->used[position / 64] >> (position % 64) & 1;
}

static bool is_placed(const struct pl_script_text *t, size_t i)
{
    return i < t->n && t->links[i].class == PL_SCRIPT_EXPLAINED;
}

static bool is_near(uint32_t low, uint32_t high)
{
    return low < high && high - low <= NEAR;
}

static bool is_unused(const struct lost *x, uint32_t first, uint32_t end)
{
    for (uint32_t p = first; p < end; p++)
        if (is_used(x, p))
            return false;
    return true;
}

/* links[i] and links[i + 1] with a gap between their places, and each where its other neighbour is, too. */
static bool find_gap(const struct lost *x, size_t i, struct gap *out)
{
    const struct pl_script_text *t = x->t;
    if (!is_placed(t, i) || !is_placed(t, i + 1))
        return false;
    uint32_t a = t->links[i].position;
    uint32_t b = t->links[i + 1].position;
    if (b <= a || b - a > MAX_GAP || !is_placed(t, i + 2) || !is_near(b, t->links[i + 2].position))
        return false;
    if (!is_unused(x, a + 1, b))
        return false;
    uint32_t unit = pl_script_unit_at(t->set, a);
    if (b >= t->set->units[unit + 1].first || pl_script_is_helper_unit(t->set, unit))
        return false;
    *out = (struct gap){.text = pl_index_unit_file(t->m->index, t->set->units[unit].unit)->data,
                        .unit = unit,
                        .first = a + 1,
                        .end = b};
    return t->set->offsets[b] - t->set->offsets[a] <= MAX_TEXT;
}

/*
 * The gap, one atom further to the front: where the last atom that was left out is the same as the one before the gap, either of them may be the one that is
 * left. `document` of two calls in a row is an example. `before` is the atom before that one.
 */
static bool slide(const struct lost *x, size_t before, struct gap *g)
{
    const struct pl_script_text *t = x->t;
    uint32_t kept = g->first - 1;
    if (g->first == g->end || kept <= t->set->units[g->unit].first ||
        t->set->ids[kept] != t->set->ids[g->end - 1] || !is_placed(t, before) ||
        !is_near(t->links[before].position, kept))
        return false;
    g->first--;
    g->end--;
    return true;
}

static bool is_word(const struct pl_lex_token *t, const char *word)
{
    return t->kind == PL_LEX_WORD && pl_bytes_eq_str(t->body, word);
}

static bool is_assertion(const struct pl_lex_token *t)
{
    return is_word(t, "assert") || is_word(t, "invariant") || is_word(t, "verify");
}

/* Is there something in the condition that tools replace by a constant? */
static bool asks_for_mode(pl_bytes text)
{
    static const char *const words[] = {"NODE_ENV",       "__DEV__",        "DEV",     "DEBUG",
                                        "__TEST__",       "__BROWSER__",    "__SSR__", "typeof window",
                                        "typeof process", "typeof document"};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (pl_bytes_find(text, pl_bytes_of_str(words[i]), 0) != SIZE_MAX)
            return true;
    return false;
}

/* Read on until the parenthesis that is open now is closed. */
static bool skip_parentheses(struct lost *x, struct pl_lex_token *token)
{
    uint32_t open = 0;
    while (pl_lex_next(&x->lexer, token)) {
        open += token->kind == PL_LEX_PUNCT && token->byte == '(';
        if (token->kind == PL_LEX_PUNCT && token->byte == ')' && --open == 0)
            return true;
        if (open == 0)
            return false;
    }
    return false;
}

static bool next_code(struct lost *x, struct pl_lex_token *token)
{
    while (pl_lex_next(&x->lexer, token))
        if (token->kind != PL_LEX_COMMENT)
            return true;
    return false;
}

/*
 * Where the statement ends that begins with throw or return: behind its semicolon, before the next line, before the brace that closes the block
 * around it; or, when it stands in a block of its own, behind that. 0: it goes on.
 */
static size_t end_of_statement(struct lost *x, bool is_block)
{
    struct pl_lex_token token;
    int32_t open = 0;
    while (next_code(x, &token)) {
        uint8_t b = token.kind == PL_LEX_PUNCT ? token.byte : 0;
        bool is_closing = b == ')' || b == '}' || b == ']';
        if (open == 0 && is_closing)
            return is_block ? token.offset + token.length : token.offset;
        if (open == 0 && !is_block && b == ';')
            return token.offset + token.length;
        if (open == 0 && !is_block && token.is_first)
            return token.offset;
        open += (b == '(' || b == '{' || b == '[') - is_closing;
    }
    return 0;
}

/* The lexer stands behind the `if` or the assertion: where the guard ends; 0 when it is none. */
static size_t end_of_guard(struct lost *x, bool is_if)
{
    struct pl_lex_token token;
    if (!skip_parentheses(x, &token))
        return 0;
    if (!is_if)
        return token.offset + token.length;
    if (!next_code(x, &token))
        return 0;
    bool is_block = token.kind == PL_LEX_PUNCT && token.byte == '{';
    if (is_block && !next_code(x, &token))
        return 0;
    return is_word(&token, "throw") || is_word(&token, "return") ? end_of_statement(x, is_block) : 0;
}

/* Is `to` reached from here without leaving the block? What is left of the text up to there is [from, to). */
static bool is_in_same_block(struct lost *x, pl_bytes text, size_t from, size_t to)
{
    struct pl_lex_token token;
    int32_t depth = 0;
    pl_lex_init(&x->lexer, pl_bytes_sub(text, from, to - from), x->lexer.language);
    while (depth >= 0 && pl_lex_next(&x->lexer, &token)) {
        depth += token.kind == PL_LEX_PUNCT && token.byte == '{';
        depth -= token.kind == PL_LEX_PUNCT && token.byte == '}';
        if (depth == 0 && (is_word(&token, "else") || is_word(&token, "function")))
            return false;
    }
    return depth >= 0;
}

/*
 * Would a bundler keep this atom whatever it does? A name behind a dot, a text, a number, a regular expression. What was imported or belongs to the
 * host may have become a name of the bundle's own.
 */
static bool is_kept(pl_bytes text, size_t at)
{
    uint8_t first = at < text.n ? text.p[at] : 0;
    while (at > 0 && (text.p[at - 1] == ' ' || text.p[at - 1] == '\t' || text.p[at - 1] == '\n'))
        at--;
    return (at > 0 && text.p[at - 1] == '.') || first == '"' || first == '\'' || first == '`' ||
           first == '/' || (first >= '0' && first <= '9');
}

static bool has_atom(const struct pl_script_text *t, const struct gap *g, size_t from, size_t to)
{
    for (uint32_t p = g->first; p < g->end; p++)
        if (t->set->offsets[p] >= from && t->set->offsets[p] < to && is_kept(g->text, t->set->offsets[p]))
            return true;
    return false;
}

/* No atom at all: a guard of local names, like `if (!path) return key`. */
static bool is_bare(const struct pl_script_text *t, const struct gap *g, size_t from, size_t to)
{
    for (uint32_t p = g->first; p < g->end; p++)
        if (t->set->offsets[p] >= from && t->set->offsets[p] < to)
            return false;
    return true;
}

static bool has_lines(pl_bytes text)
{
    size_t n = 1;
    for (size_t i = 0; i < text.n; i++)
        n += text.p[i] == '\n';
    return text.n / n <= MEAN_LINE;
}

/* How often a text asks something, and how often it leaves. */
struct turns {
    size_t asks;
    size_t exits;
};

static struct turns turns_of(struct lost *x, pl_bytes text, const struct pl_lex_language *language)
{
    struct turns n = {0, 0};
    struct pl_lex_token token;
    pl_lex_init(&x->lexer, text, language);
    while (next_code(x, &token)) {
        bool is_sign = token.kind == PL_LEX_PUNCT && token.byte != 0 && memchr("?&|", token.byte, 3) != NULL;
        n.asks += is_sign || is_word(&token, "if");
        n.exits += is_word(&token, "return") || is_word(&token, "throw");
    }
    return n;
}

/*
 * Does the package ask less and leave less between atoms i and i + 1 than the source does between their places? Not asked of minified files, in which two guards
 * become one, nor of TypeScript, where `?` and `|` stand in types, too.
 */
static bool asks_less(struct lost *x, size_t i, const struct gap *g)
{
    const struct pl_script_text *t = x->t;
    const struct pl_source_file *f = pl_index_unit_file(t->m->index, t->set->units[g->unit].unit);
    size_t from = t->atoms[i].at + t->atoms[i].length;
    size_t to = t->atoms[i + 1].at;
    size_t start = t->set->offsets[g->first - 1];
    if (!x->has_lines || from > to || pl_bytes_ends(f->path, PL_LIT("ts")) ||
        pl_bytes_ends(f->path, PL_LIT("tsx")))
        return false;
    struct turns made = turns_of(x, pl_bytes_sub(t->f->data, from, to - from), t->language);
    struct turns own = turns_of(x, pl_bytes_sub(g->text, start, t->set->offsets[g->end] - start),
                                pl_lex_language_of(f->path, f->data));
    return made.asks < own.asks && made.exits < own.exits;
}

/* The first guard that lies in the gap as a whole; [*from, *to) of the source text. */
static bool find_guard(struct lost *x, size_t i, const struct gap *g, size_t *from, size_t *to)
{
    const struct pl_script_text *t = x->t;
    size_t start = t->set->offsets[g->first - 1];
    size_t stop = t->set->offsets[g->end];
    const struct pl_source_file *f = pl_index_unit_file(t->m->index, t->set->units[g->unit].unit);
    const struct pl_lex_language *language = pl_lex_language_of(f->path, f->data);
    struct pl_lex_token token;
    bool is_behind_dot = false;
    size_t tried = 0;
    pl_bytes between = pl_bytes_sub(g->text, start, stop - start);
    if (pl_bytes_find(between, PL_LIT("return"), 0) == SIZE_MAX &&
        pl_bytes_find(between, PL_LIT("throw"), 0) == SIZE_MAX && g->first == g->end)
        return false;
    for (size_t at = start; at < stop && tried < MAX_TRIED;) {
        size_t base = at;
        pl_lex_init(&x->lexer, pl_bytes_sub(g->text, base, stop - base), language);
        if (!next_code(x, &token))
            return false;
        size_t begin = base + token.offset;
        bool is_if = is_word(&token, "if");
        bool may_be = (is_if || is_assertion(&token)) && !is_behind_dot && begin > start;
        is_behind_dot = token.kind == PL_LEX_PUNCT && token.byte == '.';
        at = begin + token.length;
        tried += may_be;
        size_t end = may_be ? end_of_guard(x, is_if) : 0;
        if (end == 0)
            continue;
        end += base;
        if ((has_atom(t, g, begin, end) || (is_bare(t, g, begin, end) && asks_less(x, i, g))) &&
            !asks_for_mode(pl_bytes_sub(g->text, begin, end - begin)) &&
            is_in_same_block(x, g->text, end, stop)) {
            *from = begin;
            *to = end;
            return true;
        }
    }
    return false;
}

static pl_status report(const struct lost *x, size_t i, size_t k, const struct gap *g, size_t from, size_t to,
                        struct pl_err *err)
{
    const struct pl_script_text *t = x->t;
    const struct pl_index *ix = t->m->index;
    struct pl_finding *finding;
    uint32_t unit = t->set->units[g->unit].unit;
    uint64_t at = t->atoms[i].at;
    const char *place = pl_arena_printf(t->m->arena, "%.*s:%llu", PL_ARG(pl_index_unit_file(ix, unit)->path),
                                        (unsigned long long)pl_index_line_of(ix, unit, from));
    if (place == NULL)
        return pl_arena_fail(t->m->arena, err);
    pl_status st = pl_findings_add(&t->f->findings, "script.lost-guard", PL_SEVERITY_NOTE, at,
                                   t->atoms[k].at + t->atoms[k].length - at, &finding, err,
                                   "a check that the source makes here is not made here");
    if (st == PL_OK)
        st = pl_finding_fact(&t->f->findings, finding, "source", pl_bytes_of_str(place), err);
    if (st == PL_OK)
        st = pl_finding_fact(&t->f->findings, finding, "guard",
                             pl_bytes_sub(g->text, from, to - from < SHOWN_BYTES ? to - from : SHOWN_BYTES),
                             err);
    return st;
}

pl_status pl_script_lost(const struct pl_script_text *t, struct pl_err *err)
{
    struct lost *x = calloc(1, sizeof *x);
    pl_status st = PL_OK;
    struct gap gap;
    size_t from;
    size_t to;
    if (x == NULL)
        return pl_fail_nomem(err);
    x->t = t;
    x->has_lines = has_lines(t->f->data);
    x->used = calloc(t->set->n_atoms / 64 + 1, sizeof *x->used);
    if (x->used == NULL)
        st = pl_fail_nomem(err);
    for (size_t i = 0; i < t->n && st == PL_OK; i++)
        if (is_placed(t, i))
            x->used[t->links[i].position / 64] |= 1ULL << (t->links[i].position % 64);
    for (size_t i = 0; i + 1 < t->n && st == PL_OK && x->n < MAX_REPORTS; i++) {
        if (!find_gap(x, i, &gap))
            continue;
        bool found = find_guard(x, i, &gap, &from, &to);
        size_t left = i;
        for (; !found && left > 0 && slide(x, left - 1, &gap); left--)
            found = find_guard(x, left - 1, &gap, &from, &to);
        if (found) {
            x->n++;
            st = report(x, left, i + 1, &gap, from, to, err);
        }
    }
    free(x->used);
    free(x);
    return st;
}
