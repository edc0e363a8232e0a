/*
 * watch.c - a board of atomics in shared memory, and the handler that writes the last entry.
 *
 * A slot's state is a serial number that grows with each change, times four, plus what it does. Source for what a handler may do:
 * signal-safety(7).
 */
#include "pipeline/watch.h"

#include "io/child.h"

#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define ALT_STACK_BYTES (64u << 10)
#define CRASH_CODE      120

enum doing { IDLE, BUSY, PAUSED };

struct slot {
    _Atomic uint64_t state;
    _Atomic uint64_t order;
};

struct pl_watch_board {
    _Atomic uint64_t files;
    _Atomic uint64_t in_sources;
    _Atomic uint64_t culprit; /* slot + 1 */
    _Atomic int signal;
    struct slot slots[];
};

/* Of this thread, for the handler; in memory that is there without being asked for. */
static __thread struct slot *my_slot __attribute__((tls_model("initial-exec")));
static __thread bool has_stack __attribute__((tls_model("initial-exec")));
static struct pl_watch_board *fault_board; /* of the child, which examines one subject and ends */

static size_t board_bytes(unsigned n_slots)
{
    return sizeof(struct pl_watch_board) + n_slots * sizeof(struct slot);
}

pl_status pl_watch_init(struct pl_watch *w, unsigned jobs, struct pl_err *err)
{
    *w = (struct pl_watch){.n_slots = jobs + 1};
    w->board = pl_child_shared(board_bytes(w->n_slots));
    return w->board == NULL ? pl_fail_nomem(err) : PL_OK;
}

void pl_watch_reset(struct pl_watch *w)
{
    pl_child_shared_free(w->board, board_bytes(w->n_slots));
    w->board = NULL;
}

static void on_fault(int signal)
{
    struct pl_watch_board *b = fault_board;
    uint64_t nobody = 0;
    if (my_slot != NULL)
        (void)atomic_compare_exchange_strong(&b->culprit, &nobody, (uint64_t)(my_slot - b->slots) + 1);
    atomic_store(&b->signal, signal);
    _exit(CRASH_CODE);
}

/* A thread whose stack is full needs another one to say so. It stays until the process ends. */
static void take_stack(void)
{
    stack_t stack = {.ss_size = ALT_STACK_BYTES};
    stack_t old;
    has_stack = true;
    if (sigaltstack(NULL, &old) != 0 || (old.ss_flags & SS_DISABLE) == 0)
        return; /* a sanitizer's */
    stack.ss_sp = malloc(ALT_STACK_BYTES);
    if (stack.ss_sp != NULL)
        (void)sigaltstack(&stack, NULL); /* without it the kernel ends the process, and nobody is named */
}

void pl_watch_faults(struct pl_watch *w)
{
    static const int faults[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGSYS, SIGXCPU};
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_handler = on_fault;
    action.sa_flags = SA_ONSTACK;
    fault_board = w->board;
    take_stack();
    for (size_t i = 0; i < sizeof faults / sizeof faults[0]; i++) {
        struct sigaction old;
        bool is_ours = sigaction(faults[i], NULL, &old) == 0 && old.sa_handler == SIG_DFL;
        if (is_ours) /* else a sanitizer's */
            (void)sigaction(faults[i], &action, NULL);
    }
}

static void set_state(struct slot *s, enum doing doing)
{
    uint64_t serial = atomic_load_explicit(&s->state, memory_order_relaxed) / 4 + 1;
    atomic_store_explicit(&s->state, serial * 4 + doing, memory_order_release);
}

void pl_watch_begin(struct pl_watch *w, unsigned slot, uint64_t order)
{
    if (w == NULL || slot >= w->n_slots)
        return;
    struct slot *s = &w->board->slots[slot];
    if (!has_stack)
        take_stack();
    my_slot = s;
    atomic_store_explicit(&s->order, order, memory_order_relaxed);
    set_state(s, BUSY);
}

void pl_watch_end(struct pl_watch *w, unsigned slot)
{
    if (w != NULL && slot < w->n_slots)
        set_state(&w->board->slots[slot], IDLE);
}

uint64_t pl_watch_pause(struct pl_watch *w, unsigned slot)
{
    if (w == NULL || slot >= w->n_slots)
        return IDLE;
    struct slot *s = &w->board->slots[slot];
    uint64_t doing = atomic_load_explicit(&s->state, memory_order_relaxed) % 4;
    set_state(s, doing == BUSY ? PAUSED : (enum doing)doing);
    return doing;
}

void pl_watch_resume(struct pl_watch *w, unsigned slot, uint64_t paused)
{
    if (w == NULL || slot >= w->n_slots)
        return;
    my_slot = &w->board->slots[slot]; /* this thread may have been in another slot meanwhile */
    set_state(my_slot, (enum doing)paused);
}

void pl_watch_sources(struct pl_watch *w, bool is_begin)
{
    if (w == NULL)
        return;
    if (is_begin)
        (void)atomic_fetch_add(&w->board->in_sources, 1);
    else
        (void)atomic_fetch_sub(&w->board->in_sources, 1);
}

void pl_watch_progress(struct pl_watch *w, uint64_t files)
{
    if (w != NULL)
        atomic_store_explicit(&w->board->files, files, memory_order_relaxed);
}

const char *pl_watch_why(const struct pl_watch *w, uint64_t order)
{
    for (size_t i = 0; w != NULL && i < w->n_skips; i++)
        if (w->skips[i].order == order)
            return w->skips[i].why;
    return NULL;
}

void pl_watch_clear(struct pl_watch *w)
{
    memset(w->board, 0, board_bytes(w->n_slots)); /* no child runs */
}

uint64_t pl_watch_files(const struct pl_watch *w)
{
    return atomic_load_explicit(&w->board->files, memory_order_relaxed);
}

uint64_t pl_watch_pulse(const struct pl_watch *w, unsigned i)
{
    uint64_t state = atomic_load_explicit(&w->board->slots[i].state, memory_order_acquire);
    return state % 4 == BUSY ? state : 0;
}

uint64_t pl_watch_order(const struct pl_watch *w, unsigned i)
{
    return atomic_load_explicit(&w->board->slots[i].order, memory_order_relaxed);
}

/* The handler names a slot; else it is the only one in work, a worker before the walk, which waits for it. */
struct pl_watch_seen pl_watch_look(const struct pl_watch *w)
{
    struct pl_watch_seen seen = {.order = PL_WATCH_NOBODY, .signal = atomic_load(&w->board->signal)};
    uint64_t culprit = atomic_load(&w->board->culprit);
    unsigned busy = 0;
    unsigned slot = w->n_slots;
    for (unsigned i = 1; i < w->n_slots; i++)
        if (pl_watch_pulse(w, i) != 0) {
            busy++;
            slot = i;
        }
    if (busy == 0 && pl_watch_pulse(w, 0) != 0)
        slot = 0;
    seen.is_alone = w->is_inline || (busy == 0 && slot == 0);
    if (culprit > 0 && culprit <= w->n_slots) {
        slot = (unsigned)culprit - 1;
        seen.is_alone = true;
    }
    bool is_paused = slot < w->n_slots && pl_watch_pulse(w, slot) == 0;
    seen.was_in_sources = atomic_load(&w->board->in_sources) > 0 && (culprit == 0 || is_paused);
    if (slot < w->n_slots && atomic_load(&w->board->slots[slot].state) % 4 != IDLE)
        seen.order = pl_watch_order(w, slot);
    if (seen.order != PL_WATCH_NOBODY && pl_watch_why(w, seen.order) != NULL)
        seen.order = PL_WATCH_NOBODY; /* it was left out already, and is not what matters */
    seen.is_walk = slot == 0;
    return seen;
}

void pl_watch_skip_one(struct pl_watch *w, const struct pl_watch_seen *seen, const char *why)
{
    size_t n = 0;
    /* What is not unpacked has no members, so what comes behind it has another number: found again if it must be. */
    for (size_t i = 0; i < w->n_skips; i++)
        if (!seen->is_walk || w->skips[i].order < seen->order)
            w->skips[n++] = w->skips[i];
    w->n_skips = n;
    if (n == PL_WATCH_SKIPS)
        return;
    w->skips[n].order = seen->order;
    (void)snprintf(w->skips[n].why, sizeof w->skips[n].why, "%s", why);
    w->n_skips++;
}
