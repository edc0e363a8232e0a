/*
 * python_stated.c - reading what a Python project says of itself, without running it.
 *
 * Of .py files the string literals, neighbours joined, and each of their lines; of .cfg and .toml files the lines, what stands before and behind their
 * first equals sign, and strings; of lists of requirements the lines. All of it in one set: which setting it belongs to is not looked at, so that
 * `url = X` may come out as Author. That is the price of not running setup.py; what is not there cannot come out at all.
 *
 * Source: setuptools, "Configuring setuptools using setup.cfg files"; PEP 621; PEP 503; PEP 508.
 */
#include "match/python_stated.h"

#include <string.h>

#define MAX_FILE  (4u << 20)
#define MAX_BYTES (64u << 20)
#define MAX_VALUE 2048u
#define MAX_SPECS 16u

/* A text in small letters without blanks, quotes and parentheses. */
struct squashed {
    uint8_t bytes[MAX_VALUE];
    size_t n;
    bool is_cut;
};

static void squash_byte(struct squashed *s, uint8_t c)
{
    if (c == 0 || memchr(" \t\r\n\"'()\\", c, 9) != NULL)
        return;
    if (s->n == MAX_VALUE) {
        s->is_cut = true;
        return;
    }
    s->bytes[s->n++] = c >= 'A' && c <= 'Z' ? (uint8_t)(c + 32) : c;
}

static void squash(struct squashed *s, pl_bytes text)
{
    s->n = 0;
    s->is_cut = false;
    for (size_t i = 0; i < text.n && !s->is_cut; i++)
        squash_byte(s, text.p[i]);
}

static pl_bytes view(const struct squashed *s)
{
    return pl_bytes_of(s->bytes, s->n);
}

/* "-", "_" and "." of a name are one. */
static void fold_name(struct squashed *s)
{
    for (size_t i = 0; i < s->n; i++)
        if (s->bytes[i] == '_' || s->bytes[i] == '.')
            s->bytes[i] = '-';
}

static pl_status say(struct pl_stated *x, const struct squashed *s, struct pl_err *err)
{
    if (s->n == 0 || s->is_cut || pl_map_get(&x->said, view(s), NULL))
        return PL_OK;
    pl_bytes kept = pl_arena_keep(x->m->scratch, view(s));
    return kept.p == NULL ? pl_arena_fail(x->m->scratch, err) : pl_map_set(&x->said, kept, 1, err);
}

pl_bytes pl_stated_name_of(pl_bytes requirement)
{
    size_t n = 0;
    requirement = pl_bytes_trim(requirement);
    while (n < requirement.n && memchr(" \t([<>=!~;@", requirement.p[n], 11) == NULL)
        n++;
    return pl_bytes_sub(requirement, 0, n);
}

/* Where the versions of a requirement begin: the first of "<>=!~". */
static size_t spec_start(pl_bytes text)
{
    size_t i = 0;
    while (i < text.n && (text.p[i] == 0 || memchr("<>=!~", text.p[i], 5) == NULL))
        i++;
    return i;
}

/* Sort the versions behind the name: ">=1,<2" and "<2,>=1" ask for the same. False when there are none, or too many. */
static bool sort_specs(const struct squashed *in, struct squashed *out)
{
    pl_bytes all = view(in);
    pl_bytes specs[MAX_SPECS];
    size_t n = 0;
    size_t start = spec_start(all);
    pl_bytes rest = pl_bytes_from(all, start);
    pl_bytes part;
    while (pl_bytes_split(&rest, ',', &part)) {
        if (n == MAX_SPECS)
            return false;
        size_t at = n++;
        for (; at > 0 && pl_bytes_cmp(specs[at - 1], part) > 0; at--)
            specs[at] = specs[at - 1];
        specs[at] = part;
    }
    out->n = 0;
    out->is_cut = false;
    for (size_t i = 0; i < start; i++)
        squash_byte(out, all.p[i]);
    fold_name(out);
    for (size_t i = 0; i < n; i++) {
        for (size_t k = 0; k < specs[i].n; k++)
            squash_byte(out, specs[i].p[k]);
        squash_byte(out, ',');
    }
    return n > 0 && start > 0 && !out->is_cut;
}

/* Where the condition of an extra begins, "i18n:python_version<3.8", or of one without a name; SIZE_MAX for none. */
static size_t marker_start(pl_bytes text)
{
    static const char *const words[] = {"python_", "sys_platform", "platform_", "os_name", "implementation_"};
    size_t colon = pl_bytes_find_byte(text, ':', 0);
    for (size_t i = 0; colon != SIZE_MAX && i < sizeof words / sizeof words[0]; i++)
        if (pl_bytes_starts(pl_bytes_from(text, colon + 1), pl_bytes_of_str(words[i])))
            return colon + 1;
    return SIZE_MAX;
}

/* A text as it is, with its versions in order, what is behind its equals sign, and the name it begins with. */
static pl_status say_text(struct pl_stated *x, pl_bytes text, struct pl_err *err)
{
    struct squashed s;
    struct squashed sorted;
    squash(&s, text);
    pl_status st = say(x, &s, err);
    size_t semicolon = pl_bytes_find_byte(view(&s), ';', 0);
    if (st == PL_OK && semicolon != SIZE_MAX) {
        struct squashed marker;
        squash(&marker, pl_bytes_from(view(&s), semicolon + 1));
        st = say(x, &marker, err);
        s.n = semicolon;
        if (st == PL_OK)
            st = say(x, &s, err);
    }
    if (st == PL_OK && sort_specs(&s, &sorted))
        st = say(x, &sorted, err);
    size_t equals = pl_bytes_find_byte(view(&s), '=', 0);
    if (st == PL_OK && equals != SIZE_MAX) { /* an entry point: "name = module:function" */
        struct squashed value;
        squash(&value, pl_bytes_from(view(&s), equals + 1));
        st = say(x, &value, err);
    }
    size_t marker = marker_start(view(&s));
    if (st == PL_OK && marker != SIZE_MAX) {
        struct squashed behind;
        squash(&behind, pl_bytes_from(view(&s), marker));
        st = say(x, &behind, err);
    }
    if (st == PL_OK) {
        squash(&s, pl_stated_name_of(text));
        fold_name(&s);
        st = say(x, &s, err);
    }
    return st;
}

static pl_status say_lines(struct pl_stated *x, pl_bytes text, struct pl_err *err)
{
    pl_bytes line;
    pl_status st = PL_OK;
    while (st == PL_OK && pl_bytes_line(&text, &line))
        st = say_text(x, line, err);
    return st;
}

/* The text of the string literal at `at`, its quotes not with it; where it ends goes to *end. False: an apostrophe. */
static bool literal_at(pl_bytes b, size_t at, pl_bytes *body, size_t *end)
{
    uint8_t quote = b.p[at];
    size_t quotes = at + 2 < b.n && b.p[at + 1] == quote && b.p[at + 2] == quote ? 3 : 1;
    for (size_t i = at + quotes; i < b.n; i++) {
        if (b.p[i] == '\\') {
            i++;
        } else if (b.p[i] == '\n' && quotes == 1) {
            return false;
        } else if (b.p[i] == quote &&
                   (quotes == 1 || (i + 2 < b.n && b.p[i + 1] == quote && b.p[i + 2] == quote))) {
            *body = pl_bytes_sub(b, at + quotes, i - at - quotes);
            *end = i + quotes;
            return true;
        }
    }
    return false;
}

/* Nothing but blanks and line ends up to the next quote: the literals are one. */
static bool is_joined(pl_bytes b, size_t *at)
{
    size_t i = *at;
    while (i < b.n && (b.p[i] == ' ' || b.p[i] == '\t' || b.p[i] == '\n' || b.p[i] == '\r' || b.p[i] == '\\'))
        i++;
    if (i == b.n || (b.p[i] != '"' && b.p[i] != '\''))
        return false;
    *at = i;
    return true;
}

static pl_status say_literals(struct pl_stated *x, pl_bytes text, struct pl_err *err)
{
    struct squashed joined = {.n = 0};
    pl_status st = PL_OK;
    for (size_t i = 0; i < text.n && st == PL_OK;) {
        uint8_t c = text.p[i];
        pl_bytes body;
        if ((c != '"' && c != '\'') || !literal_at(text, i, &body, &i)) {
            i++;
            continue;
        }
        st = pl_bytes_find_byte(body, '\n', 0) == SIZE_MAX ? say_text(x, body, err) : say_lines(x, body, err);
        for (size_t k = 0; k < body.n; k++)
            squash_byte(&joined, body.p[k]);
        if (is_joined(text, &i))
            continue;
        if (st == PL_OK)
            st = say_text(x, view(&joined), err);
        joined = (struct squashed){.n = 0};
    }
    return st;
}

/* Lines of setup.cfg and pyproject.toml, with what is before and behind the first equals sign. */
static pl_status say_settings(struct pl_stated *x, pl_bytes text, struct pl_err *err)
{
    pl_bytes line;
    pl_status st = PL_OK;
    while (st == PL_OK && pl_bytes_line(&text, &line)) {
        line = pl_bytes_trim(line);
        size_t equals = pl_bytes_find_byte(line, '=', 0);
        st = say_text(x, line, err);
        if (st == PL_OK && equals != SIZE_MAX && equals > 0) {
            st = say_text(x, pl_bytes_sub(line, 0, equals), err);
            if (st == PL_OK)
                st = say_text(x, pl_bytes_from(line, equals + 1), err);
        }
        if (st == PL_OK && line.n > 2 && line.p[0] == '[' && line.p[line.n - 1] == ']')
            st = say_text(x, pl_bytes_sub(line, 1, line.n - 2), err);
    }
    return st;
}

static bool has_no_folder(pl_bytes path)
{
    return pl_bytes_find_byte(path, '/', 0) == SIZE_MAX;
}

static pl_status read_file(struct pl_stated *x, const struct pl_source_file *f, struct pl_err *err)
{
    static const char *const settings[] = {"setup.cfg", "pyproject.toml"};
    static const char *const versions[] = {"__init__.py", "_version.py", "version.py", "__about__.py",
                                           "about.py"};
    pl_bytes base = pl_bytes_basename(f->path);
    bool is_setting = pl_bytes_is_one_of(base, settings, 2);
    bool is_python = pl_bytes_ends(base, PL_LIT(".py")) &&
                     (has_no_folder(f->path) || pl_bytes_eq_str(base, "setup.py") ||
                      pl_bytes_is_one_of(base, versions, sizeof versions / sizeof versions[0]));
    bool is_list = (has_no_folder(f->path) && pl_bytes_starts(base, PL_LIT("VERSION"))) ||
                   pl_bytes_eq_str(base, "version.txt") ||
                   (pl_bytes_find(f->path, PL_LIT("requirements"), 0) != SIZE_MAX &&
                    (pl_bytes_ends(base, PL_LIT(".txt")) || pl_bytes_ends(base, PL_LIT(".in"))));
    if ((!is_setting && !is_python && !is_list) || f->data.n > MAX_FILE || f->data.n > MAX_BYTES - x->bytes)
        return PL_OK;
    x->bytes += f->data.n;
    pl_status st = is_setting ? say_settings(x, f->data, err) : is_list ? say_lines(x, f->data, err) : PL_OK;
    return st == PL_OK && !is_list ? say_literals(x, f->data, err) : st;
}

pl_status pl_stated_read(const struct pl_match *m, struct pl_stated *out, struct pl_err *err)
{
    pl_status st = PL_OK;
    *out = (struct pl_stated){.m = m};
    pl_map_init(&out->said);
    for (size_t u = 0; u < pl_index_unit_count(m->index) && st == PL_OK; u++) {
        const struct pl_source_tree *t =
            pl_index_tree(m->index, pl_index_unit_ref(m->index, (uint32_t)u).tree);
        if (t->rank == PL_RANK_OWN && pl_index_unit_is_text(m->index, (uint32_t)u))
            st = read_file(out, pl_index_unit_file(m->index, (uint32_t)u), err);
    }
    return st;
}

void pl_stated_reset(struct pl_stated *x)
{
    pl_map_reset(&x->said);
}

bool pl_stated_has(const struct pl_stated *x, pl_bytes text)
{
    struct squashed s;
    squash(&s, text);
    return s.n > 0 && !s.is_cut && pl_map_get(&x->said, view(&s), NULL);
}

bool pl_stated_has_name(const struct pl_stated *x, pl_bytes name)
{
    struct squashed s;
    squash(&s, name);
    fold_name(&s);
    return s.n > 0 && !s.is_cut && pl_map_get(&x->said, view(&s), NULL);
}

/* "extra==i18n", also behind "and": its name, else no bytes. What is before it stays in *marker. */
static pl_bytes extra_of(pl_bytes *marker)
{
    size_t at = pl_bytes_find(*marker, PL_LIT("extra=="), 0);
    if (at == SIZE_MAX)
        return (pl_bytes){NULL, 0};
    pl_bytes name = pl_bytes_from(*marker, at + 7);
    *marker = pl_bytes_sub(*marker, 0, at);
    if (pl_bytes_ends(*marker, PL_LIT("and")))
        marker->n -= 3;
    return name;
}

bool pl_stated_requires(const struct pl_stated *x, pl_bytes requirement)
{
    struct squashed s;
    struct squashed sorted;
    squash(&s, requirement);
    if (s.is_cut || s.n == 0)
        return false;
    size_t semicolon = pl_bytes_find_byte(view(&s), ';', 0);
    pl_bytes marker = semicolon == SIZE_MAX ? (pl_bytes){NULL, 0} : pl_bytes_from(view(&s), semicolon + 1);
    pl_bytes extra = extra_of(&marker);
    if ((marker.n > 0 && !pl_map_get(&x->said, marker, NULL)) ||
        (extra.n > 0 && !pl_stated_has_name(x, extra)))
        return false;
    if (semicolon != SIZE_MAX)
        s.n = semicolon;
    return pl_map_get(&x->said, view(&s), NULL) ||
           (sort_specs(&s, &sorted) && pl_map_get(&x->said, view(&sorted), NULL)) ||
           (spec_start(view(&s)) == s.n && pl_stated_has_name(x, view(&s)));
}
