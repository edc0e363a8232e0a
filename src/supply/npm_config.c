/*
 * npm_config.c - which registry this machine's npm asks.
 *
 *     npm_config_registry in the environment, in any case; then the files, the first that says so:
 *     $NPM_CONFIG_USERCONFIG or ~/.npmrc, $NPM_CONFIG_GLOBALCONFIG, /etc/npmrc, /usr/etc/npmrc, /usr/local/etc/npmrc
 *
 * Source: npm's config(7) and npmrc(5). Not read: tokens and passwords, and values with ${...}, which may hold such.
 */
#include "supply/npm_config.h"

#include "io/read.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define MAX_NPMRC_BYTES (1u << 20)

pl_bytes pl_npmrc_get(pl_bytes text, pl_bytes key)
{
    pl_bytes found = {NULL, 0};
    pl_bytes line;
    while (pl_bytes_line(&text, &line)) {
        line = pl_bytes_trim(line);
        size_t equals = pl_bytes_find_byte(line, '=', 0);
        if (line.n == 0 || line.p[0] == '#' || line.p[0] == ';' || equals == SIZE_MAX ||
            !pl_bytes_eq(pl_bytes_trim(pl_bytes_sub(line, 0, equals)), key))
            continue;
        found = pl_bytes_trim(pl_bytes_from(line, equals + 1));
        if (found.n >= 2 && (found.p[0] == '"' || found.p[0] == '\'') && found.p[found.n - 1] == found.p[0])
            found = pl_bytes_sub(found, 1, found.n - 2);
    }
    return found;
}

static bool is_url(pl_bytes text)
{
    return (pl_bytes_starts(text, PL_LIT("https://")) || pl_bytes_starts(text, PL_LIT("http://"))) &&
           pl_bytes_find(text, PL_LIT("${"), 0) == SIZE_MAX;
}

static pl_status keep(struct pl_supply *s, pl_bytes url, const char **registry, struct pl_err *err)
{
    while (url.n > 0 && url.p[url.n - 1] == '/')
        url.n--;
    *registry = pl_arena_str(&s->arena, url);
    return *registry == NULL ? pl_arena_fail(&s->arena, err) : PL_OK;
}

/* What a file says; *registry stays as it is when that is nothing. */
static pl_status from_file(struct pl_supply *s, const char *path, pl_bytes scope, const char **registry,
                           struct pl_err *err)
{
    uint8_t *heap = NULL;
    size_t n = 0;
    pl_status st = PL_OK;
    if (path == NULL || pl_io_read(path, MAX_NPMRC_BYTES, &heap, &n, NULL) != PL_OK)
        return PL_OK;
    pl_bytes text = pl_bytes_of(heap, n);
    const char *key = scope.n > 0 ? pl_arena_printf(&s->arena, "%.*s:registry", PL_ARG(scope)) : "registry";
    pl_bytes url = key == NULL ? (pl_bytes){NULL, 0} : pl_npmrc_get(text, pl_bytes_of_str(key));
    if (is_url(url))
        st = keep(s, url, registry, err);
    else if (url.n > 0)
        pl_supply_log(s, PL_SEVERITY_WARNING, "%s: the registry it names is not used: %.*s", path,
                      PL_ARG(url));
    free(heap);
    return st;
}

/* npm takes its variables in any case. */
static pl_bytes from_environment(const char *name)
{
    extern char **environ;
    size_t n = strlen(name);
    for (char **p = environ; p != NULL && *p != NULL; p++)
        if (strncasecmp(*p, name, n) == 0 && (*p)[n] == '=')
            return pl_bytes_of_str(*p + n + 1);
    return (pl_bytes){NULL, 0};
}

pl_status pl_npm_registry(struct pl_supply *s, pl_bytes scope, const char **registry, struct pl_err *err)
{
    const char *root = s->options.apt_root == NULL ? "" : s->options.apt_root;
    const char *home = getenv("HOME");
    pl_bytes user = from_environment("npm_config_userconfig");
    pl_bytes global = from_environment("npm_config_globalconfig");
    pl_bytes named = from_environment("npm_config_registry");
    struct pl_arena *a = &s->arena;
    const char *const files[] = {
        user.n > 0 ? pl_arena_str(a, user) : pl_arena_printf(a, "%s/.npmrc", home == NULL ? "" : home),
        global.n > 0 ? pl_arena_str(a, global) : NULL,
        pl_arena_printf(a, "%s/etc/npmrc", root),
        pl_arena_printf(a, "%s/usr/etc/npmrc", root),
        pl_arena_printf(a, "%s/usr/local/etc/npmrc", root),
    };
    const char *found = NULL;
    pl_status st = PL_OK;
    if (a->why != PL_OK)
        return pl_arena_fail(a, err);
    for (int pass = scope.n > 0 ? 0 : 1; pass < 2 && found == NULL && st == PL_OK; pass++) {
        pl_bytes which = pass == 0 ? scope : (pl_bytes){NULL, 0};
        if (pass == 1 && is_url(named))
            st = keep(s, named, &found, err);
        for (size_t i = 0; i < sizeof files / sizeof files[0] && found == NULL && st == PL_OK; i++)
            st = from_file(s, files[i], which, &found, err);
    }
    if (st == PL_OK)
        *registry = found == NULL ? PL_NPM_REGISTRY : found;
    return st;
}
