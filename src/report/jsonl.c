/*
 * jsonl.c - the JSON report as lines, for tools that read as they go.
 *
 *     {"type": "report", "report": {...}}     all keys but those below
 *     {"type": "file", "file": {...}}         one a file, in order
 *     {"type": "finding", "finding": {...}}   one a finding, in order
 *     {"type": "end", "files": N, "findings": N, "run": {...}}
 *
 * Put together again they are the JSON report. A stream without its last line was cut.
 */
#include "report/json_parts.h"

static void begin(struct pl_json *j, struct pl_buf *out, const char *type)
{
    pl_json_init(j, out, 0);
    pl_json_object(j);
    pl_json_kv_str(j, "type", type);
}

static void end(struct pl_json *j)
{
    pl_json_end_object(j);
    pl_buf_add_byte(j->out, '\n');
}

static void write_jsonl(const struct pl_report *r, const struct pl_write_options *options, struct pl_buf *out)
{
    struct pl_json j;
    (void)options; /* one form */
    begin(&j, out, "report");
    pl_json_key(&j, "report");
    pl_json_object(&j);
    pl_json_head(&j, r);
    pl_json_policy(&j, r);
    pl_json_errors(&j, r);
    pl_json_end_object(&j);
    end(&j);
    for (size_t i = 0; i < r->files.n; i++) {
        begin(&j, out, "file");
        pl_json_key(&j, "file");
        pl_json_file(&j, r->files.v[i]);
        end(&j);
    }
    for (size_t i = 0; i < r->placed.n; i++) {
        begin(&j, out, "finding");
        pl_json_key(&j, "finding");
        pl_json_finding(&j, r, &r->placed.v[i]);
        end(&j);
    }
    begin(&j, out, "end");
    pl_json_kv_u64(&j, "files", r->files.n);
    pl_json_kv_u64(&j, "findings", r->placed.n);
    pl_json_run(&j, r);
    end(&j);
}

const struct pl_report_format pl_report_format_jsonl = {
    .name = "jsonl", .is_of_packages = true, .write = write_jsonl};
