/*
 * release.c - the signed file at the top of an apt archive.
 *
 *     Origin: Debian
 *     Suite: oldstable
 *     Codename: bookworm
 *     Date: Sat, 11 Jul 2026 10:16:37 UTC
 *     Acquire-By-Hash: yes
 *     SHA256:
 *      <64 hex>  <size> main/binary-amd64/Packages.xz
 *
 * Source: https://wiki.debian.org/DebianRepository/Format. Only SHA256 counts. A copy that has expired (Valid-Until) is noted and used: a
 * frozen mirror is a fair place to look things up, and how old is too old is policy. A copy older than the one we have is not taken.
 *
 * Kept in the cache under the base URL: InRelease or Release + Release.gpg, only after their signature held, and `state`:
 * when it was fetched, what the server said about it, when it last failed.
 */
#include "supply/release.h"

#include "base/parallel.h"
#include "format/text/deb822.h"
#include "io/clock.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#define RELEASES_AT_ONCE    4u
#define MAX_RELEASE_BYTES   (16u << 20)
#define MAX_STATE_BYTES     8192u
#define DEFAULT_AGE_S       900u
#define RELEASE_ARENA_BYTES (128u << 20)

/* What is known about the copy in the cache. */
struct state {
    int64_t fetched_s; /* 0 when never */
    int64_t failed_s;  /* 0 when the last try was well */
    char etag[PL_HTTP_HEADER_BYTES];
    char last_modified[PL_HTTP_HEADER_BYTES];
    char failure[256];
};

enum todo { TODO_NOTHING, TODO_VERIFY, TODO_FETCH, TODO_GIVE_UP /* out of memory */ };

/* One release on its way. */
struct load {
    enum todo todo;
    struct pl_release *release;
    struct state state;
    bool has_copy;    /* in the cache */
    bool is_detached; /* Release + Release.gpg */
    bool is_new;      /* body came from the network */
    struct pl_buf body;
    struct pl_buf signature;
    const char *text_url;
    const char *signature_url;
};

static void copy_text(char *out, size_t room, pl_bytes value)
{
    (void)snprintf(out, room, "%.*s", (int)(value.n < room ? value.n : 0),
                   value.n == 0 ? "" : (const char *)value.p);
    for (char *p = out; *p != '\0'; p++)
        if (*p == '\n' || *p == '\r')
            *p = ' ';
}

/* A state that cannot be read is an empty one. */
static void read_state(struct pl_supply *s, struct load *l)
{
    uint8_t *heap;
    size_t n;
    struct pl_arena arena;
    struct pl_deb822 stanza;
    uint64_t number;
    if (pl_cache_note_read(s->cache, l->release->base_url, "state", MAX_STATE_BYTES, &heap, &n, NULL) !=
        PL_OK)
        return;
    pl_bytes text = pl_bytes_of(heap, n);
    pl_arena_init(&arena, 1u << 16);
    if (pl_deb822_next(&text, &arena, &stanza, NULL) == PL_OK) {
        if (pl_bytes_to_u64(pl_deb822_get(&stanza, "Fetched"), &number) && number < INT64_MAX)
            l->state.fetched_s = (int64_t)number;
        if (pl_bytes_to_u64(pl_deb822_get(&stanza, "Failed"), &number) && number < INT64_MAX)
            l->state.failed_s = (int64_t)number;
        copy_text(l->state.etag, sizeof l->state.etag, pl_deb822_get(&stanza, "ETag"));
        copy_text(l->state.last_modified, sizeof l->state.last_modified,
                  pl_deb822_get(&stanza, "Last-Modified"));
        copy_text(l->state.failure, sizeof l->state.failure, pl_deb822_get(&stanza, "Failure"));
    }
    pl_arena_reset(&arena);
    free(heap);
}

static pl_status write_state(struct pl_supply *s, const struct load *l, struct pl_err *err)
{
    struct pl_buf text;
    pl_buf_init(&text, MAX_STATE_BYTES);
    pl_buf_printf(&text, "URL: %s\nFetched: %lld\n", l->release->base_url, (long long)l->state.fetched_s);
    if (l->state.etag[0] != '\0')
        pl_buf_printf(&text, "ETag: %s\n", l->state.etag);
    if (l->state.last_modified[0] != '\0')
        pl_buf_printf(&text, "Last-Modified: %s\n", l->state.last_modified);
    if (l->state.failed_s != 0)
        pl_buf_printf(&text, "Failed: %lld\nFailure: %s\n", (long long)l->state.failed_s, l->state.failure);
    pl_status st = pl_buf_done(&text, err);
    if (st == PL_OK)
        st = pl_cache_note_write(s->cache, l->release->base_url, "state", pl_buf_bytes(&text), err);
    pl_buf_reset(&text);
    return st;
}

static pl_status read_note(struct pl_supply *s, const char *base_url, const char *name, struct pl_buf *out)
{
    uint8_t *heap;
    size_t n;
    pl_status st = pl_cache_note_read(s->cache, base_url, name, MAX_RELEASE_BYTES, &heap, &n, NULL);
    if (st != PL_OK)
        return st;
    pl_buf_clear(out);
    pl_buf_add(out, pl_bytes_of(heap, n));
    free(heap);
    return pl_buf_done(out, NULL);
}

/* The copy in the cache, into the buffers. PL_E_NOMEM, or another status when there is none that can be read. */
static pl_status read_copy(struct pl_supply *s, struct load *l)
{
    const char *base = l->release->base_url;
    l->is_new = false;
    l->is_detached = false;
    pl_status st = read_note(s, base, "InRelease", &l->body);
    if (st == PL_OK || st == PL_E_NOMEM)
        return st;
    l->is_detached = true;
    st = read_note(s, base, "Release", &l->body);
    return st == PL_OK ? read_note(s, base, "Release.gpg", &l->signature) : st;
}

static int month_of(pl_bytes word)
{
    static const char names[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    size_t at = word.n == 3 ? pl_bytes_find(pl_bytes_of_str(names), word, 0) : SIZE_MAX;
    return at == SIZE_MAX || at % 3 != 0 ? -1 : (int)(at / 3);
}

/* "Sat, 11 Jul 2026 10:16:37 UTC" in seconds since 1970; 0 when it is not such a date. RFC 5322 as apt restricts it. */
static int64_t date_of(pl_bytes text)
{
    pl_bytes words[6] = {{NULL, 0}};
    uint64_t day, year, hour, minute, second;
    for (size_t i = 0; i < 6; i++)
        if (!pl_bytes_split(&text, ' ', &words[i]))
            return 0;
    pl_bytes clock = words[4];
    pl_bytes parts[3] = {{NULL, 0}};
    for (size_t i = 0; i < 3; i++)
        (void)pl_bytes_split(&clock, ':', &parts[i]); /* a missing part is no number */
    int month = month_of(words[2]);
    bool is_date = month >= 0 && pl_bytes_to_u64(words[1], &day) && pl_bytes_to_u64(words[3], &year) &&
                   pl_bytes_to_u64(parts[0], &hour) && pl_bytes_to_u64(parts[1], &minute) &&
                   pl_bytes_to_u64(parts[2], &second) && day <= 31 && year >= 1970 && year <= 9999 &&
                   hour < 24 && minute < 60 && second <= 60;
    if (!is_date)
        return 0;
    struct tm tm = {.tm_year = (int)year - 1900,
                    .tm_mon = month,
                    .tm_mday = (int)day,
                    .tm_hour = (int)hour,
                    .tm_min = (int)minute,
                    .tm_sec = (int)second};
    return (int64_t)timegm(&tm);
}

/* Is this the suite that was asked for? "stretch/updates" is one of codename "stretch". A flat archive has no name. */
static bool is_asked_suite(const struct pl_apt_source *source, const struct pl_deb822 *fields)
{
    pl_bytes names[2] = {pl_deb822_get(fields, "Suite"), pl_deb822_get(fields, "Codename")};
    pl_bytes asked = pl_bytes_of_str(source->suite);
    pl_bytes first = pl_bytes_sub(asked, 0, pl_bytes_find_byte(asked, '/', 0));
    if (source->is_flat || (names[0].n == 0 && names[1].n == 0))
        return true;
    for (size_t i = 0; i < 2; i++)
        if (names[i].n > 0 && (pl_bytes_eq(names[i], asked) || pl_bytes_eq(names[i], first)))
            return true;
    return false;
}

static bool is_yes(pl_bytes value)
{
    return value.n == 3 && strncasecmp((const char *)value.p, "yes", 3) == 0;
}

static pl_status read_fields(struct pl_release *r, struct pl_err *err)
{
    struct pl_deb822 f;
    pl_bytes rest = r->text;
    pl_status st = pl_deb822_next(&rest, &r->arena, &f, err);
    if (st != PL_OK)
        return st;
    if (!is_asked_suite(r->source, &f))
        return pl_fail(err, PL_E_TRUST, PL_NO_OFFSET, "asked for suite %s, got %.*s (%.*s)", r->source->suite,
                       PL_ARG(pl_deb822_get(&f, "Suite")), PL_ARG(pl_deb822_get(&f, "Codename")));
    r->origin = pl_deb822_get(&f, "Origin");
    r->digests = pl_deb822_get(&f, "SHA256");
    r->has_by_hash = is_yes(pl_deb822_get(&f, "Acquire-By-Hash"));
    pl_bytes archs = pl_deb822_get(&f, "Architectures");
    pl_bytes no_support = pl_deb822_get(&f, "No-Support-for-Architecture-all");
    r->has_all_apart = pl_bytes_find(archs, PL_LIT("all"), 0) != SIZE_MAX &&
                       pl_bytes_find(no_support, PL_LIT("Packages"), 0) == SIZE_MAX;
    int64_t expires_s = date_of(pl_deb822_get(&f, "Valid-Until"));
    r->expired = expires_s != 0 && expires_s < pl_clock_utc_s() ? pl_deb822_get(&f, "Valid-Until")
                                                                : (pl_bytes){NULL, 0};
    return PL_OK;
}

/* Check the signature over what is in the buffers and read it. Touches nothing but the load and its release. */
static pl_status verify(struct load *l, struct pl_err *err)
{
    struct pl_release *r = l->release;
    const struct pl_openpgp_keys *keys = &r->source->keys;
    pl_bytes body = pl_buf_bytes(&l->body);
    pl_status st;
    r->url = pl_arena_printf(&r->arena, "%s%s", r->base_url, l->is_detached ? "Release" : "InRelease");
    if (r->url == NULL)
        return pl_arena_fail(&r->arena, err);
    if (l->is_detached) {
        st = pl_openpgp_detached(body, pl_buf_bytes(&l->signature), keys, &r->arena, &r->signer, err);
        r->text = pl_arena_keep(&r->arena, body);
        if (st == PL_OK && r->text.p == NULL)
            st = pl_arena_fail(&r->arena, err);
    } else {
        st = pl_openpgp_clearsigned(body, keys, &r->arena, &r->text, &r->signer, err);
    }
    if (st == PL_OK)
        st = pl_sha256_of(body, &r->sha256, err);
    if (st == PL_OK)
        st = read_fields(r, err);
    if (st != PL_OK)
        pl_err_about(err, r->url);
    return st;
}

static int64_t signed_date(const struct pl_release *r)
{
    size_t at = pl_bytes_find(r->text, PL_LIT("\nDate: "), 0);
    pl_bytes rest = at == SIZE_MAX ? (pl_bytes){NULL, 0} : pl_bytes_from(r->text, at + 7);
    pl_bytes line = {NULL, 0};
    (void)pl_bytes_line(&rest, &line); /* no line: no date */
    return date_of(line);
}

/* Only what is newer than the copy we have may replace it: an old release file is a way to hide an update. */
static bool goes_back(struct pl_supply *s, const struct load *l)
{
    struct pl_release old = {.source = l->release->source, .base_url = l->release->base_url};
    struct load copy = {.release = &old};
    bool is_older = false;
    pl_arena_init(&old.arena, RELEASE_ARENA_BYTES);
    pl_buf_init(&copy.body, MAX_RELEASE_BYTES);
    pl_buf_init(&copy.signature, MAX_RELEASE_BYTES);
    if (l->has_copy && read_copy(s, &copy) == PL_OK &&
        !pl_bytes_eq(pl_buf_bytes(&copy.body), pl_buf_bytes(&l->body)) && verify(&copy, NULL) == PL_OK)
        is_older = signed_date(l->release) < signed_date(&old);
    pl_buf_reset(&copy.body);
    pl_buf_reset(&copy.signature);
    pl_release_close(&old);
    return is_older;
}

static pl_status keep(struct pl_supply *s, struct load *l, struct pl_err *err)
{
    const char *base = l->release->base_url;
    pl_status st;
    if (l->is_detached) {
        st = pl_cache_note_write(s->cache, base, "Release", pl_buf_bytes(&l->body), err);
        if (st == PL_OK)
            st = pl_cache_note_write(s->cache, base, "Release.gpg", pl_buf_bytes(&l->signature), err);
        return st;
    }
    return pl_cache_note_write(s->cache, base, "InRelease", pl_buf_bytes(&l->body), err);
}

static pl_status to_buf(void *ctx, pl_bytes part, struct pl_err *err)
{
    struct pl_buf *b = ctx;
    pl_buf_add(b, part);
    return pl_buf_done(b, err);
}

static pl_status clear_buf(void *ctx, struct pl_err *err)
{
    pl_buf_clear(ctx);
    return PL_OK;
}

static struct pl_http_get get_of(const struct load *l, const char *url, struct pl_buf *to,
                                 bool is_conditional)
{
    return (struct pl_http_get){.url = url,
                                .what = l->release->source->suite,
                                .max_bytes = MAX_RELEASE_BYTES,
                                .etag = is_conditional ? l->state.etag : NULL,
                                .last_modified = is_conditional ? l->state.last_modified : NULL,
                                .write = to_buf,
                                .restart = clear_buf,
                                .ctx = to};
}

/* The server has no InRelease: Release and Release.gpg then. */
static pl_status fetch_detached(struct pl_supply *s, struct load *l, struct pl_err *err)
{
    struct pl_http_get gets[2];
    l->text_url = pl_arena_printf(&s->arena, "%sRelease", l->release->base_url);
    l->signature_url = pl_arena_printf(&s->arena, "%sRelease.gpg", l->release->base_url);
    if (l->text_url == NULL || l->signature_url == NULL)
        return pl_arena_fail(&s->arena, err);
    pl_buf_clear(&l->body);
    pl_buf_clear(&l->signature);
    gets[0] = get_of(l, l->text_url, &l->body, false);
    gets[1] = get_of(l, l->signature_url, &l->signature, false);
    pl_http_run(s->http, gets, 2);
    l->is_detached = true;
    for (size_t i = 0; i < 2; i++) {
        if (gets[i].status != PL_OK) {
            if (err != NULL)
                *err = gets[i].err;
            return gets[i].status;
        }
    }
    return PL_OK;
}

/* Take in what one transfer brought; *st_out is what became of the release, the return value only our own trouble. */
static pl_status take_in(struct pl_supply *s, struct load *l, const struct pl_http_get *get,
                         struct pl_err *err)
{
    struct pl_release *r = l->release;
    pl_status st = get->status;
    r->err = get->err;
    if (st == PL_E_NOT_FOUND)
        st = fetch_detached(s, l, &r->err);
    l->is_new = st == PL_OK && !get->is_not_modified;
    if (st == PL_OK && get->is_not_modified && read_copy(s, l) != PL_OK)
        st = pl_fail(&r->err, PL_E_NETWORK, PL_NO_OFFSET, "the cached copy is gone");
    if (st != PL_OK && st != PL_E_NOMEM && l->has_copy && read_copy(s, l) == PL_OK) {
        pl_supply_log(s, PL_SEVERITY_NOTE, "%s: %s; the copy in the cache is used", r->base_url, r->err.text);
        st = PL_OK;
        l->state.failed_s = 0;
    }
    if (st == PL_OK)
        st = verify(l, &r->err);
    if (st == PL_OK && l->is_new && goes_back(s, l)) {
        pl_supply_log(s, PL_SEVERITY_WARNING, "%s: older than the copy in the cache, which is used", r->url);
        st = read_copy(s, l) == PL_OK ? verify(l, &r->err)
                                      : pl_fail(&r->err, PL_E_IO, PL_NO_OFFSET, "the cached copy is gone");
    }
    r->status = st;
    if (st == PL_E_NOMEM)
        return pl_fail_nomem(err);
    if (st == PL_OK && l->is_new && (st = keep(s, l, err)) != PL_OK)
        return st;
    l->state.failed_s = r->status == PL_OK ? 0 : pl_clock_utc_s();
    copy_text(l->state.failure, sizeof l->state.failure, pl_bytes_of_str(r->err.text));
    if (r->status == PL_OK) {
        l->state.fetched_s = pl_clock_utc_s();
        if (l->is_new && !l->is_detached) {
            copy_text(l->state.etag, sizeof l->state.etag, pl_bytes_of_str(get->new_etag));
            copy_text(l->state.last_modified, sizeof l->state.last_modified,
                      pl_bytes_of_str(get->new_last_modified));
        }
    }
    return write_state(s, l, err);
}

/* What is to be done about one release. */
static enum todo decide(struct pl_supply *s, struct load *l, bool again)
{
    struct pl_release *r = l->release;
    int64_t now = pl_clock_utc_s();
    int64_t age_s = s->options.release_age_s == 0 ? DEFAULT_AGE_S : s->options.release_age_s;
    read_state(s, l);
    pl_status copy = read_copy(s, l);
    l->has_copy = copy == PL_OK;
    if (copy == PL_E_NOMEM)
        return TODO_GIVE_UP;
    bool is_fresh = l->has_copy && now >= l->state.fetched_s && now - l->state.fetched_s < age_s;
    bool failed_lately =
        l->state.failed_s != 0 && now >= l->state.failed_s && now - l->state.failed_s < age_s;
    r->is_deferred = false;
    if (l->has_copy && (is_fresh || s->options.is_offline))
        return TODO_VERIFY;
    if (s->options.is_offline) {
        r->status = pl_fail(&r->err, PL_E_NETWORK, PL_NO_OFFSET, "not in the cache, and offline");
    } else if (failed_lately && !again) {
        r->is_deferred = true;
        r->status =
            pl_fail(&r->err, PL_E_NETWORK, PL_NO_OFFSET, "failed a short while ago: %s", l->state.failure);
    } else {
        return TODO_FETCH;
    }
    pl_err_about(&r->err, r->base_url);
    return TODO_NOTHING;
}

/* An item of pl_parallel(). */
static pl_status verify_copy(void *ctx, unsigned worker, size_t i, struct pl_err *err)
{
    struct load *l = &((struct load *)ctx)[i];
    if (l->todo == TODO_VERIFY)
        l->release->status = verify(l, &l->release->err);
    return l->todo == TODO_VERIFY && l->release->status == PL_E_NOMEM ? pl_fail_nomem(err) : PL_OK;
}

static pl_status name_place(struct pl_supply *s, struct pl_release *r, struct pl_err *err)
{
    const struct pl_apt_source *a = r->source;
    if (r->base_url == NULL)
        r->base_url =
            a->is_flat
                ? pl_arena_printf(&s->arena, "%s%s", a->uri,
                                  strcmp(a->suite, "./") == 0 || strcmp(a->suite, "/") == 0 ? "" : a->suite)
                : pl_arena_printf(&s->arena, "%sdists/%s/", a->uri, a->suite);
    return r->base_url == NULL ? pl_arena_fail(&s->arena, err) : PL_OK;
}

/* Fetch those that are to be fetched. */
static pl_status fetch_loads(struct pl_supply *s, struct load *loads, size_t n, struct pl_err *err)
{
    struct pl_http_get *gets = calloc(n + 1, sizeof *gets);
    pl_status st = gets == NULL ? pl_fail_nomem(err) : PL_OK;
    size_t k = 0;
    for (size_t i = 0; i < n && st == PL_OK; i++) {
        struct load *l = &loads[i];
        bool is_conditional = l->has_copy && !l->is_detached;
        if (l->todo != TODO_FETCH)
            continue;
        pl_buf_clear(&l->body);
        l->is_detached = false;
        l->text_url = pl_arena_printf(&s->arena, "%sInRelease", l->release->base_url);
        if (l->text_url == NULL)
            st = pl_arena_fail(&s->arena, err);
        else
            gets[k++] = get_of(l, l->text_url, &l->body, is_conditional);
    }
    if (st == PL_OK && k > 0)
        pl_http_run(s->http, gets, k);
    k = 0;
    for (size_t i = 0; i < n && st == PL_OK; i++)
        if (loads[i].todo == TODO_FETCH)
            st = take_in(s, &loads[i], &gets[k++], err);
    free(gets);
    return st;
}

static pl_status run_loads(struct pl_supply *s, struct load *loads, size_t n, bool again, struct pl_err *err)
{
    pl_status st = PL_OK;
    for (size_t i = 0; i < n && st == PL_OK; i++) {
        st = name_place(s, loads[i].release, err);
        if (st == PL_OK)
            loads[i].todo = decide(s, &loads[i], again);
        if (st == PL_OK && loads[i].todo == TODO_GIVE_UP)
            st = pl_fail_nomem(err);
    }
    if (st != PL_OK)
        return st;
    st = pl_parallel(RELEASES_AT_ONCE, n, loads, verify_copy, err);
    if (st != PL_OK)
        return st;
    for (size_t i = 0; i < n; i++) { /* a copy that does not verify is fetched anew */
        struct load *l = &loads[i];
        if (l->todo == TODO_VERIFY && l->release->status != PL_OK && !s->options.is_offline) {
            l->todo = TODO_FETCH;
            l->has_copy = false;
        }
    }
    return fetch_loads(s, loads, n, err);
}

static void tell(struct pl_supply *s, const struct pl_release *r)
{
    if (r->status != PL_OK)
        pl_supply_log(s, PL_SEVERITY_NOTE, "%s: %s is skipped, %s", r->source->where, r->base_url,
                      r->err.text);
    else if (r->expired.n > 0)
        pl_supply_log(s, PL_SEVERITY_NOTE, "%s: was valid until %.*s", r->url, PL_ARG(r->expired));
}

pl_status pl_release_load(struct pl_supply *s, struct pl_release *releases, size_t n, bool again,
                          struct pl_err *err)
{
    struct load *loads = calloc(n + 1, sizeof *loads);
    pl_status st = loads == NULL ? pl_fail_nomem(err) : PL_OK;
    size_t k = 0;
    for (size_t i = 0; i < n && st == PL_OK; i++) {
        if (again && !releases[i].is_deferred)
            continue;
        loads[k].release = &releases[i];
        if (!again)
            pl_arena_init(&releases[i].arena, RELEASE_ARENA_BYTES);
        pl_buf_init(&loads[k].body, MAX_RELEASE_BYTES);
        pl_buf_init(&loads[k].signature, MAX_RELEASE_BYTES);
        k++;
    }
    if (st == PL_OK)
        st = run_loads(s, loads, k, again, err);
    for (size_t i = 0; i < k; i++) {
        if (st == PL_OK)
            tell(s, loads[i].release);
        pl_buf_reset(&loads[i].body);
        pl_buf_reset(&loads[i].signature);
    }
    free(loads);
    return st;
}

void pl_release_close(struct pl_release *r)
{
    pl_arena_reset(&r->arena);
}

bool pl_release_find(const struct pl_release *r, const char *path, pl_sha256 *digest, uint64_t *size_bytes)
{
    pl_bytes name = pl_bytes_of_str(path);
    pl_bytes lines = r->digests;
    size_t at = 0;
    while ((at = pl_bytes_find(lines, name, at)) != SIZE_MAX) {
        size_t end = at + name.n;
        bool is_whole = at > 0 && lines.p[at - 1] == ' ' && (end == lines.n || lines.p[end] == '\n');
        if (is_whole) {
            pl_bytes head = pl_bytes_sub(lines, 0, at);
            size_t line_at = pl_bytes_rfind_byte(head, '\n');
            pl_bytes fields = pl_bytes_trim(pl_bytes_from(head, line_at == SIZE_MAX ? 0 : line_at));
            size_t space = pl_bytes_find_byte(fields, ' ', 0);
            return space != SIZE_MAX &&
                   pl_unhex(pl_bytes_sub(fields, 0, space), digest->b, PL_SHA256_BYTES) &&
                   pl_bytes_to_u64(pl_bytes_trim(pl_bytes_from(fields, space)), size_bytes);
        }
        at = end;
    }
    return false;
}
