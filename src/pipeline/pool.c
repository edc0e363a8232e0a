/*
 * pool.c - a queue under one lock.
 *
 * Files wait in a list; the sum of their sizes is bounded, so that the walk cannot run ahead of the workers. One file larger than
 * the bound waits alone.
 */
#include "pipeline/pool.h"

#include <pthread.h>
#include <stdlib.h>

struct pl_pool;

struct worker {
    struct pl_pool *pool;
    unsigned number;
    pthread_t thread;
    bool is_running;
};

struct pl_pool {
    pthread_mutex_t lock;
    pthread_cond_t has_work;
    pthread_cond_t has_room;
    PL_VEC(struct pl_file *) queue; /* [head, n) waits */
    size_t head;
    uint64_t held_bytes; /* waiting and in work */
    uint64_t max_bytes;
    bool is_closing;
    pl_pool_work work;
    void *ctx;
    pl_status st; /* of the failure with the smallest order */
    size_t failed_order;
    struct pl_err err;
    struct worker *workers;
    unsigned jobs;
};

static struct pl_file *take(struct pl_pool *p)
{
    struct pl_file *f = NULL;
    while (p->head == p->queue.n && !p->is_closing)
        (void)pthread_cond_wait(&p->has_work, &p->lock); /* fails only on misuse */
    if (p->head < p->queue.n)
        f = p->queue.v[p->head++];
    if (p->head == p->queue.n)
        p->head = p->queue.n = 0;
    return f;
}

static void *run(void *arg)
{
    struct worker *w = arg;
    struct pl_pool *p = w->pool;
    (void)pthread_mutex_lock(&p->lock); /* fails only on misuse, here and below */
    for (;;) {
        struct pl_file *f = take(p);
        if (f == NULL)
            break;
        uint64_t size = f->data.n;
        bool is_stopped = p->st != PL_OK && f->order > p->failed_order;
        (void)pthread_mutex_unlock(&p->lock);
        struct pl_err err = {0};
        pl_status st = is_stopped ? PL_OK : p->work(p->ctx, w->number, f, &err);
        (void)pthread_mutex_lock(&p->lock);
        p->held_bytes -= size;
        if (st != PL_OK && (p->st == PL_OK || f->order < p->failed_order)) {
            p->st = st;
            p->err = err;
            p->failed_order = f->order;
        }
        (void)pthread_cond_broadcast(&p->has_room);
    }
    (void)pthread_mutex_unlock(&p->lock);
    return NULL;
}

pl_status pl_pool_open(unsigned jobs, uint64_t max_waiting_bytes, pl_pool_work work, void *ctx,
                       struct pl_pool **out, struct pl_err *err)
{
    struct pl_pool *p = calloc(1, sizeof *p);
    struct worker *workers = calloc(jobs + 1u, sizeof *workers);
    if (p == NULL || workers == NULL) {
        free(p);
        free(workers);
        return pl_fail_nomem(err);
    }
    *p = (struct pl_pool){
        .max_bytes = max_waiting_bytes, .work = work, .ctx = ctx, .workers = workers, .jobs = jobs};
    (void)pthread_mutex_init(&p->lock, NULL); /* default attributes cannot fail on Linux */
    (void)pthread_cond_init(&p->has_work, NULL);
    (void)pthread_cond_init(&p->has_room, NULL);
    unsigned started = 0;
    for (unsigned i = 0; i < jobs; i++) {
        workers[i] = (struct worker){.pool = p, .number = i};
        workers[i].is_running = pthread_create(&workers[i].thread, NULL, run, &workers[i]) == 0;
        started += workers[i].is_running;
    }
    if (started == 0 && jobs > 0) {
        pl_status closed = pl_pool_close(p, NULL);
        (void)closed; /* nothing ran */
        return pl_fail(err, PL_E_NOMEM, PL_NO_OFFSET, "no thread could be started");
    }
    *out = p;
    return PL_OK;
}

pl_status pl_pool_put(struct pl_pool *p, struct pl_file *f, struct pl_err *err)
{
    pl_status st = PL_OK;
    uint64_t size = f->data.n; /* read before a worker can have it */
    if (p->jobs == 0)
        return p->work(p->ctx, 0, f, err);
    (void)pthread_mutex_lock(&p->lock);
    while (p->st == PL_OK && p->held_bytes > 0 && p->held_bytes + size > p->max_bytes)
        (void)pthread_cond_wait(&p->has_room, &p->lock);
    if (p->st != PL_OK) {
        st = p->st;
        if (err != NULL)
            *err = p->err;
    } else {
        struct pl_file **slot = PL_VEC_ADD(&p->queue);
        if (slot == NULL) {
            st = pl_fail_nomem(err);
        } else {
            *slot = f;
            p->held_bytes += size;
            (void)pthread_cond_signal(&p->has_work);
        }
    }
    (void)pthread_mutex_unlock(&p->lock);
    return st;
}

pl_status pl_pool_close(struct pl_pool *p, struct pl_err *err)
{
    if (p == NULL)
        return PL_OK;
    (void)pthread_mutex_lock(&p->lock);
    p->is_closing = true;
    (void)pthread_cond_broadcast(&p->has_work);
    (void)pthread_mutex_unlock(&p->lock);
    for (unsigned i = 0; i < p->jobs; i++)
        if (p->workers[i].is_running)
            (void)pthread_join(p->workers[i].thread, NULL);
    pl_status st = p->st;
    if (st != PL_OK && err != NULL)
        *err = p->err;
    (void)pthread_mutex_destroy(&p->lock);
    (void)pthread_cond_destroy(&p->has_work);
    (void)pthread_cond_destroy(&p->has_room);
    PL_VEC_FREE(&p->queue);
    free(p->workers);
    free(p);
    return st;
}
