/*
 * anchors_tile.h - the inner step of winnowing, once in plain C and once with AVX2; private to corpus/anchors*.c.
 *
 * Work goes in tiles of TILE gram positions, small enough that all arrays stay in the first-level cache.
 *
 *     h4(p)   = the bytes p..p+3, each times a 15-bit constant             (fits 32 bits)
 *     h8(p)   = h4(p) * M1 + h4(p + 4)
 *     h16(p)  = h8(p) * M2 + h8(p + 8), mixed
 *     key(p)  = upper bits of h16(p) | (TILE - 1 - p)                     smallest key = smallest hash, rightmost
 *     min(p)  = smallest key of p..p+15
 *
 * All arithmetic is modulo 2^32, so that both paths agree on every machine.
 */
#ifndef PL_CORPUS_ANCHORS_TILE_H
#define PL_CORPUS_ANCHORS_TILE_H

#include "corpus/anchors.h"

#define TILE      1024u
#define TILE_PAD  48u                                /* what the vector path reads and writes beyond a tile */
#define TILE_READ (TILE + PL_ANCHOR_GRAM + TILE_PAD) /* bytes of input that a tile may touch */

#define COEFFICIENT_0 0x5bd1
#define COEFFICIENT_1 0x6eed
#define COEFFICIENT_2 0x3c6f
#define COEFFICIENT_3 0x4e35
#define MULTIPLIER_1  0x9e3779b1u
#define MULTIPLIER_2  0x85ebca6bu
#define MULTIPLIER_3  0xc2b2ae35u
#define POSITION_MASK (TILE - 1u)

struct pl_anchor_tile {
    uint32_t hash[TILE + TILE_PAD];
    uint32_t key[TILE + TILE_PAD];  /* afterwards the window minima */
    uint32_t part[TILE + TILE_PAD]; /* scratch */
    uint64_t changed[TILE / 64];    /* bit i: the minimum of window i + 1 is not that of window i */
};

/*
 * Fill hash[], key[] and changed[] for the positions [0, n) of `p`, of which at least TILE_READ bytes can be read; keys from n on
 * count as the largest, so that a short tile has its minimum in key[0].
 */
void pl_anchor_tile_portable(struct pl_anchor_tile *t, const uint8_t *p, size_t n);
void pl_anchor_tile_avx2(struct pl_anchor_tile *t, const uint8_t *p, size_t n);

#endif
