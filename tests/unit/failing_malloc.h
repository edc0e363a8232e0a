/*
 * failing_malloc.h - makes the n-th allocation of a test program fail, in the program and in every library it uses.
 *
 *     for (long n = 1; ; n++) {
 *         failing_malloc_begin(n);
 *         pl_status st = thing();
 *         if (!failing_malloc_end())
 *             break;                 // fewer than n allocations: all were tried
 *         assert(st == PL_E_NOMEM);
 *     }
 *
 * Include it in one .c file of the program. Under AddressSanitizer, which has an allocator of its own, nothing ever fails and
 * failing_malloc_end() says so at once. Source: glibc's manual, "Replacing malloc"; __libc_malloc is what is replaced.
 */
#ifndef PL_TEST_FAILING_MALLOC_H
#define PL_TEST_FAILING_MALLOC_H

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>

static long failing_malloc_left; /* allocations until one fails; 0: none does */
static bool failing_malloc_has_failed;

static inline void failing_malloc_begin(long nth)
{
    failing_malloc_has_failed = false;
    failing_malloc_left = nth;
}

/* Let allocations succeed again. Did one fail? */
static inline bool failing_malloc_end(void)
{
    failing_malloc_left = 0;
    return failing_malloc_has_failed;
}

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define FAILING_MALLOC_IS_OFF 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) || !defined(__GLIBC__)
#define FAILING_MALLOC_IS_OFF 1
#endif

#ifndef FAILING_MALLOC_IS_OFF
void *__libc_malloc(size_t n);
void *__libc_calloc(size_t count, size_t n);
void *__libc_realloc(void *p, size_t n);

static inline bool failing_malloc_fails_now(void)
{
    if (failing_malloc_left == 0 || --failing_malloc_left > 0)
        return false;
    failing_malloc_has_failed = true;
    errno = ENOMEM;
    return true;
}

__attribute__((visibility("default"))) void *malloc(size_t n)
{
    return failing_malloc_fails_now() ? NULL : __libc_malloc(n);
}

__attribute__((visibility("default"))) void *calloc(size_t count, size_t n)
{
    return failing_malloc_fails_now() ? NULL : __libc_calloc(count, n);
}

__attribute__((visibility("default"))) void *realloc(void *p, size_t n)
{
    return failing_malloc_fails_now() ? NULL : __libc_realloc(p, n);
}
#endif

#endif
