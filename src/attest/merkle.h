/*
 * merkle.h - Merkle trees as RFC 6962, section 2.1, has them: leaf = SHA-256(00 | data), node = SHA-256(01 | left | right).
 */
#ifndef PL_ATTEST_MERKLE_H
#define PL_ATTEST_MERKLE_H

#include "base/digest.h"

#define PL_MERKLE_MAX_HEIGHT 64u

PL_MUST_USE pl_status pl_merkle_leaf(pl_bytes data, pl_sha256 *out, struct pl_err *err);
PL_MUST_USE pl_status pl_merkle_node(const pl_sha256 *left, const pl_sha256 *right, pl_sha256 *out,
                                     struct pl_err *err);
/* The root over `n` hashes of leaves, or of equal perfect subtrees with perhaps a smaller one at the end. n of 0 gives SHA-256(""). */
PL_MUST_USE pl_status pl_merkle_root(const pl_sha256 *hashes, size_t n, pl_sha256 *out, struct pl_err *err);

/* A tree that is built leaf by leaf: the roots of its perfect subtrees, largest first. */
struct pl_merkle_tree {
    uint64_t size;
    size_t n;
    pl_sha256 roots[PL_MERKLE_MAX_HEIGHT];
};

PL_MUST_USE pl_status pl_merkle_add(struct pl_merkle_tree *t, const pl_sha256 *leaf, struct pl_err *err);
PL_MUST_USE pl_status pl_merkle_tree_root(const struct pl_merkle_tree *t, pl_sha256 *out, struct pl_err *err);

/* Is `leaf` the one at `index` of the tree of `size` leaves with this root? PL_E_TRUST when the proof does not show it. */
PL_MUST_USE pl_status pl_merkle_check_inclusion(uint64_t index, uint64_t size, const pl_sha256 *leaf,
                                                const pl_sha256 *proof, size_t n, const pl_sha256 *root,
                                                struct pl_err *err);
/*
 * Is the tree of `old_size` leaves the beginning of the one of `size`? Both roots are given. An old size of 0 is PL_E_USAGE: nothing can be
 * shown of it. PL_E_TRUST when the proof does not show it.
 */
PL_MUST_USE pl_status pl_merkle_check_consistency(uint64_t old_size, uint64_t size, const pl_sha256 *proof,
                                                  size_t n, const pl_sha256 *old_root, const pl_sha256 *root,
                                                  struct pl_err *err);

#endif
