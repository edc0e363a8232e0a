/*
 * code_grade.c - what the alignment proves of one function.
 *
 * A function is tied to a translation unit first, which is robust, and to one source function where the evidence is positive. Each of its
 * atoms is then looked for: in that source function and what may be inlined into it; in the unit; anywhere. What is nowhere is novel and
 * contradicts; what is elsewhere is misplaced. Source: DESIGN section 6, steps 5 and 6.
 */
#include "match/code_align.h"

#define TELLING_BYTES      5u /* of a string: MATCHING section 3 counts from 5 on */
#define TELLING_LETTERS    3u /* in it: "%s/%s" is put together anywhere */
#define MAX_PARTED_BYTES   256u
#define PART_BYTES         5u  /* of a literal that a macro's value stands before or behind */
#define MAX_ABSORBED       64u /* definitions that have the atom */
#define MARGIN_TENTHS      25  /* to the next best source function that is no kin */
#define DISTINCTIVE_TENTHS 60u /* found evidence that makes a match more than a place: once in 64 by chance */

/* Short ones are values of macros and tails of others; an identifier may be the text of a macro's argument or a function's own name. */
bool pl_code_is_telling(const struct pl_aligner *a, const struct pl_code_fact *f)
{
    pl_bytes text = a->code->atoms[f->atom].text;
    bool is_word = true;
    size_t letters = 0;
    if (f->kind != PL_ATOM_STRING)
        return true;
    for (size_t i = 0; i < text.n; i++)
        letters += (text.p[i] | 32) >= 'a' && (text.p[i] | 32) <= 'z';
    for (size_t i = 0; i < text.n && is_word; i++)
        is_word = ((text.p[i] | 32) >= 'a' && (text.p[i] | 32) <= 'z') || text.p[i] == '_' ||
                  (text.p[i] >= '0' && text.p[i] <= '9');
    return text.n >= TELLING_BYTES && letters >= TELLING_LETTERS && !is_word;
}

/* Does its unit have the end or the start of the string as a literal beside a macro: NAME " \"%s\" failed"? */
static bool has_part(const struct pl_aligner *a, const uint32_t *units, const struct pl_code_fact *f)
{
    pl_bytes text = a->code->atoms[f->atom].text;
    if (f->kind != PL_ATOM_STRING || text.n > MAX_PARTED_BYTES)
        return false;
    for (size_t i = PART_BYTES; i + 1 < text.n; i++) {
        pl_bytes parts[] = {pl_bytes_sub(text, 0, i), pl_bytes_from(text, text.n - i)};
        for (unsigned k = 0; k < 2; k++) {
            uint32_t feature =
                pl_codebase_feature(a->cb, pl_codebase_key(PL_ATOM_STRING_PART, pl_atom_hash_text(parts[k])));
            for (unsigned u = 0; u < 2 && feature != PL_NO_FEATURE; u++)
                if (units[u] != UINT32_MAX && pl_code_unit_has(a, units[u], feature))
                    return true;
        }
    }
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

/* Do the packager's rules ask for optimisation over the borders of units? dpkg-buildflags(1), optimize=+lto; GCC manual, -flto. */
static bool is_linked_with_optimisation(const struct pl_index *ix)
{
    pl_source_ref ref;
    return pl_index_find_path(ix, PL_LIT("debian/rules"), &ref) &&
           pl_bytes_find(pl_index_file(ix, ref)->data, PL_LIT("lto"), 0) != SIZE_MAX;
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
    if (s->definition == PL_NO_DEFINITION || !is_linked_with_optimisation(pl_codebase_index(a->cb)))
        return false;
    struct pl_id_list closure = pl_codebase_closure(a->cb, s->definition);
    struct pl_id_list with = pl_codebase_with(a->cb, feature);
    for (size_t i = 0; i < with.n && i < MAX_ABSORBED; i++) {
        uint32_t name = pl_codebase_name_feature(a->cb, with.v[i]);
        if (name != PL_NO_FEATURE && pl_id_list_has(closure, name) && !is_in_image(a, with.v[i]))
            return true;
    }
    return false;
}

enum where { IN_FUNCTION, IN_UNIT, ELSEWHERE, NOWHERE };

static enum where find_fact(const struct pl_aligner *a, const struct pl_subject *s, const uint32_t *units,
                            const struct pl_code_fact *f)
{
    struct pl_id_list closure = {NULL, 0};
    if (f->n == 0)
        return NOWHERE;
    if (s->definition != PL_NO_DEFINITION)
        closure = pl_codebase_closure(a->cb, s->definition);
    for (unsigned k = 0; k < f->n; k++)
        if (pl_id_list_has(closure, f->feature[k]))
            return IN_FUNCTION;
    for (unsigned u = 0; u < 2; u++)
        for (unsigned k = 0; k < f->n && units[u] != UINT32_MAX; k++)
            if (pl_code_unit_has(a, units[u], f->feature[k]))
                return IN_UNIT;
    for (unsigned k = 0; k < f->n; k++)
        if (has_includer(a, s, f->feature[k]) || has_absorbed(a, s, f->feature[k]))
            return IN_UNIT;
    return ELSEWHERE;
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

static void note_foreign(struct pl_code_grade *g, uint32_t atom)
{
    if (g->n_foreign < PL_GRADED_ATOMS)
        g->foreign[g->n_foreign] = atom;
    g->n_foreign++;
}

pl_status pl_code_grade_subject(const struct pl_aligner *a, uint32_t subject, struct pl_code_grade *out,
                                struct pl_err *err)
{
    const struct pl_subject *s = &a->subjects.v[subject];
    struct pl_code_grade g = {.end = PL_CODE_RUNTIME, .unit = UINT32_MAX};
    uint32_t units[2];
    bool is_whole = s->definition != PL_NO_DEFINITION;
    if (s->is_fixed) {
        *out = g;
        return PL_OK;
    }
    units_of(a, subject, units);
    g.unit = units[0];
    g.end = PL_CODE_PLACED;
    for (uint32_t i = 0; i < s->n_facts; i++) {
        const struct pl_code_fact *f = &a->facts.v[s->first_fact + i];
        enum where where = find_fact(a, s, units, f);
        bool is_explained = f->is_neutral;
        if (where == IN_FUNCTION) {
            g.evidence += f->weight;
            continue;
        }
        if (where == ELSEWHERE && !is_explained && a->explain != NULL) {
            pl_status st = a->explain(a->explain_ctx, &a->code->atoms[f->atom], true, &is_explained, err);
            if (st != PL_OK)
                return st;
        }
        if (where == ELSEWHERE && !is_explained && pl_code_is_telling(a, f) &&
            (has_part(a, units, f) || has_both_parts(a, units, f)))
            where = IN_UNIT;
        is_whole = is_whole && is_explained;
        if (where == IN_UNIT || is_explained || (where == ELSEWHERE && !pl_code_is_telling(a, f)))
            continue;
        if (where == NOWHERE && g.end != PL_CODE_CONTRADICTED) {
            g.end = PL_CODE_CONTRADICTED;
            g.n_foreign = 0;
        }
        if (where == ELSEWHERE && g.end == PL_CODE_PLACED)
            g.end = PL_CODE_MISPLACED;
        if ((where == NOWHERE) == (g.end == PL_CODE_CONTRADICTED))
            note_foreign(&g, f->atom);
    }
    if (g.end == PL_CODE_PLACED && units[0] == UINT32_MAX && units[1] == UINT32_MAX)
        g.end = PL_CODE_UNMATCHED;
    if (g.end == PL_CODE_PLACED && is_whole && s->margin >= MARGIN_TENTHS &&
        g.evidence + (uint32_t)(s->score > 0 ? s->score : 0) / 2 >= DISTINCTIVE_TENTHS)
        g.end = PL_CODE_MATCHED;
    *out = g;
    return PL_OK;
}
