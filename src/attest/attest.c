/*
 * attest.c - plumb attest: a report becomes a signed statement.
 *
 * The report is read back strictly first: what contradicts itself is not signed. A failure is attested like a pass.
 */
#include "attest/chain_levels.h"
#include "attest/dsse.h"
#include "attest/log.h"
#include "attest/outcome.h"
#include "attest/statement.h"
#include "io/read.h"
#include "report/read.h"

#include <stdlib.h>

#define MAX_KEYS      16u
#define REPORT_MAX    ((uint64_t)1 << 30)
#define STATEMENT_MAX ((size_t)1 << 30)

struct attesting {
    const struct pl_attest_options *options;
    struct pl_outcome *o;
    uint8_t *heap;
    size_t n;
    struct pl_report *report;
    struct pl_key *keys[MAX_KEYS];
    size_t n_keys;
    struct pl_buf statement; /* the account's */
    struct pl_buf summary;
    pl_sha256 envelope; /* digest of the account's envelope */
};

static pl_status read_report(struct attesting *a, struct pl_err *err)
{
    pl_status st = pl_io_read(a->options->report, REPORT_MAX, &a->heap, &a->n, err);
    if (st == PL_OK)
        st = pl_report_read(pl_bytes_of(a->heap, a->n), NULL, &a->report, err);
    if (st != PL_OK)
        pl_err_about(err, a->options->report);
    return st;
}

static pl_status read_keys(struct attesting *a, struct pl_err *err)
{
    if (a->options->n_keys == 0 || a->options->n_keys > MAX_KEYS) {
        pl_status st = pl_fail(err, PL_E_USAGE, PL_NO_OFFSET, "1 to %u keys can sign", MAX_KEYS);
        pl_err_hint(err, "plumb key gen mykey makes one; then plumb attest REPORT --key mykey");
        return st;
    }
    for (size_t i = 0; i < a->options->n_keys; i++) {
        pl_status st = pl_key_read(a->options->keys[i], a->options->passphrase_file, &a->keys[i], err);
        if (st != PL_OK)
            return st;
        a->n_keys++;
        if (!pl_key_is_private(a->keys[i])) {
            st = pl_fail(err, PL_E_USAGE, PL_NO_OFFSET, "this is a public key, which cannot sign");
            pl_err_about(err, a->options->keys[i]);
            return st;
        }
        st = pl_outcome_fact(a->o, "key", err, "%s", pl_key_id(a->keys[i]));
        if (st != PL_OK)
            return st;
    }
    return PL_OK;
}

/* Sign `payload` into a document of that format; *digest (may be NULL) is the envelope's. */
static pl_status sign(struct attesting *a, const char *format, pl_bytes payload, pl_sha256 *digest,
                      struct pl_err *err)
{
    struct pl_buf *out = pl_outcome_document(a->o, format, STATEMENT_MAX * 2);
    if (out == NULL)
        return pl_fail_nomem(err);
    pl_status st = pl_dsse_write(PL_LIT(PL_DSSE_IN_TOTO), payload, a->keys, a->n_keys, out, err);
    return st == PL_OK && digest != NULL ? pl_sha256_of(pl_buf_bytes(out), digest, err) : st;
}

static pl_status attest_account(struct attesting *a, struct pl_err *err)
{
    struct pl_buf predicate;
    pl_buf_init(&predicate, STATEMENT_MAX);
    pl_buf_init(&a->statement, STATEMENT_MAX);
    pl_status st = pl_account_write(pl_bytes_of(a->heap, a->n), &predicate, err);
    if (st == PL_OK)
        st = pl_statement_write(a->report, PL_ACCOUNT_TYPE, pl_buf_bytes(&predicate), &a->statement, err);
    pl_buf_reset(&predicate);
    return st == PL_OK && a->options->wants_account
               ? sign(a, "intoto", pl_buf_bytes(&a->statement), &a->envelope, err)
               : st;
}

static pl_status read_chain(const struct attesting *a, struct pl_vsa *v, struct pl_err *err)
{
    uint8_t *heap = NULL;
    size_t n = 0;
    if (a->options->chain == NULL)
        return PL_OK;
    pl_status st = pl_io_read(a->options->chain, REPORT_MAX, &heap, &n, err);
    if (st == PL_OK)
        st = pl_chain_levels_read(pl_bytes_of(heap, n), a->report->subject_purl, v->dependency_levels, err);
    free(heap);
    v->has_dependencies = st == PL_OK;
    if (st != PL_OK)
        pl_err_about(err, a->options->chain);
    return st;
}

static pl_status attest_summary(struct attesting *a, struct pl_err *err)
{
    const struct pl_report *r = a->report;
    struct pl_buf predicate;
    struct pl_vsa v = {.verifier_id = a->options->verifier_id,
                       .resource = a->options->resource,
                       .time_verified = r->started,
                       .account = a->options->wants_account ? &a->envelope : NULL};
    if (v.verifier_id == NULL)
        v.verifier_id =
            pl_arena_printf(&a->o->arena, "https://plumbline.dev/verifier/%s", pl_key_id(a->keys[0]));
    if (v.resource == NULL)
        v.resource = r->subject_purl != NULL ? r->subject_purl
                                             : pl_arena_printf(&a->o->arena, "file:%s", r->subject_name);
    if (v.verifier_id == NULL || v.resource == NULL)
        return pl_arena_fail(&a->o->arena, err);
    pl_buf_init(&predicate, STATEMENT_MAX);
    pl_buf_init(&a->summary, STATEMENT_MAX);
    pl_status st = read_chain(a, &v, err);
    if (st == PL_OK)
        st = pl_vsa_write(r, &v, &predicate, err);
    if (st == PL_OK)
        st = pl_statement_write(r, PL_VSA_TYPE, pl_buf_bytes(&predicate), &a->summary, err);
    if (st == PL_OK)
        st = sign(a, "vsa", pl_buf_bytes(&a->summary), NULL, err);
    pl_buf_reset(&predicate);
    return st;
}

static pl_status tell(struct attesting *a, struct pl_err *err)
{
    char hex[PL_SHA256_HEX_BYTES];
    char subject[PL_SHA256_HEX_BYTES];
    pl_sha256 digest;
    const struct pl_buf *first = a->options->wants_account ? &a->statement : &a->summary;
    pl_status st = pl_sha256_of(pl_buf_bytes(first), &digest, err);
    if (st != PL_OK)
        return st;
    pl_hex(digest.b, PL_SHA256_BYTES, hex);
    pl_hex(a->report->subject_sha256.b, PL_SHA256_BYTES, subject);
    st = pl_outcome_fact(a->o, "statement", err, "sha256:%s", hex);
    if (st == PL_OK)
        st = pl_outcome_fact(a->o, "subject", err, "sha256:%s", subject);
    if (st == PL_OK)
        st = pl_outcome_fact(a->o, "attested", err, "%s, LCAL-%u", pl_exit_name(a->report->exit),
                             a->report->level);
    return st;
}

static pl_status add_entry(const struct attesting *a, const struct pl_buf *statement, struct pl_buf *entry,
                           pl_bytes *view, struct pl_err *err)
{
    pl_status st = pl_log_entry(pl_buf_bytes(statement), &a->report->subject_sha256, entry, err);
    *view = pl_buf_bytes(entry);
    return st;
}

/* Each statement that is written becomes an entry of the log. */
static pl_status append(struct attesting *a, struct pl_err *err)
{
    struct pl_buf entries[2];
    pl_bytes views[2];
    uint64_t first = 0;
    size_t n = 0;
    pl_status st = PL_OK;
    for (size_t i = 0; i < 2; i++)
        pl_buf_init(&entries[i], PL_ENTRY_MAX_BYTES);
    if (a->options->wants_account) {
        st = add_entry(a, &a->statement, &entries[n], &views[n], err);
        n++;
    }
    if (st == PL_OK && a->options->wants_vsa) {
        st = add_entry(a, &a->summary, &entries[n], &views[n], err);
        n++;
    }
    if (st == PL_OK)
        st = pl_log_append(a->options->log, a->options->log_name, a->keys[0], views, n, &first, err);
    if (st == PL_OK)
        st = pl_outcome_fact(a->o, "log-index", err, "%llu", (unsigned long long)first);
    for (size_t i = 0; i < 2; i++)
        pl_buf_reset(&entries[i]);
    return st;
}

static pl_status run(struct attesting *a, struct pl_err *err)
{
    pl_status st = read_keys(a, err);
    if (st == PL_OK)
        st = read_report(a, err);
    if (st == PL_OK)
        st = attest_account(a, err);
    if (st == PL_OK && a->options->wants_vsa)
        st = attest_summary(a, err);
    if (st == PL_OK)
        st = tell(a, err);
    return st == PL_OK && a->options->log != NULL ? append(a, err) : st;
}

pl_status pl_attest(const struct pl_attest_options *options, struct pl_outcome **out, struct pl_err *err)
{
    struct pl_err why = {0};
    struct attesting a = {.options = options, .o = pl_outcome_new("attest", options->report)};
    if (a.o == NULL)
        return pl_fail_nomem(err);
    pl_status st = run(&a, &why);
    for (size_t i = 0; i < a.n_keys; i++)
        pl_key_free(a.keys[i]);
    pl_report_free(a.report);
    pl_buf_reset(&a.statement);
    pl_buf_reset(&a.summary);
    free(a.heap);
    return pl_outcome_end(a.o, st, &why, PL_EXIT_PASS, out, err);
}
