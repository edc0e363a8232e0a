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

#define MAX_STEPS     100000u /* tokens made for one use */
#define MAX_DEPTH     48u     /* arguments in arguments */
#define MAX_OUT_BYTES (256u << 10)
#define MAX_PICKS     16u /* names with several definitions in one use; further ones take their first */

struct hidden {
    const struct hidden *next;
    pl_bytes name;
};

struct token {
    struct token *next;
    pl_bytes text;
    enum pl_clit_kind kind;
    bool has_space; /* before it */
    const struct hidden *hidden;
};

struct tokens {
    struct token *first;
    struct token *last;
};

struct expansion {
    const struct pl_macro_run *run;
    size_t way;
    size_t ways;
    struct { /* names met so far that can be replaced in several ways, and which one this way takes */
        pl_bytes name;
        size_t choice;
    } picks[MAX_PICKS];
    size_t n_picks;
    size_t steps; /* that may still be made */
    bool is_out_of_memory;
    struct pl_arena *arena;
};

/* A macro and the arguments of one use. */
struct use {
    const struct macro *macro;
    pl_bytes names[PL_MACRO_PARAMETERS];
    size_t n_names;
    bool is_variadic; /* the last one takes the rest */
    struct tokens arguments[PL_MACRO_PARAMETERS];
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

static struct token *take_token(struct expansion *x, pl_bytes text, enum pl_clit_kind kind)
{
    if (!may_go_on(x))
        return NULL;
    struct token *t = pl_arena_take(x->arena, sizeof *t);
    x->steps--;
    x->is_out_of_memory = t == NULL;
    if (t == NULL)
        return NULL;
    t->text = text;
    t->kind = kind;
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

static bool is_hidden(const struct hidden *h, pl_bytes name)
{
    for (; h != NULL; h = h->next)
        if (pl_bytes_eq(h->name, name))
            return true;
    return false;
}

static const struct hidden *hide(struct expansion *x, pl_bytes name, const struct hidden *others)
{
    struct hidden *h = pl_arena_take(x->arena, sizeof *h);
    x->is_out_of_memory = x->is_out_of_memory || h == NULL;
    if (h != NULL)
        *h = (struct hidden){others, name};
    return h == NULL ? others : h;
}

static bool read_parameters(struct use *u)
{
    pl_bytes rest = u->macro->parameters;
    pl_bytes name;
    while (pl_bytes_split(&rest, ',', &name)) {
        name = pl_bytes_trim(name);
        if (u->n_names == PL_MACRO_PARAMETERS)
            return false;
        if (pl_bytes_ends(name, PL_LIT("..."))) {
            u->is_variadic = true;
            name = pl_bytes_trim(pl_bytes_sub(name, 0, name.n - 3));
            name = name.n == 0 ? PL_LIT("__VA_ARGS__") : name;
        }
        if (name.n > 0)
            u->names[u->n_names++] = name;
    }
    return true;
}

/* The arguments behind `open`, a parenthesis; the token behind the closing one in *rest. False when there is none. */
static bool read_arguments(struct expansion *x, struct use *u, struct token *open, struct token **rest)
{
    size_t n = 0;
    unsigned depth = 0;
    for (struct token *t = open->next; t != NULL; t = *rest) {
        *rest = t->next;
        bool is_last = u->is_variadic && n + 1 >= u->n_names;
        if (is_byte(t, ')') && depth-- == 0)
            return true;
        depth += is_byte(t, '(') || is_byte(t, '{') || is_byte(t, '[');
        depth -= (is_byte(t, '}') || is_byte(t, ']')) && depth > 0;
        if (is_byte(t, ',') && depth == 0 && !is_last) {
            if (++n >= PL_MACRO_PARAMETERS)
                return false;
            continue;
        }
        if (!put_copy(x, &u->arguments[n], t, t->hidden))
            return false;
    }
    return false;
}

static size_t parameter_of(const struct use *u, const struct token *t)
{
    for (size_t i = 0; t != NULL && t->kind == PL_CLIT_WORD && i < u->n_names; i++)
        if (pl_bytes_eq(t->text, u->names[i]))
            return i;
    return SIZE_MAX;
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
    if (t->kind == PL_CLIT_STRING) /* L ## "wide" */
        last->kind = PL_CLIT_STRING;
    return true;
}

static struct tokens expand_list(struct expansion *x, struct tokens in, unsigned depth);

static bool put_list(struct expansion *x, struct tokens *out, const struct tokens *from, bool is_pasted,
                     bool has_space, const struct hidden *hidden)
{
    for (const struct token *t = from->first; t != NULL; t = t->next) {
        bool is_joined = is_pasted && t == from->first && out->last != NULL;
        if (is_joined ? !paste(x, out, t) : !put_copy(x, out, t, t->hidden))
            return false;
        if (!is_joined) {
            out->last->hidden = t->hidden == NULL ? hidden : hide(x, hidden->name, t->hidden);
            if (t == from->first)
                out->last->has_space = has_space;
        }
    }
    return true;
}

/* The body of a macro with its arguments put in. */
static struct tokens substitute(struct expansion *x, const struct use *u, const struct hidden *hidden,
                                unsigned depth)
{
    struct tokens out = {NULL, NULL};
    struct tokens body = lex(x, u->macro->body);
    bool is_pasted = false;
    for (struct token *t = body.first; t != NULL && may_go_on(x); t = t->next) {
        bool has_list = u->macro->parameters.p != NULL;
        if (is_byte(t, '#') && is_byte(t->next, '#') && out.last != NULL) {
            is_pasted = true;
            t = t->next;
            continue;
        }
        size_t of_next = has_list && is_byte(t, '#') ? parameter_of(u, t->next) : SIZE_MAX;
        size_t own = has_list ? parameter_of(u, t) : SIZE_MAX;
        bool is_before_paste = is_byte(t->next, '#') && t->next != NULL && is_byte(t->next->next, '#');
        struct tokens one = {NULL, NULL};
        if (of_next != SIZE_MAX) {
            struct token *text = stringize(x, &u->arguments[of_next]);
            if (text == NULL)
                break;
            put(&one, text);
            bool has_space = t->has_space;
            t = t->next;
            if (!put_list(x, &out, &one, is_pasted, has_space, hidden))
                break;
        } else if (own != SIZE_MAX) {
            bool is_raw = is_pasted || is_before_paste;
            if (is_before_paste && u->arguments[own].first == NULL) {
                t = t->next->next; /* nothing ## x: x */
                continue;
            }
            one = is_raw ? u->arguments[own] : expand_list(x, u->arguments[own], depth + 1);
            /* ", ## __VA_ARGS__" without arguments takes the comma away; GCC manual, "Variadic Macros". */
            bool is_rest = is_pasted && u->is_variadic && own + 1 == u->n_names && is_byte(out.last, ',');
            if (is_rest && one.first == NULL)
                out.last->text = PL_LIT(" ");
            if (!put_list(x, &out, &one, is_pasted && !is_rest, t->has_space, hidden))
                break;
        } else {
            struct token *next = t->next;
            put(&one, t);
            bool is_good = put_list(x, &out, &one, is_pasted, t->has_space, hidden);
            t->next = next;
            if (!is_good)
                break;
        }
        is_pasted = false;
    }
    return out;
}

/*
 * Which of n replacements of this name the present way takes: the way is a number whose digits, in the order in which names are met, have n
 * values each.
 */
static size_t pick(struct expansion *x, pl_bytes name, size_t n)
{
    for (size_t i = 0; i < x->n_picks; i++)
        if (pl_bytes_eq(x->picks[i].name, name))
            return x->picks[i].choice % n;
    if (n < 2 || x->n_picks == MAX_PICKS)
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
    const struct macro *found[PL_MACRO_DEFINITIONS];
    size_t n = pl_macros_find(x->run->m, t->text, found);
    if (n == 0 || is_hidden(t->hidden, t->text))
        return NULL;
    const struct macro *macro = found[pick(x, t->text, n)];
    return macro->parameters.p == NULL || is_byte(t->next, '(') ? macro : NULL;
}

/* __LINE__ and __FILE__, whose ways are the tails of the path. */
static struct token *special(struct expansion *x, const struct token *t)
{
    if (pl_bytes_eq_str(t->text, "__LINE__")) {
        const char *line = pl_arena_printf(x->arena, "%u", (unsigned)x->run->line_1based);
        x->is_out_of_memory = x->is_out_of_memory || line == NULL;
        return line == NULL ? NULL : take_token(x, pl_bytes_of_str(line), PL_CLIT_WORD);
    }
    if (!pl_bytes_eq_str(t->text, "__FILE__"))
        return NULL;
    pl_bytes tail = x->run->path;
    size_t tails = 1;
    for (size_t i = 0; i < tail.n; i++)
        tails += tail.p[i] == '/';
    for (size_t i = pick(x, t->text, tails); i > 0; i--)
        tail = pl_bytes_from(tail, pl_bytes_find_byte(tail, '/', 0) + 1);
    const char *text = pl_arena_printf(x->arena, "\"%.*s\"", PL_ARG(tail));
    x->is_out_of_memory = x->is_out_of_memory || text == NULL;
    return text == NULL ? NULL : take_token(x, pl_bytes_of_str(text), PL_CLIT_STRING);
}

static struct tokens expand_list(struct expansion *x, struct tokens in, unsigned depth)
{
    struct tokens out = {NULL, NULL};
    struct token *t = in.first;
    while (t != NULL && may_go_on(x) && depth < MAX_DEPTH) {
        struct token *rest = t->next;
        struct token *fixed = t->kind == PL_CLIT_WORD ? special(x, t) : NULL;
        const struct macro *macro = t->kind == PL_CLIT_WORD && fixed == NULL ? choose(x, t) : NULL;
        struct use u = {.macro = macro};
        bool is_used = macro != NULL && (macro->parameters.p == NULL ||
                                         (read_parameters(&u) && read_arguments(x, &u, t->next, &rest)));
        if (!is_used) {
            rest = t->next;
            if (!put_copy(x, &out, fixed != NULL ? fixed : t, t->hidden))
                break;
            out.last->has_space = t->has_space;
            t = rest;
            continue;
        }
        struct tokens body = substitute(x, &u, hide(x, macro->name, t->hidden), depth);
        if (body.first != NULL) {
            body.first->has_space = t->has_space;
            body.last->next = rest;
            rest = body.first;
        }
        t = rest;
    }
    return out;
}

bool pl_macros_expand(struct pl_macro_run *run, pl_bytes text, size_t way, struct pl_buf *out, size_t *ways)
{
    size_t most = run->max_steps == 0 ? MAX_STEPS : run->max_steps;
    size_t steps = run->budget < most ? run->budget : most;
    struct expansion x = {.run = run, .way = way, .ways = 1, .steps = steps, .arena = run->scratch};
    struct tokens list = expand_list(&x, lex(&x, text), 0);
    /* Which names are met depends on the way: another one can have shown more of them. */
    size_t met = x.ways < PL_MACRO_WAYS ? x.ways : PL_MACRO_WAYS;
    *ways = met > *ways ? met : *ways;
    run->budget -= steps - x.steps;
    if (!may_go_on(&x))
        return !x.is_out_of_memory;
    size_t start = out->n;
    for (const struct token *t = list.first; t != NULL && out->n - start < MAX_OUT_BYTES; t = t->next) {
        pl_buf_add_byte(out, ' ');
        for (size_t i = 0; i < t->text.n; i++)
            if (t->text.p[i] != '\n' && t->text.p[i] != '\r')
                pl_buf_add_byte(out, t->text.p[i]);
    }
    return out->why != PL_E_NOMEM;
}
