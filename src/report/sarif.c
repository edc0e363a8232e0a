/*
 * sarif.c - findings as SARIF 2.1.0 (OASIS, errata 01), for hosts that show them beside the code.
 *
 * A finding is a result at a physical location: the package's name, then the path inside it, percent-encoded, and the bytes as byteOffset and
 * byteLength, of text its lines, too; startLine is 1 where there are none, since hosts refuse results without one.
 * primaryLocationLineHash, by which GitHub knows a result again, is over tag, path and which one of those it is: neither version nor offset
 * counts. Hosts keep 5,000 results of a run and take 10 MB: what is beyond that is left out, the gravest stays, and a notification says so, which is
 * why the invocation is written last.
 */
#include "base/json.h"
#include "base/quote.h"
#include "report/escape.h"
#include "report/parts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_RESULTS    5000u
#define MAX_BYTES      ((size_t)9 << 20) /* where results end; what follows them is small */
#define MAX_RULES      512u
#define MAX_TEXT_BYTES 1000u /* of a short or full description, and of each fact in a message */

struct log {
    struct pl_json j;
    const struct pl_report *r;
    size_t n_results;             /* of findings */
    size_t n_unmet;               /* results of the policy's rules */
    const char *rules[MAX_RULES]; /* tags, in order of their first result */
    size_t n_rules;
};

static void buf_value(struct pl_json *j, const char *key, struct pl_buf *b)
{
    pl_json_key(j, key);
    pl_json_string(j, pl_buf_bytes(b));
    pl_buf_close_into(j->out, b);
}

static void text_object(struct pl_json *j, const char *key, const char *text)
{
    struct pl_buf b;
    pl_buf_init(&b, 1 << 20);
    pl_quote_some(&b, pl_bytes_of_str(text), MAX_TEXT_BYTES);
    pl_json_key(j, key);
    pl_json_object(j);
    buf_value(j, "text", &b);
    pl_json_end_object(j);
}

static size_t rule_of(const struct log *l, const char *tag)
{
    size_t i = 0;
    while (i < l->n_rules && strcmp(l->rules[i], tag) != 0)
        i++;
    return i;
}

/* False when there is no room for one more rule. */
static bool add_rule(struct log *l, const char *id)
{
    size_t rule = rule_of(l, id);
    if (rule == l->n_rules && rule < MAX_RULES)
        l->rules[l->n_rules++] = id;
    return rule < MAX_RULES;
}

/* Rules of the policy that are not met have the first right to a place. */
static void gather(struct log *l)
{
    size_t unmet = pl_count_unmet(l->r);
    size_t room = unmet < MAX_RESULTS ? MAX_RESULTS - unmet : 0;
    l->n_unmet = unmet < MAX_RESULTS ? unmet : MAX_RESULTS;
    while (l->n_results < l->r->placed.n && l->n_results < room &&
           add_rule(l, l->r->placed.v[l->n_results].finding->tag))
        l->n_results++;
    for (size_t i = 0; i < l->r->policy.rules.n; i++)
        if (pl_is_unmet(&l->r->policy.rules.v[i]))
            (void)add_rule(
                l,
                l->r->policy.rules.v[i].rule); /* without room it is a result whose rule is not described */
}

static void write_help(struct pl_json *j, const struct pl_tag_info *info)
{
    struct pl_buf b;
    pl_buf_init(&b, 1 << 20);
    pl_buf_printf(&b, "%s\n\nHonest causes: %s\n\nKnown attacks: %s\n\nWhat to do: %s", info->meaning,
                  info->benign, info->attacks, info->resolve);
    pl_json_key(j, "help");
    pl_json_object(j);
    buf_value(j, "text", &b);
    pl_json_end_object(j);
}

static enum pl_severity severity_of(const struct log *l, const char *tag)
{
    for (size_t i = 0; i < l->n_results; i++)
        if (strcmp(l->r->placed.v[i].finding->tag, tag) == 0)
            return l->r->placed.v[i].finding->severity;
    for (size_t i = 0; i < l->r->policy.rules.n; i++)
        if (strcmp(l->r->policy.rules.v[i].rule, tag) == 0 && l->r->policy.rules.v[i].verdict == PL_RULE_FAIL)
            return PL_SEVERITY_ERROR;
    return PL_SEVERITY_WARNING;
}

/* The score by which GitHub sorts security results; a rule is as grave as its gravest result. */
static const char *score(enum pl_severity severity)
{
    return severity == PL_SEVERITY_ERROR ? "8.5" : severity == PL_SEVERITY_WARNING ? "5.0" : "1.0";
}

static void write_rules(struct log *l)
{
    struct pl_json *j = &l->j;
    pl_json_key(j, "rules");
    pl_json_array(j);
    for (size_t i = 0; i < l->n_rules; i++) {
        const struct pl_tag_info *info = pl_tag_find(l->rules[i]);
        enum pl_severity severity = severity_of(l, l->rules[i]);
        pl_json_object(j);
        pl_json_key(j, "id");
        pl_json_quoted(j, pl_bytes_of_str(l->rules[i]));
        text_object(j, "shortDescription", info == NULL ? l->rules[i] : info->title);
        text_object(j, "fullDescription", info == NULL ? l->rules[i] : info->meaning);
        if (info == NULL)
            text_object(j, "help",
                        "A rule of the policy, or a tag that this version of plumb does not know.");
        else
            write_help(j, info);
        pl_json_key(j, "defaultConfiguration");
        pl_json_object(j);
        pl_json_kv_str(j, "level", pl_severity_name(severity));
        pl_json_end_object(j);
        pl_json_key(j, "properties");
        pl_json_object(j);
        pl_json_key(j, "tags");
        pl_json_array(j);
        pl_json_str(j, "security");
        pl_json_str(j, "supply-chain");
        pl_json_end_array(j);
        pl_json_kv_str(j, "precision", severity == PL_SEVERITY_ERROR ? "high" : "medium");
        pl_json_kv_str(j, "security-severity", score(severity));
        pl_json_end_object(j);
        pl_json_end_object(j);
    }
    pl_json_end_array(j);
}

static void write_tool(struct log *l)
{
    struct pl_json *j = &l->j;
    pl_json_key(j, "tool");
    pl_json_object(j);
    pl_json_key(j, "driver");
    pl_json_object(j);
    pl_json_kv_str(j, "name", "plumb");
    pl_json_kv_str(j, "version", PL_VERSION);
    pl_json_kv_str(j, "semanticVersion", PL_VERSION);
    pl_json_kv_str(j, "informationUri", "https://plumbline.dev/");
    write_rules(l);
    pl_json_end_object(j);
    pl_json_end_object(j);
}

/* The category of results that a newer run replaces: the subject without its version. */
static void write_category(struct log *l)
{
    struct pl_buf b;
    pl_bytes subject = pl_subject(l->r);
    size_t version = l->r->subject_purl == NULL ? SIZE_MAX : pl_bytes_find_byte(subject, '@', 0);
    pl_buf_init(&b, 1 << 20);
    pl_buf_add_str(&b, "plumb/");
    pl_quote(&b, version == SIZE_MAX ? subject : pl_bytes_sub(subject, 0, version));
    pl_buf_add_byte(&b, '/');
    pl_json_key(&l->j, "automationDetails");
    pl_json_object(&l->j);
    buf_value(&l->j, "id", &b);
    pl_json_end_object(&l->j);
}

/* "git+https://host/repository@ref#folder" names https://host/repository. */
static void write_repository(struct pl_json *j, const struct pl_report_source *s)
{
    struct pl_buf b;
    pl_bytes uri = pl_bytes_from(pl_bytes_of_str(s->uri), strlen("git+"));
    pl_bytes scheme = pl_bytes_sub(uri, 0, pl_bytes_find(uri, PL_LIT("://"), 0));
    size_t at = pl_bytes_rfind_byte(uri, '@');
    size_t slash = pl_bytes_find_byte(uri, '/', scheme.n + 3);
    pl_bytes place = pl_bytes_from(uri, scheme.n + 3);
    if (at != SIZE_MAX && slash != SIZE_MAX && at > slash)
        place = pl_bytes_sub(uri, scheme.n + 3, at - scheme.n - 3);
    pl_buf_init(&b, 1 << 20);
    pl_uri_path(&b, scheme);
    pl_buf_add_str(&b, "://");
    pl_uri_path(&b, place);
    pl_json_object(j);
    buf_value(j, "repositoryUri", &b);
    pl_json_kv_str(j, "revisionId", s->git->commit);
    pl_json_end_object(j);
}

static bool is_repository(const struct pl_report_source *s)
{
    pl_bytes uri = pl_bytes_of_str(s->uri);
    return s->git != NULL && s->git->commit != NULL && !s->is_helper &&
           (pl_bytes_starts(uri, PL_LIT("git+https://")) || pl_bytes_starts(uri, PL_LIT("git+file://")));
}

static void write_provenance(struct log *l)
{
    struct pl_json *j = &l->j;
    bool is_open = false;
    for (size_t i = 0; i < l->r->sources.n; i++) {
        if (!is_repository(&l->r->sources.v[i]))
            continue;
        if (!is_open) {
            pl_json_key(j, "versionControlProvenance");
            pl_json_array(j);
        }
        is_open = true;
        write_repository(j, &l->r->sources.v[i]);
    }
    if (is_open)
        pl_json_end_array(j);
}

static void hashes(struct pl_json *j, const pl_sha256 *digest)
{
    char hex[PL_SHA256_HEX_BYTES];
    pl_hex(digest->b, PL_SHA256_BYTES, hex);
    pl_json_key(j, "hashes");
    pl_json_object(j);
    pl_json_kv_str(j, "sha-256", hex);
    pl_json_end_object(j);
}

static void location_uri(struct log *l, const struct pl_placed_finding *p)
{
    struct pl_buf raw;
    struct pl_buf uri;
    pl_buf_init(&raw, 1 << 24);
    pl_buf_init(&uri, 1 << 26);
    if (p != NULL)
        pl_add_location(&raw, l->r, p);
    else
        pl_buf_add_str(&raw, l->r->subject_name);
    pl_uri_path(&uri, pl_buf_bytes(&raw));
    if (uri.n == 0)
        pl_buf_add_str(&uri, "-");
    buf_value(&l->j, "uri", &uri);
    pl_buf_close_into(l->j.out, &raw);
}

static void write_artifacts(struct log *l)
{
    struct pl_json *j = &l->j;
    pl_json_key(j, "artifacts");
    pl_json_array(j);
    pl_json_object(j);
    pl_json_key(j, "location");
    pl_json_object(j);
    location_uri(l, NULL);
    pl_json_end_object(j);
    if (l->r->subject_size > 0)
        pl_json_kv_u64(j, "length", l->r->subject_size);
    pl_json_key(j, "roles");
    pl_json_array(j);
    pl_json_str(j, "analysisTarget");
    pl_json_end_array(j);
    if (l->r->has_subject_digest)
        hashes(j, &l->r->subject_sha256);
    pl_json_end_object(j);
    pl_json_end_array(j);
}

static void notification(struct pl_json *j, const char *level, const char *id, const char *text,
                         const char *hint)
{
    struct pl_buf b;
    pl_buf_init(&b, 1 << 20);
    pl_quote(&b, pl_bytes_of_str(text));
    if (hint[0] != '\0') {
        pl_buf_add_str(&b, "; ");
        pl_quote(&b, pl_bytes_of_str(hint));
    }
    pl_json_object(j);
    pl_json_key(j, "descriptor");
    pl_json_object(j);
    pl_json_kv_str(j, "id", id);
    pl_json_end_object(j);
    pl_json_kv_str(j, "level", level);
    pl_json_key(j, "message");
    pl_json_object(j);
    buf_value(j, "text", &b);
    pl_json_end_object(j);
    pl_json_end_object(j);
}

static void write_invocation(struct log *l)
{
    struct pl_json *j = &l->j;
    size_t left_out = l->r->placed.n - l->n_results;
    size_t rules_left_out = pl_count_unmet(l->r) - l->n_unmet;
    char text[200];
    pl_json_key(j, "invocations");
    pl_json_array(j);
    pl_json_object(j);
    pl_json_key(j, "executionSuccessful");
    pl_json_bool(j, l->r->errors.n == 0);
    pl_json_kv_u64(j, "exitCode", (uint64_t)l->r->exit);
    pl_json_kv_str(j, "exitCodeDescription", pl_exit_name(l->r->exit));
    pl_json_key(j, "toolExecutionNotifications");
    pl_json_array(j);
    for (size_t i = 0; i < l->r->errors.n; i++)
        notification(j, "error", pl_status_name(l->r->errors.v[i].status), l->r->errors.v[i].text,
                     l->r->errors.v[i].hint);
    if (left_out > 0) {
        (void)snprintf(
            text, sizeof text,
            "%zu of %zu findings are left out, the least grave: hosts keep %u results of a run, and 10 MB",
            left_out, l->r->placed.n, MAX_RESULTS);
        notification(j, "warning", "cut", text, "the JSON report holds all");
    }
    if (rules_left_out > 0) {
        (void)snprintf(text, sizeof text,
                       "%zu rules that are not met are left out: hosts keep %u results of a run, and 10 MB",
                       rules_left_out, MAX_RESULTS);
        notification(j, "warning", "cut", text, "the JSON report holds all");
    }
    pl_json_end_array(j);
    pl_json_end_object(j);
    pl_json_end_array(j);
}

static void write_message(struct log *l, const struct pl_placed_finding *p)
{
    const struct pl_finding *f = p->finding;
    struct pl_buf b;
    pl_buf_init(&b, 1 << 20);
    pl_quote_some(&b, pl_bytes_of_str(f->message), MAX_TEXT_BYTES);
    pl_buf_add_str(&b, " (");
    pl_quote_some(&b, pl_finding_path(l->r, p), MAX_TEXT_BYTES);
    pl_add_range(&b, f);
    pl_buf_add_byte(&b, ')');
    for (int i = 0; i < PL_FINDING_FACTS && f->facts[i].name != NULL; i++) {
        pl_buf_add_str(&b, "\n");
        pl_quote(&b, pl_bytes_of_str(f->facts[i].name));
        pl_buf_add_str(&b, ": ");
        pl_quote_some(&b, f->facts[i].value, 160);
    }
    pl_json_key(&l->j, "message");
    pl_json_object(&l->j);
    buf_value(&l->j, "text", &b);
    pl_json_end_object(&l->j);
}

static void write_region(struct pl_json *j, const struct pl_finding *f)
{
    pl_json_key(j, "region");
    pl_json_object(j);
    pl_json_kv_u64(j, "startLine", f->line > 0 && f->end_line <= INT32_MAX ? f->line : 1);
    if (f->line > 0 && f->end_line > f->line && f->end_line <= INT32_MAX)
        pl_json_kv_u64(j, "endLine", f->end_line);
    if (f->offset != PL_NO_OFFSET && f->offset <= INT64_MAX && f->length <= INT64_MAX) {
        pl_json_kv_u64(j, "byteOffset", f->offset);
        pl_json_kv_u64(j, "byteLength", f->length);
    }
    pl_json_end_object(j);
}

/* The one place of a result: what comes next are the keys of its artifact. */
static void open_location(struct pl_json *j)
{
    pl_json_key(j, "locations");
    pl_json_array(j);
    pl_json_object(j);
    pl_json_key(j, "physicalLocation");
    pl_json_object(j);
    pl_json_key(j, "artifactLocation");
    pl_json_object(j);
}

static void close_location(struct pl_json *j)
{
    pl_json_end_object(j);
    pl_json_end_object(j);
    pl_json_end_array(j);
}

static void write_location(struct log *l, const struct pl_placed_finding *p)
{
    struct pl_json *j = &l->j;
    open_location(j);
    location_uri(l, p);
    pl_json_end_object(j);
    write_region(j, p->finding);
    close_location(j);
}

static void write_fingerprints(struct log *l, const struct pl_placed_finding *p, const struct pl_mark *mark)
{
    char id[19] = "";
    char text[64];
    if (pl_finding_id(p, id, NULL) != PL_OK)
        l->j.out->why = PL_E_NOMEM;
    (void)snprintf(text, sizeof text, "%016llx:%llu", (unsigned long long)mark->hash,
                   (unsigned long long)mark->which);
    pl_json_key(&l->j, "partialFingerprints");
    pl_json_object(&l->j);
    pl_json_kv_str(&l->j, "primaryLocationLineHash", text);
    pl_json_kv_str(&l->j, "plumbFindingId/v1", id);
    pl_json_end_object(&l->j);
}

static void write_suppression(struct pl_json *j, const char *waiver)
{
    pl_json_key(j, "suppressions");
    pl_json_array(j);
    pl_json_object(j);
    pl_json_kv_str(j, "kind", "external");
    pl_json_kv_str(j, "status", "accepted");
    pl_json_key(j, "justification");
    pl_json_quoted(j, pl_bytes_of_str(waiver));
    pl_json_end_object(j);
    pl_json_end_array(j);
}

static void write_rule_fingerprint(struct log *l, size_t i)
{
    struct pl_mark mark = {0};
    char text[64];
    if (pl_rule_mark(l->r, i, &mark, NULL) != PL_OK)
        l->j.out->why = PL_E_NOMEM;
    (void)snprintf(text, sizeof text, "%016llx:%llu", (unsigned long long)mark.hash,
                   (unsigned long long)mark.which);
    pl_json_key(&l->j, "partialFingerprints");
    pl_json_object(&l->j);
    pl_json_kv_str(&l->j, "primaryLocationLineHash", text);
    pl_json_end_object(&l->j);
}

/* A rule that is not met, at its line of the policy. */
static void write_unmet(struct log *l, size_t i)
{
    const struct pl_rule_result *x = &l->r->policy.rules.v[i];
    struct pl_json *j = &l->j;
    struct pl_buf b;
    uint64_t line = 1;
    pl_bytes file = pl_rule_file(l->r, x, &line);
    pl_json_object(j);
    pl_json_key(j, "ruleId");
    pl_json_quoted(j, pl_bytes_of_str(x->rule));
    if (rule_of(l, x->rule) < l->n_rules)
        pl_json_kv_u64(j, "ruleIndex", rule_of(l, x->rule));
    pl_json_kv_str(j, "kind", "fail");
    pl_json_kv_str(j, "level", x->verdict == PL_RULE_FAIL ? "error" : "warning");
    pl_buf_init(&b, 1 << 20);
    pl_add_rule_why(&b, x);
    if (x->reason != NULL) {
        pl_buf_add_byte(&b, '\n');
        pl_quote_some(&b, pl_bytes_of_str(x->reason), MAX_TEXT_BYTES);
    }
    pl_json_key(j, "message");
    pl_json_object(j);
    buf_value(j, "text", &b);
    pl_json_end_object(j);
    open_location(j);
    pl_buf_init(&b, 1 << 20);
    pl_uri_path(&b, file.n == 0 ? PL_LIT("-") : file);
    buf_value(j, "uri", &b);
    pl_json_end_object(j);
    pl_json_key(j, "region");
    pl_json_object(j);
    pl_json_kv_u64(j, "startLine", line);
    pl_json_end_object(j);
    close_location(j);
    write_rule_fingerprint(l, i);
    pl_json_end_object(j);
}

static void write_finding(struct log *l, const struct pl_placed_finding *p, const struct pl_mark *mark)
{
    struct pl_json *j = &l->j;
    pl_json_object(j);
    pl_json_key(j, "ruleId");
    pl_json_quoted(j, pl_bytes_of_str(p->finding->tag));
    pl_json_kv_u64(j, "ruleIndex", rule_of(l, p->finding->tag));
    pl_json_kv_str(j, "kind", "fail");
    pl_json_kv_str(j, "level", pl_severity_name(p->finding->severity));
    write_message(l, p);
    write_location(l, p);
    write_fingerprints(l, p, mark);
    if (p->finding->waiver != NULL)
        write_suppression(j, p->finding->waiver);
    pl_json_end_object(j);
}

/* Up to the limit of bytes; `n_results` and `n_unmet` are then what has come in. */
static void write_results(struct log *l)
{
    struct pl_json *j = &l->j;
    struct pl_mark *marks = pl_marks(l->r, l->n_results);
    size_t found = 0;
    size_t unmet = 0;
    if (marks == NULL)
        j->out->why = PL_E_NOMEM;
    pl_json_key(j, "results");
    pl_json_array(j);
    for (size_t i = 0; i < l->r->policy.rules.n && unmet < l->n_unmet && j->out->n < MAX_BYTES; i++)
        if (pl_is_unmet(&l->r->policy.rules.v[i])) {
            write_unmet(l, i);
            unmet++;
        }
    for (; found < l->n_results && marks != NULL && j->out->n < MAX_BYTES; found++)
        write_finding(l, &l->r->placed.v[found], &marks[found]);
    pl_json_end_array(j);
    l->n_results = found;
    l->n_unmet = unmet;
    free(marks);
}

static void write_sarif(const struct pl_report *r, const struct pl_write_options *options, struct pl_buf *out)
{
    struct log l = {.r = r};
    (void)options; /* SARIF has one form */
    gather(&l);
    pl_json_init(&l.j, out, 1);
    pl_json_object(&l.j);
    pl_json_kv_str(&l.j, "$schema", "https://json.schemastore.org/sarif-2.1.0.json");
    pl_json_kv_str(&l.j, "version", "2.1.0");
    pl_json_key(&l.j, "runs");
    pl_json_array(&l.j);
    pl_json_object(&l.j);
    write_tool(&l);
    write_category(&l);
    pl_json_kv_str(&l.j, "columnKind", "utf16CodeUnits");
    write_provenance(&l);
    write_artifacts(&l);
    write_results(&l);
    write_invocation(&l);
    pl_json_end_object(&l.j);
    pl_json_end_array(&l.j);
    pl_json_end_object(&l.j);
    pl_buf_add_byte(out, '\n');
}

const struct pl_report_format pl_report_format_sarif = {.name = "sarif", .write = write_sarif};
