/*
 * confined.c - start a child, watch it, believe what it says as far as it can be checked, and try again without the file it died of.
 *
 *     parent                                        child
 *     fork, with package and sources in memory  ->  gives up everything (io/confine.h)
 *     sends the files of a folder, if it is one ->  indexes the sources, unpacks, matches
 *     watches the board (watch.h)
 *     checks each record (wire.h)               <-  frames: records, then findings about the whole, or an error
 *
 * Why not a process for each file: what can take over the child by one file can have that file say what it likes, whether or not others are
 * examined beside it; and a run that starts again is cheap, since it happens to attackers alone.
 */
#include "pipeline/confined.h"

#include "format/archive/unpack.h"
#include "io/clock.h"
#include "io/confine.h"
#include "io/host.h"
#include "pipeline/wire.h"

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FRAME_BYTES     (256u << 10) /* a frame is sent once it is so full */
#define MAX_FRAME_BYTES (1u << 30)

enum part { PART_END, PART_FILE, PART_ERROR };

static pthread_rwlock_t forking = PTHREAD_RWLOCK_WRITER_NONRECURSIVE_INITIALIZER_NP;

static __thread bool is_holding;
static __thread bool was_holding; /* before a pause */

void pl_confined_hold(void)
{
    (void)pthread_rwlock_rdlock(&forking); /* fails only on misuse, like the others */
    is_holding = true;
}

void pl_confined_release(void)
{
    is_holding = false;
    (void)pthread_rwlock_unlock(&forking);
}

void pl_confined_pause(bool is_begin)
{
    if (is_begin) {
        was_holding = is_holding;
        if (was_holding)
            pl_confined_release();
    } else if (was_holding) {
        pl_confined_hold();
    }
}

pl_status pl_confined_prepare(struct pl_err *err)
{
    pl_sha256 unused;
    pl_unpack_prepare();
    return pl_sha256_of((pl_bytes){NULL, 0}, &unused, err); /* libcrypto reads its configuration then */
}

void pl_confined_forking(bool is_begin)
{
    static __thread bool was_before; /* a pause may be around it, which has its own */
    if (is_begin) {
        was_before = is_holding;
        if (was_before)
            pl_confined_release();
        (void)pthread_rwlock_wrlock(&forking); /* fails only on misuse */
    } else {
        (void)pthread_rwlock_unlock(&forking);
        if (was_before)
            pl_confined_hold();
    }
}

/* ---- the child ---- */

struct child_side {
    const struct pl_confined_work *work;
    struct pl_watch *watch;
    struct pl_report *r;
};

static bool flush(struct pl_wire_out *w, int to_parent)
{
    bool is_sent = w->out->why == PL_OK && pl_child_put(to_parent, pl_buf_bytes(w->out));
    pl_buf_clear(w->out);
    return is_sent;
}

static void tell_error(struct pl_wire_out *w, int to_parent, const struct pl_err *why)
{
    pl_buf_reset(w->out);
    memset(w->last, 0, sizeof w->last);
    pl_wire_u64(w, PART_ERROR);
    pl_wire_error(w, why);
    (void)flush(w, to_parent); /* nobody is left to be told */
}

static void tell_all(struct pl_wire_out *w, int to_parent, const struct child_side *c, size_t first_finding)
{
    const struct pl_report *r = c->r;
    const struct pl_explanation *x = c->work->explanation;
    bool is_sent = true;
    for (size_t i = 0; i < r->files.n && is_sent; i++) {
        pl_wire_u64(w, PART_FILE);
        pl_wire_file(w, r->files.v[i]);
        if (w->out->n >= FRAME_BYTES || w->out->why != PL_OK)
            is_sent = flush(w, to_parent);
    }
    pl_wire_u64(w, PART_END);
    pl_wire_findings(w, &r->findings, first_finding);
    pl_wire_u64(w, x != NULL && x->has_function);
    if (x != NULL && x->has_function) {
        memset(w->last, 0, sizeof w->last);
        pl_wire_explained(w, &x->function);
    }
    if (is_sent)
        (void)flush(w, to_parent); /* nobody is left to be told */
}

static void be_child(void *ctx, int to_parent, int from_parent)
{
    struct child_side *c = ctx;
    const struct pl_limits *l = c->work->limits;
    struct pl_confine_limits limits = {.memory_bytes = l->process_bytes, .cpu_seconds = l->process_seconds};
    struct pl_feed feed = {.from_parent = from_parent};
    struct pl_err err = {.offset = PL_NO_OFFSET};
    struct pl_buf out;
    struct pl_wire_out w = {.out = &out};
    size_t first_finding = c->r->findings.list.n;
    pl_buf_init(&out, MAX_FRAME_BYTES);
    pl_status st = c->work->is_open ? PL_OK : pl_confine_self(&limits, &err);
    if (st == PL_OK) {
        pl_watch_faults(c->watch);
        st = c->work->examine(c->work->ctx, c->watch, &feed, c->r, &err);
    }
    if (st == PL_OK) {
        tell_all(&w, to_parent, c, first_finding);
        return;
    }
    err.status = st;
    tell_error(&w, to_parent, &err);
}

/* ---- the parent ---- */

struct parent_side {
    const struct pl_confined_work *work;
    struct pl_watch *watch;
    struct pl_report *r;
    struct pl_wire_in in;
    size_t first_file;
    uint64_t *pulses; /* of each slot, as last seen */
    uint64_t *since_ns;
    uint64_t started_ns;
    unsigned children;  /* started so far */
    unsigned late_slot; /* that took too long; n_slots: none */
    bool is_out_of_time;
    bool is_late; /* past the deadline of the work */
};

/* Is somebody at one file for too long? Also tells the observer. */
static bool tick(void *ctx)
{
    struct parent_side *p = ctx;
    const struct pl_limits *limits = p->work->limits;
    const struct pl_observer *o = p->work->observer;
    uint64_t now_ns = pl_clock_monotonic_ns();
    uint64_t files = pl_watch_files(p->watch);
    if (o != NULL && o->progress != NULL && files > 0)
        o->progress(o->ctx, "match", "", files, 0);
    p->is_out_of_time = (now_ns - p->started_ns) / 1000000000u > limits->process_seconds;
    for (unsigned i = 0; i < p->watch->n_slots; i++) {
        uint64_t pulse = pl_watch_pulse(p->watch, i);
        if (pulse != p->pulses[i] || pulse == 0) {
            p->pulses[i] = pulse;
            p->since_ns[i] = now_ns;
        } else if ((now_ns - p->since_ns[i]) / 1000000000u >= limits->file_seconds) {
            p->late_slot = i;
            return false;
        }
    }
    p->is_late = pl_clock_is_past(limits->deadline_ns);
    return !p->is_out_of_time && !p->is_late;
}

static pl_status take_file(struct parent_side *p, struct pl_err *err)
{
    struct pl_file **slot = PL_VEC_ADD(&p->r->files);
    struct pl_file *f = pl_arena_take(p->in.arena, sizeof *f);
    if (slot == NULL || f == NULL) {
        p->r->files.n -= slot != NULL;
        return f == NULL ? pl_arena_fail(p->in.arena, err) : pl_fail_nomem(err);
    }
    *slot = f;
    pl_wire_take_file(&p->in, f);
    return p->in.c.bad ? pl_wire_done(&p->in, err) : PL_OK;
}

static void take_end(struct parent_side *p)
{
    struct pl_explanation *x = p->work->explanation;
    pl_wire_take_findings(&p->in, &p->r->findings);
    uint64_t has_function = pl_wire_take_u64(&p->in);
    if (has_function == 1 && x != NULL) {
        p->in.arena = &x->arena; /* it outlives the report */
        memset(p->in.last, 0, sizeof p->in.last);
        memset(p->in.known, 0, sizeof p->in.known);
        x->has_function = true;
        pl_wire_take_explained(&p->in, &x->function);
    } else if (has_function != 0) {
        p->in.c.bad = true;
    }
}

/* One frame. *is_end when it was the last one, or told of an error: then that is the status. */
static pl_status take_frame(struct parent_side *p, pl_bytes frame, bool *is_end, struct pl_err *err)
{
    pl_status st = PL_OK;
    p->in.c = pl_cursor_of(frame);
    while (st == PL_OK && !*is_end && pl_cursor_left(&p->in.c) > 0) {
        uint64_t part = pl_wire_take_u64(&p->in);
        if (part == PART_FILE) {
            st = take_file(p, err);
        } else if (part == PART_ERROR) {
            memset(p->in.last, 0, sizeof p->in.last);
            *is_end = true;
            return pl_wire_take_error(&p->in, err);
        } else {
            *is_end = true;
            take_end(p);
        }
    }
    return st == PL_OK ? pl_wire_done(&p->in, err) : st;
}

/* The package as the child sees it and as it is here must be the same. */
static pl_status check_root(const struct parent_side *p, struct pl_err *err)
{
    const struct pl_report *r = p->r;
    if (p->work->folder != NULL)
        return PL_OK;
    if (r->files.n == p->first_file || r->files.v[p->first_file]->parent_order != PL_NO_PARENT ||
        r->files.v[p->first_file]->size != p->work->package.n)
        return pl_fail(err, PL_E_INPUT, PL_NO_OFFSET, "an examination is about another package");
    return PL_OK;
}

static void forget_files(struct parent_side *p)
{
    for (size_t i = p->first_file; i < p->r->files.n; i++)
        pl_file_reset(p->r->files.v[i]);
    p->r->files.n = p->first_file;
}

static pl_status converse(struct parent_side *p, struct pl_child *child, bool *is_end, struct pl_err *err)
{
    const struct pl_child_tick each = {.ctx = p, .tick = tick};
    struct pl_buf frame;
    pl_status st = PL_OK;
    if (p->work->folder != NULL)
        st = pl_feed_send(p->work->folder, NULL, p->work->limits, child, &each, err);
    if (st == PL_E_NOT_FOUND)
        st = PL_OK; /* it has ended early, and may have said why */
    if (st != PL_OK && p->late_slot == p->watch->n_slots && !p->is_out_of_time && !p->is_late)
        *is_end = true; /* the folder cannot be read */
    pl_buf_init(&frame, MAX_FRAME_BYTES);
    while (st == PL_OK && !*is_end) {
        st = pl_child_receive(child, &each, &frame, err);
        if (st == PL_OK)
            st = take_frame(p, pl_buf_bytes(&frame), is_end, err);
    }
    pl_buf_reset(&frame);
    return st;
}

static void say_why(const struct parent_side *p, int signal, int code, char *out, size_t n)
{
    const char *name = sigdescr_np(signal);
    if (p->late_slot < p->watch->n_slots)
        (void)snprintf(out, n, "it took more than %u seconds", p->work->limits->file_seconds);
    else if (p->is_out_of_time)
        (void)snprintf(out, n, "the examination took more than %u seconds", p->work->limits->process_seconds);
    else if (signal == SIGSYS)
        (void)snprintf(out, n, "it asked the system for what it may not have");
    else if (signal != 0)
        (void)snprintf(out, n, "it ended by signal %d (%s)", signal, name == NULL ? "unknown" : name);
    else
        (void)snprintf(out, n, "it ended early, with code %d", code);
}

/*
 * Nothing was told to the end: whose fault was it? PL_OK when there is something to leave out; PL_E_NOT_FOUND when nobody can
 * be named, or too many were.
 */
static pl_status blame(struct parent_side *p, const char *why, const struct pl_watch_seen *seen,
                       struct pl_err *err)
{
    struct pl_watch_seen one = *seen;
    if (p->is_late)
        return pl_limits_late(p->work->limits->deadline_seconds, err);
    if (p->late_slot < p->watch->n_slots) {
        one.order = pl_watch_order(p->watch, p->late_slot);
        one.is_walk = p->late_slot == 0;
        one.is_alone = true;
        one.was_in_sources = false;
    }
    if (one.was_in_sources)
        return pl_fail(err, PL_E_INPUT, PL_NO_OFFSET, "the sources cannot be examined: %s", why);
    if (p->is_out_of_time || one.order == PL_WATCH_NOBODY || p->watch->n_skips == PL_WATCH_SKIPS ||
        p->children > 2 * PL_WATCH_SKIPS)
        return PL_E_NOT_FOUND;
    if (!one.is_alone)
        p->watch->is_inline = true; /* one after the other will tell */
    else
        pl_watch_skip_one(p->watch, &one, why);
    return PL_OK;
}

/* One child. *is_again: it has ended early, and the next one may not. */
static pl_status try_once(struct parent_side *p, bool *is_again, char *why, size_t n, struct pl_err *err)
{
    struct child_side c = {.work = p->work, .watch = p->watch, .r = p->r};
    struct pl_child child;
    bool is_end = false;
    int signal;
    int code;
    pl_watch_clear(p->watch);
    p->children++;
    p->late_slot = p->watch->n_slots;
    p->started_ns = pl_clock_monotonic_ns();
    p->in = (struct pl_wire_in){.arena = &p->r->walk_arena, .limits = p->work->limits};
    pl_confined_forking(true);
    pl_status st = pl_child_start(be_child, &c, &child, err);
    pl_confined_forking(false);
    if (st != PL_OK)
        return st;
    st = converse(p, &child, &is_end, err);
    pl_child_end(&child, &signal, &code);
    if (st == PL_OK)
        st = check_root(p, err);
    if (st == PL_OK || is_end || st == PL_E_NOMEM)
        return st;
    struct pl_watch_seen seen = pl_watch_look(p->watch);
    say_why(p, seen.signal != 0 ? seen.signal : signal, code, why, n);
    st = blame(p, why, &seen, err);
    *is_again = st == PL_OK;
    return st;
}

/* The package as one file that nobody looked into. */
static pl_status give_up(struct parent_side *p, const char *why, struct pl_err *err)
{
    struct pl_report *r = p->r;
    if (p->work->folder != NULL)
        return pl_fail(err, PL_E_INPUT, PL_NO_OFFSET, "the folder cannot be examined: %s", why);
    struct pl_file **slot = PL_VEC_ADD(&r->files);
    struct pl_file *f = pl_arena_take(&r->walk_arena, sizeof *f);
    if (slot == NULL || f == NULL) {
        r->files.n -= slot != NULL;
        return f == NULL ? pl_arena_fail(&r->walk_arena, err) : pl_fail_nomem(err);
    }
    *slot = f;
    *f = (struct pl_file){.parent_order = PL_NO_PARENT,
                          .path = pl_arena_keep(&r->walk_arena, pl_bytes_of_str(p->work->name)),
                          .type = PL_ENTRY_FILE,
                          .size = p->work->package.n,
                          .kind = "unknown",
                          .data = p->work->package};
    f->name = f->path;
    pl_findings_init(&f->findings, &r->walk_arena, p->work->limits->findings);
    pl_ledger_init(&f->ledger, f->size);
    pl_status st = f->path.p == NULL ? pl_arena_fail(&r->walk_arena, err) : pl_file_digest(f, err);
    f->data = (pl_bytes){NULL, 0};
    if (st == PL_OK)
        st = pl_findings_add(&f->findings, "file.crashed", PL_SEVERITY_WARNING, PL_NO_OFFSET, 0, NULL, err,
                             "this could not be examined: %s", why);
    return st == PL_OK ? pl_ledger_seal(&f->ledger, PL_CLASS_OPAQUE, "file.crashed", err) : st;
}

pl_status pl_confined(const struct pl_confined_work *work, struct pl_report *r, struct pl_err *err)
{
    struct pl_watch watch;
    struct parent_side p = {.work = work, .watch = &watch, .r = r, .first_file = r->files.n};
    char why[96] = "";
    bool is_again = true;
    if (pl_clock_is_past(work->limits->deadline_ns)) /* whatever came before the examination took all of it */
        return pl_limits_late(work->limits->deadline_seconds, err);
    pl_status st = pl_child_may_start(err);
    if (st == PL_OK)
        st = pl_confined_prepare(err);
    if (st == PL_OK)
        st = pl_watch_init(&watch, work->jobs, err);
    if (st != PL_OK)
        return st;
    size_t n_findings = r->findings.list.n;
    p.pulses = calloc(watch.n_slots, sizeof *p.pulses);
    p.since_ns = calloc(watch.n_slots, sizeof *p.since_ns);
    if (p.pulses == NULL || p.since_ns == NULL)
        st = pl_fail_nomem(err);
    while (st == PL_OK && is_again) {
        is_again = false;
        st = try_once(&p, &is_again, why, sizeof why, err);
        if (st != PL_OK || is_again) {
            forget_files(&p);
            r->findings.list.n = n_findings;
        }
    }
    if (st == PL_E_NOT_FOUND)
        st = give_up(&p, why, err);
    free(p.pulses);
    free(p.since_ns);
    pl_watch_reset(&watch);
    return st;
}

static void try_it(void *ctx, int to_parent, int from_parent)
{
    struct pl_confine_limits limits = {0};
    struct pl_err err = {0};
    if (pl_confine_self(&limits, &err) != PL_OK)
        (void)pl_child_put(to_parent,
                           pl_bytes_of_str(err.text)); /* else nobody is told, which is an answer, too */
    else
        (void)pl_child_put(to_parent, (pl_bytes){NULL, 0});
}

pl_status pl_sandbox_try(char text[PL_SANDBOX_TEXT_BYTES], struct pl_err *err)
{
    struct pl_confinement kernel = pl_confinement_of_kernel();
    struct pl_child child;
    struct pl_buf said;
    int signal;
    int code;
    pl_confinement_text(&kernel, text);
    pl_status st = pl_child_start(try_it, NULL, &child, err);
    if (st != PL_OK)
        return st;
    pl_buf_init(&said, PL_ERR_TEXT_BYTES);
    st = pl_child_receive(&child, NULL, &said, err);
    pl_child_end(&child, &signal, &code);
    if (st == PL_OK && said.n > 0)
        st = pl_fail(err, PL_E_IO, PL_NO_OFFSET, "%.*s", (int)said.n, (const char *)said.p);
    else if (st != PL_OK)
        st = pl_fail(err, PL_E_IO, PL_NO_OFFSET, "the process ended by signal %d or with code %d", signal,
                     code);
    pl_buf_reset(&said);
    return st;
}
