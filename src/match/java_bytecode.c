/*
 * java_bytecode.c - a .class beside its .java: each method's calls, fields, types and strings stand in that very method.
 *
 * The source is found by the name in the SourceFile attribute and the package; of several the one that fits best is taken (other trees,
 * multi-release jars). Members are judged one by one (java_class.h). One that uses what its source does not have is contradicted: its bytes, and the
 * constants that only it uses, stay unaccounted, and a finding names what is foreign. A class that no source has is an error.
 *
 * Everything of one member found is grade B; the rest that is placed, and all names, are grade C. Arithmetic, jumps and the order
 * of calls are not compared.
 *
 * Source: javaclass.h, java_class.h; JVMS SE 21, chapter 4.
 */
#include "match/java_class.h"
#include "match/java_own.h"

#include "base/buf.h"
#include "match/claim.h"

#include <stdio.h>
#include <string.h>

#define RULE         "bytecode.java"
#define RULE_MADE    "bytecode.java-made"
#define SHOWN        8u
#define SHOWN_BYTES  60u
#define MAX_REPORTS  20u /* of one file; further members are unaccounted without a finding of their own */
#define MAX_SOURCES  16u /* files of one name that a class is compared with */
#define SOURCE_BYTES ((size_t)256 << 20)

struct work {
    const struct pl_match *m;
    struct pl_file *f;
    struct pl_javaclass class;
    struct pl_java_source source; /* of the unit that fits best */
    struct pl_java_check check;
    bool has_check;
    const char *path;
    uint8_t *users; /* by constant: enum user */
    uint32_t reports;
};

enum user { USER_GOOD = 1, USER_BAD = 2, USER_STRING = 4 };

/* ---- the source ---- */

static pl_bytes source_name(const struct work *w, char text[256])
{
    if (w->class.source_file.n > 0)
        return w->class.source_file;
    pl_bytes base = pl_bytes_basename(w->class.name);
    base = pl_bytes_sub(base, 0, pl_bytes_find_byte(base, '$', 1));
    if (base.n > 240)
        return pl_bytes_of("", 0);
    memcpy(text, base.p, base.n);
    memcpy(text + base.n, ".java", 5);
    return pl_bytes_of(text, base.n + 5);
}

/* "a.b" and "a/b" */
static bool is_package(pl_bytes dotted, pl_bytes slashed)
{
    if (dotted.n != slashed.n)
        return false;
    for (size_t i = 0; i < dotted.n; i++)
        if (dotted.p[i] != slashed.p[i] && !(dotted.p[i] == '.' && slashed.p[i] == '/'))
            return false;
    return true;
}

/* Compare with one unit; it is kept when it is better than what is there. */
static pl_status try_unit(struct work *w, uint32_t unit, struct pl_err *err)
{
    struct pl_java_source source;
    struct pl_java_check check = {0};
    const struct pl_source_file *s = pl_index_unit_file(w->m->index, unit);
    pl_status st = pl_java_source_read(s->data, w->m->limits, SOURCE_BYTES, &source, err);
    bool is_better = false;
    if (st == PL_E_LIMIT) { /* it explains nothing */
        pl_java_source_reset(&source);
        return PL_OK;
    }
    /* A template may have its package filled in, too. */
    bool is_template = pl_bytes_ends(s->path, PL_LIT(".in"));
    bool has_package = is_package(source.package, pl_bytes_folder(w->class.name));
    if (st == PL_OK && (has_package || (is_template && source.package.n == 0))) {
        st = pl_java_check(&w->class, &source, w->m->java, is_template, &check, err);
        bool is_placed = check.placed != PL_JAVA_NONE || check.is_made;
        is_better = st == PL_OK && is_placed &&
                    (!w->has_check || pl_java_check_foreign(&check) < pl_java_check_foreign(&w->check));
        if (!is_better)
            pl_java_check_reset(&check);
    }
    if (!is_better) {
        pl_java_source_reset(&source);
        return st;
    }
    if (w->has_check) {
        pl_java_check_reset(&w->check);
        pl_java_source_reset(&w->source);
    }
    w->source = source;
    w->check = check;
    w->check.source = &w->source;
    w->check.scope.source = &w->source;
    w->has_check = true;
    w->path = pl_arena_str(w->m->arena, s->path);
    return w->path == NULL ? pl_arena_fail(w->m->arena, err) : PL_OK;
}

/* Is the file in the folder that a package has? */
static bool is_in_folder(const struct work *w, pl_bytes path)
{
    pl_bytes folder = pl_bytes_sub(path, 0, path.n - pl_bytes_basename(path).n);
    pl_bytes package = pl_bytes_folder(w->class.name);
    return folder.n > package.n && pl_bytes_ends(pl_bytes_sub(folder, 0, folder.n - 1), package);
}

static bool is_java(pl_bytes path)
{
    return pl_bytes_ends(path, PL_LIT(".java")) || pl_bytes_ends(path, PL_LIT(".java.in"));
}

/* Files of one name. Those in the folder of the package first; most projects have all of them there. */
static pl_status try_units(struct work *w, pl_units units, struct pl_err *err)
{
    pl_status st = PL_OK;
    unsigned tried = 0;
    for (size_t i = 0; i < 2 * units.n && st == PL_OK && tried < MAX_SOURCES; i++) {
        uint32_t unit = units.v[i % units.n];
        pl_bytes path = pl_index_unit_file(w->m->index, unit)->path;
        if (is_in_folder(w, path) != (i < units.n) || !is_java(path) ||
            pl_index_unit_is_repeat(w->m->index, unit))
            continue;
        tried++;
        st = try_unit(w, unit, err);
        if (w->has_check && pl_java_check_foreign(&w->check) == 0)
            break;
    }
    return st;
}

/* By the name of the source file, by that of its template, by the class: a second class of a file has no name of its own. */
static pl_status find_source(struct work *w, struct pl_err *err)
{
    char text[256];
    char template[300];
    pl_bytes name = source_name(w, text);
    pl_status st = try_units(w, pl_index_units_of_name(w->m->index, name), err);
    if (st == PL_OK && !w->has_check && name.n < 250) {
        int n = snprintf(template, sizeof template, "%.*s.in", PL_ARG(name));
        st = try_units(w, pl_index_units_of_name(w->m->index, pl_bytes_of(template, (size_t)n)), err);
    }
    uint32_t unit = pl_java_tree_unit_of(w->m->java, pl_bytes_basename(w->class.name));
    return st == PL_OK && !w->has_check && unit != PL_JAVA_NONE ? try_unit(w, unit, err) : st;
}

/* ---- constants ---- */

static void mark(struct work *w, uint32_t number, uint8_t user)
{
    const struct pl_javaclass_constant *k = pl_javaclass_at(&w->class, number);
    uint32_t i = (uint32_t)(k - w->class.constants.v);
    if ((w->users[i] & user) == user)
        return;
    w->users[i] |= user;
    if (k->tag == PL_JAVA_UTF8 || k->tag == 0 || (k->tag >= PL_JAVA_INTEGER && k->tag <= PL_JAVA_DOUBLE))
        return;
    uint8_t text = k->tag == PL_JAVA_STRING ? user | USER_STRING : user;
    if (k->tag != PL_JAVA_METHOD_HANDLE && k->tag != PL_JAVA_DYNAMIC && k->tag != PL_JAVA_INVOKE_DYNAMIC)
        mark(w, k->a, text);
    if (k->b != 0)
        mark(w, k->b, user);
    bool is_dynamic = k->tag == PL_JAVA_DYNAMIC || k->tag == PL_JAVA_INVOKE_DYNAMIC;
    if (!is_dynamic || k->a >= w->class.bootstraps.n)
        return;
    const struct pl_javaclass_bootstrap *b = &w->class.bootstraps.v[k->a];
    mark(w, b->method, user);
    for (uint32_t n = 0; n < b->n; n++)
        mark(w, w->class.bootstrap_arguments.v[b->first + n], user);
}

/* Arguments of bootstrap methods are used by who calls them, not by the table that lists them. */
static void mark_all(struct work *w)
{
    for (size_t i = 0; i < w->class.uses.n; i++) {
        const struct pl_javaclass_use *use = &w->class.uses.v[i];
        bool is_bad = use->member != PL_JAVACLASS_NONE &&
                      w->check.outcomes[use->member].verdict >= PL_JAVA_CONTRADICTED;
        const struct pl_javaclass_constant *k = pl_javaclass_at(&w->class, use->number);
        bool is_listed = use->member == PL_JAVACLASS_NONE && k->tag >= PL_JAVA_INTEGER &&
                         k->tag != PL_JAVA_CLASS && k->tag != PL_JAVA_NAME_AND_TYPE &&
                         k->tag != PL_JAVA_MODULE && k->tag != PL_JAVA_PACKAGE;
        if (!is_listed)
            mark(w, use->number, is_bad ? USER_BAD : USER_GOOD);
    }
}

/* The class of a constant whose value was put in (Integer.MAX_VALUE) stays behind, unused. */
static void mark_left_behind(struct work *w)
{
    for (uint32_t i = 1; i < w->class.constants.n; i++) {
        bool is_unused = w->users[i] == 0 && w->class.constants.v[i].tag == PL_JAVA_CLASS;
        pl_bytes name = pl_javaclass_text(&w->class, i);
        if (is_unused && (pl_java_tree_has_name(w->m->java, pl_java_simple_name(name)) ||
                          pl_java_same_top(name, w->class.name)))
            mark(w, i, USER_GOOD);
    }
}

static pl_status claim(struct work *w, uint64_t offset, uint64_t length, enum pl_class class,
                       enum pl_grade grade, struct pl_err *err)
{
    return pl_match_claim(w->f, offset, length, class, grade, RULE,
                          class == PL_CLASS_DERIVED ? w->path : NULL, err);
}

static pl_status claim_constants(struct work *w, struct pl_err *err)
{
    pl_status st = PL_OK;
    uint64_t unused = 0;
    uint64_t first = PL_NO_OFFSET;
    for (size_t i = 1; i < w->class.constants.n && st == PL_OK; i++) {
        const struct pl_javaclass_constant *k = &w->class.constants.v[i];
        bool is_text = k->tag == PL_JAVA_UTF8;
        if (w->users[i] == USER_BAD || (w->users[i] == (USER_BAD | USER_STRING) && is_text))
            st = claim(w, k->offset, k->length, PL_CLASS_UNACCOUNTED, PL_GRADE_NONE, err);
        else if (w->users[i] != 0 && is_text)
            st = claim(w, k->offset, k->length, PL_CLASS_DERIVED,
                       w->users[i] & USER_STRING ? PL_GRADE_B : PL_GRADE_C, err);
        else if (w->users[i] == 0 && is_text) {
            st = claim(w, k->offset, k->length, PL_CLASS_UNACCOUNTED, PL_GRADE_NONE, err);
            first = unused == 0 ? k->offset : first;
            unused += k->length;
        }
    }
    if (st == PL_OK && unused > 0)
        st = pl_findings_add(&w->f->findings, "bytecode.unknown-part", PL_SEVERITY_WARNING, first, 0, NULL,
                             err, "%llu bytes of constants that no part of the class uses",
                             (unsigned long long)unused);
    return st;
}

/* ---- findings ---- */

static bool is_foreign(uint8_t verdict)
{
    return verdict == PL_JAVA_ATOM_MISPLACED || verdict == PL_JAVA_ATOM_NOVEL;
}

static pl_bytes simple_class(const struct work *w)
{
    return pl_bytes_basename(w->class.name);
}

/* The first foreign texts of a member. */
static void list_foreign(struct work *w, const uint8_t *verdicts, struct pl_buf *list)
{
    unsigned shown = 0;
    for (size_t i = 0; i < w->check.atoms.n && shown < SHOWN; i++) {
        if (!is_foreign(verdicts[i]))
            continue;
        pl_buf_add_str(list, shown++ > 0 ? ", " : "");
        pl_buf_add(list, pl_bytes_sub(w->check.atoms.v[i].text, 0, SHOWN_BYTES));
    }
}

static pl_status report_member(struct work *w, uint32_t number, struct pl_err *err)
{
    const struct pl_javaclass_member *m = &w->class.members.v[number];
    struct pl_finding *finding;
    struct pl_buf list;
    uint8_t *verdicts;
    pl_status st = pl_java_check_explain(&w->check, number, w->m->scratch, &verdicts, err);
    if (st != PL_OK)
        return st;
    if (w->check.outcomes[number].verdict == PL_JAVA_STRANGE)
        return pl_findings_add(&w->f->findings, "bytecode.no-source", PL_SEVERITY_ERROR, m->offset, m->length,
                               NULL, err, "%.*s has a %s %.*s that %s does not have", PL_ARG(simple_class(w)),
                               m->is_method ? "method" : "field", PL_ARG(m->name), w->path);
    if (w->check.outcomes[number].has_lines_of_other)
        return pl_findings_add(
            &w->f->findings, "bytecode.foreign", PL_SEVERITY_ERROR, m->offset, m->length, NULL, err,
            "%.*s.%.*s has the lines %u to %u, which are those of another method in %s",
            PL_ARG(simple_class(w)), PL_ARG(m->name), m->first_line, m->last_line, w->path);
    pl_buf_init(&list, SHOWN * (SHOWN_BYTES + 2));
    list_foreign(w, verdicts, &list);
    st = pl_buf_done(&list, err);
    if (st == PL_OK)
        st = pl_findings_add(&w->f->findings, "bytecode.foreign", PL_SEVERITY_ERROR, m->offset, m->length,
                             &finding, err, "%.*s.%.*s uses names or strings that it does not have in %s",
                             PL_ARG(simple_class(w)), PL_ARG(m->name), w->path);
    if (st == PL_OK)
        st = pl_finding_fact(&w->f->findings, finding, "not in the source", pl_buf_bytes(&list), err);
    pl_buf_reset(&list);
    return st;
}

/* ---- the file ---- */

static pl_status claim_member(struct work *w, uint32_t number, struct pl_err *err)
{
    const struct pl_javaclass_member *m = &w->class.members.v[number];
    switch (w->check.outcomes[number].verdict) {
    case PL_JAVA_FITS: return claim(w, m->offset, m->length, PL_CLASS_DERIVED, PL_GRADE_B, err);
    case PL_JAVA_PLACED: return claim(w, m->offset, m->length, PL_CLASS_DERIVED, PL_GRADE_C, err);
    case PL_JAVA_MADE:
        return pl_match_claim(w->f, m->offset, m->length, PL_CLASS_TOOLCHAIN, PL_GRADE_NONE, RULE_MADE, NULL,
                              err);
    default: break;
    }
    pl_status st = claim(w, m->offset, m->length, PL_CLASS_UNACCOUNTED, PL_GRADE_NONE, err);
    return st == PL_OK && w->reports++ < MAX_REPORTS ? report_member(w, number, err) : st;
}

/* Attributes that are not known: nobody says what is in them. */
static pl_status claim_attributes(struct work *w, struct pl_err *err)
{
    pl_status st = PL_OK;
    for (size_t i = 0; i < w->class.attributes.n && st == PL_OK; i++) {
        const struct pl_javaclass_attribute *a = &w->class.attributes.v[i];
        if (a->is_known)
            continue;
        st = claim(w, a->offset, a->length, PL_CLASS_UNACCOUNTED, PL_GRADE_NONE, err);
        if (st == PL_OK)
            st = pl_findings_add(&w->f->findings, "bytecode.unknown-part", PL_SEVERITY_WARNING, a->offset,
                                 a->length, NULL, err, "the attribute %.*s is not known here",
                                 PL_ARG(a->name));
    }
    return st;
}

static pl_status claim_all(struct work *w, struct pl_err *err)
{
    w->users = pl_arena_take_n(w->m->scratch, w->class.constants.n, 1);
    if (w->users == NULL)
        return pl_arena_fail(w->m->scratch, err);
    mark_all(w);
    mark_left_behind(w);
    pl_status st = claim_attributes(w, err);
    if (st == PL_OK)
        st = claim_constants(w, err);
    for (uint32_t i = 0; i < w->class.members.n && st == PL_OK; i++)
        st = claim_member(w, i, err);
    /* Counts, numbers of constants and references between them: nothing else is left. */
    if (st == PL_OK)
        st = claim(w, 0, w->class.end, PL_CLASS_STRUCTURE, PL_GRADE_NONE, err);
    if (st == PL_OK && w->class.end < w->f->data.n)
        st = pl_findings_add(&w->f->findings, "bytecode.unknown-part", PL_SEVERITY_ERROR, w->class.end,
                             w->f->data.n - w->class.end, NULL, err, "bytes behind the end of the class");
    return st;
}

/* Is there a source of that name in another language of the virtual machine? Nothing reads those yet. */
static bool has_other_language(const struct work *w)
{
    static const char *const suffixes[] = {".kt", ".kts", ".scala", ".groovy", ".clj"};
    char text[256];
    pl_bytes name = source_name(w, text);
    for (size_t i = 0; i < sizeof suffixes / sizeof suffixes[0]; i++)
        if (pl_bytes_ends(name, pl_bytes_of_str(suffixes[i])))
            return pl_index_units_of_name(w->m->index, name).n > 0;
    return false;
}

static pl_status report_no_source(struct work *w, struct pl_err *err)
{
    char text[256];
    pl_bytes name = source_name(w, text);
    pl_status st = claim(w, 0, w->f->data.n, PL_CLASS_UNACCOUNTED, PL_GRADE_NONE, err);
    return st != PL_OK ? st
                       : pl_findings_add(&w->f->findings, "bytecode.no-source", PL_SEVERITY_ERROR, 0,
                                         w->f->data.n, NULL, err, "no source file %.*s has a class %.*s",
                                         PL_ARG(name), PL_ARG(w->class.name));
}

static pl_status compare(struct work *w, struct pl_err *err)
{
    pl_status st = pl_java_tree_need(w->m->java, err);
    if (st == PL_OK)
        st = find_source(w, err);
    if (st == PL_OK)
        st = w->has_check            ? claim_all(w, err)
             : has_other_language(w) ? PL_OK /* opaque, says the next rung */
                                     : report_no_source(w, err);
    if (w->has_check) {
        pl_java_check_reset(&w->check);
        pl_java_source_reset(&w->source);
    }
    return st;
}

/* A virtual machine refuses such a file, or reads it in a way that is not known here. */
static pl_status report_broken(struct work *w, const struct pl_err *why, struct pl_err *err)
{
    pl_status st = claim(w, 0, w->f->data.n, PL_CLASS_UNACCOUNTED, PL_GRADE_NONE, err);
    return st != PL_OK
               ? st
               : pl_findings_add(&w->f->findings, "bytecode.unknown-part", PL_SEVERITY_ERROR, 0, w->f->data.n,
                                 NULL, err, "no class file that can be read: %s", why->text);
}

static pl_status apply(const struct pl_match *m, struct pl_file *f, struct pl_err *err)
{
    struct work w = {.m = m, .f = f};
    struct pl_err why;
    if (m->java == NULL || f->data.p == NULL || !f->is_whole || !pl_is_unclaimed(f) || f->kind == NULL ||
        strcmp(f->kind, "class") != 0)
        return PL_OK;
    pl_status st = pl_javaclass_read(f->data, &w.class, &why);
    if (st == PL_OK)
        st = compare(&w, err);
    else if (st == PL_E_NOMEM)
        st = pl_fail_nomem(err);
    else if (st == PL_E_INPUT)
        st = report_broken(&w, &why, err);
    else
        st = PL_OK; /* of a newer version: opaque, says the next rung */
    pl_javaclass_reset(&w.class);
    return st;
}

const struct pl_rung pl_rung_bytecode_java = {
    .rule = RULE,
    .what = "Compiled Java: each method's calls, fields, types and strings stand in its own method of the "
            "source; "
            "arithmetic and jumps are not compared.",
    .source = "JVMS SE 21, chapter 4; JLS",
    .pass = PL_PASS_FILE,
    .apply = apply,
};
