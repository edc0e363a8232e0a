/*
 * gate_chain.c - from the JSON of a chain to what a policy judges.
 *
 * Findings are judged by the severities of the policy as far as they are listed: a chain lists the gravest of each component and no notes. A severity
 * that is raised counts for those, and for the others it is said that they are not known; one that is lowered mends no link.
 *
 * Waivers and the baseline are applied as in a report: the listed findings are placed in one, each in a file of its own path and digest. Where they
 * cover every error of a component, its `sourced` is broken no more, and holds where no byte is left over; it is level 2 at most all the same.
 */
#include "pipeline/gate_chain.h"

#include "base/map.h"
#include "chain/graph.h"
#include "chain/levels.h"
#include "judge/baseline.h"
#include "judge/gate.h"
#include "judge/judge.h"
#include "judge/waive.h"
#include "report/chain_view.h"

#include <stdlib.h>
#include <string.h>

#define WAIVED_MAX_LEVEL 2u

struct made {
    struct pl_chain_view view;
    struct pl_map by_key;
    struct pl_edge *edges;
    struct pl_graph graph;
    struct pl_condensation groups;
    uint8_t *levels; /* own of each, then chain of each */
    struct pl_gated_component *components;
    size_t root;
    uint64_t in_baseline;
    bool *
        is_accepted; /* each listed finding of a component; NULL: the policy has neither waivers nor a baseline */
};

static void reset(struct made *m)
{
    free(m->edges);
    free(m->levels);
    free(m->components);
    pl_graph_reset(&m->graph);
    pl_condensation_reset(&m->groups);
    pl_map_reset(&m->by_key);
    pl_chain_view_reset(&m->view);
    free(m->is_accepted);
}

/* As if a check had placed it. */
static pl_status place(struct pl_report *r, const struct pl_chain_finding *f, struct pl_err *err)
{
    struct pl_placed_finding *slot = PL_VEC_ADD(&r->placed);
    struct pl_file *file = pl_arena_take(&r->arena, sizeof *file);
    struct pl_finding *finding = pl_arena_take(&r->arena, sizeof *finding);
    if (slot == NULL || file == NULL || finding == NULL)
        return slot == NULL ? pl_fail_nomem(err) : pl_arena_fail(&r->arena, err);
    *file = (struct pl_file){.path = pl_bytes_of_str(f->path == NULL ? "" : f->path),
                             .has_digests = f->has_sha256,
                             .sha256 = f->sha256};
    *finding = (struct pl_finding){.tag = f->tag,
                                   .severity = f->severity,
                                   .judged = f->severity,
                                   .offset = f->offset,
                                   .length = f->length};
    *slot = (struct pl_placed_finding){.file = file, .finding = finding};
    return PL_OK;
}

/* Which findings somebody accepted; r->policy tells of each waiver. */
static pl_status accept_some(struct made *m, const struct pl_ruleset *p, int64_t now_s, struct pl_report *r,
                             struct pl_err *err)
{
    size_t n = m->view.component_findings.list.n;
    pl_status st = PL_OK;
    if (p == NULL || (p->waivers.n == 0 && p->baseline == NULL))
        return PL_OK;
    m->is_accepted = calloc(n + 1, sizeof *m->is_accepted);
    if (m->is_accepted == NULL)
        return pl_fail_nomem(err);
    for (size_t i = 0; i < n && st == PL_OK; i++)
        st = place(r, &m->view.component_findings.list.v[i], err);
    if (st == PL_OK)
        st = pl_waive(r, p, now_s, err);
    if (st == PL_OK && p->baseline != NULL)
        st = pl_baseline_apply(p->baseline, r, err);
    for (size_t i = 0; i < n && st == PL_OK; i++) {
        const char *by = r->placed.v[i].finding->waiver;
        m->is_accepted[i] = by != NULL;
        m->in_baseline += by != NULL && strcmp(by, PL_BASELINE_WAIVER) == 0;
    }
    PL_VEC_FREE(&r->placed); /* the report is about the chain */
    return st;
}

static bool has_accepted(const struct made *m, const struct pl_chain_component *c)
{
    for (size_t k = c->first_finding; m->is_accepted != NULL && k < c->first_finding + c->n_findings; k++)
        if (m->is_accepted[k])
            return true;
    return false;
}

/* With all of its errors accepted, nothing contradicts its source any more. */
static void lift(struct made *m)
{
    for (size_t i = 0; i < m->view.components.n && m->is_accepted != NULL; i++) {
        struct pl_chain_component *c = &m->view.components.v[i];
        uint64_t accepted = 0;
        for (size_t k = c->first_finding; k < c->first_finding + c->n_findings; k++)
            accepted +=
                m->view.component_findings.list.v[k].severity == PL_SEVERITY_ERROR && m->is_accepted[k];
        if (c->links[PL_LINK_SOURCED] != PL_VERDICT_BROKEN || accepted == 0 || accepted < c->errors)
            continue;
        bool is_whole = c->has_measure && c->measure.active_unaccounted + c->measure.passive_unaccounted == 0;
        c->links[PL_LINK_SOURCED] = is_whole && c->opaque == 0 ? PL_VERDICT_HOLDS : PL_VERDICT_UNPROVEN;
        if (c->own == 1) /* that is what the broken link made it */
            c->own = PL_LEVEL_MAX;
    }
}

static pl_status find_all(struct made *m, struct pl_err *err)
{
    const struct pl_chain_view *v = &m->view;
    uint64_t at = 0;
    for (size_t i = 0; i < v->components.n; i++) {
        pl_status st = pl_map_add(&m->by_key, pl_bytes_of_str(v->components.v[i].key), i, &at, err);
        if (st == PL_OK && at != i)
            st = pl_fail(err, PL_E_INPUT, PL_NO_OFFSET, "the chain has the component '%.80s' twice",
                         v->components.v[i].key);
        if (st != PL_OK)
            return st;
    }
    if (!pl_map_get(&m->by_key, pl_bytes_of_str(v->root), &at))
        return pl_fail(err, PL_E_INPUT, PL_NO_OFFSET, "the chain does not have its root '%.80s'", v->root);
    m->root = (size_t)at;
    m->edges = calloc(v->wanted.n + 1, sizeof *m->edges);
    if (m->edges == NULL)
        return pl_fail_nomem(err);
    for (size_t i = 0; i < v->wanted.n; i++) {
        if (!pl_map_get(&m->by_key, pl_bytes_of_str(v->wanted.v[i].key), &at))
            return pl_fail(err, PL_E_INPUT, PL_NO_OFFSET,
                           "the chain has no component '%.80s', which another depends on",
                           v->wanted.v[i].key);
        m->edges[i] = (struct pl_edge){v->wanted.v[i].from, (uint32_t)at};
    }
    return PL_OK;
}

static unsigned level_of(const struct pl_chain_component *c)
{
    struct pl_link_result links[PL_LINK_COUNT] = {0};
    unsigned violation;
    for (int l = 0; l < PL_LINK_COUNT; l++)
        links[l].verdict = c->links[l];
    unsigned level = pl_judge_level(links, &violation);
    return !c->has_result || !c->has_own ? 0 : c->own < level ? c->own : level;
}

static pl_status find_levels(struct made *m, struct pl_err *err)
{
    uint32_t n = (uint32_t)m->view.components.n;
    m->levels = calloc(2 * (size_t)n + 1, 1);
    if (m->levels == NULL)
        return pl_fail_nomem(err);
    for (size_t i = 0; i < n; i++) {
        const struct pl_chain_component *c = &m->view.components.v[i];
        unsigned level = level_of(c);
        if (has_accepted(m, c) && level > WAIVED_MAX_LEVEL)
            level = WAIVED_MAX_LEVEL;
        m->levels[i] = (uint8_t)(c->is_product ? PL_LEVEL_NEUTRAL : level);
    }
    pl_status st = pl_graph_build(n, m->edges, m->view.wanted.n, &m->graph, err);
    if (st == PL_OK)
        st = pl_graph_condense(&m->graph, &m->groups, err);
    return st == PL_OK ? pl_chain_levels(&m->groups, m->levels, m->levels + n, err) : st;
}

static enum pl_severity severity_of(const struct pl_ruleset *p, const struct pl_chain_finding *f)
{
    for (size_t i = 0; p != NULL && i < p->severities.n; i++)
        if (strcmp(p->severities.v[i].tag, f->tag) == 0)
            return p->severities.v[i].severity;
    return f->severity;
}

static bool raises_any(const struct pl_ruleset *p)
{
    for (size_t i = 0; p != NULL && i < p->severities.n; i++)
        if (p->severities.v[i].severity == PL_SEVERITY_ERROR)
            return true;
    return false;
}

/* Of a component: errors as the policy sees them, and how many it does not see. */
static void count_findings(const struct made *m, const struct pl_chain_component *c,
                           const struct pl_ruleset *p, struct pl_gate_facts *out)
{
    uint64_t listed[PL_SEVERITY_ERROR + 1] = {0};
    for (size_t i = 0; i < c->n_findings; i++) {
        const struct pl_chain_finding *f = &m->view.component_findings.list.v[c->first_finding + i];
        listed[f->severity]++;
        if (m->is_accepted != NULL && m->is_accepted[c->first_finding + i])
            out->waived_findings++;
        else
            out->errors += severity_of(p, f) == PL_SEVERITY_ERROR;
    }
    if (c->errors > listed[PL_SEVERITY_ERROR])
        out->errors += c->errors - listed[PL_SEVERITY_ERROR];
    if (raises_any(p) && c->warnings > listed[PL_SEVERITY_WARNING])
        out->unlisted = c->warnings - listed[PL_SEVERITY_WARNING];
}

static void fill_bytes(const struct pl_chain_component *c, struct pl_gate_facts *out)
{
    out->has_bytes = c->has_result && c->has_measure && c->measure.active + c->measure.passive > 0;
    out->measure = c->measure;
    out->active = (struct pl_weight){.all = c->measure.active, .bad = c->measure.active_unaccounted};
    out->passive = (struct pl_weight){.all = c->measure.passive, .bad = c->measure.passive_unaccounted};
    out->opaque = (struct pl_weight){.all = c->total, .bad = c->opaque};
}

static void fill(const struct made *m, size_t i, const struct pl_ruleset *p, struct pl_gated_component *out)
{
    const struct pl_chain_component *c = &m->view.components.v[i];
    uint8_t chain = m->levels[m->view.components.n + i];
    *out = (struct pl_gated_component){
        .key = c->key, .purl = c->purl, .scope = c->scope, .is_product = c->is_product};
    struct pl_gate_facts *f = &out->facts;
    if (!c->is_product && !c->has_result)
        f->why_not = c->not_examined == NULL ? "nobody looked at it" : c->not_examined;
    for (int l = 0; l < PL_LINK_COUNT; l++)
        f->links[l].verdict = c->links[l];
    f->exit = c->exit;
    f->level = c->is_product ? 0 : m->levels[i];
    f->has_chain_level = true;
    f->chain_level = chain > PL_LEVEL_MAX ? 0 : chain; /* a product of nothing */
    f->sources = c->n_sources;
    for (int how = 0; how <= PL_HOW_CLAIMED; how++)
        f->sources_by_how[how] = c->sources_by_how[how];
    fill_bytes(c, f);
    count_findings(m, c, p, f);
    f->uncapped_level = c->is_product ? 0 : level_of(c);
}

/* A chain without edges below its root may be one whose dependencies nobody knows. */
static bool knows_all(const struct made *m)
{
    for (size_t i = 0; i < m->view.findings.list.n; i++)
        if (strcmp(m->view.findings.list.v[i].tag, "chain.no-dependencies") == 0)
            return false;
    return true;
}

static pl_status describe(const struct made *m, struct pl_report *r, struct pl_err *err)
{
    const struct pl_chain_component *root = &m->view.components.v[m->root];
    struct pl_chain_numbers *n = pl_arena_take(&r->arena, sizeof *n);
    r->subject_name = pl_arena_str(&r->arena, pl_bytes_of_str(m->view.subject));
    if (root->purl != NULL)
        r->subject_purl = pl_arena_str(&r->arena, pl_bytes_of_str(root->purl));
    if (r->arena.why != PL_OK)
        return pl_arena_fail(&r->arena, err);
    for (size_t i = 0; i < m->view.components.n; i++) {
        n->components += !m->components[i].is_product;
        n->unexamined += m->components[i].facts.why_not != NULL;
    }
    n->root_is_product = root->is_product;
    n->in_baseline = m->in_baseline;
    r->chain = n;
    r->level = m->components[m->root].facts.level;
    r->has_chain_level = true;
    r->chain_level = m->components[m->root].facts.chain_level;
    for (int l = 0; l < PL_LINK_COUNT; l++)
        r->links[l] = (struct pl_link_result){root->links[l], "the chain's report says so"};
    return n->components > n->unexamined
               ? PL_OK
               : pl_fail(err, PL_E_INPUT, PL_NO_OFFSET, "no component of this chain was examined");
}

static pl_status judge(struct made *m, const struct pl_ruleset *p, int64_t now_s, struct pl_report *r,
                       struct pl_err *err)
{
    size_t n = m->view.components.n;
    m->components = calloc(n + 1, sizeof *m->components);
    if (m->components == NULL)
        return pl_fail_nomem(err);
    for (size_t i = 0; i < n; i++)
        fill(m, i, p, &m->components[i]);
    for (size_t i = 0; i < m->view.findings.list.n; i++)
        m->components[m->root].facts.errors +=
            severity_of(p, &m->view.findings.list.v[i]) == PL_SEVERITY_ERROR;
    const struct pl_gated_chain c = {
        .v = m->components, .n = n, .root = m->root, .knows_all = knows_all(m), .required = m->view.required};
    pl_status st = describe(m, r, err);
    return st == PL_OK ? pl_gate_apply_chain(r, &c, p, now_s, err) : st;
}

/* It was not read to its end: it keeps its own code, and that is never 0. */
static pl_status keep_errors(const struct pl_chain_view *v, struct pl_report *r, struct pl_err *err)
{
    r->subject_name = pl_arena_str(&r->arena, pl_bytes_of_str(v->subject));
    r->exit = v->exit == PL_EXIT_PASS ? PL_EXIT_INPUT : v->exit;
    for (size_t i = 0; i < v->errors.n; i++) {
        struct pl_err *slot = PL_VEC_ADD(&r->errors);
        if (slot == NULL)
            return pl_fail_nomem(err);
        *slot = (struct pl_err){.status = PL_OK};
        (void)pl_fail(slot, PL_E_INPUT, PL_NO_OFFSET, "%.200s", v->errors.v[i]);
    }
    return r->subject_name == NULL ? pl_arena_fail(&r->arena, err) : PL_OK;
}

static pl_status judge_text(struct made *m, pl_bytes text, const struct pl_ruleset *p, int64_t now_s,
                            struct pl_report *r, struct pl_err *err)
{
    pl_status st = pl_chain_view_read(text, &m->view, err);
    if (st != PL_OK || m->view.errors.n > 0)
        return st != PL_OK ? st : keep_errors(&m->view, r, err);
    st = find_all(m, err);
    if (st == PL_OK)
        st = accept_some(m, p, now_s, r, err);
    lift(m);
    if (st == PL_OK)
        st = find_levels(m, err);
    return st == PL_OK ? judge(m, p, now_s, r, err) : st;
}

pl_status pl_gate_chain_report(pl_bytes text, const struct pl_ruleset *policy, int64_t now_s,
                               struct pl_report **out, struct pl_err *err)
{
    struct made m = {0};
    struct pl_limits limits = pl_limits_default();
    struct pl_report *r = pl_report_new(&limits);
    if (r == NULL)
        return pl_fail_nomem(err);
    pl_map_init(&m.by_key);
    pl_status st = judge_text(&m, text, policy, now_s, r, err);
    reset(&m);
    if (st == PL_OK)
        *out = r;
    else
        pl_report_free(r);
    return st;
}
