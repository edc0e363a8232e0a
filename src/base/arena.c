/*
 * arena.c - chunked bump allocation.
 *
 *     chunk -> chunk -> ...        each: | header | taken ... | free ... |
 *
 * Chunks double from 4 KiB to 1 MiB; a larger request has a chunk of its own. Under AddressSanitizer each
 * request has a chunk of its own, so that an overrun is seen (the idea of libgit2's GIT_DEBUG_POOL).
 */
#include "base/arena.h"
#include "base/sanitized.h"
#include "base/size.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_CHUNK_BYTES 4096u
#define LAST_CHUNK_BYTES  ((size_t)1024 * 1024)
#define ALIGN_BYTES       16u
#define SPARE_BYTES       (4 * LAST_CHUNK_BYTES) /* that an arena keeps when it is rewound */

/* So that a sanitizer sees what is read past the end of one. */
#define ONE_CHUNK_EACH PL_HAS_ASAN

struct pl_arena_chunk {
    struct pl_arena_chunk *older;
    size_t size;
    size_t used;
    max_align_t data[];
};

void pl_arena_init(struct pl_arena *a, size_t max_bytes)
{
    *a = (struct pl_arena){.max_bytes = max_bytes};
}

static void free_chunks(struct pl_arena_chunk *c)
{
    while (c != NULL) {
        struct pl_arena_chunk *older = c->older;
        free(c);
        c = older;
    }
}

void pl_arena_reset(struct pl_arena *a)
{
    free_chunks(a->chunks);
    free_chunks(a->spare);
    a->chunks = NULL;
    a->spare = NULL;
    a->used_bytes = 0;
    a->why = PL_OK;
}

void pl_arena_rewind(struct pl_arena *a)
{
    size_t kept = 0;
    for (struct pl_arena_chunk *c = a->spare; c != NULL; c = c->older)
        kept += c->size;
    while (a->chunks != NULL) {
        struct pl_arena_chunk *c = a->chunks;
        a->chunks = c->older;
        if (ONE_CHUNK_EACH || c->size > LAST_CHUNK_BYTES || c->size > SPARE_BYTES - kept) {
            free(c);
            continue;
        }
        memset(c->data, 0, c->used);
        c->used = 0;
        kept += c->size;
        c->older = a->spare;
        a->spare = c;
    }
    a->used_bytes = 0;
    a->why = PL_OK;
}

/* The first spare chunk, if it is large enough. */
static struct pl_arena_chunk *take_spare(struct pl_arena *a, size_t need)
{
    struct pl_arena_chunk *c = a->spare;
    if (c == NULL || c->size < need)
        return NULL;
    a->spare = c->older;
    c->older = a->chunks;
    a->chunks = c;
    return c;
}

static struct pl_arena_chunk *add_chunk(struct pl_arena *a, size_t need)
{
    size_t size = a->chunks == NULL ? FIRST_CHUNK_BYTES : a->chunks->size * 2;
    if (size > LAST_CHUNK_BYTES)
        size = LAST_CHUNK_BYTES;
    if (size < need || ONE_CHUNK_EACH)
        size = need;
    size_t total;
    struct pl_arena_chunk *c = NULL;
    if (pl_add_size(size, sizeof *c, &total))
        c = calloc(1, total);
    if (c == NULL)
        return NULL;
    c->size = size;
    /* A chunk of its own goes behind the newest, so that the newest keeps its free room. */
    if (a->chunks != NULL && size == need && size > LAST_CHUNK_BYTES / 4) {
        c->older = a->chunks->older;
        a->chunks->older = c;
    } else {
        c->older = a->chunks;
        a->chunks = c;
    }
    return c;
}

void *pl_arena_take(struct pl_arena *a, size_t n)
{
    size_t need;
    if (!pl_add_size(n == 0 ? 1 : n, ALIGN_BYTES - 1, &need)) {
        a->why = PL_E_LIMIT;
        return NULL;
    }
    need &= ~(size_t)(ALIGN_BYTES - 1);
    if (a->used_bytes > a->max_bytes || need > a->max_bytes - a->used_bytes) {
        a->why = PL_E_LIMIT;
        return NULL;
    }
    struct pl_arena_chunk *c = a->chunks;
    if (c == NULL || ONE_CHUNK_EACH || c->size - c->used < need)
        c = take_spare(a, need);
    if (c == NULL)
        c = add_chunk(a, ONE_CHUNK_EACH ? n : need);
    if (c == NULL) {
        a->why = PL_E_NOMEM;
        return NULL;
    }
    void *p = (uint8_t *)c->data + c->used;
    c->used = ONE_CHUNK_EACH ? c->size : c->used + need;
    a->used_bytes += need;
    return p;
}

void *pl_arena_take_n(struct pl_arena *a, size_t count, size_t size)
{
    size_t total;
    if (!pl_mul_size(count, size, &total)) {
        a->why = PL_E_LIMIT;
        return NULL;
    }
    return pl_arena_take(a, total);
}

pl_bytes pl_arena_keep(struct pl_arena *a, pl_bytes b)
{
    size_t room = SIZE_MAX; /* too much for any arena */
    (void)pl_add_size(b.n, 1, &room);
    uint8_t *p = pl_arena_take(a, room);
    if (p == NULL)
        return (pl_bytes){NULL, 0};
    if (b.n > 0)
        memcpy(p, b.p, b.n);
    return (pl_bytes){p, b.n};
}

char *pl_arena_str(struct pl_arena *a, pl_bytes b)
{
    return (char *)(uintptr_t)pl_arena_keep(a, b).p;
}

char *pl_arena_printf(struct pl_arena *a, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    va_list again;
    va_copy(again, args);
    int n = vsnprintf(NULL, 0, fmt, args);
    va_end(args);
    char *p = n < 0 ? NULL : pl_arena_take(a, (size_t)n + 1);
    if (p != NULL)
        (void)vsnprintf(p, (size_t)n + 1, fmt, again);
    va_end(again);
    return p;
}

pl_status pl_arena_fail(const struct pl_arena *a, struct pl_err *err)
{
    if (a->why == PL_E_LIMIT)
        return pl_fail(err, PL_E_LIMIT, PL_NO_OFFSET, "more than %zu bytes of working memory needed",
                       a->max_bytes);
    return pl_fail_nomem(err);
}
