/*
 * gate.c - stored reports and chains, one after the other, under one policy.
 */
#include "judge/gate.h"

#include "io/clock.h"
#include "io/read.h"
#include "judge/baseline.h"
#include "model/gate_result.h"
#include "pipeline/gate_chain.h"
#include "plumbline/policy.h"
#include "report/chain_view.h"
#include "report/read.h"

#include <stdlib.h>

static pl_status new_result(struct pl_gate_result **out, struct pl_err *err)
{
    struct pl_gate_result *g = calloc(1, sizeof *g);
    if (g == NULL)
        return pl_fail_nomem(err);
    pl_arena_init(&g->arena, (size_t)64 << 20);
    pl_clock_rfc3339(pl_clock_utc_s(), g->started);
    *out = g;
    return PL_OK;
}

static pl_status add_error(struct pl_gate_result *g, const struct pl_err *why, struct pl_err *err)
{
    struct pl_err *slot = PL_VEC_ADD(&g->errors);
    if (slot == NULL)
        return pl_fail_nomem(err);
    *slot = *why;
    return PL_OK;
}

/* A report that looked at nothing proves nothing. */
static pl_status refuse_empty(const struct pl_report *r, struct pl_err *err)
{
    if (r->files.n > 0 || r->errors.n > 0)
        return PL_OK;
    return pl_fail(err, PL_E_INPUT, PL_NO_OFFSET, "the report holds no files: nothing was examined");
}

/* A policy that lay about and is a file of the package: what is judged never configures its judge. */
static pl_status refuse_own_policy(const struct pl_report *r, const struct pl_gate_options *o,
                                   struct pl_err *why)
{
    for (size_t i = 0; o->policy_is_found && i < r->files.n; i++) {
        const struct pl_file *f = r->files.v[i];
        if (!f->has_digests || !pl_sha256_eq(&f->sha256, &o->policy->sha256))
            continue;
        pl_status st =
            pl_fail(why, PL_E_USAGE, PL_NO_OFFSET,
                    "the policy that was found, %.80s, is a file of what is judged", o->policy->name);
        pl_err_hint(why, "when it is yours, name it: --policy FILE");
        return st;
    }
    return PL_OK;
}

/* A report or a chain; *why is set, and nothing else, when it is neither. */
static pl_status judge_text(pl_bytes text, const struct pl_report_limits *limits,
                            const struct pl_gate_options *o, struct pl_report **out, struct pl_err *why)
{
    int64_t now_s = o->at_s == 0 ? pl_clock_utc_s() : o->at_s;
    struct pl_report *r = NULL;
    if (pl_chain_view_fits(text))
        return pl_gate_chain_report(text, o->policy, now_s, out, why);
    pl_status st = pl_report_read(text, limits, &r, why);
    if (st != PL_OK)
        pl_err_hint(why, "a report is what plumb check -o json or plumb chain -o json writes");
    if (st == PL_OK)
        st = refuse_empty(r, why);
    if (st == PL_OK)
        st = refuse_own_policy(r, o, why);
    if (st == PL_OK)
        st = pl_gate_apply(r, o->policy, now_s, why);
    if (st == PL_OK)
        *out = r;
    else
        pl_report_free(r);
    return st;
}

static pl_status judge_one(struct pl_gate_result *g, const struct pl_gate_options *o, const char *path,
                           struct pl_err *err)
{
    struct pl_report_limits limits = pl_report_limits_default();
    struct pl_err why = {.status = PL_OK};
    uint8_t *heap = NULL;
    size_t n = 0;
    struct pl_gate_subject *slot = PL_VEC_ADD(&g->subjects);
    if (slot == NULL)
        return pl_fail_nomem(err);
    slot->path = pl_arena_str(&g->arena, pl_bytes_of_str(path));
    if (slot->path == NULL)
        return pl_arena_fail(&g->arena, err);
    pl_status st = pl_io_read(path, limits.document_bytes, &heap, &n, &why);
    if (st == PL_OK)
        st = judge_text(pl_bytes_of(heap, n), &limits, o, &slot->report, &why);
    free(heap);
    if (st == PL_OK || st == PL_E_NOMEM)
        return st == PL_OK ? PL_OK : pl_fail_nomem(err);
    pl_err_about(&why, path);
    return pl_report_of_error(path, &why, &slot->report, err);
}

/* A baseline that only shrinks: what is gone must leave the file, or it could come back unseen. Of a chain that cannot be told: it lists the gravest findings. */
static pl_status judge_baseline(struct pl_gate_result *g, const struct pl_ruleset *p, struct pl_err *err)
{
    if (p == NULL || p->baseline == NULL)
        return PL_OK;
    for (size_t i = 0; i < g->subjects.n; i++)
        if (g->subjects.v[i].report->chain != NULL)
            return PL_OK;
    g->has_baseline = true;
    g->baseline_entries = p->baseline->entries.n;
    bool *found = pl_arena_take_n(&g->arena, g->baseline_entries + 1, sizeof *found);
    if (found == NULL)
        return pl_arena_fail(&g->arena, err);
    for (size_t i = 0; i < g->subjects.n; i++)
        pl_baseline_mark(p->baseline, g->subjects.v[i].report, found);
    for (size_t i = 0; i < g->baseline_entries; i++)
        g->stale += !found[i];
    g->baseline_fails = g->stale > 0 && p->baseline_shrinks;
    if (g->baseline_fails && (g->exit == PL_EXIT_PASS || g->exit == PL_EXIT_INCONCLUSIVE))
        g->exit = PL_EXIT_FAIL;
    return PL_OK;
}

static pl_status combine(struct pl_gate_result *g, struct pl_err *err)
{
    enum pl_exit *codes = pl_arena_take_n(&g->arena, g->subjects.n + 1, sizeof *codes);
    if (codes == NULL)
        return pl_arena_fail(&g->arena, err);
    for (size_t i = 0; i < g->subjects.n; i++)
        codes[i] = g->subjects.v[i].report->exit;
    g->exit = pl_exit_combine(codes, g->subjects.n);
    return PL_OK;
}

pl_status pl_gate(const struct pl_gate_options *options, struct pl_gate_result **out, struct pl_err *err)
{
    static const struct pl_err nothing = {.status = PL_E_INPUT,
                                          .offset = PL_NO_OFFSET,
                                          .text = "no report: nothing was judged",
                                          .hint = "name what plumb check -o json=report.json wrote: plumb "
                                                  "gate report.json --policy builtin:strict"};
    struct pl_gate_result *g = NULL;
    if (options->n_reports == 0)
        return pl_gate_of_error(&nothing, out, err);
    pl_status st = new_result(&g, err);
    if (st == PL_OK && options->policy != NULL) {
        g->policy = pl_arena_str(&g->arena, pl_bytes_of_str(options->policy->name));
        g->policy_sha256 = options->policy->sha256;
        if (g->policy == NULL)
            st = pl_arena_fail(&g->arena, err);
    }
    for (size_t i = 0; i < options->n_reports && st == PL_OK; i++)
        st = judge_one(g, options, options->reports[i], err);
    if (st == PL_OK)
        st = combine(g, err);
    if (st == PL_OK)
        st = judge_baseline(g, options->policy, err);
    if (st == PL_OK)
        *out = g;
    else
        pl_gate_free(g);
    return st;
}

pl_status pl_gate_of_error(const struct pl_err *why, struct pl_gate_result **out, struct pl_err *err)
{
    struct pl_gate_result *g = NULL;
    pl_status st = new_result(&g, err);
    if (st == PL_OK)
        st = add_error(g, why, err);
    if (st == PL_OK) {
        g->exit = pl_exit_of_status(why->status);
        *out = g;
    } else {
        pl_gate_free(g);
    }
    return st;
}

void pl_gate_free(struct pl_gate_result *g)
{
    if (g == NULL)
        return;
    for (size_t i = 0; i < g->subjects.n; i++)
        pl_report_free(g->subjects.v[i].report);
    PL_VEC_FREE(&g->subjects);
    PL_VEC_FREE(&g->errors);
    pl_arena_reset(&g->arena);
    free(g);
}

enum pl_exit pl_gate_exit(const struct pl_gate_result *g)
{
    return g->exit;
}

const struct pl_report *pl_gate_report(const struct pl_gate_result *g, size_t i)
{
    return i < g->subjects.n ? g->subjects.v[i].report : NULL;
}
