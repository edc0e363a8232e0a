/*
 * packument_verify.c - plumb verify PACKUMENT PACKAGE --registry-keys FILE: did the npm registry sign these bytes?
 *
 *     versions[V].dist.integrity    "sha512-" and the base64 SHA-512 of the package
 *     versions[V].dist.signatures   over "NAME@V:INTEGRITY", by a key of the registry (supply/npm_keys.h)
 *     time[V]                       when it was published: a key signs nothing from its end on, and stays good for what it signed before
 */
#include "attest/apart.h"
#include "attest/bundle_verify.h"
#include "attest/outcome.h"
#include "attest/sigstore.h"
#include "base/base64.h"
#include "format/text/json.h"
#include "io/read.h"
#include "supply/npm_keys.h"

#include <stdlib.h>
#include <string.h>

#define DOCUMENT_MAX ((uint64_t)512 << 20)
#define PACKAGE_MAX  ((uint64_t)8 << 30)
#define SRI_MAX      8192u

struct registering {
    const struct pl_packument_options *options;
    struct pl_outcome *o;
    pl_bytes text; /* of the document */
    pl_bytes package;
    json_t *keys;
    json_t *document;
    const char *version;
    const json_t *dist; /* of that version */
    struct pl_err why;
};

static pl_status announce(struct registering *x)
{
    pl_status st =
        pl_outcome_enforce(x->o, "keys", &x->why, "the registry's keys are in %s", x->options->keys);
    if (st == PL_OK)
        st = pl_outcome_enforce(x->o, "document", &x->why, "an npm packument");
    if (st == PL_OK)
        st = pl_outcome_enforce(x->o, "subject", &x->why, "one of its versions has the SHA-512 of %s",
                                x->options->package);
    if (st == PL_OK)
        st = pl_outcome_enforce(x->o, "signature", &x->why,
                                "the registry signed name, version and digest with a key that was good then");
    for (size_t i = 0; i < x->o->steps.n && st == PL_OK && x->options->criterion != NULL; i++)
        x->options->criterion(x->options->ctx, x->o->steps.v[i].name, x->o->steps.v[i].wanted);
    return st;
}

static pl_status parse(pl_bytes text, const char *path, const char *what, json_t **out, struct pl_err *err)
{
    struct pl_err said = {.status = PL_OK};
    if (pl_json_load(text, false, out, &said) == PL_E_NOMEM)
        return pl_fail_nomem(err);
    if (*out != NULL && json_is_object(*out))
        return PL_OK;
    pl_status st = pl_fail(err, PL_E_TRUST, PL_NO_OFFSET, "%s cannot be read as JSON: %s", what,
                           *out == NULL ? said.text : "no object");
    pl_err_about(err, path);
    return st;
}

/* They are of the person who asks, as a policy is. */
static pl_status load_keys(struct registering *x)
{
    uint8_t *heap = NULL;
    size_t n = 0;
    pl_status st = pl_io_read(x->options->keys, DOCUMENT_MAX, &heap, &n, &x->why);
    if (st == PL_OK)
        st = parse(pl_bytes_of(heap, n), x->options->keys, "the keys", &x->keys, &x->why);
    free(heap);
    return st == PL_OK ? pl_outcome_holds(x->o, "keys", &x->why, "%zu keys",
                                          json_array_size(json_object_get(x->keys, "keys")))
                       : st;
}

/* Does an integrity text hold this SHA-512? It may hold several digests, blanks between them. */
static bool has_digest(const json_t *dist, pl_bytes base64)
{
    const char *text = json_string_value(json_object_get(dist, "integrity"));
    pl_bytes rest = pl_bytes_of_str(text);
    pl_bytes one;
    while (text != NULL && rest.n <= SRI_MAX && pl_bytes_split(&rest, ' ', &one))
        if (pl_bytes_starts(one, PL_LIT("sha512-")) && pl_bytes_eq(pl_bytes_from(one, 7), base64))
            return true;
    return false;
}

static pl_status find_version(struct registering *x)
{
    size_t n_digest = 0;
    uint8_t digest[PL_DIGEST_MAX_BYTES];
    struct pl_buf text;
    const char *key;
    json_t *version;
    pl_status st = pl_digest_parts("SHA512", &x->package, 1, digest, &n_digest, &x->why);
    if (st != PL_OK)
        return st;
    pl_buf_init(&text, 1024);
    pl_base64_encode(pl_bytes_of(digest, n_digest), &text);
    json_object_foreach(json_object_get(x->document, "versions"), key, version)
    {
        if (has_digest(json_object_get(version, "dist"), pl_buf_bytes(&text))) {
            x->version = key;
            x->dist = json_object_get(version, "dist");
        }
    }
    pl_buf_reset(&text);
    if (x->version == NULL) {
        (void)pl_fail(&x->why, PL_E_TRUST, PL_NO_OFFSET,
                      "no version of the document has this package's digest");
        return pl_outcome_fails(x->o, "subject", &x->why);
    }
    return pl_outcome_holds(x->o, "subject", &x->why, "version %s", x->version);
}

/* A key with an end counts for what was published before it. */
static bool is_good_then(const json_t *key, bool has_time, int64_t published)
{
    const json_t *expires = json_object_get(key, "expires");
    int64_t end;
    if (expires == NULL || json_is_null(expires))
        return true;
    return has_time && pl_rfc3339_read(pl_bytes_of_str(json_string_value(expires)), &end) && published < end;
}

static pl_bytes text_at(const json_t *object, const char *key)
{
    const json_t *v = json_object_get(object, key);
    return json_is_string(v) ? pl_bytes_of(json_string_value(v), json_string_length(v)) : (pl_bytes){NULL, 0};
}

/* What the document signs with, and the keys that were good then; the first ones of each. */
static void list_keys(const struct registering *x, bool has_time, int64_t published,
                      struct pl_npm_document *out)
{
    const json_t *signatures = json_object_get(x->dist, "signatures");
    size_t i;
    json_t *one;
    json_array_foreach(signatures, i, one) if (out->n_signatures < PL_NPM_SIGNATURES)
        out->signatures[out->n_signatures++] =
        (struct pl_npm_signature){.keyid = text_at(one, "keyid"), .sig = text_at(one, "sig")};
    json_array_foreach(json_object_get(x->keys, "keys"), i, one)
    {
        if (out->n_keys < PL_NPM_KEYS && is_good_then(one, has_time, published))
            out->keys[out->n_keys++] = (struct pl_npm_key){.keyid = text_at(one, "keyid"),
                                                           .keytype = text_at(one, "keytype"),
                                                           .key = text_at(one, "key")};
    }
}

static pl_status check_signature(struct registering *x)
{
    const char *name = json_string_value(json_object_get(x->document, "name"));
    const char *integrity = json_string_value(json_object_get(x->dist, "integrity"));
    struct pl_npm_document lists = {.n_keys = 0};
    const char *when = json_string_value(json_object_get(json_object_get(x->document, "time"), x->version));
    const char *keyid = NULL;
    int64_t published = 0;
    bool has_time = pl_rfc3339_read(pl_bytes_of_str(when), &published);
    pl_status st = PL_OK;
    list_keys(x, has_time, published, &lists);
    const char *message = name == NULL || integrity == NULL
                              ? NULL
                              : pl_arena_printf(&x->o->arena, "%s@%s:%s", name, x->version, integrity);
    if (lists.n_signatures == 0)
        st = pl_fail(&x->why, PL_E_TRUST, PL_NO_OFFSET,
                     "the document has no signature of that version; some mirrors drop them");
    else if (message == NULL)
        st = pl_fail(&x->why, PL_E_TRUST, PL_NO_OFFSET, "the document does not name its package");
    else
        st = pl_npm_verify(lists.signatures, lists.n_signatures, lists.keys, lists.n_keys,
                           pl_bytes_of_str(message), &x->o->arena, &keyid, &x->why);
    if (st != PL_OK)
        return pl_outcome_fails(x->o, "signature", &x->why);
    st = pl_outcome_fact(x->o, "signed", &x->why, "%s", message);
    return st == PL_OK ? pl_outcome_holds(x->o, "signature", &x->why, "by %s, published %s", keyid,
                                          when == NULL ? "at an unknown time" : when)
                       : st;
}

static pl_status judge_there(void *ctx, struct pl_outcome **said, enum pl_exit *exit, struct pl_err *why)
{
    struct registering *x = ctx;
    pl_status st = parse(x->text, x->options->packument, "the packument", &x->document, &x->why);
    if (st == PL_OK)
        st = pl_outcome_holds(*said, "document", &x->why, "%zu versions",
                              json_object_size(json_object_get(x->document, "versions")));
    if (st == PL_OK)
        st = find_version(x);
    if (st == PL_OK)
        st = check_signature(x);
    *exit = st == PL_OK ? PL_EXIT_PASS : PL_EXIT_TRUST;
    *why = x->why;
    return st;
}

static pl_status run(struct registering *x, const pl_bytes *given, const struct pl_ask *how,
                     enum pl_exit *exit)
{
    struct pl_apart apart = {.ctx = x, .judge = judge_there, .what = "the packument", .how = how};
    uint8_t *document = NULL;
    uint8_t *package = NULL;
    size_t n_document = 0;
    size_t n_package = 0;
    pl_status st = announce(x);
    if (st == PL_OK)
        st = load_keys(x);
    if (st == PL_OK)
        st = pl_io_read(x->options->packument, DOCUMENT_MAX, &document, &n_document, &x->why);
    if (st == PL_OK && given == NULL)
        st = pl_io_read(x->options->package, PACKAGE_MAX, &package, &n_package, &x->why);
    x->text = pl_bytes_of(document, n_document);
    x->package = given != NULL ? *given : pl_bytes_of(package, n_package);
    if (st == PL_OK)
        st = pl_judge_apart(&apart, x->o, exit, &x->why);
    free(document);
    free(package);
    return st;
}

static pl_status verify(const struct pl_packument_options *options, const pl_bytes *given,
                        const struct pl_ask *how, struct pl_outcome **out, struct pl_err *err)
{
    struct registering x = {.options = options};
    enum pl_exit exit = PL_EXIT_TRUST;
    x.o = pl_outcome_new("verify", options->packument);
    if (x.o == NULL)
        return pl_fail_nomem(err);
    pl_status st = run(&x, given, how, &exit);
    if (st != PL_OK)
        pl_err_about(&x.why, options->packument);
    json_decref(x.keys);
    json_decref(x.document);
    return pl_outcome_end(x.o, st, &x.why, exit, out, err);
}

pl_status pl_verify_packument(const struct pl_packument_options *options, struct pl_outcome **out,
                              struct pl_err *err)
{
    struct pl_limits limits = pl_limits_default();
    struct pl_ask how = {.limits = &limits, .is_here = options->is_unconfined};
    return verify(options, NULL, &how, out, err);
}

pl_status pl_verify_packument_over(const struct pl_packument_options *options, pl_bytes package,
                                   const struct pl_ask *how, struct pl_outcome **out, struct pl_err *err)
{
    return verify(options, &package, how, out, err);
}
