/*
 * git_fetch.c - repositories by URL: the user's mirror, the cache, the network.
 *
 *     mirror   a folder, or a template such as /srv/git/{host}/{owner}/{name}.git; a folder alone means {owner}+{name}, then {owner}+{name}.git
 *     cache    git/<sha256 of the URL>, a bare repository
 *
 * Branches and tags are fetched, and nothing else: pull requests are refs that anybody can make. Source: git-fetch(1), gitnamespaces(7).
 *
 * libgit2 waits for a server as long as that one likes. So a child fetches, and is ended when the time is over or nothing was heard for too long:
 *
 *     frames: 'p' bytes received    while it goes on
 *             status, text, hint    at the end
 */
#include "supply/git_fetch.h"

#include "base/cursor.h"
#include "corpus/git.h"
#include "io/child.h"
#include "io/clock.h"
#include "io/confine.h"
#include "io/write.h"
#include "model/limits.h"
#include "supply/supplier.h"

#include <dirent.h>
#include <git2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAX_FETCH_BYTES (8ull << 30)
#define SILENT_TIMES    10u    /* timeouts of a transfer without a word of the server: it may be packing */
#define DEFAULT_MS      30000u /* that timeout, where nobody names one */
#define FRAME_BYTES     8192u
#define ASKED_SECONDS   60u
#define ASKED_BYTES     (8ull << 30) /* of address space: packs are mapped */
#define PROGRESS        'p'
#define END             'e'

/* "https://user@host/owner/name.git" taken apart. Views. */
struct place {
    pl_bytes host;
    pl_bytes owner; /* may hold slashes: groups in groups */
    pl_bytes name;  /* without .git */
};

static bool read_place(pl_bytes url, struct place *out)
{
    size_t scheme = pl_bytes_find(url, PL_LIT("://"), 0);
    if (scheme == SIZE_MAX)
        return false;
    pl_bytes rest = pl_bytes_from(url, scheme + 3);
    size_t slash = pl_bytes_find_byte(rest, '/', 0);
    if (slash == SIZE_MAX)
        return false;
    out->host = pl_bytes_sub(rest, 0, slash);
    size_t user = pl_bytes_rfind_byte(out->host, '@');
    if (user != SIZE_MAX)
        out->host = pl_bytes_from(out->host, user + 1);
    rest = pl_bytes_from(rest, slash + 1);
    while (rest.n > 0 && rest.p[rest.n - 1] == '/')
        rest.n--;
    if (pl_bytes_ends(rest, PL_LIT(".git")))
        rest.n -= 4;
    out->owner = pl_bytes_folder(rest);
    out->name = pl_bytes_basename(rest);
    return out->name.n > 0;
}

/* No part of a URL may lead out of the mirror. */
static bool is_plain(pl_bytes text)
{
    pl_bytes part;
    while (pl_bytes_split(&text, '/', &part))
        if (part.n == 0 || part.p[0] == '.')
            return false;
    return true;
}

static void fill_template(pl_bytes template, const struct place *p, struct pl_buf *out)
{
    const struct {
        pl_bytes word;
        pl_bytes value;
    } words[] = {{PL_LIT("{host}"), p->host}, {PL_LIT("{owner}"), p->owner}, {PL_LIT("{name}"), p->name}};
    while (template.n > 0) {
        size_t i = 0;
        while (i < 3 && !pl_bytes_starts(template, words[i].word))
            i++;
        if (i < 3)
            pl_buf_add(out, words[i].value);
        else
            pl_buf_add_byte(out, template.p[0]);
        template = pl_bytes_from(template, i < 3 ? words[i].word.n : 1);
    }
}

/*
 * Services take owners and names in any case, folders do not: where a part of the path is not there as written, the first one in order of
 * names that differs in case alone is taken. The path is changed in place.
 */
static void mend_case(char *path)
{
    for (char *from = path + 1; *from != '\0';) {
        char *end = strchrnul(from, '/');
        char kept = *end;
        struct stat sb;
        struct dirent **names;
        bool is_mended = false;
        *end = '\0';
        if (stat(path, &sb) != 0) {
            from[-1] = '\0';
            int n = scandir(from - 1 == path ? "/" : path, &names, NULL, alphasort);
            from[-1] = '/';
            for (int i = 0; i < n; i++) {
                if (!is_mended && strcasecmp(names[i]->d_name, from) == 0) {
                    memcpy(from, names[i]->d_name, strlen(from));
                    is_mended = true;
                }
                free(names[i]);
            }
            if (n >= 0)
                free(names);
        }
        *end = kept;
        from = kept == '\0' ? end : end + 1;
    }
}

/* The mirror's repository of that place; NULL when it has none. */
static const char *in_mirror(const struct pl_supply *s, const struct place *p, struct pl_arena *arena)
{
    static const char *const plain[] = {"/{owner}+{name}", "/{owner}+{name}.git"};
    const char *mirror = s->options.git_mirror;
    if (mirror == NULL || !is_plain(p->owner) || !is_plain(p->name) || !is_plain(p->host))
        return NULL;
    bool is_template = strchr(mirror, '{') != NULL;
    for (size_t i = 0; i < (is_template ? 1u : 2u); i++) {
        struct pl_buf path;
        pl_buf_init(&path, 4096);
        fill_template(pl_bytes_of_str(mirror), p, &path);
        if (!is_template)
            fill_template(pl_bytes_of_str(plain[i]), p, &path);
        char *text = pl_buf_done(&path, NULL) == PL_OK ? pl_arena_str(arena, pl_buf_bytes(&path)) : NULL;
        pl_buf_reset(&path);
        if (text != NULL && text[0] == '/')
            mend_case(text);
        if (text != NULL && pl_git_is_repository(text))
            return text;
    }
    return NULL;
}

static const char *cache_path(const struct pl_supply *s, pl_bytes url, struct pl_arena *arena)
{
    pl_sha256 digest;
    char hex[PL_SHA256_HEX_BYTES];
    if (pl_sha256_of(url, &digest, NULL) != PL_OK)
        return NULL;
    pl_hex(digest.b, PL_SHA256_BYTES, hex);
    return pl_arena_printf(arena, "%s/git/%s", pl_cache_dir(s->cache), hex);
}

const char *pl_supply_git_cache(const struct pl_supply *s, struct pl_arena *arena)
{
    return pl_arena_printf(arena, "%s/git", pl_cache_dir(s->cache));
}

pl_status pl_supply_git_local(struct pl_supply *s, pl_bytes url, struct pl_arena *arena, const char **path,
                              struct pl_err *err)
{
    struct place p;
    const char *found = read_place(url, &p) ? in_mirror(s, &p, arena) : NULL;
    if (found == NULL) {
        found = cache_path(s, url, arena);
        if (found != NULL && !pl_git_is_repository(found))
            found = NULL;
    }
    if (arena->why != PL_OK)
        return pl_arena_fail(arena, err);
    if (found == NULL)
        return pl_fail(err, PL_E_NOT_FOUND, PL_NO_OFFSET, "no copy of %.*s is here", PL_ARG(url));
    *path = found;
    return PL_OK;
}

struct transfer {
    struct pl_supply *s;
    const char *url;
    const char *into; /* the repository */
    int to_parent;
    bool is_too_large;
    uint64_t told_ns;
    uint64_t heard_ns; /* the parent, of the child */
    bool is_silent;
};

/* To the parent, five times a second at most. */
static void tell_progress(struct transfer *t, uint64_t bytes)
{
    uint8_t frame[1 + sizeof bytes] = {PROGRESS};
    uint64_t now_ns = pl_clock_monotonic_ns();
    if (now_ns - t->told_ns < 200000000u)
        return;
    t->told_ns = now_ns;
    memcpy(frame + 1, &bytes, sizeof bytes);
    (void)pl_child_put(t->to_parent,
                       pl_bytes_of(frame, sizeof frame)); /* a parent that is gone ends the child */
}

static int on_transfer(const git_indexer_progress *stats, void *ctx)
{
    struct transfer *t = ctx;
    t->is_too_large = stats->received_bytes > MAX_FETCH_BYTES;
    tell_progress(t, stats->received_bytes);
    return t->is_too_large ? -1 : 0;
}

/* What the server says while it counts and packs. */
static int on_words(const char *words, int n, void *ctx)
{
    (void)words;
    (void)n;
    tell_progress(ctx, 0);
    return 0;
}

static pl_status fail_fetch(const struct transfer *t, struct pl_err *err)
{
    const git_error *why = git_error_last();
    pl_status st = t->is_too_large
                       ? pl_fail(err, PL_E_LIMIT, PL_NO_OFFSET, "git: more than %llu bytes come",
                                 (unsigned long long)MAX_FETCH_BYTES)
                       : pl_fail(err, PL_E_NETWORK, PL_NO_OFFSET, "git: %s",
                                 why == NULL || why->message == NULL ? "cannot be fetched" : why->message);
    pl_err_about(err, t->url);
    pl_err_hint(
        err, "clone it yourself and name it: --source git+file:///PATH@REF, or keep a folder of mirrors and "
             "name that with --git-mirror");
    return st;
}

/* Into a bare repository, which may be there already. */
static pl_status fetch(struct transfer *t, struct pl_err *err)
{
    static const char *const specs[] = {"+refs/heads/*:refs/heads/*", "+refs/tags/*:refs/tags/*"};
    git_strarray list = {(char **)(uintptr_t)specs, 2};
    git_fetch_options options = GIT_FETCH_OPTIONS_INIT;
    git_repository *repository = NULL;
    git_remote *remote = NULL;
    options.callbacks.transfer_progress = on_transfer;
    options.callbacks.sideband_progress = on_words;
    options.callbacks.payload = t;
    options.download_tags = GIT_REMOTE_DOWNLOAD_TAGS_NONE; /* the second spec has them all */
    options.update_fetchhead = 0;
    options.prune = GIT_FETCH_PRUNE;
    options.proxy_opts.type = GIT_PROXY_AUTO;
    int code = git_repository_init(&repository, t->into, 1);
    if (code == 0)
        code = git_remote_create_anonymous(&remote, repository, t->url);
    if (code == 0)
        code = git_remote_fetch(remote, &list, &options, NULL);
    git_remote_free(remote);
    git_repository_free(repository);
    return code == 0 ? PL_OK : fail_fetch(t, err);
}

static void be_child(void *ctx, int to_parent, int from_parent)
{
    struct transfer *t = ctx;
    struct pl_err err = {.offset = PL_NO_OFFSET};
    struct pl_buf frame;
    (void)from_parent;
    t->to_parent = to_parent;
    int status = pl_confine_writing(t->into, &err);
    if (status == PL_OK)
        status = fetch(t, &err);
    pl_buf_init(&frame, FRAME_BYTES);
    pl_buf_add_byte(&frame, END);
    pl_buf_add(&frame, pl_bytes_of(&status, sizeof status));
    pl_buf_add(&frame, pl_bytes_of(err.text, strlen(err.text) + 1));
    pl_buf_add(&frame, pl_bytes_of(err.hint, strlen(err.hint) + 1));
    (void)pl_child_put(to_parent, pl_buf_bytes(&frame)); /* nobody is left to be told */
    pl_buf_reset(&frame);
}

static pl_status start(const struct pl_supply *s, pl_child_work work, void *ctx, struct pl_child *out,
                       struct pl_err *err)
{
    if (s->options.forking != NULL)
        s->options.forking(true);
    pl_status st = pl_child_start(work, ctx, out, err);
    if (s->options.forking != NULL)
        s->options.forking(false);
    return st;
}

static bool has_time(void *ctx)
{
    struct transfer *t = ctx;
    uint64_t timeout_ms = t->s->options.timeout_ms == 0 ? DEFAULT_MS : t->s->options.timeout_ms;
    uint64_t silent_ms = (pl_clock_monotonic_ns() - t->heard_ns) / 1000000u;
    t->is_silent = silent_ms > timeout_ms * SILENT_TIMES;
    return !t->is_silent && !pl_clock_is_past(t->s->deadline_ns);
}

/* What a frame says; *is_end with the last one. */
static pl_status take_frame(struct transfer *t, pl_bytes frame, bool *is_end, struct pl_err *err)
{
    const struct pl_supply_options *o = &t->s->options;
    struct pl_cursor c = pl_cursor_of(frame);
    uint64_t bytes = 0;
    int status = PL_OK;
    uint8_t kind = pl_cursor_u8(&c);
    t->heard_ns = pl_clock_monotonic_ns();
    if (kind == PROGRESS && frame.n == 1 + sizeof bytes) {
        memcpy(&bytes, frame.p + 1, sizeof bytes);
        if (o->progress != NULL && bytes > 0)
            o->progress(o->ctx, t->url, bytes, 0);
        return PL_OK;
    }
    *is_end = true;
    if (kind != END || frame.n < 1 + sizeof status + 2 || frame.p[frame.n - 1] != '\0')
        return pl_fail(err, PL_E_NETWORK, PL_NO_OFFSET, "git: a process says what makes no sense");
    memcpy(&status, frame.p + 1, sizeof status);
    if (status == PL_OK)
        return PL_OK;
    const char *text = (const char *)frame.p + 1 + sizeof status;
    const char *hint = text + strlen(text) + 1;
    bool has_hint = (size_t)(hint - (const char *)frame.p) < frame.n;
    pl_status st = pl_fail(err, status == PL_E_LIMIT ? PL_E_LIMIT : PL_E_NETWORK, PL_NO_OFFSET, "%s", text);
    pl_err_about(err, t->url);
    if (has_hint && hint[0] != '\0')
        pl_err_hint(err, "%s", hint);
    return st;
}

static pl_status converse(struct transfer *t, struct pl_child *child, struct pl_err *err)
{
    const struct pl_child_tick each = {.ctx = t, .tick = has_time};
    struct pl_buf frame;
    bool is_end = false;
    pl_status st = PL_OK;
    t->heard_ns = pl_clock_monotonic_ns();
    pl_buf_init(&frame, FRAME_BYTES);
    while (st == PL_OK && !is_end) {
        st = pl_child_receive(child, &each, &frame, err);
        if (st == PL_OK)
            st = take_frame(t, pl_buf_bytes(&frame), &is_end, err);
    }
    pl_buf_reset(&frame);
    if (is_end || st == PL_OK)
        return st;
    if (st == PL_E_LIMIT && !t->is_silent)
        st = pl_limits_late(t->s->deadline_seconds, err);
    else if (st == PL_E_LIMIT)
        st = pl_fail(err, PL_E_NETWORK, PL_NO_OFFSET, "git: the server says nothing any more");
    else
        st = pl_fail(err, PL_E_NETWORK, PL_NO_OFFSET, "git: the process that fetches has ended early");
    pl_err_about(err, t->url);
    return st;
}

static pl_status fetch_into(struct transfer *t, const char *path, struct pl_err *err)
{
    const struct pl_supply_options *o = &t->s->options;
    struct pl_child child;
    int signal;
    int code;
    t->into = path;
    pl_git_prepare();
    pl_status st =
        pl_io_mkdirs(path, err); /* a folder that is there can be named in what the child may write */
    if (st == PL_OK)
        st = start(t->s, be_child, t, &child, err);
    if (st != PL_OK)
        return st;
    if (o->pause != NULL)
        o->pause(true);
    st = converse(t, &child, err);
    pl_child_end(&child, &signal, &code); /* how it ended shows in what it said */
    if (o->pause != NULL)
        o->pause(false);
    return st;
}

/* A half-made repository is nothing but files and folders of git's own making. */
static void remove_folder(const char *path)
{
    DIR *d = opendir(path);
    const struct dirent *e;
    while (d != NULL && (e = readdir(d)) != NULL) {
        char *child = NULL;
        struct stat sb;
        if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0 ||
            asprintf(&child, "%s/%s", path, e->d_name) < 0)
            continue;
        if (lstat(child, &sb) == 0 && S_ISDIR(sb.st_mode))
            remove_folder(child);
        else
            (void)unlink(child); /* what stays behind takes room and does no harm */
        free(child);
    }
    if (d != NULL)
        (void)closedir(d);
    (void)rmdir(path);
}

/* A new copy appears whole, by rename. */
static pl_status clone(struct transfer *t, const char *path, struct pl_arena *arena, struct pl_err *err)
{
    char *temporary = pl_arena_printf(arena, "%s.XXXXXX", path);
    if (temporary == NULL)
        return pl_arena_fail(arena, err);
    pl_status st = pl_io_mkdirs_above(path, err);
    if (st != PL_OK)
        return st;
    if (mkdtemp(temporary) == NULL)
        return pl_fail_errno(err, "%s", temporary);
    st = fetch_into(t, temporary, err);
    if (st == PL_OK && rename(temporary, path) != 0 &&
        !pl_git_is_repository(path)) /* else another was faster */
        st = pl_fail_errno(err, "%s", path);
    remove_folder(temporary); /* gone already when it was renamed */
    return st;
}

/* Objects are read to tell that, by a child that can read nothing else. */
static void be_asked(void *ctx, int to_parent, int from_parent)
{
    const struct pl_git_want *want = ctx;
    const struct pl_confine_limits limits = {
        .memory_bytes = ASKED_BYTES, .cpu_seconds = ASKED_SECONDS, .reads = &want->path, .n_reads = 1};
    (void)from_parent;
    if (pl_confine_self(&limits, NULL) == PL_OK && pl_git_has_revision(want))
        (void)pl_child_put(to_parent, PL_LIT("y")); /* a parent that is gone ends the child */
}

static bool has_time_to_answer(void *ctx)
{
    return !pl_clock_is_past(*(const uint64_t *)ctx);
}

static bool has_ref(const struct pl_supply *s, const char *path, const char *ref)
{
    struct pl_git_want want = {.path = path, .ref = ref};
    uint64_t end_ns = pl_clock_monotonic_ns() + ASKED_SECONDS * 1000000000u;
    const struct pl_child_tick each = {.ctx = &end_ns, .tick = has_time_to_answer};
    struct pl_child child;
    struct pl_buf answer;
    int signal;
    int code;
    pl_git_prepare();
    if (ref == NULL || start(s, be_asked, &want, &child, NULL) != PL_OK)
        return false;
    pl_buf_init(&answer, 1);
    bool has = pl_child_receive(&child, &each, &answer, NULL) == PL_OK && answer.n == 1;
    pl_child_end(&child, &signal, &code); /* one that has said nothing has nothing */
    pl_buf_reset(&answer);
    return has;
}

pl_status pl_supply_git_fetch(struct pl_supply *s, const struct pl_git_fetch *fetch, struct pl_arena *arena,
                              const char **path, struct pl_err *err)
{
    struct transfer t = {.s = s, .url = fetch->url};
    pl_bytes url = pl_bytes_of_str(fetch->url);
    struct place p;
    pl_status st = pl_supply_git_local(s, url, arena, path, err);
    bool is_mirror = st == PL_OK && read_place(url, &p) && in_mirror(s, &p, arena) != NULL;
    if (st != PL_OK && st != PL_E_NOT_FOUND)
        return st;
    if (is_mirror || (st == PL_OK && (s->options.is_offline || has_ref(s, *path, fetch->ref))))
        return PL_OK;
    if (s->options.is_offline) {
        st = pl_fail(err, PL_E_NETWORK, PL_NO_OFFSET, "git: no copy is here, and offline");
        pl_err_about(err, fetch->url);
        return st;
    }
    if (!pl_bytes_starts(url, PL_LIT("https://")) && !pl_bytes_starts(url, PL_LIT("http://")) &&
        !pl_bytes_starts(url, PL_LIT("git://")))
        return pl_fail(err, PL_E_UNSUPPORTED, PL_NO_OFFSET, "git: only http, https and git URLs are fetched");
    const char *kept = cache_path(s, url, arena);
    if (kept == NULL)
        return pl_arena_fail(arena, err);
    *path = kept;
    return st == PL_OK ? fetch_into(&t, kept, err) : clone(&t, kept, arena, err);
}
