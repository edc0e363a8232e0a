/*
 * vec.c - the untyped half of vec.h.
 */
#include "base/vec.h"
#include "base/size.h"

#include <stdlib.h>
#include <string.h>

bool pl_vec_grow_(void *v, size_t *capacity, size_t n, size_t item_bytes)
{
    void *items;
    memcpy(&items, v, sizeof items);
    if (n >= *capacity) {
        size_t more = *capacity == 0 ? 8 : *capacity;
        size_t count;
        size_t total;
        if (!pl_add_size(*capacity, more, &count) || !pl_mul_size(count, item_bytes, &total))
            return false;
        items = realloc(items, total);
        if (items == NULL)
            return false;
        memcpy(v, &items, sizeof items);
        *capacity = count;
    }
    memset((char *)items + n * item_bytes, 0, item_bytes);
    return true;
}

void pl_vec_trim_(void *v, size_t *capacity, size_t n, size_t item_bytes)
{
    void *items;
    if (n == 0 || n == *capacity)
        return;
    memcpy(&items, v, sizeof items);
    items = realloc(items, n * item_bytes);
    if (items == NULL)
        return; /* as it was */
    memcpy(v, &items, sizeof items);
    *capacity = n;
}

void pl_vec_free_(void *v, size_t *n, size_t *capacity)
{
    void *items;
    memcpy(&items, v, sizeof items);
    free(items);
    items = NULL;
    memcpy(v, &items, sizeof items);
    *n = 0;
    *capacity = 0;
}
