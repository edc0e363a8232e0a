/*
 * ask.c - one process, one answer.
 *
 *     frame: | what it is, one byte | a part of the answer, or nothing at the end, or the error |
 *     error: | status, offset, 8 bytes each | subject | text | hint |, each with a zero behind
 */
#include "io/ask.h"

#include "base/cursor.h"
#include "io/child.h"
#include "io/clock.h"
#include "io/confine.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>

#define ERROR_BYTES 8192u

enum { FRAME_PART, FRAME_END, FRAME_ERROR };

struct pl_ask_answer {
    const struct pl_ask *ask;
    int to_parent; /* -1: there is no process */
    struct pl_buf frame;
};

/* ---- the process ---- */

pl_status pl_ask_say(struct pl_ask_answer *to, pl_bytes part, struct pl_err *err)
{
    if (to->to_parent < 0)
        return to->ask->take(to->ask->ctx, part, err);
    pl_buf_clear(&to->frame);
    pl_buf_add_byte(&to->frame, FRAME_PART);
    pl_buf_add(&to->frame, part);
    pl_status st = pl_buf_done(&to->frame, err);
    if (st == PL_OK && !pl_child_put(to->to_parent, pl_buf_bytes(&to->frame)))
        st = pl_fail(err, PL_E_IO, PL_NO_OFFSET, "nobody listens");
    return st;
}

pl_status pl_ask_say_all(struct pl_ask_answer *to, struct pl_buf *part, struct pl_err *err)
{
    pl_status st = pl_buf_done(part, err);
    if (st == PL_OK)
        st = pl_ask_say(to, pl_buf_bytes(part), err);
    pl_buf_clear(part);
    return st;
}

static void say_error(struct pl_ask_answer *to, const struct pl_err *why)
{
    const char *const texts[] = {why->subject, why->text, why->hint};
    const uint64_t numbers[] = {(uint64_t) - (int64_t)why->status, why->offset};
    pl_buf_reset(&to->frame);
    pl_buf_add_byte(&to->frame, FRAME_ERROR);
    for (size_t i = 0; i < 2; i++)
        for (unsigned shift = 0; shift < 64; shift += 8)
            pl_buf_add_byte(&to->frame, (uint8_t)(numbers[i] >> shift));
    for (size_t i = 0; i < 3; i++)
        pl_buf_add(&to->frame, pl_bytes_of(texts[i], strlen(texts[i]) + 1));
    if (to->frame.why == PL_OK)
        (void)pl_child_put(to->to_parent, pl_buf_bytes(&to->frame)); /* nobody is left to be told */
}

static void be_child(void *ctx, int to_parent, int from_parent)
{
    const struct pl_ask *ask = ctx;
    const uint8_t end = FRAME_END;
    struct pl_ask_answer to = {.ask = ask, .to_parent = to_parent};
    struct pl_err err = {.offset = PL_NO_OFFSET};
    struct pl_confine_limits limits = {.memory_bytes = ask->limits->process_bytes,
                                       .cpu_seconds = ask->limits->process_seconds,
                                       .reads = ask->reads,
                                       .n_reads = ask->n_reads};
    (void)from_parent; /* it is told nothing */
    pl_buf_init(&to.frame, ask->part_bytes + ERROR_BYTES);
    pl_status st = pl_confine_self(&limits, &err);
    if (st == PL_OK)
        st = ask->work(ask->ctx, &to, &err);
    err.status = st;
    if (st == PL_OK)
        (void)pl_child_put(to_parent, pl_bytes_of(&end, 1)); /* nobody is left to be told */
    else
        say_error(&to, &err);
}

/* ---- here ---- */

static pl_bytes take_text(struct pl_cursor *c)
{
    pl_bytes left = pl_bytes_from(c->all, c->at);
    size_t end = pl_bytes_find_byte(left, 0, 0);
    if (end == SIZE_MAX) {
        c->bad = true;
        return (pl_bytes){NULL, 0};
    }
    pl_bytes text = pl_cursor_take(c, end);
    pl_cursor_skip(c, 1);
    return text;
}

/* What a process may fail with: whatever a reader may. */
static bool is_told(uint64_t status)
{
    return status > 0 && status <= (uint64_t)-PL_E_BUG;
}

static pl_status take_error(const struct pl_ask *ask, pl_bytes frame, struct pl_err *err)
{
    struct pl_cursor c = pl_cursor_of(frame);
    uint64_t status = pl_cursor_u64le(&c);
    uint64_t offset = pl_cursor_u64le(&c);
    pl_bytes subject = take_text(&c);
    pl_bytes text = take_text(&c);
    pl_bytes hint = take_text(&c);
    if (c.bad || pl_cursor_left(&c) > 0 || !is_told(status))
        return pl_fail(err, PL_E_INPUT, PL_NO_OFFSET,
                       "%s cannot be read: its reader says what makes no sense", ask->what);
    pl_status st = pl_fail(err, (pl_status) - (int)status, offset, "%.*s", PL_ARG(text));
    if (err != NULL && subject.n > 0)
        (void)snprintf(err->subject, sizeof err->subject, "%.*s", PL_ARG(subject));
    if (hint.n > 0)
        pl_err_hint(err, "%.*s", PL_ARG(hint));
    return st;
}

static pl_status take_frame(const struct pl_ask *ask, pl_bytes frame, bool *is_end, struct pl_err *err)
{
    pl_bytes rest = pl_bytes_from(frame, 1);
    *is_end = frame.n == 0 || frame.p[0] != FRAME_PART;
    if (!*is_end)
        return ask->take(ask->ctx, rest, err);
    if (frame.n == 1 && frame.p[0] == FRAME_END)
        return PL_OK;
    return take_error(ask, frame.n > 0 && frame.p[0] == FRAME_ERROR ? rest : (pl_bytes){NULL, 0}, err);
}

static pl_status ended_early(const struct pl_ask *ask, int signal, int code, struct pl_err *err)
{
    const char *name = sigdescr_np(signal);
    if (signal == SIGSYS)
        return pl_fail(err, PL_E_INPUT, PL_NO_OFFSET,
                       "%s cannot be read: its reader asked the system for what it may not have", ask->what);
    if (signal != 0)
        return pl_fail(err, PL_E_INPUT, PL_NO_OFFSET, "%s cannot be read: its reader ended by signal %d (%s)",
                       ask->what, signal, name == NULL ? "unknown" : name);
    return pl_fail(err, PL_E_INPUT, PL_NO_OFFSET, "%s cannot be read: its reader ended early, with code %d",
                   ask->what, code);
}

static pl_status listen(const struct pl_ask *ask, struct pl_child *child, struct pl_err *err)
{
    struct pl_child_patience patience = {.started_ns = pl_clock_monotonic_ns(), .limits = ask->limits};
    const struct pl_child_tick each = {.ctx = &patience, .tick = pl_child_has_time};
    struct pl_buf frame;
    struct pl_err why = {.offset = PL_NO_OFFSET};
    bool is_end = false;
    bool was_told = true; /* the last failure is about what was said, not about hearing it */
    int signal;
    int code;
    pl_status st = PL_OK;
    pl_buf_init(&frame, ask->part_bytes + ERROR_BYTES);
    while (st == PL_OK && !is_end) {
        st = pl_child_receive(child, &each, &frame, &why);
        was_told = st == PL_OK;
        if (was_told)
            st = take_frame(ask, pl_buf_bytes(&frame), &is_end, &why);
    }
    pl_buf_reset(&frame);
    pl_child_end(child, &signal, &code);
    if (!was_told && pl_clock_is_past(ask->limits->deadline_ns))
        return pl_limits_late(ask->limits->deadline_seconds, err);
    if (!was_told && st == PL_E_LIMIT)
        return pl_fail(err, PL_E_INPUT, PL_NO_OFFSET, "%s cannot be read: it took too long, or said too much",
                       ask->what);
    if (!was_told && st == PL_E_NOT_FOUND)
        return ended_early(ask, signal, code, err);
    if (st != PL_OK && err != NULL)
        *err = why;
    return st;
}

pl_status pl_ask(const struct pl_ask *ask, struct pl_err *err)
{
    struct pl_child child;
    struct pl_ask_answer here = {.ask = ask, .to_parent = -1};
    if (ask->is_here)
        return ask->work(ask->ctx, &here, err);
    pl_status st = pl_child_may_start(err);
    if (st != PL_OK)
        return st;
    if (ask->forking != NULL)
        ask->forking(true);
    st = pl_child_start(be_child, (void *)(uintptr_t)ask, &child, err);
    if (ask->forking != NULL)
        ask->forking(false);
    return st == PL_OK ? listen(ask, &child, err) : st;
}
