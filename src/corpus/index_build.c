/*
 * index_build.c - reading every source file once: digests, folded digest, anchors, words.
 *
 *     trees -> units in order of preference -> digests (parallel) -> repeats -> anchors, then words (parallel)
 *
 * The answers depend on the trees alone: whatever threads gather is sorted before it is used.
 */
#include "base/parallel.h"
#include "corpus/index_private.h"
#include "format/text/fold.h"
#include "format/text/words.h"

#include <stdlib.h>
#include <string.h>

static int compare_units(const void *a, const void *b, void *ctx)
{
    const struct pl_index *ix = ctx;
    const struct pl_unit *x = a;
    const struct pl_unit *y = b;
    const struct pl_source_file *fx = pl_index_file(ix, x->ref);
    const struct pl_source_file *fy = pl_index_file(ix, y->ref);
    enum pl_source_rank rx = ix->trees[x->ref.tree]->rank;
    enum pl_source_rank ry = ix->trees[y->ref.tree]->rank;
    if (rx != ry)
        return rx < ry ? -1 : 1;
    if (x->ref.tree != y->ref.tree)
        return x->ref.tree < y->ref.tree ? -1 : 1;
    if (fx->is_superseded != fy->is_superseded)
        return fx->is_superseded ? 1 : -1;
    int order = pl_bytes_cmp(fx->path, fy->path);
    if (order != 0)
        return order;
    return x->ref.file < y->ref.file ? -1 : x->ref.file > y->ref.file;
}

static pl_status list_units(struct pl_index *ix, struct pl_err *err)
{
    size_t n = 0;
    for (size_t t = 0; t < ix->n_trees; t++)
        n += ix->trees[t]->files.n;
    if (n > UINT32_MAX || ix->n_trees > UINT32_MAX)
        return pl_fail(err, PL_E_LIMIT, PL_NO_OFFSET, "index: too many source files");
    ix->units = calloc(n == 0 ? 1 : n, sizeof *ix->units);
    if (ix->units == NULL)
        return pl_fail_nomem(err);
    for (size_t t = 0; t < ix->n_trees; t++)
        for (size_t i = 0; i < ix->trees[t]->files.n; i++)
            if (ix->trees[t]->files.v[i].link_target.n == 0)
                ix->units[ix->n_units++].ref = (pl_source_ref){(uint32_t)t, (uint32_t)i};
    qsort_r(ix->units, ix->n_units, sizeof *ix->units, compare_units, ix);
    for (uint32_t i = 0; i < ix->n_units; i++) {
        ix->units[i].base = ix->source_bytes;
        ix->source_bytes += pl_index_unit_file(ix, i)->data.n;
    }
    return PL_OK;
}

static bool is_zero(const uint8_t *p, size_t n)
{
    return pl_bytes_all(pl_bytes_of(p, n), 0);
}

static pl_status fold_digest(struct pl_unit *u, const struct pl_source_file *f, struct pl_err *err)
{
    u->is_text = pl_is_text(f->data);
    u->folded = f->sha256;
    if (!u->is_text || pl_is_folded(f->data))
        return PL_OK;
    struct pl_buf folded;
    pl_buf_init(&folded, f->data.n + 16);
    pl_fold_text(f->data, &folded);
    pl_status st = pl_buf_done(&folded, err);
    if (st == PL_OK)
        st = pl_sha256_of(pl_buf_bytes(&folded), &u->folded, err);
    pl_buf_reset(&folded);
    return st;
}

static pl_status count_lines(struct pl_unit *u, pl_bytes data, struct pl_err *err)
{
    if (data.n < PL_LINE_STEP)
        return PL_OK;
    uint32_t count = 0;
    u->lines = calloc(data.n / PL_LINE_STEP + 1, sizeof *u->lines);
    if (u->lines == NULL)
        return pl_fail_nomem(err);
    for (size_t step = 0; step < data.n / PL_LINE_STEP; step++) {
        const uint8_t *p = data.p + step * PL_LINE_STEP;
        uint32_t more = 0;
        for (size_t i = 0; i < PL_LINE_STEP; i++)
            more += p[i] == '\n';
        count += more;
        u->lines[step + 1] = count;
    }
    return PL_OK;
}

static pl_status digest_unit(void *ctx, unsigned worker, size_t i, struct pl_err *err)
{
    struct pl_index *ix = ctx;
    struct pl_unit *u = &ix->units[i];
    struct pl_source_file *f = &ix->trees[u->ref.tree]->files.v[u->ref.file];
    pl_status st = PL_OK;
    if (is_zero(f->sha256.b, sizeof f->sha256.b))
        st = pl_sha256_of(f->data, &f->sha256, err);
    if (st == PL_OK && is_zero(f->git_blob.b, sizeof f->git_blob.b))
        st = pl_git_blob_of(f->data, &f->git_blob, err);
    if (st == PL_OK)
        st = fold_digest(u, f, err);
    if (st == PL_OK && u->is_text)
        st = count_lines(u, f->data, err);
    return st;
}

static int by_unit(uint32_t a, uint32_t b)
{
    return a < b ? -1 : a > b;
}

static int compare_sha256(const void *a, const void *b, void *ctx)
{
    uint32_t x = *(const uint32_t *)a;
    uint32_t y = *(const uint32_t *)b;
    int order =
        memcmp(&pl_index_unit_file(ctx, x)->sha256, &pl_index_unit_file(ctx, y)->sha256, PL_SHA256_BYTES);
    return order != 0 ? order : by_unit(x, y);
}

static int compare_git_blob(const void *a, const void *b, void *ctx)
{
    uint32_t x = *(const uint32_t *)a;
    uint32_t y = *(const uint32_t *)b;
    int order =
        memcmp(&pl_index_unit_file(ctx, x)->git_blob, &pl_index_unit_file(ctx, y)->git_blob, PL_SHA1_BYTES);
    return order != 0 ? order : by_unit(x, y);
}

static int compare_folded(const void *a, const void *b, void *ctx)
{
    const struct pl_index *ix = ctx;
    uint32_t x = *(const uint32_t *)a;
    uint32_t y = *(const uint32_t *)b;
    int order = memcmp(&ix->units[x].folded, &ix->units[y].folded, PL_SHA256_BYTES);
    return order != 0 ? order : by_unit(x, y);
}

static int compare_path(const void *a, const void *b, void *ctx)
{
    uint32_t x = *(const uint32_t *)a;
    uint32_t y = *(const uint32_t *)b;
    int order = pl_bytes_cmp(pl_index_unit_file(ctx, x)->path, pl_index_unit_file(ctx, y)->path);
    return order != 0 ? order : by_unit(x, y);
}

static int compare_name(const void *a, const void *b, void *ctx)
{
    uint32_t x = *(const uint32_t *)a;
    uint32_t y = *(const uint32_t *)b;
    int order = pl_bytes_cmp(pl_bytes_basename(pl_index_unit_file(ctx, x)->path),
                             pl_bytes_basename(pl_index_unit_file(ctx, y)->path));
    return order != 0 ? order : by_unit(x, y);
}

static bool sort_list(struct pl_index *ix, uint32_t **out, uint32_t *n, bool only_text,
                      int (*compare)(const void *, const void *, void *))
{
    uint32_t *list = calloc(ix->n_units == 0 ? 1 : ix->n_units, sizeof *list);
    uint32_t count = 0;
    if (list == NULL)
        return false;
    for (uint32_t i = 0; i < ix->n_units; i++)
        if (!only_text || ix->units[i].is_text)
            list[count++] = i;
    qsort_r(list, count, sizeof *list, compare, ix);
    *out = list;
    *n = count;
    return true;
}

static pl_status sort_lists(struct pl_index *ix, struct pl_err *err)
{
    uint32_t all;
    if (!sort_list(ix, &ix->by_sha256, &all, false, compare_sha256) ||
        !sort_list(ix, &ix->by_git_blob, &all, false, compare_git_blob) ||
        !sort_list(ix, &ix->by_folded, &ix->n_folded, true, compare_folded) ||
        !sort_list(ix, &ix->by_path, &all, false, compare_path) ||
        !sort_list(ix, &ix->by_name, &all, false, compare_name))
        return pl_fail_nomem(err);
    for (uint32_t i = 1; i < ix->n_units; i++)
        if (pl_sha256_eq(&pl_index_unit_file(ix, ix->by_sha256[i - 1])->sha256,
                         &pl_index_unit_file(ix, ix->by_sha256[i])->sha256))
            ix->units[ix->by_sha256[i]].is_repeat = true;
    return PL_OK;
}

/* One gathering of places over all units. */
struct gather {
    const struct pl_index *ix;
    pl_status (*collect)(const struct gather *g, struct pl_anchors *out, pl_bytes data, uint64_t base,
                         struct pl_err *err);
    const struct pl_gram_set *wanted; /* of the prose; NULL: all */
    enum pl_anchor_path path;
    bool only_text;
};

static pl_status places_of_unit(void *ctx, size_t i, struct pl_anchors *out, struct pl_err *err)
{
    const struct gather *g = ctx;
    const struct pl_unit *u = &g->ix->units[i];
    if (u->is_repeat || (g->only_text && !u->is_text))
        return PL_OK;
    return g->collect(g, out, pl_index_file(g->ix, u->ref)->data, u->base, err);
}

static pl_status gather_all(struct gather *g, uint64_t likely_places, struct pl_postings *out,
                            struct pl_err *err)
{
    struct pl_postings_source from = {.n_items = g->ix->n_units,
                                      .positions = g->ix->source_bytes,
                                      .likely_places = likely_places,
                                      .is_sparse = g->wanted != NULL,
                                      .ctx = g,
                                      .places = places_of_unit};
    return pl_postings_build(out, &from, g->ix->jobs, err);
}

static pl_status collect_anchors(const struct gather *g, struct pl_anchors *out, pl_bytes data, uint64_t base,
                                 struct pl_err *err)
{
    return pl_anchors_add(out, data, base, g->path, err);
}

static pl_status add_place(struct pl_anchors *out, uint32_t hash28, uint64_t position, struct pl_err *err)
{
    pl_anchor *slot = PL_VEC_ADD(out);
    if (slot == NULL)
        return pl_fail_nomem(err);
    *slot = pl_anchor_of(hash28, position);
    return PL_OK;
}

uint32_t pl_line_hash(pl_bytes trimmed)
{
    return (uint32_t)(pl_bytes_hash(trimmed, 0) >> (64 - PL_ANCHOR_HASH_BITS));
}

static pl_status collect_lines(const struct gather *g, struct pl_anchors *out, pl_bytes data, uint64_t base,
                               struct pl_err *err)
{
    (void)g; /* nothing to choose */
    pl_bytes rest = data;
    pl_bytes line;
    pl_status st = PL_OK;
    while (st == PL_OK && pl_bytes_line(&rest, &line)) {
        line = pl_bytes_trim(line);
        if (line.n >= PL_LINE_MIN_BYTES)
            st = add_place(out, pl_line_hash(line), base + (uint64_t)(line.p - data.p), err);
    }
    return st;
}

uint32_t pl_prose_gram(const uint64_t word_hashes[PL_PROSE_GRAM])
{
    uint64_t h = 0;
    for (size_t i = 0; i < PL_PROSE_GRAM; i++)
        h = (h ^ word_hashes[i]) * 0x9e3779b97f4a7c15ULL + (h >> 29);
    h ^= h >> 32;
    return (uint32_t)((h * 0xd6e8feb86659fd93ULL) >> (64 - PL_ANCHOR_HASH_BITS));
}

static pl_status add_gram(const struct gather *g, struct pl_anchors *out, uint32_t gram, uint64_t position,
                          struct pl_err *err)
{
    return g->wanted != NULL && !pl_gram_set_has(g->wanted, gram) ? PL_OK
                                                                  : add_place(out, gram, position, err);
}

/* Of two neighbouring sequences the one with the smaller hash is kept, the later one on a tie. */
static pl_status collect_prose(const struct gather *g, struct pl_anchors *out, pl_bytes data, uint64_t base,
                               struct pl_err *err)
{
    uint64_t hashes[PL_PROSE_GRAM] = {0};
    uint64_t starts[PL_PROSE_GRAM] = {0};
    pl_bytes rest = data;
    pl_bytes word;
    pl_status st = PL_OK;
    uint32_t before = 0;
    uint64_t before_start = 0;
    bool is_before_kept = true;
    for (size_t n = 1; st == PL_OK && pl_prose_next(&rest, &word); n++) {
        memmove(hashes, hashes + 1, sizeof hashes - sizeof hashes[0]);
        memmove(starts, starts + 1, sizeof starts - sizeof starts[0]);
        hashes[PL_PROSE_GRAM - 1] = pl_prose_hash(word);
        starts[PL_PROSE_GRAM - 1] = (uint64_t)(word.p - data.p);
        if (n < PL_PROSE_GRAM)
            continue;
        uint32_t gram = pl_prose_gram(hashes);
        bool is_smaller = n == PL_PROSE_GRAM || gram <= before;
        if (is_smaller)
            st = add_gram(g, out, gram, base + starts[0], err);
        else if (!is_before_kept)
            st = add_gram(g, out, before, base + before_start, err);
        before = gram;
        before_start = starts[0];
        is_before_kept = is_smaller;
    }
    return st;
}

#define BYTES_A_LINE       32u /* roughly, of program text */
#define BYTES_A_PROSE_GRAM 10u

pl_status pl_index_build_lines(const struct pl_index *ix, struct pl_postings *out, struct pl_err *err)
{
    struct gather g = {.ix = ix, .collect = collect_lines, .only_text = true};
    return gather_all(&g, ix->source_bytes / BYTES_A_LINE, out, err);
}

pl_status pl_index_build_prose(const struct pl_index *ix, const struct pl_gram_set *wanted,
                               struct pl_postings *out, struct pl_err *err)
{
    struct gather g = {.ix = ix, .collect = collect_prose, .wanted = wanted, .only_text = true};
    return gather_all(&g, wanted == NULL ? ix->source_bytes / BYTES_A_PROSE_GRAM : 0, out, err);
}

static pl_status build_anchors(struct pl_index *ix, struct pl_err *err)
{
    struct gather g = {.ix = ix, .collect = collect_anchors, .path = pl_anchor_best_path()};
    /* Two of PL_ANCHOR_WINDOW + 1 grams are kept: Schleimer, Wilkerson and Aiken 2003. */
    return gather_all(&g, ix->source_bytes * 2 / (PL_ANCHOR_WINDOW + 1), &ix->anchors, err);
}

struct words {
    struct pl_index *ix;
    struct pl_wordset_recent *recent; /* one a worker */
};

static pl_status words_of_unit(void *ctx, unsigned worker, size_t i, struct pl_err *err)
{
    struct words *w = ctx;
    const struct pl_unit *u = &w->ix->units[i];
    pl_bytes data = pl_index_file(w->ix, u->ref)->data;
    return u->is_repeat ? PL_OK : pl_wordset_add_text(&w->ix->words, data, &w->recent[worker], err);
}

static pl_status gather_words(struct pl_index *ix, struct pl_err *err)
{
    struct words w = {.ix = ix};
    w.recent = calloc(pl_parallel_workers(ix->jobs), sizeof *w.recent);
    if (w.recent == NULL)
        return pl_fail_nomem(err);
    pl_status st = pl_parallel(ix->jobs, ix->n_units, &w, words_of_unit, err);
    free(w.recent);
    return st;
}

struct folding {
    const struct pl_index *ix;
    struct pl_wordset *out;
    struct pl_wordset_recent *recent; /* one a worker */
};

static pl_status folded_words_of_unit(void *ctx, unsigned worker, size_t i, struct pl_err *err)
{
    struct folding *f = ctx;
    const struct pl_unit *u = &f->ix->units[i];
    pl_bytes data = pl_index_file(f->ix, u->ref)->data;
    if (u->is_repeat || !u->is_text || data.n == 0)
        return PL_OK;
    uint8_t *small = malloc(data.n);
    if (small == NULL)
        return pl_fail_nomem(err);
    pl_bytes_lower(data, small);
    pl_status st = pl_wordset_add_text(f->out, pl_bytes_of(small, data.n), &f->recent[worker], err);
    free(small);
    return st;
}

pl_status pl_index_build_folded_words(const struct pl_index *ix, struct pl_wordset *out, struct pl_err *err)
{
    struct folding f = {.ix = ix, .out = out};
    f.recent = calloc(pl_parallel_workers(ix->jobs), sizeof *f.recent);
    if (f.recent == NULL)
        return pl_fail_nomem(err);
    pl_wordset_init(out);
    pl_status st = pl_parallel(ix->jobs, ix->n_units, &f, folded_words_of_unit, err);
    free(f.recent);
    if (st != PL_OK)
        pl_wordset_reset(out);
    return st;
}

pl_status pl_index_build(struct pl_source_tree *const *trees, size_t n_trees, unsigned jobs,
                         struct pl_index **out, struct pl_err *err)
{
    struct pl_index *ix = calloc(1, sizeof *ix);
    struct pl_source_tree **list = calloc(n_trees == 0 ? 1 : n_trees, sizeof(struct pl_source_tree *));
    struct pl_late *late = calloc(1, sizeof *late);
    if (ix == NULL || list == NULL || late == NULL) {
        free(ix);
        free(list);
        free(late);
        return pl_fail_nomem(err);
    }
    if (n_trees > 0)
        memcpy(list, trees, n_trees * sizeof(struct pl_source_tree *));
    *ix = (struct pl_index){.trees = list, .n_trees = n_trees, .jobs = jobs, .late = late};
    (void)pthread_mutex_init(&late->lines.lock, NULL); /* cannot fail with default attributes */
    (void)pthread_mutex_init(&late->prose.lock, NULL);
    (void)pthread_mutex_init(&late->folded.lock, NULL);
    pl_wordset_init(&ix->words);
    pl_status st = list_units(ix, err);
    if (st == PL_OK)
        st = pl_parallel(jobs, ix->n_units, ix, digest_unit, err);
    if (st == PL_OK)
        st = sort_lists(ix, err);
    if (st == PL_OK)
        st = build_anchors(ix, err);
    if (st == PL_OK)
        st = gather_words(ix, err);
    if (st == PL_OK)
        *out = ix;
    else
        pl_index_free(ix);
    return st;
}

void pl_index_free(struct pl_index *ix)
{
    if (ix == NULL)
        return;
    pl_postings_reset(&ix->anchors);
    pl_postings_reset(&ix->late->lines.postings);
    pl_postings_reset(&ix->late->prose.postings);
    (void)pthread_mutex_destroy(&ix->late->lines.lock);
    (void)pthread_mutex_destroy(&ix->late->prose.lock);
    (void)pthread_mutex_destroy(&ix->late->folded.lock);
    if (ix->late->folded.is_built)
        pl_wordset_reset(&ix->late->folded.words);
    pl_wordset_reset(&ix->words);
    for (uint32_t i = 0; i < ix->n_units; i++)
        free(ix->units[i].lines);
    free(ix->late);
    free(ix->units);
    free(ix->by_sha256);
    free(ix->by_git_blob);
    free(ix->by_folded);
    free(ix->by_path);
    free(ix->by_name);
    free((void *)(uintptr_t)ix->trees);
    free(ix);
}
