/*
 * github.c - the report as workflow commands, which become annotations of a GitHub run.
 *
 *     ::error file=app.deb!/usr/bin/app,title=code.unaccounted-function::the message%0A...
 *
 * A line is one command, and no line but ours begins one: foreign text stands inside of commands only, quoted, with %, : and , spelled out, since the
 * runner also reads the older ##[command] anywhere in a line that is not a command. A step shows 10 annotations of each kind, of which the
 * last is the verdict's; notes and what is left out are counted in it. Source: the documentation of workflow commands, and the runner's own reader.
 */
#include "report/escape.h"
#include "report/parts.h"

#define MAX_RULES 50u /* within the verdict's message */
#define MAX_SHOWN 9u  /* of each severity; the tenth place is the verdict's */

static void add_finding(struct pl_buf *out, const struct pl_report *r, const struct pl_placed_finding *p)
{
    const struct pl_finding *f = p->finding;
    struct pl_buf place;
    pl_buf_init(&place, 1 << 24);
    pl_add_location(&place, r, p);
    pl_buf_printf(out, "::%s file=", f->severity == PL_SEVERITY_ERROR ? "error" : "warning");
    pl_workflow_property(out, pl_buf_bytes(&place));
    if (f->line > 0)
        pl_buf_printf(out, ",line=%llu,endLine=%llu", (unsigned long long)f->line,
                      (unsigned long long)f->end_line);
    pl_buf_add_str(out, ",title=");
    pl_workflow_property(out, pl_bytes_of_str(f->tag));
    pl_buf_add_str(out, "::");
    pl_workflow_message(out, pl_bytes_of_str(f->message));
    pl_buf_add_str(out, "%0A");
    pl_workflow_message(out, pl_finding_path(r, p));
    pl_add_range(out, f);
    for (int i = 0; i < PL_FINDING_FACTS && f->facts[i].name != NULL; i++) {
        pl_buf_add_str(out, "%0A");
        pl_workflow_message(out, pl_bytes_of_str(f->facts[i].name));
        pl_buf_add_str(out, ": ");
        pl_workflow_message(out, f->facts[i].value);
    }
    pl_buf_add_byte(out, '\n');
    pl_buf_close_into(out, &place);
}

static void add_error(struct pl_buf *out, const struct pl_err *e)
{
    pl_buf_printf(out, "::error title=plumb %s::", pl_status_name(e->status));
    pl_workflow_message(out, pl_bytes_of_str(e->text));
    pl_buf_add_str(out, "%0A");
    pl_workflow_message(out, pl_bytes_of_str(e->subject));
    if (e->hint[0] != '\0') {
        pl_buf_add_str(out, "%0A");
        pl_workflow_message(out, pl_bytes_of_str(e->hint));
    }
    pl_buf_add_byte(out, '\n');
}

static void add_links(struct pl_buf *out, const struct pl_report *r)
{
    for (int l = 0; l < PL_LINK_COUNT && r->errors.n == 0 && r->chain == NULL; l++) {
        pl_buf_printf(out, "%%0A%s %s: ", pl_link_name((enum pl_link)l),
                      pl_verdict_name(r->links[l].verdict));
        pl_workflow_message(out, pl_bytes_of_str(r->links[l].why));
    }
}

static void add_rules(struct pl_buf *out, const struct pl_report *r)
{
    size_t shown = 0;
    for (size_t i = 0; i < r->policy.rules.n; i++) {
        const struct pl_rule_result *x = &r->policy.rules.v[i];
        if (!pl_is_unmet(x) || shown++ >= MAX_RULES)
            continue;
        pl_buf_printf(out, "%%0A%s ", pl_rule_verdict_name(x->verdict));
        if (x->component != NULL) {
            pl_workflow_message(out, pl_bytes_of_str(x->component));
            pl_buf_add_str(out, ": ");
        }
        pl_workflow_message(out, pl_bytes_of_str(x->rule));
        pl_buf_add_str(out, ": ");
        pl_workflow_message(out, pl_bytes_of_str(x->why));
        pl_buf_add_str(out, " (");
        pl_workflow_message(out, pl_bytes_of_str(x->policy));
        pl_buf_printf(out, ":%llu)", (unsigned long long)x->line);
    }
    if (shown > MAX_RULES)
        pl_buf_printf(out, "%%0A%zu more rules are not met", shown - MAX_RULES);
}

static void add_verdict(struct pl_buf *out, const struct pl_report *r,
                        const size_t left_out[PL_SEVERITY_ERROR + 1])
{
    pl_buf_printf(out, "::%s title=plumb %s::",
                  r->exit == PL_EXIT_PASS           ? "notice"
                  : r->exit == PL_EXIT_INCONCLUSIVE ? "warning"
                                                    : "error",
                  pl_verdict_word(r->exit));
    pl_workflow_message(out, pl_subject(r));
    pl_add_verdict_numbers(out, r);
    add_links(out, r);
    add_rules(out, r);
    for (int s = PL_SEVERITY_ERROR; s >= PL_SEVERITY_NOTE; s--)
        if (left_out[s] > 0)
            pl_buf_printf(out, "%%0A%zu more %s%s not shown here", left_out[s],
                          pl_severity_name((enum pl_severity)s), left_out[s] == 1 ? "" : "s");
    pl_buf_add_byte(out, '\n');
}

static void write_github(const struct pl_report *r, const struct pl_write_options *options,
                         struct pl_buf *out)
{
    size_t shown[PL_SEVERITY_ERROR + 1] = {0};
    size_t left_out[PL_SEVERITY_ERROR + 1] = {0};
    (void)options; /* the host sets the limit */
    for (size_t i = 0; i < r->errors.n && shown[PL_SEVERITY_ERROR] < MAX_SHOWN;
         i++, shown[PL_SEVERITY_ERROR]++)
        add_error(out, &r->errors.v[i]);
    for (size_t i = 0; i < r->placed.n; i++) {
        enum pl_severity severity = r->placed.v[i].finding->severity;
        if (severity == PL_SEVERITY_NOTE || shown[severity] == MAX_SHOWN) {
            left_out[severity]++;
            continue;
        }
        shown[severity]++;
        add_finding(out, r, &r->placed.v[i]);
    }
    add_verdict(out, r, left_out);
}

const struct pl_report_format pl_report_format_github = {.name = "github", .write = write_github};
