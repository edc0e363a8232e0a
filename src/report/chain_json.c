/*
 * chain_json.c - a chain as JSON: the same keys in every outcome. docs/chain.schema.json describes it.
 */
#include "base/json.h"
#include "report/chain.h"

static void hex(struct pl_json *j, const char *key, const pl_sha256 *digest)
{
    char text[PL_SHA256_HEX_BYTES];
    if (digest == NULL) {
        pl_json_kv_str(j, key, NULL);
        return;
    }
    pl_hex(digest->b, PL_SHA256_BYTES, text);
    pl_json_kv_str(j, key, text);
}

static void links(struct pl_json *j, const struct pl_component_result *r)
{
    pl_json_key(j, "links");
    pl_json_object(j);
    for (int i = 0; i < PL_LINK_COUNT; i++) {
        pl_json_key(j, pl_link_name((enum pl_link)i));
        pl_json_object(j);
        pl_json_kv_str(j, "verdict", pl_verdict_name(r->links[i].verdict));
        pl_json_kv_quoted(j, "why", r->links[i].why == NULL ? "" : r->links[i].why);
        pl_json_end_object(j);
    }
    pl_json_end_object(j);
}

static void sources(struct pl_json *j, const struct pl_component_result *r)
{
    pl_json_key(j, "sources");
    pl_json_array(j);
    for (size_t i = 0; i < r->n_sources; i++) {
        const struct pl_component_source *s = &r->sources[i];
        pl_json_object(j);
        pl_json_kv_quoted(j, "name", s->name == NULL ? "" : s->name);
        pl_json_kv_quoted(j, "uri", s->uri == NULL ? "" : s->uri);
        pl_json_kv_quoted(j, "revision", s->revision);
        pl_json_kv_str(j, "sha256", s->sha256);
        pl_json_kv_str(j, "how", pl_how_name(s->how));
        pl_json_end_object(j);
    }
    pl_json_end_array(j);
}

static void component_findings(struct pl_json *j, const struct pl_component_result *r)
{
    pl_json_kv_u64(j, "errors", r->errors);
    pl_json_kv_u64(j, "warnings", r->warnings);
    pl_json_key(j, "findings");
    pl_json_array(j);
    for (size_t i = 0; i < r->n_findings; i++) {
        const struct pl_component_finding *f = &r->findings[i];
        pl_json_object(j);
        pl_json_kv_quoted(j, "tag", f->tag == NULL ? "" : f->tag);
        pl_json_kv_str(j, "severity", pl_severity_name(f->severity));
        pl_json_kv_quoted(j, "path", f->path == NULL ? "" : f->path);
        pl_json_kv_quoted(j, "message", f->message == NULL ? "" : f->message);
        pl_json_kv_str(j, "sha256", f->sha256[0] == '\0' ? NULL : f->sha256);
        pl_json_kv_offset(j, "offset", f->offset);
        pl_json_kv_u64(j, "length", f->length);
        pl_json_end_object(j);
    }
    pl_json_end_array(j);
}

/* Of a copy with changes: which version it is a copy of, and what it has more and less. */
static void delta(struct pl_json *j, const struct pl_component_result *r)
{
    pl_json_key(j, "delta");
    if (r->n_delta == 0) {
        pl_json_null(j);
        return;
    }
    pl_json_object(j);
    pl_json_kv_quoted(j, "of", r->delta_of);
    pl_json_key(j, "files");
    pl_json_array(j);
    for (size_t i = 0; i < r->n_delta; i++) {
        const struct pl_component_delta *d = &r->delta[i];
        pl_json_object(j);
        pl_json_kv_quoted(j, "path", d->path);
        pl_json_key(j, "is_text");
        pl_json_bool(j, d->is_text);
        pl_json_kv_u64(j, "added", d->added);
        pl_json_kv_str(j, "added_lines", d->added_at);
        pl_json_kv_u64(j, "removed", d->removed);
        pl_json_kv_str(j, "removed_lines", d->removed_at);
        pl_json_end_object(j);
    }
    pl_json_end_array(j);
    pl_json_end_object(j);
}

static void grades(struct pl_json *j, const char *key, const uint64_t *by_grade)
{
    pl_json_key(j, key);
    pl_json_object(j);
    for (int g = PL_GRADE_A; g < PL_GRADE_COUNT; g++)
        pl_json_kv_u64(j, pl_grade_name((enum pl_grade)g), by_grade[g]);
    pl_json_end_object(j);
}

/* What policies judge: bytes of files that do something, and of others. */
static void measure(struct pl_json *j, const struct pl_measure *m)
{
    pl_json_key(j, "active");
    pl_json_object(j);
    pl_json_kv_u64(j, "total", m->active);
    pl_json_kv_u64(j, "unaccounted", m->active_unaccounted);
    grades(j, "code_by_grade", m->code);
    grades(j, "text_by_grade", m->text);
    pl_json_end_object(j);
    pl_json_key(j, "passive");
    pl_json_object(j);
    pl_json_kv_u64(j, "total", m->passive);
    pl_json_kv_u64(j, "unaccounted", m->passive_unaccounted);
    pl_json_end_object(j);
}

static void result(struct pl_json *j, const struct pl_component_result *r)
{
    pl_json_key(j, "result");
    if (r == NULL) {
        pl_json_null(j);
        return;
    }
    pl_json_object(j);
    pl_json_kv_u64(j, "exit_code", (uint64_t)r->exit);
    hex(j, "sha256", r->has_digest ? &r->sha256 : NULL);
    pl_json_kv_u64(j, "size", r->size);
    links(j, r);
    sources(j, r);
    pl_json_key(j, "bytes");
    pl_json_object(j);
    pl_json_kv_u64(j, "total", r->total_bytes);
    pl_json_kv_u64(j, "unaccounted", r->unaccounted);
    pl_json_kv_u64(j, "opaque", r->opaque);
    measure(j, &r->measure);
    pl_json_end_object(j);
    component_findings(j, r);
    delta(j, r);
    pl_json_kv_quoted(j, "copy_at", r->copy_at);
    pl_json_end_object(j);
}

static void level(struct pl_json *j, const struct pl_component *c)
{
    pl_json_key(j, "level");
    pl_json_object(j);
    pl_json_key(j, "own");
    if (c->is_product || c->result == NULL)
        pl_json_null(j);
    else
        pl_json_u64(j, c->own);
    pl_json_key(j, "chain");
    if (c->chain > PL_LEVEL_MAX)
        pl_json_null(j);
    else
        pl_json_u64(j, c->chain);
    pl_json_kv_u64(j, "violation", c->result == NULL ? 0 : c->result->violation);
    pl_json_end_object(j);
}

static void keys_of(struct pl_json *j, const struct pl_chain *c, const char *key, const uint32_t *v,
                    uint32_t n)
{
    pl_json_key(j, key);
    pl_json_array(j);
    for (uint32_t i = 0; i < n; i++)
        pl_json_quoted(j, pl_bytes_of_str(c->components.v[v[i]].key));
    pl_json_end_array(j);
}

static void component(struct pl_json *j, const struct pl_chain *c, uint32_t i)
{
    const struct pl_component *one = &c->components.v[i];
    const struct pl_graph *g = &c->graph;
    pl_json_object(j);
    pl_json_kv_quoted(j, "key", one->key);
    pl_json_kv_quoted(j, "purl", one->purl);
    pl_json_kv_quoted(j, "name", one->name);
    pl_json_kv_quoted(j, "version", one->version);
    pl_json_kv_quoted(j, "reference", one->reference);
    pl_json_kv_quoted(j, "place", one->place);
    pl_json_kv_str(j, "scope", one->scope);
    pl_json_key(j, "product");
    pl_json_bool(j, one->is_product);
    level(j, one);
    pl_json_kv_quoted(j, "not_examined", one->result == NULL ? one->why_not : NULL);
    result(j, one->result);
    keys_of(j, c, "depends_on", g->to + g->first[i], g->first[i + 1] - g->first[i]);
    pl_json_end_object(j);
}

static void counts(struct pl_json *j, const char *key, const uint64_t by_level[PL_LEVEL_MAX + 1])
{
    pl_json_key(j, key);
    pl_json_array(j); /* level 0 first */
    for (unsigned i = 0; i <= PL_LEVEL_MAX; i++)
        pl_json_u64(j, by_level[i]);
    pl_json_end_array(j);
}

static void cycles(struct pl_json *j, const struct pl_chain *c)
{
    const struct pl_condensation *g = &c->groups;
    pl_json_key(j, "cycles");
    pl_json_array(j);
    for (uint32_t k = 0; k < g->n_groups; k++) {
        if (g->first[k + 1] - g->first[k] < 2)
            continue;
        pl_json_array(j);
        for (uint32_t m = g->first[k]; m < g->first[k + 1]; m++)
            pl_json_quoted(j, pl_bytes_of_str(c->components.v[g->member[m]].key));
        pl_json_end_array(j);
    }
    pl_json_end_array(j);
}

static void summary(struct pl_json *j, const struct pl_chain *c)
{
    pl_json_key(j, "summary");
    pl_json_object(j);
    pl_json_kv_u64(j, "components", c->components.n);
    pl_json_kv_u64(j, "dependencies", c->components.n == 0 ? 0 : c->graph.first[c->graph.n]);
    pl_json_kv_u64(j, "depth", c->depth);
    counts(j, "own", c->own_counts);
    counts(j, "chain", c->chain_counts);
    pl_json_kv_u64(j, "not_examined", c->unexamined);
    cycles(j, c);
    pl_json_end_object(j);
}

static void weakest(struct pl_json *j, const struct pl_chain *c)
{
    pl_json_key(j, "weakest");
    pl_json_object(j);
    keys_of(j, c, "path", c->path, c->n_path);
    pl_json_kv_u64(j, "other_paths", c->other_paths);
    pl_json_key(j, "components");
    pl_json_array(j);
    for (uint32_t i = 0; i < c->n_weakest; i++) {
        const struct pl_component *one = &c->components.v[c->weakest[i]];
        pl_json_object(j);
        pl_json_kv_quoted(j, "key", one->key);
        pl_json_key(j, "dependants");
        if (c->dependants[i] == UINT32_MAX)
            pl_json_null(j);
        else
            pl_json_u64(j, c->dependants[i]);
        pl_json_kv_quoted(j, "lacks", pl_chain_lack(one));
        pl_json_end_object(j);
    }
    pl_json_end_array(j);
    pl_json_end_object(j);
    pl_json_key(j, "raise");
    pl_json_array(j);
    for (unsigned i = 0; i < c->n_steps; i++) {
        pl_json_object(j);
        pl_json_kv_u64(j, "to", c->steps[i].level);
        pl_json_kv_u64(j, "more", c->steps[i].more);
        pl_json_key(j, "components");
        pl_json_array(j);
        for (uint32_t k = 0; k < c->steps[i].n; k++) {
            const struct pl_component *one = &c->components.v[c->steps[i].v[k]];
            pl_json_object(j);
            pl_json_kv_quoted(j, "key", one->key);
            pl_json_kv_quoted(j, "lacks", pl_chain_lack(one));
            pl_json_end_object(j);
        }
        pl_json_end_array(j);
        pl_json_end_object(j);
    }
    pl_json_end_array(j);
}

static void findings(struct pl_json *j, const struct pl_chain *c)
{
    pl_json_key(j, "findings");
    pl_json_array(j);
    for (size_t i = 0; i < c->findings.list.n; i++) {
        const struct pl_finding *f = &c->findings.list.v[i];
        pl_json_object(j);
        pl_json_kv_str(j, "tag", f->tag);
        pl_json_kv_str(j, "severity", pl_severity_name(f->severity));
        pl_json_kv_quoted(j, "message", f->message);
        pl_json_key(j, "evidence");
        pl_json_object(j);
        for (int k = 0; k < PL_FINDING_FACTS && f->facts[k].name != NULL; k++) {
            pl_json_key(j, f->facts[k].name);
            pl_json_quoted(j, f->facts[k].value);
        }
        pl_json_end_object(j);
        pl_json_end_object(j);
    }
    pl_json_end_array(j);
    pl_json_kv_u64(j, "findings_left_out", c->findings.dropped);
}

static void errors(struct pl_json *j, const struct pl_chain *c)
{
    pl_json_key(j, "errors");
    pl_json_array(j);
    for (size_t i = 0; i < c->errors.n; i++)
        pl_json_err(j, &c->errors.v[i]);
    pl_json_end_array(j);
}

/* Everything that may differ between two runs over the same bytes. */
static void run(struct pl_json *j, const struct pl_chain *c)
{
    pl_json_key(j, "run");
    pl_json_object(j);
    pl_json_kv_str(j, "tool", "plumb " PL_VERSION);
    pl_json_kv_str(j, "started", c->started);
    pl_json_kv_u64(j, "elapsed_us", c->elapsed_us);
    pl_json_kv_u64(j, "jobs", c->jobs);
    pl_json_kv_u64(j, "from_cache", c->cached);
    pl_json_end_object(j);
}

static void write_json(const struct pl_chain *c, const struct pl_write_options *options, struct pl_buf *out)
{
    struct pl_json j;
    bool is_read = c->errors.n == 0;
    (void)options; /* JSON has one form */
    pl_json_init(&j, out, 1);
    pl_json_object(&j);
    pl_json_kv_str(&j, "schema", "https://plumbline.dev/schema/chain/1");
    pl_json_kv_str(&j, "verdict", pl_exit_name(c->exit));
    pl_json_kv_u64(&j, "exit_code", (uint64_t)c->exit);
    pl_json_kv_quoted(&j, "subject", c->subject);
    pl_json_kv_quoted(&j, "format", c->format);
    pl_json_kv_quoted(&j, "product", c->product);
    pl_json_kv_quoted(&j, "root", is_read ? c->components.v[c->root].key : NULL);
    pl_json_key(&j, "level");
    if (is_read)
        pl_json_u64(&j, c->level);
    else
        pl_json_null(&j);
    pl_json_kv_u64(&j, "required", c->required);
    pl_json_kv_quoted(&j, "required_by", c->required_by);
    summary(&j, is_read ? c : &(struct pl_chain){0});
    weakest(&j, is_read ? c : &(struct pl_chain){0});
    pl_json_key(&j, "components");
    pl_json_array(&j);
    for (uint32_t i = 0; is_read && i < c->components.n; i++)
        component(&j, c, i);
    pl_json_end_array(&j);
    findings(&j, c);
    errors(&j, c);
    run(&j, c);
    pl_json_end_object(&j);
    pl_buf_add_byte(out, '\n');
}

const struct pl_chain_writer pl_chain_format_json = {.name = "json", .write = write_json};
