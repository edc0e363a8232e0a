/*
 * parallel.c - a handful of independent jobs at once.
 *
 * Threads take the next number from a counter. Where none can be started the caller's own does all the work.
 */
#include "supply/parallel.h"

#include <pthread.h>
#include <stdatomic.h>

#define MAX_THREADS 4u

struct queue {
    size_t n;
    atomic_size_t next;
    void (*job)(void *ctx, size_t i);
    void *ctx;
};

static void *work(void *arg)
{
    struct queue *q = arg;
    size_t i;
    while ((i = atomic_fetch_add(&q->next, 1)) < q->n)
        q->job(q->ctx, i);
    return NULL;
}

void pl_parallel(size_t n, void (*job)(void *ctx, size_t i), void *ctx)
{
    struct queue q = {.n = n, .job = job, .ctx = ctx};
    pthread_t threads[MAX_THREADS];
    size_t started = 0;
    atomic_init(&q.next, 0);
    while (started + 1 < n && started + 1 < MAX_THREADS &&
           pthread_create(&threads[started], NULL, work, &q) == 0)
        started++;
    (void)work(&q);
    for (size_t i = 0; i < started; i++)
        (void)pthread_join(threads[i], NULL); /* ours, and joinable */
}
