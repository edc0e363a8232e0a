/*
 * code_functions.c - the functions of an executable image, each accounted for by its source or said not to be.
 *
 * docs/matching.md, "Functions". The alignment stands in code_align.c, what it proves in code_grade.c; here bytes are claimed and findings added. What the
 * decoder cannot read is left to the next rung, which calls it opaque.
 */
#include "match/code_copies.h"
#include "match/code_imports.h"
#include "match/code_result.h"
#include "match/import_acts.h"
#include "match/import_made.h"
#include "match/text_places.h"

#include "format/text/cpp_names.h"

#include <string.h>

#define RULE_MATCHED "code.features"
#define RULE_PLACED  "code.placed"
#define RULE_RUNTIME "code.runtime"
#define RULE_PADDING "code.padding"
#define RULE_FOREIGN "code.foreign"
#define RULE_LOST    "code.unmatched"

#define RULE_ARRAY "data.array"

#define MAX_WHOLE_BYTES 512u /* of a string object that a text is the end of */

struct rung {
    const struct pl_match *m;
    struct pl_file *f;
    struct pl_aligner a;
    struct pl_code code;
    struct pl_text_places places;
    struct pl_code_grade *grades; /* one a subject */
    uint64_t unmatched_bytes;
    uint32_t n_unmatched;
};

/*
 * The string object that a text is the end of, when it is not all of one: compilers and linkers keep one object for two strings that end alike, and
 * programs skip what they do not want of one (".lesshst" + 1).
 */
static pl_bytes whole_text(const struct rung *r, pl_bytes text)
{
    pl_bytes data = r->f->data;
    if (text.n == 0 || text.p < data.p || text.p + text.n >= data.p + data.n)
        return text; /* a wide one is a copy */
    size_t start = (size_t)(text.p - data.p);
    size_t end = start + text.n;
    while (start > 0 && end - start < MAX_WHOLE_BYTES && data.p[start - 1] != 0)
        start--;
    return pl_bytes_sub(data, start, end - start);
}

static pl_status explain_text(const struct rung *r, pl_bytes text, bool *is_explained, struct pl_err *err)
{
    struct pl_literal_hit hit;
    bool found = false;
    pl_status st = pl_literals_explain(r->m->literals, text, r->m->scratch, &found, &hit, err);
    *is_explained = st == PL_OK && found && hit.rule->is_strict;
    return st;
}

/* Without the bytes at its start that are elements of a list of the source: an array of characters has no end of its own. */
static pl_bytes behind_array(const struct rung *r, pl_bytes text)
{
    while (text.n > 0 && text.p >= r->f->data.p && text.p < r->f->data.p + r->f->data.n) {
        uint64_t offset = (uint64_t)(text.p - r->f->data.p);
        const struct pl_claim *c = pl_ledger_at(&r->f->ledger, offset);
        bool is_array = c != NULL && c->class == PL_CLASS_DERIVED && strcmp(c->rule, RULE_ARRAY) == 0;
        if (!is_array)
            break;
        uint64_t n = c->offset + c->length - offset;
        text = n < text.n ? pl_bytes_from(text, (size_t)n) : pl_bytes_sub(text, 0, 0);
    }
    return text;
}

/* A text of two bytes a character is a copy. */
static bool is_within(const struct rung *r, pl_bytes text)
{
    return text.n > 0 && text.p >= r->f->data.p && text.p < r->f->data.p + r->f->data.n;
}

static uint64_t address_of(const struct rung *r, const uint8_t *p)
{
    const struct pl_code *code = r->a.code;
    uint64_t offset = (uint64_t)(p - r->f->data.p);
    for (size_t i = 0; i < code->n_spans; i++)
        if (offset - code->spans[i].offset < code->spans[i].size)
            return code->spans[i].address + (offset - code->spans[i].offset);
    return 0;
}

/* Does code refer to that byte as data? */
static bool is_data_place(const struct rung *r, const uint8_t *p)
{
    const struct pl_code *code = r->a.code;
    uint64_t address = address_of(r, p);
    size_t at = pl_code_data_from(code, address);
    return address != 0 && at < code->n_data && code->data[at] == address;
}

/* Texts one behind the other, which code refers to one by one: each is a text of the source. */
static pl_status explain_parts(const struct rung *r, pl_bytes text, bool *is_explained, struct pl_err *err)
{
    pl_status st = PL_OK;
    bool has_part = false;
    if (text.p < r->f->data.p || text.p + text.n > r->f->data.p + r->f->data.n || text.n > MAX_WHOLE_BYTES)
        return PL_OK; /* a wide one is a copy; one without end, as Go has them, is no row of texts */
    uint64_t offset = (uint64_t)(text.p - r->f->data.p);
    uint64_t end = offset + text.n;
    for (size_t i = pl_text_places_from(&r->places, offset + 1);
         i < r->places.v.n && r->places.v.v[i] < end && st == PL_OK; i++) {
        size_t n = (size_t)(r->places.v.v[i] - (uint64_t)(text.p - r->f->data.p));
        bool is_part = false;
        st = explain_text(r, pl_bytes_sub(text, 0, n), &is_part, err);
        if (is_part)
            text = pl_bytes_from(text, n);
        has_part = has_part || is_part;
    }
    return st == PL_OK && has_part ? explain_text(r, text, is_explained, err) : st;
}

/*
 * A text may be all of a string, the end of one, or an array of the source and the string behind it; or several of these, where code refers to
 * the beginning of each.
 */
static pl_status explain_string(const struct rung *r, pl_bytes text, bool *is_explained, struct pl_err *err)
{
    pl_bytes whole = whole_text(r, text);
    pl_bytes behind = behind_array(r, text);
    /* An array of characters may end where something else begins. */
    *is_explained = behind.n == 0 || (behind.n < text.n && is_data_place(r, behind.p));
    pl_status st = *is_explained ? PL_OK : explain_text(r, text, is_explained, err);
    if (st == PL_OK && !*is_explained && whole.n > text.n)
        st = explain_text(r, whole, is_explained, err);
    if (st == PL_OK && !*is_explained && behind.n < text.n)
        st = explain_text(r, behind, is_explained, err);
    return st == PL_OK && !*is_explained ? explain_parts(r, text, is_explained, err) : st;
}

/*
 * A loop over a table compares with where the table ends, and there the string of somebody else may begin: the function refers to what stands right before
 * it, too.
 */
static bool is_end_of_table(const struct rung *r, const struct pl_atom *atom)
{
    const struct pl_code *code = r->a.code;
    if (code->is_go || code->is_rust)
        return false; /* texts stand behind one another there, and one has a length */
    uint64_t end = is_within(r, atom->text) ? address_of(r, atom->text.p) : 0;
    size_t text = is_within(r, atom->text)
                      ? pl_text_places_from(&r->places, (uint64_t)(atom->text.p - r->f->data.p))
                      : 0;
    uint64_t before = text > 0 ? address_of(r, r->f->data.p + r->places.v.v[text - 1]) : 0;
    size_t behind = pl_code_data_from(code, end);
    if (behind > 0 && code->data[behind - 1] > before)
        before = code->data[behind - 1];
    size_t index = (size_t)(atom - code->atoms);
    for (size_t i = 0; i < code->n_functions && end != 0 && before != 0; i++) {
        const struct pl_function *f = &code->functions[i];
        if (index - f->first_atom >= f->n_atoms)
            continue;
        for (uint32_t k = 0; k < f->n_atoms; k++) {
            const struct pl_atom *other = &code->atoms[f->first_atom + k];
            bool is_before = other->kind == PL_ATOM_DATA && other->value == before;
            if (is_before || (other->kind == PL_ATOM_STRING && is_within(r, other->text) &&
                              address_of(r, other->text.p) == before))
                return true;
        }
    }
    return false;
}

/* "_ZN5Exiv29ExifdatumC1ERKS0_": a constructor that copies or moves from another of its class. Itanium C++ ABI, 5.1.8. */
static bool is_copy(pl_bytes mangled, const struct pl_cpp_function *cpp)
{
    if (!pl_bytes_eq(cpp->name, cpp->scope) || !pl_bytes_ends(mangled, PL_LIT("_")))
        return false;
    size_t at = mangled.n - 1;
    while (at > 0 &&
           (pl_is_digit(mangled.p[at - 1]) || (pl_is_upper(mangled.p[at - 1]) && mangled.p[at - 1] != 'S')))
        at--;
    pl_bytes front = pl_bytes_sub(mangled, 0, at);
    static const char *const ends[] = {"C1ERKS", "C2ERKS", "C1EOS", "C2EOS"};
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++)
        if (pl_bytes_ends(front, pl_bytes_of_str(ends[i])))
            return true;
    return false;
}

/*
 * May an inline function or a macro of the build's headers make that call? Of namespace std by the name of the method: what operators and
 * streams call stands in no source. One that acts has to be the unit's own.
 *
 * Of another library's class: the destructor and the constructor of a copy, which a compiler calls wherever a value ends or is handed on; what moc writes for each class with slots, which asks the class before it; and what an
 * inline function or a macro names that the source reaches, and the class with it, where no word of either acts (QVariant::constData() of qvariant_cast()). <iostream> has each unit call the constructor of
 * std::ios_base::Init.
 */
static bool may_be_of_header(const struct rung *r, pl_bytes name)
{
    static const char *const any[] = {"qt_metacast", "qt_metacall"};
    const struct pl_literals *l = r->m->literals;
    struct pl_cpp_function cpp;
    if (!pl_cpp_function_of(name, &cpp))
        return !pl_import_acts(name) && pl_literals_word(l, PL_WORD_IN_HEADER, name, NULL, NULL);
    bool is_open = cpp.is_standard
                       ? pl_bytes_eq_str(cpp.name, "Init")
                       : cpp.is_destructor || is_copy(name, &cpp) || pl_bytes_is_one_of(cpp.name, any, 2);
    bool is_quiet = cpp.is_standard ? !pl_import_acts(cpp.name)
                                    : pl_import_is_quiet(name) &&
                                          pl_literals_word(l, PL_WORD_IN_HEADER, cpp.scope, NULL, NULL);
    return is_open || (is_quiet && pl_literals_word(l, PL_WORD_IN_HEADER, cpp.name, NULL, NULL));
}

static pl_status explain(void *ctx, const struct pl_atom *atom, bool is_elsewhere, bool *is_explained,
                         struct pl_err *err)
{
    const struct rung *r = ctx;
    struct pl_import_hit import;
    bool found = false;
    pl_status st = PL_OK;
    *is_explained = false;
    if (r->m->literals == NULL)
        return PL_OK;
    if (is_elsewhere) {
        /* What headers of the build and config.h bring in may stand in any unit. */
        *is_explained =
            atom->kind == PL_ATOM_IMPORT
                ? may_be_of_header(r, atom->text) || pl_import_is_cleanup(r->m->literals, atom->text)
                : atom->kind == PL_ATOM_STRING &&
                      (pl_literals_word(r->m->literals, PL_TEXT_OF_BUILD, atom->text, NULL, NULL) ||
                       is_end_of_table(r, atom));
    } else if (atom->kind == PL_ATOM_STRING) {
        st = explain_string(r, atom->text, is_explained, err);
    } else if (atom->kind == PL_ATOM_IMPORT) {
        st = pl_import_explain(r->m->literals, atom->text, r->m->scratch, &found, &import, err);
        *is_explained = st == PL_OK && found && import.rule->is_strict;
    }
    return st;
}

static pl_status claim(struct rung *r, const struct pl_function *fn, enum pl_class class, enum pl_grade grade,
                       const char *rule, const char *source, struct pl_err *err)
{
    return pl_match_claim(r->f, fn->offset, fn->size, class, grade, rule, source, err);
}

const char *pl_code_source_of(const struct pl_match *m, uint32_t definition)
{
    const struct pl_codebase_entry *e = pl_codebase_at(m->codebase, definition);
    return pl_arena_printf(m->arena, "%.*s:%u-%u", PL_ARG(pl_index_unit_file(m->index, e->unit)->path),
                           (unsigned)e->definition->first_line, (unsigned)e->definition->last_line);
}

/* That of its definition, or the file alone. */
static const char *source_of(const struct rung *r, const struct pl_subject *s, const struct pl_code_grade *g)
{
    if (s->definition != PL_NO_DEFINITION)
        return pl_code_source_of(r->m, s->definition);
    if (g->unit == UINT32_MAX)
        return "";
    return pl_arena_str(r->m->arena, pl_index_unit_file(r->m->index, g->unit)->path);
}

/* "libgcc-12-dev: usr/lib/gcc/x86_64-linux-gnu/12/libgcc.a!/_muldc3.o"; NULL for start-up code that is known without a package. */
static const char *runtime_of(const struct rung *r, const struct pl_function *fn)
{
    const struct pl_toolchain_function *known =
        r->m->toolchain == NULL ? NULL : pl_toolchain_find(r->m->toolchain, &fn->print);
    return known == NULL ? NULL
                         : pl_arena_printf(r->m->arena, "%s: %.*s", known->package, PL_ARG(known->path));
}

static pl_status settle_subject(struct rung *r, uint32_t subject, struct pl_err *err)
{
    const struct pl_subject *s = &r->a.subjects.v[subject];
    const struct pl_code_grade *g = &r->grades[subject];
    const char *source = source_of(r, s, g);
    if (source == NULL)
        return pl_arena_fail(r->m->arena, err);
    enum pl_class class = PL_CLASS_DERIVED;
    enum pl_grade grade = PL_GRADE_C;
    const char *rule = RULE_PLACED;
    switch (g->end) {
    case PL_CODE_RUNTIME:
        class = PL_CLASS_TOOLCHAIN;
        grade = PL_GRADE_NONE;
        rule = RULE_RUNTIME;
        source = runtime_of(r, &r->code.functions[s->function]);
        break;
    case PL_CODE_MATCHED:
        grade = PL_GRADE_B;
        rule = RULE_MATCHED;
        break;
    case PL_CODE_PLACED: break;
    case PL_CODE_MISPLACED:
    case PL_CODE_CONTRADICTED:
        class = PL_CLASS_UNACCOUNTED;
        grade = PL_GRADE_NONE;
        rule = RULE_FOREIGN;
        break;
    case PL_CODE_UNMATCHED:
        class = PL_CLASS_UNACCOUNTED;
        grade = PL_GRADE_NONE;
        rule = RULE_LOST;
        source = NULL;
        r->n_unmatched++;
        r->unmatched_bytes += s->size;
        break;
    }
    return claim(r, &r->code.functions[s->function], class, grade, rule, source, err);
}

/* Cold parts have the class of their owner: its claim is looked up once all owners are settled. */
static pl_status claim_parts(struct rung *r, struct pl_err *err)
{
    pl_status st = pl_ledger_settle(&r->f->ledger, err);
    for (size_t i = 0; i < r->code.n_functions && st == PL_OK; i++) {
        const struct pl_function *fn = &r->code.functions[i];
        if (fn->owner == i)
            continue;
        const struct pl_claim *owners = pl_ledger_at(&r->f->ledger, r->code.functions[fn->owner].offset);
        if (owners == NULL)
            continue;
        struct pl_claim c = *owners;
        c.offset = fn->offset;
        c.length = fn->size;
        st = pl_ledger_claim(&r->f->ledger, &c, err);
    }
    return st;
}

static pl_status claim_gaps(struct rung *r, struct pl_err *err)
{
    pl_status st = PL_OK;
    for (size_t i = 0; i < r->code.n_gaps && st == PL_OK; i++)
        if (r->code.gaps[i].is_fill)
            st = pl_match_claim(r->f, r->code.gaps[i].offset, r->code.gaps[i].length, PL_CLASS_TOOLCHAIN,
                                PL_GRADE_NONE, RULE_PADDING, NULL, err);
    for (size_t i = 0; i < r->code.n_functions && st == PL_OK; i++)
        if (r->code.functions[i].flags & PL_FUNCTION_PLT)
            st = claim(r, &r->code.functions[i], PL_CLASS_TOOLCHAIN, PL_GRADE_NONE, RULE_RUNTIME, NULL, err);
    return st;
}

static pl_status grade_all(struct rung *r, struct pl_err *err)
{
    pl_status st = PL_OK;
    r->grades = pl_arena_take_n(r->m->scratch, r->a.subjects.n + 1, sizeof *r->grades);
    if (r->grades == NULL)
        return pl_arena_fail(r->m->scratch, err);
    for (uint32_t i = 0; i < r->a.subjects.n && st == PL_OK; i++)
        st = pl_code_grade_subject(&r->a, i, &r->grades[i], err);
    return st;
}

static pl_status report(const struct rung *r, struct pl_err *err)
{
    struct pl_code_result result = {.m = r->m, .f = r->f, .a = &r->a, .grades = r->grades};
    for (uint32_t i = 0; i < pl_codebase_count(r->m->codebase); i++)
        result.n_searched += pl_codebase_at(r->m->codebase, i)->definition->kind == PL_DEFINITION_FUNCTION;
    for (uint32_t i = 0; i < r->a.subjects.n; i++) {
        result.n_accounted += pl_code_end_is_accounted(r->grades[i].end);
        r->f->functions += r->grades[i].end != PL_CODE_RUNTIME;
        r->f->matched_functions += r->grades[i].end == PL_CODE_MATCHED;
    }
    pl_status st = pl_code_find_homes(&result, err);
    if (st == PL_OK)
        st = pl_code_find_known(&result, err);
    if (st == PL_OK)
        st = pl_code_check(&result, err); /* first: a flood of the others must not push it out */
    for (uint32_t i = 0; i < r->a.subjects.n && st == PL_OK; i++)
        if (r->grades[i].end == PL_CODE_CONTRADICTED || r->grades[i].end == PL_CODE_MISPLACED)
            st = pl_code_report(&result, i, err);
    if (st == PL_OK && r->n_unmatched > 0)
        st = pl_findings_add(&r->f->findings, "code.unmatched-function", PL_SEVERITY_WARNING, PL_NO_OFFSET, 0,
                             NULL, err, "%u functions (%llu bytes) were not found in the source",
                             (unsigned)r->n_unmatched, (unsigned long long)r->unmatched_bytes);
    return st == PL_OK && r->f->is_asked ? pl_code_story(&result, err) : st;
}

static pl_status match_code(struct rung *r, struct pl_err *err)
{
    pl_status st = pl_text_places_init(&r->places, r->f->data, &r->code, err);
    if (st == PL_OK)
        st = pl_code_align(&r->a, r->m->codebase, &r->code, explain, r, r->m->jobs, err);
    if (st == PL_OK)
        st = grade_all(r, err);
    if (st == PL_OK)
        st = claim_gaps(r, err);
    for (uint32_t i = 0; i < r->a.subjects.n && st == PL_OK; i++)
        st = settle_subject(r, i, err);
    if (st == PL_OK)
        st = claim_parts(r, err);
    if (st == PL_OK)
        st = report(r, err);
    if (st == PL_OK)
        st = pl_code_keep(r->m, r->f, &r->a, r->grades, err);
    pl_aligner_reset(&r->a);
    pl_text_places_reset(&r->places);
    return st;
}

static pl_status apply(const struct pl_match *m, struct pl_file *f, struct pl_err *err)
{
    struct rung r = {.m = m, .f = f};
    const struct pl_code *code;
    if (m->codebase == NULL)
        return PL_OK;
    pl_status st = pl_match_code(m, f, &code, err);
    /* When it is no image, the readers of structure have said so. */
    if (st != PL_OK || code == NULL || code->unsupported != NULL)
        return st;
    /* Functions of its own to mark: what other rungs see stays as it was read. */
    r.code = *code;
    pl_bytes functions =
        pl_arena_keep(m->scratch, pl_bytes_of(code->functions, code->n_functions * sizeof *code->functions));
    if (functions.p == NULL)
        return pl_arena_fail(m->scratch, err);
    r.code.functions = (struct pl_function *)(uintptr_t)functions.p;
    (void)pl_toolchain_mark(m->toolchain, &r.code);
    return match_code(&r, err);
}

const struct pl_rung pl_rung_code = {
    .rule = RULE_MATCHED,
    .what = "each function of an executable image, aligned to the functions of the source by its strings, "
            "calls and constants",
    .source = "docs/matching.md, Functions; Viterbi 1967",
    .pass = PL_PASS_FILE,
    .apply = apply,
};
