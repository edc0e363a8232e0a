/*
 * fuzz_chain_result.c - kept results of any bytes: what is read can be written, and reads the same again.
 */
#include "fuzz.h"

#include "pipeline/chain_store.h"

#include <stdlib.h>

static int look(const uint8_t *data, size_t size)
{
    struct pl_component_result r[2];
    struct pl_buf text[2];
    struct pl_arena arena;
    pl_arena_init(&arena, 64u << 20);
    pl_bytes input = pl_bytes_of(data, size);
    int n = 0;
    for (; n < 2; n++) {
        pl_sha256 fingerprint = {{0}};
        uint64_t made = 0;
        pl_buf_init(&text[n], 64u << 20);
        if (pl_chain_result_parse(input, &arena, &r[n], &fingerprint, &made, NULL) != PL_OK)
            break;
        pl_chain_result_print(&r[n], &fingerprint, made, &text[n]);
        if (text[n].why != PL_OK)
            abort();
        input = pl_buf_bytes(&text[n]);
        fuzz_say_bytes(input);
    }
    if (n == 1 || (n == 2 && !pl_bytes_eq(pl_buf_bytes(&text[0]), pl_buf_bytes(&text[1]))))
        abort();
    for (int i = 0; i <= n && i < 2; i++)
        pl_buf_reset(&text[i]);
    pl_arena_reset(&arena);
    return 0;
}

FUZZ_TWICE(look)
