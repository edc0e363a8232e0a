/*
 * log_read.c - asking a log: where a leaf stands, the proof that it does, and whether all of it fits together.
 */
#include "attest/log.h"

#include <stdlib.h>
#include <string.h>

#define TILE_HEIGHT 8u

/* Leaves of tile n of the lowest level: 256, or what is left of them. */
static unsigned leaves_of(uint64_t size, uint64_t n)
{
    uint64_t left = size - n * PL_TILE_WIDTH;
    return left < PL_TILE_WIDTH ? (unsigned)left : PL_TILE_WIDTH;
}

pl_status pl_log_find(const struct pl_log *l, const pl_sha256 *leaf, uint64_t *index, struct pl_err *err)
{
    pl_sha256 hashes[PL_TILE_WIDTH];
    uint64_t tiles = l->at.size / PL_TILE_WIDTH + (l->at.size % PL_TILE_WIDTH != 0);
    for (uint64_t t = tiles; t-- > 0;) {
        unsigned n = leaves_of(l->at.size, t);
        pl_status st = pl_tile_read(l->dir, 0, t, n, hashes, err);
        if (st != PL_OK)
            return st;
        for (unsigned i = n; i-- > 0;)
            if (pl_sha256_eq(&hashes[i], leaf)) {
                *index = t * PL_TILE_WIDTH + i;
                return PL_OK;
            }
    }
    return pl_fail(err, PL_E_TRUST, PL_NO_OFFSET, "log: the statement is not in it");
}

/* The root over leaves [begin, begin + n), n a power of two and begin a multiple of it: hashes of one tile. */
static pl_status perfect(const struct pl_log *l, uint64_t begin, uint64_t n, pl_sha256 *out,
                         struct pl_err *err)
{
    pl_sha256 hashes[PL_TILE_WIDTH];
    unsigned height = (unsigned)__builtin_ctzll(n);
    uint32_t level = height / TILE_HEIGHT;
    unsigned count = 1u << height % TILE_HEIGHT;
    uint64_t first = begin >> level * TILE_HEIGHT;
    uint64_t tile = first / PL_TILE_WIDTH;
    uint64_t in_level = l->at.size >> level * TILE_HEIGHT;
    pl_status st = pl_tile_read(l->dir, level, tile, leaves_of(in_level, tile), hashes, err);
    return st == PL_OK ? pl_merkle_root(hashes + first % PL_TILE_WIDTH, count, out, err) : st;
}

/* The largest power of two below n. */
static uint64_t split_of(uint64_t n)
{
    return n < 2 ? 0 : (uint64_t)1 << (63 - __builtin_clzll(n - 1));
}

/* The root over any leaves [begin, begin + n) that RFC 6962 cuts out: perfect subtrees from the left, joined from the right. */
static pl_status range_root(const struct pl_log *l, uint64_t begin, uint64_t n, pl_sha256 *out,
                            struct pl_err *err)
{
    pl_sha256 parts[PL_MERKLE_MAX_HEIGHT];
    size_t n_parts = 0;
    pl_status st = PL_OK;
    while (n > 0 && st == PL_OK) {
        uint64_t piece = (n & (n - 1)) == 0 ? n : split_of(n);
        st = perfect(l, begin, piece, &parts[n_parts++], err);
        begin += piece;
        n -= piece;
    }
    while (st == PL_OK && n_parts > 1) {
        n_parts--;
        st = pl_merkle_node(&parts[n_parts - 1], &parts[n_parts], &parts[n_parts - 1], err);
    }
    if (st == PL_OK)
        *out = parts[0];
    return st;
}

pl_status pl_log_prove(const struct pl_log *l, uint64_t index, pl_sha256 *proof, size_t *n,
                       struct pl_err *err)
{
    pl_sha256 from_top[PL_MERKLE_MAX_HEIGHT];
    size_t found = 0;
    uint64_t begin = 0;
    uint64_t size = l->at.size;
    pl_status st = PL_OK;
    if (index >= size)
        return pl_fail(err, PL_E_USAGE, PL_NO_OFFSET, "log: it has no entry %llu", (unsigned long long)index);
    while (size > 1 && st == PL_OK) {
        uint64_t left = split_of(size);
        bool is_left = index - begin < left;
        st = is_left ? range_root(l, begin + left, size - left, &from_top[found], err)
                     : range_root(l, begin, left, &from_top[found], err);
        found++;
        begin += is_left ? 0 : left;
        size = is_left ? left : size - left;
    }
    for (size_t i = 0; i < found && st == PL_OK; i++)
        proof[i] = from_top[found - 1 - i];
    if (st == PL_OK)
        *n = found;
    return st;
}

struct audit {
    const struct pl_log *log;
    struct pl_merkle_tree tree;
    uint64_t counts[PL_TILE_LEVELS]; /* hashes of each level so far */
    uint64_t old_size;
    pl_sha256 old_root;
    pl_sha256 now[PL_TILE_LEVELS][PL_TILE_WIDTH]; /* of the tile that is being filled */
};

/* Hashes of a level's tile as the log has them must be those that were made here. */
static pl_status compare_tile(const struct audit *a, uint32_t level, uint64_t tile, unsigned n,
                              struct pl_err *err)
{
    pl_sha256 hashes[PL_TILE_WIDTH];
    pl_status st = pl_tile_read(a->log->dir, level, tile, n, hashes, err);
    if (st == PL_OK && memcmp(hashes, a->now[level], n * sizeof hashes[0]) != 0)
        st = pl_fail(err, PL_E_TRUST, PL_NO_OFFSET,
                     "log: tile %llu of level %u does not follow from the entries", (unsigned long long)tile,
                     level);
    return st;
}

/* A hash for a level; a full tile is compared and becomes one hash above. */
static pl_status audit_hash(struct audit *a, const pl_sha256 *hash, struct pl_err *err)
{
    pl_sha256 up = *hash;
    pl_status st = PL_OK;
    for (uint32_t i = 0; i < PL_TILE_LEVELS && st == PL_OK; i++) {
        a->now[i][a->counts[i]++ % PL_TILE_WIDTH] = up;
        if (a->counts[i] % PL_TILE_WIDTH != 0)
            return PL_OK;
        st = compare_tile(a, i, a->counts[i] / PL_TILE_WIDTH - 1, PL_TILE_WIDTH, err);
        if (st == PL_OK)
            st = pl_merkle_root(a->now[i], PL_TILE_WIDTH, &up, err);
    }
    return st;
}

static pl_status audit_bundle(struct audit *a, uint64_t tile, struct pl_buf *bundle, struct pl_err *err)
{
    pl_sha256 leaf;
    pl_bytes entry;
    pl_buf_clear(bundle);
    pl_status st = pl_bundle_read(a->log->dir, tile, leaves_of(a->log->at.size, tile), bundle, err);
    pl_bytes rest = pl_buf_bytes(bundle);
    while (st == PL_OK && pl_bundle_next(&rest, &entry)) {
        st = pl_merkle_leaf(entry, &leaf, err);
        if (st == PL_OK)
            st = pl_merkle_add(&a->tree, &leaf, err);
        if (st == PL_OK)
            st = audit_hash(a, &leaf, err);
        if (st == PL_OK && a->tree.size == a->old_size)
            st = pl_merkle_tree_root(&a->tree, &a->old_root, err);
    }
    return st;
}

static pl_status audit_all(struct audit *a, struct pl_err *err)
{
    struct pl_buf bundle;
    pl_sha256 root;
    uint64_t size = a->log->at.size;
    uint64_t tiles = size / PL_TILE_WIDTH + (size % PL_TILE_WIDTH != 0);
    pl_buf_init(&bundle, PL_BUNDLE_MAX_BYTES);
    pl_status st = PL_OK;
    for (uint64_t t = 0; t < tiles && st == PL_OK; t++)
        st = audit_bundle(a, t, &bundle, err);
    pl_buf_reset(&bundle);
    for (uint32_t i = 0; i < PL_TILE_LEVELS && st == PL_OK; i++)
        if (a->counts[i] % PL_TILE_WIDTH != 0)
            st = compare_tile(a, i, a->counts[i] / PL_TILE_WIDTH, (unsigned)(a->counts[i] % PL_TILE_WIDTH),
                              err);
    if (st == PL_OK)
        st = pl_merkle_tree_root(&a->tree, &root, err);
    if (st == PL_OK && !pl_sha256_eq(&root, &a->log->at.root))
        st = pl_fail(err, PL_E_TRUST, PL_NO_OFFSET, "log: the entries do not give the checkpoint's root");
    return st;
}

pl_status pl_log_audit(const struct pl_log *l, uint64_t old_size, pl_sha256 *old_root, struct pl_err *err)
{
    struct audit *a = calloc(1, sizeof *a);
    if (a == NULL)
        return pl_fail_nomem(err);
    a->log = l;
    a->old_size = old_size;
    pl_status st = audit_all(a, err);
    if (st == PL_OK)
        *old_root = a->old_root;
    free(a);
    return st;
}
