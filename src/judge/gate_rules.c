/*
 * gate_rules.c - each requirement of a policy against the numbers of a report.
 */
#include "judge/gate_rules.h"

#include "base/buf.h"
#include "base/date.h"
#include "base/quote.h"
#include "base/size.h"
#include "judge/judge.h"

#include <string.h>

/* What one rule came to, before effective_on has a word. */
struct outcome {
    enum pl_rule_verdict verdict;
    enum pl_exit exit; /* when it fails */
    struct pl_buf why;
};

static struct outcome begin(void)
{
    struct outcome o = {.verdict = PL_RULE_PASS, .exit = PL_EXIT_FAIL};
    pl_buf_init(&o.why, 4096);
    return o;
}

/* Who evaluates: the words that all its rules share. */
struct group {
    struct pl_gate *g;
    const char *name;
    const char *reason;
    bool only_warns;
    struct pl_err *err;
};

static pl_status add_result(const struct group *in, const char *key, const struct pl_rule_place *at,
                            struct outcome *o)
{
    struct pl_report *r = in->g->r;
    struct pl_rule_result *slot = PL_VEC_ADD(&r->policy.rules);
    if (slot == NULL) {
        pl_buf_reset(&o->why);
        return pl_fail_nomem(in->err);
    }
    if (o->verdict == PL_RULE_FAIL && in->only_warns)
        o->verdict = PL_RULE_WARN;
    *slot = (struct pl_rule_result){
        .component = in->g->component,
        .rule = key[0] == '\0' ? in->name : pl_arena_printf(&r->arena, "%s.%s", in->name, key),
        .policy = pl_arena_str(&r->arena, pl_bytes_of_str(at->policy)),
        .line = at->line,
        .verdict = o->verdict,
        .exit = o->verdict == PL_RULE_FAIL ? o->exit : PL_EXIT_PASS,
        .why = pl_arena_str(&r->arena, pl_buf_bytes(&o->why)),
        .reason = in->reason == NULL ? NULL : pl_arena_str(&r->arena, pl_bytes_of_str(in->reason)),
    };
    pl_status st = pl_buf_done(&o->why, in->err);
    pl_buf_reset(&o->why);
    if (st == PL_OK && r->arena.why != PL_OK)
        st = pl_arena_fail(&r->arena, in->err);
    return st;
}

static pl_status judge_links(const struct group *in, const struct pl_rule_place *at)
{
    const struct pl_gate_facts *f = &in->g->facts;
    struct outcome o = begin();
    for (int i = 0; i < PL_LINK_COUNT; i++)
        if (f->links[i].verdict == PL_VERDICT_BROKEN) {
            pl_buf_printf(&o.why, "%s%s", o.why.n > 0 ? ", " : "broken: ", pl_link_name((enum pl_link)i));
            o.verdict = PL_RULE_FAIL;
        }
    if (o.verdict == PL_RULE_PASS)
        pl_buf_add_str(&o.why, "no link is broken");
    else if (f->exit == PL_EXIT_TRUST)
        o.exit = PL_EXIT_TRUST;
    return add_result(in, "", at, &o);
}

static pl_status judge_findings(const struct group *in, const struct pl_rule_place *at)
{
    const struct pl_gate_facts *f = &in->g->facts;
    struct outcome o = begin();
    o.verdict = f->errors > 0            ? PL_RULE_FAIL
                : f->unlisted > 0        ? PL_RULE_FAIL
                : f->waived_findings > 0 ? PL_RULE_WAIVED
                                         : PL_RULE_PASS;
    pl_buf_printf(&o.why, "%llu finding%s of severity error", (unsigned long long)f->errors,
                  f->errors == 1 ? "" : "s");
    if (f->waived_findings > 0)
        pl_buf_printf(&o.why, ", %llu more waived", (unsigned long long)f->waived_findings);
    if (f->unlisted > 0) {
        pl_buf_printf(&o.why, ", and %llu that are not listed, which the policy may call errors",
                      (unsigned long long)f->unlisted);
        o.exit = f->errors > 0 ? PL_EXIT_FAIL : PL_EXIT_INCONCLUSIVE;
    }
    return add_result(in, "", at, &o);
}

pl_status pl_gate_implicit(struct pl_gate *g, const struct pl_ruleset *p, struct pl_err *err)
{
    struct group in = {.g = g, .name = "links", .err = err};
    pl_status st = judge_links(&in, &p->begin);
    in.name = "findings";
    return st == PL_OK ? judge_findings(&in, &p->begin) : st;
}

pl_status pl_gate_expiry(struct pl_gate *g, const struct pl_ruleset *p, struct pl_err *err)
{
    struct group in = {.g = g, .name = "expires", .err = err};
    char day[PL_DATE_BYTES];
    if (!p->has_expiry)
        return PL_OK;
    struct outcome o = begin();
    pl_date_write(p->expires_s, day);
    if (g->now_s >= p->expires_s) {
        o.verdict = PL_RULE_FAIL;
        o.exit = PL_EXIT_TRUST;
        pl_buf_printf(&o.why, "the policy expired on %s", day);
    } else {
        pl_buf_printf(&o.why, "the policy holds until %s", day);
    }
    return add_result(&in, "", &p->expires_at, &o);
}

/* A share is met when the bytes are at most that part of all, rounded in favour of nobody. */
static bool is_within(const struct pl_bound *b, uint64_t bad, uint64_t all)
{
    if (!b->is_share)
        return bad <= b->bytes;
    return (__uint128_t)bad * 1000000u <= (__uint128_t)all * b->ppm;
}

static void add_bound(struct pl_buf *out, const struct pl_bound *b)
{
    if (b->is_share) {
        pl_buf_printf(out, "%u", b->ppm / 10000);
        if (b->ppm % 10000 != 0)
            pl_buf_printf(out, ".%04u", b->ppm % 10000);
        pl_buf_add_byte(out, '%');
        return;
    }
    pl_add_thousands(out, b->bytes);
}

/* What the bytes are is not known. */
static pl_status say_unknown(const struct group *in, const char *key, const struct pl_rule_place *at)
{
    const char *why_not = in->g->facts.why_not;
    struct outcome o = begin();
    o.verdict = PL_RULE_FAIL;
    o.exit = PL_EXIT_INCONCLUSIVE;
    pl_buf_printf(&o.why, "not examined: %s",
                  why_not != NULL ? why_not : "the chain does not say what its bytes are");
    return add_result(in, key, at, &o);
}

static pl_status judge_bound(const struct group *in, const char *key, const struct pl_bound *b,
                             const struct pl_weight *w, bool is_opaque, const char *what)
{
    struct outcome o = begin();
    if (!in->g->facts.has_bytes)
        return say_unknown(in, key, &b->at);
    if (!is_within(b, w->bad, w->all))
        o.verdict = PL_RULE_FAIL;
    else if (!is_within(b, w->bad + w->waived, w->all))
        o.verdict = PL_RULE_WAIVED;
    if (is_opaque)
        o.exit = PL_EXIT_INCONCLUSIVE;
    pl_add_thousands(&o.why, w->bad);
    pl_buf_add_str(&o.why, " of ");
    pl_add_thousands(&o.why, w->all);
    pl_buf_printf(&o.why, " %s, at most ", what);
    add_bound(&o.why, b);
    if (w->waived > 0) {
        pl_buf_add_str(&o.why, "; ");
        pl_add_thousands(&o.why, w->waived);
        pl_buf_add_str(&o.why, " waived");
    }
    return add_result(in, key, &b->at, &o);
}

/* Would the level be reached, were it not for bytes that nobody could examine? */
static bool only_opaque_is_between(const struct pl_gate_facts *f, unsigned wanted)
{
    struct pl_link_result links[PL_LINK_COUNT];
    unsigned violation;
    uint32_t bound = pl_policy_default().passive_unaccounted_ppm;
    if (f->links[PL_LINK_SOURCED].verdict != PL_VERDICT_UNPROVEN || f->active.bad > 0 || f->opaque.bad == 0 ||
        pl_ppm(f->passive.bad, f->passive.all) > bound)
        return false;
    memcpy(links, f->links, sizeof links);
    links[PL_LINK_SOURCED].verdict = PL_VERDICT_HOLDS;
    return pl_judge_level(links, &violation) >= wanted;
}

static pl_status judge_least_level(const struct group *in, const char *key, const struct pl_least_level *q)
{
    const struct pl_gate_facts *f = &in->g->facts;
    struct outcome o = begin();
    if (f->why_not != NULL && q->level > 0)
        return say_unknown(in, key, &q->at);
    pl_buf_printf(&o.why, "level %u, at least %u", f->level, q->level);
    if (f->level >= q->level)
        return add_result(in, key, &q->at, &o);
    if (f->uncapped_level >= q->level) {
        o.verdict = PL_RULE_WAIVED;
        pl_buf_printf(&o.why, "; %u but for what is waived", f->uncapped_level);
    } else {
        o.verdict = PL_RULE_FAIL;
        if (only_opaque_is_between(f, q->level)) {
            o.exit = PL_EXIT_INCONCLUSIVE;
            pl_buf_add_str(&o.why, "; only bytes that could not be examined are between");
        }
    }
    return add_result(in, key, &q->at, &o);
}

/* An unexamined dependency counts as 0, and dependencies that nobody looked at are unexamined. */
static pl_status judge_chain_level(const struct group *in, const struct pl_least_level *q)
{
    const struct pl_gate_facts *f = &in->g->facts;
    struct outcome o = begin();
    if (f->has_chain_level) {
        pl_buf_printf(&o.why, "chain level %u, at least %u", f->chain_level, q->level);
        o.verdict = f->chain_level >= q->level ? PL_RULE_PASS : PL_RULE_FAIL;
    } else {
        pl_buf_printf(&o.why, "nobody examined the dependencies, at least %u", q->level);
        o.verdict = q->level == 0 ? PL_RULE_PASS : PL_RULE_FAIL;
        o.exit = PL_EXIT_INCONCLUSIVE;
    }
    return add_result(in, "chain_level", &q->at, &o);
}

/* Bytes of active files that are explained, but more weakly than is asked for, count with what is unaccounted. */
static pl_status judge_grade(const struct group *in, const char *key, const struct pl_least_grade *q,
                             bool is_code, const struct pl_bound *unaccounted)
{
    const struct pl_gate_facts *f = &in->g->facts;
    const uint64_t *grades = is_code ? f->measure.code : f->measure.text;
    struct outcome o = begin();
    struct pl_bound none = {.bytes = 0};
    bool is_bounded = unaccounted->at.line != 0;
    uint64_t counted = is_bounded ? f->active.bad : 0;
    uint64_t weak = 0;
    if (!f->has_bytes)
        return say_unknown(in, key, &q->at);
    for (int g = (int)q->grade + 1; g < PL_GRADE_COUNT; g++)
        weak += grades[g];
    if (weak > 0 && !is_within(is_bounded ? unaccounted : &none, weak + counted, f->active.all))
        o.verdict = PL_RULE_FAIL;
    pl_add_thousands(&o.why, weak);
    pl_buf_printf(&o.why, " active bytes of %s are explained more weakly than grade %s",
                  is_code ? "code" : "text", pl_grade_name(q->grade));
    return add_result(in, key, &q->at, &o);
}

static pl_status judge_source(const struct group *in, const struct pl_least_source *q)
{
    const struct pl_gate_facts *f = &in->g->facts;
    struct outcome o = begin();
    uint64_t weaker = 0;
    if (f->why_not != NULL)
        return say_unknown(in, "source", &q->at);
    for (int how = (int)q->how + 1; how <= PL_HOW_CLAIMED; how++)
        weaker += f->sources_by_how[how];
    if (f->sources == 0 || weaker > 0)
        o.verdict = PL_RULE_FAIL;
    if (f->sources == 0)
        pl_buf_printf(&o.why, "there is no source, at least %s", pl_how_name(q->how));
    else
        pl_buf_printf(&o.why, "%llu of %llu source%s less than %s", (unsigned long long)weaker,
                      (unsigned long long)f->sources, f->sources == 1 ? " is" : "s are", pl_how_name(q->how));
    return add_result(in, "source", &q->at, &o);
}

/* Another rule says it for this component. */
static pl_status say_taken(const struct group *in, const char *key, const struct pl_rule_place *at,
                           const struct pl_rule_place *by)
{
    struct outcome o = begin();
    pl_buf_printf(&o.why, "line %u of %s says it for this component", by->line, by->policy);
    return add_result(in, key, at, &o);
}

void pl_requirements_add(struct pl_requirements *to, const struct pl_requirements *more)
{
#define ADD(field)                                                                                           \
    if (more->field.at.line != 0)                                                                            \
    to->field = more->field
    ADD(level);
    ADD(chain_level);
    ADD(unaccounted);
    ADD(unaccounted_passive);
    ADD(opaque);
    ADD(grade_code);
    ADD(grade_text);
    ADD(source);
#undef ADD
}

pl_status pl_gate_require(struct pl_gate *g, const struct pl_requirements *q, const char *group,
                          const char *reason, bool only_warns, const struct pl_requirements *taken,
                          struct pl_err *err)
{
    static const struct pl_requirements none;
    const struct group in = {.g = g, .name = group, .reason = reason, .only_warns = only_warns, .err = err};
    const struct pl_requirements *t = taken == NULL ? &none : taken;
    const struct pl_bound *bound = t->unaccounted.at.line != 0 ? &t->unaccounted : &q->unaccounted;
    pl_status st = PL_OK;
    /* One line for each requirement: is it set, is it taken, how it is judged. */
#define RULE(field, key, judge)                                                                              \
    if (st == PL_OK && q->field.at.line != 0)                                                                \
    st = t->field.at.line != 0 ? say_taken(&in, key, &q->field.at, &t->field.at) : (judge)
    RULE(level, "level", judge_least_level(&in, "level", &q->level));
    RULE(chain_level, "chain_level", judge_chain_level(&in, &q->chain_level));
    RULE(unaccounted, "unaccounted",
         judge_bound(&in, "unaccounted", &q->unaccounted, &g->facts.active, false,
                     "active bytes are unaccounted"));
    RULE(unaccounted_passive, "unaccounted_passive",
         judge_bound(&in, "unaccounted_passive", &q->unaccounted_passive, &g->facts.passive, false,
                     "passive bytes are unaccounted"));
    RULE(opaque, "opaque",
         judge_bound(&in, "opaque", &q->opaque, &g->facts.opaque, true, "bytes could not be examined"));
    RULE(grade_code, "grade.code", judge_grade(&in, "grade.code", &q->grade_code, true, bound));
    RULE(grade_text, "grade.text", judge_grade(&in, "grade.text", &q->grade_text, false, bound));
    RULE(source, "source", judge_source(&in, &q->source));
#undef RULE
    return st;
}

pl_status pl_gate_own_level(struct pl_gate *g, const struct pl_least_level *q,
                            const struct pl_rule_place *taken, struct pl_err *err)
{
    const struct group in = {.g = g, .name = "require", .err = err};
    return taken != NULL ? say_taken(&in, "chain_level", &q->at, taken)
                         : judge_least_level(&in, "chain_level", q);
}

pl_status pl_gate_chain(struct pl_gate *g, const struct pl_chain_sum *sum, const struct pl_least_level *q,
                        const struct pl_rule_place *taken, struct pl_err *err)
{
    const struct group in = {.g = g, .name = "require", .err = err};
    if (taken != NULL)
        return say_taken(&in, "chain_level", &q->at, taken);
    struct outcome o = begin();
    pl_buf_printf(&o.why, "chain level %u, at least %u: ", g->facts.chain_level, q->level);
    pl_add_thousands(&o.why, sum->below);
    pl_buf_add_str(&o.why, " below, of ");
    pl_add_thousands(&o.why, sum->components);
    pl_buf_printf(&o.why, " component%s", sum->components == 1 ? "" : "s");
    if (sum->below > 0 && sum->below_unexamined > 0) {
        pl_buf_add_str(&o.why, ", ");
        pl_add_thousands(&o.why, sum->below_unexamined);
        pl_buf_add_str(&o.why, " of those below not examined");
    }
    if (sum->lifted > 0) {
        pl_buf_add_str(&o.why, "; for ");
        pl_add_thousands(&o.why, sum->lifted);
        pl_buf_add_str(&o.why, " more a rule says another level");
    }
    if (!sum->knows_all && q->level > 0)
        pl_buf_add_str(&o.why, "; what it depends on is not known");
    o.verdict = sum->below > 0 || (!sum->knows_all && q->level > 0) ? PL_RULE_FAIL : PL_RULE_PASS;
    o.exit = sum->below > sum->below_unexamined ? PL_EXIT_FAIL : PL_EXIT_INCONCLUSIVE;
    return add_result(&in, "chain_level", &q->at, &o);
}
