/*
 * chain_diff.c - two chains compared: see chain_diff.h for what counts as worse.
 */
#include "report/chain_diff.h"

#include "base/quote.h"
#include "report/pairing.h"

#include <stdlib.h>
#include <string.h>

#define MAX_BYTES  ((size_t)4 << 30)
#define TEXT_BYTES 256u

const char *pl_chain_level_word(bool has, unsigned level)
{
    static const char *const words[] = {"0", "1", "2", "3", "4"};
    return has && level < sizeof words / sizeof words[0] ? words[level] : "?";
}

/* "pkg:npm/%40a/b@1.2" is pkg:npm/%40a/b; what is no purl is its name. */
static pl_bytes package_of(const struct pl_chain_component *c)
{
    pl_bytes key = pl_bytes_of_str(c->key);
    size_t n = 0;
    if (!pl_bytes_starts(key, PL_LIT("pkg:")))
        return pl_bytes_of_str(c->name);
    while (n < key.n && key.p[n] != '@' && key.p[n] != '?' && key.p[n] != '#')
        n++;
    return pl_bytes_sub(key, 0, n);
}

/* Its purl; less strictly, its package in any version. */
static pl_bytes key_of(void *ctx, bool is_old, size_t i, bool is_strict)
{
    const struct pl_chain_diff *d = ctx;
    const struct pl_chain_component *c = is_old ? &d->old.components.v[i] : &d->now.components.v[i];
    return is_strict ? pl_bytes_of_str(c->key) : package_of(c);
}

/* What nobody looked at counts as below everything. */
static int rank(bool has, unsigned level)
{
    return has ? (int)level : -1;
}

static enum pl_change compare_levels(int old, int now)
{
    return now < old ? PL_CHANGE_FELL : now > old ? PL_CHANGE_ROSE : PL_CHANGE_SAME;
}

static int worth(enum pl_how how)
{
    return how == PL_HOW_VERIFIED ? 2 : how == PL_HOW_GIVEN ? 1 : 0;
}

static bool has_broken_link(const struct pl_chain_component *c)
{
    for (int l = 0; l < PL_LINK_COUNT; l++)
        if (c->has_result && c->links[l] == PL_VERDICT_BROKEN)
            return true;
    return false;
}

static struct pl_chain_change compare_pair(const struct pl_chain_component *old,
                                           const struct pl_chain_component *now)
{
    struct pl_chain_change x = {.old = old, .now = now};
    x.own = compare_levels(rank(old->has_own, old->own), rank(now->has_own, now->own));
    x.is_worse = x.own == PL_CHANGE_FELL;
    for (int l = 0; l < PL_LINK_COUNT; l++) {
        x.links[l] = pl_change_of_verdicts(old->links[l], now->links[l]);
        x.is_worse |= x.links[l] == PL_CHANGE_FELL;
    }
    x.has_lost_source = old->n_sources > 0 && (now->n_sources == 0 || worth(now->how) < worth(old->how));
    x.is_worse |= x.has_lost_source || now->unaccounted > old->unaccounted || now->opaque > old->opaque;
    return x;
}

static bool is_same(const struct pl_chain_change *x)
{
    bool is = !x->is_worse && x->own == PL_CHANGE_SAME && strcmp(x->old->key, x->now->key) == 0 &&
              x->old->unaccounted == x->now->unaccounted && x->old->opaque == x->now->opaque;
    for (int l = 0; l < PL_LINK_COUNT; l++)
        is = is && x->links[l] == PL_CHANGE_SAME;
    return is;
}

static pl_status add(struct pl_chain_diff *d, const struct pl_chain_change *x, struct pl_err *err)
{
    struct pl_chain_change *slot = PL_VEC_ADD(&d->changes);
    if (slot == NULL)
        return pl_fail_nomem(err);
    *slot = *x;
    return PL_OK;
}

static pl_status list(struct pl_chain_diff *d, const struct pl_pairing *p, struct pl_err *err)
{
    pl_status st = PL_OK;
    for (size_t i = 0; i < d->now.components.n && st == PL_OK; i++) {
        const struct pl_chain_component *now = &d->now.components.v[i];
        struct pl_chain_change x = {.now = now, .is_worse = has_broken_link(now)};
        bool is_paired = p->old_of[i] != SIZE_MAX;
        if (is_paired)
            x = compare_pair(&d->old.components.v[p->old_of[i]], now);
        if (is_paired && is_same(&x)) {
            d->same++;
            continue;
        }
        d->changed += is_paired;
        d->came += !is_paired;
        st = add(d, &x, err);
    }
    for (size_t i = 0; i < d->old.components.n && st == PL_OK; i++) {
        struct pl_chain_change x = {.old = &d->old.components.v[i]};
        if (p->is_paired[i])
            continue;
        d->went++;
        st = add(d, &x, err);
    }
    return st;
}

/* A sentence for `worse`; the text is reset. */
static pl_status say(struct pl_chain_diff *d, struct pl_buf *text, struct pl_err *err)
{
    pl_status st = pl_buf_done(text, err);
    const char **slot = st == PL_OK ? PL_VEC_ADD(&d->worse) : NULL;
    if (st == PL_OK && slot == NULL)
        st = pl_fail_nomem(err);
    if (st == PL_OK && (*slot = pl_arena_str(&d->arena, pl_buf_bytes(text))) == NULL)
        st = pl_arena_fail(&d->arena, err);
    pl_buf_reset(text);
    return st;
}

static pl_status say_count(struct pl_chain_diff *d, uint64_t n, const char *one, const char *many,
                           struct pl_err *err)
{
    struct pl_buf b;
    if (n == 0)
        return PL_OK;
    pl_buf_init(&b, TEXT_BYTES);
    pl_add_thousands(&b, n);
    pl_buf_printf(&b, " %s", n == 1 ? one : many);
    return say(d, &b, err);
}

struct counts {
    uint64_t fallen, unexamined, links, sources, broken, unaccounted, opaque;
};

static void count_change(const struct pl_chain_change *x, struct counts *n)
{
    if (x->old == NULL) {
        n->broken += x->is_worse;
        return;
    }
    if (x->now == NULL)
        return;
    bool is_lost = x->own == PL_CHANGE_FELL && !x->now->has_own;
    n->unexamined += is_lost;
    n->fallen += x->own == PL_CHANGE_FELL && !is_lost;
    for (int l = 0; l < PL_LINK_COUNT; l++)
        n->links += x->links[l] == PL_CHANGE_FELL;
    n->sources += x->has_lost_source;
    n->unaccounted += x->now->unaccounted > x->old->unaccounted;
    n->opaque += x->now->opaque > x->old->opaque;
}

static int gravity(enum pl_exit code)
{
    return code == PL_EXIT_PASS ? 0 : code == PL_EXIT_INCONCLUSIVE ? 1 : 2;
}

static pl_status say_all(struct pl_chain_diff *d, struct pl_err *err)
{
    struct counts n = {0};
    struct pl_buf b;
    pl_status st = PL_OK;
    pl_buf_init(&b, TEXT_BYTES);
    if (gravity(d->now.exit) > gravity(d->old.exit)) {
        pl_buf_printf(&b, "the verdict was %s and is %s", pl_exit_name(d->old.exit),
                      pl_exit_name(d->now.exit));
        st = say(d, &b, err);
    }
    if (st == PL_OK && d->level == PL_CHANGE_FELL) {
        pl_buf_printf(&b, "the chain level fell from LCAL-%s to LCAL-%s",
                      pl_chain_level_word(d->old.has_level, d->old.level),
                      pl_chain_level_word(d->now.has_level, d->now.level));
        st = say(d, &b, err);
    }
    for (size_t i = 0; i < d->changes.n; i++)
        count_change(&d->changes.v[i], &n);
    const struct {
        uint64_t n;
        const char *one, *many;
    } rows[] = {
        {n.fallen, "component fell to a lower level", "components fell to a lower level"},
        {n.unexamined, "component is not examined any more", "components are not examined any more"},
        {n.links, "link of a component fell", "links of components fell"},
        {n.sources, "component lost a source or the better way to it",
         "components lost a source or the better way to it"},
        {n.broken, "component came with a broken link", "components came with a broken link"},
        {n.unaccounted, "component has more bytes unaccounted", "components have more bytes unaccounted"},
        {n.opaque, "component has more bytes opaque", "components have more bytes opaque"}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0] && st == PL_OK; i++)
        st = say_count(d, rows[i].n, rows[i].one, rows[i].many, err);
    return st;
}

static pl_status compare(struct pl_chain_diff *d, struct pl_err *err)
{
    struct pl_pairing p = {.arena = &d->arena,
                           .n_old = d->old.components.n,
                           .n_now = d->now.components.n,
                           .key = key_of,
                           .ctx = d};
    d->level = compare_levels(rank(d->old.has_level, d->old.level), rank(d->now.has_level, d->now.level));
    pl_status st = pl_pair(&p, err);
    if (st == PL_OK)
        st = list(d, &p, err);
    return st == PL_OK ? say_all(d, err) : st;
}

/* The exit of a chain that broke off, PL_EXIT_PASS when neither did. */
static enum pl_exit broken_off(const struct pl_chain_diff *d)
{
    const struct pl_chain_view *v = d->old.errors.n > 0 ? &d->old : &d->now;
    if (v->errors.n == 0 || v->components.n > 0)
        return PL_EXIT_PASS;
    return v->exit == PL_EXIT_PASS || v->exit == PL_EXIT_FAIL ? PL_EXIT_INPUT : v->exit;
}

/* Read one of them; the first failure is the one that is told. */
static void read_one(struct pl_chain_diff *d, bool is_old, pl_bytes text, const struct pl_err *why)
{
    struct pl_err err = *why;
    if (err.status == PL_OK)
        err.status = pl_chain_view_read(text, is_old ? &d->old : &d->now, &err);
    if (err.status == PL_OK || d->error.status != PL_OK)
        return;
    d->error = err;
    d->error_is_old = is_old;
}

pl_status pl_chain_diff_make(pl_bytes old, const struct pl_err *old_why, pl_bytes now,
                             const struct pl_err *now_why, struct pl_chain_diff **out, struct pl_err *err)
{
    struct pl_chain_diff *d = calloc(1, sizeof *d);
    pl_status st = PL_OK;
    if (d == NULL)
        return pl_fail_nomem(err);
    pl_arena_init(&d->arena, MAX_BYTES);
    d->old.subject = d->now.subject = "";
    read_one(d, true, old, old_why);
    read_one(d, false, now, now_why);
    d->exit = d->error.status != PL_OK ? pl_exit_of_status(d->error.status) : broken_off(d);
    if (d->exit == PL_EXIT_PASS) {
        st = compare(d, err);
        d->exit = d->worse.n > 0 ? PL_EXIT_FAIL : PL_EXIT_PASS;
    }
    if (st == PL_OK)
        *out = d;
    else
        pl_chain_diff_free(d);
    return st;
}

void pl_chain_diff_free(struct pl_chain_diff *d)
{
    if (d == NULL)
        return;
    pl_chain_view_reset(&d->old);
    pl_chain_view_reset(&d->now);
    PL_VEC_FREE(&d->changes);
    PL_VEC_FREE(&d->worse);
    pl_arena_reset(&d->arena);
    free(d);
}

enum pl_exit pl_chain_diff_exit(const struct pl_chain_diff *d)
{
    return d->exit;
}

pl_status pl_chain_diff_write(const struct pl_chain_diff *d, const char *format,
                              const struct pl_write_options *options,
                              bool (*put)(void *ctx, const void *bytes, size_t n), void *ctx,
                              struct pl_err *err)
{
    static const struct pl_write_options plain;
    struct pl_buf out;
    bool is_text = strcmp(format, "text") == 0;
    if (!is_text && strcmp(format, "json") != 0)
        return pl_fail(err, PL_E_USAGE, PL_NO_OFFSET, "a diff is text or json, not %s", format);
    pl_buf_init(&out, MAX_BYTES);
    if (is_text)
        pl_chain_diff_text(d, options == NULL ? &plain : options, &out);
    else
        pl_chain_diff_json(d, &out);
    return pl_buf_deliver(&out, put, ctx, "the diff", err);
}
