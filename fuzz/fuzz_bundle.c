/*
 * fuzz_bundle.c - any bytes as a Sigstore bundle and as a trust root: bounds are kept, and what was not signed is not believed.
 *
 *     | n, 4 bytes LE | trust root, n bytes (n is taken modulo the rest + 1) | bundle, all that is left |
 */
#include "fuzz.h"

#include "attest/sigstore.h"
#include "base/cursor.h"

#include <stdlib.h>

static void ask_certificates(const struct pl_sigstore_root *root, struct pl_sigstore_bundle *b)
{
    const char *name;
    const char *issuer;
    for (int i = 0; i < sk_X509_num(b->certificates); i++)
        if (pl_sigstore_identity(sk_X509_value(b->certificates, i), &b->arena, &name, &issuer, NULL) ==
                PL_OK &&
            (name == NULL || issuer == NULL))
            abort();
    if (b->certificates != NULL && root->authorities.n > 0 &&
        pl_sigstore_check_certificate(root, b, root->authorities.v[0].valid.start, NULL) == PL_E_BUG)
        abort();
}

static void ask(const struct pl_sigstore_root *root, struct pl_sigstore_bundle *b)
{
    int64_t time = 0;
    for (size_t i = 0; i < b->entries.n; i++) {
        const struct pl_sigstore_entry *e = &b->entries.v[i];
        pl_status promise = pl_sigstore_check_promise(root, e, &time, NULL);
        pl_status inclusion = pl_sigstore_check_inclusion(root, e, NULL);
        fuzz_say((uint64_t)(int64_t)promise);
        fuzz_say((uint64_t)(int64_t)inclusion);
        if (promise == PL_E_BUG || inclusion == PL_E_BUG ||
            pl_sigstore_check_body(b, e, PL_LIT("no certificate"), NULL) == PL_OK)
            abort();
    }
    for (size_t i = 0; i < b->timestamps.n; i++)
        if (pl_sigstore_check_timestamp(root, b->timestamps.v[i], b->signature, &time, NULL) == PL_E_BUG)
            abort();
    ask_certificates(root, b);
}

static int look(const uint8_t *data, size_t size)
{
    struct pl_cursor c = pl_cursor_of(pl_bytes_of(data, size));
    struct pl_sigstore_root root = {0};
    struct pl_sigstore_bundle bundle = {0};
    uint32_t n = pl_cursor_u32le(&c);
    if (c.bad)
        return 0;
    pl_bytes first = pl_cursor_take(&c, n % (pl_cursor_left(&c) + 1));
    pl_bytes second = pl_cursor_take(&c, pl_cursor_left(&c));
    bool has_root = pl_sigstore_root_read(first, &root, NULL) == PL_OK;
    if (pl_sigstore_bundle_read(second, &bundle, NULL) == PL_OK) {
        ask(&root, &bundle);
        fuzz_say(bundle.entries.n);
        fuzz_say_bytes(bundle.signature);
        pl_sigstore_bundle_reset(&bundle);
    }
    if (has_root)
        pl_sigstore_root_reset(&root);
    return 0;
}

FUZZ_TWICE(look)
