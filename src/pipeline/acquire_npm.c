/*
 * acquire_npm.c - which dependencies a bundle may hold: what the own source imports, what the package says it took from node_modules, and
 * what these depend on in turn; each in a version that the lock file of the source pins.
 *
 * Without a lock file the newest versions of what the manifests name have to do, up to three of each. What the package says is a hint and no evidence: it
 * chooses among packages whose bytes come from the registry, checked. Source: package.json(5) and npm's lock files; bundlers and source maps
 * write "node_modules/NAME/" for what they take in.
 */
#include "pipeline/acquire_npm.h"

#include "base/wire.h"
#include "classify/classify.h"
#include "corpus/tree.h"
#include "format/archive/unpack.h"
#include "format/text/jsonscan.h"
#include "io/ask.h"
#include "pipeline/confined.h"
#include "pipeline/npm_imports.h"
#include "pipeline/npm_plan.h"
#include "pipeline/npm_source.h"

#include <string.h>

#define MAX_VERSIONS   3u           /* of one package */
#define MAX_TREE_BYTES (160u << 20) /* of all of them, unpacked */
#define MODULES        "node_modules/"
#define MODULES_BYTES  13u
#define PACKAGE_URL    "pkg:npm/"
#define POLYFILL       "-browserify"

struct plan {
    struct pl_acquired *a;
    struct pl_report *r;
    const struct pl_source_tree *own;
    struct pl_npm_plan wanted;
    bool is_built; /* a script is not in the source as it is */
    uint64_t bytes;
};

/* What browserify depends on to stand for the runtime, named by nobody else: lib/builtins.js there. */
static void want_builtin(struct plan *p, pl_bytes name)
{
    p->wanted.is_closing = pl_npm_is_declared(&p->wanted, PL_LIT("browserify"));
    (void)pl_npm_want(&p->wanted, name, 1);
    p->wanted.is_closing = false;
}

/* An imported module: its package, or what a bundler puts in the place of a module of the runtime. */
static bool want_import(void *ctx, pl_bytes name)
{
    struct plan *p = ctx;
    char text[PL_NPM_MAX_NAME + sizeof POLYFILL];
    if (pl_npm_want(&p->wanted, name, 1))
        return true;
    memcpy(text, name.p, name.n);
    memcpy(text + name.n, POLYFILL, sizeof POLYFILL);
    want_builtin(p, pl_bytes_of(text, name.n + sizeof POLYFILL - 1));
    return true;
}

/* Every "node_modules/NAME/" of a text. */
static void want_mentioned(struct plan *p, pl_bytes text)
{
    for (size_t at = pl_bytes_find(text, PL_LIT(MODULES), 0); at != SIZE_MAX;
         at = pl_bytes_find(text, PL_LIT(MODULES), at + MODULES_BYTES)) {
        pl_bytes rest = pl_bytes_sub(text, at + MODULES_BYTES, PL_NPM_MAX_NAME + 1);
        pl_bytes name = pl_npm_package_of(rest);
        if (name.n < rest.n)
            (void)pl_npm_want(&p->wanted, name, 2);
    }
}

static bool is_in_folder(const struct plan *p, pl_bytes path)
{
    pl_bytes folder = pl_bytes_of_str(p->own->git->folder);
    return folder.n == 0 || (pl_bytes_starts(path, folder) && path.n > folder.n && path.p[folder.n] == '/');
}

/* What the own programs import; or, of tools, what the settings of the bundler do: plugins put code of their own into a bundle. */
static void want_imported(struct plan *p, bool are_tools)
{
    p->wanted.are_tools = are_tools;
    for (size_t i = 0; i < p->own->files.n; i++) {
        const struct pl_source_file *f = &p->own->files.v[i];
        bool is_program =
            is_in_folder(p, f->path) && !pl_npm_is_beside(f->path) && !pl_is_build_output(f->path);
        if (!pl_npm_is_script(f->path) || (are_tools ? !pl_npm_is_config(f->path) : !is_program))
            continue;
        (void)pl_npm_each_import(f->data, want_import, p);
    }
    p->wanted.are_tools = false;
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
            (void)pl_npm_want(&p->wanted, pl_bytes_of_str(packages[i]), 2);
}

static pl_status look_at(void *ctx, struct pl_file *f, struct pl_err *err)
{
    struct plan *p = ctx;
    (void)err; /* nothing here can fail */
    bool is_text = f->type == PL_ENTRY_FILE && f->container == NULL && f->is_whole && f->data.p != NULL;
    if (is_text && (pl_npm_is_script(f->name) || pl_bytes_ends(f->name, PL_LIT(".map")))) {
        if (pl_npm_is_script(f->name) && !p->is_built)
            p->is_built = !has_source(p, f->data);
        want_mentioned(p, f->data);
        if (pl_npm_is_script(f->name))
            want_helpers(p, f->data);
    }
    pl_file_reset(f);
    return PL_OK;
}

#define TOLD_BYTES (1u << 20) /* of PL_NPM_MAX_PACKAGES names */

static pl_status unpack_subject(struct plan *p, struct pl_err *err)
{
    const struct pl_acquired *a = p->a;
    struct pl_unpack_sink sink = {.ctx = p, .file = look_at};
    struct pl_arena arena;
    pl_arena_init(&arena, (size_t)a->limits->memory_bytes);
    p->wanted.is_hinted = true;
    pl_status st = pl_unpack(a->bytes, pl_bytes_of_str(a->name), a->limits, &arena, &sink, err);
    p->wanted.is_hinted = false;
    pl_arena_reset(&arena);
    return st;
}

static pl_status say_wanted(void *ctx, struct pl_ask_answer *to, struct pl_err *err)
{
    struct plan *p = ctx;
    struct pl_buf out;
    struct pl_wire_out w = {.out = &out};
    pl_buf_init(&out, TOLD_BYTES);
    p->wanted.told = &w;
    pl_status st = unpack_subject(p, err);
    p->wanted.told = NULL;
    pl_wire_bytes(&w, (pl_bytes){NULL, 0});
    pl_wire_u64(&w, p->is_built);
    st = st == PL_OK ? pl_buf_done(&out, err) : st;
    st = st == PL_OK ? pl_ask_say(to, pl_buf_bytes(&out), err) : st;
    pl_buf_reset(&out);
    return st;
}

/* What became wanted there becomes so here, in the same order; a name that is in no lock file adds nothing. */
static pl_status take_wanted(void *ctx, pl_bytes part, struct pl_err *err)
{
    struct plan *p = ctx;
    struct pl_wire_in in = {.c = pl_cursor_of(part)};
    pl_bytes name = pl_wire_take_view(&in);
    p->wanted.is_hinted = true;
    while (!in.c.bad && name.n > 0) {
        size_t versions = (size_t)pl_wire_take_below(&in, MAX_VERSIONS);
        pl_wire_require(&in, name.n <= PL_NPM_MAX_NAME);
        if (!in.c.bad)
            (void)pl_npm_want(&p->wanted, name, versions);
        name = pl_wire_take_view(&in);
    }
    p->wanted.is_hinted = false;
    p->is_built = pl_wire_take_bool(&in) || p->is_built;
    return pl_wire_done(&in, err);
}

static pl_status look_into_subject(struct plan *p, struct pl_err *err)
{
    struct pl_ask ask = {.ctx = p,
                         .work = say_wanted,
                         .take = take_wanted,
                         .what = "the package",
                         .limits = p->a->limits,
                         .part_bytes = TOLD_BYTES,
                         .forking = pl_confined_forking};
    if (p->a->options->is_unconfined)
        return unpack_subject(p, err);
    pl_status st = pl_confined_prepare(err);
    return st == PL_OK ? pl_ask(&ask, err) : st;
}

static const char *url_of(struct plan *p, const struct pl_npm_locked *one)
{
    bool is_scoped = one->package.p[0] == '@';
    return pl_arena_printf(&p->a->arena, "%s%s%.*s%s%.*s", PACKAGE_URL, is_scoped ? "%40" : "",
                           PL_ARG(pl_bytes_from(one->package, is_scoped ? 1 : 0)),
                           one->version.n > 0 ? "@" : "", PL_ARG(one->version));
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

/* It is said in the list of sources, and code that may be of it is no contradiction. What the package alone names is a note. */
static pl_status miss(struct plan *p, const struct pl_npm_pin *pin, const char *url, const struct pl_err *why,
                      struct pl_err *err)
{
    if (pin->is_hinted || pin->is_tool || p->a->n_trees >= PL_MAX_TREES)
        return pl_acquire_note(p->r, url, why, err);
    struct pl_source_spec spec = {
        .name = pl_arena_printf(&p->a->arena, "%.*s%s%.*s", PL_ARG(pin->locked.name),
                                pin->locked.version.n > 0 ? " " : "", PL_ARG(pin->locked.version)),
        .uri = url,
        .revision = pin->locked.version.n == 0 ? NULL : pl_arena_str(&p->a->arena, pin->locked.version),
        .how = PL_HOW_CLAIMED,
        .rank = PL_RANK_DEPENDENCY};
    if (p->a->arena.why != PL_OK)
        return pl_arena_fail(&p->a->arena, err);
    pl_status st = pl_source_tree_missing(&spec, why->text, p->a->limits, &p->a->trees[p->a->n_trees], err);
    p->a->n_trees += st == PL_OK;
    return st;
}

static pl_status take(struct plan *p, size_t i, struct pl_err *err)
{
    struct pl_source_tree *t = NULL;
    struct pl_err why = {.status = PL_OK};
    struct pl_npm_pin *pin = &p->wanted.pins[i];
    const char *url = url_of(p, &pin->locked);
    pin->state = PL_NPM_DONE;
    if (url == NULL)
        return pl_arena_fail(&p->a->arena, err);
    pl_status st = load(p, url, &t, &why);
    if (st == PL_E_NOMEM)
        return pl_fail_nomem(err);
    if (st != PL_OK)
        return miss(p, pin, url, &why, err);
    if (pin->locked.version.n == 0) /* the newest one */
        pin->locked.version = pl_arena_keep(&p->a->arena, pl_bytes_of_str(t->revision));
    pl_bytes manifest = pl_npm_manifest_of(t);
    if (pl_npm_is_subject(&p->wanted, pl_json_text(pl_json_find(manifest, "name")))) {
        pl_source_tree_free(t);
        return PL_OK;
    }
    p->a->trees[p->a->n_trees++] = t;
    bool is_tool = pin->is_tool;
    struct pl_npm_pin of = *pin; /* the list of pins may not move, its members may be asked for anew */
    if (!is_tool)
        st = pl_npm_want_its_own(&p->wanted, &of, manifest, err);
    pl_npm_keep_programs(t, pl_bytes_of_str(p->a->supplied->package));
    p->bytes += t->total_bytes;
    return st;
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
    for (; *next < p->wanted.n_queue && *next < PL_NPM_MAX_PACKAGES && p->bytes < MAX_TREE_BYTES &&
           p->a->n_trees < PL_MAX_TREES && st == PL_OK;
         (*next)++)
        st = take(p, p->wanted.queue[*next], err);
    return st;
}

/* Without a lock file: a bundle may be older than the newest version of what it holds. */
static pl_status want_older(struct plan *p, size_t i, struct pl_err *err)
{
    struct pl_npm_locked first = p->wanted.pins[i].locked;
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
    for (size_t k = 0; k < n && st == PL_OK && p->wanted.n_pins < PL_NPM_MAX_PACKAGES; k++) {
        if (pl_bytes_eq(versions[k], first.version))
            continue;
        p->wanted.pins[p->wanted.n_pins] = (struct pl_npm_pin){
            .locked = {.name = first.name, .package = first.package, .version = versions[k]},
            .state = PL_NPM_WANTED,
            .is_tool = true};
        p->wanted.queue[p->wanted.n_queue++] = p->wanted.n_pins++;
    }
    return PL_OK; /* a registry that does not tell has no older ones */
}

/* What there was no room for. */
static pl_status miss_rest(struct plan *p, size_t next, size_t left, size_t n, struct pl_err *err)
{
    struct pl_err why = {.status = PL_E_LIMIT};
    pl_status st = PL_OK;
    (void)pl_fail(&why, PL_E_LIMIT, PL_NO_OFFSET,
                  "%zu of %zu packages that may be bundled were not looked at", left, n);
    for (size_t i = next; i < n && st == PL_OK; i++) {
        const struct pl_npm_pin *pin = &p->wanted.pins[p->wanted.queue[i]];
        const char *url = url_of(p, &pin->locked);
        if (url == NULL)
            return pl_arena_fail(&p->a->arena, err);
        if (!pin->is_hinted && !pin->is_tool)
            st = miss(p, pin, url, &why, err);
    }
    return st == PL_OK ? pl_acquire_note(p->r, "dependencies", &why, err) : st;
}

/* One version of each, nearest first; then others of the same packages while there is room. */
static pl_status take_all(struct plan *p, struct pl_err *err)
{
    size_t next = 0;
    pl_status st = take_queue(p, &next, err);
    size_t n = p->wanted.n_queue;
    size_t left = n - next;
    for (size_t i = 0; i < n && left == 0 && st == PL_OK; i++)
        if (p->wanted.is_unlocked)
            st = want_older(p, p->wanted.queue[i], err);
        else
            (void)pl_npm_want(&p->wanted, p->wanted.pins[p->wanted.queue[i]].locked.name, MAX_VERSIONS);
    if (st == PL_OK)
        st = take_queue(p, &next, err);
    if (st == PL_OK && left > 0)
        st = miss_rest(p, next, left, n, err);
    for (size_t i = 0; i < p->wanted.unlocked.n && st == PL_OK; i++) {
        struct pl_err why = {.status = PL_E_NOT_FOUND};
        struct pl_npm_pin one = {
            .locked = {.name = p->wanted.unlocked.v[i], .package = p->wanted.unlocked.v[i]}};
        const char *url = url_of(p, &one.locked);
        (void)pl_fail(&why, PL_E_NOT_FOUND, PL_NO_OFFSET, "the lock file of the source does not name it");
        st = url == NULL ? pl_arena_fail(&p->a->arena, err) : miss(p, &one, url, &why, err);
    }
    return st;
}

pl_status pl_acquire_dependencies(struct pl_acquired *a, struct pl_report *r, struct pl_err *err)
{
    struct plan p = {.a = a, .r = r, .own = find_own(a)};
    bool is_npm = a->supplied != NULL &&
                  pl_bytes_starts(pl_bytes_of_str(a->supplied->purl == NULL ? "" : a->supplied->purl),
                                  PL_LIT(PACKAGE_URL));
    if (p.own == NULL || !is_npm)
        return PL_OK;
    const struct pl_source_file *lock = pl_npm_lock_of(p.own);
    p.wanted.arena = &a->arena;
    p.wanted.subject = a->supplied->package;
    p.wanted.manifest = pl_npm_manifest_of(p.own);
    pl_status st = pl_npm_plan_begin(&p.wanted, lock == NULL ? NULL : &lock->data, err);
    if (st == PL_OK) {
        want_imported(&p, false);
        st = pl_npm_want_list(&p.wanted, p.wanted.manifest, "dependencies", true, err);
        want_builtin(&p, PL_LIT("process"));
        if (st == PL_OK)
            st = look_into_subject(&p, err);
        if (st == PL_OK)
            want_imported(&p, true);
        if (st == PL_OK && p.is_built)
            st = take_all(&p, err);
        pl_npm_mark_importers(a->trees, a->n_trees);
    }
    pl_npm_plan_reset(&p.wanted);
    return st;
}
