/*
 * chain.c - the order of a chain: read the graph, look at every component, solve.
 *
 * What an earlier run found out is recalled first, by one thread with one supply: a graph that has not changed needs no more. The rest is checked side by
 * side, as many at a time as the machine has memory for, each worker with a supply of its own; each result is kept in the cache before the next component
 * begins, so that an interrupted run loses only what was under way.
 */
#include "plumbline/chain.h"

#include "base/parallel.h"
#include "base/quote.h"
#include "chain/reader.h"
#include "chain/solve.h"
#include "io/clock.h"
#include "io/host.h"
#include "judge/ruleset.h"
#include "pipeline/chain_check.h"
#include "pipeline/chain_store.h"
#include "pipeline/check.h"
#include "pipeline/product.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CHECK_BYTES    (2ull << 30) /* memory that one check may need; most need a tenth of it */
#define SCRATCH_BYTES  (256u << 20) /* texts about one component */
#define MOST_AT_A_TIME 16u

struct run {
    const struct pl_chain_options *options;
    struct pl_chain *chain;
    struct pl_product *product; /* NULL: none was named */
    struct pl_chain_worker workers[MOST_AT_A_TIME];
    struct pl_arena scratch[MOST_AT_A_TIME];
    char name[MOST_AT_A_TIME][96]; /* of what each worker looks at, quoted */
    unsigned n_workers;
    uint32_t *todo; /* components to look at */
    size_t n_todo;
    pthread_mutex_t lock; /* guards the chain's arena, the counters and the observer */
    size_t done;
};

/* A worker's own place in the run, for the observer of its checks. */
struct seat {
    struct run *run;
    unsigned number;
};

static void tell(struct run *r, const char *what)
{
    const struct pl_observer *o = &r->options->check.observer;
    if (o->progress != NULL)
        o->progress(o->ctx, "chain", what, r->done, r->n_todo);
}

/* "liblzma5: match data.tar.xz!/usr/lib/…, 12 of 38 left" */
static void seat_progress(void *ctx, const char *phase, const char *what, uint64_t done, uint64_t total)
{
    const struct seat *s = ctx;
    char text[512];
    (void)done;
    (void)total;
    (void)pthread_mutex_lock(&s->run->lock); /* fails only on misuse */
    (void)snprintf(text, sizeof text, "%zu left; %s: %s %s", s->run->n_todo - s->run->done,
                   s->run->name[s->number], phase, what);
    tell(s->run, text);
    (void)pthread_mutex_unlock(&s->run->lock);
}

/* What a check warns of is a detail of one component here. */
static void seat_log(void *ctx, enum pl_log_level level, const char *text)
{
    const struct seat *s = ctx;
    const struct pl_observer *o = &s->run->options->check.observer;
    (void)level;
    if (o->log == NULL)
        return;
    (void)pthread_mutex_lock(&s->run->lock); /* fails only on misuse */
    o->log(o->ctx, PL_LOG_NOTE, text);
    (void)pthread_mutex_unlock(&s->run->lock);
}

static pl_status open_supply(const struct pl_check_options *o, struct pl_supply **out, struct pl_err *err)
{
    struct pl_supply_options s = pl_supply_options_of(o);
    return pl_supply_open(&s, out, err);
}

/* One for each core, and no more than have room. */
static unsigned checks_at_a_time(unsigned jobs)
{
    uint64_t room = pl_host_memory() / CHECK_BYTES;
    unsigned n = jobs < MOST_AT_A_TIME ? jobs : MOST_AT_A_TIME;
    if (room < n)
        n = (unsigned)room;
    return n == 0 ? 1 : n;
}

/* Why nobody can look at it; NULL when somebody can. */
static const char *refuse(const struct pl_component *c)
{
    return c->is_product          ? "the product itself: there is no package to look at"
           : c->purl == NULL      ? "no identity: the document gives no package URL"
           : c->elsewhere != NULL ? "it does not come from where its type is published"
                                  : NULL;
}

static pl_status list_work(struct run *r, struct pl_err *err)
{
    struct pl_chain *c = r->chain;
    r->todo = malloc((c->components.n + 1) * sizeof *r->todo);
    if (r->todo == NULL)
        return pl_fail_nomem(err);
    for (uint32_t i = 0; i < c->components.n; i++) {
        struct pl_component *one = &c->components.v[i];
        one->why_not = refuse(one);
        if (one->why_not == NULL)
            r->todo[r->n_todo++] = i;
        else if (one->elsewhere != NULL && !one->is_product)
            one->why_not =
                pl_arena_printf(&c->arena, "it comes from %s, where nobody looks yet", one->elsewhere);
    }
    return c->arena.why != PL_OK ? pl_arena_fail(&c->arena, err) : PL_OK;
}

/* Keep the answer where it lives as long as the chain. */
static pl_status take_answer(struct run *r, struct pl_component *c, const struct pl_chain_answer *a,
                             struct pl_err *err)
{
    struct pl_component_result *kept = NULL;
    pl_status st = PL_OK;
    if (a->why_not == NULL) {
        st = pl_chain_result_keep(&a->result, &r->chain->arena, &kept, err);
    } else {
        c->why_not = pl_arena_str(&r->chain->arena, pl_bytes_of_str(a->why_not));
        st = c->why_not == NULL ? pl_arena_fail(&r->chain->arena, err) : PL_OK;
    }
    c->result = kept;
    c->is_cached = a->is_cached;
    c->is_late = a->is_late;
    return st;
}

static void name_seat(struct run *r, unsigned worker, const struct pl_component *c)
{
    struct pl_buf text;
    pl_buf_init(&text, sizeof r->name[0] - 1);
    pl_quote_some(&text, pl_bytes_of_str(c->name), 40);
    (void)snprintf(r->name[worker], sizeof r->name[worker], "%.*s", PL_ARG(pl_buf_bytes(&text)));
    pl_buf_reset(&text);
}

/* What is known already is not asked again, only compared with the product. */
static pl_status find_out(struct pl_chain_worker *w, const struct pl_component *c, struct pl_arena *arena,
                          struct pl_chain_answer *answer, struct pl_err *err)
{
    if (c->result == NULL && c->why_not == NULL)
        return pl_chain_check(w, c, arena, answer, err);
    *answer = (struct pl_chain_answer){.why_not = c->why_not, .is_cached = c->is_cached};
    if (c->result != NULL)
        answer->result = *c->result;
    return PL_OK;
}

static pl_status look_at(void *ctx, unsigned worker, size_t i, struct pl_err *err)
{
    struct run *r = ctx;
    struct pl_component *c = &r->chain->components.v[r->todo[i]];
    struct seat seat = {.run = r, .number = worker};
    struct pl_chain_worker *w = &r->workers[worker];
    struct pl_chain_answer answer = {0};
    pl_status st = PL_OK;
    if (w->supply == NULL)
        st = open_supply(&r->options->check, &w->supply, err);
    if (st != PL_OK)
        return st;
    pl_arena_reset(&r->scratch[worker]);
    w->observer = (struct pl_observer){.ctx = &seat, .log = seat_log, .progress = seat_progress};
    (void)pthread_mutex_lock(&r->lock); /* fails only on misuse */
    name_seat(r, worker, c);
    (void)pthread_mutex_unlock(&r->lock);
    st = find_out(w, c, &r->scratch[worker], &answer, err);
    if (st == PL_OK && r->product != NULL)
        st = pl_chain_ship(w, r->product, c, &r->scratch[worker], &answer, err);
    (void)pthread_mutex_lock(&r->lock);
    if (st == PL_OK)
        st = take_answer(r, c, &answer, err);
    r->done++;
    tell(r, r->name[worker]);
    (void)pthread_mutex_unlock(&r->lock);
    if (!answer.is_cached)
        pl_host_trim_memory();
    return st;
}

/* Take what is known from earlier runs; what stays on the list is to be looked at. */
static pl_status recall(struct run *r, struct pl_err *err)
{
    size_t left = 0;
    pl_status st = PL_OK;
    for (size_t i = 0; i < r->n_todo && st == PL_OK; i++) {
        struct pl_component *c = &r->chain->components.v[r->todo[i]];
        struct pl_chain_answer answer;
        bool is_known;
        pl_arena_reset(&r->scratch[0]);
        st = pl_chain_recall(&r->workers[0], c, &r->scratch[0], &answer, &is_known, err);
        if (st == PL_OK && is_known)
            st = take_answer(r, c, &answer, err);
        if (!is_known || r->product != NULL)
            r->todo[left++] = r->todo[i];
    }
    r->n_todo = left;
    return st;
}

/* Takes over the supply. */
static pl_status look_at_all(struct run *r, struct pl_supply *supply, struct pl_err *err)
{
    unsigned seconds = r->options->component_seconds;
    pl_status st = list_work(r, err);
    if (st != PL_OK) {
        pl_supply_close(supply);
        return st;
    }
    r->n_workers = checks_at_a_time(r->chain->jobs);
    (void)pthread_mutex_init(&r->lock, NULL); /* cannot fail with default attributes */
    for (unsigned i = 0; i < r->n_workers; i++) {
        r->workers[i] = (struct pl_chain_worker){
            .options = r->options,
            .jobs = r->chain->jobs,
            .component_seconds = seconds == 0 ? pl_limits_default().component_seconds : seconds};
        pl_arena_init(&r->scratch[i], SCRATCH_BYTES);
    }
    r->workers[0].supply = supply; /* it has read the releases, and perhaps indices */
    st = recall(r, err);
    if (st == PL_OK)
        st = pl_parallel(r->n_workers, r->n_todo, r, look_at, err);
    for (unsigned i = 0; i < r->n_workers; i++) {
        pl_supply_close(r->workers[i].supply);
        pl_arena_reset(&r->scratch[i]);
    }
    (void)pthread_mutex_destroy(&r->lock);
    return st;
}

/* In order of components, whoever was late first. */
static pl_status note_late(const struct run *r, struct pl_err *err)
{
    struct pl_chain *c = r->chain;
    pl_status st = PL_OK;
    for (size_t i = 0; i < c->components.n && st == PL_OK; i++) {
        const struct pl_component *one = &c->components.v[i];
        struct pl_finding *finding;
        if (!one->is_late)
            continue;
        st = pl_findings_add(&c->findings, "chain.timeout", PL_SEVERITY_WARNING, PL_NO_OFFSET, 0, &finding,
                             err, "a component was not examined: %s", one->why_not);
        if (st == PL_OK)
            st = pl_finding_fact(&c->findings, finding, "component", pl_bytes_of_str(one->key), err);
    }
    return st;
}

/* Files of the product that no package accounts for. */
static pl_status note_unowned(const struct run *r, struct pl_err *err)
{
    pl_bytes paths[8];
    static const char *const names[] = {"file[0]", "file[1]", "file[2]", "file[3]",
                                        "file[4]", "file[5]", "file[6]", "file[7]"};
    size_t n;
    struct pl_findings *f = &r->chain->findings;
    struct pl_finding *finding;
    uint64_t count = pl_product_unowned(r->product, paths, sizeof paths / sizeof paths[0], &n);
    if (count == 0)
        return PL_OK;
    pl_status st = pl_findings_add(f, "ship.unowned", PL_SEVERITY_NOTE, PL_NO_OFFSET, 0, &finding, err,
                                   "%llu files of the product belong to no component that was compared",
                                   (unsigned long long)count);
    for (size_t i = 0; i < n && st == PL_OK; i++)
        st = pl_finding_fact(f, finding, names[i], paths[i], err);
    return st;
}

/* The product that is named, or the folder that the chain was read from. */
static pl_status open_product(struct run *r, const struct pl_limits *limits, struct pl_err *err)
{
    struct pl_chain *c = r->chain;
    bool is_folder = strcmp(c->format, "node_modules") == 0 || strcmp(c->format, "Debian system") == 0;
    const char *path = r->options->product != NULL ? r->options->product : is_folder ? c->subject : NULL;
    if (path == NULL)
        return PL_OK;
    tell(r, "reading the product");
    c->product = pl_arena_str(&c->arena, pl_bytes_of_str(path));
    return c->product == NULL
               ? pl_arena_fail(&c->arena, err)
               : pl_product_open(path, r->options->check.is_unconfined, limits, &r->product, err);
}

static pl_status run(const struct pl_chain_options *options, struct pl_chain *c, struct pl_err *err)
{
    struct pl_limits limits = pl_limits_default();
    struct run r = {.options = options, .chain = c};
    struct pl_supply *supply = NULL;
    const struct pl_observer *o = &options->check.observer;
    if (o->progress != NULL)
        o->progress(o->ctx, "read", "", 0, 0);
    pl_status st = open_supply(&options->check, &supply, err);
    if (st == PL_OK)
        st = pl_chain_read(options->check.subject, supply, &limits, c, err);
    if (st == PL_OK)
        st = open_product(&r, &limits, err);
    if (st == PL_OK)
        st = look_at_all(&r, supply, err);
    else
        pl_supply_close(supply);
    if (st == PL_OK)
        st = note_late(&r, err);
    if (st == PL_OK && r.product != NULL)
        st = note_unowned(&r, err);
    if (st == PL_OK)
        st = pl_chain_solve(c, err);
    pl_product_close(r.product);
    free(r.todo);
    return st;
}

/* What is required of the chain as a whole, and by whom: the higher one of flag and policy. */
static pl_status take_requirement(const struct pl_chain_options *options, struct pl_chain *c,
                                  struct pl_err *why, struct pl_err *err)
{
    const struct pl_ruleset *p = options->policy;
    int64_t now_s = options->check.at_s == 0 ? pl_clock_utc_s() : options->check.at_s;
    c->required = options->required;
    c->required_by = options->required > 0 ? "--require" : NULL;
    if (p == NULL)
        return PL_OK;
    if (p->has_expiry && now_s >= p->expires_s) {
        (void)pl_fail(why, PL_E_TRUST, PL_NO_OFFSET, "the policy %s:%u has expired", p->expires_at.policy,
                      (unsigned)p->expires_at.line);
        return PL_OK;
    }
    const struct pl_least_level *least = &p->require.chain_level;
    if (least->at.line == 0 || least->level <= c->required)
        return PL_OK;
    c->required = least->level;
    c->required_by = pl_arena_printf(&c->arena, "%s:%u", least->at.policy, (unsigned)least->at.line);
    return c->required_by == NULL ? pl_arena_fail(&c->arena, err) : PL_OK;
}

pl_status pl_chain_run(const struct pl_chain_options *options, struct pl_chain **out, struct pl_err *err)
{
    struct pl_limits limits = pl_limits_default();
    struct pl_err why = {.status = PL_OK};
    uint64_t start_ns = pl_clock_monotonic_ns();
    struct pl_chain *c = pl_chain_new(&limits);
    if (c == NULL)
        return pl_fail_nomem(err);
    c->jobs = options->check.jobs == 0 ? pl_host_jobs() : options->check.jobs;
    c->subject = pl_arena_str(&c->arena, pl_bytes_of_str(options->check.subject));
    pl_clock_rfc3339(pl_clock_utc_s(), c->started);
    pl_status st = c->subject == NULL ? pl_fail_nomem(err) : PL_OK;
    if (st == PL_OK)
        st = take_requirement(options, c, &why, err);
    bool has_failed = st == PL_OK && why.status != PL_OK;
    if (st == PL_OK && !has_failed)
        has_failed = run(options, c, &why) != PL_OK; /* else `why` may tell of what was got over */
    if (st == PL_OK && has_failed) {
        struct pl_err *slot = PL_VEC_ADD(&c->errors);
        if (slot == NULL) {
            st = pl_fail_nomem(err);
        } else {
            *slot = why;
            c->exit = pl_exit_of_status(why.status);
        }
    }
    c->elapsed_us = (pl_clock_monotonic_ns() - start_ns) / 1000;
    if (st == PL_OK)
        *out = c;
    else
        pl_chain_free(c);
    return st;
}

pl_status pl_chain_of_error(const char *subject, const struct pl_err *why, struct pl_chain **out,
                            struct pl_err *err)
{
    struct pl_limits limits = pl_limits_default();
    struct pl_chain *c = pl_chain_new(&limits);
    struct pl_err *slot = c == NULL ? NULL : PL_VEC_ADD(&c->errors);
    if (slot == NULL) {
        pl_chain_free(c);
        return pl_fail_nomem(err);
    }
    *slot = *why;
    c->subject = pl_arena_str(&c->arena, pl_bytes_of_str(subject));
    c->exit = pl_exit_of_status(why->status);
    pl_clock_rfc3339(pl_clock_utc_s(), c->started);
    if (c->subject == NULL) {
        pl_status st = pl_arena_fail(&c->arena, err);
        pl_chain_free(c);
        return st;
    }
    *out = c;
    return PL_OK;
}
