/*
 * npm_manifest.c - the package.json of an npm package beside the one in its source, key by key.
 *
 *     same value                        claimed, whatever the order and the blanks
 *     version                           whatever it is: many projects write it when they publish
 *     "workspace:^" -> "^1.2.3"         a range of this repository's own packages, also "catalog:" and "link:"
 *     main, exports... -> publishConfig what publishConfig of the source says: pnpm moves it up
 *     a script that npm runs when it installs, and the source's manifest does not have        script.install-hook, an error
 *     a dependency that the source's manifest does not name, or whose range became a URL      dep.undeclared, an error
 *     bin, main, exports...             npm.entry-changed: what runs or is loaded is another file
 *
 * In an archive of the source nothing is claimed: its lines are compared with the revision's (layout.c), and here what changed gets its name.
 *
 * Measured on 53 packages of npm against their tags: added install scripts, dependencies and changed bin in none; changed main in one, exports in
 * two. Source: package.json(5), npm scripts(7), pnpm publishConfig and workspace protocol.
 */
#include "match/layout.h"

#include "format/text/jsonscan.h"
#include "match/claim.h"

#include <string.h>

#define RULE               "npm.manifest"
#define ENTRY_TAG          "npm.entry-changed"
#define MAX_MANIFEST_BYTES (4u << 20)
#define MAX_TOLD_BYTES     (32u << 10)

struct manifest {
    const struct pl_match *m;
    struct pl_file *f;
    pl_bytes theirs;    /* the source's package.json */
    const char *source; /* its path */
    bool is_told_only;  /* an archive of the source: nothing is claimed */
};

static bool is_one_of(pl_bytes key, const char *const *words)
{
    for (size_t i = 0; words[i] != NULL; i++)
        if (pl_bytes_eq_str(key, words[i]))
            return true;
    return false;
}

/* What npm runs by itself when the package is installed as a dependency. npm scripts(7). */
static bool is_install_hook(pl_bytes key)
{
    static const char *const hooks[] = {"preinstall", "install",       "postinstall", "preuninstall",
                                        "uninstall",  "postuninstall", NULL};
    return is_one_of(key, hooks);
}

static bool is_dependencies(pl_bytes key)
{
    static const char *const keys[] = {"dependencies",       "optionalDependencies", "peerDependencies",
                                       "bundleDependencies", "bundledDependencies",  NULL};
    return is_one_of(key, keys);
}

static bool is_entry(pl_bytes key)
{
    static const char *const keys[] = {"bin",     "main",    "exports",     "module",
                                       "browser", "imports", "directories", NULL};
    return is_one_of(key, keys);
}

static pl_status claim(struct manifest *x, size_t offset, size_t length, enum pl_grade grade,
                       const char *note, struct pl_err *err)
{
    struct pl_claim c = {.offset = offset,
                         .length = length,
                         .class = PL_CLASS_DERIVED,
                         .grade = grade,
                         .rule = RULE,
                         .source = x->source,
                         .source_offset = PL_NO_OFFSET,
                         .note = note};
    return x->is_told_only ? PL_OK : pl_ledger_claim(&x->f->ledger, &c, err);
}

static pl_status report(struct manifest *x, const char *tag, enum pl_severity severity,
                        const struct pl_json_member *mine, size_t base, pl_bytes before, const char *message,
                        struct pl_err *err)
{
    struct pl_findings *to = &x->f->findings;
    struct pl_finding *finding;
    pl_status st =
        pl_findings_add(to, tag, severity, base + mine->offset, mine->length, &finding, err, "%s", message);
    if (st == PL_OK)
        st = pl_finding_fact(to, finding, "key", mine->key, err);
    if (st == PL_OK)
        st = pl_finding_fact(to, finding, "is", pl_bytes_sub(mine->value, 0, 400), err);
    if (st == PL_OK && before.n > 0)
        st = pl_finding_fact(to, finding, "in the source", pl_bytes_sub(before, 0, 400), err);
    return st;
}

/* A range that a publishing tool writes anew from the repository's own. */
static bool is_repository_range(pl_bytes text)
{
    static const char *const protocols[] = {"workspace:", "catalog:", "link:", "file:", "portal:"};
    for (size_t i = 0; i < sizeof protocols / sizeof protocols[0]; i++)
        if (pl_bytes_starts(text, pl_bytes_of_str(protocols[i])))
            return true;
    return false;
}

/* Digits, dots and the signs of ranges, with the letters of a pre-release: no URL, no alias, no path. semver(7). */
static bool is_plain_range(pl_bytes text)
{
    for (size_t i = 0; i < text.n; i++) {
        uint8_t c = text.p[i];
        bool is_good = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                       (c != 0 && strchr(".-+^~<>=*| ", c) != NULL);
        if (!is_good)
            return false;
    }
    return text.n <= 128;
}

/* Named as a dependency of any kind that is there at run time. */
static bool is_named(const struct manifest *x, pl_bytes name, pl_bytes *range)
{
    static const char *const kinds[] = {"dependencies", "optionalDependencies", "peerDependencies"};
    const char *key = pl_arena_str(x->m->scratch, name);
    for (size_t i = 0; key != NULL && i < sizeof kinds / sizeof kinds[0]; i++) {
        *range = pl_json_find(pl_json_find(x->theirs, kinds[i]), key);
        if (range->n > 0)
            return true;
    }
    return false;
}

/* A key with escapes means one thing to npm and another to whoever reads along: nobody writes one. */
static bool is_escaped(pl_bytes key)
{
    return pl_bytes_find_byte(key, '\\', 0) != SIZE_MAX;
}

static pl_status report_escaped(struct manifest *x, const struct pl_json_member *one, size_t base,
                                struct pl_err *err)
{
    return report(x, "script.install-hook", PL_SEVERITY_ERROR, one, base, (pl_bytes){NULL, 0},
                  "a key that is written with escapes, which hide what it says", err);
}

static pl_status explain_dependency(struct manifest *x, const struct pl_json_member *one, size_t base,
                                    struct pl_err *err)
{
    if (is_escaped(one->key))
        return report_escaped(x, one, base, err);
    pl_bytes theirs;
    pl_bytes mine = pl_json_text(one->value);
    if (!is_named(x, one->key, &theirs))
        return report(x, "dep.undeclared", PL_SEVERITY_ERROR, one, base, (pl_bytes){NULL, 0},
                      "a dependency that the source's package.json does not name", err);
    pl_bytes range = pl_json_text(theirs);
    if (pl_json_same(one->value, theirs))
        return claim(x, base + one->offset, one->length, PL_GRADE_A, NULL, err);
    if (is_plain_range(mine) && (is_repository_range(range) || is_plain_range(range)))
        return claim(x, base + one->offset, one->length, is_repository_range(range) ? PL_GRADE_B : PL_GRADE_C,
                     is_repository_range(range) ? "the range of a package of the same repository"
                                                : "another range",
                     err);
    return report(x, "dep.undeclared", PL_SEVERITY_ERROR, one, base, theirs,
                  "a dependency from another place than the source's package.json names", err);
}

static pl_status explain_script(struct manifest *x, const struct pl_json_member *one, size_t base,
                                struct pl_err *err)
{
    if (is_escaped(one->key))
        return report_escaped(x, one, base, err);
    const char *key = pl_arena_str(x->m->scratch, one->key);
    pl_bytes theirs =
        key == NULL ? (pl_bytes){NULL, 0} : pl_json_find(pl_json_find(x->theirs, "scripts"), key);
    if (theirs.n > 0 && pl_json_same(one->value, theirs))
        return claim(x, base + one->offset, one->length, PL_GRADE_A, NULL, err);
    if (is_install_hook(one->key))
        return report(x, "script.install-hook", PL_SEVERITY_ERROR, one, base, theirs,
                      "npm runs this when it installs, and the source's package.json does not have it", err);
    return PL_OK;
}

/* Member by member, with the braces and blanks around them. */
static pl_status explain_inside(struct manifest *x, const struct pl_json_member *whole,
                                pl_status (*explain)(struct manifest *, const struct pl_json_member *, size_t,
                                                     struct pl_err *),
                                struct pl_err *err)
{
    size_t base = (size_t)(whole->value.p - x->f->data.p);
    struct pl_json_members inner = pl_json_members_of(whole->value);
    struct pl_json_member one;
    pl_status st = PL_OK;
    if (inner.is_bad || inner.is_array)
        return PL_OK;
    st = claim(x, whole->offset, base + inner.at - whole->offset, PL_GRADE_A, NULL, err);
    while (st == PL_OK && pl_json_members_next(&inner, &one))
        st = explain(x, &one, base, err);
    if (st == PL_OK && inner.is_done)
        st =
            claim(x, base + inner.at, whole->offset + whole->length - base - inner.at, PL_GRADE_A, NULL, err);
    return st;
}

/* An entry point: as in the source, or as its publishConfig says, or "bin" written out. */
static pl_status explain_entry(struct manifest *x, const struct pl_json_member *one, pl_bytes theirs,
                               struct pl_err *err)
{
    const char *key = pl_arena_str(x->m->scratch, one->key);
    pl_bytes moved =
        key == NULL ? (pl_bytes){NULL, 0} : pl_json_find(pl_json_find(x->theirs, "publishConfig"), key);
    if (moved.n > 0 && pl_json_same(one->value, moved))
        return claim(x, one->offset, one->length, PL_GRADE_A, "moved up from publishConfig", err);
    bool is_bin = pl_bytes_eq_str(one->key, "bin");
    struct pl_json_members list = pl_json_members_of(one->value);
    struct pl_json_member only;
    /* npm writes "bin": "x.js" out as {"name": "x.js"}. */
    if (is_bin && theirs.n > 0 && theirs.p[0] == '"' && !list.is_bad && pl_json_members_next(&list, &only) &&
        pl_json_same(only.value, theirs) && !pl_json_members_next(&list, &only) && list.is_done)
        return claim(x, one->offset, one->length, PL_GRADE_A, "written out", err);
    return report(x, ENTRY_TAG, is_bin ? PL_SEVERITY_ERROR : PL_SEVERITY_WARNING, one, 0, theirs,
                  "not the files that the source's package.json names", err);
}

static pl_status explain_member(struct manifest *x, const struct pl_json_member *one, struct pl_err *err)
{
    const char *key = pl_arena_str(x->m->scratch, one->key);
    pl_bytes theirs = key == NULL ? (pl_bytes){NULL, 0} : pl_json_find(x->theirs, key);
    uint8_t head[PL_SHA1_BYTES];
    if (is_escaped(one->key))
        return report_escaped(x, one, 0, err);
    if (theirs.n > 0 && pl_json_same(one->value, theirs))
        return claim(x, one->offset, one->length, PL_GRADE_A, NULL, err);
    if (pl_bytes_eq_str(one->key, "version") && is_plain_range(pl_json_text(one->value)))
        return claim(x, one->offset, one->length, PL_GRADE_B, "the version that was published", err);
    if (pl_bytes_eq_str(one->key, "gitHead") && pl_unhex(pl_json_text(one->value), head, sizeof head))
        return claim(x, one->offset, one->length, PL_GRADE_C, "the commit that the publisher names", err);
    if (pl_bytes_eq_str(one->key, "scripts"))
        return explain_inside(x, one, explain_script, err);
    if (is_dependencies(one->key))
        return explain_inside(x, one, explain_dependency, err);
    if (pl_bytes_eq_str(one->key, "devDependencies")) /* nobody installs them with the package */
        return PL_OK;
    return is_entry(one->key) ? explain_entry(x, one, theirs, err) : PL_OK;
}

bool pl_manifest_is_for_people(const struct pl_file *f, uint64_t offset, uint64_t length)
{
    static const char *const keys[] = {"description", "keywords", "author",  "contributors", "maintainers",
                                       "homepage",    "bugs",     "license", "funding",      NULL};
    struct pl_json_members members;
    struct pl_json_member one;
    bool is_inside = false;
    if (f->data.n > MAX_TOLD_BYTES || !pl_bytes_eq_str(pl_bytes_basename(f->name), "package.json"))
        return false;
    members = pl_json_members_of(f->data);
    while (!members.is_bad && !members.is_array && pl_json_members_next(&members, &one)) {
        if (one.offset + one.length <= offset || one.offset >= offset + length)
            continue;
        is_inside = is_one_of(one.key, keys);
        if (!is_inside)
            return false;
    }
    return is_inside && members.is_done;
}

/* The manifest in the package's folder of the source, or the one that has the package's name. */
static const struct pl_source_file *find_theirs(const struct pl_match *m, pl_bytes mine)
{
    pl_units units = pl_index_units_of_name(m->index, PL_LIT("package.json"));
    pl_bytes name = pl_json_find(mine, "name");
    const struct pl_source_file *named = NULL;
    for (size_t i = 0; i < units.n; i++) {
        const struct pl_source_file *s = pl_index_unit_file(m->index, units.v[i]);
        const struct pl_source_tree *t =
            pl_index_tree(m->index, pl_index_unit_ref(m->index, units.v[i]).tree);
        if (t->rank != PL_RANK_OWN || t->git == NULL || s->is_superseded)
            continue;
        pl_bytes folder = pl_bytes_sub(s->path, 0, s->path.n - 12 - (s->path.n > 12));
        if (pl_bytes_eq_str(folder, t->git->folder) && folder.n > 0)
            return s;
        bool has_name = name.n > 0 && pl_json_same(pl_json_find(s->data, "name"), name);
        if (has_name && (named == NULL || s->path.n < named->path.n))
            named = s;
        if (named == NULL && folder.n == 0 && t->git->folder[0] == '\0' && has_name)
            named = s;
    }
    return named;
}

/* {"type": "module"} below the top says how node reads the scripts beside it, and nothing else. Build tools write it. */
static pl_status claim_kind(const struct pl_match *m, struct pl_file *f, struct pl_err *err)
{
    struct pl_json_members members = pl_json_members_of(f->data);
    struct pl_json_member one;
    struct pl_json_member more;
    bool is_alone = !members.is_bad && !members.is_array && pl_json_members_next(&members, &one) &&
                    !pl_json_members_next(&members, &more) && members.is_done;
    if (!is_alone || !pl_is_unclaimed(f) || !pl_bytes_eq_str(one.key, "type") ||
        (!pl_bytes_eq_str(one.value, "\"module\"") && !pl_bytes_eq_str(one.value, "\"commonjs\"")) ||
        pl_bytes_trim(pl_bytes_from(f->data, members.end + 1)).n > 0)
        return PL_OK;
    (void)m; /* needs no source */
    return pl_match_claim(f, 0, f->data.n, PL_CLASS_GENERATED, PL_GRADE_NONE, "npm.module-kind", NULL, err);
}

static pl_status apply(const struct pl_match *m, struct pl_file *f, struct pl_err *err)
{
    pl_bytes path;
    if (m->layout == NULL || f->data.p == NULL || !f->is_whole || f->data.n > MAX_MANIFEST_BYTES ||
        !pl_layout_path(m, f, &path) || !pl_bytes_eq_str(pl_bytes_basename(path), "package.json"))
        return PL_OK;
    if (!pl_bytes_eq_str(path, "package.json"))
        return m->layout->is_release ? PL_OK : claim_kind(m, f, err);
    const struct pl_source_file *theirs = find_theirs(m, f->data);
    struct manifest x = {.m = m, .f = f, .is_told_only = m->layout->is_release};
    struct pl_json_members members = pl_json_members_of(f->data);
    struct pl_json_member one;
    if (theirs == NULL || members.is_bad || members.is_array)
        return PL_OK;
    x.theirs = theirs->data;
    x.source = pl_arena_str(m->arena, theirs->path);
    if (x.source == NULL)
        return pl_arena_fail(m->arena, err);
    pl_status st = claim(&x, 0, members.at, PL_GRADE_A, NULL, err);
    while (st == PL_OK && pl_json_members_next(&members, &one))
        st = explain_member(&x, &one, err);
    /* The closing brace and the blanks around it; what stands behind it is nobody's. */
    if (st == PL_OK && members.is_done) {
        size_t end = members.end + 1;
        while (end < f->data.n && (f->data.p[end] == '\n' || f->data.p[end] == '\r' || f->data.p[end] == ' '))
            end++;
        st = claim(&x, members.at, end - members.at, PL_GRADE_A, NULL, err);
    }
    return st;
}

const struct pl_rung pl_rung_npm_manifest = {
    .rule = RULE,
    .what = "Members of package.json are those of the source's; what installing runs, loads or fetches is "
            "told when it is not.",
    .source = "package.json(5), npm scripts(7); pnpm manual, publishConfig",
    .pass = PL_PASS_FILE,
    .apply = apply,
};
