/*
 * trust.c - the trust store.
 */
#include "attest/trust.h"

#include "io/clock.h"
#include "io/read.h"
#include "io/walk.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define ARENA_BYTES (16u << 20)
#define MAX_KEYS    1024u

void pl_trust_reset(struct pl_trust *t)
{
    for (size_t i = 0; i < t->list.n; i++)
        pl_key_free(t->list.v[i].key);
    PL_VEC_FREE(&t->list);
    pl_arena_reset(&t->arena);
}

bool pl_is_date(pl_bytes text)
{
    static const char form[] = "dddd-dd-dd";
    if (text.n != sizeof form - 1)
        return false;
    for (size_t i = 0; i < text.n; i++)
        if (form[i] == 'd' ? text.p[i] < '0' || text.p[i] > '9' : text.p[i] != '-')
            return false;
    unsigned month = (text.p[5] - '0') * 10u + (text.p[6] - '0');
    unsigned day = (text.p[8] - '0') * 10u + (text.p[9] - '0');
    return month >= 1 && month <= 12 && day >= 1 && day <= 31;
}

void pl_day_of(int64_t at_s, char out[PL_DATE_BYTES])
{
    char text[PL_RFC3339_BYTES];
    pl_clock_rfc3339(at_s == 0 ? pl_clock_utc_s() : at_s, text);
    memcpy(out, text, PL_DATE_BYTES - 1);
    out[PL_DATE_BYTES - 1] = '\0';
}

pl_status pl_trust_folder(const char *dir, struct pl_arena *arena, const char **out, struct pl_err *err)
{
    const char *xdg = getenv("XDG_CONFIG_HOME");
    const char *home = getenv("HOME");
    if (dir != NULL)
        *out = pl_arena_str(arena, pl_bytes_of_str(dir));
    else if (xdg != NULL && xdg[0] == '/')
        *out = pl_arena_printf(arena, "%s/plumbline/trust", xdg);
    else if (home != NULL && home[0] == '/')
        *out = pl_arena_printf(arena, "%s/.config/plumbline/trust", home);
    else
        return pl_fail(err, PL_E_USAGE, PL_NO_OFFSET,
                       "there is no home folder to look for trusted keys in: give --trust-dir");
    return *out == NULL ? pl_arena_fail(arena, err) : PL_OK;
}

pl_status pl_trust_read_one(pl_bytes text, struct pl_arena *arena, struct pl_trusted *out, struct pl_err *err)
{
    struct pl_trusted t = {0};
    pl_bytes rest = text;
    pl_bytes line;
    while (pl_bytes_line(&rest, &line) && !pl_bytes_starts(line, PL_LIT("-----"))) {
        if (pl_bytes_starts(line, PL_LIT("name: ")))
            t.name = pl_arena_str(arena, pl_bytes_trim(pl_bytes_from(line, 6)));
        else if (pl_bytes_starts(line, PL_LIT("expires: ")) &&
                 pl_is_date(pl_bytes_trim(pl_bytes_from(line, 9))))
            memcpy(t.expires, line.p + 9, PL_DATE_BYTES - 1);
        else if (pl_bytes_trim(line).n > 0)
            return pl_fail(err, PL_E_INPUT, PL_NO_OFFSET, "trust: a line that is neither name nor expires");
    }
    pl_status st = pl_key_of_pem(text, (pl_bytes){NULL, 0}, &t.key, err);
    if (st == PL_OK && pl_key_is_private(t.key)) {
        pl_key_free(t.key);
        return pl_fail(err, PL_E_TRUST, PL_NO_OFFSET,
                       "trust: a private key has no place among the trusted ones");
    }
    if (st == PL_OK)
        *out = t;
    return st;
}

pl_status pl_trust_of_files(const char *const *paths, size_t n, struct pl_trust *out, struct pl_err *err)
{
    struct pl_trust t = {0};
    pl_status st = PL_OK;
    pl_arena_init(&t.arena, ARENA_BYTES);
    for (size_t i = 0; i < n && st == PL_OK; i++) {
        struct pl_trusted *slot = PL_VEC_ADD(&t.list);
        st = slot == NULL ? pl_fail_nomem(err) : pl_key_read(paths[i], NULL, &slot->key, err);
    }
    if (st == PL_OK)
        *out = t;
    else
        pl_trust_reset(&t);
    return st;
}

struct loading {
    struct pl_trust *trust;
    const char *today;
};

static bool is_top(void *ctx, const struct pl_walk_entry *e)
{
    (void)ctx; /* no folder within the store is looked into */
    (void)e;
    return false;
}

static pl_status load_one(void *ctx, const struct pl_walk_entry *e, struct pl_err *err)
{
    struct loading *l = ctx;
    struct pl_trust *t = l->trust;
    uint8_t *heap = NULL;
    size_t n = 0;
    if (e->type != PL_ENTRY_FILE || !pl_bytes_ends(e->path, PL_LIT(".pem")))
        return PL_OK;
    if ((e->mode & 022) != 0)
        return pl_fail(err, PL_E_TRUST, PL_NO_OFFSET, "trust: others may write %.*s", PL_ARG(e->path));
    if (t->list.n == MAX_KEYS)
        return pl_fail(err, PL_E_LIMIT, PL_NO_OFFSET, "trust: more than %u keys", MAX_KEYS);
    pl_status st = pl_io_read_at(e->dir_fd, e->name, PL_KEY_FILE_MAX_BYTES, &heap, &n, err);
    if (st != PL_OK)
        return st;
    struct pl_trusted one = {0};
    st = pl_trust_read_one(pl_bytes_of(heap, n), &t->arena, &one, err);
    free(heap);
    struct pl_trusted *slot = st == PL_OK ? PL_VEC_ADD(&t->list) : NULL;
    if (slot == NULL) {
        pl_key_free(one.key);
        return st == PL_OK ? pl_fail_nomem(err) : st;
    }
    one.name = pl_arena_str(
        &t->arena, pl_bytes_sub(e->path, 0, e->path.n - 4)); /* the file's name, which is unique, counts */
    one.is_expired = one.expires[0] != '\0' && strcmp(l->today, one.expires) >= 0;
    *slot = one;
    return one.name == NULL ? pl_arena_fail(&t->arena, err) : PL_OK;
}

pl_status pl_trust_of_store(const char *dir, const char *today, struct pl_trust *out, struct pl_err *err)
{
    struct pl_trust t = {0};
    struct pl_limits limits = pl_limits_default();
    struct loading l = {.trust = &t, .today = today};
    struct pl_walk_sink sink = {.ctx = &l, .entry = load_one, .wants = is_top};
    struct stat sb;
    pl_status st = PL_OK;
    pl_arena_init(&t.arena, ARENA_BYTES);
    if (stat(dir, &sb) == 0) {
        if ((sb.st_mode & 022) != 0)
            st = pl_fail(err, PL_E_TRUST, PL_NO_OFFSET, "trust: others may write the folder (mode %04o)",
                         (unsigned)sb.st_mode & 07777u);
        else
            st = pl_walk(dir, &limits, &sink, err);
    } else if (errno != ENOENT) {
        st = pl_fail_errno(err, "trust: cannot read the folder");
    }
    if (st == PL_OK) {
        *out = t;
    } else {
        pl_err_about(err, dir);
        pl_trust_reset(&t);
    }
    return st;
}
