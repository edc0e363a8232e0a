/*
 * code_copies.c - functions that several images of a package have in common.
 *
 * Each image votes for the definition that its alignment put the function at, with the margin of that. The one that wins has to be grade B
 * somewhere, and all the others together may have no more than a share of its votes. What a print leaves out, addresses, is looked at in each image: the
 * strings and imports of a copy have to be the definition's, too. A print that an image has twice says nothing: two functions compiled to it.
 */
#include "match/code_copies.h"

#include "match/code_result.h"

#include <stdlib.h>

#define RULE_COPY "code.copy"

#define MOST_VOTES    100 /* tenths of a bit, of one image: no single path decides alone */
#define OTHER_PERCENT 50  /* of the winner's votes, that all others may have */

struct kept_fact {
    uint32_t feature[PL_FACT_ALTERNATIVES];
    uint32_t name; /* as in struct pl_code_fact */
    uint8_t n;
    bool is_neutral;
};

struct kept_part {
    uint32_t function; /* of the kept ones */
    uint64_t offset, size;
};

struct kept_function {
    struct pl_code_print print;
    uint32_t definition; /* PL_NO_DEFINITION: none */
    int32_t margin;
    uint32_t first_fact, n_facts;
    uint32_t first_part, n_parts; /* ranges of the file, the first one first */
    bool is_matched;              /* grade B */
    bool is_whole;
};

struct pl_code_kept {
    struct kept_function *functions;
    size_t n;
    struct kept_fact *facts;
    struct kept_part *parts;
};

/* One function of one image. */
struct vote {
    struct pl_code_print print;
    uint32_t definition;
    uint32_t file;
    int32_t margin;
    bool is_matched;
};

struct known {
    struct pl_code_print print;
    uint32_t definition;
};

struct copies {
    PL_VEC(struct known) known; /* by print */
};

/* ---- the first pass ---- */

static bool is_wanted(const struct pl_aligner *a, uint32_t subject, const struct pl_code_grade *g)
{
    const struct pl_code_print *print = &a->code->functions[a->subjects.v[subject].function].print;
    return (g->end == PL_CODE_MATCHED || g->end == PL_CODE_PLACED) && !pl_code_print_is_none(print);
}

static struct pl_code_kept *room_for(const struct pl_match *m, const struct pl_aligner *a,
                                     const struct pl_code_grade *grades)
{
    size_t n = 0;
    size_t n_facts = 0;
    for (uint32_t i = 0; i < a->subjects.n; i++)
        if (is_wanted(a, i, &grades[i])) {
            n++;
            n_facts += a->subjects.v[i].n_facts;
        }
    struct pl_code_kept *k = pl_arena_take(m->arena, sizeof *k);
    if (k == NULL)
        return NULL;
    k->functions = pl_arena_take_n(m->arena, n + 1, sizeof *k->functions);
    k->facts = pl_arena_take_n(m->arena, n_facts + 1, sizeof *k->facts);
    k->parts = pl_arena_take_n(m->arena, a->code->n_functions + 1, sizeof *k->parts);
    return k->functions == NULL || k->facts == NULL || k->parts == NULL ? NULL : k;
}

static int by_function(const void *a, const void *b)
{
    const struct kept_part *x = a;
    const struct kept_part *y = b;
    if (x->function != y->function)
        return x->function < y->function ? -1 : 1;
    return x->offset < y->offset ? -1 : x->offset > y->offset;
}

/* The function itself and its cold parts. `kept_of`: per subject, counted from 1. */
static void keep_parts(struct pl_code_kept *k, const struct pl_aligner *a, const uint32_t *kept_of)
{
    size_t n = 0;
    for (size_t i = 0; i < a->code->n_functions; i++) {
        const struct pl_function *fn = &a->code->functions[i];
        uint32_t subject = a->subject_of[fn->owner];
        if (subject != PL_NO_TARGET && kept_of[subject] > 0)
            k->parts[n++] = (struct kept_part){kept_of[subject] - 1, fn->offset, fn->size};
    }
    qsort(k->parts, n, sizeof *k->parts, by_function);
    for (size_t i = n; i-- > 0;) {
        k->functions[k->parts[i].function].first_part = (uint32_t)i;
        k->functions[k->parts[i].function].n_parts++;
    }
}

pl_status pl_code_keep(const struct pl_match *m, struct pl_file *f, const struct pl_aligner *a,
                       const struct pl_code_grade *grades, struct pl_err *err)
{
    struct pl_code_kept *k = room_for(m, a, grades);
    if (k == NULL)
        return pl_arena_fail(m->arena, err);
    uint32_t *kept_of = pl_arena_take_n(m->scratch, a->subjects.n + 1, sizeof *kept_of);
    if (kept_of == NULL)
        return pl_arena_fail(m->scratch, err);
    uint32_t n_facts = 0;
    for (uint32_t i = 0; i < a->subjects.n; i++) {
        const struct pl_subject *s = &a->subjects.v[i];
        if (!is_wanted(a, i, &grades[i]))
            continue;
        kept_of[i] = (uint32_t)k->n + 1;
        k->functions[k->n++] = (struct kept_function){.print = a->code->functions[s->function].print,
                                                      .definition = s->definition,
                                                      .margin = s->margin,
                                                      .first_fact = n_facts,
                                                      .n_facts = s->n_facts,
                                                      .is_matched = grades[i].end == PL_CODE_MATCHED,
                                                      .is_whole = grades[i].is_whole};
        for (uint32_t j = 0; j < s->n_facts; j++) {
            const struct pl_code_fact *fact = &a->facts.v[s->first_fact + j];
            struct kept_fact *to = &k->facts[n_facts++];
            *to = (struct kept_fact){.name = fact->name, .n = fact->n, .is_neutral = fact->is_neutral};
            for (unsigned alt = 0; alt < fact->n; alt++)
                to->feature[alt] = fact->feature[alt];
        }
    }
    keep_parts(k, a, kept_of);
    f->code = k;
    return PL_OK;
}

/* ---- between the passes ---- */

static int by_print_and_file(const void *a, const void *b)
{
    const struct vote *x = a;
    const struct vote *y = b;
    int order = pl_code_print_compare(&x->print, &y->print);
    if (order != 0)
        return order;
    if (x->file != y->file)
        return x->file < y->file ? -1 : 1;
    return x->definition < y->definition ? -1 : x->definition > y->definition;
}

static int by_definition(const void *a, const void *b)
{
    const struct vote *x = a;
    const struct vote *y = b;
    if (x->definition != y->definition)
        return x->definition < y->definition ? -1 : 1;
    return x->file < y->file ? -1 : x->file > y->file;
}

static int64_t weight_of(const struct vote *v)
{
    if (v->definition == PL_NO_DEFINITION || v->margin < 0)
        return 0;
    return v->margin < MOST_VOTES ? v->margin : MOST_VOTES;
}

/* The definition that the votes for one print are for; PL_NO_DEFINITION when they are not. Orders them anew. */
static uint32_t winner_of(struct vote *v, size_t n)
{
    for (size_t i = 0; i + 1 < n; i++)
        if (v[i].file == v[i + 1].file)
            return PL_NO_DEFINITION;
    qsort(v, n, sizeof *v, by_definition);
    uint32_t winner = PL_NO_DEFINITION;
    int64_t best = 0;
    int64_t sum = 0;
    for (size_t i = 0, end; i < n; i = end) {
        int64_t weight = 0;
        bool is_matched = false;
        for (end = i; end < n && v[end].definition == v[i].definition; end++) {
            weight += weight_of(&v[end]);
            is_matched = is_matched || v[end].is_matched;
        }
        sum += weight;
        if (is_matched && weight > best) {
            best = weight;
            winner = v[i].definition;
        }
    }
    return (sum - best) * 100 > best * OTHER_PERCENT ? PL_NO_DEFINITION : winner;
}

static pl_status settle_votes(struct copies *c, struct vote *v, size_t n, struct pl_err *err)
{
    qsort(v, n, sizeof *v, by_print_and_file);
    for (size_t i = 0, end; i < n; i = end) {
        for (end = i + 1; end < n && pl_code_print_compare(&v[i].print, &v[end].print) == 0;)
            end++;
        struct pl_code_print print = v[i].print;
        uint32_t winner = end - i < 2 ? PL_NO_DEFINITION : winner_of(&v[i], end - i);
        if (winner == PL_NO_DEFINITION)
            continue;
        struct known *slot = PL_VEC_ADD(&c->known);
        if (slot == NULL)
            return pl_fail_nomem(err);
        *slot = (struct known){print, winner};
    }
    return PL_OK;
}

static pl_status count_votes(struct copies *c, const struct pl_match *m, struct pl_err *err)
{
    size_t n_images = 0;
    size_t n_votes = 0;
    for (size_t i = 0; i < m->n_files; i++)
        if (m->files[i]->code != NULL) {
            n_images++;
            n_votes += m->files[i]->code->n;
        }
    if (n_images < 2 || n_votes == 0)
        return PL_OK;
    struct vote *votes = calloc(n_votes, sizeof *votes);
    if (votes == NULL)
        return pl_fail_nomem(err);
    size_t at = 0;
    for (size_t i = 0; i < m->n_files; i++)
        for (size_t k = 0; m->files[i]->code != NULL && k < m->files[i]->code->n; k++) {
            const struct kept_function *fn = &m->files[i]->code->functions[k];
            votes[at++] = (struct vote){fn->print, fn->definition, (uint32_t)i, fn->margin, fn->is_matched};
        }
    pl_status st = settle_votes(c, votes, n_votes, err);
    free(votes);
    return st;
}

static int print_of_known(const void *print, const void *known)
{
    return pl_code_print_compare(print, &((const struct known *)known)->print);
}

static uint32_t definition_of(const struct copies *c, const struct pl_code_print *print)
{
    const struct known *k = bsearch(print, c->known.v, c->known.n, sizeof *k, print_of_known);
    return k == NULL ? PL_NO_DEFINITION : k->definition;
}

/* Are all strings, calls and numbers of the function the definition's? */
static bool holds_all(const struct pl_match *m, const struct pl_code_kept *k, const struct kept_function *fn,
                      uint32_t definition)
{
    struct pl_code_inlined inlined = {.n = 0};
    for (uint32_t i = 0; i < fn->n_facts; i++) {
        const struct kept_fact *f = &k->facts[fn->first_fact + i];
        bool is_held = f->is_neutral || (f->name != PL_NO_FEATURE &&
                                         f->name == pl_codebase_name_feature(m->codebase, definition));
        for (unsigned alt = 0; alt < f->n && !is_held; alt++)
            is_held = pl_code_definition_reaches(m->codebase, &inlined, definition, f->feature[alt]);
        if (!is_held)
            return false;
    }
    return true;
}

static pl_status restate(const struct pl_match *m, struct pl_file *f, const struct kept_function *fn,
                         uint32_t definition, struct pl_err *err)
{
    const char *source = pl_code_source_of(m, definition);
    if (source == NULL)
        return pl_arena_fail(m->arena, err);
    for (uint32_t i = 0; i < fn->n_parts; i++) {
        const struct kept_part *p = &f->code->parts[fn->first_part + i];
        pl_ledger_restate(&f->ledger, p->offset, p->size, PL_GRADE_B, RULE_COPY, source);
    }
    f->matched_functions += !fn->is_matched;
    return PL_OK;
}

static pl_status settle_image(const struct copies *c, const struct pl_match *m, struct pl_file *f,
                              struct pl_err *err)
{
    pl_status st = PL_OK;
    for (size_t i = 0; i < f->code->n && st == PL_OK; i++) {
        const struct kept_function *fn = &f->code->functions[i];
        uint32_t definition = definition_of(c, &fn->print);
        bool is_same = definition == fn->definition;
        if (definition == PL_NO_DEFINITION || (is_same && fn->is_matched))
            continue;
        if (is_same ? fn->is_whole : holds_all(m, f->code, fn, definition))
            st = restate(m, f, fn, definition, err);
    }
    return st;
}

pl_status pl_code_copies(const struct pl_match *m, struct pl_err *err)
{
    struct copies c = {0};
    pl_status st = count_votes(&c, m, err);
    for (size_t i = 0; i < m->n_files && st == PL_OK && c.known.n > 0; i++)
        if (m->files[i]->code != NULL)
            st = settle_image(&c, m, m->files[i], err);
    PL_VEC_FREE(&c.known);
    return st;
}
