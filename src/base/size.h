/*
 * size.h - sums and products of sizes that cannot wrap.
 */
#ifndef PL_BASE_SIZE_H
#define PL_BASE_SIZE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* *out = a + b; false, and *out untouched, when that does not fit. */
static inline bool pl_add_size(size_t a, size_t b, size_t *out)
{
    size_t sum;
    if (__builtin_add_overflow(a, b, &sum))
        return false;
    *out = sum;
    return true;
}

static inline bool pl_mul_size(size_t a, size_t b, size_t *out)
{
    size_t product;
    if (__builtin_mul_overflow(a, b, &product))
        return false;
    *out = product;
    return true;
}

static inline bool pl_add_u64(uint64_t a, uint64_t b, uint64_t *out)
{
    uint64_t sum;
    if (__builtin_add_overflow(a, b, &sum))
        return false;
    *out = sum;
    return true;
}

static inline bool pl_mul_u64(uint64_t a, uint64_t b, uint64_t *out)
{
    uint64_t product;
    if (__builtin_mul_overflow(a, b, &product))
        return false;
    *out = product;
    return true;
}

/* part of whole in parts per million, rounded down; 0 when whole is 0. */
static inline uint32_t pl_ppm(uint64_t part, uint64_t whole)
{
    return whole == 0 ? 0 : (uint32_t)((__uint128_t)part * 1000000u / whole);
}

#endif
