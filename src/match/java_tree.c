/*
 * java_tree.c - names, strings and constants of all .java files.
 */
#include "match/java_tree.h"

#include "feature/java_source.h"

#include <pthread.h>
#include <stdlib.h>

#define MAX_PARTS    4096u /* of one constant */
#define TREE_BYTES   ((size_t)1 << 30)
#define SOURCE_BYTES ((size_t)256 << 20) /* decoded strings of one file */

enum { HAS_NAME = 1, HAS_FIELD = 2 };

struct pl_java_tree {
    const struct pl_index *index;
    const struct pl_limits *limits;
    uint8_t *left_out; /* one a unit */
    pthread_mutex_t lock;
    bool is_built;
    struct pl_arena arena;
    struct pl_map names;     /* 1, with HAS_FIELD */
    struct pl_map strings;   /* 1 */
    struct pl_map classes;   /* unit */
    struct pl_map constants; /* number of the one that was met last */
    PL_VEC(struct pl_java_constant) list;
    PL_VEC(struct pl_java_part) parts; /* of the constant being read */
    bool has_operator;                 /* likewise */
};

pl_status pl_java_tree_new(const struct pl_index *ix, const struct pl_limits *limits,
                           struct pl_java_tree **out, struct pl_err *err)
{
    struct pl_java_tree *t = calloc(1, sizeof *t);
    uint8_t *left_out = calloc(pl_index_unit_count(ix) + 1, 1);
    if (t == NULL || left_out == NULL) {
        free(t);
        free(left_out);
        return pl_fail_nomem(err);
    }
    t->index = ix;
    t->limits = limits;
    t->left_out = left_out;
    (void)pthread_mutex_init(&t->lock, NULL); /* default attributes cannot fail on Linux */
    pl_arena_init(&t->arena, TREE_BYTES);
    pl_map_init(&t->names);
    pl_map_init(&t->strings);
    pl_map_init(&t->classes);
    pl_map_init(&t->constants);
    *out = t;
    return PL_OK;
}

void pl_java_tree_free(struct pl_java_tree *t)
{
    if (t == NULL)
        return;
    pl_map_reset(&t->names);
    pl_map_reset(&t->strings);
    pl_map_reset(&t->classes);
    pl_map_reset(&t->constants);
    PL_VEC_FREE(&t->list);
    PL_VEC_FREE(&t->parts);
    pl_arena_reset(&t->arena);
    free(t->left_out);
    (void)pthread_mutex_destroy(&t->lock); /* fails only on misuse */
    free(t);
}

static bool add_part(struct pl_java_tree *t, const struct pl_java_part *part)
{
    struct pl_java_part *slot = PL_VEC_ADD(&t->parts);
    if (slot != NULL)
        *slot = *part;
    return slot != NULL;
}

/* The parts of the initialiser in [i, end): false when it is no constant's. */
static bool take_parts(struct pl_java_tree *t, const struct pl_java_source *s, uint32_t i, uint32_t end)
{
    const struct pl_token *v = s->lex.tokens.v;
    size_t literal = pl_java_first_literal(s, i);
    t->parts.n = 0;
    t->has_operator = false;
    for (; i < end; i++) {
        t->has_operator = t->has_operator || pl_java_is_operator(v[i].kind);
        struct pl_java_part part = {.kind = v[i].kind};
        bool is_call = v[i].kind == PL_TOKEN_WORD && v[i + 1].kind == '(';
        if (is_call || v[i].kind == '{' || v[i].kind == '[' || v[i].kind == PL_TOKEN_ARROW ||
            t->parts.n == MAX_PARTS)
            return false;
        while (literal < s->literals.n && s->literals.v[literal].token < i)
            literal++;
        if (literal < s->literals.n && s->literals.v[literal].token == i) {
            part.text = s->literals.v[literal].text;
            part.value = s->literals.v[literal].value;
            part.is_float = s->literals.v[literal].is_float;
        } else if (v[i].kind == PL_TOKEN_WORD) {
            part.text = s->lex.symbols.v[v[i].link].text;
        } else {
            continue;
        }
        if (!add_part(t, &part))
            return false;
    }
    return t->parts.n > 0;
}

/* The token behind the `=` of the field, or 0. */
static uint32_t initialiser_of(const struct pl_java_source *s, const struct pl_java_member *m)
{
    const struct pl_token *v = s->lex.tokens.v;
    for (uint32_t i = m->first; i + 1 < m->end; i++)
        if (v[i].kind == PL_TOKEN_WORD && v[i + 1].kind == '=' &&
            pl_bytes_eq(s->lex.symbols.v[v[i].link].text, m->name))
            return i + 2;
    return 0;
}

/* A text of a source file that is given back: kept when it is not in the file itself. */
static pl_status keep_texts(struct pl_java_tree *t, pl_bytes text, struct pl_java_part *parts, size_t n,
                            struct pl_err *err)
{
    for (size_t i = 0; i < n; i++) {
        bool is_borrowed =
            parts[i].text.n == 0 || (parts[i].text.p >= text.p && parts[i].text.p < text.p + text.n);
        if (!is_borrowed)
            parts[i].text = pl_arena_keep(&t->arena, parts[i].text);
        if (!is_borrowed && parts[i].text.p == NULL)
            return pl_arena_fail(&t->arena, err);
    }
    return PL_OK;
}

static pl_status add_constant(struct pl_java_tree *t, pl_bytes text, pl_bytes name, struct pl_err *err)
{
    uint64_t before = PL_JAVA_NONE;
    struct pl_java_part *parts = pl_arena_take_n(&t->arena, t->parts.n, sizeof *parts);
    struct pl_java_constant *c = PL_VEC_ADD(&t->list);
    if (parts == NULL)
        return pl_arena_fail(&t->arena, err);
    if (c == NULL)
        return pl_fail_nomem(err);
    for (size_t i = 0; i < t->parts.n; i++)
        parts[i] = t->parts.v[i];
    pl_status st = keep_texts(t, text, parts, t->parts.n, err);
    if (st != PL_OK)
        return st;
    (void)pl_map_get(&t->constants, name, &before); /* none: PL_JAVA_NONE stays */
    *c = (struct pl_java_constant){
        .parts = parts, .n = (uint32_t)t->parts.n, .has_operator = t->has_operator, .next = (uint32_t)before};
    return pl_map_set(&t->constants, name, t->list.n - 1, err);
}

static pl_status add_names(struct pl_java_tree *t, const struct pl_java_source *s, struct pl_err *err)
{
    pl_status st = PL_OK;
    for (size_t i = 1; i < s->lex.symbols.n && st == PL_OK; i++)
        st = pl_map_add(&t->names, s->lex.symbols.v[i].text, HAS_NAME, NULL, err);
    for (size_t i = 0; i < s->literals.n && st == PL_OK; i++) {
        struct pl_java_part part = {.text = s->literals.v[i].text};
        uint64_t there;
        if (s->literals.v[i].kind != PL_TOKEN_STRING || pl_map_get(&t->strings, part.text, &there))
            continue;
        st = keep_texts(t, s->lex.text, &part, 1, err);
        if (st == PL_OK)
            st = pl_map_add(&t->strings, part.text, 1, NULL, err);
    }
    return st;
}

static pl_status add_unit(struct pl_java_tree *t, uint32_t unit, struct pl_err *err)
{
    struct pl_java_source s;
    pl_bytes text = pl_index_unit_file(t->index, unit)->data;
    pl_status st = pl_java_source_read(text, t->limits, SOURCE_BYTES, &s, err);
    if (st == PL_E_LIMIT) {
        t->left_out[unit] = 1;
        pl_java_source_reset(&s);
        return PL_OK;
    }
    if (st == PL_OK)
        st = add_names(t, &s, err);
    for (size_t i = 0; i < s.classes.n && st == PL_OK; i++)
        if (s.classes.v[i].outer == PL_JAVA_NONE)
            st = pl_map_add(&t->classes, s.classes.v[i].name, unit, NULL, err);
    for (size_t i = 0; i < s.members.n && st == PL_OK; i++) {
        const struct pl_java_member *m = &s.members.v[i];
        uint64_t *traits = pl_map_at(&t->names, m->name);
        if (traits != NULL && m->kind != PL_JAVA_METHOD && m->kind != PL_JAVA_CONSTRUCTOR)
            *traits |= HAS_FIELD;
        uint32_t from = m->kind == PL_JAVA_FIELD ? initialiser_of(&s, m) : 0;
        if (from != 0 && take_parts(t, &s, from, m->end))
            st = add_constant(t, text, m->name, err);
    }
    pl_java_source_reset(&s);
    return st;
}

static pl_status build(struct pl_java_tree *t, struct pl_err *err)
{
    pl_status st = PL_OK;
    for (uint32_t unit = 0; unit < pl_index_unit_count(t->index) && st == PL_OK; unit++) {
        const struct pl_source_file *f = pl_index_unit_file(t->index, unit);
        if (!pl_index_unit_is_repeat(t->index, unit) && pl_bytes_ends(f->path, PL_LIT(".java")))
            st = add_unit(t, unit, err);
    }
    PL_VEC_FREE(&t->parts);
    return st;
}

bool pl_java_tree_left_out(const struct pl_java_tree *t, uint32_t unit)
{
    return t->left_out[unit] != 0;
}

pl_status pl_java_tree_need(struct pl_java_tree *t, struct pl_err *err)
{
    pl_status st = PL_OK;
    (void)pthread_mutex_lock(&t->lock); /* fails only on misuse */
    if (!t->is_built)
        st = build(t, err);
    if (st == PL_OK)
        t->is_built = true;
    (void)pthread_mutex_unlock(&t->lock);
    return st;
}

bool pl_java_tree_has_name(const struct pl_java_tree *t, pl_bytes name)
{
    uint64_t there;
    return pl_map_get(&t->names, name, &there);
}

bool pl_java_tree_has_field(const struct pl_java_tree *t, pl_bytes name)
{
    uint64_t traits = 0;
    return pl_map_get(&t->names, name, &traits) && (traits & HAS_FIELD) != 0;
}

bool pl_java_tree_has_string(const struct pl_java_tree *t, pl_bytes text)
{
    uint64_t there;
    return pl_map_get(&t->strings, text, &there);
}

uint32_t pl_java_tree_unit_of(const struct pl_java_tree *t, pl_bytes class_name)
{
    uint64_t unit = PL_JAVA_NONE;
    (void)pl_map_get(&t->classes, class_name, &unit); /* none: PL_JAVA_NONE stays */
    return (uint32_t)unit;
}

uint32_t pl_java_tree_constant(const struct pl_java_tree *t, pl_bytes name)
{
    uint64_t number = PL_JAVA_NONE;
    (void)pl_map_get(&t->constants, name, &number); /* none: PL_JAVA_NONE stays */
    return (uint32_t)number;
}

const struct pl_java_constant *pl_java_tree_at(const struct pl_java_tree *t, uint32_t number)
{
    return &t->list.v[number];
}

size_t pl_java_tree_constant_count(const struct pl_java_tree *t)
{
    return t->list.n;
}
