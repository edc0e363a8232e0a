/*
 * tree.h - source trees and files for tests, from strings.
 */
#ifndef PL_TEST_TREE_H
#define PL_TEST_TREE_H

#include "match/claim.h"

#include <stdlib.h>
#include <string.h>

static inline struct pl_source_tree *test_tree(void)
{
    struct pl_source_tree *t = calloc(1, sizeof *t);
    t->arena = calloc(1, sizeof *t->arena);
    pl_arena_init(t->arena, SIZE_MAX);
    t->name = "test 1";
    return t;
}

/* Add a file with a copy of the bytes; files must be added in order of path. */
static inline struct pl_source_file *test_add(struct pl_source_tree *t, const char *path, pl_bytes data)
{
    struct pl_source_file *f = PL_VEC_ADD(&t->files);
    f->path = pl_arena_keep(t->arena, pl_bytes_of_str(path));
    f->heap = malloc(data.n + 1);
    if (data.n > 0)
        memcpy(f->heap, data.p, data.n);
    f->data = pl_bytes_of(f->heap, data.n);
    t->total_bytes += data.n;
    return f;
}

/* What a rung needs; one tree. */
struct test_match {
    struct pl_source_tree *tree;
    struct pl_index *index;
    struct pl_arena arena;
    struct pl_arena scratch;
    struct pl_limits limits;
    struct pl_match m;
};

static inline void test_match_open(struct test_match *x, struct pl_source_tree *tree)
{
    *x = (struct test_match){.tree = tree, .limits = pl_limits_default()};
    pl_arena_init(&x->arena, SIZE_MAX);
    pl_arena_init(&x->scratch, SIZE_MAX);
    if (pl_index_build(&x->tree, 1, 2, &x->index, NULL) != PL_OK)
        abort();
    x->m = (struct pl_match){
        .index = x->index, .limits = &x->limits, .arena = &x->arena, .scratch = &x->scratch};
}

static inline void test_match_close(struct test_match *x)
{
    pl_index_free(x->index);
    pl_source_tree_free(x->tree);
    pl_arena_reset(&x->arena);
    pl_arena_reset(&x->scratch);
}

extern const struct pl_rung pl_rung_same_bytes;
extern const struct pl_rung pl_rung_same_folded;
extern const struct pl_rung pl_rung_text_template;
extern const struct pl_rung pl_rung_text_coverage;
extern const struct pl_rung pl_rung_text_line;
extern const struct pl_rung pl_rung_text_words;

/* The rungs of these files alone, in ladder order; *f borrows name and data. */
static inline void test_climb(struct test_match *x, const char *name, pl_bytes data, enum pl_role role,
                              struct pl_file *f)
{
    static const struct pl_rung *const rungs[] = {&pl_rung_same_bytes,    &pl_rung_same_folded,
                                                  &pl_rung_text_template, &pl_rung_text_coverage,
                                                  &pl_rung_text_line,     &pl_rung_text_words};
    *f = (struct pl_file){
        .path = pl_bytes_of_str(name), .size = data.n, .data = data, .is_whole = true, .role = role};
    f->name = f->path;
    pl_ledger_init(&f->ledger, data.n);
    pl_findings_init(&f->findings, &x->arena, 10);
    for (size_t i = 0; i < sizeof rungs / sizeof rungs[0]; i++) {
        uint64_t offset;
        uint64_t length;
        if (!pl_ledger_gap(&f->ledger, 0, &offset, &length))
            break;
        if (pl_match_rung(&x->m, rungs[i], f, NULL) != PL_OK || pl_ledger_settle(&f->ledger, NULL) != PL_OK)
            abort();
        pl_arena_reset(&x->scratch);
    }
}

#endif
