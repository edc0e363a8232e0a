/*
 * diff_json.c - a diff as JSON: docs/diff.schema.json describes it.
 */
#include "report/diff.h"
#include "report/json_parts.h"
#include "report/parts.h"

static void side(struct pl_json *j, const char *key, const struct pl_report *r)
{
    char hex[PL_SHA256_HEX_BYTES];
    pl_hex(r->subject_sha256.b, PL_SHA256_BYTES, hex);
    pl_json_key(j, key);
    pl_json_object(j);
    pl_json_kv_quoted(j, "name", r->subject_name);
    pl_json_kv_quoted(j, "purl", r->subject_purl);
    pl_json_kv_str(j, "sha256", r->has_subject_digest ? hex : NULL);
    pl_json_kv_str(j, "verdict", pl_exit_name(r->exit));
    pl_json_kv_u64(j, "exit_code", (uint64_t)r->exit);
    pl_json_kv_u64(j, "level", r->level);
    pl_json_kv_u64(j, "violation", r->violation);
    pl_json_key(j, "bytes");
    pl_json_object(j);
    for (int c = 0; c < PL_CLASS_COUNT; c++)
        pl_json_kv_u64(j, pl_class_name((enum pl_class)c), r->bytes[c]);
    pl_json_kv_u64(j, "total", r->total_bytes);
    pl_json_end_object(j);
    pl_json_end_object(j);
}

static void links(struct pl_json *j, const struct pl_diff *d)
{
    pl_json_kv_str(j, "level", pl_change_name(d->level));
    pl_json_key(j, "links");
    pl_json_object(j);
    for (int l = 0; l < PL_LINK_COUNT; l++) {
        pl_json_key(j, pl_link_name((enum pl_link)l));
        pl_json_object(j);
        pl_json_kv_str(j, "old", pl_verdict_name(d->old->links[l].verdict));
        pl_json_kv_str(j, "new", pl_verdict_name(d->now->links[l].verdict));
        pl_json_kv_str(j, "change", pl_change_name(d->links[l]));
        pl_json_kv_quoted(j, "why", d->now->links[l].why);
        pl_json_end_object(j);
    }
    pl_json_end_object(j);
}

static void counts(struct pl_json *j, const struct pl_diff *d)
{
    pl_json_key(j, "files");
    pl_json_object(j);
    pl_json_kv_u64(j, "added", d->files_added);
    pl_json_kv_u64(j, "removed", d->files_removed);
    pl_json_kv_u64(j, "changed", d->files_changed);
    pl_json_kv_u64(j, "same", d->files_same);
    pl_json_end_object(j);
}

static void path(struct pl_json *j, const char *key, const struct pl_file *f)
{
    pl_json_key(j, key);
    if (f == NULL)
        pl_json_null(j);
    else
        pl_json_quoted(j, f->path);
}

static void pair(struct pl_json *j, const char *key, uint64_t old, uint64_t now)
{
    pl_json_key(j, key);
    pl_json_object(j);
    pl_json_kv_u64(j, "old", old);
    pl_json_kv_u64(j, "new", now);
    pl_json_end_object(j);
}

static void ranges(struct pl_json *j, const struct pl_file *f)
{
    pl_json_key(j, "ranges");
    pl_json_array(j);
    for (size_t i = 0; f != NULL && i < f->ledger.settled.n; i++) {
        const struct pl_claim *c = &f->ledger.settled.v[i];
        if (c->class != PL_CLASS_UNACCOUNTED && c->class != PL_CLASS_OPAQUE)
            continue;
        pl_json_object(j);
        pl_json_kv_u64(j, "offset", c->offset);
        pl_json_kv_u64(j, "length", c->length);
        pl_json_kv_str(j, "class", pl_class_name(c->class));
        pl_json_end_object(j);
    }
    pl_json_end_array(j);
}

static void unexplained(struct pl_json *j, const struct pl_diff *d)
{
    pl_json_key(j, "unexplained");
    pl_json_array(j);
    for (size_t i = 0; i < d->files.n; i++) {
        const struct pl_diff_file *f = &d->files.v[i];
        pl_json_object(j);
        path(j, "old_path", f->old);
        path(j, "new_path", f->now);
        pl_json_kv_str(j, "role", pl_role_name(f->now != NULL ? f->now->role : f->old->role));
        pair(j, "unaccounted", f->old_unaccounted, f->now_unaccounted);
        pair(j, "opaque", f->old_opaque, f->now_opaque);
        pl_json_key(j, "worse");
        pl_json_bool(j, f->is_worse);
        ranges(j, f->now);
        pl_json_end_object(j);
    }
    pl_json_end_array(j);
}

static void some_findings(struct pl_json *j, const struct pl_diff *d, const char *key, size_t from, size_t n)
{
    pl_json_key(j, key);
    pl_json_array(j);
    for (size_t i = from; i < from + n; i++) {
        const struct pl_diff_finding *f = &d->findings.v[i];
        if (f->now != NULL)
            pl_json_finding(j, d->now, f->now);
        else
            pl_json_finding(j, d->old, f->old);
    }
    pl_json_end_array(j);
}

static void graver(struct pl_json *j, const struct pl_diff *d)
{
    pl_json_key(j, "graver");
    pl_json_array(j);
    for (size_t i = d->came + d->went; i < d->findings.n; i++) {
        const struct pl_diff_finding *f = &d->findings.v[i];
        if (f->now->finding->severity <= f->old->finding->severity)
            continue;
        pl_json_object(j);
        pl_json_kv_str(j, "old_severity", pl_severity_name(f->old->finding->severity));
        pl_json_key(j, "finding");
        pl_json_finding(j, d->now, f->now);
        pl_json_end_object(j);
    }
    pl_json_end_array(j);
}

static void evidence(struct pl_json *j, const struct pl_diff *d)
{
    pl_json_key(j, "evidence_lost");
    pl_json_array(j);
    for (size_t i = 0; i < d->lost.n; i++) {
        const struct pl_diff_evidence *e = &d->lost.v[i];
        pl_json_object(j);
        pl_json_kv_str(j, "what", e->what);
        pl_json_kv_quoted(j, "source", e->of);
        pl_json_kv_quoted(j, "old", e->old);
        pl_json_kv_quoted(j, "new", e->now);
        pl_json_end_object(j);
    }
    pl_json_end_array(j);
}

static void errors(struct pl_json *j, const struct pl_diff *d)
{
    pl_json_key(j, "errors");
    pl_json_array(j);
    for (int i = 0; i < 2; i++) {
        const struct pl_report *r = i == 0 ? d->old : d->now;
        for (size_t k = 0; k < r->errors.n; k++) {
            pl_json_object(j);
            pl_json_kv_str(j, "side", i == 0 ? "old" : "new");
            pl_json_kv_str(j, "status", pl_status_name(r->errors.v[k].status));
            pl_json_kv_quoted(j, "subject", r->errors.v[k].subject);
            pl_json_kv_quoted(j, "message", r->errors.v[k].text);
            pl_json_kv_quoted(j, "hint", r->errors.v[k].hint);
            pl_json_end_object(j);
        }
    }
    pl_json_end_array(j);
}

void pl_diff_write_json(const struct pl_diff *d, struct pl_buf *out)
{
    struct pl_json j;
    bool is_error = d->old->errors.n + d->now->errors.n > 0;
    pl_json_init(&j, out, 1);
    pl_json_object(&j);
    pl_json_kv_str(&j, "schema", PL_DIFF_SCHEMA);
    pl_json_kv_str(&j, "verdict", is_error ? "error" : d->exit == PL_EXIT_PASS ? "not worse" : "worse");
    pl_json_kv_u64(&j, "exit_code", (uint64_t)d->exit);
    pl_json_key(&j, "worse");
    pl_json_array(&j);
    for (size_t i = 0; i < d->worse.n; i++)
        pl_json_str(&j, d->worse.v[i]);
    pl_json_end_array(&j);
    side(&j, "old", d->old);
    side(&j, "new", d->now);
    pl_json_key(&j, "same_package");
    pl_json_bool(&j, d->is_same_package);
    links(&j, d);
    evidence(&j, d);
    counts(&j, d);
    unexplained(&j, d);
    pl_json_key(&j, "findings");
    pl_json_object(&j);
    some_findings(&j, d, "came", 0, d->came);
    some_findings(&j, d, "went", d->came, d->went);
    graver(&j, d);
    pl_json_kv_u64(&j, "stayed", d->stayed);
    pl_json_end_object(&j);
    errors(&j, d);
    pl_json_end_object(&j);
    pl_buf_add_byte(out, '\n');
}
