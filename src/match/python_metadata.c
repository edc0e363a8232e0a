/*
 * python_metadata.c - what setuptools and the like write beside a Python project, line by line against what the project says of itself.
 *
 *     setup.py    install_requires=["MarkupSafe>=2.0"]      requires.txt   MarkupSafe>=2.0
 *                                                           PKG-INFO       Requires-Dist: MarkupSafe (>=2.0)
 *     the tree    src/jinja2/ext.py                         SOURCES.txt    src/jinja2/ext.py
 *                                                           RECORD         jinja2/ext.py,sha256=...,31502
 *
 * A requirement or an entry point that the project does not state is an error: installing fetches the one, and a program runs the other.
 * The long description in PKG-INFO is text, for the rules for text.
 *
 * Source: Python Packaging User Guide, "Core metadata specifications", "Entry points", "Recording installed projects"; setuptools' egg_info and sdist commands.
 */
#include "base/base64.h"
#include "classify/classify.h"
#include "match/claim.h"
#include "match/names.h"
#include "match/python_stated.h"

#include <string.h>

#define RULE       "python.metadata"
#define MAX_BYTES  (16u << 20)
#define SDIST_TAIL "[egg_info]\ntag_build = \ntag_date = 0\n"

struct metadata {
    const struct pl_match *m;
    struct pl_file *f;
    struct pl_stated stated;
};

/* What a line turned out to be. */
enum line_kind {
    LINE_STATED,  /* by the project */
    LINE_MADE,    /* by the tool, of nothing else */
    LINE_UNKNOWN, /* for other rules */
    LINE_FOREIGN_REQUIREMENT,
    LINE_FOREIGN_ENTRY
};

typedef enum line_kind (*line_reader)(const struct metadata *x, pl_bytes line, size_t number);

/* "Name: value" */
static bool is_field(pl_bytes line, const char *name, pl_bytes *value)
{
    size_t n = strlen(name);
    if (line.n < n + 1 || memcmp(line.p, name, n) != 0 || line.p[n] != ':')
        return false;
    *value = pl_bytes_trim(pl_bytes_from(line, n + 1));
    return true;
}

static bool is_version(pl_bytes text)
{
    size_t i = 0;
    while (i < text.n && (pl_is_digit(text.p[i]) || text.p[i] == '.'))
        i++;
    return i == text.n && text.n > 0 && text.n <= 8;
}

/* Does a tree of the project carry this version in the name of its revision? "v3.1.2@..." */
static bool is_revision(const struct metadata *x, pl_bytes version)
{
    for (size_t t = 0; t < pl_index_tree_count(x->m->index); t++) {
        const struct pl_source_tree *tree = pl_index_tree(x->m->index, t);
        pl_bytes revision = pl_bytes_of_str(tree->revision);
        size_t at = version.n < 3 ? SIZE_MAX : pl_bytes_find(revision, version, 0);
        if (tree->rank == PL_RANK_OWN && at != SIZE_MAX &&
            (at == 0 || revision.p[at - 1] < '0' || revision.p[at - 1] > '9'))
            return true;
    }
    return false;
}

static bool is_file(const struct metadata *x, pl_bytes path)
{
    pl_source_ref ref;
    return pl_names_has(x->m, PL_NAME_PYTHON, path, NULL) || pl_index_find_path(x->m->index, path, &ref);
}

/* "Label, https://...": both are said. */
static bool are_both_said(const struct metadata *x, pl_bytes value)
{
    size_t comma = pl_bytes_find_byte(value, ',', 0);
    return comma != SIZE_MAX && pl_stated_has(&x->stated, pl_bytes_sub(value, 0, comma)) &&
           pl_stated_has(&x->stated, pl_bytes_from(value, comma + 1));
}

static enum line_kind stated_if(bool is_stated)
{
    return is_stated ? LINE_STATED : LINE_UNKNOWN;
}

/* A requirement is foreign when not even its name is said; other versions are what tools make of "^1.2". */
static enum line_kind requirement_kind(const struct metadata *x, pl_bytes text)
{
    if (pl_stated_requires(&x->stated, text))
        return LINE_STATED;
    return pl_stated_has_name(&x->stated, pl_stated_name_of(text)) ? LINE_UNKNOWN : LINE_FOREIGN_REQUIREMENT;
}

/* A line of PKG-INFO and METADATA. */
static enum line_kind read_header(const struct metadata *x, pl_bytes line, size_t number)
{
    static const char *const said[] = {"Summary",
                                       "Home-page",
                                       "Author",
                                       "Author-email",
                                       "Maintainer",
                                       "Maintainer-email",
                                       "License",
                                       "Keywords",
                                       "Platform",
                                       "Classifier",
                                       "Requires-Python",
                                       "Download-URL",
                                       "Description-Content-Type",
                                       "Requires",
                                       "Provides",
                                       "Obsoletes",
                                       "Provides-Extra",
                                       "License-Expression"};
    pl_bytes value;
    (void)number;
    if (is_field(line, "Metadata-Version", &value))
        return is_version(value) ? LINE_MADE : LINE_UNKNOWN;
    if (is_field(line, "Name", &value))
        return stated_if(pl_stated_has_name(&x->stated, value));
    if (is_field(line, "Version", &value))
        return stated_if(pl_stated_has(&x->stated, value) || is_revision(x, value));
    if (is_field(line, "Requires-Dist", &value))
        return requirement_kind(x, value);
    if (is_field(line, "Project-URL", &value))
        return stated_if(are_both_said(x, value));
    if (is_field(line, "License-File", &value))
        return stated_if(is_file(x, value));
    if (is_field(line, "Dynamic", &value))
        return LINE_MADE;
    for (size_t i = 0; i < sizeof said / sizeof said[0]; i++)
        if (is_field(line, said[i], &value))
            return value.n == 0 || pl_bytes_eq_str(value, "UNKNOWN")
                       ? LINE_MADE
                       : stated_if(pl_stated_has(&x->stated, value));
    return LINE_UNKNOWN;
}

/* The name in "[name]"; no bytes when the line is no head. */
static pl_bytes section(pl_bytes line)
{
    return line.n > 2 && line.p[0] == '[' && line.p[line.n - 1] == ']' ? pl_bytes_sub(line, 1, line.n - 2)
                                                                       : (pl_bytes){NULL, 0};
}

/* requires.txt: "[i18n]", "[:python_version < '3.8']", "Babel>=2.7". */
static enum line_kind read_requirement(const struct metadata *x, pl_bytes line, size_t number)
{
    pl_bytes head = section(line);
    (void)number;
    if (line.n == 0)
        return LINE_MADE;
    if (head.n == 0)
        return requirement_kind(x, line);
    size_t colon = pl_bytes_find_byte(head, ':', 0);
    pl_bytes extra = pl_bytes_sub(head, 0, colon);
    pl_bytes marker = colon == SIZE_MAX ? (pl_bytes){NULL, 0} : pl_bytes_from(head, colon + 1);
    return stated_if(pl_stated_has(&x->stated, head) ||
                     ((extra.n == 0 || pl_stated_has_name(&x->stated, extra)) &&
                      (marker.n == 0 || pl_stated_has(&x->stated, marker))));
}

/* entry_points.txt: "[console_scripts]", "name = module:function". */
static enum line_kind read_entry_point(const struct metadata *x, pl_bytes line, size_t number)
{
    pl_bytes head = section(line);
    (void)number;
    if (line.n == 0)
        return LINE_MADE;
    if (pl_stated_has(&x->stated, head.n > 0 ? head : line))
        return LINE_STATED;
    if (head.n > 0) /* "scripts" and "gui-scripts" of pyproject.toml have names of their own: PEP 621 */
        return pl_bytes_eq_str(head, "console_scripts") || pl_bytes_eq_str(head, "gui_scripts")
                   ? LINE_MADE
                   : LINE_FOREIGN_ENTRY;
    /* "pip3.11 = pip:main" of "pip{}.{} = pip:main": setup.py works out the name */
    size_t equals = pl_bytes_find_byte(line, '=', 0);
    bool leads_home = equals != SIZE_MAX && pl_stated_has(&x->stated, pl_bytes_from(line, equals + 1));
    return leads_home ? LINE_UNKNOWN : LINE_FOREIGN_ENTRY;
}

/* SOURCES.txt: a path of the package or of the tree. */
static enum line_kind read_path(const struct metadata *x, pl_bytes line, size_t number)
{
    (void)number;
    return line.n == 0 ? LINE_MADE : stated_if(is_file(x, line));
}

/* top_level.txt: a module or a folder of the package, or an extension that setup.py names. */
static enum line_kind read_module(const struct metadata *x, pl_bytes line, size_t number)
{
    (void)number;
    return line.n == 0
               ? LINE_MADE
               : stated_if(pl_names_has(x->m, PL_NAME_MODULE, line, NULL) || pl_stated_has(&x->stated, line));
}

/* dependency_links.txt: each an address that installing may fetch from. */
static enum line_kind read_link(const struct metadata *x, pl_bytes line, size_t number)
{
    (void)number;
    if (line.n == 0)
        return LINE_MADE;
    return pl_stated_has(&x->stated, line) ? LINE_STATED : LINE_FOREIGN_REQUIREMENT;
}

/* zip-safe, not-zip-safe: one empty line. */
static enum line_kind read_empty(const struct metadata *x, pl_bytes line, size_t number)
{
    (void)x;
    return line.n == 0 && number == 0 ? LINE_MADE : LINE_UNKNOWN;
}

/* The folder that holds the last part of a path: "a/b/" of "a/b/c" and of "a/b/c/". */
static pl_bytes folder_above(pl_bytes path)
{
    if (path.n > 0 && path.p[path.n - 1] == '/')
        path.n--;
    size_t slash = pl_bytes_rfind_byte(path, '/');
    return pl_bytes_sub(path, 0, slash == SIZE_MAX ? 0 : slash + 1);
}

/* The file of the package that a path of RECORD means: it counts from the folder that *.dist-info is in. NULL when there is none. */
static const struct pl_file *recorded(const struct metadata *x, pl_bytes path)
{
    pl_bytes folder = folder_above(folder_above(x->f->name));
    uint64_t at;
    for (; pl_bytes_starts(path, PL_LIT("../")); path = pl_bytes_from(path, 3))
        folder = folder_above(folder);
    const char *name = pl_arena_printf(x->m->scratch, "%.*s%.*s", PL_ARG(folder), PL_ARG(path));
    return name != NULL && pl_names_has(x->m, PL_NAME_PYTHON, pl_bytes_of_str(name), &at) ? x->m->files[at]
                                                                                          : NULL;
}

/* RECORD: "path,sha256=...,size"; its own line, and those of signatures, have no digest. */
static enum line_kind read_record(const struct metadata *x, pl_bytes line, size_t number)
{
    struct pl_buf digest;
    uint64_t size = 0;
    (void)number;
    size_t last = pl_bytes_rfind_byte(line, ',');
    pl_bytes head = last == SIZE_MAX ? line : pl_bytes_sub(line, 0, last);
    size_t middle = pl_bytes_rfind_byte(head, ',');
    pl_bytes path = middle == SIZE_MAX ? head : pl_bytes_sub(head, 0, middle);
    pl_bytes hash = middle == SIZE_MAX ? (pl_bytes){NULL, 0} : pl_bytes_from(head, middle + 1);
    const struct pl_file *file = middle == SIZE_MAX ? NULL : recorded(x, path);
    if (file == NULL)
        return LINE_UNKNOWN;
    if (hash.n == 0)
        return file == x->f || pl_bytes_ends(path, PL_LIT("/RECORD.jws")) ? LINE_MADE : LINE_UNKNOWN;
    if (!pl_bytes_starts(hash, PL_LIT("sha256=")) || !pl_bytes_to_u64(pl_bytes_from(line, last + 1), &size) ||
        size != file->size || !file->has_digests || hash.n != 7 + 43)
        return LINE_UNKNOWN;
    uint8_t padded[44];
    memcpy(padded, hash.p + 7, 43);
    padded[43] = '=';
    pl_buf_init(&digest, 64);
    bool is_equal = pl_base64_decode_any(pl_bytes_of(padded, sizeof padded), &digest) &&
                    digest.n == sizeof file->sha256 && memcmp(digest.p, &file->sha256, digest.n) == 0;
    pl_buf_reset(&digest);
    return stated_if(is_equal);
}

/* WHEEL: how the archive was made. */
static enum line_kind read_wheel(const struct metadata *x, pl_bytes line, size_t number)
{
    static const char *const fields[] = {"Wheel-Version", "Generator", "Root-Is-Purelib", "Tag", "Build"};
    pl_bytes value;
    (void)x;
    (void)number;
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++)
        if (is_field(line, fields[i], &value))
            return value.n <= 80 ? LINE_MADE : LINE_UNKNOWN;
    return line.n == 0 ? LINE_MADE : LINE_UNKNOWN;
}

/* A setting of setup.cfg, which sdist writes anew without its comments. */
static enum line_kind read_setting(const struct metadata *x, pl_bytes line, size_t number)
{
    (void)number;
    return line.n == 0 ? LINE_MADE : stated_if(pl_stated_has(&x->stated, line));
}

static pl_status claim_line(struct metadata *x, size_t at, size_t n, enum line_kind kind, struct pl_err *err)
{
    if (kind == LINE_STATED)
        return pl_match_claim(x->f, at, n, PL_CLASS_DERIVED, PL_GRADE_C, RULE, NULL, err);
    if (kind == LINE_MADE)
        return pl_match_claim(x->f, at, n, PL_CLASS_TOOLCHAIN, PL_GRADE_NONE, RULE, NULL, err);
    if (kind == LINE_UNKNOWN)
        return PL_OK;
    pl_status st = pl_match_claim(x->f, at, n, PL_CLASS_UNACCOUNTED, PL_GRADE_NONE, RULE, NULL, err);
    if (st != PL_OK)
        return st;
    if (kind == LINE_FOREIGN_ENTRY)
        return pl_findings_add(&x->f->findings, "python.entry-point", PL_SEVERITY_ERROR, at, n, NULL, err,
                               "no file of the source states this entry point");
    return pl_findings_add(&x->f->findings, "dep.undeclared", PL_SEVERITY_ERROR, at, n, NULL, err,
                           "no file of the source states this requirement");
}

/* All lines; only the first paragraph of those that have a text behind their fields. */
static pl_status read_lines(struct metadata *x, line_reader read, bool has_body, struct pl_err *err)
{
    pl_bytes rest = x->f->data;
    pl_bytes line;
    pl_status st = PL_OK;
    for (size_t number = 0; st == PL_OK && pl_bytes_line(&rest, &line); number++) {
        size_t at = (size_t)(line.p - x->f->data.p);
        size_t end = rest.n > 0 ? (size_t)(rest.p - x->f->data.p) : x->f->data.n;
        pl_bytes bare = pl_bytes_trim(line);
        if (has_body && bare.n == 0)
            return pl_match_claim(x->f, at, end - at, PL_CLASS_TOOLCHAIN, PL_GRADE_NONE, RULE, NULL, err);
        st = claim_line(x, at, end - at, read(x, bare, number), err);
    }
    return st;
}

/* setup.cfg as sdist leaves it: the project's, with three lines behind it. */
static pl_status read_setup_cfg(struct metadata *x, struct pl_err *err)
{
    pl_bytes tail = PL_LIT(SDIST_TAIL);
    pl_bytes data = x->f->data;
    size_t at = pl_bytes_find(data, tail, data.n < tail.n + 2 ? 0 : data.n - tail.n - 2);
    if (at == SIZE_MAX || (at > 0 && data.p[at - 1] != '\n'))
        return PL_OK;
    pl_status st = pl_match_claim(x->f, at, data.n - at, PL_CLASS_TOOLCHAIN, PL_GRADE_NONE, RULE, NULL, err);
    return st == PL_OK ? read_lines(x, read_setting, false, err) : st;
}

static const struct {
    const char *base;
    const char *folder; /* end of the folder's name; NULL: wherever it is */
    line_reader read;
    bool has_body;
} kinds[] = {
    {"PKG-INFO", NULL, read_header, true},
    {"METADATA", ".dist-info", read_header, true},
    {"requires.txt", ".egg-info", read_requirement, false},
    {"entry_points.txt", "-info", read_entry_point, false},
    {"SOURCES.txt", ".egg-info", read_path, false},
    {"top_level.txt", "-info", read_module, false},
    {"dependency_links.txt", ".egg-info", read_link, false},
    {"zip-safe", "-info", read_empty, false},
    {"not-zip-safe", "-info", read_empty, false},
    {"RECORD", ".dist-info", read_record, false},
    {"WHEEL", ".dist-info", read_wheel, false},
    {"setup.cfg", NULL, NULL, false},
};

/* The row of a file; SIZE_MAX for none. */
static size_t kind_of(pl_bytes name)
{
    pl_bytes base = pl_bytes_basename(name);
    pl_bytes folder = pl_bytes_folder(name);
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        if (pl_bytes_eq_str(base, kinds[i].base) &&
            (kinds[i].folder == NULL || pl_bytes_ends(folder, pl_bytes_of_str(kinds[i].folder))))
            return i;
    return SIZE_MAX;
}

static pl_status apply(const struct pl_match *m, struct pl_file *f, struct pl_err *err)
{
    struct metadata x = {.m = m, .f = f};
    size_t kind =
        f->data.n > 0 && f->data.n <= MAX_BYTES && f->container == NULL ? kind_of(f->name) : SIZE_MAX;
    if (kind == SIZE_MAX || !pl_looks_like_text(f->data))
        return PL_OK;
    pl_status st = pl_stated_read(m, &x.stated, err);
    if (st == PL_OK && x.stated.said.n > 0) {
        st = pl_names_build(m, PL_NAME_PYTHON, err);
        if (st == PL_OK)
            st = pl_names_build(m, PL_NAME_MODULE, err);
        if (st == PL_OK && kinds[kind].read == NULL)
            st = read_setup_cfg(&x, err);
        else if (st == PL_OK)
            st = read_lines(&x, kinds[kind].read, kinds[kind].has_body, err);
    }
    pl_stated_reset(&x.stated);
    return st;
}

const struct pl_rung pl_rung_python_metadata = {
    .rule = RULE,
    .what = "Lines of PKG-INFO, METADATA, RECORD and what setuptools writes beside them are stated in "
            "setup.py, setup.cfg or pyproject.toml, or name files "
            "of the package.",
    .source = "Core metadata specifications; Entry points specification; Recording installed projects",
    .pass = PL_PASS_PACKAGE,
    .apply = apply,
};
