/*
 * image_test.h - images read in a test: the ranges tile the file, findings are kept as text.
 */
#ifndef PL_TEST_IMAGE_TEST_H
#define PL_TEST_IMAGE_TEST_H

#include "archive_walk.h"

#include "format/binary/image.h"

struct image_test {
    struct pl_arena arena;
    struct pl_findings findings;
    struct pl_err err;
    pl_status status;
    char text[8192]; /* "tag severity @offset +length\n" each */
};

static inline void image_begin(struct image_test *t)
{
    *t = (struct image_test){0};
    pl_arena_init(&t->arena, (size_t)1 << 32);
    pl_findings_init(&t->findings, &t->arena, 1000);
}

static inline void image_end(struct image_test *t)
{
    pl_findings_reset(&t->findings);
    pl_arena_reset(&t->arena);
}

/* Every byte of the file in exactly one range, and the findings inside the file. */
static inline void image_check(struct image_test *t, pl_bytes data, const struct pl_image_range *ranges,
                               size_t n)
{
    uint64_t at = 0;
    size_t used = 0;
    for (size_t i = 0; i < n; i++) {
        assert_int_equal(ranges[i].offset, at);
        assert_true(ranges[i].length > 0);
        assert_non_null(ranges[i].what);
        at += ranges[i].length;
    }
    assert_int_equal(at, data.n);
    for (size_t i = 0; i < t->findings.list.n; i++) {
        const struct pl_finding *f = &t->findings.list.v[i];
        if (used < sizeof t->text - 128)
            used += (size_t)snprintf(t->text + used, sizeof t->text - used, "%s %s @%lld +%llu\n", f->tag,
                                     pl_severity_name(f->severity), (long long)f->offset,
                                     (unsigned long long)f->length);
    }
}

/* A copy that may be changed; the caller frees .p. */
static inline uint8_t *image_copy(pl_bytes data, size_t more)
{
    uint8_t *p = calloc(1, data.n + more + 1);
    assert_non_null(p);
    memcpy(p, data.p, data.n);
    return p;
}

static inline void image_put32(uint8_t *p, uint64_t at, uint32_t value)
{
    for (int i = 0; i < 4; i++)
        p[at + (unsigned)i] = (uint8_t)(value >> 8 * i);
}

static inline uint32_t image_get32(const uint8_t *p, uint64_t at)
{
    return p[at] | (uint32_t)p[at + 1] << 8 | (uint32_t)p[at + 2] << 16 | (uint32_t)p[at + 3] << 24;
}

#endif
