/*
 * debian_depends.c - what a Debian package needs to run, as far down as it goes.
 *
 *     curl ----Depends----> libcurl4 (= 7.88.1-10) ----> libssl3 (>= 3.0.0) ----> libc6 (>= 2.34)
 *                                                        debconf | debconf-2.0    the first, or a provider
 *
 * Source: Debian Policy 7.2 to 7.5; apt-get(8) takes what is chosen already, else the first alternative that can be had, and of providers the one
 * of the highest priority. apt's resolver also looks at what is installed on the machine; here nothing is.
 * Not followed: Recommends, Suggests; Conflicts and Breaks, so that a set may come out which cannot be installed together.
 */
#include "supply/deb_relation.h"
#include "supply/debian_answers.h"
#include "supply/debian_provides.h"

#include "base/map.h"
#include "base/vec.h"

#include <stdlib.h>
#include <string.h>

#define NONE     UINT32_MAX
#define QUESTION "depends"

struct depends {
    struct pl_supply *s;
    struct pl_debian_want root;
    struct pl_arena *arena;
    struct pl_map chosen;              /* package name to node */
    PL_VEC(struct pl_debian_hit) hits; /* by node */
    PL_VEC(struct pl_deb_need) needs;
    struct pl_debian_provisions provisions;
};

/* The node that satisfies it already; NONE when none does. */
static uint32_t already(const struct depends *d, const struct pl_deb_relation *r)
{
    uint64_t node;
    if (pl_map_get(&d->chosen, r->name, &node) && pl_deb_relation_is_met(r, d->hits.v[node].version))
        return (uint32_t)node;
    for (uint32_t i = 0; i < d->hits.n; i++)
        if (pl_debian_does_provide(&d->hits.v[i], r, d->provisions.arch))
            return i;
    return NONE;
}

static pl_status choose(struct depends *d, const struct pl_debian_hit *hit, uint32_t *node,
                        struct pl_err *err)
{
    pl_bytes name = pl_deb822_get(&hit->fields, "Package");
    uint64_t was;
    if (pl_map_get(&d->chosen, name,
                   &was)) { /* in a version that does not fit: one package has one version */
        *node = (uint32_t)was;
        return PL_OK;
    }
    if (d->hits.n == PL_MAX_DEB_CLOSURE)
        return pl_fail(err, PL_E_LIMIT, PL_NO_OFFSET, "more than %u packages are needed", PL_MAX_DEB_CLOSURE);
    struct pl_debian_hit *slot = PL_VEC_ADD(&d->hits);
    if (slot == NULL)
        return pl_fail_nomem(err);
    *slot = *hit;
    *node = (uint32_t)d->hits.n - 1;
    return pl_map_set(&d->chosen, name, *node, err);
}

/* One group of alternatives. */
static pl_status satisfy(struct depends *d, const struct pl_deb_relation *group, size_t n, uint32_t *node,
                         struct pl_err *err)
{
    struct pl_debian_hit hit;
    for (size_t i = 0; i < n; i++)
        if ((*node = already(d, &group[i])) != NONE)
            return PL_OK;
    for (size_t i = 0; i < n; i++) {
        pl_status st = pl_debian_find_real(d->s, &d->root, &group[i], &hit, err);
        if (st == PL_E_NOT_FOUND)
            st = pl_debian_find_provider(d->s, &d->provisions, &d->root, &group[i], &hit, err);
        if (st == PL_E_NOT_FOUND)
            continue;
        return st == PL_OK ? choose(d, &hit, node, err) : st;
    }
    *node = NONE;
    return PL_OK;
}

static pl_status add_list(struct depends *d, uint32_t from, const char *field, struct pl_err *err)
{
    struct pl_deb_relation group[PL_DEB_ALTERNATIVES];
    pl_bytes list = pl_deb822_get(&d->hits.v[from].fields, field);
    size_t n;
    while (pl_deb_relation_next(&list, d->provisions.arch, group, &n)) {
        uint32_t to = NONE;
        if (n == 0)
            continue;
        pl_status st = satisfy(d, group, n, &to, err);
        struct pl_deb_need *need = st == PL_OK ? PL_VEC_ADD(&d->needs) : NULL;
        if (need == NULL)
            return st != PL_OK ? st : pl_fail_nomem(err);
        *need = (struct pl_deb_need){.from = from, .to = to};
        need->missing = to == NONE ? pl_arena_str(d->arena, group[0].name) : NULL;
    }
    return d->arena->why != PL_OK ? pl_arena_fail(d->arena, err) : PL_OK;
}

static pl_status hand_over(struct depends *d, struct pl_deb_closure *out, struct pl_err *err)
{
    struct pl_arena *a = d->arena;
    pl_bytes needs = pl_arena_keep(a, pl_bytes_of(d->needs.v, d->needs.n * sizeof d->needs.v[0]));
    out->v = pl_arena_take_n(a, d->hits.n, sizeof *out->v);
    if (out->v == NULL || needs.p == NULL)
        return pl_arena_fail(a, err);
    out->needs = (struct pl_deb_need *)(uintptr_t)needs.p;
    out->n_needs = d->needs.n;
    out->n = d->hits.n;
    for (size_t i = 0; i < d->hits.n; i++)
        out->v[i] = (struct pl_deb_node){
            .name = pl_arena_str(a, pl_deb822_get(&d->hits.v[i].fields, "Package")),
            .version = pl_arena_str(a, d->hits.v[i].version),
            .purl = pl_debian_purl(a, &d->hits.v[i]),
        };
    return a->why != PL_OK ? pl_arena_fail(a, err) : PL_OK;
}

static pl_status follow(struct depends *d, const struct pl_purl *purl, struct pl_err *err)
{
    struct pl_debian_hit hit;
    struct pl_debian_want want = d->root;
    uint32_t node;
    want.name = purl->name;
    want.version = purl->version;
    want.needs_source_too = true; /* whoever asks for the closure checks it next */
    pl_status st = pl_debian_find(d->s, &want, &hit, err);
    if (st != PL_OK)
        return st;
    pl_bytes arch = pl_debian_arch(d->s, &d->root);
    if (arch.n < sizeof d->provisions.arch)
        memcpy(d->provisions.arch, arch.p, arch.n);
    st = choose(d, &hit, &node, err);
    for (uint32_t i = 0; i < d->hits.n && st == PL_OK; i++) {
        st = add_list(d, i, "Pre-Depends", err);
        if (st == PL_OK)
            st = add_list(d, i, "Depends", err);
    }
    return st;
}

/* From the indices. */
static pl_status find_out(struct pl_supply *s, const struct pl_purl *purl, struct pl_arena *arena,
                          struct pl_deb_closure *out, struct pl_err *err)
{
    struct depends d = {.s = s, .arena = arena};
    d.root = (struct pl_debian_want){.publisher = purl->ns, .arch = pl_purl_get(purl, "arch")};
    pl_map_init(&d.chosen);
    pl_status st = follow(&d, purl, err);
    if (st == PL_OK)
        st = hand_over(&d, out, err);
    pl_map_reset(&d.chosen);
    PL_VEC_FREE(&d.hits);
    PL_VEC_FREE(&d.needs);
    pl_debian_provisions_reset(&d.provisions);
    return st;
}

static pl_status keep(struct pl_supply *s, const struct pl_purl *purl, const struct pl_deb_closure *c,
                      struct pl_err *err)
{
    struct pl_buf text;
    pl_buf_init(&text, 64u << 20);
    pl_deb_closure_print(c, &text);
    pl_status st = text.why == PL_OK ? pl_debian_answer_write(s, QUESTION, purl, pl_buf_bytes(&text), err)
                                     : PL_OK; /* one that is too large is not kept */
    pl_buf_reset(&text);
    return st;
}

pl_status pl_supply_depends(struct pl_supply *s, const struct pl_purl *purl, struct pl_arena *arena,
                            struct pl_deb_closure *out, struct pl_err *err)
{
    struct pl_deb_closure closure = {0};
    uint8_t *heap = NULL;
    size_t n = 0;
    pl_status st = pl_debian_answer_read(s, QUESTION, purl, &heap, &n, NULL);
    if (st == PL_OK)
        st = pl_deb_closure_parse(pl_bytes_of(heap, n), arena, &closure, NULL);
    free(heap);
    if (st == PL_E_NOMEM)
        return pl_fail_nomem(err);
    if (st != PL_OK) {
        closure = (struct pl_deb_closure){0};
        st = find_out(s, purl, arena, &closure, err);
        if (st == PL_OK)
            st = keep(s, purl, &closure, err);
    }
    if (st == PL_OK)
        *out = closure;
    return st;
}
