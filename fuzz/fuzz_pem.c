/*
 * fuzz_pem.c - any bytes as a key file and as a file of the trust store: a key that is taken can be written, and read again as the same.
 */
#include "fuzz.h"

#include "attest/key.h"
#include "attest/trust.h"

#include <stdlib.h>
#include <string.h>

static int look(const uint8_t *data, size_t size)
{
    pl_bytes all = pl_bytes_of(data, size);
    pl_bytes none = {NULL, 0};
    struct pl_key *key = NULL;
    struct pl_key *again = NULL;
    struct pl_buf pem;
    struct pl_arena arena;
    struct pl_trusted one = {0};
    pl_buf_init(&pem, 1u << 20);
    pl_arena_init(&arena, 1u << 20);
    if (pl_key_of_pem(all, none, &key, NULL) == PL_OK) {
        pl_status st = pl_key_is_private(key) ? pl_key_private_pem(key, none, &pem, NULL)
                                              : pl_key_public_pem(key, &pem, NULL);
        if (st != PL_OK || pl_key_of_pem(pl_buf_bytes(&pem), none, &again, NULL) != PL_OK ||
            strcmp(pl_key_id(key), pl_key_id(again)) != 0)
            abort();
        fuzz_say_bytes(pl_buf_bytes(&pem));
    }
    if (pl_trust_read_one(all, &arena, &one, NULL) == PL_OK && pl_key_is_private(one.key))
        abort();
    pl_key_free(one.key);
    pl_key_free(key);
    pl_key_free(again);
    pl_buf_reset(&pem);
    pl_arena_reset(&arena);
    return 0;
}

FUZZ_TWICE(look)
