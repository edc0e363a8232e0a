/*
 * diff_evidence.c - what vouched for the old package and does not vouch for the new one.
 *
 * Own sources are paired by name without numbers, or as the only one on each side. Of a pair: the way we came to it, whether its revision was
 * named or searched for, the tag that named it, the signature and who made it. Of the publication: its steps, by what they are.
 */
#include "report/diff.h"

#include <string.h>

static pl_status lose(struct pl_diff *d, const char *what, const char *of, const char *old, const char *now,
                      struct pl_err *err)
{
    struct pl_diff_evidence *slot = PL_VEC_ADD(&d->lost);
    if (slot == NULL)
        return pl_fail_nomem(err);
    *slot = (struct pl_diff_evidence){.what = what, .of = of, .old = old, .now = now};
    return PL_OK;
}

/* The same name but for its numbers, which are versions. */
static bool same_name(const char *a, const char *b)
{
    while (*a != '\0' || *b != '\0') {
        size_t x = strspn(a, "0123456789");
        size_t y = strspn(b, "0123456789");
        if ((x > 0) != (y > 0) || (x == 0 && *a != *b))
            return false;
        a += x > 0 ? x : 1;
        b += y > 0 ? y : 1;
    }
    return true;
}

/* "xz-utils 5.4.1-1+deb12u2" is xz-utils: what stands behind the name may have any shape. */
static bool same_first_word(const char *a, const char *b)
{
    size_t n = strcspn(a, " @");
    return n > 0 && n == strcspn(b, " @") && a[n] == ' ' && b[n] == ' ' && strncmp(a, b, n) == 0;
}

static size_t count_own(const struct pl_report *r)
{
    size_t n = 0;
    for (size_t i = 0; i < r->sources.n; i++)
        n += !r->sources.v[i].is_helper;
    return n;
}

static const struct pl_report_source *partner(const struct pl_diff *d, const struct pl_report_source *old)
{
    bool is_only = count_own(d->old) == 1 && count_own(d->now) == 1;
    for (size_t i = 0; i < d->now->sources.n; i++) {
        const struct pl_report_source *s = &d->now->sources.v[i];
        if (!s->is_helper &&
            (is_only || same_name(old->name, s->name) || same_first_word(old->name, s->name)))
            return s;
    }
    return NULL;
}

/* A way of coming to a source by what it is worth. */
static int worth(enum pl_how how)
{
    return how == PL_HOW_VERIFIED ? 2 : how == PL_HOW_GIVEN ? 1 : 0;
}

static pl_status compare_git(struct pl_diff *d, const struct pl_report_source *old,
                             const struct pl_report_source *now, struct pl_err *err)
{
    const struct pl_source_git *a = old->git;
    const struct pl_source_git *b = now->git;
    pl_status st = PL_OK;
    if (b == NULL)
        return lose(d, "git revision", old->name, a->commit != NULL ? a->commit : a->tree, NULL, err);
    if (a->signer != NULL && (b->signer == NULL || strcmp(a->signer, b->signer) != 0))
        st = lose(d, b->signer == NULL ? "signature" : "signature by the same key", old->name, a->signer,
                  b->signer, err);
    if (st == PL_OK && a->tag != NULL && b->tag == NULL)
        st = lose(d, "annotated tag", old->name, a->ref != NULL ? a->ref : a->tag, b->ref, err);
    else if (st == PL_OK && a->ref != NULL && b->ref == NULL)
        st = lose(d, "named revision", old->name, a->ref, NULL, err);
    if (st == PL_OK && !a->is_found && b->is_found)
        st = lose(d, "revision that was named", old->name, a->ref != NULL ? a->ref : a->commit,
                  "searched for", err);
    return st;
}

static pl_status compare_sources(struct pl_diff *d, struct pl_err *err)
{
    pl_status st = PL_OK;
    for (size_t i = 0; i < d->old->sources.n && st == PL_OK; i++) {
        const struct pl_report_source *old = &d->old->sources.v[i];
        if (old->is_helper)
            continue;
        const struct pl_report_source *now = partner(d, old);
        if (now == NULL) {
            st = lose(d, "source", old->name, old->uri, NULL, err);
            continue;
        }
        if (worth(now->how) < worth(old->how))
            st = lose(d, "way to the source", old->name, pl_how_name(old->how), pl_how_name(now->how), err);
        if (st == PL_OK && old->git != NULL)
            st = compare_git(d, old, now, err);
    }
    return st;
}

static size_t count_steps(const struct pl_report *r, const char *what, size_t end)
{
    size_t n = 0;
    for (size_t i = 0; i < end; i++)
        n += strcmp(r->publication.v[i].what, what) == 0;
    return n;
}

pl_status pl_diff_evidence(struct pl_diff *d, struct pl_err *err)
{
    pl_status st = compare_sources(d, err);
    for (size_t i = 0; i < d->old->publication.n && st == PL_OK; i++) {
        const struct pl_report_step *step = &d->old->publication.v[i];
        if (count_steps(d->old, step->what, i) >= count_steps(d->now, step->what, d->now->publication.n))
            st = lose(d, "step of the publication", NULL, step->what, NULL, err);
    }
    return st;
}
