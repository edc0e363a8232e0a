/*
 * template.c - config.status(1) and sed(1) style substitution, undone.
 *
 *     source:  xz='@xz@ --format=auto'      literal | variable | literal
 *     text:    xz='xz --format=auto'        "xz='"  | "xz"     | " --format=auto'"
 *
 * A variable that was seen has its value. For a new one the shortest value is tried after which the whole next literal fits; when
 * that leads nowhere, the next longer one (backtracking, with a bound on the steps). A variable that stands in the text as it
 * does in the source was not replaced. Two variables side by side cannot be told apart and do not match, unless known.
 */
#include "match/template.h"
#include "format/text/fold.h"
#include "match/cover.h"
#include "match/small_templates.h"

#include <stdlib.h>
#include <string.h>

#define RULE           "text.template"
#define MAX_STEPS      200000u
#define MAX_TOKENS     20000u
#define MAX_VOTES      64u
#define MAX_PLACES     8u /* of one anchor or line */
#define MAX_CANDIDATES 6u
#define VOTE_BYTES     65536u
#define VOTE_LINES     64u
#define SMALL_BYTES    (PL_SMALL_TEMPLATE_BYTES / 2) /* of a file; its template may have twice as many */

struct token {
    size_t offset; /* in the source */
    size_t length;
    bool is_variable;
};

struct choice {
    size_t token; /* a new variable */
    size_t at;    /* where its value begins in the text */
    size_t length;
    size_t n_values; /* known before it */
    size_t n_parts;
};

struct matcher {
    struct pl_template *t;
    pl_bytes source;
    pl_bytes text;
    PL_VEC(struct token) tokens;
    PL_VEC(struct choice) choices;
    size_t steps;
};

void pl_template_init(struct pl_template *t, bool is_active)
{
    *t = (struct pl_template){.is_active = is_active};
}

void pl_template_reset(struct pl_template *t)
{
    PL_VEC_FREE(&t->values);
    PL_VEC_FREE(&t->parts);
}

static bool is_name_byte(uint8_t c, bool is_first)
{
    bool is_letter = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_';
    return is_letter || (!is_first && c >= '0' && c <= '9');
}

/* Length of the variable at `at`, or 0. */
static size_t variable_at(pl_bytes s, size_t at)
{
    size_t i = at + 1;
    uint8_t end = '@';
    if (s.p[at] == '$') {
        if (i >= s.n || s.p[i] != '{')
            return 0;
        i++;
        end = '}';
    } else if (s.p[at] != '@') {
        return 0;
    }
    size_t name = i;
    while (i < s.n && is_name_byte(s.p[i], i == name))
        i++;
    return i > name && i < s.n && s.p[i] == end ? i + 1 - at : 0;
}

/* Files without any are the rule: bytes are skipped eight at a time until one could begin a variable. */
static size_t next_variable(pl_bytes s, size_t at, size_t *length)
{
    size_t marks[] = {pl_bytes_find_byte(s, '@', at), pl_bytes_find_byte(s, '$', at)};
    for (;;) {
        size_t k = marks[1] < marks[0];
        if (marks[k] == SIZE_MAX)
            return s.n;
        *length = variable_at(s, marks[k]);
        if (*length > 0)
            return marks[k];
        marks[k] = pl_bytes_find_byte(s, k == 0 ? '@' : '$', marks[k] + 1);
    }
}

bool pl_template_has_variable(pl_bytes source)
{
    size_t length = 0;
    return next_variable(source, 0, &length) < source.n;
}

size_t pl_template_own_bytes(pl_bytes source, pl_bytes *before)
{
    size_t length = 0;
    size_t at = next_variable(source, 0, &length);
    size_t own = at;
    *before = pl_bytes_sub(source, 0, at);
    while (at < source.n) {
        size_t end = at + length;
        at = next_variable(source, end, &length);
        own += at - end;
    }
    return own;
}

/* Cut the source into literals and variables; false: out of memory. Too many tokens leave the list empty. */
static bool cut_tokens(struct matcher *x)
{
    size_t at = 0;
    while (at < x->source.n && x->tokens.n < MAX_TOKENS) {
        size_t length = 0;
        size_t variable = next_variable(x->source, at, &length);
        if (variable > at) {
            struct token *t = PL_VEC_ADD(&x->tokens);
            if (t == NULL)
                return false;
            *t = (struct token){at, variable - at, false};
        }
        if (variable < x->source.n) {
            struct token *t = PL_VEC_ADD(&x->tokens);
            if (t == NULL)
                return false;
            *t = (struct token){variable, length, true};
        }
        at = variable < x->source.n ? variable + length : x->source.n;
    }
    if (at < x->source.n)
        x->tokens.n = 0;
    return true;
}

static pl_bytes token_bytes(const struct matcher *x, size_t token)
{
    return pl_bytes_sub(x->source, x->tokens.v[token].offset, x->tokens.v[token].length);
}

static bool stands_at(const struct matcher *x, size_t at, pl_bytes what)
{
    return pl_bytes_starts(pl_bytes_from(x->text, at), what);
}

static const struct pl_template_value *known_value(const struct pl_template *t, pl_bytes variable)
{
    for (size_t i = 0; i < t->values.n; i++)
        if (pl_bytes_eq(t->values.v[i].variable, variable))
            return &t->values.v[i];
    return NULL;
}

static bool may_be_value(const struct pl_template *t, uint8_t c)
{
    return c != '\n' && c != 0 && !(t->is_active && strchr(";|&$(`", c) != NULL);
}

/*
 * The shortest value of the variable `token` at `at`, at least `from` bytes long, after which the next token fits; SIZE_MAX when
 * there is none.
 */
static size_t value_length(struct matcher *x, size_t token, size_t at, size_t from)
{
    bool is_last = token + 1 == x->tokens.n;
    if (!is_last && x->tokens.v[token + 1].is_variable)
        return SIZE_MAX;
    for (size_t n = 0; n <= PL_TEMPLATE_VALUE_MAX && n <= x->text.n - at; n++) {
        bool fits = is_last ? at + n == x->text.n : stands_at(x, at + n, token_bytes(x, token + 1));
        x->steps++;
        if (fits && n >= from)
            return n;
        if (at + n < x->text.n && !may_be_value(x->t, x->text.p[at + n]))
            break;
    }
    return SIZE_MAX;
}

static bool add_part(struct matcher *x, size_t at, size_t length, size_t token)
{
    struct pl_template_part *part = PL_VEC_ADD(&x->t->parts);
    if (part == NULL)
        return false;
    *part = (struct pl_template_part){
        .offset = at, .length = length, .template_offset = x->tokens.v[token].offset};
    if (x->tokens.v[token].is_variable)
        part->variable = token_bytes(x, token);
    return true;
}

static bool add_value(struct matcher *x, size_t token, pl_bytes value)
{
    struct pl_template_value *v = PL_VEC_ADD(&x->t->values);
    if (v == NULL)
        return false;
    *v = (struct pl_template_value){token_bytes(x, token), value};
    return true;
}

/* Take back the last choice that has a longer value; *token and *at go on after it. False when none is left. */
static bool go_back(struct matcher *x, size_t *token, size_t *at)
{
    while (x->choices.n > 0) {
        struct choice *c = &x->choices.v[x->choices.n - 1];
        x->t->values.n = c->n_values;
        x->t->parts.n = c->n_parts;
        c->length = x->steps > MAX_STEPS ? SIZE_MAX : value_length(x, c->token, c->at, c->length + 1);
        if (c->length != SIZE_MAX) {
            *token = c->token;
            *at = c->at;
            return true;
        }
        x->choices.n--;
    }
    return false;
}

/* Length of what stands for `token` at `at`, or SIZE_MAX; a new variable adds a choice. False: out of memory. */
static bool fit_token(struct matcher *x, size_t token, size_t at, size_t *length)
{
    pl_bytes bytes = token_bytes(x, token);
    const struct pl_template_value *known = x->tokens.v[token].is_variable ? known_value(x->t, bytes) : NULL;
    *length = SIZE_MAX;
    if (!x->tokens.v[token].is_variable || known != NULL) {
        pl_bytes wanted = known != NULL ? known->value : bytes;
        if (stands_at(x, at, wanted))
            *length = wanted.n;
        return true;
    }
    if (stands_at(x, at, bytes)) { /* not replaced */
        *length = bytes.n;
        return add_value(x, token, bytes);
    }
    bool is_again = x->choices.n > 0 && x->choices.v[x->choices.n - 1].token == token;
    if (!is_again) {
        size_t shortest = value_length(x, token, at, 0);
        if (shortest == SIZE_MAX)
            return true;
        struct choice *c = PL_VEC_ADD(&x->choices);
        if (c == NULL)
            return false;
        *c = (struct choice){token, at, shortest, x->t->values.n, x->t->parts.n};
    }
    *length = x->choices.v[x->choices.n - 1].length;
    return add_value(x, token, pl_bytes_sub(x->text, at, *length));
}

static pl_status run_matcher(struct matcher *x, bool *found, struct pl_err *err)
{
    size_t token = 0;
    size_t at = 0;
    *found = false;
    if (x->tokens.n == 0)
        return PL_OK;
    for (;;) {
        if (token == x->tokens.n && at == x->text.n) {
            *found = true;
            return PL_OK;
        }
        size_t length = SIZE_MAX;
        if (token < x->tokens.n && !fit_token(x, token, at, &length))
            return pl_fail_nomem(err);
        if (length == SIZE_MAX) {
            if (!go_back(x, &token, &at))
                return PL_OK;
            continue;
        }
        if (!add_part(x, at, length, token))
            return pl_fail_nomem(err);
        at += length;
        token++;
        x->steps++;
    }
}

static bool replaces_something(const struct pl_template *t, pl_bytes text)
{
    for (size_t i = 0; i < t->parts.n; i++) {
        const struct pl_template_part *p = &t->parts.v[i];
        if (p->variable.n > 0 && !pl_bytes_eq(p->variable, pl_bytes_sub(text, p->offset, p->length)))
            return true;
    }
    return false;
}

/* What stands before the first variable begins the text, too. */
static bool begins_alike(pl_bytes source, pl_bytes text)
{
    size_t length = 0;
    return pl_bytes_starts(text, pl_bytes_sub(source, 0, next_variable(source, 0, &length)));
}

pl_status pl_template_match(struct pl_template *t, pl_bytes source, pl_bytes text, bool *found,
                            struct pl_err *err)
{
    struct matcher x = {.t = t, .source = source, .text = text};
    size_t old_values = t->values.n;
    bool is_match = false;
    pl_status st = PL_OK;
    t->parts.n = 0;
    if (!begins_alike(source, text)) {
        *found = false;
        return PL_OK;
    }
    if (!cut_tokens(&x))
        st = pl_fail_nomem(err);
    if (st == PL_OK)
        st = run_matcher(&x, &is_match, err);
    if (is_match && !replaces_something(t, text))
        is_match = false;
    if (!is_match)
        t->values.n = old_values;
    PL_VEC_FREE(&x.tokens);
    PL_VEC_FREE(&x.choices);
    if (st == PL_OK)
        *found = is_match;
    return st;
}

pl_status pl_template_claim(const struct pl_match *m, struct pl_file *f, const struct pl_template *t,
                            const struct pl_run *where, enum pl_grade literal_grade, struct pl_err *err)
{
    pl_status st = PL_OK;
    for (size_t i = 0; i < t->parts.n && st == PL_OK; i++) {
        const struct pl_template_part *p = &t->parts.v[i];
        struct pl_run run = {where->offset + p->offset, p->length, where->unit,
                             where->source_offset + p->template_offset};
        pl_bytes value = pl_bytes_sub(f->data, (size_t)run.offset, p->length);
        struct pl_claim how = {.class = PL_CLASS_DERIVED, .grade = literal_grade, .rule = RULE};
        if (p->variable.n == 0 || pl_bytes_eq(p->variable, value)) {
            st = pl_claim_from_source(m, f, &run, &how, err);
            continue;
        }
        pl_bytes path = pl_index_unit_file(m->index, where->unit)->path;
        how.offset = run.offset;
        how.length = run.length;
        how.grade = PL_GRADE_B;
        how.source_offset = PL_NO_OFFSET;
        how.source =
            pl_arena_printf(m->arena, "%.*s:%llu", PL_ARG(path),
                            (unsigned long long)pl_index_line_of(m->index, run.unit, run.source_offset));
        how.note = pl_arena_printf(m->arena, "%.*s=%.*s", PL_ARG(p->variable), PL_ARG(value));
        if (how.source == NULL || how.note == NULL)
            return pl_arena_fail(m->arena, err);
        st = pl_ledger_claim(&f->ledger, &how, err);
    }
    return st;
}

/* Units that share anchors or lines with a file, each with how many. */
struct votes {
    uint32_t unit[MAX_VOTES];
    uint32_t count[MAX_VOTES];
    size_t n;
};

static void vote(const struct pl_match *m, pl_places places, struct votes *v)
{
    for (size_t k = 0; k < places.n && k < MAX_PLACES; k++) {
        uint32_t unit = pl_index_unit_at(m->index, pl_places_position(places, k));
        size_t slot = 0;
        while (slot < v->n && v->unit[slot] != unit)
            slot++;
        if (slot == MAX_VOTES)
            continue;
        if (slot == v->n) {
            v->unit[v->n] = unit;
            v->count[v->n++] = 0;
        }
        v->count[slot]++;
    }
}

static pl_status count_votes(const struct pl_match *m, const struct pl_file *f, struct votes *v,
                             struct pl_err *err)
{
    const struct pl_postings *lines;
    struct pl_anchors anchors = {0};
    pl_bytes head = pl_bytes_sub(f->data, 0, VOTE_BYTES);
    pl_status st = pl_anchors_add(&anchors, head, 0, pl_anchor_best_path(), err);
    for (size_t i = 0; i < anchors.n; i++)
        vote(m, pl_postings_find(pl_index_anchors(m->index), pl_anchor_hash(anchors.v[i])), v);
    pl_anchors_reset(&anchors);
    if (st == PL_OK)
        st = pl_index_lines(m->index, &lines, err);
    if (st != PL_OK)
        return st;
    pl_bytes line;
    for (size_t i = 0; i < VOTE_LINES && pl_bytes_line(&head, &line); i++)
        vote(m, pl_postings_find(lines, pl_line_hash(pl_bytes_trim(line))), v);
    return PL_OK;
}

/* Take the unit with the most votes off the list, the smaller number on a tie; false when none is left. */
static bool take_best(struct votes *v, uint32_t *unit)
{
    size_t best = 0;
    for (size_t i = 1; i < v->n; i++)
        if (v->count[i] > v->count[best] || (v->count[i] == v->count[best] && v->unit[i] < v->unit[best]))
            best = i;
    if (v->n == 0)
        return false;
    *unit = v->unit[best];
    v->n--;
    v->unit[best] = v->unit[v->n];
    v->count[best] = v->count[v->n];
    return true;
}

/* Bytes of the text that stand in the template as they are. */
static uint64_t literal_bytes(const struct pl_template *t)
{
    uint64_t n = 0;
    for (size_t i = 0; i < t->parts.n; i++)
        n += t->parts.v[i].variable.n == 0 ? t->parts.v[i].length : 0;
    return n;
}

/* At least `least` bytes of the file must be the template's own. */
static pl_status try_unit(const struct pl_match *m, struct pl_file *f, uint32_t unit, uint64_t least,
                          bool *found, struct pl_err *err)
{
    pl_bytes source = pl_index_unit_file(m->index, unit)->data;
    struct pl_template t;
    struct pl_run all = {.unit = unit};
    if (!pl_index_unit_is_text(m->index, unit) || !pl_template_has_variable(source))
        return PL_OK;
    pl_template_init(&t, f->role == PL_ROLE_ACTIVE);
    pl_status st = pl_template_match(&t, source, f->data, found, err);
    *found = st == PL_OK && *found && literal_bytes(&t) >= least;
    if (*found)
        st = pl_template_claim(m, f, &t, &all, PL_GRADE_A, err);
    pl_template_reset(&t);
    return st;
}

/* A script of a few short lines (grep: egrep, fgrep) shares no line with its template that would tell; most of it must be the template's. */
static pl_status try_small(const struct pl_match *m, struct pl_file *f, bool *found, struct pl_err *err)
{
    uint32_t units[PL_SMALL_TRIES];
    size_t n = 0;
    pl_status st = PL_OK;
    if (f->size <= SMALL_BYTES && m->small_templates != NULL)
        pl_small_templates_of(m->small_templates, f->data, f->size / 2, units, &n);
    for (size_t i = 0; i < n && st == PL_OK && !*found; i++)
        st = try_unit(m, f, units[i], f->size / 2, found, err);
    return st;
}

static pl_status template_rung(const struct pl_match *m, struct pl_file *f, struct pl_err *err)
{
    static const char *const endings[] = {".in", ".in.in", ".tmpl", ".template", ".tpl", ""};
    bool found = false;
    pl_status st = PL_OK;
    if (!pl_is_unclaimed(f) || f->data.p == NULL || !f->is_whole || !pl_is_text(f->data) || pl_is_image(f))
        return PL_OK;
    for (size_t e = 0; e < sizeof endings / sizeof endings[0] && st == PL_OK && !found; e++) {
        const char *name =
            pl_arena_printf(m->scratch, "%.*s%s", PL_ARG(pl_bytes_basename(f->name)), endings[e]);
        if (name == NULL)
            return pl_arena_fail(m->scratch, err);
        pl_units units = pl_index_units_of_name(m->index, pl_bytes_of_str(name));
        for (size_t i = 0; i < units.n && i < PL_POSTINGS_CAP && st == PL_OK && !found; i++)
            st = try_unit(m, f, units.v[i], 0, &found, err);
    }
    struct votes votes = {0};
    uint32_t unit = 0;
    if (st == PL_OK && !found)
        st = count_votes(m, f, &votes, err);
    for (size_t i = 0; i < MAX_CANDIDATES && st == PL_OK && !found && take_best(&votes, &unit); i++)
        st = try_unit(m, f, unit, 0, &found, err);
    return st == PL_OK && !found ? try_small(m, f, &found, err) : st;
}

const struct pl_rung pl_rung_text_template = {
    .rule = RULE,
    .what = "The file is a source file with @VARIABLE@ or ${VARIABLE} replaced; the values are in the notes.",
    .source = "config.status: Autoconf manual, section 4.7",
    .pass = PL_PASS_FILE,
    .apply = template_rung,
};
