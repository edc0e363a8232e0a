/*
 * ruleset.c - a policy as it holds: every rule with the line it comes from.
 */
#include "judge/ruleset.h"

#include "base/buf.h"
#include "base/date.h"
#include "base/quote.h"
#include "plumbline/policy.h"

#include <stdio.h>
#include <string.h>

#define POLICY_TEXT_BYTES ((size_t)64 << 20)

static void line(struct pl_buf *out, const char *group, const char *key, const char *value,
                 const struct pl_rule_place *at)
{
    if (at->line == 0)
        return;
    pl_buf_printf(out, "  %s%s%s: %s  (", group, group[0] == '\0' ? "" : ".", key, value);
    pl_quote(out, pl_bytes_of_str(at->policy));
    pl_buf_printf(out, ":%u)\n", at->line);
}

static void number_line(struct pl_buf *out, const char *group, const char *key, unsigned value,
                        const struct pl_rule_place *at)
{
    char text[16];
    (void)snprintf(text, sizeof text, "%u", value);
    line(out, group, key, text, at);
}

static void bound_line(struct pl_buf *out, const char *group, const char *key, const struct pl_bound *b)
{
    char text[40];
    if (b->is_share)
        (void)snprintf(text, sizeof text, "%u.%04u%%", b->ppm / 10000, b->ppm % 10000);
    else
        (void)snprintf(text, sizeof text, "%llu bytes", (unsigned long long)b->bytes);
    line(out, group, key, text, &b->at);
}

static void requirements(struct pl_buf *out, const char *group, const struct pl_requirements *q)
{
    number_line(out, group, "level", q->level.level, &q->level.at);
    number_line(out, group, "chain_level", q->chain_level.level, &q->chain_level.at);
    bound_line(out, group, "unaccounted", &q->unaccounted);
    bound_line(out, group, "unaccounted_passive", &q->unaccounted_passive);
    bound_line(out, group, "opaque", &q->opaque);
    line(out, group, "grade.code", pl_grade_name(q->grade_code.grade), &q->grade_code.at);
    line(out, group, "grade.text", pl_grade_name(q->grade_text.grade), &q->grade_text.at);
    line(out, group, "source", pl_how_name(q->source.how), &q->source.at);
}

static void match_rule(struct pl_buf *out, const struct pl_match_rule *rule)
{
    char day[PL_DATE_BYTES];
    pl_buf_add_str(out, "  for ");
    pl_quote(out, pl_bytes_of_str(rule->purl == NULL ? "every component" : rule->purl));
    if (rule->scope != NULL) {
        pl_buf_add_str(out, " of scope ");
        pl_quote(out, pl_bytes_of_str(rule->scope));
    }
    if (rule->has_effective_on) {
        pl_date_write(rule->effective_on_s, day);
        pl_buf_printf(out, ", a warning until %s", day);
    }
    pl_buf_add_byte(out, '\n');
    requirements(out, "  rules", &rule->require);
}

static void waiver(struct pl_buf *out, const struct pl_waiver *w)
{
    char hex[PL_SHA256_HEX_BYTES];
    pl_hex(w->sha256.b, PL_SHA256_BYTES, hex);
    pl_buf_add_str(out, "  waiver ");
    pl_quote(out, pl_bytes_of_str(w->id));
    pl_buf_printf(out, ": %s in %.16s…, until %s, ", w->tag, hex, w->expires);
    pl_quote(out, pl_bytes_of_str(w->owner));
    pl_buf_add_str(out, ": ");
    pl_quote(out, pl_bytes_of_str(w->reason));
    pl_buf_printf(out, "  (line %u)\n", w->at.line);
}

static void whole(struct pl_buf *out, const struct pl_ruleset *p)
{
    char hex[PL_SHA256_HEX_BYTES];
    char day[PL_DATE_BYTES];
    pl_hex(p->sha256.b, PL_SHA256_BYTES, hex);
    pl_buf_add_str(out, "policy ");
    pl_quote(out, pl_bytes_of_str(p->name));
    pl_buf_printf(out, "  sha256 %s\n", hex);
    if (p->has_expiry) {
        pl_date_write(p->expires_s, day);
        line(out, "", "expires", day, &p->expires_at);
    }
    requirements(out, "require", &p->require);
    for (size_t i = 0; i < p->severities.n; i++)
        line(out, "severity", p->severities.v[i].tag, pl_severity_name(p->severities.v[i].severity),
             &p->severities.v[i].at);
    for (size_t i = 0; i < p->rules.n; i++)
        match_rule(out, &p->rules.v[i]);
    for (size_t i = 0; i < p->waivers.n; i++)
        waiver(out, &p->waivers.v[i]);
    if (p->baseline_file != NULL) {
        pl_buf_add_str(out, "  baseline ");
        pl_quote(out, pl_bytes_of_str(p->baseline_file));
        pl_buf_printf(out, "%s  (line %u)\n", p->baseline_shrinks ? ", which must shrink" : "",
                      p->baseline_at.line);
    }
}

pl_status pl_policy_write(const struct pl_ruleset *p, bool (*put)(void *ctx, const void *bytes, size_t n),
                          void *ctx, struct pl_err *err)
{
    struct pl_buf out;
    pl_buf_init(&out, POLICY_TEXT_BYTES);
    if (strncmp(p->name, "builtin:", 8) == 0)
        pl_buf_add_str(&out, p->text);
    else
        whole(&out, p);
    return pl_buf_deliver(&out, put, ctx, "the policy", err);
}
