/*
 * apt_index.c - Packages and Sources.
 *
 * The release lists an index in several forms: plain, .gz, .xz. A small form is fetched, checked, unpacked, and the plain form is checked
 * and kept in the cache under its own digest, so that the next run maps it. Where the plain form is not listed, the packed one is kept
 * and unpacked each time. Source: https://wiki.debian.org/DebianRepository/Format.
 */
#include "supply/apt_index.h"

#include "base/parallel.h"
#include "supply/fetch.h"
#include "supply/unpress.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define INDICES_AT_ONCE 4u
#define MAX_INDEX_BYTES (2ull << 30)
#define WINDOW_BYTES    ((size_t)1 << 20)
#define PLACES_AFTER    4u

static const struct form {
    const char *suffix;
    enum pl_press how;
} forms[] = {{".xz", PL_PRESS_XZ}, {".gz", PL_PRESS_GZIP}, {"", PL_PRESS_NONE}};

/* One index on its way. */
struct job {
    struct pl_apt_index *index;
    const struct form *form;
    struct pl_fetch fetch;
    bool has_plain; /* the plain form is listed, with: */
    pl_sha256 plain;
    uint64_t plain_bytes;
    bool is_over; /* nothing to fetch */
    bool was_bad; /* the copy in the cache was damaged */
    struct pl_cache *cache;
    const struct pl_supply_options *options;
    struct pl_ask ask; /* how a process is asked to unpack it */
    struct pl_limits limits;
};

static bool find_form(const struct pl_apt_index *ix, const struct form *form, pl_sha256 *digest,
                      uint64_t *size)
{
    char path[512];
    int n = snprintf(path, sizeof path, "%s%s", ix->path, form->suffix);
    return n > 0 && (size_t)n < sizeof path && pl_release_find(ix->release, path, digest, size);
}

/* The place by digest first: it stays when the archive is updated under our feet. */
static pl_status name_urls(struct pl_supply *s, struct job *j, struct pl_err *err)
{
    const struct pl_apt_index *ix = j->index;
    const char *base = ix->release->base_url;
    char hex[PL_SHA256_HEX_BYTES];
    pl_hex(j->fetch.digest.b, PL_SHA256_BYTES, hex);
    size_t n = 0;
    if (ix->release->has_by_hash) {
        const char *slash = strrchr(ix->path, '/');
        int folder = slash == NULL ? 0 : (int)(slash - ix->path) + 1;
        j->fetch.urls[n++] =
            pl_arena_printf(&s->arena, "%s%.*sby-hash/SHA256/%s", base, folder, ix->path, hex);
    }
    j->fetch.urls[n++] = pl_arena_printf(&s->arena, "%s%s%s", base, ix->path, j->form->suffix);
    j->fetch.n_urls = n;
    j->fetch.what = ix->path;
    j->index->url = j->has_plain ? pl_arena_printf(&s->arena, "%s%s", base, ix->path) : j->fetch.urls[n - 1];
    return j->index->url == NULL || j->fetch.urls[0] == NULL || j->fetch.urls[n - 1] == NULL
               ? pl_arena_fail(&s->arena, err)
               : PL_OK;
}

/* Find out what the release lists. is_over when that is nothing that can be had. */
static pl_status prepare(struct pl_supply *s, struct job *j, struct pl_err *err)
{
    struct pl_apt_index *ix = j->index;
    ix->is_loaded = true;
    j->has_plain = find_form(ix, &forms[2], &j->plain, &j->plain_bytes);
    for (size_t i = 0; i < sizeof forms / sizeof *forms && j->form == NULL; i++)
        if (find_form(ix, &forms[i], &j->fetch.digest, &j->fetch.size))
            j->form = &forms[i];
    j->is_over = true;
    if (j->form == NULL) {
        ix->status =
            pl_fail(&ix->err, PL_E_NOT_FOUND, PL_NO_OFFSET, "the release does not list %s", ix->path);
        return PL_OK;
    }
    if (j->fetch.size > MAX_INDEX_BYTES || (j->has_plain && j->plain_bytes > MAX_INDEX_BYTES)) {
        ix->status = pl_fail(&ix->err, PL_E_LIMIT, PL_NO_OFFSET, "%s is larger than %llu bytes", ix->path,
                             MAX_INDEX_BYTES);
        return PL_OK;
    }
    j->is_over = false;
    j->fetch.to_memory = j->has_plain && j->form->how != PL_PRESS_NONE;
    ix->sha256 = j->has_plain ? j->plain : j->fetch.digest;
    return name_urls(s, j, err);
}

/* An item of pl_parallel(): reading 100 MB through takes most of a run that has all it needs. */
static pl_status look_in_cache(void *ctx, unsigned worker, size_t i, struct pl_err *err)
{
    struct job *j = &((struct job *)ctx)[i];
    struct pl_apt_index *ix = j->index;
    if (j->is_over || !j->has_plain)
        return PL_OK;
    ix->status = pl_cache_get(j->cache, &j->plain, &ix->mapping, &j->was_bad, err);
    ix->bytes = ix->mapping.bytes;
    j->is_over = ix->status == PL_OK;
    return ix->status == PL_E_NOMEM ? PL_E_NOMEM : PL_OK;
}

/* Unpacking takes longer than the transfer: it is progress, too. */
struct unpacking {
    const struct pl_supply_options *options;
    struct pl_cache_put *put;
    const char *what;
    uint64_t total_bytes;
};

static pl_status to_put(void *ctx, pl_bytes part, struct pl_err *err)
{
    const struct unpacking *u = ctx;
    pl_status st = pl_cache_put_add(u->put, part, err);
    if (st == PL_OK && u->options->progress != NULL)
        u->options->progress(u->options->ctx, u->what, pl_cache_put_bytes(u->put), u->total_bytes);
    return st;
}

static pl_status to_buf(void *ctx, pl_bytes part, struct pl_err *err)
{
    pl_buf_add(ctx, part);
    return pl_buf_done(ctx, err);
}

/* Unpack into the cache, under the digest that the release lists for the plain form. */
static pl_status unpack_to_cache(struct job *j, struct pl_err *err)
{
    struct pl_cache_put *put = NULL;
    bool was_bad;
    char what[512];
    (void)snprintf(what, sizeof what, "unpacking %s", j->index->path);
    pl_status st = pl_cache_put_open(j->cache, &j->plain, &put, err);
    struct unpacking u = {.options = j->options, .put = put, .what = what, .total_bytes = j->plain_bytes};
    if (st == PL_OK)
        st = pl_unpress_apart(&j->ask, j->form->how, pl_buf_bytes(&j->fetch.memory), j->plain_bytes, to_put,
                              &u, err);
    if (st == PL_OK)
        st = pl_cache_put_finish(put, NULL, err);
    pl_cache_put_close(put);
    if (st == PL_OK)
        st = pl_cache_get(j->cache, &j->plain, &j->index->mapping, &was_bad, err);
    if (st == PL_OK)
        j->index->bytes = j->index->mapping.bytes;
    return st;
}

static pl_status unpack_to_heap(struct job *j, struct pl_err *err)
{
    struct pl_buf plain;
    size_t n;
    pl_buf_init(&plain, MAX_INDEX_BYTES);
    pl_status st =
        pl_unpress_apart(&j->ask, j->form->how, j->fetch.blob.bytes, MAX_INDEX_BYTES, to_buf, &plain, err);
    if (st == PL_OK) {
        j->index->heap = pl_buf_detach(&plain, &n);
        j->index->bytes = pl_bytes_of(j->index->heap, n);
    }
    pl_buf_reset(&plain);
    return st;
}

static pl_status conclude_one(struct job *j, struct pl_err *err)
{
    struct pl_apt_index *ix = j->index;
    if (j->is_over)
        return PL_OK;
    ix->status = j->fetch.status;
    ix->err = j->fetch.err;
    if (ix->status == PL_OK && j->fetch.to_memory) {
        ix->status = unpack_to_cache(j, &ix->err);
    } else if (ix->status == PL_OK && j->form->how != PL_PRESS_NONE) {
        ix->status = unpack_to_heap(j, &ix->err);
    } else if (ix->status == PL_OK) {
        ix->mapping = j->fetch.blob;
        ix->bytes = ix->mapping.bytes;
        j->fetch.blob = (struct pl_mapping){0};
    }
    if (ix->status == PL_E_NOT_FOUND) /* listed, so it should be there */
        ix->status = ix->err.status = PL_E_NETWORK;
    if (ix->status == PL_E_INPUT) /* its digest was right, so this is what the publisher signed */
        ix->status = ix->err.status = PL_E_TRUST;
    if (ix->status != PL_OK)
        pl_err_about(&ix->err, ix->url);
    pl_mapping_close(&j->fetch.blob);
    pl_buf_reset(&j->fetch.memory);
    return ix->status == PL_E_NOMEM ? pl_fail_nomem(err) : PL_OK;
}

/* An item of pl_parallel(). */
static pl_status conclude(void *ctx, unsigned worker, size_t i, struct pl_err *err)
{
    struct job *j = &((struct job *)ctx)[i];
    if (j->options->holding != NULL)
        j->options->holding(true);
    pl_status st = conclude_one(j, err);
    if (j->options->holding != NULL)
        j->options->holding(false);
    return st;
}

static pl_status run_jobs(struct pl_supply *s, struct job *jobs, size_t n, struct pl_err *err)
{
    struct pl_fetch *fetches = calloc(n + 1, sizeof *fetches);
    if (fetches == NULL)
        return pl_fail_nomem(err);
    size_t k = 0;
    for (size_t i = 0; i < n; i++)
        if (!jobs[i].is_over)
            fetches[k++] = jobs[i].fetch;
    if (k > 0)
        pl_fetch_run(s, fetches, k);
    k = 0;
    for (size_t i = 0; i < n; i++)
        if (!jobs[i].is_over)
            jobs[i].fetch = fetches[k++];
    free(fetches);
    if (s->options.pause != NULL)
        s->options.pause(true); /* each thread holds for itself, and lets go when it starts a process */
    pl_status st = pl_parallel(INDICES_AT_ONCE, n, jobs, conclude, err);
    if (s->options.pause != NULL)
        s->options.pause(false);
    return st;
}

pl_status pl_apt_index_load(struct pl_supply *s, struct pl_apt_index *const *indices, size_t n,
                            struct pl_err *err)
{
    struct job *jobs = calloc(n + 1, sizeof *jobs);
    pl_status st = jobs == NULL ? pl_fail_nomem(err) : PL_OK;
    size_t k = 0;
    for (size_t i = 0; i < n && st == PL_OK; i++) {
        if (indices[i]->is_loaded)
            continue;
        jobs[k].index = indices[i];
        jobs[k].cache = s->cache;
        jobs[k].options = &s->options;
        jobs[k].limits = pl_limits_default();
        jobs[k].ask.limits = &jobs[k].limits;
        pl_supply_asking(s, &jobs[k].ask);
        st = prepare(s, &jobs[k++], err);
    }
    if (st == PL_OK)
        st = pl_parallel(INDICES_AT_ONCE, k, jobs, look_in_cache, err);
    for (size_t i = 0; i < k && st == PL_OK; i++)
        if (jobs[i].was_bad)
            pl_supply_log(s, PL_SEVERITY_WARNING, "%s in the cache was damaged", jobs[i].index->path);
    if (st == PL_OK)
        st = run_jobs(s, jobs, k, err);
    free(jobs);
    return st;
}

void pl_apt_index_close(struct pl_apt_index *ix)
{
    pl_mapping_close(&ix->mapping);
    free(ix->heap);
    free(ix->places);
    ix->heap = NULL;
    ix->places = NULL;
    ix->bytes = (pl_bytes){NULL, 0};
}

/* The stanza that byte `at` is in. */
static pl_bytes stanza_around(pl_bytes all, size_t at, size_t *end)
{
    size_t from = at;
    while (from > 0 && !(all.p[from - 1] == '\n' && (from == 1 || all.p[from - 2] == '\n')))
        from--;
    size_t blank = pl_bytes_find(all, PL_LIT("\n\n"), at);
    *end = blank == SIZE_MAX ? all.n : blank + 1;
    return pl_bytes_sub(all, from, *end - from);
}

/* pl_bytes_find() in windows, letting go of each that held nothing. */
static size_t find(const struct pl_apt_index *ix, pl_bytes needle, size_t at)
{
    while (at < ix->bytes.n) {
        size_t hit = pl_bytes_find(pl_bytes_sub(ix->bytes, 0, at + WINDOW_BYTES + needle.n), needle, at);
        if (hit != SIZE_MAX)
            return hit;
        pl_mapping_let_go(&ix->mapping, at, WINDOW_BYTES);
        at += WINDOW_BYTES;
    }
    return SIZE_MAX;
}

/* Byte of the line "Package: NAME" at or behind `from`, and the name; SIZE_MAX when there is none. */
static size_t next_package(const struct pl_apt_index *ix, size_t from, pl_bytes *name)
{
    pl_bytes mark = PL_LIT("\nPackage: ");
    size_t at = from == 0 && pl_bytes_starts(ix->bytes, pl_bytes_from(mark, 1)) ? 0 : find(ix, mark, from);
    if (at == SIZE_MAX)
        return SIZE_MAX;
    at += ix->bytes.p[at] == '\n';
    size_t start = at + mark.n - 1;
    size_t end = pl_bytes_find_byte(ix->bytes, '\n', start);
    *name = pl_bytes_sub(ix->bytes, start, (end == SIZE_MAX ? ix->bytes.n : end) - start);
    return at;
}

/* A table of all names: open addressing, entries of one name in order of the index. Without memory there is none. */
static void make_places(struct pl_apt_index *ix)
{
    pl_bytes name;
    size_t n = 0;
    for (size_t at = 0; (at = next_package(ix, at, &name)) != SIZE_MAX; at += name.n)
        n++;
    size_t slots = 1024;
    while (slots < 2 * n)
        slots *= 2;
    uint32_t *places = ix->bytes.n < UINT32_MAX ? calloc(slots, sizeof *places) : NULL;
    if (places == NULL)
        return;
    size_t let_go = 0;
    for (size_t at = 0; (at = next_package(ix, at, &name)) != SIZE_MAX; at += name.n) {
        size_t i = pl_bytes_hash(name, 0) & (slots - 1);
        while (places[i] != 0)
            i = (i + 1) & (slots - 1);
        places[i] = (uint32_t)at + 1;
        for (; let_go + 2 * WINDOW_BYTES < at; let_go += WINDOW_BYTES)
            pl_mapping_let_go(&ix->mapping, let_go, WINDOW_BYTES);
    }
    ix->places = places;
    ix->n_places = slots;
}

static size_t look_up(const struct pl_apt_index *ix, pl_bytes name, size_t from)
{
    pl_bytes found;
    for (size_t i = pl_bytes_hash(name, 0) & (ix->n_places - 1); ix->places[i] != 0;
         i = (i + 1) & (ix->n_places - 1)) {
        size_t at = ix->places[i] - 1;
        if (at >= from && next_package(ix, at == 0 ? 0 : at - 1, &found) == at && pl_bytes_eq(found, name))
            return at;
    }
    return SIZE_MAX;
}

static size_t search(const struct pl_apt_index *ix, pl_bytes name, size_t from)
{
    char line[300];
    int n = name.n > 256 ? -1 : snprintf(line, sizeof line, "\nPackage: %.*s\n", PL_ARG(name));
    if (n < 0)
        return SIZE_MAX;
    pl_bytes needle = pl_bytes_of(line, (size_t)n);
    if (from == 0 && pl_bytes_starts(ix->bytes, pl_bytes_from(needle, 1)))
        return 0;
    size_t hit = find(ix, needle, from);
    return hit == SIZE_MAX ? SIZE_MAX : hit + 1;
}

bool pl_apt_index_next(struct pl_apt_index *ix, pl_bytes name, size_t *at, pl_bytes *stanza)
{
    if (ix->questions++ == PLACES_AFTER)
        make_places(ix);
    size_t hit = ix->places != NULL ? look_up(ix, name, *at) : search(ix, name, *at);
    if (hit == SIZE_MAX)
        return false;
    *stanza = stanza_around(ix->bytes, hit, at);
    return true;
}
