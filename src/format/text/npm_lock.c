/*
 * npm_lock.c - lock files of npm, yarn and pnpm.
 *
 *     package-lock.json 2, 3   "packages": {"node_modules/a/node_modules/@s/b": {"version": "1.2.3"}}
 *     package-lock.json 1      "dependencies": {"a": {"version": "1.2.3", "dependencies": {...}}}
 *     yarn.lock 1              a@^1.0.0, a@^1.2.0:    then    version "1.2.3"     on an indented line
 *     yarn.lock, later         "a@npm:^1.0.0":        then    version: 1.2.3
 *     pnpm-lock.yaml           a@1.2.3(peer@2):   '/@s/b@1.2.3':   /a/1.2.3:      two blanks before each
 *
 * An alias is another name for a package: "a": "npm:b@^1.0.0" in package.json. The locks say so with "name": "b" (2, 3), with
 * "version": "npm:b@1.2.3" (1), with the range in the key (yarn), and not at all (pnpm, whose keys hold the package's name alone).
 *
 * Source: package-lock-json(5); yarn's and pnpm's own files.
 */
#include "format/text/npm_lock.h"

#include "format/text/jsonscan.h"

#define MAX_LEVELS    8u
#define MAX_NAME      214u /* package.json(5) */
#define MAX_VERSION   256u
#define MODULES       "node_modules/"
#define MODULES_BYTES 13u

bool pl_npm_is_lock(pl_bytes basename)
{
    static const char *const names[] = {"package-lock.json", "npm-shrinkwrap.json", "yarn.lock",
                                        "pnpm-lock.yaml"};
    return pl_bytes_is_one_of(basename, names, sizeof names / sizeof names[0]);
}

/* A digit first, and nothing but what versions are made of. */
static bool is_version(pl_bytes text)
{
    for (size_t i = 0; i < text.n; i++) {
        uint8_t c = text.p[i];
        bool is_digit = c >= '0' && c <= '9';
        bool is_other = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '.' || c == '-' || c == '+';
        if (!is_digit && (!is_other || i == 0))
            return false;
    }
    return text.n > 0 && text.n <= MAX_VERSION;
}

static bool is_name(pl_bytes text)
{
    size_t slashes = 0;
    for (size_t i = 0; i < text.n; i++) {
        uint8_t c = text.p[i];
        bool is_good = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                       c == '-' || c == '_' || c == '.' || c == '~' || (c == '@' && i == 0) || c == '/';
        if (!is_good)
            return false;
        slashes += c == '/';
    }
    bool is_scoped = text.n > 0 && text.p[0] == '@';
    return text.n > (is_scoped ? 3 : 0) && text.n <= MAX_NAME && slashes == (is_scoped ? 1 : 0) &&
           text.p[0] != '.' && text.p[0] != '/';
}

static pl_status add(struct pl_npm_lock *out, pl_bytes name, pl_bytes package, pl_bytes version,
                     struct pl_err *err)
{
    if (!is_name(name) || !is_name(package) || !is_version(version))
        return PL_OK;
    struct pl_npm_locked *slot = PL_VEC_ADD(&out->list);
    if (slot == NULL)
        return pl_fail_nomem(err);
    *slot = (struct pl_npm_locked){name, package, version};
    return PL_OK;
}

/* "@s/a@npm:^1.0.0" is "@s/a". */
static pl_bytes before_range(pl_bytes key)
{
    size_t at = pl_bytes_find_byte(key, '@', key.n > 0 && key.p[0] == '@' ? 1 : 0);
    return at == SIZE_MAX ? key : pl_bytes_sub(key, 0, at);
}

/* "npm:b@^1.0.0" is of "b"; no bytes when the range names no package. */
static pl_bytes package_of_range(pl_bytes range)
{
    if (!pl_bytes_starts(range, PL_LIT("npm:")))
        return (pl_bytes){NULL, 0};
    pl_bytes rest = pl_bytes_from(range, 4);
    pl_bytes name = before_range(rest);
    return name.n < rest.n && is_name(name) ? name : (pl_bytes){NULL, 0};
}

/* What stands behind the last "node_modules/". */
static pl_bytes name_of_path(pl_bytes path)
{
    size_t at = SIZE_MAX;
    for (size_t i = pl_bytes_find(path, PL_LIT(MODULES), 0); i != SIZE_MAX;
         i = pl_bytes_find(path, PL_LIT(MODULES), i + MODULES_BYTES))
        at = i + MODULES_BYTES;
    return at == SIZE_MAX ? (pl_bytes){NULL, 0} : pl_bytes_from(path, at);
}

static pl_status read_members(pl_bytes object, bool are_paths, unsigned level, struct pl_npm_lock *out,
                              struct pl_err *err)
{
    struct pl_json_members members = pl_json_members_of(object);
    struct pl_json_member one;
    pl_status st = PL_OK;
    if (members.is_bad || members.is_array)
        return PL_OK;
    while (st == PL_OK && pl_json_members_next(&members, &one)) {
        pl_bytes version = pl_json_text(pl_json_find(one.value, "version"));
        pl_bytes inner = are_paths ? (pl_bytes){NULL, 0} : pl_json_find(one.value, "dependencies");
        pl_bytes name = are_paths ? name_of_path(one.key) : one.key;
        pl_bytes alias =
            are_paths ? pl_json_text(pl_json_find(one.value, "name")) : package_of_range(version);
        if (!are_paths && alias.n > 0)
            version = pl_bytes_from(version, 4 + alias.n + 1);
        st = add(out, name, alias.n > 0 ? alias : name, version, err);
        if (st == PL_OK && inner.n > 0 && level < MAX_LEVELS)
            st = read_members(inner, false, level + 1, out, err);
    }
    return st;
}

static pl_bytes unquoted(pl_bytes text)
{
    text = pl_bytes_trim(text);
    bool is_quoted =
        text.n >= 2 && (text.p[0] == '"' || text.p[0] == '\'') && text.p[text.n - 1] == text.p[0];
    return is_quoted ? pl_bytes_sub(text, 1, text.n - 2) : text;
}

/* "/@s/a@1.2.3(peer@2)" or "/@s/a/1.2.3_peer" */
static pl_status add_pnpm(pl_bytes key, struct pl_npm_lock *out, struct pl_err *err)
{
    if (key.n > 0 && key.p[0] == '/')
        key = pl_bytes_from(key, 1);
    key = pl_bytes_sub(key, 0, pl_bytes_find_byte(key, '(', 0));
    pl_bytes name = before_range(key);
    pl_bytes version = pl_bytes_from(key, name.n < key.n ? name.n + 1 : key.n);
    if (name.n == key.n) {
        size_t slash = pl_bytes_rfind_byte(key, '/');
        if (slash == SIZE_MAX)
            return PL_OK;
        name = pl_bytes_sub(key, 0, slash);
        version = pl_bytes_from(key, slash + 1);
        version = pl_bytes_sub(version, 0, pl_bytes_find_byte(version, '_', 0));
    }
    return add(out, name, name, version, err);
}

/* yarn and pnpm: a key at the margin and its version below it, or a key with both. */
static pl_status read_lines(pl_bytes text, struct pl_npm_lock *out, struct pl_err *err)
{
    pl_bytes line;
    pl_bytes name = {NULL, 0};
    pl_bytes alias = {NULL, 0};
    pl_status st = PL_OK;
    while (st == PL_OK && pl_bytes_line(&text, &line)) {
        pl_bytes body = pl_bytes_trim(line);
        size_t indent = body.n == 0 ? 0 : (size_t)(body.p - line.p);
        bool is_key = body.n > 1 && body.p[body.n - 1] == ':';
        if (body.n == 0 || body.p[0] == '#')
            continue;
        if (indent == 0) {
            pl_bytes first = pl_bytes_sub(body, 0, pl_bytes_find_byte(body, ',', 0));
            if (is_key && first.n == body.n)
                first.n--;
            while (first.n > 0 && first.p[0] == '"')
                first = pl_bytes_from(first, 1);
            while (first.n > 0 && first.p[first.n - 1] == '"')
                first.n--;
            name = is_key ? before_range(first) : (pl_bytes){NULL, 0};
            alias = package_of_range(pl_bytes_from(first, name.n < first.n ? name.n + 1 : first.n));
        } else if (indent == 2 && is_key) {
            st = add_pnpm(unquoted(pl_bytes_sub(body, 0, body.n - 1)), out, err);
        } else if (indent == 2 && pl_bytes_starts(body, PL_LIT("version")) && body.n > 8) {
            st = add(out, name, alias.n > 0 ? alias : name, unquoted(pl_bytes_from(body, 8)), err);
        }
    }
    return st;
}

pl_status pl_npm_lock_read(pl_bytes text, struct pl_npm_lock *out, struct pl_err *err)
{
    pl_bytes start = pl_bytes_trim(pl_bytes_sub(text, 0, 64));
    if (start.n == 0 || start.p[0] != '{')
        return read_lines(text, out, err);
    pl_bytes packages = pl_json_find(text, "packages");
    return packages.n > 0 ? read_members(packages, true, 0, out, err)
                          : read_members(pl_json_find(text, "dependencies"), false, 0, out, err);
}
