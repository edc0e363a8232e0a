/*
 * order.c - sorting plain numbers, which qsort() does with a call for each comparison.
 *
 * Quicksort with the median of three, insertion for what is short. A part that was cut too often without becoming short goes to qsort(), whose
 * time is bounded: nobody can make it slow by what he sends. Source: Musser 1997, "Introspective Sorting and Selection Algorithms".
 */
#include "base/order.h"

#include <stdlib.h>

#define SHORT_NUMBERS 24u

#define DEFINE_SORT(name, type, compare)                                                                     \
    static void insert_##name(type *v, size_t n)                                                             \
    {                                                                                                        \
        for (size_t i = 1; i < n; i++) {                                                                     \
            type x = v[i];                                                                                   \
            size_t k = i;                                                                                    \
            for (; k > 0 && v[k - 1] > x; k--)                                                               \
                v[k] = v[k - 1];                                                                             \
            v[k] = x;                                                                                        \
        }                                                                                                    \
    }                                                                                                        \
    static type median_##name(const type *v, size_t n)                                                       \
    {                                                                                                        \
        type a = v[0];                                                                                       \
        type b = v[n / 2];                                                                                   \
        type c = v[n - 1];                                                                                   \
        type low = a < b ? a : b;                                                                            \
        type high = a < b ? b : a;                                                                           \
        return c < low ? low : c > high ? high : c;                                                          \
    }                                                                                                        \
    static void sort_##name(type *v, size_t n, unsigned cuts)                                                \
    {                                                                                                        \
        for (; n > SHORT_NUMBERS && cuts > 0; cuts--) {                                                      \
            type pivot = median_##name(v, n);                                                                \
            size_t i = 0;                                                                                    \
            size_t k = n - 1;                                                                                \
            for (;;) { /* the pivot stops both, so that neither leaves the part */                           \
                while (v[i] < pivot)                                                                         \
                    i++;                                                                                     \
                while (v[k] > pivot)                                                                         \
                    k--;                                                                                     \
                if (i >= k)                                                                                  \
                    break;                                                                                   \
                type x = v[i];                                                                               \
                v[i++] = v[k];                                                                               \
                v[k--] = x;                                                                                  \
            }                                                                                                \
            sort_##name(v, i, cuts - 1);                                                                     \
            v += i;                                                                                          \
            n -= i;                                                                                          \
        }                                                                                                    \
        if (n > SHORT_NUMBERS)                                                                               \
            qsort(v, n, sizeof *v, compare);                                                                 \
        else                                                                                                 \
            insert_##name(v, n);                                                                             \
    }

DEFINE_SORT(u32, uint32_t, pl_order_u32)
DEFINE_SORT(u64, uint64_t, pl_order_u64)

/* Twice as many cuts as halves would need. */
static unsigned cuts_for(size_t n)
{
    unsigned cuts = 2;
    for (; n > 1; n /= 2)
        cuts += 2;
    return cuts;
}

void pl_sort_u32(uint32_t *v, size_t n)
{
    sort_u32(v, n, cuts_for(n));
}

void pl_sort_u64(uint64_t *v, size_t n)
{
    sort_u64(v, n, cuts_for(n));
}
