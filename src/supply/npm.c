/*
 * npm.c - npm packages through the registry that this machine's npm asks.
 *
 *     registry -> version document -> dist.integrity (sha512) -> tarball
 *                                  -> dist.signatures, by a key of /-/npm/v1/keys, over "name@version:integrity"
 *                                  -> repository, directory, gitHead: what the metadata claims of the source
 *
 * A registry that signs nothing leaves `published` unproven; a signature that does not fit stops the check. Documents are kept in the
 * cache for use offline, tarballs by their digest. Source: npm registry API, https://github.com/npm/registry/blob/main/docs;
 * Subresource Integrity for the form of dist.integrity. Not followed: tokens of private registries.
 */
#include "base/base64.h"
#include "supply/npm_config.h"
#include "supply/npm_document.h"
#include "supply/npm_keys.h"
#include "supply/npm_repository.h"

#include <stdlib.h>
#include <string.h>

#define MAX_DOCUMENT_BYTES (64u << 20)
#define MAX_TARBALL_BYTES  (1u << 30)
#define READ_FORM          "npm-document-1" /* counts up when pl_npm_document changes */
#define ABSENT_SECONDS     86400u
#define MAX_STEPS          4u
#define SHA512_BYTES       64u

struct job {
    struct pl_supply *s;
    const struct pl_purl *purl;
    struct pl_supplied_whole *whole;
    const char *registry;
    const char *name;                /* "@scope/name" */
    struct pl_npm_document document; /* of the version */
    struct pl_npm_document keys;
};

static struct pl_supplied *out_of(const struct job *j)
{
    return &j->whole->public;
}

/* A name or version may not break out of the URL's path. */
static bool is_plain(pl_bytes text)
{
    for (size_t i = 0; i < text.n; i++) {
        uint8_t c = text.p[i];
        bool is_good = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
                       (c != 0 && strchr("-_.~+!*'()", c) != NULL);
        if (!is_good)
            return false;
    }
    return text.n > 0 && text.n <= 256 && text.p[0] != '.';
}

static pl_status write_buf(void *ctx, pl_bytes part, struct pl_err *err)
{
    pl_buf_add(ctx, part);
    return pl_buf_done(ctx, err);
}

static pl_status clear_buf(void *ctx, struct pl_err *err)
{
    (void)err;
    pl_buf_clear(ctx);
    return PL_OK;
}

/*
 * How long "the server does not have it" is believed: a day of what is one of hundreds of dependencies, which would all be asked for
 * again in each run; offline always; of the package that the user names, never.
 */
static uint64_t absent_seconds(const struct pl_supply *s)
{
    return s->options.is_offline ? UINT64_MAX : s->prefers_kept ? ABSENT_SECONDS : 0;
}

/* A URL's contents into `to`; what it held last, when offline. */
static pl_status get(struct job *j, const char *url, const char *what, bool is_kept, struct pl_buf *to,
                     struct pl_err *err)
{
    if (is_kept && (j->s->options.is_offline || j->s->prefers_kept)) {
        uint8_t *heap = NULL;
        size_t n = 0;
        if (pl_cache_note_read(j->s->cache, url, "document", to->max_bytes, &heap, &n, NULL) == PL_OK) {
            pl_buf_add(to, pl_bytes_of(heap, n));
            free(heap);
            return pl_buf_done(to, err);
        }
    }
    if (is_kept && pl_cache_is_absent(j->s->cache, url, absent_seconds(j->s)))
        return pl_fail(err, PL_E_NOT_FOUND, PL_NO_OFFSET,
                       "the server did not have it when it was asked last");
    if (j->s->options.is_offline) {
        pl_status st = pl_fail(err, PL_E_NETWORK, PL_NO_OFFSET, "not in the cache, and offline");
        pl_err_about(err, url);
        return st;
    }
    struct pl_http_get g = {.url = url,
                            .what = what,
                            .max_bytes = to->max_bytes,
                            .write = write_buf,
                            .restart = clear_buf,
                            .ctx = to};
    pl_http_run(j->s->http, &g, 1);
    if (g.status != PL_OK && err != NULL)
        *err = g.err;
    if (g.status == PL_OK && is_kept &&
        pl_cache_note_write(j->s->cache, url, "document", pl_buf_bytes(to), NULL) != PL_OK)
        pl_supply_log(j->s, PL_SEVERITY_WARNING, "%s cannot be kept in the cache", url);
    if (g.status == PL_E_NOT_FOUND && is_kept && pl_cache_absent_write(j->s->cache, url, NULL) != PL_OK)
        pl_supply_log(j->s, PL_SEVERITY_WARNING, "that %s is not there cannot be kept in the cache", url);
    return g.status;
}

static pl_status add_step(const struct job *j, const char *what, const char *uri, pl_bytes bytes,
                          struct pl_err *err)
{
    struct pl_supplied *p = out_of(j);
    struct pl_supply_step step = {.what = what, .uri = pl_arena_str(&j->whole->arena, pl_bytes_of_str(uri))};
    pl_status st = pl_sha256_of(bytes, &step.sha256, err);
    if (st == PL_OK && step.uri == NULL)
        st = pl_arena_fail(&j->whole->arena, err);
    if (st == PL_OK && p->n_steps < MAX_STEPS)
        p->steps[p->n_steps++] = step;
    return st;
}

/* What was read of these bytes once need not be read again: a bundle has hundreds of dependencies, and reading takes a process each. */
static pl_status read_document(struct job *j, pl_bytes body, struct pl_npm_document *out, struct pl_err *err)
{
    struct pl_limits limits = pl_limits_default();
    struct pl_ask ask = {.limits = &limits};
    struct pl_buf read;
    pl_sha256 digest;
    uint8_t *heap = NULL;
    size_t n = 0;
    pl_status st = pl_sha256_of(body, &digest, err);
    if (st != PL_OK)
        return st;
    st = pl_cache_derived_read(j->s->cache, &digest, READ_FORM, &heap, &n, NULL);
    if (st == PL_OK)
        st = pl_npm_document_of(pl_bytes_of(heap, n), &limits, &j->whole->arena, out, NULL);
    free(heap);
    if (st == PL_OK)
        return PL_OK;
    pl_supply_asking(j->s, &ask);
    pl_buf_init(&read, MAX_DOCUMENT_BYTES);
    st = pl_npm_document_read(&ask, body, &j->whole->arena, out, &read, err);
    if (st == PL_OK && read.n > 0 && read.why == PL_OK &&
        pl_cache_derived_write(j->s->cache, &digest, READ_FORM, pl_buf_bytes(&read), NULL) != PL_OK)
        pl_supply_log(j->s, PL_SEVERITY_WARNING, "what was read of %s cannot be kept in the cache", j->name);
    pl_buf_reset(&read);
    return st;
}

static pl_status get_json(struct job *j, const char *url, const char *what, struct pl_npm_document *out,
                          struct pl_err *err)
{
    struct pl_buf body;
    pl_buf_init(&body, MAX_DOCUMENT_BYTES);
    pl_status st = get(j, url, what, true, &body, err);
    if (st == PL_OK) {
        st = read_document(j, pl_buf_bytes(&body), out, err);
        if (st == PL_E_INPUT)
            pl_err_about(err, url);
    }
    if (st == PL_OK)
        st = add_step(j, what, url, pl_buf_bytes(&body), err);
    pl_buf_reset(&body);
    return st;
}

static pl_status name_package(struct job *j, struct pl_err *err)
{
    pl_bytes ns = j->purl->ns;
    pl_bytes scope = ns.n > 0 && ns.p[0] == '@' ? pl_bytes_from(ns, 1) : ns;
    if (!is_plain(j->purl->name) || (ns.n > 0 && !is_plain(scope)) ||
        (j->purl->version.n > 0 && !is_plain(j->purl->version)))
        return pl_fail(err, PL_E_USAGE, PL_NO_OFFSET, "not a name or version that npm allows");
    j->name = ns.n > 0 ? pl_arena_printf(&j->whole->arena, "@%.*s/%.*s", PL_ARG(scope), PL_ARG(j->purl->name))
                       : pl_arena_str(&j->whole->arena, j->purl->name);
    const char *scope_key = ns.n > 0 ? pl_arena_printf(&j->whole->arena, "@%.*s", PL_ARG(scope)) : "";
    if (j->name == NULL || scope_key == NULL)
        return pl_arena_fail(&j->whole->arena, err);
    return pl_npm_registry(j->s, pl_bytes_of_str(scope_key), &j->registry, err);
}

/* "@scope%2fname", as registries want it in one segment. */
static const char *path_name(const struct job *j)
{
    const char *slash = strchr(j->name, '/');
    return slash == NULL
               ? j->name
               : pl_arena_printf(&j->whole->arena, "%.*s%%2f%s", (int)(slash - j->name), j->name, slash + 1);
}

static pl_status get_document(struct job *j, struct pl_err *err)
{
    struct pl_arena *a = &j->whole->arena;
    const char *name = path_name(j);
    pl_bytes version = j->purl->version.n > 0 ? j->purl->version : PL_LIT("latest");
    const char *url =
        name == NULL ? NULL : pl_arena_printf(a, "%s/%s/%.*s", j->registry, name, PL_ARG(version));
    if (url == NULL)
        return pl_arena_fail(a, err);
    pl_status st = get_json(j, url, "version document", &j->document, err);
    if (st == PL_E_NOT_FOUND) {
        st = pl_fail(err, PL_E_NOT_FOUND, PL_NO_OFFSET, "the registry has no %s %.*s", j->name,
                     PL_ARG(version));
        pl_err_about(err, url);
    }
    if (st != PL_OK)
        return st;
    if (!pl_bytes_eq_str(j->document.name, j->name) ||
        (j->purl->version.n > 0 && !pl_bytes_eq(j->document.version, version)) ||
        !is_plain(j->document.version)) {
        st = pl_fail(err, PL_E_TRUST, PL_NO_OFFSET, "the registry answers with another package or version");
        pl_err_about(err, url);
    }
    return st;
}

/* The strongest digest of "sha512-… sha1-…"; false when there is none that counts. */
static bool read_integrity(pl_bytes integrity, uint8_t out[SHA512_BYTES])
{
    pl_bytes one;
    while (pl_bytes_split(&integrity, ' ', &one)) {
        struct pl_buf digest;
        pl_buf_init(&digest, SHA512_BYTES + 8);
        one = pl_bytes_sub(one, 0, pl_bytes_find_byte(one, '?', 0));
        bool found = pl_bytes_starts(one, PL_LIT("sha512-")) &&
                     pl_base64_decode(pl_bytes_from(one, 7), &digest) && digest.n == SHA512_BYTES;
        if (found)
            memcpy(out, digest.p, SHA512_BYTES);
        pl_buf_reset(&digest);
        if (found)
            return true;
    }
    return false;
}

/* Does the tarball have the digest that the document gives? *is_strong is false for sha1 alone. */
static pl_status check_digest(const struct job *j, pl_bytes bytes, bool *is_strong, struct pl_err *err)
{
    uint8_t want[SHA512_BYTES];
    uint8_t got[PL_DIGEST_MAX_BYTES];
    size_t n = 0;
    pl_bytes integrity = j->document.integrity;
    *is_strong = read_integrity(integrity, want);
    if (!*is_strong && !pl_unhex(j->document.shasum, want, PL_SHA1_BYTES))
        return pl_fail(err, PL_E_TRUST, PL_NO_OFFSET, "the registry gives no digest of %s", j->name);
    pl_status st = pl_digest_parts(*is_strong ? "SHA512" : "SHA1", &bytes, 1, got, &n, err);
    if (st == PL_OK && memcmp(want, got, n) != 0)
        st = pl_fail(err, PL_E_TRUST, PL_NO_OFFSET,
                     "the tarball is not the one that the registry names: its %s differs",
                     *is_strong ? "sha512" : "sha1");
    return st;
}

/* npm takes the tarballs of the public registry from the configured one, whatever the document says. */
static const char *tarball_url(const struct job *j)
{
    pl_bytes url = j->document.tarball;
    pl_bytes public = PL_LIT(PL_NPM_REGISTRY "/");
    if (!pl_bytes_starts(url, PL_LIT("https://")) && !pl_bytes_starts(url, PL_LIT("http://")))
        return NULL;
    if (pl_bytes_starts(url, public) && strcmp(j->registry, PL_NPM_REGISTRY) != 0)
        return pl_arena_printf(&j->whole->arena, "%s/%.*s", j->registry,
                               PL_ARG(pl_bytes_from(url, public.n)));
    return pl_arena_str(&j->whole->arena, url);
}

/* The cache knows blobs by sha256; which one a URL gave stands in a note. */
static bool from_cache(struct job *j, const char *url, struct pl_err *err)
{
    uint8_t *heap = NULL;
    size_t n = 0;
    pl_sha256 digest;
    bool was_bad;
    bool found = pl_cache_note_read(j->s->cache, url, "sha256", 1024, &heap, &n, err) == PL_OK &&
                 pl_unhex(pl_bytes_trim(pl_bytes_of(heap, n)), digest.b, PL_SHA256_BYTES) &&
                 pl_cache_get(j->s->cache, &digest, &j->whole->package, &was_bad, err) == PL_OK;
    free(heap);
    return found;
}

static pl_status to_cache(struct job *j, const char *url, pl_bytes bytes, struct pl_err *err)
{
    struct pl_cache_put *put = NULL;
    pl_sha256 digest;
    char hex[PL_SHA256_HEX_BYTES];
    bool was_bad;
    pl_status st = pl_sha256_of(bytes, &digest, err);
    if (st == PL_OK)
        st = pl_cache_put_open(j->s->cache, &digest, &put, err);
    if (st == PL_OK)
        st = pl_cache_put_add(put, bytes, err);
    if (st == PL_OK)
        st = pl_cache_put_finish(put, NULL, err);
    pl_cache_put_close(put);
    pl_hex(digest.b, PL_SHA256_BYTES, hex);
    if (st == PL_OK)
        st = pl_cache_note_write(j->s->cache, url, "sha256", pl_bytes_of_str(hex), err);
    return st == PL_OK ? pl_cache_get(j->s->cache, &digest, &j->whole->package, &was_bad, err) : st;
}

static pl_status get_tarball(struct job *j, bool *is_strong, struct pl_err *err)
{
    struct pl_supplied *p = out_of(j);
    const char *url = tarball_url(j);
    pl_status st = PL_OK;
    if (url == NULL)
        return j->whole->arena.why != PL_OK
                   ? pl_arena_fail(&j->whole->arena, err)
                   : pl_fail(err, PL_E_INPUT, PL_NO_OFFSET, "the registry names no tarball of %s", j->name);
    if (!from_cache(j, url, NULL) || check_digest(j, j->whole->package.bytes, is_strong, NULL) != PL_OK) {
        struct pl_buf body;
        pl_mapping_close(&j->whole->package);
        pl_buf_init(&body, MAX_TARBALL_BYTES);
        st = get(j, url, j->name, false, &body, err);
        if (st == PL_OK)
            st = check_digest(j, pl_buf_bytes(&body), is_strong, err);
        if (st == PL_OK)
            st = to_cache(j, url, pl_buf_bytes(&body), err);
        pl_buf_reset(&body);
    }
    if (st != PL_OK) {
        pl_err_about(err, url);
        return st;
    }
    p->uri = url;
    p->bytes = j->whole->package.bytes;
    p->filename = pl_arena_str(&j->whole->arena, pl_bytes_basename(pl_bytes_of_str(url)));
    st = pl_sha256_of(p->bytes, &p->sha256, err);
    if (st == PL_OK && p->filename == NULL)
        st = pl_arena_fail(&j->whole->arena, err);
    return st == PL_OK ? add_step(j, "package", url, p->bytes, err) : st;
}

/* Who says that this is the package? */
static pl_status judge_signature(struct job *j, bool is_strong, struct pl_err *err)
{
    struct pl_supplied *p = out_of(j);
    struct pl_arena *a = &j->whole->arena;
    const char *host = strstr(j->registry, "://") + 3;
    const char *keyid = NULL;
    struct pl_err why = {.status = PL_OK};
    pl_status st = PL_E_NOT_FOUND;
    p->published = PL_VERDICT_UNPROVEN;
    if (!is_strong) {
        p->why = pl_arena_printf(a, "%s gives a sha1 alone, which proves nothing", host);
        return a->why == PL_OK ? PL_OK : pl_arena_fail(a, err);
    }
    if (j->document.n_signatures > 0) {
        const char *url = pl_arena_printf(a, "%s/-/npm/v1/keys", j->registry);
        const char *message =
            pl_arena_printf(a, "%s@%s:%.*s", j->name, p->version, PL_ARG(j->document.integrity));
        if (url == NULL || message == NULL)
            return pl_arena_fail(a, err);
        st = get_json(j, url, "keys", &j->keys, &why);
        if (st == PL_OK)
            st = pl_npm_verify(j->document.signatures, j->document.n_signatures, j->keys.keys, j->keys.n_keys,
                               pl_bytes_of_str(message), a, &keyid, &why);
        if (st == PL_E_TRUST || st == PL_E_NOMEM) {
            if (err != NULL)
                *err = why;
            pl_err_about(err, url);
            return st;
        }
    }
    if (st == PL_OK) {
        p->published = PL_VERDICT_HOLDS;
        p->why = pl_arena_printf(a, "sha512 stands in the document of %s, signed by its key %s", host, keyid);
    } else {
        p->why = pl_arena_printf(
            a, "sha512 stands in the document of %s, %s%s", host,
            j->document.n_signatures > 0 ? "whose signature could not be checked: " : "unsigned", why.text);
    }
    return a->why == PL_OK ? PL_OK : pl_arena_fail(a, err);
}

/* What the metadata claims of the source. */
static void read_claims(struct job *j)
{
    struct pl_supplied *p = out_of(j);
    struct pl_arena *a = &j->whole->arena;
    pl_bytes text = j->document.repository;
    pl_bytes directory = j->document.directory;
    pl_bytes head = j->document.git_head;
    uint8_t id[PL_SHA1_BYTES];
    if (text.n == 0 || !pl_npm_repository(text, a, &p->repository, &p->repository_folder)) {
        p->repository = NULL;
        p->source_why = text.n == 0 ? "the package's metadata names no repository"
                                    : "the repository that the package's metadata names makes no sense";
        return;
    }
    while (directory.n > 0 && (directory.p[0] == '/' || pl_bytes_starts(directory, PL_LIT("./"))))
        directory = pl_bytes_from(directory, directory.p[0] == '/' ? 1 : 2);
    if (directory.n > 0)
        p->repository_folder = pl_arena_str(a, directory);
    if (pl_unhex(head, id, sizeof id))
        p->repository_commit = pl_arena_str(a, head);
}

static pl_status describe(struct job *j, struct pl_err *err)
{
    struct pl_supplied *p = out_of(j);
    struct pl_arena *a = &j->whole->arena;
    struct pl_purl purl = {.type = PL_LIT("npm"), .name = j->purl->name, .ns = j->purl->ns};
    struct pl_buf text;
    purl.version = j->document.version;
    pl_buf_init(&text, PL_PURL_MAX_BYTES * 3);
    pl_purl_print(&purl, &text);
    p->package = j->name;
    p->version = pl_arena_str(a, purl.version);
    p->purl = text.why == PL_OK ? pl_arena_str(a, pl_buf_bytes(&text)) : NULL;
    p->how = PL_HOW_CLAIMED;
    p->is_exact = true;
    pl_buf_reset(&text);
    read_claims(j);
    return p->version == NULL || p->purl == NULL || a->why != PL_OK ? pl_arena_fail(a, err) : PL_OK;
}

static pl_status npm_fetch(struct pl_supply *s, const struct pl_purl *purl, struct pl_supplied **out,
                           struct pl_err *err)
{
    struct job j = {.s = s, .purl = purl};
    bool is_strong = false;
    pl_status st = pl_supplied_new(MAX_STEPS, &j.whole, err);
    if (st != PL_OK)
        return st;
    st = name_package(&j, err);
    if (st == PL_OK)
        st = get_document(&j, err);
    if (st == PL_OK)
        st = describe(&j, err);
    if (st == PL_OK)
        st = get_tarball(&j, &is_strong, err);
    if (st == PL_OK)
        st = judge_signature(&j, is_strong, err);
    if (st != PL_OK) {
        pl_supplied_free(&j.whole->public);
        return st;
    }
    *out = &j.whole->public;
    return PL_OK;
}

/* The document of a version says all: digest, repository, commit. */
static pl_status npm_fingerprint(struct pl_supply *s, const struct pl_purl *purl, pl_sha256 *out,
                                 struct pl_err *err)
{
    struct job j = {.s = s, .purl = purl};
    pl_status st = pl_supplied_new(MAX_STEPS, &j.whole, err);
    if (st != PL_OK)
        return st;
    st = name_package(&j, err);
    if (st == PL_OK)
        st = get_document(&j, err);
    if (st == PL_OK)
        *out = out_of(&j)->steps[0].sha256;
    pl_supplied_free(&j.whole->public);
    return st;
}

/* The three numbers of a version, compared one after the other; semver.org, 11. */
static int compare_versions(pl_bytes a, pl_bytes b)
{
    pl_bytes x;
    pl_bytes y;
    while (pl_bytes_split(&a, '.', &x) && pl_bytes_split(&b, '.', &y)) {
        int order = x.n != y.n ? (x.n < y.n ? -1 : 1) : pl_bytes_cmp(x, y); /* no leading zeros */
        if (order != 0)
            return order;
    }
    return 0;
}

static bool is_release(pl_bytes version)
{
    for (size_t i = 0; i < version.n; i++)
        if (version.p[i] != '.' && (version.p[i] < '0' || version.p[i] > '9'))
            return false;
    return version.n > 0 && is_plain(version);
}

/* Put a version into the list of the `max` highest, highest first. */
static void note_version(pl_bytes *versions, size_t max, size_t *n, pl_bytes version)
{
    size_t i = *n < max ? (*n)++ : max;
    while (i > 0 && compare_versions(versions[i - 1], version) < 0) {
        if (i < max)
            versions[i] = versions[i - 1];
        i--;
    }
    if (i < max)
        versions[i] = version;
}

static pl_status list_versions(const struct job *j, struct pl_arena *arena, pl_bytes *out, size_t max,
                               size_t *n, struct pl_err *err)
{
    *n = 0;
    for (size_t i = 0; i < j->document.n_versions; i++)
        if (is_release(j->document.versions[i]))
            note_version(out, max, n, j->document.versions[i]);
    for (size_t i = 0; i < *n; i++) {
        out[i] = pl_arena_keep(arena, out[i]);
        if (out[i].p == NULL)
            return pl_arena_fail(arena, err);
    }
    return PL_OK;
}

static pl_status npm_versions(struct pl_supply *s, const struct pl_purl *purl, struct pl_arena *arena,
                              pl_bytes *out, size_t max, size_t *n, struct pl_err *err)
{
    struct job j = {.s = s, .purl = purl};
    pl_status st = pl_supplied_new(MAX_STEPS, &j.whole, err);
    if (st != PL_OK)
        return st;
    st = name_package(&j, err);
    const char *name = st == PL_OK ? path_name(&j) : NULL;
    const char *url = name == NULL ? NULL : pl_arena_printf(&j.whole->arena, "%s/%s", j.registry, name);
    if (st == PL_OK && url == NULL)
        st = pl_arena_fail(&j.whole->arena, err);
    if (st == PL_OK)
        st = get_json(&j, url, "list of versions", &j.document, err);
    if (st == PL_OK)
        st = list_versions(&j, arena, out, max, n, err);
    pl_supplied_free(&j.whole->public);
    return st;
}

const struct pl_supplier pl_supplier_npm = {
    .purl_type = "npm",
    .fetch = npm_fetch,
    .fingerprint = npm_fingerprint,
    .versions = npm_versions,
};
