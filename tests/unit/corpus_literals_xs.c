/*
 * corpus_literals_xs.c - what xsubpp makes of an .xs file is explained by it: names, usages, texts of perl.h's macros, words that it calls.
 */
#include "source_tree.h"

#include "corpus/literals.h"

#include <string.h>

static const char tool_xs[] = "MODULE = A::B PACKAGE = A::B\n\nvoid\nsize(self, n = 0)\n int n\n";
static const char perl_headers[] =
    "plumbline headers 8\n@usr/lib/perl/CORE/XSUB.h\n"
    "dXSBOOTARGSAPIVERCHK I32 ax = handshake(\"v\" PERL_TEXT)\nPERL_TEXT \"5.36.0\"\n";

struct fixture {
    struct pl_source_tree tree;
    struct pl_index *index;
    struct pl_literals *literals;
    struct pl_arena arena;
};

static void open_set(struct fixture *x, const char *path)
{
    struct pl_source_tree *trees[] = {&x->tree};
    struct pl_headers h = {.package = "libperl5.36", .text = pl_bytes_of_str(perl_headers)};
    memset(x, 0, sizeof *x);
    add_source(&x->tree, path, tool_xs);
    pl_arena_init(&x->arena, SIZE_MAX);
    assert_int_equal(pl_index_build(trees, 1, 1, &x->index, NULL), PL_OK);
    assert_int_equal(pl_literals_build(x->index, &h, 1, 1, &x->literals, NULL), PL_OK);
}

static void close_set(struct fixture *x)
{
    pl_literals_free(x->literals);
    pl_index_free(x->index);
    pl_arena_reset(&x->arena);
    PL_VEC_FREE(&x->tree.files);
}

static bool is_strict(struct fixture *x, const char *string)
{
    struct pl_literal_hit hit = {0};
    bool found;
    assert_int_equal(pl_literals_explain(x->literals, pl_bytes_of_str(string), &x->arena, &found, &hit, NULL),
                     PL_OK);
    return found && hit.rule->is_strict;
}

static void names_usages_and_texts_of_macros_are_explained(void **state)
{
    struct fixture x;
    (void)state;
    open_set(&x, "Tool.xs");
    assert_true(is_strict(&x, "A::B::size"));
    assert_true(is_strict(&x, "self, n = 0"));
    assert_true(is_strict(&x, "Tool.c"));
    assert_true(is_strict(&x, "v5.36.0"));
    assert_false(is_strict(&x, "A::B::payload"));
    assert_false(is_strict(&x, "self, payload = 0"));
    close_set(&x);
}

static void what_xsubpp_calls_is_a_word_of_the_source(void **state)
{
    struct fixture x;
    (void)state;
    open_set(&x, "Tool.xs");
    assert_true(pl_literals_word(x.literals, PL_WORD_IN_SOURCE, PL_LIT("croak_xs_usage"), NULL, NULL));
    assert_false(pl_literals_word(x.literals, PL_WORD_IN_SOURCE, PL_LIT("eval_pv"), NULL, NULL));
    close_set(&x);
}

/* The same text under another name is C. */
static void a_file_that_is_no_xs_makes_nothing(void **state)
{
    struct fixture x;
    (void)state;
    open_set(&x, "Tool.c");
    assert_false(is_strict(&x, "A::B::size"));
    assert_false(is_strict(&x, "v5.36.0"));
    assert_false(pl_literals_word(x.literals, PL_WORD_IN_SOURCE, PL_LIT("croak_xs_usage"), NULL, NULL));
    close_set(&x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_usages_and_texts_of_macros_are_explained),
        cmocka_unit_test(what_xsubpp_calls_is_a_word_of_the_source),
        cmocka_unit_test(a_file_that_is_no_xs_makes_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
