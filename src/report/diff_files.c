/*
 * diff_files.c - which file of the new report is which of the old one.
 */
#include "base/map.h"
#include "report/diff.h"
#include "report/parts.h"

#include <string.h>

#define TWICE UINT64_MAX /* a path, or a path without its numbers, that several files have */

struct pairing {
    struct pl_diff *d;
    size_t *old_of;  /* of now */
    bool *is_paired; /* of old */
};

/* The path inside the subject: its own name, which differs from version to version, is none. */
static pl_bytes inner_path(const struct pl_report *r, const struct pl_file *f)
{
    return pl_bytes_eq_str(f->path, r->subject_name) ? pl_bytes_of(NULL, 0) : f->path;
}

/* Every run of digits as one '#'; .p is NULL on failure. */
static pl_bytes without_numbers(pl_bytes path, struct pl_arena *arena)
{
    pl_bytes out = pl_arena_keep(arena, path);
    uint8_t *to = (uint8_t *)(uintptr_t)out.p;
    size_t n = 0;
    for (size_t i = 0; i < path.n && to != NULL; i++) {
        bool is_digit = path.p[i] >= '0' && path.p[i] <= '9';
        if (!is_digit)
            to[n++] = path.p[i];
        else if (n == 0 || to[n - 1] != '#')
            to[n++] = '#';
    }
    return pl_bytes_of(out.p, n);
}

static pl_bytes key_of(struct pairing *p, const struct pl_report *r, size_t i, bool by_path)
{
    pl_bytes path = inner_path(r, r->files.v[i]);
    return by_path ? path : without_numbers(path, &p->d->arena);
}

/* Key to index + 1 of the one file that has it, or TWICE. */
static pl_status index_files(struct pairing *p, const struct pl_report *r, bool by_path, struct pl_map *map,
                             struct pl_err *err)
{
    for (size_t i = 0; i < r->files.n; i++) {
        bool is_taken = r == p->d->old ? p->is_paired[i] : p->old_of[i] != SIZE_MAX;
        pl_bytes key = is_taken ? pl_bytes_of(NULL, 0) : key_of(p, r, i, by_path);
        uint64_t *there = is_taken ? NULL : pl_map_at(map, key);
        if (is_taken)
            continue;
        if (key.p == NULL && !by_path)
            return pl_arena_fail(&p->d->arena, err);
        pl_status st = PL_OK;
        if (there != NULL)
            *there = TWICE;
        else
            st = pl_map_set(map, key, i + 1, err);
        if (st != PL_OK)
            return st;
    }
    return PL_OK;
}

static pl_status pair_by(struct pairing *p, bool by_path, struct pl_err *err)
{
    struct pl_map olds;
    struct pl_map nows;
    pl_map_init(&olds);
    pl_map_init(&nows);
    pl_status st = index_files(p, p->d->old, by_path, &olds, err);
    if (st == PL_OK)
        st = index_files(p, p->d->now, by_path, &nows, err);
    for (size_t i = 0; i < p->d->now->files.n && st == PL_OK; i++) {
        uint64_t old = 0;
        uint64_t now = 0;
        if (p->old_of[i] != SIZE_MAX)
            continue;
        pl_bytes key = key_of(p, p->d->now, i, by_path);
        if (!pl_map_get(&nows, key, &now) || now == TWICE || !pl_map_get(&olds, key, &old) || old == TWICE)
            continue;
        p->old_of[i] = (size_t)old - 1;
        p->is_paired[old - 1] = true;
    }
    pl_map_reset(&olds);
    pl_map_reset(&nows);
    return st;
}

static void unexplained(const struct pl_file *f, uint64_t *unaccounted, uint64_t *opaque)
{
    uint64_t by_class[PL_CLASS_COUNT] = {0};
    if (f != NULL)
        (void)pl_ledger_totals(&f->ledger, by_class, NULL); /* members are the members' */
    *unaccounted = by_class[PL_CLASS_UNACCOUNTED];
    *opaque = by_class[PL_CLASS_OPAQUE];
}

static pl_status add_file(struct pl_diff *d, const struct pl_file *old, const struct pl_file *now,
                          struct pl_err *err)
{
    struct pl_diff_file x = {.old = old, .now = now};
    unexplained(old, &x.old_unaccounted, &x.old_opaque);
    unexplained(now, &x.now_unaccounted, &x.now_opaque);
    if (x.old_unaccounted + x.old_opaque + x.now_unaccounted + x.now_opaque == 0)
        return PL_OK;
    x.is_worse = now != NULL && now->role != PL_ROLE_PASSIVE &&
                 (x.now_unaccounted > x.old_unaccounted || x.now_opaque > x.old_opaque);
    struct pl_diff_file *slot = PL_VEC_ADD(&d->files);
    if (slot == NULL)
        return pl_fail_nomem(err);
    *slot = x;
    return PL_OK;
}

static void count_pair(struct pl_diff *d, const struct pl_file *old, const struct pl_file *now)
{
    if (!pl_is_leaf(now))
        return;
    if (old == NULL)
        d->files_added++;
    else if (old->has_digests && now->has_digests && pl_sha256_eq(&old->sha256, &now->sha256))
        d->files_same++;
    else
        d->files_changed++;
}

static pl_status list_files(struct pairing *p, struct pl_err *err)
{
    struct pl_diff *d = p->d;
    pl_status st = PL_OK;
    for (size_t i = 0; i < d->now->files.n && st == PL_OK; i++) {
        const struct pl_file *old = p->old_of[i] == SIZE_MAX ? NULL : d->old->files.v[p->old_of[i]];
        count_pair(d, old, d->now->files.v[i]);
        st = add_file(d, old, d->now->files.v[i], err);
    }
    for (size_t i = 0; i < d->old->files.n && st == PL_OK; i++) {
        if (p->is_paired[i])
            continue;
        d->files_removed += pl_is_leaf(d->old->files.v[i]);
        st = add_file(d, d->old->files.v[i], NULL, err);
    }
    return st;
}

pl_status pl_diff_files(struct pl_diff *d, const size_t **old_of, struct pl_err *err)
{
    struct pairing p = {.d = d};
    p.old_of = pl_arena_take_n(&d->arena, d->now->files.n + 1, sizeof *p.old_of);
    p.is_paired = pl_arena_take_n(&d->arena, d->old->files.n + 1, sizeof *p.is_paired);
    if (p.old_of == NULL || p.is_paired == NULL)
        return pl_arena_fail(&d->arena, err);
    for (size_t i = 0; i < d->now->files.n; i++)
        p.old_of[i] = SIZE_MAX;
    pl_status st = pair_by(&p, true, err);
    if (st == PL_OK)
        st = pair_by(&p, false, err);
    if (st == PL_OK)
        st = list_files(&p, err);
    if (st == PL_OK)
        *old_of = p.old_of;
    return st;
}
