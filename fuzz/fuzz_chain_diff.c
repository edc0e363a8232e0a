/*
 * fuzz_chain_diff.c - stored chains of any bytes: what can be read is not worse than itself, and nothing raw is written.
 */
#include "fuzz.h"

#include "base/buf.h"
#include "report/chain_diff.h"

#include <stdlib.h>

static bool put(void *ctx, const void *bytes, size_t n)
{
    (void)ctx; /* what is put is said */
    for (size_t i = 0; i < n; i++)
        if (((const uint8_t *)bytes)[i] < 0x20 && ((const uint8_t *)bytes)[i] != '\n')
            abort();
    fuzz_say_bytes(pl_bytes_of(bytes, n));
    return true;
}

static int look(const uint8_t *data, size_t size)
{
    struct pl_err none = {.status = PL_OK};
    pl_bytes text = pl_bytes_of(data, size);
    struct pl_chain_diff *d = NULL;
    if (pl_chain_diff_make(text, &none, text, &none, &d, NULL) != PL_OK)
        abort();
    /* What has a key twice is paired with nothing; each pair is the same. */
    for (size_t i = 0; i < d->changes.n; i++)
        if (d->changes.v[i].old != NULL && d->changes.v[i].now != NULL && d->changes.v[i].is_worse)
            abort();
    if (pl_chain_diff_write(d, "text", NULL, put, NULL, NULL) != PL_OK ||
        pl_chain_diff_write(d, "json", NULL, put, NULL, NULL) != PL_OK)
        abort();
    pl_chain_diff_free(d);
    return 0;
}

FUZZ_TWICE(look)
