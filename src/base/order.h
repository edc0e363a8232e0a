/*
 * order.h - how qsort() and bsearch() compare plain numbers, the smaller first.
 */
#ifndef PL_BASE_ORDER_H
#define PL_BASE_ORDER_H

#include <stdint.h>

static inline int pl_order_u32(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a;
    uint32_t y = *(const uint32_t *)b;
    return x < y ? -1 : x > y;
}

static inline int pl_order_u64(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a;
    uint64_t y = *(const uint64_t *)b;
    return x < y ? -1 : x > y;
}

#endif
