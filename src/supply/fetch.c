/*
 * fetch.c - bytes whose digest is known, from the cache or from one of several URLs.
 */
#include "supply/fetch.h"

#include <stdlib.h>
#include <string.h>

/* A transfer and where its bytes go. */
struct job {
    struct pl_fetch *fetch;
    struct pl_cache_put *put; /* NULL when it goes to memory */
};

static pl_status job_write(void *ctx, pl_bytes part, struct pl_err *err)
{
    struct job *j = ctx;
    if (j->put != NULL)
        return pl_cache_put_add(j->put, part, err);
    pl_buf_add(&j->fetch->memory, part);
    return pl_buf_done(&j->fetch->memory, err);
}

static pl_status job_restart(void *ctx, struct pl_err *err)
{
    struct job *j = ctx;
    if (j->put != NULL)
        return pl_cache_put_restart(j->put, err);
    pl_buf_clear(&j->fetch->memory);
    return PL_OK;
}

static pl_status wrong_bytes(const struct pl_fetch *f, const pl_sha256 *got, uint64_t got_bytes,
                             const char *url, struct pl_err *err)
{
    char want_hex[PL_SHA256_HEX_BYTES];
    char got_hex[PL_SHA256_HEX_BYTES];
    pl_status st;
    pl_hex(f->digest.b, PL_SHA256_BYTES, want_hex);
    pl_hex(got->b, PL_SHA256_BYTES, got_hex);
    if (got_bytes < f->size)
        st = pl_fail(err, PL_E_NETWORK, got_bytes, "cut short: %llu of %llu bytes came",
                     (unsigned long long)got_bytes, (unsigned long long)f->size);
    else
        st = pl_fail(err, PL_E_TRUST, PL_NO_OFFSET,
                     "the server gives another file: sha256 %s expected, got %s", want_hex, got_hex);
    pl_err_about(err, url);
    return st;
}

/* Check what came, and keep it. */
static pl_status accept(struct pl_supply *s, struct job *j, const struct pl_http_get *get, struct pl_err *err)
{
    struct pl_fetch *f = j->fetch;
    pl_sha256 got = {{0}};
    bool was_bad;
    pl_status st;
    if (j->put == NULL) {
        st = pl_sha256_of(pl_buf_bytes(&f->memory), &got, err);
        if (st == PL_OK && !pl_sha256_eq(&got, &f->digest))
            st = PL_E_TRUST;
    } else {
        st = pl_cache_put_finish(j->put, &got, err);
    }
    if (st == PL_E_TRUST)
        return wrong_bytes(f, &got, get->got_bytes, get->url, err);
    if (st == PL_OK && j->put != NULL)
        st = pl_cache_get(s->cache, &f->digest, &f->blob, &was_bad, err);
    return st;
}

static void one_round(struct pl_supply *s, struct job *jobs, struct pl_http_get *gets, size_t n, size_t url)
{
    for (size_t i = 0; i < n; i++) {
        struct pl_fetch *f = jobs[i].fetch;
        gets[i] = (struct pl_http_get){.url = f->urls[url],
                                       .what = f->what,
                                       .max_bytes = f->size,
                                       .write = job_write,
                                       .restart = job_restart,
                                       .ctx = &jobs[i]};
        f->status = PL_OK;
        if (f->to_memory)
            pl_buf_clear(&f->memory);
        else
            f->status = pl_cache_put_open(s->cache, &f->digest, &jobs[i].put, &f->err);
    }
    bool can_run = true;
    for (size_t i = 0; i < n; i++)
        can_run &= jobs[i].fetch->status == PL_OK;
    if (can_run)
        pl_http_run(s->http, gets, n);
    for (size_t i = 0; i < n; i++) {
        struct pl_fetch *f = jobs[i].fetch;
        if (can_run) {
            f->status = gets[i].status;
            f->err = gets[i].err;
            if (f->status == PL_E_LIMIT) /* the size, like the digest, stands in what was signed */
                f->status = f->err.status = PL_E_TRUST;
            if (f->status == PL_OK)
                f->status = accept(s, &jobs[i], &gets[i], &f->err);
            f->used_url = gets[i].url;
        } else if (f->status == PL_OK) {
            f->status = pl_fail(&f->err, PL_E_IO, PL_NO_OFFSET, "the cache cannot be written");
        }
        pl_cache_put_close(jobs[i].put);
        jobs[i].put = NULL;
    }
}

/* From the cache; true when done with, well or not. */
static bool try_cache(struct pl_supply *s, struct pl_fetch *f)
{
    bool was_bad = false;
    f->status = PL_E_NOT_FOUND;
    f->used_url = NULL;
    pl_buf_init(&f->memory, (size_t)(f->size < SIZE_MAX / 2 ? f->size : SIZE_MAX / 2));
    if (!f->to_memory)
        f->status = pl_cache_get(s->cache, &f->digest, &f->blob, &was_bad, &f->err);
    if (was_bad)
        pl_supply_log(s, PL_SEVERITY_WARNING, "%s in the cache was damaged and is fetched again", f->what);
    if (f->status == PL_E_NOT_FOUND && s->options.is_offline) {
        f->status = pl_fail(&f->err, PL_E_NETWORK, PL_NO_OFFSET, "not in the cache, and offline");
        pl_err_about(&f->err, f->n_urls > 0 ? f->urls[0] : f->what);
    }
    return f->status != PL_E_NOT_FOUND;
}

void pl_fetch_run(struct pl_supply *s, struct pl_fetch *fetches, size_t n)
{
    struct job *jobs = calloc(n + 1, sizeof *jobs);
    struct pl_http_get *gets = calloc(n + 1, sizeof *gets);
    for (size_t i = 0; i < n; i++) {
        (void)try_cache(s, &fetches[i]); /* the status says how it went */
        if (jobs == NULL || gets == NULL)
            fetches[i].status = pl_fail_nomem(&fetches[i].err);
    }
    for (size_t url = 0; url < PL_FETCH_URLS && jobs != NULL && gets != NULL; url++) {
        size_t k = 0;
        for (size_t i = 0; i < n; i++)
            if (fetches[i].status == PL_E_NOT_FOUND && url < fetches[i].n_urls)
                jobs[k++] = (struct job){.fetch = &fetches[i]};
        if (k > 0)
            one_round(s, jobs, gets, k, url);
    }
    free(jobs);
    free(gets);
}
