/*
 * source_c.c - file, namespace and class scope of C, C++ and Objective-C: which braces are function bodies.
 *
 * A declaration is read up to its semicolon or brace. A brace behind `=` is an initialiser, one behind struct, union or enum and a tag
 * a type, one behind a parenthesis that looks like parameters a body. The name is the word before the parameters, in parentheses or
 * not, or what a macro is given:
 *
 *     int f(a) int a; {            LUA_API int (lua_gettop)(lua_State *L) {
 *     BZ_API(BZ2_bzCompress)(bz_stream *s) {            DEFINE_HASH(foo) {
 *     static FORMAT(printf, 1, 2) void say(const char *s, ...) {
 *     int f(int a) UNUSED ATTR(x) {            void (*signal(int n, void (*f)(int)))(int) {
 *     template <class T> ns::Class<T>::Class(int a) : base(a), b{1} {
 *
 * Source: C17 6.7 and 6.9; C++20 [dcl], [class]; the GNU C manual.
 */
#include "feature/source_scope.h"

#define MAX_TWINS           16u  /* arms of an #if that each have the head of a function */
#define MAX_OLD_STYLE       512u /* tokens of the declarations between ( ) and { */
#define MAX_RESOLVERS       64u
#define MAX_FIRST_PARAMETER 64u /* tokens of the first declaration there */

struct scope {
    struct pl_source_reader *r;
    uint32_t to;
    uint32_t start;      /* first token of the declaration */
    uint32_t class_name; /* symbol of the class whose body this is, else 0 */
    bool is_class;
    bool is_template;        /* the declaration has a template head */
    uint8_t flags;           /* of all that is defined here */
    size_t twins[MAX_TWINS]; /* definitions that wait for the body that opens at `twin_body` */
    unsigned n_twins;
    uint32_t twin_body;
};

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

static void note_resolver(struct pl_source_reader *r, uint32_t i)
{
    if (r->t[i + 1].kind != '(' || r->t[i + 2].kind != PL_TOKEN_STRING || r->t[i + 2].length <= 2 ||
        r->resolvers.n == MAX_RESOLVERS)
        return;
    pl_bytes *name = PL_VEC_ADD(&r->resolvers);
    if (name == NULL)
        r->why = PL_E_NOMEM;
    else
        *name = pl_bytes_sub(r->lex.text, r->t[i + 2].at + 1, r->t[i + 2].length - 2);
}

uint8_t pl_source_flags(struct pl_source_reader *r, uint32_t start, uint32_t end)
{
    unsigned flags = 0;
    for (uint32_t i = start; i < end; i++) {
        if (r->t[i].kind != PL_TOKEN_WORD)
            continue;
        const struct pl_symbol *s = pl_source_symbol_at(r, i);
        if (r->t[i].link == r->sym_static)
            flags |= PL_DEFINITION_STATIC;
        else if (says_inline(s->text))
            flags |= PL_DEFINITION_INLINE;
        else if (s->text.n >= 10 && pl_bytes_find(s->text, PL_LIT("structor"), 0) != SIZE_MAX &&
                 (r->t[i - 1].kind == '(' || r->t[i - 1].kind == ','))
            flags |= PL_DEFINITION_CONSTRUCTOR;
        else if (pl_bytes_find(s->text, PL_LIT("ifunc"), 0) != SIZE_MAX)
            note_resolver(r, i);
    }
    return (uint8_t)flags;
}

static void restart(struct scope *s, uint32_t i)
{
    s->start = i;
    s->is_template = false;
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
        twin->arm_tokens = f->arm_tokens;
        twin->shape = f->shape;
        twin->least_shape = f->least_shape;
    }
    s->n_twins = 0;
}

/* The function `d` with its body in the braces at `open`, atoms from `body` on. Returns the token behind it. */
static uint32_t read_function(struct scope *s, const struct pl_declarator *d, uint32_t body, uint32_t open)
{
    struct pl_source_reader *r = s->r;
    uint32_t close = pl_source_close(r, open, s->to);
    bool is_twin = close != 0 && (r->t[open].flags & PL_TOKEN_TWIN);
    if (close == 0)
        close = lost_end(r, open, s->to);
    uint32_t end = close < s->to ? close + 1 : s->to;
    unsigned flags = s->flags | pl_source_flags(r, s->start, d->open) | pl_source_flags(r, d->close, open);
    pl_source_new_function(r);
    size_t number = pl_source_begin(r, PL_DEFINITION_FUNCTION, pl_source_declared_name(r, d), s->start, end);
    if (number == SIZE_MAX)
        return end;
    uint16_t n = pl_source_parameters(r, d->open, d->close);
    (void)pl_source_parameters(r, d->close, body - 1); /* old style */
    if (!is_twin)
        pl_source_body(r, body, close);
    struct pl_definition *f = &r->definitions.v[number];
    if (r->is_cpp && d->macro == 0)
        f->scope = pl_source_join_scope(r, r->scope, pl_source_qualifier(r, s->start, d->name));
    flags |= s->is_class ? PL_DEFINITION_INLINE : 0;
    flags |= s->is_template ? PL_DEFINITION_TEMPLATE : 0;
    f->flags = (uint8_t)(flags | (d->macro != 0 ? PL_DEFINITION_NAMED_BY_MACRO : 0));
    f->macro = d->macro != 0 ? pl_source_symbol_at(r, d->macro)->text : (pl_bytes){0};
    f->n_parameters = n;
    f->n_tokens = close - body;
    f->shape = pl_source_shape(r, body, close, PL_MAX_ARMS);
    f->arm_tokens = pl_source_count_deeper(r, body, close, r->t[open].arms);
    f->least_shape = f->arm_tokens == 0 ? f->shape : pl_source_shape(r, body, close, r->t[open].arms);
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
static uint32_t old_style_brace(const struct scope *s, const struct pl_declarator *d, uint32_t semicolon)
{
    const struct pl_source_reader *r = s->r;
    if (r->is_cpp || d->close + 1 >= semicolon || r->t[d->close + 1].kind != PL_TOKEN_WORD ||
        d->close == d->open + 1)
        return 0;
    uint32_t last = pl_source_last_name(r, d->close, semicolon);
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

/* ---- objects ---- */

/* Does something run before main() to make it? Calls of macros are no sign of that. */
static bool is_dynamic(const struct pl_source_reader *r, const struct pl_definition *o)
{
    for (uint32_t i = o->first_atom; i < r->atoms.n; i++) {
        pl_bytes name = r->atoms.v[i].text;
        for (size_t k = 0; r->atoms.v[i].kind == PL_ATOM_CALL && k < name.n; k++)
            if (name.p[k] >= 'a' && name.p[k] <= 'z')
                return true;
    }
    return false;
}

/* An object that is declared in [first, equals) and gets its value from [from, end). */
static void read_object(struct scope *s, uint32_t first, uint32_t equals, uint32_t from, uint32_t end,
                        unsigned flags)
{
    struct pl_source_reader *r = s->r;
    uint32_t macro;
    uint32_t name = pl_source_object_name(r, first, equals, &macro);
    pl_source_new_function(r);
    if (name == 0)
        return;
    size_t number = pl_source_begin(r, PL_DEFINITION_OBJECT, pl_source_symbol_at(r, name)->text, first, end);
    if (number == SIZE_MAX)
        return;
    pl_source_body(r, from, end);
    struct pl_definition *o = &r->definitions.v[number];
    flags = (flags & PL_DEFINITION_STATIC) | (macro != 0 ? PL_DEFINITION_NAMED_BY_MACRO : 0);
    flags |= r->is_cpp && !s->is_class && is_dynamic(r, o) ? PL_DEFINITION_CONSTRUCTOR : 0;
    flags |= s->is_template ? PL_DEFINITION_TEMPLATE : 0;
    if (r->is_cpp && macro == 0)
        o->scope = pl_source_join_scope(r, r->scope, pl_source_qualifier(r, first, name));
    o->flags = (uint8_t)flags;
    o->macro = macro != 0 ? pl_source_symbol_at(r, macro)->text : (pl_bytes){0};
    pl_source_end(r, number);
}

/* `f() = default;`, `f() = 0;`, `using x = y;`, `namespace a = b;` */
static bool is_no_object(const struct scope *s, uint32_t i)
{
    const struct pl_source_reader *r = s->r;
    enum pl_word first =
        r->t[s->start].kind == PL_TOKEN_WORD ? pl_source_word_at(r, s->start) : PL_WORD_PLAIN;
    if (!r->is_cpp)
        return false;
    if (first == PL_WORD_USING || first == PL_WORD_NAMESPACE)
        return true;
    return r->t[i + 2].kind == ';' &&
           (pl_source_is_word(r, i + 1, PL_WORD_CONTROL) ||
            (r->t[i - 1].kind == ')' && r->t[i + 1].kind == PL_TOKEN_NUMBER) ||
            pl_source_is_word(r, i - 1, PL_WORD_TYPE) || pl_source_is_word(r, i - 1, PL_WORD_STORAGE));
}

/* An `=` at `i`: int a = 1, *b = c; Returns what to go on with. */
static uint32_t read_objects(struct scope *s, uint32_t i)
{
    struct pl_source_reader *r = s->r;
    unsigned flags = s->flags | pl_source_flags(r, s->start, i);
    uint32_t end = pl_source_initialiser_end(r, i + 1, s->to);
    if (!is_no_object(s, i))
        read_object(s, s->start, i, i + 1, end, flags);
    while (end + 1 < s->to && r->t[end].kind == ',' && r->why == PL_OK) {
        uint32_t first = end + 1;
        end = pl_source_initialiser_end(r, first, s->to);
        for (i = first; i < end && r->t[i].kind != '='; i++)
            if (r->t[i].kind == '(' || r->t[i].kind == '[')
                i = pl_source_skip(r, i, end) - 1;
        if (i < end)
            read_object(s, first, i, i + 1, end, flags);
    }
    end = end < s->to ? end + 1 : s->to;
    restart(s, end);
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
    uint32_t name = pl_source_first_name(r, i + 1, close);
    name = name == 0 ? i : name;
    pl_source_new_function(r);
    size_t number = pl_source_begin(r, PL_DEFINITION_OBJECT, pl_source_symbol_at(r, name)->text, i, end);
    if (number == SIZE_MAX)
        return;
    pl_source_body(r, i, end);
    r->definitions.v[number].flags = PL_DEFINITION_NAMED_BY_MACRO;
    r->definitions.v[number].macro = pl_source_symbol_at(r, i)->text;
    pl_source_end(r, number);
}

/* ---- declarations ---- */

static void read_scope(struct pl_source_reader *r, uint32_t from, uint32_t to, struct scope s);

/* The body of a type or namespace called `name`, in the braces at `open`. */
static void read_within(struct scope *s, uint32_t open, uint32_t close, pl_bytes name, struct scope within)
{
    struct pl_source_reader *r = s->r;
    pl_bytes outer = r->scope;
    if (r->depth == PL_SOURCE_MAX_DEPTH)
        return;
    if (r->is_cpp)
        r->scope = pl_source_join_scope(r, outer, name);
    r->depth++;
    read_scope(r, open + 1, close, within);
    r->depth--;
    r->scope = outer;
}

static uint32_t read_type(struct scope *s, uint32_t tag, uint32_t i)
{
    struct pl_source_reader *r = s->r;
    uint32_t behind = pl_source_skip(r, i, s->to);
    uint32_t name = pl_source_type_name(r, tag, i);
    pl_source_new_function(r); /* no names are local here */
    if (pl_source_is_word(r, tag, PL_WORD_ENUM)) {
        pl_source_enumerators(r, i, behind - 1);
        return behind;
    }
    struct scope within = {.is_class = true,
                           .class_name = name != 0 ? r->t[name].link : 0,
                           .flags = s->flags | (s->is_template ? PL_DEFINITION_TEMPLATE : 0)};
    read_within(s, i, behind - 1, pl_source_symbol_at(r, name)->text, within);
    return behind;
}

void pl_source_read_class(struct pl_source_reader *r, uint32_t tag, uint32_t open, uint32_t close)
{
    uint32_t function = r->function;
    struct scope around = {.r = r, .to = close + 1};
    (void)read_type(&around, tag, open);
    r->function = function;
}

/* namespace a::b { and namespace { */
static uint32_t read_namespace(struct scope *s, uint32_t word, uint32_t i)
{
    struct pl_source_reader *r = s->r;
    uint32_t behind = pl_source_skip(r, i, s->to);
    uint32_t name = pl_source_last_name(r, word, i);
    pl_bytes text = {0};
    if (name != 0) {
        uint32_t first = name;
        while (first > word + 2 && r->t[first - 1].kind == PL_TOKEN_SCOPE)
            first -= 2;
        text = pl_bytes_sub(r->lex.text, r->t[first].at, r->t[name].at + r->t[name].length - r->t[first].at);
    }
    struct scope within = {.flags = s->flags | (name == 0 ? PL_DEFINITION_STATIC : 0)};
    read_within(s, i, behind - 1, text, within);
    restart(s, behind);
    return behind;
}

/* A brace at `i`. Returns where to go on. */
static uint32_t read_brace(struct scope *s, uint32_t i)
{
    struct pl_source_reader *r = s->r;
    for (uint32_t k = s->start; k < i && k < s->start + 2; k++)
        if (pl_source_is_word(r, k, PL_WORD_NAMESPACE))
            return read_namespace(s, k, i);
    uint32_t tag = pl_source_type_of_brace(r, s->start, i);
    if (tag != 0)
        return read_type(s, tag, i);
    struct pl_declarator d = pl_source_declarator(r, s->start, i, s->class_name);
    if (d.name != 0) {
        restart(s, read_function(s, &d, i + 1, i));
        return s->start;
    }
    uint32_t behind = pl_source_skip(r, i, s->to);
    if (r->is_cpp && i > s->start + 1 && behind < s->to && r->t[behind].kind == ';' &&
        (pl_source_is_name(r, i - 1) || r->t[i - 1].kind == ']')) { /* T name{1, 2}; */
        read_object(s, s->start, i, i, behind, s->flags | pl_source_flags(r, s->start, i));
        restart(s, behind + 1);
        return behind + 1;
    }
    restart(s, i + 1); /* extern "C" { and what is not understood: go inside */
    return i + 1;
}

/* `Class name("x");` makes an object. */
static bool makes_object(const struct scope *s, const struct pl_declarator *d)
{
    const struct pl_source_reader *r = s->r;
    uint8_t kind = r->t[d->open + 1].kind;
    return r->is_cpp && !s->is_class && d->macro == 0 && d->name > s->start &&
           (kind == PL_TOKEN_STRING || kind == PL_TOKEN_NUMBER);
}

/* A semicolon at `i`. Returns where to go on. */
static uint32_t read_semicolon(struct scope *s, uint32_t i)
{
    struct pl_source_reader *r = s->r;
    struct pl_declarator d = {0};
    if (i > s->start + 3)
        d = pl_source_declarator(r, s->start, i, s->class_name);
    uint32_t brace = d.name == 0 ? 0 : old_style_brace(s, &d, i);
    if (brace == 0 && d.name != 0) {
        struct pl_declarator other = pl_source_last_declarator(r, s->start, i);
        if (other.name > d.name && (brace = old_style_brace(s, &other, i)) != 0)
            d = other;
    }
    uint32_t next = i + 1;
    if (brace != 0)
        next = read_function(s, &d, brace + 1, brace);
    else if (d.name != 0 && makes_object(s, &d))
        read_object(s, s->start, d.open, d.open, i, s->flags | pl_source_flags(r, s->start, i));
    else if (d.name != 0)
        (void)pl_source_flags(r, s->start, i); /* resolvers are named at declarations */
    if (brace == 0 && !s->is_class)
        read_invocation(s, i);
    restart(s, next);
    return next;
}

/* A colon at `i`: public:, or the initialisers of a constructor. */
static uint32_t read_colon(struct scope *s, uint32_t i)
{
    struct pl_source_reader *r = s->r;
    if (pl_source_is_word(r, s->start, PL_WORD_ACCESS)) {
        restart(s, i + 1);
        return i + 1;
    }
    uint32_t brace = i == s->start ? 0 : pl_source_constructor_brace(r, i, s->to);
    struct pl_declarator d = {0};
    if (brace != 0)
        d = pl_source_declarator(r, s->start, i, s->class_name);
    if (d.name == 0)
        return i + 1;
    restart(s, read_function(s, &d, i + 1, brace));
    return s->start;
}

/* Do old-style parameters of a function without a type begin at `i`? */
static bool begins_old_style(const struct scope *s, const struct pl_declarator *d, uint32_t i)
{
    uint32_t stop = s->to - i > MAX_FIRST_PARAMETER ? i + MAX_FIRST_PARAMETER : s->to;
    while (i < stop && s->r->t[i].kind != ';')
        i++;
    return i < stop && old_style_brace(s, d, i) != 0;
}

/* A macro that stands alone in its line without a semicolon: the word at `i` begins something new. */
static bool is_new_line_behind_macro(const struct scope *s, uint32_t i)
{
    const struct pl_source_reader *r = s->r;
    uint32_t open = i > s->start ? r->t[i - 1].link : 0;
    if (i <= s->start || r->t[i - 1].kind != ')' || !(r->t[i].flags & PL_TOKEN_COLUMN0) ||
        !(r->t[s->start].flags & PL_TOKEN_COLUMN0) || open != s->start + 1 || !pl_source_is_name(r, s->start))
        return false;
    struct pl_declarator d = {.name = s->start, .open = open, .close = i - 1};
    return pl_source_is_macro_like(r, s->start) || !begins_old_style(s, &d, i);
}

static uint32_t read_word(struct scope *s, uint32_t i)
{
    struct pl_source_reader *r = s->r;
    uint32_t behind = 0;
    if (is_new_line_behind_macro(s, i)) {
        read_invocation(s, i);
        restart(s, i);
    }
    enum pl_word word = pl_source_word_at(r, i);
    if (word == PL_WORD_TEMPLATE) {
        s->is_template = true;
        behind = r->t[i + 1].kind == '<' ? pl_source_angles(r, i + 1, s->to) : 0;
    } else if (word == PL_WORD_OPERATOR) {
        behind = pl_source_operator_parameters(r, i, s->to);
    }
    return behind != 0 ? behind : i + 1;
}

static void read_scope(struct pl_source_reader *r, uint32_t from, uint32_t to, struct scope s)
{
    uint32_t i = from;
    s.r = r;
    s.to = to;
    s.start = from;
    while (i < to && r->why == PL_OK) {
        switch (r->t[i].kind) {
        case ';': i = read_semicolon(&s, i); break;
        case '{': i = read_brace(&s, i); break;
        case '}': restart(&s, ++i); break;
        case '(':
        case '[': i = pl_source_skip(r, i, to); break;
        case '=': i = read_objects(&s, i); break;
        case ':': i = r->is_cpp ? read_colon(&s, i) : i + 1; break;
        case PL_TOKEN_WORD: i = read_word(&s, i); break;
        default: i++; break;
        }
    }
}

void pl_source_read_c(struct pl_source_reader *r, uint32_t from, uint32_t to)
{
    read_scope(r, from, to, (struct scope){0});
}
