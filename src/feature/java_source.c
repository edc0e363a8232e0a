/*
 * java_source.c - what a .java file declares, from its tokens.
 *
 * A class body is read member by member: modifiers and annotations, then up to the first `(` (a method), `=`, `;` or `,` (fields), or `{` (an
 * initialiser, a class). What stands between the braces of a method is searched for `new T(...) {` and for local classes only.
 *
 * Source: JLS 8 (classes), 8.9 (enumerations), 8.10 (records), 9 (interfaces), 15.9.5 (anonymous classes), 14.3 (local classes).
 */
#include "feature/java_source.h"

#include "feature/source_read.h"

#include <string.h>

#define MAX_DEPTH 128u  /* classes within each other */
#define MAX_TYPE  4096u /* tokens of the type behind `new` */

struct reader {
    struct pl_java_source *s;
    const struct pl_token *t;
    unsigned depth;
    pl_status why;
};

static pl_bytes text_at(const struct reader *r, uint32_t i)
{
    return pl_bytes_sub(r->s->lex.text, r->t[i].at, r->t[i].length);
}

static bool is_word(const struct reader *r, uint32_t i, const char *word)
{
    return r->t[i].kind == PL_TOKEN_WORD && pl_bytes_eq_str(text_at(r, i), word);
}

static bool is_name(const struct reader *r, uint32_t i)
{
    return r->t[i].kind == PL_TOKEN_WORD;
}

/* The closing fellow of the bracket at `i`, or 0. */
static uint32_t close_of(const struct reader *r, uint32_t i, uint32_t end)
{
    uint32_t link = r->t[i].link;
    return link > i && link < end ? link : 0;
}

static uint32_t add_class(struct reader *r, const struct pl_java_class *class)
{
    struct pl_java_class *slot = PL_VEC_ADD(&r->s->classes);
    if (slot == NULL) {
        r->why = PL_E_NOMEM;
        return PL_JAVA_NONE;
    }
    *slot = *class;
    return (uint32_t)(r->s->classes.n - 1);
}

static uint32_t add_member(struct reader *r, const struct pl_java_member *member)
{
    struct pl_java_member *slot = PL_VEC_ADD(&r->s->members);
    if (slot == NULL) {
        r->why = PL_E_NOMEM;
        return PL_JAVA_NONE;
    }
    *slot = *member;
    return (uint32_t)(r->s->members.n - 1);
}

static void read_body(struct reader *r, uint32_t class);
static void read_code(struct reader *r, uint32_t from, uint32_t end, uint32_t class, uint32_t member);

/* ---- headers ---- */

/* Behind the annotation at `i`: @ name . name ( ... ). */
static uint32_t skip_annotation(const struct reader *r, uint32_t i, uint32_t end)
{
    i++;
    while (i < end && is_name(r, i) && r->t[i + 1].kind == '.' && i + 2 < end)
        i += 2;
    i++;
    uint32_t close = i < end && r->t[i].kind == '(' ? close_of(r, i, end) : 0;
    return close != 0 ? close + 1 : i;
}

/* How many angles open (or, below 0, close) at a token. */
static int angles_at(const struct reader *r, uint32_t i)
{
    switch (r->t[i].kind) {
    case '<': return 1;
    case '>': return -1;
    case PL_TOKEN_SHIFT_RIGHT: return -2;
    default: return 0;
    }
}

static bool starts_annotation(const struct reader *r, uint32_t i)
{
    return r->t[i].kind == '@' && is_name(r, i + 1) && !is_word(r, i + 1, "interface");
}

/* Is the word at `i` the beginning of a class declaration? *kind says of what. */
static bool is_class_word(const struct reader *r, uint32_t i, uint8_t *kind)
{
    if (!is_name(r, i) || !is_name(r, i + 1) || r->t[i - 1].kind == '.')
        return false;
    if (is_word(r, i, "class"))
        *kind = PL_JAVA_KIND_CLASS;
    else if (is_word(r, i, "interface"))
        *kind = PL_JAVA_KIND_INTERFACE;
    else if (is_word(r, i, "enum"))
        *kind = PL_JAVA_KIND_ENUM;
    else if (is_word(r, i, "record") && (r->t[i + 2].kind == '(' || r->t[i + 2].kind == '<'))
        *kind = PL_JAVA_KIND_RECORD;
    else
        return false;
    return true;
}

static void add_parameter(struct reader *r, uint32_t from, uint32_t to)
{
    struct pl_java_parameter p = {0};
    int angles = 0;
    uint32_t last_name = 0;
    uint32_t type = 0;
    for (uint32_t i = from; i < to; i++) {
        if (starts_annotation(r, i)) {
            i = skip_annotation(r, i, to) - 1;
            continue;
        }
        angles += angles_at(r, i);
        if (angles > 0)
            continue;
        p.dimensions = (uint8_t)(p.dimensions + (r->t[i].kind == '[') +
                                 (r->t[i].kind == PL_TOKEN_OPERATOR && r->t[i].length == 3));
        if (!is_name(r, i) || is_word(r, i, "final"))
            continue;
        type = last_name;
        last_name = i;
    }
    if (type == 0)
        return; /* the receiver `this`, or nothing */
    if (is_word(r, last_name, "this"))
        return;
    p.type = text_at(r, type);
    struct pl_java_parameter *slot = PL_VEC_ADD(&r->s->parameters);
    if (slot == NULL)
        r->why = PL_E_NOMEM;
    else
        *slot = p;
}

static void read_parameters(struct reader *r, uint32_t open, uint32_t close, struct pl_java_member *m)
{
    int angles = 0;
    uint32_t from = open + 1;
    m->first_parameter = (uint32_t)r->s->parameters.n;
    for (uint32_t i = open + 1; i <= close && r->why == PL_OK; i++) {
        if (starts_annotation(r, i))
            i = skip_annotation(r, i, close);
        angles += angles_at(r, i);
        if (i != close && (r->t[i].kind != ',' || angles > 0))
            continue;
        add_parameter(r, from, i < close ? i : close);
        from = i + 1;
    }
    m->n_parameters = (uint32_t)r->s->parameters.n - m->first_parameter;
}

/* Each component of a record is a member. */
static void add_components(struct reader *r, uint32_t class, uint32_t open, uint32_t close)
{
    struct pl_java_member all = {0};
    read_parameters(r, open, close, &all);
    for (uint32_t i = open + 1; i < close && r->why == PL_OK; i++)
        if (is_name(r, i) && (r->t[i + 1].kind == ',' || i + 1 == close))
            (void)add_member(r, &(struct pl_java_member){.name = text_at(r, i),
                                                         .class = class,
                                                         .first = open + 1,
                                                         .end = close,
                                                         .first_parameter = all.first_parameter,
                                                         .n_parameters = all.n_parameters,
                                                         .kind = PL_JAVA_COMPONENT});
}

/* The class whose word stands at `word`; the result is behind it. */
static uint32_t read_class(struct reader *r, uint32_t head, uint32_t word, uint32_t end, uint8_t kind,
                           uint32_t outer, uint32_t member)
{
    uint32_t i = word + 2;
    uint32_t parameters = 0;
    while (i < end && r->t[i].kind != '{' && r->t[i].kind != ';') {
        uint32_t close = r->t[i].kind == '(' ? close_of(r, i, end) : 0;
        if (close != 0 && parameters == 0 && kind == PL_JAVA_KIND_RECORD)
            parameters = i;
        i = starts_annotation(r, i) ? skip_annotation(r, i, end) : close != 0 ? close + 1 : i + 1;
    }
    uint32_t close = i < end && r->t[i].kind == '{' ? close_of(r, i, end) : 0;
    if (close == 0 || r->why != PL_OK)
        return i + 1;
    uint32_t class = add_class(r, &(struct pl_java_class){.name = text_at(r, word + 1),
                                                          .outer = outer,
                                                          .member = member,
                                                          .head = head,
                                                          .open = i,
                                                          .close = close,
                                                          .kind = kind});
    if (class != PL_JAVA_NONE && parameters != 0)
        add_components(r, class, parameters, r->t[parameters].link);
    if (class != PL_JAVA_NONE)
        read_body(r, class);
    return close + 1;
}

/* ---- code ---- */

/* The class body of the `new` at `i`, whose braces are *open and the result; 0 when it has none. */
static uint32_t anonymous_body(const struct reader *r, uint32_t i, uint32_t to, uint32_t *open,
                               uint32_t *type)
{
    int angles = 0;
    *type = 0;
    uint32_t end = to - i > MAX_TYPE ? i + MAX_TYPE : to;
    for (i++; i < end; i++) {
        if (starts_annotation(r, i)) {
            i = skip_annotation(r, i, end) - 1;
            continue;
        }
        angles += angles_at(r, i);
        if (angles == 0 && is_name(r, i))
            *type = i;
        else if (angles == 0 && r->t[i].kind != '.' && r->t[i].kind != '>' &&
                 r->t[i].kind != PL_TOKEN_SHIFT_RIGHT)
            break;
        else if (angles > 0 && (r->t[i].kind == ';' || r->t[i].kind == '{'))
            return 0;
    }
    uint32_t close = i < end && *type != 0 && r->t[i].kind == '(' ? close_of(r, i, to) : 0;
    if (close == 0 || close + 1 >= to || r->t[close + 1].kind != '{')
        return 0;
    *open = close + 1;
    return close_of(r, *open, to);
}

static void read_anonymous(struct reader *r, uint32_t head, uint32_t type, uint32_t open, uint32_t close,
                           uint32_t outer, uint32_t member)
{
    uint32_t class = add_class(r, &(struct pl_java_class){.super = text_at(r, type),
                                                          .outer = outer,
                                                          .member = member,
                                                          .head = head,
                                                          .open = open,
                                                          .close = close,
                                                          .kind = PL_JAVA_KIND_CLASS});
    if (class != PL_JAVA_NONE)
        read_body(r, class);
}

/* Classes in [from, end), which belongs to a member. Arguments of `new` are read before the body behind them. */
static void read_code(struct reader *r, uint32_t from, uint32_t end, uint32_t class, uint32_t member)
{
    if (r->depth == MAX_DEPTH)
        return;
    r->depth++;
    for (uint32_t i = from; i < end && r->why == PL_OK; i++) {
        uint8_t kind;
        uint32_t open;
        uint32_t type;
        if (is_word(r, i, "new")) {
            uint32_t close = anonymous_body(r, i, end, &open, &type);
            if (close == 0)
                continue;
            read_code(r, type + 1, open, class, member);
            read_anonymous(r, i, type, open, close, class, member);
            i = close;
        } else if (r->t[i].kind == PL_TOKEN_WORD && is_class_word(r, i, &kind)) {
            i = read_class(r, i, i, end, kind, class, member) - 1;
        }
    }
    r->depth--;
}

/* ---- members ---- */

/* The semicolon that ends the fields whose first `=` or name is before `i`. */
static uint32_t statement_end(const struct reader *r, uint32_t i, uint32_t end)
{
    while (i < end && r->t[i].kind != ';') {
        uint32_t close = r->t[i].link > i && r->t[i].kind < 128 ? close_of(r, i, end) : 0;
        i = close != 0 ? close + 1 : i + 1;
    }
    return i < end ? i : end;
}

/* The declaration whose first name stands at `name`, up to its semicolon. Each name is a member with all of the declaration. */
static uint32_t read_fields(struct reader *r, const struct pl_java_member *head, uint32_t name, uint32_t end)
{
    uint32_t stop = statement_end(r, name, end);
    struct pl_java_member m = *head;
    m.kind = PL_JAVA_FIELD;
    m.end = stop;
    m.name = text_at(r, name);
    uint32_t first = add_member(r, &m);
    for (uint32_t i = name + 1; i < stop && r->why == PL_OK; i++) {
        uint32_t close = r->t[i].link > i && r->t[i].kind < 128 ? close_of(r, i, stop) : 0;
        uint8_t next = i + 2 <= stop ? r->t[i + 2].kind : 0;
        if (r->t[i].kind == ',' && is_name(r, i + 1) &&
            (next == '=' || next == ',' || next == ';' || next == '[')) {
            m.name = text_at(r, i + 1);
            (void)add_member(r, &m);
        }
        i = close != 0 ? close : i;
    }
    if (first != PL_JAVA_NONE)
        read_code(r, name + 1, stop, m.class, first);
    return stop + 1;
}

/* The method whose parenthesis opens at `open`; the result is behind it. */
static uint32_t read_method(struct reader *r, struct pl_java_member *m, uint32_t open, uint32_t end)
{
    uint32_t close = close_of(r, open, end);
    if (close == 0)
        return open + 1;
    bool is_constructor = pl_bytes_eq(text_at(r, open - 1), r->s->classes.v[m->class].name);
    m->kind = is_constructor ? PL_JAVA_CONSTRUCTOR : PL_JAVA_METHOD;
    m->name = text_at(r, open - 1);
    read_parameters(r, open, close, m);
    uint32_t i = close + 1;
    while (i < end && r->t[i].kind != '{' && r->t[i].kind != ';')
        i = starts_annotation(r, i) ? skip_annotation(r, i, end) : i + 1;
    uint32_t body_end = i < end && r->t[i].kind == '{' ? close_of(r, i, end) : 0;
    m->end = body_end != 0 ? body_end + 1 : i;
    uint32_t number = add_member(r, m);
    if (number != PL_JAVA_NONE && body_end != 0)
        read_code(r, i + 1, body_end, m->class, number);
    return body_end != 0 ? body_end + 1 : i + 1;
}

/* One member that begins at `i`; the result is behind it. */
static uint32_t read_member(struct reader *r, uint32_t i, uint32_t end, uint32_t class)
{
    struct pl_java_member m = {.class = class, .first = i};
    int angles = 0;
    uint8_t kind;
    for (; i < end; i++) {
        if (starts_annotation(r, i)) {
            i = skip_annotation(r, i, end) - 1;
            continue;
        }
        m.is_static = m.is_static || is_word(r, i, "static");
        angles += angles_at(r, i);
        if (angles > 0)
            continue;
        if (is_class_word(r, i, &kind))
            return read_class(r, m.first, i, end, kind, class, PL_JAVA_NONE);
        uint8_t byte = r->t[i].kind;
        if (byte == '(' && i > m.first && is_name(r, i - 1))
            return read_method(r, &m, i, end);
        if (byte == '{') {
            uint32_t close = close_of(r, i, end);
            bool is_compact = i > m.first && pl_bytes_eq(text_at(r, i - 1), r->s->classes.v[class].name);
            m.kind = is_compact ? PL_JAVA_CONSTRUCTOR : PL_JAVA_INITIALISER;
            m.name = is_compact ? text_at(r, i - 1) : m.name;
            m.end = close + 1;
            uint32_t number = close != 0 ? add_member(r, &m) : PL_JAVA_NONE;
            if (number != PL_JAVA_NONE)
                read_code(r, i + 1, close, class, number);
            return close != 0 ? close + 1 : i + 1;
        }
        uint32_t name = i - 1;
        while (name > m.first && (r->t[name].kind == ']' || r->t[name].kind == '['))
            name--;
        if ((byte == '=' || byte == ';' || byte == ',') && name >= m.first && is_name(r, name))
            return read_fields(r, &m, name, end);
        if (byte == ';')
            return i + 1;
    }
    return end;
}

/* The constants of an enumeration; the result is behind the semicolon, or `end`. */
static uint32_t read_constants(struct reader *r, uint32_t i, uint32_t end, uint32_t class)
{
    while (i < end && r->t[i].kind != ';' && r->why == PL_OK) {
        uint32_t first = i;
        if (starts_annotation(r, i)) {
            i = skip_annotation(r, i, end);
            continue;
        }
        if (!is_name(r, i)) {
            i++;
            continue;
        }
        uint32_t name = i++;
        uint32_t close = i < end && r->t[i].kind == '(' ? close_of(r, i, end) : 0;
        i = close != 0 ? close + 1 : i;
        uint32_t body = i < end && r->t[i].kind == '{' ? close_of(r, i, end) : 0;
        uint32_t member = add_member(r, &(struct pl_java_member){.name = text_at(r, name),
                                                                 .class = class,
                                                                 .first = first,
                                                                 .end = body != 0 ? body + 1 : i,
                                                                 .kind = PL_JAVA_ENUM_CONSTANT,
                                                                 .is_static = true});
        if (member == PL_JAVA_NONE)
            break;
        read_code(r, name + 1, i, class, member);
        if (body == 0)
            continue;
        uint32_t inner = add_class(r, &(struct pl_java_class){.super = r->s->classes.v[class].name,
                                                              .outer = class,
                                                              .member = member,
                                                              .head = name,
                                                              .open = i,
                                                              .close = body,
                                                              .kind = PL_JAVA_KIND_CLASS});
        if (inner != PL_JAVA_NONE)
            read_body(r, inner);
        i = body + 1;
    }
    return i < end ? i + 1 : end;
}

static void read_body(struct reader *r, uint32_t class)
{
    uint32_t i = r->s->classes.v[class].open + 1;
    uint32_t end = r->s->classes.v[class].close;
    if (r->depth == MAX_DEPTH)
        return;
    r->depth++;
    if (r->s->classes.v[class].kind == PL_JAVA_KIND_ENUM)
        i = read_constants(r, i, end, class);
    while (i < end && r->why == PL_OK)
        i = r->t[i].kind == ';' ? i + 1 : read_member(r, i, end, class);
    r->depth--;
}

/* ---- the file ---- */

static void read_package(struct reader *r, uint32_t i, uint32_t end)
{
    struct pl_buf name;
    pl_buf_init(&name, 1024);
    for (; i < end && (is_name(r, i) || r->t[i].kind == '.'); i++)
        pl_buf_add(&name, text_at(r, i));
    r->s->package = pl_arena_keep(&r->s->arena, pl_buf_bytes(&name));
    pl_buf_reset(&name);
    if (r->s->package.p == NULL)
        r->why = r->s->arena.why;
}

static void read_file(struct reader *r, uint32_t end)
{
    for (uint32_t i = 1; i < end && r->why == PL_OK;) {
        uint8_t kind;
        if (starts_annotation(r, i)) {
            i = skip_annotation(r, i, end);
        } else if (is_word(r, i, "package") || is_word(r, i, "import")) {
            if (is_word(r, i, "package"))
                read_package(r, i + 1, end);
            i = statement_end(r, i, end);
        } else if (is_class_word(r, i, &kind)) {
            i = read_class(r, i, i, end, kind, PL_JAVA_NONE, PL_JAVA_NONE);
        } else {
            i++;
        }
    }
}

static void add_literal(struct reader *r, uint32_t i, bool is_latin1, struct pl_buf *decoded)
{
    struct pl_java_literal literal = {.token = i, .kind = r->t[i].kind};
    if (literal.kind == PL_TOKEN_NUMBER) {
        literal.text = text_at(r, i);
        if (!pl_source_number(literal.text, &literal.value, &literal.is_float))
            return;
    } else {
        uint32_t quote = r->t[i].link;
        pl_bytes body =
            pl_bytes_sub(r->s->lex.text, r->t[i].at + quote, r->t[i].length - quote - r->t[i].behind);
        bool is_ascii = true;
        for (size_t k = 0; k < body.n && is_ascii; k++)
            is_ascii = body.p[k] < 0x80 && body.p[k] != 0 && body.p[k] != '\\';
        if (is_ascii && quote == 1) {
            literal.text = body;
        } else {
            pl_buf_clear(decoded);
            pl_java_decode(body, quote == 3, is_latin1, decoded);
            literal.text = pl_arena_keep(&r->s->arena, pl_buf_bytes(decoded));
            if (literal.text.p == NULL)
                r->why = r->s->arena.why;
            if (decoded->why != PL_OK)
                r->why = decoded->why;
        }
        literal.value = pl_java_first_unit(literal.text);
    }
    struct pl_java_literal *slot = PL_VEC_ADD(&r->s->literals);
    if (slot == NULL)
        r->why = PL_E_NOMEM;
    else
        *slot = literal;
}

static void read_literals(struct reader *r, uint32_t end)
{
    struct pl_buf decoded;
    bool is_latin1 = !pl_java_is_utf8(r->s->lex.text);
    pl_buf_init(&decoded, 3 * r->s->lex.text.n + 16);
    for (uint32_t i = 1; i < end && r->why == PL_OK; i++)
        if (r->t[i].kind == PL_TOKEN_STRING || r->t[i].kind == PL_TOKEN_CHARACTER ||
            r->t[i].kind == PL_TOKEN_NUMBER)
            add_literal(r, i, is_latin1, &decoded);
    pl_buf_reset(&decoded);
}

pl_status pl_java_source_read(pl_bytes text, const struct pl_limits *limits, size_t max_bytes,
                              struct pl_java_source *out, struct pl_err *err)
{
    struct reader r = {.s = out};
    *out = (struct pl_java_source){0};
    pl_arena_init(&out->arena, max_bytes);
    if (text.n > UINT32_MAX)
        text = pl_bytes_sub(text, 0, 0);
    pl_source_lex_init(&out->lex, text, PL_SOURCE_JAVA, limits->tokens);
    bool is_read = out->lex.why == PL_OK && pl_source_lex_range(&out->lex, 0, text.n);
    uint32_t end = (uint32_t)out->lex.tokens.n;
    if (out->lex.why == PL_E_LIMIT)
        return pl_fail(err, PL_E_LIMIT, PL_NO_OFFSET, "java: more than %zu tokens", out->lex.max_tokens);
    if (!is_read || !pl_source_lex_finish(&out->lex))
        return pl_fail_nomem(err);
    r.t = out->lex.tokens.v;
    read_file(&r, end);
    if (r.why == PL_OK)
        read_literals(&r, end);
    if (r.why == PL_E_NOMEM)
        return pl_fail_nomem(err);
    return r.why == PL_OK ? PL_OK : pl_arena_fail(&out->arena, err);
}

void pl_java_source_reset(struct pl_java_source *s)
{
    pl_source_lex_reset(&s->lex);
    pl_arena_reset(&s->arena);
    PL_VEC_FREE(&s->classes);
    PL_VEC_FREE(&s->members);
    PL_VEC_FREE(&s->parameters);
    PL_VEC_FREE(&s->literals);
}

uint32_t pl_java_line_of(const struct pl_java_source *s, uint32_t token)
{
    uint32_t line = 1;
    uint32_t at = token < s->lex.tokens.n ? s->lex.tokens.v[token].at : 0;
    for (uint32_t i = 0; i < at; i++)
        line += s->lex.text.p[i] == '\n';
    return line;
}

bool pl_java_is_operator(uint8_t kind)
{
    return (kind != 0 && kind < 128 && strchr("+-*/%~|&^", kind) != NULL) || kind == PL_TOKEN_SHIFT_LEFT ||
           kind == PL_TOKEN_SHIFT_RIGHT;
}

size_t pl_java_first_literal(const struct pl_java_source *s, uint32_t token)
{
    size_t low = 0;
    size_t high = s->literals.n;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (s->literals.v[mid].token < token)
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}
