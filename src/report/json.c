/*
 * json.c - the report as JSON: the same keys in every outcome. docs/report.schema.json describes it.
 */
#include "report/json_parts.h"

static void hex_value(struct pl_json *j, const char *key, const pl_sha256 *digest)
{
    char hex[PL_SHA256_HEX_BYTES];
    pl_hex(digest->b, PL_SHA256_BYTES, hex);
    pl_json_kv_str(j, key, hex);
}

static void quoted_value(struct pl_json *j, const char *key, pl_bytes value)
{
    pl_json_key(j, key);
    pl_json_quoted(j, value);
}

static void class_bytes(struct pl_json *j, const uint64_t by_class[PL_CLASS_COUNT],
                        const uint64_t by_grade[PL_GRADE_COUNT])
{
    uint64_t total = 0;
    pl_json_object(j);
    for (int c = 0; c < PL_CLASS_COUNT; c++) {
        pl_json_kv_u64(j, pl_class_name((enum pl_class)c), by_class[c]);
        total += by_class[c];
    }
    pl_json_kv_u64(j, "total", total);
    pl_json_key(j, "derived_by_grade");
    pl_json_object(j);
    for (int g = PL_GRADE_A; g < PL_GRADE_COUNT; g++)
        pl_json_kv_u64(j, pl_grade_name((enum pl_grade)g), by_grade[g]);
    pl_json_end_object(j);
    pl_json_end_object(j);
}

void pl_json_subject(struct pl_json *j, const struct pl_report *r)
{
    pl_json_key(j, "subject");
    pl_json_object(j);
    quoted_value(j, "name", pl_bytes_of_str(r->subject_name));
    pl_json_kv_str(j, "purl", r->subject_purl);
    if (r->has_subject_digest)
        hex_value(j, "sha256", &r->subject_sha256);
    else
        pl_json_kv_str(j, "sha256", NULL);
    pl_json_kv_u64(j, "size", r->subject_size);
    pl_json_end_object(j);
}

void pl_json_level(struct pl_json *j, const struct pl_report *r)
{
    pl_json_key(j, "level");
    pl_json_object(j);
    if (r->chain != NULL && r->chain->root_is_product)
        pl_json_kv_str(j, "own", NULL);
    else
        pl_json_kv_u64(j, "own", r->level);
    pl_json_key(j, "chain");
    if (r->has_chain_level)
        pl_json_u64(j, r->chain_level);
    else
        pl_json_null(j);
    pl_json_kv_u64(j, "violation", r->violation);
    pl_json_end_object(j);
}

static void text_or_null(struct pl_json *j, const char *key, const char *text)
{
    if (text != NULL)
        quoted_value(j, key, pl_bytes_of_str(text));
    else
        pl_json_kv_str(j, key, NULL);
}

/* SWHID 1.2 (ISO/IEC 18670): rel, rev, dir and cnt are the ids that git itself gives. */
static void swhid(struct pl_json *j, const char *key, const char *type, const char *hex)
{
    struct pl_buf b;
    pl_buf_init(&b, 128);
    pl_buf_printf(&b, "swh:1:%s:%s", type, hex == NULL ? "" : hex);
    if (hex != NULL && b.why == PL_OK)
        quoted_value(j, key, pl_buf_bytes(&b));
    else
        pl_json_kv_str(j, key, NULL);
    pl_buf_close_into(j->out, &b);
}

static void write_git(struct pl_json *j, const struct pl_source_git *git)
{
    if (git == NULL) {
        pl_json_null(j);
        return;
    }
    pl_json_object(j);
    text_or_null(j, "ref", git->ref);
    text_or_null(j, "folder", git->folder);
    pl_json_key(j, "found");
    pl_json_bool(j, git->is_found);
    text_or_null(j, "signer", git->signer);
    swhid(j, "release", "rel", git->tag);
    swhid(j, "revision", "rev", git->commit);
    swhid(j, "directory", "dir", git->tree);
    pl_json_end_object(j);
}

static void write_sources(struct pl_json *j, const struct pl_report *r)
{
    pl_json_key(j, "sources");
    pl_json_array(j);
    for (size_t i = 0; i < r->sources.n; i++) {
        const struct pl_report_source *s = &r->sources.v[i];
        pl_json_object(j);
        quoted_value(j, "name", pl_bytes_of_str(s->name));
        quoted_value(j, "uri", pl_bytes_of_str(s->uri));
        if (s->revision != NULL)
            quoted_value(j, "revision", pl_bytes_of_str(s->revision));
        else
            pl_json_kv_str(j, "revision", NULL);
        hex_value(j, "sha256", &s->sha256);
        pl_json_kv_str(j, "how", pl_how_name(s->how));
        pl_json_kv_str(j, "rank", s->is_helper ? "helper" : "own");
        pl_json_kv_u64(j, "files", s->files);
        pl_json_kv_u64(j, "bytes", s->bytes);
        pl_json_key(j, "git");
        write_git(j, s->git);
        text_or_null(j, "missing", s->missing);
        pl_json_end_object(j);
    }
    pl_json_end_array(j);
}

static void write_links(struct pl_json *j, const struct pl_report *r)
{
    pl_json_key(j, "links");
    pl_json_object(j);
    for (int l = 0; l < PL_LINK_COUNT; l++) {
        pl_json_key(j, pl_link_name((enum pl_link)l));
        pl_json_object(j);
        pl_json_kv_str(j, "verdict", pl_verdict_name(r->links[l].verdict));
        quoted_value(j, "why", pl_bytes_of_str(r->links[l].why));
        if (l == PL_LINK_PUBLISHED) {
            pl_json_key(j, "evidence");
            pl_json_array(j);
            for (size_t i = 0; i < r->publication.n; i++) {
                const struct pl_report_step *s = &r->publication.v[i];
                pl_json_object(j);
                quoted_value(j, "what", pl_bytes_of_str(s->what));
                quoted_value(j, "uri", pl_bytes_of_str(s->uri));
                hex_value(j, "sha256", &s->sha256);
                pl_json_end_object(j);
            }
            pl_json_end_array(j);
        }
        pl_json_end_object(j);
    }
    pl_json_end_object(j);
}

static void write_claim(struct pl_json *j, const struct pl_claim *c)
{
    pl_json_object(j);
    pl_json_kv_u64(j, "offset", c->offset);
    pl_json_kv_u64(j, "length", c->length);
    pl_json_kv_str(j, "class", pl_class_name(c->class));
    if (c->grade != PL_GRADE_NONE)
        pl_json_kv_str(j, "grade", pl_grade_name(c->grade));
    pl_json_kv_str(j, "rule", c->rule);
    if (c->source != NULL)
        quoted_value(j, "source", pl_bytes_of_str(c->source));
    if (c->source_offset != PL_NO_OFFSET)
        pl_json_kv_u64(j, "source_offset", c->source_offset);
    if (c->note != NULL)
        quoted_value(j, "note", pl_bytes_of_str(c->note));
    pl_json_end_object(j);
}

static void write_script(struct pl_json *j, const struct pl_script_account *s)
{
    pl_json_key(j, "atoms");
    pl_json_object(j);
    pl_json_kv_u64(j, "total", s->atoms);
    pl_json_kv_u64(j, "explained", s->explained);
    pl_json_kv_u64(j, "helper", s->helper);
    pl_json_kv_u64(j, "context", s->context);
    pl_json_kv_u64(j, "novel", s->novel);
    pl_json_end_object(j);
}

void pl_json_file(struct pl_json *j, const struct pl_file *f)
{
    uint64_t by_class[PL_CLASS_COUNT];
    uint64_t by_grade[PL_GRADE_COUNT];
    uint64_t members = pl_ledger_totals(&f->ledger, by_class, by_grade);
    pl_json_object(j);
    quoted_value(j, "path", f->path);
    pl_json_kv_u64(j, "size", f->size);
    if (f->has_digests)
        hex_value(j, "sha256", &f->sha256);
    else
        pl_json_kv_str(j, "sha256", NULL);
    pl_json_kv_str(j, "kind", f->kind);
    pl_json_kv_str(j, "role", pl_role_name(f->role));
    if (f->link_target.n > 0)
        quoted_value(j, "link_target", f->link_target);
    if (members > 0)
        pl_json_kv_u64(j, "members", members);
    if (f->facts[0].name != NULL) {
        pl_json_key(j, "facts");
        pl_json_object(j);
        for (int i = 0; i < PL_FILE_FACTS && f->facts[i].name != NULL; i++)
            quoted_value(j, f->facts[i].name, f->facts[i].value);
        pl_json_end_object(j);
    }
    pl_json_key(j, "bytes");
    class_bytes(j, by_class, by_grade);
    if (f->script.atoms > 0)
        write_script(j, &f->script);
    pl_json_key(j, "evidence");
    pl_json_array(j);
    for (size_t i = 0; i < f->ledger.settled.n; i++)
        write_claim(j, &f->ledger.settled.v[i]);
    pl_json_end_array(j);
    pl_json_end_object(j);
}

void pl_json_finding(struct pl_json *j, const struct pl_report *r, const struct pl_placed_finding *p)
{
    char id[19] = "";
    const struct pl_finding *f = p->finding;
    if (pl_finding_id(p, id, NULL) != PL_OK)
        j->out->why = PL_E_NOMEM;
    pl_json_object(j);
    pl_json_kv_str(j, "id", id);
    pl_json_kv_str(j, "tag", f->tag);
    pl_json_kv_str(j, "severity", pl_severity_name(f->severity));
    if (f->judged != f->severity)
        pl_json_kv_str(j, "judged", pl_severity_name(f->judged));
    if (f->waiver != NULL)
        quoted_value(j, "waiver", pl_bytes_of_str(f->waiver));
    quoted_value(j, "path", pl_finding_path(r, p));
    pl_json_kv_offset(j, "offset", f->offset);
    pl_json_kv_u64(j, "length", f->length);
    pl_json_kv_offset(j, "line", f->line == 0 ? PL_NO_OFFSET : f->line);
    pl_json_kv_offset(j, "end_line", f->line == 0 ? PL_NO_OFFSET : f->end_line);
    quoted_value(j, "message", pl_bytes_of_str(f->message));
    pl_json_key(j, "evidence");
    pl_json_object(j);
    for (int i = 0; i < PL_FINDING_FACTS && f->facts[i].name != NULL; i++)
        quoted_value(j, f->facts[i].name, f->facts[i].value);
    pl_json_end_object(j);
    pl_json_end_object(j);
}

static void write_rule(struct pl_json *j, const struct pl_rule_result *x)
{
    pl_json_object(j);
    pl_json_kv_str(j, "rule", x->rule);
    if (x->component != NULL)
        quoted_value(j, "component", pl_bytes_of_str(x->component));
    quoted_value(j, "policy", pl_bytes_of_str(x->policy));
    pl_json_kv_u64(j, "line", x->line);
    pl_json_kv_str(j, "result", pl_rule_verdict_name(x->verdict));
    pl_json_kv_u64(j, "exit_code", (uint64_t)x->exit);
    quoted_value(j, "why", pl_bytes_of_str(x->why));
    text_or_null(j, "reason", x->reason);
    pl_json_end_object(j);
}

static void write_waiver(struct pl_json *j, const struct pl_waiver_result *x)
{
    pl_json_object(j);
    quoted_value(j, "id", pl_bytes_of_str(x->id));
    pl_json_kv_str(j, "tag", x->tag);
    quoted_value(j, "policy", pl_bytes_of_str(x->policy));
    pl_json_kv_u64(j, "line", x->line);
    pl_json_kv_str(j, "state", x->state);
    quoted_value(j, "owner", pl_bytes_of_str(x->owner));
    quoted_value(j, "reason", pl_bytes_of_str(x->reason));
    pl_json_kv_str(j, "expires", x->expires);
    pl_json_kv_u64(j, "findings", x->findings);
    pl_json_kv_u64(j, "bytes", x->bytes);
    pl_json_end_object(j);
}

void pl_json_policy(struct pl_json *j, const struct pl_report *r)
{
    const struct pl_policy_result *p = &r->policy;
    bool is_default = p->name == NULL;
    pl_json_key(j, "policy");
    pl_json_object(j);
    quoted_value(j, "name", pl_bytes_of_str(is_default ? "default" : p->name));
    if (p->has_digest)
        hex_value(j, "sha256", &p->sha256);
    else
        pl_json_kv_str(j, "sha256", NULL);
    pl_json_kv_str(j, "decision", pl_exit_name(is_default ? r->exit : p->decision));
    pl_json_key(j, "rules");
    pl_json_array(j);
    for (size_t i = 0; i < p->rules.n; i++)
        write_rule(j, &p->rules.v[i]);
    pl_json_end_array(j);
    if (!is_default) {
        pl_json_key(j, "waivers");
        pl_json_array(j);
        for (size_t i = 0; i < p->waivers.n; i++)
            write_waiver(j, &p->waivers.v[i]);
        pl_json_end_array(j);
        pl_json_kv_str(j, "next_expiry", p->next_expiry);
    }
    pl_json_end_object(j);
}

void pl_json_errors(struct pl_json *j, const struct pl_report *r)
{
    pl_json_key(j, "errors");
    pl_json_array(j);
    for (size_t i = 0; i < r->errors.n; i++)
        pl_json_err(j, &r->errors.v[i]);
    pl_json_end_array(j);
}

void pl_json_run(struct pl_json *j, const struct pl_report *r)
{
    pl_json_key(j, "run");
    pl_json_object(j);
    pl_json_kv_str(j, "tool", r->tool != NULL ? r->tool : "plumb " PL_VERSION);
    pl_json_kv_str(j, "started", r->started);
    pl_json_kv_u64(j, "elapsed_us", r->elapsed_us);
    pl_json_kv_u64(j, "jobs", r->jobs);
    pl_json_kv_str(j, "sandbox", r->sandbox);
    pl_json_key(j, "notes");
    pl_json_array(j);
    for (size_t i = 0; i < r->notes.n; i++)
        pl_json_quoted(j, pl_bytes_of_str(r->notes.v[i]));
    pl_json_end_array(j);
    pl_json_end_object(j);
}

void pl_json_head(struct pl_json *j, const struct pl_report *r)
{
    pl_json_kv_str(j, "schema", PL_REPORT_SCHEMA);
    pl_json_kv_str(j, "verdict", pl_exit_name(r->exit));
    pl_json_kv_u64(j, "exit_code", (uint64_t)r->exit);
    pl_json_subject(j, r);
    write_sources(j, r);
    pl_json_level(j, r);
    write_links(j, r);
    pl_json_key(j, "bytes");
    class_bytes(j, r->bytes, r->grades);
}

static void write_json(const struct pl_report *r, const struct pl_write_options *options, struct pl_buf *out)
{
    struct pl_json j;
    (void)options; /* JSON has one form */
    pl_json_init(&j, out, 1);
    pl_json_object(&j);
    pl_json_head(&j, r);
    pl_json_key(&j, "files");
    pl_json_array(&j);
    for (size_t i = 0; i < r->files.n; i++)
        pl_json_file(&j, r->files.v[i]);
    pl_json_end_array(&j);
    pl_json_key(&j, "findings");
    pl_json_array(&j);
    for (size_t i = 0; i < r->placed.n; i++)
        pl_json_finding(&j, r, &r->placed.v[i]);
    pl_json_end_array(&j);
    pl_json_policy(&j, r);
    pl_json_errors(&j, r);
    pl_json_run(&j, r);
    pl_json_end_object(&j);
    pl_buf_add_byte(out, '\n');
}

const struct pl_report_format pl_report_format_json = {
    .name = "json", .is_of_packages = true, .write = write_json};
