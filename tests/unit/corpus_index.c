/*
 * corpus_index.c - the index answers the same whoever builds it, and prefers what the header says.
 */
#include "tree.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static struct pl_source_tree *many_files(size_t n)
{
    struct pl_source_tree *t = test_tree();
    for (size_t i = 0; i < n; i++) {
        char path[64];
        char text[4096];
        (void)snprintf(path, sizeof path, "d/%04zu.c", i);
        int at = 0;
        for (size_t k = 0; k < 60; k++)
            at += snprintf(text + at, sizeof text - (size_t)at, "int word_%zu_%zu = %zu; /* common text */\n",
                           i / 2, k, k * i / 3);
        (void)test_add(t, path, pl_bytes_of(text, (size_t)at));
    }
    return t;
}

static void same_postings(const struct pl_postings *a, const struct pl_postings *b)
{
    assert_int_equal(a->n, b->n);
    assert_int_equal(a->slot_bits, b->slot_bits);
    assert_memory_equal(a->slots, b->slots, (((size_t)1 << a->slot_bits) + 1) * sizeof *a->slots);
    assert_memory_equal(a->v, b->v, a->n * sizeof *a->v);
}

static void one_job_and_eight_build_the_same_index(void **state)
{
    struct pl_source_tree *t = many_files(300);
    struct pl_index *one;
    struct pl_index *eight;
    const struct pl_postings *a;
    const struct pl_postings *b;
    (void)state;
    assert_int_equal(pl_index_build(&t, 1, 1, &one, NULL), PL_OK);
    assert_int_equal(pl_index_build(&t, 1, 8, &eight, NULL), PL_OK);
    same_postings(pl_index_anchors(one), pl_index_anchors(eight));
    assert_int_equal(pl_index_lines(one, &a, NULL), PL_OK);
    assert_int_equal(pl_index_lines(eight, &b, NULL), PL_OK);
    same_postings(a, b);
    assert_int_equal(pl_index_prose(one, NULL, &a, NULL), PL_OK);
    assert_int_equal(pl_index_prose(eight, NULL, &b, NULL), PL_OK);
    same_postings(a, b);
    assert_int_equal(pl_index_stat(one).words, pl_index_stat(eight).words);
    pl_index_free(one);
    pl_index_free(eight);
    pl_source_tree_free(t);
}

/* Fifteen sixteenths of the prose are left out, and what is wanted is answered as if nothing were. */
static void wanted_prose_is_answered_as_by_the_whole_index(void **state)
{
    struct pl_source_tree *t = many_files(100);
    struct pl_gram_set *wanted = calloc(1, sizeof *wanted);
    struct pl_index *whole;
    struct pl_index *part;
    const struct pl_postings *a;
    const struct pl_postings *b;
    size_t n_found = 0;
    (void)state;
    assert_non_null(wanted);
    for (uint32_t gram = 0; gram < 1u << PL_ANCHOR_HASH_BITS; gram += 1u << 8)
        pl_gram_set_add(wanted, gram);
    assert_int_equal(pl_index_build(&t, 1, 2, &whole, NULL), PL_OK);
    assert_int_equal(pl_index_build(&t, 1, 2, &part, NULL), PL_OK);
    assert_int_equal(pl_index_prose(whole, NULL, &a, NULL), PL_OK);
    assert_int_equal(pl_index_prose(part, wanted, &b, NULL), PL_OK);
    assert_true(b->n < a->n / 8);
    for (uint32_t gram = 0; gram < 1u << PL_ANCHOR_HASH_BITS; gram++) {
        if (!pl_gram_set_has(wanted, gram))
            continue;
        pl_places x = pl_postings_find(a, gram);
        pl_places y = pl_postings_find(b, gram);
        assert_int_equal(x.n, y.n);
        for (size_t i = 0; i < x.n; i++)
            assert_int_equal(pl_places_position(x, i), pl_places_position(y, i));
        n_found += x.n;
    }
    assert_int_equal(n_found, b->n);
    assert_true(n_found > 0);
    pl_index_free(whole);
    pl_index_free(part);
    free(wanted);
    pl_source_tree_free(t);
}

static void lower_rank_then_patched_then_smaller_path_is_named(void **state)
{
    struct pl_source_tree *own = test_tree();
    struct pl_source_tree *other = test_tree();
    struct pl_source_ref ref;
    struct pl_index *ix;
    (void)state;
    other->rank = PL_RANK_DEPENDENCY;
    (void)test_add(other, "a/copy", PL_LIT("same contents\n"));
    (void)test_add(own, "b/new", PL_LIT("same contents\n"));
    (void)test_add(own, "c/new", PL_LIT("same contents\n"));
    test_add(own, "a/old", PL_LIT("same contents\n"))->is_superseded = true;
    struct pl_source_tree *trees[] = {other, own};
    assert_int_equal(pl_index_build(trees, 2, 2, &ix, NULL), PL_OK);
    pl_sha256 digest;
    assert_int_equal(pl_sha256_of(PL_LIT("same contents\n"), &digest, NULL), PL_OK);
    assert_true(pl_index_find_sha256(ix, &digest, &ref));
    assert_true(pl_bytes_eq_str(pl_index_file(ix, ref)->path, "b/new"));
    assert_int_equal(pl_index_units_of_sha256(ix, &digest).n, 4);
    assert_true(pl_index_find_folded(ix, &digest, &ref));
    assert_true(pl_index_find_path(ix, PL_LIT("a/copy"), &ref));
    assert_int_equal(ref.tree, 0);
    assert_false(pl_index_find_path(ix, PL_LIT("a/cop"), &ref));
    assert_int_equal(pl_index_units_of_name(ix, PL_LIT("new")).n, 2);
    pl_sha1 blob;
    assert_int_equal(pl_git_blob_of(PL_LIT("same contents\n"), &blob, NULL), PL_OK);
    assert_int_equal(pl_index_units_of_git_blob(ix, &blob).n, 4);
    pl_index_free(ix);
    pl_source_tree_free(own);
    pl_source_tree_free(other);
}

static void words_of_all_files_are_known_and_no_others(void **state)
{
    struct pl_source_tree *t = many_files(40);
    struct pl_index *ix;
    (void)state;
    assert_int_equal(pl_index_build(&t, 1, 3, &ix, NULL), PL_OK);
    assert_true(pl_index_has_word(ix, PL_LIT("word_0_0")));
    assert_true(pl_index_has_word(ix, PL_LIT("word_19_59")));
    assert_true(pl_index_has_word(ix, PL_LIT("common")));
    assert_false(pl_index_has_word(ix, PL_LIT("word_20_0")));
    assert_false(pl_index_has_word(ix, PL_LIT("commo")));
    assert_false(pl_index_has_word(ix, PL_LIT("")));
    pl_index_free(ix);
    pl_source_tree_free(t);
}

static void lines_are_counted_right_beyond_every_step(void **state)
{
    struct pl_source_tree *t = test_tree();
    uint8_t text[20000];
    struct pl_index *ix;
    (void)state;
    for (size_t i = 0; i < sizeof text; i++)
        text[i] = i % 10 == 9 ? '\n' : 'x';
    (void)test_add(t, "f", pl_bytes_of(text, sizeof text));
    assert_int_equal(pl_index_build(&t, 1, 1, &ix, NULL), PL_OK);
    for (size_t i = 0; i < sizeof text; i += 7)
        assert_int_equal(pl_index_line_of(ix, 0, i), 1 + i / 10);
    pl_index_free(ix);
    pl_source_tree_free(t);
}

static void no_trees_empty_files_and_tiny_files_are_fine(void **state)
{
    struct pl_index *ix;
    struct pl_source_ref ref;
    (void)state;
    assert_int_equal(pl_index_build(NULL, 0, 4, &ix, NULL), PL_OK);
    assert_false(pl_index_find_path(ix, PL_LIT("x"), &ref));
    assert_false(pl_index_has_word(ix, PL_LIT("word")));
    pl_index_free(ix);
    struct pl_source_tree *t = test_tree();
    uint8_t bytes[41];
    for (size_t n = 0; n < sizeof bytes; n++) {
        char path[16];
        bytes[n] = (uint8_t)(n * 37);
        (void)snprintf(path, sizeof path, "%02zu", n);
        (void)test_add(t, path, pl_bytes_of(bytes, n));
    }
    assert_int_equal(pl_index_build(&t, 1, 4, &ix, NULL), PL_OK);
    assert_int_equal(pl_index_stat(ix).units, 41);
    for (uint32_t u = 1; u < 41; u++)
        assert_int_equal(pl_index_unit_at(ix, pl_index_unit_base(ix, u)), u);
    pl_index_free(ix);
    pl_source_tree_free(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_job_and_eight_build_the_same_index),
        cmocka_unit_test(wanted_prose_is_answered_as_by_the_whole_index),
        cmocka_unit_test(lower_rank_then_patched_then_smaller_path_is_named),
        cmocka_unit_test(words_of_all_files_are_known_and_no_others),
        cmocka_unit_test(lines_are_counted_right_beyond_every_step),
        cmocka_unit_test(no_trees_empty_files_and_tiny_files_are_fine),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
