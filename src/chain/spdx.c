/*
 * spdx.c - SPDX 2.3 JSON: packages and the relationships that are dependencies.
 *
 *     packages[]       SPDXID, name, versionInfo, externalRefs (purl), checksums
 *     relationships[]  spdxElementId, relationshipType, relatedSpdxElement
 *     the product      what the document DESCRIBES; several have one above them
 *     no components    packages with the purpose SOURCE that others were GENERATED_FROM, when no dependency names them
 *
 * Source: SPDX 2.3, clauses 7 and 11. Files and snippets are known as such and are no components. Not read: other documents (DocumentRef-…),
 * which dangle; SPDX 3.
 */
#include "chain/reader.h"

#include <stdio.h>
#include <string.h>

#define DOCUMENT "SPDXRef-DOCUMENT"

enum meaning { FORWARD, BACKWARD, DESCRIBES, DESCRIBED_BY, MADE_FROM };

/* Relationship types that say that one needs or holds the other; all others are about something else. */
static const struct relation {
    const char *type;
    enum meaning meaning;
} relations[] = {
    {"DEPENDS_ON", FORWARD},
    {"CONTAINS", FORWARD},
    {"DYNAMIC_LINK", FORWARD},
    {"STATIC_LINK", FORWARD},
    {"HAS_PREREQUISITE", FORWARD},
    {"DEPENDENCY_OF", BACKWARD},
    {"RUNTIME_DEPENDENCY_OF", BACKWARD},
    {"OPTIONAL_DEPENDENCY_OF", BACKWARD},
    {"PROVIDED_DEPENDENCY_OF", BACKWARD},
    {"BUILD_DEPENDENCY_OF", BACKWARD},
    {"DEV_DEPENDENCY_OF", BACKWARD},
    {"TEST_DEPENDENCY_OF", BACKWARD},
    {"CONTAINED_BY", BACKWARD},
    {"PACKAGE_OF", BACKWARD},
    {"PREREQUISITE_FOR", BACKWARD},
    {"DESCRIBES", DESCRIBES},
    {"DESCRIBED_BY", DESCRIBED_BY},
    {"GENERATED_FROM", MADE_FROM}, /* and OTHER: compared with, and not made from */
    {"OTHER", MADE_FROM},
};

/* What relationships say of an element. */
#define IS_SOURCE UINT64_C(1)
#define IS_NEEDED UINT64_C(2)

#define NO_COMPONENT UINT64_MAX /* a file or snippet of the document */

struct document {
    struct pl_chain_builder *b;
    struct pl_map by_id; /* to the component's number, or NO_COMPONENT */
    struct pl_map roles; /* of an SPDXID: IS_SOURCE, IS_NEEDED */
    uint64_t sources;    /* packages that are nothing else */
    PL_VEC(uint32_t) described;
};

static bool accepts(const struct pl_chain_input *in)
{
    return in->json != NULL && pl_bytes_starts(pl_chain_text(in->json, "spdxVersion"), PL_LIT("SPDX-"));
}

static const struct relation *relation_of(const json_t *entry)
{
    pl_bytes type = pl_chain_text(entry, "relationshipType");
    for (size_t i = 0; i < sizeof relations / sizeof relations[0]; i++)
        if (pl_bytes_eq_str(type, relations[i].type))
            return &relations[i];
    return NULL;
}

static pl_status give_role(struct document *d, pl_bytes id, uint64_t role, struct pl_err *err)
{
    uint64_t *roles = pl_map_at(&d->roles, id);
    if (roles == NULL)
        return pl_map_set(&d->roles, id, role, err);
    *roles |= role;
    return PL_OK;
}

/* Before any package is read: what each one is to others. */
static pl_status give_roles(struct document *d, const json_t *relationships, struct pl_err *err)
{
    size_t i;
    json_t *entry;
    json_array_foreach((json_t *)(uintptr_t)relationships, i, entry)
    {
        const struct relation *r = relation_of(entry);
        bool is_made = r != NULL && r->meaning == MADE_FROM;
        pl_status st = PL_OK;
        if (!json_is_object(entry))
            return pl_fail(err, PL_E_INPUT, PL_NO_OFFSET, "SPDX: an entry of \"relationships\" is no object");
        if (r != NULL && !is_made)
            st = give_role(d, pl_chain_text(entry, "spdxElementId"), IS_NEEDED, err);
        if (r != NULL && st == PL_OK)
            st = give_role(d, pl_chain_text(entry, "relatedSpdxElement"), is_made ? IS_SOURCE : IS_NEEDED,
                           err);
        if (st != PL_OK)
            return st;
    }
    return PL_OK;
}

/* What a document describes is the product. */
static pl_status give_described(struct document *d, const json_t *json, struct pl_err *err)
{
    const json_t *list;
    size_t i;
    json_t *one;
    pl_status st = pl_chain_list(json, "documentDescribes", &list, err);
    if (st != PL_OK)
        return st;
    json_array_foreach((json_t *)(uintptr_t)list, i, one)
    {
        if (json_is_string(one))
            st = give_role(d, pl_bytes_of(json_string_value(one), json_string_length(one)), IS_NEEDED, err);
        if (st != PL_OK)
            return st;
    }
    return PL_OK;
}

static bool is_only_source(const struct document *d, const json_t *package)
{
    uint64_t roles = 0;
    return pl_bytes_eq_str(pl_chain_text(package, "primaryPackagePurpose"), "SOURCE") &&
           pl_map_get(&d->roles, pl_chain_text(package, "SPDXID"), &roles) && roles == IS_SOURCE;
}

static pl_status take_purl(struct document *d, const json_t *package, struct pl_component *c,
                           struct pl_err *err)
{
    const json_t *refs;
    size_t i;
    json_t *ref;
    pl_status st = pl_chain_list(package, "externalRefs", &refs, err);
    if (st != PL_OK)
        return st;
    json_array_foreach((json_t *)(uintptr_t)refs, i, ref)
    {
        if (c->purl == NULL && pl_bytes_eq_str(pl_chain_text(ref, "referenceType"), "purl"))
            st = pl_chain_set_purl(d->b, pl_chain_text(ref, "referenceLocator"), c, err);
        if (st != PL_OK)
            return st;
    }
    return PL_OK;
}

static pl_status take_checksums(const json_t *package, struct pl_component *c, struct pl_err *err)
{
    const json_t *sums;
    size_t i;
    json_t *sum;
    pl_status st = pl_chain_list(package, "checksums", &sums, err);
    if (st != PL_OK)
        return st;
    json_array_foreach((json_t *)(uintptr_t)sums, i, sum)
    {
        const char *algorithm = pl_chain_algorithm(pl_chain_text(sum, "algorithm"));
        if (algorithm == NULL || pl_chain_str(sum, "checksumValue") == NULL)
            continue;
        c->pinned_algorithm = algorithm;
        c->pinned_hex = pl_chain_str(sum, "checksumValue");
    }
    return PL_OK;
}

static pl_status know(struct document *d, pl_bytes id, uint64_t number, struct pl_err *err)
{
    uint64_t was;
    pl_status st = pl_map_add(&d->by_id, id, number, &was, err);
    return st == PL_OK && was != number
               ? pl_chain_note(d->b, "chain.conflict", PL_SEVERITY_ERROR, id,
                               "two elements have this SPDXID: whoever depends on it depends on the first",
                               err)
               : st;
}

static pl_status add_package(struct document *d, const json_t *package, struct pl_err *err)
{
    struct pl_component c = {.reference = pl_chain_str(package, "SPDXID")};
    uint32_t id;
    if (!json_is_object(package) || c.reference == NULL || c.reference[0] == '\0')
        return pl_fail(err, PL_E_INPUT, PL_NO_OFFSET,
                       "SPDX: an entry of \"packages\" is no object with an SPDXID");
    if (is_only_source(d, package)) {
        d->sources++;
        return know(d, pl_chain_text(package, "SPDXID"), NO_COMPONENT, err);
    }
    pl_status st = take_purl(d, package, &c, err);
    if (st == PL_OK)
        st = take_checksums(package, &c, err);
    if (st != PL_OK)
        return st;
    if (c.name == NULL)
        c.name = pl_chain_str(package, "name");
    if (c.version == NULL || c.version[0] == '\0')
        c.version = pl_chain_str(package, "versionInfo");
    if (c.key == NULL)
        c.key = c.reference;
    size_t before = d->b->chain->components.n;
    st = pl_chain_add(d->b, &c, &id, err);
    if (st == PL_OK && d->b->chain->components.n == before)
        d->b->duplicates++;
    return st == PL_OK ? know(d, pl_chain_text(package, "SPDXID"), id, err) : st;
}

/* Files and snippets are no components, and no reference to one dangles. */
static pl_status know_others(struct document *d, const json_t *json, struct pl_err *err)
{
    static const char *const lists[] = {"files", "snippets"};
    pl_status st = know(d, PL_LIT(DOCUMENT), NO_COMPONENT, err);
    for (size_t k = 0; k < sizeof lists / sizeof lists[0] && st == PL_OK; k++) {
        const json_t *list;
        size_t i;
        json_t *one;
        st = pl_chain_list(json, lists[k], &list, err);
        if (st != PL_OK)
            return st;
        json_array_foreach((json_t *)(uintptr_t)list, i, one)
        {
            pl_bytes id = pl_chain_text(one, "SPDXID");
            if (id.n > 0 && (st = know(d, id, NO_COMPONENT, err)) != PL_OK)
                return st;
        }
    }
    return st;
}

static pl_status describe(struct document *d, uint64_t number, struct pl_err *err)
{
    if (number == NO_COMPONENT)
        return PL_OK;
    for (size_t i = 0; i < d->described.n; i++)
        if (d->described.v[i] == number)
            return PL_OK;
    uint32_t *slot = PL_VEC_ADD(&d->described);
    if (slot == NULL)
        return pl_fail_nomem(err);
    *slot = (uint32_t)number;
    return PL_OK;
}

static bool is_nothing(pl_bytes id)
{
    return pl_bytes_eq_str(id, "NONE") || pl_bytes_eq_str(id, "NOASSERTION");
}

static pl_status add_relation(struct document *d, const json_t *entry, struct pl_err *err)
{
    pl_bytes ids[2] = {pl_chain_text(entry, "spdxElementId"), pl_chain_text(entry, "relatedSpdxElement")};
    uint64_t ends[2];
    const struct relation *r = relation_of(entry);
    if (r == NULL || r->meaning == MADE_FROM || is_nothing(ids[0]) || is_nothing(ids[1]))
        return PL_OK;
    for (int i = 0; i < 2; i++)
        if (!pl_map_get(&d->by_id, ids[i], &ends[i]))
            return pl_chain_note(d->b, "chain.dangling", PL_SEVERITY_WARNING, ids[i],
                                 "a relationship names this, and the document does not list it", err);
    if (r->meaning == DESCRIBES || r->meaning == DESCRIBED_BY)
        return describe(d, ends[r->meaning == DESCRIBES], err);
    if (ends[0] == NO_COMPONENT || ends[1] == NO_COMPONENT)
        return PL_OK;
    bool is_forward = r->meaning == FORWARD;
    return pl_chain_depend(d->b, (uint32_t)ends[!is_forward], (uint32_t)ends[is_forward], err);
}

static pl_status take_described(struct document *d, const json_t *json, struct pl_err *err)
{
    const json_t *list;
    size_t i;
    json_t *one;
    uint64_t number;
    pl_status st = pl_chain_list(json, "documentDescribes", &list, err);
    if (st != PL_OK)
        return st;
    json_array_foreach((json_t *)(uintptr_t)list, i, one)
    {
        pl_bytes id = json_is_string(one) ? pl_bytes_of(json_string_value(one), json_string_length(one))
                                          : (pl_bytes){NULL, 0};
        st = pl_map_get(&d->by_id, id, &number)
                 ? describe(d, number, err)
                 : pl_chain_note(d->b, "chain.dangling", PL_SEVERITY_WARNING, id,
                                 "the document describes this, and does not list it", err);
        if (st != PL_OK)
            return st;
    }
    return PL_OK;
}

/* One thing that is described is the product; several have one above them. */
static pl_status find_root(struct document *d, const json_t *json, uint32_t *root, struct pl_err *err)
{
    struct pl_component c = {.key = ".", .name = pl_chain_str(json, "name"), .is_product = true};
    if (d->described.n == 1) {
        *root = d->described.v[0];
        d->b->chain->components.v[*root].is_product = true;
        return PL_OK;
    }
    pl_status st = pl_chain_add(d->b, &c, root, err);
    for (size_t i = 0; i < d->described.n && st == PL_OK; i++)
        st = pl_chain_depend(d->b, *root, d->described.v[i], err);
    return st;
}

static pl_status note_sources(struct document *d, struct pl_err *err)
{
    char text[100];
    if (d->sources == 0)
        return PL_OK;
    (void)snprintf(text, sizeof text, "%llu packages are the sources of others, and not shipped",
                   (unsigned long long)d->sources);
    return pl_chain_note(d->b, "chain.source-package", PL_SEVERITY_NOTE, (pl_bytes){NULL, 0}, text, err);
}

static pl_status read_all(struct document *d, const json_t *json, uint32_t *root, struct pl_err *err)
{
    const json_t *packages;
    const json_t *relationships;
    size_t i;
    json_t *one;
    pl_status st = pl_chain_list(json, "packages", &packages, err);
    if (st == PL_OK)
        st = pl_chain_list(json, "relationships", &relationships, err);
    if (st == PL_OK)
        st = give_roles(d, relationships, err);
    if (st == PL_OK)
        st = give_described(d, json, err);
    if (st != PL_OK)
        return st;
    json_array_foreach((json_t *)(uintptr_t)packages, i, one)
    {
        st = add_package(d, one, err);
        if (st != PL_OK)
            return st;
    }
    st = know_others(d, json, err);
    if (st == PL_OK)
        st = take_described(d, json, err);
    if (st != PL_OK)
        return st;
    json_array_foreach((json_t *)(uintptr_t)relationships, i, one)
    {
        st = add_relation(d, one, err);
        if (st != PL_OK)
            return st;
    }
    st = note_sources(d, err);
    return st == PL_OK ? find_root(d, json, root, err) : st;
}

static pl_status read_spdx(const struct pl_chain_input *in, struct pl_chain_builder *b, uint32_t *root,
                           struct pl_err *err)
{
    struct document d = {.b = b};
    pl_bytes edition = pl_chain_text(in->json, "spdxVersion");
    if (!pl_bytes_eq_str(edition, "SPDX-2.3") && !pl_bytes_eq_str(edition, "SPDX-2.2"))
        return pl_fail(err, PL_E_UNSUPPORTED, PL_NO_OFFSET, "%.*s is not read; SPDX-2.2 and SPDX-2.3 are",
                       edition.n > 16 ? 16 : (int)edition.n, (const char *)edition.p);
    b->chain->format = pl_bytes_eq_str(edition, "SPDX-2.3") ? "SPDX 2.3" : "SPDX 2.2";
    pl_map_init(&d.by_id);
    pl_map_init(&d.roles);
    pl_status st = read_all(&d, in->json, root, err);
    pl_map_reset(&d.by_id);
    pl_map_reset(&d.roles);
    PL_VEC_FREE(&d.described);
    return st;
}

const struct pl_chain_reader pl_chain_reader_spdx = {
    .name = "spdx",
    .accepts = accepts,
    .read = read_spdx,
};
