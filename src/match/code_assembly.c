/*
 * code_assembly.c - facts of functions that were written in assembly: their instructions in a row.
 *
 * A compiler's code has some of these runs by chance. So they count only in a function most of whose runs stand in one function of assembly.
 * Of those, some that do not overlap are taken, spread over the function; each helps where it is found, and nothing is contradicted by a
 * run that is not there. Source: shingles (Broder 1997), over mnemonics.
 */
#include "match/code_align.h"

#include "feature/mnemonics.h"

#include <stdlib.h>

#define MOST_RUNS     65536u /* of one function that are looked at */
#define MOST_FACTS    32u    /* runs of one function that count */
#define LEAST_RUNS    3u     /* that stand in the source */
#define KNOWN_PERCENT 60u    /* of its runs that stand in one function of the source */
#define COPY_PERCENT                                                                                         \
    75u /* of its runs that stand in its source: it is that text, however many copies there are */
#define OTHER_PERCENT 50u   /* with fewer it is another text, when all of the source is known */
#define MOST_HOLDERS  1024u /* functions with a run that vote */
#define WORTH_SHARE   2u    /* a half: runs of one text are not independent */
#define LEAST_WEIGHT                                                                                         \
    20u /* tenths of a bit: even where all assembly of a small source has it, other code has not */

/* Room for one function at a time. */
struct pl_code_runs {
    uint32_t *votes; /* per definition: runs that it has */
    uint64_t hashes[MOST_RUNS];
    uint32_t features[MOST_RUNS];
};

static bool has_assembly(const struct pl_codebase *cb)
{
    size_t n = pl_codebase_feature_count(cb);
    for (uint32_t f = 0; f < n; f++)
        if (pl_codebase_feature_kind(cb, f) == PL_ATOM_STEPS)
            return true;
    return false;
}

pl_status pl_code_runs_make(struct pl_aligner *a, struct pl_err *err)
{
    if (a->code->image.n == 0 || !has_assembly(a->cb))
        return PL_OK;
    a->runs = calloc(1, sizeof *a->runs);
    if (a->runs == NULL)
        return pl_fail_nomem(err);
    a->runs->votes = calloc(pl_codebase_count(a->cb) + 1, sizeof *a->runs->votes);
    return a->runs->votes == NULL ? pl_fail_nomem(err) : PL_OK;
}

void pl_code_runs_free(struct pl_aligner *a)
{
    if (a->runs != NULL)
        free(a->runs->votes);
    free(a->runs);
    a->runs = NULL;
}

/* Definitions that have run `i`; none when nobody has it. */
static struct pl_id_list holders(const struct pl_aligner *a, size_t i)
{
    uint32_t feature = a->runs->features[i];
    struct pl_id_list with =
        feature == PL_NO_FEATURE ? (struct pl_id_list){NULL, 0} : pl_codebase_with(a->cb, feature);
    with.n = with.n < MOST_HOLDERS ? with.n : MOST_HOLDERS;
    return with;
}

/* The most of the runs that one definition has. */
static uint32_t most_of_one(const struct pl_aligner *a, size_t n)
{
    struct pl_code_runs *r = a->runs;
    uint32_t most = 0;
    for (size_t i = 0; i < n; i++) {
        struct pl_id_list with = holders(a, i);
        for (size_t k = 0; k < with.n; k++)
            if (++r->votes[with.v[k]] > most)
                most = r->votes[with.v[k]];
    }
    for (size_t i = 0; i < n; i++) {
        struct pl_id_list with = holders(a, i);
        for (size_t k = 0; k < with.n; k++)
            r->votes[with.v[k]] = 0;
    }
    return most;
}

static bool is_there(const struct pl_aligner *a, uint32_t first, uint32_t feature)
{
    for (size_t i = first; i < a->facts.n; i++)
        if (a->facts.v[i].kind == PL_ATOM_STEPS && a->facts.v[i].feature[0] == feature)
            return true;
    return false;
}

static size_t read_runs(const struct pl_aligner *a, const struct pl_function *f)
{
    struct pl_code_runs *r = a->runs;
    pl_bytes code = pl_bytes_sub(a->code->image, (size_t)f->offset, (size_t)f->size);
    size_t n = pl_code_steps(f->machine, code, r->hashes, MOST_RUNS);
    for (size_t i = 0; i < n; i++)
        r->features[i] = pl_codebase_feature(a->cb, pl_codebase_key(PL_ATOM_STEPS, r->hashes[i]));
    return n;
}

enum pl_code_written pl_code_is_as_written(const struct pl_aligner *a, const struct pl_subject *s)
{
    struct pl_id_list text = {NULL, 0};
    size_t n_found = 0;
    bool is_assembly = false;
    if (a->runs != NULL && s->definition != PL_NO_DEFINITION)
        text = pl_codebase_direct(a->cb, s->definition);
    for (size_t i = 0; i < text.n && !is_assembly; i++)
        is_assembly = pl_codebase_feature_kind(a->cb, text.v[i]) == PL_ATOM_STEPS;
    if (!is_assembly)
        return PL_CODE_NOT_ASSEMBLY;
    size_t n = read_runs(a, &a->code->functions[s->function]);
    for (size_t i = 0; i < n; i++)
        n_found += a->runs->features[i] != PL_NO_FEATURE && pl_id_list_has(text, a->runs->features[i]);
    if (n >= LEAST_RUNS && n_found * 100 >= n * COPY_PERCENT)
        return PL_CODE_COPY;
    uint32_t unknown = pl_codebase_feature(a->cb, pl_codebase_key(PL_ATOM_STEPS, PL_STEPS_UNKNOWN));
    bool is_other = n >= LEAST_RUNS && n_found * 100 < n * OTHER_PERCENT;
    return is_other && !pl_id_list_has(text, unknown) ? PL_CODE_OTHER_TEXT : PL_CODE_PERHAPS_COPY;
}

pl_status pl_code_add_runs(struct pl_aligner *a, uint32_t first_fact, const struct pl_function *f,
                           struct pl_err *err)
{
    struct pl_code_runs *r = a->runs;
    size_t n_known = 0;
    size_t n = read_runs(a, f);
    for (size_t i = 0; i < n; i++)
        n_known += r->features[i] != PL_NO_FEATURE;
    size_t most = n_known < LEAST_RUNS || n_known * 100 < n * KNOWN_PERCENT ? 0 : most_of_one(a, n);
    if (most < LEAST_RUNS || most * 100 < n * KNOWN_PERCENT)
        return PL_OK;
    size_t step = n_known / MOST_FACTS < PL_STEPS ? PL_STEPS : n_known / MOST_FACTS + 1;
    size_t next = 0; /* of those that are known */
    for (size_t i = 0, k = 0; i < n; i++) {
        if (r->features[i] == PL_NO_FEATURE || k++ < next || is_there(a, first_fact, r->features[i]))
            continue;
        struct pl_code_fact *slot = PL_VEC_ADD(&a->facts);
        if (slot == NULL)
            return pl_fail_nomem(err);
        *slot = (struct pl_code_fact){.feature = {r->features[i]},
                                      .n = 1,
                                      .kind = PL_ATOM_STEPS,
                                      .name = PL_NO_FEATURE,
                                      .file = UINT32_MAX,
                                      .is_neutral = true};
        unsigned weight = pl_codebase_weight(a->cb, r->features[i]) / WORTH_SHARE;
        slot->weight = (uint16_t)(weight < LEAST_WEIGHT ? LEAST_WEIGHT : weight);
        next = k - 1 + step;
    }
    return PL_OK;
}
