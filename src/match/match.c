/*
 * match.c - climbing the ladder.
 */
#include "match/match.h"

#include "feature/code.h"
#include "match/java_tree.h"
#include "match/pieces.h"
#include "match/script_index.h"
#include "match/small_templates.h"

#include <stdlib.h>

#define PL_RUNG(name) extern const struct pl_rung pl_rung_##name;
#include "match/rungs.def"
#undef PL_RUNG

static const struct pl_rung *const rungs[] = {
#define PL_RUNG(name) &pl_rung_##name,
#include "match/rungs.def"
#undef PL_RUNG
    NULL,
};

const struct pl_rung *const *pl_rungs(size_t *n)
{
    *n = sizeof rungs / sizeof rungs[0] - 1;
    return rungs;
}

pl_status pl_match_open(struct pl_match *m, struct pl_err *err)
{
    pl_status st = pl_scripts_new(m->index, m->limits, m->jobs, &m->scripts, err);
    if (st == PL_OK)
        st = pl_pieces_new(m->index, &m->pieces, err);
    if (st == PL_OK)
        st = pl_java_tree_new(m->index, m->limits, &m->java, err);
    return st == PL_OK ? pl_small_templates_new(m->index, &m->small_templates, err) : st;
}

void pl_match_close(struct pl_match *m)
{
    pl_scripts_free(m->scripts);
    pl_pieces_free(m->pieces);
    pl_java_tree_free(m->java);
    pl_small_templates_free(m->small_templates);
}

/* What is made once for the file being matched. */
struct pl_match_kept {
    struct pl_arena arena;
    struct pl_code code;
    bool is_made;
    bool is_image;
    pl_status st; /* PL_OK or PL_E_INPUT; else why it could not be made, which `err` says, too */
    struct pl_err err;
    uint8_t *marks; /* one a byte of the file */
};

pl_status pl_match_code(const struct pl_match *m, const struct pl_file *f, const struct pl_code **out,
                        struct pl_err *err)
{
    struct pl_match_kept *kept = m->kept;
    *out = NULL;
    if (!kept->is_made) {
        kept->st = f->data.n != f->size
                       ? PL_E_INPUT
                       : pl_code_of(f->data, m->limits, &kept->arena, &kept->code, &kept->err);
        kept->is_image = kept->st == PL_OK;
        kept->is_made = true;
    }
    if (kept->st != PL_OK && kept->st != PL_E_INPUT) {
        if (err != NULL)
            *err = kept->err;
        return kept->st;
    }
    if (kept->is_image)
        *out = &kept->code;
    return PL_OK;
}

pl_status pl_match_prepare(struct pl_match *m, const struct pl_file *f, struct pl_err *err)
{
    const struct pl_code *code;
    struct pl_err late;
    m->kept = calloc(1, sizeof *m->kept);
    if (m->kept == NULL)
        return pl_fail_nomem(err);
    pl_arena_init(&m->kept->arena, m->scratch->max_bytes);
    pl_status st = pl_match_code(m, f, &code, &late);
    (void)st; /* told to the rung that asks for it */
    return PL_OK;
}

static void reset(struct pl_match_kept *kept)
{
    pl_arena_reset(&kept->arena);
    free(kept->marks);
}

void pl_match_drop(struct pl_match *m)
{
    if (m->kept != NULL)
        reset(m->kept);
    free(m->kept);
    m->kept = NULL;
}

uint8_t *pl_match_marks(const struct pl_match *m, const struct pl_file *f, struct pl_err *err)
{
    struct pl_match_kept *kept = m->kept;
    if (kept->marks == NULL)
        kept->marks = calloc((size_t)f->size + 1, 1);
    if (kept->marks == NULL)
        (void)pl_fail_nomem(err); /* the caller gives up */
    return kept->marks;
}

/*
 * A rung met a limit: whoever makes a file too large for it to be spared the look gets no explanation for it. When the arena of the report itself is
 * full, the claim fails in turn, and so does the run.
 */
static pl_status climb(const struct pl_match *m, enum pl_pass pass, struct pl_file *f, struct pl_err *err)
{
    uint64_t offset;
    uint64_t length;
    for (size_t i = 0; rungs[i] != NULL && pl_ledger_gap(&f->ledger, 0, &offset, &length); i++) {
        if (rungs[i]->pass != pass)
            continue;
        struct pl_err why = {0};
        pl_status st = rungs[i]->apply(m, f, &why);
        /* A rung that took NULL for "not there" must not pass for one that looked. */
        if (st == PL_OK && m->scratch->why != PL_OK)
            st = pl_arena_fail(m->scratch, &why);
        pl_arena_reset(m->scratch);
        if (st == PL_E_LIMIT)
            st = pl_match_give_up(f, why.text, &why);
        if (st == PL_OK)
            st = pl_ledger_settle(&f->ledger, &why);
        if (st != PL_OK && err != NULL)
            *err = why;
        if (st != PL_OK)
            return st;
    }
    return PL_OK;
}

pl_status pl_match_rung(const struct pl_match *m, const struct pl_rung *rung, struct pl_file *f,
                        struct pl_err *err)
{
    struct pl_match_kept kept = {0};
    struct pl_match mine = *m;
    pl_arena_init(&kept.arena, m->scratch->max_bytes);
    mine.kept = &kept;
    pl_status st = rung->apply(&mine, f, err);
    reset(&kept);
    return st;
}

pl_status pl_match_file(const struct pl_match *m, enum pl_pass pass, struct pl_file *f, struct pl_err *err)
{
    struct pl_match_kept kept = {0};
    struct pl_match mine = *m;
    if (m->kept != NULL)
        return climb(m, pass, f, err);
    pl_arena_init(&kept.arena, m->scratch->max_bytes);
    mine.kept = &kept;
    pl_status st = climb(&mine, pass, f, err);
    reset(&kept);
    return st;
}

/*
 * Functions of an image that have to be one function of the source each, in a million, and at least so many. Measured: against the source of another package 0 to 14 % are (25 files),
 * against one that shares gnulib with the right one 16 to 37 % (6 files; grep, sed, m4, gzip); with a part of the source missing 49 % (libCbcSolver, which includes a file of
 * coinor-libclp-dev). The fewest of a file's functions, so that a payload of a few functions is never of the source by chance.
 */
#define OF_SOURCE_PPM 400000u
#define OF_SOURCE_MIN 8u

bool pl_match_is_of_source(const struct pl_file *f)
{
    return f->matched_functions >= OF_SOURCE_MIN &&
           (uint64_t)f->matched_functions * 1000000 >= (uint64_t)f->functions * OF_SOURCE_PPM;
}

static struct pl_file *find_in(const struct pl_match *m, pl_bytes member, pl_bytes name)
{
    for (size_t i = 0; i < m->n_files; i++) {
        struct pl_file *f = m->files[i];
        if (f->type == PL_ENTRY_FILE && f->container == NULL && pl_bytes_eq(f->name, name) &&
            pl_bytes_starts(f->path, member))
            return f;
    }
    return NULL;
}

struct pl_file *pl_match_control(const struct pl_match *m, const char *name)
{
    return find_in(m, PL_LIT("control.tar"), pl_bytes_of_str(name));
}

struct pl_file *pl_match_data(const struct pl_match *m, pl_bytes name)
{
    return find_in(m, PL_LIT("data.tar"), name);
}

bool pl_match_has_word(const struct pl_match *m, pl_bytes word)
{
    static const enum pl_word_place places[] = {PL_WORD_IN_HEADER, PL_WORD_IN_MACRO, PL_WORD_IN_CPP};
    bool is_known = pl_index_has_word(m->index, word);
    for (size_t i = 0; i < sizeof places / sizeof places[0] && !is_known && m->literals != NULL; i++)
        is_known = pl_literals_word(m->literals, places[i], word, NULL, NULL);
    return is_known;
}

pl_status pl_match_claim(struct pl_file *f, uint64_t offset, uint64_t length, enum pl_class class,
                         enum pl_grade grade, const char *rule, const char *source, struct pl_err *err)
{
    struct pl_claim c = {.offset = offset,
                         .length = length,
                         .class = class,
                         .grade = grade,
                         .rule = rule,
                         .source = source,
                         .source_offset = PL_NO_OFFSET};
    return pl_ledger_claim(&f->ledger, &c, err);
}
