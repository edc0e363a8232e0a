/*
 * shape.h - what control flow leaves of a function: whether it loops, how often it decides, whether it calls through pointers.
 *
 * Compilers turn, copy and drop branches, but seldom invent a loop, and a call through a member stays one. Of functions without any other atom
 * this is all that tells them apart.
 */
#ifndef PL_FEATURE_SHAPE_H
#define PL_FEATURE_SHAPE_H

#include "base/vec.h"

#include <stdbool.h>
#include <stdint.h>

enum pl_shape_flags {
    PL_SHAPE_KNOWN = 1,       /* somebody looked */
    PL_SHAPE_MAY_LOOP = 2,    /* a goto, a table of a switch: no loop was seen, and there may be one */
    PL_SHAPE_MAY_INDIRECT = 4 /* the language has virtual calls, or a jump may be one */
};

/* Saturating counts. */
struct pl_shape {
    uint16_t loops;    /* of machine code: 0 or 1 */
    uint16_t branches; /* conditional jumps; conditions of the source */
    uint16_t indirect; /* calls through a pointer; of a member in the source */
    uint8_t flags;     /* enum pl_shape_flags */
};

static inline void pl_shape_count(uint16_t *count)
{
    *count = (uint16_t)(*count + (*count < UINT16_MAX));
}

/* Add the counts; what is not known of one is not known of both. */
void pl_shape_add(struct pl_shape *s, const struct pl_shape *other);

/* A jump of machine code, or another instruction that nothing follows. */
struct pl_shape_jump {
    uint64_t at;
    uint64_t target;     /* within the function; 0: it leaves */
    bool is_conditional; /* what stands behind may be next */
};

typedef PL_VEC(struct pl_shape_jump) pl_shape_jumps;

/* Does control come back to where it has been? `jumps` are by address. O(n) for each jump back, of which at most 64 are looked at. */
bool pl_shape_loops(const struct pl_shape_jump *jumps, size_t n);

#endif
