/*
 * code_grade.c - what the alignment proves of one function.
 *
 * A function is tied to a translation unit first, which is robust, and to one source function where the evidence is positive. Each of its
 * atoms is then looked for: in that source function and what may be inlined into it; in the unit; anywhere. What is nowhere is novel and
 * contradicts; what is elsewhere is misplaced. docs/matching.md, "Functions", has the table.
 */
#include "format/text/go_names.h"
#include "match/code_align.h"
#include "match/import_acts.h"

#include <string.h>

#define TELLING_BYTES    5u /* of a string: shorter ones are as often numbers */
#define TELLING_LETTERS  3u /* in it: "%s/%s" is put together anywhere */
#define MAX_PARTED_BYTES 256u
#define PART_BYTES       5u  /* of a literal that a macro's value stands before or behind */
#define MAX_ABSORBED     64u /* definitions that have the atom */
/* Of the path to the next best one through a rival. From 25 to 45 the share of B that is another function falls from 5 to 4 % (run-truth). */
#define MARGIN_TENTHS      28
#define DISTINCTIVE_TENTHS 45u /* found evidence that makes a match more than a place: once in 22 by chance */
/* Of a function that no other definition comes near, whatever it holds: 155 of 163 are right, 95.7 % of those with evidence (truth builds but libxml2). */
#define LONE_TENTHS    60
#define MAX_HOSTS      48u        /* looked at, of a definition */
#define MAX_NAMED_NEAR 64u        /* functions of one name */
#define MAX_NEAR       (1u << 16) /* of these, for one function: 41,736 is the most of gron and fzf */

static size_t count_letters(pl_bytes text)
{
    size_t n = 0;
    for (size_t i = 0; i < text.n; i++)
        n += (text.p[i] | 32) >= 'a' && (text.p[i] | 32) <= 'z';
    return n;
}

/* Short ones are values of macros and tails of others; an identifier may be the text of a macro's argument or a function's own name. */
bool pl_code_is_telling(const struct pl_aligner *a, const struct pl_code_fact *f)
{
    pl_bytes text = a->code->atoms[f->atom].text;
    bool is_word = true;
    if (f->kind != PL_ATOM_STRING)
        return true;
    for (size_t i = 0; i < text.n && is_word; i++)
        is_word = pl_is_word_byte(text.p[i]);
    return text.n >= TELLING_BYTES && count_letters(text) >= TELLING_LETTERS && !is_word;
}

/* One subject while it is graded. */
struct grading {
    const struct pl_aligner *a;
    const struct pl_subject *s;
    uint32_t units[2];
    uint32_t asked_near; /* of MAX_NEAR */
    struct pl_code_inlined inlined;
};

static bool reaches(struct grading *g, uint32_t feature)
{
    return pl_code_definition_reaches(g->a->cb, &g->inlined, g->s->definition, feature);
}

bool pl_code_reaches(const struct pl_aligner *a, uint32_t subject, uint32_t feature)
{
    struct grading g = {.a = a, .s = &a->subjects.v[subject]};
    return reaches(&g, feature);
}

static bool unit_has(const struct grading *g, uint32_t feature)
{
    for (unsigned u = 0; u < 2; u++)
        if (g->units[u] != UINT32_MAX && pl_code_unit_has(g->a, g->units[u], feature))
            return true;
    return false;
}

/* Does it have the string in two: a macro's value and the rest of a literal, however short: PREFIX "/"? */
static bool has_both_parts(const struct pl_aligner *a, const uint32_t *units, const struct pl_code_fact *f)
{
    pl_bytes text = a->code->atoms[f->atom].text;
    if (f->kind != PL_ATOM_STRING || text.n > MAX_PARTED_BYTES)
        return false;
    for (size_t i = 1; i < text.n; i++) {
        pl_bytes parts[] = {pl_bytes_sub(text, 0, i), pl_bytes_from(text, i)};
        for (unsigned k = 0; k < 2; k++) {
            uint32_t rest =
                pl_codebase_feature(a->cb, pl_codebase_key(PL_ATOM_STRING_PART, pl_atom_hash_text(parts[k])));
            uint32_t value =
                pl_codebase_feature(a->cb, pl_codebase_key(PL_ATOM_STRING, pl_atom_hash_text(parts[1 - k])));
            for (unsigned u = 0; u < 2 && rest != PL_NO_FEATURE && value != PL_NO_FEATURE; u++)
                if (units[u] != UINT32_MAX && pl_code_unit_has(a, units[u], rest) &&
                    pl_code_unit_has(a, units[u], value))
                    return true;
        }
    }
    return false;
}

/*
 * A function of a .c file that others include has words that they define before: gnulib's at-func.c calls AT_FUNC_F1, which is getxattr in one
 * unit and fstatat in another.
 */
static bool has_includer(const struct pl_aligner *a, const struct pl_subject *s, uint32_t feature)
{
    const struct pl_index *ix = pl_codebase_index(a->cb);
    uint32_t own =
        s->definition == PL_NO_DEFINITION ? UINT32_MAX : pl_codebase_at(a->cb, s->definition)->unit;
    if (own == UINT32_MAX || !pl_bytes_ends(pl_index_unit_file(ix, own)->path, PL_LIT(".c")))
        return false;
    for (uint32_t u = 0; u < pl_index_unit_count(ix); u++)
        if (u != own && pl_codebase_includes(a->cb, u, own) && pl_code_unit_has(a, u, feature))
            return true;
    return false;
}

static bool is_in_image(const struct pl_aligner *a, uint32_t definition)
{
    for (size_t i = 0; i < a->subjects.n; i++)
        if (a->subjects.v[i].definition == definition)
            return true;
    return false;
}

/*
 * Has a function of another unit it that this one calls, and that no function of the image is: was it inlined when the program was linked?
 */
static bool has_absorbed(const struct pl_aligner *a, const struct pl_subject *s, uint32_t feature)
{
    if (s->definition == PL_NO_DEFINITION)
        return false;
    struct pl_id_list closure = pl_codebase_closure(a->cb, s->definition);
    struct pl_id_list with = pl_codebase_with(a->cb, feature);
    for (size_t i = 0; i < with.n && i < MAX_ABSORBED; i++) {
        uint32_t name = pl_codebase_name_feature(a->cb, with.v[i]);
        if (name != PL_NO_FEATURE && pl_id_list_has(closure, name) && !is_in_image(a, with.v[i]))
            return pl_codebase_is_linked_whole(a->cb);
    }
    return false;
}

static bool is_go(const struct pl_aligner *a, const struct pl_subject *s)
{
    return (a->code->functions[s->function].flags & PL_FUNCTION_GO) != 0;
}

static pl_bytes folder_of_unit(const struct pl_aligner *a, uint32_t unit)
{
    return pl_bytes_folder(pl_index_unit_file(pl_codebase_index(a->cb), unit)->path);
}

/* Is `name` in what the definition names, or in what functions name that it names? */
static bool is_named_near(struct grading *g, uint32_t id, uint32_t name)
{
    const struct pl_aligner *a = g->a;
    struct pl_id_list direct = pl_codebase_direct(a->cb, id);
    if (pl_id_list_has(direct, name))
        return true;
    for (size_t i = 0; i < direct.n; i++) {
        struct pl_id_list named = pl_codebase_named_feature(a->cb, direct.v[i]);
        for (size_t k = 0; k < named.n && named.n <= MAX_NAMED_NEAR && g->asked_near < MAX_NEAR;
             k++, g->asked_near++)
            if (pl_id_list_has(pl_codebase_direct(a->cb, named.v[k]), name))
                return true;
    }
    return false;
}

/*
 * Go compiles a folder at once and puts functions of any package into others. What this could hide: in a function a text of its own package, or of one that it
 * calls.
 */
static bool has_go_package(struct grading *g, uint32_t feature)
{
    const struct pl_aligner *a = g->a;
    struct pl_id_list with = pl_codebase_with(a->cb, feature);
    uint32_t id = g->s->definition;
    struct pl_go_function go;
    if (!is_go(a, g->s))
        return false;
    /* The folder of its definition, else the package that its name says. */
    bool has_package =
        id != PL_NO_DEFINITION || pl_go_function_of(a->code->functions[g->s->function].name, &go);
    pl_bytes own = id != PL_NO_DEFINITION ? folder_of_unit(a, pl_codebase_at(a->cb, id)->unit)
                   : has_package          ? pl_bytes_basename(go.package)
                                          : (pl_bytes){NULL, 0};
    for (size_t i = 0; i < with.n && i < MAX_ABSORBED; i++) {
        uint32_t name = pl_codebase_name_feature(a->cb, with.v[i]);
        pl_bytes folder = folder_of_unit(a, pl_codebase_at(a->cb, with.v[i])->unit);
        if (has_package && pl_bytes_eq(id != PL_NO_DEFINITION ? folder : pl_bytes_basename(folder), own))
            return true;
        if (name != PL_NO_FEATURE && id != PL_NO_DEFINITION && is_named_near(g, id, name))
            return true;
    }
    return false;
}

/* Is it told from others by what it holds, or by its calls, callers and data where no other definition comes near? */
static bool is_distinctive(const struct pl_subject *s, uint32_t evidence)
{
    uint32_t fit = (uint32_t)(s->score > 0 ? s->score : 0);
    return evidence + fit / 2 >= DISTINCTIVE_TENTHS || (s->margin >= LONE_TENTHS && s->margin >= s->score);
}

/*
 * A subject without a name that nothing in the image calls, while a function that may inline what it is said to be is missing there, and no
 * linker takes half a unit: it may be that one. Of 106 programs of coreutils this keeps 2.7 in 100 of grade B from being wrong, and of the
 * others it takes 1 in 750.
 */
static bool may_be_host(const struct pl_aligner *a, const struct pl_subject *s)
{
    struct pl_id_list hosts = pl_codebase_hosts(a->cb, s->definition);
    if (s->n_callers > 0 || a->code->functions[s->function].name.n > 0)
        return false;
    for (size_t i = 0; i < hosts.n && i < MAX_HOSTS; i++) {
        const struct pl_codebase_entry *e = pl_codebase_at(a->cb, hosts.v[i]);
        if (hosts.v[i] != s->definition && e->unit == s->unit && a->taken_by[hosts.v[i]] == 0 &&
            (e->definition->flags & PL_DEFINITION_STATIC) == 0)
            return true;
    }
    return false;
}

enum where { IN_FUNCTION, IN_UNIT, ELSEWHERE, NOWHERE };

/* Is the end or the start of the string there as a literal beside a macro: NAME " \"%s\" failed"? */
static enum where find_part(struct grading *g, const struct pl_code_fact *f)
{
    pl_bytes text = g->a->code->atoms[f->atom].text;
    enum where best = ELSEWHERE;
    if (f->kind != PL_ATOM_STRING || text.n > MAX_PARTED_BYTES)
        return ELSEWHERE;
    for (size_t i = PART_BYTES; i + 1 < text.n && best != IN_FUNCTION; i++) {
        pl_bytes parts[] = {pl_bytes_sub(text, 0, i), pl_bytes_from(text, text.n - i)};
        for (unsigned k = 0; k < 2; k++) {
            uint64_t key = pl_codebase_key(PL_ATOM_STRING_PART, pl_atom_hash_text(parts[k]));
            uint32_t feature = pl_codebase_feature(g->a->cb, key);
            if (feature == PL_NO_FEATURE)
                continue;
            if (reaches(g, feature))
                best = IN_FUNCTION;
            else if (best == ELSEWHERE && unit_has(g, feature))
                best = IN_UNIT;
        }
    }
    return best;
}

/* Too short to say whose it is, or the text of a name that the function uses: the argument of a macro. */
static bool is_common(struct grading *g, const struct pl_code_fact *f)
{
    pl_bytes text = g->a->code->atoms[f->atom].text;
    if (f->kind != PL_ATOM_STRING || pl_code_is_telling(g->a, f))
        return false;
    uint32_t name = pl_codebase_feature(g->a->cb, pl_codebase_key(PL_ATOM_NAME, pl_atom_hash_text(text)));
    return text.n < TELLING_BYTES || count_letters(text) < TELLING_LETTERS ||
           (name != PL_NO_FEATURE && reaches(g, name));
}

static bool is_act(const struct pl_aligner *a, uint32_t atom)
{
    return a->code->atoms[atom].kind == PL_ATOM_IMPORT && pl_import_acts(a->code->atoms[atom].text);
}

/*
 * Rust compiles what is generic where it is used, and puts functions of any crate into others; its locks wait by syscall(SYS_futex), wherever they stand. What
 * this could hide: in a function a text of another one, a call that no import acts by, or one of syscall() where the sources have one.
 */
static bool is_rust_anywhere(const struct grading *g, const struct pl_code_fact *f)
{
    const struct pl_atom *atom = &g->a->code->atoms[f->atom];
    bool is_lock = atom->kind == PL_ATOM_IMPORT && pl_bytes_eq_str(atom->text, "syscall");
    return g->a->code->is_rust && (is_lock || !is_act(g->a, f->atom));
}

static enum where find_fact(struct grading *g, const struct pl_code_fact *f)
{
    if (f->n == 0)
        return NOWHERE;
    for (unsigned k = 0; k < f->n; k++)
        if (reaches(g, f->feature[k]))
            return IN_FUNCTION;
    for (unsigned k = 0; k < f->n; k++)
        if (unit_has(g, f->feature[k]))
            return IN_UNIT;
    for (unsigned k = 0; k < f->n; k++)
        if (has_includer(g->a, g->s, f->feature[k]) || has_absorbed(g->a, g->s, f->feature[k]) ||
            has_go_package(g, f->feature[k]))
            return IN_UNIT;
    return is_rust_anywhere(g, f) ? IN_UNIT : ELSEWHERE;
}

/* The units that it can belong to: its own; else those on both sides of it. */
static void units_of(const struct pl_aligner *a, uint32_t subject, uint32_t units[2])
{
    const struct pl_subject *s = &a->subjects.v[subject];
    units[0] = s->unit;
    units[1] = s->place == PL_NO_PLACE ? s->unit_behind : UINT32_MAX;
    if (s->definition == PL_NO_DEFINITION || s->place != PL_NO_PLACE)
        return;
    /* A header's function that neither unit reads: its copy may stand anywhere. */
    uint32_t own = pl_codebase_at(a->cb, s->definition)->unit;
    if (units[0] == UINT32_MAX || !pl_codebase_includes(a->cb, units[0], own))
        units[0] = own;
}

/* The first ones are kept, and what acts and stands nowhere in the source in the place of one that does not: it decides. */
static void note_foreign(struct pl_code_grade *g, const struct pl_aligner *a, uint32_t atom)
{
    if (g->n_foreign < PL_GRADED_ATOMS)
        g->foreign[g->n_foreign] = atom;
    else if (g->end == PL_CODE_CONTRADICTED && is_act(a, atom) && !is_act(a, g->foreign[PL_GRADED_ATOMS - 1]))
        g->foreign[PL_GRADED_ATOMS - 1] = atom;
    g->n_foreign++;
}

/* Of several that are said to be the same function the others may be clones of it, or something else. */
static bool fits_best(const struct pl_aligner *a, uint32_t subject)
{
    const struct pl_subject *s = &a->subjects.v[subject];
    uint32_t by = a->taken_by[s->definition];
    return by == 0 || by == subject + 1 || pl_codebase_places(a->cb, s->definition).n >= 2;
}

/*
 * Assembly stands in the image as it is written, so a second copy of a text is that text again (%include "jccolext-avx2.asm" for each order of
 * colours), and one with other instructions is not.
 */
static bool is_the_text(const struct pl_aligner *a, uint32_t subject)
{
    enum pl_code_written written = pl_code_is_as_written(a, &a->subjects.v[subject]);
    return written == PL_CODE_COPY || (written != PL_CODE_OTHER_TEXT && fits_best(a, subject));
}

/* Is it the name of the definition itself, which __func__ makes? */
static bool is_own_name(const struct grading *g, const struct pl_code_fact *f)
{
    return g->s->definition != PL_NO_DEFINITION && f->kind == PL_ATOM_STRING && f->name != PL_NO_FEATURE &&
           f->name == pl_codebase_name_feature(g->a->cb, g->s->definition);
}

/* Where a fact is, and whether a rule says why it is not in the function. */
static pl_status judge_fact(struct grading *g, const struct pl_code_fact *f, enum where *where,
                            bool *is_explained, struct pl_err *err)
{
    const struct pl_aligner *a = g->a;
    pl_status st = PL_OK;
    *where = find_fact(g, f);
    *is_explained = f->is_neutral;
    if (*where != IN_FUNCTION && is_own_name(g, f) && (f->n > 0 || f->is_neutral)) {
        *where = IN_FUNCTION;
        return PL_OK;
    }
    if ((*where == ELSEWHERE || *where == IN_UNIT) && !*is_explained && a->explain != NULL)
        st = a->explain(a->explain_ctx, &a->code->atoms[f->atom], true, is_explained, err);
    if (st != PL_OK || *where != ELSEWHERE || *is_explained || !pl_code_is_telling(a, f))
        return st;
    *where = find_part(g, f);
    if (*where == ELSEWHERE && has_both_parts(a, g->units, f))
        *where = IN_UNIT;
    return PL_OK;
}

/* An atom that is not in the function: what it says of the whole. */
static void weigh_stranger(struct pl_code_grade *g, const struct pl_aligner *a, const struct pl_code_fact *f,
                           enum where where)
{
    if (where == IN_UNIT || (where == ELSEWHERE && !pl_code_is_telling(a, f)))
        return;
    if (where == NOWHERE && g->end != PL_CODE_CONTRADICTED) {
        g->end = PL_CODE_CONTRADICTED;
        g->n_foreign = 0;
    }
    if (where == ELSEWHERE && g->end == PL_CODE_PLACED)
        g->end = PL_CODE_MISPLACED;
    if ((where == NOWHERE) == (g->end == PL_CODE_CONTRADICTED))
        note_foreign(g, a, f->atom);
}

pl_status pl_code_grade_subject(const struct pl_aligner *a, uint32_t subject, struct pl_code_grade *out,
                                struct pl_err *err)
{
    const struct pl_subject *s = &a->subjects.v[subject];
    struct grading grading = {.a = a, .s = s};
    struct pl_code_grade g = {.end = PL_CODE_RUNTIME, .unit = UINT32_MAX};
    bool is_whole = s->definition != PL_NO_DEFINITION;
    if (s->is_fixed) {
        *out = g;
        return PL_OK;
    }
    units_of(a, subject, grading.units);
    g.unit = grading.units[0];
    g.end = PL_CODE_PLACED;
    for (uint32_t i = 0; i < s->n_facts; i++) {
        const struct pl_code_fact *f = &a->facts.v[s->first_fact + i];
        enum where where;
        bool is_explained;
        pl_status st = judge_fact(&grading, f, &where, &is_explained, err);
        if (st != PL_OK)
            return st;
        if (where == IN_FUNCTION) {
            g.evidence += f->weight;
            continue;
        }
        is_whole = is_whole && (is_explained || (where != NOWHERE && is_common(&grading, f)));
        if (!is_explained)
            weigh_stranger(&g, a, f, where);
    }
    if (g.end == PL_CODE_PLACED && grading.units[0] == UINT32_MAX && grading.units[1] == UINT32_MAX)
        g.end = PL_CODE_UNMATCHED;
    if (g.end == PL_CODE_PLACED && is_whole && s->margin >= MARGIN_TENTHS && is_distinctive(s, g.evidence) &&
        is_the_text(a, subject) && !may_be_host(a, s))
        g.end = PL_CODE_MATCHED;
    g.is_whole = is_whole;
    *out = g;
    return PL_OK;
}
