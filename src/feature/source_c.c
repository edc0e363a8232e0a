/*
 * source_c.c - file scope of C: which braces are function bodies, and what is their function called.
 *
 * A declaration is read up to its semicolon or brace. A brace behind `=` is an initialiser, one behind struct, union or enum and a tag
 * a type, one behind a parenthesis that looks like parameters a body. The name is the word before the parameters, in parentheses or
 * not, or what a macro is given:
 *
 *     int f(a) int a; {            LUA_API int (lua_gettop)(lua_State *L) {
 *     BZ_API(BZ2_bzCompress)(bz_stream *s) {            DEFINE_HASH(foo) {
 *     static FORMAT(printf, 1, 2) void say(const char *s, ...) {
 *     int f(int a) UNUSED ATTR(x) {            void (*signal(int n, void (*f)(int)))(int) {
 *
 * Nothing is known of macros here, but that their names are mostly in capitals.
 *
 * Source: C17 6.7 and 6.9; the GNU C manual.
 */
#include "feature/source_read.h"

#define MAX_TWINS     16u  /* arms of an #if that each have the head of a function */
#define MAX_OLD_STYLE 512u /* tokens of the declarations between ( ) and { */

struct scope {
    struct pl_source_reader *r;
    uint32_t to;
    uint32_t start;          /* first token of the declaration */
    size_t twins[MAX_TWINS]; /* definitions that wait for the body that opens at `twin_body` */
    unsigned n_twins;
    uint32_t twin_body;
};

struct declarator {
    uint32_t name;        /* token, 0: there is none */
    uint32_t open, close; /* parentheses of the parameters */
    uint32_t macro;       /* token of the macro that makes the name, else 0 */
};

static bool is_group_word(const struct pl_source_reader *r, uint32_t i)
{
    enum pl_word word = pl_source_word_at(r, i);
    return word == PL_WORD_ATTRIBUTE || word == PL_WORD_ASM || word == PL_WORD_SIZEOF ||
           word == PL_WORD_ASSERT;
}

/* May (open, close) hold parameters? Not of ((x)) nor of (1): those are a macro's. */
static bool may_be_parameters(const struct pl_source_reader *r, uint32_t open, uint32_t close)
{
    uint8_t kind = r->t[open + 1].kind;
    if (kind == '(')
        return r->t[open + 1].link + 1 != close;
    return kind != PL_TOKEN_NUMBER && kind != PL_TOKEN_STRING;
}

static bool is_macro_like(const struct pl_source_reader *r, uint32_t i)
{
    return pl_source_symbol_at(r, i)->is_upper;
}

/* The first, or last, plain name in (open, close), at any depth. */
static uint32_t first_name(const struct pl_source_reader *r, uint32_t open, uint32_t close)
{
    for (uint32_t i = open + 1; i < close; i++)
        if (pl_source_is_name(r, i))
            return i;
    return 0;
}

static uint32_t last_name(const struct pl_source_reader *r, uint32_t open, uint32_t close)
{
    for (uint32_t i = close - 1; i > open; i--)
        if (pl_source_is_name(r, i))
            return i;
    return 0;
}

/* `open` begins a group with another group behind it: (name)(..), MACRO(name)(..), (*name(..))(..). */
static struct declarator declarator_of_two(const struct pl_source_reader *r, uint32_t open, uint32_t close,
                                           uint32_t end)
{
    struct declarator d = {.open = close + 1, .close = pl_source_close(r, close + 1, end)};
    if (d.close == 0)
        return (struct declarator){0};
    if (r->t[open + 1].kind == '*') {
        for (uint32_t i = open + 2; i + 1 < close; i++)
            if (pl_source_is_name(r, i) && r->t[i + 1].kind == '(') {
                d = (struct declarator){.name = i, .open = i + 1, .close = pl_source_close(r, i + 1, close)};
                return d.close == 0 ? (struct declarator){0} : d;
            }
        return (struct declarator){0};
    }
    d.name = first_name(r, open, close);
    d.macro = pl_source_is_name(r, open - 1) ? open - 1 : 0;
    return d;
}

/* Is there a later group in the head whose word does not look like a macro's? */
static bool has_better_group(const struct pl_source_reader *r, uint32_t i, uint32_t end, bool any)
{
    for (; i + 1 < end; i++) {
        if (r->t[i].kind == '(' || r->t[i].kind == '[') {
            i = pl_source_skip(r, i, end) - 1;
        } else if (r->t[i + 1].kind == '(' && r->t[i].kind == PL_TOKEN_WORD) {
            uint32_t close = pl_source_close(r, i + 1, end);
            if (close != 0 && may_be_parameters(r, i + 1, close) && pl_source_is_name(r, i) &&
                (any || !is_macro_like(r, i)))
                return true;
        }
    }
    return false;
}

/* The function that the head [start, end) declares. */
static struct declarator find_declarator(const struct pl_source_reader *r, uint32_t start, uint32_t end)
{
    const struct pl_token *t = r->t;
    bool has_type = false;
    for (uint32_t i = start; i < end; i++) {
        if (t[i].kind == '*') {
            has_type = true;
        } else if (t[i].kind == '{' || t[i].kind == '[') {
            has_type |= t[i].kind == '{'; /* struct { ... } f(void) */
            i = pl_source_skip(r, i, end) - 1;
        } else if (t[i].kind == PL_TOKEN_WORD && i + 1 < end && t[i + 1].kind == '(' && is_group_word(r, i)) {
            has_type |= pl_source_word_at(r, i) == PL_WORD_SIZEOF;
            i = pl_source_skip(r, i + 1, end) - 1;
        } else if (t[i].kind == PL_TOKEN_WORD) {
            enum pl_word word = pl_source_word_at(r, i);
            if (word == PL_WORD_CONTROL || word == PL_WORD_SWITCH || word == PL_WORD_CASE)
                return (struct declarator){0};
            bool is_called = i + 1 < end && t[i + 1].kind == '(';
            has_type |= word != PL_WORD_STORAGE && !is_called;
        } else if (t[i].kind == '(') {
            uint32_t close = pl_source_close(r, i, end);
            if (close == 0)
                return (struct declarator){0};
            if (close + 1 < end && t[close + 1].kind == '(' && t[i + 1].kind != '(' &&
                first_name(r, i, close) != 0)
                return declarator_of_two(r, i, close, end);
            if (i == start || !pl_source_is_name(r, i - 1) ||
                (!may_be_parameters(r, i, close) && has_better_group(r, close + 1, end, true))) {
                i = close;
                continue;
            }
            bool is_macro = is_macro_like(r, i - 1);
            if (has_better_group(r, close + 1, end, !has_type) && (!has_type || is_macro)) {
                i = close;
                continue;
            }
            struct declarator d = {.name = i - 1, .open = i, .close = close};
            uint32_t inner = first_name(r, i, close);
            if (!has_type && is_macro && inner != 0)
                d = (struct declarator){.name = inner, .open = i, .close = close, .macro = i - 1};
            return d;
        }
    }
    return (struct declarator){0};
}

/* ---- functions ---- */

/* inline, __inline__, av_always_inline, STATIC_INLINE; not noinline. */
static bool says_inline(pl_bytes word)
{
    size_t at = pl_bytes_find(word, PL_LIT("inline"), 0);
    if (at == SIZE_MAX)
        at = pl_bytes_find(word, PL_LIT("INLINE"), 0);
    if (at == SIZE_MAX)
        return false;
    at -= at > 0 && word.p[at - 1] == '_';
    return at < 2 || (word.p[at - 1] | 0x20) != 'o' || (word.p[at - 2] | 0x20) != 'n';
}

static void read_attributes(struct pl_source_reader *r, uint32_t start, uint32_t end, uint8_t *flags)
{
    for (uint32_t i = start; i < end; i++) {
        if (r->t[i].kind != PL_TOKEN_WORD)
            continue;
        const struct pl_symbol *s = pl_source_symbol_at(r, i);
        if (r->t[i].link == r->sym_static)
            *flags |= PL_DEFINITION_STATIC;
        else if (says_inline(s->text))
            *flags |= PL_DEFINITION_INLINE;
        else if (s->text.n >= 10 && pl_bytes_find(s->text, PL_LIT("structor"), 0) != SIZE_MAX &&
                 (r->t[i - 1].kind == '(' || r->t[i - 1].kind == ','))
            *flags |= PL_DEFINITION_CONSTRUCTOR;
        else if (pl_bytes_find(s->text, PL_LIT("ifunc"), 0) != SIZE_MAX && i + 2 < end &&
                 r->t[i + 1].kind == '(' && r->t[i + 2].kind == PL_TOKEN_STRING && r->t[i + 2].length > 2) {
            pl_bytes *name = PL_VEC_ADD(&r->resolvers);
            if (name == NULL)
                r->why = PL_E_NOMEM;
            else
                *name = pl_bytes_sub(r->lex.text, r->t[i + 2].at + 1, r->t[i + 2].length - 2);
        }
    }
}

/* The end of a body whose brace is never closed: the next brace at the beginning of a line. */
static uint32_t lost_end(const struct pl_source_reader *r, uint32_t open, uint32_t to)
{
    for (uint32_t i = open + 1; i < to; i++)
        if (r->t[i].kind == '}' && (r->t[i].flags & PL_TOKEN_COLUMN0))
            return i;
    return to;
}

/* The heads of the other arms of the same #if have the body that was read with the last. */
static void share_body(struct scope *s, size_t number)
{
    const struct pl_definition *f = &s->r->definitions.v[number];
    for (unsigned i = 0; i < s->n_twins; i++) {
        struct pl_definition *twin = &s->r->definitions.v[s->twins[i]];
        twin->first_atom = f->first_atom;
        twin->n_atoms = f->n_atoms;
        twin->n_tokens = f->n_tokens;
    }
    s->n_twins = 0;
}

/* Returns the token behind the function. */
static uint32_t read_function(struct scope *s, const struct declarator *d, uint32_t open)
{
    struct pl_source_reader *r = s->r;
    uint8_t flags = 0;
    uint32_t close = pl_source_close(r, open, s->to);
    bool is_twin = close != 0 && (r->t[open].flags & PL_TOKEN_TWIN);
    if (close == 0)
        close = lost_end(r, open, s->to);
    uint32_t end = close < s->to ? close + 1 : s->to;
    uint32_t body = open + 1;
    read_attributes(r, s->start, open, &flags);
    r->function++;
    size_t number =
        pl_source_begin(r, PL_DEFINITION_FUNCTION, pl_source_symbol_at(r, d->name)->text, s->start, end);
    if (number == SIZE_MAX)
        return end;
    uint16_t n = pl_source_parameters(r, d->open, d->close);
    (void)pl_source_parameters(r, d->close, open); /* old style */
    if (!is_twin)
        pl_source_body(r, body, close);
    struct pl_definition *f = &r->definitions.v[number];
    f->flags = (uint8_t)(flags | (d->macro != 0 ? PL_DEFINITION_NAMED_BY_MACRO : 0));
    f->macro = d->macro != 0 ? pl_source_symbol_at(r, d->macro)->text : (pl_bytes){0};
    f->n_parameters = n;
    f->n_tokens = close - body;
    pl_source_end(r, number);
    if (s->twin_body != open)
        s->n_twins = 0;
    if (!is_twin) {
        share_body(s, number);
        return end;
    }
    if (s->n_twins < MAX_TWINS)
        s->twins[s->n_twins++] = number;
    s->twin_body = r->t[open].length;
    return open + 1;
}

/*
 * A semicolon at `i` may end the first of the old-style declarations: `int f(a) int a; {`. The brace of the body, or 0. The word before the
 * first semicolon must be one of the names in parentheses, and each declaration must end just before the next.
 */
static uint32_t old_style_brace(const struct scope *s, const struct declarator *d, uint32_t semicolon)
{
    const struct pl_source_reader *r = s->r;
    if (d->close + 1 >= semicolon || r->t[d->close + 1].kind != PL_TOKEN_WORD || d->close == d->open + 1)
        return 0;
    uint32_t last = last_name(r, d->close, semicolon);
    bool is_parameter = false;
    for (uint32_t i = d->open + 1; i < d->close; i++) {
        if (r->t[i].kind != ',' && !pl_source_is_name(r, i))
            return 0;
        is_parameter |= last != 0 && r->t[i].kind == PL_TOKEN_WORD && r->t[i].link == r->t[last].link;
    }
    if (!is_parameter)
        return 0;
    uint32_t stop = s->to - semicolon > MAX_OLD_STYLE ? semicolon + MAX_OLD_STYLE : s->to;
    for (uint32_t i = semicolon + 1; i < stop; i++) {
        switch (r->t[i].kind) {
        case '{': /* also behind a lone va_dcl */
            return r->t[i - 1].kind == ';' || (r->t[i - 1].kind == PL_TOKEN_WORD && r->t[i - 2].kind == ';')
                       ? i
                       : 0;
        case PL_TOKEN_WORD:
        case '*':
        case ',':
        case ';': break;
        case '(':
        case '[': i = pl_source_skip(r, i, stop) - 1; break;
        default: return 0;
        }
    }
    return 0;
}

/* The last name with a group behind it: f(a) in `f(int a)` of one arm and `f(a) int a;` of the other. */
static struct declarator last_declarator(const struct pl_source_reader *r, uint32_t start, uint32_t end)
{
    for (uint32_t i = end; i > start + 1; i--) {
        uint32_t open = r->t[i - 1].link;
        if (r->t[i - 1].kind != ')' || open <= start || open >= i)
            continue;
        if (pl_source_is_name(r, open - 1))
            return (struct declarator){.name = open - 1, .open = open, .close = i - 1};
        i = open + 1;
    }
    return (struct declarator){0};
}

/* ---- objects ---- */

/* The name that the declarator before the `=` at `equals` declares; *macro as in struct declarator. */
static uint32_t object_name(const struct pl_source_reader *r, uint32_t start, uint32_t equals,
                            uint32_t *macro)
{
    uint32_t i = equals;
    *macro = 0;
    while (i > start) {
        i--;
        uint8_t kind = r->t[i].kind;
        uint32_t open = r->t[i].link;
        if (kind == PL_TOKEN_WORD)
            return pl_source_is_name(r, i) ? i : 0;
        if ((kind != ']' && kind != ')') || open <= start || open >= i)
            return 0;
        if (kind == ']') {
            i = open;
        } else if (r->t[open - 1].kind == PL_TOKEN_WORD && is_group_word(r, open - 1)) {
            i = open - 1;
        } else if (r->t[open - 1].kind == ')') { /* (*name)(int) */
            i = open - 1;
            open = r->t[i].link;
            return open >= start && open < i ? first_name(r, open, i) : 0;
        } else if (pl_source_is_name(r, open - 1)) {
            if (open - 1 > start && pl_source_is_name(r, open - 2) && is_macro_like(r, open - 1))
                return open - 2; /* int x ALIGNED(8) = */
            *macro = open - 1;
            return last_name(r, open, i);
        } else {
            return last_name(r, open, i); /* (*name) */
        }
    }
    return 0;
}

/* An object that is declared from `first` on and whose `=` stands at `equals`. Returns what ends it. */
static uint32_t read_object(struct scope *s, uint32_t first, uint32_t equals)
{
    struct pl_source_reader *r = s->r;
    uint32_t end = pl_source_initialiser_end(r, equals + 1, s->to);
    uint32_t macro;
    uint32_t name = object_name(r, first, equals, &macro);
    uint8_t flags = 0;
    read_attributes(r, s->start, equals, &flags);
    r->function++;
    size_t number = pl_source_begin(r, PL_DEFINITION_OBJECT, pl_source_symbol_at(r, name)->text, first, end);
    if (number == SIZE_MAX)
        return s->to;
    pl_source_body(r, equals + 1, end);
    struct pl_definition *o = &r->definitions.v[number];
    o->flags = (uint8_t)((flags & PL_DEFINITION_STATIC) | (macro != 0 ? PL_DEFINITION_NAMED_BY_MACRO : 0));
    o->macro = macro != 0 ? pl_source_symbol_at(r, macro)->text : (pl_bytes){0};
    pl_source_end(r, number);
    return end;
}

/* MACRO(a, "b") alone: what it makes is not known, but what it is given is. */
static void read_invocation(struct scope *s, uint32_t end)
{
    struct pl_source_reader *r = s->r;
    uint32_t i = s->start;
    if (i + 2 >= end || !pl_source_is_name(r, i) || r->t[i + 1].kind != '(')
        return;
    uint32_t close = pl_source_close(r, i + 1, end);
    if (close == 0 || close + 1 != end)
        return;
    uint32_t name = first_name(r, i + 1, close);
    r->function++;
    size_t number = pl_source_begin(r, PL_DEFINITION_OBJECT, pl_source_symbol_at(r, name)->text, i, end);
    if (number == SIZE_MAX)
        return;
    pl_source_body(r, i, end);
    r->definitions.v[number].flags = PL_DEFINITION_NAMED_BY_MACRO;
    r->definitions.v[number].macro = pl_source_symbol_at(r, i)->text;
    pl_source_end(r, number);
}

/* ---- declarations ---- */

/* The token of struct, union or enum when the brace at `open` is the body of a type. */
static uint32_t type_of_brace(const struct pl_source_reader *r, uint32_t start, uint32_t open)
{
    for (uint32_t i = open; i > start; i--) {
        uint32_t link = r->t[i - 1].link;
        if (r->t[i - 1].kind == ')' && link > start && link < i)
            i = link + 1;
        if (!pl_source_is_word(r, i - 1, PL_WORD_TAG) && !pl_source_is_word(r, i - 1, PL_WORD_ENUM))
            continue;
        uint32_t words = 0;
        for (uint32_t k = i; k < open; k++) {
            if (r->t[k].kind == '*')
                return 0;
            if (r->t[k].kind == ')' || r->t[k].kind == ']')
                continue;
            if (r->t[k].kind == '(') {
                if (!is_group_word(r, k - 1) && words > 1)
                    return 0;
                k = pl_source_skip(r, k, open) - 1;
            } else if (r->t[k].kind == PL_TOKEN_WORD && !is_group_word(r, k)) {
                words++;
            }
        }
        return i - 1;
    }
    return 0;
}

/* A brace at `i`. Returns where to go on. */
static uint32_t read_brace(struct scope *s, uint32_t i)
{
    struct pl_source_reader *r = s->r;
    uint32_t type = type_of_brace(r, s->start, i);
    if (type != 0) {
        uint32_t behind = pl_source_skip(r, i, s->to);
        r->function++; /* no names are local here */
        if (pl_source_is_word(r, type, PL_WORD_ENUM))
            pl_source_enumerators(r, i, behind - 1);
        return behind;
    }
    struct declarator d = find_declarator(r, s->start, i);
    if (d.name != 0) {
        i = read_function(s, &d, i);
        s->start = i;
        return i;
    }
    s->start = i + 1; /* extern "C" { and what is not understood: go inside */
    return i + 1;
}

/* A semicolon at `i`. Returns where to go on. */
static uint32_t read_semicolon(struct scope *s, uint32_t i)
{
    struct pl_source_reader *r = s->r;
    bool has_group = i > s->start + 3;
    struct declarator d = has_group ? find_declarator(r, s->start, i) : (struct declarator){0};
    uint32_t brace = d.name == 0 ? 0 : old_style_brace(s, &d, i);
    if (brace == 0 && d.name != 0) {
        struct declarator other = last_declarator(r, s->start, i);
        if (other.name > d.name && (brace = old_style_brace(s, &other, i)) != 0)
            d = other;
    }
    uint32_t next = i + 1;
    if (brace != 0) {
        next = read_function(s, &d, brace);
    } else if (d.name != 0) {
        uint8_t flags = 0;
        read_attributes(r, s->start, i, &flags);
    }
    if (brace == 0)
        read_invocation(s, i);
    s->start = next;
    return next;
}

/* A macro that stands alone in its line without a semicolon: the word at `i` begins something new. */
static bool is_new_line_behind_macro(const struct scope *s, uint32_t i)
{
    const struct pl_source_reader *r = s->r;
    uint32_t open = i > s->start ? r->t[i - 1].link : 0;
    return i > s->start && r->t[i - 1].kind == ')' && (r->t[i].flags & PL_TOKEN_COLUMN0) &&
           open == s->start + 1 && pl_source_is_name(r, s->start) && is_macro_like(r, s->start);
}

void pl_source_read_c(struct pl_source_reader *r, uint32_t from, uint32_t to)
{
    struct scope s = {.r = r, .to = to, .start = from};
    uint32_t i = from;
    while (i < to && r->why == PL_OK) {
        switch (r->t[i].kind) {
        case ';': i = read_semicolon(&s, i); break;
        case '{': i = read_brace(&s, i); break;
        case '}': s.start = ++i; break;
        case '(':
        case '[': i = pl_source_skip(r, i, to); break;
        case '=': {
            uint32_t end = read_object(&s, s.start, i);
            while (end + 1 < to && r->t[end].kind == ',') { /* int a = 1, b = 2; */
                uint32_t equals = pl_source_initialiser_end(r, end + 1, to);
                uint32_t first = end + 1;
                for (i = first; i < equals && r->t[i].kind != '='; i++)
                    if (r->t[i].kind == '(' || r->t[i].kind == '[')
                        i = pl_source_skip(r, i, equals) - 1;
                end = i < equals ? read_object(&s, first, i) : equals;
            }
            i = end < to ? end + 1 : to;
            s.start = i;
            break;
        }
        case PL_TOKEN_WORD:
            if (is_new_line_behind_macro(&s, i)) {
                read_invocation(&s, i);
                s.start = i;
            }
            i++;
            break;
        default: i++; break;
        }
    }
}
