/*
 * acquire_npm.c - which dependencies a bundle may hold: what the own source imports, what the package says it took from node_modules, and
 * what these depend on in turn; each in a version that the lock file of the source pins.
 *
 * Without a lock file the newest versions of what the manifests name have to do, up to three of each. What the package says is a hint and no evidence: it
 * chooses among packages whose bytes come from the registry, checked. Source: package.json(5) and npm's lock files; bundlers and source maps
 * write "node_modules/NAME/" for what they take in.
 */
#include "pipeline/acquire_npm.h"

#include "classify/classify.h"
#include "corpus/tree.h"
#include "format/archive/unpack.h"
#include "format/text/jsonscan.h"
#include "format/text/npm_lock.h"

#include <stdlib.h>
#include <string.h>

#define MAX_PACKAGES   320u         /* trees of dependencies */
#define MAX_VERSIONS   3u           /* of one package */
#define MAX_TREE_BYTES (160u << 20) /* of all of them, unpacked */
#define MAX_LOCK_BYTES (64u << 20)
#define MODULES        "node_modules/"
#define MODULES_BYTES  13u
#define PACKAGE_URL    "pkg:npm/"
#define POLYFILL       "-browserify"
#define MAX_NAME_BYTES 214u

enum state { UNWANTED, WANTED, DONE };

struct pin {
    struct pl_npm_locked locked;
    size_t order; /* in the lock file, which begins with what is shared */
    enum state state;
    bool is_tool; /* of a bundler: what it depends on in turn is in no bundle */
};

struct plan {
    struct pl_acquired *a;
    struct pl_report *r;
    const struct pl_source_tree *own;
    struct pl_npm_lock lock;
    struct pin *pins; /* sorted by name, then in the order of the lock file */
    size_t n_pins;
    size_t *queue; /* pins in the order in which they became wanted */
    size_t n_queue;
    bool are_tools;    /* what is wanted now */
    bool is_closing;   /* what is wanted now is what a dependency names */
    bool is_unlocked;  /* the source has no lock file */
    pl_bytes manifest; /* package.json of the source */
    bool is_built;     /* a script is not in the source as it is */
    uint64_t bytes;
};

static int by_name(const void *a, const void *b)
{
    const struct pin *x = a;
    const struct pin *y = b;
    int order = pl_bytes_cmp(x->locked.name, y->locked.name);
    return order != 0 ? order : x->order < y->order ? -1 : x->order > y->order;
}

static size_t first_of(const struct plan *p, pl_bytes name)
{
    size_t low = 0;
    size_t high = p->n_pins;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (pl_bytes_cmp(p->pins[mid].locked.name, name) < 0)
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

/* Named as a dependency of any kind by the package.json of the source. */
static bool is_declared(const struct plan *p, pl_bytes name)
{
    static const char *const kinds[] = {"dependencies", "devDependencies"};
    for (size_t k = 0; k < sizeof kinds / sizeof kinds[0]; k++) {
        struct pl_json_members list = pl_json_members_of(pl_json_find(p->manifest, kinds[k]));
        struct pl_json_member one;
        while (!list.is_bad && pl_json_members_next(&list, &one))
            if (pl_bytes_eq(one.key, name))
                return true;
    }
    return false;
}

/* Without a lock file: the newest version of what the manifests name. */
static bool want_newest(struct plan *p, pl_bytes name)
{
    for (size_t i = 0; i < p->n_pins; i++)
        if (pl_bytes_eq(p->pins[i].locked.name, name))
            return true;
    bool is_named = p->is_closing || is_declared(p, name);
    if (p->n_pins >= MAX_PACKAGES || !is_named)
        return false;
    pl_bytes kept = pl_arena_keep(&p->a->arena, name); /* it may stand on a stack */
    if (kept.p == NULL)
        return false; /* the arena says so when it is asked next */
    p->pins[p->n_pins] = (struct pin){.locked = {.name = kept}, .state = WANTED, .is_tool = p->are_tools};
    p->queue[p->n_queue++] = p->n_pins++;
    return true;
}

/* Add the first `versions` versions of a package to the queue; false when the lock file has none. */
static bool want(struct plan *p, pl_bytes name, size_t versions)
{
    if (p->is_unlocked)
        return want_newest(p, name);
    size_t first = first_of(p, name);
    for (size_t i = first; i < p->n_pins && i < first + versions && pl_bytes_eq(p->pins[i].locked.name, name);
         i++)
        if (p->pins[i].state == UNWANTED) {
            p->pins[i].state = WANTED;
            p->pins[i].is_tool = p->are_tools;
            p->queue[p->n_queue++] = i;
        }
    return first < p->n_pins && pl_bytes_eq(p->pins[first].locked.name, name);
}

/* "a/b/c.js" is of package "a", "@s/a/b.js" of "@s/a". */
static pl_bytes package_of(pl_bytes path)
{
    size_t slash = pl_bytes_find_byte(path, '/', 0);
    if (path.n > 0 && path.p[0] == '@' && slash != SIZE_MAX)
        slash = pl_bytes_find_byte(path, '/', slash + 1);
    return pl_bytes_sub(path, 0, slash);
}

/* What browserify depends on to stand for the runtime, named by nobody else: lib/builtins.js there. */
static void want_builtin(struct plan *p, pl_bytes name)
{
    p->is_closing = is_declared(p, PL_LIT("browserify"));
    (void)want(p, name, 1);
    p->is_closing = false;
}

/* An imported module: its package, or what a bundler puts in the place of a module of the runtime. */
static void want_module(struct plan *p, pl_bytes specifier)
{
    char text[MAX_NAME_BYTES + sizeof POLYFILL];
    if (pl_bytes_starts(specifier, PL_LIT("node:")))
        specifier = pl_bytes_from(specifier, 5);
    pl_bytes name = package_of(specifier);
    if (name.n == 0 || name.n > MAX_NAME_BYTES || name.p[0] == '.' || name.p[0] == '/' || want(p, name, 1))
        return;
    memcpy(text, name.p, name.n);
    memcpy(text + name.n, POLYFILL, sizeof POLYFILL);
    want_builtin(p, pl_bytes_of(text, name.n + sizeof POLYFILL - 1));
}

/* Every "node_modules/NAME/" of a text. */
static void want_mentioned(struct plan *p, pl_bytes text)
{
    for (size_t at = pl_bytes_find(text, PL_LIT(MODULES), 0); at != SIZE_MAX;
         at = pl_bytes_find(text, PL_LIT(MODULES), at + MODULES_BYTES)) {
        pl_bytes rest = pl_bytes_sub(text, at + MODULES_BYTES, MAX_NAME_BYTES + 1);
        pl_bytes name = package_of(rest);
        if (name.n < rest.n)
            (void)want(p, name, 2);
    }
}

/* What stands in quotes behind `word` and perhaps a parenthesis. */
static void want_behind(struct plan *p, pl_bytes text, pl_bytes word)
{
    for (size_t at = pl_bytes_find(text, word, 0); at != SIZE_MAX;
         at = pl_bytes_find(text, word, at + word.n)) {
        size_t i = at + word.n;
        while (i < text.n && (text.p[i] == ' ' || text.p[i] == '('))
            i++;
        if (i >= text.n || (text.p[i] != '"' && text.p[i] != '\''))
            continue;
        pl_bytes rest = pl_bytes_sub(text, i + 1, MAX_NAME_BYTES);
        size_t end = pl_bytes_find_byte(rest, text.p[i], 0);
        if (end != SIZE_MAX)
            want_module(p, pl_bytes_sub(rest, 0, end));
    }
}

static bool is_script(pl_bytes path)
{
    static const char *const suffixes[] = {".js", ".mjs", ".cjs", ".ts", ".mts", ".cts", ".jsx", ".tsx"};
    if (pl_bytes_ends(path, PL_LIT(".d.ts")) || pl_bytes_ends(path, PL_LIT(".d.mts")) ||
        pl_bytes_ends(path, PL_LIT(".d.cts")))
        return false;
    for (size_t i = 0; i < sizeof suffixes / sizeof suffixes[0]; i++)
        if (pl_bytes_ends(path, pl_bytes_of_str(suffixes[i])))
            return true;
    return false;
}

/* Tests, examples and the settings of tools import what no bundle holds. */
static bool is_beside(pl_bytes path)
{
    static const char *const folders[] = {"test",
                                          "tests",
                                          "__tests__",
                                          "spec",
                                          "specs",
                                          "bench",
                                          "benchmark",
                                          "benchmarks",
                                          "example",
                                          "examples",
                                          "docs",
                                          "doc",
                                          "website",
                                          "tasks",
                                          "tools",
                                          "perf",
                                          "integration",
                                          "integration-testing",
                                          "legacy-reexport",
                                          "docs_app",
                                          "fixtures",
                                          "scripts"};
    static const char *const words[] = {".test.", ".spec.", ".config.", "ulpfile", "runtfile"};
    pl_bytes base = pl_bytes_basename(path);
    pl_bytes rest = path;
    pl_bytes part;
    if (path.p[0] == '.')
        return true;
    while (pl_bytes_split(&rest, '/', &part))
        if (pl_bytes_is_one_of(part, folders, sizeof folders / sizeof folders[0]))
            return true;
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (pl_bytes_find(base, pl_bytes_of_str(words[i]), 0) != SIZE_MAX)
            return true;
    return false;
}

static bool is_in_folder(const struct plan *p, pl_bytes path)
{
    pl_bytes folder = pl_bytes_of_str(p->own->git->folder);
    return folder.n == 0 || (pl_bytes_starts(path, folder) && path.n > folder.n && path.p[folder.n] == '/');
}

static bool is_config(pl_bytes path)
{
    return pl_bytes_find(path, PL_LIT(".config."), 0) != SIZE_MAX &&
           pl_bytes_find_byte(path, '/', 0) == SIZE_MAX;
}

/* What the own programs import; or, of tools, what the settings of the bundler do: plugins put code of their own into a bundle. */
static void want_imported(struct plan *p, bool are_tools)
{
    static const char *const words[] = {"from", "import", "require"};
    p->are_tools = are_tools;
    for (size_t i = 0; i < p->own->files.n; i++) {
        const struct pl_source_file *f = &p->own->files.v[i];
        bool is_program = is_in_folder(p, f->path) && !is_beside(f->path) && !pl_is_build_output(f->path);
        if (!is_script(f->path) || (are_tools ? !is_config(f->path) : !is_program))
            continue;
        for (size_t k = 0; k < sizeof words / sizeof words[0]; k++)
            want_behind(p, f->data, pl_bytes_of_str(words[k]));
    }
    p->are_tools = false;
}

static bool has_source(const struct plan *p, pl_bytes data)
{
    pl_sha1 blob;
    if (pl_git_blob_of(data, &blob, NULL) != PL_OK)
        return false;
    for (size_t i = 0; i < p->own->files.n; i++) {
        const struct pl_source_file *f = &p->own->files.v[i];
        if (f->data.n == data.n && memcmp(f->git_blob.b, blob.b, sizeof blob.b) == 0 &&
            !pl_is_build_output(f->path))
            return true;
    }
    return false;
}

/* Transpilers call functions of packages that the source does not name. */
static void want_helpers(struct plan *p, pl_bytes text)
{
    static const char *const packages[] = {"tslib", "babel-runtime", "@babel/runtime", "@swc/helpers"};
    for (size_t i = 0; i < sizeof packages / sizeof packages[0]; i++)
        if (pl_bytes_find(text, pl_bytes_of_str(packages[i]), 0) != SIZE_MAX)
            (void)want(p, pl_bytes_of_str(packages[i]), 2);
}

static pl_status look_at(void *ctx, struct pl_file *f, struct pl_err *err)
{
    struct plan *p = ctx;
    (void)err; /* nothing here can fail */
    bool is_text = f->type == PL_ENTRY_FILE && f->container == NULL && f->is_whole && f->data.p != NULL;
    if (is_text && (is_script(f->name) || pl_bytes_ends(f->name, PL_LIT(".map")))) {
        if (is_script(f->name) && !p->is_built)
            p->is_built = !has_source(p, f->data);
        want_mentioned(p, f->data);
        if (is_script(f->name))
            want_helpers(p, f->data);
    }
    pl_file_reset(f);
    return PL_OK;
}

static pl_status look_into_subject(struct plan *p, struct pl_err *err)
{
    const struct pl_acquired *a = p->a;
    struct pl_unpack_sink sink = {.ctx = p, .file = look_at};
    struct pl_arena arena;
    pl_arena_init(&arena, (size_t)a->limits->memory_bytes);
    pl_status st = pl_unpack(a->bytes, pl_bytes_of_str(a->name), a->limits, &arena, &sink, err);
    pl_arena_reset(&arena);
    return st;
}

/* The lock file that is nearest to the package's folder: the longest path among those that lead there. */
static const struct pl_source_file *find_lock(const struct pl_source_tree *own)
{
    const struct pl_source_file *found = NULL;
    pl_bytes folder = pl_bytes_of_str(own->git->folder);
    for (size_t i = 0; i < own->files.n; i++) {
        const struct pl_source_file *f = &own->files.v[i];
        pl_bytes base = pl_bytes_basename(f->path);
        pl_bytes above = pl_bytes_sub(f->path, 0, f->path.n - base.n);
        bool leads = above.n == 0 || (above.n == folder.n + 1 && pl_bytes_starts(above, folder)) ||
                     (above.n <= folder.n && pl_bytes_starts(folder, above));
        if (leads && f->data.n > 0 && f->data.n <= MAX_LOCK_BYTES && pl_npm_is_lock(base) &&
            (found == NULL || f->path.n - base.n > found->path.n - pl_bytes_basename(found->path).n))
            found = f;
    }
    return found;
}

/* The same version at a second place. */
static bool is_repeated(const struct plan *p, size_t i)
{
    for (size_t k = p->n_pins; k > 0 && pl_bytes_eq(p->pins[k - 1].locked.name, p->pins[i].locked.name); k--)
        if (pl_bytes_eq(p->pins[k - 1].locked.version, p->pins[i].locked.version))
            return true;
    return false;
}

static pl_bytes manifest_of(const struct pl_source_tree *own)
{
    pl_bytes folder = pl_bytes_of_str(own->git->folder);
    for (size_t i = 0; i < own->files.n; i++) {
        pl_bytes path = own->files.v[i].path;
        size_t base = folder.n == 0 ? 0 : folder.n + 1;
        if (path.n == base + 12 && pl_bytes_starts(path, folder) &&
            pl_bytes_eq_str(pl_bytes_from(path, base), "package.json"))
            return own->files.v[i].data;
    }
    return (pl_bytes){NULL, 0};
}

static pl_status read_lock(struct plan *p, struct pl_err *err)
{
    const struct pl_source_file *lock = find_lock(p->own);
    p->is_unlocked = lock == NULL;
    p->manifest = manifest_of(p->own);
    if (lock == NULL) {
        p->pins = calloc(MAX_PACKAGES, sizeof *p->pins);
        p->queue = calloc(MAX_PACKAGES, sizeof *p->queue);
        return p->pins == NULL || p->queue == NULL ? pl_fail_nomem(err) : PL_OK;
    }
    pl_status st = pl_npm_lock_read(lock->data, &p->lock, err);
    if (st != PL_OK)
        return st;
    p->pins = calloc(p->lock.list.n + 1, sizeof *p->pins);
    p->queue = calloc(p->lock.list.n + 1, sizeof *p->queue);
    if (p->pins == NULL || p->queue == NULL)
        return pl_fail_nomem(err);
    for (size_t i = 0; i < p->lock.list.n; i++)
        p->pins[i] = (struct pin){.locked = p->lock.list.v[i], .order = i};
    if (p->lock.list.n > 1)
        qsort(p->pins, p->lock.list.n, sizeof p->pins[0], by_name);
    for (size_t i = 0; i < p->lock.list.n; i++)
        if (!is_repeated(p, i))
            p->pins[p->n_pins++] = p->pins[i];
    return PL_OK;
}

/* What a dependency depends on may have been taken in with it. */
static void want_its_own(struct plan *p, const struct pl_source_tree *t)
{
    p->is_closing = true;
    for (size_t i = 0; i < t->files.n; i++) {
        if (!pl_bytes_eq_str(t->files.v[i].path, "package.json"))
            continue;
        struct pl_json_members list = pl_json_members_of(pl_json_find(t->files.v[i].data, "dependencies"));
        struct pl_json_member one;
        while (!list.is_bad && pl_json_members_next(&list, &one))
            (void)want(p, one.key, 1);
    }
    p->is_closing = false;
}

/* What no bundle takes in would only slow the search. */
static void keep_programs(struct pl_source_tree *t)
{
    static const char *const suffixes[] = {".js", ".mjs", ".cjs", ".json", ".ts", ".mts", ".cts", ".css"};
    size_t n = 0;
    for (size_t i = 0; i < t->files.n; i++) {
        struct pl_source_file *f = &t->files.v[i];
        bool is_kept = f->heap == NULL || pl_bytes_starts(f->path, PL_LIT("LICEN"));
        for (size_t k = 0; k < sizeof suffixes / sizeof suffixes[0] && !is_kept; k++)
            is_kept = pl_bytes_ends(f->path, pl_bytes_of_str(suffixes[k]));
        is_kept = is_kept && !pl_bytes_ends(f->path, PL_LIT(".min.js")) &&
                  !pl_bytes_ends(f->path, PL_LIT(".d.ts")) && !pl_bytes_ends(f->path, PL_LIT(".d.mts")) &&
                  !pl_bytes_ends(f->path, PL_LIT(".d.cts"));
        if (is_kept) {
            t->files.v[n++] = *f;
        } else {
            t->total_bytes -= f->data.n;
            free(f->heap);
            PL_VEC_FREE(&f->hunks);
        }
    }
    t->files.n = n;
}

static const char *url_of(struct plan *p, const struct pl_npm_locked *one)
{
    bool is_scoped = one->name.p[0] == '@';
    return pl_arena_printf(&p->a->arena, "%s%s%.*s%s%.*s", PACKAGE_URL, is_scoped ? "%40" : "",
                           PL_ARG(pl_bytes_from(one->name, is_scoped ? 1 : 0)), one->version.n > 0 ? "@" : "",
                           PL_ARG(one->version));
}

/* One package, as a tree; what is the matter with it is in *why. */
static pl_status load(struct plan *p, const char *url, struct pl_source_tree **out, struct pl_err *why)
{
    struct pl_purl purl;
    struct pl_supplied *s = NULL;
    pl_status st = pl_purl_parse(pl_bytes_of_str(url), &p->a->arena, &purl, why);
    if (st == PL_OK)
        st = pl_supply_fetch_pinned(p->a->supply, &purl, &s, why);
    if (st == PL_OK) {
        struct pl_artifact one = {.name = s->filename, .bytes = s->bytes};
        struct pl_source_spec spec = {.name = pl_arena_printf(&p->a->arena, "%s %s", s->package, s->version),
                                      .uri = url,
                                      .revision = s->version,
                                      .how = PL_HOW_CLAIMED,
                                      .rank = PL_RANK_DEPENDENCY,
                                      .jobs = 1};
        st = spec.name == NULL ? pl_arena_fail(&p->a->arena, why)
                               : pl_source_tree_from_artifacts(&spec, &one, 1, p->a->limits, out, why);
    }
    pl_supplied_free(s);
    return st;
}

static pl_status take(struct plan *p, struct pin *pin, struct pl_err *err)
{
    struct pl_source_tree *t = NULL;
    struct pl_err why = {.status = PL_OK};
    const char *url = url_of(p, &pin->locked);
    pin->state = DONE;
    if (url == NULL)
        return pl_arena_fail(&p->a->arena, err);
    pl_status st = load(p, url, &t, &why);
    if (st == PL_E_NOMEM)
        return pl_fail_nomem(err);
    if (st != PL_OK)
        return pl_acquire_note(p->r, url, &why, err);
    if (pin->locked.version.n == 0) /* the newest one */
        pin->locked.version = pl_arena_keep(&p->a->arena, pl_bytes_of_str(t->revision));
    keep_programs(t);
    p->bytes += t->total_bytes;
    if (!pin->is_tool)
        want_its_own(p, t);
    p->a->trees[p->a->n_trees++] = t;
    return PL_OK;
}

static const struct pl_source_tree *find_own(const struct pl_acquired *a)
{
    for (size_t i = 0; i < a->n_trees; i++)
        if (a->trees[i]->rank == PL_RANK_OWN && a->trees[i]->git != NULL)
            return a->trees[i];
    return NULL;
}

/* The queue from *next on, which grows on the way. */
static pl_status take_queue(struct plan *p, size_t *next, struct pl_err *err)
{
    pl_status st = PL_OK;
    for (; *next < p->n_queue && *next < MAX_PACKAGES && p->bytes < MAX_TREE_BYTES &&
           p->a->n_trees < PL_MAX_TREES && st == PL_OK;
         (*next)++)
        st = take(p, &p->pins[p->queue[*next]], err);
    return st;
}

/* Without a lock file: a bundle may be older than the newest version of what it holds. */
static pl_status want_older(struct plan *p, size_t i, struct pl_err *err)
{
    struct pl_npm_locked first = p->pins[i].locked;
    struct pl_purl purl;
    struct pl_err why = {.status = PL_OK};
    pl_bytes versions[MAX_VERSIONS];
    size_t n = 0;
    const char *url = url_of(p, &first);
    if (url == NULL)
        return pl_arena_fail(&p->a->arena, err);
    pl_status st = pl_purl_parse(pl_bytes_of_str(url), &p->a->arena, &purl, &why);
    if (st == PL_OK)
        st = pl_supply_versions(p->a->supply, &purl, &p->a->arena, versions, MAX_VERSIONS, &n, &why);
    if (st == PL_E_NOMEM)
        return pl_fail_nomem(err);
    for (size_t k = 0; k < n && st == PL_OK && p->n_pins < MAX_PACKAGES; k++) {
        if (pl_bytes_eq(versions[k], first.version))
            continue;
        p->pins[p->n_pins] = (struct pin){
            .locked = {.name = first.name, .version = versions[k]}, .state = WANTED, .is_tool = true};
        p->queue[p->n_queue++] = p->n_pins++;
    }
    return PL_OK; /* a registry that does not tell has no older ones */
}

/* One version of each, nearest first; then others of the same packages while there is room. */
static pl_status take_all(struct plan *p, struct pl_err *err)
{
    size_t next = 0;
    pl_status st = take_queue(p, &next, err);
    size_t n = p->n_queue;
    size_t left = n - next;
    for (size_t i = 0; i < n && left == 0 && st == PL_OK; i++)
        if (p->is_unlocked)
            st = want_older(p, p->queue[i], err);
        else
            (void)want(p, p->pins[p->queue[i]].locked.name, MAX_VERSIONS);
    if (st == PL_OK)
        st = take_queue(p, &next, err);
    if (left == 0 || st != PL_OK)
        return st;
    struct pl_err why = {.status = PL_E_LIMIT};
    (void)pl_fail(&why, PL_E_LIMIT, PL_NO_OFFSET,
                  "%zu of %zu packages that may be bundled were not looked at", left, n);
    return pl_acquire_note(p->r, "dependencies", &why, err);
}

pl_status pl_acquire_dependencies(struct pl_acquired *a, struct pl_report *r, struct pl_err *err)
{
    struct plan p = {.a = a, .r = r, .own = find_own(a)};
    bool is_npm = a->supplied != NULL &&
                  pl_bytes_starts(pl_bytes_of_str(a->supplied->purl == NULL ? "" : a->supplied->purl),
                                  PL_LIT(PACKAGE_URL));
    if (p.own == NULL || !is_npm)
        return PL_OK;
    pl_status st = read_lock(&p, err);
    if (st == PL_OK) {
        want_imported(&p, false);
        want_builtin(&p, PL_LIT("process"));
        st = look_into_subject(&p, err);
        if (st == PL_OK)
            want_imported(&p, true);
        if (st == PL_OK && p.is_built)
            st = take_all(&p, err);
    }
    free(p.pins);
    free(p.queue);
    PL_VEC_FREE(&p.lock.list);
    return st;
}
