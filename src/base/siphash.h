/*
 * siphash.h - SipHash with its numbers of rounds to choose, as Python hashes sources with it (PEP 552).
 */
#ifndef PL_BASE_SIPHASH_H
#define PL_BASE_SIPHASH_H

#include "base/bytes.h"

/* SipHash-c-d of `data` under the 128-bit key (k0, k1). The same on every machine. Aumasson and Bernstein 2012. */
uint64_t pl_siphash(pl_bytes data, uint64_t k0, uint64_t k1, unsigned c_rounds, unsigned d_rounds);

#endif
