/*
 * ruleset.c - life and death of a policy, the built-in ones, and slips of the hand.
 */
#include "judge/ruleset.h"

#include "judge/baseline.h"
#include "plumbline/plumbline.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

void pl_ruleset_free(struct pl_ruleset *p)
{
    if (p == NULL)
        return;
    pl_baseline_free(p->baseline);
    PL_VEC_FREE(&p->severities);
    PL_VEC_FREE(&p->rules);
    PL_VEC_FREE(&p->waivers);
    pl_arena_reset(&p->arena);
    free(p);
}

pl_status pl_ruleset_builtin(const char *name, struct pl_ruleset **out, struct pl_err *err)
{
    const char *nearest = NULL;
    size_t best = PL_NEAR_WORD;
    for (size_t i = 0; pl_builtin_policy_at(i) != NULL; i++) {
        const struct pl_builtin_policy *one = pl_builtin_policy_at(i);
        size_t distance = pl_word_distance(name, one->name);
        if (distance == 0)
            return pl_ruleset_read(pl_bytes_of_str(one->text), one->name, 0, out, err);
        if (distance < best) {
            best = distance;
            nearest = one->name;
        }
    }
    pl_status st = pl_fail(err, PL_E_USAGE, PL_NO_OFFSET, "no policy is called '%s'", name);
    if (nearest != NULL)
        pl_err_hint(err, "did you mean %s?", nearest);
    else
        pl_err_hint(err, "there are builtin:strict, release, observe, vendor-binary and distro");
    return st;
}

/* Edit distance with one row (Wagner and Fischer 1974); words longer than the row are far from everything. */
size_t pl_word_distance(const char *a, const char *b)
{
    size_t row[64];
    size_t n = strlen(b);
    if (n + 1 > sizeof row / sizeof row[0] || strlen(a) > 64)
        return SIZE_MAX;
    for (size_t k = 0; k <= n; k++)
        row[k] = k;
    for (size_t i = 0; a[i] != '\0'; i++) {
        size_t diagonal = row[0];
        row[0] = i + 1;
        for (size_t k = 0; k < n; k++) {
            size_t change = diagonal + (a[i] != b[k]);
            diagonal = row[k + 1];
            size_t best = row[k] < row[k + 1] ? row[k] + 1 : row[k + 1] + 1;
            row[k + 1] = change < best ? change : best;
        }
    }
    return row[n];
}
