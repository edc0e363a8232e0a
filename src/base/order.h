/*
 * order.h - plain numbers in order, the smaller first: how qsort() and bsearch() compare them, and sorting without these.
 */
#ifndef PL_BASE_ORDER_H
#define PL_BASE_ORDER_H

#include <stddef.h>
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

/* In place; O(n log n). */
void pl_sort_u32(uint32_t *v, size_t n);
void pl_sort_u64(uint64_t *v, size_t n);

#endif
