/*
 * merkle.c - hashing trees and checking proofs about them (RFC 6962 section 2.1; the checks go as RFC 9162 section 2.1 has them).
 */
#include "attest/merkle.h"

#include <string.h>

#define NODE_BYTES (1u + 2u * PL_SHA256_BYTES)
#define SMALL_LEAF 512u

pl_status pl_merkle_leaf(pl_bytes data, pl_sha256 *out, struct pl_err *err)
{
    uint8_t small[SMALL_LEAF + 1];
    struct pl_sha256_run *run = NULL;
    if (data.n <= SMALL_LEAF) {
        small[0] = 0;
        if (data.n > 0)
            memcpy(small + 1, data.p, data.n);
        return pl_sha256_of(pl_bytes_of(small, data.n + 1), out, err);
    }
    pl_status st = pl_sha256_open(&run, err);
    if (st == PL_OK)
        st = pl_sha256_add(run, pl_bytes_of("", 1), err);
    if (st == PL_OK)
        st = pl_sha256_add(run, data, err);
    if (st == PL_OK)
        st = pl_sha256_end(run, out, err);
    pl_sha256_close(run);
    return st;
}

pl_status pl_merkle_node(const pl_sha256 *left, const pl_sha256 *right, pl_sha256 *out, struct pl_err *err)
{
    uint8_t node[NODE_BYTES];
    node[0] = 1;
    memcpy(node + 1, left->b, PL_SHA256_BYTES);
    memcpy(node + 1 + PL_SHA256_BYTES, right->b, PL_SHA256_BYTES);
    return pl_sha256_of(pl_bytes_of(node, sizeof node), out, err);
}

pl_status pl_merkle_add(struct pl_merkle_tree *t, const pl_sha256 *leaf, struct pl_err *err)
{
    pl_sha256 h = *leaf;
    pl_status st = PL_OK;
    for (uint64_t bits = t->size; (bits & 1) != 0 && st == PL_OK; bits >>= 1)
        st = pl_merkle_node(&t->roots[--t->n], &h, &h, err);
    if (st == PL_OK) {
        t->roots[t->n++] = h;
        t->size++;
    }
    return st;
}

pl_status pl_merkle_tree_root(const struct pl_merkle_tree *t, pl_sha256 *out, struct pl_err *err)
{
    if (t->n == 0)
        return pl_sha256_of((pl_bytes){NULL, 0}, out, err);
    pl_sha256 h = t->roots[t->n - 1];
    pl_status st = PL_OK;
    for (size_t i = t->n - 1; i > 0 && st == PL_OK; i--)
        st = pl_merkle_node(&t->roots[i - 1], &h, &h, err);
    if (st == PL_OK)
        *out = h;
    return st;
}

pl_status pl_merkle_root(const pl_sha256 *hashes, size_t n, pl_sha256 *out, struct pl_err *err)
{
    struct pl_merkle_tree t = {0};
    pl_status st = PL_OK;
    for (size_t i = 0; i < n && st == PL_OK; i++)
        st = pl_merkle_add(&t, &hashes[i], err);
    return st == PL_OK ? pl_merkle_tree_root(&t, out, err) : st;
}

static unsigned bit_length(uint64_t v)
{
    return v == 0 ? 0 : 64u - (unsigned)__builtin_clzll(v);
}

static unsigned ones_above(uint64_t v, unsigned shift)
{
    return shift >= 64 ? 0 : (unsigned)__builtin_popcountll(v >> shift);
}

static pl_status not_shown(struct pl_err *err, const char *what)
{
    return pl_fail(err, PL_E_TRUST, PL_NO_OFFSET, "log: the %s proof does not hold", what);
}

pl_status pl_merkle_check_inclusion(uint64_t index, uint64_t size, const pl_sha256 *leaf,
                                    const pl_sha256 *proof, size_t n, const pl_sha256 *root,
                                    struct pl_err *err)
{
    pl_sha256 h = *leaf;
    pl_status st = PL_OK;
    if (index >= size)
        return not_shown(err, "inclusion");
    unsigned inner = bit_length(index ^ (size - 1));
    if (n != inner + ones_above(index, inner))
        return not_shown(err, "inclusion");
    for (size_t i = 0; i < n && st == PL_OK; i++) {
        bool is_right = i >= inner || (index >> i & 1) != 0;
        st = is_right ? pl_merkle_node(&proof[i], &h, &h, err) : pl_merkle_node(&h, &proof[i], &h, err);
    }
    if (st == PL_OK && !pl_sha256_eq(&h, root))
        return not_shown(err, "inclusion");
    return st;
}

pl_status pl_merkle_check_consistency(uint64_t old_size, uint64_t size, const pl_sha256 *proof, size_t n,
                                      const pl_sha256 *old_root, const pl_sha256 *root, struct pl_err *err)
{
    pl_status st = PL_OK;
    if (old_size == 0)
        return pl_fail(err, PL_E_USAGE, PL_NO_OFFSET, "log: nothing can be shown of an empty tree");
    if (old_size > size)
        return not_shown(err, "consistency");
    if (old_size == size)
        return n == 0 && pl_sha256_eq(old_root, root) ? PL_OK : not_shown(err, "consistency");
    unsigned shift = (unsigned)__builtin_ctzll(old_size);
    unsigned inner = bit_length((old_size - 1) ^ (size - 1)) - shift;
    bool is_perfect = old_size == (uint64_t)1 << shift;
    size_t start = is_perfect ? 0 : 1;
    if (n != start + inner + ones_above(old_size - 1, inner + shift))
        return not_shown(err, "consistency");
    pl_sha256 a = is_perfect ? *old_root : proof[0];
    pl_sha256 b = a;
    uint64_t mask = (old_size - 1) >> shift;
    for (size_t i = start; i < n && st == PL_OK; i++) {
        bool is_border = i - start >= inner;
        if (is_border || (mask >> (i - start) & 1) != 0) {
            st = pl_merkle_node(&proof[i], &a, &a, err);
            if (st == PL_OK)
                st = pl_merkle_node(&proof[i], &b, &b, err);
        } else {
            st = pl_merkle_node(&b, &proof[i], &b, err);
        }
    }
    if (st == PL_OK && (!pl_sha256_eq(&a, old_root) || !pl_sha256_eq(&b, root)))
        return not_shown(err, "consistency");
    return st;
}
