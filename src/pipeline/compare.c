/*
 * compare.c - two walks by digest to find which files differ, two more to find where.
 *
 * The second pair keeps the contents of the differing files only, so memory is bounded by what differs.
 */
#include "pipeline/compare.h"

#include "base/map.h"
#include "format/archive/unpack.h"

#include <stdlib.h>
#include <string.h>

#define LISTED 100u
#define TAG    "pub.digest-mismatch"

struct leaf {
    pl_bytes path;
    pl_sha256 sha256;
    uint64_t size;
    uint8_t *heap; /* contents, when they were asked for */
    pl_bytes data;
};

struct side {
    struct pl_arena arena;
    PL_VEC(struct leaf) leaves;
    struct pl_map by_path;       /* path -> index */
    const struct pl_map *wanted; /* paths whose contents are kept; NULL: none */
};

static pl_status collect(void *ctx, struct pl_file *f, struct pl_err *err)
{
    struct side *s = ctx;
    pl_status st = PL_OK;
    if (f->type == PL_ENTRY_FILE && f->container == NULL) {
        struct leaf *slot = PL_VEC_ADD(&s->leaves);
        if (slot == NULL)
            st = pl_fail_nomem(err);
        else
            *slot = (struct leaf){.path = f->path, .size = f->size, .sha256 = f->sha256};
        if (st == PL_OK && f->data.p != NULL)
            st = pl_sha256_of(f->data, &slot->sha256, err);
        if (st == PL_OK && s->wanted != NULL && pl_map_get(s->wanted, f->path, NULL)) {
            slot->heap = f->heap;
            slot->data = f->data;
            f->heap = NULL;
        }
        if (st == PL_OK)
            st = pl_map_set(&s->by_path, f->path, s->leaves.n - 1, err);
    }
    pl_file_reset(f);
    return st;
}

static pl_status open_side(struct side *s, pl_bytes package, const struct pl_map *wanted,
                           const struct pl_limits *limits, struct pl_err *err)
{
    struct pl_unpack_sink sink = {.ctx = s, .file = collect};
    *s = (struct side){.wanted = wanted};
    pl_arena_init(&s->arena, (size_t)limits->memory_bytes);
    pl_map_init(&s->by_path);
    return pl_unpack(package, PL_LIT(""), limits, &s->arena, &sink, err);
}

static void close_side(struct side *s)
{
    for (size_t i = 0; i < s->leaves.n; i++)
        free(s->leaves.v[i].heap);
    PL_VEC_FREE(&s->leaves);
    pl_map_reset(&s->by_path);
    pl_arena_reset(&s->arena);
}

static const struct leaf *find(const struct side *s, pl_bytes path)
{
    uint64_t i;
    return pl_map_get(&s->by_path, path, &i) ? &s->leaves.v[i] : NULL;
}

/* The smallest range outside of which both are equal. */
static void differing_range(pl_bytes a, pl_bytes b, uint64_t *offset, uint64_t *length)
{
    size_t shorter = a.n < b.n ? a.n : b.n;
    size_t first = 0;
    size_t tail = 0;
    while (first < shorter && a.p[first] == b.p[first])
        first++;
    while (tail < shorter - first && a.p[a.n - 1 - tail] == b.p[b.n - 1 - tail])
        tail++;
    *offset = first;
    *length = a.n - tail - first;
}

static struct pl_file *report_file(struct pl_report *r, pl_bytes path)
{
    for (size_t i = 0; i < r->files.n; i++)
        if (pl_bytes_eq(r->files.v[i]->path, path))
            return r->files.v[i];
    return NULL;
}

static pl_status add_finding(struct pl_report *r, const struct leaf *ours, const struct leaf *theirs,
                             struct pl_err *err)
{
    struct pl_file *f = ours == NULL ? NULL : report_file(r, ours->path);
    uint64_t offset = PL_NO_OFFSET;
    uint64_t length = 0;
    struct pl_finding *finding;
    pl_status st;
    if (f == NULL) {
        st = pl_findings_add(&r->findings, TAG, PL_SEVERITY_ERROR, offset, 0, &finding, err,
                             "a file of the published package is missing here");
        return st == PL_OK ? pl_finding_fact(&r->findings, finding, "file", theirs->path, err) : st;
    }
    if (theirs == NULL)
        return pl_findings_add(&f->findings, TAG, PL_SEVERITY_ERROR, 0, f->size, NULL, err,
                               "the published package does not have this file");
    differing_range(ours->data, theirs->data, &offset, &length);
    return pl_findings_add(&f->findings, TAG, PL_SEVERITY_ERROR, offset, length, NULL, err,
                           "this file differs from the one in the published package");
}

static bool differs(const struct leaf *a, const struct leaf *b)
{
    return b == NULL || a->size != b->size || !pl_sha256_eq(&a->sha256, &b->sha256);
}

/* Paths of leaves that are not the same on both sides; the texts stay in the sides' arenas. */
static pl_status find_wanted(const struct side *ours, const struct side *theirs, struct pl_map *wanted,
                             struct pl_err *err)
{
    pl_status st = PL_OK;
    for (size_t i = 0; i < ours->leaves.n && st == PL_OK && wanted->n < LISTED; i++)
        if (differs(&ours->leaves.v[i], find(theirs, ours->leaves.v[i].path)))
            st = pl_map_set(wanted, ours->leaves.v[i].path, 1, err);
    for (size_t i = 0; i < theirs->leaves.n && st == PL_OK && wanted->n < LISTED; i++)
        if (find(ours, theirs->leaves.v[i].path) == NULL)
            st = pl_map_set(wanted, theirs->leaves.v[i].path, 1, err);
    return st;
}

static pl_status list_differences(struct pl_report *r, const struct side *ours, const struct side *theirs,
                                  const struct pl_map *wanted, struct pl_err *err)
{
    pl_status st = PL_OK;
    for (size_t i = 0; i < ours->leaves.n && st == PL_OK; i++)
        if (pl_map_get(wanted, ours->leaves.v[i].path, NULL))
            st = add_finding(r, &ours->leaves.v[i], find(theirs, ours->leaves.v[i].path), err);
    for (size_t i = 0; i < theirs->leaves.n && st == PL_OK; i++)
        if (pl_map_get(wanted, theirs->leaves.v[i].path, NULL) &&
            find(ours, theirs->leaves.v[i].path) == NULL)
            st = add_finding(r, NULL, &theirs->leaves.v[i], err);
    return st;
}

pl_status pl_compare_published(struct pl_report *r, pl_bytes ours, pl_bytes published,
                               const struct pl_limits *limits, struct pl_err *err)
{
    struct side a = {0};
    struct side b = {0};
    struct side a2 = {0};
    struct side b2 = {0};
    struct pl_map wanted;
    pl_map_init(&wanted);
    pl_status st = open_side(&a, ours, NULL, limits, err);
    if (st == PL_OK)
        st = open_side(&b, published, NULL, limits, err);
    if (st == PL_OK)
        st = find_wanted(&a, &b, &wanted, err);
    if (st == PL_OK)
        st = open_side(&a2, ours, &wanted, limits, err);
    if (st == PL_OK)
        st = open_side(&b2, published, &wanted, limits, err);
    if (st == PL_OK)
        st = list_differences(r, &a2, &b2, &wanted, err);
    pl_map_reset(&wanted);
    close_side(&a);
    close_side(&b);
    close_side(&a2);
    close_side(&b2);
    return st;
}
