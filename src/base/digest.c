/*
 * digest.c - digests over libcrypto's EVP interface (EVP_DigestInit(3)).
 *
 * The algorithm objects are fetched once: an implicit fetch per digest costs more than hashing a small file.
 */
#include "base/digest.h"

#include <openssl/evp.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static EVP_MD *md_sha256;
static EVP_MD *md_sha1;
static EVP_MD *md_md5;
static pthread_once_t fetch_once = PTHREAD_ONCE_INIT;

static void fetch_all(void)
{
    md_sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
    md_sha1 = EVP_MD_fetch(NULL, "SHA1", NULL);
    md_md5 = EVP_MD_fetch(NULL, "MD5", NULL);
}

static const EVP_MD *algorithm(EVP_MD *const *which)
{
    (void)pthread_once(&fetch_once, fetch_all); /* fails only on misuse */
    return *which;
}

struct pl_sha256_run {
    EVP_MD_CTX *ctx;
};

static pl_status digest_two(EVP_MD *const *which, pl_bytes head, pl_bytes data, uint8_t *out,
                            struct pl_err *err)
{
    const EVP_MD *md = algorithm(which);
    if (md == NULL)
        return pl_fail(err, PL_E_UNSUPPORTED, PL_NO_OFFSET, "digest: libcrypto does not offer this one");
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    if (ctx == NULL)
        return pl_fail_nomem(err);
    bool is_done = EVP_DigestInit_ex2(ctx, md, NULL) == 1 && EVP_DigestUpdate(ctx, head.p, head.n) == 1 &&
                   EVP_DigestUpdate(ctx, data.p, data.n) == 1 && EVP_DigestFinal_ex(ctx, out, NULL) == 1;
    EVP_MD_CTX_free(ctx);
    return is_done ? PL_OK : pl_fail(err, PL_E_NOMEM, PL_NO_OFFSET, "digest: libcrypto refused");
}

pl_status pl_digest_parts(const char *name, const pl_bytes *parts, size_t n_parts, uint8_t *out, size_t *n,
                          struct pl_err *err)
{
    EVP_MD *md = EVP_MD_fetch(NULL, name, NULL);
    if (md == NULL)
        return pl_fail(err, PL_E_UNSUPPORTED, PL_NO_OFFSET, "digest: libcrypto does not offer %s", name);
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    unsigned length = 0;
    bool is_done = ctx != NULL && EVP_DigestInit_ex2(ctx, md, NULL) == 1;
    for (size_t i = 0; i < n_parts && is_done; i++)
        is_done = EVP_DigestUpdate(ctx, parts[i].p, parts[i].n) == 1;
    is_done = is_done && EVP_DigestFinal_ex(ctx, out, &length) == 1;
    EVP_MD_CTX_free(ctx);
    EVP_MD_free(md);
    *n = length;
    return is_done ? PL_OK : pl_fail_nomem(err);
}

pl_status pl_sha256_of(pl_bytes data, pl_sha256 *out, struct pl_err *err)
{
    return digest_two(&md_sha256, PL_LIT(""), data, out->b, err);
}

pl_status pl_git_blob_of(pl_bytes data, pl_sha1 *out, struct pl_err *err)
{
    char head[32];
    int n = snprintf(head, sizeof head, "blob %zu", data.n) + 1;
    return digest_two(&md_sha1, pl_bytes_of(head, (size_t)n), data, out->b, err);
}

pl_status pl_md5_of(pl_bytes data, pl_md5 *out, struct pl_err *err)
{
    return digest_two(&md_md5, PL_LIT(""), data, out->b, err);
}

pl_status pl_sha256_open(struct pl_sha256_run **out, struct pl_err *err)
{
    const EVP_MD *md = algorithm(&md_sha256);
    struct pl_sha256_run *run = calloc(1, sizeof *run);
    if (run != NULL && md != NULL)
        run->ctx = EVP_MD_CTX_new();
    if (run == NULL || run->ctx == NULL || EVP_DigestInit_ex2(run->ctx, md, NULL) != 1) {
        pl_sha256_close(run);
        return pl_fail_nomem(err);
    }
    *out = run;
    return PL_OK;
}

pl_status pl_sha256_add(struct pl_sha256_run *run, pl_bytes data, struct pl_err *err)
{
    return EVP_DigestUpdate(run->ctx, data.p, data.n) == 1
               ? PL_OK
               : pl_fail(err, PL_E_NOMEM, PL_NO_OFFSET, "digest: libcrypto refused");
}

pl_status pl_sha256_end(struct pl_sha256_run *run, pl_sha256 *out, struct pl_err *err)
{
    return EVP_DigestFinal_ex(run->ctx, out->b, NULL) == 1
               ? PL_OK
               : pl_fail(err, PL_E_NOMEM, PL_NO_OFFSET, "digest: libcrypto refused");
}

void pl_sha256_close(struct pl_sha256_run *run)
{
    if (run != NULL)
        EVP_MD_CTX_free(run->ctx);
    free(run);
}

void pl_hex(const uint8_t *p, size_t n, char *out)
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < n; i++) {
        out[2 * i] = digits[p[i] >> 4];
        out[2 * i + 1] = digits[p[i] & 15];
    }
    out[2 * n] = '\0';
}

bool pl_unhex(pl_bytes hex, uint8_t *out, size_t n)
{
    if (hex.n / 2 != n || hex.n % 2 != 0)
        return false;
    for (size_t i = 0; i < hex.n; i++)
        if (pl_hex_value(hex.p[i]) < 0)
            return false;
    for (size_t i = 0; i < n; i++)
        out[i] =
            (uint8_t)((unsigned)pl_hex_value(hex.p[2 * i]) << 4 | (unsigned)pl_hex_value(hex.p[2 * i + 1]));
    return true;
}

bool pl_sha256_eq(const pl_sha256 *a, const pl_sha256 *b)
{
    return memcmp(a->b, b->b, sizeof a->b) == 0;
}
