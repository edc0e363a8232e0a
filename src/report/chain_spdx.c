/*
 * chain_spdx.c - a chain as an SPDX 2.3 document: packages and their relationships, with what was found out in the places the standard gives.
 *
 *     packages[].checksums, externalRefs    the package that was looked at, and its package URL
 *     packages[].annotations (REVIEW)       plumbline:level=, plumbline:chain-level=, plumbline:link:…=verdict: why; findings that contradict
 *     packages with the purpose SOURCE      what a package was compared with
 *     relationships GENERATED_FROM          package to source, with the verdict of the link; OTHER where the link is broken
 *     relationships DEPENDS_ON              and DEV_DEPENDENCY_OF, OPTIONAL_DEPENDENCY_OF for what only developers, or not everybody, need
 *     annotations of the document           the level of the chain, the verdict, and what kept it from being read
 *
 * Source: SPDX 2.3, clauses 6, 7, 11 and 12, and its JSON schema. The same chain gives the same bytes: `created` is a fixed time that says so, and
 * the namespace is made of the digest of the document with an empty one.
 */
#include "base/digest.h"
#include "base/json.h"
#include "base/map.h"
#include "report/chain.h"

#include <stdio.h>
#include <string.h>

#define TOOL       "Tool: plumb-" PL_VERSION
#define NO_TIME    "1970-01-01T00:00:00Z"
#define NAMESPACE  "https://plumbline.dev/spdx/chain/"
#define ID_NAME    64u /* bytes of a name in an identifier */
#define TEXT_BYTES ((size_t)64 << 20)

struct writer {
    struct pl_json j;
    const struct pl_chain *c;
    struct pl_map sources; /* what a source is, to its number */
    struct pl_arena texts; /* keys of it */
};

static void quoted(struct writer *w, const char *key, const char *text)
{
    pl_json_kv_quoted(&w->j, key, text == NULL ? "" : text);
}

/* "SPDXRef-17-left-pad-1.3.0": the number tells components apart, the rest is for people. */
static void component_id(struct writer *w, const char *key, uint32_t i)
{
    const struct pl_component *c = &w->c->components.v[i];
    const char *const parts[] = {c->name, c->version};
    struct pl_buf text;
    pl_buf_init(&text, TEXT_BYTES);
    pl_buf_printf(&text, "SPDXRef-%u", i);
    for (size_t p = 0; p < 2; p++)
        for (size_t at = 0; parts[p][at] != '\0' && at < ID_NAME; at++) {
            char byte = parts[p][at];
            bool is_allowed = (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
                              (byte >= '0' && byte <= '9') || byte == '.' || byte == '-';
            if (at == 0)
                pl_buf_add_byte(&text, '-');
            pl_buf_add_byte(&text, is_allowed ? (uint8_t)byte : '-');
        }
    pl_json_key(&w->j, key);
    pl_json_string(&w->j, pl_buf_bytes(&text));
    pl_buf_close_into(w->j.out, &text);
}

static void source_id(struct writer *w, const char *key, uint64_t number)
{
    char text[48];
    (void)snprintf(text, sizeof text, "SPDXRef-source-%llu", (unsigned long long)number);
    pl_json_kv_str(&w->j, key, text);
}

/* One annotation: `what` is ours, `value` and `why` (may be NULL) may be anybody's. */
static void note(struct writer *w, const char *what, const char *value, const char *why)
{
    struct pl_buf text;
    pl_buf_init(&text, TEXT_BYTES);
    pl_buf_printf(&text, "plumbline:%s=%s", what, value);
    if (why != NULL && why[0] != '\0')
        pl_buf_printf(&text, ": %s", why);
    pl_json_object(&w->j);
    pl_json_kv_str(&w->j, "annotationDate", NO_TIME);
    pl_json_kv_str(&w->j, "annotationType", "REVIEW");
    pl_json_kv_str(&w->j, "annotator", TOOL);
    pl_json_key(&w->j, "comment");
    pl_json_quoted(&w->j, pl_buf_bytes(&text));
    pl_json_end_object(&w->j);
    pl_buf_close_into(w->j.out, &text);
}

static void annotations(struct writer *w, const struct pl_component *c)
{
    static const char *const levels[] = {"0", "1", "2", "3", "4", "none"};
    static const char *const links[PL_LINK_COUNT] = {"link:shipped", "link:published", "link:sourced",
                                                     "link:origin"};
    const struct pl_component_result *r = c->result;
    pl_json_key(&w->j, "annotations");
    pl_json_array(&w->j);
    if (c->is_product)
        note(w, "level", "none", "the document is about it: there is no package to look at");
    else
        note(w, "level", r == NULL ? "not examined" : levels[c->own], r == NULL ? c->why_not : NULL);
    note(w, "chain-level", levels[c->chain], NULL);
    for (int l = 0; r != NULL && l < PL_LINK_COUNT; l++)
        note(w, links[l], pl_verdict_name(r->links[l].verdict), r->links[l].why);
    if (r != NULL && r->violation > 0)
        note(w, "violation", levels[r->violation], NULL);
    for (size_t i = 0; r != NULL && i < r->n_findings; i++)
        if (r->findings[i].severity == PL_SEVERITY_ERROR)
            note(w, "finding", r->findings[i].tag, r->findings[i].message);
    if (r != NULL && r->delta_of != NULL)
        note(w, "delta-of", r->delta_of, r->copy_at);
    if (c->reference != NULL)
        note(w, "reference", c->reference, NULL);
    pl_json_end_array(&w->j);
}

static void checksum(struct writer *w, const char *hex)
{
    pl_json_key(&w->j, "checksums");
    pl_json_array(&w->j);
    pl_json_object(&w->j);
    pl_json_kv_str(&w->j, "algorithm", "SHA256");
    pl_json_kv_str(&w->j, "checksumValue", hex);
    pl_json_end_object(&w->j);
    pl_json_end_array(&w->j);
}

static void component(struct writer *w, uint32_t i)
{
    const struct pl_component *c = &w->c->components.v[i];
    char hex[PL_SHA256_HEX_BYTES];
    pl_json_object(&w->j);
    component_id(w, "SPDXID", i);
    quoted(w, "name", c->name);
    if (c->version[0] != '\0')
        quoted(w, "versionInfo", c->version);
    pl_json_kv_str(&w->j, "downloadLocation", "NOASSERTION");
    pl_json_key(&w->j, "filesAnalyzed");
    pl_json_bool(&w->j, false); /* files are not listed */
    pl_json_kv_str(&w->j, "primaryPackagePurpose", c->is_product ? "APPLICATION" : "LIBRARY");
    if (c->result != NULL && c->result->has_digest) {
        pl_hex(c->result->sha256.b, PL_SHA256_BYTES, hex);
        checksum(w, hex);
    }
    if (c->purl != NULL) {
        pl_json_key(&w->j, "externalRefs");
        pl_json_array(&w->j);
        pl_json_object(&w->j);
        pl_json_kv_str(&w->j, "referenceCategory", "PACKAGE-MANAGER");
        pl_json_kv_str(&w->j, "referenceType", "purl");
        quoted(w, "referenceLocator", c->purl);
        pl_json_end_object(&w->j);
        pl_json_end_array(&w->j);
    }
    annotations(w, c);
    pl_json_end_object(&w->j);
}

/* The number of a source, the same for all components that were compared with it; PL_E_NOMEM sticks in the buffer. */
static uint64_t number_of(struct writer *w, const struct pl_component_source *s, bool *is_new)
{
    uint64_t next = w->sources.n;
    uint64_t number = 0;
    char *key =
        pl_arena_printf(&w->texts, "%s\n%s\n%s\n%s", s->name == NULL ? "" : s->name,
                        s->uri == NULL ? "" : s->uri, s->revision == NULL ? "" : s->revision, s->sha256);
    if (key == NULL || pl_map_add(&w->sources, pl_bytes_of_str(key), next, &number, NULL) != PL_OK)
        w->j.out->why = PL_E_NOMEM;
    *is_new = number == next;
    return number;
}

static void source(struct writer *w, const struct pl_component_source *s, uint64_t number)
{
    bool is_git = s->uri != NULL && strncmp(s->uri, "git+", 4) == 0;
    pl_json_object(&w->j);
    source_id(w, "SPDXID", number);
    quoted(w, "name", s->name != NULL && s->name[0] != '\0' ? s->name : "source");
    if (s->revision != NULL)
        quoted(w, "versionInfo", s->revision);
    pl_json_kv_str(&w->j, "downloadLocation",
                   s->uri != NULL && pl_chain_is_address(s->uri) ? s->uri : "NOASSERTION");
    pl_json_key(&w->j, "filesAnalyzed");
    pl_json_bool(&w->j, false);
    pl_json_kv_str(&w->j, "primaryPackagePurpose", "SOURCE");
    if (!is_git && strlen(s->sha256) == 64)
        checksum(w, s->sha256);
    pl_json_end_object(&w->j);
}

static void packages(struct writer *w)
{
    pl_json_key(&w->j, "packages");
    pl_json_array(&w->j);
    for (uint32_t i = 0; i < w->c->components.n; i++)
        component(w, i);
    for (uint32_t i = 0; i < w->c->components.n; i++) {
        const struct pl_component_result *r = w->c->components.v[i].result;
        for (size_t k = 0; r != NULL && k < r->n_sources; k++) {
            bool is_new;
            uint64_t number = number_of(w, &r->sources[k], &is_new);
            if (is_new)
                source(w, &r->sources[k], number);
        }
    }
    pl_json_end_array(&w->j);
}

static void depends(struct writer *w, uint32_t from, uint32_t to)
{
    const char *scope = w->c->components.v[to].scope;
    bool is_turned = strcmp(scope, "required") != 0;
    pl_json_object(&w->j);
    component_id(w, "spdxElementId", is_turned ? to : from);
    pl_json_kv_str(&w->j, "relationshipType",
                   !is_turned                  ? "DEPENDS_ON"
                   : strcmp(scope, "dev") == 0 ? "DEV_DEPENDENCY_OF"
                                               : "OPTIONAL_DEPENDENCY_OF");
    component_id(w, "relatedSpdxElement", is_turned ? from : to);
    pl_json_end_object(&w->j);
}

static void made_from(struct writer *w, uint32_t i, const struct pl_component_source *s)
{
    const struct pl_link_result *l = &w->c->components.v[i].result->links[PL_LINK_SOURCED];
    bool is_new;
    struct pl_buf text;
    pl_json_object(&w->j);
    component_id(w, "spdxElementId", i);
    pl_json_kv_str(&w->j, "relationshipType", l->verdict == PL_VERDICT_BROKEN ? "OTHER" : "GENERATED_FROM");
    source_id(w, "relatedSpdxElement", number_of(w, s, &is_new));
    pl_buf_init(&text, TEXT_BYTES);
    pl_buf_printf(&text, "plumbline:link:sourced=%s, source %s", pl_verdict_name(l->verdict),
                  pl_how_name(s->how));
    pl_json_key(&w->j, "comment");
    pl_json_quoted(&w->j, pl_buf_bytes(&text));
    pl_buf_close_into(w->j.out, &text);
    pl_json_end_object(&w->j);
}

static void relationships(struct writer *w)
{
    const struct pl_chain *c = w->c;
    pl_json_key(&w->j, "relationships");
    pl_json_array(&w->j);
    pl_json_object(&w->j);
    pl_json_kv_str(&w->j, "spdxElementId", "SPDXRef-DOCUMENT");
    pl_json_kv_str(&w->j, "relationshipType", "DESCRIBES");
    component_id(w, "relatedSpdxElement", c->root);
    pl_json_end_object(&w->j);
    for (uint32_t i = 0; i < c->components.n; i++) {
        const struct pl_component_result *r = c->components.v[i].result;
        for (uint32_t e = c->graph.first[i]; e < c->graph.first[i + 1]; e++)
            depends(w, i, c->graph.to[e]);
        for (size_t k = 0; r != NULL && k < r->n_sources; k++)
            made_from(w, i, &r->sources[k]);
    }
    pl_json_end_array(&w->j);
}

static void about_chain(struct writer *w)
{
    static const char *const levels[] = {"0", "1", "2", "3", "4", "none"};
    const struct pl_chain *c = w->c;
    pl_json_key(&w->j, "annotations");
    pl_json_array(&w->j);
    if (c->errors.n == 0)
        note(w, "chain-level", levels[c->level], "the minimum over the product and all that it depends on");
    note(w, "verdict", pl_exit_name(c->exit), NULL);
    for (size_t i = 0; i < c->errors.n; i++)
        note(w, "error", pl_status_name(c->errors.v[i].status), c->errors.v[i].text);
    for (size_t i = 0; i < c->findings.list.n; i++)
        note(w, "finding", c->findings.list.v[i].tag, c->findings.list.v[i].message);
    pl_json_end_array(&w->j);
}

static void document(const struct pl_chain *c, const char *namespace, struct pl_buf *out)
{
    struct writer w = {.c = c};
    pl_json_init(&w.j, out, 1);
    pl_map_init(&w.sources);
    pl_arena_init(&w.texts, SIZE_MAX / 2);
    pl_json_object(&w.j);
    pl_json_kv_str(&w.j, "spdxVersion", "SPDX-2.3");
    pl_json_kv_str(&w.j, "dataLicense", "CC0-1.0");
    pl_json_kv_str(&w.j, "SPDXID", "SPDXRef-DOCUMENT");
    quoted(&w, "name", c->errors.n == 0 ? c->components.v[c->root].name : c->subject);
    pl_json_kv_str(&w.j, "documentNamespace", namespace);
    pl_json_key(&w.j, "creationInfo");
    pl_json_object(&w.j);
    pl_json_kv_str(&w.j, "created", NO_TIME);
    pl_json_key(&w.j, "creators");
    pl_json_array(&w.j);
    pl_json_str(&w.j, TOOL);
    pl_json_end_array(&w.j);
    pl_json_kv_str(&w.j, "comment", "No time is told, so that the same chain gives the same document.");
    pl_json_end_object(&w.j);
    if (c->errors.n == 0) {
        packages(&w);
        relationships(&w);
    }
    about_chain(&w);
    pl_json_end_object(&w.j);
    pl_buf_add_byte(out, '\n');
    pl_map_reset(&w.sources);
    pl_arena_reset(&w.texts);
}

static void write_spdx(const struct pl_chain *c, const struct pl_write_options *options, struct pl_buf *out)
{
    char namespace[sizeof NAMESPACE + PL_SHA256_HEX_BYTES] = NAMESPACE;
    struct pl_buf first;
    pl_sha256 digest = {0};
    (void)options; /* one form */
    pl_buf_init(&first, SIZE_MAX / 2);
    document(c, "", &first);
    pl_status st = pl_buf_done(&first, NULL);
    if (st == PL_OK)
        st = pl_sha256_of(pl_buf_bytes(&first), &digest, NULL);
    pl_buf_reset(&first);
    if (st != PL_OK) {
        out->why = st;
        return;
    }
    pl_hex(digest.b, PL_SHA256_BYTES, namespace + sizeof NAMESPACE - 1);
    document(c, namespace, out);
}

const struct pl_chain_writer pl_chain_format_spdx = {.name = "spdx", .write = write_spdx};
