/*
 * policy_verbs.c - is a policy right, and does it decide as its author expects?
 */
#include "attest/outcome.h"
#include "io/clock.h"
#include "judge/gate.h"
#include "plumbline/policy.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static pl_status describe(struct pl_outcome *o, const struct pl_ruleset *p, int64_t now_s, struct pl_err *err)
{
    char hex[PL_SHA256_HEX_BYTES];
    const struct pl_waiver *next = NULL;
    size_t expired = 0;
    for (size_t i = 0; i < p->waivers.n; i++) {
        const struct pl_waiver *w = &p->waivers.v[i];
        expired += now_s >= w->expires_s;
        if (now_s < w->expires_s && (next == NULL || w->expires_s < next->expires_s))
            next = w;
    }
    pl_hex(p->sha256.b, PL_SHA256_BYTES, hex);
    pl_status st = pl_outcome_fact(o, "sha256", err, "%s", hex);
    if (st == PL_OK)
        st = pl_outcome_fact(o, "rules", err, "%zu", p->rules.n);
    if (st == PL_OK)
        st = pl_outcome_fact(o, "severities", err, "%zu", p->severities.n);
    if (st == PL_OK)
        st = pl_outcome_fact(o, "waivers", err, "%zu, %zu of them expired", p->waivers.n, expired);
    if (st == PL_OK && next != NULL)
        st = pl_outcome_fact(o, "next-expiry", err, "%s on %s", next->id, next->expires);
    return st;
}

static pl_status check_expiry(struct pl_outcome *o, const struct pl_ruleset *p, int64_t now_s,
                              struct pl_err *why, struct pl_err *err)
{
    pl_status st = pl_outcome_enforce(o, "expires", err, "the policy holds at the time of judgement");
    if (st != PL_OK)
        return st;
    if (!p->has_expiry || now_s < p->expires_s)
        return pl_outcome_holds(o, "expires", err, "%s",
                                p->has_expiry ? "not yet expired" : "it does not expire");
    st = pl_fail(why, PL_E_TRUST, PL_NO_OFFSET, "the policy has expired");
    pl_err_hint(why, "its owner moves the key 'expires' when it has been looked at again");
    return pl_outcome_fails(o, "expires", why);
}

pl_status pl_policy_check(const char *path, int64_t at_s, struct pl_outcome **out, struct pl_err *err)
{
    struct pl_err why = {.status = PL_OK};
    struct pl_ruleset *p = NULL;
    int64_t now_s = at_s == 0 ? pl_clock_utc_s() : at_s;
    struct pl_outcome *o = pl_outcome_new("policy check", path);
    if (o == NULL)
        return pl_fail_nomem(err);
    pl_status st = pl_policy_open(path, now_s, &p, &why);
    if (st == PL_OK)
        st = describe(o, p, now_s, &why);
    if (st == PL_OK)
        st = check_expiry(o, p, now_s, &why, &why);
    pl_policy_free(p);
    return pl_outcome_end(o, st, &why, PL_EXIT_PASS, out, err);
}

/* "fail" or "1" */
static bool verdict_of(const char *text, enum pl_exit *out)
{
    for (int code = 0; code <= PL_EXIT_BUG; code++) {
        char digits[8];
        (void)snprintf(digits, sizeof digits, "%d", code);
        bool is_named = strcmp(pl_exit_name((enum pl_exit)code), text) == 0 &&
                        (code == PL_EXIT_BUG || strcmp(text, "bug") != 0);
        if (is_named || (strcmp(digits, text) == 0 && (code <= PL_EXIT_TRUST || code == PL_EXIT_BUG))) {
            *out = (enum pl_exit)code;
            return true;
        }
    }
    return false;
}

/* One case: *is_as_expected, or what is wrong with the case itself. */
static pl_status test_one(struct pl_outcome *o, const struct pl_ruleset *p, int64_t at_s, const char *text,
                          bool *is_as_expected, struct pl_err *err)
{
    const char *equals = strrchr(text, '=');
    struct pl_gate_result *g = NULL;
    enum pl_exit wanted;
    if (equals == NULL || equals == text || !verdict_of(equals + 1, &wanted))
        return pl_fail(err, PL_E_USAGE, PL_NO_OFFSET,
                       "a case is REPORT=VERDICT, such as good.json=pass, not '%.80s'", text);
    const char *path = pl_arena_str(&o->arena, pl_bytes_of(text, (size_t)(equals - text)));
    const char *name = pl_arena_printf(&o->arena, "case-%zu", o->steps.n + 1);
    if (path == NULL || name == NULL)
        return pl_arena_fail(&o->arena, err);
    struct pl_gate_options options = {.reports = &path, .n_reports = 1, .policy = p, .at_s = at_s};
    pl_status st = pl_outcome_enforce(o, name, err, "%s is %s", path, pl_exit_name(wanted));
    if (st == PL_OK)
        st = pl_gate(&options, &g, err);
    if (st != PL_OK)
        return st;
    enum pl_exit got = pl_gate_exit(g);
    pl_gate_free(g);
    *is_as_expected = got == wanted;
    if (got == wanted)
        return pl_outcome_holds(o, name, err, "%s", pl_exit_name(got));
    struct pl_err why = {.status = PL_OK};
    (void)pl_fail(&why, PL_OK, PL_NO_OFFSET, "it is %s",
                  pl_exit_name(got)); /* the case fails, not the call */
    (void)pl_outcome_fails(o, name, &why);
    return PL_OK;
}

pl_status pl_policy_test(const char *path, int64_t at_s, const char *const *cases, size_t n,
                         struct pl_outcome **out, struct pl_err *err)
{
    struct pl_err why = {.status = PL_OK};
    struct pl_ruleset *p = NULL;
    size_t failed = 0;
    struct pl_outcome *o = pl_outcome_new("policy test", path);
    if (o == NULL)
        return pl_fail_nomem(err);
    pl_status st = n > 0 ? pl_policy_open(path, at_s, &p, &why)
                         : pl_fail(&why, PL_E_INPUT, PL_NO_OFFSET, "no case: nothing was tested");
    for (size_t i = 0; i < n && st == PL_OK; i++) {
        bool is_as_expected = false;
        st = test_one(o, p, at_s, cases[i], &is_as_expected, &why);
        failed += !is_as_expected;
    }
    pl_policy_free(p);
    return pl_outcome_end(o, st, &why, failed > 0 ? PL_EXIT_FAIL : PL_EXIT_PASS, out, err);
}
