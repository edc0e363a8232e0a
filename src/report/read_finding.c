/*
 * read_finding.c - findings, what a policy made of them, and what ties the parts of a report together.
 */
#include "base/date.h"
#include "base/size.h"
#include "judge/judge.h"
#include "report/read_json.h"
#include "report/report.h"

#include <string.h>

#define N(fields) (sizeof(fields) / sizeof(fields)[0])

struct read_finding {
    struct pl_finding *f;
    struct pl_report_tie tie;
    bool is_overruled; /* a policy changed its severity */
};

static bool read_tag(struct pl_report_reader *x, void *to)
{
    const char *text;
    if (!pl_read_text(x, &text))
        return false;
    size_t group = strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789");
    size_t name = text[group] != '.' ? 0 : strspn(text + group + 1, "abcdefghijklmnopqrstuvwxyz0123456789-");
    if (group == 0 || name == 0 || text[group + 1 + name] != '\0')
        return pl_json_in_fail(&x->in, x->in.value_at, PL_E_INPUT, "a tag such as 'archive.gap' expected");
    *(const char **)to = text;
    return true;
}

static const char *severity_name(int i)
{
    return pl_severity_name((enum pl_severity)i);
}

static bool read_finding_tag(struct pl_report_reader *x, void *to)
{
    struct read_finding *one = to;
    return read_tag(x, &one->f->tag);
}

static bool read_severity(struct pl_report_reader *x, void *to)
{
    struct read_finding *one = to;
    int i = 0;
    bool is_read = pl_read_word(x, severity_name, PL_SEVERITY_ERROR + 1, &i);
    one->f->severity = (enum pl_severity)i;
    return is_read;
}

static bool read_judged(struct pl_report_reader *x, void *to)
{
    struct read_finding *one = to;
    int i = 0;
    bool is_read = pl_read_word(x, severity_name, PL_SEVERITY_ERROR + 1, &i);
    one->f->judged = (enum pl_severity)i;
    one->is_overruled = true;
    return is_read;
}

static bool read_waiver_id(struct pl_report_reader *x, void *to)
{
    struct read_finding *one = to;
    return pl_read_quoted(x, &one->f->waiver);
}

static bool read_finding_offset(struct pl_report_reader *x, void *to)
{
    struct read_finding *one = to;
    return pl_read_offset(x, &one->f->offset);
}

static bool read_length(struct pl_report_reader *x, void *to)
{
    struct read_finding *one = to;
    return pl_read_u64(x, &one->f->length);
}

/* A line, or none: what an older version wrote has none. */
static bool read_one_line(struct pl_report_reader *x, uint64_t *to)
{
    if (pl_json_in_is_null(&x->in))
        return true;
    if (!pl_json_in_u64(&x->in, to))
        return false;
    return *to > 0 || pl_json_in_fail(&x->in, x->in.value_at, PL_E_INPUT, "lines are counted from 1");
}

static bool read_line(struct pl_report_reader *x, void *to)
{
    return read_one_line(x, &((struct read_finding *)to)->f->line);
}

static bool read_end_line(struct pl_report_reader *x, void *to)
{
    return read_one_line(x, &((struct read_finding *)to)->f->end_line);
}

static bool read_message(struct pl_report_reader *x, void *to)
{
    struct read_finding *one = to;
    return pl_read_quoted(x, &one->f->message);
}

static bool read_evidence(struct pl_report_reader *x, void *to)
{
    struct read_finding *one = to;
    return pl_read_facts(x, one->f->facts, PL_FINDING_FACTS);
}

bool pl_read_finding(struct pl_report_reader *x)
{
    static const struct pl_json_field fields[] = {
        {"id", false, pl_read_text, offsetof(struct read_finding, tie.id)},
        {"tag", false, read_finding_tag, 0},
        {"severity", false, read_severity, 0},
        {"judged", true, read_judged, 0},
        {"waiver", true, read_waiver_id, 0},
        {"path", false, pl_read_quoted_bytes, offsetof(struct read_finding, tie.path)},
        {"offset", false, read_finding_offset, 0},
        {"length", false, read_length, 0},
        {"line", true, read_line, 0},
        {"end_line", true, read_end_line, 0},
        {"message", false, read_message, 0},
        {"evidence", false, read_evidence, 0},
    };
    struct read_finding one = {.tie = {.at = x->in.at}};
    if (!pl_read_room(x, x->r->placed.n, x->limits->findings, "findings"))
        return false;
    one.f = pl_arena_take(&x->r->arena, sizeof *one.f);
    if (one.f == NULL)
        return pl_read_nomem(x);
    if (!pl_read_object(x, fields, N(fields), &one))
        return false;
    if (!one.is_overruled)
        one.f->judged = one.f->severity;
    else if (one.f->judged == one.f->severity)
        return pl_json_in_fail(&x->in, one.tie.at, PL_E_INPUT, "'judged' says what 'severity' says");
    if (one.f->end_line < one.f->line || (one.f->line == 0 && one.f->end_line > 0))
        return pl_json_in_fail(&x->in, one.tie.at, PL_E_INPUT, "these lines end before they begin");
    /* Errors first: whoever counts them stops at the first that is none. */
    size_t n = x->r->placed.n;
    if (n > 0 && x->r->placed.v[n - 1].finding->severity < one.f->severity)
        return pl_json_in_fail(&x->in, one.tie.at, PL_E_INPUT,
                               "this finding is more severe than the one before it");
    struct pl_placed_finding *placed = PL_VEC_ADD(&x->r->placed);
    struct pl_report_tie *tie = placed == NULL ? NULL : PL_VEC_ADD(&x->ties);
    if (tie == NULL)
        return pl_read_nomem(x);
    placed->finding = one.f;
    *tie = one.tie;
    return true;
}

static const char *rule_verdict_name(int i)
{
    return pl_rule_verdict_name((enum pl_rule_verdict)i);
}

static bool read_rule_verdict(struct pl_report_reader *x, void *to)
{
    int i = 0;
    bool is_read = pl_read_word(x, rule_verdict_name, PL_RULE_WAIVED + 1, &i);
    *(enum pl_rule_verdict *)to = (enum pl_rule_verdict)i;
    return is_read;
}

static bool read_rule_exit(struct pl_report_reader *x, void *to)
{
    uint64_t code;
    if (!pl_read_u64(x, &code))
        return false;
    *(enum pl_exit *)to = (enum pl_exit)code;
    return code == PL_EXIT_PASS || code == PL_EXIT_FAIL || code == PL_EXIT_INCONCLUSIVE ||
           code == PL_EXIT_TRUST ||
           pl_json_in_fail(&x->in, x->in.value_at, PL_E_INPUT, "0, 1, 3 or 6 expected");
}

static bool read_rule(struct pl_report_reader *x)
{
    static const struct pl_json_field fields[] = {
        {"rule", false, pl_read_text, offsetof(struct pl_rule_result, rule)},
        {"policy", false, pl_read_quoted, offsetof(struct pl_rule_result, policy)},
        {"line", false, pl_read_u64, offsetof(struct pl_rule_result, line)},
        {"result", false, read_rule_verdict, offsetof(struct pl_rule_result, verdict)},
        {"exit_code", false, read_rule_exit, offsetof(struct pl_rule_result, exit)},
        {"why", false, pl_read_quoted, offsetof(struct pl_rule_result, why)},
        {"reason", false, pl_read_quoted_or_null, offsetof(struct pl_rule_result, reason)},
    };
    struct pl_rule_result *one = NULL;
    if (!pl_read_room(x, x->r->policy.rules.n, x->limits->findings, "rules"))
        return false;
    one = PL_VEC_ADD(&x->r->policy.rules);
    return one == NULL ? pl_read_nomem(x) : pl_read_object(x, fields, N(fields), one);
}

static bool read_rules(struct pl_report_reader *x, void *to)
{
    (void)to;
    return pl_read_list(x, read_rule);
}

/* "2027-02-01" */
static bool read_day(struct pl_report_reader *x, void *to)
{
    const char *text;
    int64_t day;
    if (!pl_read_text(x, &text))
        return false;
    *(const char **)to = text;
    return (strlen(text) == PL_DATE_BYTES - 1 && pl_date_parse(pl_bytes_of_str(text), &day)) ||
           pl_json_in_fail(&x->in, x->in.value_at, PL_E_INPUT, "a day expected");
}

static bool read_day_or_null(struct pl_report_reader *x, void *to)
{
    return pl_json_in_is_null(&x->in) || read_day(x, to);
}

static bool read_waiver(struct pl_report_reader *x)
{
    static const struct pl_json_field fields[] = {
        {"id", false, pl_read_quoted, offsetof(struct pl_waiver_result, id)},
        {"tag", false, read_tag, offsetof(struct pl_waiver_result, tag)},
        {"policy", false, pl_read_quoted, offsetof(struct pl_waiver_result, policy)},
        {"line", false, pl_read_u64, offsetof(struct pl_waiver_result, line)},
        {"state", false, pl_read_text, offsetof(struct pl_waiver_result, state)},
        {"owner", false, pl_read_quoted, offsetof(struct pl_waiver_result, owner)},
        {"reason", false, pl_read_quoted, offsetof(struct pl_waiver_result, reason)},
        {"expires", false, read_day, offsetof(struct pl_waiver_result, expires)},
        {"findings", false, pl_read_u64, offsetof(struct pl_waiver_result, findings)},
        {"bytes", false, pl_read_u64, offsetof(struct pl_waiver_result, bytes)},
    };
    struct pl_waiver_result *one = NULL;
    if (!pl_read_room(x, x->r->policy.waivers.n, x->limits->findings, "waivers"))
        return false;
    one = PL_VEC_ADD(&x->r->policy.waivers);
    return one == NULL ? pl_read_nomem(x) : pl_read_object(x, fields, N(fields), one);
}

static bool read_waivers(struct pl_report_reader *x, void *to)
{
    (void)to;
    return pl_read_list(x, read_waiver);
}

static bool read_decision(struct pl_report_reader *x, void *to)
{
    const char *text;
    if (!pl_read_text(x, &text))
        return false;
    for (int code = 0; code <= PL_EXIT_BUG; code++)
        if (strcmp(pl_exit_name((enum pl_exit)code), text) == 0) {
            *(enum pl_exit *)to = (enum pl_exit)code;
            return true;
        }
    return pl_json_in_fail(&x->in, x->in.value_at, PL_E_INPUT, "no such verdict");
}

static bool read_policy_digest(struct pl_report_reader *x, void *to)
{
    struct pl_policy_result *p = to;
    if (pl_json_in_is_null(&x->in))
        return true;
    p->has_digest = true;
    return pl_read_sha256(x, &p->sha256);
}

bool pl_read_policy(struct pl_report_reader *x, void *to)
{
    static const struct pl_json_field fields[] = {
        {"name", false, pl_read_quoted, offsetof(struct pl_policy_result, name)},
        {"sha256", false, read_policy_digest, 0},
        {"decision", false, read_decision, offsetof(struct pl_policy_result, decision)},
        {"rules", false, read_rules, 0},
        {"waivers", true, read_waivers, 0},
        {"next_expiry", true, read_day_or_null, offsetof(struct pl_policy_result, next_expiry)},
    };
    struct pl_policy_result *p = &x->r->policy;
    (void)to;
    if (!pl_read_object(x, fields, N(fields), p))
        return false;
    if (!p->has_digest && strcmp(p->name, "default") == 0)
        p->name = NULL;
    return true;
}

/* Is the id made of what the finding says, when it is about that file (NULL: about the package)? */
static bool has_its_id(struct pl_report_reader *x, struct pl_placed_finding *placed, struct pl_file *file,
                       const char *expected)
{
    char id[19] = "";
    placed->file = file;
    if (pl_finding_id(placed, id, NULL) != PL_OK)
        return pl_read_nomem(x);
    return strcmp(id, expected) == 0;
}

/* Every finding lies in a file of that path, or is about the package. */
static bool tie_findings(struct pl_report_reader *x, struct pl_map *files)
{
    struct pl_report *r = x->r;
    for (size_t i = 0; i < r->placed.n; i++) {
        const struct pl_report_tie *tie = &x->ties.v[i];
        uint64_t order;
        bool is_in_file = pl_map_get(files, tie->path, &order);
        bool is_about_all = pl_bytes_eq_str(tie->path, r->subject_name);
        if (!is_in_file && !is_about_all)
            return pl_json_in_fail(&x->in, tie->at, PL_E_INPUT,
                                   "this finding is about a file that is not in the report");
        if (!(is_in_file && has_its_id(x, &r->placed.v[i], r->files.v[order], tie->id)) &&
            !(is_about_all && has_its_id(x, &r->placed.v[i], NULL, tie->id)))
            return pl_json_in_fail(&x->in, tie->at, PL_E_INPUT,
                                   "the id of this finding is not made of what it says");
    }
    return true;
}

static bool tie_verdict(struct pl_report_reader *x)
{
    struct pl_report *r = x->r;
    r->exit = (enum pl_exit)(x->exit_code > PL_EXIT_BUG ? PL_EXIT_BUG : x->exit_code);
    if ((uint64_t)r->exit != x->exit_code || strcmp(pl_exit_name(r->exit), x->verdict) != 0)
        return pl_json_in_fail(&x->in, 0, PL_E_INPUT, "verdict and exit_code are not the same");
    if (r->policy.name == NULL && r->policy.decision != r->exit)
        return pl_json_in_fail(&x->in, 0, PL_E_INPUT,
                               "the default policy decides otherwise than the verdict says");
    return true;
}

bool pl_read_tie(struct pl_report_reader *x)
{
    struct pl_report *r = x->r;
    struct pl_map files;
    bool is_good = true;
    pl_map_init(&files);
    for (size_t i = 0; i < r->files.n && is_good; i++)
        if (pl_map_add(&files, r->files.v[i]->path, i, NULL, NULL) != PL_OK)
            is_good = pl_read_nomem(x);
    is_good = is_good && tie_findings(x, &files);
    pl_map_reset(&files);
    if (!is_good)
        return false;
    pl_judge_totals(r);
    if (memcmp(r->bytes, x->bytes.by_class, sizeof r->bytes) != 0 ||
        memcmp(r->grades, x->bytes.by_grade, sizeof r->grades) != 0 || r->total_bytes != x->bytes.total)
        return pl_json_in_fail(&x->in, 0, PL_E_INPUT, "the bytes of the report are not the sum of its files");
    return tie_verdict(x);
}
