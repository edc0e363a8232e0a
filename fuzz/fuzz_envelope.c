/*
 * fuzz_envelope.c - any bytes as an envelope, a statement and strict JSON: bounds are kept, and what we take as JSON jansson takes, too.
 */
#include "fuzz.h"

#include "attest/dsse.h"
#include "attest/statement.h"

#include <jansson.h>
#include <stdlib.h>

static void read_statement(pl_bytes text)
{
    static const char *const path[] = {"report", "level", "own", NULL};
    struct pl_statement s = {0};
    pl_sha256 digest = {{0}};
    uint64_t level;
    if (pl_statement_read(text, &s, NULL) != PL_OK)
        return;
    if (pl_statement_subject(&s, &digest, NULL) == PL_OK && !pl_statement_is_about(&s, &digest))
        abort();
    (void)pl_json_node_u64(pl_statement_at(&s, path), &level); /* nor this */
    pl_statement_reset(&s);
}

static void read_json(pl_bytes text)
{
    struct pl_json_doc doc = {0};
    struct pl_arena arena;
    pl_bytes said;
    if (pl_json_doc_read(text, 256, &doc, NULL) != PL_OK)
        return;
    json_t *other = json_loadb((const char *)text.p, text.n,
                               JSON_REJECT_DUPLICATES | JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
    bool has_number = false; /* jansson refuses those that do not fit its types */
    pl_arena_init(&arena, 64u << 20);
    for (size_t i = 0; i < doc.nodes.n; i++) {
        fuzz_say((uint64_t)doc.nodes.v[i].kind);
        fuzz_say_bytes(doc.nodes.v[i].value);
        has_number |= doc.nodes.v[i].kind == PL_JSON_NUMBER;
        if (doc.nodes.v[i].kind == PL_JSON_STRING && !pl_json_node_text(&doc.nodes.v[i], &arena, &said))
            abort();
        if (doc.nodes.v[i].value.p + doc.nodes.v[i].value.n > text.p + text.n)
            abort();
    }
    if (other == NULL && !has_number)
        abort();
    json_decref(other);
    pl_arena_reset(&arena);
    pl_json_doc_reset(&doc);
}

static int look(const uint8_t *data, size_t size)
{
    pl_bytes all = pl_bytes_of(data, size);
    struct pl_dsse d = {0};
    static struct pl_key *key;
    bool is_good = false;
    static const uint8_t seed[PL_KEY_RAW_BYTES] = {1};
    if (key == NULL && pl_key_of_seed(seed, &key, NULL) != PL_OK)
        abort();
    read_json(all);
    read_statement(all);
    if (pl_dsse_read(all, &d, NULL) == PL_OK) {
        if (d.pae.n < d.payload.n || d.payload.n > size)
            abort();
        if (pl_dsse_verify(&d, &key, NULL, 1, 1, &is_good, NULL) == PL_OK && !is_good)
            abort();
        fuzz_say_bytes(d.pae);
        read_statement(d.payload);
        pl_dsse_reset(&d);
    }
    return 0;
}

FUZZ_TWICE(look)
