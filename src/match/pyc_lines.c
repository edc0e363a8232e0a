/*
 * pyc_lines.c - one pass over the tokens of a source.
 *
 *     if a < b and \        first line 1, operators <, names a, b
 *        f(x, "t"):         of the same statement: names f, x, text t
 *         return -1         first line 3, operator -, number 1
 *
 * Texts that are formatted (f"") hold expressions: their names, numbers and signs count as the statement's, too, whatever stands in braces.
 *
 * Source: Python reference, 2.1 (lines), 2.4 (literals), 2.5 (operators).
 */
#include "match/pyc_lines.h"

#include "base/buf.h"
#include "base/order.h"
#include "feature/source_read.h"
#include "format/binary/pyc_code.h"
#include "format/text/lex.h"
#include "format/text/words.h"

#include <stdlib.h>
#include <string.h>

struct lines_reader {
    struct pl_pyc_lines *x;
    struct pl_lex lexer;
    struct pl_buf joined; /* values of texts side by side */
    uint32_t texts;       /* of them */
    uint32_t line;        /* of the token before */
    size_t counted;       /* bytes in which line ends are counted */
    uint32_t open;        /* brackets */
    bool was_operand;     /* the token before */
    bool was_constant;
    bool was_text;
    bool is_folding;   /* a constant, then an operator */
    bool is_text_fold; /* and that constant was a text */
    bool was_not;
    bool goes_on; /* a backslash */
    bool is_out_of_memory;
};

static uint64_t fact_of(uint64_t seed, enum pl_pyc_line_fact kind, pl_bytes text)
{
    return pl_bytes_hash(text, seed + (uint64_t)kind);
}

static void add_fact(struct lines_reader *r, enum pl_pyc_line_fact kind, pl_bytes text)
{
    uint64_t *slot = PL_VEC_ADD(&r->x->facts);
    if (slot == NULL)
        r->is_out_of_memory = true;
    else
        *slot = fact_of(r->x->seed, kind, text);
}

static struct pl_pyc_line *present(struct lines_reader *r)
{
    return &r->x->list.v[r->x->list.n - 1];
}

static void add_operator(struct lines_reader *r, unsigned operator)
{
    present(r)->operators |= 1ULL << operator;
}

/* The operator at the front of `text`, by its longest spelling; its length, or 0. Those of assignment: `*is_assigned`. */
static size_t spelled(pl_bytes text, unsigned *operator, bool * is_assigned)
{
    static const struct {
        char sign[3];
        uint8_t operator;
    } binary[] = {{"**", PL_PYC_POWER},       {"//", PL_PYC_FLOOR_DIVIDE},
                  {">>", PL_PYC_SHIFT_RIGHT}, {"<<", PL_PYC_SHIFT_LEFT},
                  {"+", PL_PYC_ADD},          {"-", PL_PYC_SUBTRACT},
                  {"*", PL_PYC_MULTIPLY},     {"/", PL_PYC_DIVIDE},
                  {"%", PL_PYC_REMAINDER},    {"&", PL_PYC_AND},
                  {"|", PL_PYC_OR},           {"^", PL_PYC_XOR},
                  {"@", PL_PYC_MATRIX}},
      compared[] = {{"<=", PL_PYC_LESS_EQUAL}, {">=", PL_PYC_GREATER_EQUAL}, {"==", PL_PYC_EQUAL},
                    {"!=", PL_PYC_NOT_EQUAL},  {"<>", PL_PYC_NOT_EQUAL},     {"<", PL_PYC_LESS},
                    {">", PL_PYC_GREATER},     {"~", PL_PYC_INVERT}};
    *is_assigned = false;
    if (pl_bytes_starts(text, PL_LIT("->")) || pl_bytes_starts(text, PL_LIT(":=")))
        return 0;
    for (size_t i = 0; i < sizeof binary / sizeof binary[0]; i++) {
        pl_bytes sign = pl_bytes_of_str(binary[i].sign);
        if (!pl_bytes_starts(text, sign))
            continue;
        *operator= binary[i].operator;
        *is_assigned = sign.n < text.n && text.p[sign.n] == '=' &&
                       !(sign.n + 1 < text.n && text.p[sign.n + 1] == '=' && sign.p[0] != '/');
        return sign.n + *is_assigned;
    }
    for (size_t i = 0; i < sizeof compared / sizeof compared[0]; i++) {
        pl_bytes sign = pl_bytes_of_str(compared[i].sign);
        if (pl_bytes_starts(text, sign)) {
            *operator= compared[i].operator;
            return sign.n;
        }
    }
    return 0;
}

static bool is_sign(uint8_t b)
{
    return b != 0 && strchr("+-*/%&|^@<>=!~", b) != NULL;
}

/* A sign of an expression. The lexer gives signs one by one; those that belong together are read off the text. */
static size_t take_operator(struct lines_reader *r, const struct pl_lex_token *t)
{
    unsigned operator= 0;
    bool is_assigned;
    pl_bytes text = pl_bytes_sub(r->x->source, t->offset, 4);
    size_t n = spelled(text, &operator, & is_assigned);
    if (n == 0) {
        bool is_arrow = pl_bytes_starts(text, PL_LIT("->"));
        present(r)->flags |= is_arrow ? PL_PYC_LINE_ARROW : 0u;
        return is_arrow ? 2 : 1;
    }
    bool is_unary = operator== PL_PYC_SUBTRACT && !r->was_operand;
    bool is_star = (operator== PL_PYC_MULTIPLY || operator== PL_PYC_POWER) && !r->was_operand; /* f(*a) */
    bool is_decorator = operator== PL_PYC_MATRIX && t->offset == present(r)->at;
    if (is_unary)
        add_operator(r, PL_PYC_NEGATIVE);
    else if (!is_star && !is_decorator)
        add_operator(r, is_assigned ? PL_PYC_ASSIGN_FIRST + operator: operator);
    return n;
}

/* Whatever stands in a formatted text: its names, numbers and signs. */
static void take_formatted(struct lines_reader *r, pl_bytes body)
{
    static const uint64_t words = 1ULL << PL_PYC_IN | 1ULL << PL_PYC_NOT_IN | 1ULL << PL_PYC_IS |
                                  1ULL << PL_PYC_IS_NOT | 1ULL << PL_PYC_NOT;
    for (size_t i = 0; i < body.n;) {
        uint8_t b = body.p[i];
        size_t from = i;
        bool is_assigned;
        unsigned operator= 0;
        while (i < body.n && (pl_is_word_byte(body.p[i]) || body.p[i] >= 0x80))
            i++;
        if (i > from) {
            pl_bytes word = pl_bytes_sub(body, from, i - from);
            uint64_t value;
            bool is_float;
            add_fact(r, PL_PYC_SAYS_NAME, word);
            if (b >= '0' && b <= '9' && pl_source_number(word, &value, &is_float) && !is_float)
                add_fact(r, PL_PYC_SAYS_NUMBER, pl_bytes_of(&value, sizeof value));
            if (pl_bytes_eq_str(word, "in") || pl_bytes_eq_str(word, "is") || pl_bytes_eq_str(word, "not"))
                present(r)->operators |= words;
            continue;
        }
        size_t n = is_sign(b) ? spelled(pl_bytes_sub(body, i, 4), &operator, & is_assigned) : 0;
        if (n > 0)
            add_operator(r, operator);
        if (b == '-')
            add_operator(r, PL_PYC_NEGATIVE);
        i += n > 0 ? n : 1;
    }
    present(r)->flags |= PL_PYC_LINE_FOLDS * (pl_bytes_find_byte(body, '{', 0) != SIZE_MAX);
}

static void end_texts(struct lines_reader *r)
{
    if (r->texts > 0) {
        pl_bytes whole = pl_buf_bytes(&r->joined);
        pl_bytes word;
        add_fact(r, PL_PYC_SAYS_TEXT, whole);
        while (pl_words_next(&whole, &word))
            add_fact(r, PL_PYC_SAYS_WORD, word);
    }
    r->texts = 0;
    pl_buf_clear(&r->joined);
}

static void take_text(struct lines_reader *r, const struct pl_lex_token *t)
{
    pl_bytes prefix = pl_bytes_sub(r->x->source, t->offset, 2);
    bool is_formatted = false;
    pl_bytes rest = t->body;
    pl_bytes word;
    for (size_t i = 0; i < prefix.n && prefix.p[i] != '"' && prefix.p[i] != '\''; i++)
        is_formatted = is_formatted || (prefix.p[i] | 0x20) == 'f';
    if (pl_bytes_find(t->body, PL_LIT("\\N"), 0) != SIZE_MAX)
        present(r)->flags |= PL_PYC_LINE_NAMED;
    if (is_formatted)
        present(r)->flags |= PL_PYC_LINE_FORMATS;
    if (is_formatted)
        take_formatted(r, t->body);
    while (pl_words_next(&rest, &word)) /* as it stands, too */
        add_fact(r, PL_PYC_SAYS_WORD, word);
    pl_lex_decode(t, r->lexer.language, &r->joined);
    r->texts++;
}

static bool is_keyword(pl_bytes word)
{
    static const char *const all[] = {"and",   "as",     "assert", "await", "case",  "del",
                                      "elif",  "else",   "except", "for",   "from",  "if",
                                      "in",    "is",     "lambda", "not",   "or",    "print",
                                      "raise", "return", "while",  "with",  "yield", "import"};
    return pl_bytes_is_one_of(word, all, sizeof all / sizeof all[0]);
}

static void take_word(struct lines_reader *r, const struct pl_lex_token *t)
{
    bool is_not = pl_bytes_eq_str(t->body, "not");
    bool was_is = t->offset >= 3 && (present(r)->operators & 1ULL << PL_PYC_IS);
    add_fact(r, PL_PYC_SAYS_NAME, t->body);
    if (pl_words_next(&(pl_bytes){t->body.p, t->body.n}, &(pl_bytes){NULL, 0}))
        add_fact(r, PL_PYC_SAYS_WORD, t->body);
    if (pl_bytes_eq_str(t->body, "in"))
        add_operator(r, r->was_not ? PL_PYC_NOT_IN : PL_PYC_IN);
    if (pl_bytes_eq_str(t->body, "is"))
        add_operator(r, PL_PYC_IS);
    if (is_not)
        add_operator(r, was_is ? PL_PYC_IS_NOT : PL_PYC_NOT);
    if (is_not && was_is)
        add_operator(r, PL_PYC_NOT);
    if (t->offset == present(r)->at &&
        (pl_bytes_eq_str(t->body, "case") || pl_bytes_eq_str(t->body, "match")))
        present(r)->flags |= PL_PYC_LINE_PATTERN;
    if (pl_bytes_eq_str(t->body, "import"))
        present(r)->flags |= PL_PYC_LINE_IMPORT;
    if (pl_bytes_eq_str(t->body, "return"))
        present(r)->flags |= PL_PYC_LINE_RETURN;
    r->was_not = is_not;
}

static void take_number(struct lines_reader *r, const struct pl_lex_token *t)
{
    uint64_t value;
    bool is_float;
    if (pl_source_number(t->body, &value, &is_float))
        add_fact(r, is_float ? PL_PYC_SAYS_FLOAT : PL_PYC_SAYS_NUMBER, pl_bytes_of(&value, sizeof value));
    else
        present(r)->flags |= PL_PYC_LINE_FOLDS; /* 1j, and what is larger than 64 bits */
    if (t->body.n > 17 || pl_bytes_find_byte(t->body, 'j', 0) != SIZE_MAX)
        present(r)->flags |= PL_PYC_LINE_FOLDS;
}

static void begin_line(struct lines_reader *r, const struct pl_lex_token *t)
{
    struct pl_pyc_line *slot = PL_VEC_ADD(&r->x->list);
    if (slot == NULL) {
        r->is_out_of_memory = true;
        return;
    }
    *slot =
        (struct pl_pyc_line){.first = r->line, .at = (uint32_t)t->offset, .facts = (uint32_t)r->x->facts.n};
    r->open = 0;
    r->was_operand = false;
    r->is_folding = false;
    r->was_constant = false;
    r->was_not = false;
}

/* Does a sign here stand between two constants, as far as can be told from the tokens beside it? Parentheses are looked through. */
static void note_folding(struct lines_reader *r, const struct pl_lex_token *t, bool is_operator)
{
    bool is_constant = t->kind == PL_LEX_NUMBER || t->kind == PL_LEX_STRING;
    bool is_through = t->kind == PL_LEX_PUNCT && (t->byte == '(' || t->byte == ')');
    if (is_constant && r->is_folding)
        present(r)->flags |=
            PL_PYC_LINE_FOLDS | (t->kind == PL_LEX_STRING || r->is_text_fold ? PL_PYC_LINE_FOLDS_TEXT : 0u);
    if (r->was_text && t->kind == PL_LEX_PUNCT && t->byte == '[')
        present(r)->flags |= PL_PYC_LINE_FOLDS | PL_PYC_LINE_FOLDS_TEXT; /* b"a"[0] */
    if (is_operator && r->was_text)
        present(r)->flags |= PL_PYC_LINE_FOLDS_TEXT; /* "%s" % a */
    if (is_operator) {
        r->is_folding = r->is_folding || r->was_constant;
        r->is_text_fold = r->was_text;
    } else if (!is_through) {
        r->is_folding = false;
    }
    if (!is_through) {
        r->was_constant = is_constant;
        r->was_text = t->kind == PL_LEX_STRING;
    }
}

/* One token; how many bytes of signs were read, so that the lexer's next ones can be passed over. */
static size_t take_token(struct lines_reader *r, const struct pl_lex_token *t)
{
    size_t n = t->length;
    bool is_operator = t->kind == PL_LEX_PUNCT && is_sign(t->byte);
    if (t->kind != PL_LEX_STRING)
        end_texts(r);
    note_folding(r, t, is_operator && t->byte != '=');
    switch (t->kind) {
    case PL_LEX_WORD: take_word(r, t); break;
    case PL_LEX_NUMBER: take_number(r, t); break;
    case PL_LEX_STRING: take_text(r, t); break;
    default:
        if (is_operator)
            n = take_operator(r, t);
        r->open += t->byte == '(' || t->byte == '[' || t->byte == '{';
        r->open -= r->open > 0 && (t->byte == ')' || t->byte == ']' || t->byte == '}');
    }
    bool is_closing = t->kind == PL_LEX_PUNCT && (t->byte == ')' || t->byte == ']' || t->byte == '}');
    r->was_operand = t->kind == PL_LEX_NUMBER || t->kind == PL_LEX_STRING || is_closing ||
                     (t->kind == PL_LEX_WORD && !is_keyword(t->body));
    if (t->kind != PL_LEX_WORD)
        r->was_not = false;
    return n;
}

static void count_lines(struct lines_reader *r, size_t to)
{
    for (; r->counted < to; r->counted++)
        r->line += r->x->source.p[r->counted] == '\n';
}

static void close_lines(struct lines_reader *r)
{
    struct pl_pyc_lines *x = r->x;
    for (size_t i = 0; i + 1 < x->list.n; i++) {
        x->list.v[i].end = x->list.v[i + 1].at;
        size_t n = x->list.v[i + 1].facts - x->list.v[i].facts;
        if (n > 1)
            qsort(x->facts.v + x->list.v[i].facts, n, sizeof x->facts.v[0], pl_order_u64);
    }
}

pl_status pl_pyc_lines_read(struct pl_pyc_lines *x, pl_bytes source, uint64_t seed, struct pl_err *err)
{
    struct lines_reader r = {.x = x, .line = 1};
    struct pl_lex_token t;
    size_t passed = 0;
    *x = (struct pl_pyc_lines){.source = source, .seed = seed};
    pl_buf_init(&r.joined, 2 * source.n + 16);
    pl_lex_init(&r.lexer, source, pl_lex_language_named("python"));
    while (!r.is_out_of_memory && pl_lex_next(&r.lexer, &t)) {
        if (t.kind == PL_LEX_COMMENT || t.offset < passed)
            continue;
        count_lines(&r, t.offset);
        bool begins = x->list.n == 0 || (t.is_first && r.open == 0 && !r.goes_on);
        if (begins) {
            if (x->list.n > 0)
                end_texts(&r);
            begin_line(&r, &t);
        }
        if (r.is_out_of_memory)
            break;
        r.goes_on = t.kind == PL_LEX_PUNCT && t.byte == '\\';
        if (!r.goes_on)
            passed = t.offset + take_token(&r, &t);
    }
    if (x->list.n > 0)
        end_texts(&r);
    struct pl_lex_token end = {.offset = source.n};
    r.line = UINT32_MAX;
    if (!r.is_out_of_memory)
        begin_line(&r, &end);
    bool is_bad = r.is_out_of_memory || r.joined.why != PL_OK;
    pl_buf_reset(&r.joined);
    if (is_bad)
        return pl_fail_nomem(err);
    close_lines(&r);
    return PL_OK;
}

void pl_pyc_lines_reset(struct pl_pyc_lines *x)
{
    PL_VEC_FREE(&x->list);
    PL_VEC_FREE(&x->facts);
}

const struct pl_pyc_line *pl_pyc_lines_at(const struct pl_pyc_lines *x, uint32_t line)
{
    size_t low = 0;
    size_t high = x->list.n > 0 ? x->list.n - 1 : 0; /* without the one behind */
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (x->list.v[mid].first <= line)
            low = mid + 1;
        else
            high = mid;
    }
    return low == 0 ? NULL : &x->list.v[low - 1];
}

bool pl_pyc_line_says(const struct pl_pyc_lines *x, const struct pl_pyc_line *line,
                      enum pl_pyc_line_fact kind, pl_bytes text)
{
    uint64_t wanted = fact_of(x->seed, kind, text);
    size_t low = line->facts;
    size_t high = line[1].facts;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (x->facts.v[mid] < wanted)
            low = mid + 1;
        else
            high = mid;
    }
    return low < line[1].facts && x->facts.v[low] == wanted;
}
