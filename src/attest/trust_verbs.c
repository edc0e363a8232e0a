/*
 * trust_verbs.c - plumb trust add, ls and rm.
 */
#include "attest/outcome.h"
#include "attest/trust.h"
#include "io/write.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define NAME_MAX_BYTES 64u
#define PEM_MAX        16384u

static bool is_name(pl_bytes name)
{
    if (name.n == 0 || name.n > NAME_MAX_BYTES || name.p[0] == '.')
        return false;
    for (size_t i = 0; i < name.n; i++)
        if (strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-@", name.p[i]) == NULL ||
            name.p[i] == 0)
            return false;
    return true;
}

static pl_status path_of(struct pl_outcome *o, const struct pl_trust_options *x, const char **dir,
                         pl_bytes name, const char **out, struct pl_err *err)
{
    pl_status st = pl_trust_folder(x->dir, &o->arena, dir, err);
    if (st != PL_OK)
        return st;
    if (!is_name(name))
        return pl_fail(err, PL_E_USAGE, PL_NO_OFFSET,
                       "a name is made of up to %u letters, digits and ._-@, and does not begin with a dot",
                       NAME_MAX_BYTES);
    *out = pl_arena_printf(&o->arena, "%s/%.*s.pem", *dir, PL_ARG(name));
    return *out == NULL ? pl_arena_fail(&o->arena, err) : PL_OK;
}

/* Only we may write the store. */
static pl_status make_store(const char *dir, struct pl_err *err)
{
    struct stat sb;
    if (stat(dir, &sb) == 0)
        return PL_OK;
    pl_status st = pl_io_mkdirs(dir, err);
    if (st == PL_OK && chmod(dir, 0700) != 0)
        st = pl_fail_errno(err, "trust: cannot close the folder to others");
    return st;
}

static pl_status write_one(struct pl_outcome *o, const char *path, pl_bytes name, const char *expires,
                           const struct pl_key *key, struct pl_err *err)
{
    struct pl_buf text;
    pl_buf_init(&text, PEM_MAX);
    pl_buf_printf(&text, "name: %.*s\n", PL_ARG(name));
    if (expires != NULL)
        pl_buf_printf(&text, "expires: %s\n", expires);
    pl_status st = pl_key_public_pem(key, &text, err);
    if (st == PL_OK)
        st = pl_io_write(path, 0644, pl_buf_bytes(&text), err);
    pl_buf_reset(&text);
    return st == PL_OK ? pl_outcome_fact(o, "key", err, "%s %.*s%s%s", pl_key_id(key), PL_ARG(name),
                                         expires == NULL ? "" : " until ", expires == NULL ? "" : expires)
                       : st;
}

static pl_status add(const struct pl_trust_options *x, struct pl_outcome *o, struct pl_err *err)
{
    struct pl_key *key = NULL;
    const char *dir = NULL;
    const char *path = NULL;
    pl_bytes name = pl_bytes_basename(pl_bytes_of_str(x->name != NULL ? x->name : x->key));
    if (x->name == NULL && pl_bytes_ends(name, PL_LIT(".pub")))
        name.n -= 4;
    if (x->name != NULL)
        name = pl_bytes_of_str(x->name);
    if (x->expires != NULL && !pl_is_date(pl_bytes_of_str(x->expires)))
        return pl_fail(err, PL_E_USAGE, PL_NO_OFFSET, "'%s' is no date such as 2027-06-01", x->expires);
    pl_status st = path_of(o, x, &dir, name, &path, err);
    if (st == PL_OK && access(path, F_OK) == 0) {
        st = pl_fail(err, PL_E_USAGE, PL_NO_OFFSET, "a key of that name is trusted already");
        pl_err_hint(err, "plumb trust rm %.*s takes it away; --name gives another name", PL_ARG(name));
    }
    if (st == PL_OK)
        st = pl_key_read(x->key, NULL, &key, err);
    if (st == PL_OK && pl_key_is_private(key))
        st = pl_fail(err, PL_E_USAGE, PL_NO_OFFSET, "this is a private key: trust its public part, FILE.pub");
    if (st == PL_OK)
        st = make_store(dir, err);
    if (st == PL_OK)
        st = write_one(o, path, name, x->expires, key, err);
    pl_key_free(key);
    return st;
}

static pl_status list(const struct pl_trust_options *x, struct pl_outcome *o, struct pl_err *err)
{
    struct pl_trust t = {0};
    char today[PL_DATE_BYTES];
    const char *dir = NULL;
    pl_status st = pl_trust_folder(x->dir, &o->arena, &dir, err);
    pl_day_of(x->at_s, today);
    if (st == PL_OK)
        st = pl_trust_of_store(dir, today, &t, err);
    if (st != PL_OK)
        return st;
    for (size_t i = 0; i < t.list.n && st == PL_OK; i++) {
        const struct pl_trusted *k = &t.list.v[i];
        st = pl_outcome_fact(
            o, "key", err, "%s %s %s%s%s%s", pl_key_id(k->key), pl_key_kind_name(pl_key_kind(k->key)),
            k->name, k->expires[0] == '\0' ? "" : " until ", k->expires, k->is_expired ? " (expired)" : "");
    }
    if (st == PL_OK)
        st = pl_outcome_fact(o, "store", err, "%s, %zu keys", dir, t.list.n);
    pl_trust_reset(&t);
    return st;
}

static pl_status take_away(const struct pl_trust_options *x, struct pl_outcome *o, struct pl_err *err)
{
    const char *dir = NULL;
    const char *path = NULL;
    pl_status st = path_of(o, x, &dir, pl_bytes_of_str(x->name), &path, err);
    if (st != PL_OK)
        return st;
    if (unlink(path) == 0)
        return pl_outcome_fact(o, "removed", err, "%s", x->name);
    st = errno == ENOENT ? pl_fail(err, PL_E_NOT_FOUND, PL_NO_OFFSET, "no key of that name is trusted")
                         : pl_fail_errno(err, "trust: cannot remove");
    pl_err_about(err, path);
    return st;
}

static pl_status run(const char *verb, const char *subject,
                     pl_status (*act)(const struct pl_trust_options *, struct pl_outcome *, struct pl_err *),
                     const struct pl_trust_options *options, struct pl_outcome **out, struct pl_err *err)
{
    struct pl_err why = {0};
    struct pl_outcome *o = pl_outcome_new(verb, subject == NULL ? "" : subject);
    if (o == NULL)
        return pl_fail_nomem(err);
    pl_status st = act(options, o, &why);
    return pl_outcome_end(o, st, &why, PL_EXIT_PASS, out, err);
}

pl_status pl_trust_add(const struct pl_trust_options *options, struct pl_outcome **out, struct pl_err *err)
{
    return run("trust add", options->key, add, options, out, err);
}

pl_status pl_trust_list(const struct pl_trust_options *options, struct pl_outcome **out, struct pl_err *err)
{
    return run("trust ls", options->dir, list, options, out, err);
}

pl_status pl_trust_remove(const struct pl_trust_options *options, struct pl_outcome **out, struct pl_err *err)
{
    return run("trust rm", options->name, take_away, options, out, err);
}
