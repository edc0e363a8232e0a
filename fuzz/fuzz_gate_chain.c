/*
 * fuzz_gate_chain.c - a stored chain of any bytes under a policy: it is refused, or judged and written, and a passing one names no rule that fails.
 */
#include "fuzz.h"

#include "base/buf.h"
#include "judge/ruleset.h"
#include "pipeline/gate_chain.h"
#include "plumbline/policy.h"

#include <stdlib.h>

static const char policy_text[] =
    "version: 1\n"
    "require: {level: 1, chain_level: 2, unaccounted: 1%, opaque: 0, source: verified, grade: {code: B}}\n"
    "severity: {archive.gap: error}\n"
    "rules:\n"
    "  - match: {purl: 'pkg:npm/*', scope: dev}\n"
    "    require: {level: 1, chain_level: 1, unaccounted_passive: 1%}\n"
    "waivers:\n"
    "  - {id: W-1, tag: archive.gap, sha256: "
    "0000000000000000000000000000000000000000000000000000000000000000,\n"
    "     reason: a test, owner: a tester, expires: 2027-12-01}\n";

static bool put(void *ctx, const void *bytes, size_t n)
{
    (void)ctx; /* what is put is said */
    fuzz_say_bytes(pl_bytes_of(bytes, n));
    for (size_t i = 0; i < n; i++)
        if (((const uint8_t *)bytes)[i] < 0x20 && ((const uint8_t *)bytes)[i] != '\n')
            abort();
    return true;
}

static void judge(pl_bytes text, const struct pl_ruleset *p)
{
    static const char *const formats[] = {"text", "markdown", "sarif", "junit", "github", "gitlab"};
    struct pl_report *r = NULL;
    if (pl_gate_chain_report(text, p, 1800000000, &r, NULL) != PL_OK)
        return;
    for (size_t i = 0; i < r->policy.rules.n; i++)
        if (r->policy.rules.v[i].verdict == PL_RULE_FAIL && r->exit == PL_EXIT_PASS)
            abort();
    for (size_t i = 0; i < sizeof formats / sizeof formats[0]; i++)
        if (pl_report_write(r, formats[i], NULL, put, NULL, NULL) != PL_OK)
            abort();
    pl_report_free(r);
}

static int look(const uint8_t *data, size_t size)
{
    struct pl_ruleset *p = NULL;
    if (pl_ruleset_read(pl_bytes_of(policy_text, sizeof policy_text - 1), "policy.yaml", 1800000000, &p,
                        NULL) != PL_OK)
        abort();
    judge(pl_bytes_of(data, size), p);
    judge(pl_bytes_of(data, size), NULL);
    pl_ruleset_free(p);
    return 0;
}

FUZZ_TWICE(look)
