/*
 * dsse.c - reading, checking and writing envelopes.
 *
 * The payload is decoded once, straight into its place in the PAE, which the signatures are over; the statement is parsed from there.
 * Source: DSSE envelope.md and protocol.md, version 1.0.2. Unknown members are ignored, as that says.
 */
#include "attest/dsse.h"

#include "base/base64.h"
#include "base/json.h"
#include "format/text/jsondoc.h"

#include <stdio.h>
#include <string.h>

#define MAX_SIGNATURE_BYTES 1024u
#define MAX_TYPE_BYTES      256u
#define PAE_HEAD_BYTES      64u
#define ARENA_BYTES         (1u << 20)

static void add_head(pl_bytes type, size_t payload_bytes, struct pl_buf *out)
{
    pl_buf_printf(out, "DSSEv1 %zu ", type.n);
    pl_buf_add(out, type);
    pl_buf_printf(out, " %zu ", payload_bytes);
}

void pl_dsse_pae(pl_bytes type, pl_bytes payload, struct pl_buf *out)
{
    add_head(type, payload.n, out);
    pl_buf_add(out, payload);
}

static pl_status read_payload(const struct pl_json_node *payload, struct pl_dsse *d, struct pl_err *err)
{
    pl_bytes text = pl_json_plain(payload);
    if (payload == NULL || payload->kind != PL_JSON_STRING || (text.n == 0 && payload->value.n > 2))
        return pl_fail(err, PL_E_INPUT, PL_NO_OFFSET, "envelope: no payload");
    size_t n = pl_base64_decoded_bytes(text);
    pl_buf_init(&d->buffer, d->type.n + n + PAE_HEAD_BYTES);
    if (pl_buf_grow(&d->buffer, d->type.n + n + PAE_HEAD_BYTES) != NULL)
        d->buffer.n = 0; /* room for all of it at once */
    add_head(d->type, n, &d->buffer);
    size_t head = d->buffer.n;
    if (!pl_base64_decode_any(text, &d->buffer) || (d->buffer.why == PL_OK && d->buffer.n != head + n))
        return pl_fail(err, PL_E_INPUT, PL_NO_OFFSET, "envelope: the payload is not base64");
    d->pae = pl_buf_bytes(&d->buffer);
    d->payload = pl_bytes_from(d->pae, head);
    return pl_buf_done(&d->buffer, err);
}

static pl_status read_signature(const struct pl_json_doc *doc, const struct pl_json_node *one,
                                struct pl_dsse *d, struct pl_err *err)
{
    struct pl_buf sig;
    pl_bytes keyid = {NULL, 0};
    const struct pl_json_node *id = pl_json_get(doc, one, "keyid");
    const struct pl_json_node *node = pl_json_get(doc, one, "sig");
    pl_bytes text = pl_json_plain(node);
    if (id != NULL && id->kind != PL_JSON_NULL && !pl_json_node_text(id, &d->arena, &keyid))
        return pl_fail(err, PL_E_INPUT, PL_NO_OFFSET, "envelope: a keyid that is no string");
    pl_buf_init(&sig, MAX_SIGNATURE_BYTES);
    if (text.n == 0 || !pl_base64_decode_any(text, &sig) || sig.why != PL_OK) {
        pl_buf_reset(&sig);
        return pl_fail(err, PL_E_INPUT, PL_NO_OFFSET, "envelope: a signature that is not base64");
    }
    struct pl_dsse_signature *slot = PL_VEC_ADD(&d->signatures);
    pl_bytes kept = slot == NULL ? (pl_bytes){NULL, 0} : pl_arena_keep(&d->arena, pl_buf_bytes(&sig));
    pl_buf_reset(&sig);
    if (kept.p == NULL)
        return pl_fail_nomem(err);
    *slot = (struct pl_dsse_signature){.keyid = pl_arena_keep(&d->arena, keyid), .sig = kept};
    return slot->keyid.p == NULL ? pl_arena_fail(&d->arena, err) : PL_OK;
}

static pl_status read_all(const struct pl_json_doc *doc, struct pl_dsse *d, struct pl_err *err)
{
    const struct pl_json_node *root = pl_json_root(doc);
    const struct pl_json_node *list = pl_json_get(doc, root, "signatures");
    pl_bytes type;
    if (!pl_json_node_text(pl_json_get(doc, root, "payloadType"), &d->arena, &type) || type.n == 0)
        return pl_fail(err, PL_E_INPUT, PL_NO_OFFSET, "envelope: no payloadType");
    if (type.n > MAX_TYPE_BYTES)
        return pl_fail(err, PL_E_LIMIT, PL_NO_OFFSET, "envelope: a payloadType of more than %u bytes",
                       MAX_TYPE_BYTES);
    d->type = pl_arena_keep(&d->arena, type);
    if (d->type.p == NULL)
        return pl_arena_fail(&d->arena, err);
    if (list == NULL || list->kind != PL_JSON_ARRAY)
        return pl_fail(err, PL_E_INPUT, PL_NO_OFFSET, "envelope: no signatures");
    pl_status st = read_payload(pl_json_get(doc, root, "payload"), d, err);
    for (const struct pl_json_node *s = pl_json_first(doc, list); s != NULL && st == PL_OK;
         s = pl_json_next(doc, s)) {
        if (d->signatures.n == PL_DSSE_MAX_SIGNATURES)
            return pl_fail(err, PL_E_LIMIT, PL_NO_OFFSET, "envelope: more than %u signatures",
                           PL_DSSE_MAX_SIGNATURES);
        st = read_signature(doc, s, d, err);
    }
    return st;
}

pl_status pl_dsse_read(pl_bytes json, struct pl_dsse *out, struct pl_err *err)
{
    struct pl_json_doc doc = {0};
    struct pl_dsse d = {0};
    if (json.n > PL_DSSE_MAX_BYTES)
        return pl_fail(err, PL_E_LIMIT, PL_NO_OFFSET, "envelope: larger than %zu bytes", PL_DSSE_MAX_BYTES);
    pl_arena_init(&d.arena, ARENA_BYTES);
    pl_status st = pl_json_doc_read(json, 3, &doc, err);
    if (st == PL_OK)
        st = read_all(&doc, &d, err);
    pl_json_doc_reset(&doc);
    if (st == PL_OK)
        *out = d;
    else
        pl_dsse_reset(&d);
    return st;
}

void pl_dsse_reset(struct pl_dsse *d)
{
    pl_arena_reset(&d->arena);
    pl_buf_reset(&d->buffer);
    PL_VEC_FREE(&d->signatures);
    *d = (struct pl_dsse){0};
}

static bool is_for(pl_bytes keyid, const struct pl_key *key, const char *name)
{
    return keyid.n == 0 || pl_bytes_eq_str(keyid, pl_key_id(key)) ||
           pl_bytes_eq_str(keyid, pl_key_id(key) + 7) || (name != NULL && pl_bytes_eq_str(keyid, name));
}

pl_status pl_dsse_verify(const struct pl_dsse *d, struct pl_key *const *keys, const char *const *names,
                         size_t n, size_t threshold, bool *is_good, struct pl_err *err)
{
    size_t good = 0;
    for (size_t k = 0; k < n; k++) {
        bool is_again = false; /* the same key twice in the list counts once */
        is_good[k] = false;
        for (size_t i = 0; i < k && !is_again; i++)
            is_again = strcmp(pl_key_id(keys[i]), pl_key_id(keys[k])) == 0;
        for (size_t s = 0; s < d->signatures.n && !is_good[k] && !is_again; s++)
            is_good[k] = is_for(d->signatures.v[s].keyid, keys[k], names == NULL ? NULL : names[k]) &&
                         pl_key_verify(keys[k], d->pae, d->signatures.v[s].sig);
        good += is_good[k];
    }
    if (threshold == 0)
        return pl_fail(err, PL_E_USAGE, PL_NO_OFFSET, "envelope: a threshold of no keys proves nothing");
    if (good >= threshold)
        return PL_OK;
    return pl_fail(
        err, PL_E_TRUST, PL_NO_OFFSET,
        "envelope: of %zu signatures %zu verify with the %zu keys that are trusted here, %zu needed",
        d->signatures.n, good, n, threshold);
}

pl_status pl_dsse_write(pl_bytes type, pl_bytes payload, struct pl_key *const *keys, size_t n,
                        struct pl_buf *out, struct pl_err *err)
{
    struct pl_buf pae;
    uint8_t sig[PL_KEY_SIGNATURE_BYTES];
    size_t n_sig = 0;
    pl_buf_init(&pae, payload.n + type.n + PAE_HEAD_BYTES);
    pl_dsse_pae(type, payload, &pae);
    pl_status st = pl_buf_done(&pae, err);
    pl_buf_add_str(out, "{\"payloadType\":\"");
    pl_buf_add(out, type); /* ours: letters, signs, no quotes */
    pl_buf_add_str(out, "\",\"payload\":\"");
    pl_base64_encode(payload, out);
    pl_buf_add_str(out, "\",\"signatures\":[");
    for (size_t i = 0; i < n && st == PL_OK; i++) {
        st = pl_key_sign(keys[i], pl_buf_bytes(&pae), sig, &n_sig, err);
        pl_buf_add_str(out, i == 0 ? "{\"sig\":\"" : ",{\"sig\":\"");
        if (st == PL_OK)
            pl_base64_encode(pl_bytes_of(sig, n_sig), out);
        pl_buf_add_str(out, "\"}");
    }
    pl_buf_add_str(out, "]}\n");
    pl_buf_reset(&pae);
    return st == PL_OK ? pl_buf_done(out, err) : st;
}
