/*
 * fuzz_policy.c - policies of any bytes: what is refused says where and why; what is read can be shown.
 */
#include "fuzz.h"

#include "judge/ruleset.h"
#include "plumbline/policy.h"

#include <stdlib.h>
#include <string.h>

static bool put(void *ctx, const void *bytes, size_t n)
{
    size_t *written = ctx;
    *written += n;
    fuzz_say_bytes(pl_bytes_of(bytes, n));
    return true;
}

static int look(const uint8_t *data, size_t size)
{
    static const int64_t now_s = 1795694400; /* 26 November 2026 */
    struct pl_ruleset *p = NULL;
    struct pl_err err = {.status = PL_OK};
    size_t written = 0;
    if (pl_ruleset_read(pl_bytes_of(data, size), "policy", now_s, &p, &err) != PL_OK) {
        if (err.status == PL_OK || strncmp(err.text, "policy:", 7) != 0)
            abort();
        return 0;
    }
    if (pl_policy_write(p, put, &written, &err) != PL_OK || written == 0)
        abort();
    for (size_t i = 0; i < p->waivers.n; i++)
        if (p->waivers.v[i].expires_s > now_s + 367LL * 86400 || p->waivers.v[i].owner[0] == '\0')
            abort();
    fuzz_say(p->waivers.n);
    pl_ruleset_free(p);
    return 0;
}

FUZZ_TWICE(look)
