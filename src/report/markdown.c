/*
 * markdown.c - the report for a step summary, a merge request or a ticket.
 *
 * Headings, tables and folded blocks that CommonMark with GitHub's tables renders. All foreign text goes through report/escape.h. GitHub takes
 * 1 MiB a step: findings beyond that are counted, and the end says where the rest is.
 */
#include "base/quote.h"
#include "base/size.h"
#include "report/escape.h"
#include "report/parts.h"

#define MAX_BYTES           ((size_t)900 << 10)
#define MAX_TEXT_BYTES      400u
#define DEFAULT_ROWS        20u
#define MAX_COMPONENT_RULES 200u /* of a chain, that are not met */

static const char *sign(enum pl_exit code)
{
    return code == PL_EXIT_PASS ? "✅" : code == PL_EXIT_INCONCLUSIVE ? "⚠️" : "❌";
}

static const char *link_sign(enum pl_verdict verdict)
{
    switch (verdict) {
    case PL_VERDICT_HOLDS: return "✅";
    case PL_VERDICT_BROKEN: return "❌";
    case PL_VERDICT_UNPROVEN: return "⚠️";
    default: return "–";
    }
}

static void plain(struct pl_buf *out, const char *text)
{
    pl_markdown(out, pl_bytes_of_str(text));
}

static void code(struct pl_buf *out, const char *text)
{
    pl_markdown_code(out, pl_bytes_of_str(text));
}

static pl_bytes cut(pl_bytes text)
{
    size_t n = MAX_TEXT_BYTES;
    if (text.n <= n)
        return text;
    while (n > MAX_TEXT_BYTES - 3 && (text.p[n] & 0xc0) == 0x80)
        n--;
    return pl_bytes_sub(text, 0, n);
}

static void head(struct pl_buf *out, const struct pl_report *r)
{
    pl_buf_printf(out, "## %s %s ", sign(r->exit), pl_verdict_word(r->exit));
    pl_markdown_code(out, pl_subject(r));
    pl_buf_add_str(out, "\n\n");
    if (r->errors.n == 0 && r->chain != NULL) {
        pl_buf_add_str(out, "Level:");
        pl_add_verdict_numbers(out, r);
        pl_buf_add_str(out, "\n\n");
    } else if (r->errors.n == 0) {
        pl_buf_printf(out, "**LCAL-%u**", r->level);
        if (r->violation > 0)
            pl_buf_printf(out, ", violation of LCAL-%u", r->violation);
        pl_buf_add_str(out, " · ");
        pl_add_thousands(out, r->bytes[PL_CLASS_UNACCOUNTED]);
        pl_buf_add_str(out, " bytes unaccounted, ");
        pl_add_thousands(out, r->bytes[PL_CLASS_OPAQUE]);
        pl_buf_add_str(out, " opaque, of ");
        pl_add_thousands(out, r->total_bytes);
        pl_buf_add_str(out, "\n\n");
    }
    for (size_t i = 0; i < r->sources.n; i++) {
        const struct pl_report_source *s = &r->sources.v[i];
        if (s->is_helper)
            continue;
        pl_buf_add_str(out, "Source ");
        code(out, s->name);
        pl_buf_printf(out, " (%s)", pl_how_name(s->how));
        if (s->git != NULL && s->git->commit != NULL) {
            pl_buf_add_str(out, " at ");
            code(out, s->git->commit);
        }
        pl_buf_add_str(out, "\n\n");
    }
}

static void errors(struct pl_buf *out, const struct pl_report *r)
{
    for (size_t i = 0; i < r->errors.n; i++) {
        const struct pl_err *e = &r->errors.v[i];
        pl_buf_printf(out, "- **%s**: ", pl_status_name(e->status));
        plain(out, e->text);
        if (e->subject[0] != '\0') {
            pl_buf_add_str(out, " ");
            code(out, e->subject);
        }
        if (e->hint[0] != '\0') {
            pl_buf_add_str(out, "<br>");
            plain(out, e->hint);
        }
        pl_buf_add_byte(out, '\n');
    }
}

static void links(struct pl_buf *out, const struct pl_report *r)
{
    pl_buf_add_str(out, "| link | | why |\n|---|---|---|\n");
    for (int l = 0; l < PL_LINK_COUNT; l++) {
        pl_buf_printf(out, "| %s | %s %s | ", pl_link_name((enum pl_link)l), link_sign(r->links[l].verdict),
                      pl_verdict_name(r->links[l].verdict));
        plain(out, r->links[l].why);
        pl_buf_add_str(out, " |\n");
    }
    pl_buf_add_byte(out, '\n');
}

static const char *rule_sign(enum pl_rule_verdict verdict)
{
    return verdict == PL_RULE_FAIL ? "❌" : verdict == PL_RULE_WARN ? "⚠️" : "✅";
}

static void rule_row(struct pl_buf *out, const struct pl_rule_result *x)
{
    pl_buf_add_str(out, "| ");
    code(out, x->rule);
    pl_buf_printf(out, " | %s %s | ", rule_sign(x->verdict), pl_rule_verdict_name(x->verdict));
    if (x->component != NULL) {
        code(out, x->component);
        pl_buf_add_byte(out, ' ');
    }
    plain(out, x->why);
    pl_buf_add_str(out, " | ");
    code(out, x->policy);
    pl_buf_printf(out, " %llu |\n", (unsigned long long)x->line);
}

static void policy(struct pl_buf *out, const struct pl_report *r)
{
    const struct pl_policy_result *p = &r->policy;
    if (p->rules.n + p->waivers.n == 0)
        return;
    pl_buf_add_str(out, "Policy ");
    code(out, p->name == NULL ? "default" : p->name);
    pl_buf_add_str(out, "\n\n| rule | | why | line |\n|---|---|---|---|\n");
    size_t left_out = 0;
    size_t shown = 0;
    for (size_t i = 0; i < p->rules.n; i++) {
        bool is_of_component = p->rules.v[i].component != NULL;
        if (!is_of_component || (pl_is_unmet(&p->rules.v[i]) && shown < MAX_COMPONENT_RULES))
            rule_row(out, &p->rules.v[i]);
        else
            left_out += pl_is_unmet(&p->rules.v[i]);
        shown += is_of_component && pl_is_unmet(&p->rules.v[i]);
    }
    if (left_out > 0)
        pl_buf_printf(out, "| | | %zu more that are not met | |\n", left_out);
    for (size_t i = 0; i < p->waivers.n; i++) {
        const struct pl_waiver_result *x = &p->waivers.v[i];
        pl_buf_add_str(out, "| waiver ");
        code(out, x->id);
        pl_buf_add_str(out, " | ");
        plain(out, x->state);
        pl_buf_add_str(out, " | ");
        code(out, x->tag);
        pl_buf_printf(out, " %llu finding%s, until ", (unsigned long long)x->findings,
                      x->findings == 1 ? "" : "s");
        plain(out, x->expires);
        pl_buf_add_str(out, ", ");
        plain(out, x->owner);
        pl_buf_add_str(out, " | ");
        code(out, x->policy);
        pl_buf_printf(out, " %llu |\n", (unsigned long long)x->line);
    }
    pl_buf_add_byte(out, '\n');
}

static void finding(struct pl_buf *out, const struct pl_report *r, const struct pl_placed_finding *p)
{
    const struct pl_finding *f = p->finding;
    pl_buf_printf(out, "- **%s** ", pl_severity_name(f->severity));
    code(out, f->tag);
    pl_buf_add_byte(out, ' ');
    if (f->waiver != NULL) {
        pl_buf_add_str(out, "waived by ");
        code(out, f->waiver);
        pl_buf_add_str(out, ": ");
    }
    pl_markdown(out, cut(pl_bytes_of_str(f->message)));
    pl_buf_add_str(out, "<br>");
    pl_markdown_code(out, cut(pl_finding_path(r, p)));
    pl_add_range(out, f);
    for (int i = 0; i < PL_FINDING_FACTS && f->facts[i].name != NULL; i++) {
        pl_buf_add_str(out, "<br>");
        plain(out, f->facts[i].name);
        pl_buf_add_str(out, " ");
        pl_markdown_code(out, cut(f->facts[i].value));
    }
    pl_buf_add_byte(out, '\n');
}

/* All errors first; then a folded block with warnings and notes. */
static void findings(struct pl_buf *out, const struct pl_report *r, size_t rows)
{
    size_t n_errors = pl_count_findings(r, PL_SEVERITY_ERROR);
    size_t n = r->placed.n - n_errors < rows ? r->placed.n : n_errors + rows;
    size_t i = 0;
    for (; i < n_errors && out->n < MAX_BYTES; i++)
        finding(out, r, &r->placed.v[i]);
    if (n_errors > 0)
        pl_buf_add_byte(out, '\n');
    if (i == n_errors && i < r->placed.n) {
        size_t n_warnings = pl_count_findings(r, PL_SEVERITY_WARNING);
        size_t n_notes = r->placed.n - n_errors - n_warnings;
        pl_buf_printf(out, "<details><summary>%zu warning%s, %zu note%s</summary>\n\n", n_warnings,
                      n_warnings == 1 ? "" : "s", n_notes, n_notes == 1 ? "" : "s");
        for (; i < n && out->n < MAX_BYTES; i++)
            finding(out, r, &r->placed.v[i]);
        pl_buf_add_str(out, "\n</details>\n\n");
    }
    if (i < r->placed.n)
        pl_buf_printf(out, "%zu more findings are not shown here; the JSON report holds all.\n\n",
                      r->placed.n - i);
}

static void byte_table(struct pl_buf *out, const struct pl_report *r)
{
    pl_buf_add_str(out, "| bytes | share | class |\n|---:|---:|---|\n");
    for (int c = 0; c < PL_CLASS_COUNT; c++) {
        uint32_t ppm = pl_ppm(r->bytes[c], r->total_bytes);
        if (r->bytes[c] == 0 && c != PL_CLASS_OPAQUE && c != PL_CLASS_UNACCOUNTED)
            continue;
        pl_buf_add_str(out, "| ");
        pl_add_thousands(out, r->bytes[c]);
        pl_buf_printf(out, " | %u.%02u%% | %s |\n", ppm / 10000, ppm % 10000 / 100,
                      pl_class_name((enum pl_class)c));
    }
    pl_buf_add_str(out, "| **");
    pl_add_thousands(out, r->total_bytes);
    pl_buf_add_str(out, "** | | sum = size of all files |\n");
}

static void write_markdown(const struct pl_report *r, const struct pl_write_options *options,
                           struct pl_buf *out)
{
    head(out, r);
    errors(out, r);
    if (r->errors.n > 0 || options->is_quiet)
        return;
    if (r->chain == NULL)
        links(out, r);
    policy(out, r);
    findings(out, r,
             options->is_verbose       ? SIZE_MAX / 2
             : options->row_limit == 0 ? DEFAULT_ROWS
                                       : options->row_limit);
    if (r->files.n > 0)
        byte_table(out, r);
}

const struct pl_report_format pl_report_format_markdown = {.name = "markdown", .write = write_markdown};
