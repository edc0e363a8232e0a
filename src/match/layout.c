/*
 * layout.c - the package beside the revision it is said to be, path by path.
 *
 *     package                 revision
 *     xz-5.4.1/configure      -               tree.added; explained by other means or not
 *     xz-5.4.1/src/a.c        src/a.c         equal, or origin.mismatch with the lines
 *     -                       .gitignore      tree.missing
 *     package/lib/b.js        test/b.js       tree.moved
 *
 * In a release (an archive of the source itself) a difference at the same path contradicts, even when the revision has each changed
 * line somewhere; in other packages files are rewritten by honest builds, and the residues decide. Documentation and translations
 * are brought up to date by whoever makes a release: for passive files a difference is a note.
 */
#include "match/layout.h"

#include "base/buf.h"
#include "base/map.h"
#include "classify/classify.h"
#include "format/text/jsonscan.h"
#include "match/claim.h"
#include "match/generated.h"
#include "match/linediff.h"

#include <string.h>

#define MISMATCH_TAG "origin.mismatch"
#define NAMES_BYTES  4000u

bool pl_layout_path(const struct pl_match *m, const struct pl_file *f, pl_bytes *out)
{
    if (m->layout == NULL || f->parent_order == PL_NO_PARENT || f->type == PL_ENTRY_DIRECTORY ||
        pl_bytes_find(f->path, PL_LIT("!/"), 0) != SIZE_MAX || pl_bytes_ends(f->path, PL_LIT("!")))
        return m->layout != NULL && m->layout->is_folder && f->type != PL_ENTRY_DIRECTORY &&
               f->parent_order == PL_NO_PARENT && (*out = f->path, true);
    size_t slash = m->layout->is_folder ? SIZE_MAX : pl_bytes_find_byte(f->name, '/', 0);
    *out = slash == SIZE_MAX ? f->name : pl_bytes_from(f->name, slash + 1);
    return out->n > 0;
}

static bool is_own(const struct pl_match *m, uint32_t unit)
{
    const struct pl_source_tree *t = pl_index_tree(m->index, pl_index_unit_ref(m->index, unit).tree);
    return t->rank == PL_RANK_OWN && t->git != NULL;
}

static bool find_own(const struct pl_match *m, pl_bytes path, uint32_t *unit)
{
    pl_units units = pl_index_units_of_path(m->index, path);
    for (size_t i = 0; i < units.n; i++)
        if (is_own(m, units.v[i]) && !pl_index_unit_file(m->index, units.v[i])->is_superseded) {
            *unit = units.v[i];
            return true;
        }
    return false;
}

/* The file of the revision at the package's path, in the package's folder first. */
static bool counterpart(const struct pl_match *m, pl_bytes path, uint32_t *unit)
{
    for (size_t t = 0; t < pl_index_tree_count(m->index); t++) {
        const struct pl_source_git *git = pl_index_tree(m->index, t)->git;
        if (git == NULL || git->folder[0] == '\0')
            continue;
        const char *inside = pl_arena_printf(m->scratch, "%s/%.*s", git->folder, PL_ARG(path));
        if (inside != NULL && find_own(m, pl_bytes_of_str(inside), unit))
            return true;
    }
    return find_own(m, path, unit);
}

/* All of it by one rule? */
static bool is_all_by(const struct pl_file *f, const char *rule)
{
    for (size_t i = 0; i < f->ledger.settled.n; i++)
        if (strcmp(f->ledger.settled.v[i].rule, rule) != 0)
            return false;
    return f->ledger.settled.n > 0 && f->residues.n == 0;
}

static bool has_rule(const struct pl_file *f, const char *rule)
{
    for (size_t i = 0; i < f->ledger.settled.n; i++)
        if (strcmp(f->ledger.settled.v[i].rule, rule) == 0 &&
            f->ledger.settled.v[i].class != PL_CLASS_UNACCOUNTED)
            return true;
    return false;
}

static bool is_in_tests(pl_bytes path)
{
    static const char *const words[] = {"test",     "tests",        "__tests__", "spec",    "fixture",
                                        "fixtures", "__fixtures__", "example",   "examples"};
    pl_bytes part;
    while (pl_bytes_split(&path, '/', &part))
        for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
            if (path.n > 0 && pl_bytes_eq_str(part, words[i]))
                return true;
    return false;
}

/*
 * A place where a tool runs or reads a file that nothing names: npm builds what has a binding.gyp and starts server.js (npm scripts(7)), node resolves below
 * node_modules first, Python reads *.pth and sitecustomize.py at each start (site), pip runs setup.py and cargo build.rs.
 */
static bool is_found_by_place(pl_bytes path)
{
    static const char *const at_top[] = {"binding.gyp", "server.js", ".npmrc", "setup.py", "build.rs"};
    pl_bytes base = pl_bytes_basename(path);
    pl_bytes part;
    for (size_t i = 0; i < sizeof at_top / sizeof at_top[0]; i++)
        if (pl_bytes_eq_str(path, at_top[i]))
            return true;
    if (pl_bytes_eq_str(base, "sitecustomize.py") || pl_bytes_eq_str(base, "usercustomize.py") ||
        pl_bytes_ends(base, PL_LIT(".pth")))
        return true;
    while (pl_bytes_split(&path, '/', &part))
        if (path.n > 0 && pl_bytes_eq_str(part, "node_modules"))
            return true;
    return false;
}

/* The unit whose bytes these are, when they are all of one. */
static bool whole_unit(const struct pl_match *m, const struct pl_file *f, uint32_t *unit)
{
    pl_units same = f->has_digests ? pl_index_units_of_sha256(m->index, &f->sha256) : (pl_units){NULL, 0};
    if (same.n > 0)
        *unit = same.v[0];
    return same.n > 0;
}

static pl_status note_moved(const struct pl_match *m, struct pl_file *f, pl_bytes path, uint32_t unit,
                            struct pl_err *err)
{
    pl_bytes theirs = pl_index_unit_file(m->index, unit)->path;
    struct pl_finding *finding;
    bool is_test = is_in_tests(theirs) && !is_in_tests(path) && f->role == PL_ROLE_ACTIVE;
    bool is_found = is_found_by_place(path) && !is_found_by_place(theirs);
    pl_status st = pl_findings_add(
        &f->findings, "tree.moved", is_test || is_found ? PL_SEVERITY_WARNING : PL_SEVERITY_NOTE,
        PL_NO_OFFSET, 0, &finding, err,
        is_found ? "the revision has this file at another path; here a tool finds it, though nothing names it"
        : is_test ? "the revision has this file among its tests or examples"
                  : "the revision has this file at another path");
    return st == PL_OK ? pl_finding_fact(&f->findings, finding, "there", theirs, err) : st;
}

static pl_status add_lines(struct pl_findings *to, struct pl_finding *finding, const struct pl_line_diff *d,
                           struct pl_err *err)
{
    pl_status st = PL_OK;
    if (d->added > 0) {
        st = pl_finding_fact(to, finding, "added lines", pl_bytes_of_str(d->added_at), err);
        if (st == PL_OK)
            st = pl_finding_fact(to, finding, "added", d->added_text, err);
    }
    if (st == PL_OK && d->removed > 0) {
        st = pl_finding_fact(to, finding, "removed lines", pl_bytes_of_str(d->removed_at), err);
        if (st == PL_OK)
            st = pl_finding_fact(to, finding, "removed", d->removed_text, err);
    }
    return st;
}

/* "# x.m4 serial 5" in its first lines, "VERSION=2.4.7", "timestamp='...'": how a tool's file names its version; no bytes when it does not. */
static pl_bytes serial_of(pl_bytes text)
{
    static const struct {
        const char *mark;
        size_t within;
    } marks[] = {
        {" serial ", 1024}, {"\nVERSION=", 32768}, {"\ntimestamp='", 4096}, {"\nscriptversion=", 4096}};
    for (size_t i = 0; i < sizeof marks / sizeof marks[0]; i++) {
        pl_bytes mark = pl_bytes_of_str(marks[i].mark);
        size_t at = pl_bytes_find(pl_bytes_sub(text, 0, marks[i].within), mark, 0);
        if (at == SIZE_MAX)
            continue;
        pl_bytes rest = pl_bytes_from(text, at + mark.n);
        return pl_bytes_trim(pl_bytes_sub(rest, 0, pl_bytes_find_byte(rest, '\n', 0)));
    }
    return (pl_bytes){NULL, 0};
}

/* The tool's own file of this name that explains most of f; false when none explains a quarter. */
static bool nearest_tool_file(const struct pl_match *m, const struct pl_file *f, uint32_t *unit)
{
    pl_units units = pl_index_units_of_name(m->index, pl_bytes_basename(f->name));
    uint64_t best = 0;
    if (pl_generated_kind(f) != NULL) /* the tool's own configure is another project's */
        return false;
    for (size_t i = 0; i < units.n; i++) {
        pl_source_ref ref = pl_index_unit_ref(m->index, units.v[i]);
        if (pl_index_tree(m->index, ref.tree)->rank != PL_RANK_TOOLCHAIN)
            continue;
        pl_bytes path = pl_index_unit_file(m->index, units.v[i])->path;
        uint64_t bytes = 0;
        for (size_t k = 0; k < f->ledger.settled.n; k++) {
            const struct pl_claim *c = &f->ledger.settled.v[k];
            if (c->source != NULL && pl_bytes_starts(pl_bytes_of_str(c->source), path))
                bytes += c->length;
        }
        if (bytes > best) {
            best = bytes;
            *unit = units.v[i];
        }
    }
    return best * 4 > f->size;
}

static size_t novel_words(const struct pl_file *f)
{
    size_t n = 0;
    for (size_t i = 0; i < f->residues.n; i++)
        n += f->residues.v[i].novel_words;
    return n;
}

/*
 * Which contradicts? Lines with words that no source has, in what says that it is the same version. Another version is what a release made
 * on another machine has; comments, and lines of the same version that bring nothing new, are what distributions change.
 */
static enum pl_severity severity_of_tool_file(const struct pl_file *f, bool is_same,
                                              const struct pl_line_diff *d)
{
    if (d->is_comment)
        return PL_SEVERITY_NOTE;
    return is_same && novel_words(f) > 0 ? PL_SEVERITY_ERROR : PL_SEVERITY_WARNING;
}

static pl_status judge_tool_file(const struct pl_match *m, struct pl_file *f, uint32_t unit,
                                 struct pl_err *err)
{
    const struct pl_source_file *known = pl_index_unit_file(m->index, unit);
    struct pl_line_diff d;
    struct pl_finding *finding;
    pl_status st = pl_line_diff(f->data, known->data, m->arena, &d, err);
    if (st != PL_OK || d.added + d.removed == 0)
        return st;
    pl_bytes serial = serial_of(known->data);
    bool is_same = pl_bytes_eq(serial, serial_of(f->data));
    f->is_other_version |= !is_same;
    st = pl_findings_add(&f->findings, "tree.modified-generated", severity_of_tool_file(f, is_same, &d),
                         d.offset, d.length, &finding, err,
                         "%zu lines added and %zu removed against the tool's own file%s", d.added, d.removed,
                         d.is_comment ? ", all of them comments"
                         : is_same    ? " of the same version"
                                      : ", which is another version");
    if (st == PL_OK)
        st = pl_finding_fact(&f->findings, finding, "nearest known", known->path, err);
    return st == PL_OK ? add_lines(&f->findings, finding, &d, err) : st;
}

static bool is_text(const struct pl_file *f)
{
    return f->data.p != NULL && f->container == NULL && pl_looks_like_text(f->data);
}

/* How bad is it that the file differs from the revision's? */
static enum pl_severity severity_of(const struct pl_match *m, const struct pl_file *f,
                                    const struct pl_line_diff *d)
{
    uint32_t other;
    if (f->role == PL_ROLE_PASSIVE)
        return PL_SEVERITY_NOTE;
    if (whole_unit(m, f, &other) && !is_own(m, other))
        return PL_SEVERITY_NOTE; /* a tool's own file took its place */
    if (f->residues.n == 0 && (has_rule(f, "cargo.manifest") || has_rule(f, "python.metadata")))
        return PL_SEVERITY_NOTE; /* written anew by the tool that publishes, each entry of it the source's */
    if (m->layout->is_release)
        return d != NULL && d->is_numbers ? PL_SEVERITY_WARNING : PL_SEVERITY_ERROR;
    return d != NULL && d->removed > d->added ? PL_SEVERITY_WARNING : PL_SEVERITY_NOTE;
}

static pl_status differs(const struct pl_match *m, struct pl_file *f, uint32_t unit, struct pl_err *err)
{
    const struct pl_source_file *theirs = pl_index_unit_file(m->index, unit);
    struct pl_finding *finding;
    struct pl_line_diff d = {0};
    uint32_t tool;
    bool has_lines = is_text(f) && pl_index_unit_is_text(m->index, unit);
    if (is_all_by(f, "same.folded") || is_all_by(f, "git.export-subst"))
        return PL_OK;
    pl_status st = has_lines ? pl_line_diff(f->data, theirs->data, m->arena, &d, err) : PL_OK;
    if (st != PL_OK || (has_lines && d.added + d.removed == 0))
        return st;
    if (has_lines && nearest_tool_file(m, f, &tool))
        return judge_tool_file(m, f, tool, err);
    enum pl_severity severity = severity_of(m, f, has_lines ? &d : NULL);
    if (has_lines) {
        st = pl_findings_add(&f->findings, MISMATCH_TAG, severity, d.offset, d.length, &finding, err,
                             "not what the revision has at this path: %zu lines added, %zu removed", d.added,
                             d.removed);
        if (st == PL_OK)
            st = add_lines(&f->findings, finding, &d, err);
    } else {
        st = pl_findings_add(&f->findings, MISMATCH_TAG, severity, PL_NO_OFFSET, 0, &finding, err,
                             "not what the revision has at this path: %llu bytes, %zu there",
                             (unsigned long long)f->size, theirs->data.n);
    }
    uint32_t other;
    if (st == PL_OK && whole_unit(m, f, &other))
        st = pl_finding_fact(&f->findings, finding, "these are the bytes of",
                             pl_index_unit_file(m->index, other)->path, err);
    if (st == PL_OK)
        st = pl_finding_fact(&f->findings, finding, "there", theirs->path, err);
    return st;
}

/*
 * A repository of several packages has a manifest at its top, too. When that is another package's, the one that has the name of this one
 * is meant, although nobody named its folder.
 */
static void find_manifest(const struct pl_match *m, const struct pl_file *f, pl_bytes path, uint32_t *unit)
{
    uint32_t same;
    if (!pl_bytes_eq_str(path, "package.json"))
        return;
    bool is_whole = whole_unit(m, f, &same); /* then its data may be gone */
    pl_bytes name = pl_json_find(is_whole ? pl_index_unit_file(m->index, same)->data : f->data, "name");
    if (name.n == 0 || pl_json_same(pl_json_find(pl_index_unit_file(m->index, *unit)->data, "name"), name))
        return;
    pl_units units = pl_index_units_of_name(m->index, path);
    for (size_t i = 0; i < units.n; i++) {
        const struct pl_source_file *s = pl_index_unit_file(m->index, units.v[i]);
        if (is_own(m, units.v[i]) && !s->is_superseded && pl_json_same(pl_json_find(s->data, "name"), name)) {
            *unit = units.v[i];
            return;
        }
    }
}

static pl_status compare_file(const struct pl_match *m, struct pl_file *f, pl_bytes path, struct pl_err *err)
{
    uint32_t unit;
    if (counterpart(m, path, &unit)) {
        find_manifest(m, f, path, &unit);
        bool is_equal =
            f->has_digests && pl_sha256_eq(&f->sha256, &pl_index_unit_file(m->index, unit)->sha256);
        return is_equal || !f->is_whole ? PL_OK : differs(m, f, unit, err);
    }
    f->is_added = true;
    /* npm builds what has one and no install script: npm scripts(7) */
    if (!m->layout->is_release && pl_bytes_eq_str(path, "binding.gyp"))
        return pl_findings_add(
            &f->findings, "script.install-hook", PL_SEVERITY_ERROR, PL_NO_OFFSET, 0, NULL, err,
            "npm runs node-gyp for this file when it installs, and the revision does not have it");
    if (whole_unit(m, f, &unit))
        return is_own(m, unit) && f->size > 0 ? note_moved(m, f, path, unit, err) : PL_OK;
    if (is_text(f) && nearest_tool_file(m, f, &unit))
        return judge_tool_file(m, f, unit, err);
    return PL_OK;
}

pl_status pl_layout_compare(const struct pl_match *m, struct pl_file *f, struct pl_err *err)
{
    pl_bytes path;
    bool is_file = f->type == PL_ENTRY_FILE && m->index != NULL;
    if (!is_file || !pl_layout_path(m, f, &path))
        return PL_OK;
    pl_status st = compare_file(m, f, path, err);
    if (st == PL_OK && m->scratch->why != PL_OK)
        st = pl_arena_fail(m->scratch, err);
    pl_arena_reset(m->scratch);
    return st;
}

/* Names, with a comma between, as long as there is room. */
static void add_name(struct pl_buf *names, pl_bytes name)
{
    if (names->n > NAMES_BYTES)
        return;
    if (names->n > 0)
        pl_buf_add_str(names, ", ");
    pl_buf_add(names, name);
}

static pl_status report_missing(struct pl_findings *findings, size_t n, size_t n_ignored, pl_bytes names,
                                struct pl_err *err)
{
    struct pl_finding *finding;
    if (n + n_ignored == 0)
        return PL_OK;
    pl_status st = pl_findings_add(
        findings, "tree.missing", PL_SEVERITY_NOTE, PL_NO_OFFSET, 0, &finding, err,
        "%zu files of the revision are not in the package, and %zu more that archives leave out", n,
        n_ignored);
    return st == PL_OK && n > 0 ? pl_finding_fact(findings, finding, "missing", names, err) : st;
}

pl_status pl_layout_missing(const struct pl_match *m, struct pl_findings *findings, struct pl_err *err)
{
    struct pl_map have;
    struct pl_buf names;
    pl_status st = PL_OK;
    size_t n = 0;
    size_t n_ignored = 0;
    if (m->layout == NULL || !m->layout->is_release || m->index == NULL)
        return PL_OK;
    pl_map_init(&have);
    pl_buf_init(&names, 64u << 10);
    for (size_t i = 0; i < m->n_files && st == PL_OK; i++) {
        pl_bytes path;
        if (pl_layout_path(m, m->files[i], &path))
            st = pl_map_set(&have, path, 1, err);
    }
    for (size_t t = 0; t < pl_index_tree_count(m->index) && st == PL_OK; t++) {
        const struct pl_source_tree *tree = pl_index_tree(m->index, t);
        for (size_t i = 0; tree->rank == PL_RANK_OWN && tree->git != NULL && i < tree->files.n; i++) {
            const struct pl_source_file *s = &tree->files.v[i];
            uint64_t known;
            if (s->is_superseded || pl_bytes_find(s->path, PL_LIT("!/"), 0) != SIZE_MAX ||
                pl_map_get(&have, s->path, &known))
                continue;
            n_ignored += s->is_export_ignored;
            n += !s->is_export_ignored;
            if (!s->is_export_ignored)
                add_name(&names, s->path);
        }
    }
    if (st == PL_OK)
        st = report_missing(findings, n, n_ignored, pl_buf_bytes(&names), err);
    pl_map_reset(&have);
    pl_buf_reset(&names);
    return st;
}
