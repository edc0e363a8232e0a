/*
 * baseline.c - making the baseline of a policy, and letting it shrink.
 */
#include "judge/baseline.h"

#include "attest/outcome.h"
#include "io/clock.h"
#include "io/lock.h"
#include "io/read.h"
#include "io/write.h"
#include "judge/gate.h"
#include "pipeline/policy.h"
#include "plumbline/policy.h"

#include <stdlib.h>

/* The old one; a new one without entries when there is none. */
static pl_status read_old(const char *path, struct pl_baseline **out, bool *is_new, struct pl_err *err)
{
    uint8_t *heap = NULL;
    size_t n = 0;
    pl_status st = pl_io_read(path, PL_BASELINE_MAX_BYTES, &heap, &n, err);
    *is_new = st == PL_E_NOT_FOUND;
    if (*is_new)
        st = pl_baseline_new(out, err);
    else if (st == PL_OK)
        st = pl_baseline_read(pl_bytes_of(heap, n), out, err);
    free(heap);
    return st;
}

/* A report as the policy judges it without the baseline. */
static pl_status judged(const char *path, const struct pl_ruleset *p, int64_t now_s, struct pl_report **out,
                        struct pl_err *err)
{
    struct pl_report *r = NULL;
    pl_status st = pl_report_load(path, &r, err);
    if (st == PL_OK)
        st = pl_gate_apply(r, p, now_s, err);
    if (st == PL_OK && r->errors.n > 0)
        st = pl_fail(err, PL_E_INPUT, PL_NO_OFFSET,
                     "this report is of a check that broke off: nothing is known of its findings");
    pl_err_about(err, path);
    if (st == PL_OK)
        *out = r;
    else
        pl_report_free(r);
    return st;
}

static pl_status write_new(const char *path, const struct pl_baseline *b, const bool *found,
                           struct pl_err *err)
{
    struct pl_buf text;
    pl_buf_init(&text, PL_BASELINE_MAX_BYTES);
    pl_baseline_write(b, found, &text);
    pl_status st = pl_buf_done(&text, err);
    if (st == PL_OK)
        st = pl_io_write(path, 0644, pl_buf_bytes(&text), err);
    pl_buf_reset(&text);
    return st;
}

static pl_status update(struct pl_outcome *o, const struct pl_ruleset *p, int64_t now_s, const char *path,
                        const char *const *reports, size_t n, struct pl_err *err)
{
    struct pl_baseline *b = NULL;
    bool is_new = false;
    pl_status st = read_old(path, &b, &is_new, err);
    bool *found = st == PL_OK ? pl_arena_take_n(&o->arena, b->entries.n + 1, sizeof *found) : NULL;
    if (st == PL_OK && found == NULL)
        st = pl_arena_fail(&o->arena, err);
    for (size_t i = 0; i < n && st == PL_OK; i++) {
        struct pl_report *r = NULL;
        st = judged(reports[i], p, now_s, &r, err);
        if (st == PL_OK && is_new)
            st = pl_baseline_add(b, r, err);
        else if (st == PL_OK)
            pl_baseline_mark(b, r, found);
        pl_report_free(r);
    }
    size_t kept = 0;
    for (size_t i = 0; st == PL_OK && i < b->entries.n; i++)
        kept += is_new || found[i];
    if (st == PL_OK)
        st = write_new(path, b, is_new ? NULL : found, err);
    if (st == PL_OK)
        st = pl_outcome_fact(o, "baseline", err, "%s", path);
    if (st == PL_OK)
        st = pl_outcome_fact(o, "findings", err, "%zu", kept);
    if (st == PL_OK && !is_new)
        st = pl_outcome_fact(o, "left-out", err, "%zu", b->entries.n - kept);
    pl_baseline_free(b);
    return st;
}

pl_status pl_policy_baseline(const char *path, int64_t at_s, const char *const *reports, size_t n,
                             struct pl_outcome **out, struct pl_err *err)
{
    struct pl_err why = {.status = PL_OK};
    struct pl_ruleset *p = NULL;
    int64_t now_s = at_s == 0 ? pl_clock_utc_s() : at_s;
    int lock = -1;
    struct pl_outcome *o = pl_outcome_new("policy baseline", path);
    if (o == NULL)
        return pl_fail_nomem(err);
    pl_status st =
        n > 0 ? pl_policy_read(path, now_s, NULL, &p, &why)
              : pl_fail(&why, PL_E_INPUT, PL_NO_OFFSET, "no report: nothing is known of the findings");
    if (st == PL_OK && p->baseline_file == NULL) {
        st = pl_fail(&why, PL_E_USAGE, PL_NO_OFFSET, "this policy names no baseline");
        pl_err_hint(&why, "baseline: {file: plumb.baseline.json, ratchet: true}");
    }
    const char *file = st == PL_OK ? pl_baseline_path(p, &o->arena, &why) : NULL;
    if (st == PL_OK && file == NULL)
        st = o->arena.why;
    if (st == PL_OK)
        st = pl_lock_folder_of(file, &lock, &why);
    if (st == PL_OK)
        st = update(o, p, now_s, file, reports, n, &why);
    pl_unlock(lock);
    pl_ruleset_free(p);
    return pl_outcome_end(o, st, &why, PL_EXIT_PASS, out, err);
}
