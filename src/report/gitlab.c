/*
 * gitlab.c - the report as a GitLab code quality artifact: reports:codequality takes this array.
 *
 * Required of each element: description, check_name, fingerprint, severity, location.path and location.lines.begin. Fingerprints are by tag, path and
 * which one of those it is, so that a merge request shows what is new in it and not what only moved. A check that broke off, and a verdict
 * that no finding gives, are elements too, or a report without findings would look clean.
 */
#include "base/digest.h"
#include "base/json.h"
#include "base/quote.h"
#include "report/parts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_ISSUES     5000u
#define MAX_TEXT_BYTES 1000u

static const char *severity_word(enum pl_severity severity)
{
    return severity == PL_SEVERITY_ERROR ? "critical" : severity == PL_SEVERITY_WARNING ? "minor" : "info";
}

static void take(struct pl_json *j, const char *key, struct pl_buf *b)
{
    pl_json_key(j, key);
    pl_json_string(j, pl_buf_bytes(b));
    pl_buf_close_into(j->out, b);
}

/* Opens the element with all but its description; `path` is raw. */
static void begin(struct pl_json *j, const char *check, const char *severity, const char *fingerprint,
                  pl_bytes path, uint64_t line, uint64_t end_line)
{
    pl_json_object(j);
    pl_json_key(j, "check_name");
    pl_json_quoted(j, pl_bytes_of_str(check));
    pl_json_kv_str(j, "severity", severity);
    pl_json_kv_str(j, "fingerprint", fingerprint);
    pl_json_key(j, "location");
    pl_json_object(j);
    pl_json_key(j, "path");
    pl_json_quoted(j, path);
    pl_json_key(j, "lines");
    pl_json_object(j);
    pl_json_kv_u64(j, "begin", line);
    if (end_line > line)
        pl_json_kv_u64(j, "end", end_line);
    pl_json_end_object(j);
    pl_json_end_object(j);
}

static void write_issue(struct pl_json *j, const struct pl_report *r, const struct pl_placed_finding *p,
                        const struct pl_mark *mark)
{
    struct pl_buf b;
    char fingerprint[64];
    (void)snprintf(fingerprint, sizeof fingerprint, "%016llx%016llx", (unsigned long long)mark->hash,
                   (unsigned long long)mark->which);
    pl_buf_init(&b, 1 << 24);
    pl_add_location(&b, r, p);
    begin(j, p->finding->tag, severity_word(p->finding->severity), fingerprint, pl_buf_bytes(&b),
          p->finding->line > 0 ? p->finding->line : 1, p->finding->end_line);
    pl_buf_close_into(j->out, &b);
    pl_quote_some(&b, pl_bytes_of_str(p->finding->message), MAX_TEXT_BYTES);
    pl_add_range(&b, p->finding);
    take(j, "description", &b);
    pl_json_end_object(j);
}

static void write_rule(struct pl_json *j, const struct pl_report *r, size_t i)
{
    const struct pl_rule_result *x = &r->policy.rules.v[i];
    struct pl_buf b;
    struct pl_mark mark = {0};
    char fingerprint[64];
    uint64_t line = 1;
    if (pl_rule_mark(r, i, &mark, NULL) != PL_OK && j->out->why == PL_OK)
        j->out->why = PL_E_NOMEM;
    (void)snprintf(fingerprint, sizeof fingerprint, "rule-%016llx%016llx", (unsigned long long)mark.hash,
                   (unsigned long long)mark.which);
    pl_bytes file = pl_rule_file(r, x, &line);
    begin(j, x->rule, x->verdict == PL_RULE_FAIL ? "critical" : "minor", fingerprint, file, line, 0);
    pl_buf_init(&b, 1 << 20);
    pl_add_rule_why(&b, x);
    if (x->reason != NULL) {
        pl_buf_add_str(&b, "; ");
        pl_quote(&b, pl_bytes_of_str(x->reason));
    }
    take(j, "description", &b);
    pl_json_end_object(j);
}

static void write_error(struct pl_json *j, const struct pl_report *r, size_t i)
{
    const struct pl_err *e = &r->errors.v[i];
    struct pl_buf b;
    char fingerprint[64];
    (void)snprintf(fingerprint, sizeof fingerprint, "plumb-error-%zu", i);
    begin(j, pl_status_name(e->status), "blocker", fingerprint,
          pl_bytes_of_str(e->subject[0] == '\0' ? r->subject_name : e->subject), 1, 0);
    pl_buf_init(&b, 1 << 20);
    pl_quote(&b, pl_bytes_of_str(e->text));
    if (e->hint[0] != '\0') {
        pl_buf_add_str(&b, "; ");
        pl_quote(&b, pl_bytes_of_str(e->hint));
    }
    take(j, "description", &b);
    pl_json_end_object(j);
}

static void write_verdict(struct pl_json *j, const struct pl_report *r, size_t left_out)
{
    struct pl_buf b;
    begin(j, "verdict",
          r->exit == PL_EXIT_PASS           ? "info"
          : r->exit == PL_EXIT_INCONCLUSIVE ? "major"
                                            : "blocker",
          "plumb-verdict", pl_bytes_of_str(r->subject_name), 1, 0);
    pl_buf_init(&b, 1 << 20);
    pl_buf_add_str(&b, pl_verdict_word(r->exit));
    pl_buf_add_byte(&b, ' ');
    pl_quote(&b, pl_subject(r));
    pl_add_verdict_numbers(&b, r);
    if (left_out > 0)
        pl_buf_printf(&b, "; %zu findings or rules more are left out here, the least grave", left_out);
    take(j, "description", &b);
    pl_json_end_object(j);
}

static void write_gitlab(const struct pl_report *r, const struct pl_write_options *options,
                         struct pl_buf *out)
{
    struct pl_json j;
    size_t n = r->placed.n < MAX_ISSUES ? r->placed.n : MAX_ISSUES;
    size_t unmet = 0;
    struct pl_mark *marks = pl_marks(r, n);
    (void)options; /* one form */
    if (marks == NULL)
        out->why = PL_E_NOMEM;
    pl_json_init(&j, out, 1);
    pl_json_array(&j);
    for (size_t i = 0; i < r->errors.n; i++)
        write_error(&j, r, i);
    for (size_t i = 0; i < n && marks != NULL; i++)
        write_issue(&j, r, &r->placed.v[i], &marks[i]);
    for (size_t i = 0; i < r->policy.rules.n; i++)
        if (pl_is_unmet(&r->policy.rules.v[i]) && unmet++ < MAX_ISSUES)
            write_rule(&j, r, i);
    size_t left_out = r->placed.n - n + (unmet > MAX_ISSUES ? unmet - MAX_ISSUES : 0);
    if (r->exit != PL_EXIT_PASS || left_out > 0)
        write_verdict(&j, r, left_out);
    pl_json_end_array(&j);
    pl_buf_add_byte(out, '\n');
    free(marks);
}

const struct pl_report_format pl_report_format_gitlab = {.name = "gitlab", .write = write_gitlab};
