/*
 * junit.c - the report as JUnit XML (the elements of Jenkins's junit-10.xsd), for dashboards of test results.
 *
 * One suite a subject: a case for each link, for each rule of the policy, each error finding and warning, and for the verdict. A broken link and an error finding are
 * failures, an unproven link and a check that broke off are errors, what was not looked at is skipped, warnings are passed cases with their
 * text in system-out. Notes are left to the other formats. The suite has failures or errors exactly when the exit code is not 0.
 */
#include "base/quote.h"
#include "report/escape.h"
#include "report/parts.h"

#define MAX_CASES 10000u /* of findings */

struct suite {
    struct pl_buf body;
    const struct pl_report *r;
    size_t tests, failures, errors, skipped;
};

static void markup(struct pl_buf *out, const char *text)
{
    pl_markup(out, pl_bytes_of_str(text));
}

static void begin(struct suite *s, const char *group, pl_bytes name)
{
    s->tests++;
    pl_buf_add_str(&s->body, "  <testcase classname=\"");
    markup(&s->body, group);
    pl_buf_add_str(&s->body, "\" name=\"");
    pl_markup(&s->body, name);
    pl_buf_add_str(&s->body, "\"");
}

static void end_with(struct suite *s, const char *element, const char *type, const char *message,
                     pl_bytes text)
{
    pl_buf_printf(&s->body, ">\n   <%s type=\"", element);
    markup(&s->body, type);
    pl_buf_add_str(&s->body, "\" message=\"");
    markup(&s->body, message);
    pl_buf_add_str(&s->body, "\">");
    pl_markup(&s->body, text);
    pl_buf_printf(&s->body, "</%s>\n  </testcase>\n", element);
}

static void link_case(struct suite *s, enum pl_link link)
{
    const struct pl_link_result *l = &s->r->links[link];
    bool is_pass = s->r->exit == PL_EXIT_PASS;
    begin(s, "links", pl_bytes_of_str(pl_link_name(link)));
    if (l->verdict == PL_VERDICT_HOLDS || (is_pass && l->verdict != PL_VERDICT_UNCHECKED)) {
        pl_buf_add_str(&s->body, "/>\n");
    } else if (l->verdict == PL_VERDICT_BROKEN) {
        s->failures++;
        end_with(s, "failure", "broken", l->why, pl_bytes_of_str(l->why));
    } else if (l->verdict == PL_VERDICT_UNPROVEN) {
        s->errors++;
        end_with(s, "error", "unproven", l->why, pl_bytes_of_str(l->why));
    } else {
        s->skipped++;
        pl_buf_add_str(&s->body, ">\n   <skipped message=\"");
        markup(&s->body, l->why == NULL ? "" : l->why);
        pl_buf_add_str(&s->body, "\"/>\n  </testcase>\n");
    }
}

/* Place and evidence, one a line. */
static void add_details(struct pl_buf *out, const struct pl_report *r, const struct pl_placed_finding *p)
{
    const struct pl_finding *f = p->finding;
    pl_buf_add_str(out, "at: ");
    pl_markup(out, pl_finding_path(r, p));
    pl_add_range(out, f);
    for (int i = 0; i < PL_FINDING_FACTS && f->facts[i].name != NULL; i++) {
        pl_buf_add_byte(out, '\n');
        markup(out, f->facts[i].name);
        pl_buf_add_str(out, ": ");
        pl_markup(out, f->facts[i].value);
    }
}

static void finding_case(struct suite *s, const struct pl_placed_finding *p)
{
    const struct pl_finding *f = p->finding;
    bool is_error = f->severity == PL_SEVERITY_ERROR && s->r->exit != PL_EXIT_PASS;
    struct pl_buf name;
    pl_buf_init(&name, 1 << 24);
    pl_add_location(&name, s->r, p);
    if (f->offset != PL_NO_OFFSET)
        pl_buf_printf(&name, "@0x%llx", (unsigned long long)f->offset);
    begin(s, f->tag, pl_buf_bytes(&name));
    pl_buf_close_into(&s->body, &name);
    s->failures += is_error;
    pl_buf_add_str(&s->body, ">\n   ");
    if (is_error) {
        pl_buf_add_str(&s->body, "<failure type=\"");
        markup(&s->body, f->tag);
        pl_buf_add_str(&s->body, "\" message=\"");
        markup(&s->body, f->message);
        pl_buf_add_str(&s->body, "\">");
    } else {
        pl_buf_printf(&s->body, "<system-out>%s: ", pl_severity_name(f->severity));
        markup(&s->body, f->message);
        pl_buf_add_byte(&s->body, '\n');
    }
    add_details(&s->body, s->r, p);
    pl_buf_printf(&s->body, "</%s>\n  </testcase>\n", is_error ? "failure" : "system-out");
}

static size_t finding_cases(struct suite *s)
{
    size_t written = 0;
    size_t left_out = 0;
    for (size_t i = 0; i < s->r->placed.n; i++) {
        if (s->r->placed.v[i].finding->severity == PL_SEVERITY_NOTE)
            continue;
        if (written < MAX_CASES) {
            finding_case(s, &s->r->placed.v[i]);
            written++;
        } else {
            left_out++;
        }
    }
    return left_out;
}

/* A rule of the policy; one that does not bind yet passes with a word. */
static void rule_case(struct suite *s, const struct pl_rule_result *x)
{
    struct pl_buf name;
    pl_buf_init(&name, 1 << 20);
    if (x->component != NULL)
        pl_buf_printf(&name, "%s: ", x->component);
    pl_buf_printf(&name, "%s (%s:%llu)", x->rule, x->policy, (unsigned long long)x->line);
    begin(s, "policy", pl_buf_bytes(&name));
    pl_buf_close_into(&s->body, &name);
    if (x->verdict == PL_RULE_FAIL && s->r->exit != PL_EXIT_PASS) {
        bool is_error = x->exit == PL_EXIT_INCONCLUSIVE;
        s->errors += is_error;
        s->failures += !is_error;
        end_with(s, is_error ? "error" : "failure", x->rule, x->why, pl_bytes_of_str(x->reason));
        return;
    }
    pl_buf_printf(&s->body, ">\n   <system-out>%s: ", pl_rule_verdict_name(x->verdict));
    markup(&s->body, x->why);
    pl_buf_add_str(&s->body, "</system-out>\n  </testcase>\n");
}

static void error_case(struct suite *s, const struct pl_err *e)
{
    begin(s, "check", pl_bytes_of_str(e->subject[0] == '\0' ? pl_status_name(e->status) : e->subject));
    s->errors++;
    end_with(s, "error", pl_status_name(e->status), e->text, pl_bytes_of_str(e->hint));
}

static void verdict_case(struct suite *s)
{
    struct pl_buf line;
    bool is_fail = s->r->exit == PL_EXIT_FAIL;
    begin(s, "verdict", pl_subject(s->r));
    if (s->r->exit == PL_EXIT_PASS) {
        pl_buf_add_str(&s->body, "/>\n");
        return;
    }
    s->failures += is_fail;
    s->errors += !is_fail;
    pl_buf_init(&line, 1 << 10);
    pl_add_verdict_numbers(&line, s->r);
    end_with(s, is_fail ? "failure" : "error", pl_exit_name(s->r->exit), pl_verdict_word(s->r->exit),
             pl_bytes_from(pl_buf_bytes(&line), 1));
    pl_buf_close_into(&s->body, &line);
}

static void property(struct pl_buf *out, const char *name, const char *value)
{
    pl_buf_printf(out, "   <property name=\"%s\" value=\"", name);
    markup(out, value);
    pl_buf_add_str(out, "\"/>\n");
}

static void head(struct pl_buf *out, const struct suite *s)
{
    const struct pl_report *r = s->r;
    pl_buf_add_str(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    pl_buf_printf(out, "<testsuites name=\"plumb\" tests=\"%zu\" failures=\"%zu\" errors=\"%zu\">\n",
                  s->tests, s->failures, s->errors);
    pl_buf_add_str(out, " <testsuite name=\"");
    pl_markup(out, pl_subject(r));
    pl_buf_printf(out, "\" tests=\"%zu\" failures=\"%zu\" errors=\"%zu\" skipped=\"%zu\">\n", s->tests,
                  s->failures, s->errors, s->skipped);
    pl_buf_add_str(out, "  <properties>\n");
    pl_buf_printf(out, "   <property name=\"tool\" value=\"plumb %s\"/>\n", PL_VERSION);
    pl_buf_printf(out, "   <property name=\"verdict\" value=\"%s\"/>\n", pl_exit_name(r->exit));
    pl_buf_printf(out, "   <property name=\"level\" value=\"LCAL-%u\"/>\n", r->level);
    if (r->has_subject_digest) {
        char hex[PL_SHA256_HEX_BYTES];
        pl_hex(r->subject_sha256.b, PL_SHA256_BYTES, hex);
        property(out, "sha256", hex);
    }
    pl_buf_add_str(out, "  </properties>\n");
}

static void write_junit(const struct pl_report *r, const struct pl_write_options *options, struct pl_buf *out)
{
    struct suite s = {.r = r};
    size_t left_out = 0;
    (void)options; /* JUnit has one form */
    pl_buf_init(&s.body, out->max_bytes);
    for (size_t i = 0; i < r->errors.n; i++)
        error_case(&s, &r->errors.v[i]);
    if (r->errors.n == 0) {
        for (int l = 0; l < PL_LINK_COUNT && r->chain == NULL; l++)
            link_case(&s, (enum pl_link)l);
        for (size_t i = 0; i < r->policy.rules.n; i++)
            rule_case(&s, &r->policy.rules.v[i]);
        left_out = finding_cases(&s);
    }
    verdict_case(&s);
    if (left_out > 0)
        pl_buf_printf(&s.body,
                      "  <system-out>%zu findings more are left out, the least grave; the JSON report holds "
                      "all</system-out>\n",
                      left_out);
    head(out, &s);
    pl_buf_add(out, pl_buf_bytes(&s.body));
    pl_buf_add_str(out, " </testsuite>\n</testsuites>\n");
    pl_buf_close_into(out, &s.body);
}

const struct pl_report_format pl_report_format_junit = {.name = "junit", .write = write_junit};
