/*
 * check.c - the order of a check: acquire, index, examine, judge.
 */
#include "pipeline/check.h"
#include "base/quote.h"
#include "corpus/index.h"
#include "io/clock.h"
#include "io/confine.h"
#include "io/host.h"
#include "judge/gate.h"
#include "judge/judge.h"
#include "match/match.h"
#include "model/explanation.h"
#include "pipeline/acquire.h"
#include "pipeline/compare.h"
#include "pipeline/confined.h"
#include "pipeline/evidence.h"
#include "pipeline/examine.h"

#include <pthread.h>
#include <string.h>
#include <unistd.h>

/* The caller's observer behind a lock, so that it is never called twice at a time; texts are quoted on the way. */
struct shared_observer {
    struct pl_observer outer;
    pthread_mutex_t lock;
};

static void log_quoted(struct shared_observer *s, enum pl_log_level level, const char *text)
{
    struct pl_buf b;
    if (s->outer.log == NULL)
        return;
    pl_buf_init(&b, 8192);
    pl_quote(&b, pl_bytes_of_str(text));
    pl_buf_add_byte(&b, 0);
    if (b.why == PL_OK) {
        (void)pthread_mutex_lock(&s->lock); /* fails only on misuse */
        s->outer.log(s->outer.ctx, level, (const char *)b.p);
        (void)pthread_mutex_unlock(&s->lock);
    }
    pl_buf_reset(&b);
}

static void shared_progress(void *ctx, const char *phase, const char *what, uint64_t done, uint64_t total)
{
    struct shared_observer *s = ctx;
    struct pl_buf b;
    if (s->outer.progress == NULL)
        return;
    pl_buf_init(&b, 8192);
    pl_quote(&b, pl_bytes_of_str(what));
    pl_buf_add_byte(&b, 0);
    if (b.why == PL_OK) {
        (void)pthread_mutex_lock(&s->lock); /* fails only on misuse */
        s->outer.progress(s->outer.ctx, phase, (const char *)b.p, done, total);
        (void)pthread_mutex_unlock(&s->lock);
    }
    pl_buf_reset(&b);
}

static void hold(bool is_begin)
{
    if (is_begin)
        pl_confined_hold();
    else
        pl_confined_release();
}

static void supply_log(void *ctx, enum pl_severity severity, const char *message)
{
    log_quoted(ctx, severity == PL_SEVERITY_NOTE ? PL_LOG_NOTE : PL_LOG_WARNING, message);
}

static void supply_progress(void *ctx, const char *what, uint64_t done, uint64_t total)
{
    shared_progress(ctx, "fetch", what, done, total);
}

struct pl_supply_options pl_supply_options_of(const struct pl_check_options *o)
{
    return (struct pl_supply_options){
        .is_offline = o->is_offline,
        .cache_dir = o->cache_dir,
        .timeout_ms = o->timeout_ms,
        .apt_root = o->system_root,
        .git_mirror = o->git_mirror,
        .pause = pl_confined_pause,
        .forking = pl_confined_forking,
        .holding = hold,
        .is_unconfined = o->is_unconfined,
    };
}

static pl_status open_supply(struct pl_acquired *a, struct shared_observer *shared, struct pl_err *err)
{
    struct pl_supply_options s = pl_supply_options_of(a->options);
    s.log = supply_log;
    s.progress = supply_progress;
    s.ctx = shared;
    pl_status st = pl_supply_open(&s, &a->supply, err);
    if (st == PL_OK)
        pl_supply_set_deadline(a->supply, a->limits->deadline_ns, a->limits->deadline_seconds);
    return st;
}

static bool has_git_source(const struct pl_acquired *a)
{
    for (size_t i = 0; i < a->n_trees; i++)
        if (a->trees[i]->rank == PL_RANK_OWN && a->trees[i]->git != NULL)
            return true;
    return false;
}

/* What an examination needs to know. */
struct examining {
    struct pl_acquired *a;
    const struct pl_question *question; /* NULL: none */
    const struct pl_observer *observer; /* NULL: nobody listens in this process */
};

static pl_status index_sources(const struct pl_acquired *a, struct pl_watch *watch, struct pl_index **out,
                               struct pl_err *err)
{
    pl_status st = PL_OK;
    pl_host_trim_memory();
    pl_watch_sources(watch, true);
    if (a->n_trees > 0)
        st = pl_index_build((struct pl_source_tree *const *)a->trees, a->n_trees, a->options->jobs, out, err);
    pl_watch_sources(watch, false);
    pl_host_trim_memory();
    return st;
}

static pl_status examine(void *ctx, struct pl_watch *watch, const struct pl_feed *feed, struct pl_report *r,
                         struct pl_err *err)
{
    const struct examining *e = ctx;
    const struct pl_acquired *a = e->a;
    const struct pl_question *q = e->question;
    struct pl_index *index = NULL;
    struct pl_layout layout = {.is_release = a->is_release, .is_folder = a->is_folder};
    if (a->bytes.n >= PL_SPILL_BYTES)
        pl_ebb_start(&e->a->ebb); /* this may be another process than the one that has acquired it */
    pl_status st = index_sources(a, watch, &index, err);
    struct pl_examination x = {.limits = a->limits,
                               .index = index,
                               .headers = a->headers,
                               .n_headers = a->n_headers,
                               .header_heaps = e->a->header_heaps,
                               .prints = a->prints,
                               .n_prints = a->n_prints,
                               .layout = has_git_source(a) && !a->has_identity ? &layout : NULL,
                               .explanation = q == NULL ? NULL : q->explanation,
                               .asked = q == NULL ? NULL : q->path,
                               .jobs = a->options->jobs,
                               .observer = e->observer,
                               .watch = watch,
                               .store = a->store.base == NULL ? NULL : &e->a->store};
    if (st == PL_OK)
        st = a->is_folder ? pl_examine_folder(&x, feed, r, err) : pl_examine(&x, a->bytes, a->name, r, err);
    pl_index_free(index);
    if (st == PL_OK && a->published != NULL && q == NULL)
        st = pl_compare_published(r, a->bytes, a->published->bytes, a->limits, err);
    return st;
}

/* In a child that can do no harm, or right here when the caller wants that. */
static pl_status examine_somewhere(const struct examining *given, struct pl_report *r,
                                   const struct pl_observer *observer, struct pl_err *err)
{
    struct examining e = *given;
    const struct pl_acquired *a = e.a;
    const struct pl_question *q = e.question;
    struct pl_confinement kernel = pl_confinement_of_kernel();
    struct pl_feed feed = {.folder = a->options->subject};
    struct pl_confined_work work = {.ctx = &e,
                                    .examine = examine,
                                    .limits = a->limits,
                                    .observer = observer,
                                    .jobs = a->options->jobs,
                                    .is_open = a->options->is_unconfined,
                                    .folder = a->is_folder ? a->options->subject : NULL,
                                    .package = a->bytes,
                                    .name = a->name,
                                    .explanation = q == NULL ? NULL : q->explanation};
    observer->progress(observer->ctx, "index", "", 0, 0);
    if (a->options->is_unconfined && a->limits->deadline_ns == 0) {
        e.observer = observer;
        return examine(&e, NULL, &feed, r, err);
    }
    if (a->options->is_unconfined)
        return pl_confined(&work, r, err);
    char text[PL_CONFINEMENT_TEXT_BYTES];
    pl_confinement_text(&kernel, text);
    r->sandbox = pl_arena_str(&r->arena, pl_bytes_of_str(text));
    if (r->sandbox == NULL)
        return pl_arena_fail(&r->arena, err);
    return pl_confined(&work, r, err);
}

static pl_status run(struct pl_acquired *a, const struct pl_question *q, struct pl_report *r,
                     struct shared_observer *shared, struct pl_err *err)
{
    struct pl_observer observer = {.ctx = shared, .progress = shared_progress};
    struct examining e = {.a = a, .question = q};
    pl_confined_hold();
    pl_status st = open_supply(a, shared, err);
    if (st == PL_OK)
        st = pl_acquire(a, r, err);
    if (st == PL_OK)
        st = pl_apply_evidence(a, r, err);
    /* Its mapped package indices are larger than most sources, and nothing asks it from here on. */
    pl_supply_close(a->supply);
    a->supply = NULL;
    pl_confined_release();
    if (st == PL_OK)
        st = examine_somewhere(&e, r, &observer, err);
    if (st != PL_OK)
        pl_err_about(err, a->options->subject);
    return st;
}

static pl_status add_error(struct pl_report *r, const struct pl_err *why, struct pl_err *err)
{
    struct pl_err *slot = PL_VEC_ADD(&r->errors);
    if (slot == NULL)
        return pl_fail_nomem(err);
    *slot = *why;
    return PL_OK;
}

/* The report outlives the source trees, but claims name their files: it takes over the names. */
static pl_status keep_source_names(struct pl_acquired *a, struct pl_report *r, struct pl_err *err)
{
    for (size_t i = 0; i < a->n_trees; i++) {
        struct pl_arena **slot = PL_VEC_ADD(&r->source_arenas);
        if (slot == NULL)
            return pl_fail_nomem(err);
        *slot = a->trees[i]->arena;
        a->trees[i]->arena = NULL;
    }
    return PL_OK;
}

/* Contents were kept for the judge's samples; nobody needs them any more. */
static void release_contents(struct pl_report *r)
{
    for (size_t i = 0; i < r->files.n; i++)
        pl_file_release(r->files.v[i]);
}

/* A check that broke off has no files to show: half a ledger would look like a whole one. */
static void drop_files(struct pl_report *r)
{
    for (size_t i = 0; i < r->files.n; i++)
        pl_file_reset(r->files.v[i]);
    r->files.n = 0;
}

pl_status pl_check_for(const struct pl_check_options *options, const struct pl_question *question,
                       struct pl_report **out, struct pl_err *err)
{
    struct pl_limits limits = pl_limits_default();
    struct pl_policy policy = pl_policy_default();
    struct pl_check_options o = *options;
    struct shared_observer shared = {.outer = options->observer};
    struct pl_acquired a = {.options = &o, .limits = &limits};
    struct pl_err why = {0};
    uint64_t start_ns = pl_clock_monotonic_ns();
    struct pl_report *r = pl_report_new(&limits);
    if (r == NULL)
        return pl_fail_nomem(err);
    (void)pthread_mutex_init(&shared.lock, NULL); /* default attributes cannot fail on Linux */
    pl_arena_init(&a.arena, (size_t)limits.memory_bytes);
    o.jobs = options->jobs == 0 ? pl_host_jobs() : options->jobs;
    r->jobs = o.jobs;
    limits.deadline_seconds = options->seconds;
    if (options->seconds != 0)
        limits.deadline_ns = start_ns + options->seconds * UINT64_C(1000000000);
    pl_clock_rfc3339(pl_clock_utc_s(), r->started);
    r->subject_name = pl_arena_str(&r->arena, pl_bytes_of_str(options->subject));
    pl_status st = r->subject_name == NULL ? pl_fail_nomem(err) : PL_OK;
    if (st == PL_OK && run(&a, question, r, &shared, &why) != PL_OK) {
        drop_files(r);
        st = add_error(r, &why, err);
    }
    if (st == PL_OK)
        st = pl_judge(r, &policy, a.has_source, err);
    if (st == PL_OK && options->policy != NULL && question == NULL)
        st = pl_gate_apply(r, options->policy, options->at_s == 0 ? pl_clock_utc_s() : options->at_s, err);
    if (st == PL_OK)
        st = keep_source_names(&a, r, err);
    release_contents(r); /* some of them stand in the store */
    pl_acquired_release(&a);
    (void)pthread_mutex_destroy(&shared.lock);
    r->elapsed_us = (pl_clock_monotonic_ns() - start_ns) / 1000;
    if (st == PL_OK)
        *out = r;
    else
        pl_report_free(r);
    return st;
}

pl_status pl_check(const struct pl_check_options *options, struct pl_report **out, struct pl_err *err)
{
    return pl_check_for(options, NULL, out, err);
}

pl_status pl_report_of_error(const char *subject, const struct pl_err *why, struct pl_report **out,
                             struct pl_err *err)
{
    struct pl_limits limits = pl_limits_default();
    struct pl_policy policy = pl_policy_default();
    struct pl_report *r = pl_report_new(&limits);
    if (r == NULL)
        return pl_fail_nomem(err);
    pl_clock_rfc3339(pl_clock_utc_s(), r->started);
    r->subject_name = pl_arena_str(&r->arena, pl_bytes_of_str(subject));
    pl_status st = r->subject_name == NULL ? pl_fail_nomem(err) : add_error(r, why, err);
    if (st == PL_OK)
        st = pl_judge(r, &policy, false, err);
    if (st == PL_OK)
        *out = r;
    else
        pl_report_free(r);
    return st;
}

bool pl_rule_at(size_t i, const char **name, const char **what, const char **source)
{
    size_t n;
    const struct pl_rung *const *all = pl_rungs(&n);
    if (i >= n)
        return false;
    *name = all[i]->rule;
    *what = all[i]->what;
    *source = all[i]->source;
    return true;
}

bool pl_claim_rule_at(size_t i, const char **name, const char **what, const char **source)
{
    static const struct {
        const char *name, *what, *source;
    } rules[] = {
#define PL_CLAIM_RULE(name, what, source) {name, what, source},
#include "match/claim_rules.def"
#undef PL_CLAIM_RULE
    };
    size_t n_literals;
    size_t n = sizeof rules / sizeof *rules;
    const struct pl_literal_rule *literals = pl_literal_rules(&n_literals);
    if (i >= n + n_literals)
        return false;
    *name = i < n ? rules[i].name : literals[i - n].name;
    *what = i < n ? rules[i].what : literals[i - n].what;
    *source = i < n ? rules[i].source : literals[i - n].source;
    return true;
}
