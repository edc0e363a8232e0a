/*
 * chain_levels.c - counting the components of a chain report by level.
 */
#include "attest/chain_levels.h"

#include "format/text/jsondoc.h"

#include <string.h>

#define KEEP_DEPTH 4 /* report, components, one, level, own */
#define SCHEMA     "https://plumbline.dev/schema/chain/1"

static pl_status malformed(struct pl_err *err, const char *what)
{
    return pl_fail(err, PL_E_INPUT, PL_NO_OFFSET, "chain report: %s", what);
}

static bool is_true(const struct pl_json_node *n)
{
    return n != NULL && n->kind == PL_JSON_TRUE;
}

static pl_status count(const struct pl_json_doc *doc, const struct pl_json_node *component, const char *purl,
                       uint64_t counts[PL_LEVELS], struct pl_err *err)
{
    const struct pl_json_node *own = pl_json_get(doc, pl_json_get(doc, component, "level"), "own");
    const struct pl_json_node *named = pl_json_get(doc, component, "purl");
    uint64_t level = 0;
    if (is_true(pl_json_get(doc, component, "product"))) {
        if (purl != NULL && named != NULL && named->kind == PL_JSON_STRING && !pl_json_is(named, purl))
            return malformed(err, "it is about another package than the report");
        return PL_OK;
    }
    if (pl_json_is(pl_json_get(doc, component, "scope"), "dev"))
        return PL_OK;
    if (own == NULL || (own->kind != PL_JSON_NULL && (!pl_json_node_u64(own, &level) || level >= PL_LEVELS)))
        return malformed(err, "a component without a level");
    counts[level]++;
    return PL_OK;
}

pl_status pl_chain_levels_read(pl_bytes json, const char *purl, uint64_t counts[PL_LEVELS],
                               struct pl_err *err)
{
    struct pl_json_doc doc = {0};
    uint64_t found[PL_LEVELS] = {0};
    pl_status st = pl_json_doc_read(json, KEEP_DEPTH, &doc, err);
    if (st != PL_OK)
        return st;
    const struct pl_json_node *root = pl_json_root(&doc);
    const struct pl_json_node *list = pl_json_get(&doc, root, "components");
    if (!pl_json_is(pl_json_get(&doc, root, "schema"), SCHEMA) || list == NULL || list->kind != PL_JSON_ARRAY)
        st = malformed(err, "it is none");
    const struct pl_json_node *one = st == PL_OK ? pl_json_first(&doc, list) : NULL;
    for (; one != NULL && st == PL_OK; one = pl_json_next(&doc, one))
        st = count(&doc, one, purl, found, err);
    pl_json_doc_reset(&doc);
    if (st == PL_OK)
        memcpy(counts, found, sizeof found);
    return st;
}
