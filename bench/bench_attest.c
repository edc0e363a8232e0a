/*
 * bench_attest.c - what verification and the log cost.
 *
 * usage: bench_attest [FOLDER-FOR-LOGS]
 * Prints: one envelope of 10 MB read, verified and its statement parsed, with each kind of key; 10,000 small envelopes; one append to a log of
 * 1,000 entries and to one of 1,000,000.
 */
#include "attest/dsse.h"
#include "attest/log.h"
#include "attest/statement.h"
#include "folder.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BIG_BYTES (10u << 20)
#define ENVELOPES 10000
#define APPENDS   100
#define BATCH     50000

static struct pl_err err;

static void die(const char *what)
{
    fprintf(stderr, "bench_attest: %s: %s\n", what, err.text);
    exit(1);
}

/* A statement that looks like an account: many files with claims. */
static void make_statement(struct pl_buf *out, size_t bytes)
{
    pl_buf_init(out, bytes + 4096);
    pl_buf_add_str(out,
                   "{\"_type\":\"" PL_STATEMENT_TYPE "\",\"subject\":[{\"name\":\"x\",\"digest\":{\"sha256\":"
                   "\"19d14624cb7908fd09878f6d50f31fde76707afc17eb3ab6ed8deb0a3388f96e\"}}],"
                   "\"predicateType\":\"" PL_ACCOUNT_TYPE
                   "\",\"predicate\":{\"report\":{\"exit_code\":0,\"level\":{\"own\":3},\"files\":[");
    for (unsigned i = 0; out->n < bytes; i++) {
        pl_buf_printf(out, "%s{\"path\":\"data.tar.xz!/usr/lib/f%u\",\"size\":%u,\"evidence\":[",
                      i == 0 ? "" : ",", i, i);
        for (unsigned k = 0; k < 12; k++)
            pl_buf_printf(out,
                          "%s{\"offset\":%u,\"length\":%u,\"class\":\"derived\",\"grade\":\"B\",\"rule\":"
                          "\"code.features\","
                          "\"source\":\"src/lib/file%u.c:%u-%u\"}",
                          k == 0 ? "" : ",", k * 100, 100, i, k, k + 9);
        pl_buf_add_str(out, "]}");
    }
    pl_buf_add_str(out, "]}}}");
}

static void verify_once(pl_bytes envelope, struct pl_key *key)
{
    struct pl_dsse d = {0};
    struct pl_statement s = {0};
    bool is_good;
    if (pl_dsse_read(envelope, &d, &err) != PL_OK ||
        pl_dsse_verify(&d, &key, NULL, 1, 1, &is_good, &err) != PL_OK ||
        pl_statement_read(d.payload, &s, &err) != PL_OK)
        die("verify");
    pl_statement_reset(&s);
    pl_dsse_reset(&d);
}

static void bench_verify(enum pl_key_kind kind, size_t bytes, int times)
{
    struct pl_key *key = NULL;
    struct pl_buf statement;
    struct pl_buf envelope;
    make_statement(&statement, bytes);
    pl_buf_init(&envelope, (size_t)1 << 30);
    if (pl_key_new(kind, &key, &err) != PL_OK ||
        pl_dsse_write(PL_LIT(PL_DSSE_IN_TOTO), pl_buf_bytes(&statement), &key, 1, &envelope, &err) != PL_OK)
        die("sign");
    verify_once(pl_buf_bytes(&envelope), key);
    double t0 = bench_cpu();
    for (int i = 0; i < times; i++)
        verify_once(pl_buf_bytes(&envelope), key);
    double each = (bench_cpu() - t0) / times;
    printf("verify %-8s statement of %9zu bytes: %9.3f ms, %8.0f a second of processor time\n",
           pl_key_kind_name(kind), statement.n, each * 1e3, 1 / each);
    pl_key_free(key);
    pl_buf_reset(&statement);
    pl_buf_reset(&envelope);
}

static void fill(const char *dir, const struct pl_key *key, size_t n)
{
    static uint8_t texts[BATCH][64];
    static pl_bytes entries[BATCH];
    uint64_t first;
    for (size_t done = 0; done < n; done += BATCH) {
        size_t take = n - done < BATCH ? n - done : BATCH;
        for (size_t i = 0; i < take; i++)
            entries[i] = pl_bytes_of(texts[i], (size_t)snprintf((char *)texts[i], sizeof texts[i],
                                                                "statement number %zu", done + i));
        if (pl_log_append(dir, NULL, key, entries, take, &first, &err) != PL_OK)
            die("fill");
    }
}

static void bench_append(const char *folder, const char *name, const struct pl_key *key, size_t n)
{
    char dir[4096];
    pl_bytes entry = PL_LIT(
        "plumbline.dev/log/statement/v1 and two digests, about 180 bytes in all, as plumb attest appends");
    uint64_t first = 0;
    (void)snprintf(dir, sizeof dir, "%s/%s", folder, name);
    fill(dir, key, n);
    double t0 = bench_now();
    for (int i = 0; i < APPENDS; i++)
        if (pl_log_append(dir, NULL, key, &entry, 1, &first, &err) != PL_OK)
            die("append");
    printf("append to a log of %9zu entries: %9.3f ms\n", n, (bench_now() - t0) / APPENDS * 1e3);
    struct pl_note_key by = {.key = key};
    struct pl_log log = {0};
    pl_sha256 root;
    t0 = bench_now();
    if (pl_log_open(dir, &by, 1, &log, &err) != PL_OK || pl_log_audit(&log, 0, &root, &err) != PL_OK)
        die("audit");
    printf("check all of it:                           %9.3f ms\n", (bench_now() - t0) * 1e3);
    pl_log_close(&log);
}

int main(int argc, char **argv)
{
    struct pl_key *key = NULL;
    bench_verify(PL_KEY_ED25519, BIG_BYTES, 10);
    bench_verify(PL_KEY_P256, BIG_BYTES, 10);
    bench_verify(PL_KEY_ED25519, 1000, ENVELOPES);
    bench_verify(PL_KEY_P256, 1000, ENVELOPES);
    if (argc < 2)
        return 0;
    if (pl_key_new(PL_KEY_ED25519, &key, &err) != PL_OK)
        die("key");
    bench_append(argv[1], "small", key, 1000);
    bench_append(argv[1], "large", key, 1000000);
    pl_key_free(key);
    return 0;
}
