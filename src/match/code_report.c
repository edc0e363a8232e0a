/*
 * code_report.c - findings about functions that the source does not account for.
 *
 * Each names the instructions that make it so, how control gets there, how much source was searched, and who comes nearest.
 */
#include "base/order.h"
#include "base/quote.h"
#include "match/code_imports.h"
#include "match/code_result.h"
#include "match/import_acts.h"

#include <stdio.h>
#include <stdlib.h>

#define SHOWN_ATOMS    6u
#define TEXT_BYTES     60u
#define FACT_BYTES     600u
#define TOGETHER_BYTES 16u /* of a string that says which function it is of */
#define MAX_HOLDERS    16u /* functions that hold it */
#define CALLS_TOGETHER 2u  /* beside the call, of the same function of the source: one alone is soon found */
#define MAX_TEXT       (1u << 20)

/* Of an image's imports that code calls; as many as foreign_noise_count and foreign_noise_ppm of policy.h, where that is measured. */
#define NOISE_IMPORTS 10u
#define NOISE_PPM     100000u

static const char *const atom_facts[SHOWN_ATOMS] = {"atom[0]", "atom[1]", "atom[2]",
                                                    "atom[3]", "atom[4]", "atom[5]"};

const char *pl_code_mark_of(const struct pl_code_result *r, uint32_t subject, uint32_t atom)
{
    const struct pl_code_grade *g = &r->grades[subject];
    bool is_novel = g->end == PL_CODE_CONTRADICTED;
    uint64_t hash = r->a->code->atoms[atom].hash;
    uint8_t kind = r->a->code->atoms[atom].kind;
    if (!is_novel && g->end != PL_CODE_MISPLACED)
        return NULL;
    for (uint32_t i = 0; i < g->n_foreign && i < PL_GRADED_ATOMS; i++) {
        const struct pl_atom *foreign = &r->a->code->atoms[g->foreign[i]];
        if (foreign->kind != kind || foreign->hash != hash)
            continue;
        if (kind == PL_ATOM_STRING)
            return is_novel ? "string not in source" : "string of another unit";
        return is_novel ? "import not in source" : "call that its unit does not make";
    }
    return NULL;
}

/* "4e2b1  call [0x1c3091]  GetModuleFileNameW  <- import not in source" */
static void add_atom(struct pl_buf *out, const struct pl_code_result *r, uint32_t subject, uint32_t index)
{
    const struct pl_code *code = r->a->code;
    const struct pl_atom *atom = &code->atoms[index];
    const char *mark = pl_code_mark_of(r, subject, index);
    uint32_t holder = pl_code_function_holding(code, atom->at);
    char text[PL_CODE_TEXT_BYTES] = "";
    if (holder != PL_NO_TARGET) {
        const struct pl_function *fn = &code->functions[holder];
        uint64_t inside = atom->at - fn->offset;
        (void)pl_code_text_of(fn->machine, fn->address + inside,
                              pl_bytes_sub(r->f->data, (size_t)atom->at, (size_t)(fn->size - inside)), text);
    }
    pl_buf_printf(out, "%llx  %s  ", (unsigned long long)atom->at, text);
    if (atom->kind == PL_ATOM_STRING)
        pl_buf_add_byte(out, '"');
    pl_buf_add(out, pl_bytes_sub(atom->text, 0, TEXT_BYTES));
    if (atom->kind == PL_ATOM_STRING)
        pl_buf_add_str(out, atom->text.n > TEXT_BYTES ? "…\"" : "\"");
    pl_buf_printf(out, "  <- %s", mark == NULL ? "" : mark);
}

static pl_status add_fact(const struct pl_code_result *r, struct pl_finding *finding, const char *name,
                          struct pl_buf *text, struct pl_err *err)
{
    pl_status st = pl_buf_done(text, err);
    if (st == PL_OK)
        st = pl_finding_fact(&r->f->findings, finding, name, pl_bytes_sub(pl_buf_bytes(text), 0, FACT_BYTES),
                             err);
    pl_buf_clear(text);
    return st;
}

static void add_searched(struct pl_buf *out, const struct pl_code_result *r)
{
    pl_add_thousands(out, r->n_searched);
    pl_buf_add_str(out, r->n_searched == 1 ? " source function; " : " source functions; ");
    pl_add_thousands(out, r->n_accounted);
    pl_buf_add_str(out, " of the ");
    pl_add_thousands(out, r->a->subjects.n);
    pl_buf_add_str(out, " functions of this file are accounted for");
}

/* The definition it was placed at, else the best that was asked. */
static bool nearest(const struct pl_subject *s, const struct pl_aligner *a, struct pl_candidate *out)
{
    if (s->definition != PL_NO_DEFINITION)
        *out = (struct pl_candidate){s->definition, s->score};
    else if (s->n_candidates > 0)
        *out = a->candidates.v[s->first_candidate];
    return s->definition != PL_NO_DEFINITION || s->n_candidates > 0;
}

static pl_status add_facts(const struct pl_code_result *r, uint32_t subject, struct pl_finding *finding,
                           struct pl_buf *b, struct pl_err *err)
{
    const struct pl_subject *s = &r->a->subjects.v[subject];
    const struct pl_code_grade *g = &r->grades[subject];
    struct pl_code_way way;
    struct pl_candidate best;
    pl_status st = PL_OK;
    for (uint32_t i = 0; i < g->n_foreign && i < SHOWN_ATOMS && i < PL_GRADED_ATOMS && st == PL_OK; i++) {
        add_atom(b, r, subject, g->foreign[i]);
        st = add_fact(r, finding, atom_facts[i], b, err);
    }
    if (pl_code_ways(r, subject, &way, 1) > 0)
        pl_code_add_way(b, r, &way);
    else
        pl_buf_add_str(b, "nowhere that was found");
    if (st == PL_OK)
        st = add_fact(r, finding, "reached from", b, err);
    add_searched(b, r);
    if (st == PL_OK)
        st = add_fact(r, finding, "searched", b, err);
    if (nearest(s, r->a, &best))
        pl_code_add_candidate(b, r, subject, best.id, best.score);
    else
        pl_buf_add_str(b, "none that has anything in common with it");
    return st == PL_OK ? add_fact(r, finding, "nearest", b, err) : st;
}

static int by_import(const void *a, const void *b)
{
    return pl_bytes_cmp(*(const pl_bytes *)a, *(const pl_bytes *)b);
}

/*
 * Does the code call so many imports that nothing explains that our rules do not fit it, as what a generator wrote whose calls nobody has listed? Then one of them says little:
 * code.foreign-import is a warning in such a file, too. What it could hide: a call that does not act in a program with many others of no source.
 */
static pl_status find_noise(struct pl_code_result *r, struct pl_err *err)
{
    const struct pl_code *code = r->a->code;
    size_t n = 0;
    size_t asked = 0;
    size_t unexplained = 0;
    pl_bytes *names = pl_arena_take_n(r->m->scratch, code->n_atoms + 1, sizeof *names);
    if (names == NULL)
        return pl_arena_fail(r->m->scratch, err);
    for (size_t i = 0; i < code->n_atoms; i++)
        if (code->atoms[i].kind == PL_ATOM_IMPORT)
            names[n++] = code->atoms[i].text;
    if (n > 0)
        qsort(names, n, sizeof *names, by_import);
    for (size_t i = 0; i < n; i++) {
        struct pl_import_hit hit;
        bool found = true;
        pl_status st = PL_OK;
        if (i > 0 && pl_bytes_eq(names[i], names[i - 1]))
            continue;
        if (r->m->literals != NULL)
            st = pl_import_explain(r->m->literals, names[i], r->m->scratch, &found, &hit, err);
        if (st != PL_OK)
            return st;
        asked++;
        unexplained += !found;
    }
    r->is_noisy = unexplained > NOISE_IMPORTS && unexplained * 1000000 > asked * NOISE_PPM;
    return PL_OK;
}

pl_status pl_code_find_homes(struct pl_code_result *r, struct pl_err *err)
{
    const struct pl_aligner *a = r->a;
    r->n_at_home = 0;
    r->at_home = pl_arena_take_n(r->m->scratch, a->facts.n + 1, sizeof *r->at_home);
    if (r->at_home == NULL)
        return pl_arena_fail(r->m->scratch, err);
    for (uint32_t i = 0; i < a->subjects.n; i++) {
        const struct pl_subject *s = &a->subjects.v[i];
        if (r->grades[i].end != PL_CODE_MATCHED)
            continue;
        for (uint32_t k = 0; k < s->n_facts; k++) {
            const struct pl_code_fact *f = &a->facts.v[s->first_fact + k];
            bool is_why = s->margin < f->weight || r->grades[i].evidence < 2u * f->weight;
            if (f->kind == PL_ATOM_IMPORT && !is_why) /* the call may be why it is matched there */
                r->at_home[r->n_at_home++] = a->code->atoms[f->atom].hash;
        }
    }
    if (r->n_at_home > 0)
        qsort(r->at_home, r->n_at_home, sizeof *r->at_home, pl_order_u64);
    return find_noise(r, err);
}

/* Is it a call that reaches out of the process, and that no function of the image makes in its place? A slot of the loader's was given another name. */
static bool is_homeless(const struct pl_code_result *r, const struct pl_atom *atom)
{
    return atom->kind == PL_ATOM_IMPORT && pl_import_acts(atom->text) &&
           bsearch(&atom->hash, r->at_home, r->n_at_home, sizeof *r->at_home, pl_order_u64) == NULL;
}

/*
 * Does an inline function of a library's header make the call, which the source reaches: qt_safe_open(), or a method of a class that the source derives from? A copy of it stands
 * in any unit. What it could hide: such a call in a function of its own unit.
 */
static bool is_of_inline(const struct pl_code_result *r, uint32_t call)
{
    pl_bytes names[PL_FACT_ALTERNATIVES];
    bool is_neutral;
    unsigned n = pl_import_alternatives(r->a->code->atoms[call].text, names, &is_neutral);
    for (unsigned i = 0; i < n; i++)
        if (pl_literals_word(r->m->literals, PL_WORD_IN_INLINE, names[i], NULL, NULL))
            return true;
    return false;
}

/*
 * Does one function of the source hold the call together with a string that the function has from elsewhere, too? Then what stands here is that function, in a place that
 * its unit's neighbours do not tell, or inlined from a header. A call alone, or beside strings of its own unit, is none of this. What it could hide: a call and a
 * string that the source has together.
 */
static bool is_of_one_function(const struct pl_code_result *r, const struct pl_code_grade *g, uint32_t call)
{
    struct pl_code_fact acts;
    if (!pl_code_fact_of(r->a, call, &acts))
        return false;
    for (unsigned i = 0; i < g->n_foreign && i < PL_GRADED_ATOMS; i++) {
        struct pl_code_fact text;
        if (r->a->code->atoms[g->foreign[i]].kind != PL_ATOM_STRING ||
            r->a->code->atoms[g->foreign[i]].text.n < TOGETHER_BYTES ||
            !pl_code_fact_of(r->a, g->foreign[i], &text))
            continue;
        for (unsigned k = 0; k < text.n; k++) {
            struct pl_id_list holders = pl_codebase_with(r->a->cb, text.feature[k]);
            for (size_t h = 0; h < holders.n && h < MAX_HOLDERS; h++)
                for (unsigned c = 0; c < acts.n; c++)
                    if (pl_id_list_has(pl_codebase_direct(r->a->cb, holders.v[h]), acts.feature[c]))
                        return true;
        }
    }
    return false;
}

/*
 * The same by calls: does one function of the source make this one and at least two others that the function has from elsewhere, too? aa3d's main() makes feof(), fopen(), perror()
 * and exit(), and was placed in the unit of a library that is linked in. What it could hide: three calls that one function of another unit makes.
 */
static bool makes_calls_of(const struct pl_code_result *r, const struct pl_code_grade *g, uint32_t call,
                           uint32_t holder)
{
    unsigned n = 0;
    for (unsigned i = 0; i < g->n_foreign && i < PL_GRADED_ATOMS; i++) {
        const struct pl_atom *atom = &r->a->code->atoms[g->foreign[i]];
        struct pl_code_fact other;
        bool is_held = false;
        if (atom->kind != PL_ATOM_IMPORT || atom->hash == r->a->code->atoms[call].hash ||
            !pl_code_fact_of(r->a, g->foreign[i], &other))
            continue;
        for (unsigned k = 0; k < other.n; k++)
            is_held = is_held || pl_id_list_has(pl_codebase_direct(r->a->cb, holder), other.feature[k]);
        n += is_held;
    }
    return n >= CALLS_TOGETHER;
}

static bool is_among_calls_of_one_function(const struct pl_code_result *r, const struct pl_code_grade *g,
                                           uint32_t call)
{
    struct pl_code_fact acts;
    if (!pl_code_fact_of(r->a, call, &acts))
        return false;
    for (unsigned c = 0; c < acts.n; c++) {
        struct pl_id_list holders = pl_codebase_with(r->a->cb, acts.feature[c]);
        for (size_t h = 0; h < holders.n; h++)
            if (makes_calls_of(r, g, call, holders.v[h]))
                return true;
    }
    return false;
}

/* Compilers put no text between instructions; who writes a payload over a function does. */
static bool is_text_in_code(const struct pl_code_result *r, const struct pl_atom *atom)
{
    pl_bytes data = r->f->data;
    bool is_inside = atom->kind == PL_ATOM_STRING && atom->text.p >= data.p && atom->text.p < data.p + data.n;
    return is_inside &&
           pl_code_function_holding(r->a->code, (uint64_t)(atom->text.p - data.p)) != PL_NO_TARGET;
}

/*
 * Beside what stands nowhere: a call that reaches out of the process, which the source makes elsewhere alone, and no function of the image in its place. No function of 64,384 of
 * the 58 packages of C in tests/accuracy/code.txt has one. NULL when there is none.
 */
static const struct pl_atom *act_beside(const struct pl_code_result *r, uint32_t subject)
{
    const struct pl_aligner *a = r->a;
    const struct pl_subject *s = &a->subjects.v[subject];
    const struct pl_code_grade *g = &r->grades[subject];
    if (g->end != PL_CODE_CONTRADICTED || g->unit == UINT32_MAX)
        return NULL;
    for (uint32_t i = 0; i < s->n_facts; i++) {
        const struct pl_code_fact *f = &a->facts.v[s->first_fact + i];
        const struct pl_atom *atom = &a->code->atoms[f->atom];
        bool is_here = f->n == 0 || f->is_neutral;
        for (unsigned k = 0; k < f->n && !is_here; k++)
            is_here =
                pl_code_reaches(a, subject, f->feature[k]) || pl_code_unit_has(a, g->unit, f->feature[k]);
        if (!is_here && is_homeless(r, atom) && !is_of_inline(r, f->atom))
            return atom;
    }
    return NULL;
}

/*
 * A call that the source has no way to make is an error: of 58 honest packages of C with 24 MB of code one has one (tests/accuracy/code.md). A
 * string alone is a warning here; whether it is an error is said once for each string, as code.foreign-string. So is a call of which nobody can
 * tell for want of headers.
 */
static enum pl_severity severity_of(const struct pl_code_result *r, const struct pl_code_grade *g,
                                    const struct pl_atom *act)
{
    bool is_contradicted = g->end == PL_CODE_CONTRADICTED;
    if (pl_codebase_links_all(r->m->codebase) ||
        (!is_contradicted && pl_codebase_is_linked_whole(r->m->codebase)))
        return PL_SEVERITY_WARNING;
    if (act != NULL && !pl_codebase_is_linked_whole(r->m->codebase))
        return PL_SEVERITY_ERROR;
    for (unsigned i = 0; i < g->n_foreign && i < PL_GRADED_ATOMS; i++) {
        const struct pl_atom *atom = &r->a->code->atoms[g->foreign[i]];
        bool is_lost = is_homeless(r, atom) &&
                       (is_contradicted || !(is_of_one_function(r, g, g->foreign[i]) ||
                                             is_among_calls_of_one_function(r, g, g->foreign[i]) ||
                                             is_of_inline(r, g->foreign[i])));
        if (is_lost || (is_contradicted && is_text_in_code(r, atom)))
            return PL_SEVERITY_ERROR;
        if (is_contradicted && atom->kind == PL_ATOM_IMPORT &&
            !(r->is_noisy && !pl_import_acts(atom->text)) &&
            !pl_import_is_open(r->m->literals, atom->text, r->m->scratch))
            return PL_SEVERITY_ERROR;
    }
    return PL_SEVERITY_WARNING;
}

pl_status pl_code_report(const struct pl_code_result *r, uint32_t subject, struct pl_err *err)
{
    const struct pl_function *fn = &r->a->code->functions[r->a->subjects.v[subject].function];
    const struct pl_code_grade *g = &r->grades[subject];
    bool is_novel = g->end == PL_CODE_CONTRADICTED;
    const struct pl_atom *act = act_beside(r, subject);
    struct pl_finding *finding;
    struct pl_buf b;
    pl_status st = pl_findings_add(
        &r->f->findings, is_novel ? "code.unaccounted-function" : "code.misplaced-atom",
        severity_of(r, g, act), fn->offset, fn->size, &finding, err,
        is_novel ? "a function holds %u string%s or import%s that the source does not have"
                 : "a function holds %u string%s or call%s that its unit of the source does not have",
        (unsigned)g->n_foreign, g->n_foreign == 1 ? "" : "s", g->n_foreign == 1 ? "" : "s");
    if (st != PL_OK || finding == NULL)
        return st;
    pl_buf_init(&b, MAX_TEXT);
    st = add_facts(r, subject, finding, &b, err);
    if (st == PL_OK && act != NULL)
        st = pl_finding_fact(&r->f->findings, finding, "call that its unit does not make", act->text, err);
    pl_buf_reset(&b);
    return st;
}
