/*
 * policy.c - rules and waivers as text, and the result of a gate as text and as JSON.
 */
#include "plumbline/policy.h"
#include "base/json.h"
#include "base/quote.h"
#include "model/gate_result.h"
#include "report/json_parts.h"
#include "report/parts.h"

#include <string.h>

#define GATE_SCHEMA    "https://plumbline.dev/schema/gate/1"
#define DEFAULT_ROWS   20u
#define GATE_MAX_BYTES ((size_t)1 << 30)

static void quoted(struct pl_buf *out, const char *text)
{
    pl_quote(out, pl_bytes_of_str(text));
}

static void add_rule(struct pl_buf *out, const struct pl_rule_result *x)
{
    pl_buf_printf(out, "  %-7s ", pl_rule_verdict_name(x->verdict));
    quoted(out, x->rule);
    pl_buf_add_str(out, ": ");
    pl_add_rule_why(out, x);
    pl_buf_add_str(out, "  (");
    quoted(out, x->policy);
    pl_buf_printf(out, ":%llu)", (unsigned long long)x->line);
    if (x->reason != NULL) {
        pl_buf_add_str(out, "  ");
        quoted(out, x->reason);
    }
    pl_buf_add_byte(out, '\n');
}

static void add_waiver(struct pl_buf *out, const struct pl_waiver_result *x)
{
    pl_buf_add_str(out, "  waiver  ");
    quoted(out, x->id);
    pl_buf_add_str(out, ": ");
    quoted(out, x->state);
    pl_buf_add_str(out, ", ");
    quoted(out, x->tag);
    pl_buf_printf(out, ", %llu finding%s, ", (unsigned long long)x->findings, x->findings == 1 ? "" : "s");
    pl_add_thousands(out, x->bytes);
    pl_buf_add_str(out, " bytes, until ");
    quoted(out, x->expires);
    pl_buf_add_str(out, ", ");
    quoted(out, x->owner);
    pl_buf_add_str(out, "  (");
    quoted(out, x->policy);
    pl_buf_printf(out, ":%llu)\n", (unsigned long long)x->line);
}

void pl_add_policy(struct pl_buf *out, const struct pl_report *r, const struct pl_write_options *options)
{
    const struct pl_policy_result *p = &r->policy;
    size_t rows = options->is_verbose       ? SIZE_MAX
                  : options->row_limit == 0 ? DEFAULT_ROWS
                                            : options->row_limit;
    size_t unmet = 0;
    size_t others = 0;
    if (p->name == NULL)
        return;
    pl_buf_add_str(out, "policy ");
    quoted(out, p->name);
    pl_buf_add_byte(out, '\n');
    for (size_t i = 0; i < p->rules.n; i++) {
        const struct pl_rule_result *x = &p->rules.v[i];
        bool is_met = x->component != NULL && !pl_is_unmet(x);
        if (x->component == NULL || (!is_met && unmet < rows))
            add_rule(out, x);
        unmet += x->component != NULL && !is_met;
        others += is_met;
    }
    if (unmet > rows)
        pl_buf_printf(out, "  …       %zu more that are not met (-v lists them)\n", unmet - rows);
    if (others > 0)
        pl_buf_printf(out, "  pass    %zu more rules of components\n", others);
    for (size_t i = 0; i < p->waivers.n; i++)
        add_waiver(out, &p->waivers.v[i]);
}

static void add_error(struct pl_buf *out, const struct pl_err *e)
{
    pl_buf_printf(out, "error[%s]: ", pl_status_name(e->status));
    quoted(out, e->text);
    pl_buf_add_byte(out, '\n');
    if (e->subject[0] != '\0') {
        pl_buf_add_str(out, "  --> ");
        quoted(out, e->subject);
        pl_buf_add_byte(out, '\n');
    }
    if (e->hint[0] != '\0') {
        pl_buf_add_str(out, "   = ");
        quoted(out, e->hint);
        pl_buf_add_byte(out, '\n');
    }
}

static void add_verdict(struct pl_buf *out, const struct pl_report *r)
{
    pl_buf_printf(out, "plumb: %s ", pl_verdict_word(r->exit));
    pl_quote(out, pl_subject(r));
    pl_add_verdict_numbers(out, r);
    pl_buf_add_byte(out, '\n');
}

static void add_baseline(struct pl_buf *out, const struct pl_gate_result *g)
{
    if (g->has_baseline && g->stale > 0)
        pl_buf_printf(
            out,
            "  %-7s baseline: %zu of %zu entries are found no more; plumb policy baseline takes them out\n",
            g->baseline_fails ? "fail" : "warn", g->stale, g->baseline_entries);
}

static void add_sum(struct pl_buf *out, const struct pl_gate_result *g)
{
    size_t passed = 0;
    for (size_t i = 0; i < g->subjects.n; i++)
        passed += g->subjects.v[i].report->exit == PL_EXIT_PASS;
    pl_buf_printf(out, "plumb: %s ", pl_verdict_word(g->exit));
    if (g->subjects.n == 0)
        pl_buf_printf(out, "gate exit %d (%s)\n", (int)g->exit, pl_exit_name(g->exit));
    else
        pl_buf_printf(out, "%zu report%s, %zu of them pass\n", g->subjects.n, g->subjects.n == 1 ? "" : "s",
                      passed);
}

static void write_text(const struct pl_gate_result *g, const struct pl_write_options *options,
                       struct pl_buf *out)
{
    bool is_quiet = options->is_quiet;
    for (size_t i = 0; i < g->errors.n && !is_quiet; i++)
        add_error(out, &g->errors.v[i]);
    for (size_t i = 0; i < g->subjects.n; i++) {
        const struct pl_report *r = g->subjects.v[i].report;
        for (size_t k = 0; k < r->errors.n && !is_quiet; k++)
            add_error(out, &r->errors.v[k]);
        if (!is_quiet)
            pl_add_policy(out, r, options);
        add_verdict(out, r);
    }
    if (!is_quiet)
        add_baseline(out, g);
    if (g->subjects.n != 1 || g->baseline_fails)
        add_sum(out, g);
}

static void write_subject(struct pl_json *j, const struct pl_gate_subject *s)
{
    const struct pl_report *r = s->report;
    pl_json_object(j);
    pl_json_key(j, "report");
    pl_json_quoted(j, pl_bytes_of_str(s->path));
    pl_json_kv_str(j, "verdict", pl_exit_name(r->exit));
    pl_json_kv_u64(j, "exit_code", (uint64_t)r->exit);
    pl_json_subject(j, r);
    pl_json_level(j, r);
    pl_json_policy(j, r);
    pl_json_errors(j, r);
    pl_json_end_object(j);
}

static void write_gate_errors(struct pl_json *j, const struct pl_gate_result *g)
{
    struct pl_report only = {.errors = {.v = g->errors.v, .n = g->errors.n}};
    pl_json_errors(j, &only);
}

static void write_json(const struct pl_gate_result *g, struct pl_buf *out)
{
    struct pl_json j;
    char hex[PL_SHA256_HEX_BYTES];
    pl_json_init(&j, out, 1);
    pl_json_object(&j);
    pl_json_kv_str(&j, "schema", GATE_SCHEMA);
    pl_json_kv_str(&j, "verdict", pl_exit_name(g->exit));
    pl_json_kv_u64(&j, "exit_code", (uint64_t)g->exit);
    pl_json_key(&j, "policy");
    pl_json_object(&j);
    pl_json_key(&j, "name");
    if (g->policy == NULL && g->errors.n > 0)
        pl_json_null(&j); /* it could not be read */
    else
        pl_json_quoted(&j, pl_bytes_of_str(g->policy == NULL ? "default" : g->policy));
    pl_hex(g->policy_sha256.b, PL_SHA256_BYTES, hex);
    pl_json_kv_str(&j, "sha256", g->policy == NULL ? NULL : hex);
    pl_json_end_object(&j);
    pl_json_key(&j, "baseline");
    if (g->has_baseline) {
        pl_json_object(&j);
        pl_json_kv_u64(&j, "entries", g->baseline_entries);
        pl_json_kv_u64(&j, "stale", g->stale);
        pl_json_kv_str(&j, "result", g->stale == 0 ? "pass" : g->baseline_fails ? "fail" : "warn");
        pl_json_end_object(&j);
    } else {
        pl_json_null(&j);
    }
    pl_json_key(&j, "subjects");
    pl_json_array(&j);
    for (size_t i = 0; i < g->subjects.n; i++)
        write_subject(&j, &g->subjects.v[i]);
    pl_json_end_array(&j);
    write_gate_errors(&j, g);
    pl_json_key(&j, "run");
    pl_json_object(&j);
    pl_json_kv_str(&j, "tool", "plumb " PL_VERSION);
    pl_json_kv_str(&j, "started", g->started);
    pl_json_end_object(&j);
    pl_json_end_object(&j);
    pl_buf_add_byte(out, '\n');
}

pl_status pl_gate_write(const struct pl_gate_result *g, const char *format,
                        const struct pl_write_options *options,
                        bool (*put)(void *ctx, const void *bytes, size_t n), void *ctx, struct pl_err *err)
{
    static const struct pl_write_options plain;
    struct pl_buf out;
    pl_buf_init(&out, GATE_MAX_BYTES);
    if (strcmp(format, "text") == 0)
        write_text(g, options == NULL ? &plain : options, &out);
    else if (strcmp(format, "json") == 0)
        write_json(g, &out);
    else
        return pl_fail(err, PL_E_USAGE, PL_NO_OFFSET, "a gate is written as text or json, not as %s", format);
    return pl_buf_deliver(&out, put, ctx, "the result", err);
}
