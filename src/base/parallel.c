/*
 * parallel.c - threads that draw items from one counter.
 */
#include "base/parallel.h"

#include <pthread.h>
#include <stdatomic.h>

struct shared {
    void *ctx;
    pl_status (*item)(void *ctx, unsigned worker, size_t i, struct pl_err *err);
    size_t n;
    atomic_size_t next;
    atomic_bool has_failed;
    pthread_mutex_t lock; /* guards the rest */
    size_t failed_item;
    pl_status status;
    struct pl_err error;
};

struct worker {
    struct shared *shared;
    unsigned number;
    pthread_t thread;
};

unsigned pl_parallel_workers(unsigned jobs)
{
    if (jobs == 0)
        return 1;
    return jobs < PL_PARALLEL_MAX ? jobs : PL_PARALLEL_MAX;
}

static void *work(void *arg)
{
    struct worker *w = arg;
    struct shared *s = w->shared;
    while (!atomic_load(&s->has_failed)) {
        struct pl_err err = {0};
        size_t i = atomic_fetch_add(&s->next, 1);
        if (i >= s->n)
            break;
        pl_status st = s->item(s->ctx, w->number, i, &err);
        if (st == PL_OK)
            continue;
        (void)pthread_mutex_lock(&s->lock); /* fails only on misuse */
        if (s->status == PL_OK || i < s->failed_item) {
            s->failed_item = i;
            s->status = st;
            s->error = err;
        }
        (void)pthread_mutex_unlock(&s->lock);
        atomic_store(&s->has_failed, true);
    }
    return NULL;
}

pl_status pl_parallel(unsigned jobs, size_t n, void *ctx,
                      pl_status (*item)(void *ctx, unsigned worker, size_t i, struct pl_err *err),
                      struct pl_err *err)
{
    struct shared s = {.ctx = ctx, .item = item, .n = n};
    struct worker workers[PL_PARALLEL_MAX];
    unsigned wanted = pl_parallel_workers(jobs);
    unsigned started = 1;
    if (wanted > n)
        wanted = n == 0 ? 1 : (unsigned)n;
    (void)pthread_mutex_init(&s.lock, NULL); /* cannot fail with default attributes */
    for (unsigned i = 0; i < wanted; i++)
        workers[i] = (struct worker){.shared = &s, .number = i};
    while (started < wanted && pthread_create(&workers[started].thread, NULL, work, &workers[started]) == 0)
        started++;
    (void)work(&workers[0]);
    for (unsigned i = 1; i < started; i++)
        (void)pthread_join(workers[i].thread, NULL); /* ours and joinable */
    (void)pthread_mutex_destroy(&s.lock);
    if (s.status != PL_OK && err != NULL)
        *err = s.error;
    return s.status;
}
