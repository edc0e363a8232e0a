/*
 * corpus_literals_xml.c - what a generator may have made code of is searched for texts; prose in the same language is not.
 */
#include "source_tree.h"

#include "corpus/literals.h"

static void xml_that_is_no_docbook_is_searched(void **state)
{
    static const char *const files[][2] = {
        {"a.c", "int a;\n"},
        {"data/calls.xml", "<registry><command name=\"xrDestroyAnchor\"/></registry>\n"},
        {"doc/man.xml",
         "<!DOCTYPE refentry PUBLIC \"-//OASIS//DTD DocBook XML V4.4//EN\">\n<p>xrDescribed</p>\n"}};
    struct pl_source_tree tree = {.name = "test"};
    struct pl_source_tree *trees[] = {&tree};
    struct pl_index *index = NULL;
    struct pl_literals *literals = NULL;
    struct pl_literal_hit hits[2] = {{0}};
    const pl_bytes names[] = {PL_LIT("xrDestroyAnchor"), PL_LIT("xrDescribed")};
    struct pl_arena arena;
    (void)state;
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++)
        add_source(&tree, files[i][0], files[i][1]);
    pl_arena_init(&arena, SIZE_MAX);
    assert_int_equal(pl_index_build(trees, 1, 1, &index, NULL), PL_OK);
    assert_int_equal(pl_literals_build(index, NULL, 0, 1, &literals, NULL), PL_OK);
    assert_int_equal(pl_literals_explain_text(literals, names, 2, &arena, hits, NULL), PL_OK);
    assert_non_null(hits[0].rule);
    assert_false(hits[0].rule->is_strict);
    assert_string_equal(hits[0].source, "data/calls.xml:1");
    assert_null(hits[1].rule);
    pl_literals_free(literals);
    pl_index_free(index);
    pl_arena_reset(&arena);
    PL_VEC_FREE(&tree.files);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(xml_that_is_no_docbook_is_searched),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
