/*
 * gate.c - a policy applied to a report.
 *
 * Every rule is evaluated, never only the first that fails, and each has its line in the result. A requirement of a rule that matches the
 * component stands in place of the same requirement for all; where several match, each must hold.
 */
#include "judge/gate.h"

#include "judge/baseline.h"
#include "judge/gate_rules.h"
#include "judge/judge.h"
#include "judge/waive.h"

#include <string.h>

#define WAIVED_MAX_LEVEL 2u

/* Does a pattern with * (any text) and ? (any one byte) fit all of the text? */
static bool pattern_fits(const char *pattern, const char *text)
{
    const char *star = NULL;
    const char *resume = NULL;
    while (*text != '\0') {
        if (*pattern == '*') {
            star = ++pattern;
            resume = text;
        } else if (*pattern == '?' || *pattern == *text) {
            pattern++;
            text++;
        } else if (star != NULL) {
            pattern = star;
            text = ++resume;
        } else {
            return false;
        }
    }
    while (*pattern == '*')
        pattern++;
    return *pattern == '\0';
}

/* A package on its own has no scope: that is what a product says of its dependencies. */
static bool rule_matches(const struct pl_match_rule *rule, const struct pl_report *r)
{
    if (rule->scope != NULL)
        return false;
    return rule->purl == NULL || (r->subject_purl != NULL && pattern_fits(rule->purl, r->subject_purl));
}

static void override_severities(struct pl_report *r, const struct pl_ruleset *p)
{
    for (size_t i = 0; i < r->placed.n; i++)
        for (size_t k = 0; k < p->severities.n; k++)
            if (strcmp(r->placed.v[i].finding->tag, p->severities.v[k].tag) == 0)
                r->placed.v[i].finding->severity = p->severities.v[k].severity;
}

static pl_status evaluate(struct pl_gate *g, const struct pl_ruleset *p, struct pl_err *err)
{
    struct pl_requirements taken = {0};
    pl_status st = pl_gate_implicit(g, p, err);
    for (size_t i = 0; i < p->rules.n && st == PL_OK; i++) {
        const struct pl_match_rule *rule = &p->rules.v[i];
        if (!rule_matches(rule, g->r))
            continue;
        bool is_early = rule->has_effective_on && g->now_s < rule->effective_on_s;
        st = pl_gate_require(g, &rule->require, "rules", rule->reason, is_early, NULL, err);
        if (!is_early) /* what does not bind yet lifts nothing that does */
            pl_requirements_add(&taken, &rule->require);
    }
    return st == PL_OK ? pl_gate_require(g, &p->require, "require", NULL, false, &taken, err) : st;
}

static enum pl_exit decide(const struct pl_report *r)
{
    enum pl_exit code = PL_EXIT_PASS;
    for (size_t i = 0; i < r->policy.rules.n; i++) {
        const struct pl_rule_result *x = &r->policy.rules.v[i];
        if (x->verdict != PL_RULE_FAIL)
            continue;
        if (x->exit == PL_EXIT_TRUST)
            return PL_EXIT_TRUST;
        if (code != PL_EXIT_FAIL)
            code = x->exit;
    }
    return code;
}

static pl_status judge_again(struct pl_report *r, bool had_source, struct pl_gate *g, struct pl_err *err)
{
    struct pl_policy thresholds = pl_policy_default();
    pl_status st = pl_judge_verdict(r, &thresholds, had_source, err);
    g->uncapped_level = r->level;
    for (size_t i = 0; i < r->placed.n; i++)
        g->waived_findings += r->placed.v[i].finding->waiver != NULL;
    if (g->waived_findings > 0 && r->level > WAIVED_MAX_LEVEL)
        r->level = WAIVED_MAX_LEVEL;
    return st;
}

pl_status pl_gate_apply(struct pl_report *r, const struct pl_ruleset *p, int64_t now_s, struct pl_err *err)
{
    struct pl_gate g = {.r = r, .now_s = now_s};
    bool had_source = r->links[PL_LINK_SOURCED].verdict != PL_VERDICT_UNCHECKED && r->sources.n > 0;
    pl_unwaive(r);
    if (p == NULL) {
        r->policy.name = NULL;
        r->policy.has_digest = false;
        return judge_again(r, had_source, &g, err);
    }
    r->policy.name = pl_arena_str(&r->arena, pl_bytes_of_str(p->name));
    if (r->policy.name == NULL)
        return pl_arena_fail(&r->arena, err);
    r->policy.has_digest = true;
    r->policy.sha256 = p->sha256;
    override_severities(r, p);
    pl_status st = pl_waive(r, p, now_s, err);
    if (st == PL_OK && p->baseline != NULL)
        st = pl_baseline_apply(p->baseline, r, err);
    if (st == PL_OK)
        st = judge_again(r, had_source, &g, err);
    if (st == PL_OK && r->errors.n == 0)
        st = evaluate(&g, p, err);
    if (st == PL_OK)
        st = pl_gate_expiry(&g, p, err);
    if (st != PL_OK)
        return st;
    enum pl_exit code = decide(r);
    if (r->errors.n == 0 ||
        code == PL_EXIT_TRUST) /* a subject that could not be examined keeps its own code */
        r->exit = code;
    r->policy.decision = r->exit;
    return PL_OK;
}
