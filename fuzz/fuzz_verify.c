/*
 * fuzz_verify.c - plumb verify from end to end, over any bytes as what is verified and as what is trusted: it ends, and says yes only if each criterion
 * holds. And any bytes as a chain report that a summary counts.
 *
 *     | kind: 0 packument, 1 bundle, 2 attestation, 3 attestations a line each, 4 chain report | n, 4 bytes LE | what is trusted, n bytes | document |
 */
#include "fuzz.h"

#include "attest/bundle_verify.h"
#include "attest/chain_levels.h"
#include "attest/outcome.h"
#include "base/cursor.h"
#include "io/ask.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define PATH_BYTES 64u

/* A file without a name; its path is in `path`. */
static int file_of(pl_bytes bytes, const char *name, char path[PATH_BYTES])
{
    int fd = memfd_create(name, MFD_CLOEXEC);
    if (fd < 0 || (bytes.n > 0 && write(fd, bytes.p, bytes.n) != (ssize_t)bytes.n))
        abort();
    (void)snprintf(path, PATH_BYTES, "/proc/self/fd/%d", fd);
    return fd;
}

static bool put(void *ctx, const void *bytes, size_t n)
{
    struct pl_buf *b = ctx;
    pl_buf_add(b, pl_bytes_of(bytes, n));
    return true;
}

/* Paths are not said: their numbers hang on what is open. */
static void check(struct pl_outcome *o)
{
    struct pl_write_options options = {0};
    struct pl_buf text;
    bool all_hold = o->steps.n > 0;
    for (size_t i = 0; i < o->steps.n; i++) {
        fuzz_say((uint64_t)o->steps.v[i].result);
        all_hold &= o->steps.v[i].result == PL_STEP_HOLDS;
    }
    fuzz_say(o->exit);
    if (o->exit == PL_EXIT_BUG || (o->exit == PL_EXIT_PASS && (!all_hold || o->has_error)))
        abort();
    pl_buf_init(&text, 64u << 20);
    if (pl_outcome_write(o, "json", &options, put, &text, NULL) != PL_OK)
        abort();
    pl_buf_reset(&text);
    pl_outcome_free(o);
}

static struct pl_outcome *verify(unsigned kind, const char *trusted, const char *document,
                                 const char *package, pl_bytes bytes)
{
    struct pl_limits limits = pl_limits_default();
    struct pl_ask how = {.limits = &limits, .is_here = true};
    struct pl_outcome *o = NULL;
    struct pl_packument_options p = {.packument = document, .package = "package", .keys = trusted};
    struct pl_bundle_options b = {.bundle = document,
                                  .artifact = "package",
                                  .trusted_root = trusted,
                                  .identity =
                                      "https://ci.example/acme/app/.workflows/release.yml@refs/tags/v1",
                                  .issuer = "https://tokens.ci.example"};
    struct pl_verify_options v = {.attestation = document,
                                  .package = package,
                                  .keys = &trusted,
                                  .n_keys = 1,
                                  .at_s = 1795694400,
                                  .is_unconfined = true};
    pl_status st = kind == 0   ? pl_verify_packument_over(&p, bytes, &how, &o, NULL)
                   : kind == 1 ? pl_verify_bundle_over(&b, bytes, &how, &o, NULL)
                               : pl_verify(&v, &o, NULL);
    if (st != PL_OK)
        abort();
    return o;
}

static void count(pl_bytes document)
{
    uint64_t counts[PL_LEVELS] = {0};
    fuzz_say(pl_chain_levels_read(document, "pkg:npm/a@1", counts, NULL) == PL_OK);
    for (size_t i = 0; i < PL_LEVELS; i++)
        fuzz_say(counts[i]);
}

static int look(const uint8_t *data, size_t size)
{
    static const char package_text[] = "the bytes of a release\n";
    pl_bytes package = pl_bytes_of(package_text, sizeof package_text - 1);
    struct pl_cursor c = pl_cursor_of(pl_bytes_of(data, size));
    char paths[3][PATH_BYTES];
    unsigned kind = pl_cursor_u8(&c) % 5u;
    uint32_t n = pl_cursor_u32le(&c);
    if (c.bad)
        return 0;
    pl_bytes trusted = pl_cursor_take(&c, n % (pl_cursor_left(&c) + 1));
    pl_bytes document = pl_cursor_take(&c, pl_cursor_left(&c));
    if (kind == 4) {
        count(document);
        return 0;
    }
    int fds[3] = {file_of(trusted, "trusted", paths[0]), file_of(document, "document", paths[1]),
                  file_of(package, "package", paths[2])};
    /* What ends in .jsonl has an envelope a line. */
    char linked[] = "/tmp/fuzz-verify-XXXXXX/a.jsonl";
    char *slash = strrchr(linked, '/');
    if (kind == 3) {
        *slash = '\0';
        bool is_made = mkdtemp(linked) != NULL;
        *slash = '/';
        if (!is_made || symlink(paths[1], linked) != 0)
            abort();
    }
    check(verify(kind, paths[0], kind == 3 ? linked : paths[1], paths[2], package));
    if (kind == 3) {
        (void)unlink(linked);
        *slash = '\0';
        (void)rmdir(linked);
    }
    for (size_t i = 0; i < 3; i++)
        (void)close(fds[i]);
    return 0;
}

FUZZ_TWICE(look)
