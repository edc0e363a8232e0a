/*
 * own_generator.c - rung for files that a script of the tree wrote: lines that stand in the script, names from what it read in their holes.
 *
 *     file:    Automatically generated from ../test/regress.rpc by event_rpcgen.py/0.1.
 *     script:  "evtag_marshal_%(name)s(struct evbuffer *, ev_uint32_t,"
 *     input:   struct msg {
 *     file:    evtag_marshal_msg(struct evbuffer *, ev_uint32_t,
 *
 * The file names its script, and may name what the script read; both are of the revision. That is no proof, only where to look: each line has
 * to be a line of the script's literals, and what is in a hole has to be put together from words of the script, of those inputs and of paths. Only for files that
 * are compiled: a line of those does nothing where it is not called.
 *
 * Source: the script itself; perlop(1), Python Library Reference, "printf-style String Formatting".
 * Not seen: lines of the script in another order, with other names of the same input.
 */
#include "match/own_generator.h"

#include "base/map.h"
#include "classify/classify.h"
#include "match/own_templates.h"
#include "match/printed.h"

#include <string.h>

#define HEAD_BYTES    1024u
#define MAX_BYTES     (8u << 20)
#define MAX_LINE      1024u
#define MAX_READ      (4u << 20)
#define MAX_HOLE      96u
#define MAX_PART      64u
#define MAX_NAMED     8u         /* files of the revision that the head names */
#define MAX_STEPS     (1u << 27) /* of all lines: bytes of templates that are looked at */
#define LINE_STEPS    (1u << 20)
#define NAME_MIN      4u
#define HEAD_LINE_MIN 16u
#define MAX_TRIED     64u /* scripts, where the head names none */

struct pl_own {
    const struct pl_match *m;
    struct pl_file *f;
    uint32_t named[MAX_NAMED]; /* units */
    size_t n_named;
    uint32_t script;
    struct pl_map parts; /* words between underscores, in lower case: of the script, its inputs and paths */
    pl_own_templates templates;
    uint64_t steps;
};

/* Remember the file of the revision with this name, unless there are several or it is known. */
static void add_named(struct pl_own *x, pl_bytes name)
{
    pl_units units = pl_index_units_of_name(x->m->index, name);
    size_t own = 0;
    uint32_t unit = 0;
    for (size_t i = 0; i < units.n; i++)
        if (pl_index_unit_is_own(x->m->index, units.v[i]) && own++ == 0)
            unit = units.v[i];
    if (own != 1 || x->n_named == MAX_NAMED || !pl_index_unit_is_text(x->m->index, unit))
        return;
    for (size_t i = 0; i < x->n_named; i++)
        if (x->named[i] == unit)
            return;
    x->named[x->n_named++] = unit;
}

/* Files whose names stand near the beginning: "mkhelp.pl", "event_rpcgen.py/0.1". */
static void find_named(struct pl_own *x)
{
    pl_bytes head = pl_bytes_sub(x->f->data, 0, HEAD_BYTES);
    for (size_t i = 0; i < head.n;) {
        size_t end = i;
        while (end < head.n && (pl_is_word_byte(head.p[end]) || head.p[end] == '.' || head.p[end] == '-'))
            end++;
        pl_bytes name = pl_bytes_sub(head, i, end - i);
        while (name.n > 0 && name.p[name.n - 1] == '.')
            name.n--;
        if (name.n >= NAME_MIN && pl_bytes_find_byte(name, '.', 1) != SIZE_MAX)
            add_named(x, name);
        i = end + 1;
    }
}

static pl_bytes lowered(pl_bytes part, uint8_t out[MAX_PART])
{
    pl_bytes_lower(part, out);
    return pl_bytes_of(out, part.n);
}

static pl_status add_parts(struct pl_own *x, pl_bytes text, struct pl_err *err)
{
    uint8_t low[MAX_PART];
    pl_status st = PL_OK;
    for (size_t i = 0; i < text.n && st == PL_OK;) {
        size_t end = i;
        while (end < text.n && pl_is_word_byte(text.p[end]) && text.p[end] != '_')
            end++;
        pl_bytes part = pl_bytes_sub(text, i, end - i);
        if (part.n > 0 && part.n <= MAX_PART && !pl_map_get(&x->parts, lowered(part, low), NULL)) {
            pl_bytes kept = pl_arena_keep(x->m->scratch, lowered(part, low));
            st = kept.p == NULL ? pl_arena_fail(x->m->scratch, err) : pl_map_set(&x->parts, kept, 1, err);
        }
        i = end + 1;
    }
    return st;
}

static pl_status read_words(struct pl_own *x, uint32_t unit, struct pl_err *err)
{
    const struct pl_source_file *source = pl_index_unit_file(x->m->index, unit);
    pl_status st = add_parts(x, source->path, err);
    return st == PL_OK ? add_parts(x, pl_bytes_sub(source->data, 0, MAX_READ), err) : st;
}

static pl_status read_named(struct pl_own *x, struct pl_err *err)
{
    pl_status st = add_parts(x, x->f->name, err);
    for (size_t i = 0; i < x->n_named && st == PL_OK; i++)
        st = read_words(x, x->named[i], err);
    return st;
}

static bool is_digits(pl_bytes b)
{
    size_t n = 0;
    while (n < b.n && pl_is_digit(b.p[n]))
        n++;
    return n == b.n;
}

/* Signs that stand between the names of an expression or a type. There is no call among them. */
static bool is_hole_sign(uint8_t c)
{
    return c != 0 && memchr(" ->.*&[]_,/", c, 11) != NULL;
}

bool pl_own_derives(const struct pl_own *x, pl_bytes text)
{
    uint8_t low[MAX_PART];
    for (size_t i = 0; i < text.n;) {
        size_t end = i;
        while (end < text.n && pl_is_word_byte(text.p[end]) && text.p[end] != '_')
            end++;
        pl_bytes part = pl_bytes_sub(text, i, end - i);
        if (part.n > MAX_PART ||
            (part.n > 0 && !is_digits(part) && !pl_map_get(&x->parts, lowered(part, low), NULL)))
            return false;
        i = part.n > 0 ? end : i + 1;
    }
    return true;
}

/* May byte i of the text stand in a hole that begins with it? Brackets are around all of it. */
static bool may_hold(pl_bytes text, size_t i)
{
    uint8_t c = text.p[i];
    return pl_is_word_byte(c) || is_hole_sign(c) || (c == '(' && i == 0) || (c == ')' && text.p[0] == '(');
}

static bool fits(const struct pl_own *x, pl_bytes pattern, pl_bytes line, unsigned *steps);

/* "(*name_get)": what a hole with a bracket holds is all of another template, one without such holes. */
static bool is_inner(const struct pl_own *x, pl_bytes text, unsigned *steps)
{
    for (size_t i = 0; i<x->templates.n && * steps> 0; i++) {
        pl_bytes pattern = x->templates.v[i].text;
        --*steps;
        if (pattern.p[0] == '(' && pattern.p[pattern.n - 1] == ')' && fits(x, pattern, text, steps))
            return true;
    }
    return false;
}

static bool is_hole(const struct pl_own *x, pl_bytes text, unsigned *steps)
{
    bool has_bracket = text.n > 2 && text.p[0] == '(';
    return has_bracket ? text.p[text.n - 1] == ')' && is_inner(x, text, steps) : pl_own_derives(x, text);
}

/* Is the line the template with something in its holes? `steps` bounds the search. Recursion is as deep as a template has holes, twice. */
static bool fits(const struct pl_own *x, pl_bytes pattern, pl_bytes line, unsigned *steps)
{
    size_t cut = pl_bytes_find_byte(pattern, PL_HOLE, 0);
    pl_bytes literal = pl_bytes_sub(pattern, 0, cut);
    if (*steps == 0 || !pl_bytes_starts(line, literal))
        return false;
    line = pl_bytes_from(line, literal.n);
    if (cut == SIZE_MAX)
        return line.n == 0;
    pattern = pl_bytes_from(pattern, cut + 1);
    for (size_t n = 0; n <= line.n && n <= MAX_HOLE && *steps > 0; n++) {
        if (n > 0 && !may_hold(line, n - 1))
            return false;
        --*steps;
        bool may_go_on = pattern.n == 0
                             ? n == line.n
                             : n < line.n && (pattern.p[0] == PL_HOLE || pattern.p[0] == line.p[n]);
        if (may_go_on && is_hole(x, pl_bytes_sub(line, 0, n), steps) &&
            fits(x, pattern, pl_bytes_from(line, n), steps))
            return true;
    }
    return false;
}

/* The first template that the line is made from, one without holes before all others; NULL when there is none. */
static const struct pl_own_template *template_of(struct pl_own *x, pl_bytes line)
{
    const struct pl_own_template *found = NULL;
    for (size_t i = 0; i < x->templates.n && x->steps < MAX_STEPS; i++) {
        const struct pl_own_template *t = &x->templates.v[i];
        unsigned steps = LINE_STEPS;
        x->steps++;
        if ((t->text.p[0] != line.p[0] && t->text.p[0] != PL_HOLE) || (found != NULL && t->has_holes))
            continue;
        if (!t->has_holes && pl_bytes_eq(t->text, line))
            return t;
        if (t->has_holes && fits(x, t->text, line, &steps))
            found = t;
        x->steps += LINE_STEPS - steps;
    }
    return found;
}

/* Does a line near the beginning that has holes for a file's name come from the templates? "Generated from %s" */
static bool writes_head(struct pl_own *x)
{
    pl_bytes head = pl_bytes_sub(x->f->data, 0, HEAD_BYTES);
    pl_bytes line;
    while (pl_bytes_line(&head, &line)) {
        line = pl_bytes_trim(line);
        for (size_t i = 0; i < x->n_named && line.n >= HEAD_LINE_MIN; i++) {
            pl_bytes name = pl_bytes_basename(pl_index_unit_file(x->m->index, x->named[i])->path);
            const struct pl_own_template *t =
                pl_bytes_find(line, name, 0) == SIZE_MAX ? NULL : template_of(x, line);
            if (t != NULL && t->has_holes && pl_bytes_find(t->text, name, 0) == SIZE_MAX)
                return true;
        }
    }
    return false;
}

/* Is the unit a script of the revision? */
static bool is_own_script(const struct pl_own *x, uint32_t unit)
{
    const struct pl_source_file *source = pl_index_unit_file(x->m->index, unit);
    return pl_is_generator(source->path) && pl_index_unit_is_own(x->m->index, unit);
}

static pl_status read_script(struct pl_own *x, uint32_t unit, struct pl_err *err)
{
    const struct pl_source_file *script = pl_index_unit_file(x->m->index, unit);
    x->script = unit;
    x->templates.n = 0;
    return pl_own_templates_read(script->path, script->data, x->m->scratch, &x->templates, err);
}

/* The script that the head names; else, of a head that names what a script read, the script that writes such a line. */
static pl_status find_script(struct pl_own *x, bool *found, struct pl_err *err)
{
    pl_status st = PL_OK;
    *found = false;
    for (size_t i = 0; i < x->n_named && !*found && st == PL_OK; i++)
        if (is_own_script(x, x->named[i])) {
            st = read_script(x, x->named[i], err);
            *found = true;
        }
    size_t tried = 0;
    for (size_t u = 0; u < pl_index_unit_count(x->m->index) && !*found && st == PL_OK; u++) {
        if (tried == MAX_TRIED || !is_own_script(x, (uint32_t)u))
            continue;
        tried++;
        st = read_script(x, (uint32_t)u, err);
        *found = st == PL_OK && writes_head(x);
    }
    return st;
}

static pl_status claim_line(struct pl_own *x, size_t offset, size_t length, const struct pl_own_template *t,
                            struct pl_err *err)
{
    pl_bytes path = pl_index_unit_file(x->m->index, x->script)->path;
    unsigned long long line = pl_index_line_of(x->m->index, x->script, t->at);
    const char *source = pl_arena_printf(x->m->arena, "%.*s:%llu", PL_ARG(path), line);
    if (source == NULL)
        return pl_arena_fail(x->m->arena, err);
    return pl_match_claim(x->f, offset, length, PL_CLASS_DERIVED, t->has_holes ? PL_GRADE_C : PL_GRADE_B,
                          PL_OWN_RULE, source, err);
}

static pl_status judge_lines(struct pl_own *x, struct pl_err *err)
{
    pl_bytes data = x->f->data;
    pl_bytes rest = data;
    pl_bytes line;
    uint64_t gap = 0;
    uint64_t length = 0;
    pl_status st = PL_OK;
    while (st == PL_OK && pl_bytes_line(&rest, &line)) {
        size_t offset = (size_t)(line.p - data.p);
        size_t end = rest.n > 0 ? (size_t)(rest.p - data.p) : data.n;
        pl_bytes bare = pl_bytes_trim(line);
        while (gap + length <= offset)
            if (!pl_ledger_gap(&x->f->ledger, gap + length, &gap, &length))
                return PL_OK;
        if (gap >= end || bare.n == 0 || bare.n > MAX_LINE)
            continue;
        const struct pl_own_template *t = template_of(x, bare);
        if (t != NULL)
            st = claim_line(x, offset, end - offset, t, err);
    }
    return st;
}

pl_status pl_own_open(const struct pl_match *m, struct pl_file *f, struct pl_own **out, struct pl_err *err)
{
    bool found = false;
    *out = NULL;
    if (f->data.n == 0 || f->data.n > MAX_BYTES || f->container != NULL || !pl_is_compiled_name(f->name) ||
        pl_ledger_unclaimed(&f->ledger) == 0 || !pl_looks_like_text(f->data))
        return PL_OK;
    struct pl_own *x = pl_arena_take(m->scratch, sizeof *x);
    if (x == NULL)
        return pl_arena_fail(m->scratch, err);
    *x = (struct pl_own){.m = m, .f = f};
    pl_map_init(&x->parts);
    find_named(x);
    pl_status st = x->n_named == 0 ? PL_OK : read_named(x, err);
    if (st == PL_OK && x->n_named > 0)
        st = find_script(x, &found, err);
    if (st == PL_OK && found)
        st = read_words(x, x->script, err);
    if (st == PL_OK && found)
        *out = x;
    else
        pl_own_close(x);
    return st;
}

void pl_own_close(struct pl_own *x)
{
    if (x == NULL)
        return;
    pl_map_reset(&x->parts);
    PL_VEC_FREE(&x->templates);
}

static pl_status apply(const struct pl_match *m, struct pl_file *f, struct pl_err *err)
{
    struct pl_own *x;
    pl_status st = pl_own_open(m, f, &x, err);
    if (st == PL_OK && x != NULL)
        st = judge_lines(x, err);
    pl_own_close(x);
    return st;
}

const struct pl_rung pl_rung_own_generator = {
    .rule = PL_OWN_RULE,
    .what = "In a file to be compiled that names a script of the revision: lines of that script's string "
            "literals, with words of the script and of what it "
            "read in place of its variables.",
    .source = "the script; Python Library Reference, \"printf-style String Formatting\"; perlop(1)",
    .pass = PL_PASS_FILE,
    .apply = apply,
};
