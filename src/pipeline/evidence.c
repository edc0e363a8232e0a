/*
 * evidence.c - a Sigstore bundle or the npm registry's document, given beside the package, proves its publication; what the builder's certificate says of
 * the source is evidence for the origin.
 */
#include "pipeline/evidence.h"

#include "attest/bundle_verify.h"
#include "attest/outcome.h"
#include "io/ask.h"
#include "io/read.h"
#include "pipeline/confined.h"

#include <stdlib.h>
#include <string.h>

#define DOCUMENT_MAX ((uint64_t)512 << 20)

static const char *fact(const struct pl_outcome *o, const char *name)
{
    for (size_t i = 0; i < o->facts.n; i++)
        if (strcmp(o->facts.v[i].name, name) == 0)
            return o->facts.v[i].value;
    return NULL;
}

static pl_status add_step(struct pl_report *r, const char *what, const char *path, struct pl_err *err)
{
    uint8_t *heap = NULL;
    size_t n = 0;
    struct pl_report_step step = {.what = what};
    pl_status st = pl_io_read(path, DOCUMENT_MAX, &heap, &n, err);
    if (st == PL_OK)
        st = pl_sha256_of(pl_bytes_of(heap, n), &step.sha256, err);
    free(heap);
    step.uri = pl_arena_str(&r->arena, pl_bytes_of_str(path));
    struct pl_report_step *slot = st == PL_OK && step.uri != NULL ? PL_VEC_ADD(&r->publication) : NULL;
    if (slot == NULL)
        return st == PL_OK ? pl_fail_nomem(err) : st;
    *slot = step;
    return PL_OK;
}

/*
 * What a package was built from, by the word of its builder, against the git source that it was compared with: the same commit is the same source wherever
 * its repository lies; another one leaves open whose source this is.
 */
static pl_status judge_origin(const struct pl_acquired *a, const struct pl_outcome *o, struct pl_report *r,
                              struct pl_err *err)
{
    struct pl_link_result *l = &r->links[PL_LINK_ORIGIN];
    const char *revision = fact(o, "revision");
    const char *where = fact(o, "source") == NULL ? "a repository" : fact(o, "source");
    for (size_t i = 0; i < a->n_trees && revision != NULL; i++) {
        const struct pl_source_git *git = a->trees[i]->git;
        if (a->trees[i]->rank != PL_RANK_OWN || git == NULL || git->commit == NULL ||
            l->verdict == PL_VERDICT_BROKEN)
            continue;
        bool is_same = strcmp(git->commit, revision) == 0;
        l->verdict = is_same ? l->verdict : PL_VERDICT_UNPROVEN;
        l->why =
            is_same ? pl_arena_printf(&r->arena, "%s; the builder's certificate names the same commit of %s",
                                      l->why == NULL ? "the source is a git revision" : l->why, where)
                    : pl_arena_printf(&r->arena,
                                      "the builder's certificate names %s at %s, and the source is commit %s",
                                      where, revision, git->commit);
        return l->why == NULL ? pl_arena_fail(&r->arena, err) : PL_OK;
    }
    return PL_OK;
}

static pl_status prove_published(struct pl_report *r, const char *why, struct pl_err *err)
{
    struct pl_link_result *l = &r->links[PL_LINK_PUBLISHED];
    if (why == NULL)
        return pl_arena_fail(&r->arena, err);
    if (l->verdict == PL_VERDICT_HOLDS || l->verdict == PL_VERDICT_BROKEN)
        return PL_OK;
    l->verdict = PL_VERDICT_HOLDS;
    l->why = why;
    return PL_OK;
}

static pl_status take_error(const struct pl_outcome *o, struct pl_err *err)
{
    const struct pl_err *said = pl_outcome_error(o);
    if (said == NULL)
        return pl_fail(err, PL_E_BUG, PL_NO_OFFSET, "evidence neither holds nor fails");
    if (err != NULL)
        *err = *said;
    return said->status;
}

static struct pl_ask how_to_ask(const struct pl_acquired *a)
{
    return (struct pl_ask){
        .limits = a->limits, .forking = pl_confined_forking, .is_here = a->options->is_unconfined};
}

static pl_status by_bundle(const struct pl_acquired *a, struct pl_report *r, struct pl_err *err)
{
    const struct pl_check_options *x = a->options;
    struct pl_outcome *o = NULL;
    struct pl_bundle_options b = {.bundle = x->bundle,
                                  .artifact = x->subject,
                                  .trusted_root = x->trusted_root,
                                  .key = x->bundle_key,
                                  .identity = x->identity,
                                  .issuer = x->issuer};
    struct pl_ask how = how_to_ask(a);
    pl_status st = pl_verify_bundle_over(&b, a->bytes, &how, &o, err);
    if (st != PL_OK)
        return st;
    if (pl_outcome_exit(o) != PL_EXIT_PASS) {
        st = take_error(o, err);
    } else {
        const char *who = fact(o, "identity") != NULL ? fact(o, "identity") : x->bundle_key;
        st = prove_published(
            r,
            pl_arena_printf(&r->arena, "signed by %s in a Sigstore bundle, and in a transparency log", who),
            err);
        if (st == PL_OK)
            st = add_step(r, "Sigstore bundle", x->bundle, err);
        if (st == PL_OK)
            st = judge_origin(a, o, r, err);
    }
    pl_outcome_free(o);
    return st;
}

static pl_status by_packument(const struct pl_acquired *a, struct pl_report *r, struct pl_err *err)
{
    const struct pl_check_options *x = a->options;
    struct pl_outcome *o = NULL;
    struct pl_packument_options p = {
        .packument = x->packument, .package = x->subject, .keys = x->registry_keys};
    struct pl_ask how = how_to_ask(a);
    pl_status st = pl_verify_packument_over(&p, a->bytes, &how, &o, err);
    if (st != PL_OK)
        return st;
    if (pl_outcome_exit(o) != PL_EXIT_PASS) {
        st = take_error(o, err);
    } else {
        st = prove_published(r, pl_arena_printf(&r->arena, "the npm registry signed %s", fact(o, "signed")),
                             err);
        if (st == PL_OK)
            st = add_step(r, "packument", x->packument, err);
    }
    pl_outcome_free(o);
    return st;
}

pl_status pl_apply_evidence(const struct pl_acquired *a, struct pl_report *r, struct pl_err *err)
{
    const struct pl_check_options *x = a->options;
    pl_status st = PL_OK;
    if (x->bundle == NULL && x->packument == NULL)
        return PL_OK;
    if (a->is_folder)
        return pl_fail(err, PL_E_USAGE, PL_NO_OFFSET,
                       "nobody signs a folder: evidence is about a package file");
    if (x->bundle != NULL)
        st = by_bundle(a, r, err);
    if (st == PL_OK && x->packument != NULL)
        st = by_packument(a, r, err);
    return st;
}
