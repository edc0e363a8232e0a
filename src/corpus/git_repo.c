/*
 * git_repo.c - opening a repository for reading, and finding the revision that a name means.
 *
 * A name is tried as a tag, a branch, a branch of the remote, a full ref, a commit in hex, then as a version by the ways in which
 * projects spell their tags. Source: gitrevisions(7) for the order; the spellings are those of 53 npm packages' tags.
 */
#include "base/vec.h"
#include "corpus/git_private.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define WINDOW_BYTES   (64u << 20) /* of a pack, that are mapped at a time */
#define MAPPED_BYTES   (1u << 30)
#define MAX_REFS       200000u
#define MIN_HEX_DIGITS 7u
#define MAX_PEELS      16

/* Whose files they are says nothing about objects, which are named by digest; and no configuration of this machine is read. */
static void init_git(void)
{
    if (git_libgit2_init() < 0)
        return; /* every call after it fails, and says so */
    (void)git_libgit2_opts(GIT_OPT_SET_OWNER_VALIDATION,
                           0); /* an unknown option leaves the stricter default */
    for (int level = GIT_CONFIG_LEVEL_PROGRAMDATA; level <= GIT_CONFIG_LEVEL_GLOBAL; level++)
        (void)git_libgit2_opts(GIT_OPT_SET_SEARCH_PATH, level, ""); /* the same */
    (void)git_libgit2_opts(GIT_OPT_SET_MWINDOW_SIZE, (size_t)WINDOW_BYTES);
    (void)git_libgit2_opts(GIT_OPT_SET_MWINDOW_MAPPED_LIMIT, (size_t)MAPPED_BYTES);
    (void)git_libgit2_opts(GIT_OPT_ENABLE_STRICT_HASH_VERIFICATION, 1);
}

void pl_git_prepare(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    (void)pthread_once(&once, init_git); /* fails only on misuse */
}

pl_status pl_git_fail(struct pl_err *err, int code, const char *what, const char *name)
{
    const git_error *why = git_error_last();
    pl_status st = code == GIT_ENOTFOUND                             ? PL_E_NOT_FOUND
                   : why != NULL && why->klass == GIT_ERROR_NOMEMORY ? PL_E_NOMEM
                                                                     : PL_E_INPUT;
    return pl_fail(err, st, PL_NO_OFFSET, "git: %s%s%s: %s", what, name[0] == '\0' ? "" : " ", name,
                   why == NULL || why->message == NULL ? "it cannot be read" : why->message);
}

pl_status pl_git_open(const char *path, struct pl_git_repo *out, struct pl_err *err)
{
    struct pl_git_repo r = {0};
    pl_git_prepare();
    int code = git_repository_open_ext(&r.repository, path, GIT_REPOSITORY_OPEN_NO_SEARCH, NULL);
    if (code == GIT_ENOTFOUND)
        return pl_fail(err, PL_E_NOT_FOUND, PL_NO_OFFSET, "git: there is no repository at %s", path);
    if (code == 0)
        code = git_repository_odb(&r.odb, r.repository);
    if (code != 0) {
        pl_status st = pl_git_fail(err, code, "repository", path);
        pl_git_close(&r);
        return st == PL_E_NOT_FOUND ? PL_E_INPUT : st;
    }
    *out = r;
    return PL_OK;
}

void pl_git_close(struct pl_git_repo *r)
{
    git_odb_free(r->odb);
    git_repository_free(r->repository);
    *r = (struct pl_git_repo){0};
}

static const char *type_word(git_object_t type)
{
    return type == GIT_OBJECT_BLOB ? "a file, not a revision" : "nothing that has a tree";
}

pl_status pl_git_peel(const struct pl_git_repo *r, const git_oid *id, struct pl_git_revision *out,
                      struct pl_err *err)
{
    char hex[GIT_OID_HEXSZ + 1];
    git_oid at = *id;
    *out = (struct pl_git_revision){0};
    for (int i = 0; i < MAX_PEELS; i++) {
        git_object *object = NULL;
        git_oid_tostr(hex, sizeof hex, &at);
        int code = git_object_lookup(&object, r->repository, &at, GIT_OBJECT_ANY);
        if (code != 0) {
            pl_status st = pl_git_fail(err, code, "object", hex);
            return st == PL_E_NOT_FOUND ? PL_E_INPUT : st;
        }
        git_object_t type = git_object_type(object);
        if (type == GIT_OBJECT_TAG) {
            if (i == 0)
                out->tag = at;
            at = *git_tag_target_id((git_tag *)object);
        } else if (type == GIT_OBJECT_COMMIT) {
            out->commit = at;
            at = *git_commit_tree_id((git_commit *)object);
        } else if (type == GIT_OBJECT_TREE) {
            out->tree = at;
        }
        git_object_free(object);
        if (type == GIT_OBJECT_TREE)
            return PL_OK;
        if (type == GIT_OBJECT_BLOB)
            return pl_fail(err, PL_E_INPUT, PL_NO_OFFSET, "git: %s is %s", hex, type_word(type));
    }
    return pl_fail(err, PL_E_INPUT, PL_NO_OFFSET, "git: more than %d tags of tags at %s", MAX_PEELS, hex);
}

bool pl_git_ref_counts(const char *name)
{
    static const char *const counted[] = {"refs/tags/", "refs/heads/", "refs/remotes/"};
    static const char *const requests[] = {"/pull/", "/pr/", "/merge-requests/", "/changes/"};
    bool counts = false;
    for (size_t i = 0; i < sizeof counted / sizeof counted[0]; i++)
        counts |= strncmp(name, counted[i], strlen(counted[i])) == 0;
    /* Some mirrors keep pull requests below refs/remotes/. */
    for (size_t i = 0; counts && i < sizeof requests / sizeof requests[0]; i++)
        if (strncmp(name, "refs/remotes/", 13) == 0 && strstr(name, requests[i]) != NULL)
            counts = false;
    return counts;
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

pl_status pl_git_list_refs(const struct pl_git_repo *r, struct pl_arena *arena, struct pl_git_refs *out,
                           struct pl_err *err)
{
    git_strarray names = {0};
    int code = git_reference_list(&names, r->repository);
    if (code != 0)
        return pl_git_fail(err, code, "refs", "");
    const char **list = pl_arena_take_n(arena, names.count + 1, sizeof *list);
    size_t n = 0;
    for (size_t i = 0; list != NULL && i < names.count && n < MAX_REFS; i++)
        if (pl_git_ref_counts(names.strings[i])) {
            list[n] = pl_arena_str(arena, pl_bytes_of_str(names.strings[i]));
            n += list[n] != NULL;
        }
    git_strarray_dispose(&names);
    if (arena->why != PL_OK)
        return pl_arena_fail(arena, err);
    if (n > 0)
        qsort(list, n, sizeof *list, by_text);
    *out = (struct pl_git_refs){list, n};
    return PL_OK;
}

static pl_status use_ref(const struct pl_git_repo *r, const char *name, struct pl_arena *arena,
                         struct pl_git_revision *out, struct pl_err *err)
{
    git_oid id;
    int code = git_reference_name_to_id(&id, r->repository, name);
    if (code != 0)
        return pl_git_fail(err, code, "ref", name);
    pl_status st = pl_git_peel(r, &id, out, err);
    if (st != PL_OK)
        return st;
    out->ref = pl_arena_str(arena, pl_bytes_of_str(name));
    return out->ref == NULL ? pl_arena_fail(arena, err) : PL_OK;
}

static bool is_hex(const char *text)
{
    size_t n = strspn(text, "0123456789abcdefABCDEF");
    return n >= MIN_HEX_DIGITS && n <= GIT_OID_HEXSZ && text[n] == '\0';
}

/* By name or by id; PL_E_NOT_FOUND when it is neither. */
static pl_status resolve_exactly(const struct pl_git_repo *r, const char *ref, struct pl_arena *arena,
                                 struct pl_git_revision *out, struct pl_err *err)
{
    static const char *const places[] = {"refs/tags/%s", "refs/heads/%s", "refs/remotes/origin/%s"};
    for (size_t i = 0; i <= sizeof places / sizeof places[0]; i++) {
        bool is_full = i == sizeof places / sizeof places[0];
        if (is_full && strncmp(ref, "refs/", 5) != 0 && strcmp(ref, "HEAD") != 0)
            break;
        const char *name = is_full  ? ref
                           : i == 0 ? pl_arena_printf(arena, "refs/tags/%s", ref)
                           : i == 1 ? pl_arena_printf(arena, "refs/heads/%s", ref)
                                    : pl_arena_printf(arena, "refs/remotes/origin/%s", ref);
        int is_valid = 0;
        if (name == NULL)
            return pl_arena_fail(arena, err);
        if (git_reference_name_is_valid(&is_valid, name) != 0 || !is_valid)
            continue;
        pl_status st = use_ref(r, name, arena, out, err);
        if (st != PL_E_NOT_FOUND)
            return st;
    }
    git_object *object = NULL;
    git_oid id;
    int code = GIT_ENOTFOUND;
    if (is_hex(ref) && git_oid_fromstrn(&id, ref, strlen(ref)) == 0)
        code = git_object_lookup_prefix(&object, r->repository, &id, strlen(ref), GIT_OBJECT_ANY);
    else if (strpbrk(ref, "^~") != NULL)
        code = git_revparse_single(&object, r->repository, ref);
    if (code != 0)
        return code == GIT_ENOTFOUND || code == GIT_EINVALIDSPEC ? PL_E_NOT_FOUND
                                                                 : pl_git_fail(err, code, "revision", ref);
    id = *git_object_id(object);
    git_object_free(object);
    return pl_git_peel(r, &id, out, err);
}

static bool is_separator(uint8_t c)
{
    return c == '.' || c == '_' || c == '-';
}

/* Does `tag` end in the version, separators aside? *start is where it begins. */
static bool ends_in_version(pl_bytes tag, pl_bytes version, size_t *start, bool *is_exact)
{
    if (tag.n < version.n || version.n == 0)
        return false;
    *start = tag.n - version.n;
    *is_exact = true;
    for (size_t i = 0; i < version.n; i++) {
        uint8_t a = tag.p[*start + i];
        uint8_t b = version.p[i];
        if (a == b)
            continue;
        if (!is_separator(a) || b != '.')
            return false;
        *is_exact = false;
    }
    return true;
}

static bool is_word(pl_bytes text, const char *const *words)
{
    for (size_t i = 0; words[i] != NULL; i++)
        if (text.n == strlen(words[i]) && strncasecmp((const char *)text.p, words[i], text.n) == 0)
            return true;
    return false;
}

static pl_bytes without_separators(pl_bytes text)
{
    while (text.n > 0 &&
           (is_separator(text.p[text.n - 1]) || text.p[text.n - 1] == '@' || text.p[text.n - 1] == '/'))
        text.n--;
    return text;
}

unsigned pl_git_tag_fit(pl_bytes tag, pl_bytes version, const char *name)
{
    static const char *const marks[] = {"v", "ver", "version", "r", "rel", "release", "releases", NULL};
    size_t start;
    bool is_exact;
    if (version.n > 0 && (version.p[0] == 'v' || version.p[0] == 'V'))
        version = pl_bytes_from(version, 1);
    if (!ends_in_version(tag, version, &start, &is_exact))
        return 0;
    unsigned worse = is_exact ? 0 : 10;
    pl_bytes front = pl_bytes_sub(tag, 0, start);
    pl_bytes full = pl_bytes_of_str(name);
    if (front.n == 0)
        return 1 + worse;
    if (front.n == 1 && (front.p[0] == 'v' || front.p[0] == 'V'))
        return 2 + worse;
    if (is_word(without_separators(front), marks))
        return 5 + worse;
    /* "name@", "name-v", "scope/name@v": the mark behind the name first */
    pl_bytes left = without_separators(front);
    if (left.n == front.n || left.n == 0) {
        size_t n = front.n;
        while (n > 0 && !is_separator(front.p[n - 1]) && front.p[n - 1] != '@' && front.p[n - 1] != '/')
            n--;
        if (n == 0 || !is_word(pl_bytes_from(front, n), marks))
            return 0;
        left = without_separators(pl_bytes_sub(front, 0, n));
    }
    if (full.n == 0)
        return 0;
    if (pl_bytes_eq(left, full))
        return 3 + worse;
    if (pl_bytes_eq(left, pl_bytes_basename(full)))
        return 4 + worse;
    return 0;
}

/* The tag that spells the version best, in *best; NULL when none does. */
static const char *best_spelling(const struct pl_git_refs *refs, const struct pl_git_want *want)
{
    const char *best = NULL;
    unsigned best_fit = 0;
    for (size_t i = 0; i < refs->n; i++) {
        pl_bytes name = pl_bytes_of_str(refs->v[i]);
        if (!pl_bytes_starts(name, PL_LIT("refs/tags/")))
            continue;
        unsigned fit = pl_git_tag_fit(pl_bytes_from(name, 10), pl_bytes_of_str(want->ref), want->name);
        if (fit != 0 && (best == NULL || fit < best_fit)) {
            best = refs->v[i];
            best_fit = fit;
        }
    }
    return best;
}

/* How many first bytes two names share, digits weighing as letters do. */
static size_t shared_bytes(const char *a, const char *b)
{
    size_t n = 0;
    while (a[n] != '\0' && a[n] == b[n])
        n++;
    return n;
}

static void hint_near(const struct pl_git_refs *refs, const char *ref, struct pl_err *err)
{
    const char *near = NULL;
    size_t best = 0;
    for (size_t i = 0; i < refs->n; i++) {
        const char *name = strchr(refs->v[i] + 5, '/') + 1;
        size_t shared = shared_bytes(name, ref) + shared_bytes(name + (name[0] == 'v'), ref);
        if (near == NULL || shared > best) {
            near = name;
            best = shared;
        }
    }
    if (near != NULL)
        pl_err_hint(err, "there are %zu branches and tags; the nearest is %s", refs->n, near);
    else
        pl_err_hint(err, "the repository has no branches and tags");
}

pl_status pl_git_resolve(const struct pl_git_repo *r, const struct pl_git_want *want, struct pl_arena *arena,
                         struct pl_git_revision *out, struct pl_err *err)
{
    struct pl_git_refs refs;
    pl_status st = resolve_exactly(r, want->ref, arena, out, err);
    if (st != PL_E_NOT_FOUND)
        return st;
    st = pl_git_list_refs(r, arena, &refs, err);
    if (st != PL_OK)
        return st;
    const char *spelled = best_spelling(&refs, want);
    if (spelled != NULL)
        return use_ref(r, spelled, arena, out, err);
    (void)pl_fail(err, PL_E_NOT_FOUND, PL_NO_OFFSET, "git: no tag, branch or commit %s", want->ref);
    hint_near(&refs, want->ref, err);
    return PL_E_NOT_FOUND;
}

bool pl_git_has_revision(const struct pl_git_want *want)
{
    struct pl_git_repo repo;
    struct pl_git_revision revision;
    struct pl_arena arena;
    if (pl_git_open(want->path, &repo, NULL) != PL_OK)
        return false;
    pl_arena_init(&arena, 256u << 20);
    bool has = pl_git_resolve(&repo, want, &arena, &revision, NULL) == PL_OK;
    pl_arena_reset(&arena);
    pl_git_close(&repo);
    return has;
}
