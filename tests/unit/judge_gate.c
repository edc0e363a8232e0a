/*
 * judge_gate.c - tests of judge/gate.h: what a policy decides, what it lists, and what it can be undone.
 */
#include "judge/gate.h"
#include "report_test.h"

static const int64_t now_s = 1795694400; /* 26 November 2026 */
static struct pl_err err;
static struct pl_report *r;
static struct pl_file *script; /* 1,000 active bytes, the last 100 of which contradict the source */
static struct pl_file *manual; /* 1,000 passive bytes, of which 20 are unaccounted */

static int set_up(void **state)
{
    r = report_test_empty();
    script = report_test_file(r, "data.tar!/usr/bin/x", PL_ROLE_ACTIVE, 1000, 900, PL_CLASS_UNACCOUNTED);
    report_test_residue(script, 900, 100, 2);
    manual =
        report_test_file(r, "data.tar!/usr/share/man/x.1", PL_ROLE_PASSIVE, 1000, 980, PL_CLASS_UNACCOUNTED);
    report_test_residue(manual, 980, 20, 0);
    report_test_judge(r);
    return 0;
}

static int tear_down(void **state)
{
    pl_report_free(r);
    return 0;
}

static struct pl_ruleset *policy(const char *text)
{
    struct pl_ruleset *p = NULL;
    if (pl_ruleset_read(pl_bytes_of_str(text), "test", now_s, &p, &err) != PL_OK)
        print_error("%s\n", err.text);
    assert_non_null(p);
    return p;
}

static void apply(const char *text)
{
    struct pl_ruleset *p = policy(text);
    assert_int_equal(pl_gate_apply(r, p, now_s, &err), PL_OK);
    pl_ruleset_free(p);
}

static const struct pl_rule_result *rule(const char *name)
{
    for (size_t i = 0; i < r->policy.rules.n; i++)
        if (strcmp(r->policy.rules.v[i].rule, name) == 0)
            return &r->policy.rules.v[i];
    fail_msg("no rule %s", name);
    return NULL;
}

/* A waiver for the finding in the script; `field` replaces one of its lines. */
static const char *waiver(const char *tag, unsigned digest, const char *range)
{
    static char text[400];
    (void)snprintf(
        text, sizeof text,
        "version: 1\nwaivers:\n  - {id: W-1, tag: %s, sha256: %02x%0*d, range: '%s', reason: r, owner: o, "
        "expires: 2027-02-01}\n",
        tag, digest, 62, 0, range);
    return text;
}

static void without_requirements_a_contradiction_still_fails(void **state)
{
    apply("version: 1\n");
    assert_int_equal(r->exit, PL_EXIT_FAIL);
    assert_int_equal(rule("links")->verdict, PL_RULE_FAIL);
    assert_int_equal(rule("findings")->verdict, PL_RULE_FAIL);
}

static void a_share_is_of_the_bytes_of_its_role(void **state)
{
    apply("version: 1\nrequire: {unaccounted: 10%, unaccounted_passive: 2%}\n");
    assert_int_equal(rule("require.unaccounted")->verdict, PL_RULE_PASS);
    assert_int_equal(rule("require.unaccounted_passive")->verdict, PL_RULE_PASS);
    apply("version: 1\nrequire: {unaccounted: 9.9999%, unaccounted_passive: 1.9999%}\n");
    assert_int_equal(rule("require.unaccounted")->verdict, PL_RULE_FAIL);
    assert_int_equal(rule("require.unaccounted_passive")->verdict, PL_RULE_FAIL);
    apply("version: 1\nrequire: {unaccounted: 100, unaccounted_passive: 20}\n");
    assert_int_equal(rule("require.unaccounted")->verdict, PL_RULE_PASS);
    apply("version: 1\nrequire: {unaccounted: 99, unaccounted_passive: 19}\n");
    assert_int_equal(rule("require.unaccounted")->verdict, PL_RULE_FAIL);
    assert_int_equal(rule("require.unaccounted_passive")->verdict, PL_RULE_FAIL);
}

static void weak_evidence_counts_with_what_is_unaccounted(void **state)
{
    script->kind = "elf-x86_64";
    apply("version: 1\nrequire: {grade: {code: B}}\n");
    assert_int_equal(rule("require.grade.code")->verdict, PL_RULE_PASS);
    apply("version: 1\nrequire: {grade: {code: A}}\n");
    assert_int_equal(rule("require.grade.code")->verdict, PL_RULE_FAIL);
    apply("version: 1\nrequire: {grade: {code: A, text: A}, unaccounted: 1000}\n");
    assert_int_equal(rule("require.grade.code")->verdict, PL_RULE_PASS);
    assert_int_equal(rule("require.grade.text")->verdict, PL_RULE_PASS);
    apply("version: 1\nrequire: {grade: {code: A}, unaccounted: 999}\n");
    assert_int_equal(rule("require.grade.code")->verdict, PL_RULE_FAIL);
}

static void a_waiver_waives_its_bytes_and_caps_the_level(void **state)
{
    memset(script->sha256.b, 0, sizeof script->sha256.b);
    script->sha256.b[0] = 7;
    apply(waiver("text.unaccounted", 7, "bin/x@900+100"));
    assert_int_equal(r->bytes[PL_CLASS_WAIVED], 100);
    assert_int_equal(r->active_unaccounted, 0);
    assert_int_equal(r->level, 2);
    assert_int_equal(r->exit, PL_EXIT_PASS);
    assert_int_equal(rule("findings")->verdict, PL_RULE_WAIVED);
    assert_string_equal(r->policy.next_expiry, "2027-02-01");
    assert_int_equal(r->placed.v[0].finding->severity, PL_SEVERITY_NOTE);
    assert_int_equal(script->ledger.settled.n, 2);
    /* And back. */
    apply("version: 1\n");
    assert_int_equal(r->bytes[PL_CLASS_WAIVED], 0);
    assert_int_equal(r->active_unaccounted, 100);
    assert_int_equal(r->exit, PL_EXIT_FAIL);
    assert_int_equal(r->level, 1);
    assert_null(r->policy.next_expiry);
    assert_int_equal(r->placed.v[0].finding->severity, PL_SEVERITY_ERROR);
}

static void a_waiver_that_does_not_fit_exactly_does_not_hold(void **state)
{
    memset(script->sha256.b, 0, sizeof script->sha256.b);
    script->sha256.b[0] = 7;
    static const struct {
        const char *tag;
        unsigned digest;
        const char *range, *state;
    } bad[] = {
        {"text.unaccounted", 8, "bin/x@900+100", "other bytes"},
        {"text.unaccounted", 7, "bin/x@901+99", "no such finding"},
        {"text.unaccounted", 7, "bin/x@0+999", "no such finding"},
        {"text.unaccounted", 7, "in/x@900+100", "no such finding"},
        {"file.unaccounted", 7, "bin/x@900+100", "no such finding"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        apply(waiver(bad[i].tag, bad[i].digest, bad[i].range));
        assert_int_equal(r->exit, PL_EXIT_FAIL);
        assert_string_equal(r->policy.waivers.v[0].state, bad[i].state);
        assert_int_equal(r->bytes[PL_CLASS_WAIVED], 0);
    }
}

static void a_waiver_for_a_path_that_two_files_have_does_not_hold(void **state)
{
    memset(script->sha256.b, 0, sizeof script->sha256.b);
    script->sha256.b[0] = 7;
    manual->path = script->path;
    apply(waiver("text.unaccounted", 7, "bin/x@900+100"));
    assert_int_equal(r->exit, PL_EXIT_FAIL);
    assert_string_equal(r->policy.waivers.v[0].state, "other bytes");
}

static void a_publication_that_is_broken_cannot_be_waived(void **state)
{
    memset(script->sha256.b, 0, sizeof script->sha256.b);
    script->sha256.b[0] = 7;
    r->links[PL_LINK_PUBLISHED].verdict = PL_VERDICT_BROKEN;
    apply(waiver("text.unaccounted", 7, "bin/x@900+100"));
    assert_int_equal(rule("links")->verdict, PL_RULE_FAIL);
    assert_int_equal(r->exit, PL_EXIT_FAIL);
    assert_int_equal(r->violation, 2);
}

static void a_severity_that_is_raised_fails_and_breaks_no_link(void **state)
{
    apply("version: 1\nseverity: {text.unaccounted: note}\n");
    assert_int_equal(r->exit, PL_EXIT_PASS);
    assert_int_equal(r->links[PL_LINK_SOURCED].verdict, PL_VERDICT_UNPROVEN);
    script->role = PL_ROLE_PASSIVE; /* now nothing contradicts, and the finding stays */
    r->placed.v[0].finding->judged = PL_SEVERITY_NOTE;
    r->placed.v[1].finding->judged = PL_SEVERITY_NOTE;
    apply("version: 1\nseverity: {text.unaccounted: error}\n");
    assert_int_equal(rule("findings")->verdict, PL_RULE_FAIL);
    assert_int_equal(rule("links")->verdict, PL_RULE_PASS);
}

static void a_subject_that_could_not_be_examined_keeps_its_code_under_every_policy(void **state)
{
    struct pl_err *e = PL_VEC_ADD(&r->errors);
    *e = (struct pl_err){.status = PL_E_NETWORK};
    apply("version: 1\n");
    assert_int_equal(r->exit, PL_EXIT_NETWORK);
    apply("version: 1\nexpires: 2026-01-01\n");
    assert_int_equal(r->exit, PL_EXIT_TRUST);
}

static void every_rule_has_the_line_it_stands_on(void **state)
{
    apply("version: 1\nextends: [builtin:strict]\nrequire:\n  level: 1\n");
    assert_string_equal(rule("require.level")->policy, "test");
    assert_int_equal(rule("require.level")->line, 4);
    assert_string_equal(rule("require.opaque")->policy, "builtin:strict");
    assert_int_equal(r->policy.rules.n, 9);
}

static void the_default_judges_as_a_check_does(void **state)
{
    apply("version: 1\nseverity: {text.unaccounted: note}\n");
    assert_int_equal(pl_gate_apply(r, NULL, now_s, &err), PL_OK);
    assert_int_equal(r->exit, PL_EXIT_FAIL);
    assert_null(r->policy.name);
    assert_int_equal(r->policy.rules.n, 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(without_requirements_a_contradiction_still_fails),
        TEST(a_share_is_of_the_bytes_of_its_role),
        TEST(weak_evidence_counts_with_what_is_unaccounted),
        TEST(a_waiver_waives_its_bytes_and_caps_the_level),
        TEST(a_waiver_that_does_not_fit_exactly_does_not_hold),
        TEST(a_waiver_for_a_path_that_two_files_have_does_not_hold),
        TEST(a_publication_that_is_broken_cannot_be_waived),
        TEST(a_severity_that_is_raised_fails_and_breaks_no_link),
        TEST(a_subject_that_could_not_be_examined_keeps_its_code_under_every_policy),
        TEST(every_rule_has_the_line_it_stands_on),
        TEST(the_default_judges_as_a_check_does),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
