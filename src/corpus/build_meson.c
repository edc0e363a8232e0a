/*
 * build_meson.c - macros whose texts meson.build files put together out of variables, lists and directories.
 *
 *     foreach panel : ['color', 'sound']
 *       cflags = ['-DG_LOG_DOMAIN="@0@-panel"'.format(panel)]       "color-panel", "sound-panel"
 *     datadir = join_paths(get_option('prefix'), get_option('datadir'))
 *     conf.set_quoted('SOUNDS', datadir / 'sounds')                 "/usr/share/sounds"
 *
 * Literals, variables, elements of lists over which a loop runs, join_paths(), get_option() of directories, format(), + and / are read; a text with anything else in it is
 * none. A variable has every value that the file assigns it, or, where it assigns none, any other file: meson runs them as one program, in an order that is not followed here.
 *
 * Source: Meson manual, "Syntax" and "Reference manual": str.format(), join_paths(), get_option(), cfg_data.set_quoted().
 * Not read here: dictionaries, conditions, methods of strings but format(), options with values of their own.
 */
#include "corpus/build_meson.h"

#include <string.h>

#define MAX_FILE_BYTES (4u << 20)
#define MAX_TEXTS      128u    /* of one expression */
#define MAX_ARGUMENTS  10u     /* @0@ to @9@ */
#define MAX_DEPTH      6u      /* variables in variables */
#define MAX_STEPS      4096u   /* parts that are read and texts that are made for one expression */
#define MAX_ALL_STEPS  100000u /* for all of them */
#define NO_INDEX       SIZE_MAX

struct texts {
    pl_bytes v[MAX_TEXTS];
    size_t n;
};

struct statement {
    pl_bytes name;
    pl_bytes text; /* what it is given or runs over, and all behind that */
    uint32_t file;
    bool is_loop;
};

struct meson {
    struct pl_build_variables *vars;
    PL_VEC(struct statement) all;
    uint32_t file; /* in which names are looked up first */
    pl_bytes busy[MAX_DEPTH +
                  2]; /* variables that are being looked up: one that refers to itself has no value there */
    size_t n_busy;
    unsigned steps; /* of this expression */
    unsigned all_steps;
};

static bool step(struct meson *m)
{
    m->steps++;
    return m->steps < MAX_STEPS && m->all_steps++ < MAX_ALL_STEPS;
}

static void add_text(struct texts *list, pl_bytes text)
{
    for (size_t i = 0; i < list->n; i++)
        if (pl_bytes_eq(list->v[i], text))
            return;
    if (list->n < MAX_TEXTS && text.n <= PL_BUILD_VALUE_BYTES)
        list->v[list->n++] = text;
}

static void skip_blanks(pl_bytes *rest)
{
    while (rest->n > 0 && (rest->p[0] == ' ' || rest->p[0] == '\t' || rest->p[0] == '\r'))
        *rest = pl_bytes_from(*rest, 1);
}

static void skip_space(pl_bytes *rest)
{
    for (skip_blanks(rest); rest->n > 0 && rest->p[0] == '\n'; skip_blanks(rest))
        *rest = pl_bytes_from(*rest, 1);
}

/* 'text', without escapes. */
static bool read_literal(pl_bytes *rest, pl_bytes *out)
{
    size_t close = rest->n > 0 && rest->p[0] == '\'' ? pl_bytes_find_byte(*rest, '\'', 1) : SIZE_MAX;
    if (close == SIZE_MAX)
        return false;
    *out = pl_bytes_sub(*rest, 1, close - 1);
    *rest = pl_bytes_from(*rest, close + 1);
    return pl_bytes_find_byte(*out, '\\', 0) == SIZE_MAX && pl_bytes_find_byte(*out, '\n', 0) == SIZE_MAX;
}

static pl_bytes read_name(pl_bytes *rest)
{
    pl_bytes name = pl_bytes_sub(*rest, 0, pl_build_name_length(*rest));
    *rest = pl_bytes_from(*rest, name.n);
    return name;
}

/* The strings of a list; of a list of lists, those that stand at `index` in theirs. */
static void add_elements(pl_bytes list, size_t index, struct texts *out)
{
    size_t depth = 0;
    size_t place = 0;
    pl_bytes text;
    while (list.n > 0) {
        uint8_t c = list.p[0];
        if (c == '#')
            list = pl_bytes_from(list, pl_bytes_find_byte(list, '\n', 0));
        bool is_read = c == '\'' && read_literal(&list, &text);
        bool is_asked = index == NO_INDEX ? depth == 1 : depth == 2 && place == index;
        if (is_read && is_asked)
            add_text(out, text);
        if (is_read)
            continue;
        place = c == '[' ? 0 : place + (c == ',');
        depth += c == '[';
        depth -= c == ']' && depth > 0;
        if (depth == 0 || c == '{' || c == '\'')
            return;
        list = pl_bytes_from(list, 1);
    }
}

/* The next statement behind `at` that gives this name something, in the file whose names count or, else, in all; SIZE_MAX behind the last. */
static size_t next_statement(const struct meson *m, pl_bytes name, bool is_local, size_t at)
{
    for (; at < m->all.n; at++)
        if (pl_bytes_eq(m->all.v[at].name, name) && (!is_local || m->all.v[at].file == m->file))
            return at;
    return SIZE_MAX;
}

static bool has_local(const struct meson *m, pl_bytes name)
{
    return next_statement(m, name, true, 0) != SIZE_MAX;
}

/* What a loop runs over: a list, or the name of one. */
static void add_listed(const struct meson *m, pl_bytes text, size_t index, struct texts *out)
{
    skip_blanks(&text);
    if (text.n > 0 && text.p[0] == '[') {
        add_elements(text, index, out);
        return;
    }
    pl_bytes name = read_name(&text);
    bool is_local = has_local(m, name);
    for (size_t i = 0; (i = next_statement(m, name, is_local, i)) != SIZE_MAX; i++) {
        pl_bytes list = m->all.v[i].text;
        skip_blanks(&list);
        if (!m->all.v[i].is_loop && list.n > 0 && list.p[0] == '[')
            add_elements(list, index, out);
    }
}

/* element[1], of the lists over which a loop runs. */
static void add_indexed(const struct meson *m, pl_bytes name, size_t index, struct texts *out)
{
    bool is_local = has_local(m, name);
    for (size_t i = 0; (i = next_statement(m, name, is_local, i)) != SIZE_MAX; i++)
        if (m->all.v[i].is_loop)
            add_listed(m, m->all.v[i].text, index, out);
}

static bool read_sum(struct meson *m, pl_bytes *rest, unsigned depth, struct texts *out);

/* The values of a variable. */
static bool add_values(struct meson *m, pl_bytes name, unsigned depth, struct texts *out)
{
    bool is_local = has_local(m, name);
    uint32_t file = m->file;
    for (size_t i = 0; i < m->n_busy; i++)
        if (pl_bytes_eq(m->busy[i], name))
            return false;
    m->busy[m->n_busy++] = name;
    for (size_t i = 0; (i = next_statement(m, name, is_local, i)) != SIZE_MAX; i++) {
        const struct statement *s = &m->all.v[i];
        struct texts some = {.n = 0};
        pl_bytes rest = s->text;
        m->file = s->file;
        if (s->is_loop)
            add_listed(m, s->text, NO_INDEX, &some);
        else if (!read_sum(m, &rest, depth + 1, &some) ||
                 (rest.n > 0 && rest.p[0] != '\n' && rest.p[0] != '#'))
            some.n = 0;
        m->file = file;
        for (size_t k = 0; k < some.n; k++)
            add_text(out, some.v[k]);
    }
    m->n_busy--;
    return out->n > 0;
}

/* What the build has for a variable of other build files: "${prefix}". */
static bool add_of_build(struct meson *m, pl_bytes name, struct texts *out)
{
    struct pl_build_values values;
    const char *reference = pl_arena_printf(&m->vars->scratch, "${%.*s}", PL_ARG(name));
    m->vars->is_out_of_memory = m->vars->is_out_of_memory || reference == NULL;
    if (reference == NULL)
        return false;
    pl_build_variables_evaluate(m->vars, pl_bytes_of_str(reference), &values);
    for (size_t i = 0; i < values.n; i++)
        add_text(out, values.v[i]);
    return out->n > 0;
}

/* a + b; a / b, where an absolute b stands for itself. */
static void join(struct meson *m, struct texts *left, const struct texts *right, bool is_path)
{
    struct texts both = {.n = 0};
    for (size_t i = 0; i < left->n; i++)
        for (size_t k = 0; k < right->n && both.n < MAX_TEXTS && step(m); k++) {
            pl_bytes a = left->v[i];
            pl_bytes b = right->v[k];
            bool is_alone = is_path && (pl_bytes_starts(b, PL_LIT("/")) || a.n == 0);
            bool needs_slash = is_path && !is_alone && !pl_bytes_ends(a, PL_LIT("/"));
            const char *text = pl_arena_printf(&m->vars->scratch, "%.*s%s%.*s",
                                               PL_ARG(pl_bytes_sub(a, 0, is_alone ? 0 : a.n)),
                                               needs_slash ? "/" : "", PL_ARG(b));
            m->vars->is_out_of_memory = m->vars->is_out_of_memory || text == NULL;
            if (text != NULL)
                add_text(&both, pl_bytes_of_str(text));
        }
    *left = both;
}

/* Arguments behind an open parenthesis, through the closing one. */
static bool read_arguments(struct meson *m, pl_bytes *rest, unsigned depth, struct texts *arguments,
                           size_t *n)
{
    *n = 0;
    for (skip_space(rest); rest->n > 0 && rest->p[0] != ')' && *n < MAX_ARGUMENTS; skip_space(rest)) {
        arguments[*n].n = 0;
        if (!read_sum(m, rest, depth + 1, &arguments[*n]))
            return false;
        ++*n;
        skip_space(rest);
        if (rest->n > 0 && rest->p[0] == ',')
            *rest = pl_bytes_from(*rest, 1);
        else if (rest->n > 0 && rest->p[0] != ')')
            return false;
    }
    return pl_bytes_skip(rest, PL_LIT(")"));
}

/* @0@ to @9@ of each text replaced by the arguments. */
static bool put_in(struct meson *m, struct texts *out, const struct texts *arguments, size_t n)
{
    struct texts whole = {.n = 0};
    for (size_t i = 0; i < out->n; i++) {
        struct texts made = {.v = {{(const uint8_t *)"", 0}}, .n = 1};
        pl_bytes rest = out->v[i];
        for (size_t at = 0; at + 2 < rest.n;) {
            bool is_mark = rest.p[at] == '@' && pl_is_digit(rest.p[at + 1]) && rest.p[at + 2] == '@';
            size_t which = is_mark ? (size_t)(rest.p[at + 1] - '0') : n;
            if (is_mark && which >= n)
                return false;
            if (!is_mark) {
                at++;
                continue;
            }
            struct texts before = {.v = {pl_bytes_sub(rest, 0, at)}, .n = 1};
            join(m, &made, &before, false);
            join(m, &made, &arguments[which], false);
            rest = pl_bytes_from(rest, at + 3);
            at = 0;
        }
        struct texts end = {.v = {rest}, .n = 1};
        join(m, &made, &end, false);
        for (size_t k = 0; k < made.n; k++)
            add_text(&whole, made.v[k]);
    }
    *out = whole;
    return out->n > 0;
}

static bool read_call(struct meson *m, pl_bytes name, pl_bytes *rest, unsigned depth, struct texts *out)
{
    struct texts arguments[MAX_ARGUMENTS];
    size_t n;
    if (!read_arguments(m, rest, depth, arguments, &n) || n == 0)
        return false;
    if (pl_bytes_eq_str(name, "format"))
        return put_in(m, out, arguments, n);
    if (pl_bytes_eq_str(name, "get_option"))
        return n == 1 && arguments[0].n == 1 && add_of_build(m, arguments[0].v[0], out);
    if (!pl_bytes_eq_str(name, "join_paths"))
        return false;
    *out = arguments[0];
    for (size_t i = 1; i < n; i++)
        join(m, out, &arguments[i], true);
    return out->n > 0;
}

/* A name: of a variable, of an element of one, of a function; or what the project is called. */
static bool read_named(struct meson *m, pl_bytes *rest, unsigned depth, struct texts *out)
{
    pl_bytes name = read_name(rest);
    uint64_t index;
    if (pl_bytes_eq_str(name, "meson") && pl_bytes_skip(rest, PL_LIT(".project_version()")))
        return add_of_build(m, PL_LIT("PROJECT_VERSION"), out);
    if (pl_bytes_eq_str(name, "meson") && pl_bytes_skip(rest, PL_LIT(".project_name()")))
        return add_of_build(m, PL_LIT("PROJECT_NAME"), out);
    if (name.n == 0 || pl_is_digit(name.p[0]))
        return false;
    if (pl_bytes_skip(rest, PL_LIT("(")))
        return read_call(m, name, rest, depth, out);
    if (!pl_bytes_skip(rest, PL_LIT("[")))
        return add_values(m, name, depth, out);
    if (!pl_bytes_to_u64(read_name(rest), &index) || !pl_bytes_skip(rest, PL_LIT("]")))
        return false;
    add_indexed(m, name, (size_t)index, out);
    return out->n > 0;
}

static bool read_part(struct meson *m, pl_bytes *rest, unsigned depth, struct texts *out)
{
    pl_bytes text;
    skip_space(rest);
    if (depth > MAX_DEPTH || !step(m) || rest->n == 0)
        return false;
    if (rest->p[0] == '\'') {
        if (!read_literal(rest, &text))
            return false;
        add_text(out, text);
    } else if (!read_named(m, rest, depth, out)) {
        return false;
    }
    while (pl_bytes_skip(rest, PL_LIT(".format(")))
        if (!read_call(m, PL_LIT("format"), rest, depth, out))
            return false;
    return rest->n == 0 || rest->p[0] != '.';
}

/* a + b / c: the texts that it may be; false when anything in it is not known. */
static bool read_sum(struct meson *m, pl_bytes *rest, unsigned depth, struct texts *out)
{
    bool is_known = read_part(m, rest, depth, out);
    for (skip_blanks(rest); is_known && rest->n > 0 && (rest->p[0] == '+' || rest->p[0] == '/');
         skip_blanks(rest)) {
        struct texts right = {.n = 0};
        bool is_path = rest->p[0] == '/';
        *rest = pl_bytes_from(*rest, 1);
        is_known = read_part(m, rest, depth, &right);
        join(m, out, &right, is_path);
    }
    return is_known && out->n > 0;
}

/* name = text, name += text, foreach name : text. */
static bool read_statement(struct meson *m, pl_bytes line, pl_bytes rest)
{
    struct statement s = {.file = m->file};
    line = pl_bytes_trim(line);
    s.is_loop = pl_bytes_skip(&line, PL_LIT("foreach "));
    skip_blanks(&line);
    s.name = read_name(&line);
    skip_blanks(&line);
    if (!s.is_loop)
        (void)pl_bytes_skip(&line, PL_LIT("+"));
    if (s.name.n == 0 || !pl_bytes_skip(&line, s.is_loop ? PL_LIT(":") : PL_LIT("=")) ||
        pl_bytes_starts(line, PL_LIT("=")))
        return true;
    s.text = pl_bytes_from(rest, (size_t)(line.p - rest.p));
    struct statement *kept = PL_VEC_ADD(&m->all);
    if (kept != NULL)
        *kept = s;
    return kept != NULL;
}

/* Who takes the macros, and where they stand. */
struct giving {
    struct meson *m;
    const struct pl_build_sink *sink;
    pl_source_ref ref;
    pl_bytes all;
    uint32_t line;
};

static void give(struct giving *g, pl_bytes name, pl_bytes text)
{
    bool is_plain = pl_bytes_find_byte(text, '"', 0) == SIZE_MAX && text.n > 0;
    if (!is_plain || name.n == 0 || g->m->vars->is_out_of_memory)
        return;
    struct pl_build_variables *vars = g->m->vars;
    const char *value = pl_arena_printf(vars->arena, "\"%.*s\"", PL_ARG(text));
    pl_bytes kept = pl_arena_keep(vars->arena, name);
    vars->is_out_of_memory = value == NULL || kept.p == NULL ||
                             !g->sink->macro(g->sink->ctx, kept, pl_bytes_of_str(value)) ||
                             (text.n >= 2 && !g->sink->value(g->sink->ctx, text, g->ref, g->line));
}

/* '-DNAME="text"', however it is put together. */
static void give_definition(struct giving *g, pl_bytes place)
{
    struct texts made = {.n = 0};
    pl_bytes rest = place;
    g->m->steps = 0;
    if (!read_sum(g->m, &rest, 0, &made))
        return;
    for (size_t i = 0; i < made.n; i++) {
        pl_bytes text = made.v[i];
        if (!pl_bytes_skip(&text, PL_LIT("-D")))
            continue;
        pl_bytes name = read_name(&text);
        if (pl_bytes_skip(&text, PL_LIT("=\"")) && pl_bytes_ends(text, PL_LIT("\"")))
            give(g, name, pl_bytes_sub(text, 0, text.n - 1));
    }
}

/* set_quoted('NAME', text); set('NAME', '"text"'), where the quotes are a part of it. */
static void give_set(struct giving *g, pl_bytes place, bool is_quoted)
{
    struct texts made = {.n = 0};
    pl_bytes rest = place;
    pl_bytes name;
    g->m->steps = 0;
    skip_space(&rest);
    if (!read_literal(&rest, &name) || !pl_bytes_skip(&rest, PL_LIT(",")) || !read_sum(g->m, &rest, 0, &made))
        return;
    for (size_t i = 0; i < made.n; i++) {
        pl_bytes text = made.v[i];
        bool has_quotes = text.n > 2 && text.p[0] == '"' && text.p[text.n - 1] == '"';
        if (is_quoted || has_quotes)
            give(g, name, is_quoted ? text : pl_bytes_sub(text, 1, text.n - 2));
    }
}

static void give_file(struct giving *g)
{
    pl_bytes rest = g->all;
    pl_bytes line;
    for (g->line = 1; !g->m->vars->is_out_of_memory && pl_bytes_line(&rest, &line); g->line++) {
        pl_bytes from = pl_bytes_from(g->all, (size_t)(line.p - g->all.p));
        for (size_t at = 0; at < line.n && line.p[at] != '#'; at++) {
            pl_bytes place = pl_bytes_from(from, at);
            if (pl_bytes_starts(place, PL_LIT("'-D")))
                give_definition(g, place);
            else if (pl_bytes_skip(&place, PL_LIT(".set_quoted(")))
                give_set(g, place, true);
            else if (pl_bytes_skip(&place, PL_LIT(".set(")))
                give_set(g, place, false);
        }
    }
    pl_arena_reset(&g->m->vars->scratch);
}

static bool is_meson(const struct pl_source_file *f)
{
    return pl_bytes_eq_str(pl_bytes_basename(f->path), "meson.build") && f->data.n <= MAX_FILE_BYTES;
}

/* All statements of the meson.build files, or (is_giving) what these give. */
static void read_files(const struct pl_index *ix, struct giving *g, bool is_giving)
{
    uint32_t file = 0;
    for (uint32_t t = 0; t < pl_index_tree_count(ix); t++) {
        const struct pl_source_tree *tree = pl_index_tree(ix, t);
        for (uint32_t i = 0; i < tree->files.n && tree->rank == PL_RANK_OWN; i++) {
            pl_bytes rest = tree->files.v[i].data;
            pl_bytes line;
            if (!is_meson(&tree->files.v[i]) || g->m->vars->is_out_of_memory)
                continue;
            g->ref = (pl_source_ref){t, i};
            g->all = rest;
            g->m->file = file++;
            if (is_giving)
                give_file(g);
            while (!is_giving && pl_bytes_line(&rest, &line) && !g->m->vars->is_out_of_memory)
                g->m->vars->is_out_of_memory = !read_statement(g->m, line, tree->files.v[i].data);
        }
    }
}

void pl_build_meson(const struct pl_index *ix, struct pl_build_variables *vars,
                    const struct pl_build_sink *sink)
{
    struct meson m = {.vars = vars};
    struct giving g = {.m = &m, .sink = sink};
    read_files(ix, &g, false);
    read_files(ix, &g, true);
    PL_VEC_FREE(&m.all);
}
