/*
 * header.c - a header reduced to what its users can get out of it.
 *
 *     #define NAME(a) body          a line; both arms of #if count
 *     inline T NAME(...) { body }   a line; blocks without a parameter list (struct, namespace, extern "C") are looked into
 *     T NAME[] = { body }           a line
 *     template <class A = B> ...    its parameters say nothing
 *     X(1, "a") X(2, "b")           a line each for X, of the texts
 *     X(...) : a(b) { body }        a line, with what initialises the members
 *     namespace N MACRO(x) { ... }  what is inside
 *     T __NTH (NAME (...)) { body } a line for __NTH and one for NAME
 *     extern T __REDIRECT (NAME, (...), symbol);   a line
 *
 * Source: C17 6.10.3; glibc's sys/cdefs.h for __NTH and __REDIRECT; GCC manual, "Asm Labels".
 * Not read here: member initialisers with braces, concepts; their blocks are looked into like a namespace.
 */
#include "format/text/header.h"

#include "format/text/clit.h"

#include <string.h>

#define MAX_ARMS 16u

/* A declaration that is being read, up to its block or semicolon. */
struct declaration {
    pl_bytes name;   /* the word before its first parenthesis */
    pl_bytes inner;  /* and the one behind that, if it is alone: __NTH (strcpy (, but no "int fd," */
    pl_bytes last;   /* the word just before */
    pl_bytes object; /* the word before its first bracket or "=" */
    size_t from;     /* where it begins in the text */
    size_t init;     /* where its member initialisers begin; 0: none */
    size_t list;     /* where the list behind its name begins */
    bool has_text;   /* a string stands in it */
    unsigned parens; /* open ones */
    unsigned angles; /* open ones of "template <...>", whose "=" give defaults */
    bool is_template;
    bool is_renamed; /* it names a symbol */
    bool wants_inner;
    unsigned inner_words; /* behind the parenthesis, so far */
    bool is_looked_into;  /* its block holds declarations or data, whatever stands before */
};

struct thinner {
    struct pl_clit lexer;
    struct pl_buf *out;
    struct declaration d;
    pl_bytes used; /* the macro of the last use that was kept */
};

/* A line under construction; taken back when it says nothing. */
struct line {
    struct pl_buf *out;
    size_t start;
    size_t body;
    bool says_something;
    bool ends_in_word;
};

static struct line begin_line(struct pl_buf *out, pl_bytes name)
{
    struct line l = {.out = out, .start = out->n};
    pl_buf_add(out, name);
    return l;
}

static void begin_body(struct line *l)
{
    pl_buf_add_byte(l->out, ' ');
    l->body = l->out->n;
}

/* Numbers that are put into texts: "#define FOO_VERSION_MINOR 4". Most others are flags and not worth their place. */
static bool is_part_of_texts(pl_bytes name)
{
    static const char *const parts[] = {"VERSION",  "MAJOR",   "MINOR",  "MICRO", "PATCH",
                                        "REVISION", "RELEASE", "SUFFIX", "WIDTH", "version",
                                        "_MAX",     "_SIZE",   "_LEN"};
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
        if (pl_bytes_find(name, pl_bytes_of_str(parts[i]), 0) != SIZE_MAX)
            return true;
    return false;
}

static void add_token(struct line *l, pl_bytes text, const struct pl_clit_token *t)
{
    pl_bytes raw = pl_bytes_sub(text, t->offset, t->length);
    bool is_number = t->kind == PL_CLIT_WORD && pl_is_digit(t->body.p[0]);
    bool has_space = t->offset > 0 && (text.p[t->offset - 1] == ' ' || text.p[t->offset - 1] == '\t');
    /* A raw string may hold line ends; such texts are not worth an encoding of their own. */
    bool is_odd = pl_bytes_find_byte(raw, '\n', 0) != SIZE_MAX || l->out->n - l->body > PL_HEADER_BODY_BYTES;
    if (is_odd)
        return;
    if (l->out->n > l->body && (has_space || (t->kind == PL_CLIT_WORD && l->ends_in_word)))
        pl_buf_add_byte(l->out, ' ');
    pl_buf_add(l->out, raw);
    l->ends_in_word = t->kind == PL_CLIT_WORD;
    l->says_something =
        l->says_something || t->kind == PL_CLIT_STRING || (t->kind == PL_CLIT_WORD && !is_number);
}

static void end_line(struct line *l)
{
    bool is_whole = l->body > 0 && l->out->n - l->body <= PL_HEADER_BODY_BYTES;
    if (l->says_something && is_whole)
        pl_buf_add_byte(l->out, '\n');
    else if (l->out->why == PL_OK)
        l->out->n = l->start;
}

/* "#define NAME" was read; the rest of the line is the value. Returns with the token behind it in *t, false at the end. */
static bool thin_define(struct thinner *x, struct pl_clit_token *t)
{
    pl_bytes text = x->lexer.text;
    pl_bytes name = t->body;
    bool has_parameters = x->lexer.at < text.n && text.p[x->lexer.at] == '(';
    struct line l = begin_line(x->out, name);
    bool has_token = true;
    while (has_parameters && (has_token = pl_clit_next(&x->lexer, t)) && !t->is_first) {
        pl_buf_add(x->out, pl_bytes_sub(text, t->offset, t->length));
        has_parameters = !pl_clit_is_byte(t, ')');
    }
    begin_body(&l);
    l.says_something = is_part_of_texts(name);
    while (has_token && !has_parameters && (has_token = pl_clit_next(&x->lexer, t)) && !t->is_first)
        add_token(&l, text, t);
    l.says_something = l.says_something && x->out->n > l.body;
    end_line(&l);
    return has_token;
}

/* A directive begins at *t, which is '#'. */
static bool thin_directive(struct thinner *x, struct pl_clit_token *t)
{
    bool has_token = pl_clit_next(&x->lexer, t);
    bool is_define =
        has_token && !t->is_first && t->kind == PL_CLIT_WORD && pl_bytes_eq_str(t->body, "define");
    if (is_define) {
        has_token = pl_clit_next(&x->lexer, t);
        if (has_token && !t->is_first && t->kind == PL_CLIT_WORD)
            return thin_define(x, t);
    }
    while (has_token && !t->is_first)
        has_token = pl_clit_next(&x->lexer, t);
    return has_token;
}

/* Words that stand before a parenthesis and are no function's name. */
static bool is_attribute(pl_bytes word)
{
    static const char *const words[] = {"alignas", "throw",   "noexcept", "decltype", "requires",
                                        "asm",     "__asm__", "__asm",    "if",       "while",
                                        "for",     "switch",  "return",   "sizeof"};
    static const char *const starts[] = {"__attribute", "__declspec", "__nonnull", "__extension__"};
    if (pl_bytes_is_one_of(word, words, sizeof words / sizeof words[0]))
        return true;
    for (size_t i = 0; i < sizeof starts / sizeof starts[0]; i++)
        if (pl_bytes_starts(word, pl_bytes_of_str(starts[i])))
            return true;
    return false;
}

static bool names_symbol(pl_bytes word)
{
    return pl_bytes_find(word, PL_LIT("REDIRECT"), 0) != SIZE_MAX || pl_bytes_eq_str(word, "__asm__") ||
           pl_bytes_eq_str(word, "asm") || pl_bytes_eq_str(word, "__asm");
}

static void start_declaration(struct thinner *x)
{
    x->d = (struct declaration){.from = x->lexer.at};
}

/* What stands between the ":" of a constructor and its block, whose first byte is at `end`. */
static void add_initialisers(const struct thinner *x, size_t end, struct line *l)
{
    struct pl_clit lexer;
    struct pl_clit_token t;
    if (x->d.init == 0)
        return;
    pl_clit_init(&lexer, pl_bytes_sub(x->lexer.text, x->d.init, end - 1 - x->d.init), PL_CLIT_C);
    while (pl_clit_next(&lexer, &t))
        add_token(l, lexer.text, &t);
    pl_buf_add_byte(x->out, ';');
}

/* Open braces at each #if of a block that is open. */
struct arms {
    size_t depth[MAX_ARMS];
    size_t n;
    size_t beyond;  /* open ones that found no room */
    size_t skipped; /* open ones of another arm's head, up to the #endif */
};

/*
 * Behind the "#" of a directive. Arms may each open what one brace behind #endif closes: depth is that of the arm's beginning. Where the
 * head of the function stood in an arm, the others have heads of their own, which belong to no block.
 */
static void note_arm(const struct thinner *x, struct arms *a, size_t *depth)
{
    struct pl_clit lexer = x->lexer;
    struct pl_clit_token t;
    if (!pl_clit_next(&lexer, &t) || t.is_first || t.kind != PL_CLIT_WORD)
        return;
    bool is_if = pl_bytes_starts(t.body, PL_LIT("if"));
    bool is_end = pl_bytes_eq_str(t.body, "endif");
    bool is_else = pl_bytes_starts(t.body, PL_LIT("el"));
    if (a->skipped > 0)
        a->skipped = is_if ? a->skipped + 1 : is_end ? a->skipped - 1 : a->skipped;
    else if (is_if && a->n < MAX_ARMS)
        a->depth[a->n++] = *depth;
    else if (is_if)
        a->beyond++;
    else if (is_end && a->beyond > 0)
        a->beyond--;
    else if (is_end && a->n > 0)
        a->n--;
    else if (is_else && a->beyond == 0 && a->n > 0)
        *depth = a->depth[a->n - 1];
    else if (is_else && a->n == 0)
        a->skipped = 1;
}

/* The block of a function, behind its opening brace, as a line for each of its names. */
static void thin_block(struct thinner *x)
{
    pl_bytes names[] = {x->d.name, x->d.inner};
    struct pl_clit start = x->lexer;
    for (size_t i = 0; i < 2; i++) {
        struct pl_clit_token t;
        struct arms arms = {.n = 0};
        size_t depth = 1;
        if (names[i].n == 0)
            continue;
        x->lexer = start;
        struct line l = begin_line(x->out, names[i]);
        pl_buf_add_byte(x->out, '{');
        begin_body(&l);
        add_initialisers(x, start.at, &l);
        while (depth > 0 && pl_clit_next(&x->lexer, &t)) {
            if (t.is_first && pl_clit_is_byte(&t, '#'))
                note_arm(x, &arms, &depth);
            if (arms.skipped > 0)
                continue;
            depth += pl_clit_is_byte(&t, '{');
            depth -= pl_clit_is_byte(&t, '}');
            if (depth > 0)
                add_token(&l, x->lexer.text, &t);
        }
        end_line(&l);
    }
}

/* The words of a declaration that ended with the token `end`. */
static void thin_renamed(struct thinner *x, size_t end)
{
    pl_bytes name = x->d.inner.n > 0 ? x->d.inner : x->d.name;
    struct pl_clit lexer;
    struct pl_clit_token t;
    if (name.n == 0)
        return;
    pl_clit_init(&lexer, pl_bytes_sub(x->lexer.text, x->d.from, end - x->d.from), PL_CLIT_C);
    struct line l = begin_line(x->out, name);
    pl_buf_add_byte(x->out, '{');
    begin_body(&l);
    while (pl_clit_next(&lexer, &t))
        add_token(&l, lexer.text, &t);
    end_line(&l);
}

static void read_open_paren(struct declaration *d, size_t at)
{
    bool is_name = d->parens == 0 && d->name.n == 0 && d->last.n > 0 && !is_attribute(d->last);
    if (is_name) {
        d->name = d->last;
        d->list = at;
        d->wants_inner = true;
        d->inner_words = 0;
    } else if (d->wants_inner && d->last.n > 0 && d->parens == 1) {
        d->inner = d->last;
        d->wants_inner = false;
    }
    d->parens++;
}

/* Is the token part of the parameters of a template, or does it begin them? */
static bool read_template(struct declaration *d, uint8_t b)
{
    bool is_inside = d->angles > 0;
    if (!d->is_template || b == ';' || b == '{') {
        d->angles = 0;
        return false;
    }
    if (b == '(' || b == ')') {
        d->parens += b == '(';
        d->parens -= b == ')' && d->parens > 0;
    } else if (b == '<' && d->parens == 0) {
        d->angles++;
    } else if (b == '>' && d->parens == 0 && is_inside) {
        d->angles--;
        d->is_template = d->angles > 0;
    }
    return is_inside || d->angles > 0;
}

/* One of the two of "::". */
static bool is_scope(pl_bytes text, size_t at)
{
    return (at > 0 && text.p[at - 1] == ':') || (at + 1 < text.n && text.p[at + 1] == ':');
}

static void read_other(struct thinner *x, const struct pl_clit_token *t)
{
    struct declaration *d = &x->d;
    uint8_t b = t->length == 1 ? t->byte : 0;
    if (read_template(d, b)) {
        d->last = (pl_bytes){NULL, 0};
        return;
    }
    bool is_sign = b != '(' && b != ';' && b != '{' && b != '}';
    if (is_sign && d->parens == 0 && d->name.n == 0 && pl_bytes_eq_str(d->last, "operator"))
        return; /* "operator <<": the sign belongs to the name */
    if (b == '(') {
        read_open_paren(d, t->offset);
    } else if (b == ')') {
        d->parens -= d->parens > 0;
        d->wants_inner = false;
    } else if (b == ':' && d->parens == 0 && d->name.n > 0 && d->init == 0 &&
               !is_scope(x->lexer.text, t->offset)) {
        d->init = t->offset + 1;
    } else if (b == ',' && d->wants_inner && d->parens == 1) {
        d->inner = d->inner_words == 1 ? d->last : (pl_bytes){NULL, 0};
        d->wants_inner = false;
    } else if ((b == '[' || b == '=') && d->parens == 0) {
        if (d->object.n == 0 && d->name.n == 0)
            d->object = d->last;
        d->is_looked_into = d->is_looked_into || b == '=';
    } else if (b == '{' && d->object.n > 0 && d->parens == 0 && d->is_looked_into) {
        d->name = d->object; /* syslog.h has tables of names */
        thin_block(x);
        start_declaration(x);
        return;
    } else if (b == '{' && d->name.n > 0 && d->parens == 0 && !d->is_looked_into) {
        thin_block(x);
        start_declaration(x);
        return;
    } else if (b == '{' || b == '}' || (b == ';' && d->parens == 0)) {
        if (b == ';' && d->is_renamed)
            thin_renamed(x, t->offset);
        start_declaration(x);
        return;
    }
    d->last = (pl_bytes){NULL, 0};
}

/*
 * X("a") X("b"): a header that is a list of uses of a macro, which whoever includes it defines. Each is a line of its texts, for the macro and
 * for its name without an underscore at the end, by which such headers pass it on. `next` is what stands behind the list.
 */
static void thin_use(struct thinner *x, const struct pl_clit_token *next)
{
    struct declaration *d = &x->d;
    bool is_again = next->kind == PL_CLIT_WORD ? pl_bytes_eq(next->body, d->name)
                                               : pl_clit_is_byte(next, '#') && pl_bytes_eq(x->used, d->name);
    if (d->name.n == 0 || d->parens > 0 || !d->has_text)
        return;
    if (!is_again) {
        if (next->kind == PL_CLIT_WORD && next->is_first) /* another macro's turn */
            start_declaration(x);
        return;
    }
    pl_bytes name = d->name;
    for (unsigned i = 0; i < 2 && name.n > 1; i++, name.n--) {
        struct pl_clit lexer;
        struct pl_clit_token t;
        if (i == 1 && name.p[name.n] != '_')
            break;
        pl_clit_init(&lexer, pl_bytes_sub(x->lexer.text, d->list, next->offset - d->list), PL_CLIT_C);
        struct line l = begin_line(x->out, name);
        pl_buf_add_byte(x->out, '{');
        begin_body(&l);
        while (pl_clit_next(&lexer, &t))
            if (t.kind == PL_CLIT_STRING)
                add_token(&l, lexer.text, &t);
        end_line(&l);
    }
    x->used = d->name;
    start_declaration(x);
    d->from = next->offset;
}

void pl_header_thin(pl_bytes text, struct pl_buf *out)
{
    struct thinner x = {.out = out};
    struct pl_clit_token t;
    pl_clit_init(&x.lexer, text, PL_CLIT_C);
    bool has_token = pl_clit_next(&x.lexer, &t);
    while (has_token && out->why == PL_OK) {
        thin_use(&x, &t);
        if (t.is_first && pl_clit_is_byte(&t, '#')) {
            has_token = thin_directive(&x, &t);
            continue;
        }
        x.d.has_text = x.d.has_text || (t.kind == PL_CLIT_STRING && x.d.parens > 0);
        if (t.kind == PL_CLIT_WORD) {
            x.d.is_renamed = x.d.is_renamed || names_symbol(t.body);
            x.d.is_looked_into = x.d.is_looked_into || pl_bytes_eq_str(t.body, "namespace");
            x.d.is_template = x.d.is_template || pl_bytes_eq_str(t.body, "template");
            x.d.last = t.body;
            x.d.inner_words++;
        } else if (t.kind == PL_CLIT_OTHER) {
            read_other(&x, &t);
        }
        has_token = pl_clit_next(&x.lexer, &t);
    }
}
