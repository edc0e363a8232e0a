/*
 * diff.c - two reports compared: see diff.h for what counts as worse.
 */
#include "report/diff.h"

#include "base/quote.h"
#include "report/parts.h"

#include <stdlib.h>
#include <string.h>

#define ARENA_MAX_BYTES ((size_t)4 << 30)
#define TEXT_BYTES      256u

const char *pl_change_name(enum pl_change c)
{
    static const char *const names[] = {"same", "rose", "fell", "changed"};
    return names[c];
}

/* A sentence for `worse`, made in the arena. */
static pl_status say(struct pl_diff *d, struct pl_buf *text, struct pl_err *err)
{
    pl_status st = pl_buf_done(text, err);
    const char **slot = st == PL_OK ? PL_VEC_ADD(&d->worse) : NULL;
    if (st == PL_OK && slot == NULL)
        st = pl_fail_nomem(err);
    if (st == PL_OK && (*slot = pl_arena_str(&d->arena, pl_buf_bytes(text))) == NULL)
        st = pl_arena_fail(&d->arena, err);
    pl_buf_reset(text);
    return st;
}

enum pl_change pl_change_of_verdicts(enum pl_verdict old, enum pl_verdict now)
{
    if (old == now)
        return PL_CHANGE_SAME;
    if (now == PL_VERDICT_BROKEN || old == PL_VERDICT_HOLDS)
        return PL_CHANGE_FELL;
    if (old == PL_VERDICT_BROKEN || now == PL_VERDICT_HOLDS)
        return PL_CHANGE_ROSE;
    return PL_CHANGE_OTHER;
}

/* The package that a purl names, without version and qualifiers. */
static pl_bytes package_of(const struct pl_report *r)
{
    pl_bytes purl = pl_bytes_of_str(r->subject_purl);
    size_t n = 0;
    while (n < purl.n && purl.p[n] != '@' && purl.p[n] != '?' && purl.p[n] != '#')
        n++;
    return pl_bytes_sub(purl, 0, n);
}

static int gravity(enum pl_exit code)
{
    return code == PL_EXIT_PASS ? 0 : code == PL_EXIT_INCONCLUSIVE ? 1 : 2;
}

static pl_status say_verdict(struct pl_diff *d, struct pl_err *err)
{
    struct pl_buf b;
    pl_status st = PL_OK;
    pl_buf_init(&b, TEXT_BYTES);
    if (gravity(d->now->exit) > gravity(d->old->exit)) {
        pl_buf_printf(&b, "the verdict was %s and is %s", pl_exit_name(d->old->exit),
                      pl_exit_name(d->now->exit));
        st = say(d, &b, err);
    }
    if (st == PL_OK && d->level == PL_CHANGE_FELL) {
        pl_buf_printf(&b, "the level fell from LCAL-%u to LCAL-%u", d->old->level, d->now->level);
        st = say(d, &b, err);
    }
    for (int l = 0; l < PL_LINK_COUNT && st == PL_OK; l++)
        if (d->links[l] == PL_CHANGE_FELL) {
            pl_buf_printf(&b, "%s was %s and is %s", pl_link_name((enum pl_link)l),
                          pl_verdict_name(d->old->links[l].verdict),
                          pl_verdict_name(d->now->links[l].verdict));
            st = say(d, &b, err);
        }
    return st;
}

static pl_status say_findings(struct pl_diff *d, struct pl_err *err)
{
    size_t came[PL_SEVERITY_ERROR + 1] = {0};
    size_t graver = 0;
    struct pl_buf b;
    pl_status st = PL_OK;
    pl_buf_init(&b, TEXT_BYTES);
    for (size_t i = 0; i < d->findings.n; i++) {
        const struct pl_diff_finding *f = &d->findings.v[i];
        if (f->old == NULL)
            came[f->now->finding->severity]++;
        else if (f->now != NULL)
            graver += f->now->finding->severity > f->old->finding->severity;
    }
    for (int s = PL_SEVERITY_ERROR; s > PL_SEVERITY_NOTE && st == PL_OK; s--)
        if (came[s] > 0) {
            pl_buf_printf(&b, "%zu %s%s came", came[s], pl_severity_name((enum pl_severity)s),
                          came[s] == 1 ? "" : "s");
            st = say(d, &b, err);
        }
    if (st == PL_OK && graver > 0) {
        pl_buf_printf(&b, "%zu finding%s became graver", graver, graver == 1 ? "" : "s");
        st = say(d, &b, err);
    }
    return st;
}

static pl_status say_bytes(struct pl_diff *d, const char *what, uint64_t bytes, size_t files,
                           struct pl_err *err)
{
    struct pl_buf b;
    if (bytes == 0)
        return PL_OK;
    pl_buf_init(&b, TEXT_BYTES);
    pl_add_thousands(&b, bytes);
    pl_buf_printf(&b, " byte%s became %s in %zu file%s", bytes == 1 ? "" : "s", what, files,
                  files == 1 ? "" : "s");
    return say(d, &b, err);
}

static pl_status say_files(struct pl_diff *d, struct pl_err *err)
{
    uint64_t unaccounted = 0;
    uint64_t opaque = 0;
    size_t n_unaccounted = 0;
    size_t n_opaque = 0;
    for (size_t i = 0; i < d->files.n; i++) {
        const struct pl_diff_file *f = &d->files.v[i];
        if (!f->is_worse)
            continue;
        if (f->now_unaccounted > f->old_unaccounted) {
            unaccounted += f->now_unaccounted - f->old_unaccounted;
            n_unaccounted++;
        }
        if (f->now_opaque > f->old_opaque) {
            opaque += f->now_opaque - f->old_opaque;
            n_opaque++;
        }
    }
    pl_status st = say_bytes(d, "unaccounted", unaccounted, n_unaccounted, err);
    return st == PL_OK ? say_bytes(d, "opaque", opaque, n_opaque, err) : st;
}

static pl_status say_evidence(struct pl_diff *d, struct pl_err *err)
{
    struct pl_buf b;
    if (d->lost.n == 0)
        return PL_OK;
    pl_buf_init(&b, TEXT_BYTES);
    pl_buf_printf(&b, "%zu piece%s of evidence %s lost", d->lost.n, d->lost.n == 1 ? "" : "s",
                  d->lost.n == 1 ? "was" : "were");
    return say(d, &b, err);
}

static pl_status compare(struct pl_diff *d, struct pl_err *err)
{
    const size_t *old_of = NULL;
    d->level = d->now->level < d->old->level   ? PL_CHANGE_FELL
               : d->now->level > d->old->level ? PL_CHANGE_ROSE
                                               : PL_CHANGE_SAME;
    for (int l = 0; l < PL_LINK_COUNT; l++)
        d->links[l] = pl_change_of_verdicts(d->old->links[l].verdict, d->now->links[l].verdict);
    pl_status st = pl_diff_files(d, &old_of, err);
    if (st == PL_OK)
        st = pl_diff_findings(d, old_of, err);
    if (st == PL_OK)
        st = pl_diff_evidence(d, err);
    if (st == PL_OK)
        st = say_verdict(d, err);
    if (st == PL_OK)
        st = say_findings(d, err);
    if (st == PL_OK)
        st = say_files(d, err);
    return st == PL_OK ? say_evidence(d, err) : st;
}

pl_status pl_diff_make(const struct pl_report *old, const struct pl_report *now, struct pl_diff **out,
                       struct pl_err *err)
{
    struct pl_diff *d = calloc(1, sizeof *d);
    pl_status st = PL_OK;
    if (d == NULL)
        return pl_fail_nomem(err);
    pl_arena_init(&d->arena, ARENA_MAX_BYTES);
    d->old = old;
    d->now = now;
    d->is_same_package = old->subject_purl == NULL || now->subject_purl == NULL ||
                         pl_bytes_eq(package_of(old), package_of(now));
    if (old->errors.n > 0 || now->errors.n > 0) {
        d->exit = old->errors.n > 0 && old->exit != PL_EXIT_PASS ? old->exit : now->exit;
        if (now->errors.n > 0 && now->exit == PL_EXIT_TRUST)
            d->exit = PL_EXIT_TRUST;
    } else {
        st = compare(d, err);
        d->exit = d->worse.n > 0 ? PL_EXIT_FAIL : PL_EXIT_PASS;
    }
    if (st == PL_OK)
        *out = d;
    else
        pl_diff_free(d);
    return st;
}

void pl_diff_free(struct pl_diff *d)
{
    if (d == NULL)
        return;
    PL_VEC_FREE(&d->files);
    PL_VEC_FREE(&d->findings);
    PL_VEC_FREE(&d->lost);
    PL_VEC_FREE(&d->worse);
    pl_arena_reset(&d->arena);
    free(d);
}

enum pl_exit pl_diff_exit(const struct pl_diff *d)
{
    return d->exit;
}

pl_status pl_diff_write(const struct pl_diff *d, const char *format, const struct pl_write_options *options,
                        bool (*put)(void *ctx, const void *bytes, size_t n), void *ctx, struct pl_err *err)
{
    static const struct pl_write_options plain;
    struct pl_buf out;
    bool is_text = strcmp(format, "text") == 0;
    if (!is_text && strcmp(format, "json") != 0)
        return pl_fail(err, PL_E_USAGE, PL_NO_OFFSET, "a diff is text or json, not %s", format);
    pl_buf_init(&out, ARENA_MAX_BYTES);
    if (is_text)
        pl_diff_write_text(d, options == NULL ? &plain : options, &out);
    else
        pl_diff_write_json(d, &out);
    return pl_buf_deliver(&out, put, ctx, "the diff", err);
}
