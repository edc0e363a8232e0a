/*
 * unit.h - cmocka with the headers it wants before it, and random numbers that are the same on every machine.
 */
#ifndef PL_TESTS_UNIT_H
#define PL_TESTS_UNIT_H

#include "model/limits.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* splitmix64 (Steele, Lea, Flood 2014); *state is the seed and moves on. */
static inline uint64_t unit_random(uint64_t *state)
{
    uint64_t z = *state += 0x9e3779b97f4a7c15u;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

/* A number in [0, below); `below` is not 0. */
static inline uint64_t unit_below(uint64_t *state, uint64_t below)
{
    return unit_random(state) % below;
}

/* The defaults, for what a test does not mean to reach. */
static inline const struct pl_limits *test_limits(void)
{
    static struct pl_limits limits;
    limits = pl_limits_default();
    return &limits;
}

#endif
