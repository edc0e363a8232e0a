/*
 * log_check.c - plumb log check: does a log fit together, and did it only grow since it was last seen?
 */
#include "attest/log.h"
#include "attest/outcome.h"
#include "attest/trust.h"
#include "io/read.h"
#include "io/write.h"

#include <stdlib.h>

#define MAX_KEYS 1024u

struct checking {
    const struct pl_log_check_options *options;
    struct pl_outcome *o;
    struct pl_trust trust;
    struct pl_note_key keys[MAX_KEYS];
    size_t n_keys;
    struct pl_log log;
    uint8_t *seen_heap;
    size_t seen_n;
    struct pl_checkpoint seen; /* size 0 when nothing was seen yet */
    struct pl_err why;
};

static pl_status announce(struct checking *c)
{
    pl_status st =
        pl_outcome_enforce(c->o, "checkpoint", &c->why, "the checkpoint is signed by a trusted key");
    if (st == PL_OK && c->options->seen != NULL)
        st = pl_outcome_enforce(c->o, "seen", &c->why, "what was seen last, in %s, is of this log",
                                c->options->seen);
    if (st == PL_OK)
        st = pl_outcome_enforce(c->o, "entries", &c->why,
                                "every tile follows from the entries, and they give the root");
    if (st == PL_OK && c->options->seen != NULL)
        st = pl_outcome_enforce(c->o, "grown", &c->why, "the log begins with what was seen");
    return st;
}

static pl_status load_keys(struct checking *c)
{
    char today[PL_DATE_BYTES];
    const char *dir = NULL;
    pl_status st = PL_OK;
    pl_day_of(c->options->at_s, today);
    if (c->options->n_keys > 0) {
        st = pl_trust_of_files(c->options->keys, c->options->n_keys, &c->trust, &c->why);
    } else {
        st = pl_trust_folder(c->options->trust_dir, &c->o->arena, &dir, &c->why);
        if (st == PL_OK)
            st = pl_trust_of_store(dir, today, &c->trust, &c->why);
    }
    for (size_t i = 0; st == PL_OK && i < c->trust.list.n && c->n_keys < MAX_KEYS; i++)
        if (!c->trust.list.v[i].is_expired)
            c->keys[c->n_keys++] = (struct pl_note_key){.key = c->trust.list.v[i].key};
    return st;
}

static pl_status open_log(struct checking *c)
{
    pl_status st = pl_log_open(c->options->log, c->keys, c->n_keys, &c->log, &c->why);
    if (st != PL_OK)
        return pl_outcome_fails(c->o, "checkpoint", &c->why);
    st = pl_outcome_fact(c->o, "origin", &c->why, "%.*s", PL_ARG(c->log.at.origin));
    if (st == PL_OK)
        st = pl_outcome_fact(c->o, "size", &c->why, "%llu", (unsigned long long)c->log.at.size);
    return st == PL_OK ? pl_outcome_holds(c->o, "checkpoint", &c->why, "signed by %s",
                                          pl_key_id(c->keys[c->log.signed_by].key))
                       : st;
}

/* The last checkpoint that was seen, which must be signed, too, and be of the same log. */
static pl_status read_seen(struct checking *c)
{
    pl_bytes text;
    pl_status st = pl_io_read(c->options->seen, PL_NOTE_MAX_BYTES, &c->seen_heap, &c->seen_n, &c->why);
    if (st == PL_E_NOT_FOUND)
        return pl_outcome_holds(c->o, "seen", &c->why, "nothing was seen before");
    if (st == PL_OK)
        st = pl_note_open(pl_bytes_of(c->seen_heap, c->seen_n), c->keys, c->n_keys, &text, NULL, &c->why);
    if (st == PL_OK)
        st = pl_checkpoint_read(text, &c->seen, &c->why);
    if (st == PL_E_INPUT)
        c->why.status = st = PL_E_TRUST;
    if (st == PL_OK && !pl_bytes_eq(c->seen.origin, c->log.at.origin))
        st = pl_fail(&c->why, PL_E_TRUST, PL_NO_OFFSET, "what was seen last is of another log");
    if (st == PL_OK && c->seen.size > c->log.at.size)
        st = pl_fail(&c->why, PL_E_TRUST, PL_NO_OFFSET, "the log has %llu entries, and %llu were seen",
                     (unsigned long long)c->log.at.size, (unsigned long long)c->seen.size);
    if (st != PL_OK) {
        pl_err_about(&c->why, c->options->seen);
        return pl_outcome_fails(c->o, "seen", &c->why);
    }
    return pl_outcome_holds(c->o, "seen", &c->why, "%llu entries", (unsigned long long)c->seen.size);
}

static pl_status audit(struct checking *c)
{
    pl_sha256 root = {{0}};
    pl_status st = pl_log_audit(&c->log, c->seen.size, &root, &c->why);
    if (st != PL_OK)
        return pl_outcome_fails(c->o, "entries", &c->why);
    st = pl_outcome_holds(c->o, "entries", &c->why, "%llu entries", (unsigned long long)c->log.at.size);
    if (st != PL_OK || c->options->seen == NULL)
        return st;
    if (c->seen.size > 0 && !pl_sha256_eq(&root, &c->seen.root)) {
        (void)pl_fail(&c->why, PL_E_TRUST, PL_NO_OFFSET,
                      "the first %llu entries are not those that were seen",
                      (unsigned long long)c->seen.size);
        return pl_outcome_fails(c->o, "grown", &c->why);
    }
    st = pl_io_write(c->options->seen, 0644, pl_bytes_of(c->log.heap, c->log.n), &c->why);
    return st == PL_OK ? pl_outcome_holds(c->o, "grown", &c->why, "by %llu entries",
                                          (unsigned long long)(c->log.at.size - c->seen.size))
                       : st;
}

static pl_status run(struct checking *c)
{
    pl_status st = announce(c);
    if (st == PL_OK)
        st = load_keys(c);
    if (st == PL_OK)
        st = open_log(c);
    if (st == PL_OK && c->options->seen != NULL)
        st = read_seen(c);
    return st == PL_OK ? audit(c) : st;
}

pl_status pl_log_check(const struct pl_log_check_options *options, struct pl_outcome **out,
                       struct pl_err *err)
{
    struct checking *c = calloc(1, sizeof *c);
    struct pl_outcome *o = pl_outcome_new("log check", options->log);
    if (c == NULL || o == NULL) {
        pl_outcome_free(o);
        free(c);
        return pl_fail_nomem(err);
    }
    c->options = options;
    c->o = o;
    pl_status st = run(c);
    struct pl_err why = c->why;
    pl_log_close(&c->log);
    pl_trust_reset(&c->trust);
    free(c->seen_heap);
    free(c);
    return pl_outcome_end(o, st, &why, PL_EXIT_PASS, out, err);
}
