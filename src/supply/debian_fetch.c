/*
 * debian_fetch.c - a Debian package, its source, and the chain that makes them the published ones.
 *
 *     key -> InRelease -> Packages -> .deb
 *                      -> Sources  -> .dsc, tarballs
 *
 * Every arrow is a sha256 that stands in the thing on its left, but the first, which is a signature. The source of a package is named by its
 * field Source, "name (version)" where it differs: binary-only rebuilds (+b1) have the version of their source there.
 * deb-control(5), https://wiki.debian.org/DebianRepository/Format.
 */
#include "supply/debian_answers.h"
#include "supply/fetch.h"

#include "base/vec.h"
#include "supply/deb_version.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define RESULT_ARENA_BYTES (64u << 20)
#define MAX_FILES          256u
#define MAX_STEPS          6u

/* A result while it is put together. */
struct result {
    struct pl_supply *s;
    struct pl_supplied_whole *whole;
};

static struct pl_supplied *public_of(const struct result *r)
{
    return &r->whole->public;
}

static pl_status open_result(struct pl_supply *s, struct result *r, struct pl_err *err)
{
    struct pl_supplied_whole *whole;
    pl_status st = pl_supplied_new(MAX_STEPS, &whole, err);
    if (st != PL_OK)
        return st;
    whole->public.how = PL_HOW_VERIFIED;
    *r = (struct result){.s = s, .whole = whole};
    return PL_OK;
}

/* Copies of `text` in the result's arena; NULL when it has no room, which check_arena() tells. */
static const char *keep(const struct result *r, pl_bytes text)
{
    return pl_arena_str(&r->whole->arena, text);
}

static pl_status check_arena(const struct pl_arena *a, struct pl_err *err)
{
    return a->why == PL_OK ? PL_OK : pl_arena_fail(a, err);
}

static void add_step(struct pl_supply_step *steps, size_t *n, struct pl_arena *arena, const char *what,
                     const char *uri, const pl_sha256 *sha256)
{
    for (size_t i = 0; i < *n; i++)
        if (pl_sha256_eq(&steps[i].sha256, sha256))
            return;
    if (*n < MAX_STEPS)
        steps[(*n)++] = (struct pl_supply_step){
            .what = what, .uri = pl_arena_str(arena, pl_bytes_of_str(uri)), .sha256 = *sha256};
}

/* From the key down to the index. */
static void add_index_steps(struct pl_supply_step *steps, size_t *n, struct pl_arena *arena,
                            const struct pl_apt_index *ix, const char *what)
{
    add_step(steps, n, arena, "release index", ix->release->url, &ix->release->sha256);
    add_step(steps, n, arena, what, ix->url, &ix->sha256);
}

static const char *say_why(struct pl_arena *arena, const struct pl_debian_hit *hit)
{
    const struct pl_release *r = hit->index->release;
    pl_bytes keys = pl_bytes_basename(pl_bytes_of_str(r->source->keys_text));
    return pl_arena_printf(arena, "sha256 stands in the index of %s, signed by %s (%.*s)", r->source->suite,
                           r->signer, PL_ARG(keys));
}

const char *pl_debian_purl(struct pl_arena *arena, const struct pl_debian_hit *hit)
{
    struct pl_buf text;
    char origin[64];
    pl_bytes ns = hit->index->release->origin;
    size_t n = ns.n < sizeof origin ? ns.n : sizeof origin;
    for (size_t i = 0; i < n; i++)
        origin[i] = (char)(ns.p[i] >= 'A' && ns.p[i] <= 'Z' ? ns.p[i] | 0x20 : ns.p[i]);
    struct pl_purl purl = {.type = PL_LIT("deb"), .ns = pl_bytes_of(origin, n), .n_qualifiers = 1};
    purl.name = pl_deb822_get(&hit->fields, "Package");
    purl.version = hit->version;
    purl.qualifiers[0] = (struct pl_purl_qualifier){PL_LIT("arch"), hit->arch};
    pl_buf_init(&text, PL_PURL_MAX_BYTES * 3);
    pl_purl_print(&purl, &text);
    const char *kept = pl_buf_done(&text, NULL) == PL_OK ? pl_arena_str(arena, pl_buf_bytes(&text)) : NULL;
    pl_buf_reset(&text);
    return kept;
}

/* What the index says about the file of a package. */
static pl_status read_package_file(struct pl_arena *arena, const struct pl_debian_hit *hit, pl_sha256 *digest,
                                   uint64_t *size, const char **url, struct pl_err *err)
{
    if (!pl_unhex(pl_deb822_get(&hit->fields, "SHA256"), digest->b, PL_SHA256_BYTES) ||
        !pl_bytes_to_u64(pl_deb822_get(&hit->fields, "Size"), size))
        return pl_fail(err, PL_E_TRUST, PL_NO_OFFSET, "the index lists no sha256 and size for %.*s",
                       PL_ARG(pl_deb822_get(&hit->fields, "Package")));
    return pl_debian_url(hit->index->release, pl_deb822_get(&hit->fields, "Filename"), arena, url, err);
}

static void describe_package(const struct result *r, const struct pl_debian_hit *hit, const char *url,
                             const pl_sha256 *digest)
{
    struct pl_supplied *p = public_of(r);
    struct pl_arena *arena = &r->whole->arena;
    p->package = keep(r, pl_deb822_get(&hit->fields, "Package"));
    p->version = keep(r, hit->version);
    p->arch = keep(r, hit->arch);
    p->filename = keep(r, pl_bytes_basename(pl_deb822_get(&hit->fields, "Filename")));
    p->uri = url;
    p->purl = pl_debian_purl(arena, hit);
    p->sha256 = *digest;
    p->is_exact = hit->is_exact;
    p->published = PL_VERDICT_HOLDS;
    p->why = say_why(arena, hit);
    add_index_steps(p->steps, &p->n_steps, arena, hit->index, "package index");
    add_step(p->steps, &p->n_steps, arena, "package", url, digest);
}

/* The fetches of one result: the package (when there is one) first, then the files of the source. */
struct fetches {
    PL_VEC(struct pl_fetch) list;
    bool has_package;
};

static pl_status want_package(const struct result *r, const struct pl_debian_hit *hit, struct fetches *f,
                              struct pl_err *err)
{
    pl_sha256 digest;
    uint64_t size;
    const char *url;
    pl_status st = read_package_file(&r->whole->arena, hit, &digest, &size, &url, err);
    if (st != PL_OK)
        return st;
    describe_package(r, hit, url, &digest);
    if (public_of(r)->purl == NULL)
        return pl_fail_nomem(err);
    struct pl_fetch *fetch = PL_VEC_ADD(&f->list);
    if (fetch == NULL)
        return pl_fail_nomem(err);
    f->has_package = true;
    *fetch = (struct pl_fetch){
        .what = public_of(r)->filename, .digest = digest, .size = size, .urls = {url}, .n_urls = 1};
    return check_arena(&r->whole->arena, err);
}

/* One line of Checksums-Sha256: digest, size, name. */
static pl_status want_source_file(const struct result *r, const struct pl_debian_hit *hit, pl_bytes line,
                                  struct fetches *f, struct pl_err *err)
{
    struct pl_arena *arena = &r->whole->arena;
    struct pl_fetch fetch = {.n_urls = 1};
    pl_bytes words[3] = {{NULL, 0}};
    pl_bytes rest = pl_bytes_trim(line);
    for (size_t i = 0; i < 3; i++)
        (void)pl_bytes_split(&rest, ' ', &words[i]); /* a missing word is refused below */
    bool is_good = rest.n == 0 && words[2].n > 0 && pl_bytes_find_byte(words[2], '/', 0) == SIZE_MAX &&
                   pl_unhex(words[0], fetch.digest.b, PL_SHA256_BYTES) &&
                   pl_bytes_to_u64(words[1], &fetch.size);
    if (!is_good || f->list.n > MAX_FILES)
        return pl_fail(err, PL_E_TRUST, PL_NO_OFFSET, "the index lists a source file that makes no sense");
    pl_bytes folder = pl_deb822_get(&hit->fields, "Directory");
    const char *path = pl_arena_printf(arena, "%.*s/%.*s", PL_ARG(folder), PL_ARG(words[2]));
    fetch.what = pl_arena_str(arena, words[2]);
    pl_status st = check_arena(arena, err);
    if (st == PL_OK)
        st = pl_debian_url(hit->index->release, pl_bytes_of_str(path), arena, &fetch.urls[0], err);
    if (st != PL_OK)
        return st;
    struct pl_fetch *slot = PL_VEC_ADD(&f->list);
    if (slot == NULL)
        return pl_fail_nomem(err);
    *slot = fetch;
    return PL_OK;
}

static bool is_dsc(const struct pl_fetch *f)
{
    return pl_bytes_ends(pl_bytes_of_str(f->what), PL_LIT(".dsc"));
}

static pl_status want_source(const struct result *r, const struct pl_debian_hit *hit, struct fetches *f,
                             struct pl_err *err)
{
    struct pl_supplied *p = public_of(r);
    size_t first = f->list.n;
    size_t n_dsc = 0;
    pl_bytes lines = pl_deb822_get(&hit->fields, "Checksums-Sha256");
    pl_bytes line;
    while (pl_bytes_line(&lines, &line)) {
        pl_status st = pl_bytes_trim(line).n == 0 ? PL_OK : want_source_file(r, hit, line, f, err);
        if (st != PL_OK)
            return st;
    }
    for (size_t i = first; i < f->list.n; i++) {
        if (!is_dsc(&f->list.v[i]))
            continue;
        struct pl_fetch dsc = f->list.v[i];
        f->list.v[i] = f->list.v[first];
        f->list.v[first] = dsc;
        n_dsc++;
    }
    if (n_dsc != 1)
        return pl_fail(err, PL_E_TRUST, PL_NO_OFFSET, "the index lists %zu .dsc files for one source", n_dsc);
    p->source_name = keep(r, pl_deb822_get(&hit->fields, "Package"));
    p->source_version = keep(r, hit->version);
    add_index_steps(p->steps, &p->n_steps, &r->whole->arena, hit->index, "source index");
    add_step(p->steps, &p->n_steps, &r->whole->arena, "source", f->list.v[first].urls[0],
             &f->list.v[first].digest);
    return check_arena(&r->whole->arena, err);
}

/* Signatures beside the tarballs are good to have: one that the mirror lacks, or the cache when offline, is left out. */
static bool may_be_left_out(const struct result *r, const struct pl_fetch *f)
{
    bool is_absent = f->status == PL_E_NOT_FOUND || (f->status == PL_E_NETWORK && r->s->options.is_offline);
    return is_absent && pl_bytes_ends(pl_bytes_of_str(f->what), PL_LIT(".asc"));
}

static pl_status take_source_files(const struct result *r, struct fetches *f, struct pl_err *err)
{
    struct pl_supplied *p = public_of(r);
    struct pl_arena *arena = &r->whole->arena;
    size_t first = f->has_package ? 1 : 0;
    size_t n = f->list.n - first;
    p->artifacts = pl_arena_take_n(arena, n, sizeof *p->artifacts);
    r->whole->files = pl_arena_take_n(arena, n, sizeof *r->whole->files);
    if (p->artifacts == NULL || r->whole->files == NULL)
        return pl_arena_fail(arena, err);
    for (size_t i = first; i < f->list.n; i++) {
        struct pl_fetch *fetch = &f->list.v[i];
        if (fetch->status != PL_OK)
            continue;
        r->whole->files[r->whole->n_files++] = fetch->blob;
        p->artifacts[p->n_artifacts++] = (struct pl_supply_artifact){
            .name = fetch->what, .uri = fetch->urls[0], .sha256 = fetch->digest, .bytes = fetch->blob.bytes};
        fetch->blob = (struct pl_mapping){0};
    }
    return PL_OK;
}

static pl_status run_fetches(const struct result *r, struct fetches *f, struct pl_err *err)
{
    pl_fetch_run(r->s, f->list.v, f->list.n);
    for (size_t i = 0; i < f->list.n; i++) {
        struct pl_fetch *fetch = &f->list.v[i];
        if (fetch->status == PL_OK || may_be_left_out(r, fetch))
            continue;
        if (err != NULL)
            *err = fetch->err;
        /* Listed, so the archive should have it: a mirror that is not whole. */
        if (fetch->status == PL_E_NOT_FOUND && err != NULL)
            err->status = PL_E_NETWORK;
        return fetch->status == PL_E_NOT_FOUND ? PL_E_NETWORK : fetch->status;
    }
    if (f->has_package) {
        r->whole->package = f->list.v[0].blob;
        public_of(r)->bytes = r->whole->package.bytes;
        f->list.v[0].blob = (struct pl_mapping){0};
    }
    return f->list.n > (f->has_package ? 1u : 0u) ? take_source_files(r, f, err) : PL_OK;
}

static void close_fetches(struct fetches *f)
{
    for (size_t i = 0; i < f->list.n; i++) {
        pl_mapping_close(&f->list.v[i].blob);
        pl_buf_reset(&f->list.v[i].memory);
    }
    PL_VEC_FREE(&f->list);
}

/* Source: name (version), both by default the package's own. */
static void read_source_field(const struct pl_debian_hit *package, struct pl_debian_want *want)
{
    pl_bytes field = pl_deb822_get(&package->fields, "Source");
    pl_bytes name;
    want->name = pl_deb822_get(&package->fields, "Package");
    want->version = package->version;
    if (!pl_bytes_split(&field, ' ', &name))
        return;
    want->name = pl_bytes_trim(name);
    field = pl_bytes_trim(field);
    if (field.n > 2 && field.p[0] == '(' && field.p[field.n - 1] == ')')
        want->version = pl_bytes_sub(field, 1, field.n - 2);
}

/* A package whose source is not there is still a package. */
static pl_status add_source(const struct result *r, const struct pl_debian_hit *package,
                            const struct pl_debian_want *asked, struct fetches *f, struct pl_err *err)
{
    struct pl_supplied *p = public_of(r);
    struct pl_debian_want want = {.publisher = asked->publisher, .is_source = true};
    struct pl_debian_hit hit;
    struct pl_err why;
    read_source_field(package, &want);
    pl_status st = pl_debian_find(r->s, &want, &hit, &why);
    if (st == PL_OK)
        return want_source(r, &hit, f, err);
    if (st != PL_E_NOT_FOUND) {
        if (err != NULL)
            *err = why;
        return st;
    }
    p->source_name = keep(r, want.name);
    p->source_version = keep(r, want.version);
    p->source_why = keep(r, pl_bytes_of_str(why.text));
    return check_arena(&r->whole->arena, err);
}

/* The answer to `want`: a package, with its source when that is needed too, or a source. */
static pl_status assemble(struct pl_supply *s, const struct pl_debian_want *want, struct pl_supplied **out,
                          struct pl_err *err)
{
    struct pl_debian_hit hit;
    struct result r = {0};
    struct fetches f = {0};
    pl_status st = pl_debian_find(s, want, &hit, err);
    if (st == PL_OK)
        st = open_result(s, &r, err);
    if (st != PL_OK)
        return st;
    st = want->is_source ? want_source(&r, &hit, &f, err) : want_package(&r, &hit, &f, err);
    if (st == PL_OK && want->needs_source_too)
        st = add_source(&r, &hit, want, &f, err);
    if (st == PL_OK && want->is_source) {
        public_of(&r)->is_exact = hit.is_exact;
        public_of(&r)->why = say_why(&r.whole->arena, &hit);
        st = check_arena(&r.whole->arena, err);
    }
    if (st == PL_OK)
        st = run_fetches(&r, &f, err);
    close_fetches(&f);
    if (st != PL_OK) {
        pl_supplied_free(&r.whole->public);
        return st;
    }
    *out = &r.whole->public;
    return PL_OK;
}

static pl_status debian_fetch(struct pl_supply *s, const struct pl_purl *purl, struct pl_supplied **out,
                              struct pl_err *err)
{
    struct pl_debian_want want = {.publisher = purl->ns,
                                  .name = purl->name,
                                  .version = purl->version,
                                  .arch = pl_purl_get(purl, "arch"),
                                  .needs_source_too = true};
    if (pl_bytes_eq_str(want.arch, "source"))
        return pl_fail(err, PL_E_UNSUPPORTED, PL_NO_OFFSET,
                       "arch=source names a source, not a package to check");
    return assemble(s, &want, out, err);
}

static pl_status hint_offline(const struct pl_supply *s, pl_status st, struct pl_err *err)
{
    if (st == PL_E_NETWORK && s->options.is_offline)
        pl_err_hint(err, "run once without --offline");
    return st;
}

pl_status pl_supply_fetch_deb(struct pl_supply *s, const char *name, const char *version, const char *arch,
                              struct pl_supplied **out, struct pl_err *err)
{
    struct pl_debian_want want = {.publisher = PL_LIT("debian"),
                                  .name = pl_bytes_of_str(name),
                                  .version = pl_bytes_of_str(version),
                                  .arch = pl_bytes_of_str(arch),
                                  .takes_nearest = true};
    return hint_offline(s, assemble(s, &want, out, err), err);
}

pl_status pl_supply_fetch_source(struct pl_supply *s, const char *name, const char *version,
                                 struct pl_supplied **out, struct pl_err *err)
{
    struct pl_debian_want want = {.publisher = PL_LIT("debian"),
                                  .name = pl_bytes_of_str(name),
                                  .version = pl_bytes_of_str(version),
                                  .is_source = true};
    return hint_offline(s, assemble(s, &want, out, err), err);
}

/* A publication owns its arena. */
struct publication_whole {
    struct pl_publication public; /* first, so that the public pointer is this one */
    struct pl_arena arena;
};

void pl_publication_free(struct pl_publication *p)
{
    if (p == NULL)
        return;
    struct publication_whole *whole = (struct publication_whole *)(void *)p; /* its first member */
    pl_arena_reset(&whole->arena);
    free(whole);
}

static pl_status judge_listed(struct publication_whole *w, const struct pl_debian_hit *hit,
                              const pl_sha256 *digest, struct pl_err *err)
{
    struct pl_publication *p = &w->public;
    struct pl_arena *arena = &w->arena;
    pl_status st = read_package_file(arena, hit, &p->listed, &p->listed_size, &p->listed_uri, err);
    if (st != PL_OK)
        return st;
    p->purl = pl_debian_purl(arena, hit);
    if (p->purl == NULL)
        return pl_fail_nomem(err);
    add_index_steps(p->steps, &p->n_steps, arena, hit->index, "package index");
    add_step(p->steps, &p->n_steps, arena, "package", p->listed_uri, &p->listed);
    if (pl_sha256_eq(&p->listed, digest)) {
        p->answer = PL_PUBLICATION_EQUAL;
        p->published = PL_VERDICT_HOLDS;
        p->why = say_why(arena, hit);
    } else {
        char hex[PL_SHA256_HEX_BYTES];
        pl_hex(p->listed.b, PL_SHA256_BYTES, hex);
        p->answer = PL_PUBLICATION_OTHER;
        p->published = PL_VERDICT_BROKEN;
        p->why =
            pl_arena_printf(arena, "published as %s with sha256 %s (%s)", p->purl, hex, say_why(arena, hit));
    }
    return check_arena(arena, err);
}

pl_status pl_supply_publication(struct pl_supply *s, pl_bytes name, pl_bytes version, pl_bytes arch,
                                const pl_sha256 *digest, struct pl_publication **out, struct pl_err *err)
{
    struct pl_debian_want want = {.name = name, .version = version, .arch = arch, .digest = digest};
    struct pl_debian_hit hit;
    struct pl_err why;
    pl_status st = pl_debian_find(s, &want, &hit, &why);
    if (st != PL_OK && st != PL_E_NOT_FOUND) {
        if (err != NULL)
            *err = why;
        return hint_offline(s, st, err);
    }
    struct publication_whole *w = calloc(1, sizeof *w);
    if (w == NULL)
        return pl_fail_nomem(err);
    pl_arena_init(&w->arena, RESULT_ARENA_BYTES);
    w->public.answer = PL_PUBLICATION_NOT_LISTED;
    w->public.published = PL_VERDICT_UNPROVEN;
    w->public.steps = pl_arena_take_n(&w->arena, MAX_STEPS, sizeof *w->public.steps);
    if (st == PL_E_NOT_FOUND)
        w->public.why =
            pl_arena_printf(&w->arena, "%s%s%s", why.text, why.hint[0] != '\0' ? "; " : "", why.hint);
    pl_status made = check_arena(&w->arena, err);
    if (made == PL_OK && st == PL_OK)
        made = judge_listed(w, &hit, digest, err);
    if (made != PL_OK) {
        pl_publication_free(&w->public);
        return made;
    }
    *out = &w->public;
    return PL_OK;
}

/* The digests of the package and of the files of its source. */
static pl_status digest_of_both(struct pl_supply *s, const struct pl_purl *purl, pl_sha256 *out,
                                struct pl_err *err)
{
    struct pl_debian_want want = {.publisher = purl->ns,
                                  .name = purl->name,
                                  .version = purl->version,
                                  .arch = pl_purl_get(purl, "arch"),
                                  .needs_source_too = true};
    struct pl_debian_want of_source = {.publisher = purl->ns, .is_source = true};
    struct pl_debian_hit hit;
    struct pl_debian_hit source = {0};
    struct pl_buf both;
    pl_status st = pl_debian_find(s, &want, &hit, err);
    if (st != PL_OK)
        return st;
    read_source_field(&hit, &of_source);
    st = pl_debian_find(s, &of_source, &source, err);
    if (st != PL_OK && st != PL_E_NOT_FOUND)
        return st;
    pl_buf_init(&both, 1u << 20);
    pl_buf_add(&both, pl_deb822_get(&hit.fields, "SHA256"));
    pl_buf_add_byte(&both, '\n');
    if (st == PL_OK)
        pl_buf_add(&both, pl_deb822_get(&source.fields, "Checksums-Sha256"));
    st = pl_buf_done(&both, err);
    if (st == PL_OK)
        st = pl_sha256_of(pl_buf_bytes(&both), out, err);
    pl_buf_reset(&both);
    return st;
}

static pl_status debian_fingerprint(struct pl_supply *s, const struct pl_purl *purl, pl_sha256 *out,
                                    struct pl_err *err)
{
    uint8_t *heap = NULL;
    size_t n = 0;
    pl_status st = pl_debian_answer_read(s, "fingerprint", purl, &heap, &n, NULL);
    bool is_kept = st == PL_OK && n == PL_SHA256_BYTES;
    if (is_kept)
        memcpy(out->b, heap, PL_SHA256_BYTES);
    free(heap);
    if (is_kept || st == PL_E_NOMEM)
        return is_kept ? PL_OK : pl_fail_nomem(err);
    st = digest_of_both(s, purl, out, err);
    return st == PL_OK
               ? pl_debian_answer_write(s, "fingerprint", purl, pl_bytes_of(out->b, PL_SHA256_BYTES), err)
               : st;
}

const struct pl_supplier pl_supplier_debian = {
    .purl_type = "deb",
    .fetch = debian_fetch,
    .fingerprint = debian_fingerprint,
};
