/*
 * debian_provides.c - virtual packages.
 *
 *     Package: zlib1g-dev
 *     Provides: libz-dev (= 1:1.2.13)       a name that no package has, with or without a version
 *
 * Source: Debian Policy 7.5; apt-get(8) takes of providers the one of the highest priority.
 */
#include "supply/debian_provides.h"

#include <stdlib.h>
#include <string.h>

/* The value of the line "Package: " of the stanza that byte `at` is in. */
static pl_bytes package_around(pl_bytes all, size_t at)
{
    pl_bytes mark = PL_LIT("Package: ");
    size_t from = at;
    while (from > 0 && !(all.p[from - 1] == '\n' && (from == 1 || all.p[from - 2] == '\n')))
        from--;
    size_t line = pl_bytes_starts(pl_bytes_from(all, from), mark)
                      ? from
                      : pl_bytes_find(all, PL_LIT("\nPackage: "), from) + 1;
    if (line == 0 || line > at + 65536)
        return (pl_bytes){NULL, 0};
    line += mark.n;
    size_t end = pl_bytes_find_byte(all, '\n', line);
    return pl_bytes_trim(pl_bytes_sub(all, line, (end == SIZE_MAX ? all.n : end) - line));
}

static pl_status note_provisions(struct pl_debian_provisions *known, pl_bytes list, pl_bytes package,
                                 struct pl_err *err)
{
    struct pl_deb_relation group[PL_DEB_ALTERNATIVES];
    size_t n;
    while (pl_deb_relation_next(&list, known->arch, group, &n)) {
        if (n == 0)
            continue;
        struct pl_provision *p = PL_VEC_ADD(&known->v);
        if (p == NULL)
            return pl_fail_nomem(err);
        *p = (struct pl_provision){group[0].name, package};
    }
    return PL_OK;
}

static pl_status scan_index(void *ctx, struct pl_apt_index *ix, struct pl_err *err)
{
    struct pl_debian_provisions *known = ctx;
    pl_bytes mark = PL_LIT("\nProvides: ");
    pl_status st = PL_OK;
    for (size_t at = pl_bytes_find(ix->bytes, mark, 0); at != SIZE_MAX && st == PL_OK;
         at = pl_bytes_find(ix->bytes, mark, at + mark.n)) {
        size_t start = at + mark.n;
        size_t end = pl_bytes_find_byte(ix->bytes, '\n', start);
        pl_bytes list = pl_bytes_sub(ix->bytes, start, (end == SIZE_MAX ? ix->bytes.n : end) - start);
        st = note_provisions(known, list, package_around(ix->bytes, at), err);
    }
    return st;
}

static int by_name(const void *a, const void *b)
{
    const struct pl_provision *x = a;
    const struct pl_provision *y = b;
    int order = pl_bytes_cmp(x->name, y->name);
    return order != 0 ? order : pl_bytes_cmp(x->package, y->package);
}

static pl_status load(struct pl_supply *s, struct pl_debian_provisions *known,
                      const struct pl_debian_want *root, struct pl_err *err)
{
    if (known->is_loaded)
        return PL_OK;
    pl_status st = pl_debian_indices(s, root, known, scan_index, err);
    if (known->v.n > 1)
        qsort(known->v.v, known->v.n, sizeof known->v.v[0], by_name);
    known->is_loaded = st == PL_OK;
    return st;
}

/* deb-control(5): the words of Priority, most wanted first. */
static int priority_of(const struct pl_debian_hit *hit)
{
    static const char *const words[] = {"required", "important", "standard", "optional", "extra"};
    pl_bytes word = pl_deb822_get(&hit->fields, "Priority");
    for (int i = 0; i < 5; i++)
        if (pl_bytes_eq_str(word, words[i]))
            return i;
    return 5;
}

bool pl_debian_does_provide(const struct pl_debian_hit *hit, const struct pl_deb_relation *r,
                            const char *arch)
{
    struct pl_deb_relation group[PL_DEB_ALTERNATIVES];
    pl_bytes list = pl_deb822_get(&hit->fields, "Provides");
    size_t n;
    while (pl_deb_relation_next(&list, arch, group, &n))
        if (n > 0 && pl_bytes_eq(group[0].name, r->name) &&
            (r->op.n == 0 || (group[0].op.n > 0 && pl_deb_relation_is_met(r, group[0].version))))
            return true;
    return false;
}

pl_status pl_debian_find_real(struct pl_supply *s, const struct pl_debian_want *root,
                              const struct pl_deb_relation *r, struct pl_debian_hit *out, struct pl_err *err)
{
    struct pl_debian_want want = *root;
    want.name = r->name;
    want.version = pl_bytes_eq_str(r->op, "=") ? r->version : (pl_bytes){NULL, 0};
    pl_status st = pl_debian_find(s, &want, out, err);
    return st == PL_OK && !pl_deb_relation_is_met(r, out->version) ? PL_E_NOT_FOUND : st;
}

/* Of the first entry of that name, or behind the last one of a smaller name. */
static size_t lower_bound(const struct pl_debian_provisions *known, pl_bytes name)
{
    size_t low = 0;
    size_t high = known->v.n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (pl_bytes_cmp(known->v.v[middle].name, name) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

pl_status pl_debian_find_provider(struct pl_supply *s, struct pl_debian_provisions *known,
                                  const struct pl_debian_want *root, const struct pl_deb_relation *r,
                                  struct pl_debian_hit *out, struct pl_err *err)
{
    struct pl_debian_hit best = {0};
    pl_status st = load(s, known, root, err);
    if (st != PL_OK)
        return st;
    for (size_t i = lower_bound(known, r->name); i < known->v.n && pl_bytes_eq(known->v.v[i].name, r->name);
         i++) {
        struct pl_debian_hit hit;
        struct pl_deb_relation real = {.name = known->v.v[i].package};
        st = pl_debian_find_real(s, root, &real, &hit, err);
        if (st != PL_OK && st != PL_E_NOT_FOUND)
            return st;
        if (st == PL_OK && pl_debian_does_provide(&hit, r, known->arch) &&
            (best.index == NULL || priority_of(&hit) < priority_of(&best)))
            best = hit;
    }
    if (best.index == NULL)
        return PL_E_NOT_FOUND;
    *out = best;
    return PL_OK;
}

void pl_debian_provisions_reset(struct pl_debian_provisions *known)
{
    PL_VEC_FREE(&known->v);
    *known = (struct pl_debian_provisions){0};
}
