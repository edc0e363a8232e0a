/*
 * script_atoms.c - from tokens to atoms, with one token of foresight and a stack of brackets.
 *
 * A name is a property behind a dot, before a colon in an object, alone in `{a, b}`, before the parenthesis of a method, or where a class lists
 * its members; what encloses it is told by how the bracket was opened:
 *
 *     OBJECT   = {   ( {   return {        CLASS   class A {        BLOCK   ) {   => {   ; {
 *
 * Rewritten on the way to a package, so made equal or left out here (docs/matching.md, "JavaScript and TypeScript"): neighbouring literals
 * are joined ("a" + "b", also across a template's edge), products of constants are folded, `!0` and `void 0` are no numbers, relative
 * module paths, lists of exports and imports and the names that interoperation adds are no atoms; o["a"] is o.a and {"a": 1} is {a: 1};
 * a name that was imported counts as a property, since `a()` becomes `b.a()`. Types of TypeScript are passed over.
 */
#include "feature/script_atoms.h"

#include "feature/script_imports.h"
#include "feature/script_values.h"

#include <string.h>

#define MAX_DEPTH      4096u
#define RING           5u /* four tokens that are looked at, and one that is read */
#define WEAK_BYTES     3u /* a shorter name is in every program */
#define MAX_JOIN_BYTES (1u << 24)
#define NUMBER_SALT    0x6a09e667f3bcc908ULL

enum enclosure { PARENTHESIS, BRACKET, BLOCK, OBJECT, CLASS, LIST, MODULES, DEFINITION };
enum list_state { NO_LIST, IN_IMPORT, IN_EXPORT };

/* Skipping a type declaration: until the brackets that it opened are closed, or until its statement ends. */
struct skip {
    bool is_on;
    bool to_brace; /* ends with the closing brace; else at a semicolon or a new statement */
    uint32_t depth;
};

struct reader {
    const struct pl_script_vocabulary *v;
    const struct pl_lex_language *language;
    struct pl_script_atoms *out;
    bool keeps_names;
    bool is_out_of_memory;
    const struct pl_lex_token *before2; /* the two tokens before the present one, comments left out */
    const struct pl_lex_token *before;
    const struct pl_lex_token *token;
    const struct pl_lex_token *next; /* length 0 at the end */
    struct pl_lex_token ring[RING];  /* that the four point into */
    uint8_t before_flags;            /* of a word */
    uint32_t depth;
    uint32_t class_depth; /* the next brace at this depth opens a class; UINT32_MAX: none does */
    enum list_state list;
    struct skip skip;
    /* a string that may go on behind a plus */
    bool has_text;
    bool may_go_on; /* the plus was read */
    struct pl_script_atom text;
    struct pl_buf joined;
    bool has_number;
    bool may_multiply;
    bool is_shift;
    struct pl_script_number number;
    struct pl_script_atom number_atom;
    uint64_t import_pending; /* `a as`: the a */
    struct pl_script_imports imports;
    uint8_t enclosures[MAX_DEPTH];
};

static bool is_punct(const struct pl_lex_token *t, uint8_t byte)
{
    return t->length > 0 && t->kind == PL_LEX_PUNCT && t->byte == byte;
}

static bool is_word(const struct pl_lex_token *t, const char *word)
{
    return t->length > 0 && t->kind == PL_LEX_WORD && t->byte == (uint8_t)word[0] &&
           pl_bytes_eq_str(t->body, word);
}

static void add(struct reader *x, struct pl_script_atom atom)
{
    struct pl_script_atom *slot = PL_VEC_ADD(&x->out->list);
    if (slot == NULL) {
        x->is_out_of_memory = true;
        return;
    }
    *slot = atom;
}

static struct pl_script_atom atom_of(const struct pl_lex_token *t, enum pl_atom_kind kind, uint64_t hash,
                                     uint8_t flags)
{
    return (struct pl_script_atom){.hash = hash,
                                   .at = (uint32_t)t->offset,
                                   .length = (uint32_t)t->length,
                                   .kind = (uint8_t)kind,
                                   .flags = flags & (PL_NAME_GLOBAL | PL_NAME_SENSITIVE),
                                   .is_weak = t->body.n < WEAK_BYTES};
}

static void add_name(struct reader *x, enum pl_atom_kind kind, uint64_t hash, uint8_t flags)
{
    if (!(flags & PL_NAME_DROPPED))
        add(x, atom_of(x->token, kind, hash, flags));
}

static enum enclosure enclosing(const struct reader *x)
{
    return x->depth == 0 || x->depth > MAX_DEPTH ? BLOCK : (enum enclosure)x->enclosures[x->depth - 1];
}

static uint64_t number_hash(const struct pl_script_vocabulary *v, struct pl_script_number n)
{
    uint64_t parts[2] = {n.digits, (uint64_t)(int64_t)n.exponent};
    return pl_script_hash(v, pl_bytes_of(parts, sizeof parts)) ^ NUMBER_SALT;
}

uint64_t pl_script_value_hash(const struct pl_script_vocabulary *v, pl_bytes text)
{
    return text.n > 0 && pl_script_is_whole_number(text) ? number_hash(v, pl_script_number_of(text))
                                                         : pl_script_hash(v, text);
}

static void flush_text(struct reader *x)
{
    pl_bytes joined = pl_buf_bytes(&x->joined);
    pl_bytes digits =
        joined.n > 1 && joined.p[0] == '-' ? pl_bytes_from(joined, 1) : joined; /* {"-2": "a"} */
    if (x->has_text && digits.n > 0 && pl_script_is_whole_number(digits)) {
        struct pl_script_number n = pl_script_number_of(digits);
        x->text.hash = number_hash(x->v, n);
        x->text.is_weak = n.digits < 1000;
        if (!pl_script_number_is_dull(n))
            add(x, x->text);
    } else if (x->has_text && x->joined.n > 0) {
        x->text.hash = pl_script_hash(x->v, pl_buf_bytes(&x->joined));
        x->text.flags = pl_script_name_flags(x->v, x->text.hash) & PL_NAME_SENSITIVE;
        x->text.is_weak = x->joined.n < WEAK_BYTES;
        if (!(pl_script_name_flags(x->v, x->text.hash) & PL_NAME_DROPPED))
            add(x, x->text);
    }
    x->has_text = false;
    x->may_go_on = false;
}

static bool opens_text(const struct pl_lex_token *t)
{
    return t->kind == PL_LEX_STRING || t->kind == PL_LEX_TEXT || (t->kind == PL_LEX_CHUNK && t->is_opening);
}

static bool closes_text(const struct pl_lex_token *t)
{
    return t->kind == PL_LEX_STRING || (t->kind == PL_LEX_CHUNK && t->is_closing);
}

static bool is_module_place(const struct reader *x)
{
    return is_word(x->before, "from") || is_word(x->before, "import") ||
           (is_punct(x->before, '(') && (is_word(x->before2, "require") || is_word(x->before2, "import")));
}

static bool is_module_number(const struct reader *x)
{
    const struct pl_lex_token *const tokens[4] = {x->before2, x->before, x->token, x->next};
    return pl_script_is_module_number(tokens);
}

/* typeof a == "object", or the other way round, as minifiers write it: the order of the atoms must not depend on it. */
static bool is_type_result(const struct reader *x)
{
    bool is_compared = is_punct(x->before, '=') || ((is_punct(x->next, '=') || is_punct(x->next, '!')));
    return is_compared && x->token->kind == PL_LEX_STRING && pl_script_is_type_name(x->token->body);
}

/* NAME = value, NAME: value: a constant that may be inlined elsewhere. */
static bool defines(const struct reader *x)
{
    bool is_assigned = (is_punct(x->before, '=') && x->before->length == 1) || is_punct(x->before, ':');
    return is_word(x->before, "default") || is_word(x->before, "return") ||
           (is_assigned && (x->before2->kind == PL_LEX_WORD || x->before2->kind == PL_LEX_STRING));
}

static void take_text(struct reader *x)
{
    const struct pl_lex_token *t = x->token;
    bool is_module = (is_module_place(x) || enclosing(x) == MODULES) && t->kind == PL_LEX_STRING;
    bool is_key =
        t->kind == PL_LEX_STRING && is_punct(x->next, ':') &&
        (is_punct(x->before, '{') || is_punct(x->before, ',')); /* {"./a.js": 3}: a bundle's table */
    bool is_number = is_key && t->body.n > 0 && pl_script_is_whole_number(t->body) && is_module_number(x);
    if (((is_module || is_key) && pl_script_is_relative(t->body)) || is_number || is_type_result(x)) {
        flush_text(x);
        return;
    }
    if (pl_bytes_eq_str(t->body, "use strict"))
        return;
    bool is_grouped = is_punct(x->before, '('); /* "a" + ("b" + c), but not "a" + ("b" === c) */
    bool is_part = !is_grouped || is_punct(x->next, '+') || is_punct(x->next, ')');
    bool goes_on = x->has_text && x->may_go_on && opens_text(t) && is_part;
    if (!goes_on) {
        flush_text(x);
        pl_buf_clear(&x->joined);
        enum pl_atom_kind kind = is_module                 ? PL_ATOM_MODULE
                                 : t->kind == PL_LEX_CHUNK ? PL_ATOM_CHUNK
                                                           : PL_ATOM_STRING;
        x->text = atom_of(t, kind, 0, 0);
        x->has_text = true;
    }
    x->text.is_defined = !goes_on && defines(x);
    bool is_raw = t->kind == PL_LEX_CHUNK && t->is_opening && is_word(x->before, "raw") &&
                  is_punct(x->before2, '.'); /* String.raw`\d`, which older targets write as "\\d" */
    if (is_raw)
        pl_buf_add(&x->joined, t->body);
    else
        pl_lex_decode(t, x->language, &x->joined);
    x->text.is_escaped = x->text.is_escaped || pl_script_is_oddly_spelled(t->body);
    x->text.length = (uint32_t)(t->offset + t->length) - x->text.at;
    x->may_go_on = false;
    if (!closes_text(t) || !is_punct(x->next, '+'))
        flush_text(x);
}

static void flush_number(struct reader *x)
{
    if (x->has_number && !pl_script_number_is_dull(x->number)) {
        if (x->number.is_exact)
            x->number_atom.hash = number_hash(x->v, x->number);
        x->number_atom.is_weak = x->number.is_exact && x->number.digits < 1000;
        add(x, x->number_atom);
    }
    x->has_number = false;
    x->may_multiply = false;
}

static bool binds_tighter(const struct pl_lex_token *t)
{
    return is_punct(t, '+') || is_punct(t, '-') || is_punct(t, '*') || is_punct(t, '/') || is_punct(t, '%');
}

static void take_number(struct reader *x)
{
    if (is_module_number(x)) {
        flush_number(x);
        return;
    }
    struct pl_script_number n = pl_script_number_of(x->token->body);
    bool is_bound = x->is_shift && binds_tighter(x->next); /* 128 << 24 - a is 128 << (24 - a) */
    if (x->has_number && x->may_multiply && !is_bound) {
        x->number =
            x->is_shift ? pl_script_number_shifted(x->number, n) : pl_script_number_times(x->number, n);
        x->number_atom.length = (uint32_t)(x->token->offset + x->token->length) - x->number_atom.at;
        x->may_multiply = false;
    } else {
        flush_number(x);
        x->has_number = true;
        x->number = n;
        x->number_atom = atom_of(x->token, PL_ATOM_CONSTANT, 0, 0);
        x->number_atom.is_defined = defines(x);
    }
    if (!n.is_exact || !x->number.is_exact)
        x->number_atom.hash = pl_script_hash(x->v, x->token->body) ^ NUMBER_SALT;
    bool is_inner = is_punct(x->before, '*') || is_punct(x->before, '/') || is_punct(x->before, '%');
    bool is_factor = !is_inner && (is_punct(x->next, '*') || is_punct(x->next, '<'));
    if (!is_factor)
        flush_number(x);
}

/* A word in the braces of an import: `a`, or `a as b`. */
static void take_import_word(struct reader *x, uint64_t hash)
{
    if (enclosing(x) != LIST || is_word(x->token, "as") || is_word(x->token, "type"))
        return;
    if (is_word(x->next, "as")) {
        x->import_pending = hash;
        return;
    }
    bool is_renamed = is_word(x->before, "as");
    if (x->token->body.n >= WEAK_BYTES)
        pl_script_import(&x->imports, hash, is_renamed ? x->import_pending : hash);
}

static bool begins_statement(const struct reader *x)
{
    return x->token->is_first || x->before->length == 0 || is_punct(x->before, ';') ||
           is_punct(x->before, '}') || is_punct(x->before, '{') || is_word(x->before, "export") ||
           is_word(x->before, "declare") || is_punct(x->before, ')');
}

/* `import` or `export` with a list behind it? */
static void begin_list(struct reader *x)
{
    if (is_word(x->token, "import") && !is_punct(x->next, '(') && !is_punct(x->next, '.'))
        x->list = IN_IMPORT;
    else if (is_word(x->token, "export") && (is_punct(x->next, '{') || is_punct(x->next, '*')))
        x->list = IN_EXPORT;
}

static bool begins_type(const struct reader *x)
{
    if (!(x->language->habits & PL_LEX_TYPES) || x->next->kind != PL_LEX_WORD || x->next->length == 0 ||
        !begins_statement(x) || x->next->is_first)
        return false;
    return is_word(x->token, "interface") || is_word(x->token, "type") || is_word(x->token, "declare");
}

/* Does the present token go on with the type that the tokens before it began? */
static bool goes_on(const struct reader *x)
{
    if (!x->token->is_first || x->token->kind == PL_LEX_PUNCT)
        return true;
    return x->before->kind == PL_LEX_PUNCT && x->before->byte != ')' && x->before->byte != '}' &&
           x->before->byte != ']' && x->before->byte != '>' && x->before->byte != ';';
}

/* Pass over the tokens of a type declaration; true while the present one belongs to it. */
static bool in_skipped_type(struct reader *x)
{
    struct skip *s = &x->skip;
    if (!s->is_on)
        return false;
    if (x->depth == s->depth) {
        if (is_punct(x->token, ';') && !s->to_brace) {
            s->is_on = false;
            return true;
        }
        if (!s->to_brace && !goes_on(x)) {
            s->is_on = false;
            return false;
        }
        if (is_punct(x->token, '}') || is_punct(x->token, ')'))
            s->is_on = false; /* closes what the declaration stands in */
    }
    return s->is_on;
}

static enum enclosure kind_of_brace(const struct reader *x)
{
    const struct pl_lex_token *b = x->before;
    if (x->list != NO_LIST)
        return LIST;
    if (x->class_depth == x->depth)
        return CLASS;
    if (b->length == 0 || is_punct(b, ')') || is_punct(b, ';') || is_punct(b, '{') || is_punct(b, '}') ||
        (is_punct(b, '=') && b->length == 2))
        return BLOCK;
    if (b->kind != PL_LEX_WORD)
        return OBJECT;
    return (x->before_flags & PL_NAME_OPERAND) || is_word(x->before2, "enum")
               ? (is_word(b, "else") || is_word(b, "do") ? BLOCK : OBJECT)
               : BLOCK;
}

/* define("name", ["./a"], function (a) {}): what an AMD module imports. Of its parenthesis, and of a list in it. */
static enum enclosure kind_of_parenthesis(const struct reader *x)
{
    return is_word(x->before, "define") && !is_punct(x->before2, '.') ? DEFINITION : PARENTHESIS;
}

static enum enclosure kind_of_list(const struct reader *x)
{
    return enclosing(x) == DEFINITION ? MODULES : BRACKET;
}

static void take_bracket(struct reader *x)
{
    uint8_t b = x->token->byte;
    if (b == '(' || b == '[' || b == '{') {
        enum enclosure kind = b == '('   ? kind_of_parenthesis(x)
                              : b == '[' ? kind_of_list(x)
                                         : kind_of_brace(x);
        if (kind == CLASS)
            x->class_depth = UINT32_MAX;
        if (x->depth < MAX_DEPTH)
            x->enclosures[x->depth] = (uint8_t)kind;
        if (x->depth < UINT32_MAX - 1)
            x->depth++;
    } else if ((b == ')' || b == ']' || b == '}') && x->depth > 0) {
        x->depth--;
        if (x->skip.is_on && x->skip.to_brace && b == '}' && x->depth == x->skip.depth)
            x->skip.is_on = false;
        if (x->list == IN_EXPORT && b == '}')
            x->list = NO_LIST;
    }
    if (b == ';')
        x->list = NO_LIST;
}

/* Does the present word name a member of an object or class? */
static bool is_member_name(const struct reader *x)
{
    enum enclosure around = enclosing(x);
    const struct pl_lex_token *b = x->before;
    const struct pl_lex_token *n = x->next;
    bool is_behind_modifier = b->kind == PL_LEX_WORD && b->length > 0 && (x->before_flags & PL_NAME_MODIFIER);
    bool is_behind_star = is_punct(b, '*');
    bool is_listed = is_punct(b, '{') || is_punct(b, ',');
    if (is_punct(n, ':') && is_listed && around != PARENTHESIS && around != DEFINITION && around != BRACKET)
        return true;
    if (around == OBJECT) {
        bool ends = is_punct(n, ',') || is_punct(n, '}') || (is_punct(n, '=') && n->length == 1);
        return (is_listed && (ends || is_punct(n, '('))) ||
               ((is_behind_modifier || is_behind_star) && is_punct(n, '('));
    }
    if (around == CLASS) {
        bool begins = is_punct(b, '{') || is_punct(b, '}') || is_punct(b, ';') || is_behind_modifier ||
                      is_behind_star || (x->token->is_first && b->kind != PL_LEX_PUNCT);
        bool goes = is_punct(n, '(') || is_punct(n, '=') || is_punct(n, ';') || is_punct(n, '}') ||
                    is_punct(n, ':') || is_punct(n, '?') || is_punct(n, '!') || is_punct(n, '<');
        return begins && goes;
    }
    return around == PARENTHESIS && is_behind_modifier && x->before->body.n > 5 &&
           !is_word(b, "extends"); /* constructor(private a) */
}

static bool is_behind_dot(const struct reader *x)
{
    return is_punct(x->before, '.') && x->before->length < 3;
}

static void take_word(struct reader *x, uint8_t *flags)
{
    const struct pl_lex_token *t = x->token;
    uint64_t hash = pl_script_hash(x->v, t->body);
    *flags = pl_script_name_flags(x->v, hash);
    if (t->byte == '#')
        return;
    if (is_behind_dot(x)) {
        bool is_export = is_word(x->before2, "exports") && is_punct(x->next, '=') && !x->keeps_names;
        *flags &= (uint8_t) ~(PL_NAME_OPERAND | PL_NAME_MODIFIER);
        if (!is_export)
            add_name(x, PL_ATOM_PROPERTY, hash, *flags);
        return;
    }
    if (x->keeps_names) {
        bool is_of_family = x->language->habits & (PL_LEX_TYPES | PL_LEX_JSX);
        bool is_dropped = is_of_family && (*flags & (PL_NAME_KEYWORD | PL_NAME_DROPPED));
        if (is_of_family)
            begin_list(x);
        if (!is_dropped && x->list == NO_LIST)
            add_name(x, PL_ATOM_WORD, hash, *flags & (uint8_t)~PL_NAME_DROPPED);
        return;
    }
    if (x->list != NO_LIST) {
        if (x->list == IN_IMPORT)
            take_import_word(x, hash);
        return;
    }
    if (t->is_opening) { /* of a tag: <div> is "div", <Part> is a variable */
        if (t->byte >= 'a' && t->byte <= 'z')
            add_name(x, PL_ATOM_STRING, hash, 0);
        return;
    }
    if (t->is_raw) {
        add_name(x, PL_ATOM_PROPERTY, hash, 0);
        return;
    }
    if (begins_type(x)) {
        x->skip = (struct skip){.is_on = true, .to_brace = is_word(t, "interface"), .depth = x->depth};
        return;
    }
    if (is_member_name(x)) {
        if (enclosing(x) == CLASS && pl_bytes_eq_str(t->body, "constructor"))
            return; /* a function, where classes are rewritten */
        *flags &= (uint8_t) ~(PL_NAME_OPERAND | PL_NAME_MODIFIER);
        add_name(x, PL_ATOM_PROPERTY, hash, *flags);
        return;
    }
    begin_list(x);
    if (pl_bytes_eq_str(t->body, "class"))
        x->class_depth = x->depth;
    uint64_t imported = pl_script_imported_as(&x->imports, hash);
    if (imported != 0)
        add_name(x, PL_ATOM_PROPERTY, imported, pl_script_name_flags(x->v, imported) & PL_NAME_SENSITIVE);
    else if (*flags & PL_NAME_GLOBAL)
        add_name(x, PL_ATOM_GLOBAL, hash, *flags);
}

/* Prose of a page: each of its words. */
static void take_prose(struct reader *x)
{
    pl_bytes body = x->token->body;
    struct pl_lex_token word = *x->token;
    for (size_t i = 0; i < body.n;) {
        size_t start = i;
        while (i < body.n && body.p[i] > ' ')
            i++;
        if (i > start) {
            word.body = pl_bytes_sub(body, start, i - start);
            word.offset = x->token->offset + start;
            word.length = i - start;
            add(x, atom_of(&word, PL_ATOM_WORD, pl_script_hash(x->v, word.body), 0));
        } else {
            i++;
        }
    }
}

static void take_punct(struct reader *x)
{
    if (x->has_text) {
        bool is_plus = x->token->byte == '+' && x->token->length == 1 && closes_text(x->before);
        bool is_grouping = x->may_go_on && x->token->byte == '(' && opens_text(x->next); /* "a" + ("b" + c) */
        x->may_go_on = is_plus || is_grouping;
        if (!x->may_go_on)
            flush_text(x);
    }
    if (x->has_number) {
        bool is_shift = x->token->byte == '<' && (is_punct(x->before, '<') || is_punct(x->next, '<'));
        x->is_shift = is_shift;
        x->may_multiply = is_shift || (x->token->byte == '*' && x->before->kind == PL_LEX_NUMBER);
        if (!x->may_multiply)
            flush_number(x);
    }
    take_bracket(x);
}

static void take_token(struct reader *x)
{
    const struct pl_lex_token *t = x->token;
    uint8_t flags = 0;
    bool is_skipped = in_skipped_type(x);
    bool is_text = opens_text(t) || t->kind == PL_LEX_CHUNK;
    if (x->has_text && !is_text && t->kind != PL_LEX_PUNCT)
        flush_text(x);
    if (x->has_number && t->kind != PL_LEX_NUMBER && t->kind != PL_LEX_PUNCT)
        flush_number(x);
    if (is_skipped && t->kind != PL_LEX_PUNCT) {
        x->before_flags = 0;
        return;
    }
    switch (t->kind) {
    case PL_LEX_WORD: take_word(x, &flags); break;
    case PL_LEX_NUMBER: take_number(x); break;
    case PL_LEX_TEXT: x->keeps_names ? take_prose(x) : take_text(x); break;
    case PL_LEX_STRING:
    case PL_LEX_CHUNK:
        take_text(x);
        if (x->list == IN_IMPORT && t->kind == PL_LEX_STRING)
            x->list = NO_LIST;
        break;
    case PL_LEX_REGEX:
        add(x, atom_of(t, PL_ATOM_REGEX, pl_script_regex_hash(x->v, t->body, &x->joined), 0));
        break;
    case PL_LEX_PUNCT: take_punct(x); break;
    case PL_LEX_COMMENT: break;
    }
    x->before_flags = flags;
}

/* Read the token with that number, comments left out, into its place in the ring. */
static bool next_token(struct reader *x, struct pl_lex *lexer, size_t number)
{
    struct pl_lex_token *out = &x->ring[number % RING];
    x->next = out;
    while (pl_lex_next(lexer, out)) {
        if (x->out->wants_marks)
            pl_script_mark(&x->out->marks, out);
        if (out->kind != PL_LEX_COMMENT)
            return true;
    }
    *out = (struct pl_lex_token){.kind = PL_LEX_PUNCT};
    return false;
}

pl_status pl_script_atoms(const struct pl_script_vocabulary *v, pl_bytes text,
                          const struct pl_lex_language *language, bool keeps_names,
                          struct pl_script_atoms *out, struct pl_err *err)
{
    struct pl_lex lexer;
    struct reader x = {.v = v,
                       .language = language,
                       .out = out,
                       .keeps_names = keeps_names || (language->habits & PL_LEX_KEEPS_NAMES),
                       .class_depth = UINT32_MAX};
    if (text.n > UINT32_MAX)
        return pl_fail(err, PL_E_LIMIT, PL_NO_OFFSET, "script: text over 4 GiB");
    pl_buf_init(&x.joined, text.n + 16);
    pl_lex_init(&lexer, text, language);
    x.before2 = &x.ring[RING - 3]; /* none, which length 0 says */
    x.before = &x.ring[RING - 2];
    x.token = &x.ring[RING - 1];
    bool has_next = next_token(&x, &lexer, 0);
    uint64_t allowed = out->max_tokens == 0 ? UINT64_MAX : out->max_tokens;
    for (size_t number = 1; has_next && !x.is_out_of_memory && number <= allowed; number++) {
        x.token = x.next;
        has_next = next_token(&x, &lexer, number);
        take_token(&x);
        x.before2 = x.before;
        x.before = x.token;
    }
    flush_text(&x);
    flush_number(&x);
    x.is_out_of_memory = x.is_out_of_memory || x.joined.why != PL_OK || out->marks.is_out_of_memory;
    pl_buf_reset(&x.joined);
    if (x.is_out_of_memory)
        return pl_fail_nomem(err);
    if (has_next)
        return pl_fail(err, PL_E_LIMIT, PL_NO_OFFSET, "the script has too many tokens");
    return x.keeps_names ? PL_OK : pl_script_split_lists(v, text, language, out, err);
}
