/*
 * debian.c - asking this machine's apt archives for a package or a source.
 *
 * All releases are read at the first question; of the indices only those that a question needs. An archive that cannot be reached or trusted is
 * left out with a note, so the answer is the best of those that can. Who published a package is told by the release's Origin field, which is
 * under the signature: pkg:deb/debian/x is never answered from somebody else's archive.
 */
#include "supply/debian.h"

#include "base/vec.h"
#include "io/host.h"
#include "supply/deb_version.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

struct pl_debian {
    struct pl_apt_sources sources;
    struct pl_release *releases; /* one per source */
    PL_VEC(struct pl_apt_index *) indices;
    char arch[32]; /* of this machine, "" when not known */
};

/* Words of uname(2) and of dpkg --print-architecture. dpkg's cputable(5). */
static const struct {
    const char *machine;
    const char *arch;
} machines[] = {
    {"x86_64", "amd64"},    {"aarch64", "arm64"},   {"i386", "i386"},           {"i486", "i386"},
    {"i586", "i386"},       {"i686", "i386"},       {"armv7l", "armhf"},        {"armv8l", "armhf"},
    {"armv6l", "armel"},    {"ppc64le", "ppc64el"}, {"riscv64", "riscv64"},     {"s390x", "s390x"},
    {"mips64", "mips64el"}, {"mips", "mipsel"},     {"loongarch64", "loong64"},
};

static void name_arch(struct pl_debian *d)
{
    char machine[PL_HOST_MACHINE_BYTES];
    pl_host_machine(machine);
    for (size_t i = 0; i < sizeof machines / sizeof *machines; i++)
        if (strcmp(machine, machines[i].machine) == 0)
            (void)snprintf(d->arch, sizeof d->arch, "%s", machines[i].arch);
}

void pl_debian_close(struct pl_debian *d)
{
    if (d == NULL)
        return;
    for (size_t i = 0; i < d->indices.n; i++)
        pl_apt_index_close(d->indices.v[i]);
    for (size_t i = 0; i < d->sources.n && d->releases != NULL; i++)
        pl_release_close(&d->releases[i]);
    PL_VEC_FREE(&d->indices);
    free(d);
}

static pl_status open_debian(struct pl_supply *s, struct pl_err *err)
{
    if (s->debian != NULL)
        return PL_OK;
    struct pl_debian *d = calloc(1, sizeof *d);
    if (d == NULL)
        return pl_fail_nomem(err);
    name_arch(d);
    pl_status st = pl_apt_sources_read(s, &d->sources, err);
    if (st == PL_OK) {
        d->releases = pl_arena_take_n(&s->arena, d->sources.n, sizeof *d->releases);
        st = d->releases == NULL ? pl_arena_fail(&s->arena, err) : PL_OK;
    }
    for (size_t i = 0; i < d->sources.n && st == PL_OK; i++)
        d->releases[i].source = &d->sources.v[i];
    if (st == PL_OK)
        st = pl_release_load(s, d->releases, d->sources.n, false, err);
    if (st != PL_OK) {
        pl_debian_close(d);
        return st;
    }
    s->debian = d;
    return PL_OK;
}

static bool is_same_word(pl_bytes a, pl_bytes b)
{
    return a.n == b.n && (a.n == 0 || strncasecmp((const char *)a.p, (const char *)b.p, a.n) == 0);
}

static bool has_word(const struct pl_apt_words *words, pl_bytes wanted)
{
    for (size_t i = 0; i < words->n; i++)
        if (pl_bytes_eq_str(wanted, words->v[i]))
            return true;
    return false;
}

static pl_bytes wanted_arch(const struct pl_debian *d, const struct pl_debian_want *want)
{
    bool is_any = want->arch.n == 0 || pl_bytes_eq_str(want->arch, "all");
    return is_any ? pl_bytes_of_str(d->arch) : want->arch;
}

static bool is_asked(const struct pl_debian *d, const struct pl_release *r, const struct pl_debian_want *want)
{
    if (r->status != PL_OK || (want->publisher.n > 0 && !is_same_word(want->publisher, r->origin)))
        return false;
    if (want->is_source)
        return true;
    return r->source->has_packages &&
           (r->source->archs.n == 0 || has_word(&r->source->archs, wanted_arch(d, want)));
}

/* The index of that path; made when it is not there yet. */
static pl_status index_at(struct pl_supply *s, const struct pl_release *r, const char *path,
                          struct pl_apt_index **out, struct pl_err *err)
{
    struct pl_debian *d = s->debian;
    if (path == NULL)
        return pl_arena_fail(&s->arena, err);
    for (size_t i = 0; i < d->indices.n; i++) {
        if (d->indices.v[i]->release == r && strcmp(d->indices.v[i]->path, path) == 0) {
            *out = d->indices.v[i];
            return PL_OK;
        }
    }
    struct pl_apt_index *ix = pl_arena_take(&s->arena, sizeof *ix);
    struct pl_apt_index **slot = ix == NULL ? NULL : PL_VEC_ADD(&d->indices);
    if (slot == NULL)
        return ix == NULL ? pl_arena_fail(&s->arena, err) : pl_fail_nomem(err);
    *ix = (struct pl_apt_index){.release = r, .path = path};
    *slot = *out = ix;
    return PL_OK;
}

struct index_list {
    PL_VEC(struct pl_apt_index *) v;
};

static pl_status add_index(struct pl_supply *s, const struct pl_release *r, const char *path,
                           struct index_list *list, struct pl_err *err)
{
    struct pl_apt_index *ix;
    pl_status st = index_at(s, r, path, &ix, err);
    if (st != PL_OK)
        return st;
    struct pl_apt_index **slot = PL_VEC_ADD(&list->v);
    if (slot == NULL)
        return pl_fail_nomem(err);
    *slot = ix;
    return PL_OK;
}

static pl_status add_component(struct pl_supply *s, const struct pl_release *r, const char *component,
                               const struct pl_debian_want *want, struct index_list *list, struct pl_err *err)
{
    struct pl_arena *a = &s->arena;
    pl_bytes arch = wanted_arch(s->debian, want);
    if (want->is_source)
        return add_index(s, r, pl_arena_printf(a, "%s/source/Sources", component), list, err);
    pl_status st =
        add_index(s, r, pl_arena_printf(a, "%s/binary-%.*s/Packages", component, PL_ARG(arch)), list, err);
    if (st == PL_OK && r->has_all_apart)
        st = add_index(s, r, pl_arena_printf(a, "%s/binary-all/Packages", component), list, err);
    return st;
}

/* The indices that may answer. */
static pl_status gather(struct pl_supply *s, const struct pl_debian_want *want, struct index_list *list,
                        struct pl_err *err)
{
    const struct pl_debian *d = s->debian;
    pl_status st = PL_OK;
    for (size_t i = 0; i < d->sources.n && st == PL_OK; i++) {
        const struct pl_release *r = &d->releases[i];
        if (!is_asked(d, r, want))
            continue;
        if (r->source->is_flat)
            st = add_index(s, r, want->is_source ? "Sources" : "Packages", list, err);
        for (size_t k = 0; k < r->source->components.n && st == PL_OK; k++)
            st = add_component(s, r, r->source->components.v[k], want, list, err);
    }
    return st;
}

static bool digest_of(const struct pl_debian_hit *hit, pl_sha256 *out)
{
    return pl_unhex(pl_deb822_get(&hit->fields, "SHA256"), out->b, PL_SHA256_BYTES);
}

/* Is `a` a better answer than `b`? Equals stay with the one that came first. */
static bool is_better(struct pl_supply *s, const struct pl_debian_want *want, const struct pl_debian_hit *a,
                      const struct pl_debian_hit *b)
{
    pl_sha256 x, y;
    if (b->index == NULL || a->is_exact != b->is_exact)
        return b->index == NULL || a->is_exact;
    int order = pl_deb_version_cmp(a->version, b->version);
    if (order != 0 || want->is_source || !digest_of(a, &x) || !digest_of(b, &y))
        return order > 0;
    if (!pl_sha256_eq(&x, &y))
        pl_supply_log(s, PL_SEVERITY_WARNING, "%.*s %.*s: %s and %s list different files", PL_ARG(want->name),
                      PL_ARG(a->version), b->index->release->url, a->index->release->url);
    return want->digest != NULL && pl_sha256_eq(&x, want->digest) && !pl_sha256_eq(&y, want->digest);
}

static bool is_arch_asked(const struct pl_debian *d, const struct pl_debian_want *want, pl_bytes arch)
{
    if (want->is_source)
        return true;
    if (pl_bytes_eq_str(arch, "all"))
        return true;
    return !pl_bytes_eq_str(want->arch, "all") && pl_bytes_eq(arch, wanted_arch(d, want));
}

/* `seen` gathers the versions that are there when the one asked for is not, for the hint. */
static pl_status search(struct pl_supply *s, const struct pl_debian_want *want, struct pl_apt_index *ix,
                        struct pl_debian_hit *best, struct pl_buf *seen, struct pl_err *err)
{
    size_t at = 0;
    pl_bytes stanza;
    while (pl_apt_index_next(ix, want->name, &at, &stanza)) {
        struct pl_debian_hit hit = {.index = ix};
        pl_status st = pl_deb822_next(&stanza, &s->arena, &hit.fields, err);
        if (st == PL_E_INPUT || st == PL_E_LIMIT) {
            pl_supply_log(s, PL_SEVERITY_WARNING, "%s: a stanza of %.*s cannot be read", ix->url,
                          PL_ARG(want->name));
            continue;
        }
        if (st != PL_OK)
            return st;
        hit.version = pl_deb822_get(&hit.fields, "Version");
        hit.arch = want->is_source ? (pl_bytes){NULL, 0} : pl_deb822_get(&hit.fields, "Architecture");
        if (!is_arch_asked(s->debian, want, hit.arch))
            continue;
        hit.is_exact = want->version.n == 0 || pl_deb_version_cmp(hit.version, want->version) == 0;
        if (!hit.is_exact && !want->takes_nearest)
            pl_buf_printf(seen, "%s%.*s", seen->n > 0 ? ", " : "", PL_ARG(hit.version));
        else if (is_better(s, want, &hit, best))
            *best = hit;
    }
    return PL_OK;
}

/* Higher: says more about why there is no answer. */
static int weight(pl_status st)
{
    return st == PL_E_NOMEM   ? 4
           : st == PL_E_IO    ? 3
           : st == PL_E_TRUST ? 2
                              : st != PL_OK && st != PL_E_NOT_FOUND;
}

static void keep_worse(struct pl_err *worst, pl_status st, const struct pl_err *err)
{
    if (weight(st) > weight(worst->status)) {
        *worst = *err;
        worst->status = st;
    }
}

static pl_status nothing_there(const struct pl_debian *d, const struct pl_debian_want *want, size_t n_asked,
                               size_t n_failed, pl_bytes seen, struct pl_err *err)
{
    if (d->sources.n == 0) {
        (void)pl_fail(err, PL_E_NOT_FOUND, PL_NO_OFFSET, "this machine has no apt sources");
        pl_err_hint(err, "add some under /etc/apt/sources.list.d");
        return PL_E_NOT_FOUND;
    }
    if (n_asked == 0)
        return pl_fail(err, PL_E_NOT_FOUND, PL_NO_OFFSET,
                       "no apt source of this machine is published by %.*s", PL_ARG(want->publisher));
    (void)pl_fail(err, PL_E_NOT_FOUND, PL_NO_OFFSET, "no %s %.*s%s%.*s in the indices of %zu apt sources",
                  want->is_source ? "source package" : "package", PL_ARG(want->name),
                  want->version.n > 0 ? " " : "", PL_ARG(want->version), n_asked);
    if (seen.n > 0)
        pl_err_hint(err, "there is %.*s", seen.n > 300 ? 300 : (int)seen.n, (const char *)seen.p);
    else if (n_failed > 0)
        pl_err_hint(err, "%zu more apt sources could not be used", n_failed);
    else if (!want->is_source)
        pl_err_hint(
            err, "is it written so? apt-cache search %.*s; the sources that are asked stand below /etc/apt",
            PL_ARG(want->name));
    return PL_E_NOT_FOUND;
}

/* One try over what can be asked; *worst is the gravest trouble met on the way. */
static pl_status try_find(struct pl_supply *s, const struct pl_debian_want *want, struct pl_debian_hit *best,
                          struct pl_err *worst, struct pl_buf *seen, struct pl_err *err)
{
    struct index_list list = {0};
    struct pl_debian_want sources = {.publisher = want->publisher, .is_source = true};
    pl_status st = gather(s, want, &list, err);
    size_t n = list.v.n;
    if (st == PL_OK && want->needs_source_too) /* read with the others, all at once */
        st = gather(s, &sources, &list, err);
    if (st == PL_OK)
        st = pl_apt_index_load(s, list.v.v, list.v.n, err);
    for (size_t i = 0; i < n && st == PL_OK; i++) {
        struct pl_apt_index *ix = list.v.v[i];
        if (ix->status == PL_OK)
            st = search(s, want, ix, best, seen, err);
        else
            keep_worse(worst, ix->status, &ix->err);
        if (ix->status != PL_OK && ix->status != PL_E_NOT_FOUND)
            pl_supply_log(s, PL_SEVERITY_WARNING, "%s%s is skipped, %s", ix->release->base_url, ix->path,
                          ix->err.text);
    }
    PL_VEC_FREE(&list.v);
    return st;
}

/* Say why there is no answer. */
static pl_status explain(struct pl_supply *s, const struct pl_debian_want *want, struct pl_err *worst,
                         pl_bytes seen, struct pl_err *err)
{
    const struct pl_debian *d = s->debian;
    size_t n_asked = 0;
    size_t n_failed = 0;
    struct pl_err of_releases = {.status = PL_OK};
    for (size_t i = 0; i < d->sources.n; i++) {
        const struct pl_release *r = &d->releases[i];
        n_asked += is_asked(d, r, want);
        n_failed += r->status != PL_OK;
        if (r->status != PL_OK)
            keep_worse(&of_releases, r->status, &r->err);
    }
    if (n_asked == 0)
        keep_worse(worst, of_releases.status, &of_releases);
    if (worst->status == PL_OK)
        return nothing_there(d, want, n_asked, n_failed, seen, err);
    if (err != NULL)
        *err = *worst;
    return worst->status;
}

pl_status pl_debian_find(struct pl_supply *s, const struct pl_debian_want *want, struct pl_debian_hit *out,
                         struct pl_err *err)
{
    struct pl_debian_hit best = {0};
    struct pl_err worst = {.status = PL_OK};
    struct pl_buf seen;
    pl_buf_init(&seen, 4096);
    pl_status st = open_debian(s, err);
    if (st == PL_OK)
        st = try_find(s, want, &best, &worst, &seen, err);
    bool has_deferred = false;
    for (size_t i = 0; st == PL_OK && best.index == NULL && i < s->debian->sources.n; i++)
        has_deferred |= s->debian->releases[i].is_deferred;
    if (has_deferred) {
        pl_buf_clear(&seen);
        st = pl_release_load(s, s->debian->releases, s->debian->sources.n, true, err);
        if (st == PL_OK)
            st = try_find(s, want, &best, &worst, &seen, err);
    }
    if (st == PL_OK && best.index == NULL)
        st = explain(s, want, &worst, pl_buf_bytes(&seen), err);
    pl_buf_reset(&seen);
    if (st == PL_OK)
        *out = best;
    return st;
}

pl_status pl_debian_indices(struct pl_supply *s, const struct pl_debian_want *want, void *ctx,
                            pl_status (*each)(void *ctx, struct pl_apt_index *ix, struct pl_err *err),
                            struct pl_err *err)
{
    struct index_list list = {0};
    pl_status st = open_debian(s, err);
    if (st == PL_OK)
        st = gather(s, want, &list, err);
    if (st == PL_OK)
        st = pl_apt_index_load(s, list.v.v, list.v.n, err);
    for (size_t i = 0; i < list.v.n && st == PL_OK; i++)
        if (list.v.v[i]->status == PL_OK)
            st = each(ctx, list.v.v[i], err);
    PL_VEC_FREE(&list.v);
    return st;
}

static void print_words(struct pl_buf *out, const char *what, const struct pl_apt_words *words)
{
    pl_buf_printf(out, " %s=", what);
    for (size_t i = 0; i < words->n; i++)
        pl_buf_printf(out, "%s,", words->v[i]);
}

pl_status pl_debian_state(struct pl_supply *s, pl_sha256 *out, struct pl_err *err)
{
    struct pl_buf text;
    pl_status st = open_debian(s, err);
    if (st != PL_OK)
        return st;
    pl_buf_init(&text, 64u << 20);
    pl_buf_printf(&text, "%s\n", s->debian->arch);
    for (size_t i = 0; i < s->debian->sources.n; i++) {
        const struct pl_release *r = &s->debian->releases[i];
        char hex[PL_SHA256_HEX_BYTES] = "-";
        if (r->status == PL_OK)
            pl_hex(r->sha256.b, PL_SHA256_BYTES, hex);
        pl_buf_printf(&text, "%s %s %d %d", hex, r->base_url, r->source->is_flat, r->source->has_packages);
        print_words(&text, "components", &r->source->components);
        print_words(&text, "archs", &r->source->archs);
        pl_buf_add_byte(&text, '\n');
    }
    st = pl_buf_done(&text, err);
    if (st == PL_OK)
        st = pl_sha256_of(pl_buf_bytes(&text), out, err);
    pl_buf_reset(&text);
    return st;
}

pl_bytes pl_debian_arch(const struct pl_supply *s, const struct pl_debian_want *want)
{
    return wanted_arch(s->debian, want);
}

pl_status pl_debian_url(const struct pl_release *release, pl_bytes path, struct pl_arena *arena,
                        const char **url, struct pl_err *err)
{
    struct pl_buf out;
    pl_bytes rest = path;
    pl_bytes part;
    pl_buf_init(&out, 8192);
    pl_buf_add_str(&out, release->source->uri);
    bool is_first = true;
    while (pl_bytes_split(&rest, '/', &part)) {
        if (part.n == 0 || pl_bytes_eq_str(part, "."))
            continue;
        if (pl_bytes_eq_str(part, "..")) {
            pl_buf_reset(&out);
            return pl_fail(err, PL_E_TRUST, PL_NO_OFFSET, "the index names a file outside of the archive");
        }
        if (!is_first)
            pl_buf_add_byte(&out, '/');
        is_first = false;
        for (size_t i = 0; i < part.n; i++) {
            uint8_t c = part.p[i];
            bool is_plain = (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') ||
                            (c != '\0' && strchr("-._~+:=,@", c) != NULL);
            if (is_plain)
                pl_buf_add_byte(&out, c);
            else
                pl_buf_printf(&out, "%%%02X", c);
        }
    }
    pl_status st = pl_buf_done(&out, err);
    const char *kept = st == PL_OK ? pl_arena_str(arena, pl_buf_bytes(&out)) : NULL;
    pl_buf_reset(&out);
    if (st == PL_OK && kept == NULL)
        return pl_arena_fail(arena, err);
    if (st == PL_OK)
        *url = kept;
    return st;
}
