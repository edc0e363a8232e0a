/*
 * vec.h - typed growable arrays: { T *v; size_t n, capacity; }.
 *
 *     struct { struct pl_claim *v; size_t n, capacity; } claims = {0};
 *     struct pl_claim *c = PL_VEC_ADD(&claims);     // NULL when out of memory; zeroed
 *     PL_VEC_FREE(&claims);
 *
 * The heap block belongs to the vec; growing moves it, so keep indices, not pointers.
 */
#ifndef PL_BASE_VEC_H
#define PL_BASE_VEC_H

#include <stdbool.h>
#include <stddef.h>

#define PL_VEC(T)                                                                                            \
    struct {                                                                                                 \
        T *v;                                                                                                \
        size_t n;                                                                                            \
        size_t capacity;                                                                                     \
    }

/* Pointer to one more zeroed element, or NULL when out of memory. */
#define PL_VEC_ADD(vec)                                                                                      \
    (pl_vec_grow_(&(vec)->v, &(vec)->capacity, (vec)->n, sizeof *(vec)->v) ? &(vec)->v[(vec)->n++] : NULL)

/* Give back what it holds beyond its elements, once nothing is added any more. */
#define PL_VEC_TRIM(vec) pl_vec_trim_(&(vec)->v, &(vec)->capacity, (vec)->n, sizeof *(vec)->v)

#define PL_VEC_FREE(vec) pl_vec_free_(&(vec)->v, &(vec)->n, &(vec)->capacity)

/* `v` is the address of a T *, which is copied in and out, since a T * may not be read through a void **. */
bool pl_vec_grow_(void *v, size_t *capacity, size_t n, size_t item_bytes);
void pl_vec_trim_(void *v, size_t *capacity, size_t n, size_t item_bytes);
void pl_vec_free_(void *v, size_t *n, size_t *capacity);

#endif
