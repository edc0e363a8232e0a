/*
 * valgrind.h - is this program run by valgrind? It has neither Landlock nor seccomp, and starts a program as fork(2) does.
 */
#ifndef PL_TESTS_UNIT_VALGRIND_H
#define PL_TESTS_UNIT_VALGRIND_H

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static inline bool is_under_valgrind(void)
{
    const char *preload = getenv("LD_PRELOAD");
    return preload != NULL && strstr(preload, "vgpreload") != NULL;
}

#endif
