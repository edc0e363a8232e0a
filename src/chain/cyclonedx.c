/*
 * cyclonedx.c - CycloneDX JSON, 1.4 to 1.7: components, nested ones, and the dependency graph.
 *
 *     metadata.component                    the product
 *     components[] (components[])           bom-ref, purl, hashes; what stands inside of another is a part of it
 *     dependencies[] ref, dependsOn[]       by bom-ref
 *
 * Source: CycloneDX 1.6 (ECMA-424), JSON schema. Not read: services, vulnerabilities, formulation; provides[] names no dependency.
 */
#include "chain/reader.h"

#include <stdio.h>
#include <string.h>

#define MAX_LEVELS 64u

struct bom {
    struct pl_chain_builder *b;
    struct pl_map by_ref; /* to the component's number */
    uint64_t unnamed;
};

static bool accepts(const struct pl_chain_input *in)
{
    return in->json != NULL && pl_bytes_eq_str(pl_chain_text(in->json, "bomFormat"), "CycloneDX");
}

static pl_status take_hashes(const json_t *entry, struct pl_component *c, struct pl_err *err)
{
    const json_t *hashes;
    size_t i;
    json_t *hash;
    pl_status st = pl_chain_list(entry, "hashes", &hashes, err);
    if (st != PL_OK)
        return st;
    json_array_foreach((json_t *)(uintptr_t)hashes, i, hash)
    {
        const char *algorithm = pl_chain_algorithm(pl_chain_text(hash, "alg"));
        if (algorithm == NULL || pl_chain_str(hash, "content") == NULL)
            continue;
        c->pinned_algorithm = algorithm;
        c->pinned_hex = pl_chain_str(hash, "content");
    }
    return PL_OK;
}

static const char *scope_of(const json_t *entry)
{
    pl_bytes scope = pl_chain_text(entry, "scope");
    return pl_bytes_eq_str(scope, "optional")   ? "optional"
           : pl_bytes_eq_str(scope, "excluded") ? "dev"
                                                : "required";
}

/* "group/name" without a purl. */
static pl_status name_it(struct bom *m, const json_t *entry, struct pl_component *c, struct pl_err *err)
{
    struct pl_arena *a = &m->b->chain->arena;
    const char *name = pl_chain_str(entry, "name");
    const char *group = pl_chain_str(entry, "group");
    if (c->version == NULL || c->version[0] == '\0')
        c->version = pl_chain_str(entry, "version");
    if (c->name == NULL && name != NULL)
        c->name = group != NULL && group[0] != '\0' ? pl_arena_printf(a, "%s/%s", group, name) : name;
    if (c->key == NULL && c->reference != NULL)
        c->key = c->reference;
    else if (c->key == NULL && c->name != NULL)
        c->key = pl_arena_printf(a, "%s@%s", c->name, c->version == NULL ? "" : c->version);
    else if (c->key == NULL)
        c->key = pl_arena_printf(a, "unnamed-%llu", (unsigned long long)++m->unnamed);
    return a->why != PL_OK ? pl_arena_fail(a, err) : PL_OK;
}

static pl_status note_reference(struct bom *m, const struct pl_component *c, uint32_t id, struct pl_err *err)
{
    uint64_t was;
    if (c->reference == NULL || c->reference[0] == '\0')
        return PL_OK;
    const char *kept = m->b->chain->components.v[id].reference;
    if (kept == NULL || strcmp(kept, c->reference) != 0)
        kept = pl_arena_str(&m->b->chain->arena, pl_bytes_of_str(c->reference));
    if (kept == NULL)
        return pl_arena_fail(&m->b->chain->arena, err);
    pl_status st = pl_map_add(&m->by_ref, pl_bytes_of_str(kept), id, &was, err);
    return st == PL_OK && was != id
               ? pl_chain_note(m->b, "chain.conflict", PL_SEVERITY_ERROR, pl_bytes_of_str(kept),
                               "two components have this bom-ref: whoever depends on it depends on the first",
                               err)
               : st;
}

static pl_status add_component(struct bom *m, const json_t *entry, bool is_product, unsigned level,
                               uint32_t *id, struct pl_err *err)
{
    struct pl_component c = {.reference = pl_chain_str(entry, "bom-ref"), .is_product = is_product};
    pl_bytes purl = pl_chain_text(entry, "purl");
    const json_t *inner;
    size_t i;
    json_t *one;
    if (!json_is_object(entry))
        return pl_fail(err, PL_E_INPUT, PL_NO_OFFSET, "CycloneDX: an entry of \"components\" is no object");
    if (level > MAX_LEVELS)
        return pl_fail(err, PL_E_LIMIT, PL_NO_OFFSET, "CycloneDX: components nested more than %u deep",
                       MAX_LEVELS);
    c.scope = scope_of(entry);
    pl_status st = purl.n > 0 ? pl_chain_set_purl(m->b, purl, &c, err) : PL_OK;
    if (st == PL_OK)
        st = take_hashes(entry, &c, err);
    if (st == PL_OK)
        st = name_it(m, entry, &c, err);
    size_t before = m->b->chain->components.n;
    if (st == PL_OK)
        st = pl_chain_add(m->b, &c, id, err);
    if (st == PL_OK && m->b->chain->components.n == before)
        m->b->duplicates++;
    if (st == PL_OK)
        st = note_reference(m, &c, *id, err);
    if (st == PL_OK)
        st = pl_chain_list(entry, "components", &inner, err);
    if (st != PL_OK)
        return st;
    json_array_foreach((json_t *)(uintptr_t)inner, i, one)
    {
        uint32_t part;
        st = add_component(m, one, false, level + 1, &part, err);
        if (st == PL_OK)
            st = pl_chain_depend(m->b, *id, part, err);
        if (st != PL_OK)
            return st;
    }
    return PL_OK;
}

static pl_status add_dependency(struct bom *m, const json_t *entry, struct pl_err *err)
{
    const json_t *list;
    size_t i;
    json_t *one;
    uint64_t from = 0;
    uint64_t to;
    if (!json_is_object(entry))
        return pl_fail(err, PL_E_INPUT, PL_NO_OFFSET, "CycloneDX: an entry of \"dependencies\" is no object");
    pl_bytes ref = pl_chain_text(entry, "ref");
    pl_status st = pl_chain_list(entry, "dependsOn", &list, err);
    if (st != PL_OK)
        return st;
    if (!pl_map_get(&m->by_ref, ref, &from))
        return pl_chain_note(m->b, "chain.dangling", PL_SEVERITY_WARNING, ref,
                             "the dependencies of something that the document does not list", err);
    json_array_foreach((json_t *)(uintptr_t)list, i, one)
    {
        pl_bytes on = json_is_string(one) ? pl_bytes_of(json_string_value(one), json_string_length(one))
                                          : (pl_bytes){NULL, 0};
        if (pl_map_get(&m->by_ref, on, &to))
            st = pl_chain_depend(m->b, (uint32_t)from, (uint32_t)to, err);
        else
            st = pl_chain_note(m->b, "chain.dangling", PL_SEVERITY_WARNING, on.n > 0 ? on : ref,
                               "depended on, and not listed in the document", err);
        if (st != PL_OK)
            return st;
    }
    return PL_OK;
}

static pl_status add_product(struct bom *m, const json_t *json, uint32_t *root, struct pl_err *err)
{
    const json_t *product = json_object_get(json_object_get(json, "metadata"), "component");
    struct pl_component c = {.key = ".", .name = "the product", .is_product = true};
    return json_is_object(product) ? add_component(m, product, true, 0, root, err)
                                   : pl_chain_add(m->b, &c, root, err);
}

static pl_status read_all(struct bom *m, const json_t *json, uint32_t *root, struct pl_err *err)
{
    const json_t *components;
    const json_t *dependencies;
    size_t i;
    json_t *one;
    uint32_t id;
    pl_status st = pl_chain_list(json, "components", &components, err);
    if (st == PL_OK)
        st = pl_chain_list(json, "dependencies", &dependencies, err);
    if (st == PL_OK)
        st = add_product(m, json, root, err);
    if (st != PL_OK)
        return st;
    json_array_foreach((json_t *)(uintptr_t)components, i, one)
    {
        st = add_component(m, one, false, 0, &id, err);
        if (st != PL_OK)
            return st;
    }
    json_array_foreach((json_t *)(uintptr_t)dependencies, i, one)
    {
        st = add_dependency(m, one, err);
        if (st != PL_OK)
            return st;
    }
    return PL_OK;
}

static pl_status read_bom(const struct pl_chain_input *in, struct pl_chain_builder *b, uint32_t *root,
                          struct pl_err *err)
{
    static const char *const editions[][2] = {{"1.4", "CycloneDX 1.4"},
                                              {"1.5", "CycloneDX 1.5"},
                                              {"1.6", "CycloneDX 1.6"},
                                              {"1.7", "CycloneDX 1.7"}};
    struct bom m = {.b = b};
    pl_bytes edition = pl_chain_text(in->json, "specVersion");
    for (size_t i = 0; i < sizeof editions / sizeof editions[0]; i++)
        if (pl_bytes_eq_str(edition, editions[i][0]))
            b->chain->format = editions[i][1];
    if (b->chain->format == NULL)
        return pl_fail(err, PL_E_UNSUPPORTED, PL_NO_OFFSET, "CycloneDX %.*s is not read; 1.4 to 1.7 are",
                       edition.n > 16 ? 16 : (int)edition.n, edition.n == 0 ? "" : (const char *)edition.p);
    pl_map_init(&m.by_ref);
    pl_status st = read_all(&m, in->json, root, err);
    pl_map_reset(&m.by_ref);
    return st;
}

const struct pl_chain_reader pl_chain_reader_cyclonedx = {
    .name = "cyclonedx",
    .accepts = accepts,
    .read = read_bom,
};
