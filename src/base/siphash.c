/*
 * siphash.c - SipHash, in the form of its paper.
 *
 * Source: Aumasson, Bernstein, "SipHash: a fast short-input PRF", 2012, section 2; the test vector of its appendix A is in the tests.
 */
#include "base/siphash.h"

static uint64_t rotated(uint64_t x, unsigned bits)
{
    return x << bits | x >> (64 - bits);
}

static void rounds(uint64_t v[4], unsigned n)
{
    for (unsigned i = 0; i < n; i++) {
        v[0] += v[1];
        v[2] += v[3];
        v[1] = rotated(v[1], 13) ^ v[0];
        v[3] = rotated(v[3], 16) ^ v[2];
        v[0] = rotated(v[0], 32);
        v[2] += v[1];
        v[0] += v[3];
        v[1] = rotated(v[1], 17) ^ v[2];
        v[3] = rotated(v[3], 21) ^ v[0];
        v[2] = rotated(v[2], 32);
    }
}

/* Up to eight bytes, the first one lowest. */
static uint64_t word_at(pl_bytes data, size_t at)
{
    uint64_t out = 0;
    for (size_t i = 0; i < 8 && at + i < data.n; i++)
        out |= (uint64_t)data.p[at + i] << (8 * i);
    return out;
}

uint64_t pl_siphash(pl_bytes data, uint64_t k0, uint64_t k1, unsigned c_rounds, unsigned d_rounds)
{
    uint64_t v[4] = {k0 ^ 0x736f6d6570736575ULL, k1 ^ 0x646f72616e646f6dULL, k0 ^ 0x6c7967656e657261ULL,
                     k1 ^ 0x7465646279746573ULL};
    size_t whole = data.n / 8 * 8;
    for (size_t at = 0; at <= whole; at += 8) {
        uint64_t word = word_at(data, at) | (at == whole ? (uint64_t)(data.n & 0xff) << 56 : 0);
        v[3] ^= word;
        rounds(v, c_rounds);
        v[0] ^= word;
    }
    v[2] ^= 0xff;
    rounds(v, d_rounds);
    return v[0] ^ v[1] ^ v[2] ^ v[3];
}
