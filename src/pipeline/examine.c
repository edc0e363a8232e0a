/*
 * examine.c - walk, classify, match, seal.
 *
 *     walk (one thread) -> queue -> workers: digest, kind, rungs that need one file
 *     when the walk is done       -> workers: rungs that need the package, residues, seal
 *
 * Each worker has an arena for what the report keeps and one for scratch. Which worker sees a file changes nothing in the result:
 * records are put in walk order afterwards, and nothing that is written depends on addresses.
 */
#include "pipeline/examine.h"

#include "base/parallel.h"
#include "classify/classify.h"
#include "format/archive/unpack.h"
#include "io/host.h"
#include "match/blobs.h"
#include "match/code_copies.h"
#include "match/java_tree.h"
#include "match/layout.h"
#include "match/names.h"
#include "match/residue.h"
#include "match/script_index.h"
#include "pipeline/pool.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#define WAITING_BYTES (256ull << 20)
/* Small files that rungs of the package pass may want to read although they are explained themselves. */
#define KEPT_BYTES (1u << 20)

struct worker_state {
    struct pl_arena *arena;
    struct pl_arena scratch;
};

/* A container that is being unpacked, for whoever looks on. */
#define MAX_OPEN 64u

struct run {
    const struct pl_examination *x;
    struct pl_report *r;
    struct pl_pool *pool;
    struct worker_state *workers;
    pthread_mutex_t literals_lock;
    struct pl_literals *literals;
    struct pl_codebase *codebase;
    struct pl_toolchain *toolchain;
    struct pl_names *names;
    struct pl_tables *tables;
    struct pl_match shared; /* what all workers have in common */
    pl_status literals_st;
    struct pl_err literals_err;
    bool literals_built;
    pl_status digest_st; /* of the walk: the first digest that could not be made */
    struct pl_err digest_err;
    struct pl_gram_set *prose; /* heap; known when the walk is done */
    bool has_asked;            /* the walk has met the file that was asked for */
    size_t first_order;        /* added to the walk's order when several walks share a report */
    pl_bytes prefix;           /* before each path, for folders */
    pl_bytes input;            /* the file of the folder that is being walked */
    uint8_t *input_heap;       /* owns it until a leaf record takes it over */
    PL_VEC(uint8_t *) inputs;  /* contents of containers, whose members are views of them */
    uint64_t open[MAX_OPEN];   /* orders of the containers that are being unpacked, the outermost first */
    size_t n_open;
};

/* What the literals need of them they have copied. */
static void drop_headers(const struct pl_examination *x)
{
    for (size_t i = 0; i < x->n_headers; i++) {
        free(x->header_heaps[i]);
        x->header_heaps[i] = NULL;
    }
}

/* What is made of the sources for images. None of it asks for another. */
enum source_part { PART_LITERALS, PART_TABLES, PART_CODEBASE, PART_TOOLCHAIN, PART_COUNT };

struct preparing {
    struct run *run;
    struct pl_match *m;
    const struct pl_file *first; /* the image that asked; its code is decoded meanwhile */
};

static pl_status build_part(struct run *run, size_t part, struct pl_err *err)
{
    const struct pl_examination *x = run->x;
    pl_status st = PL_OK;
    switch ((enum source_part)part) {
    case PART_LITERALS:
        st = pl_literals_build(x->index, x->headers, x->n_headers, x->jobs, &run->literals, err);
        drop_headers(x);
        break;
    case PART_TABLES: st = pl_tables_build(x->index, x->jobs, &run->tables, err); break;
    case PART_CODEBASE: st = pl_codebase_build(x->index, x->limits, x->jobs, &run->codebase, err); break;
    case PART_TOOLCHAIN: st = pl_toolchain_of(x->prints, x->n_prints, &run->toolchain, err); break;
    case PART_COUNT: break;
    }
    pl_host_trim_memory();
    return st;
}

/* Item 0 is the image, where there are threads to spare: its decoder knows no second one. */
static pl_status prepare(void *ctx, unsigned worker, size_t i, struct pl_err *err)
{
    struct preparing *p = ctx;
    (void)worker;
    if (i > 0)
        return build_part(p->run, i - 1, err);
    return p->run->x->jobs > 1 ? pl_match_prepare(p->m, p->first, err) : PL_OK;
}

/* Each of these has stretches of one thread; they are made side by side, so that another one goes on meanwhile. */
static void build_literals(struct run *run, struct pl_match *m, const struct pl_file *first)
{
    struct preparing p = {.run = run, .m = m, .first = first};
    pl_host_trim_memory();
    run->literals_st = pl_parallel(run->x->jobs, 1 + PART_COUNT, &p, prepare, &run->literals_err);
    run->literals_built = true;
}

/* Built when the first binary asks for it: most packages of scripts never do. */
static pl_status need_literals(struct run *run, unsigned worker, struct pl_match *m, const struct pl_file *f,
                               struct pl_err *err)
{
    uint64_t paused = pl_watch_pause(run->x->watch, worker + 1);
    (void)pthread_mutex_lock(&run->literals_lock); /* fails only on misuse */
    if (!run->literals_built && run->x->index != NULL) {
        pl_watch_sources(run->x->watch, true);
        build_literals(run, m, f);
        pl_watch_sources(run->x->watch, false);
    }
    pl_status st = run->literals_st;
    if (st != PL_OK && err != NULL)
        *err = run->literals_err;
    m->literals = run->literals;
    m->codebase = run->codebase;
    m->toolchain = run->toolchain;
    m->tables = run->tables;
    (void)pthread_mutex_unlock(&run->literals_lock);
    pl_watch_resume(run->x->watch, worker + 1, paused);
    return st;
}

/* In the second pass: those that an image asked for in the first one, which is over. */
static const struct pl_literals *known_literals(struct run *run)
{
    (void)pthread_mutex_lock(&run->literals_lock); /* fails only on misuse */
    const struct pl_literals *known = run->literals_built ? run->literals : NULL;
    (void)pthread_mutex_unlock(&run->literals_lock);
    return known;
}

static bool is_leaf_with_data(const struct pl_file *f)
{
    return f->type == PL_ENTRY_FILE && f->container == NULL && f->is_whole && f->data.p != NULL;
}

static bool is_kept(const struct pl_file *f)
{
    return f->data.n <= KEPT_BYTES && pl_bytes_starts(f->path, PL_LIT("control.tar"));
}

static struct pl_match match_of(struct run *run, unsigned worker)
{
    struct pl_match m = run->shared;
    m.arena = run->workers[worker].arena;
    m.scratch = &run->workers[worker].scratch;
    return m;
}

/* The same for who looks at the whole package, which has been walked. */
static struct pl_match match_of_package(struct run *run, unsigned worker)
{
    struct pl_match m = match_of(run, worker);
    m.files = (struct pl_file *const *)run->r->files.v;
    m.n_files = run->r->files.n;
    m.names = run->names;
    return m;
}

/* Somebody who looked at it before us did not come back. */
static pl_status leave_out(struct pl_file *f, const char *why, struct pl_err *err)
{
    f->kind = "unknown";
    f->role = PL_ROLE_ACTIVE;
    f->is_whole = false;
    pl_file_release(f);
    return pl_findings_add(&f->findings, "file.crashed", PL_SEVERITY_WARNING, PL_NO_OFFSET, 0, NULL, err,
                           "this could not be examined: %s", why);
}

static pl_status match_first(struct run *run, unsigned worker, struct pl_file *f, struct pl_err *err)
{
    struct pl_match m = match_of(run, worker);
    const char *why = pl_watch_why(run->x->watch, f->order);
    f->findings.arena = m.arena;
    pl_status st = f->has_digests ? PL_OK : pl_file_digest(f, err);
    if (st != PL_OK)
        return st;
    if (why != NULL)
        return leave_out(f, why, err);
    pl_classify(f);
    if (run->x->explanation != NULL && !f->is_asked && pl_kind_is_image(f->kind)) {
        pl_file_release(f); /* its code is not what was asked for */
        return PL_OK;
    }
    if (m.layout != NULL) {
        pl_classify_in_source(f);
        pl_blob_measure(f);
    }
    if (pl_kind_has_literals(f->kind))
        st = need_literals(run, worker, &m, f, err);
    if (st == PL_OK && m.index != NULL)
        st = pl_match_file(&m, PL_PASS_FILE, f, err);
    pl_match_drop(&m);
    if (st != PL_OK) {
        pl_err_about(err, pl_arena_str(m.arena, f->path));
        return st;
    }
    if (pl_ledger_unclaimed(&f->ledger) == 0 && !is_kept(f))
        pl_file_release(f);
    return PL_OK;
}

static pl_status first_pass(void *ctx, unsigned worker, struct pl_file *f, struct pl_err *err)
{
    struct run *run = ctx;
    pl_watch_begin(run->x->watch, worker + 1, f->order);
    pl_status st = match_first(run, worker, f, err);
    pl_watch_end(run->x->watch, worker + 1);
    return st;
}

static pl_status match_second(struct run *run, unsigned worker, struct pl_file *f, struct pl_err *err)
{
    struct pl_match m = match_of_package(run, worker);
    pl_status st = PL_OK;
    m.prose = run->prose;
    f->findings.arena = m.arena;
    if (m.index != NULL && is_leaf_with_data(f)) {
        if (pl_kind_is_image(f->kind))
            st = need_literals(run, worker, &m, f, err);
        else
            m.literals = known_literals(run);
        if (st == PL_OK)
            st = pl_match_file(&m, PL_PASS_PACKAGE, f, err);
        pl_match_drop(&m);
        if (st == PL_OK)
            st = pl_residues(&m, f, err);
    }
    if (st == PL_OK)
        st = pl_layout_compare(&m, f, err);
    if (st == PL_OK)
        st = pl_ledger_seal(&f->ledger, f->is_whole ? PL_CLASS_UNACCOUNTED : PL_CLASS_OPAQUE, "none", err);
    return st;
}

static pl_status second_pass(void *ctx, unsigned worker, struct pl_file *f, struct pl_err *err)
{
    struct run *run = ctx;
    pl_watch_begin(run->x->watch, worker + 1, f->order);
    pl_status st = match_second(run, worker, f, err);
    pl_file_show(f);
    if (st == PL_OK && is_leaf_with_data(f) && pl_looks_like_text(f->data))
        st = pl_file_mark_lines(f, err);
    pl_watch_end(run->x->watch, worker + 1);
    return st;
}

/* The walk goes into f, or comes out of it. */
static void watch_walk(struct run *run, const struct pl_file *f, bool is_begin)
{
    uint64_t order = f->order + (is_begin ? run->first_order : 0);
    if (is_begin && run->n_open < MAX_OPEN)
        run->open[run->n_open++] = order;
    else if (!is_begin && run->n_open > 0 && run->open[run->n_open - 1] == order)
        run->n_open--;
    else
        return;
    if (run->n_open > 0)
        pl_watch_begin(run->x->watch, 0, run->open[run->n_open - 1]);
    else
        pl_watch_end(run->x->watch, 0);
}

static pl_bytes join_path(struct run *run, struct pl_arena *arena, pl_bytes path)
{
    if (run->prefix.n == 0)
        return path;
    const char *text =
        pl_arena_printf(arena, "%.*s%s%.*s", PL_ARG(run->prefix), path.n > 0 ? "!/" : "", PL_ARG(path));
    return pl_bytes_of_str(text);
}

/*
 * A container that stands in the source byte for byte is explained as it is. Its digest is wanted in any case: md5sums and the
 * report name it. A failure is kept for the next record, since this call can only say yes or no.
 */
static bool wants(void *ctx, struct pl_file *f)
{
    struct run *run = ctx;
    pl_source_ref ref;
    if (f->data.p == NULL || run->digest_st != PL_OK)
        return true;
    run->digest_st = pl_file_digest(f, &run->digest_err);
    if (pl_watch_why(run->x->watch, f->order + run->first_order) != NULL)
        return false;
    bool is_wanted = run->digest_st != PL_OK || run->x->index == NULL ||
                     !pl_index_find_sha256(run->x->index, &f->sha256, &ref);
    if (is_wanted)
        watch_walk(run, f, true);
    return is_wanted;
}

/* Is it the file that was asked for: by its whole path, or by the first that ends so? */
static bool is_asked(struct run *run, const struct pl_file *f)
{
    pl_bytes asked = pl_bytes_of_str(run->x->asked);
    if (run->x->explanation == NULL || run->has_asked || f->container != NULL || f->type != PL_ENTRY_FILE)
        return false;
    if (asked.n == 0)
        return f->parent_order == PL_NO_PARENT;
    bool is_end =
        pl_bytes_ends(f->path, asked) && (f->path.n == asked.n || f->path.p[f->path.n - asked.n - 1] == '/');
    return is_end || pl_bytes_eq(f->name, asked);
}

static pl_status arrived(void *ctx, struct pl_file *f, struct pl_err *err)
{
    struct run *run = ctx;
    const struct pl_observer *o = run->x->observer;
    struct pl_file **slot = run->digest_st != PL_OK ? NULL : PL_VEC_ADD(&run->r->files);
    if (slot == NULL) {
        pl_file_reset(f);
        if (run->digest_st != PL_OK && err != NULL)
            *err = run->digest_err;
        return run->digest_st != PL_OK ? run->digest_st : pl_fail_nomem(err);
    }
    *slot = f;
    f->order += run->first_order;
    if (f->parent_order != PL_NO_PARENT)
        f->parent_order += run->first_order;
    if (run->prefix.n > 0 && f->parent_order != PL_NO_PARENT)
        f->path = join_path(run, &run->r->walk_arena, f->path);
    if (f->path.p == NULL)
        return pl_arena_fail(&run->r->walk_arena, err);
    f->is_asked = is_asked(run, f);
    run->has_asked |= f->is_asked;
    if (o != NULL && o->progress != NULL)
        o->progress(o->ctx, "match", "", run->r->files.n, 0);
    pl_watch_progress(run->x->watch, run->r->files.n);
    if (run->input_heap != NULL && f->heap == NULL && f->data.p == run->input.p && is_leaf_with_data(f)) {
        f->heap = run->input_heap;
        run->input_heap = NULL;
    }
    watch_walk(run, f, false);
    if (is_leaf_with_data(f)) {
        uint64_t paused = pl_watch_pause(run->x->watch, 0);
        pl_status st = pl_pool_put(run->pool, f, err);
        pl_watch_resume(run->x->watch, 0, paused);
        return st;
    }
    pl_classify(f);
    if (run->x->layout != NULL && f->parent_order != PL_NO_PARENT && f->type == PL_ENTRY_FILE)
        pl_blob_measure(f);
    if (f->container != NULL)
        pl_file_release(f);
    return PL_OK;
}

static int by_order(const void *a, const void *b)
{
    const struct pl_file *x = *(struct pl_file *const *)a;
    const struct pl_file *y = *(struct pl_file *const *)b;
    return x->order < y->order ? -1 : x->order > y->order;
}

static unsigned n_threads(const struct pl_examination *x)
{
    return x->watch != NULL && x->watch->is_inline ? 0 : x->jobs;
}

static pl_status begin(struct run *run, const struct pl_examination *x, struct pl_report *r,
                       struct pl_err *err)
{
    *run = (struct run){.x = x, .r = r};
    run->shared = (struct pl_match){.index = x->index,
                                    .limits = x->limits,
                                    .jobs = x->jobs,
                                    .layout = x->layout,
                                    .explanation = x->explanation};
    (void)pthread_mutex_init(&run->literals_lock, NULL); /* default attributes cannot fail on Linux */
    run->workers = calloc(x->jobs, sizeof *run->workers);
    r->worker_arenas = calloc(x->jobs, sizeof *r->worker_arenas);
    if (run->workers == NULL || r->worker_arenas == NULL)
        return pl_fail_nomem(err);
    r->n_worker_arenas = x->jobs;
    for (unsigned i = 0; i < x->jobs; i++) {
        pl_arena_init(&r->worker_arenas[i], (size_t)x->limits->memory_bytes);
        pl_arena_init(&run->workers[i].scratch, (size_t)x->limits->memory_bytes);
        run->workers[i].arena = &r->worker_arenas[i];
    }
    pl_status st = x->index == NULL ? PL_OK : pl_match_open(&run->shared, err);
    if (st == PL_OK)
        st = pl_names_new(&run->names, err);
    return st != PL_OK ? st : pl_pool_open(n_threads(x), WAITING_BYTES, first_pass, run, &run->pool, err);
}

/* Source files over a limit explain nothing, which a reader of the report would not guess. */
static pl_status tell_left_out(const struct run *run, struct pl_findings *findings, struct pl_err *err)
{
    const struct pl_index *ix = run->x->index;
    pl_status st = PL_OK;
    for (uint32_t unit = 0; ix != NULL && unit < pl_index_unit_count(ix) && st == PL_OK; unit++)
        if ((run->codebase != NULL && pl_codebase_left_out(run->codebase, unit)) ||
            pl_scripts_left_out(run->shared.scripts, unit) || pl_java_tree_left_out(run->shared.java, unit))
            st = pl_findings_add(findings, "archive.limit", PL_SEVERITY_WARNING, PL_NO_OFFSET, 0, NULL, err,
                                 "source file %.*s has too many tokens: what it defines explains nothing",
                                 PL_ARG(pl_index_unit_file(ix, unit)->path));
    return st;
}

/* What images of the package say of each other's functions. */
static pl_status settle_copies(struct run *run, struct pl_err *err)
{
    struct pl_match m = match_of_package(run, 0);
    m.codebase = run->codebase; /* the first pass is over */
    return m.codebase == NULL ? PL_OK : pl_code_copies(&m, err);
}

/* The second pass, once every file is known. */
static pl_status finish(struct run *run, struct pl_err *err)
{
    struct pl_report *r = run->r;
    pl_status st = pl_pool_close(run->pool, err);
    run->pool = NULL;
    if (st != PL_OK)
        return st;
    if (r->files.n > 0)
        qsort(r->files.v, r->files.n, sizeof r->files.v[0], by_order);
    st = settle_copies(run, err);
    if (st != PL_OK)
        return st;
    run->prose = calloc(1, sizeof *run->prose);
    if (run->prose == NULL)
        return pl_fail_nomem(err);
    const struct pl_match first = match_of(run, 0);
    for (size_t i = 0; i < r->files.n && st == PL_OK; i++) {
        pl_watch_begin(run->x->watch, 0, r->files.v[i]->order);
        st = pl_match_wanted_prose(r->files.v[i], first.scratch, run->prose, err);
        pl_arena_rewind(first.scratch);
    }
    pl_watch_end(run->x->watch, 0);
    if (st != PL_OK)
        return st;
    st = pl_pool_open(n_threads(run->x), UINT64_MAX, second_pass, run, &run->pool, err);
    for (size_t i = 0; i < r->files.n && st == PL_OK; i++)
        st = pl_pool_put(run->pool, r->files.v[i], err);
    struct pl_err late;
    pl_status closed = pl_pool_close(run->pool, &late);
    run->pool = NULL;
    if (st == PL_OK && closed != PL_OK && err != NULL)
        *err = late;
    if (st != PL_OK || closed != PL_OK)
        return st != PL_OK ? st : closed;
    struct pl_match m = match_of_package(run, 0);
    st = pl_layout_missing(&m, &r->findings, err);
    if (st == PL_OK)
        st = tell_left_out(run, &r->findings, err);
    return st == PL_OK ? pl_blobs_report(&m, &r->findings, err) : st;
}

/* A stored member is a view of its container, which is about to go: only what is shown of it stays, as far as there is room. */
static void forget_view(struct pl_file *f, struct pl_arena *arena)
{
    f->data = (pl_bytes){NULL, 0};
    for (size_t i = 0; i < f->residues.n; i++)
        f->residues.v[i].bytes = pl_arena_keep(arena, f->residues.v[i].bytes);
    for (size_t i = 0; i < f->script_runs.n; i++)
        f->script_runs.v[i].bytes = pl_arena_keep(arena, f->script_runs.v[i].bytes);
}

static void end(struct run *run)
{
    /* Only open here after another failure, which is the one to report. */
    pl_status late = pl_pool_close(run->pool, NULL);
    (void)late;
    pl_toolchain_free(run->toolchain);
    pl_tables_free(run->tables);
    pl_codebase_free(run->codebase);
    pl_literals_free(run->literals);
    pl_names_free(run->names);
    pl_match_close(&run->shared);
    if (run->workers != NULL)
        for (unsigned i = 0; i < run->x->jobs; i++)
            pl_arena_reset(&run->workers[i].scratch);
    free(run->workers);
    free(run->prose);
    free(run->input_heap);
    for (size_t i = 0; run->inputs.n > 0 && i < run->r->files.n; i++)
        if (run->r->files.v[i]->heap == NULL)
            forget_view(run->r->files.v[i], &run->r->walk_arena);
    for (size_t i = 0; i < run->inputs.n; i++)
        free(run->inputs.v[i]);
    PL_VEC_FREE(&run->inputs);
    (void)pthread_mutex_destroy(&run->literals_lock);
}

pl_status pl_examine(const struct pl_examination *x, pl_bytes package, const char *name, struct pl_report *r,
                     struct pl_err *err)
{
    struct run run;
    struct pl_unpack_sink sink = {.ctx = &run, .store = x->store, .wants = wants, .file = arrived};
    pl_status st = begin(&run, x, r, err);
    if (st == PL_OK)
        st = pl_unpack(package, pl_bytes_of_str(name), x->limits, &r->walk_arena, &sink, err);
    if (st == PL_OK)
        st = finish(&run, err);
    end(&run);
    return st;
}

/* A directory, a link or a device of the folder: a record without bytes. */
static pl_status add_other(struct run *run, const struct pl_walk_entry *e, struct pl_err *err)
{
    struct pl_arena *arena = &run->r->walk_arena;
    struct pl_file *f = pl_arena_take(arena, sizeof *f);
    if (f == NULL)
        return pl_arena_fail(arena, err);
    f->order = 0;
    f->parent_order = PL_NO_PARENT;
    f->type = e->type;
    f->mode = e->mode;
    f->path = pl_arena_keep(arena, e->path);
    f->name = f->path;
    f->link_target = pl_arena_keep(arena, e->link_target);
    f->is_whole = true;
    pl_ledger_init(&f->ledger, 0);
    pl_findings_init(&f->findings, arena, run->x->limits->findings);
    if (f->path.p == NULL || f->link_target.p == NULL)
        return pl_arena_fail(arena, err);
    return arrived(run, f, err);
}

static pl_status folder_entry(void *ctx, const struct pl_walk_entry *e, uint8_t *heap, size_t n,
                              struct pl_err *err)
{
    struct run *run = ctx;
    struct pl_arena *arena = &run->r->walk_arena;
    struct pl_unpack_sink sink = {.ctx = run, .store = run->x->store, .wants = wants, .file = arrived};
    run->first_order = run->r->files.n;
    if (e->type != PL_ENTRY_FILE)
        return add_other(run, e, err);
    run->input_heap = heap;
    run->input = pl_bytes_of(heap, n);
    run->prefix = pl_arena_keep(arena, e->path);
    if (run->prefix.p == NULL)
        return pl_arena_fail(arena, err);
    pl_status st = pl_unpack(run->input, run->prefix, run->x->limits, arena, &sink, err);
    if (st == PL_OK && run->input_heap != NULL) {
        uint8_t **slot = PL_VEC_ADD(&run->inputs);
        if (slot == NULL)
            return pl_fail_nomem(err);
        *slot = run->input_heap;
        run->input_heap = NULL;
    }
    return st;
}

pl_status pl_examine_folder(const struct pl_examination *x, const struct pl_feed *feed, struct pl_report *r,
                            struct pl_err *err)
{
    struct run run;
    struct pl_feed_sink sink = {.ctx = &run, .entry = folder_entry};
    pl_status st = begin(&run, x, r, err);
    if (st == PL_OK)
        st = pl_feed_each(feed, x->limits, &sink, err);
    if (st == PL_OK && r->files.n == 0)
        st = pl_fail(err, PL_E_INPUT, PL_NO_OFFSET, "the folder is empty: there is nothing to account for");
    if (st == PL_OK)
        st = finish(&run, err);
    end(&run);
    return st;
}
