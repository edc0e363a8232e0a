/*
 * fuzz_chain.c - documents of any bytes: what comes out is sorted, whole and solved, and no format lets a control character through.
 */
#include "fuzz.h"

#include "chain/reader.h"
#include "chain/solve.h"

#include <stdlib.h>
#include <string.h>

static bool look_at(void *ctx, const void *bytes, size_t n)
{
    const uint8_t *p = bytes;
    (void)ctx;
    for (size_t i = 0; i < n; i++)
        if ((p[i] < 0x20 && p[i] != '\n') || p[i] == 0x7f)
            abort();
    fuzz_say_bytes(pl_bytes_of(bytes, n));
    return true;
}

static void check(const struct pl_chain *c)
{
    for (size_t i = 0; i < c->components.n; i++) {
        const struct pl_component *one = &c->components.v[i];
        if (one->key == NULL || one->name == NULL || one->version == NULL || one->why_not == NULL)
            abort();
        if (i > 0 && strcmp(c->components.v[i - 1].key, one->key) >= 0)
            abort();
        if (one->chain > one->own)
            abort();
    }
    for (uint32_t e = 0; e < c->graph.first[c->graph.n]; e++)
        if (c->graph.to[e] >= c->components.n)
            abort();
    for (size_t i = 0; pl_chain_format(i) != NULL; i++)
        if (pl_chain_write(c, pl_chain_format(i), NULL, look_at, NULL, NULL) != PL_OK)
            abort();
}

static int look(const uint8_t *data, size_t size)
{
    struct pl_limits limits = pl_limits_default();
    limits.components = 10000;
    limits.dependencies = 100000;
    limits.memory_bytes = 256u << 20;
    limits.findings = 100;
    struct pl_chain *c = pl_chain_new(&limits);
    if (c == NULL)
        return 0;
    c->subject = "document";
    if (pl_chain_read_document(pl_bytes_of(data, size), &limits, c, NULL) == PL_OK) {
        if (pl_chain_solve(c, NULL) != PL_OK)
            abort();
        check(c);
    }
    pl_chain_free(c);
    return 0;
}

FUZZ_TWICE(look)
