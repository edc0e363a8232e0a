/*
 * chain_cyclonedx.c - a chain as a CycloneDX 1.6 document: components and dependencies, with what was found out in the places the standard gives.
 *
 *     components[].hashes, externalReferences   the package and its source
 *     components[].evidence.identity            that the publisher publishes it, by digest
 *     components[].properties                   plumbline:level, plumbline:chain-level, plumbline:link:…, for readers of nothing else
 *     definitions.standards                     the levels as requirements
 *     declarations.claims, evidence             what each component reached and the sentence for each link; broken links are counter-evidence
 *     declarations.attestations                 which level the whole chain reaches
 *
 * Source: CycloneDX 1.6 (ECMA-424), JSON schema. Times and serial numbers are left out, so that the same chain gives the same bytes.
 */
#include "base/json.h"
#include "base/quote.h"
#include "report/chain.h"

#include <string.h>

#define MAX_VERSION 1024u

static const char *const level_titles[PL_LEVEL_MAX + 1] = {"unknown", "known", "attested package",
                                                           "attested source", "attested origin"};

static const char *const link_ends[PL_LINK_COUNT] = {":shipped", ":published", ":sourced", ":origin"};

static void quoted(struct pl_json *j, const char *key, const char *text)
{
    pl_json_key(j, key);
    pl_json_quoted(j, pl_bytes_of_str(text == NULL ? "" : text));
}

/* A short text that is made here. */
static void made(struct pl_json *j, const char *key, const char *format, unsigned long a, const char *b)
{
    struct pl_buf text;
    pl_buf_init(&text, 256);
    pl_buf_printf(&text, "%s%lu%s", format, a, b);
    if (key != NULL)
        pl_json_key(j, key);
    pl_json_string(j, pl_buf_bytes(&text));
    pl_buf_close_into(j->out, &text);
}

/* A name that stands for this component in the document; BOM-Links begin with urn:cdx: and no reference may, nor may one be empty. */
static void reference(struct pl_json *j, const char *key, const struct pl_component *c)
{
    struct pl_buf text;
    bool is_link = strncmp(c->key, "urn:cdx:", 8) == 0 || c->key[0] == '\0';
    pl_buf_init(&text, SIZE_MAX / 2);
    pl_buf_add_str(&text, is_link ? "component:" : "");
    pl_buf_add_str(&text, c->key);
    if (key != NULL)
        pl_json_key(j, key);
    pl_json_quoted(j, pl_buf_bytes(&text));
    pl_buf_close_into(j->out, &text);
}

static void property(struct pl_json *j, const char *name, const char *value)
{
    pl_json_object(j);
    pl_json_kv_str(j, "name", name);
    quoted(j, "value", value);
    pl_json_end_object(j);
}

/* The standard has room for so many characters of a version; a longer one is a property. */
static bool is_long(const char *version)
{
    struct pl_buf text;
    pl_buf_init(&text, MAX_VERSION);
    pl_quote(&text, pl_bytes_of_str(version));
    bool has_room = text.why == PL_OK;
    pl_buf_reset(&text);
    return !has_room;
}

static void properties(struct pl_json *j, const struct pl_component *c)
{
    static const char *const names[PL_LINK_COUNT] = {"plumbline:link:shipped", "plumbline:link:published",
                                                     "plumbline:link:sourced", "plumbline:link:origin"};
    static const char *const levels[] = {"0", "1", "2", "3", "4", "none"};
    pl_json_key(j, "properties");
    pl_json_array(j);
    property(j, "plumbline:level",
             c->is_product       ? "none"
             : c->result == NULL ? "not examined"
                                 : levels[c->own]);
    property(j, "plumbline:chain-level", levels[c->chain]);
    for (int i = 0; c->result != NULL && i < PL_LINK_COUNT; i++)
        property(j, names[i], pl_verdict_name(c->result->links[i].verdict));
    if (c->result != NULL && c->result->violation > 0)
        property(j, "plumbline:violation", levels[c->result->violation]);
    if (c->result == NULL)
        property(j, "plumbline:not-examined", c->why_not);
    if (c->reference != NULL)
        property(j, "plumbline:reference", c->reference);
    if (is_long(c->version))
        property(j, "plumbline:version", c->version);
    pl_json_end_array(j);
}

static void hash(struct pl_json *j, const char *hex)
{
    pl_json_key(j, "hashes");
    pl_json_array(j);
    pl_json_object(j);
    pl_json_kv_str(j, "alg", "SHA-256");
    pl_json_kv_str(j, "content", hex);
    pl_json_end_object(j);
    pl_json_end_array(j);
}

static void source_references(struct pl_json *j, const struct pl_component_result *r)
{
    size_t n = 0;
    for (size_t i = 0; i < r->n_sources; i++) {
        const struct pl_component_source *s = &r->sources[i];
        bool is_git = s->uri != NULL && strncmp(s->uri, "git+", 4) == 0;
        if (s->uri == NULL || !pl_chain_is_address(s->uri))
            continue;
        if (n++ == 0) {
            pl_json_key(j, "externalReferences");
            pl_json_array(j);
        }
        pl_json_object(j);
        pl_json_kv_str(j, "type", is_git ? "vcs" : "source-distribution");
        pl_json_kv_str(j, "url", s->uri);
        if (s->revision != NULL)
            quoted(j, "comment", s->revision);
        if (!is_git && strlen(s->sha256) == 64)
            hash(j, s->sha256);
        pl_json_end_object(j);
    }
    if (n > 0)
        pl_json_end_array(j);
}

static void identity(struct pl_json *j, const struct pl_component_result *r)
{
    const struct pl_link_result *l = &r->links[PL_LINK_PUBLISHED];
    if (l->verdict != PL_VERDICT_HOLDS)
        return;
    pl_json_key(j, "evidence");
    pl_json_object(j);
    pl_json_key(j, "identity");
    pl_json_array(j);
    pl_json_object(j);
    pl_json_kv_str(j, "field", "purl");
    pl_json_kv_u64(j, "confidence", 1);
    pl_json_key(j, "methods");
    pl_json_array(j);
    pl_json_object(j);
    pl_json_kv_str(j, "technique", "hash-comparison");
    pl_json_kv_u64(j, "confidence", 1);
    quoted(j, "value", l->why);
    pl_json_end_object(j);
    pl_json_end_array(j);
    pl_json_end_object(j);
    pl_json_end_array(j);
    pl_json_end_object(j);
}

static void component(struct pl_json *j, const struct pl_component *c)
{
    char hex[PL_SHA256_HEX_BYTES];
    pl_json_object(j);
    pl_json_kv_str(j, "type", c->is_product ? "application" : "library");
    reference(j, "bom-ref", c);
    quoted(j, "name", c->name);
    if (c->version[0] != '\0' && !is_long(c->version))
        quoted(j, "version", c->version);
    if (!c->is_product)
        pl_json_kv_str(j, "scope", strcmp(c->scope, "required") == 0 ? "required" : "optional");
    if (c->purl != NULL)
        quoted(j, "purl", c->purl);
    if (c->result != NULL && c->result->has_digest) {
        pl_hex(c->result->sha256.b, PL_SHA256_BYTES, hex);
        hash(j, hex);
    }
    if (c->result != NULL) {
        source_references(j, c->result);
        identity(j, c->result);
    }
    properties(j, c);
    pl_json_end_object(j);
}

static void metadata(struct pl_json *j, const struct pl_chain *c)
{
    pl_json_key(j, "metadata");
    pl_json_object(j);
    pl_json_key(j, "tools");
    pl_json_object(j);
    pl_json_key(j, "components");
    pl_json_array(j);
    pl_json_object(j);
    pl_json_kv_str(j, "type", "application");
    pl_json_kv_str(j, "name", "plumb");
    pl_json_kv_str(j, "version", PL_VERSION);
    pl_json_end_object(j);
    pl_json_end_array(j);
    pl_json_end_object(j);
    if (c->errors.n == 0) {
        pl_json_key(j, "component");
        component(j, &c->components.v[c->root]);
    }
    pl_json_end_object(j);
}

static void dependencies(struct pl_json *j, const struct pl_chain *c)
{
    pl_json_key(j, "dependencies");
    pl_json_array(j);
    for (uint32_t i = 0; i < c->components.n; i++) {
        pl_json_object(j);
        reference(j, "ref", &c->components.v[i]);
        pl_json_key(j, "dependsOn");
        pl_json_array(j);
        for (uint32_t e = c->graph.first[i]; e < c->graph.first[i + 1]; e++)
            reference(j, NULL, &c->components.v[c->graph.to[e]]);
        pl_json_end_array(j);
        pl_json_end_object(j);
    }
    pl_json_end_array(j);
}

static void standard(struct pl_json *j)
{
    pl_json_key(j, "definitions");
    pl_json_object(j);
    pl_json_key(j, "standards");
    pl_json_array(j);
    pl_json_object(j);
    pl_json_kv_str(j, "bom-ref", "plumbline:standard");
    pl_json_kv_str(j, "name", "LCAL");
    pl_json_kv_str(j, "version", "1");
    pl_json_kv_str(j, "description",
                   "Lineaje Component Attestation Level: a statement about a component itself");
    pl_json_key(j, "requirements");
    pl_json_array(j);
    for (unsigned i = 0; i <= PL_LEVEL_MAX; i++) {
        pl_json_object(j);
        made(j, "bom-ref", "plumbline:level:", i, "");
        made(j, "identifier", "LCAL-", i, "");
        pl_json_kv_str(j, "title", level_titles[i]);
        pl_json_end_object(j);
    }
    pl_json_end_array(j);
    pl_json_end_object(j);
    pl_json_end_array(j);
    pl_json_end_object(j);
}

/* References to the evidence of a component's links: broken ones, or the others that somebody looked at. */
static void evidence_references(struct pl_json *j, const char *key, const struct pl_component *c, uint32_t i,
                                bool is_broken)
{
    size_t n = 0;
    for (int l = 0; l < PL_LINK_COUNT; l++) {
        enum pl_verdict v = c->result->links[l].verdict;
        if (v == PL_VERDICT_UNCHECKED || (v == PL_VERDICT_BROKEN) != is_broken)
            continue;
        if (n++ == 0) {
            pl_json_key(j, key);
            pl_json_array(j);
        }
        made(j, NULL, "plumbline:evidence:", i, link_ends[l]);
    }
    if (n > 0)
        pl_json_end_array(j);
}

static void claims(struct pl_json *j, const struct pl_chain *c)
{
    pl_json_key(j, "claims");
    pl_json_array(j);
    for (uint32_t i = 0; i < c->components.n; i++) {
        const struct pl_component *one = &c->components.v[i];
        if (one->result == NULL)
            continue;
        pl_json_object(j);
        made(j, "bom-ref", "plumbline:claim:", i, "");
        reference(j, "target", one);
        made(j, "predicate", "LCAL-", one->own, "");
        if (one->own < PL_LEVEL_MAX)
            quoted(j, "reasoning", pl_chain_lack(one));
        evidence_references(j, "evidence", one, i, false);
        evidence_references(j, "counterEvidence", one, i, true);
        pl_json_end_object(j);
    }
    pl_json_end_array(j);
}

static void evidence(struct pl_json *j, const struct pl_chain *c)
{
    pl_json_key(j, "evidence");
    pl_json_array(j);
    for (uint32_t i = 0; i < c->components.n; i++) {
        const struct pl_component_result *r = c->components.v[i].result;
        for (int l = 0; r != NULL && l < PL_LINK_COUNT; l++) {
            if (r->links[l].verdict == PL_VERDICT_UNCHECKED)
                continue;
            pl_json_object(j);
            made(j, "bom-ref", "plumbline:evidence:", i, link_ends[l]);
            pl_json_kv_str(j, "propertyName", pl_link_name((enum pl_link)l));
            quoted(j, "description", r->links[l].why);
            pl_json_end_object(j);
        }
    }
    pl_json_end_array(j);
}

static void attestations(struct pl_json *j, const struct pl_chain *c)
{
    pl_json_key(j, "attestations");
    pl_json_array(j);
    pl_json_object(j);
    pl_json_kv_str(j, "summary", "chain level: the minimum over the product and all that it depends on");
    pl_json_kv_str(j, "assessor", "plumbline:assessor");
    pl_json_key(j, "map");
    pl_json_array(j);
    for (unsigned level = 1; level <= PL_LEVEL_MAX; level++) {
        pl_json_object(j);
        made(j, "requirement", "plumbline:level:", level, "");
        pl_json_key(j, "conformance");
        pl_json_object(j);
        pl_json_kv_u64(j, "score", c->level >= level);
        made(j, "rationale", "the chain reaches LCAL-", c->level, "");
        pl_json_end_object(j);
        pl_json_end_object(j);
    }
    pl_json_end_array(j);
    pl_json_end_object(j);
    pl_json_end_array(j);
}

static void declarations(struct pl_json *j, const struct pl_chain *c)
{
    pl_json_key(j, "declarations");
    pl_json_object(j);
    pl_json_key(j, "assessors");
    pl_json_array(j);
    pl_json_object(j);
    pl_json_kv_str(j, "bom-ref", "plumbline:assessor");
    pl_json_key(j, "thirdParty");
    pl_json_bool(j, false); /* whoever runs the program may be anybody */
    pl_json_end_object(j);
    pl_json_end_array(j);
    attestations(j, c);
    claims(j, c);
    evidence(j, c);
    pl_json_end_object(j);
}

static void write_cyclonedx(const struct pl_chain *c, const struct pl_write_options *options,
                            struct pl_buf *out)
{
    struct pl_json j;
    (void)options; /* one form */
    pl_json_init(&j, out, 1);
    pl_json_object(&j);
    pl_json_kv_str(&j, "bomFormat", "CycloneDX");
    pl_json_kv_str(&j, "specVersion", "1.6");
    pl_json_kv_u64(&j, "version", 1);
    metadata(&j, c);
    pl_json_key(&j, "components");
    pl_json_array(&j);
    for (uint32_t i = 0; c->errors.n == 0 && i < c->components.n; i++)
        if (i != c->root)
            component(&j, &c->components.v[i]);
    pl_json_end_array(&j);
    if (c->errors.n == 0) {
        dependencies(&j, c);
        declarations(&j, c);
        standard(&j);
    }
    pl_json_end_object(&j);
    pl_buf_add_byte(out, '\n');
}

const struct pl_chain_writer pl_chain_format_cyclonedx = {.name = "cyclonedx", .write = write_cyclonedx};
