/*
 * fuzz_npm.c - any bytes as a repository field, an npmrc, base64, a keys document and what was kept of one: nothing leaves its bounds, URLs are plain.
 */
#include "fuzz.h"

#include "base/base64.h"
#include "supply/npm_config.h"
#include "supply/npm_keys.h"
#include "supply/npm_repository.h"

#include <stdlib.h>
#include <string.h>

static int look(const uint8_t *data, size_t size)
{
    pl_bytes all = pl_bytes_of(data, size);
    const char *url;
    const char *folder;
    const char *keyid;
    struct pl_arena arena;
    struct pl_buf out;
    pl_arena_init(&arena, 16u << 20);
    pl_buf_init(&out, 2 * size + 4096);
    if (pl_npm_repository(all, &arena, &url, &folder) &&
        (strncmp(url, "https://", 8) != 0 || strstr(url, "/..") != NULL || strpbrk(url, " @#?\n") != NULL))
        abort();
    if (pl_npmrc_get(all, PL_LIT("registry")).n > size)
        abort();
    if (pl_base64_decode(all, &out) && out.n > size / 4 * 3)
        abort();
    fuzz_say_bytes(pl_npmrc_get(all, PL_LIT("registry")));
    fuzz_say_bytes(pl_buf_bytes(&out));
    struct pl_limits limits = pl_limits_default();
    const struct pl_ask here = {.limits = &limits, .is_here = true};
    struct pl_npm_document d;
    pl_buf_clear(&out);
    if (pl_npm_document_of(all, &limits, &arena, &d, NULL) == PL_OK)
        fuzz_say_bytes(d.name);
    if (pl_npm_document_read(&here, all, &arena, &d, &out, NULL) == PL_OK) {
        struct pl_npm_document again;
        if (out.why == PL_OK &&
            (pl_npm_document_of(pl_buf_bytes(&out), &limits, &arena, &again, NULL) != PL_OK ||
             again.n_versions != d.n_versions || !pl_bytes_eq(again.name, d.name)))
            abort();
        fuzz_say(d.n_versions);
        fuzz_say_bytes(d.repository);
        if (pl_npm_verify(d.signatures, d.n_signatures, d.keys, d.n_keys, PL_LIT("m"), &arena, &keyid,
                          NULL) == PL_OK)
            abort(); /* nobody can sign by chance */
    }
    pl_buf_reset(&out);
    pl_arena_reset(&arena);
    return 0;
}

FUZZ_TWICE(look)
