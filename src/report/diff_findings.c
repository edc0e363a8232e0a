/*
 * diff_findings.c - which findings came, which went, which stayed.
 */
#include "base/map.h"
#include "report/diff.h"

#include <string.h>

struct matching {
    struct pl_diff *d;
    const size_t *old_of;
    size_t *partner; /* of each new finding: index of the old one, or SIZE_MAX */
    bool *is_taken;  /* of each old one */
    size_t *next;    /* of each old one: index + 1 of the next with its key */
};

/* The file of a finding as the old report names it, where it has it. */
static pl_bytes path_of(const struct matching *m, const struct pl_report *r,
                        const struct pl_placed_finding *p)
{
    if (p->file == NULL || pl_bytes_eq_str(p->file->path, r->subject_name))
        return pl_bytes_of(NULL, 0);
    bool is_listed = p->file->order < r->files.n && r->files.v[p->file->order] == p->file;
    if (r == m->d->now && is_listed && m->old_of[p->file->order] != SIZE_MAX)
        return m->d->old->files.v[m->old_of[p->file->order]]->path;
    return p->file->path;
}

/* Tag and file; with is_whole everything that it says, but not where. */
static pl_bytes key_of(const struct matching *m, const struct pl_report *r, size_t i, bool is_whole,
                       struct pl_err *err, pl_status *st)
{
    const struct pl_placed_finding *p = &r->placed.v[i];
    const struct pl_finding *f = p->finding;
    struct pl_buf b;
    pl_buf_init(&b, (size_t)1 << 26);
    pl_buf_add_str(&b, f->tag);
    pl_buf_add_byte(&b, 0);
    pl_buf_add(&b, path_of(m, r, p));
    if (is_whole) {
        pl_buf_printf(&b, "%c%d %llu %s", 0, (int)f->severity, (unsigned long long)f->length, f->message);
        for (int k = 0; k < PL_FINDING_FACTS && f->facts[k].name != NULL; k++) {
            pl_buf_printf(&b, "%c%s%c", 0, f->facts[k].name, 0);
            pl_buf_add(&b, f->facts[k].value);
        }
    }
    *st = pl_buf_done(&b, err);
    pl_bytes key = *st == PL_OK ? pl_arena_keep(&m->d->arena, pl_buf_bytes(&b)) : pl_bytes_of(NULL, 0);
    pl_buf_reset(&b);
    if (*st == PL_OK && key.p == NULL)
        *st = pl_arena_fail(&m->d->arena, err);
    return key;
}

/* Lists of old findings that nobody has yet, by key, each in report order. */
static pl_status index_old(struct matching *m, bool is_whole, struct pl_map *heads, struct pl_err *err)
{
    pl_status st = PL_OK;
    for (size_t i = m->d->old->placed.n; i-- > 0 && st == PL_OK;) {
        uint64_t head = 0;
        if (m->is_taken[i])
            continue;
        pl_bytes key = key_of(m, m->d->old, i, is_whole, err, &st);
        if (st != PL_OK)
            break;
        (void)pl_map_get(heads, key, &head); /* 0 when it is the first */
        m->next[i] = (size_t)head;
        st = pl_map_set(heads, key, i + 1, err);
    }
    return st;
}

static pl_status match_by(struct matching *m, bool is_whole, struct pl_err *err)
{
    struct pl_map heads;
    pl_map_init(&heads);
    pl_status st = index_old(m, is_whole, &heads, err);
    for (size_t i = 0; i < m->d->now->placed.n && st == PL_OK; i++) {
        if (m->partner[i] != SIZE_MAX)
            continue;
        pl_bytes key = key_of(m, m->d->now, i, is_whole, err, &st);
        uint64_t *head = st == PL_OK ? pl_map_at(&heads, key) : NULL;
        if (head == NULL || *head == 0)
            continue;
        m->partner[i] = (size_t)*head - 1;
        m->is_taken[m->partner[i]] = true;
        *head = m->next[m->partner[i]];
    }
    pl_map_reset(&heads);
    return st;
}

static pl_status add(struct pl_diff *d, const struct pl_placed_finding *old,
                     const struct pl_placed_finding *now, struct pl_err *err)
{
    struct pl_diff_finding *slot = PL_VEC_ADD(&d->findings);
    if (slot == NULL)
        return pl_fail_nomem(err);
    *slot = (struct pl_diff_finding){.old = old, .now = now};
    return PL_OK;
}

static pl_status list(struct matching *m, struct pl_err *err)
{
    struct pl_diff *d = m->d;
    pl_status st = PL_OK;
    for (size_t i = 0; i < d->now->placed.n && st == PL_OK; i++)
        if (m->partner[i] == SIZE_MAX)
            st = add(d, NULL, &d->now->placed.v[i], err);
    d->came = d->findings.n;
    for (size_t i = 0; i < d->old->placed.n && st == PL_OK; i++)
        if (!m->is_taken[i])
            st = add(d, &d->old->placed.v[i], NULL, err);
    d->went = d->findings.n - d->came;
    for (size_t i = 0; i < d->now->placed.n && st == PL_OK; i++)
        if (m->partner[i] != SIZE_MAX)
            st = add(d, &d->old->placed.v[m->partner[i]], &d->now->placed.v[i], err);
    d->stayed = d->findings.n - d->came - d->went;
    return st;
}

pl_status pl_diff_findings(struct pl_diff *d, const size_t *old_of, struct pl_err *err)
{
    struct matching m = {.d = d, .old_of = old_of};
    m.partner = pl_arena_take_n(&d->arena, d->now->placed.n + 1, sizeof *m.partner);
    m.is_taken = pl_arena_take_n(&d->arena, d->old->placed.n + 1, sizeof *m.is_taken);
    m.next = pl_arena_take_n(&d->arena, d->old->placed.n + 1, sizeof *m.next);
    if (m.partner == NULL || m.is_taken == NULL || m.next == NULL)
        return pl_arena_fail(&d->arena, err);
    for (size_t i = 0; i < d->now->placed.n; i++)
        m.partner[i] = SIZE_MAX;
    pl_status st = match_by(&m, true, err);
    if (st == PL_OK)
        st = match_by(&m, false, err);
    if (st == PL_OK)
        st = list(&m, err);
    return st;
}
