/*
 * verify.c - plumb verify: begin with no, state every criterion, and say yes in one place only.
 *
 * Nothing here opens a connection. Keys and digests are made here; the attestation, and the log that it must stand in, are read and judged in a process of
 * their own. The payload is looked at only after the signatures hold, and it is the very bytes that they are over.
 * Whatever is there and cannot be read as an envelope proves nothing: PL_E_TRUST, so that no flipped bit ends as a mere nuisance.
 */
#include "attest/apart.h"
#include "attest/dsse.h"
#include "attest/log.h"
#include "attest/outcome.h"
#include "attest/recheck.h"
#include "attest/statement.h"
#include "attest/trust.h"
#include "io/read.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MAX_KEYS 1024u
#define CHUNK    (256u << 10)
#define LEVELS   5u

struct verifying {
    const struct pl_verify_options *options;
    struct pl_outcome *o;
    struct pl_trust trust;
    size_t threshold;
    struct pl_dsse envelope;
    struct pl_statement statement;
    pl_bytes text;   /* of the attestation */
    bool is_account; /* else a summary */
    pl_sha256 package;
    struct pl_err package_why; /* why it has no digest */
    bool is_quiet;             /* criteria were told before */
    bool is_contradicted;      /* the account made again is another */
    enum pl_exit attested;
    struct pl_err why;
};

static bool has(const struct pl_outcome *o, const char *name)
{
    for (size_t i = 0; i < o->steps.n; i++)
        if (strcmp(o->steps.v[i].name, name) == 0)
            return true;
    return false;
}

/* What will be enforced, before anything is opened. */
static pl_status announce(struct verifying *v)
{
    const struct pl_verify_options *x = v->options;
    struct pl_outcome *o = v->o;
    struct pl_err *err = &v->why;
    pl_status st = pl_outcome_enforce(o, "envelope", err, "a DSSE envelope of type %s", PL_DSSE_IN_TOTO);
    if (st == PL_OK)
        st = pl_outcome_enforce(o, "signature", err, "signed by at least %zu of the keys %s", v->threshold,
                                x->n_keys > 0 ? "that were named" : "in the trust store");
    if (st == PL_OK)
        st = pl_outcome_enforce(o, "statement", err,
                                "an in-toto statement: an account or a verification summary");
    if (st == PL_OK && x->package != NULL)
        st = pl_outcome_enforce(o, "subject", err, "about the SHA-256 of %s", x->package);
    if (st == PL_OK && x->verifier_id != NULL)
        st = pl_outcome_enforce(o, "verifier", err, "by %s", x->verifier_id);
    if (st == PL_OK && x->log != NULL)
        st = pl_outcome_enforce(o, "log", err, "included in the log in %s", x->log);
    if (st == PL_OK)
        st = pl_outcome_enforce(o, "verdict", err, "what it attests is a pass");
    if (st == PL_OK && x->level > 0)
        st = pl_outcome_enforce(o, "level", err, "of level LCAL-%u or better", x->level);
    if (st == PL_OK && x->again != NULL)
        st = pl_outcome_enforce(o, "recheck", err, "the account made again here is the one that was signed");
    for (size_t i = 0; i < o->steps.n && st == PL_OK && x->criterion != NULL && !v->is_quiet; i++)
        x->criterion(x->ctx, o->steps.v[i].name, o->steps.v[i].wanted);
    return st;
}

static pl_status load_trust(struct verifying *v)
{
    char today[PL_DATE_BYTES];
    const char *dir = NULL;
    pl_status st = PL_OK;
    pl_day_of(v->options->at_s, today);
    if (v->options->n_keys > 0)
        return pl_trust_of_files(v->options->keys, v->options->n_keys, &v->trust, &v->why);
    st = pl_trust_folder(v->options->trust_dir, &v->o->arena, &dir, &v->why);
    return st == PL_OK ? pl_trust_of_store(dir, today, &v->trust, &v->why) : st;
}

/* Read the envelope; what it says is checked later. */
static pl_status open_envelope(struct verifying *v, pl_bytes text)
{
    pl_status st = pl_dsse_read(text, &v->envelope, &v->why);
    if (st == PL_E_INPUT || st == PL_E_LIMIT)
        v->why.status = st = PL_E_TRUST;
    if (st == PL_OK && !pl_bytes_eq_str(v->envelope.type, PL_DSSE_IN_TOTO))
        st = pl_fail(&v->why, PL_E_TRUST, PL_NO_OFFSET,
                     "the envelope holds no in-toto statement but another type");
    if (st != PL_OK)
        return pl_outcome_fails(v->o, "envelope", &v->why);
    return pl_outcome_holds(v->o, "envelope", &v->why, "%zu bytes, %zu signature%s", v->envelope.payload.n,
                            v->envelope.signatures.n, v->envelope.signatures.n == 1 ? "" : "s");
}

/* Keys that count now, and how many have ended. */
static size_t usable_keys(const struct pl_trust *t, struct pl_key **keys, const char **names)
{
    size_t n = 0;
    for (size_t i = 0; i < t->list.n && n < MAX_KEYS; i++) {
        if (t->list.v[i].is_expired)
            continue;
        keys[n] = t->list.v[i].key;
        names[n++] = t->list.v[i].name;
    }
    return n;
}

static pl_status say_who(struct verifying *v, struct pl_key *const *keys, const char *const *names,
                         const bool *is_good, size_t n)
{
    size_t good = 0;
    const char *first = "";
    pl_status st = PL_OK;
    for (size_t i = 0; i < n && st == PL_OK; i++) {
        if (!is_good[i])
            continue;
        first = names[i] != NULL ? names[i] : pl_key_id(keys[i]);
        good++;
        st = pl_outcome_fact(v->o, "signed-by", &v->why, "%s%s%s", pl_key_id(keys[i]),
                             names[i] == NULL ? "" : " ", names[i] == NULL ? "" : names[i]);
    }
    return st == PL_OK ? pl_outcome_holds(v->o, "signature", &v->why, "%zu of %zu keys: %s%s", good, n, first,
                                          good > 1 ? " and others" : "")
                       : st;
}

static pl_status check_signatures(struct verifying *v)
{
    struct pl_key *keys[MAX_KEYS];
    const char *names[MAX_KEYS];
    bool is_good[MAX_KEYS] = {false};
    size_t n = usable_keys(&v->trust, keys, names);
    pl_status st;
    if (n == 0) {
        st = pl_fail(&v->why, PL_E_TRUST, PL_NO_OFFSET, "no key is trusted here%s",
                     v->trust.list.n > 0 ? ": all of them have expired" : "");
        pl_err_hint(&v->why, "name one with --key FILE.pub, or plumb trust add FILE.pub");
    } else {
        st = pl_dsse_verify(&v->envelope, keys, names, n, v->threshold, is_good, &v->why);
    }
    if (st != PL_OK)
        return pl_outcome_fails(v->o, "signature", &v->why);
    return say_who(v, keys, names, is_good, n);
}

static pl_status read_statement(struct verifying *v)
{
    pl_status st = pl_statement_read(v->envelope.payload, &v->statement, &v->why);
    if (st == PL_OK) {
        v->is_account = pl_bytes_eq_str(v->statement.predicate_type, PL_ACCOUNT_TYPE);
        if (!v->is_account && !pl_bytes_eq_str(v->statement.predicate_type, PL_VSA_TYPE))
            st = pl_fail(&v->why, PL_E_UNSUPPORTED, PL_NO_OFFSET, "a predicate of another type: %.*s",
                         PL_ARG(v->statement.predicate_type));
    }
    if (st != PL_OK)
        return pl_outcome_fails(v->o, "statement", &v->why);
    return pl_outcome_holds(v->o, "statement", &v->why, "%s",
                            v->is_account ? "an account" : "a verification summary");
}

static pl_status digest_file(const char *path, pl_sha256 *out, struct pl_err *err)
{
    struct pl_sha256_run *run = NULL;
    uint8_t *chunk = malloc(CHUNK);
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    ssize_t n = 1;
    pl_status st = chunk == NULL ? pl_fail_nomem(err)
                   : fd < 0      ? pl_fail_errno(err, "cannot open the package")
                                 : PL_OK;
    if (st == PL_OK)
        st = pl_sha256_open(&run, err);
    while (st == PL_OK && n > 0) {
        n = read(fd, chunk, CHUNK);
        if (n < 0)
            st = pl_fail_errno(err, "cannot read the package");
        else if (n > 0)
            st = pl_sha256_add(run, pl_bytes_of(chunk, (size_t)n), err);
    }
    if (st == PL_OK)
        st = pl_sha256_end(run, out, err);
    if (st != PL_OK)
        pl_err_about(err, path);
    pl_sha256_close(run);
    if (fd >= 0)
        (void)close(fd); /* opened for reading */
    free(chunk);
    return st;
}

static pl_status check_subject(struct verifying *v)
{
    char hex[PL_SHA256_HEX_BYTES];
    pl_status st = v->package_why.status;
    if (st != PL_OK)
        v->why = v->package_why;
    else if (!pl_statement_is_about(&v->statement, &v->package))
        st = pl_fail(&v->why, PL_E_TRUST, PL_NO_OFFSET,
                     "the statement is about other bytes than this package's");
    if (st != PL_OK) {
        pl_err_about(&v->why, v->options->package);
        return pl_outcome_fails(v->o, "subject", &v->why);
    }
    pl_hex(v->package.b, PL_SHA256_BYTES, hex);
    return pl_outcome_holds(v->o, "subject", &v->why, "sha256:%s", hex);
}

static pl_status check_verifier(struct verifying *v)
{
    static const char *const path[] = {"verifier", "id", NULL};
    const struct pl_json_node *id = pl_statement_at(&v->statement, path);
    if (v->is_account || !pl_json_is(id, v->options->verifier_id)) {
        (void)pl_fail(&v->why, PL_E_TRUST, PL_NO_OFFSET, "it is not by that verifier");
        return pl_outcome_fails(v->o, "verifier", &v->why);
    }
    return pl_outcome_holds(v->o, "verifier", &v->why, "%s", v->options->verifier_id);
}

static pl_status find_in_log(struct verifying *v, const struct pl_log *log, uint64_t *index)
{
    pl_sha256 leaf;
    pl_sha256 subject;
    pl_sha256 proof[PL_MERKLE_MAX_HEIGHT];
    struct pl_buf entry;
    size_t n = 0;
    pl_buf_init(&entry, PL_ENTRY_MAX_BYTES);
    pl_status st = pl_statement_subject(&v->statement, &subject, &v->why);
    if (st == PL_OK)
        st = pl_log_entry(v->envelope.payload, &subject, &entry, &v->why);
    if (st == PL_OK)
        st = pl_merkle_leaf(pl_buf_bytes(&entry), &leaf, &v->why);
    if (st == PL_OK)
        st = pl_log_find(log, &leaf, index, &v->why);
    if (st == PL_OK)
        st = pl_log_prove(log, *index, proof, &n, &v->why);
    if (st == PL_OK)
        st = pl_merkle_check_inclusion(*index, log->at.size, &leaf, proof, n, &log->at.root, &v->why);
    pl_buf_reset(&entry);
    return st;
}

static pl_status check_log(struct verifying *v)
{
    struct pl_key *keys[MAX_KEYS];
    const char *names[MAX_KEYS];
    struct pl_note_key by[MAX_KEYS];
    struct pl_log log = {0};
    uint64_t index = 0;
    size_t n = usable_keys(&v->trust, keys, names);
    for (size_t i = 0; i < n; i++)
        by[i] = (struct pl_note_key){.key = keys[i]};
    pl_status st = pl_log_open(v->options->log, by, n, &log, &v->why);
    if (st == PL_OK)
        st = find_in_log(v, &log, &index);
    if (st == PL_OK)
        st = pl_outcome_holds(v->o, "log", &v->why, "entry %llu of %llu of %.*s", (unsigned long long)index,
                              (unsigned long long)log.at.size, PL_ARG(log.at.origin));
    else {
        pl_err_about(&v->why, v->options->log);
        st = pl_outcome_fails(v->o, "log", &v->why);
    }
    pl_log_close(&log);
    return st;
}

/* What the signer attests: the exit code of the check, or PASSED and FAILED. */
static pl_status read_verdict(struct verifying *v, unsigned *level)
{
    static const char *const exit_path[] = {"report", "exit_code", NULL};
    static const char *const level_path[] = {"report", "level", "own", NULL};
    static const char *const result_path[] = {"verificationResult", NULL};
    static const char *const levels_path[] = {"verifiedLevels", NULL};
    uint64_t code = PL_EXIT_BUG;
    uint64_t own = 0;
    *level = 0;
    if (v->is_account) {
        if (!pl_json_node_u64(pl_statement_at(&v->statement, exit_path), &code) ||
            !pl_json_node_u64(pl_statement_at(&v->statement, level_path), &own) || own >= LEVELS)
            return pl_fail(&v->why, PL_E_INPUT, PL_NO_OFFSET, "the account has no exit code or level");
        *level = (unsigned)own;
    } else {
        const struct pl_json_node *one =
            pl_json_first(&v->statement.doc, pl_statement_at(&v->statement, levels_path));
        code =
            pl_json_is(pl_statement_at(&v->statement, result_path), "PASSED") ? PL_EXIT_PASS : PL_EXIT_FAIL;
        for (; one != NULL; one = pl_json_next(&v->statement.doc, one)) {
            pl_bytes name = pl_json_plain(one);
            if (name.n == 6 && pl_bytes_starts(name, PL_LIT("LCAL_")) && name.p[5] >= '0' &&
                name.p[5] < '0' + (int)LEVELS && name.p[5] - '0' > (int)*level)
                *level = name.p[5] - (unsigned)'0';
        }
    }
    v->attested = code == PL_EXIT_PASS || code == PL_EXIT_FAIL || code == PL_EXIT_TRUST
                      ? (enum pl_exit)code
                      : PL_EXIT_INCONCLUSIVE;
    return PL_OK;
}

static pl_status check_verdict(struct verifying *v)
{
    unsigned level;
    pl_status st = read_verdict(v, &level);
    if (st != PL_OK)
        return pl_outcome_fails(v->o, "verdict", &v->why);
    st = pl_outcome_fact(v->o, "level", &v->why, "LCAL-%u", level);
    if (st == PL_OK && v->attested == PL_EXIT_PASS)
        st = pl_outcome_holds(v->o, "verdict", &v->why, "pass, LCAL-%u", level);
    else if (st == PL_OK) {
        struct pl_err said = {.status = PL_OK};
        (void)pl_fail(&said, PL_OK, PL_NO_OFFSET, "what is attested is: %s, LCAL-%u",
                      pl_exit_name(v->attested), level);
        st = pl_outcome_fails(v->o, "verdict", &said);
    }
    if (st == PL_OK && has(v->o, "level")) {
        struct pl_err said = {.status = PL_OK};
        if (level >= v->options->level)
            return pl_outcome_holds(v->o, "level", &v->why, "LCAL-%u", level);
        (void)pl_fail(&said, PL_OK, PL_NO_OFFSET, "LCAL-%u, and LCAL-%u is needed", level, v->options->level);
        st = pl_outcome_fails(v->o, "level", &said);
    }
    return st;
}

static pl_status check_again(struct verifying *v)
{
    size_t differences = 0;
    pl_status st = v->is_account
                       ? pl_recheck(&v->statement, v->options->again, v->o, &differences, &v->why)
                       : pl_fail(&v->why, PL_E_USAGE, PL_NO_OFFSET,
                                 "a summary cannot be checked again: it has no account of the bytes");
    if (st != PL_OK)
        return pl_outcome_fails(v->o, "recheck", &v->why);
    if (differences == 0)
        return pl_outcome_holds(v->o, "recheck", &v->why,
                                "the same bytes in the same classes, and the same findings");
    struct pl_err said = {.status = PL_OK};
    v->is_contradicted = true;
    (void)pl_fail(&said, PL_OK, PL_NO_OFFSET, "%zu differences from what was signed", differences);
    return pl_outcome_fails(v->o, "recheck", &said);
}

/* One envelope, criterion by criterion; each rests on those before. */
static pl_status judge(struct verifying *v, pl_bytes text)
{
    pl_status st = open_envelope(v, text);
    if (st == PL_OK)
        st = check_signatures(v);
    if (st == PL_OK)
        st = read_statement(v);
    if (st == PL_OK && v->options->package != NULL)
        st = check_subject(v);
    if (st == PL_OK && v->options->verifier_id != NULL)
        st = check_verifier(v);
    if (st == PL_OK && v->options->log != NULL)
        st = check_log(v);
    if (st == PL_OK)
        st = check_verdict(v);
    if (st == PL_OK && v->options->again != NULL)
        st = check_again(v);
    if (st != PL_OK)
        pl_err_about(&v->why, v->options->attestation);
    return st;
}

/* The one place that says yes: every criterion was looked at and holds. */
static enum pl_exit decide(const struct verifying *v)
{
    enum pl_exit no = PL_EXIT_PASS;
    for (size_t i = 0; i < v->o->steps.n; i++) {
        if (v->o->steps.v[i].result == PL_STEP_NOT_REACHED)
            return PL_EXIT_TRUST;
        if (v->o->steps.v[i].result == PL_STEP_FAILS)
            no = v->attested != PL_EXIT_PASS ? v->attested : PL_EXIT_FAIL;
    }
    return no != PL_EXIT_PASS && v->is_contradicted ? PL_EXIT_FAIL : no;
}

static size_t holding(const struct pl_outcome *o)
{
    size_t n = 0;
    for (size_t i = 0; i < o->steps.n; i++)
        n += o->steps.v[i].result == PL_STEP_HOLDS;
    return n;
}

/* One line of many, with an outcome of its own. */
static pl_status judge_line(const struct verifying *all, pl_bytes line, struct pl_outcome **out,
                            struct pl_err *err)
{
    struct verifying one = {.options = all->options,
                            .threshold = all->threshold,
                            .trust = all->trust,
                            .package = all->package,
                            .package_why = all->package_why,
                            .is_quiet = true,
                            .attested = PL_EXIT_TRUST};
    one.o = pl_outcome_new("verify", all->options->attestation);
    if (one.o == NULL)
        return pl_fail_nomem(err);
    pl_status st = announce(&one);
    if (st == PL_OK)
        st = judge(&one, line);
    enum pl_exit exit = decide(&one);
    pl_statement_reset(&one.statement);
    pl_dsse_reset(&one.envelope);
    return pl_outcome_end(one.o, st, &one.why, exit, out, err);
}

/*
 * An in-toto bundle: an envelope a line, whose order and number nobody vouches for. With a package one good envelope about it is enough; without,
 * every line must be good. *chosen is the outcome of the line that decided.
 */
static pl_status judge_lines(const struct verifying *v, pl_bytes text, struct pl_outcome **chosen,
                             struct pl_err *err)
{
    bool wants_one = v->options->package != NULL;
    size_t n = 0;
    size_t good = 0;
    pl_bytes line;
    pl_status st = PL_OK;
    while (st == PL_OK && pl_bytes_line(&text, &line)) {
        struct pl_outcome *one = NULL;
        if (pl_bytes_trim(line).n == 0)
            continue;
        st = judge_line(v, line, &one, err);
        if (st != PL_OK)
            break;
        bool is_good = one->exit == PL_EXIT_PASS;
        bool was_good = *chosen != NULL && (*chosen)->exit == PL_EXIT_PASS;
        bool is_better =
            *chosen == NULL || (wants_one ? !was_good && holding(one) > holding(*chosen) : was_good);
        n++;
        good += is_good;
        pl_outcome_free(is_better ? *chosen : one);
        *chosen = is_better ? one : *chosen;
    }
    if (st == PL_OK && *chosen != NULL)
        st = pl_outcome_fact(*chosen, "envelopes", err, "%zu, of which %zu hold", n, good);
    return st;
}

/* In the process: many lines give the outcome of the one that decides. */
static pl_status judge_there(void *ctx, struct pl_outcome **said, enum pl_exit *exit, struct pl_err *why)
{
    struct verifying *v = ctx;
    struct pl_outcome *chosen = NULL;
    bool is_lines = pl_bytes_ends(pl_bytes_of_str(v->options->attestation), PL_LIT(".jsonl"));
    pl_status st = is_lines ? judge_lines(v, v->text, &chosen, &v->why) : judge(v, v->text);
    if (st == PL_OK && is_lines && chosen == NULL)
        st = pl_fail(&v->why, PL_E_TRUST, PL_NO_OFFSET, "there is no envelope in it");
    *why = v->why;
    *exit = chosen != NULL ? chosen->exit : decide(v);
    if (chosen != NULL && chosen->has_error && st == PL_OK) {
        *why = chosen->error;
        st = why->status;
    }
    if (chosen != NULL)
        *said = chosen;
    return st;
}

static pl_status run(struct verifying *v, enum pl_exit *exit)
{
    uint8_t *heap = NULL;
    size_t n = 0;
    const struct pl_verify_options *x = v->options;
    struct pl_limits limits = pl_limits_default();
    struct pl_ask how = {.limits = &limits, .is_here = x->is_unconfined};
    struct pl_apart apart = {.ctx = v,
                             .judge = judge_there,
                             .what = "the attestation",
                             .reads = &x->log,
                             .n_reads = x->log != NULL,
                             .how = &how};
    pl_status st = announce(v);
    if (st == PL_OK)
        st = load_trust(v);
    if (st == PL_OK)
        st = pl_io_read(x->attestation, PL_DSSE_MAX_BYTES, &heap, &n, &v->why);
    if (st == PL_OK && x->package != NULL)
        (void)digest_file(x->package, &v->package, &v->package_why); /* told when it is its turn */
    v->text = pl_bytes_of(heap, n);
    if (st == PL_OK)
        st = pl_judge_apart(&apart, v->o, exit, &v->why);
    free(heap);
    return st;
}

pl_status pl_verify(const struct pl_verify_options *options, struct pl_outcome **out, struct pl_err *err)
{
    struct verifying v = {.options = options, .attested = PL_EXIT_TRUST};
    enum pl_exit exit = PL_EXIT_TRUST;
    v.threshold = options->threshold == 0 ? 1 : options->threshold;
    v.o = pl_outcome_new("verify", options->attestation);
    if (v.o == NULL)
        return pl_fail_nomem(err);
    pl_status st = run(&v, &exit);
    if (st != PL_OK)
        pl_err_about(&v.why, options->attestation);
    pl_statement_reset(&v.statement);
    pl_dsse_reset(&v.envelope);
    pl_trust_reset(&v.trust);
    return pl_outcome_end(v.o, st, &v.why, exit, out, err);
}
