/*
 * script_claim.c - bytes inherit from atoms, inside one statement.
 *
 *     statement    f ( "explained" , x ) ; g ( "novel" ) ; h ( ) ;
 *     claimed      =====================                   =======     a statement without atoms goes with its neighbours
 *
 * Between an explained atom and one that is not, all bytes belong to the one that is not. Grade B where the atoms of a statement follow
 * each other in the source without a gap, so that all but local names is equal; else C.
 *
 * A statement without atoms holds local names, keywords, signs and small numbers alone: it can name nothing
 * outside of its file. Long ones are left, since JavaScript can be written with six signs.
 */
#include "match/script_claim.h"

#include "format/text/words.h"

#include <string.h>

#define RULE                    "script.atoms"
#define RULE_HELPER             "script.helper"
#define RULE_COMMENT            "script.comment"
#define RULE_BARE               "script.bare" /* a file that names nothing at all */
#define MAX_COMMENT_NOVEL_WORDS 0u

/* What one range is claimed as, until the next one differs. */
struct open_claim {
    bool is_open;
    size_t from;
    size_t to;
    uint32_t unit; /* in the set; UINT32_MAX: a helper's, or of atoms of no source */
    enum pl_grade grade;
    uint32_t first; /* positions in the set */
    uint32_t last;
};

struct claimer {
    const struct pl_script_text *t;
    struct open_claim open;
    size_t atom;           /* the first one at or behind the present token */
    size_t bare_signs;     /* of statements since the last atom */
    size_t statement;      /* where the present statement begins */
    size_t statement_atom; /* its first atom */
    struct pl_lex gap;     /* reads between atoms; here, since it is too large to be cleared each time */
};

static bool is_explained(uint8_t class)
{
    return class <= PL_SCRIPT_MOVED;
}

static const char *name_source(const struct pl_script_text *t, const struct open_claim *o)
{
    const struct pl_index *ix = t->m->index;
    uint32_t unit = t->set->units[o->unit].unit;
    uint64_t first = pl_index_line_of(ix, unit, t->set->offsets[o->first]);
    uint64_t last = pl_index_line_of(ix, unit, t->set->offsets[o->last]);
    return pl_arena_printf(t->m->arena, "%.*s:%llu-%llu", PL_ARG(pl_index_unit_file(ix, unit)->path),
                           (unsigned long long)first, (unsigned long long)last);
}

static pl_status close_claim(struct claimer *x, struct pl_err *err)
{
    struct open_claim *o = &x->open;
    if (!o->is_open || o->to <= o->from) {
        o->is_open = false;
        return PL_OK;
    }
    bool is_helper = o->unit == UINT32_MAX;
    struct pl_claim c = {.offset = o->from,
                         .length = o->to - o->from,
                         .class = is_helper ? PL_CLASS_TOOLCHAIN : PL_CLASS_DERIVED,
                         .grade = is_helper ? PL_GRADE_NONE : o->grade,
                         .rule = is_helper ? RULE_HELPER : RULE,
                         .source_offset = PL_NO_OFFSET};
    if (!is_helper) {
        c.source = name_source(x->t, o);
        c.source_offset = x->t->set->offsets[o->first];
        if (c.source == NULL)
            return pl_arena_fail(x->t->m->arena, err);
    }
    o->is_open = false;
    return pl_ledger_claim(&x->t->f->ledger, &c, err);
}

/* The nearest link that has a place or is a helper's: runs of moved ones are bordered by such. */
static const struct pl_script_link *placed_neighbour(const struct pl_script_text *t, size_t a)
{
    for (size_t i = a; i < t->n; i++)
        if (t->links[i].class <= PL_SCRIPT_HELPER)
            return &t->links[i];
    for (size_t i = a; i > 0; i--)
        if (t->links[i - 1].class <= PL_SCRIPT_HELPER)
            return &t->links[i - 1];
    return &t->links[a];
}

/* Claim [from, to) for the source of links[a], or go on with the open claim when that says the same. */
static pl_status claim(struct claimer *x, size_t from, size_t to, size_t a, enum pl_grade grade,
                       struct pl_err *err)
{
    const struct pl_script_link *link = &x->t->links[a];
    struct open_claim *o = &x->open;
    bool is_helper = link->class == PL_SCRIPT_HELPER;
    /* A moved atom has no position of its own: it goes with what is before or behind it. */
    if (link->class == PL_SCRIPT_MOVED && o->is_open && o->to == from) {
        o->to = to;
        o->grade = o->unit == UINT32_MAX ? o->grade : PL_GRADE_C;
        return PL_OK;
    }
    if (o->is_open && o->to == from && o->grade == grade && (o->unit == UINT32_MAX) == is_helper &&
        (is_helper || (link->position >= x->t->set->units[o->unit].first &&
                       link->position < x->t->set->units[o->unit + 1].first))) {
        o->to = to;
        if (!is_helper && link->position < o->first)
            o->first = link->position;
        if (!is_helper && link->position > o->last)
            o->last = link->position;
        return PL_OK;
    }
    pl_status st = close_claim(x, err);
    if (link->class == PL_SCRIPT_MOVED)
        link = placed_neighbour(x->t, a);
    is_helper = link->class == PL_SCRIPT_HELPER;
    *o = (struct open_claim){.is_open = true,
                             .from = from,
                             .to = to,
                             .unit = is_helper ? UINT32_MAX : pl_script_unit_at(x->t->set, link->position),
                             .grade = grade,
                             .first = link->position,
                             .last = link->position};
    return st;
}

/* Is there more in [from, to) than PL_SCRIPT_BARE_SIGNS signs, words and comments left out? A shorter range is not looked at. */
static bool is_over_signs(struct claimer *x, size_t from, size_t to)
{
    size_t signs = 0;
    struct pl_lex_token token;
    if (to <= from || to - from <= PL_SCRIPT_BARE_SIGNS)
        return false;
    pl_lex_init(&x->gap, pl_bytes_sub(x->t->f->data, from, to - from), x->t->language);
    while (signs <= PL_SCRIPT_BARE_SIGNS && pl_lex_next(&x->gap, &token))
        if (token.kind == PL_LEX_PUNCT && token.byte != ',')
            signs += token.length;
        else if (token.kind != PL_LEX_COMMENT && token.length > PL_SCRIPT_LONG_NAME)
            signs += token.length; /* no name, but data */
    return signs > PL_SCRIPT_BARE_SIGNS;
}

static size_t atom_end(const struct pl_script_text *t, size_t a)
{
    return (size_t)t->atoms[a].at + t->atoms[a].length;
}

/* All atoms of [from, to) explained, each right behind the one before? */
static enum pl_grade grade_of(const struct pl_script_text *t, size_t from, size_t to)
{
    for (size_t i = from; i < to; i++)
        if (t->links[i].class != PL_SCRIPT_EXPLAINED || (i > from && !t->links[i].is_next))
            return PL_GRADE_C;
    return PL_GRADE_B;
}

/* "//# sourceMappingURL=" and the file's own name with ".map". */
static bool is_map_link(const struct pl_script_text *t, pl_bytes comment)
{
    size_t at = pl_bytes_find(comment, PL_LIT("# sourceMappingURL="), 0);
    if (at != 2)
        return false;
    pl_bytes target = pl_bytes_trim(pl_bytes_from(comment, at + 19));
    if (pl_bytes_ends(target, PL_LIT("*/")))
        target = pl_bytes_trim(pl_bytes_sub(target, 0, target.n - 2));
    pl_bytes own = pl_bytes_basename(t->f->name);
    return target.n == own.n + 4 && pl_bytes_starts(target, own) && pl_bytes_ends(target, PL_LIT(".map"));
}

/* Does a source have every word of the text? */
static bool is_known_text(const struct pl_script_text *t, pl_bytes comment)
{
    pl_bytes word;
    uint32_t novel = 0;
    if (is_map_link(t, comment))
        return true;
    while (pl_words_next(&comment, &word)) {
        bool is_number = true;
        for (size_t i = 0; i < word.n && is_number; i++)
            is_number = pl_is_digit(word.p[i]);
        if (!is_number && !pl_index_has_word(t->m->index, word) &&
            !pl_bytes_eq_str(word, "sourceMappingURL") && !pl_bytes_eq_str(word, "__PURE__"))
            novel++;
    }
    return novel <= MAX_COMMENT_NOVEL_WORDS;
}

/* A stretch without atoms that is too long to be taken on trust. */
static pl_status note_bare(struct claimer *x, size_t from, size_t to, struct pl_err *err)
{
    struct pl_script_run *slot = PL_VEC_ADD(&x->t->f->script_runs);
    if (slot == NULL)
        return pl_fail_nomem(err);
    *slot = (struct pl_script_run){.offset = from, .length = to - from, .bare = (uint32_t)(to - from)};
    return PL_OK;
}

/* A statement without atoms: with the atom before it, or else the one behind it. */
static pl_status claim_bare(struct claimer *x, size_t from, size_t to, struct pl_err *err)
{
    size_t a = x->statement_atom;
    const struct pl_script_text *t = x->t;
    if (is_over_signs(x, from, to) || x->bare_signs > PL_SCRIPT_BARE_SIGNS)
        return note_bare(x, from, to, err);
    if (a > 0 && is_explained(t->links[a - 1].class))
        return claim(x, from, to, a - 1, PL_GRADE_C, err);
    if (a < t->n && is_explained(t->links[a].class))
        return claim(x, from, to, a, PL_GRADE_C, err);
    return t->n == 0
               ? pl_match_claim(t->f, from, to - from, PL_CLASS_DERIVED, PL_GRADE_C, RULE_BARE, NULL, err)
               : PL_OK;
}

/* The statement ends before `to`. */
static pl_status end_statement(struct claimer *x, size_t to, struct pl_err *err)
{
    const struct pl_script_text *t = x->t;
    size_t from = x->statement;
    size_t first = x->statement_atom;
    pl_status st = PL_OK;
    if (x->atom == first) {
        st = to > from ? claim_bare(x, from, to, err) : PL_OK;
    } else {
        enum pl_grade grade = grade_of(t, first, x->atom);
        x->bare_signs = 0;
        for (size_t a = first; a < x->atom && st == PL_OK; a++) {
            bool is_last = a + 1 == x->atom;
            size_t end = is_last                               ? to
                         : is_explained(t->links[a + 1].class) ? t->atoms[a + 1].at
                                                               : atom_end(t, a);
            if (is_explained(t->links[a].class)) {
                size_t start = a == first ? from : t->atoms[a].at;
                size_t own_end = atom_end(t, a) < end ? atom_end(t, a) : end;
                if (is_over_signs(x, own_end, end)) {
                    st = note_bare(x, own_end, end, err);
                    end = own_end;
                }
                if (st == PL_OK && end > start)
                    st = claim(x, start, end, a, grade, err);
            }
        }
    }
    x->statement = to;
    x->statement_atom = x->atom;
    return st;
}

static pl_status take_comment(struct claimer *x, const struct pl_script_mark *mark, struct pl_err *err)
{
    uint32_t at = mark->end - mark->comment;
    bool is_known = is_known_text(x->t, pl_bytes_sub(x->t->f->data, at, mark->comment));
    struct pl_claim c = {.offset = at,
                         .length = mark->comment,
                         .class = is_known ? PL_CLASS_DERIVED : PL_CLASS_UNACCOUNTED,
                         .grade = is_known ? PL_GRADE_C : PL_GRADE_NONE,
                         .rule = RULE_COMMENT,
                         .source_offset = PL_NO_OFFSET};
    /* At once, since the earlier claim wins: a comment inside of a statement is none of its bytes. */
    return pl_ledger_claim(&x->t->f->ledger, &c, err);
}

pl_status pl_script_claim(const struct pl_script_text *t, struct pl_err *err)
{
    struct claimer x = {.t = t};
    pl_status st = PL_OK;
    for (size_t i = 0; i < t->marks->list.n && st == PL_OK; i++) {
        const struct pl_script_mark *mark = &t->marks->list.v[i];
        while (x.atom < t->n && t->atoms[x.atom].at < mark->end)
            x.atom++;
        x.bare_signs += mark->signs;
        if (mark->comment > 0)
            st = take_comment(&x, mark, err);
        else if (x.atom == 0 || atom_end(t, x.atom - 1) <= mark->end)
            st = end_statement(&x, mark->end, err);
    }
    x.bare_signs += t->marks->signs;
    x.atom = t->n;
    if (st == PL_OK)
        st = end_statement(&x, t->f->data.n, err);
    return st == PL_OK ? close_claim(&x, err) : st;
}
