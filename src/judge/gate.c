/*
 * gate.c - a policy applied to a report, or to a chain.
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

/* A package on its own has no scope (NULL): that is what a product says of its dependencies. */
static bool rule_matches(const struct pl_match_rule *rule, const char *purl, const char *scope)
{
    if (rule->scope != NULL && (scope == NULL || strcmp(rule->scope, scope) != 0))
        return false;
    return rule->purl == NULL || (purl != NULL && pattern_fits(rule->purl, purl));
}

static void override_severities(struct pl_report *r, const struct pl_ruleset *p)
{
    for (size_t i = 0; i < r->placed.n; i++)
        for (size_t k = 0; k < p->severities.n; k++)
            if (strcmp(r->placed.v[i].finding->tag, p->severities.v[k].tag) == 0)
                r->placed.v[i].finding->severity = p->severities.v[k].severity;
}

static bool is_early(const struct pl_gate *g, const struct pl_match_rule *rule)
{
    return rule->has_effective_on && g->now_s < rule->effective_on_s;
}

/* What holds for everybody, and the rules that match. `taken` is what these say in place of `require`. */
static pl_status evaluate_rules(struct pl_gate *g, const struct pl_ruleset *p, const char *purl,
                                const char *scope, struct pl_requirements *taken, struct pl_err *err)
{
    pl_status st = pl_gate_implicit(g, p, err);
    for (size_t i = 0; i < p->rules.n && st == PL_OK; i++) {
        const struct pl_match_rule *rule = &p->rules.v[i];
        if (!rule_matches(rule, purl, scope))
            continue;
        st = pl_gate_require(g, &rule->require, "rules", rule->reason, is_early(g, rule), NULL, err);
        if (!is_early(g, rule)) /* what does not bind yet lifts nothing that does */
            pl_requirements_add(taken, &rule->require);
    }
    return st;
}

static pl_status evaluate(struct pl_gate *g, const struct pl_ruleset *p, struct pl_err *err)
{
    struct pl_requirements taken = {0};
    pl_status st = evaluate_rules(g, p, g->r->subject_purl, NULL, &taken, err);
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
    pl_gate_facts_of(r, &g->facts);
    if (g->facts.waived_findings > 0 && r->level > WAIVED_MAX_LEVEL)
        r->level = WAIVED_MAX_LEVEL;
    g->facts.level = r->level;
    return st;
}

/* Name and digest of the policy into the result. */
static pl_status name_policy(struct pl_report *r, const struct pl_ruleset *p, struct pl_err *err)
{
    r->policy.name = pl_arena_str(&r->arena, pl_bytes_of_str(p->name));
    if (r->policy.name == NULL)
        return pl_arena_fail(&r->arena, err);
    r->policy.has_digest = true;
    r->policy.sha256 = p->sha256;
    return PL_OK;
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
    pl_status st = name_policy(r, p, err);
    override_severities(r, p);
    if (st == PL_OK)
        st = pl_waive(r, p, now_s, err);
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

/* The binding rule that says of a component's level what the chain's level says of all; NULL when there is none. */
static const struct pl_rule_place *says_level(const struct pl_requirements *taken)
{
    return taken->level.at.line != 0         ? &taken->level.at
           : taken->chain_level.at.line != 0 ? &taken->chain_level.at
                                             : NULL;
}

static void take_binding(const struct pl_gate *g, const struct pl_ruleset *p,
                         const struct pl_gated_component *c, struct pl_requirements *taken)
{
    for (size_t i = 0; i < p->rules.n; i++)
        if (!is_early(g, &p->rules.v[i]) && rule_matches(&p->rules.v[i], c->purl, c->scope))
            pl_requirements_add(taken, &p->rules.v[i].require);
}

static void sum_up(const struct pl_gate *g, const struct pl_gated_chain *c, const struct pl_ruleset *p,
                   struct pl_chain_sum *sum)
{
    *sum = (struct pl_chain_sum){.knows_all = c->knows_all};
    for (size_t i = 0; i < c->n; i++) {
        const struct pl_gated_component *one = &c->v[i];
        struct pl_requirements taken = {0};
        if (one->is_product)
            continue;
        sum->components++;
        if (i != c->root)
            take_binding(g, p, one, &taken);
        bool is_below = one->facts.level < p->require.chain_level.level;
        if (is_below && says_level(&taken) != NULL) {
            sum->lifted++;
        } else if (is_below) {
            sum->below++;
            sum->below_unexamined += one->facts.why_not != NULL;
        }
    }
}

/* What is asked of a package is not asked of the document that lists it: where the chain's level is asked for, that is said. */
static pl_status evaluate_product(struct pl_gate *g, const struct pl_ruleset *p, struct pl_err *err)
{
    struct pl_requirements rest = p->require;
    rest.chain_level = (struct pl_least_level){0};
    g->facts.why_not = "a document is no package; plumb check judges one";
    pl_status st = pl_gate_implicit(g, p, err);
    if (st == PL_OK && p->require.chain_level.at.line != 0)
        st = pl_gate_require(g, &rest, "require", NULL, true, NULL, err);
    return st;
}

static pl_status evaluate_root(struct pl_gate *g, const struct pl_gated_chain *c, const struct pl_ruleset *p,
                               struct pl_err *err)
{
    const struct pl_gated_component *root = &c->v[c->root];
    struct pl_requirements taken = {0};
    struct pl_requirements rest = p->require;
    struct pl_chain_sum sum;
    pl_status st;
    g->component = NULL;
    g->facts = root->facts;
    rest.chain_level = (struct pl_least_level){0};
    if (root->is_product) {
        st = evaluate_product(g, p, err);
    } else {
        st = evaluate_rules(g, p, root->purl, NULL, &taken, err);
        if (st == PL_OK)
            st = pl_gate_require(g, &rest, "require", NULL, false, &taken, err);
    }
    if (st != PL_OK || p->require.chain_level.at.line == 0)
        return st;
    sum_up(g, c, p, &sum);
    return pl_gate_chain(g, &sum, &p->require.chain_level,
                         taken.chain_level.at.line != 0 ? &taken.chain_level.at : NULL, err);
}

static pl_status evaluate_component(struct pl_gate *g, const struct pl_gated_component *c,
                                    const struct pl_ruleset *p, struct pl_err *err)
{
    struct pl_requirements taken = {0};
    g->component = pl_arena_str(&g->r->arena, pl_bytes_of_str(c->key));
    g->facts = c->facts;
    if (g->component == NULL)
        return pl_arena_fail(&g->r->arena, err);
    pl_status st = evaluate_rules(g, p, c->purl, c->scope, &taken, err);
    if (st != PL_OK)
        return st;
    if (p->require.chain_level.at.line != 0)
        return pl_gate_own_level(g, &p->require.chain_level, says_level(&taken), err);
    return pl_gate_require(g, &p->require, "require", NULL, false, &taken, err);
}

/* Without a policy: as the chain was judged when it was made. */
static enum pl_exit decide_chain(const struct pl_gated_chain *c)
{
    bool is_broken = c->v[c->root].facts.chain_level < c->required;
    bool is_open = !c->knows_all;
    for (size_t i = 0; i < c->n; i++) {
        const struct pl_gate_facts *f = &c->v[i].facts;
        if (f->why_not == NULL && f->exit == PL_EXIT_TRUST)
            return PL_EXIT_TRUST;
        is_broken = is_broken || f->errors > 0 || (f->why_not == NULL && f->exit == PL_EXIT_FAIL);
        for (int l = 0; l < PL_LINK_COUNT; l++)
            is_broken = is_broken || f->links[l].verdict == PL_VERDICT_BROKEN;
        is_open = is_open || (!c->v[i].is_product && (f->why_not != NULL || f->exit != PL_EXIT_PASS));
    }
    return is_broken ? PL_EXIT_FAIL : is_open && c->required == 0 ? PL_EXIT_INCONCLUSIVE : PL_EXIT_PASS;
}

pl_status pl_gate_apply_chain(struct pl_report *r, const struct pl_gated_chain *c, const struct pl_ruleset *p,
                              int64_t now_s, struct pl_err *err)
{
    struct pl_gate g = {.r = r, .now_s = now_s};
    r->exit = decide_chain(c);
    r->policy.decision = r->exit;
    if (p == NULL)
        return PL_OK;
    pl_status st = name_policy(r, p, err);
    if (st == PL_OK)
        st = evaluate_root(&g, c, p, err);
    for (size_t i = 0; i < c->n && st == PL_OK; i++)
        if (i != c->root && !c->v[i].is_product)
            st = evaluate_component(&g, &c->v[i], p, err);
    g.component = NULL;
    if (st == PL_OK)
        st = pl_gate_expiry(&g, p, err);
    r->exit = decide(r);
    r->policy.decision = r->exit;
    return st;
}
