/*
 * tiles.c - naming, reading and writing the tiles of a log. Every file is whole or not there.
 */
#include "attest/tiles.h"

#include "io/read.h"
#include "io/write.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define GROUPS 7 /* of three digits, for any 64-bit number */

pl_status pl_tile_path(const char *dir, uint32_t level, uint64_t n, unsigned width,
                       char out[PL_TILE_PATH_BYTES], struct pl_err *err)
{
    char number[GROUPS * 5 + 1] = "";
    char kind[16] = "entries";
    char partial[16] = "";
    char group[8];
    unsigned groups[GROUPS];
    size_t n_groups = 0;
    do {
        groups[n_groups++] = (unsigned)(n % 1000);
        n /= 1000;
    } while (n > 0);
    size_t at = 0;
    while (n_groups-- > 0) {
        int used = snprintf(group, sizeof group, n_groups > 0 ? "x%03u/" : "%03u", groups[n_groups] % 1000);
        memcpy(number + at, group, (size_t)used + 1);
        at += (size_t)used;
    }
    if (level != PL_TILE_ENTRIES)
        (void)snprintf(kind, sizeof kind, "%u", level);
    if (width < PL_TILE_WIDTH)
        (void)snprintf(partial, sizeof partial, ".p/%u", width);
    if (snprintf(out, PL_TILE_PATH_BYTES, "%s/tile/%s/%s%s", dir, kind, number, partial) >=
        (int)PL_TILE_PATH_BYTES)
        return pl_fail(err, PL_E_LIMIT, PL_NO_OFFSET, "log: the path is too long");
    return PL_OK;
}

static pl_status read_file(const char *dir, uint32_t level, uint64_t n, unsigned width, size_t max,
                           uint8_t **heap, size_t *size, struct pl_err *err)
{
    char path[PL_TILE_PATH_BYTES];
    pl_status st = pl_tile_path(dir, level, n, width, path, err);
    if (st == PL_OK)
        st = pl_io_read(path, max, heap, size, err);
    if (st == PL_E_NOT_FOUND && width < PL_TILE_WIDTH) {
        st = pl_tile_path(dir, level, n, PL_TILE_WIDTH, path, err);
        if (st == PL_OK)
            st = pl_io_read(path, max, heap, size, err);
    }
    if (st == PL_E_NOT_FOUND)
        st = pl_fail(err, PL_E_TRUST, PL_NO_OFFSET, "log: a tile is missing: %s", path);
    return st;
}

pl_status pl_tile_read(const char *dir, uint32_t level, uint64_t n, unsigned width,
                       pl_sha256 out[PL_TILE_WIDTH], struct pl_err *err)
{
    uint8_t *heap = NULL;
    size_t size = 0;
    pl_status st =
        read_file(dir, level, n, width, (size_t)PL_TILE_WIDTH * PL_SHA256_BYTES, &heap, &size, err);
    if (st != PL_OK)
        return st;
    size_t want = (size_t)width * PL_SHA256_BYTES;
    if (size == want || size == (size_t)PL_TILE_WIDTH * PL_SHA256_BYTES)
        memcpy(out, heap, want);
    else
        st = pl_fail(err, PL_E_TRUST, PL_NO_OFFSET, "log: tile %llu of level %u has %zu bytes, not %zu",
                     (unsigned long long)n, level, size, want);
    free(heap);
    return st;
}

pl_status pl_log_write(const char *dir, const char *path, pl_bytes data, struct pl_err *err)
{
    char beside[PL_TILE_PATH_BYTES];
    struct pl_writing *w = NULL;
    if (snprintf(beside, sizeof beside, "%s/" PL_LOG_UNFINISHED, dir) >= (int)sizeof beside)
        return pl_fail(err, PL_E_LIMIT, PL_NO_OFFSET, "log: the path is too long");
    pl_status st = pl_writing_open(beside, 0644, &w, err);
    if (st == PL_OK)
        st = pl_writing_add(w, data, err);
    if (st == PL_OK)
        st = pl_writing_commit_as(w, path, err);
    pl_writing_close(w);
    return st;
}

void pl_log_sweep(const char *dir)
{
    DIR *d = opendir(dir);
    struct dirent *e;
    while (d != NULL && (e = readdir(d)) != NULL)
        if (strncmp(e->d_name, PL_LOG_UNFINISHED ".tmp-", sizeof PL_LOG_UNFINISHED + 4) == 0)
            (void)unlinkat(dirfd(d), e->d_name, 0); /* what stays is swept the next time */
    if (d != NULL)
        (void)closedir(d); /* opened for reading */
}

static pl_status write_file(const char *dir, uint32_t level, uint64_t n, unsigned width, pl_bytes data,
                            struct pl_err *err)
{
    char path[PL_TILE_PATH_BYTES];
    pl_status st = pl_tile_path(dir, level, n, width, path, err);
    if (st == PL_OK)
        st = pl_io_mkdirs_above(path, err);
    return st == PL_OK ? pl_log_write(dir, path, data, err) : st;
}

pl_status pl_tile_write(const char *dir, uint32_t level, uint64_t n, unsigned width, const pl_sha256 *hashes,
                        struct pl_err *err)
{
    return write_file(dir, level, n, width, pl_bytes_of(hashes, (size_t)width * PL_SHA256_BYTES), err);
}

pl_status pl_bundle_read(const char *dir, uint64_t n, unsigned width, struct pl_buf *out, struct pl_err *err)
{
    uint8_t *heap = NULL;
    size_t size = 0;
    pl_bytes entry;
    pl_status st = read_file(dir, PL_TILE_ENTRIES, n, width, PL_BUNDLE_MAX_BYTES, &heap, &size, err);
    if (st != PL_OK)
        return st;
    pl_bytes rest = pl_bytes_of(heap, size);
    unsigned found = 0;
    while (found < width && pl_bundle_next(&rest, &entry))
        found++;
    if (found == width)
        pl_buf_add(out, pl_bytes_of(heap, size - rest.n));
    free(heap);
    if (found < width)
        return pl_fail(err, PL_E_TRUST, PL_NO_OFFSET, "log: bundle %llu holds %u entries, not %u",
                       (unsigned long long)n, found, width);
    return pl_buf_done(out, err);
}

pl_status pl_bundle_write(const char *dir, uint64_t n, unsigned width, pl_bytes bundle, struct pl_err *err)
{
    return write_file(dir, PL_TILE_ENTRIES, n, width, bundle, err);
}

bool pl_bundle_next(pl_bytes *rest, pl_bytes *entry)
{
    if (rest->n < 2)
        return false;
    size_t n = (size_t)rest->p[0] << 8 | rest->p[1];
    if (rest->n - 2 < n)
        return false;
    *entry = pl_bytes_sub(*rest, 2, n);
    *rest = pl_bytes_from(*rest, 2 + n);
    return true;
}

void pl_tile_forget(const char *dir, uint32_t level, uint64_t n, unsigned width)
{
    char path[PL_TILE_PATH_BYTES];
    if (pl_tile_path(dir, level, n, width, path, NULL) == PL_OK)
        (void)unlink(path); /* a narrow tile that stays is only untidy */
}
