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
    struct outcome o = begin();
    for (int i = 0; i < PL_LINK_COUNT; i++)
        if (in->g->r->links[i].verdict == PL_VERDICT_BROKEN) {
            pl_buf_printf(&o.why, "%s%s", o.why.n > 0 ? ", " : "broken: ", pl_link_name((enum pl_link)i));
            o.verdict = PL_RULE_FAIL;
        }
    if (o.verdict == PL_RULE_PASS)
        pl_buf_add_str(&o.why, "no link is broken");
    return add_result(in, "", at, &o);
}

static pl_status judge_findings(const struct group *in, const struct pl_rule_place *at)
{
    const struct pl_report *r = in->g->r;
    struct outcome o = begin();
    size_t errors = 0;
    size_t waived = 0;
    for (size_t i = 0; i < r->placed.n; i++) {
        const struct pl_finding *f = r->placed.v[i].finding;
        errors += f->severity == PL_SEVERITY_ERROR;
        waived += f->waiver != NULL;
    }
    o.verdict = errors > 0 ? PL_RULE_FAIL : waived > 0 ? PL_RULE_WAIVED : PL_RULE_PASS;
    pl_buf_printf(&o.why, "%zu finding%s of severity error", errors, errors == 1 ? "" : "s");
    if (waived > 0)
        pl_buf_printf(&o.why, ", %zu more waived", waived);
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

/* Bytes that weigh: those of one role, or all. */
struct weight {
    uint64_t all;
    uint64_t bad;
    uint64_t waived; /* that would be bad without a waiver */
};

static void weigh(const struct pl_report *r, enum pl_class class, bool takes_active, bool takes_passive,
                  struct weight *out)
{
    const char *was = class == PL_CLASS_OPAQUE ? "waiver.opaque" : "waiver.unaccounted";
    *out = (struct weight){0};
    for (size_t i = 0; i < r->files.n; i++) {
        const struct pl_file *f = r->files.v[i];
        if (f->role == PL_ROLE_PASSIVE ? !takes_passive : !takes_active)
            continue;
        for (size_t k = 0; k < f->ledger.settled.n; k++) {
            const struct pl_claim *c = &f->ledger.settled.v[k];
            if (c->class == PL_CLASS_MEMBERS)
                continue;
            out->all += c->length;
            if (c->class == class)
                out->bad += c->length;
            else if (c->class == PL_CLASS_WAIVED && strcmp(c->rule, was) == 0)
                out->waived += c->length;
        }
    }
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

static pl_status judge_bound(const struct group *in, const char *key, const struct pl_bound *b,
                             enum pl_class class, bool takes_active, bool takes_passive, const char *what)
{
    struct outcome o = begin();
    struct weight w;
    weigh(in->g->r, class, takes_active, takes_passive, &w);
    if (!is_within(b, w.bad, w.all))
        o.verdict = PL_RULE_FAIL;
    else if (!is_within(b, w.bad + w.waived, w.all))
        o.verdict = PL_RULE_WAIVED;
    if (class == PL_CLASS_OPAQUE)
        o.exit = PL_EXIT_INCONCLUSIVE;
    pl_add_thousands(&o.why, w.bad);
    pl_buf_add_str(&o.why, " of ");
    pl_add_thousands(&o.why, w.all);
    pl_buf_printf(&o.why, " %s, at most ", what);
    add_bound(&o.why, b);
    if (w.waived > 0) {
        pl_buf_add_str(&o.why, "; ");
        pl_add_thousands(&o.why, w.waived);
        pl_buf_add_str(&o.why, " waived");
    }
    return add_result(in, key, &b->at, &o);
}

/* Would the level be reached, were it not for bytes that nobody could examine? */
static bool only_opaque_is_between(const struct pl_report *r, unsigned wanted)
{
    struct pl_link_result links[PL_LINK_COUNT];
    unsigned violation;
    uint32_t bound = pl_policy_default().passive_unaccounted_ppm;
    if (r->links[PL_LINK_SOURCED].verdict != PL_VERDICT_UNPROVEN || r->active_unaccounted > 0 ||
        r->active_opaque + r->passive_opaque == 0 || pl_ppm(r->passive_unaccounted, r->passive_bytes) > bound)
        return false;
    memcpy(links, r->links, sizeof links);
    links[PL_LINK_SOURCED].verdict = PL_VERDICT_HOLDS;
    return pl_judge_level(links, &violation) >= wanted;
}

static pl_status judge_least_level(const struct group *in, const struct pl_least_level *q)
{
    const struct pl_report *r = in->g->r;
    struct outcome o = begin();
    pl_buf_printf(&o.why, "level %u, at least %u", r->level, q->level);
    if (r->level >= q->level)
        return add_result(in, "level", &q->at, &o);
    if (in->g->uncapped_level >= q->level) {
        o.verdict = PL_RULE_WAIVED;
        pl_buf_printf(&o.why, "; %u but for what is waived", in->g->uncapped_level);
    } else {
        o.verdict = PL_RULE_FAIL;
        if (only_opaque_is_between(r, q->level)) {
            o.exit = PL_EXIT_INCONCLUSIVE;
            pl_buf_add_str(&o.why, "; only bytes that could not be examined are between");
        }
    }
    return add_result(in, "level", &q->at, &o);
}

/* An unexamined dependency counts as 0, and dependencies that nobody looked at are unexamined. */
static pl_status judge_chain_level(const struct group *in, const struct pl_least_level *q)
{
    const struct pl_report *r = in->g->r;
    struct outcome o = begin();
    if (r->has_chain_level) {
        pl_buf_printf(&o.why, "chain level %u, at least %u", r->chain_level, q->level);
        o.verdict = r->chain_level >= q->level ? PL_RULE_PASS : PL_RULE_FAIL;
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
    const struct pl_report *r = in->g->r;
    struct outcome o = begin();
    uint64_t weak = 0;
    uint64_t counted = 0;
    for (size_t i = 0; i < r->files.n; i++) {
        const struct pl_file *f = r->files.v[i];
        if (f->role == PL_ROLE_PASSIVE)
            continue;
        for (size_t k = 0; k < f->ledger.settled.n; k++) {
            const struct pl_claim *c = &f->ledger.settled.v[k];
            if (c->class == PL_CLASS_UNACCOUNTED && unaccounted->at.line != 0)
                counted += c->length;
            else if (c->class == PL_CLASS_DERIVED && c->grade > q->grade && pl_is_code(f) == is_code)
                weak += c->length;
        }
    }
    struct pl_bound none = {.bytes = 0};
    const struct pl_bound *b = unaccounted->at.line != 0 ? unaccounted : &none;
    if (weak > 0 && !is_within(b, weak + counted, r->active_bytes))
        o.verdict = PL_RULE_FAIL;
    pl_add_thousands(&o.why, weak);
    pl_buf_printf(&o.why, " active bytes of %s are explained more weakly than grade %s",
                  is_code ? "code" : "text", pl_grade_name(q->grade));
    return add_result(in, key, &q->at, &o);
}

static pl_status judge_source(const struct group *in, const struct pl_least_source *q)
{
    const struct pl_report *r = in->g->r;
    struct outcome o = begin();
    size_t weaker = 0;
    for (size_t i = 0; i < r->sources.n; i++)
        weaker += r->sources.v[i].how > q->how;
    if (r->sources.n == 0 || weaker > 0)
        o.verdict = PL_RULE_FAIL;
    if (r->sources.n == 0)
        pl_buf_printf(&o.why, "there is no source, at least %s", pl_how_name(q->how));
    else
        pl_buf_printf(&o.why, "%zu of %zu source%s less than %s", weaker, r->sources.n,
                      r->sources.n == 1 ? " is" : "s are", pl_how_name(q->how));
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
    RULE(level, "level", judge_least_level(&in, &q->level));
    RULE(chain_level, "chain_level", judge_chain_level(&in, &q->chain_level));
    RULE(unaccounted, "unaccounted",
         judge_bound(&in, "unaccounted", &q->unaccounted, PL_CLASS_UNACCOUNTED, true, false,
                     "active bytes are unaccounted"));
    RULE(unaccounted_passive, "unaccounted_passive",
         judge_bound(&in, "unaccounted_passive", &q->unaccounted_passive, PL_CLASS_UNACCOUNTED, false, true,
                     "passive bytes are unaccounted"));
    RULE(opaque, "opaque",
         judge_bound(&in, "opaque", &q->opaque, PL_CLASS_OPAQUE, true, true, "bytes could not be examined"));
    RULE(grade_code, "grade.code", judge_grade(&in, "grade.code", &q->grade_code, true, bound));
    RULE(grade_text, "grade.text", judge_grade(&in, "grade.text", &q->grade_text, false, bound));
    RULE(source, "source", judge_source(&in, &q->source));
#undef RULE
    return st;
}
