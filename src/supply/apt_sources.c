/*
 * apt_sources.c - where this machine gets its packages.
 *
 *     deb [arch=amd64 signed-by=/usr/share/keyrings/x.gpg] http://host/debian bookworm main contrib     *.list
 *
 *     Types: deb deb-src                                                                                *.sources
 *     URIs: http://host/debian
 *     Suites: bookworm bookworm-updates
 *     Components: main
 *     Signed-By: /usr/share/keyrings/x.gpg
 *
 * Source: sources.list(5). "trusted=yes" is not obeyed: what nobody signed proves nothing.
 * Not read here: apt.conf (Dir::Etc, proxies), auth.conf, mirror lists, cdroms, $(ARCH) in suites.
 */
#include "supply/apt_sources.h"

#include "base/vec.h"
#include "format/text/deb822.h"
#include "io/walk.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define MAX_FILE_BYTES (4u << 20)
#define MAX_SOURCES    1000u
#define MAX_WORDS      256u
#define DEBIAN_KEYRING "usr/share/keyrings/debian-archive-keyring.gpg"

struct reading {
    struct pl_supply *s;
    struct pl_arena *arena;
    const char *file; /* below the root, for messages */
    PL_VEC(struct pl_apt_source) list;
};

/* What one line or stanza says, before it is multiplied out. Views of the file. */
struct entry {
    pl_bytes types;
    pl_bytes uris;
    pl_bytes suites;
    pl_bytes components;
    pl_bytes archs;
    pl_bytes signed_by;
    size_t line_1based;
};

static bool has_word(pl_bytes words, const char *wanted)
{
    pl_bytes word;
    while (pl_bytes_word(&words, &word))
        if (pl_bytes_eq_str(word, wanted))
            return true;
    return false;
}

/* Words between spaces (and commas, when `has_commas`). */
static pl_status keep_words(struct reading *r, pl_bytes text, bool has_commas, struct pl_apt_words *out,
                            struct pl_err *err)
{
    struct pl_apt_words words = {0};
    words.v = pl_arena_take_n(r->arena, MAX_WORDS, sizeof *words.v);
    if (words.v == NULL)
        return pl_arena_fail(r->arena, err);
    pl_bytes rest = text;
    pl_bytes word;
    while (pl_bytes_word(&rest, &word)) {
        pl_bytes part;
        while (pl_bytes_split(&word, has_commas ? ',' : ' ', &part)) {
            if (part.n == 0 || words.n == MAX_WORDS)
                continue;
            words.v[words.n] = pl_arena_str(r->arena, part);
            if (words.v[words.n++] == NULL)
                return pl_arena_fail(r->arena, err);
        }
    }
    *out = words;
    return PL_OK;
}

/* A key inside a *.sources file: one space before each line, and " ." for an empty one. */
static pl_status keep_embedded(struct reading *r, pl_bytes value, pl_bytes *out, struct pl_err *err)
{
    uint8_t *copy = pl_arena_take(r->arena, value.n + 1);
    if (copy == NULL)
        return pl_arena_fail(r->arena, err);
    size_t n = 0;
    pl_bytes line;
    while (pl_bytes_line(&value, &line)) {
        line = pl_bytes_trim(line);
        if (line.n > 0 && !pl_bytes_eq_str(line, "."))
            memcpy(copy + n, line.p, line.n);
        n += pl_bytes_eq_str(line, ".") ? 0 : line.n;
        copy[n++] = '\n';
    }
    *out = pl_bytes_of(copy, n);
    return PL_OK;
}

static const char *root_of(const struct reading *r)
{
    const char *root = r->s->options.apt_root;
    return root == NULL ? "/" : root;
}

static pl_status default_keyring(struct reading *r, struct pl_apt_source *source, struct pl_err *err)
{
    const char **list = pl_arena_take(r->arena, sizeof *list);
    if (list == NULL)
        return pl_arena_fail(r->arena, err);
    *list = r->s->options.keyring != NULL
                ? r->s->options.keyring
                : pl_arena_printf(r->arena, "%s/%s", strcmp(root_of(r), "/") == 0 ? "" : root_of(r),
                                  DEBIAN_KEYRING);
    if (*list == NULL)
        return pl_arena_fail(r->arena, err);
    source->keys.keyrings = list;
    source->keys.n_keyrings = 1;
    source->keys_text = *list;
    return PL_OK;
}

static pl_status upper_fingerprint(struct reading *r, const char *word, const char **out, struct pl_err *err)
{
    size_t n = strlen(word);
    if (n > 0 && word[n - 1] == '!')
        n--; /* "this subkey exactly": a subkey's own fingerprint is compared anyway */
    char *copy = pl_arena_str(r->arena, pl_bytes_of(word, n));
    if (copy == NULL)
        return pl_arena_fail(r->arena, err);
    for (char *p = copy; *p != '\0'; p++)
        if (*p >= 'a' && *p <= 'f')
            *p = (char)(*p - 'a' + 'A');
    *out = copy;
    return PL_OK;
}

/* Signed-By: paths, fingerprints (of keys in the default keyring), or a key itself. */
static pl_status keep_keys(struct reading *r, pl_bytes value, struct pl_apt_source *source,
                           struct pl_err *err)
{
    if (pl_bytes_find(value, PL_LIT("-----BEGIN PGP"), 0) != SIZE_MAX) {
        source->keys_text = pl_arena_printf(r->arena, "the key in %s", source->where);
        return keep_embedded(r, value, &source->keys.embedded, err);
    }
    struct pl_apt_words words;
    pl_status st = keep_words(r, value, true, &words, err);
    if (st != PL_OK)
        return st;
    if (words.n == 0)
        return default_keyring(r, source, err);
    const char **paths = pl_arena_take_n(r->arena, words.n, sizeof *paths);
    const char **prints = pl_arena_take_n(r->arena, words.n, sizeof *prints);
    if (paths == NULL || prints == NULL)
        return pl_arena_fail(r->arena, err);
    size_t n_paths = 0;
    size_t n_prints = 0;
    for (size_t i = 0; i < words.n && st == PL_OK; i++) {
        if (words.v[i][0] == '/')
            paths[n_paths++] = words.v[i];
        else
            st = upper_fingerprint(r, words.v[i], &prints[n_prints++], err);
    }
    if (st == PL_OK && n_paths == 0)
        st = default_keyring(r, source, err);
    if (n_paths > 0) {
        source->keys.keyrings = paths;
        source->keys.n_keyrings = n_paths;
        source->keys_text = paths[0];
    }
    source->keys.fingerprints = prints;
    source->keys.n_fingerprints = n_prints;
    return st;
}

static bool can_fetch(pl_bytes uri)
{
    return pl_bytes_starts(uri, PL_LIT("http://")) || pl_bytes_starts(uri, PL_LIT("https://")) ||
           pl_bytes_starts(uri, PL_LIT("file:/"));
}

/* "file:/x" is apt's spelling, "file:///x" everybody else's. */
static const char *keep_uri(struct reading *r, pl_bytes uri)
{
    const char *slash = uri.n > 0 && uri.p[uri.n - 1] == '/' ? "" : "/";
    if (pl_bytes_starts(uri, PL_LIT("file:/")) && !pl_bytes_starts(uri, PL_LIT("file://")))
        return pl_arena_printf(r->arena, "file://%.*s%s", PL_ARG(pl_bytes_from(uri, 5)), slash);
    return pl_arena_printf(r->arena, "%.*s%s", PL_ARG(uri), slash);
}

static bool same_words(const struct pl_apt_words *a, const struct pl_apt_words *b)
{
    if (a->n != b->n)
        return false;
    for (size_t i = 0; i < a->n; i++)
        if (strcmp(a->v[i], b->v[i]) != 0)
            return false;
    return true;
}

/* "deb" and "deb-src" lines of the same place are one source. */
static bool merge(struct reading *r, const struct pl_apt_source *source)
{
    for (size_t i = 0; i < r->list.n; i++) {
        struct pl_apt_source *old = &r->list.v[i];
        if (strcmp(old->uri, source->uri) == 0 && strcmp(old->suite, source->suite) == 0 &&
            strcmp(old->keys_text, source->keys_text) == 0 &&
            same_words(&old->components, &source->components)) {
            old->has_packages |= source->has_packages;
            return true;
        }
    }
    return false;
}

static pl_status add_source(struct reading *r, const struct entry *e, pl_bytes uri, pl_bytes suite,
                            struct pl_err *err)
{
    struct pl_apt_source source = {0};
    source.where = pl_arena_printf(r->arena, "%s:%zu", r->file, e->line_1based);
    source.uri = keep_uri(r, uri);
    source.suite = pl_arena_str(r->arena, suite);
    source.is_flat = suite.n > 0 && suite.p[suite.n - 1] == '/';
    source.has_packages = has_word(e->types, "deb");
    if (source.where == NULL || source.uri == NULL || source.suite == NULL)
        return pl_arena_fail(r->arena, err);
    pl_status st = keep_words(r, e->components, false, &source.components, err);
    if (st == PL_OK)
        st = keep_words(r, e->archs, true, &source.archs, err);
    if (st == PL_OK)
        st = keep_keys(r, e->signed_by, &source, err);
    if (st != PL_OK)
        return st;
    if (source.keys_text == NULL)
        return pl_arena_fail(r->arena, err);
    if (merge(r, &source))
        return PL_OK;
    struct pl_apt_source *slot = r->list.n < MAX_SOURCES ? PL_VEC_ADD(&r->list) : NULL;
    if (slot == NULL)
        return r->list.n < MAX_SOURCES
                   ? pl_fail_nomem(err)
                   : pl_fail(err, PL_E_LIMIT, PL_NO_OFFSET, "more than %u apt sources", MAX_SOURCES);
    *slot = source;
    return PL_OK;
}

/* Every URI with every suite. */
static pl_status add_entry(struct reading *r, const struct entry *e, struct pl_err *err)
{
    pl_bytes uris = e->uris;
    pl_bytes uri;
    while (pl_bytes_word(&uris, &uri)) {
        if (!can_fetch(uri)) {
            pl_supply_log(r->s, PL_SEVERITY_NOTE, "%s:%zu: skipped, cannot fetch from %.*s", r->file,
                          e->line_1based, PL_ARG(uri));
            continue;
        }
        pl_bytes suites = e->suites;
        pl_bytes suite;
        while (pl_bytes_word(&suites, &suite)) {
            bool is_flat = suite.p[suite.n - 1] == '/';
            if (is_flat == (pl_bytes_trim(e->components).n > 0)) {
                pl_supply_log(r->s, PL_SEVERITY_NOTE, "%s:%zu: skipped, suite %.*s with%s components",
                              r->file, e->line_1based, PL_ARG(suite), is_flat ? "" : "out");
                continue;
            }
            pl_status st = add_source(r, e, uri, suite, err);
            if (st != PL_OK)
                return st;
        }
    }
    return PL_OK;
}

/* [ name=value name=value ] at the front of `rest`; false when the bracket is never closed. */
static bool read_options(pl_bytes *rest, struct entry *e)
{
    *rest = pl_bytes_trim(*rest);
    if (rest->n == 0 || rest->p[0] != '[')
        return true;
    size_t end = pl_bytes_find_byte(*rest, ']', 0);
    if (end == SIZE_MAX)
        return false;
    pl_bytes options = pl_bytes_sub(*rest, 1, end - 1);
    pl_bytes option;
    while (pl_bytes_word(&options, &option)) {
        if (pl_bytes_starts(option, PL_LIT("signed-by=")))
            e->signed_by = pl_bytes_from(option, 10);
        else if (pl_bytes_starts(option, PL_LIT("arch=")))
            e->archs = pl_bytes_from(option, 5);
    }
    *rest = pl_bytes_from(*rest, end + 1);
    return true;
}

static pl_status read_one_line_style(struct reading *r, pl_bytes text, struct pl_err *err)
{
    pl_bytes line;
    pl_status st = PL_OK;
    for (size_t number = 1; st == PL_OK && pl_bytes_line(&text, &line); number++) {
        struct entry e = {.line_1based = number};
        size_t hash = pl_bytes_find_byte(line, '#', 0);
        pl_bytes rest = pl_bytes_sub(line, 0, hash == SIZE_MAX ? line.n : hash);
        if (!pl_bytes_word(&rest, &e.types))
            continue;
        bool is_known = pl_bytes_eq_str(e.types, "deb") || pl_bytes_eq_str(e.types, "deb-src");
        if (!is_known || !read_options(&rest, &e) || !pl_bytes_word(&rest, &e.uris) ||
            !pl_bytes_word(&rest, &e.suites)) {
            pl_supply_log(r->s, PL_SEVERITY_NOTE, "%s:%zu: skipped, not a source", r->file, number);
            continue;
        }
        e.components = rest;
        st = add_entry(r, &e, err);
    }
    return st;
}

static size_t line_of(pl_bytes text, size_t offset)
{
    size_t line = 1;
    for (size_t i = 0; i < offset && i < text.n; i++)
        line += text.p[i] == '\n';
    return line;
}

static bool is_no(pl_bytes value)
{
    static const char *const words[] = {"no", "false", "without", "off", "disable", "0"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (value.n == strlen(words[i]) && strncasecmp((const char *)value.p, words[i], value.n) == 0)
            return true;
    return false;
}

static pl_status read_deb822_style(struct reading *r, pl_bytes text, struct pl_err *err)
{
    pl_bytes rest = text;
    struct pl_deb822 stanza;
    for (;;) {
        size_t base = text.n - rest.n;
        struct pl_err odd;
        pl_status st = pl_deb822_next(&rest, r->arena, &stanza, &odd);
        if (st == PL_E_INPUT || st == PL_E_LIMIT) {
            pl_supply_log(r->s, PL_SEVERITY_NOTE, "%s:%zu: the rest is skipped, %s", r->file,
                          line_of(text, base + (size_t)odd.offset), odd.text);
            return PL_OK;
        }
        if (st != PL_OK || stanza.n == 0) {
            if (st != PL_OK && err != NULL)
                *err = odd;
            return st;
        }
        struct entry e = {.types = pl_deb822_get(&stanza, "Types"),
                          .uris = pl_deb822_get(&stanza, "URIs"),
                          .suites = pl_deb822_get(&stanza, "Suites"),
                          .components = pl_deb822_get(&stanza, "Components"),
                          .archs = pl_deb822_get(&stanza, "Architectures"),
                          .signed_by = pl_deb822_get(&stanza, "Signed-By"),
                          .line_1based = line_of(text, base + stanza.fields[0].offset)};
        bool is_known = has_word(e.types, "deb") || has_word(e.types, "deb-src");
        if (is_known && !is_no(pl_deb822_get(&stanza, "Enabled")) && (st = add_entry(r, &e, err)) != PL_OK)
            return st;
    }
}

static pl_status read_file(struct reading *r, const char *name, bool is_deb822, struct pl_err *err)
{
    uint8_t *heap;
    size_t n;
    struct pl_err odd;
    r->file = name;
    const char *path = pl_arena_printf(r->arena, "%s/%s", root_of(r), name);
    if (path == NULL)
        return pl_arena_fail(r->arena, err);
    pl_status st = pl_io_read(path, MAX_FILE_BYTES, &heap, &n, &odd);
    if (st == PL_E_NOT_FOUND)
        return PL_OK;
    if (st == PL_E_NOMEM)
        return pl_fail_nomem(err);
    if (st != PL_OK) {
        pl_supply_log(r->s, PL_SEVERITY_WARNING, "%s: skipped, %s", name, odd.text);
        return PL_OK;
    }
    pl_bytes text = pl_arena_keep(r->arena, pl_bytes_of(heap, n));
    free(heap);
    if (text.p == NULL)
        return pl_arena_fail(r->arena, err);
    return is_deb822 ? read_deb822_style(r, text, err) : read_one_line_style(r, text, err);
}

static bool never_enter(void *ctx, const struct pl_walk_entry *e)
{
    return false;
}

static pl_status read_entry(void *ctx, const struct pl_walk_entry *e, struct pl_err *err)
{
    struct reading *r = ctx;
    bool is_deb822 = pl_bytes_ends(e->path, PL_LIT(".sources"));
    if (e->name[0] == '.' || (!is_deb822 && !pl_bytes_ends(e->path, PL_LIT(".list"))))
        return PL_OK;
    const char *name = pl_arena_printf(r->arena, "etc/apt/sources.list.d/%.*s", PL_ARG(e->path));
    return name == NULL ? pl_arena_fail(r->arena, err) : read_file(r, name, is_deb822, err);
}

pl_status pl_apt_sources_read(struct pl_supply *s, struct pl_apt_sources *out, struct pl_err *err)
{
    struct reading r = {.s = s, .arena = &s->arena};
    struct pl_limits limits = pl_limits_default();
    struct pl_walk_sink sink = {.ctx = &r, .entry = read_entry, .wants = never_enter};
    pl_status st = read_file(&r, "etc/apt/sources.list", false, err);
    const char *folder = pl_arena_printf(r.arena, "%s/etc/apt/sources.list.d", root_of(&r));
    if (st == PL_OK && folder == NULL)
        st = pl_arena_fail(r.arena, err);
    if (st == PL_OK) {
        st = pl_walk(folder, &limits, &sink, err);
        if (st == PL_E_NOT_FOUND)
            st = PL_OK;
    }
    struct pl_apt_sources sources = {.n = r.list.n};
    if (st == PL_OK) {
        sources.v = pl_arena_take_n(r.arena, r.list.n, sizeof *sources.v);
        if (sources.v == NULL)
            st = pl_arena_fail(r.arena, err);
        else if (r.list.n > 0)
            memcpy(sources.v, r.list.v, r.list.n * sizeof *sources.v);
    }
    PL_VEC_FREE(&r.list);
    if (st == PL_OK)
        *out = sources;
    return st;
}
