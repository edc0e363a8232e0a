/*
 * debian_control.c - the control file of a binary package, field by field against debian/control and debian/changelog.
 *
 *     Package: xz-utils               the stanza of that name in debian/control
 *     Source: glibc (2.36-9)          its first stanza, and the version on top of debian/changelog
 *     Version: 2.36-9+b1              debian/changelog; "+bN" is a rebuild
 *     Depends: libc6 (>= 2.34), x     each item stands in the stanza's field, or a ${...} variable does and the item is
 *                                     nothing but a relation
 *     Description: ...                the same text
 *
 * A field that the source does not have, and an item that nothing there allows, stay unaccounted.
 * Source: deb-control(5), deb-src-control(5), deb-substvars(5), dpkg-gencontrol(1).
 */
#include "format/text/deb822.h"
#include "match/debian.h"

#include <string.h>
#include <strings.h>

#define RULE              "debian.control"
#define CONTROL           "debian/control"
#define MAX_CONTROL_BYTES (1u << 20)

struct control {
    const struct pl_match *m;
    struct pl_file *f;
    struct pl_deb822 mine;   /* the control file under test */
    struct pl_deb822 source; /* first stanza of debian/control */
    struct pl_deb822 binary; /* the package's stanza */
    pl_bytes version;        /* on top of debian/changelog; no bytes when unknown */
};

static bool find_stanzas(struct control *c, pl_bytes text)
{
    pl_bytes package = pl_deb822_get(&c->mine, "Package");
    struct pl_deb822 stanza = {0};
    if (pl_deb822_next(&text, c->m->scratch, &c->source, NULL) != PL_OK || c->source.n == 0)
        return false;
    while (pl_deb822_next(&text, c->m->scratch, &stanza, NULL) == PL_OK && stanza.n > 0)
        if (pl_bytes_eq(pl_deb822_get(&stanza, "Package"), package)) {
            c->binary = stanza;
            return true;
        }
    return false;
}

static pl_bytes top_version(const struct pl_match *m)
{
    const struct pl_source_file *f = pl_own_file(m, "debian/changelog");
    if (f == NULL)
        return (pl_bytes){NULL, 0};
    size_t open = pl_bytes_find(f->data, PL_LIT(" ("), 0);
    size_t close = open == SIZE_MAX ? open : pl_bytes_find_byte(f->data, ')', open);
    return close == SIZE_MAX ? (pl_bytes){NULL, 0} : pl_bytes_sub(f->data, open + 2, close - open - 2);
}

/* A field of the source's stanzas, also under its "XB-" spelling. deb-src-control(5), "User-defined fields". */
static pl_bytes template_of(const struct control *c, pl_bytes name)
{
    static const char *const prefixes[] = {"", "XB-", "XBC-", "XBS-", "XSB-", "XSBC-", "XC-", NULL};
    const struct pl_deb822 *stanzas[] = {&c->binary, &c->source};
    for (size_t s = 0; s < 2; s++)
        for (size_t p = 0; prefixes[p] != NULL; p++) {
            const char *key = pl_arena_printf(c->m->scratch, "%s%.*s", prefixes[p], PL_ARG(name));
            const struct pl_deb822_field *field = key == NULL ? NULL : pl_deb822_find(stanzas[s], key);
            if (field != NULL)
                return field->value;
        }
    return (pl_bytes){NULL, 0};
}

/* White space runs as one space, without "[arch]" and "<profile>" restrictions. */
static pl_bytes normal_item(struct pl_arena *a, pl_bytes item)
{
    uint8_t *p = pl_arena_take(a, item.n + 1);
    size_t n = 0;
    uint8_t closes = 0;
    if (p == NULL)
        return (pl_bytes){NULL, 0};
    for (size_t i = 0; i < item.n; i++) {
        uint8_t ch = item.p[i] == '\n' || item.p[i] == '\t' ? ' ' : item.p[i];
        bool opens_profile = ch == '<' && i + 1 < item.n && item.p[i + 1] != '<' && item.p[i + 1] != '=' &&
                             (i == 0 || item.p[i - 1] != '<');
        if (closes != 0) {
            closes = ch == closes ? 0 : closes;
        } else if (ch == '[' || opens_profile) {
            closes = ch == '[' ? ']' : '>';
        } else if (ch != ' ' || (n > 0 && p[n - 1] != ' ')) {
            p[n++] = ch;
        }
    }
    return pl_bytes_trim(pl_bytes_of(p, n));
}

/* Nothing but names, versions and alternatives. */
static bool is_relation(pl_bytes item)
{
    static const char allowed[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+.-:~|()<>= ";
    for (size_t i = 0; i < item.n; i++)
        if (item.p[i] == 0 || strchr(allowed, item.p[i]) == NULL)
            return false;
    return item.n > 0 && item.n <= 256;
}

enum origin { NOWHERE, VERBATIM, SUBSTITUTED, VARIABLE };

static enum origin find_item(const struct control *c, pl_bytes template, pl_bytes item)
{
    pl_bytes rest = template;
    pl_bytes part;
    enum origin found = NOWHERE;
    item = normal_item(c->m->scratch, item);
    if (item.n == 0)
        return NOWHERE;
    while (pl_bytes_split(&rest, ',', &part)) {
        part = normal_item(c->m->scratch, part);
        if (pl_bytes_eq(part, item))
            return VERBATIM;
        bool is_only_var =
            pl_bytes_starts(part, PL_LIT("${")) && pl_bytes_find_byte(part, '}', 0) == part.n - 1;
        if (is_only_var && is_relation(item) && found == NOWHERE)
            found = VARIABLE;
        else if (!is_only_var && pl_matches_vars(part, item) && is_relation(item))
            found = SUBSTITUTED;
    }
    return found;
}

static bool is_relation_field(pl_bytes name)
{
    static const char *const names[] = {
        "Depends",   "Pre-Depends", "Recommends", "Suggests",    "Enhances",           "Breaks",
        "Conflicts", "Replaces",    "Provides",   "Built-Using", "Static-Built-Using", "X-Cargo-Built-Using",
        NULL};
    for (size_t i = 0; names[i] != NULL; i++)
        if (strlen(names[i]) == name.n && strncasecmp(names[i], (const char *)name.p, name.n) == 0)
            return true;
    return false;
}

static pl_status claim(struct control *c, size_t offset, size_t length, enum origin origin,
                       struct pl_err *err)
{
    static const char *const notes[] = {
        [VERBATIM] = NULL,
        [SUBSTITUTED] = "with a substituted variable",
        [VARIABLE] = "by a substitution variable of the source's field; who filled it in is not checked",
    };
    struct pl_claim how = {.class = PL_CLASS_DERIVED,
                           .grade = origin == VERBATIM ? PL_GRADE_A : PL_GRADE_B,
                           .rule = RULE,
                           .source = CONTROL,
                           .note = notes[origin]};
    return origin == NOWHERE ? PL_OK : pl_remade_claim(c->f, offset, length, &how, err);
}

/* Name, items and separators of a relationship field, each item on its own. */
static pl_status explain_relations(struct control *c, const struct pl_deb822_field *field, size_t length,
                                   pl_bytes template, struct pl_err *err)
{
    size_t at = field->offset;
    size_t value_at = (size_t)(field->value.p - c->f->data.p);
    pl_status st = claim(c, at, value_at - at, VERBATIM, err);
    pl_bytes rest = field->value;
    pl_bytes item;
    for (at = value_at; st == PL_OK && pl_bytes_split(&rest, ',', &item);) {
        bool is_last = rest.n == 0;
        size_t end = is_last ? field->offset + length : at + item.n + 1;
        st = claim(c, at, end - at, find_item(c, template, item), err);
        at = end;
    }
    return st;
}

/* Line by line, since a description is long and one planted line in it should be seen. */
static pl_status explain_lines(struct control *c, const struct pl_deb822_field *field, size_t length,
                               pl_bytes template, struct pl_err *err)
{
    struct pl_lines mine = pl_lines_of(pl_bytes_sub(c->f->data, field->offset, length));
    size_t name_bytes = (size_t)(field->value.p - c->f->data.p) - field->offset;
    struct pl_lines theirs = pl_lines_of(template);
    pl_status st = PL_OK;
    for (size_t i = 0; st == PL_OK && pl_lines_next(&mine); i++) {
        pl_bytes text = pl_bytes_trim(i == 0 ? pl_bytes_from(mine.text, name_bytes) : mine.text);
        struct pl_lines back = theirs;
        enum origin origin = NOWHERE;
        while (origin == NOWHERE && pl_lines_next(&theirs)) {
            pl_bytes line = pl_bytes_trim(theirs.text);
            if (pl_bytes_eq(line, text))
                origin = VERBATIM;
            else if (pl_matches_vars(line, text))
                origin = SUBSTITUTED;
        }
        if (origin == NOWHERE)
            theirs = back;
        st = claim(c, field->offset + mine.offset, mine.length, origin, err);
    }
    return st;
}

static bool is_architecture(pl_bytes value, pl_bytes template)
{
    pl_bytes word;
    bool is_all = pl_bytes_eq_str(value, "all");
    for (size_t i = 0; i < value.n; i++)
        if (!(pl_is_lower(value.p[i]) || pl_is_digit(value.p[i]) || value.p[i] == '-'))
            return false;
    while (pl_bytes_split(&template, ' ', &word)) {
        word = pl_bytes_trim(word);
        if (pl_bytes_eq(word, value))
            return true;
        if (!is_all && (pl_bytes_starts(word, PL_LIT("any")) || pl_bytes_ends(word, PL_LIT("-any"))))
            return true;
    }
    return false;
}

/* "VERSION" or, rebuilt, "VERSION+bN" */
static bool is_version(pl_bytes value, pl_bytes version, bool *is_rebuild)
{
    uint64_t number;
    pl_bytes rest = pl_bytes_from(value, version.n);
    *is_rebuild = pl_bytes_starts(rest, PL_LIT("+b")) && pl_bytes_to_u64(pl_bytes_from(rest, 2), &number);
    return version.n > 0 && pl_bytes_starts(value, version) && (rest.n == 0 || *is_rebuild);
}

/* "glibc" or "glibc (2.36-9)" */
static bool is_source(const struct control *c, pl_bytes value)
{
    pl_bytes name = pl_deb822_get(&c->source, "Source");
    pl_bytes rest = pl_bytes_trim(pl_bytes_from(value, name.n));
    if (name.n == 0 || !pl_bytes_starts(value, name))
        return false;
    return rest.n == 0 || (rest.n == c->version.n + 2 && rest.p[0] == '(' && rest.p[rest.n - 1] == ')' &&
                           pl_bytes_eq(pl_bytes_sub(rest, 1, c->version.n), c->version));
}

static pl_status explain_field(struct control *c, const struct pl_deb822_field *field, size_t length,
                               struct pl_err *err)
{
    pl_bytes template = template_of(c, field->name);
    struct pl_claim how = {.class = PL_CLASS_GENERATED, .rule = RULE, .source = "debian/changelog"};
    bool is_rebuild = false;
    if (pl_bytes_eq_str(field->name, "Version")) {
        if (!is_version(field->value, c->version, &is_rebuild))
            return PL_OK;
        how.note = is_rebuild ? "a binary-only rebuild" : NULL;
        return pl_remade_claim(c->f, field->offset, length, &how, err);
    }
    if (pl_bytes_eq_str(field->name, "Source"))
        return is_source(c, field->value) ? pl_remade_claim(c->f, field->offset, length, &how, err) : PL_OK;
    if (pl_bytes_eq_str(field->name, "Architecture")) {
        how.source = CONTROL;
        return is_architecture(field->value, template)
                   ? pl_remade_claim(c->f, field->offset, length, &how, err)
                   : PL_OK;
    }
    if (template.p == NULL)
        return PL_OK;
    if (is_relation_field(field->name))
        return explain_relations(c, field, length, template, err);
    return explain_lines(c, field, length, template, err);
}

static pl_status apply(const struct pl_match *m, struct pl_file *f, struct pl_err *err)
{
    struct control c = {.m = m, .f = f};
    const struct pl_source_file *source = pl_own_file(m, CONTROL);
    pl_bytes rest = f->data;
    if (!pl_deb_is_control(f, "control") || source == NULL || f->data.n > MAX_CONTROL_BYTES ||
        pl_deb822_next(&rest, m->scratch, &c.mine, NULL) != PL_OK || !find_stanzas(&c, source->data))
        return PL_OK;
    c.version = top_version(m);
    size_t end = f->data.n - rest.n;
    pl_status st = PL_OK;
    for (size_t i = 0; st == PL_OK && i < c.mine.n; i++) {
        const struct pl_deb822_field *field = &c.mine.fields[i];
        size_t next = i + 1 < c.mine.n ? c.mine.fields[i + 1].offset : end;
        if (field->value.n > 0 && field->value.p >= f->data.p && field->value.p < f->data.p + f->data.n)
            st = explain_field(&c, field, next - field->offset, err);
    }
    return st;
}

const struct pl_rung pl_rung_debian_control = {
    .rule = RULE,
    .what = "Fields of the control file follow from debian/control and debian/changelog of the source.",
    .source = "dpkg-gencontrol(1), deb-control(5), deb-substvars(5)",
    .pass = PL_PASS_FILE,
    .apply = apply,
};

/* Sum as dpkg-gencontrol counts: files and symlinks in whole KiB, everything else 1; the package's own folder too. */
static uint64_t installed_kib(const struct pl_match *m, const struct pl_file *f)
{
    struct pl_deb_place mine;
    uint64_t sum = 1; /* the DEBIAN folder is not there yet when it counts; the root is */
    if (!pl_deb_place_of(f, &mine))
        return 0;
    for (size_t i = 0; i < m->n_files; i++) {
        /* What others' threads do not change. */
        const struct pl_file *file = m->files[i];
        const struct pl_file other = {.path = file->path, .name = file->name, .type = PL_ENTRY_FILE};
        enum pl_entry_type type = file->type;
        struct pl_deb_place place;
        if (!pl_deb_place_of(&other, &place) || place.is_control ||
            !pl_bytes_eq(place.package, mine.package) || place.name.n == 0)
            continue;
        if (type == PL_ENTRY_FILE)
            sum += (file->size + 1023) / 1024;
        else if (type == PL_ENTRY_SYMLINK)
            sum += (file->link_target.n + 1023) / 1024;
        else if (type != PL_ENTRY_HARDLINK)
            sum += 1;
    }
    return sum;
}

static pl_status apply_size(const struct pl_match *m, struct pl_file *f, struct pl_err *err)
{
    struct pl_deb822 stanza = {0};
    pl_bytes rest = f->data;
    uint64_t value;
    if (!pl_deb_is_control(f, "control") || pl_deb822_next(&rest, m->scratch, &stanza, NULL) != PL_OK)
        return PL_OK;
    const struct pl_deb822_field *field = pl_deb822_find(&stanza, "Installed-Size");
    if (field == NULL || !pl_bytes_to_u64(field->value, &value))
        return PL_OK;
    uint64_t computed = installed_kib(m, f);
    size_t length = (size_t)(field->value.p - f->data.p) + field->value.n - field->offset;
    length += field->offset + length < f->data.n;
    struct pl_claim how = {.class = PL_CLASS_GENERATED, .rule = "debian.installed-size"};
    if (value != computed) {
        how.class = PL_CLASS_DERIVED;
        how.grade = PL_GRADE_C;
        how.note = pl_arena_printf(m->arena, "%llu KiB by our count", (unsigned long long)computed);
        if (how.note == NULL)
            return pl_arena_fail(m->arena, err);
    }
    return pl_remade_claim(f, field->offset, length, &how, err);
}

const struct pl_rung pl_rung_debian_installed_size = {
    .rule = "debian.installed-size",
    .what = "Installed-Size is the sum of the files in KiB, counted again; another number is grade C, since "
            "it decides nothing.",
    .source = "dpkg-gencontrol(1), deb-substvars(5)",
    .pass = PL_PASS_PACKAGE,
    .apply = apply_size,
};
