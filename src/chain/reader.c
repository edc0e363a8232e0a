/*
 * reader.c - what the subject is, and who reads it.
 *
 * Documents are JSON that somebody else wrote: read by jansson, whose nesting ends at 2,048, with repeated keys refused, since two readers would
 * take two different ones for true.
 */
#include "chain/reader.h"

#include "chain/draft.h"
#include "format/text/json.h"
#include "io/read.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define PL_READER(name) extern const struct pl_chain_reader pl_chain_reader_##name;
#include "chain/readers.def"
#undef PL_READER

static const struct pl_chain_reader *const readers[] = {
#define PL_READER(name) &pl_chain_reader_##name,
#include "chain/readers.def"
#undef PL_READER
};

pl_bytes pl_chain_text(const json_t *object, const char *key)
{
    const json_t *v = json_object_get(object, key);
    return json_is_string(v) ? pl_bytes_of(json_string_value(v), json_string_length(v)) : (pl_bytes){NULL, 0};
}

const char *pl_chain_str(const json_t *object, const char *key)
{
    return json_string_value(json_object_get(object, key));
}

pl_status pl_chain_list(const json_t *object, const char *key, const json_t **out, struct pl_err *err)
{
    const json_t *v = json_object_get(object, key);
    if (v != NULL && !json_is_null(v) && !json_is_array(v))
        return pl_fail(err, PL_E_INPUT, PL_NO_OFFSET, "\"%s\" is not a list", key);
    *out = json_is_array(v) ? v : NULL;
    return PL_OK;
}

const char *pl_chain_algorithm(pl_bytes name)
{
    static const struct {
        const char *word;
        const char *algorithm;
    } all[] = {{"SHA-256", "SHA256"}, {"SHA256", "SHA256"}, {"sha256", "SHA256"},
               {"SHA-384", "SHA384"}, {"SHA384", "SHA384"}, {"sha384", "SHA384"},
               {"SHA-512", "SHA512"}, {"SHA512", "SHA512"}, {"sha512", "SHA512"}};
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
        if (pl_bytes_eq_str(name, all[i].word))
            return all[i].algorithm;
    return NULL;
}

static const struct pl_chain_reader *reader_of(const struct pl_chain_input *in, struct pl_err *err)
{
    for (size_t i = 0; i < sizeof readers / sizeof readers[0]; i++)
        if (readers[i]->accepts(in))
            return readers[i];
    (void)pl_fail(err, PL_E_INPUT, PL_NO_OFFSET, "nothing here says what the components are");
    pl_err_hint(
        err, "name a package-lock.json (version 2 or 3), CycloneDX or SPDX 2.3 as JSON, a folder, or a purl");
    return NULL;
}

/* Read it here, up to where it can be finished. */
static pl_status draft(const struct pl_chain_input *in, struct pl_chain_builder *b, uint32_t *root,
                       struct pl_err *err)
{
    const struct pl_chain_reader *reader = reader_of(in, err);
    *root = 0;
    return reader == NULL ? PL_E_INPUT : reader->read(in, b, root, err);
}

static pl_status draft_text(pl_bytes text, const struct pl_limits *limits, struct pl_chain_builder *b,
                            uint32_t *root, struct pl_err *err)
{
    struct pl_err why;
    json_t *json = NULL;
    struct pl_chain_input in = {.limits = limits};
    if (text.n >= 3 && memcmp(text.p, "\xef\xbb\xbf", 3) == 0)
        text = pl_bytes_from(text, 3);
    pl_status st = pl_json_load(text, false, &json, &why);
    if (st == PL_E_INPUT)
        return pl_fail(err, st, why.offset, "not a JSON document: %s", why.text);
    if (st != PL_OK)
        return pl_fail_nomem(err);
    if (!json_is_object(json)) {
        json_decref(json);
        return pl_fail(err, PL_E_INPUT, 0, "not a JSON object");
    }
    in.json = json;
    st = draft(&in, b, root, err);
    json_decref(json);
    return st;
}

pl_status pl_chain_read_document(pl_bytes text, const struct pl_limits *limits, struct pl_chain *chain,
                                 struct pl_err *err)
{
    struct pl_chain_builder b;
    uint32_t root;
    pl_chain_builder_init(&b, chain, limits);
    pl_status st = draft_text(text, limits, &b, &root, err);
    if (st == PL_OK)
        st = pl_chain_finish(&b, root, err);
    pl_chain_builder_reset(&b);
    return st;
}

/* ---- documents and folders: in a process of their own ---- */

struct reading {
    const char *folder; /* NULL: */
    pl_bytes text;
    const struct pl_limits *limits;
    struct pl_chain_builder
        *b; /* of the chain that is filled; the process has a copy of it, which it fills for itself */
    struct pl_chain_draft told;
};

static pl_status read_there(void *ctx, struct pl_ask_answer *to, struct pl_err *err)
{
    struct reading *r = ctx;
    struct pl_chain_input in = {.folder = r->folder, .limits = r->limits};
    uint32_t root = 0;
    pl_status st =
        r->folder != NULL ? draft(&in, r->b, &root, err) : draft_text(r->text, r->limits, r->b, &root, err);
    return st == PL_OK ? pl_chain_draft_say(r->b, root, to, err) : st;
}

static pl_status take_there(void *ctx, pl_bytes part, struct pl_err *err)
{
    struct reading *r = ctx;
    return pl_chain_draft_take(&r->told, part, err);
}

/* Where there is no other process, the chain is filled by its reader, and there is nobody to doubt. */
static pl_status read_here(struct reading *r, struct pl_err *err)
{
    struct pl_chain_input in = {.folder = r->folder, .limits = r->limits};
    return r->folder != NULL ? draft(&in, r->b, &r->told.root, err)
                             : draft_text(r->text, r->limits, r->b, &r->told.root, err);
}

static pl_status read_apart(struct reading *r, const struct pl_supply *supply, struct pl_chain *chain,
                            struct pl_err *err)
{
    struct pl_chain_builder b;
    struct pl_ask ask = {.ctx = r,
                         .work = read_there,
                         .take = take_there,
                         .what = "the list of components",
                         .limits = r->limits,
                         .reads = &r->folder,
                         .n_reads = r->folder != NULL,
                         .part_bytes = PL_CHAIN_PART_BYTES};
    pl_chain_builder_init(&b, chain, r->limits);
    r->b = &b;
    r->told = (struct pl_chain_draft){.b = &b, .in = {.arena = &chain->arena, .limits = r->limits}};
    pl_supply_asking(supply, &ask);
    pl_json_prepare();
    pl_status st = ask.is_here ? read_here(r, err) : pl_ask(&ask, err);
    if (st == PL_OK && !ask.is_here && !r->told.is_end)
        st = pl_fail(err, PL_E_INPUT, PL_NO_OFFSET, "the list of components was not told to its end");
    if (st == PL_OK)
        st = pl_chain_finish(&b, r->told.root, err);
    if (st == PL_OK && !ask.is_here)
        st = pl_chain_draft_check(chain, err);
    pl_chain_builder_reset(&b);
    return st;
}

static pl_status read_file(const char *path, const struct pl_supply *supply, const struct pl_limits *limits,
                           struct pl_chain *chain, struct pl_err *err)
{
    uint8_t *heap = NULL;
    size_t n = 0;
    struct reading r = {.limits = limits};
    pl_status st = pl_io_read(path, limits->document_bytes, &heap, &n, err);
    if (st != PL_OK) {
        pl_err_hint(err, "name a file, a folder, - or a purl such as pkg:deb/debian/curl");
        return st;
    }
    chain->document = pl_arena_keep(&chain->arena, pl_bytes_of(heap, n));
    free(heap);
    r.text = chain->document;
    return r.text.p == NULL ? pl_arena_fail(&chain->arena, err) : read_apart(&r, supply, chain, err);
}

static pl_status read_purl(const char *subject, struct pl_supply *supply, const struct pl_limits *limits,
                           struct pl_chain *chain, struct pl_err *err)
{
    struct pl_chain_input in = {.supply = supply, .limits = limits};
    struct pl_chain_builder b;
    struct pl_purl purl;
    uint32_t root;
    pl_status st = pl_purl_parse(pl_bytes_of_str(subject), &chain->arena, &purl, err);
    if (st == PL_E_INPUT && err != NULL)
        st = err->status = PL_E_USAGE;
    if (st != PL_OK)
        return st;
    in.purl = &purl;
    pl_chain_builder_init(&b, chain, limits);
    st = draft(&in, &b, &root, err);
    if (st == PL_OK)
        st = pl_chain_finish(&b, root, err);
    pl_chain_builder_reset(&b);
    return st;
}

pl_status pl_chain_read(const char *subject, struct pl_supply *supply, const struct pl_limits *limits,
                        struct pl_chain *chain, struct pl_err *err)
{
    struct stat sb;
    pl_status st;
    if (pl_purl_is(pl_bytes_of_str(subject))) {
        st = read_purl(subject, supply, limits, chain, err);
    } else if (strcmp(subject, "-") != 0 && stat(subject, &sb) == 0 && S_ISDIR(sb.st_mode)) {
        struct reading r = {.folder = subject, .limits = limits};
        st = read_apart(&r, supply, chain, err);
    } else {
        st = read_file(subject, supply, limits, chain, err);
    }
    pl_err_about(err, subject);
    return st;
}
