/*
 * log.c - opening a log and appending to it.
 *
 * Only the right edge is read and written: at each level the last, partial tile. A level's full tile becomes one hash of the level above. New tiles
 * are on disk before the checkpoint that counts them is renamed into place; whoever is killed before that leaves the old log.
 */
#include "attest/log.h"

#include "io/read.h"
#include "io/write.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#define ORIGIN_MAX 256u

struct level {
    uint64_t count; /* hashes of this level so far, in all tiles */
    bool is_changed;
    pl_sha256 hashes[PL_TILE_WIDTH]; /* of the last, partial tile */
};

struct edge {
    const char *dir;
    uint64_t size;
    struct pl_buf bundle; /* entries of the last, partial tile */
    struct level levels[PL_TILE_LEVELS];
};

static unsigned width(const struct level *l)
{
    return (unsigned)(l->count % PL_TILE_WIDTH);
}

pl_status pl_log_open(const char *dir, const struct pl_note_key *keys, size_t n, struct pl_log *out,
                      struct pl_err *err)
{
    char path[PL_TILE_PATH_BYTES];
    struct pl_log l = {.dir = dir};
    pl_bytes text;
    if (snprintf(path, sizeof path, "%s/checkpoint", dir) >= (int)sizeof path)
        return pl_fail(err, PL_E_LIMIT, PL_NO_OFFSET, "log: the path is too long");
    pl_status st = pl_io_read(path, PL_NOTE_MAX_BYTES, &l.heap, &l.n, err);
    if (st != PL_OK)
        return st;
    st = pl_note_open(pl_bytes_of(l.heap, l.n), keys, n, &text, &l.signed_by, err);
    if (st == PL_OK)
        st = pl_checkpoint_read(text, &l.at, err);
    if (st == PL_E_INPUT) /* a checkpoint that cannot be read proves nothing */
        st = pl_fail(err, PL_E_TRUST, PL_NO_OFFSET, "log: the checkpoint cannot be read");
    if (st != PL_OK) {
        pl_err_about(err, path);
        pl_log_close(&l);
        return st;
    }
    *out = l;
    return PL_OK;
}

void pl_log_close(struct pl_log *l)
{
    free(l->heap);
    l->heap = NULL;
}

/* Read the right edge of a log of `size` leaves. */
static pl_status load_edge(struct edge *e, uint64_t size, struct pl_err *err)
{
    uint64_t count = size;
    pl_status st = PL_OK;
    e->size = size;
    for (uint32_t i = 0; i < PL_TILE_LEVELS && st == PL_OK; i++) {
        struct level *l = &e->levels[i];
        l->count = count;
        if (width(l) > 0)
            st = pl_tile_read(e->dir, i, count / PL_TILE_WIDTH, width(l), l->hashes, err);
        count /= PL_TILE_WIDTH;
    }
    if (st == PL_OK && width(&e->levels[0]) > 0)
        st = pl_bundle_read(e->dir, size / PL_TILE_WIDTH, width(&e->levels[0]), &e->bundle, err);
    return st;
}

/* The root of the whole tree: at each level the partial tile, and behind it what the levels below left over. */
static pl_status edge_root(const struct edge *e, pl_sha256 *out, struct pl_err *err)
{
    pl_sha256 over;
    bool has_over = false;
    pl_status st = PL_OK;
    if (e->size == 0)
        return pl_merkle_root(NULL, 0, out, err);
    for (size_t i = 0; i < PL_TILE_LEVELS && st == PL_OK; i++) {
        pl_sha256 row[PL_TILE_WIDTH + 1];
        const struct level *l = &e->levels[i];
        size_t n = width(l);
        memcpy(row, l->hashes, n * sizeof row[0]);
        if (has_over)
            row[n++] = over;
        if (n == 0)
            continue;
        has_over = true;
        st = pl_merkle_root(row, n, &over, err);
    }
    if (st == PL_OK)
        *out = over;
    return st;
}

/* Add a hash to a level; a tile that is full is written and becomes one hash above. */
static pl_status add_hash(struct edge *e, uint32_t level, const pl_sha256 *hash, struct pl_err *err)
{
    pl_sha256 up = *hash;
    pl_status st = PL_OK;
    for (uint32_t i = level; i < PL_TILE_LEVELS && st == PL_OK; i++) {
        struct level *l = &e->levels[i];
        l->hashes[width(l)] = up;
        l->count++;
        l->is_changed = true;
        if (width(l) > 0)
            return PL_OK;
        st = pl_tile_write(e->dir, i, l->count / PL_TILE_WIDTH - 1, PL_TILE_WIDTH, l->hashes, err);
        if (st == PL_OK)
            st = pl_merkle_root(l->hashes, PL_TILE_WIDTH, &up, err);
    }
    return st == PL_OK ? pl_fail(err, PL_E_LIMIT, PL_NO_OFFSET, "log: it is full") : st;
}

static pl_status add_entry(struct edge *e, pl_bytes entry, struct pl_err *err)
{
    pl_sha256 leaf;
    if (entry.n > PL_ENTRY_MAX_BYTES)
        return pl_fail(err, PL_E_LIMIT, PL_NO_OFFSET, "log: an entry of more than %u bytes",
                       PL_ENTRY_MAX_BYTES);
    pl_status st = pl_merkle_leaf(entry, &leaf, err);
    if (st != PL_OK)
        return st;
    pl_buf_add_byte(&e->bundle, (uint8_t)(entry.n >> 8));
    pl_buf_add_byte(&e->bundle, (uint8_t)entry.n);
    pl_buf_add(&e->bundle, entry);
    st = pl_buf_done(&e->bundle, err);
    if (st == PL_OK && e->size % PL_TILE_WIDTH == PL_TILE_WIDTH - 1) {
        st = pl_bundle_write(e->dir, e->size / PL_TILE_WIDTH, PL_TILE_WIDTH, pl_buf_bytes(&e->bundle), err);
        pl_buf_clear(&e->bundle);
    }
    e->size++;
    return st == PL_OK ? add_hash(e, 0, &leaf, err) : st;
}

static pl_status write_edge(struct edge *e, struct pl_err *err)
{
    pl_status st = PL_OK;
    for (uint32_t i = 0; i < PL_TILE_LEVELS && st == PL_OK; i++) {
        const struct level *l = &e->levels[i];
        if (l->is_changed && width(l) > 0)
            st = pl_tile_write(e->dir, i, l->count / PL_TILE_WIDTH, width(l), l->hashes, err);
    }
    unsigned left = (unsigned)(e->size % PL_TILE_WIDTH);
    if (st == PL_OK && left > 0)
        st = pl_bundle_write(e->dir, e->size / PL_TILE_WIDTH, left, pl_buf_bytes(&e->bundle), err);
    return st;
}

static pl_status write_checkpoint(const struct edge *e, pl_bytes origin, const struct pl_key *key,
                                  struct pl_err *err)
{
    char path[PL_TILE_PATH_BYTES];
    struct pl_checkpoint c = {.origin = origin, .size = e->size};
    struct pl_buf text;
    struct pl_buf note;
    pl_buf_init(&text, PL_NOTE_MAX_BYTES);
    pl_buf_init(&note, PL_NOTE_MAX_BYTES);
    pl_status st = edge_root(e, &c.root, err);
    pl_checkpoint_write(&c, &text);
    if (st == PL_OK)
        st = pl_note_sign(pl_buf_bytes(&text), origin, key, &note, err);
    if (st == PL_OK && snprintf(path, sizeof path, "%s/checkpoint", e->dir) >= (int)sizeof path)
        st = pl_fail(err, PL_E_LIMIT, PL_NO_OFFSET, "log: the path is too long");
    if (st == PL_OK)
        st = pl_log_write(e->dir, path, pl_buf_bytes(&note), err);
    pl_buf_reset(&text);
    pl_buf_reset(&note);
    return st;
}

/* Narrow tiles of the log as it was are of no use any more. */
static void tidy(const struct edge *e, uint64_t old_size)
{
    unsigned narrow = (unsigned)(old_size % PL_TILE_WIDTH);
    if (narrow > 0 && e->size > old_size)
        pl_tile_forget(e->dir, PL_TILE_ENTRIES, old_size / PL_TILE_WIDTH, narrow);
    uint64_t count = old_size;
    for (uint32_t i = 0; i < PL_TILE_LEVELS; i++) {
        narrow = (unsigned)(count % PL_TILE_WIDTH);
        if (narrow > 0 && e->levels[i].count > count)
            pl_tile_forget(e->dir, i, count / PL_TILE_WIDTH, narrow);
        count /= PL_TILE_WIDTH;
    }
}

static pl_status lock_log(const char *dir, int *fd, struct pl_err *err)
{
    char path[PL_TILE_PATH_BYTES];
    pl_status st = pl_io_mkdirs(dir, err);
    if (st != PL_OK)
        return st;
    if (snprintf(path, sizeof path, "%s/.lock", dir) >= (int)sizeof path)
        return pl_fail(err, PL_E_LIMIT, PL_NO_OFFSET, "log: the path is too long");
    *fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
    if (*fd < 0)
        return pl_fail_errno(err, "log: cannot lock");
    while (flock(*fd, LOCK_EX) != 0)
        if (errno != EINTR) {
            st = pl_fail_errno(err, "log: cannot lock");
            (void)close(*fd); /* nothing was written */
            return st;
        }
    pl_log_sweep(dir);
    return PL_OK;
}

/* The log as it is, or the beginning of one; its edge must give its root. */
static pl_status resume(struct edge *e, const struct pl_key *key, const char *wanted, char origin[ORIGIN_MAX],
                        struct pl_err *err)
{
    struct pl_note_key by = {.key = key};
    struct pl_log log = {0};
    pl_sha256 root;
    pl_status st = pl_log_open(e->dir, &by, 1, &log, err);
    if (st == PL_E_NOT_FOUND) {
        if (wanted != NULL ? snprintf(origin, ORIGIN_MAX, "%s", wanted) >= (int)ORIGIN_MAX
                           : snprintf(origin, ORIGIN_MAX, "plumbline.dev/log/%.16s", pl_key_id(key) + 7) < 0)
            return pl_fail(err, PL_E_USAGE, PL_NO_OFFSET, "log: the name is too long");
        return pl_note_is_name(pl_bytes_of_str(origin))
                   ? PL_OK
                   : pl_fail(err, PL_E_USAGE, PL_NO_OFFSET, "log: a name has no blanks and no plus sign");
    }
    if (st != PL_OK)
        return st;
    if (log.at.origin.n >= ORIGIN_MAX)
        st = pl_fail(err, PL_E_LIMIT, PL_NO_OFFSET, "log: the name is too long");
    else
        (void)snprintf(origin, ORIGIN_MAX, "%.*s", PL_ARG(log.at.origin));
    if (st == PL_OK)
        st = load_edge(e, log.at.size, err);
    if (st == PL_OK)
        st = edge_root(e, &root, err);
    if (st == PL_OK && !pl_sha256_eq(&root, &log.at.root))
        st = pl_fail(err, PL_E_TRUST, PL_NO_OFFSET,
                     "log: the tiles do not give the checkpoint's root; nothing was added");
    pl_log_close(&log);
    return st;
}

pl_status pl_log_append(const char *dir, const char *origin, const struct pl_key *key,
                        const pl_bytes *entries, size_t n, uint64_t *first, struct pl_err *err)
{
    char name[ORIGIN_MAX] = "";
    int lock = -1;
    struct edge *e = calloc(1, sizeof *e);
    if (e == NULL)
        return pl_fail_nomem(err);
    e->dir = dir;
    pl_buf_init(&e->bundle, PL_BUNDLE_MAX_BYTES);
    pl_status st = lock_log(dir, &lock, err);
    if (st == PL_OK)
        st = resume(e, key, origin, name, err);
    uint64_t old_size = e->size;
    for (size_t i = 0; i < n && st == PL_OK; i++)
        st = add_entry(e, entries[i], err);
    if (st == PL_OK)
        st = write_edge(e, err);
    if (st == PL_OK)
        st = write_checkpoint(e, pl_bytes_of_str(name), key, err);
    if (st == PL_OK) {
        tidy(e, old_size);
        *first = old_size;
    } else {
        pl_err_about(err, dir);
    }
    if (lock >= 0)
        (void)close(lock); /* lets go of the lock */
    pl_buf_reset(&e->bundle);
    free(e);
    return st;
}

pl_status pl_log_entry(pl_bytes statement, const pl_sha256 *subject, struct pl_buf *out, struct pl_err *err)
{
    char hex[PL_SHA256_HEX_BYTES];
    pl_sha256 digest;
    pl_status st = pl_sha256_of(statement, &digest, err);
    if (st != PL_OK)
        return st;
    pl_hex(digest.b, PL_SHA256_BYTES, hex);
    pl_buf_printf(out, "plumbline.dev/log/statement/v1\nstatement sha256:%s\n", hex);
    pl_hex(subject->b, PL_SHA256_BYTES, hex);
    pl_buf_printf(out, "subject sha256:%s\n", hex);
    return pl_buf_done(out, err);
}
