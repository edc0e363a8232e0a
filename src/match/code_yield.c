/*
 * code_yield.c - a definition goes to the function of the image that needs it most.
 *
 * What another one fits better costs a subject so much in the next pass that it may never be asked again, although that other one has somewhere else to
 * go: rpl_fseeko() fits rpl_fflush(), which may inline it, better than rpl_fflush() itself does, whose text stands in arms of #if. So the subject that
 * would lose more has the definition in the next pass. Source: bids of an auction for an assignment problem, Bertsekas 1988.
 */
#include "match/code_align.h"

#include <stdlib.h>

/* Tenths of a bit. With 0 coreutils' right functions are 75.0 of 100 instead of 77.8: chains of setters that fit each other move by one. */
#define LEAST_GAIN 20

/* What the subject gets when it leaves `id`: the best other candidate that nobody else has. */
static int32_t best_other(const struct pl_aligner *a, uint32_t subject, uint32_t id)
{
    const struct pl_subject *s = &a->subjects.v[subject];
    for (uint32_t i = 0; i < s->n_candidates; i++) {
        const struct pl_candidate *c = &a->candidates.v[s->first_candidate + i];
        if (c->id != id && !pl_code_is_taken(a, subject, c->id))
            return c->score;
    }
    return 0;
}

pl_status pl_code_yield(struct pl_aligner *a, struct pl_err *err)
{
    int32_t *bids =
        calloc(pl_codebase_count(a->cb) + 1, sizeof *bids); /* per definition: the highest so far */
    uint32_t *bidders =
        calloc(a->subjects.n + 1, sizeof *bidders); /* definitions that change hands, in order */
    size_t n = 0;
    if (bids == NULL || bidders == NULL) {
        free(bids);
        free(bidders);
        return pl_fail_nomem(err);
    }
    for (uint32_t i = 0; i < a->subjects.n; i++) {
        const struct pl_subject *s = &a->subjects.v[i];
        uint32_t by = s->wish.id == PL_NO_DEFINITION ? 0 : a->taken_by[s->wish.id];
        if (by == 0 || by == i + 1 || s->wish.score - s->score <= bids[s->wish.id])
            continue;
        int32_t bid = s->wish.score - s->score;
        if (bid - LEAST_GAIN > a->subjects.v[by - 1].score - best_other(a, by - 1, s->wish.id)) {
            bids[s->wish.id] = bid;
            bidders[n++] = i;
        }
    }
    for (size_t k = 0; k < n; k++) /* the highest bid for a definition is the last one */
        a->taken_by[a->subjects.v[bidders[k]].wish.id] = bidders[k] + 1;
    free(bids);
    free(bidders);
    return PL_OK;
}
