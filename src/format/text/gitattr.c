/*
 * gitattr.c - gitattributes(5), as far as git archive follows it.
 *
 *     *.sh   text eol=lf          pattern, then attributes: set, -unset, !unspecified, name=value
 *     /ci    export-ignore        a slash in front or inside ties it to the folder of the file
 *     [attr]generated -diff       a macro; only in the root's file
 *
 * The last line that names an attribute wins, the deeper file before the upper one. A macro counts at the place of the line
 * that sets it. Source: gitattributes(5), gitignore(5) for patterns, git-archive(1); compared with git check-attr in the tests.
 * Not read: $GIT_DIR/info/attributes and the user's files; working-tree-encoding and filters, which need programs of the user.
 */
#include "format/text/gitattr.h"

#include "base/vec.h"

#include <stdlib.h>
#include <string.h>

#define MATCH_STEPS 20000u      /* of one match */
#define ALL_STEPS   1000000000u /* of all matches of a tree: a few seconds */
#define MACRO_DEPTH 8u

/* What we ask for. */
enum attribute { EXPORT_IGNORE, EXPORT_SUBST, IDENT, TEXT, CRLF, EOL, N_ATTRIBUTES };

static const char *const names[N_ATTRIBUTES] = {"export-ignore", "export-subst", "ident",
                                                "text",          "crlf",         "eol"};

enum state { UNKNOWN, SET, UNSET, UNSPECIFIED, VALUE };

struct setting {
    pl_bytes name;
    enum state state;
    pl_bytes value;
};

struct rule {
    pl_bytes pattern; /* without the slashes at both ends; of a macro: its name */
    bool is_macro;
    bool is_anchored; /* has a slash: matched against the path below the file's folder */
    bool wants_folder;
    const struct setting *settings;
    size_t n_settings;
};

struct pl_gitattr_file {
    const struct pl_gitattr_file *above;
    pl_bytes folder;
    const struct rule *rules;
    size_t n_rules;
    uint64_t *steps_left; /* shared by all files of a tree */
};

static bool is_space(uint8_t c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

/* A pattern in double quotes with C escapes; false when it is not closed. Octal and letter escapes as git's quote.c writes them. */
static bool unquote(pl_bytes *rest, struct pl_arena *arena, pl_bytes *out)
{
    static const char letters[] = "abfnrtv";
    static const char values[] = "\a\b\f\n\r\t\v";
    uint8_t *p = pl_arena_take(arena, rest->n + 1);
    size_t n = 0;
    if (p == NULL)
        return false;
    for (size_t i = 1; i < rest->n; i++) {
        uint8_t c = rest->p[i];
        if (c == '"') {
            *out = pl_bytes_of(p, n);
            *rest = pl_bytes_from(*rest, i + 1);
            return true;
        }
        if (c == '\\' && i + 1 < rest->n) {
            c = rest->p[++i];
            const char *letter = c == 0 ? NULL : strchr(letters, c);
            if (letter != NULL) {
                c = (uint8_t)values[letter - letters];
            } else if (c >= '0' && c <= '3' && i + 2 < rest->n) {
                c = (uint8_t)((c - '0') << 6 | (rest->p[i + 1] & 7) << 3 | (rest->p[i + 2] & 7));
                i += 2;
            }
        }
        p[n++] = c;
    }
    return false;
}

static bool is_attribute_name(pl_bytes name)
{
    for (size_t i = 0; i < name.n; i++) {
        uint8_t c = name.p[i];
        bool is_good = c == '-' || c == '.' || c == '_' || (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
                       (c >= 'a' && c <= 'z');
        if (!is_good || (i == 0 && c == '-'))
            return false;
    }
    return name.n > 0;
}

/* "text", "-text", "!text", "eol=crlf" */
static bool read_setting(pl_bytes word, struct setting *out)
{
    *out = (struct setting){.name = word, .state = SET};
    if (word.p[0] == '-' || word.p[0] == '!') {
        out->state = word.p[0] == '-' ? UNSET : UNSPECIFIED;
        out->name = pl_bytes_from(word, 1);
    }
    size_t equals = pl_bytes_find_byte(out->name, '=', 0);
    if (equals != SIZE_MAX) {
        out->value = pl_bytes_from(out->name, equals + 1);
        out->name = pl_bytes_sub(out->name, 0, equals);
        out->state = out->state == SET ? VALUE : out->state;
    }
    return is_attribute_name(out->name);
}

static pl_status read_settings(pl_bytes rest, struct pl_arena *arena, struct rule *rule, struct pl_err *err)
{
    size_t count = 0;
    pl_bytes words = rest;
    pl_bytes word;
    while (pl_bytes_word(&words, &word))
        count++;
    struct setting *list = pl_arena_take_n(arena, count + 1, sizeof *list);
    if (list == NULL)
        return pl_arena_fail(arena, err);
    while (pl_bytes_word(&rest, &word))
        if (read_setting(word, &list[rule->n_settings]))
            rule->n_settings++;
    rule->settings = list;
    return PL_OK;
}

static void read_pattern(pl_bytes pattern, struct rule *rule)
{
    if (pattern.n > 1 && pattern.p[pattern.n - 1] == '/') {
        rule->wants_folder = true;
        pattern.n--;
    }
    rule->is_anchored = pl_bytes_find_byte(pattern, '/', 0) != SIZE_MAX;
    if (pattern.n > 0 && pattern.p[0] == '/')
        pattern = pl_bytes_from(pattern, 1);
    rule->pattern = pattern;
}

/* One line; *is_rule false for what git ignores. */
static pl_status read_line(pl_bytes line, bool is_root, struct pl_arena *arena, struct rule *out,
                           bool *is_rule, struct pl_err *err)
{
    pl_bytes macro = PL_LIT("[attr]");
    pl_bytes pattern;
    pl_bytes rest = line;
    *is_rule = false;
    *out = (struct rule){0};
    while (rest.n > 0 && is_space(rest.p[0]))
        rest = pl_bytes_from(rest, 1);
    if (rest.n == 0 || rest.p[0] == '#' || line.n > PL_GITATTR_LINE_BYTES)
        return PL_OK;
    if (rest.p[0] == '"') {
        if (!unquote(&rest, arena, &pattern))
            return arena->why != PL_OK ? pl_arena_fail(arena, err) : PL_OK;
    } else {
        (void)pl_bytes_word(&rest, &pattern); /* the line is not empty */
    }
    if (pl_bytes_starts(pattern, macro)) {
        out->is_macro = true;
        out->pattern = pl_bytes_from(pattern, macro.n);
        if (out->pattern.n == 0)
            (void)pl_bytes_word(&rest, &out->pattern); /* an empty name is refused below */
        if (!is_root || !is_attribute_name(out->pattern))
            return PL_OK;
    } else if (pattern.n == 0 || pattern.p[0] == '!') {
        return PL_OK;
    } else {
        read_pattern(pattern, out);
    }
    *is_rule = true;
    return read_settings(rest, arena, out, err);
}

pl_status pl_gitattr_read(pl_bytes text, pl_bytes folder, const struct pl_gitattr_file *above,
                          struct pl_arena *arena, const struct pl_gitattr_file **out, struct pl_err *err)
{
    PL_VEC(struct rule) rules = {0};
    pl_status st = PL_OK;
    pl_bytes line;
    if (text.n > PL_GITATTR_FILE_BYTES)
        return pl_fail(err, PL_E_LIMIT, PL_NO_OFFSET, ".gitattributes: larger than %u bytes",
                       PL_GITATTR_FILE_BYTES);
    if (pl_bytes_starts(text, PL_LIT("\xef\xbb\xbf")))
        text = pl_bytes_from(text, 3);
    while (st == PL_OK && pl_bytes_line(&text, &line)) {
        struct rule rule;
        bool is_rule;
        st = read_line(line, above == NULL && folder.n == 0, arena, &rule, &is_rule, err);
        if (st != PL_OK || !is_rule)
            continue;
        struct rule *slot = rules.n < PL_GITATTR_RULES ? PL_VEC_ADD(&rules) : NULL;
        if (slot == NULL)
            st = rules.n < PL_GITATTR_RULES ? pl_fail_nomem(err)
                                            : pl_fail(err, PL_E_LIMIT, PL_NO_OFFSET,
                                                      ".gitattributes: more than %u rules", PL_GITATTR_RULES);
        else
            *slot = rule;
    }
    struct pl_gitattr_file *file = st == PL_OK ? pl_arena_take(arena, sizeof *file) : NULL;
    struct rule *kept = file == NULL ? NULL : pl_arena_take_n(arena, rules.n + 1, sizeof *kept);
    uint64_t *steps = above != NULL  ? above->steps_left
                      : kept == NULL ? NULL
                                     : pl_arena_take(arena, sizeof *steps);
    if (kept != NULL && steps != NULL) {
        if (rules.n > 0)
            memcpy(kept, rules.v, rules.n * sizeof *kept);
        if (above == NULL)
            *steps = ALL_STEPS;
        *file = (struct pl_gitattr_file){
            .above = above, .folder = folder, .rules = kept, .n_rules = rules.n, .steps_left = steps};
        *out = file;
    } else if (st == PL_OK) {
        st = pl_arena_fail(arena, err);
    }
    PL_VEC_FREE(&rules);
    return st;
}

/* Does the class [...] that begins at p[at] match c? *end is the byte after it; false in *is_class when it is not closed. */
static bool class_matches(pl_bytes p, size_t at, uint8_t c, size_t *end, bool *is_class)
{
    static const struct {
        const char *name;
        uint8_t from[4];
        uint8_t to[4];
    } classes[] = {
        {"[:alnum:]", {'0', 'A', 'a'}, {'9', 'Z', 'z'}},
        {"[:alpha:]", {'A', 'a'}, {'Z', 'z'}},
        {"[:digit:]", {'0'}, {'9'}},
        {"[:lower:]", {'a'}, {'z'}},
        {"[:upper:]", {'A'}, {'Z'}},
        {"[:xdigit:]", {'0', 'A', 'a'}, {'9', 'F', 'f'}},
        {"[:space:]", {'\t', ' '}, {'\r', ' '}},
        {"[:blank:]", {'\t', ' '}, {'\t', ' '}},
        {"[:punct:]", {'!', ':', '[', '{'}, {'/', '@', '`', '~'}},
    };
    size_t i = at + 1;
    bool is_negated = i < p.n && (p.p[i] == '!' || p.p[i] == '^');
    bool matches = false;
    bool is_first = true;
    i += is_negated;
    *is_class = false;
    while (i < p.n && (is_first || p.p[i] != ']')) {
        size_t k = 0;
        is_first = false;
        while (k < sizeof classes / sizeof classes[0] &&
               !pl_bytes_starts(pl_bytes_from(p, i), pl_bytes_of_str(classes[k].name)))
            k++;
        if (k < sizeof classes / sizeof classes[0]) {
            for (size_t r = 0; r < 4 && classes[k].to[r] != 0; r++)
                matches |= c >= classes[k].from[r] && c <= classes[k].to[r];
            i += strlen(classes[k].name);
            continue;
        }
        if (p.p[i] == '\\' && i + 1 < p.n)
            i++;
        uint8_t low = p.p[i++];
        uint8_t high = low;
        if (i + 1 < p.n && p.p[i] == '-' && p.p[i + 1] != ']') {
            i++;
            if (p.p[i] == '\\' && i + 1 < p.n)
                i++;
            high = p.p[i++];
        }
        matches |= c >= low && c <= high;
    }
    *is_class = i < p.n;
    *end = i + 1;
    return matches != is_negated && c != '/';
}

/* Steps are counted over the whole match, so that a pattern of many stars ends. */
static bool wild(pl_bytes p, size_t pi, pl_bytes t, size_t ti, unsigned *steps)
{
    while (pi < p.n) {
        if (++*steps > MATCH_STEPS)
            return false;
        uint8_t c = p.p[pi];
        if (c == '*') {
            bool is_double = pi + 1 < p.n && p.p[pi + 1] == '*';
            size_t next = pi;
            while (next < p.n && p.p[next] == '*')
                next++;
            /* "**" means any number of folders only where it stands alone between slashes. */
            bool crosses = is_double && (pi == 0 || p.p[pi - 1] == '/') && (next == p.n || p.p[next] == '/');
            if (crosses && next < p.n &&
                wild(p, next + 1, t, ti, steps)) /* "**" followed by '/' may be nothing */
                return true;
            for (size_t i = ti; i <= t.n; i++) {
                if (*steps > MATCH_STEPS)
                    return false;
                if (wild(p, next, t, i, steps))
                    return true;
                if (i < t.n && t.p[i] == '/' && !crosses)
                    return false;
            }
            return false;
        }
        if (ti >= t.n)
            return false;
        if (c == '[') {
            size_t end;
            bool is_class;
            bool matches = class_matches(p, pi, t.p[ti], &end, &is_class);
            if (!is_class || !matches)
                return false;
            pi = end;
            ti++;
            continue;
        }
        if (c == '\\' && pi + 1 < p.n)
            c = p.p[++pi];
        else if (c == '?' && t.p[ti] != '/')
            c = t.p[ti];
        if (c != t.p[ti])
            return false;
        pi++;
        ti++;
    }
    return ti == t.n;
}

bool pl_git_wildmatch(pl_bytes pattern, pl_bytes text)
{
    unsigned steps = 0;
    return wild(pattern, 0, text, 0, &steps);
}

static bool rule_matches(const struct pl_gitattr_file *file, const struct rule *rule, pl_bytes path,
                         bool is_folder)
{
    unsigned steps = 0;
    if (rule->is_macro || (rule->wants_folder && !is_folder) || *file->steps_left == 0)
        return false;
    pl_bytes below = file->folder.n == 0 ? path : pl_bytes_from(path, file->folder.n + 1);
    bool matches = wild(rule->pattern, 0, rule->is_anchored ? below : pl_bytes_basename(below), 0, &steps);
    *file->steps_left -= steps + 1 < *file->steps_left ? steps + 1 : *file->steps_left;
    return matches;
}

bool pl_gitattr_gave_up(const struct pl_gitattr_file *file)
{
    return file != NULL && *file->steps_left == 0;
}

struct answer {
    enum state state[N_ATTRIBUTES];
    pl_bytes value[N_ATTRIBUTES];
    const struct pl_gitattr_file *root; /* has the macros */
};

static void fill(struct answer *a, const struct setting *settings, size_t n, unsigned depth);

/* A macro that is set counts as the line of its definition, the last one of that name. */
static void expand(struct answer *a, pl_bytes name, unsigned depth)
{
    static const struct setting binary[] = {{{(const uint8_t *)"text", 4}, UNSET, {NULL, 0}}};
    for (size_t i = a->root->n_rules; i > 0; i--) {
        const struct rule *rule = &a->root->rules[i - 1];
        if (rule->is_macro && pl_bytes_eq(rule->pattern, name)) {
            fill(a, rule->settings, rule->n_settings, depth + 1);
            return;
        }
    }
    if (pl_bytes_eq_str(name, "binary"))
        fill(a, binary, 1, depth + 1);
}

static void fill(struct answer *a, const struct setting *settings, size_t n, unsigned depth)
{
    if (depth > MACRO_DEPTH)
        return;
    for (size_t i = n; i > 0; i--) {
        const struct setting *s = &settings[i - 1];
        int which = 0;
        while (which < N_ATTRIBUTES && !pl_bytes_eq_str(s->name, names[which]))
            which++;
        if (which < N_ATTRIBUTES) {
            if (a->state[which] == UNKNOWN) {
                a->state[which] = s->state;
                a->value[which] = s->value;
            }
        } else if (s->state == SET) {
            expand(a, s->name, depth);
        }
    }
}

static bool is_value(const struct answer *a, enum attribute which, const char *value)
{
    return a->state[which] == VALUE && pl_bytes_eq_str(a->value[which], value);
}

struct pl_gitattr pl_gitattr_of(const struct pl_gitattr_file *file, pl_bytes path, bool is_folder)
{
    struct answer a = {.root = file};
    struct pl_gitattr out = {0};
    if (file == NULL)
        return out;
    while (a.root->above != NULL)
        a.root = a.root->above;
    for (const struct pl_gitattr_file *f = file; f != NULL; f = f->above)
        for (size_t i = f->n_rules; i > 0; i--)
            if (rule_matches(f, &f->rules[i - 1], path, is_folder))
                fill(&a, f->rules[i - 1].settings, f->rules[i - 1].n_settings, 0);
    /* text, else the older word crlf, which may also say the line end. convert.c of git: convert_attrs(). */
    enum attribute text =
        a.state[TEXT] == SET || a.state[TEXT] == UNSET || a.state[TEXT] == VALUE ? TEXT : CRLF;
    bool is_auto = is_value(&a, text, "auto");
    bool is_binary = a.state[text] == UNSET;
    out.is_export_ignored = a.state[EXPORT_IGNORE] == SET;
    out.is_export_subst = a.state[EXPORT_SUBST] == SET;
    out.is_ident = a.state[IDENT] == SET;
    out.is_crlf = !is_binary && is_value(&a, EOL, "crlf");
    out.is_crlf_auto = out.is_crlf && is_auto;
    return out;
}

/* The value of "key = value", without quotes and comments. */
static pl_bytes config_value(pl_bytes line)
{
    pl_bytes value = pl_bytes_trim(line);
    if (value.n > 1 && value.p[0] == '"') {
        size_t end = pl_bytes_find_byte(value, '"', 1);
        return end == SIZE_MAX ? pl_bytes_from(value, 1) : pl_bytes_sub(value, 1, end - 1);
    }
    for (size_t i = 1; i < value.n; i++)
        if ((value.p[i] == '#' || value.p[i] == ';') && is_space(value.p[i - 1]))
            return pl_bytes_trim(pl_bytes_sub(value, 0, i));
    return value;
}

static bool is_section(pl_bytes line, pl_bytes *name)
{
    pl_bytes head = PL_LIT("[submodule");
    size_t open = pl_bytes_find_byte(line, '"', 0);
    size_t close = pl_bytes_rfind_byte(line, '"');
    *name = (pl_bytes){NULL, 0};
    if (pl_bytes_starts(line, head) && open != SIZE_MAX && close > open)
        *name = pl_bytes_sub(line, open + 1, close - open - 1);
    return line.n > 0 && line.p[0] == '[';
}

bool pl_gitmodules_next(pl_bytes *rest, struct pl_gitmodule *out)
{
    struct pl_gitmodule module = {0};
    pl_bytes line;
    pl_bytes before = *rest;
    pl_bytes name;
    while (pl_bytes_line(rest, &line)) {
        line = pl_bytes_trim(line);
        if (is_section(line, &name)) {
            if (module.name.n > 0 && module.path.n > 0) {
                *rest = before;
                break;
            }
            module = (struct pl_gitmodule){.name = name};
        }
        size_t equals = pl_bytes_find_byte(line, '=', 0);
        if (equals != SIZE_MAX && line.p[0] != '[' && module.name.n > 0) {
            pl_bytes key = pl_bytes_trim(pl_bytes_sub(line, 0, equals));
            if (pl_bytes_eq_str(key, "path"))
                module.path = config_value(pl_bytes_from(line, equals + 1));
            if (pl_bytes_eq_str(key, "url"))
                module.url = config_value(pl_bytes_from(line, equals + 1));
        }
        before = *rest;
    }
    *out = module;
    return module.name.n > 0 && module.path.n > 0;
}
