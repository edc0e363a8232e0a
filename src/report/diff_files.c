/*
 * diff_files.c - which file of the new report is which of the old one.
 */
#include "report/diff.h"
#include "report/pairing.h"
#include "report/parts.h"

#include <string.h>

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
        bool is_digit = pl_is_digit(path.p[i]);
        if (!is_digit)
            to[n++] = path.p[i];
        else if (n == 0 || to[n - 1] != '#')
            to[n++] = '#';
    }
    return pl_bytes_of(out.p, n);
}

/* Its path; less strictly, without its numbers. */
static pl_bytes key_of(void *ctx, bool is_old, size_t i, bool is_strict)
{
    struct pl_diff *d = ctx;
    const struct pl_report *r = is_old ? d->old : d->now;
    pl_bytes path = inner_path(r, r->files.v[i]);
    return is_strict ? path : without_numbers(path, &d->arena);
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

static pl_status list_files(struct pl_diff *d, const struct pl_pairing *p, struct pl_err *err)
{
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
    struct pl_pairing p = {
        .arena = &d->arena, .n_old = d->old->files.n, .n_now = d->now->files.n, .key = key_of, .ctx = d};
    pl_status st = pl_pair(&p, err);
    if (st == PL_OK)
        st = list_files(d, &p, err);
    if (st == PL_OK)
        *old_of = p.old_of;
    return st;
}
