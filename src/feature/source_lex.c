/*
 * source_lex.c - tokens of program text, with brackets matched through #if and #else.
 *
 * Bytes are sorted into classes by one table. Brackets are matched while lexing: an open bracket links to the one that is open around it,
 * so that the whole stack is one index, which an #if remembers and an #else takes back. Both arms are read. Where both arms open a
 * bracket that is closed once behind the #endif, they are twins with the same end.
 *
 *     #if A
 *     int f(int x) {      twin of the next
 *     #else
 *     int f(long x) {
 *     #endif
 *         ...
 *     }                   end of both
 *
 * A string that does not end on its line is no string; its quote is a byte like any other.
 *
 * Source: C17 6.4 and 6.10, C++20 [lex].
 */
#include "feature/source_lex.h"

#include "feature/atoms.h"

#include <string.h>

#define MAX_ARMS  256u /* #if within #if */
#define MAX_CLIMB 64u  /* open brackets of other kinds that a closing one may leave behind */
#define MAX_TWINS 8u   /* brackets that the arms of one #if leave open */

enum byte_class {
    OTHER,
    SPACE,
    LINE_END,
    WORD,
    DIGIT,
    QUOTE,
    SLASH,
    HASH,
    BACKSLASH,
    OPEN,
    CLOSE,
    PAIR,
    DOT
};

#define D5  DIGIT, DIGIT, DIGIT, DIGIT, DIGIT
#define W5  WORD, WORD, WORD, WORD, WORD
#define W16 W5, W5, W5, WORD
static const uint8_t classes[256] = {
    ['\t'] = SPACE,
    ['\v'] = SPACE,
    ['\f'] = SPACE,
    ['\r'] = SPACE,
    [' '] = SPACE,
    ['\n'] = LINE_END,
    ['"'] = QUOTE,
    ['`'] = QUOTE,
    ['\''] = QUOTE,
    ['/'] = SLASH,
    ['#'] = HASH,
    ['\\'] = BACKSLASH,
    ['('] = OPEN,
    ['['] = OPEN,
    ['{'] = OPEN,
    [')'] = CLOSE,
    [']'] = CLOSE,
    ['}'] = CLOSE,
    ['-'] = PAIR,
    ['+'] = PAIR,
    ['<'] = PAIR,
    ['>'] = PAIR,
    ['='] = PAIR,
    ['&'] = PAIR,
    ['|'] = PAIR,
    [':'] = PAIR,
    ['!'] = PAIR,
    ['*'] = PAIR,
    ['^'] = PAIR,
    ['%'] = PAIR,
    ['.'] = DOT,
    ['_'] = WORD,
    ['$'] = WORD,
    ['0'] = D5,
    D5,
    ['A'] = W5,
    W5,
    W5,
    W5,
    W5,
    WORD,
    ['a'] = W5,
    W5,
    W5,
    W5,
    W5,
    WORD,
    [0x80] = W16,
    W16,
    W16,
    W16,
    W16,
    W16,
    W16,
    W16,
};

static uint8_t byte_at(const struct pl_source_lex *x, size_t at)
{
    return at < x->end ? x->text.p[at] : 0;
}

static bool is_word_byte(uint8_t b)
{
    return classes[b] == WORD || classes[b] == DIGIT;
}

static size_t find(const struct pl_source_lex *x, const char *what, size_t from)
{
    pl_bytes hay = pl_bytes_sub(x->text, 0, x->end);
    size_t at = pl_bytes_find(hay, pl_bytes_of_str(what), from);
    return at == SIZE_MAX ? x->end : at;
}

static size_t line_end(const struct pl_source_lex *x, size_t from)
{
    const uint8_t *p = from < x->end ? memchr(x->text.p + from, '\n', x->end - from) : NULL;
    return p == NULL ? x->end : (size_t)(p - x->text.p);
}

/* ---- brackets ---- */

static uint8_t opener_of(uint8_t closer)
{
    return closer == ')' ? '(' : closer == ']' ? '[' : '{';
}

/* While lexing, `length` of an opening bracket is the one that is open around it. */
static void close_bracket(struct pl_source_lex *x, pl_tokens *tokens, uint32_t closer)
{
    struct pl_token *t = tokens->v;
    uint8_t wanted = opener_of(t[closer].kind);
    uint32_t at = x->open;
    for (unsigned climbed = 0; at != 0 && t[at].kind != wanted; climbed++) {
        /* A parenthesis may be lost within braces, never the other way round. */
        if (t[at].kind == '{' || climbed == MAX_CLIMB)
            return;
        at = t[at].length;
    }
    if (at == 0)
        return;
    x->open = t[at].length;
    t[closer].link = at;
    t[at].link = closer;
}

static void add_twins(struct pl_source_lex *x, uint32_t first, uint32_t last)
{
    const struct pl_token *t = x->tokens.v;
    uint32_t a = first;
    uint32_t b = last;
    unsigned n = 0;
    while (a != b && n < MAX_TWINS) {
        if (a == 0 || b == 0 || t[a].kind != t[b].kind || a > b)
            return; /* the arms leave different things open */
        a = t[a].length;
        b = t[b].length;
        n++;
    }
    if (a != b)
        return;
    for (a = first, b = last; a != b; a = t[a].length, b = t[b].length) {
        struct pl_lex_twin *twin = PL_VEC_ADD(&x->twins);
        if (twin == NULL) {
            x->why = PL_E_NOMEM;
            return;
        }
        *twin = (struct pl_lex_twin){.token = a, .fellow = b};
    }
}

/* Give brackets their length back, and twins the end of their fellows, latest first, since a fellow may be a twin of a later one. */
static void settle_brackets(struct pl_source_lex *x, size_t first)
{
    for (size_t i = first; i < x->tokens.n; i++)
        if (x->tokens.v[i].kind < 128)
            x->tokens.v[i].length = 1;
    for (size_t i = x->twins.n; i > 0; i--) {
        struct pl_token *twin = &x->tokens.v[x->twins.v[i - 1].token];
        if (twin->link != 0)
            continue; /* closed within its own arm after all */
        twin->link = x->tokens.v[x->twins.v[i - 1].fellow].link;
        twin->length = x->twins.v[i - 1].fellow;
        twin->flags |= PL_TOKEN_TWIN;
    }
    x->twins.n = 0;
    x->arms.n = 0;
    x->deeper_arms = 0;
    x->open = 0;
}

/* ---- space and comments ---- */

/* Behind the comment that begins at `from`; those of Rust nest. */
static size_t comment_end(const struct pl_source_lex *x, size_t from)
{
    size_t end = find(x, "*/", from + 2);
    if (x->language != PL_SOURCE_RUST || end == x->end)
        return end == x->end ? end : end + 2;
    size_t depth = 0;
    for (size_t i = from; i + 1 < x->end; i++) {
        bool is_open = x->text.p[i] == '/' && x->text.p[i + 1] == '*';
        bool is_close = x->text.p[i] == '*' && x->text.p[i + 1] == '/';
        depth += is_open;
        depth -= is_close;
        if (is_close && depth == 0)
            return i + 2;
        i += is_open || is_close;
    }
    return x->end;
}

/* Over space and comments, to the next byte that means something. In a directive a line end means something. */
static void skip_space(struct pl_source_lex *x, bool in_directive)
{
    const uint8_t *p = x->text.p;
    for (; x->at < x->end; x->at++) {
        uint8_t class = classes[p[x->at]];
        uint8_t next = byte_at(x, x->at + 1);
        if (class == LINE_END) {
            if (in_directive)
                return;
            x->pending = PL_TOKEN_FIRST | PL_TOKEN_COLUMN0 | PL_TOKEN_SPACED;
        } else if (class == SPACE) {
            x->pending = (uint8_t)((x->pending & ~PL_TOKEN_COLUMN0) | PL_TOKEN_SPACED);
        } else if (class == BACKSLASH && (next == '\n' || (next == '\r' && byte_at(x, x->at + 2) == '\n'))) {
            x->at += next == '\r' ? 2 : 1;
        } else if (class == SLASH && next == '*') {
            x->at = comment_end(x, x->at) - 1;
            x->pending = (uint8_t)((x->pending & ~PL_TOKEN_COLUMN0) | PL_TOKEN_SPACED);
        } else if (class == SLASH && next == '/') {
            x->at = line_end(x, x->at) - 1;
            bool may_go_on = x->language != PL_SOURCE_JAVA;
            while (may_go_on && x->at + 1 < x->end && p[x->at] == '\\') /* in the next line */
                x->at = line_end(x, x->at + 2) - 1;
        } else {
            return;
        }
    }
    x->at = x->end;
}

struct pl_token *pl_source_add_token(struct pl_source_lex *x, pl_tokens *tokens, uint8_t kind, size_t length)
{
    bool is_full = x->tokens.n + x->macro_tokens.n >= x->max_tokens;
    struct pl_token *t = is_full ? NULL : PL_VEC_ADD(tokens);
    if (t == NULL) {
        x->why = is_full ? PL_E_LIMIT : PL_E_NOMEM;
        x->at = x->end;
        return NULL;
    }
    size_t arms = x->arms.n + x->deeper_arms;
    *t = (struct pl_token){.at = (uint32_t)x->at,
                           .length = (uint32_t)length,
                           .kind = kind,
                           .flags = x->pending,
                           .arms = arms < PL_MAX_ARMS ? (uint16_t)arms : PL_MAX_ARMS};
    x->pending = 0;
    x->at += length;
    return t;
}

/* ---- tokens ---- */

static void take_word(struct pl_source_lex *x, pl_tokens *tokens)
{
    size_t n = 1;
    while (x->at + n < x->end && is_word_byte(x->text.p[x->at + n]))
        n++;
    if (pl_source_take_prefixed(x, tokens, n))
        return;
    uint32_t symbol = pl_source_symbol(x, pl_bytes_sub(x->text, x->at, n));
    struct pl_token *t = pl_source_add_token(x, tokens, PL_TOKEN_WORD, n);
    if (t != NULL)
        t->link = symbol;
}

/* A preprocessing number, C17 6.4.8, with digit separators. */
static void take_number(struct pl_source_lex *x, pl_tokens *tokens)
{
    size_t n = 1;
    for (;; n++) {
        uint8_t b = byte_at(x, x->at + n);
        uint8_t before = x->text.p[x->at + n - 1] | 0x20;
        bool is_sign = (b == '+' || b == '-') && (before == 'e' || before == 'p');
        if (is_sign && before == 'e' && n > 1 && (byte_at(x, x->at + 1) | 0x20) == 'x')
            is_sign = false; /* 0xe+1 is a sum to us, as people mean it */
        bool is_separator =
            b == '\'' && is_word_byte(byte_at(x, x->at + n + 1)) && x->language != PL_SOURCE_RUST;
        if (b == '.' && x->language == PL_SOURCE_RUST && classes[byte_at(x, x->at + n + 1)] != DIGIT)
            break; /* 0..10, 1.max(2) */
        if (x->at + n >= x->end || !(is_word_byte(b) || b == '.' || is_sign || is_separator))
            break;
    }
    (void)pl_source_add_token(x, tokens, PL_TOKEN_NUMBER, n);
}

static void take_pair(struct pl_source_lex *x, pl_tokens *tokens)
{
    uint8_t a = x->text.p[x->at];
    uint8_t b = byte_at(x, x->at + 1);
    uint8_t kind = a;
    size_t n = 2;
    if (a == '-' && b == '>') {
        kind = PL_TOKEN_ARROW;
    } else if (a == ':' && b == ':') {
        kind = PL_TOKEN_SCOPE;
    } else if (a == '<' && b == '<') {
        kind = byte_at(x, x->at + 2) == '=' ? PL_TOKEN_OPERATOR : PL_TOKEN_SHIFT_LEFT;
        n += kind == PL_TOKEN_OPERATOR;
    } else if (a == '>' && b == '>') {
        kind = byte_at(x, x->at + 2) == '=' ? PL_TOKEN_OPERATOR : PL_TOKEN_SHIFT_RIGHT;
        n += kind == PL_TOKEN_OPERATOR;
    } else if ((b == '=' && a != ':') || (a == b && (a == '+' || a == '-' || a == '&' || a == '|'))) {
        kind = PL_TOKEN_OPERATOR;
    } else {
        n = 1;
    }
    (void)pl_source_add_token(x, tokens, kind, n);
}

static void take_bracket(struct pl_source_lex *x, pl_tokens *tokens, bool is_open)
{
    struct pl_token *t = pl_source_add_token(x, tokens, x->text.p[x->at], 1);
    if (t == NULL)
        return;
    uint32_t number = (uint32_t)(tokens->n - 1);
    if (is_open) {
        t->length = x->open;
        x->open = number;
    } else {
        close_bracket(x, tokens, number);
    }
}

/* The token at x->at, where there is one. */
static void take_token(struct pl_source_lex *x, pl_tokens *tokens)
{
    uint8_t byte = x->text.p[x->at];
    uint8_t next = byte_at(x, x->at + 1);
    switch (classes[byte]) {
    case WORD:
        if (byte == '$' &&
            (x->language == PL_SOURCE_ASM || x->language == PL_SOURCE_PERLASM)) /* marks an immediate */
            (void)pl_source_add_token(x, tokens, byte, 1);
        else
            take_word(x, tokens);
        return;
    case DIGIT: take_number(x, tokens); return;
    case OPEN: take_bracket(x, tokens, true); return;
    case CLOSE: take_bracket(x, tokens, false); return;
    case PAIR: take_pair(x, tokens); return;
    case QUOTE:
        if (!pl_source_take_quoted(x, tokens))
            (void)pl_source_add_token(x, tokens, byte, 1);
        return;
    case HASH:
        (void)pl_source_add_token(x, tokens, next == '#' ? PL_TOKEN_PASTE : byte, next == '#' ? 2 : 1);
        return;
    case DOT:
        if (classes[next] == DIGIT && x->language != PL_SOURCE_RUST)
            take_number(x, tokens);
        else
            (void)pl_source_add_token(x, tokens,
                                      next == '.' && byte_at(x, x->at + 2) == '.' ? PL_TOKEN_OPERATOR : byte,
                                      next == '.' && byte_at(x, x->at + 2) == '.' ? 3 : 1);
        return;
    default: (void)pl_source_add_token(x, tokens, byte & 0x7f, 1); return;
    }
}

/* ---- directives ---- */

/* Tokens up to the end of the logical line, into macro_tokens. */
static void take_line(struct pl_source_lex *x)
{
    uint32_t open = x->open;
    x->open = 0;
    x->pending = 0;
    for (;;) {
        skip_space(x, true);
        if (x->at >= x->end || x->text.p[x->at] == '\n')
            break;
        take_token(x, &x->macro_tokens);
    }
    x->open = open;
    x->pending = PL_TOKEN_FIRST;
}

static void take_define(struct pl_source_lex *x, size_t start)
{
    uint32_t first = (uint32_t)x->macro_tokens.n;
    take_line(x);
    for (size_t i = first; i < x->macro_tokens.n; i++)
        if (x->macro_tokens.v[i].kind < 128)
            x->macro_tokens.v[i].length = 1;
    struct pl_macro_text *m = PL_VEC_ADD(&x->macros);
    if (m == NULL)
        x->why = PL_E_NOMEM;
    else
        *m = (struct pl_macro_text){.at = (uint32_t)start,
                                    .end = (uint32_t)x->at,
                                    .first = first,
                                    .n = (uint32_t)x->macro_tokens.n - first};
}

static void take_include(struct pl_source_lex *x)
{
    skip_space(x, true);
    uint8_t quote = byte_at(x, x->at);
    if (quote != '"' && quote != '<')
        return;
    pl_bytes line = pl_bytes_sub(x->text, x->at + 1, line_end(x, x->at) - x->at - 1);
    size_t n = pl_bytes_find_byte(line, quote == '<' ? '>' : '"', 0);
    if (n == SIZE_MAX || n == 0)
        return;
    pl_bytes *name = PL_VEC_ADD(&x->includes);
    if (name == NULL)
        x->why = PL_E_NOMEM;
    else
        *name = pl_bytes_sub(line, 0, n);
}

static void begin_arms(struct pl_source_lex *x, bool is_dead)
{
    if (x->arms.n == MAX_ARMS) {
        x->deeper_arms++; /* so that their #endif ends them and not another */
        return;
    }
    struct pl_lex_arm *arm = PL_VEC_ADD(&x->arms);
    if (arm == NULL)
        x->why = PL_E_NOMEM;
    else
        *arm = (struct pl_lex_arm){.at_if = x->open, .is_dead = is_dead};
}

/* `is_last`: #endif. */
static void end_arm(struct pl_source_lex *x, bool is_last)
{
    if (x->arms.n == 0 || x->deeper_arms > 0) {
        x->deeper_arms -= is_last && x->deeper_arms > 0;
        return;
    }
    struct pl_lex_arm *arm = &x->arms.v[x->arms.n - 1];
    uint32_t end = arm->is_dead ? arm->at_if : x->open;
    if (!is_last) {
        if (arm->has_first && !arm->is_dead && arm->first_end != end)
            add_twins(x, arm->first_end, end);
        if (!arm->is_dead) {
            arm->first_end = end;
            arm->has_first = true;
        }
        x->open = arm->at_if;
        arm->is_dead = false;
        return;
    }
    x->open = end;
    if (arm->has_first && arm->first_end != end)
        add_twins(x, arm->first_end, end);
    x->arms.n--;
}

/* A directive whose # is at x->at; nothing of it is left but what the lists hold. */
static void take_directive(struct pl_source_lex *x)
{
    size_t start = x->at++;
    skip_space(x, true);
    size_t from = x->at;
    while (is_word_byte(byte_at(x, x->at)))
        x->at++;
    pl_bytes name = pl_bytes_sub(x->text, from, x->at - from);
    if (pl_bytes_eq_str(name, "define")) {
        take_define(x, start);
        return;
    }
    if (pl_bytes_starts(name, PL_LIT("include")) || pl_bytes_eq_str(name, "import")) {
        take_include(x);
    } else if (pl_bytes_starts(name, PL_LIT("if"))) {
        skip_space(x, true);
        begin_arms(x, name.n == 2 && byte_at(x, x->at) == '0' && !is_word_byte(byte_at(x, x->at + 1)));
    } else if (pl_bytes_starts(name, PL_LIT("el"))) {
        end_arm(x, false);
    } else if (pl_bytes_eq_str(name, "endif")) {
        end_arm(x, true);
    }
    size_t n = x->macro_tokens.n;
    take_line(x);
    x->macro_tokens.n = n;
}

bool pl_source_lex_range(struct pl_source_lex *x, size_t from, size_t to)
{
    x->at = from;
    x->end = to;
    x->pending = PL_TOKEN_FIRST | PL_TOKEN_COLUMN0;
    size_t first = x->tokens.n;
    bool has_directives =
        x->language != PL_SOURCE_RUST && x->language != PL_SOURCE_GO && x->language != PL_SOURCE_JAVA;
    while (x->why == PL_OK) {
        skip_space(x, false);
        if (x->at >= x->end)
            break;
        if (x->text.p[x->at] == '#' && (x->pending & PL_TOKEN_FIRST) && has_directives)
            take_directive(x);
        else
            take_token(x, &x->tokens);
    }
    settle_brackets(x, first);
    return x->why == PL_OK;
}

bool pl_source_lex_finish(struct pl_source_lex *x)
{
    for (unsigned i = 0; i < 4; i++)
        if (PL_VEC_ADD(&x->tokens) == NULL || PL_VEC_ADD(&x->macro_tokens) == NULL)
            x->why = PL_E_NOMEM;
    return x->why == PL_OK;
}

void pl_source_lex_init(struct pl_source_lex *x, pl_bytes text, enum pl_source_language language,
                        uint64_t max_tokens)
{
    *x = (struct pl_source_lex){.text = text, .language = language, .max_tokens = (size_t)max_tokens};
    pl_map_init(&x->names);
    if (PL_VEC_ADD(&x->tokens) == NULL || PL_VEC_ADD(&x->macro_tokens) == NULL ||
        PL_VEC_ADD(&x->symbols) == NULL)
        x->why = PL_E_NOMEM;
    else
        pl_source_add_words(x, language);
}

void pl_source_lex_reset(struct pl_source_lex *x)
{
    PL_VEC_FREE(&x->tokens);
    PL_VEC_FREE(&x->macro_tokens);
    PL_VEC_FREE(&x->macros);
    PL_VEC_FREE(&x->includes);
    PL_VEC_FREE(&x->symbols);
    PL_VEC_FREE(&x->arms);
    PL_VEC_FREE(&x->twins);
    pl_map_reset(&x->names);
}
