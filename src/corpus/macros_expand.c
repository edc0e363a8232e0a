/*
 * macros_expand.c - expanding one use of a macro.
 *
 * Prosser's algorithm (the one behind C89's wording): a list of tokens is read from the front; a macro's name is replaced by its
 * body, which is read again, and each token carries the names it must not be replaced for again (its hide set). # makes a literal out of
 * an argument as it stands, ## joins two tokens, and other arguments are expanded before they are put in.
 *
 * Source: C17 6.10.3; D. Prosser, "Complete macro expansion algorithm", X3J11/86-196.
 * Not done here: #if, __VA_OPT__, _Pragma. __FILE__ is any tail of the path, __LINE__ the line the use begins in.
 */
#include "corpus/macros_set.h"
#include "format/text/clit.h"

#include <string.h>

#define MAX_STEPS      100000u /* tokens made for one use */
#define MAX_DEPTH      48u     /* arguments in arguments */
#define MAX_OUT_BYTES  (256u << 10)
#define TOKENS_AT_ONCE 16u /* that are taken from the arena: it is asked for millions */
#define MAX_PICKS      16u /* names with several definitions in one use; further ones take their first */

struct hidden {
    const struct hidden *next;
    const struct macro *first; /* of the name */
};

struct token {
    struct token *next;
    pl_bytes text;
    const struct hidden *hidden;
    const struct macro_name *name; /* what it can be replaced by, once `word` says that this was asked */
    uint8_t kind;                  /* enum pl_clit_kind */
    uint8_t word;                  /* enum macro_word */
    bool has_space;                /* before it */
    bool is_kept;                  /* of an argument as it stands, which may be put in again */
};

struct tokens {
    struct token *first;
    struct token *last;
};

struct expansion {
    struct pl_macro_run *run;
    size_t way;
    size_t ways;
    struct { /* names met so far that can be replaced in several ways, and which one this way takes */
        const void *name;
        size_t choice;
    } picks[MAX_PICKS];
    size_t n_picks;
    size_t steps; /* that may still be made */
    bool is_out_of_memory;
    struct pl_arena *arena;
    struct token *room; /* zeroed, for tokens to come */
    size_t n_room;
};

/* An argument, and what it expands to: the same, at the same cost, wherever the body names it. */
struct argument {
    struct tokens raw;
    struct tokens expanded;
    size_t steps;
    bool is_expanded;
};

/* A macro and the arguments of one use. */
struct use {
    const struct macro *macro;
    const struct macro_body *body;
    struct argument
        arguments[PL_MACRO_PARAMETERS]; /* as many as there are parameters or arguments, at least one */
};

static void put(struct tokens *list, struct token *t)
{
    t->next = NULL;
    if (list->first == NULL)
        list->first = t;
    else
        list->last->next = t;
    list->last = t;
}

/* False when the use has taken too much or memory is out: then nothing comes out at all. */
static bool may_go_on(struct expansion *x)
{
    return !x->is_out_of_memory && x->steps > 0;
}

static struct token *take_token(struct expansion *x, pl_bytes text, uint8_t kind)
{
    if (!may_go_on(x))
        return NULL;
    x->steps--;
    if (x->n_room == 0) {
        x->room = pl_arena_take_n(x->arena, TOKENS_AT_ONCE, sizeof *x->room);
        x->is_out_of_memory = x->room == NULL;
        if (x->room == NULL)
            return NULL;
        x->n_room = TOKENS_AT_ONCE;
    }
    struct token *t = x->room++;
    x->n_room--;
    t->text = text;
    t->kind = kind;
    t->word = WORD_NOT_ASKED;
    return t;
}

static bool put_copy(struct expansion *x, struct tokens *list, const struct token *from,
                     const struct hidden *hidden)
{
    struct token *t = take_token(x, from->text, from->kind);
    if (t == NULL)
        return false;
    t->has_space = from->has_space;
    t->hidden = hidden;
    t->word = from->word;
    t->name = from->name;
    put(list, t);
    return true;
}

/* At the same price as a copy, which it is where the token is still wanted. */
static bool put_on(struct expansion *x, struct tokens *list, struct token *t)
{
    if (t->is_kept)
        return put_copy(x, list, t, t->hidden);
    if (!may_go_on(x))
        return false;
    x->steps--;
    put(list, t);
    return true;
}

static struct tokens lex(struct expansion *x, pl_bytes text)
{
    struct tokens list = {NULL, NULL};
    struct pl_clit lexer;
    struct pl_clit_token t;
    size_t end = 0;
    pl_clit_init(&lexer, text, PL_CLIT_C);
    while (pl_clit_next(&lexer, &t)) {
        struct token *token = take_token(x, pl_bytes_sub(text, t.offset, t.length), t.kind);
        if (token == NULL)
            break;
        token->has_space = t.offset > end;
        end = t.offset + t.length;
        put(&list, token);
    }
    return list;
}

static bool is_byte(const struct token *t, uint8_t byte)
{
    return t != NULL && t->kind == PL_CLIT_OTHER && t->text.n == 1 && t->text.p[0] == byte;
}

static bool is_hidden(const struct hidden *h, const struct macro *first)
{
    for (; h != NULL; h = h->next)
        if (h->first == first)
            return true;
    return false;
}

static const struct hidden *hide(struct expansion *x, const struct macro *first, const struct hidden *others)
{
    struct hidden *h = pl_arena_take(x->arena, sizeof *h);
    x->is_out_of_memory = x->is_out_of_memory || h == NULL;
    if (h != NULL)
        *h = (struct hidden){others, first};
    return h == NULL ? others : h;
}

/* The arguments behind `open`, a parenthesis; the token behind the closing one in *rest. False when there is none. */
static bool read_arguments(struct expansion *x, struct use *u, struct token *open, struct token **rest)
{
    size_t n = 0;
    unsigned depth = 0;
    for (struct token *t = open->next; t != NULL; t = *rest) {
        *rest = t->next;
        bool is_last = u->body->is_variadic && n + 1 >= u->body->n_names;
        if (is_byte(t, ')') && depth-- == 0)
            return true;
        depth += is_byte(t, '(') || is_byte(t, '{') || is_byte(t, '[');
        depth -= (is_byte(t, '}') || is_byte(t, ']')) && depth > 0;
        if (is_byte(t, ',') && depth == 0 && !is_last) {
            if (++n >= PL_MACRO_PARAMETERS)
                return false;
            if (n >= u->body->n_names)
                u->arguments[n] = (struct argument){0};
            continue;
        }
        if (!put_copy(x, &u->arguments[n].raw, t, t->hidden))
            return false;
        u->arguments[n].raw.last->is_kept = true;
    }
    return false;
}

/* Which parameter the i-th token of the body is; PL_MACRO_NO_PARAMETER when it is none. */
static uint32_t parameter_of(const struct use *u, size_t i)
{
    return i < u->body->n ? u->body->tokens[i].parameter : PL_MACRO_NO_PARAMETER;
}

/* A literal that spells the tokens: C17 6.10.3.2. */
static struct token *stringize(struct expansion *x, const struct tokens *list)
{
    struct pl_buf text;
    pl_buf_init(&text, MAX_OUT_BYTES);
    pl_buf_add_byte(&text, '"');
    for (const struct token *t = list->first; t != NULL; t = t->next) {
        bool is_quoted = t->kind == PL_CLIT_STRING || (t->text.n > 1 && t->text.p[0] == '\'');
        if (t->has_space && t != list->first)
            pl_buf_add_byte(&text, ' ');
        for (size_t i = 0; i < t->text.n; i++) {
            if (t->text.p[i] == '"' || (is_quoted && t->text.p[i] == '\\'))
                pl_buf_add_byte(&text, '\\');
            pl_buf_add_byte(&text, t->text.p[i]);
        }
    }
    pl_buf_add_byte(&text, '"');
    pl_bytes kept = text.why == PL_OK ? pl_arena_keep(x->arena, pl_buf_bytes(&text)) : PL_LIT("\"\"");
    pl_buf_reset(&text);
    x->is_out_of_memory = x->is_out_of_memory || kept.p == NULL;
    return kept.p == NULL ? NULL : take_token(x, kept, PL_CLIT_STRING);
}

/* Join `t` to the end of the list, as ## does. */
static bool paste(struct expansion *x, struct tokens *list, const struct token *t)
{
    struct token *last = list->last;
    uint8_t *joined = pl_arena_take(x->arena, last->text.n + t->text.n + 1);
    if (joined == NULL) {
        x->is_out_of_memory = true;
        return false;
    }
    memcpy(joined, last->text.p, last->text.n);
    memcpy(joined + last->text.n, t->text.p, t->text.n);
    last->text = pl_bytes_of(joined, last->text.n + t->text.n);
    last->word = WORD_NOT_ASKED;
    if (t->kind == PL_CLIT_STRING) /* L ## "wide" */
        last->kind = PL_CLIT_STRING;
    return true;
}

static struct tokens expand_list(struct expansion *x, struct tokens in, unsigned depth);

static bool put_list(struct expansion *x, struct tokens *out, const struct tokens *from, bool is_pasted,
                     bool has_space, const struct hidden *hidden)
{
    const struct hidden *had = NULL; /* neighbours mostly have the same hide set */
    const struct hidden *has = hidden;
    for (const struct token *t = from->first; t != NULL; t = t->next) {
        bool is_joined = is_pasted && t == from->first && out->last != NULL;
        if (is_joined ? !paste(x, out, t) : !put_copy(x, out, t, t->hidden))
            return false;
        if (!is_joined) {
            if (t->hidden != had)
                has = t->hidden == NULL ? hidden : hide(x, hidden->first, t->hidden);
            had = t->hidden;
            out->last->hidden = has;
            if (t == from->first)
                out->last->has_space = has_space;
        }
    }
    return true;
}

/* What an argument expands to. The second time picks what the first has picked, so that only its cost is still to be paid. */
static struct tokens expand_argument(struct expansion *x, struct argument *a, unsigned depth)
{
    size_t had = x->steps;
    if (a->is_expanded) {
        x->steps -= a->steps < x->steps ? a->steps : x->steps;
        return a->expanded;
    }
    a->expanded = expand_list(x, a->raw, depth);
    a->steps = had - x->steps;
    a->is_expanded = true;
    return a->expanded;
}

static bool is_mark(const struct macro_body *b, size_t i)
{
    return i < b->n && b->tokens[i].is_mark;
}

/* Put in the i-th token, which is a parameter. False when nothing more may be put in. */
static bool put_argument(struct expansion *x, struct use *u, size_t i, bool is_pasted, bool is_before_paste,
                         const struct hidden *hidden, unsigned depth, struct tokens *out)
{
    const struct macro_body *b = u->body;
    uint32_t own = parameter_of(u, i);
    struct argument *a = &u->arguments[own];
    struct tokens one = is_pasted || is_before_paste ? a->raw : expand_argument(x, a, depth + 1);
    /* ", ## __VA_ARGS__" without arguments takes the comma away; GCC manual, "Variadic Macros". */
    bool is_rest = is_pasted && b->is_variadic && own + 1 == b->n_names && is_byte(out->last, ',');
    if (is_rest && one.first == NULL)
        out->last->text = PL_LIT(" ");
    return put_list(x, out, &one, is_pasted && !is_rest, b->tokens[i].has_space, hidden);
}

static bool put_own(struct expansion *x, const struct macro_token *from, bool is_pasted,
                    const struct hidden *hidden, struct tokens *out)
{
    struct token t = {.text = from->text,
                      .kind = (uint8_t)from->kind,
                      .word = (uint8_t)from->word,
                      .name = from->name,
                      .has_space = from->has_space};
    struct tokens one = {&t, &t};
    return put_list(x, out, &one, is_pasted, t.has_space, hidden);
}

/* The body of a macro with its arguments put in. */
static struct tokens substitute(struct expansion *x, struct use *u, const struct hidden *hidden,
                                unsigned depth)
{
    struct tokens out = {NULL, NULL};
    const struct macro_body *b = u->body;
    bool has_list = u->macro->parameters.p != NULL;
    bool is_pasted = false;
    x->steps -= b->n < x->steps ? b->n : x->steps;
    for (size_t i = 0; i < b->n && may_go_on(x); i++) {
        if (is_mark(b, i) && is_mark(b, i + 1) && out.last != NULL) {
            is_pasted = true;
            i++;
            continue;
        }
        uint32_t of_next = has_list && is_mark(b, i) ? parameter_of(u, i + 1) : PL_MACRO_NO_PARAMETER;
        uint32_t own = has_list ? parameter_of(u, i) : PL_MACRO_NO_PARAMETER;
        bool is_before_paste = is_mark(b, i + 1) && is_mark(b, i + 2);
        bool is_good;
        if (of_next != PL_MACRO_NO_PARAMETER) {
            struct token *text = stringize(x, &u->arguments[of_next].raw);
            struct tokens one = {text, text};
            is_good = text != NULL && put_list(x, &out, &one, is_pasted, b->tokens[i].has_space, hidden);
            i++;
        } else if (own != PL_MACRO_NO_PARAMETER && is_before_paste && u->arguments[own].raw.first == NULL) {
            i += 2; /* nothing ## x: x */
            continue;
        } else if (own != PL_MACRO_NO_PARAMETER) {
            is_good = put_argument(x, u, i, is_pasted, is_before_paste, hidden, depth, &out);
        } else {
            is_good = put_own(x, &b->tokens[i], is_pasted, hidden, &out);
        }
        if (!is_good)
            break;
        is_pasted = false;
    }
    return out;
}

/*
 * Which of n replacements of this name the present way takes: the way is a number whose digits, in the order in which names are met, have n
 * values each.
 */
static size_t pick(struct expansion *x, const void *name, size_t n)
{
    if (n < 2)
        return 0;
    for (size_t i = 0; i < x->n_picks; i++)
        if (x->picks[i].name == name)
            return x->picks[i].choice;
    if (x->n_picks == MAX_PICKS)
        return 0;
    size_t choice = x->way / x->ways % n;
    x->picks[x->n_picks].name = name;
    x->picks[x->n_picks++].choice = choice;
    x->ways *= n;
    return choice;
}

/* The definition that this way takes; NULL when the use does not fit it. */
static const struct macro *choose(struct expansion *x, const struct token *t)
{
    if (t->name == NULL || is_hidden(t->hidden, t->name->found[0]))
        return NULL;
    const struct macro *own[PL_MACRO_DEFINITIONS];
    bool has_scope = x->run->scope != NULL && x->run->scope->n > 0 && t->name->n > 1;
    size_t n_own = has_scope ? pl_macro_scope_find(x->run->scope, x->run->at, t->name, own) : 0;
    x->run->has_place = x->run->has_place || n_own > 0;
    const struct macro *macro = n_own > 0 ? own[pick(x, t->name->found[0], n_own)]
                                          : t->name->found[pick(x, t->name->found[0], t->name->n)];
    return macro->parameters.p == NULL || is_byte(t->next, '(') ? macro : NULL;
}

/* __LINE__ and __FILE__, whose ways are the tails of the path. */
static struct token *special(struct expansion *x, const struct token *t)
{
    static const char of_file;
    if (t->word != WORD_LINE && t->word != WORD_FILE)
        return NULL;
    x->run->has_place = true;
    if (t->word == WORD_LINE) {
        const char *line = pl_arena_printf(x->arena, "%u", (unsigned)x->run->line_1based);
        x->is_out_of_memory = x->is_out_of_memory || line == NULL;
        return line == NULL ? NULL : take_token(x, pl_bytes_of_str(line), PL_CLIT_WORD);
    }
    pl_bytes tail = x->run->path;
    size_t tails = 1;
    for (size_t i = 0; i < tail.n; i++)
        tails += tail.p[i] == '/';
    for (size_t i = pick(x, &of_file, tails); i > 0; i--)
        tail = pl_bytes_from(tail, pl_bytes_find_byte(tail, '/', 0) + 1);
    const char *text = pl_arena_printf(x->arena, "\"%.*s\"", PL_ARG(tail));
    x->is_out_of_memory = x->is_out_of_memory || text == NULL;
    return text == NULL ? NULL : take_token(x, pl_bytes_of_str(text), PL_CLIT_STRING);
}

/* Ask once what a word can be replaced by. */
static void ask(struct expansion *x, struct token *t)
{
    enum macro_word word;
    if (t->word != WORD_NOT_ASKED)
        return;
    if (!pl_macro_name(x->run->m, x->run->cache, x->arena, t->text, &word, &t->name))
        x->is_out_of_memory = true;
    t->word = (uint8_t)word;
}

/* Is this a use of the macro? Its arguments are read then, and *rest is behind them. */
static bool is_use(struct expansion *x, const struct macro *macro, struct token *t, struct use *u,
                   struct token **rest)
{
    const struct macro_body *b = pl_macro_body(x->run->m, x->run->cache, x->arena, macro);
    x->is_out_of_memory = x->is_out_of_memory || b == NULL;
    if (b == NULL || b->has_too_many)
        return false;
    u->macro = macro;
    u->body = b;
    if (macro->parameters.p == NULL)
        return true;
    memset(u->arguments, 0, (b->n_names < 1 ? 1 : b->n_names) * sizeof u->arguments[0]);
    return read_arguments(x, u, t->next, rest);
}

/* What the use of `macro` at t expands to; false when it is none. *rest is behind it. Apart from expand_list(): most words are no use. */
static bool expand_use(struct expansion *x, const struct macro *macro, struct token *t, unsigned depth,
                       struct tokens *body, struct token **rest)
{
    __attribute__((uninitialized)) struct use u; /* is_use() sets what there is */
    if (!is_use(x, macro, t, &u, rest))
        return false;
    *body = substitute(x, &u, hide(x, t->name->found[0], t->hidden), depth);
    return true;
}

static struct tokens expand_list(struct expansion *x, struct tokens in, unsigned depth)
{
    struct tokens out = {NULL, NULL};
    struct token *t = in.first;
    while (t != NULL && may_go_on(x) && depth < MAX_DEPTH) {
        struct token *rest = t->next;
        struct token *fixed = NULL;
        const struct macro *macro = NULL;
        struct tokens body;
        if (t->kind == PL_CLIT_WORD) {
            ask(x, t);
            fixed = special(x, t);
            macro = fixed == NULL ? choose(x, t) : NULL;
        }
        if (macro == NULL || !expand_use(x, macro, t, depth, &body, &rest)) {
            rest = t->next;
            if (fixed != NULL)
                fixed->hidden = t->hidden;
            if (!put_on(x, &out, fixed != NULL ? fixed : t))
                break;
            out.last->has_space = t->has_space;
            t = rest;
            continue;
        }
        if (body.first != NULL) {
            body.first->has_space = t->has_space;
            body.last->next = rest;
            rest = body.first;
        }
        t = rest;
    }
    return out;
}

/* A space and the token, without its line ends. */
static void put_out(struct pl_buf *out, const struct token *t)
{
    uint8_t *p = pl_buf_grow(out, 1 + t->text.n);
    if (p == NULL)
        return;
    size_t n = 0;
    p[n++] = ' ';
    for (size_t i = 0; i < t->text.n; i++) {
        p[n] = t->text.p[i];
        n += t->text.p[i] != '\n' && t->text.p[i] != '\r';
    }
    out->n -= 1 + t->text.n - n;
}

bool pl_macros_expand(struct pl_macro_run *run, pl_bytes text, size_t way, struct pl_buf *out, size_t *ways)
{
    size_t most = run->max_steps == 0 ? MAX_STEPS : run->max_steps;
    size_t steps = run->budget < most ? run->budget : most;
    pl_macro_cache_limit(run->cache);
    struct expansion x = {.run = run, .way = way, .ways = 1, .steps = steps, .arena = run->scratch};
    struct tokens list = expand_list(&x, lex(&x, text), 0);
    /* Which names are met depends on the way: another one can have shown more of them. */
    size_t met = x.ways < PL_MACRO_WAYS ? x.ways : PL_MACRO_WAYS;
    *ways = met > *ways ? met : *ways;
    run->budget -= steps - x.steps;
    if (!may_go_on(&x))
        return !x.is_out_of_memory;
    size_t start = out->n;
    for (const struct token *t = list.first; t != NULL && out->n - start < MAX_OUT_BYTES; t = t->next)
        put_out(out, t);
    return out->why != PL_E_NOMEM;
}
