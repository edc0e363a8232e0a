/*
 * pyc_changed.c - each instruction against the statement that its line number names.
 *
 *     12:  if size - used < 16:        LOAD_NAME size, used; BINARY_OP -; LOAD_CONST 16; COMPARE_OP <
 *
 * What an instruction computes must be an operator of that statement; a number, truth value or text that it loads, and a name that it reads or stores, must be
 * said there. The compiler works out what is made of constants alone, so statements with an operator between two constants are asked for no constants. Texts are held to
 * their words, since parts of them are joined and cut.
 *
 * Source: CPython Python/compile.c, ast_opt.c.
 * Not seen: an operator that the same statement has elsewhere (a < b and c <= d, with both turned), jumps that are turned round, arguments in another order, and
 * lines: a table that names another line whose statement says the same hides an instruction there.
 */
#include "match/pyc_changed.h"

#include "format/binary/pyc_code.h"
#include "format/text/words.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SHOWN       8u
#define SHOWN_BYTES 60u
#define MAX_TEXT    4096u /* a longer text without words is looked for by its hash alone */

struct comparison {
    const struct pl_pyc_lines *lines;
    const struct pl_pyc *pyc;
    const struct pl_pyc_code *code;
    uint32_t number;
    struct pl_buf *list;
    size_t *n;
    uint64_t *budget;
    bool is_spent;
    /* index of a fact by the number that instructions count by: of constants the first one, of names, of locals; UINT32_MAX: none */
    uint32_t *constants, *names, *locals;
    uint32_t n_constants, n_names, n_locals;
};

bool pl_pyc_is_made(pl_bytes name)
{
    static const char *const made[] = {
        "__name__",        "__module__",    "__qualname__",          "__doc__",         "__class__",
        "__classcell__",   "__file__",      "__static_attributes__", "__firstlineno__", "__build_class__",
        "__annotations__", "__classdict__", "AssertionError",        "__type_params__"};
    if (pl_bytes_is_one_of(name, made, sizeof made / sizeof made[0]))
        return true;
    return name.n > 0 && (name.p[0] == '<' || name.p[0] == '.');
}

static const char *sign_of(uint32_t operator)
{
    static const char *const signs[] = {
        "+",  "&",  "//",  "<<",  "@",  "*",  "%",  "|",      "**",  ">>",     "-",  "/",  "^",
        "+=", "&=", "//=", "<<=", "@=", "*=", "%=", "|=",     "**=", ">>=",    "-=", "/=", "^=",
        "<",  "<=", "==",  "!=",  ">",  ">=", "in", "not in", "is",  "is not", "-",  "~",  "not"};
    return operator<sizeof signs / sizeof signs[0] ? signs[operator] : "an unknown operator";
}

static void note(struct comparison *x, uint32_t line, const char *what, pl_bytes text)
{
    if (++*x->n > SHOWN)
        return;
    pl_buf_printf(x->list, "%sline %u: %s%.*s", *x->n > 1 ? ", " : "", line, what,
                  (int)(text.n < SHOWN_BYTES ? text.n : SHOWN_BYTES), (const char *)text.p);
}

static bool may_spend(struct comparison *x, uint64_t n)
{
    x->is_spent = x->is_spent || *x->budget < n;
    *x->budget -= x->is_spent ? 0 : n;
    return !x->is_spent;
}

static bool says_name(const struct comparison *x, const struct pl_pyc_line *line, pl_bytes name)
{
    return pl_pyc_line_says(x->lines, line, PL_PYC_SAYS_NAME, name);
}

static bool has(const struct pl_pyc_line *line, unsigned operator)
{
    return line->operators >> operator& 1;
}

/* `not a in b` becomes `a not in b`, and `not a is not b` the opposite. Patterns compare what they do not write. */
static bool says_operator(const struct pl_pyc_line *line, uint32_t operator)
{
    if (operator>= PL_PYC_OPERATORS)
        return false;
    if (has(line, operator))
        return true;
    if (line->flags & PL_PYC_LINE_PATTERN)
        return operator== PL_PYC_EQUAL || operator== PL_PYC_GREATER_EQUAL || operator== PL_PYC_IS ||
        operator== PL_PYC_SUBTRACT ||
        operator== PL_PYC_NEGATIVE;
    switch (operator) {
    case PL_PYC_IN: return has(line, PL_PYC_NOT_IN) && has(line, PL_PYC_NOT);
    case PL_PYC_NOT_IN: return has(line, PL_PYC_IN) && has(line, PL_PYC_NOT);
    case PL_PYC_IS: return has(line, PL_PYC_IS_NOT) && has(line, PL_PYC_NOT);
    case PL_PYC_IS_NOT: return has(line, PL_PYC_IS) && has(line, PL_PYC_NOT);
    default: return false;
    }
}

/* The parts of a dotted name that an import names; private names stand without their class. */
static bool says_part(const struct comparison *x, const struct pl_pyc_line *line, pl_bytes name)
{
    size_t at = pl_bytes_find(name, PL_LIT("__"), 1);
    bool is_private = name.n > 0 && name.p[0] == '_' && at != SIZE_MAX;
    return says_name(x, line, name) || (is_private && says_name(x, line, pl_bytes_from(name, at)));
}

static bool is_ascii(pl_bytes text)
{
    for (size_t i = 0; i < text.n; i++)
        if (text.p[i] >= 0x80)
            return false;
    return true;
}

static bool says_names(const struct comparison *x, const struct pl_pyc_line *line, pl_bytes name)
{
    pl_bytes rest = name;
    pl_bytes part;
    if (pl_pyc_is_made(name) || !is_ascii(name)) /* those are normalised */
        return true;
    while (pl_bytes_split(&rest, '.', &part))
        if (part.n > 0 && !says_part(x, line, part))
            return false;
    return true;
}

/* The name of the code object, with what stands around it: Outer.Inner. */
static bool is_qualified(const struct comparison *x, pl_bytes text)
{
    pl_bytes name = x->code->name;
    return pl_bytes_ends(text, name) &&
           (text.n == name.n || (text.n > name.n && text.p[text.n - name.n - 1] == '.'));
}

/* All words of a text; of one without words, the text itself, if it can be read without its escapes. */
static bool says_pieces(struct comparison *x, const struct pl_pyc_line *line, pl_bytes text)
{
    pl_bytes rest = text;
    pl_bytes word;
    size_t words = 0;
    bool has_all = true;
    for (; pl_words_next(&rest, &word); words++) {
        size_t at = pl_bytes_find(word, PL_LIT("__"), 1);
        has_all = has_all && (pl_pyc_line_says(x->lines, line, PL_PYC_SAYS_WORD, word) ||
                              (word.p[0] == '_' && at != SIZE_MAX &&
                               pl_pyc_line_says(x->lines, line, PL_PYC_SAYS_WORD, pl_bytes_from(word, at))));
    }
    if (words > 0 && has_all)
        return true;
    pl_bytes whole = pl_bytes_sub(x->lines->source, line->at, line->end - line->at);
    if (text.n > MAX_TEXT || !is_ascii(text))
        return true; /* spelled in another way */
    bool is_hidden =
        words == 0 && (pl_bytes_find_byte(whole, '\\', 0) != SIZE_MAX || (line->flags & PL_PYC_LINE_FORMATS));
    return is_hidden || (may_spend(x, whole.n) && pl_bytes_find(whole, text, 0) != SIZE_MAX);
}

static bool says_text(struct comparison *x, const struct pl_pyc_line *line, pl_bytes text)
{
    if (text.n == 0 || pl_pyc_line_says(x->lines, line, PL_PYC_SAYS_TEXT, text) || says_name(x, line, text) ||
        is_qualified(x, text) || (line->flags & (PL_PYC_LINE_FOLDS_TEXT | PL_PYC_LINE_NAMED)))
        return true;
    if ((line->flags & PL_PYC_LINE_ARROW) && pl_bytes_eq_str(text, "return"))
        return true;
    return says_pieces(x, line, text);
}

static bool says_number(const struct comparison *x, const struct pl_pyc_line *line,
                        const struct pl_pyc_fact *fact)
{
    uint64_t value = (uint64_t)fact->value;
    uint64_t other = 0u - value;
    bool is_float = fact->kind == PL_PYC_FLOAT;
    if (line->flags & (PL_PYC_LINE_FOLDS | PL_PYC_LINE_PATTERN))
        return true;
    if (is_float)
        other = value ^ 1ULL << 63;
    enum pl_pyc_line_fact kind = is_float ? PL_PYC_SAYS_FLOAT : PL_PYC_SAYS_NUMBER;
    bool is_said = pl_pyc_line_says(x->lines, line, kind, pl_bytes_of(&value, sizeof value));
    bool may_turn = has(line, PL_PYC_NEGATIVE) || has(line, PL_PYC_SUBTRACT);
    uint64_t inverted = ~value;
    return is_said ||
           (may_turn && pl_pyc_line_says(x->lines, line, kind, pl_bytes_of(&other, sizeof other))) ||
           (has(line, PL_PYC_INVERT) &&
            pl_pyc_line_says(x->lines, line, kind, pl_bytes_of(&inverted, sizeof inverted)));
}

static bool says_fact(struct comparison *x, const struct pl_pyc_line *line, const struct pl_pyc_fact *fact)
{
    bool is_level = (line->flags & PL_PYC_LINE_IMPORT) && fact->kind == PL_PYC_NUMBER; /* from .. import */
    switch (fact->kind) {
    case PL_PYC_NUMBER:
    case PL_PYC_FLOAT: return is_level || says_number(x, line, fact);
    case PL_PYC_BOOL:
        return says_name(x, line, fact->value ? PL_LIT("True") : PL_LIT("False")) || has(line, PL_PYC_NOT) ||
               says_name(x, line, PL_LIT("__debug__"));
    case PL_PYC_STRING: return says_text(x, line, fact->text);
    default: return true;
    }
}

/*
 * May a constant that its statement does not say stand there all the same? What a class body notes of itself; the pieces of a text that is formatted with a percent
 * sign, which are given the line of the instruction before; what is returned out of `with` and `try`, which is loaded when these are left.
 */
static bool is_displaced(struct comparison *x, const struct pl_pyc_line *line, const struct pl_pyc_fact *fact,
                         const struct pl_pyc_act *act, const struct pl_pyc_act *next)
{
    bool is_returned = act->kind == PL_PYC_ACT_RETURN_CONSTANT || next->kind == PL_PYC_ACT_RETURN;
    if (next->kind == PL_PYC_ACT_NAME && next->value < x->n_names && x->names[next->value] != UINT32_MAX &&
        pl_pyc_is_made(x->pyc->facts.v[x->names[next->value]].text))
        return true;
    if (is_returned && !(line->flags & PL_PYC_LINE_RETURN)) {
        for (size_t i = 0; i + 1 < x->lines->list.n && may_spend(x, 1); i++) {
            const struct pl_pyc_line *other = &x->lines->list.v[i];
            if (other->first >= x->code->first_line && (other->flags & PL_PYC_LINE_RETURN) &&
                says_fact(x, other, fact))
                return true;
        }
        return false;
    }
    if (fact->kind != PL_PYC_STRING)
        return false;
    const struct pl_pyc_line *behind = next->line == 0 ? NULL : pl_pyc_lines_at(x->lines, next->line);
    return behind != NULL && (behind->flags & PL_PYC_LINE_FOLDS_TEXT) && says_pieces(x, behind, fact->text);
}

static void take_constant(struct comparison *x, const struct pl_pyc_line *line, const struct pl_pyc_act *act,
                          const struct pl_pyc_act *next)
{
    if (act->value >= x->n_constants)
        return;
    for (uint32_t i = x->constants[act->value]; i < x->code->names; i++) {
        const struct pl_pyc_fact *fact = &x->pyc->facts.v[i];
        if (!may_spend(x, 1) || (fact->code == x->number && fact->top != act->value))
            return;
        if (fact->code != x->number)
            continue;
        if (says_fact(x, line, fact) || is_displaced(x, line, fact, act, next))
            continue;
        char number[32];
        if (fact->kind == PL_PYC_NUMBER)
            (void)snprintf(number, sizeof number, "%lld", (long long)fact->value); /* fits */
        else
            (void)snprintf(number, sizeof number, fact->kind == PL_PYC_BOOL ? "a truth value" : "a number");
        if (fact->kind == PL_PYC_STRING)
            note(x, act->line, "", fact->text);
        else
            note(x, act->line, number, PL_LIT(""));
        return;
    }
}

static void take_name(struct comparison *x, const struct pl_pyc_line *line, const struct pl_pyc_act *act)
{
    bool is_local = act->kind == PL_PYC_ACT_LOCAL;
    const uint32_t *table = is_local ? x->locals : x->names;
    if (act->value >= (is_local ? x->n_locals : x->n_names) || table[act->value] == UINT32_MAX)
        return;
    pl_bytes name = x->pyc->facts.v[table[act->value]].text;
    bool is_implied = is_local && says_name(x, line, PL_LIT("super")); /* super() reads self */
    if (!is_implied && !says_names(x, line, name))
        note(x, act->line, "", name);
}

/* `next` is the act behind it. */
static void take_act(struct comparison *x, const struct pl_pyc_act *act, const struct pl_pyc_act *next)
{
    static const struct pl_pyc_line nothing[2] = {{0}};
    const struct pl_pyc_line *line = act->line == 0 ? NULL : pl_pyc_lines_at(x->lines, act->line);
    if (act->line == 0 && act->kind != PL_PYC_ACT_OPERATOR)
        return; /* cleaning up behind an except clause */
    if (line == NULL)
        line = nothing;
    switch (act->kind) {
    case PL_PYC_ACT_OPERATOR:
        if (!says_operator(line, act->value))
            note(x, act->line, sign_of(act->value), PL_LIT(""));
        break;
    case PL_PYC_ACT_CONSTANT:
    case PL_PYC_ACT_RETURN_CONSTANT: take_constant(x, line, act, next); break;
    case PL_PYC_ACT_RETURN: break;
    default: take_name(x, line, act);
    }
}

/* The fact of each index in a part of the code object's facts, by its place in the outermost tuple or in its own. */
static uint32_t *index_facts(const struct comparison *x, uint32_t from, uint32_t to, bool by_top, uint32_t *n)
{
    *n = 0;
    for (uint32_t i = from; i < to; i++) {
        const struct pl_pyc_fact *fact = &x->pyc->facts.v[i];
        uint32_t key = by_top ? fact->top : fact->item;
        if (fact->code == x->number && key != UINT32_MAX && key >= *n)
            *n = key + 1;
    }
    uint32_t *table = malloc((*n + 1) * sizeof *table);
    if (table == NULL)
        return NULL;
    memset(table, 0xff, (*n + 1) * sizeof *table);
    for (uint32_t i = to; i-- > from;) {
        const struct pl_pyc_fact *fact = &x->pyc->facts.v[i];
        uint32_t key = by_top ? fact->top : fact->item;
        if (fact->code == x->number && key != UINT32_MAX)
            table[key] = i;
    }
    return table;
}

pl_status pl_pyc_changed(const struct pl_pyc_lines *lines, const struct pl_pyc *pyc, uint32_t number,
                         uint64_t *budget, struct pl_buf *list, size_t *n, struct pl_err *err)
{
    const struct pl_pyc_code *code = &pyc->codes.v[number];
    struct comparison x = {
        .lines = lines, .pyc = pyc, .code = code, .number = number, .list = list, .n = n, .budget = budget};
    struct pl_pyc_acts acts;
    struct pl_pyc_act act;
    *n = 0;
    if (!pl_pyc_acts_begin(&acts, pyc, code))
        return PL_OK;
    x.constants = index_facts(&x, code->constants, code->names, true, &x.n_constants);
    x.names = index_facts(&x, code->names, code->locals, false, &x.n_names);
    x.locals = index_facts(&x, code->locals, code->end, false, &x.n_locals);
    bool has_room = x.constants != NULL && x.names != NULL && x.locals != NULL;
    bool has_act = has_room && pl_pyc_acts_next(&acts, &act);
    while (has_act && !x.is_spent) {
        struct pl_pyc_act next = {.kind = PL_PYC_ACT_IMPORT, .value = UINT32_MAX};
        has_act = pl_pyc_acts_next(&acts, &next);
        take_act(&x, &act, &next);
        act = next;
    }
    if (x.is_spent)
        note(&x, code->first_line, "more than can be looked at", PL_LIT(""));
    free(x.constants);
    free(x.names);
    free(x.locals);
    return has_room ? pl_buf_done(list, err) : pl_fail_nomem(err);
}
