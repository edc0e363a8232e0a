/*
 * cache.c - what was fetched once.
 */
#include "supply/cache.h"

#include "base/buf.h"

#include "io/write.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define BLOB_MODE     0444u
#define NOTE_MODE     0644u
#define READ_BYTES    ((size_t)1 << 20)
#define DERIVED_BYTES (256u << 20)

struct pl_cache {
    char *dir; /* heap, absolute */
};

struct pl_cache_put {
    struct pl_writing *file;
    struct pl_sha256_run *run;
    pl_sha256 expected;
    uint64_t bytes;
};

/* NULL when neither is set; *is_nomem when they are and memory is short. */
static char *default_dir(bool *is_nomem)
{
    const char *xdg = getenv("XDG_CACHE_HOME");
    const char *home = getenv("HOME");
    char *dir = NULL;
    int n = -1;
    if (xdg != NULL && xdg[0] == '/')
        n = asprintf(&dir, "%s/plumbline", xdg);
    else if (home != NULL && home[0] == '/')
        n = asprintf(&dir, "%s/.cache/plumbline", home);
    *is_nomem = n < 0 && ((xdg != NULL && xdg[0] == '/') || (home != NULL && home[0] == '/'));
    return n < 0 ? NULL : dir;
}

static char *absolute(const char *dir)
{
    char *out = NULL;
    if (dir[0] == '/')
        return strdup(dir);
    char *here = getcwd(NULL, 0);
    int n = here == NULL ? -1 : asprintf(&out, "%s/%s", here, dir);
    free(here);
    return n < 0 ? NULL : out;
}

pl_status pl_cache_open(const char *dir, struct pl_cache **out, struct pl_err *err)
{
    struct pl_cache *c = calloc(1, sizeof *c);
    if (c == NULL)
        return pl_fail_nomem(err);
    bool is_nomem = dir != NULL;
    c->dir = dir != NULL ? absolute(dir) : default_dir(&is_nomem);
    if (c->dir == NULL) {
        free(c);
        if (is_nomem)
            return pl_fail_nomem(err);
        pl_status st = pl_fail(err, PL_E_USAGE, PL_NO_OFFSET, "no folder for the cache");
        pl_err_hint(err, "set HOME or XDG_CACHE_HOME, or name a folder (--cache-dir)");
        return st;
    }
    *out = c;
    return PL_OK;
}

void pl_cache_close(struct pl_cache *c)
{
    if (c != NULL)
        free(c->dir);
    free(c);
}

const char *pl_cache_dir(const struct pl_cache *c)
{
    return c->dir;
}

static char *blob_path(const struct pl_cache *c, const pl_sha256 *digest)
{
    char hex[PL_SHA256_HEX_BYTES];
    char *path = NULL;
    pl_hex(digest->b, PL_SHA256_BYTES, hex);
    return asprintf(&path, "%s/blobs/%.2s/%s", c->dir, hex, hex + 2) < 0 ? NULL : path;
}

/* Read through, letting go of what was read: an index of 50 MB is searched for one stanza. */
static pl_status digest_mapping(const struct pl_mapping *m, pl_sha256 *out, struct pl_err *err)
{
    struct pl_sha256_run *run = NULL;
    pl_status st = pl_sha256_open(&run, err);
    for (size_t at = 0; at < m->bytes.n && st == PL_OK; at += READ_BYTES) {
        st = pl_sha256_add(run, pl_bytes_sub(m->bytes, at, READ_BYTES), err);
        pl_mapping_let_go(m, at, READ_BYTES);
    }
    if (st == PL_OK)
        st = pl_sha256_end(run, out, err);
    pl_sha256_close(run);
    return st;
}

static pl_status get_checked(const char *path, const pl_sha256 *digest, struct pl_mapping *out, bool *was_bad,
                             struct pl_err *err)
{
    struct pl_mapping m;
    pl_sha256 got;
    pl_status st = pl_mapping_open(path, SIZE_MAX / 2, &m, err);
    if (st != PL_OK)
        return st;
    st = digest_mapping(&m, &got, err);
    if (st == PL_OK && pl_sha256_eq(&got, digest)) {
        *out = m;
        return PL_OK;
    }
    pl_mapping_close(&m);
    if (st != PL_OK)
        return st;
    *was_bad = true;
    (void)unlink(path); /* a bad blob that stays is found bad again */
    return pl_fail(err, PL_E_NOT_FOUND, PL_NO_OFFSET, "cached file was damaged");
}

pl_status pl_cache_get(struct pl_cache *c, const pl_sha256 *digest, struct pl_mapping *out, bool *was_bad,
                       struct pl_err *err)
{
    *was_bad = false;
    char *path = blob_path(c, digest);
    if (path == NULL)
        return pl_fail_nomem(err);
    pl_status st = get_checked(path, digest, out, was_bad, err);
    free(path);
    return st;
}

pl_status pl_cache_put_open(struct pl_cache *c, const pl_sha256 *digest, struct pl_cache_put **out,
                            struct pl_err *err)
{
    char *path = blob_path(c, digest);
    struct pl_cache_put *put = calloc(1, sizeof *put);
    pl_status st = path == NULL || put == NULL ? pl_fail_nomem(err) : pl_io_mkdirs_above(path, err);
    if (st == PL_OK)
        st = pl_writing_open(path, BLOB_MODE, &put->file, err);
    if (st == PL_OK)
        st = pl_sha256_open(&put->run, err);
    free(path);
    if (st != PL_OK) {
        pl_cache_put_close(put);
        return st;
    }
    put->expected = *digest;
    *out = put;
    return PL_OK;
}

pl_status pl_cache_put_add(struct pl_cache_put *put, pl_bytes data, struct pl_err *err)
{
    pl_status st = pl_sha256_add(put->run, data, err);
    if (st == PL_OK)
        st = pl_writing_add(put->file, data, err);
    if (st == PL_OK)
        put->bytes += data.n;
    return st;
}

pl_status pl_cache_put_restart(struct pl_cache_put *put, struct pl_err *err)
{
    struct pl_sha256_run *run;
    pl_status st = pl_sha256_open(&run, err);
    if (st != PL_OK)
        return st;
    pl_sha256_close(put->run);
    put->run = run;
    put->bytes = 0;
    return pl_writing_restart(put->file, err);
}

pl_status pl_cache_put_finish(struct pl_cache_put *put, pl_sha256 *got, struct pl_err *err)
{
    pl_sha256 digest;
    pl_status st = pl_sha256_end(put->run, &digest, err);
    if (st != PL_OK)
        return st;
    if (got != NULL)
        *got = digest;
    if (!pl_sha256_eq(&digest, &put->expected))
        return pl_fail(err, PL_E_TRUST, PL_NO_OFFSET, "another sha256 than expected");
    return pl_writing_commit(put->file, err);
}

uint64_t pl_cache_put_bytes(const struct pl_cache_put *put)
{
    return put->bytes;
}

void pl_cache_put_close(struct pl_cache_put *put)
{
    if (put == NULL)
        return;
    pl_writing_close(put->file);
    pl_sha256_close(put->run);
    free(put);
}

char *pl_cache_note_path(struct pl_cache *c, const char *url, const char *name)
{
    pl_sha256 digest;
    char hex[PL_SHA256_HEX_BYTES];
    char *path = NULL;
    if (pl_sha256_of(pl_bytes_of_str(url), &digest, NULL) != PL_OK)
        return NULL;
    pl_hex(digest.b, PL_SHA256_BYTES, hex);
    return asprintf(&path, "%s/releases/%s/%s", c->dir, hex, name) < 0 ? NULL : path;
}

pl_status pl_cache_note_read(struct pl_cache *c, const char *url, const char *name, uint64_t max_bytes,
                             uint8_t **heap, size_t *n, struct pl_err *err)
{
    char *path = pl_cache_note_path(c, url, name);
    pl_status st = path == NULL ? pl_fail_nomem(err) : pl_io_read(path, max_bytes, heap, n, err);
    free(path);
    return st;
}

pl_status pl_cache_note_write(struct pl_cache *c, const char *url, const char *name, pl_bytes data,
                              struct pl_err *err)
{
    char *path = pl_cache_note_path(c, url, name);
    pl_status st = path == NULL ? pl_fail_nomem(err) : pl_io_mkdirs_above(path, err);
    if (st == PL_OK)
        st = pl_io_write(path, NOTE_MODE, data, err);
    free(path);
    return st;
}

pl_status pl_cache_absent_write(struct pl_cache *c, const char *url, struct pl_err *err)
{
    char text[32];
    (void)snprintf(text, sizeof text, "%" PRId64, (int64_t)time(NULL)); /* it has room for any number */
    return pl_cache_note_write(c, url, "absent", pl_bytes_of_str(text), err);
}

bool pl_cache_is_absent(struct pl_cache *c, const char *url, uint64_t seconds)
{
    uint8_t *heap = NULL;
    size_t n = 0;
    uint64_t said = 0;
    uint64_t now = (uint64_t)time(NULL);
    bool is_absent = pl_cache_note_read(c, url, "absent", 32, &heap, &n, NULL) == PL_OK &&
                     pl_bytes_to_u64(pl_bytes_of(heap, n), &said) && said <= now && now - said < seconds;
    free(heap);
    return is_absent;
}

static char *derived_path(const struct pl_cache *c, const pl_sha256 *of, const char *form)
{
    char hex[PL_SHA256_HEX_BYTES];
    char *path = NULL;
    pl_hex(of->b, PL_SHA256_BYTES, hex);
    return asprintf(&path, "%s/derived/%s-%s", c->dir, hex, form) < 0 ? NULL : path;
}

pl_status pl_cache_derived_read(struct pl_cache *c, const pl_sha256 *of, const char *form, uint8_t **heap,
                                size_t *n, struct pl_err *err)
{
    char *path = derived_path(c, of, form);
    uint8_t *whole = NULL;
    size_t length = 0;
    pl_sha256 digest = {0};
    pl_status st = path == NULL ? pl_fail_nomem(err) : pl_io_read(path, DERIVED_BYTES, &whole, &length, err);
    free(path);
    if (st == PL_OK && length >= PL_SHA256_BYTES)
        st = pl_sha256_of(pl_bytes_of(whole + PL_SHA256_BYTES, length - PL_SHA256_BYTES), &digest, err);
    if (st == PL_OK && (length < PL_SHA256_BYTES || memcmp(digest.b, whole, PL_SHA256_BYTES) != 0))
        st = pl_fail(err, PL_E_NOT_FOUND, PL_NO_OFFSET, "cached file was damaged");
    if (st != PL_OK) {
        free(whole);
        return st;
    }
    *n = length - PL_SHA256_BYTES;
    memmove(whole, whole + PL_SHA256_BYTES, *n);
    *heap = whole;
    return PL_OK;
}

pl_status pl_cache_derived_write(struct pl_cache *c, const pl_sha256 *of, const char *form, pl_bytes derived,
                                 struct pl_err *err)
{
    char *path = derived_path(c, of, form);
    pl_sha256 digest;
    struct pl_buf whole;
    pl_buf_init(&whole, DERIVED_BYTES);
    pl_status st = path == NULL ? pl_fail_nomem(err) : pl_io_mkdirs_above(path, err);
    if (st == PL_OK)
        st = pl_sha256_of(derived, &digest, err);
    if (st == PL_OK) {
        pl_buf_add(&whole, pl_bytes_of(digest.b, PL_SHA256_BYTES));
        pl_buf_add(&whole, derived);
        st = pl_buf_done(&whole, err);
    }
    if (st == PL_OK)
        st = pl_io_write(path, NOTE_MODE, pl_buf_bytes(&whole), err);
    pl_buf_reset(&whole);
    free(path);
    return st;
}
