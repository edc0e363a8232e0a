/*
 * npm_document.c - a few fields of a large document: the JSON is read elsewhere, and the fields come over the wire.
 */
#include "supply/npm_document.h"

#include "base/wire.h"
#include "format/text/json.h"

#define PART_BYTES (64u << 20)
#define N_TEXTS    8u

struct reading {
    pl_bytes text;
    const struct pl_limits *limits;
    struct pl_arena *arena;
    struct pl_npm_document *out;
    struct pl_buf *kept; /* may be NULL */
    bool is_told;
};

static void texts_of(struct pl_npm_document *d, pl_bytes *out[N_TEXTS])
{
    pl_bytes *const all[N_TEXTS] = {&d->name,    &d->version,    &d->integrity, &d->shasum,
                                    &d->tarball, &d->repository, &d->directory, &d->git_head};
    for (size_t i = 0; i < N_TEXTS; i++)
        out[i] = all[i];
}

/* ---- where the JSON is read ---- */

static pl_bytes text_of(const json_t *v)
{
    return json_is_string(v) ? pl_bytes_of(json_string_value(v), json_string_length(v)) : (pl_bytes){NULL, 0};
}

static pl_bytes text_at(const json_t *object, const char *key)
{
    return text_of(json_object_get(object, key));
}

static size_t first_ones(const json_t *list, size_t most)
{
    return json_array_size(list) < most ? json_array_size(list) : most;
}

static void say_document(struct pl_wire_out *w, const json_t *json)
{
    const json_t *dist = json_object_get(json, "dist");
    const json_t *repository = json_object_get(json, "repository");
    const json_t *signatures = json_object_get(dist, "signatures");
    const json_t *keys = json_object_get(json, "keys");
    json_t *versions = json_object_get(json, "versions");
    const char *name;
    json_t *value;
    uint64_t n = 0;
    const pl_bytes texts[N_TEXTS] = {
        text_at(json, "name"),
        text_at(json, "version"),
        text_at(dist, "integrity"),
        text_at(dist, "shasum"),
        text_at(dist, "tarball"),
        json_is_string(repository) ? text_of(repository) : text_at(repository, "url"),
        text_at(repository, "directory"),
        text_at(json, "gitHead"),
    };
    for (size_t i = 0; i < N_TEXTS; i++)
        pl_wire_bytes(w, texts[i]);
    pl_wire_u64(w, first_ones(signatures, PL_NPM_SIGNATURES));
    for (size_t i = 0; i < first_ones(signatures, PL_NPM_SIGNATURES); i++) {
        pl_wire_bytes(w, text_at(json_array_get(signatures, i), "keyid"));
        pl_wire_bytes(w, text_at(json_array_get(signatures, i), "sig"));
    }
    pl_wire_u64(w, first_ones(keys, PL_NPM_KEYS));
    for (size_t i = 0; i < first_ones(keys, PL_NPM_KEYS); i++) {
        pl_wire_bytes(w, text_at(json_array_get(keys, i), "keyid"));
        pl_wire_bytes(w, text_at(json_array_get(keys, i), "keytype"));
        pl_wire_bytes(w, text_at(json_array_get(keys, i), "key"));
    }
    json_object_foreach(versions, name, value) n += json_is_object(value);
    pl_wire_u64(w, n);
    json_object_foreach(versions, name, value)
    {
        if (json_is_object(value))
            pl_wire_bytes(w, pl_bytes_of_str(name));
    }
}

static pl_status say(void *ctx, struct pl_ask_answer *to, struct pl_err *err)
{
    const struct reading *r = ctx;
    struct pl_err why = {.text = ""};
    struct pl_buf out;
    struct pl_wire_out w = {.out = &out};
    json_t *json = NULL;
    pl_status st = pl_json_load(r->text, false, &json, &why);
    if (st == PL_E_NOMEM)
        return pl_fail_nomem(err);
    if (st != PL_OK || !json_is_object(json)) {
        st = pl_fail(err, PL_E_INPUT, st == PL_OK ? 0 : why.offset,
                     "the registry's answer is no JSON object: %s", why.text);
        json_decref(json);
        return st;
    }
    pl_buf_init(&out, PART_BYTES);
    say_document(&w, json);
    json_decref(json);
    st = pl_buf_done(&out, err);
    if (st == PL_OK)
        st = pl_ask_say(to, pl_buf_bytes(&out), err);
    pl_buf_reset(&out);
    return st;
}

/* ---- here ---- */

static void take_lists(struct pl_wire_in *in, struct pl_npm_document *d)
{
    d->n_signatures = (size_t)pl_wire_take_below(in, PL_NPM_SIGNATURES + 1);
    for (size_t i = 0; i < d->n_signatures; i++) {
        d->signatures[i].keyid = pl_wire_take_bytes(in);
        d->signatures[i].sig = pl_wire_take_bytes(in);
    }
    d->n_keys = (size_t)pl_wire_take_below(in, PL_NPM_KEYS + 1);
    for (size_t i = 0; i < d->n_keys; i++) {
        d->keys[i].keyid = pl_wire_take_bytes(in);
        d->keys[i].keytype = pl_wire_take_bytes(in);
        d->keys[i].key = pl_wire_take_bytes(in);
    }
    d->n_versions = pl_wire_take_count(in, 1);
    d->versions = in->c.bad ? NULL : pl_arena_take_n(in->arena, d->n_versions + 1, sizeof *d->versions);
    if (d->versions == NULL && !in->c.bad)
        pl_wire_no_memory(in);
    for (size_t i = 0; i < d->n_versions && !in->c.bad; i++)
        d->versions[i] = pl_wire_take_bytes(in);
}

static pl_status take(void *ctx, pl_bytes part, struct pl_err *err)
{
    struct reading *r = ctx;
    struct pl_wire_in in = {.c = pl_cursor_of(part), .arena = r->arena, .limits = r->limits};
    pl_bytes *texts[N_TEXTS];
    texts_of(r->out, texts);
    for (size_t i = 0; i < N_TEXTS; i++)
        *texts[i] = pl_wire_take_bytes(&in);
    take_lists(&in, r->out);
    pl_wire_require(&in, !r->is_told);
    r->is_told = true;
    if (r->kept != NULL)
        pl_buf_add(r->kept, part);
    return pl_wire_done(&in, err);
}

pl_status pl_npm_document_read(const struct pl_ask *given, pl_bytes text, struct pl_arena *arena,
                               struct pl_npm_document *out, struct pl_buf *kept, struct pl_err *err)
{
    struct reading r = {.text = text, .limits = given->limits, .arena = arena, .out = out, .kept = kept};
    struct pl_ask ask = *given;
    *out = (struct pl_npm_document){0};
    ask.ctx = &r;
    ask.work = say;
    ask.take = take;
    ask.what = "the registry's answer";
    ask.part_bytes = PART_BYTES;
    pl_json_prepare();
    pl_status st = pl_ask(&ask, err);
    return st == PL_OK && !r.is_told ? pl_fail(err, PL_E_INPUT, PL_NO_OFFSET,
                                               "the registry's answer cannot be read: nothing was said")
                                     : st;
}

pl_status pl_npm_document_of(pl_bytes kept, const struct pl_limits *limits, struct pl_arena *arena,
                             struct pl_npm_document *out, struct pl_err *err)
{
    struct reading r = {.limits = limits, .arena = arena, .out = out};
    *out = (struct pl_npm_document){0};
    return take(&r, kept, err);
}
